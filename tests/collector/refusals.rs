//! What is wrong is answered so that nobody repeats it, is told, and keeps the trace from being taken for complete.

use std::time::Duration;

use clnrm_lsp::collector::{Limits, Receiver, Source};
use hyper::StatusCode;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;
use tokio::io::AsyncWriteExt as _;

use crate::client::{
    EXPORT, GRPC, JSON, PROTOBUF, attribute, export, finish, framed, gzip, post, receiver, shop, span,
};

/// Path, content type and encoding of a request, its body, and the two statuses of the answer.
type Case = (&'static str, &'static str, Option<&'static str>, Vec<u8>, StatusCode, &'static str);

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_told() {
    let traces = "/v1/traces";
    let cases: [Case; 11] = [
        (traces, PROTOBUF, None, b"\xff\xff".to_vec(), StatusCode::BAD_REQUEST, "-"),
        (traces, PROTOBUF, None, b"{\"resourceSpans\":[]}".to_vec(), StatusCode::BAD_REQUEST, "-"),
        (traces, JSON, None, b"PASSED".to_vec(), StatusCode::BAD_REQUEST, "-"),
        (traces, JSON, None, b"{\"resourceSpan\":[]}".to_vec(), StatusCode::BAD_REQUEST, "-"),
        (traces, PROTOBUF, Some("gzip"), b"no gzip".to_vec(), StatusCode::BAD_REQUEST, "-"),
        (traces, PROTOBUF, Some("zstd"), b"x".to_vec(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "-"),
        ("/", PROTOBUF, None, shop().encode_to_vec(), StatusCode::NOT_FOUND, "-"),
        (traces, GRPC, None, framed(&shop().encode_to_vec(), false), StatusCode::OK, "12"),
        (EXPORT, GRPC, None, framed(b"\xff\xff", false), StatusCode::OK, "3"),
        (EXPORT, GRPC, None, b"\0\0\0\0\x09short".to_vec(), StatusCode::OK, "3"),
        (EXPORT, GRPC, Some("gzip"), framed(b"no gzip", true), StatusCode::OK, "3"),
    ];
    for (path, kind, encoding, body, status, grpc) in cases {
        let receiver = receiver();
        let what = format!("{path} {kind} {encoding:?} {}", String::from_utf8_lossy(&body));
        let answer = post(&receiver, path, kind, encoding, body).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        if grpc != "-" {
            assert_eq!(answer.grpc(), grpc, "{what}: {:?}", answer.headers);
        }
        let collected = finish(receiver).await;
        assert_eq!(collected.statistics.refused, 1, "{what}");
        assert!(collected.doubt.is_some() && collected.undecodable.is_some(), "{what}: {collected:?}");
    }
}

#[tokio::test]
async fn of_a_message_that_ends_too_early_the_begin_is_kept() {
    let receiver = receiver();
    let cut = shop().encode_to_vec().split_last().unwrap().1.to_vec();
    let answer = post(&receiver, "/v1/traces", PROTOBUF, None, cut).await;
    let partial = ExportTraceServiceResponse::decode(answer.body.as_slice()).unwrap().partial_success;
    assert!(partial.is_some());
    let collected = finish(receiver).await;
    assert!((1..4).contains(&collected.spans.len()) && collected.doubt.is_some(), "{collected:?}");
}

#[tokio::test]
async fn a_broken_span_costs_one_span() {
    let mut broken = span(2, 1, "broken");
    broken.trace_id = vec![1, 2];
    let body = export(&[("shop", vec![span(1, 0, "good"), broken])]).encode_to_vec();
    for (path, kind, body) in [("/v1/traces", PROTOBUF, body.clone()), (EXPORT, GRPC, framed(&body, false))] {
        let receiver = receiver();
        let answer = post(&receiver, path, kind, None, body).await;
        assert_eq!(answer.status, StatusCode::OK);
        let message = if kind == GRPC { &answer.body[5..] } else { &answer.body[..] };
        let partial = ExportTraceServiceResponse::decode(message).unwrap().partial_success.unwrap();
        assert_eq!(partial.rejected_spans, 1, "{partial:?}");
        let collected = finish(receiver).await;
        assert_eq!(collected.spans.len(), 1);
        assert!(collected.doubt.is_some());
    }
}

#[tokio::test]
async fn spans_of_another_run_are_turned_away() {
    let now = 1_800_000_000_000_000_000;
    let source = Source { run: Some("mine".to_owned()), began: Some(now) };
    let spans = |run: Option<&str>, end: u64| {
        let mut made = span(1, 0, "pay");
        (made.start_time_unix_nano, made.end_time_unix_nano) = (end - 1, end);
        let mut request = export(&[("shop", vec![made])]);
        let resource = request.resource_spans[0].resource.as_mut().unwrap();
        resource.attributes.extend(run.map(|run| attribute("clnrm.run.id", run)));
        request.encode_to_vec()
    };
    let minute = 60_000_000_000;
    for (body, told) in [
        (spans(Some("mine"), now + 5), None),
        // Clocks differ a little.
        (spans(None, now - minute), None),
        (spans(Some("theirs"), now + 5), Some("the span `pay` says that it belongs to the run `theirs`")),
        (spans(Some("mine"), now - minute - 1), Some("the span `pay` ended 60 s before this run began")),
    ] {
        let receiver = Receiver::new(source.clone(), Limits::default());
        let answer = post(&receiver, "/v1/traces", PROTOBUF, None, body).await;
        let partial = ExportTraceServiceResponse::decode(answer.body.as_slice()).unwrap().partial_success;
        assert_eq!(partial.is_some(), told.is_some());
        let collected = finish(receiver).await;
        assert_eq!((collected.foreign.as_deref(), collected.spans.len()), (told, usize::from(told.is_none())));
    }
}

#[tokio::test]
async fn a_request_that_is_cut_off_leaves_a_doubt() {
    let receiver = receiver();
    let (mut here, there) = tokio::io::duplex(1024);
    receiver.acceptor().serve(there);
    let head =
        "POST /v1/traces HTTP/1.1\r\nhost: r\r\ncontent-type: application/x-protobuf\r\ncontent-length: 100\r\n\r\nabc";
    here.write_all(head.as_bytes()).await.unwrap();
    drop(here);
    let collected = finish(receiver).await;
    assert!(collected.doubt.as_deref().is_some_and(|doubt| doubt.contains("cut off")), "{collected:?}");
}

#[tokio::test]
async fn it_is_drained_when_the_last_connection_has_ended() {
    let receiver = receiver();
    receiver.drained().await;
    let (here, there) = tokio::io::duplex(1024);
    receiver.acceptor().serve(there);
    // It counts from the call on, whether its task has run or not.
    assert!(tokio::time::timeout(Duration::from_millis(50), receiver.drained()).await.is_err());
    drop(here);
    tokio::time::timeout(Duration::from_secs(60), receiver.drained()).await.unwrap();
}

#[tokio::test]
async fn a_message_that_is_too_long_is_refused_compressed_too() {
    let limits = Limits { message: 10_000, ..Limits::default() };
    let zeros = vec![0; 10_001];
    for (path, kind, encoding, body, status, grpc) in [
        ("/v1/traces", PROTOBUF, None, zeros.clone(), StatusCode::PAYLOAD_TOO_LARGE, None),
        ("/v1/traces", PROTOBUF, Some("gzip"), gzip(&zeros), StatusCode::PAYLOAD_TOO_LARGE, None),
        (EXPORT, GRPC, None, framed(&zeros, false), StatusCode::OK, Some("8")),
        (EXPORT, GRPC, Some("gzip"), framed(&gzip(&zeros), true), StatusCode::OK, Some("8")),
    ] {
        let receiver = Receiver::new(Source::default(), limits);
        let answer = post(&receiver, path, kind, encoding, body).await;
        assert_eq!(answer.status, status, "{kind} {encoding:?}");
        if let Some(grpc) = grpc {
            assert_eq!(answer.grpc(), grpc, "{encoding:?}");
        }
        assert!(finish(receiver).await.doubt.is_some());
    }
}

#[tokio::test]
async fn too_much_at_a_time_is_to_come_again() {
    let receiver = Receiver::new(Source::default(), Limits { under_way: 10, ..Limits::default() });
    let answer = post(&receiver, "/v1/traces", PROTOBUF, None, shop().encode_to_vec()).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.headers["retry-after"], "1");
    let answer = post(&receiver, EXPORT, GRPC, None, framed(&shop().encode_to_vec(), false)).await;
    assert_eq!(answer.grpc(), "14");
}

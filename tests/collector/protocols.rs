//! One trace, whichever way it comes.

use std::time::Duration;

use clnrm_lsp::trace::Trace;
use clnrm_lsp::trace::canonical::{Canonical, Form, Noise};
use hyper::StatusCode;
use prost::Message as _;

use crate::client::{EXPORT, GRPC, JSON, PROTOBUF, export, finish, framed, gzip, post, receiver, shop, span};

fn digest(trace: &Trace) -> String {
    Canonical::new(trace, Form::Full, &Noise::default()).digest().to_string()
}

#[tokio::test]
async fn every_protocol_and_stdout_bring_the_same_trace() {
    let protobuf = shop().encode_to_vec();
    let json = serde_json::to_vec(&shop()).unwrap();
    let traces = "/v1/traces";
    let ways = [
        (traces, PROTOBUF, None, protobuf.clone()),
        (traces, PROTOBUF, Some("gzip"), gzip(&protobuf)),
        (traces, JSON, None, json.clone()),
        (traces, JSON, Some("gzip"), gzip(&json)),
        // Who does not say what it is, as `curl -d` does not.
        (traces, "application/x-www-form-urlencoded", None, json.clone()),
        (EXPORT, GRPC, None, framed(&protobuf, false)),
        (EXPORT, GRPC, Some("gzip"), framed(&gzip(&protobuf), true)),
        (EXPORT, GRPC, Some("gzip"), framed(&protobuf, false)),
    ];
    let mut digests = Vec::new();
    for (path, kind, encoding, body) in ways {
        let receiver = receiver();
        let answer = post(&receiver, path, kind, encoding, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{kind} {encoding:?}: {}", answer.text());
        match kind {
            GRPC => assert_eq!((answer.grpc(), answer.body.as_slice()), ("0", [0; 5].as_slice()), "{encoding:?}"),
            JSON => {
                assert_eq!((answer.text().as_str(), &answer.headers["content-type"]), ("{}", &JSON.parse().unwrap()))
            }
            _ => assert_eq!((answer.body.len(), &answer.headers["content-type"]), (0, &PROTOBUF.parse().unwrap())),
        }
        let collected = finish(receiver).await;
        assert_eq!((collected.spans.len(), &collected.doubt), (4, &None), "{kind} {encoding:?}");
        digests.push(digest(&collected.spans.into_iter().collect()));
    }
    let receiver = receiver();
    let mut written = b"starting\n".to_vec();
    written.extend_from_slice(&json);
    written.extend_from_slice(b"\nPASSED\n");
    receiver.read(&written, "stdout");
    digests.push(digest(&receiver.finish().spans.into_iter().collect()));
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]), "{digests:#?}");
}

#[tokio::test]
async fn repetitions_and_the_order_of_batches_change_nothing() {
    let (ahead, behind) = (receiver(), receiver());
    let batch = |numbers: &[(u64, u64, &str)]| {
        let spans = numbers.iter().map(|&(number, parent, name)| span(number, parent, name)).collect();
        export(&[("shop", spans)]).encode_to_vec()
    };
    let (parents, children) = (batch(&[(1, 0, "order")]), batch(&[(2, 1, "reserve"), (3, 1, "pay")]));
    for body in [&parents, &children] {
        post(&ahead, "/v1/traces", PROTOBUF, None, body.clone()).await;
    }
    for body in [&children, &parents, &children, &children] {
        post(&behind, "/v1/traces", PROTOBUF, None, body.clone()).await;
    }
    let (ahead, behind) = (finish(ahead).await, finish(behind).await);
    assert_eq!((behind.statistics.spans, behind.statistics.duplicates, behind.spans.len()), (3, 4, 3));
    assert_eq!(digest(&ahead.spans.into_iter().collect()), digest(&behind.spans.into_iter().collect()));
}

#[tokio::test]
async fn a_span_that_comes_again_with_other_contents_is_kept_beside_the_first() {
    let receiver = receiver();
    for name in ["pay", "steal"] {
        let body = export(&[("shop", vec![span(1, 0, name)])]).encode_to_vec();
        post(&receiver, "/v1/traces", PROTOBUF, None, body).await;
    }
    let collected = finish(receiver).await;
    assert_eq!((collected.statistics.spans, collected.statistics.conflicts), (1, 1));
    let trace: Trace = collected.spans.into_iter().collect();
    assert_eq!((trace.len(), trace.spans()[0].name.as_str(), trace.conflicts().len()), (1, "pay", 1));
}

#[tokio::test]
async fn metrics_and_logs_are_accepted_and_counted() {
    let receiver = receiver();
    for (path, kind) in [("/v1/metrics", PROTOBUF), ("/v1/logs", JSON)] {
        assert_eq!(post(&receiver, path, kind, None, Vec::new()).await.status, StatusCode::OK);
    }
    let path = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
    assert_eq!(post(&receiver, path, GRPC, None, framed(b"", false)).await.grpc(), "0");
    let collected = finish(receiver).await;
    let statistics = collected.statistics;
    assert_eq!((statistics.metrics, statistics.logs, statistics.traces, collected.doubt), (2, 1, 0, None));
}

#[tokio::test]
async fn a_span_is_waited_for() {
    let receiver = receiver();
    let waits = async {
        tokio::time::timeout(Duration::from_secs(60), receiver.wait_for_span("transfer")).await.unwrap();
    };
    let sends = post(&receiver, "/v1/traces", PROTOBUF, None, shop().encode_to_vec());
    let ((), answer) = tokio::join!(waits, sends);
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(receiver.statistics().spans, 4);
}

#[tokio::test]
async fn legal_json_that_strict_readers_refuse_is_read() {
    let receiver = receiver();
    let body = r#"{"resourceSpans":[{"resource":{"attributes":null},"scopeSpans":[{"spans":[
        {"traceId":"07070707070707070707070707070707","spanId":"0000000000000001","name":"a","attributes":null,"events":null,
         "startTimeUnixNano":1,"endTimeUnixNano":"2"},
        {"traceId":"07070707070707070707070707070707","spanId":"0000000000000002","name":"b",
         "attributes":[{"key":"x","value":{"doubleValue":"NaN"}},{"key":"y","value":{"arrayValue":{}}}]}]}]}]}"#;
    let answer = post(&receiver, "/v1/traces", JSON, None, body.into()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let collected = finish(receiver).await;
    assert_eq!((collected.spans.len(), collected.doubt), (2, None));
}

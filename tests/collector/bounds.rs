//! A scenario that sends without end fills no memory, and is never taken for complete.

use clnrm_lsp::collector::{Limits, Receiver, Source};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;

use crate::client::{JSON, PROTOBUF, export, finish, post, span};

#[tokio::test]
async fn beyond_its_bound_a_trace_is_truncated() {
    let receiver = Receiver::new(Source::default(), Limits { spans: 3, ..Limits::default() });
    let batch = |from: u64| export(&[("shop", (from..from + 2).map(|number| span(number, 0, "a")).collect())]);
    // Repetitions do not count.
    for _ in 0..3 {
        post(&receiver, "/v1/traces", PROTOBUF, None, batch(1).encode_to_vec()).await;
    }
    let answer = post(&receiver, "/v1/traces", PROTOBUF, None, batch(3).encode_to_vec()).await;
    let partial = ExportTraceServiceResponse::decode(answer.body.as_slice()).unwrap().partial_success.unwrap();
    assert_eq!(partial.rejected_spans, 1);
    let answer = post(&receiver, "/v1/traces", JSON, None, serde_json::to_vec(&batch(5)).unwrap()).await;
    assert!(answer.text().contains("\"rejectedSpans\":\"2\""), "{}", answer.text());
    let collected = finish(receiver).await;
    assert_eq!((collected.spans.len(), collected.statistics.dropped, collected.statistics.duplicates), (3, 3, 4));
    assert!(collected.doubt.is_some_and(|doubt| doubt.contains("truncated")));
}

#[tokio::test]
async fn bytes_are_bounded_too() {
    let body = export(&[("shop", (1..=10).map(|number| span(number, 0, "a")).collect())]).encode_to_vec();
    let receiver = Receiver::new(Source::default(), Limits { bytes: body.len() as u64 / 2, ..Limits::default() });
    post(&receiver, "/v1/traces", PROTOBUF, None, body).await;
    let collected = finish(receiver).await;
    assert!((1..10).contains(&collected.spans.len()), "{}", collected.spans.len());
    assert!(collected.doubt.is_some());
}

//! A corpus of JSON that is OTLP, though strict decoders refuse it: `tests/fixtures/traces/odd-otlp.jsonl`, one request a line, each
//! with a comment line before it. The snapshot shows what is read of each, and what is told.

use std::fmt::Write;

use crate::read_all;

#[test]
fn odd_otlp_is_read_as_far_as_it_says_something() {
    let corpus = std::fs::read_to_string("tests/fixtures/traces/odd-otlp.jsonl").unwrap();
    let mut shown = String::new();
    let mut lines = corpus.lines();
    while let (Some(comment), Some(record)) = (lines.next(), lines.next()) {
        let (kept, _) = read_all(record.as_bytes());
        writeln!(shown, "{comment}").unwrap();
        for span in &kept.spans {
            writeln!(
                shown,
                "  {} {} parent={:?} {} {:?}..{:?} {} {:?} {:?}",
                span.name,
                span.span_id,
                span.parent_span_id.as_ref().map(ToString::to_string),
                span.kind,
                span.start,
                span.end,
                span.status.code,
                span.attributes.iter().collect::<Vec<_>>(),
                span.events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(),
            )
            .unwrap();
        }
        for problem in &kept.problems {
            writeln!(shown, "  {:?}: {problem}", problem.loss).unwrap();
        }
        // What a strict decoder reads is read the same, and without a word.
        if let Ok(request) = serde_json::from_str(record) {
            let mut kept_strict = crate::Kept::default();
            clnrm_lsp::trace::read::SpanReader::new(&mut kept_strict).take_request(request, "in");
            let names = |kept: &crate::Kept| {
                kept.spans.iter().map(|span| (span.name.clone(), span.attributes.clone())).collect::<Vec<_>>()
            };
            if !kept_strict.spans.is_empty() {
                assert_eq!(names(&kept), names(&kept_strict), "{comment}");
            }
            writeln!(shown, "  (a strict decoder reads {})", kept_strict.spans.len()).unwrap();
        }
    }
    insta::assert_snapshot!(shown);
}

//! Sources as they are: a program's output around spans, broken ends, other signals; and that nothing is lost in silence.

use std::io::{self, Read};

use clnrm_lsp::trace::read::{Collector, Counter, Format, SpanReader, read, read_path};
use clnrm_lsp::trace::{Loss, Place};
use serde_json::json;

use crate::read_all;

const IDS: &str = r#""traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7""#;

fn losses(text: &str) -> Vec<(Loss, String)> {
    read_all(text.as_bytes()).0.problems.into_iter().map(|problem| (problem.loss, problem.to_string())).collect()
}

#[test]
fn other_output_around_spans_is_counted_and_spans_know_their_lines() {
    let text = format!(
        "\u{feff}starting [ok] {{x}} {{\n\n[2025-01-01 INFO] up\n2025-01-01T00:00:00Z {{{IDS},\"name\":\"a\"}}\n{{\"level\":\"info\",\"msg\":\"hello\"}}\n{{\n  {IDS},\n  \"name\": \"b\"\n}}, bye\n{{\"oops\" => 1}}\nlast"
    );
    let (kept, summary) = read_all(text.as_bytes());
    assert_eq!(kept.problems, []);
    let places: Vec<_> = kept.spans.iter().map(|span| (span.name.as_str(), span.origin.place)).collect();
    assert_eq!(places, [("a", Place::Line(4)), ("b", Place::Line(6))]);
    assert_eq!((summary.other_lines, summary.other_objects), (4, 1));
    assert_eq!(summary.to_string(), "2 spans in `in` (span objects), 4 other lines, 1 object without a span");
}

#[test]
fn a_log_record_that_names_the_span_it_was_written_in_is_no_span() {
    let (kept, summary) =
        read_all(format!(r#"{{{IDS},"name":"app.logger","levelname":"INFO","message":"hi"}}"#).as_bytes());
    assert_eq!((kept.spans.len(), summary.other_objects, kept.problems.len()), (0, 1, 0));
}

#[test]
fn metrics_and_logs_are_passed_over_and_counted() {
    let (kept, summary) = read_all(br#"{"resourceMetrics":[{"scopeMetrics":[]}]} {"resourceLogs":[]}"#);
    assert_eq!((kept.spans.len(), kept.problems.len(), summary.other_signals), (0, 0, 2));
}

#[test]
fn a_file_that_was_cut_off_gives_what_is_whole_and_says_so() {
    let text =
        format!(r#"{{"resourceSpans":[{{"resource":{{}},"scopeSpans":[{{"spans":[{{{IDS},"name":"a"}},{{{IDS},"na"#);
    let (kept, _) = read_all(text.as_bytes());
    assert_eq!(kept.spans.len(), 1);
    assert_eq!(
        losses(&text),
        [(
            Loss::Rest,
            "in:1: the JSON ends in the middle: the file was cut off, or its writer has not finished".to_owned()
        )]
    );
}

#[test]
fn one_bad_span_costs_one_span_whatever_is_wrong_with_it() {
    for bad in [
        r#"{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00","name":"x"}"#,
        r#"{"traceId":"00000000000000000000000000000000","spanId":"00f067aa0ba902b7","name":"x"}"#,
        r#"{"spanId":"00f067aa0ba902b7","name":"x"}"#,
        r#"{"traceId":12,"spanId":"00f067aa0ba902b7"}"#,
        r#"{"name": oops}"#,
        r#"{"name": "x" "y"}"#,
        r#""a string""#,
        "12",
        "[1]",
    ] {
        let text = format!(
            r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{IDS},"name":"a"}},{bad},{{{IDS},"name":"b"}}]}}]}}]}}"#
        );
        let (kept, _) = read_all(text.as_bytes());
        let names: Vec<_> = kept.spans.iter().map(|span| span.name.as_str()).collect();
        assert_eq!(names, ["a", "b"], "{bad}");
        let [problem] = kept.problems.as_slice() else { panic!("{bad}: {:?}", kept.problems) };
        assert_eq!(
            (problem.loss, problem.path.as_str()),
            (Loss::Span, "resourceSpans[0].scopeSpans[0].spans[1]"),
            "{bad}"
        );
    }
}

#[test]
fn a_bad_value_costs_the_value_and_a_bad_parent_makes_no_root() {
    let text = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{IDS},"name":"a","parentSpanId":"xy","kind":17,"startTimeUnixNano":"yesterday","attributes":[{{"key":"n","value":{{"intValue":"1e9"}}}},{{"value":{{}}}}]}}]}}]}}]}}"#
    );
    let (kept, _) = read_all(text.as_bytes());
    assert_eq!(kept.spans[0].parent_span_id.as_ref().unwrap().to_string(), "xy");
    insta::assert_snapshot!(
        kept.problems.iter().map(|problem| format!("{:?} {problem}\n", problem.loss)).collect::<String>()
    );
}

#[test]
fn a_broken_record_is_told_and_the_next_line_is_read() {
    let text = format!("{{{IDS},\"name\":\"a\" }}]]\n{{{IDS},\"name\":[}}\n{{{IDS},\"name\":\"b\"}}");
    let (kept, _) = read_all(text.as_bytes());
    assert_eq!(kept.spans.len(), 2);
    let [problem] = kept.problems.as_slice() else { panic!("{:?}", kept.problems) };
    assert_eq!((problem.loss, problem.origin.place), (Loss::Record, Place::Line(2)));
}

#[test]
fn spans_of_the_runner_stand_beside_those_that_came() {
    let text = format!(
        "{{\"resourceSpans\":[],\"clnrmRunnerSpans\":[\"00f067aa0ba902b7\",\"xy\",\"00f067aa0ba902b8\"]}}\n{{{IDS},\"name\":\"a\"}}\n{{\"clnrmRunnerSpans\":[1]}}"
    );
    let (kept, _) = read_all(text.as_bytes());
    assert_eq!((kept.spans.len(), kept.runner_spans.join(" ")), (1, "00f067aa0ba902b7 00f067aa0ba902b8".to_owned()));
    let problems: Vec<_> = kept.problems.iter().map(|it| (it.loss, it.path.as_str())).collect();
    assert_eq!(problems, [(Loss::Value, "clnrmRunnerSpans[1]"), (Loss::Value, "clnrmRunnerSpans")]);
}

#[test]
fn what_came_in_late_in_its_object_still_counts() {
    let text = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{IDS},"name":"a"}}],"scope":{{"name":"lib"}}}}],"schemaUrl":"u","resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"api"}}}}]}}}}]}}"#
    );
    let (kept, _) = read_all(text.as_bytes());
    let span = &kept.spans[0];
    assert_eq!(
        (span.resource.service_name(), span.resource.schema_url.as_deref(), span.scope.name.as_str()),
        (Some("api"), Some("u"), "lib")
    );
}

#[test]
fn exporters_that_nobody_can_parse_are_recognised() {
    let node =
        "{\n  resource: {\n    attributes: {}\n  },\n  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',\n  name: 'a',\n}\n";
    let told = losses(node);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].0.costs_spans()
            && told[0].1.starts_with("in:5: this looks like the console exporter of OpenTelemetry for Node.js"),
        "{told:?}"
    );
    assert!(losses("Activity.TraceId:            8f\n")[0].1.contains(".NET"));
}

#[test]
fn what_a_line_is_does_not_depend_on_how_its_bytes_come() {
    struct Bytewise<'a>(&'a [u8]);
    impl Read for Bytewise<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = into.len().min(1);
            self.0.read(&mut into[..count])
        }
    }
    let far = " ".repeat(5000);
    let text = format!(
        "    TraceId     : 8f\n  traceId: 'x', [1], {{\n{{{far}\"a\": 1}}\n{{{IDS},\"name\":\"a\"}}\n{}\0",
        "x".repeat(9000)
    );
    let (whole, summary) = read_all(text.as_bytes());
    let mut pieces = crate::Kept::default();
    assert_eq!(read(Bytewise(text.as_bytes()), "in", &mut pieces), summary);
    assert_eq!((&whole.spans, &whole.problems), (&pieces.spans, &pieces.problems));
    assert_eq!((summary.spans, whole.problems.len()), (1, 2));
}

#[test]
fn bytes_that_are_neither_text_nor_protobuf_are_refused_with_advice() {
    for (bytes, word) in
        [(b"\xff\xfe{\0".as_slice(), "UTF-16"), (b"\x28\xb5\x2f\xfd\0\0", "zstd"), (b"PK\x03\x04\0\0", "neither")]
    {
        let (kept, summary) = read_all(bytes);
        assert!(kept.problems[0].message.contains(word), "{:?}", kept.problems);
        assert!(summary.lost_spans());
    }
}

#[test]
fn a_protobuf_with_a_broken_span_gives_the_others() {
    // A resource with a scope with three spans; the second is no message, the third has an id of two bytes.
    let good = [b"\x0a\x10".as_slice(), &[1; 16], b"\x12\x08", &[2; 8], b"\x2a\x01a"].concat();
    let bad = b"\xff\xff\xff".to_vec();
    let short = [b"\x0a\x02".as_slice(), &[1; 2], b"\x12\x08", &[2; 8]].concat();
    let field = |number: u8, bytes: &[u8]| [&[number << 3 | 2, bytes.len() as u8], bytes].concat();
    let spans = [good, bad, short].map(|span| field(2, &span)).concat();
    let message = field(1, &field(2, &spans));
    let (kept, _) = read_all(&message);
    assert_eq!(kept.spans.len(), 1);
    let told: Vec<_> =
        kept.problems.iter().map(|problem| (problem.loss, problem.path.as_str(), problem.origin.place)).collect();
    assert_eq!(
        told,
        [
            (Loss::Span, "resourceSpans[0].scopeSpans[0].spans[1]", Place::Span(2)),
            (Loss::Span, "resourceSpans[0].scopeSpans[0].spans[2].traceId", Place::Span(3)),
        ]
    );
    let cut = &message[..message.len() - 3];
    assert!(read_all(cut).0.problems.iter().any(|problem| problem.loss == Loss::Rest));
}

#[test]
fn envelopes_that_hold_nothing_readable_are_told() {
    for payload in [
        json!({"payload": "%%"}),
        json!({}),
        json!({"payload": "AAAA", "content-encoding": "br"}),
        json!({"payload": 3}),
    ] {
        let mut envelope = json!({"__otel_otlp_stdout": "0.1.0", "content-type": "application/x-protobuf"});
        envelope.as_object_mut().unwrap().extend(payload.as_object().unwrap().clone());
        let (kept, _) = read_all(envelope.to_string().as_bytes());
        assert_eq!(kept.problems.iter().map(|problem| problem.loss).collect::<Vec<_>>(), [Loss::Record], "{envelope}");
    }
}

#[test]
fn a_source_that_fails_is_not_taken_for_its_end() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let mut collector = Collector::default();
    let summary = read(format!("{{{IDS},\"name\":\"a\"}}\n").as_bytes().chain(Failing), "in", &mut collector);
    assert!(summary.lost_spans());
    assert_eq!(collector.problems()[0].to_string(), "in:2: reading failed: the disk is gone");
    assert_eq!(collector.into_trace().0.len(), 1);
}

#[test]
fn a_file_and_a_directory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spans.jsonl");
    std::fs::write(&path, format!("{{{IDS},\"name\":\"a\"}}\n")).unwrap();
    let mut reader = SpanReader::new(Collector::default());
    assert_eq!(reader.read_path(&path).unwrap().formats.into_iter().collect::<Vec<_>>(), [(Format::SpanObject, 1)]);
    assert!(read_path(folder.path(), &mut Collector::default()).is_err());
    assert!(reader.read_path(&folder.path().join("none")).is_err());
    assert_eq!(reader.into_sink().spans(), 1);
}

/// `{"resourceSpans":[…]}` with spans that come into being while they are read.
struct Endless {
    remaining: u64,
    piece: Vec<u8>,
    at: usize,
}

impl Endless {
    const HEAD: &str = r#"{"resourceSpans":[{"resource":{"attributes":[]},"scopeSpans":[{"spans":["#;

    fn new(spans: u64) -> Self {
        Self { remaining: spans, piece: Self::HEAD.as_bytes().to_vec(), at: 0 }
    }
}

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            self.piece.clear();
            self.at = 0;
            match self.remaining {
                0 => return Ok(0),
                1 => self.piece.extend_from_slice(format!("{{{IDS},\"name\":\"last\"}}]}}]}}]}}").as_bytes()),
                left => {
                    let filler = "x".repeat(900);
                    self.piece.extend_from_slice(
                        format!(r#"{{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"{left:016x}","name":"{left}","traceState":"{filler}"}},"#).as_bytes(),
                    );
                }
            }
            self.remaining -= 1;
        }
        let count = into.len().min(self.piece.len() - self.at);
        into[..count].copy_from_slice(&self.piece[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[test]
fn a_document_of_two_hundred_megabytes_is_read_in_little_memory() {
    let before = peak_memory();
    let mut counter = Counter::default();
    let summary = read(Endless::new(200_000), "endless", &mut counter);
    assert_eq!((counter.spans, counter.losses), (200_000, 0));
    assert!(summary.bytes > 200_000_000, "{}", summary.bytes);
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        // 16,384 spans may wait for what comes after them; the rest of the document must not.
        assert!(after - before < 100_000, "{} KiB more than before", after - before);
    }
}

/// The most memory that this process had, in KiB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}

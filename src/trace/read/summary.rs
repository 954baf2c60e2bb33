//! What a reader found in a source, in numbers.

use std::collections::BTreeMap;
use std::fmt;

use crate::trace::{Completeness, Loss, Name};

/// In which form spans were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// OTLP as protobuf: an export request, or what the collector's file exporter writes with `format: proto`.
    OtlpProtobuf,
    /// OTLP as JSON: `{"resourceSpans":…}`, or one element of that alone, as Java's `logging-otlp` prints it.
    OtlpJson,
    /// OTLP wrapped into JSON by the stdout exporters of serverless-otlp-forwarder.
    OtlpStdout,
    /// One object a span, as earlier versions of clnrm wrote and read them.
    SpanObject,
    /// Go's `stdouttrace`.
    GoStdout,
    /// Python's `ConsoleSpanExporter`.
    PythonConsole,
}

impl Format {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::OtlpProtobuf => "OTLP protobuf",
            Self::OtlpJson => "OTLP JSON",
            Self::OtlpStdout => "OTLP on stdout",
            Self::SpanObject => "span objects",
            Self::GoStdout => "Go stdouttrace",
            Self::PythonConsole => "Python console exporter",
        }
    }
}

/// What was found in one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadSummary {
    /// The source.
    pub source: Name,
    /// Whether it was compressed with gzip.
    pub compressed: bool,
    /// How many bytes it has, decompressed.
    pub bytes: u64,
    /// How many spans were read from it, repeated ones included.
    pub spans: u64,
    /// The same by form.
    pub formats: BTreeMap<Format, u64>,
    /// Lines that have nothing to do with spans: a program's other output.
    pub other_lines: u64,
    /// JSON objects that are no spans: log records and the like.
    pub other_objects: u64,
    /// Batches of metrics and logs, which were passed over.
    pub other_signals: u64,
    /// How many problems were met, by what they cost.
    pub problems: BTreeMap<Loss, u64>,
}

impl ReadSummary {
    /// Whether spans may be missing because something could not be read.
    pub fn lost_spans(&self) -> bool {
        self.problems.keys().any(|loss| loss.costs_spans())
    }

    /// How sure it is that these are all spans of a run: a source says nothing of what was never written to it.
    pub fn completeness(&self) -> Completeness {
        if self.lost_spans() {
            Completeness::unknown(format!("parts of `{}` could not be read", self.source))
        } else {
            Completeness::unknown(format!("read from `{}`", self.source))
        }
    }
}

impl fmt::Display for ReadSummary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: u64| if count == 1 { "" } else { "s" };
        write!(formatter, "{} span{} in `{}`", self.spans, plural(self.spans), self.source)?;
        for (index, (format, _)) in self.formats.iter().enumerate() {
            write!(formatter, "{}{}", if index == 0 { " (" } else { ", " }, format.name())?;
        }
        if !self.formats.is_empty() {
            formatter.write_str(")")?;
        }
        for (count, what) in [
            (self.other_lines, "other line"),
            (self.other_objects, "object without a span"),
            (self.other_signals, "batch of metrics or logs"),
        ] {
            if count > 0 {
                let (noun, rest) = what.split_once(' ').unwrap_or((what, ""));
                match noun {
                    "other" => write!(formatter, ", {count} {what}{}", plural(count))?,
                    _ => write!(
                        formatter,
                        ", {count} {noun}{} {rest}",
                        if count == 1 {
                            ""
                        } else if noun == "batch" {
                            "es"
                        } else {
                            "s"
                        }
                    )?,
                }
            }
        }
        Ok(())
    }
}

//! From bytes to spans: every format that is in use, told apart by its content, in bounded memory.
//!
//! What can't be read is told with its place, never passed over in silence; one bad span costs one span. Text around
//! spans (a program's other output) is counted.

mod batch;
mod input;
mod intake;
mod json;
mod place;
mod protobuf;
mod sink;
mod summary;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

use crate::trace::{Loss, Place};
use input::Input;
use intake::{Intake, Shared};
use place::At;

pub use sink::{Collector, Counter, Sink};
pub use summary::{Format, ReadSummary};

/// Reads the file at `path`, in whatever format it is.
///
/// # Errors
/// The file can't be opened. What fails later is told to the sink.
pub fn read_path(path: &Path, sink: &mut dyn Sink) -> io::Result<ReadSummary> {
    SpanReader::new(sink).read_path(path)
}

/// Reads `source`, in whatever format it is. `name` is how people call it.
pub fn read(source: impl Read, name: &str, sink: &mut dyn Sink) -> ReadSummary {
    SpanReader::new(sink).read(source, name)
}

/// Reads sources one after the other into one sink. Equal strings and resources of all of them have one place in memory.
#[derive(Debug, Default)]
pub struct SpanReader<S> {
    sink: S,
    shared: Shared,
}

impl<S: Sink> SpanReader<S> {
    /// A reader into `sink`.
    pub fn new(sink: S) -> Self {
        Self { sink, shared: Shared::default() }
    }

    /// What was read so far.
    pub fn sink(&self) -> &S {
        &self.sink
    }

    /// What was read.
    pub fn into_sink(self) -> S {
        self.sink
    }

    /// Reads the file at `path`, in whatever format it is.
    ///
    /// # Errors
    /// The file can't be opened. What fails later is told to the sink.
    pub fn read_path(&mut self, path: &Path) -> io::Result<ReadSummary> {
        let file = File::open(path)?;
        // A directory opens, and fails when it is read.
        if file.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(self.read(file, &path.to_string_lossy()))
    }

    /// Reads `source`, in whatever format it is. `name` is how people call it.
    pub fn read(&mut self, source: impl Read, name: &str) -> ReadSummary {
        self.read_as(source, name, |input, intake| match protobuf::framing(input) {
            Some(framing) => protobuf::read(input, framing, intake),
            None => match unreadable(input.head()) {
                Some(message) => intake.lost(&At::record(Place::Unknown), Loss::Rest, message),
                None => json::read(input, intake),
            },
        })
    }

    /// Reads an OTLP request, or traces that are kept as one, in protobuf.
    pub fn read_protobuf(&mut self, source: impl Read, name: &str) -> ReadSummary {
        self.read_as(source, name, |input, intake| protobuf::read(input, protobuf::Framing::Bare, intake))
    }

    /// Reads JSON of whatever shape.
    pub fn read_json(&mut self, source: impl Read, name: &str) -> ReadSummary {
        self.read_as(source, name, json::read)
    }

    /// Takes the spans of a request that is decoded already.
    pub fn take_request(&mut self, request: ExportTraceServiceRequest, name: &str) -> ReadSummary {
        let mut intake = Intake::new(name, &mut self.sink, &mut self.shared);
        protobuf::take_request(request, &mut intake);
        intake.finish()
    }

    fn read_as(
        &mut self,
        source: impl Read,
        name: &str,
        read: impl FnOnce(&mut Input<'_>, &mut Intake<'_>),
    ) -> ReadSummary {
        let mut intake = Intake::new(name, &mut self.sink, &mut self.shared);
        let (mut input, compressed) = Input::new(source).decompressed();
        read(&mut input, &mut intake);
        intake.summary().compressed = compressed;
        intake.summary().bytes = input.consumed();
        if let Some(failure) = input.failure() {
            let at = At::record(Place::Line(input.line()));
            intake.lost(&at, Loss::Rest, format!("reading failed: {failure}"));
        }
        intake.finish()
    }
}

/// Why a source that begins with `bytes` is not read at all.
fn unreadable(bytes: &[u8]) -> Option<&'static str> {
    const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Some(
            "this text is UTF-16, which is not read: save it as UTF-8 (PowerShell: `Out-File -Encoding utf8`)",
        );
    }
    // The collector's file exporter puts the length of each message before it.
    if bytes.starts_with(&ZSTD) || bytes.get(4..).is_some_and(|rest| rest.starts_with(&ZSTD)) {
        return Some(
            "this is compressed with zstd, which is not read: decompress it with `zstd -d`, or let the collector write it uncompressed",
        );
    }
    if bytes.contains(&0) {
        return Some("this is neither text nor OTLP in protobuf");
    }
    None
}

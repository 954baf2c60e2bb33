//! What the programs of a scenario write: told as events, kept whole in the artifacts, and in bounded memory for what is asked of it.
//! Secrets are covered in everything that is shown; what is asked of output is asked of the text as it was written.

use std::path::PathBuf;

use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc::UnboundedSender;

use crate::engine::init::Output;
use crate::executor::redaction::{RedactedStream, Redaction};
use crate::executor::{OutputStream, RunEvent, ScenarioId};

/// So much of a stream is kept for results, in bytes; the end of it counts.
const TAIL: usize = 64 * 1024;

/// So much of a stream is kept for what is asked of it and for spans in it, in bytes; the begin of it counts.
const KEPT: usize = 16 << 20;

/// So much of a stream is told live, in bytes: nobody reads more, and events wait in memory until they are taken.
const TOLD: usize = 8 << 20;

/// Who writes.
#[derive(Clone, Debug)]
pub struct Writer {
    /// The scenario.
    pub scenario: ScenarioId,
    /// The service in whose container the program runs.
    pub service: String,
    /// The step; `None` for the service's own program.
    pub step: Option<String>,
}

/// What one program writes.
pub struct Capture {
    writer: Writer,
    events: UnboundedSender<RunEvent>,
    streams: [Stream; 2],
}

struct Stream {
    stream: OutputStream,
    redacted: RedactedStream,
    undecoded: Vec<u8>,
    kept: Vec<u8>,
    is_cut: bool,
    tail: String,
    file: Option<PathBuf>,
    open: Option<File>,
    /// How much was told live, in bytes.
    told: usize,
}

impl Capture {
    /// A capture that keeps all in files with these names, `stdout` and `stderr` behind them; in none where there is no name.
    pub fn new(
        writer: Writer,
        events: UnboundedSender<RunEvent>,
        redaction: &Redaction,
        files: Option<&std::path::Path>,
    ) -> Self {
        let stream = |stream: OutputStream, extension: &str| Stream {
            stream,
            redacted: redaction.stream(),
            undecoded: Vec::new(),
            kept: Vec::new(),
            is_cut: false,
            tail: String::new(),
            file: files.map(|base| {
                let mut name = base.as_os_str().to_owned();
                name.push(extension);
                PathBuf::from(name)
            }),
            open: None,
            told: 0,
        };
        let streams = [stream(OutputStream::Stdout, ".stdout"), stream(OutputStream::Stderr, ".stderr")];
        Self { writer, events, streams }
    }

    /// Takes what was written.
    pub async fn take(&mut self, output: Output, bytes: &[u8]) {
        let stream = &mut self.streams[usize::from(output == Output::Stderr)];
        let room = KEPT.saturating_sub(stream.kept.len());
        stream.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        stream.is_cut |= bytes.len() > room;
        let text = decode(&mut stream.undecoded, bytes);
        let shown = stream.redacted.push(&text);
        stream.show(shown, &self.writer, &self.events).await;
    }

    /// Nothing is written any more: shows what was held back and closes the files.
    pub async fn finish(&mut self) {
        for stream in &mut self.streams {
            let rest = std::mem::take(&mut stream.undecoded);
            let fresh = Redaction::default().stream();
            let mut redacted = std::mem::replace(&mut stream.redacted, fresh);
            let mut shown = redacted.push(&String::from_utf8_lossy(&rest));
            shown.push_str(&redacted.finish());
            stream.show(shown, &self.writer, &self.events).await;
            if let Some(mut file) = stream.open.take() {
                // A disk that is full loses an artifact, no verdict.
                let _ = file.flush().await;
            }
        }
    }

    /// What was written to a stream, as far as it is kept.
    pub fn text(&self, output: Output) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(output))
    }

    /// What was written to a stream, as far as it is kept.
    pub fn bytes(&self, output: Output) -> &[u8] {
        &self.streams[usize::from(output == Output::Stderr)].kept
    }

    /// Whether more was written than is kept.
    pub fn is_cut(&self) -> bool {
        self.streams.iter().any(|stream| stream.is_cut)
    }

    /// The end of a stream, with secrets covered.
    pub fn tail(&self, output: Output) -> &str {
        &self.streams[usize::from(output == Output::Stderr)].tail
    }

    /// The last lines of both streams, with secrets covered; `None` where nothing was written.
    pub fn last_lines(&self, count: usize) -> Option<String> {
        let [stdout, stderr] = &self.streams;
        let lines: Vec<&str> = stdout.tail.lines().chain(stderr.tail.lines()).collect();
        let last = lines[lines.len().saturating_sub(count)..].join("\n");
        (!last.trim().is_empty()).then_some(last)
    }
}

impl Stream {
    async fn show(&mut self, text: String, writer: &Writer, events: &UnboundedSender<RunEvent>) {
        if text.is_empty() {
            return;
        }
        if self.open.is_none()
            && let Some(path) = self.file.take()
        {
            self.open = File::create(path).await.ok();
        }
        if let Some(file) = &mut self.open
            && file.write_all(text.as_bytes()).await.is_err()
        {
            self.open = None;
        }
        self.tail.push_str(&text);
        if self.tail.len() > 2 * TAIL {
            let from = self.tail.len() - TAIL;
            let from = (from..self.tail.len()).find(|&at| self.tail.is_char_boundary(at)).unwrap_or(from);
            self.tail.drain(..from);
        }
        if self.told > TOLD {
            return;
        }
        self.told += text.len();
        let text = match self.told > TOLD {
            true => text + "\n(it writes more than is shown live; its end is in the result)\n",
            false => text,
        };
        let _ = events.send(RunEvent::Output {
            scenario: writer.scenario.clone(),
            service: writer.service.clone(),
            step: writer.step.clone(),
            stream: self.stream,
            text,
        });
    }
}

/// The text of the bytes so far; a letter of which only a part has come waits.
fn decode(undecoded: &mut Vec<u8>, bytes: &[u8]) -> String {
    undecoded.extend_from_slice(bytes);
    let waits = match std::str::from_utf8(undecoded) {
        Err(error) if error.error_len().is_none() => undecoded.len() - error.valid_up_to(),
        _ => {
            // A wrong byte in the middle need not keep the end of the text from waiting.
            let from = undecoded.len().saturating_sub(3);
            let incomplete = (from..undecoded.len()).find(|&at| {
                std::str::from_utf8(&undecoded[at..])
                    .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
            });
            incomplete.map_or(0, |at| undecoded.len() - at)
        }
    };
    let rest = undecoded.split_off(undecoded.len() - waits);
    let text = String::from_utf8_lossy(undecoded).into_owned();
    *undecoded = rest;
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_kept_of_a_flood_is_bounded_and_its_end_is_there() {
        let (events, mut told) = tokio::sync::mpsc::unbounded_channel();
        let folder = tempfile::tempdir().unwrap();
        let test = crate::executor::TestId { file: "a".to_owned(), combination: None };
        let scenario = ScenarioId { test, scenario: "s".to_owned() };
        let writer = Writer { scenario, service: "it".to_owned(), step: None };
        let mut capture = Capture::new(writer, events, &Redaction::default(), Some(&folder.path().join("it")));
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..40 {
            capture.take(Output::Stdout, &piece).await;
        }
        capture.take(Output::Stdout, b"\r\nthe end\r\n").await;
        capture.finish().await;
        assert!(capture.is_cut());
        assert_eq!(capture.bytes(Output::Stdout).len(), KEPT);
        assert_eq!(capture.last_lines(1).unwrap(), "the end");
        let mut length = 0;
        while let Ok(RunEvent::Output { text, .. }) = told.try_recv() {
            length += text.len();
        }
        assert!((TOLD..TOLD + (2 << 20)).contains(&length), "{length}");
        assert_eq!(std::fs::metadata(folder.path().join("it.stdout")).unwrap().len(), (40 << 20) + 11);
    }

    #[test]
    fn letters_that_come_in_pieces_stay_whole() {
        let mut waiting = Vec::new();
        let text = "aß€😀z";
        let shown: String = text.bytes().map(|byte| decode(&mut waiting, &[byte])).collect();
        assert_eq!((shown.as_str(), waiting.len()), (text, 0));
        assert_eq!(decode(&mut waiting, b"\xffa\xe2\x82"), "\u{fffd}a");
        assert_eq!(decode(&mut waiting, b"\xac"), "€");
    }
}

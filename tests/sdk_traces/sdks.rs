//! Runs the shop with each SDK and writes what it exports to files.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use opentelemetry_otlp::Protocol;

use crate::rust;
use crate::sink::Sink;

/// A file of spans, and who wrote it how.
#[derive(Debug)]
pub struct Exported {
    pub sdk: &'static str,
    pub format: &'static str,
    pub file: PathBuf,
}

/// What each installed SDK exports in each of its formats, written to files in `folder`.
pub fn exports(folder: &Path) -> Vec<Exported> {
    let sdks = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/sdks");
    let python = sdks.join("python/bin/python");
    let node = sdks.join("node/node_modules");
    let mut exports = Vec::new();
    let mut write = |sdk, format, bodies: Vec<Vec<u8>>, extension, between: &[u8]| {
        assert!(!bodies.is_empty(), "{sdk} exported nothing as {format}");
        let file = folder.join(format!("{sdk}-{format}.{extension}"));
        fs::write(&file, bodies.join(between)).unwrap();
        exports.push(Exported { sdk, format, file });
    };

    // Messages of protobuf one behind the other are one message with all their spans.
    write("rust", "otlp-proto", rust::emit(Protocol::HttpBinary), "binpb", b"");

    if is_there(&python) {
        let emit = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk_traces/python/emit.py");
        let run = |kind: &str, target: &OsStr| {
            run(Command::new(&python).arg(&emit).arg(kind).arg(target));
        };
        let posted = |kind| {
            let sink = Sink::start();
            run(kind, sink.endpoint.as_ref());
            sink.bodies()
        };
        write("python", "otlp-proto", posted("otlp-proto"), "binpb", b"");
        write("python", "otlp-json", posted("otlp-json"), "jsonl", b"\n");
        for (kind, extension) in [("json-file", "jsonl"), ("console", "log")] {
            let file = folder.join(format!("python-{kind}.{extension}"));
            run(kind, file.as_os_str());
            exports.push(Exported { sdk: "python", format: kind, file });
        }
    }
    if is_there(&node) {
        // Node finds packages beside the program only.
        let emit = sdks.join("node/emit.mjs");
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk_traces/node/emit.mjs"), &emit).unwrap();
        for (kind, extension, between) in [("otlp-proto", "binpb", b"".as_slice()), ("otlp-json", "jsonl", b"\n")] {
            let sink = Sink::start();
            run(Command::new("node").arg(&emit).arg(kind).arg(&sink.endpoint));
            let file = folder.join(format!("javascript-{kind}.{extension}"));
            fs::write(&file, sink.bodies().join(between)).unwrap();
            exports.push(Exported { sdk: "javascript", format: kind, file });
        }
    }
    exports
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Whether an SDK is installed. CI installs all of them.
fn is_there(path: &Path) -> bool {
    let exists = path.exists();
    assert!(exists || std::env::var_os("CI").is_none(), "{} is missing: run scripts/setup-sdks", path.display());
    if !exists {
        eprintln!("SKIPPED: {} is missing; scripts/setup-sdks installs it", path.display());
    }
    exists
}

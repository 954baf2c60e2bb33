//! Stands between an editor and its language server and writes down what they say: `record_session FILE SERVER [ARGUMENT…]`.
//!
//! Every byte is passed on as it came. `FILE` gets one line of JSON per message, `{"from": "client" | "server", "message": …}`,
//! in an order in which each answer follows its question. `scripts/record-sessions` uses it; `tests/server/sessions.rs` replays
//! what it writes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::{Value, json};

fn main() -> io::Result<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(file), Some(server)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "record_session FILE SERVER [ARGUMENT…]"));
    };
    let record = Arc::new(Mutex::new(File::create(file)?));
    let mut process = Command::new(server).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
        return Err(io::Error::other("the server has no standard input or output"));
    };
    // Ends with the editor's input, or with this process when the server leaves first.
    thread::spawn({
        let record = Arc::clone(&record);
        move || pass("client", BufReader::new(io::stdin()), input, &record)
    });
    pass("server", BufReader::new(output), io::stdout(), &record)?;
    let status = process.wait()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Passes on messages until there are no more, and writes each down before it is passed on.
fn pass(from: &str, mut input: impl BufRead, mut output: impl Write, record: &Mutex<File>) -> io::Result<()> {
    loop {
        let mut bytes = Vec::new();
        let mut length = 0;
        loop {
            let start = bytes.len();
            if input.read_until(b'\n', &mut bytes)? == 0 {
                return Ok(());
            }
            let line = String::from_utf8_lossy(&bytes[start..]);
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().map_err(io::Error::other)?;
                }
                Some(_) => {}
                None => break,
            }
        }
        let header = bytes.len();
        bytes.resize(header + length, 0);
        input.read_exact(&mut bytes[header..])?;
        let message: Value = serde_json::from_slice(&bytes[header..])?;
        writeln!(
            record.lock().unwrap_or_else(PoisonError::into_inner),
            "{}",
            json!({ "from": from, "message": message })
        )?;
        output.write_all(&bytes)?;
        output.flush()?;
    }
}

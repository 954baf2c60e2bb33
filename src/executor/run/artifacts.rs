//! What is kept of a run: `.clnrm/runs/RUN/…` in the project. Losing an artifact changes no verdict, so failures to write are told to
//! the log alone. Secrets are covered in all of it.

use std::borrow::Cow;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use crate::executor::{Redaction, RunId, ScenarioId};
use crate::trace::{Span, SpanId, write};

/// The folder of all that this program keeps in a project.
pub fn project_folder(root: &Path) -> PathBuf {
    root.join(".clnrm")
}

/// The folder of a run.
pub fn run_folder(root: &Path, run: &RunId) -> PathBuf {
    project_folder(root).join("runs").join(&run.0)
}

/// Makes the folder of an attempt. Where that fails the run goes on without its artifacts, and the log says so.
pub async fn make(folder: &Path) {
    if let Err(error) = tokio::fs::create_dir_all(folder).await {
        tracing::warn!(folder = %folder.display(), %error, "the folder of artifacts could not be made");
    }
}

/// The folder of one attempt at a scenario.
pub fn attempt_folder(root: &Path, run: &RunId, scenario: &ScenarioId, attempt: u32, round: usize) -> PathBuf {
    let mut name = file_name(&scenario.to_string());
    if round > 0 {
        name.push_str(&format!("-round-{}", round + 1));
    }
    if attempt > 1 {
        name.push_str(&format!("-attempt-{attempt}"));
    }
    run_folder(root, run).join(name)
}

/// A name that any file system takes. Different names stay different.
pub fn file_name(name: &str) -> String {
    let plain: String =
        name.chars().map(|it| if it.is_ascii_alphanumeric() || "-_.".contains(it) { it } else { '-' }).collect();
    let plain: String = plain.chars().take(80).collect();
    if plain == name { plain } else { format!("{plain}-{:08x}", checksum(name)) }
}

fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Makes the folder of a run, keeps it out of git.
pub async fn begin(root: &Path, run: &RunId) -> Option<PathBuf> {
    let (root, run) = (root.to_owned(), run.clone());
    let made = tokio::task::spawn_blocking(move || -> std::io::Result<PathBuf> {
        let folder = run_folder(&root, &run);
        std::fs::create_dir_all(&folder)?;
        let ignore = project_folder(&root).join(".gitignore");
        if !ignore.exists() {
            std::fs::write(ignore, "*\n")?;
        }
        Ok(folder)
    });
    match made.await {
        Ok(Ok(folder)) => Some(folder),
        Ok(Err(error)) => {
            tracing::warn!(%error, "no artifacts are kept");
            None
        }
        Err(_) => None,
    }
}

/// Keeps the spans of a scenario, and the id of the span that the runner has for it.
pub async fn spans(folder: &Path, runner: &SpanId, spans: &[Span], redaction: &Redaction) {
    keep(folder.join("spans.jsonl"), lines([runner], spans, redaction)).await;
}

/// Spans as lines of OTLP behind the ids of those that the runner has, with secrets covered.
pub fn lines<'s>(
    runner: impl IntoIterator<Item = &'s SpanId>,
    spans: impl IntoIterator<Item = &'s Span>,
    redaction: &Redaction,
) -> Vec<u8> {
    let mut lines = Vec::new();
    // A vector takes everything.
    let _ = write::runner_line(runner, &mut lines).and_then(|()| write::otlp_lines(spans, &mut lines));
    if redaction.is_empty() {
        return lines;
    }
    redaction.cover(&String::from_utf8_lossy(&lines)).into_owned().into_bytes()
}

/// Keeps what the engine says of a container.
pub async fn inspect(folder: &Path, service: &str, raw: &serde_json::Value, redaction: &Redaction) {
    let text = serde_json::to_string_pretty(raw).unwrap_or_default();
    keep(folder.join(format!("{}.inspect.json", file_name(service))), redaction.cover(&text).into_owned().into_bytes())
        .await;
}

/// Keeps the files of a container that a tar archive holds, below `files/SERVICE/`. Of what is no file only the name is kept, by nothing:
/// a link of a container leads nowhere here. Returns how many are kept.
pub async fn files(folder: &Path, service: &str, archive: Vec<u8>, redaction: &Redaction) -> std::io::Result<usize> {
    let folder = folder.join("files").join(file_name(service));
    let redaction = redaction.clone();
    let unpacked = tokio::task::spawn_blocking(move || unpack(&folder, &archive, &redaction));
    unpacked.await.unwrap_or_else(|_| Err(std::io::Error::other("unpacking ended by a defect of this program")))
}

fn unpack(folder: &Path, archive: &[u8], redaction: &Redaction) -> std::io::Result<usize> {
    let mut kept = 0;
    for entry in tar::Archive::new(archive).entries()? {
        let mut entry = entry?;
        let name = entry.path()?.into_owned();
        let is_plain = name.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !entry.header().entry_type().is_file() || !is_plain {
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, covered(bytes, redaction))?;
        kept += 1;
    }
    Ok(kept)
}

/// The bytes of a file with its secrets covered. Bytes that are no text stay what they are where they hold none.
fn covered(bytes: Vec<u8>, redaction: &Redaction) -> Vec<u8> {
    let text = String::from_utf8_lossy(&bytes);
    match redaction.cover(&text) {
        Cow::Owned(covered) if *covered != *text => covered.into_bytes(),
        _ => bytes,
    }
}

/// Keeps a file.
pub async fn keep(path: PathBuf, bytes: Vec<u8>) {
    if let Err(error) = tokio::fs::write(&path, bytes).await {
        tracing::warn!(path = %path.display(), %error, "an artifact was not kept");
    }
}

//! Names of findings that stay the same while lines move, so that services can tell old findings from new ones.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::{CheckedFile, Source};
use crate::analysis::Diagnostic;

/// Gives each finding of a report its name: SHA-256 over code, path and line content, and a number where these are equal.
#[derive(Debug, Default)]
pub struct Fingerprints {
    seen: BTreeMap<String, usize>,
}

impl Fingerprints {
    /// The name of the next finding, 32 hexadecimal digits. Findings must be named in the order of the report.
    pub fn next(&mut self, file: &CheckedFile, source: &Source, diagnostic: &Diagnostic) -> String {
        let line = source.line_at(diagnostic.span.start).trim();
        let base = hash(&[diagnostic.rule.code, &file.path, line, source.slice(diagnostic.span)]);
        let count = self.seen.entry(base.clone()).or_default();
        *count += 1;
        if *count == 1 { base } else { hash(&[&base, &count.to_string()]) }
    }
}

/// The first half of the SHA-256 of `parts`, each ended by a zero byte.
pub fn hash(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

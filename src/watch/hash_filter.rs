//! Lets a file through only when its content has changed: editors and version control touch many files without changing them.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Instant;

use sha2::{Digest, Sha256};
use tracing::field::Empty;

use crate::telemetry::{Measure, measured};

/// How many files are remembered. When there are more, all are forgotten: that costs one needless look at each, no memory.
const REMEMBERED: usize = 20_000;

/// Remembers the content of files by its SHA-256.
#[derive(Debug, Default)]
pub struct HashFilter {
    hashes: HashMap<PathBuf, Option<[u8; 32]>>,
}

impl HashFilter {
    /// Whether the content of `path` differs from what it was at the last call (a file that is gone has none). The first call
    /// for a path says yes.
    pub fn changed(&mut self, path: &Path) -> bool {
        let span = tracing::debug_span!("watch.hash", path = %path.display(), hash = Empty, changed = Empty).entered();
        let started = Instant::now();
        let hash = hash(path).ok();
        measured(Measure::HashComputation, started.elapsed());
        if self.hashes.len() >= REMEMBERED && !self.hashes.contains_key(path) {
            self.hashes.clear();
        }
        let changed = self.hashes.insert(path.to_owned(), hash) != Some(hash);
        span.record("changed", changed);
        if let Some(hash) = hash.filter(|_| !span.is_disabled()) {
            span.record("hash", hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        }
        changed
    }
}

fn hash(path: &Path) -> io::Result<[u8; 32]> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path)?, &mut HashWriter(&mut hasher))?;
    Ok(hasher.finalize().into())
}

/// Feeds what is written to a hash.
struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_a_new_content_is_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.clnrm.toml");
        let mut filter = HashFilter::default();
        fs::write(&path, "a = 1").unwrap();
        assert!(filter.changed(&path), "seen for the first time");
        fs::write(&path, "a = 1").unwrap();
        assert!(!filter.changed(&path), "written, but the same");
        fs::write(&path, "a = 2").unwrap();
        assert!(filter.changed(&path));
        fs::remove_file(&path).unwrap();
        assert!(filter.changed(&path), "gone");
        assert!(!filter.changed(&path), "still gone");
    }
}

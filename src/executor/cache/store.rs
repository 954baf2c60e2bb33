//! The folder of records: one file a test.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use super::Entry;

/// The version of what is written. Others are not read, and make room in time.
const VERSION: u32 = 1;

/// So many records are kept, and so many bytes; the oldest go first.
const MOST_ENTRIES: usize = 2_000;
const MOST_BYTES: u64 = 512 << 20;

/// The records of a project.
#[derive(Clone, Debug)]
pub struct RunCache {
    folder: PathBuf,
}

/// How much is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// Records.
    pub entries: usize,
    /// Their size.
    pub bytes: u64,
}

impl RunCache {
    /// That of the project at `root`. Need not be there yet.
    pub fn of_project(root: &Path) -> Self {
        Self { folder: root.join(".clnrm").join("cache") }
    }

    /// What is known of a test.
    ///
    /// # Errors
    /// Where its record is there and can't be used, with the reason; its outcome is then unknown, like that of a test without one.
    pub fn get(&self, test: &str) -> Result<Option<Entry>, String> {
        let text = match fs::read_to_string(self.file(test)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let (head, body) = text.split_once('\n').ok_or("it is cut off")?;
        let mut head = head.split(' ');
        let (word, version, digest) = (head.next(), head.next(), head.next());
        if word != Some("clnrm-cache") {
            return Err("it is no record of a run".to_owned());
        }
        if version != Some(VERSION.to_string().as_str()) {
            return Ok(None);
        }
        if digest != Some(checksum(body).as_str()) {
            return Err("it is damaged".to_owned());
        }
        let entry: Entry = serde_json::from_str(body).map_err(|error| error.to_string())?;
        // Names of files are short; another test may have the same.
        Ok((entry.test == test).then_some(entry))
    }

    /// Keeps a record in the place of the test's last one. Nobody ever sees half of it.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn put(&self, entry: &Entry) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let body = serde_json::to_string(entry)?;
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(&self.folder)?;
        write!(file, "clnrm-cache {VERSION} {}\n{body}", checksum(&body))?;
        file.persist(self.file(&entry.test)).map_err(|error| error.error)?;
        self.prune(MOST_ENTRIES, MOST_BYTES)
    }

    /// How much is kept.
    ///
    /// # Errors
    /// Where the folder is there and can't be read.
    pub fn stats(&self) -> io::Result<CacheStats> {
        let files = self.files()?;
        Ok(CacheStats { entries: files.len(), bytes: files.iter().map(|(_, bytes, _)| bytes).sum() })
    }

    /// Removes all records; how much that was.
    ///
    /// # Errors
    /// Where one can't be removed.
    pub fn clear(&self) -> io::Result<CacheStats> {
        let stats = self.stats()?;
        self.prune(0, 0)?;
        Ok(stats)
    }

    fn prune(&self, entries: usize, bytes: u64) -> io::Result<()> {
        let mut files = self.files()?;
        files.sort();
        let mut size: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        let mut count = files.len();
        for (_, length, path) in files {
            if count <= entries && size <= bytes {
                break;
            }
            match fs::remove_file(&path) {
                // Another process was faster.
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => (count, size) = (count - 1, size - length),
            }
        }
        Ok(())
    }

    /// Age, size and place of all records.
    fn files(&self) -> io::Result<Vec<(SystemTime, u64, PathBuf)>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut files = Vec::new();
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|it| it == "run")
                && let Ok(meta) = fs::metadata(&path)
            {
                files.push((meta.modified().unwrap_or(SystemTime::UNIX_EPOCH), meta.len(), path));
            }
        }
        Ok(files)
    }

    fn file(&self, test: &str) -> PathBuf {
        self.folder.join(format!("{}.run", &checksum(test)[..32]))
    }
}

fn checksum(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(test: &str) -> Entry {
        Entry {
            test: test.to_owned(),
            run: "r".to_owned(),
            at: 1,
            inputs: "i".to_owned(),
            images: Vec::new(),
            expectations: "e".to_owned(),
            passed: true,
            reason: "exit+drain".to_owned(),
            own_hosts: Vec::new(),
            own_parents: Vec::new(),
            scenarios: Vec::new(),
            spans: String::new(),
        }
    }

    #[test]
    fn records_are_found_again_unless_they_are_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let cache = RunCache::of_project(folder.path());
        assert_eq!((cache.get("a"), cache.stats().unwrap()), (Ok(None), CacheStats::default()));
        cache.put(&entry("a")).unwrap();
        cache.put(&entry("b")).unwrap();
        assert_eq!(cache.get("a"), Ok(Some(entry("a"))));
        let file = cache.file("a");
        let text = fs::read_to_string(&file).unwrap();
        for damaged in [&text[..text.len() - 1], text.replace("\"passed\":true", "\"passed\":tru3").as_str(), "", "x"] {
            fs::write(&file, damaged).unwrap();
            assert!(cache.get("a").is_err(), "{damaged}");
        }
        fs::write(&file, text.replace("clnrm-cache 1", "clnrm-cache 0")).unwrap();
        assert_eq!(cache.get("a"), Ok(None));
        assert_eq!(cache.clear().unwrap().entries, 2);
        assert_eq!((cache.get("b"), cache.stats().unwrap()), (Ok(None), CacheStats::default()));
    }

    #[test]
    fn the_oldest_records_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let cache = RunCache::of_project(folder.path());
        for test in ["a", "b", "c"] {
            cache.put(&entry(test)).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        cache.prune(2, u64::MAX).unwrap();
        assert_eq!((cache.get("a"), cache.get("c")), (Ok(None), Ok(Some(entry("c")))));
    }
}

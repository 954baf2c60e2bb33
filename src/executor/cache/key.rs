//! What a record is known by: everything that decides on what scenarios do, and what is expected of them.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::executor::plan::{PlannedTest, VolumeSource};
use crate::expectation::ExpectationTree;

/// More files, or bytes, of mounted folders are not read: a test that mounts so much always runs.
const MOST_FILES: usize = 10_000;
const MOST_BYTES: u64 = 256 << 20;

/// What decides on what the scenarios of a test do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// All but the images, as a digest.
    pub digest: String,
    /// The references of the images.
    pub images: Vec<String>,
}

impl Inputs {
    /// Those of a test in a run with this seed; reads what is mounted. `None` where that is too much, can't be read, or can be
    /// written to by the test, so that it is not known what the next run would find.
    pub fn of(planned: &PlannedTest, seed: u64) -> Option<Self> {
        let mut digest = Sha256::new();
        let mut say = |text: &str| {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        };
        for text in [env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH] {
            say(text);
        }
        say(&planned.seed.unwrap_or(seed).to_string());
        let mut images = Vec::new();
        let mut mounted = Vec::new();
        for scenario in &planned.scenarios {
            say(&scenario.id.to_string());
            say(&scenario.inputs);
            say(&format!("{:?} {:?}", scenario.depends_on, scenario.after));
            for service in scenario.services.iter().filter_map(|index| planned.services.get(*index)) {
                images.extend(service.image.clone());
                for volume in &service.volumes {
                    if let VolumeSource::Host(path) = &volume.source {
                        if !volume.read_only {
                            return None;
                        }
                        mounted.push(path.clone());
                    }
                }
            }
        }
        images.sort();
        images.dedup();
        mounted.sort();
        mounted.dedup();
        let mut budget = (MOST_FILES, MOST_BYTES);
        for path in mounted {
            say(&path.to_string_lossy());
            content(&path, &mut say, &mut budget)?;
        }
        Some(Self { digest: hex(digest), images })
    }
}

/// The content of a file, or of all files of a folder.
fn content(path: &Path, say: &mut dyn FnMut(&str), budget: &mut (usize, u64)) -> Option<()> {
    let meta = fs::symlink_metadata(path).ok()?;
    budget.0 = budget.0.checked_sub(1)?;
    if meta.is_symlink() {
        say("link");
        say(&fs::read_link(path).ok()?.to_string_lossy());
        // What a link names counts where it is what was mounted or lies in it: only files are followed, so that no link leads in circles.
        let target = fs::metadata(path).ok()?;
        return if target.is_file() { file(path, target.len(), say, budget) } else { None };
    }
    if meta.is_dir() {
        say("folder");
        let mut entries: Vec<PathBuf> =
            fs::read_dir(path).ok()?.map(|entry| entry.map(|it| it.path())).collect::<Result<_, _>>().ok()?;
        entries.sort();
        for entry in entries {
            say(&entry.file_name()?.to_string_lossy());
            content(&entry, say, budget)?;
        }
        return Some(());
    }
    // A socket or device is whatever answers behind it.
    if !meta.is_file() {
        return None;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        say(&format!("{:o}", meta.permissions().mode()));
    }
    file(path, meta.len(), say, budget)
}

fn file(path: &Path, length: u64, say: &mut dyn FnMut(&str), budget: &mut (usize, u64)) -> Option<()> {
    budget.1 = budget.1.checked_sub(length)?;
    let mut digest = Sha256::new();
    let mut file = fs::File::open(path).ok()?;
    let mut buffer = [0; 16 << 10];
    loop {
        match file.read(&mut buffer).ok()? {
            0 => break,
            read => digest.update(&buffer[..read]),
        }
    }
    say(&hex(digest));
    Some(())
}

/// What a test expects, as a digest. Places count too: a line that moved costs a judgement of recorded spans, and no container.
pub fn expectations(planned: &PlannedTest) -> String {
    hex(Sha256::new_with_prefix(format!("{:?}", ExpectationTree::new(&planned.analysis.config))))
}

fn hex(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

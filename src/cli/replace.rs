//! Replaces files as a whole or not at all, whenever the process ends, and removes what a killed process left behind.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// What the names of unfinished files begin with: hidden, and no name of a test.
const PREFIX: &str = ".clnrm-fmt.";

/// What they end with.
const SUFFIX: &str = ".tmp";

/// Puts `after` in the place of the file at `path`, which held `before`: all of it or nothing, whenever the process ends. A link
/// stays a link, permissions and, as far as the system allows, the owner stay what they are.
pub(super) fn replace(path: &Path, before: &str, after: &str) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let metadata = fs::metadata(&path)?;
    if metadata.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let unfinished = tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).tempfile_in(folder);
    let mut unfinished = unfinished.map_err(|error| {
        let because = format!("nothing can be written into its folder: {}", io::Error::from(error.kind()));
        io::Error::new(error.kind(), because)
    })?;
    // Who sweeps sees by the lock that somebody is still at work. Where there are no locks, nobody sweeps.
    let _ = unfinished.as_file().lock();
    unfinished.write_all(after.as_bytes())?;
    keep_owner(unfinished.as_file(), &metadata);
    unfinished.as_file().set_permissions(metadata.permissions())?;
    unfinished.as_file().sync_all()?;
    // Somebody may have saved it meanwhile.
    if fs::read(&path)? != before.as_bytes() {
        return Err(io::Error::other("it changed while it was formatted; nothing was written"));
    }
    unfinished.persist(&path).map(drop).map_err(|failed| failed.error)
}

/// Whoever runs this may not be allowed to give files away; then the file is theirs, as with most editors.
#[cfg(unix)]
fn keep_owner(file: &File, before: &fs::Metadata) {
    use std::os::unix::fs::MetadataExt;
    let is_other = file.metadata().is_ok_and(|now| (now.uid(), now.gid()) != (before.uid(), before.gid()));
    if is_other {
        let _ = std::os::unix::fs::fchown(file, Some(before.uid()), Some(before.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) {}

/// Removes the unfinished files in `folders` that nobody works on any more. What can't be removed stays.
pub(super) fn sweep<'a>(folders: impl IntoIterator<Item = &'a Path>) {
    for folder in folders {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries
            .map(|entry| entry.path())
            .filter(|path| is_left_over(path))
            .for_each(|path| drop(fs::remove_file(path)));
    }
}

fn is_left_over(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.starts_with(PREFIX)
        && name.ends_with(SUFFIX)
        && fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
        && File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

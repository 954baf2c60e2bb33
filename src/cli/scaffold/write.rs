//! Writes new files without losing any: all that are asked for, or none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaffoldFile {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub text: String,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Files are there already, with other content.
    #[error("{} there already; nothing was written (`--force` replaces {})", exist(.0), if .0.len() == 1 { "it" } else { "them" })]
    Exists(Vec<PathBuf>),
    /// A file could not be written.
    #[error("`{}` can't be written: {source}", path.display())]
    Failed {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn exist(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}

/// Writes all files, and says which it wrote: a file that holds the same text already is left alone.
///
/// # Errors
/// Where a file of this name holds something else and `force` does not allow to replace it, before anything is written; and where
/// writing fails.
pub fn write_all(files: &[ScaffoldFile], force: bool) -> Result<Vec<&Path>, Refused> {
    let is_there = |file: &&ScaffoldFile| fs::read(&file.path).is_ok_and(|there| there == file.text.as_bytes());
    let new: Vec<&ScaffoldFile> = files.iter().filter(|file| !is_there(file)).collect();
    let taken: Vec<PathBuf> = new.iter().filter(|file| file.path.exists()).map(|file| file.path.clone()).collect();
    if !taken.is_empty() && !force {
        return Err(Refused::Exists(taken));
    }
    for file in &new {
        let failed = |source| Refused::Failed { path: file.path.clone(), source };
        if let Some(folder) = file.path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        fs::write(&file.path, &file.text).map_err(failed)?;
    }
    Ok(new.into_iter().map(|file| file.path.as_path()).collect())
}

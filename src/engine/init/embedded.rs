//! The program itself, as `build.rs` compiled it, and its way to an engine: as a file to mount or as an archive to upload.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use sha2::{Digest as _, Sha256};

/// The processors that init is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Architecture {
    /// 64-bit x86: `amd64`, `x86_64`.
    X86_64,
    /// 64-bit ARM: `arm64`, `aarch64`.
    Aarch64,
}

/// Why there is no program: this `clnrm-lsp` was built without it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this build has no init program for {architecture} containers: {why}")]
pub struct ProgramMissing {
    /// For which processor.
    pub architecture: Architecture,
    /// What was in the way when this was built, and what to do.
    pub why: &'static str,
}

/// What the file is called in the archive of [`program_tar`].
pub const PROGRAM_NAME: &str = "clnrm-init";

impl Architecture {
    /// Both.
    pub const ALL: [Self; 2] = [Self::X86_64, Self::Aarch64];

    /// The architecture as an engine or an image names it.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "amd64" | "x86_64" | "x86-64" => Some(Self::X86_64),
            "arm64" | "aarch64" => Some(Self::Aarch64),
            _ => None,
        }
    }

    /// The one that this program was built for.
    pub fn of_host() -> Option<Self> {
        Self::parse(std::env::consts::ARCH)
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
        })
    }
}

include!(concat!(env!("OUT_DIR"), "/init_programs.rs"));

/// The program for containers on the host's own processor; `None` where this build has none. [`program_for`] says why.
pub fn program() -> Option<&'static [u8]> {
    Architecture::of_host().and_then(|architecture| program_for(architecture).ok())
}

/// The program for containers on this processor: a static executable for Linux.
///
/// # Errors
///
/// When it was not built, with the reason.
pub fn program_for(architecture: Architecture) -> Result<&'static [u8], ProgramMissing> {
    let (program, why) = match architecture {
        Architecture::X86_64 => X86_64,
        Architecture::Aarch64 => AARCH64,
    };
    if program.is_empty() { Err(ProgramMissing { architecture, why }) } else { Ok(program) }
}

/// The program as an executable file in a folder, to be mounted into containers. The folder is made where it is missing; a file that
/// is there already and right is left alone, so all versions and all processes may share one.
///
/// # Errors
///
/// When the program was not built (kind `Unsupported`, a [`ProgramMissing`]) or the file can't be written.
pub fn program_file(architecture: Architecture, folder: &Path) -> io::Result<PathBuf> {
    let program = built(architecture)?;
    let digest = Sha256::digest(program);
    let version: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let path = folder.join(format!("{PROGRAM_NAME}-{architecture}-{version}"));
    if is_right(&path, program) {
        return Ok(path);
    }
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(PROGRAM_NAME).tempfile_in(folder)?;
    file.write_all(program)?;
    make_executable(file.as_file())?;
    // Nobody sees a half-written program: the name appears when all is there.
    match file.into_temp_path().persist(&path) {
        Ok(()) => Ok(path),
        // Where a file in use can't be replaced, another process was faster.
        Err(_) if is_right(&path, program) => Ok(path),
        Err(error) => Err(error.error),
    }
}

/// The program as an archive with one executable file, [`PROGRAM_NAME`], to be uploaded into a container.
///
/// # Errors
///
/// When the program was not built (kind `Unsupported`, a [`ProgramMissing`]).
pub fn program_tar(architecture: Architecture) -> io::Result<Vec<u8>> {
    let program = built(architecture)?;
    let mut header = tar::Header::new_gnu();
    header.set_size(u64::try_from(program.len()).unwrap_or(u64::MAX));
    header.set_mode(0o755);
    header.set_cksum();
    let mut archive = tar::Builder::new(Vec::with_capacity(program.len() + 4096));
    archive.append_data(&mut header, PROGRAM_NAME, program)?;
    archive.into_inner()
}

fn built(architecture: Architecture) -> io::Result<&'static [u8]> {
    program_for(architecture).map_err(|missing| io::Error::new(io::ErrorKind::Unsupported, missing))
}

/// Whether the file is the program and executable, whoever wrote it.
fn is_right(path: &Path, program: &[u8]) -> bool {
    let same = fs::metadata(path).is_ok_and(|metadata| {
        metadata.is_file() && usize::try_from(metadata.len()) == Ok(program.len()) && is_executable(&metadata)
    });
    same && fs::read(path).is_ok_and(|bytes| bytes == program)
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o555 == 0o555
}

#[cfg(unix)]
fn make_executable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    true
}

#[cfg(not(unix))]
fn make_executable(_: &fs::File) -> io::Result<()> {
    Ok(())
}

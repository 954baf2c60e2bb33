//! `clnrm init`: a project that is green at once.

use std::path::{Path, PathBuf};

use clap::ColorChoice;

use super::validate;
use crate::cli::scaffold::{Names, Project, Refused, ScaffoldFile, write_all};
use crate::cli::{CLEAN, TROUBLE, output};

/// Make a project with a first test, check it and run it
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder of the project [default: .]
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,

    /// What it begins with
    #[arg(long, short, value_enum, value_name = "TEMPLATE", default_value = "default")]
    template: Project,

    /// The image of its services
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,

    /// Check the tests, and start no container
    #[arg(long)]
    no_engine: bool,

    /// Replace what is there
    #[arg(long)]
    force: bool,

    /// Write `cleanroom.toml` alone
    #[arg(long)]
    config: bool,
}

/// Writes, checks, runs, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    let folder = arguments.folder.clone().unwrap_or_else(|| PathBuf::from("."));
    let files = files(arguments.template, &folder, arguments.image.as_deref());
    let files = if arguments.config { &files[..1] } else { &files[..] };
    if let Err(refused) = write_and_tell(files, arguments.force) {
        output::complain(&refused.to_string());
        return TROUBLE;
    }
    if arguments.config {
        return CLEAN;
    }
    let tests = folder.join("tests");
    let checked = validate::of_paths(std::slice::from_ref(&tests), color);
    if checked != CLEAN || arguments.no_engine {
        return checked;
    }
    let next = format!("next: clnrm dev --watch {}\n", tests.display());
    output::write_stderr(next.as_bytes());
    CLEAN
}

/// Writes the files of a project.
///
/// # Errors
/// See [`write_all`].
pub(super) fn write(project: Project, folder: &Path, image: Option<&str>, force: bool) -> Result<(), Refused> {
    write_and_tell(&files(project, folder, image), force)
}

fn files(project: Project, folder: &Path, image: Option<&str>) -> Vec<ScaffoldFile> {
    let names = Names::of(folder, image);
    let file = |(path, text): &(&str, &str)| ScaffoldFile { path: folder.join(path), text: names.fill(text) };
    project.files().iter().map(file).collect()
}

fn write_and_tell(files: &[ScaffoldFile], force: bool) -> Result<(), Refused> {
    for path in write_all(files, force)? {
        output::write_stderr(format!("wrote {}\n", path.display()).as_bytes());
    }
    Ok(())
}

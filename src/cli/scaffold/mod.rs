//! The texts that `init`, `gen` and `template` write: whole projects, tests of one file, single blocks. They lie in `templates/`
//! and are embedded; what differs from project to project stands in them as `@IMAGE@` and `@PROJECT@`.

mod catalogue;
mod write;

pub use catalogue::{Block, Project, SingleTest};
pub use write::{Refused, ScaffoldFile, write_all};

use std::path::Path;

/// The image of new tests, unless another is asked for: small, with a shell.
pub const DEFAULT_IMAGE: &str = "alpine:3";

/// What is put into the texts.
#[derive(Clone, Debug)]
pub struct Names {
    /// The image.
    pub image: String,
    /// The name of the project.
    pub project: String,
}

impl Names {
    /// The names of a project in `folder`.
    pub fn of(folder: &Path, image: Option<&str>) -> Self {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let project =
            folder.file_name().map_or_else(|| "cleanroom".to_owned(), |name| name.to_string_lossy().into_owned());
        Self { image: image.unwrap_or(DEFAULT_IMAGE).to_owned(), project }
    }

    /// A text with the names in it, as they are written inside the quotes of a TOML string.
    pub fn fill(&self, text: &str) -> String {
        text.replace("@IMAGE@", &quoted(&self.image)).replace("@PROJECT@", &quoted(&self.project))
    }
}

fn quoted(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace(|character: char| character.is_control(), " ")
}

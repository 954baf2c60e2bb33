//! Why something is not renamed.

use thiserror::Error;

/// Why something is not renamed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// There is no name at the place.
    #[error("nothing here has a name that can be changed")]
    Nothing,
    /// A place has the name as the result of an expression.
    #[error(
        "the {noun} `{name}` can't be renamed: an expression or a macro writes its name in line {line} of `{file}`"
    )]
    Computed {
        /// What it is.
        noun: &'static str,
        /// Its name.
        name: String,
        /// The name of the file.
        file: String,
        /// The line, counted from 1.
        line: usize,
    },
    /// A place names something else too.
    #[error("the {noun} `{name}` can't be renamed alone: the same text also names the {other} `{other_name}`")]
    NamesMore {
        /// What it is.
        noun: &'static str,
        /// Its name.
        name: String,
        /// What else.
        other: &'static str,
        /// The name of that.
        other_name: String,
    },
    /// It is part of this program.
    #[error("the {noun} `{name}` belongs to the built-in library, which can't be changed")]
    BuiltIn {
        /// What it is.
        noun: &'static str,
        /// Its name.
        name: String,
    },
    /// The file that should define it does not, or is not in the workspace.
    #[error("the {noun} `{name}` is not defined in any file of the workspace")]
    NotDefined {
        /// What it is.
        noun: &'static str,
        /// Its name.
        name: String,
    },
    /// A variable that no file defines.
    #[error(
        "the variable `{name}` is defined neither in this file nor in `cleanroom.toml`: it comes from the environment or has its default"
    )]
    Surroundings {
        /// Its name.
        name: String,
    },
    /// The new name can't be written there.
    #[error("`{name}` can't be the name of a {noun}: {reason}")]
    Invalid {
        /// The new name.
        name: String,
        /// What would have it.
        noun: &'static str,
        /// What a name must be.
        reason: &'static str,
    },
    /// The new name means something already.
    #[error("there is a {noun} `{name}` already")]
    Taken {
        /// What it is.
        noun: &'static str,
        /// The new name.
        name: String,
    },
    /// Something else would change.
    #[error("renaming would change more than the name: in `{file}`, {change}")]
    ChangesMore {
        /// The file.
        file: String,
        /// What would change.
        change: String,
    },
}

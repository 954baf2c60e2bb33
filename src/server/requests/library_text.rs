//! `clnrm/libraryText`: the text of a file of the built-in library, as a virtual document that can only be read. Definitions in
//! the library lead to such documents.

use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::Uri;

use crate::template::library;

/// The scheme of the virtual documents.
const SCHEME: &str = "clnrm-library";

/// Parameters of `clnrm/libraryText`.
#[derive(Clone, Debug, Deserialize)]
pub struct LibraryTextParams {
    /// The virtual document.
    pub uri: Uri,
}

/// The answer to `clnrm/libraryText`.
#[derive(Clone, Debug, Serialize)]
pub struct LibraryText {
    /// The text.
    pub text: String,
}

/// The virtual document of the built-in file `name`.
pub fn uri(name: &str) -> Option<Uri> {
    library::built_in(name)?;
    format!("{SCHEME}:///{name}").parse().ok()
}

/// The text of a virtual document.
///
/// # Errors
///
/// Where the library has no such file.
pub fn handle(params: &LibraryTextParams) -> Result<LibraryText> {
    let name = params.uri.as_str().strip_prefix(SCHEME).and_then(|rest| rest.strip_prefix(":///"));
    let file = name.and_then(library::built_in);
    match file {
        Some(file) => Ok(LibraryText { text: file.text.to_string() }),
        None => Err(Error::invalid_params(format!("the built-in library has no `{}`", params.uri.as_str()))),
    }
}

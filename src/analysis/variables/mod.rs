//! Finds what a file says about the variables of its own render, before it is rendered.
//!
//! The text may be no TOML yet: tables hold templates, lines are being typed. So only the tables that matter are read, entry by
//! entry, each alone; an entry that can't be read is left out. The time is linear in the text, because every entry is
//! parsed once and every multi-line string skipped once.

mod lines;
mod scan;
#[cfg(test)]
mod tests;
mod values;

use memchr::memmem;

use self::scan::Scan;
use crate::template::variables::FileVariables;

/// The definitions of `[vars]`, `[matrix]`, `[template.vars]`, `[template.matrix]`, `[template.otel]` and `[determinism]` in `text`.
pub fn file_variables(text: &str) -> FileVariables {
    let mut variables = FileVariables::default();
    if !may_define(text) {
        return variables;
    }
    Scan::new(text, &mut variables).run();
    variables
}

/// Most files define nothing: a search for the names is all that they cost.
fn may_define(text: &str) -> bool {
    ["vars", "matrix", "template", "determinism"]
        .iter()
        .any(|name| memmem::find(text.as_bytes(), name.as_bytes()).is_some())
}

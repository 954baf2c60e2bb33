//! What the walk can find.

use crate::config::duration::DurationError;
use crate::text::Span;

/// One place where the shape of a file differs from the format.
#[derive(Clone, Debug, PartialEq)]
pub struct ShapeProblem {
    /// What differs.
    pub kind: ShapeProblemKind,
    /// The tightest place.
    pub span: Span,
    /// The path of the key or table, as people write it (`services.db.image`); empty at top level.
    pub path: String,
}

/// The ways in which a file can differ from the format.
#[derive(Clone, Debug, PartialEq)]
pub enum ShapeProblemKind {
    /// A key that nothing knows at this place. `path` is that of the table around it.
    UnknownKey {
        /// The key.
        key: String,
        /// Whether its value is a table.
        is_table: bool,
        /// What was probably meant.
        suggestion: Option<&'static str>,
    },
    /// A table at top level that belongs into another one.
    MisplacedTable {
        /// Its name.
        name: String,
        /// The header that was meant (`expect.span.attrs`).
        belongs: &'static str,
    },
    /// A value of a type that its key can't have.
    WrongType {
        /// What the key wants, as a noun phrase ("a text or a list of texts").
        expected: String,
        /// What it has ("an integer").
        found: &'static str,
        /// What to do, where that is known ("write `[[steps]]`").
        help: Option<String>,
        /// The new text of the place, where a mend is safe.
        mend: Option<String>,
    },
    /// A key that must be there. `path` is that of the table that lacks it.
    MissingKey {
        /// The key.
        key: &'static str,
        /// Whether the test works without it all the same.
        is_optional: bool,
    },
    /// A text of white space only.
    BlankValue,
    /// A word that is none of those to choose from.
    UnknownValue {
        /// What is chosen ("span kind").
        what: &'static str,
        /// As written.
        value: String,
        /// The words to choose from.
        allowed: &'static [&'static str],
        /// What was probably meant.
        suggestion: Option<&'static str>,
        /// Whether the test fails with it.
        is_strict: bool,
    },
    /// A number out of its bounds.
    OutOfRange {
        /// As written.
        value: String,
        /// The bounds, as a clause ("from 0 to 255").
        bounds: String,
    },
    /// A text that is no duration.
    InvalidDuration {
        /// As written.
        value: String,
        /// Why.
        error: DurationError,
    },
    /// A key that is read, but has a canonical name.
    Alias {
        /// As written.
        key: &'static str,
        /// The canonical name.
        canonical: &'static str,
        /// Whether the table has that key too, so that this one can't simply be renamed.
        has_canonical: bool,
    },
    /// A form that is read here, but that clnrm 1.0 refuses. Told once for each form, at its first place.
    Refused {
        /// The form, as a noun phrase in the plural ("ports as texts").
        what: &'static str,
    },
    /// A table among the expectations that nothing checks.
    InertTable,
}

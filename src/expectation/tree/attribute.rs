//! What is asked of an attribute, typed as the file says it.

/// A key and all that is asked of its value.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeTest {
    /// The attribute's key.
    pub key: String,
    /// What must hold of its value, all together.
    pub tests: Vec<ValueTest>,
}

/// One thing that is asked of an attribute's value.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueTest {
    /// Equal to this value.
    Equals(Literal),
    /// Present, and not equal to this value.
    Not(Literal),
    /// Equal to one of these values.
    OneOf(Vec<Literal>),
    /// Its canonical text holds a match of this regular expression.
    Regex(String),
    /// A number, and at least this.
    AtLeast(f64),
    /// A number, and at most this.
    AtMost(f64),
    /// Present (`true`), or not there at all (`false`).
    Present(bool),
}

/// A value as the file writes it. Compared by type: `200` is not `200.0`; a text is compared with the canonical text of
/// any value.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A text, or a date or time as written.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A float.
    Float(f64),
    /// A boolean.
    Boolean(bool),
    /// An array, where an array stands inside a list of alternatives.
    Array(Vec<Literal>),
}

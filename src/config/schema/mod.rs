//! The test format as data: every table and key of every dialect, with its type, its bounds, who reads it and what it is
//! for. The shape check walks along it; completion, hover and a JSON schema can be made from it.
//!
//! Says what one key may hold. What several keys must hold together is for the rules of `validation`.

mod action;
mod content;
mod expect;
mod identity;
mod otel;
mod otel_validation;
mod project;
mod root;
mod service;

pub use content::Content;
pub use project::PROJECT;
pub use root::{MISPLACED, ROOT};

/// A table: the keys that it may have.
#[derive(Debug)]
pub struct Table {
    /// The known keys, sorted by name.
    pub keys: &'static [Key],
    /// What any other key means.
    pub rest: Rest,
    /// Wrong spellings that people really write and that no edit distance finds, each with the right key.
    pub slips: &'static [(&'static str, &'static str)],
}

/// What a key means that a table does not list.
#[derive(Debug)]
pub enum Rest {
    /// Nothing: it is unknown.
    Unknown,
    /// A name that the author chose, whose value has this shape.
    Named(&'static Shape),
    /// A name that the author chose, if its value is a table with at least one of these keys; else it is unknown.
    Marked(&'static Table, &'static [&'static str]),
}

/// One key of a table.
#[derive(Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What its value may be.
    pub shape: Shape,
    /// Whether it must be there.
    pub presence: Presence,
    /// Its value where it is left out, as TOML.
    pub default: Option<&'static str>,
    /// What it is for, in one or two sentences of Markdown.
    pub documentation: &'static str,
    /// Who reads it; empty where nothing does.
    pub readers: &'static [Reader],
    /// The canonical key that this one is another spelling of.
    pub alias_of: Option<&'static str>,
    /// What the texts of its value, or of the items of its value, stand for.
    pub content: Option<Content>,
    /// What the free keys of its value stand for, where it is a map.
    pub names: Option<Content>,
    /// Whether its author asks something of a run by it that no run does. Who runs the test says so.
    pub unmet: bool,
}

/// Whether a key must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It may be left out.
    Optional,
    /// It should be there; the test works without.
    Expected,
    /// It must be there.
    Required,
    /// It must be there, unless one of these keys is.
    RequiredUnless(&'static [&'static str]),
}

/// Who reads a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// `clnrm run` of clnrm 1.0.
    Run,
    /// `clnrm analyze` of clnrm 1.0.
    Analyze,
    /// `clnrm dry-run` and `clnrm validate` of clnrm 1.0.
    DryRun,
    /// This tool.
    Tool,
}

/// What a value may be.
#[derive(Debug)]
pub enum Shape {
    /// A text.
    Text(TextRule),
    /// An integer from the first to the second bound, both inclusive.
    Integer(i64, i64),
    /// A number (integers too) from the first to the second bound, both inclusive.
    Number(f64, f64),
    /// `true` or `false`.
    Boolean,
    /// A date or time.
    Datetime,
    /// An array whose items all have this shape.
    List(&'static Shape),
    /// A table.
    Table(&'static Table),
    /// A table with free keys, whose values all have this shape.
    Map(&'static Shape),
    /// An array of tables (`[[steps]]`).
    Tables(&'static Table),
    /// An array of tables (`[[expect.span]]`), or in another dialect one table for each name (`[expect.span.NAME]`). The
    /// third part says whether the keys of one item may also stand in the table itself.
    NamedTables(&'static Table, &'static Table, bool),
    /// A table that may be repeated as an array of tables; all are read as one.
    Repeatable(&'static Table),
    /// Any value.
    Any,
    /// One of several forms, told apart by the type of the value.
    Forms(&'static [Form]),
}

/// One of several ways to write a value.
#[derive(Debug)]
pub struct Form {
    /// What it looks like.
    pub shape: Shape,
    /// Where clnrm 1.0 refuses this form: what it is, as a noun phrase in the plural ("ports as texts").
    pub refused: Option<&'static str>,
}

/// What is asked of a text.
#[derive(Clone, Copy, Debug)]
pub enum TextRule {
    /// Nothing.
    Free,
    /// More than white space.
    NonBlank,
    /// One of several words.
    Choice(&'static Choice),
    /// A duration such as `30s`.
    Duration,
    /// A published port such as `8080:80`.
    Port,
}

/// Words of which one is to be chosen. Case does not matter.
#[derive(Debug)]
pub struct Choice {
    /// What is chosen ("span kind").
    pub what: &'static str,
    /// The words, in the order in which to offer them.
    pub values: &'static [&'static str],
    /// Other words that are accepted as well, but not offered.
    pub also: &'static [&'static str],
    /// Words that people write for one of the values.
    pub slips: &'static [(&'static str, &'static str)],
    /// Whether another word makes the test fail.
    pub strict: bool,
}

impl Table {
    /// The key with this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.binary_search_by(|key| key.name.cmp(name)).ok().map(|index| &self.keys[index])
    }
}

/// A table with these keys and no others.
const fn table(keys: &'static [Key]) -> Table {
    Table { keys, rest: Rest::Unknown, slips: &[] }
}

impl Table {
    const fn slips(self, slips: &'static [(&'static str, &'static str)]) -> Self {
        Self { slips, ..self }
    }

    const fn or_marked(self, table: &'static Table, marks: &'static [&'static str]) -> Self {
        Self { rest: Rest::Marked(table, marks), ..self }
    }
}

const EVERYONE: &[Reader] = &[Reader::Run, Reader::Analyze, Reader::DryRun, Reader::Tool];
const RUN: &[Reader] = &[Reader::Run, Reader::DryRun, Reader::Tool];
const ANALYZE: &[Reader] = &[Reader::Analyze, Reader::Tool];
const TOOL: &[Reader] = &[Reader::Tool];

/// An optional key that this tool reads.
const fn key(name: &'static str, shape: Shape, documentation: &'static str) -> Key {
    Key {
        name,
        shape,
        presence: Presence::Optional,
        default: None,
        documentation,
        readers: TOOL,
        alias_of: None,
        content: None,
        names: None,
        unmet: false,
    }
}

/// A key that nothing reads; any value will do.
const fn inert(name: &'static str, documentation: &'static str) -> Key {
    Key { readers: &[], ..key(name, Shape::Any, documentation) }
}

impl Key {
    const fn read_by(self, readers: &'static [Reader]) -> Self {
        Self { readers, ..self }
    }

    const fn required(self) -> Self {
        Self { presence: Presence::Required, ..self }
    }

    const fn required_unless(self, others: &'static [&'static str]) -> Self {
        Self { presence: Presence::RequiredUnless(others), ..self }
    }

    const fn expected(self) -> Self {
        Self { presence: Presence::Expected, ..self }
    }

    const fn default(self, value: &'static str) -> Self {
        Self { default: Some(value), ..self }
    }

    const fn alias_of(self, canonical: &'static str) -> Self {
        Self { alias_of: Some(canonical), ..self }
    }

    const fn holds(self, content: Content) -> Self {
        Self { content: Some(content), ..self }
    }

    const fn unmet(self) -> Self {
        Self { unmet: true, ..self }
    }

    const fn keyed_by(self, names: Content) -> Self {
        Self { names: Some(names), ..self }
    }
}

/// A form that clnrm 1.0 reads too.
const fn form(shape: Shape) -> Form {
    Form { shape, refused: None }
}

/// A form that clnrm 1.0 refuses.
const fn refused(shape: Shape, what: &'static str) -> Form {
    Form { shape, refused: Some(what) }
}

const TEXT: Shape = Shape::Text(TextRule::Free);
const NAME: Shape = Shape::Text(TextRule::NonBlank);
const DURATION: Shape = Shape::Text(TextRule::Duration);
/// An integer that is not negative.
const COUNT: Shape = Shape::Integer(0, i64::MAX);
/// A length of time in milliseconds.
const MILLISECONDS: Shape = Shape::Number(0.0, f64::MAX);
const TEXTS: Shape = Shape::List(&TEXT);
const TEXT_MAP: Shape = Shape::Map(&TEXT);
const ANY_MAP: Shape = Shape::Map(&Shape::Any);

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `visit` with each table of the format once.
    fn each_table(visit: &mut dyn FnMut(&'static Table, &str)) {
        fn table(
            table_: &'static Table,
            path: &str,
            seen: &mut Vec<*const Table>,
            visit: &mut dyn FnMut(&'static Table, &str),
        ) {
            if seen.contains(&std::ptr::from_ref(table_)) {
                return;
            }
            seen.push(table_);
            visit(table_, path);
            for key in table_.keys {
                shape(&key.shape, &format!("{path}.{}", key.name), seen, visit);
            }
            match &table_.rest {
                Rest::Named(named) => shape(named, &format!("{path}.*"), seen, visit),
                Rest::Marked(marked, _) => table(marked, &format!("{path}.*"), seen, visit),
                Rest::Unknown => {}
            }
        }
        fn shape(
            shape_: &'static Shape,
            path: &str,
            seen: &mut Vec<*const Table>,
            visit: &mut dyn FnMut(&'static Table, &str),
        ) {
            match shape_ {
                Shape::Table(item) | Shape::Tables(item) | Shape::Repeatable(item) => table(item, path, seen, visit),
                Shape::NamedTables(item, named, _) => {
                    table(item, path, seen, visit);
                    table(named, path, seen, visit);
                }
                Shape::List(item) | Shape::Map(item) => shape(item, path, seen, visit),
                Shape::Forms(forms) => forms.iter().for_each(|form| shape(&form.shape, path, seen, visit)),
                _ => {}
            }
        }
        table(&ROOT, "", &mut Vec::new(), visit);
    }

    #[test]
    fn keys_are_sorted_and_documented() {
        each_table(&mut |table, path| {
            for pair in table.keys.windows(2) {
                assert!(
                    pair[0].name < pair[1].name,
                    "`{}` must stand behind `{}` in `{path}`",
                    pair[0].name,
                    pair[1].name
                );
            }
            for key in table.keys {
                let path = format!("{path}.{}", key.name);
                assert!(key.documentation.ends_with('.'), "{path}: the documentation is made of sentences");
                if let Some(canonical) = key.alias_of {
                    assert!(table.key(canonical).is_some(), "{path}: `{canonical}` does not exist");
                    assert_eq!(key.presence, Presence::Optional, "{path}: an alias is not required itself");
                }
            }
            for (_, right) in table.slips {
                assert!(table.key(right).is_some(), "{path}: `{right}` does not exist");
            }
        });
    }

    #[test]
    fn every_table_of_the_format_is_there() {
        let mut tables = 0;
        each_table(&mut |_, _| tables += 1);
        assert!(tables > 30, "only {tables}");
    }
}

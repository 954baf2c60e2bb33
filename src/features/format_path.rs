//! What the format says about a path of keys: the key's documentation and what its value may be.

use super::cursor::PathStep;
use crate::config::schema::{Key, ROOT, Rest, Shape, Table};

/// What the format says about a path.
#[derive(Clone, Debug, Default)]
pub struct FormatPlace {
    /// The last key of the path; `None` at the root, in items of a list, and for names that the author chose.
    pub key: Option<&'static Key>,
    /// What the value may be: the forms that the format knows at this path. None where the format does not know the path.
    pub shapes: Vec<&'static Shape>,
    /// Whether the last step is a name that the author chose (a service's name, a variable).
    pub is_named: bool,
    /// The table of `[expect.span.NAME]`, where the name is the key.
    named_table: Option<&'static Table>,
}

/// What the format says about `path`, counted from the root of a test.
pub fn resolve(path: &[PathStep]) -> FormatPlace {
    resolve_from(&ROOT, path)
}

/// The same for a path that starts in another table than the root.
pub fn resolve_from(root: &'static Table, path: &[PathStep]) -> FormatPlace {
    let mut place = FormatPlace::default();
    for (index, step) in path.iter().enumerate() {
        place = match step {
            PathStep::Key(name) if index == 0 => in_tables(&[root], name),
            PathStep::Key(name) => place.lookup(name),
            PathStep::Item => items(&place.shapes),
        };
    }
    place
}

impl FormatPlace {
    /// The tables that a value at this place may be, those in items of `[[…]]` included.
    pub fn tables(&self) -> Vec<&'static Table> {
        self.shapes.iter().flat_map(|shape| shape_tables(shape)).chain(self.named_table).collect()
    }

    /// The key `name` of what stands at this place.
    fn lookup(&self, name: &str) -> Self {
        let known = in_tables(&self.tables(), name);
        if known.key.is_some() || known.is_named {
            return known;
        }
        // Values below a name that the author chose: `[services.NAME]`, `[expect.span.NAME]`.
        let named = self.shapes.iter().find_map(|shape| match shape {
            Shape::Map(item) => Some(Self::named(item)),
            Shape::NamedTables(_, named, _) => {
                Some(Self { is_named: true, named_table: Some(named), ..Self::default() })
            }
            _ => None,
        });
        named.unwrap_or_default()
    }

    fn named(shape: &'static Shape) -> Self {
        Self { shapes: forms(shape), is_named: true, ..Self::default() }
    }

    /// What an item of an array at this place may be.
    pub fn items(&self) -> Vec<&'static Shape> {
        items(&self.shapes).shapes
    }
}

/// The tables at `path`; the root table for an empty path.
pub fn tables(path: &[PathStep]) -> Vec<&'static Table> {
    if path.is_empty() { vec![&ROOT] } else { resolve(path).tables() }
}

/// The key `name` of one of the tables.
fn in_tables(tables: &[&'static Table], name: &str) -> FormatPlace {
    if let Some(key) = tables.iter().find_map(|table| table.key(name)) {
        return FormatPlace { key: Some(key), shapes: forms(&key.shape), ..FormatPlace::default() };
    }
    let named = tables.iter().find_map(|table| match table.rest {
        Rest::Named(shape) => Some(shape),
        // What a marked table has in place of a known key is told apart by its content, which a path does not show.
        Rest::Marked(..) | Rest::Unknown => None,
    });
    named.map(FormatPlace::named).unwrap_or_default()
}

/// All forms of a shape, one by one.
fn forms(shape: &'static Shape) -> Vec<&'static Shape> {
    match shape {
        Shape::Forms(forms) => forms.iter().flat_map(|form| self::forms(&form.shape)).collect(),
        other => vec![other],
    }
}

fn items(shapes: &[&'static Shape]) -> FormatPlace {
    let items = shapes.iter().flat_map(|shape| match shape {
        Shape::List(item) => forms(item),
        Shape::Tables(_) | Shape::NamedTables(..) | Shape::Repeatable(_) => vec![*shape],
        _ => Vec::new(),
    });
    FormatPlace { shapes: items.collect(), ..FormatPlace::default() }
}

fn shape_tables(shape: &'static Shape) -> Vec<&'static Table> {
    match shape {
        Shape::Table(table) | Shape::Tables(table) | Shape::Repeatable(table) => vec![table],
        Shape::NamedTables(item, _, _) => vec![item],
        Shape::Forms(forms) => forms.iter().flat_map(|form| shape_tables(&form.shape)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<PathStep> {
        text.split('.').map(|step| if step == "[]" { PathStep::Item } else { PathStep::Key(step.to_owned()) }).collect()
    }

    fn documentation(text: &str) -> &'static str {
        resolve(&path(text)).key.unwrap().documentation
    }

    #[test]
    fn keys_are_found_below_names_that_the_author_chose() {
        assert!(documentation("services.web.image").contains("container image"));
        assert!(documentation("service.web.health_check.interval").contains("two probes"));
        assert!(documentation("services.web.volumes.[].host_path").contains("on the host"));
        assert!(resolve(&path("services.web")).is_named);
        assert!(resolve(&path("services.web.env.HOME")).is_named);
        assert!(documentation("expect.span.api.kind").contains("span's kind"));
        assert!(documentation("expect.span.kind").contains("span's kind"));
        assert!(documentation("expect.counts.by_name.api.gte").contains("at least"));
    }

    #[test]
    fn what_the_format_does_not_know_has_no_place() {
        assert!(resolve(&path("services.web.nothing")).shapes.is_empty());
        assert!(resolve(&path("meta.name.deeper")).shapes.is_empty());
    }
}

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
}

/// What the format says about `path`, counted from the root of a test.
pub fn resolve(path: &[PathStep]) -> FormatPlace {
    resolve_from(&ROOT, path)
}

/// The same for a path that starts in another table than the root.
pub fn resolve_from(root: &'static Table, path: &[PathStep]) -> FormatPlace {
    let mut tables = vec![root];
    let mut place = FormatPlace::default();
    for (index, step) in path.iter().enumerate() {
        place = match step {
            PathStep::Key(name) => lookup(&tables, name),
            PathStep::Item => items(&place.shapes),
        };
        if index + 1 < path.len() {
            tables = place.tables();
        }
    }
    place
}

impl FormatPlace {
    /// The tables that a value at this place may be, those in items of `[[…]]` included.
    pub fn tables(&self) -> Vec<&'static Table> {
        self.shapes.iter().flat_map(|shape| shape_tables(shape)).collect()
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

fn lookup(tables: &[&'static Table], name: &str) -> FormatPlace {
    for table in tables {
        if let Some(key) = table.key(name) {
            return FormatPlace { key: Some(key), shapes: forms(&key.shape), is_named: false };
        }
    }
    for table in tables {
        match table.rest {
            Rest::Named(shape) => return FormatPlace { key: None, shapes: forms(shape), is_named: true },
            // Such a table has its keys directly in it.
            Rest::Marked(..) | Rest::Unknown => {}
        }
    }
    FormatPlace::default()
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
    FormatPlace { key: None, shapes: items.collect(), is_named: false }
}

fn shape_tables(shape: &'static Shape) -> Vec<&'static Table> {
    match shape {
        Shape::Table(table) | Shape::Tables(table) | Shape::Repeatable(table) => vec![table],
        Shape::NamedTables(item, _, _) => vec![item],
        Shape::Forms(forms) => forms.iter().flat_map(|form| shape_tables(&form.shape)).collect(),
        _ => Vec::new(),
    }
}

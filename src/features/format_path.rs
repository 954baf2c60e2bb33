//! What the format says about a path of keys: the key's documentation, what its value may be and what its texts stand for.

use super::DocumentView;
use super::cursor::PathStep;
use crate::config::FileKind;
use crate::config::schema::{Content, Key, PROJECT, ROOT, Rest, Shape, Table};

/// What the format says about a path.
#[derive(Clone, Debug, Default)]
pub struct FormatPlace {
    /// The last key of the path; `None` at the root, in items of a list, and for names that the author chose.
    pub key: Option<&'static Key>,
    /// The last key of the path that the format knows by name: that of the list or map that the place lies in.
    pub owner: Option<&'static Key>,
    /// What the value may be: the forms that the format knows at this path. None where the format does not know the path.
    pub shapes: Vec<&'static Shape>,
    /// Tables that the value may be beside those of `shapes`: the root, and tables that are told by their keys.
    named: Vec<&'static Table>,
    /// Whether the last step is a name that the author chose (a service's name, a variable).
    pub is_named: bool,
}

/// The table that a document's paths start in: that of a test, or of the settings of a project.
pub fn root(view: &DocumentView) -> &'static Table {
    if view.analysis().kind == FileKind::ProjectSettings { &PROJECT } else { &ROOT }
}

/// What the format says about `path`, counted from the root of a test.
pub fn resolve(path: &[PathStep]) -> FormatPlace {
    resolve_from(&ROOT, path)
}

/// The same for a path that starts in another table than the root.
pub fn resolve_from(root: &'static Table, path: &[PathStep]) -> FormatPlace {
    path.iter().fold(FormatPlace::of_root(root), |place, step| place.below(step))
}

impl FormatPlace {
    /// The root of a file whose top level is this table.
    pub fn of_root(root: &'static Table) -> Self {
        Self { named: vec![root], ..Self::default() }
    }

    /// What the format says about the next step of the path.
    pub fn below(&self, step: &PathStep) -> Self {
        match step {
            PathStep::Key(name) => self.entry(name),
            PathStep::Item => {
                Self { key: None, owner: self.owner, shapes: self.items(), named: Vec::new(), is_named: false }
            }
        }
    }

    /// The tables that a value at this place may be, those in items of `[[…]]` included.
    pub fn tables(&self) -> Vec<&'static Table> {
        self.named.iter().copied().chain(self.shapes.iter().flat_map(|shape| shape_tables(shape))).collect()
    }

    /// What an item of an array at this place may be.
    pub fn items(&self) -> Vec<&'static Shape> {
        let items = self.shapes.iter().flat_map(|shape| match shape {
            Shape::List(item) => forms(item),
            Shape::Tables(_) | Shape::NamedTables(..) | Shape::Repeatable(_) => vec![*shape],
            _ => Vec::new(),
        });
        items.collect()
    }

    /// What texts at this place stand for.
    pub fn content(&self) -> Option<Content> {
        self.owner.and_then(|owner| owner.content)
    }

    /// What the free keys of a map at this place stand for.
    pub fn names(&self) -> Option<Content> {
        // Below a named entry the keys are those of its own table.
        self.owner.filter(|_| !self.is_named).and_then(|owner| owner.names)
    }

    /// Whether the author may choose keys at this place.
    pub fn has_free_keys(&self) -> bool {
        let is_map = self.shapes.iter().any(|shape| matches!(shape, Shape::Map(_) | Shape::NamedTables(..)));
        is_map || self.tables().iter().any(|table| matches!(table.rest, Rest::Named(_)))
    }

    fn entry(&self, name: &str) -> Self {
        let tables = self.tables();
        if let Some(key) = tables.iter().find_map(|table| table.key(name)) {
            let shapes = forms(&key.shape);
            return Self { key: Some(key), owner: Some(key), shapes, named: Vec::new(), is_named: false };
        }
        let mut shapes: Vec<&'static Shape> = Vec::new();
        let mut named: Vec<&'static Table> = Vec::new();
        for shape in &self.shapes {
            match shape {
                Shape::Map(value) => shapes.extend(forms(value)),
                Shape::NamedTables(_, table, _) => named.push(table),
                _ => {}
            }
        }
        for table in tables {
            match table.rest {
                Rest::Named(shape) => shapes.extend(forms(shape)),
                Rest::Marked(table, _) => named.push(table),
                Rest::Unknown => {}
            }
        }
        let is_named = !shapes.is_empty() || !named.is_empty();
        Self { key: None, owner: self.owner.filter(|_| is_named), shapes, named, is_named }
    }
}

/// The tables at `path`; the root table for an empty path.
pub fn tables(path: &[PathStep]) -> Vec<&'static Table> {
    resolve(path).tables()
}

/// All forms of a shape, one by one.
fn forms(shape: &'static Shape) -> Vec<&'static Shape> {
    match shape {
        Shape::Forms(forms) => forms.iter().flat_map(|form| self::forms(&form.shape)).collect(),
        other => vec![other],
    }
}

fn shape_tables(shape: &'static Shape) -> Option<&'static Table> {
    match shape {
        Shape::Table(table) | Shape::Tables(table) | Shape::Repeatable(table) | Shape::NamedTables(table, ..) => {
            Some(table)
        }
        _ => None,
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

    #[test]
    fn names_that_the_author_chose_are_passed() {
        assert!(resolve(&path("services.api")).is_named);
        assert_eq!(resolve(&path("services.api.image")).content(), Some(Content::Image));
        assert_eq!(resolve(&path("services.api.volumes.[].host_path")).key.map(|key| key.name), Some("host_path"));
        assert_eq!(resolve(&path("expect.span.attrs.all")).names(), Some(Content::SpanAttribute));
        assert_eq!(resolve(&path("expect.span.login.kind")).key.map(|key| key.name), Some("kind"));
        assert_eq!(resolve(&path("expect.counts.by_name.login.gte")).key.map(|key| key.name), Some("gte"));
        assert_eq!(resolve(&path("expect.order.login.after_pattern")).content(), Some(Content::SpanRegex));
        assert_eq!(resolve(&path("vars.a.b")).shapes.len(), 0);
        assert!(resolve(&path("nonsense")).owner.is_none());
    }

    #[test]
    fn items_belong_to_their_list() {
        assert_eq!(resolve(&path("expect.graph.must_include.[].[]")).content(), Some(Content::Span));
        assert_eq!(resolve(&path("expect.graph.must_include.[].parent")).content(), Some(Content::Span));
        assert_eq!(resolve(&path("steps.depends_on.[]")).content(), Some(Content::Step));
        assert_eq!(resolve(&path("services.api.ports.[].protocol")).key.map(|key| key.name), Some("protocol"));
    }
}

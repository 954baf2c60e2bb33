//! What a test asks of a run and no run does, found along the schema. The editor's hover says of such a key that nothing reads it;
//! who runs the test must hear it too, or takes for done what was not.

use toml::de::{DeTable, DeValue};

use super::model::Unmet;
use super::read::{Source, Value};
use super::schema::{Shape, Table};

/// All keys of a table that ask something in vain, in the order of the file. `false` asks for nothing.
pub(super) fn find(root: &DeTable<'_>, schema: &'static Table, source: &Source<'_>) -> Vec<Unmet> {
    let mut search = Search { source, path: String::new(), found: Vec::new() };
    search.table(root, schema);
    search.found.sort_by_key(|unmet| unmet.span);
    search.found
}

struct Search<'s, 'a> {
    source: &'s Source<'a>,
    path: String,
    found: Vec<Unmet>,
}

impl Search<'_, '_> {
    /// Goes on with a longer path.
    fn below(&mut self, name: &str, go_on: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 && !name.starts_with('[') {
            self.path.push('.');
        }
        self.path.push_str(name);
        go_on(self);
        self.path.truncate(length);
    }

    fn table(&mut self, table: &DeTable<'_>, schema: &'static Table) {
        for (key, value) in table.iter() {
            let Some(known) = schema.key(key.get_ref()) else { continue };
            self.below(known.name, |search| {
                if known.unmet && !matches!(value.get_ref(), DeValue::Boolean(false)) {
                    let span = search.source.span(key.span());
                    search.found.push(Unmet { path: search.path.clone(), span });
                }
                search.value(&known.shape, value);
            });
        }
    }

    fn value(&mut self, shape: &'static Shape, value: &Value<'_>) {
        match (shape, value.get_ref()) {
            (Shape::Table(schema) | Shape::Tables(schema), DeValue::Table(table)) => self.table(table, schema),
            (Shape::Tables(schema), DeValue::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    let DeValue::Table(table) = item.get_ref() else { continue };
                    self.below(&format!("[{index}]"), |search| search.table(table, schema));
                }
            }
            (Shape::Map(item), DeValue::Table(table)) => {
                for (key, value) in table.iter() {
                    self.below(key.get_ref(), |search| search.value(item, value));
                }
            }
            // Each form looks only at values of its own type.
            (Shape::Forms(forms), _) => forms.iter().for_each(|form| self.value(&form.shape, value)),
            // Expectations say by themselves what of them is not judged.
            _ => {}
        }
    }
}

//! Finds an item of the model by its name: by scanning a short list, by hashing a long one.

use std::collections::HashMap;

/// Up to this many items a scan is faster than building a table, and costs no memory.
const SCANNED: usize = 16;

/// The items of a list by their names. Items without a known name are left out; of several with one name the first counts.
pub(super) struct Lookup<'a, T> {
    items: &'a [T],
    name: fn(&'a T) -> Option<&'a str>,
    table: Option<HashMap<&'a str, usize>>,
}

impl<'a, T> Lookup<'a, T> {
    /// The lookup of `items`, of which `name` yields the known name.
    pub(super) fn new(items: &'a [T], name: fn(&'a T) -> Option<&'a str>) -> Self {
        let table = (items.len() > SCANNED).then(|| {
            let mut table = HashMap::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                if let Some(name) = name(item) {
                    table.entry(name).or_insert(index);
                }
            }
            table
        });
        Self { items, name, table }
    }

    /// Index of the first item with this name.
    pub(super) fn position(&self, wanted: &str) -> Option<usize> {
        match &self.table {
            Some(table) => table.get(wanted).copied(),
            None => self.items.iter().position(|item| (self.name)(item) == Some(wanted)),
        }
    }

    /// The first item with this name.
    pub(super) fn first(&self, wanted: &str) -> Option<&'a T> {
        self.position(wanted).and_then(|index| self.items.get(index))
    }

    /// All known names, in the order of the list.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> + use<'a, T> {
        self.items.iter().filter_map(self.name)
    }

    /// Each item whose name an earlier one has, together with that earlier one.
    pub(super) fn repeated(&self) -> impl Iterator<Item = (&'a T, &'a T)> {
        self.items.iter().enumerate().filter_map(|(index, item)| {
            let first = self.position((self.name)(item)?)?;
            (first < index).then(|| Some((item, self.items.get(first)?)))?
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Lookup;

    #[test]
    fn the_first_of_equal_names_counts() {
        let items = [(Some("a"), 0), (None, 1), (Some("b"), 2), (Some("a"), 3)];
        let lookup = Lookup::new(&items, |item| item.0);
        assert_eq!(lookup.first("a"), Some(&(Some("a"), 0)));
        assert_eq!(lookup.first("c"), None);
        assert_eq!(lookup.repeated().map(|(item, first)| (item.1, first.1)).collect::<Vec<_>>(), [(3, 0)]);
        assert_eq!(lookup.names().collect::<Vec<_>>(), ["a", "b", "a"]);
    }

    #[test]
    fn a_long_list_answers_as_a_short_one_does() {
        let items: Vec<_> = (0..200).map(|index| (["a", "b", "c"].get(index % 4).copied(), index)).collect();
        let lookup = Lookup::new(&items, |item: &(Option<&'static str>, usize)| item.0);
        assert_eq!(lookup.position("b"), Some(1));
        assert_eq!(lookup.position("d"), None);
        assert_eq!(lookup.repeated().count(), 150 - 3);
    }
}

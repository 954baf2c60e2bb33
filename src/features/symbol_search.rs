//! Finds what the files of a workspace define, by a part of its name.

use super::DocumentView;
use super::symbols::{Occurrence, Role, Symbol, SymbolKind};
use crate::text::Span;

/// More than so many are of use to nobody.
const MOST: usize = 512;

/// Something that was found.
#[derive(Clone, Copy, Debug)]
pub struct Match<'v> {
    /// The file that defines it.
    pub view: &'v DocumentView,
    /// The symbol.
    pub symbol: &'v Symbol,
    /// Its name where it is defined.
    pub span: Span,
}

/// What the files define under names in which the letters of `query` occur in this order; the nearest first. An empty query
/// finds everything. Names that mean something in one macro or loop only are left out.
pub fn search<'v>(files: &'v [DocumentView], query: &str) -> Vec<Match<'v>> {
    let query: Vec<char> = query.chars().filter(|char| !char.is_whitespace()).flat_map(char::to_lowercase).collect();
    let mut found: Vec<(usize, Match<'v>)> = Vec::new();
    for view in files {
        for symbol in view.symbols().all().iter().filter(|symbol| is_of_interest(symbol)) {
            let Some(distance) = distance(&symbol.name, &query) else { continue };
            // A service or span that several blocks define is one find; each variable of a matrix is another.
            let Some(Occurrence { span, .. }) = symbol.occurrences.iter().find(|it| it.role == Role::Definition) else {
                continue;
            };
            found.push((distance, Match { view, symbol, span: *span }));
        }
    }
    // Stable: equals stay in the order of the files and their text.
    found.sort_by_key(|(distance, it)| (*distance, it.symbol.name.len()));
    found.truncate(MOST);
    found.into_iter().map(|(_, it)| it).collect()
}

fn is_of_interest(symbol: &Symbol) -> bool {
    !matches!(
        symbol.kind,
        SymbolKind::LoopVariable | SymbolKind::SetVariable | SymbolKind::Parameter | SymbolKind::ImportAlias
    )
}

/// How far the letters of the query lie from the start of the name and from each other; `None` if they are not in it.
fn distance(name: &str, query: &[char]) -> Option<usize> {
    let (mut distance, mut last) = (0, None);
    let mut letters = name.chars().flat_map(char::to_lowercase).enumerate();
    for wanted in query {
        let (at, _) = letters.find(|(_, letter)| letter == wanted)?;
        distance += last.map_or(at, |last: usize| at - last - 1);
        last = Some(at);
    }
    Some(distance)
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn letters_count_in_their_order() {
        let distance = |name: &str, query: &str| distance(name, &query.chars().collect::<Vec<_>>());
        assert_eq!(distance("api.request", "api"), Some(0));
        assert_eq!(distance("Api.Request", "areq"), Some(3));
        assert_eq!(distance("api", "pa"), None);
        assert!(distance("api.request", "req") > distance("request", "req"));
        assert_eq!(distance("käse", ""), Some(0));
    }
}

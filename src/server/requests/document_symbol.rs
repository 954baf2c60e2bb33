//! `textDocument/documentSymbol`.

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{DocumentSymbol, DocumentSymbolParams, Location, SymbolInformation, SymbolKind};

use super::feature::{self, Page};
use crate::features::outline::{self, OutlineItem, OutlineKind};
use crate::server::encoded::Encoded;
use crate::server::session::Session;

/// The outline of a document; a plain list where the client can't show a tree.
pub async fn handle(session: &Session, params: DocumentSymbolParams) -> Result<Encoded> {
    let is_nested = session.state().facts.nested_symbols;
    let answer = feature::answer_from_text(session, params.text_document.uri, move |page| {
        let items = outline::outline(&page.written);
        if is_nested {
            return Encoded::list(items, |item| nested(page, item));
        }
        let mut flat = Vec::new();
        items.iter().for_each(|item| flatten(page, item, None, &mut flat));
        Encoded::new(&flat)
    });
    Encoded::or_null(answer.await?)
}

fn nested(page: &Page, item: OutlineItem) -> DocumentSymbol {
    let OutlineItem { name, detail, kind: kind_of_item, span, selection, children } = item;
    let children: Vec<DocumentSymbol> = children.into_iter().map(|child| nested(page, child)).collect();
    #[expect(deprecated, reason = "the field must be there; what it says is said by tags")]
    DocumentSymbol {
        name,
        detail: Some(detail).filter(|detail| !detail.is_empty()),
        kind: kind(kind_of_item),
        tags: None,
        deprecated: None,
        range: page.range(span),
        selection_range: page.range(selection),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}

fn flatten(page: &Page, item: &OutlineItem, container: Option<&str>, flat: &mut Vec<SymbolInformation>) {
    #[expect(deprecated, reason = "the field must be there; what it says is said by tags")]
    flat.push(SymbolInformation {
        name: item.name.clone(),
        kind: kind(item.kind),
        tags: None,
        deprecated: None,
        location: Location { uri: page.uri.clone(), range: page.range(item.span) },
        container_name: container.map(str::to_owned),
    });
    item.children.iter().for_each(|child| flatten(page, child, Some(&item.name), flat));
}

/// The kind that editors have an icon for.
fn kind(kind: OutlineKind) -> SymbolKind {
    match kind {
        OutlineKind::Table => SymbolKind::NAMESPACE,
        OutlineKind::Service => SymbolKind::CLASS,
        OutlineKind::Scenario => SymbolKind::METHOD,
        OutlineKind::Step | OutlineKind::Call => SymbolKind::EVENT,
        OutlineKind::Expectation => SymbolKind::INTERFACE,
        OutlineKind::Macro => SymbolKind::FUNCTION,
        OutlineKind::Block => SymbolKind::MODULE,
        OutlineKind::Component => SymbolKind::CONSTRUCTOR,
        OutlineKind::Text => SymbolKind::STRING,
        OutlineKind::List => SymbolKind::ARRAY,
        OutlineKind::InlineTable => SymbolKind::OBJECT,
        OutlineKind::Scalar => SymbolKind::CONSTANT,
    }
}

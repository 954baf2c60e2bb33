//! `docs/rules.md` says what the catalogue says.

use std::path::Path;

use clnrm_lsp::validation::page::all_pages;

#[test]
fn rules_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let pages = all_pages();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, pages).unwrap();
        return;
    }
    let current = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(current == pages, "docs/rules.md is stale: run `UPDATE_DOCS=1 cargo test --test rules rules_page`");
}

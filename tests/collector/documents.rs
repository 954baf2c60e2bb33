//! `docs/collector.md` says what is done.

use std::fs;
use std::path::Path;

use clnrm_lsp::collector::Limits;
use clnrm_lsp::collector::environment::TABLE;

#[test]
fn the_document_lists_the_variables_that_are_set() {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/collector.md")).unwrap();
    let written = document.split("| variable | value | why |\n|---|---|---|\n").nth(1).unwrap();
    let written: Vec<&str> = written.lines().take_while(|line| line.starts_with('|')).collect();
    let known: Vec<String> =
        TABLE.iter().map(|row| format!("| `{}` | {} | {} |", row.name, row.value, row.why)).collect();
    assert_eq!(written, known);
    let Limits { message, spans, bytes, under_way } = Limits::default();
    assert_eq!((message, spans, bytes, under_way), (64 << 20, 200_000, 256 << 20, 256 << 20));
    for bound in ["64 MiB", "200,000 spans", "256 MiB of them", "256 MiB at a time"] {
        assert!(document.contains(bound), "{bound}");
    }
}

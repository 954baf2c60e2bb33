//! Folding.

use std::fmt::Write as _;

use clnrm_lsp::features::folding::{FoldKind, folds};
use clnrm_lsp::text::LineIndex;

use crate::fixture::Fixture;

/// Each fold as `first line–last line kind`, lines from 1, with the first line's text.
fn outline(text: &str) -> String {
    let fixture = Fixture::new(text);
    let lines = LineIndex::new(fixture.view.text());
    let mut outline = String::new();
    for fold in folds(fixture.view.written()) {
        let (first, last) = (lines.line(fold.span.start), lines.line(fold.span.end));
        let kind = match fold.kind {
            FoldKind::Region => "region",
            FoldKind::Comment => "comment",
            FoldKind::Imports => "imports",
        };
        let head = fixture.text(fold.span).lines().next().unwrap();
        writeln!(outline, "{first}–{last} {kind}: {head}").unwrap();
    }
    outline
}

#[test]
fn tables_values_and_comments_of_a_plain_file() {
    insta::assert_snapshot!(outline(
        "# Ünïcödé:\n# two lines\n[meta]\nname = \"n\"\n\n[[steps]]\nname = \"é\"\ncommand = [\n  \"echo\",\n  \"x\",\n]\n\n# belongs to what follows\n[[steps]]\nname = \"b\"\nrun = \"\"\"\none\ntwo\"\"\"\n"
    ));
}

#[test]
fn blocks_arms_imports_and_remarks_of_a_template() {
    insta::assert_snapshot!(outline(
        "{% import \"a.tera\" as a %}\n{% import \"b.tera\" as b %}\n{# a remark\n   of two lines #}\n{% macro m(x) %}\n[[steps]]\nname = \"{{ x }}\"\n{% endmacro %}\n{% for i in [1, 2] %}\n{% if i == 1 %}\na = 1\n{% else %}\nb = 2\n{% endif %}\n{% endfor %}\n{% raw %}\n{{ x }}\n{% endraw %}\n"
    ));
}

#[test]
fn what_is_broken_folds_as_far_as_it_goes() {
    insta::assert_snapshot!(outline(
        "[meta]\nname = [\n  \"a\",\n[[steps]]\nname = \"x\n{% for x in y %}\nrun = \"é\"\n"
    ));
}

//! Semantic tokens.

use std::fmt::Write as _;

use clnrm_lsp::features::semantic_tokens::{SemanticModifiers, tokens};
use clnrm_lsp::text::Span;

use crate::fixture::Fixture;

/// One line for each line of the text, with its tokens as `text:kind`.
fn outline(text: &str) -> String {
    let fixture = Fixture::new(text);
    let mut outline = String::new();
    let (mut line_end, mut rest) = (0, fixture.view.text().split_inclusive('\n'));
    for token in tokens(fixture.view.written(), Span::new(0, text.len())) {
        while token.span.start >= line_end {
            line_end += rest.next().unwrap().len();
            outline.push_str(if outline.is_empty() || outline.ends_with('\n') { "" } else { "\n" });
        }
        let SemanticModifiers { definition, deprecated, built_in } = token.modifiers;
        let modifiers = [(definition, "+definition"), (deprecated, "+deprecated"), (built_in, "+built-in")];
        let modifiers: String = modifiers.iter().filter(|(is_set, _)| *is_set).map(|(_, name)| *name).collect();
        let written = fixture.text(token.span).replace('\n', "⏎");
        write!(outline, "‹{written}› {:?}{modifiers}  ", token.kind).unwrap();
    }
    outline.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn a_plain_file() {
    insta::assert_snapshot!(outline(
        "# Größe\n[meta]\nname = \"größe\"\nnmae = 1\n[services.db]\nimage = 'alpine'\nenv = { A = \"b\" }\nenv_vars.X = \"1\"\n[[steps]]\nservice = \"db\"\ncontinue_on_failure = true\ntimeout = \"10s\"\nexpected_output_regex = \"a.*\"\n[[expect.span]]\nname = \"http.*\"\nkind = \"server\"\nduration_ms = { max = 10.5 }\n[expect.graph]\nmust_include = [[\"a\", \"b\"]]\n[vars]\nday = 2025-01-01\n"
    ));
}

#[test]
fn a_template() {
    insta::assert_snapshot!(outline(
        "{# Größe #}\n{% import \"m.tera\" as m %}\n{% macro step(name, run=[\"true\"]) %}\n[[steps]]\nname = \"ä {{ name | upper }} b\"\ncommand = {{ run | json_encode }}\n{% for name in range(end=3) %}{{ name }} {{ loop.index }}{% endfor %}\n{% endmacro %}\n{{ m::scenario(\"x\", service=vars.svc) }}\n{% if vars.a is not defined and true %}\nx = {{ env(name=\"HOME\") }}\n{% elif not b %}{% endif %}\n{{ self::step(\"é\") }}\n{%- set y = 1.5 -%}\n{% raw %}z = \"{{ no }}\"{% endraw %}\n"
    ));
}

#[test]
fn what_reaches_over_lines_is_one_token() {
    insta::assert_snapshot!(outline("[meta]\ndescription = \"\"\"one\n  {{ vars.x }} two\nthree\"\"\"\n{# a\nb #}\n"));
}

#[test]
fn a_broken_document() {
    insta::assert_snapshot!(outline("[meta\nname = \"n\nversion = \n[[steps]]\nname = \"{{ x\n{% if\ny = 1\n"));
}

#[test]
fn a_part_of_a_document_has_the_tokens_that_the_whole_has_there() {
    let text = "[meta]\nname = \"a {{ x }} b\"\n{% for i in y %}\n[[steps]]\nname = \"\"\"é\n{{ i }}\"\"\"\n{% endfor %}\n# end\n";
    let fixture = Fixture::new(text);
    let all = tokens(fixture.view.written(), Span::new(0, text.len()));
    for start in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
        for end in (start + 1..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            let range = Span::new(start, end);
            let expected: Vec<_> = all.iter().copied().filter(|token| token.span.overlaps(range)).collect();
            assert_eq!(tokens(fixture.view.written(), range), expected, "{range:?}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_gives_tokens_that_do_not_overlap(text in "([a-c=\\[\\]{}\"'#.,(|\\n %é-]|\\{\\{|\\}\\}|\\{% if x %\\}|\\{% macro a\\(b\\) %\\}|\\{% endmacro %\\}|::|\"\"\")*") {
        let fixture = Fixture::new(&text);
        let mut end = 0;
        for token in tokens(fixture.view.written(), Span::new(0, text.len())) {
            proptest::prop_assert!(token.span.start >= end);
            proptest::prop_assert!(token.span.slice(&text).is_some_and(|written| !written.is_empty()));
            end = token.span.end;
        }
    }
}

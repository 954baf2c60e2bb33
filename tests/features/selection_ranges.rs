//! Selection ranges.

use clnrm_lsp::features::selection_ranges::around;

use crate::fixture::Fixture;

/// What is selected step by step; line breaks as `⏎`.
fn steps(marked: &str) -> String {
    let fixture = Fixture::new(marked);
    let spans = around(fixture.view.written(), fixture.cursor());
    for pair in spans.windows(2) {
        assert!(pair[1].covers(pair[0]) && pair[0] != pair[1], "each one is larger: {spans:?}");
    }
    spans.iter().map(|&span| fixture.text(span).replace('\n', "⏎") + "\n").collect()
}

#[test]
fn from_the_word_to_the_file() {
    insta::assert_snapshot!(steps(
        "[meta]\nname = \"n\"\n\n[[scenario]]\nname = \"größe te$0st\"\n\n[[scenario.steps]]\nname = \"s\"\n\n[report]\njson = \"x\"\n"
    ));
}

#[test]
fn through_lists_and_inline_tables() {
    insta::assert_snapshot!(steps("[expect.span.x]\nattrs = { all = { \"a.b\" = [1, $022] }, any = {} }\n"));
}

#[test]
fn in_keys_headers_and_comments() {
    insta::assert_snapshot!(
        [
            steps("[expect.cou$0nts.by_name]\nx = 1\n"),
            steps("[otel]\nresources.\"service.na$0me\" = \"x\"\n"),
            steps("a = 1 # what for$0?\n"),
        ]
        .join("—\n")
    );
}

#[test]
fn through_the_parts_of_an_expression() {
    insta::assert_snapshot!(
        [
            steps("[vars]\nx = \"a\"\n[meta]\nname = \"{{ vars.x$0 | default(value='ä b') | upper }}\"\n"),
            steps("{% for s in [1, 2] %}\n{{ m::scenario(\"é\", run=[\"ec$0ho\", \"x\"]) }}\n{% endfor %}\n"),
        ]
        .join("—\n")
    );
}

#[test]
fn blocks_and_their_arms() {
    insta::assert_snapshot!([
        steps("{% macro m(x) %}\n{% if x %}\n[[steps]]\nname = \"$0a\"\n{% else %}\nb = 2\n{% endif %}\n{% endmacro %}\n"),
        steps("{% for x in [1] %}\n[[steps]]\nname = \"a\"\n{% end$0for %}\n"),
    ].join("—\n"));
}

#[test]
fn in_broken_and_empty_documents() {
    insta::assert_snapshot!(
        [steps("[meta\nname = [\"a\", \"b$0\n[x]\n"), steps("{{ broken(\"$0x\n[meta]\n"), steps("$0"),].join("—\n")
    );
}

proptest::proptest! {
    #[test]
    fn any_place_of_any_text_has_a_chain(text in "([a-c=\\[\\]{}\"'#.,(\\n %é-]|\\{\\{|\\}\\}|\\{% if x %\\}|\\{% endif %\\}|::)*", at in 0usize..60) {
        let fixture = Fixture::new(&text);
        let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let spans = around(fixture.view.written(), at);
        proptest::prop_assert_eq!(spans.last().unwrap().len(), text.len());
        for span in &spans {
            proptest::prop_assert!(span.slice(&text).is_some() && span.start <= at && at <= span.end);
        }
    }
}

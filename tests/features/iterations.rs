//! Rounds of loops and combinations of a matrix, to be looked at alone.

use clnrm_lsp::features::iterations::{Selection, choices, rendered};

use crate::fixture::Fixture;

const META: &str = "[meta]\nname = \"é\"\nversion = \"1\"\n";

/// Each choice with what it belongs to, and the parts that a round wrote.
fn all(text: &str) -> String {
    let fixture = Fixture::new(text);
    let shown = choices(&fixture.view).into_iter().map(|choice| {
        let parts = rendered(&fixture.view, &choice.selection).unwrap_or_default();
        let parts = parts.iter().map(|part| part.slice(fixture.view.parsed_text()).unwrap().replace('\n', "⏎"));
        let parts: Vec<String> = parts.collect();
        format!("{}: {} {}", fixture.place(choice.span), choice.title, parts.join(" | "))
    });
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn rounds_are_offered_at_their_loop_and_combinations_at_the_matrix() {
    insta::assert_snapshot!(all(&format!(
        "{META}[matrix]\nos = [\"ä\", \"b\"]\ndb = [1, 2]\n[vars]\nx = \"{{{{ matrix.os }}}}-{{{{ matrix.db }}}}\"\n{{% for a in [1, 2] %}}{{% for b in [\"é\"] %}}\n[[steps]]\nname = \"{{{{ a }}}}{{{{ b }}}}\"\n{{% endfor %}}{{% endfor %}}\n"
    )));
}

#[test]
fn a_loop_in_a_macro_has_the_rounds_of_its_calls() {
    insta::assert_snapshot!(all(
        "{% macro m(a) %}{% for x in a %}\n{{ x }} = 1{% endfor %}{% endmacro %}\n{{ self::m([1, 2]) }}\n{{ self::m([\"é\"]) }}\n"
    ));
}

#[test]
fn plain_and_broken_documents_offer_nothing_that_is_not_there() {
    assert_eq!(all(META), "");
    assert_eq!(all("{% for x in [] %}a{% endfor %}{% for y in"), "");
    let none = Selection::Round { r#loop: 7, round: 0 };
    assert_eq!(rendered(&Fixture::new("{{ 1 }}").view, &none), None);
}

//! Inlay hints.

use clnrm_lsp::features::inlay_hints::{HintKinds, hints, tooltip};
use clnrm_lsp::features::known_spans::{KnownSpan, KnownSpans};
use clnrm_lsp::features::{DocumentView, Written};
use clnrm_lsp::text::Span;
use proptest::prelude::*;

use crate::fixture::Fixture;

const META: &str = "[meta]\nname = \"é\"\nversion = \"1\"\n";

fn known() -> KnownSpans {
    let span = |name: &str, count| KnownSpan { name: name.to_owned(), count, ..KnownSpan::default() };
    KnownSpans { spans: vec![span("api.get", 2), span("api.put", 1)] }
}

/// The text with its hints in brackets.
fn hinted(view: &DocumentView, within: Span) -> String {
    let text = view.text();
    let mut shown = String::new();
    let mut at = 0;
    for hint in hints(view, &known(), HintKinds::ALL, within) {
        shown += &text[at..hint.offset];
        shown += &format!("⟦{}⟧", hint.label);
        at = hint.offset;
    }
    shown + &text[at..]
}

fn all(text: &str) -> String {
    let fixture = Fixture::new(text);
    hinted(&fixture.view, Span::new(0, fixture.view.text().len()))
}

/// The text that `typed` makes of `earlier`, hinted before it is analysed.
fn ahead(earlier: &str, typed: (&str, &str)) -> String {
    let text = earlier.replacen(typed.0, typed.1, 1);
    let view = Fixture::new(earlier).view.ahead(Written::new(text.as_str().into())).unwrap();
    hinted(&view, Span::new(0, text.len()))
}

#[test]
fn values_of_constructs_are_shown_behind_them() {
    insta::assert_snapshot!(all(&format!(
        "{META}[vars]\nimage = \"alpine:é\"\npassword = \"hunter22\"\nlong = \"aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd\"\n[services.a]\nimage = {{{{ vars.image }}}}\n\
         plain = \"{{{{ \"é\" }}}}\"\nsecret = \"{{{{ vars.password }}}}\"\ndb_password = \"{{{{ svc }}}}\"\nlong = \"{{{{ vars.long }}}}\"\n\
         empty = \"{{{{ \"\" }}}}\"\nbroken = \"{{{{ nothing.at.all }}}}\"\n\
         {{% for n in [\"ä\", \"b\", \"c\"] %}}\n[[steps]]\nname = \"{{{{ n }}}}-{{{{ svc }}}}\"\n{{% endfor %}}\n"
    )));
}

#[test]
fn values_stand_behind_their_tags_where_those_are_now() {
    let text =
        format!("{{% set a = 1 %}}\n{META}[services.a]\nimage = \"{{{{ 1 + 1 }}}}\"\nplugin = \"{{{{ 2 + 2 }}}}\"\n");
    let [image, plugin] = ["image = \"{{ 1 + 1 }}⟦= 2⟧\"", "plugin = \"{{ 2 + 2 }}⟦= 4⟧\""];
    let shown = ahead(&text, ("[meta]", "# é\n[meta]"));
    assert!(shown.contains(image) && shown.contains(plugin), "{shown}");
    // What the line gives that is being typed into, nobody knows yet.
    let shown = ahead(&text, ("1 + 1", "1 + 10"));
    assert!(shown.contains("{{ 1 + 10 }}\"") && shown.contains(plugin), "{shown}");
}

#[test]
fn what_was_secret_when_it_was_rendered_is_covered() {
    let text = format!(
        "{{% set a = 1 %}}\n{META}[vars]\npassword = \"hunter22\"\nurl = \"db:hunter22@x\"\n[services.a]\nimage = \"{{{{ vars.url }}}}\"\n"
    );
    for typed in [("password = \"hunter22\"", "password = \"hunter2\""), ("password = \"", "passw = \"")] {
        let shown = ahead(&text, typed);
        assert!(shown.contains("{{ vars.url }}⟦= db:•••@x⟧"), "{shown}");
    }
}

#[test]
fn positional_arguments_of_macros_have_names() {
    insta::assert_snapshot!(all(&format!(
        "{{% import \"_macros.toml.tera\" as m %}}\n{META}{{% macro own(name, kind=none) %}}x = \"{{{{ name }}}}\"\n{{% endmacro %}}\n\
         {{{{ m::span(\"é\", \"server\", attrs={{}}) }}}}\n{{% set name = \"n\" %}}{{{{ self::own(name, 1) }}}}\n{{{{ self::own( }}}}\n{{{{ m::nope(1) }}}}\n"
    )));
}

#[test]
fn times_ports_and_matches_are_resolved() {
    insta::assert_snapshot!(all(
        "[meta]\nname = \"é\"\ntimeout_seconds = 90\n[services.db]\nports = [8080, \"80/udp\", \"1:2\", \"{{ 1 }}\"]\n[[steps]]\nname = \"a\"\ntimeout = \"150s\"\ntimeout_ms = 15_000\n[[steps]]\nname = \"b\"\ntimeout = \"30s\"\ntimeout_ms = 500\n[[expect.span]]\nname = \"api.*\"\nduration_ms = { max = 2500 }\n[expect.counts]\nspans_total = { gte = 2500 }\nby_name.\"*.get\" = { gte = 1 }\n"
    ));
}

#[test]
fn broken_documents_have_the_hints_that_are_sure() {
    insta::assert_snapshot!(all(
        "[services.db\nports = [80,\n[[steps]\ntimeout_ms = 15000\nname = \"{{ svc }}\nx = {{ svc | \n{% for x in y %}\n"
    ));
}

#[test]
fn only_what_is_asked_for_is_answered() {
    let text = format!("{META}a = {{{{ svc }}}}\nb = {{{{ svc }}}}\ntimeout_ms = 5000\n");
    let fixture = Fixture::new(&text);
    let line = text.find("b = ").unwrap();
    assert_eq!(hinted(&fixture.view, Span::new(line, line + 14)).matches('⟦').count(), 1);
    let none = HintKinds {
        values: false,
        parameters: false,
        durations: false,
        ports: false,
        matches: false,
        never_red: false,
    };
    let everything = Span::new(0, text.len());
    assert_eq!(hints(&fixture.view, &known(), none, everything), []);
    assert_eq!(hints(&fixture.view, &known(), HintKinds { values: true, ..none }, everything).len(), 2);
}

#[test]
fn every_hint_can_be_looked_at() {
    let text = format!(
        "{{% import \"_macros.toml.tera\" as m %}}\n{META}[[steps]]\nname = \"{{{{ svc }}}}\"\ntimeout_ms = 90000\n{{{{ m::span(\"a\") }}}}\n"
    );
    let fixture = Fixture::new(&text);
    let hints = hints(&fixture.view, &known(), HintKinds::ALL, Span::new(0, text.len()));
    let tips: Vec<String> = hints
        .iter()
        .map(|hint| {
            tooltip(&fixture.view, &known(), hint.offset, hint.kind)
                .unwrap()
                .plain_text()
                .lines()
                .next()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(tips, ["Renders to `clnrm`.", "`90000` = 1 min 30 s", "parameter `name` of the macro `span`"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_has_hints_at_character_boundaries(
        text in r#"(\[services\.a\]|\[\[steps\]\]|ports|timeout_ms|=|15000|"|'|\{\{|\}\}|\{% for x in \[1, 2\] %\}|\{% endfor %\}|\{% macro m\(a\) %\}|\{% endmacro %\}|self::m\(1\)|x|svc|\||upper|\n|#|\[|\]|é|日|,|\.| ){0,40}"#,
        start in 0usize..100,
        length in 0usize..100,
    ) {
        let fixture = Fixture::new(&text);
        let within = Span::new(start.min(text.len()), (start + length).min(text.len()));
        for hint in hints(&fixture.view, &known(), HintKinds::ALL, within) {
            prop_assert!(text.is_char_boundary(hint.offset), "{hint:?}");
            tooltip(&fixture.view, &known(), hint.offset, hint.kind);
        }
    }
}

//! A render that is used once more for another text must be the render of that text, in everything that can be asked of it.

use proptest::prelude::*;

use super::*;

const PACK: &str = "{% macro m(a) %}[[scenario]]\nname = \"{{ a }}\"\n{% endmacro %}";

/// One of everything that writes text or frames it.
const DOCUMENTS: &[&str] = &[
    "{% import \"p\" as p %}\n[meta]\nname = \"é\" # é\n{{ p::m(\"one\") }}run = 'x'\n{{ p::m(a=\"two\") }}\n",
    "a = 1\n{% for x in [1, 2, 3] %}\n[[t]] # {{ x }} c\nn = \"{{ x }} and {{ x }}\"\n{% else %}none = 1{% endfor %}\nb = 2\n",
    "{% if svc == \"clnrm\" -%}  \n  a = 1 \n{%- else -%} b = 2 {%- endif %} \n c = \"{{ svc | upper }}\"\n",
    "{% set s %}captured {{ svc }}{% endset %}a = \"{{ s }}\"\n{% filter upper %}b{% endfilter %} = 1\n{{ undefined_here | default(value=\"d\") }} = 3\n",
    "{% macro own(n) %}x = {{ n }} {# note #} # y\n{% endmacro %}{{ self::own(n=1) }}{% set v = self::own(n=2) %}[t]\nz = '''{{ v }}''' # {{ v }}\n",
    "{% raw %}a = \"{{ kept }}\"{% endraw %}\nb = \"${#LENGTH}\" # {% if %}\nc = \"\"\"\n# {{ svc }}\n\"\"\"\n{% include \"q\" %}",
    "{% extends \"base\" %}{% block one %}a = 1\n{% endblock %} ignored {% block two %}{{ super() }}b = 2{% endblock %}",
    "# {{ svc }}\n{% for k, v in {\"a\": 1} %}{{ k }} = {{ v }}{% if loop.last %}\n{% break %}{% endif %}{% endfor %}{% component box(x) %}i{{ x }}{{ body }}{% endcomponent %}{% <box x={1}> %}t{% </box> %}",
];

const OTHERS: &[(&str, &str)] = &[
    ("p", PACK),
    ("q", "i = \"{{ env }}\"\n"),
    ("base", "[b]\n{% block one %}{% endblock %}x = 1\n{% block two %}y = 1\n{% endblock %}"),
];

/// What is typed: what means something to TOML or to the template, and what does not.
const TYPED: &[&str] = &[
    "",
    "a",
    "é",
    " ",
    "\n",
    "\"",
    "'",
    "#",
    "{",
    "}",
    "%",
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "$",
    "\\",
    "-",
    "=",
    "[x]\n",
    "1.5",
    "\"\"\"",
    "# é\n",
    "{{ svc }}",
    "word word",
    "::m(",
    "\u{e000}",
];

fn rendered(engine: &TemplateEngine, text: &str) -> (SourceFile, Rendered) {
    let document = file("main", text);
    let variables = Variables::default();
    let rendered = engine.render(RenderInput { document: &document, variables: &variables, loader: &files(OTHERS) });
    (document, rendered)
}

/// All that can be asked of a render, in words.
fn told(rendered: &Rendered) -> String {
    let map = &rendered.map;
    let document = &rendered.files[0].text;
    let boundaries: Vec<usize> = (0..=rendered.text.len()).filter(|at| rendered.text.is_char_boundary(*at)).collect();
    let origins: Vec<_> = boundaries
        .windows(2)
        .map(|pair| Span::new(pair[0], pair[1]))
        .chain(
            boundaries
                .iter()
                .map(|at| Span::new(*at, (at + 7).min(rendered.text.len())))
                .filter(|span| span.slice(&rendered.text).is_some()),
        )
        .map(|span| (map.origin(span), map.place(span), map.literal(span)))
        .collect();
    let places: Vec<_> = (0..=document.len())
        .filter(|at| document.is_char_boundary(*at))
        .map(|at| map.rendered(FileSpan::document(Span::at(at))))
        .collect();
    let values: Vec<_> = map.values().map(|value| (value, map.occurrences(value.tag))).collect();
    let tags = lexer::lex(document, lexer::Comments::Toml).tokens;
    let rounds: Vec<_> = tags.iter().map(|token| map.rounds(FileSpan::document(token.span))).collect();
    format!(
        "{}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{}",
        rendered.text,
        rendered.files,
        rendered.links,
        rendered.problems,
        rendered.opaque,
        rendered.environment,
        origins,
        places,
        values,
        rounds,
        map.is_exact(),
    )
}

/// The render of `after`, made from that of `before`.
fn retyped(before: &str, after: &str) -> Option<Rendered> {
    let engine = TemplateEngine::new();
    let (_, earlier) = rendered(&engine, before);
    let document = file("main", after);
    earlier.with_literal_edit(&document, &LexedDocument::new(before), &LexedDocument::new(after))
}

#[test]
fn what_is_typed_into_text_needs_no_render() {
    for (document, before, after) in [
        (0, "name = \"é\"", "name = \"éa\""),
        (0, "run = 'x'", "run = 'echo'"),
        (1, "[[t]]", "[[table]]"),
        (1, "and", "or"),
        (1, "none = 1", "none = 11"),
        (2, "  a = 1 \n", "  a = 12  \n\n"),
        (3, " = 3", " = 33"),
        (5, "a = \"", "ab = \""),
        (6, "a = 1", "a = 2"),
        // In several places at once.
        (0, "\n", "\n\n"),
        (1, " = ", "="),
    ] {
        let document = DOCUMENTS[document];
        let changed = document.replace(before, after);
        let edited = retyped(document, &changed).unwrap_or_else(|| panic!("{document:?}: {after:?}"));
        assert_eq!(told(&edited), told(&rendered(&TemplateEngine::new(), &changed).1), "{document:?}: {after:?}");
    }
}

#[test]
fn what_a_tag_or_a_captured_text_becomes_must_be_rendered() {
    for (document, before, after) in [
        (0, "\"one\"", "\"on\""),
        (5, "# {% if", "{% if"),
        (1, "{{ x }} and", "{{ x }}{{ x }} and"),
        (3, "captured", "capture"),
        (4, "x = ", "y = "),
        (5, "LENGTH", "LONG"),
        (6, " ignored ", " left out "),
    ] {
        let document = DOCUMENTS[document];
        let changed = document.replacen(before, after, 1);
        assert_ne!(document, changed);
        assert!(retyped(document, &changed).is_none(), "{document:?}: {after:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Whatever is typed or removed anywhere, in several places at once, twice in a row: what is not rendered anew is what a new render
    /// gives.
    #[test]
    fn an_edited_render_is_the_render_of_the_edited_text(
        document in prop::sample::select(DOCUMENTS),
        changes in prop::collection::vec(prop::collection::vec(edit(), 1..4), 1..3),
    ) {
        let engine = TemplateEngine::new();
        let (_, mut earlier) = rendered(&engine, document);
        for edits in changes {
            let before = earlier.files[0].text.to_string();
            let after = edits.iter().fold(before.clone(), |text, edit| edit.typed_into(&text));
            let (document, fresh) = rendered(&engine, &after);
            let lexed = (LexedDocument::new(&before), LexedDocument::new(&after));
            let edited = earlier.with_literal_edit(&document, &lexed.0, &lexed.1);
            if let Some(edited) = &edited {
                prop_assert_eq!(told(edited), told(&fresh), "{:?} became {:?}", before, after);
            }
            earlier = edited.unwrap_or(fresh);
        }
    }
}

/// What is typed somewhere, in the place of a few bytes.
#[derive(Clone, Debug)]
struct Edit {
    /// From 0 to 1.
    place: f64,
    removed: usize,
    typed: &'static str,
}

fn edit() -> impl Strategy<Value = Edit> {
    // Mostly what is text in any place, so that several edits are often all of that kind.
    let typed = prop_oneof![prop::sample::select(TYPED), prop::sample::select(&TYPED[..4])];
    (0.0..1.0, 0_usize..3, typed).prop_map(|(place, removed, typed)| Edit { place, removed, typed })
}

impl Edit {
    fn typed_into(&self, text: &str) -> String {
        let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let at = boundary((self.place * (text.len() + 1) as f64) as usize);
        let end = boundary(at + self.removed).max(at);
        format!("{}{}{}", &text[..at], self.typed, &text[end..])
    }
}

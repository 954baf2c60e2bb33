use proptest::prelude::*;

use super::*;

fn shape(source: &str) -> Vec<String> {
    let lexed = lex(source, Comments::Toml);
    lexed
        .tokens
        .iter()
        .map(|token| {
            let kind = if token.inert { "Inert".to_owned() } else { format!("{:?}", token.kind) };
            format!("{kind} {:?}", token.inner.slice(source).unwrap())
        })
        .collect()
}

fn problems(source: &str) -> Vec<(ProblemKind, &str)> {
    let lexed = lex(source, Comments::Toml);
    lexed.problems.iter().map(|problem| (problem.kind.clone(), problem.at.slice(source).unwrap())).collect()
}

#[test]
fn cuts_text_and_tags() {
    insta::assert_debug_snapshot!(shape("a {{ x }} b{# c #}{% if x %}{% raw %}{{ y }}{% endraw %}{% endif %}"), @r#"
    [
        "Text \"a \"",
        "Expression \" x \"",
        "Text \" b\"",
        "Comment \" c \"",
        "Tag \" if x \"",
        "Raw \"{{ y }}\"",
        "Tag \" endif \"",
    ]
    "#);
}

#[test]
fn map_literals_may_end_in_two_braces() {
    insta::assert_debug_snapshot!(shape(r#"{{ m::span("a", {"k": {"l": 1}}) }}|{{ {"a": 1}}}|"#), @r#"
    [
        "Expression \" m::span(\\\"a\\\", {\\\"k\\\": {\\\"l\\\": 1}}) \"",
        "Text \"|\"",
        "Expression \" {\\\"a\\\": 1}\"",
        "Text \"|\"",
    ]
    "#);
}

#[test]
fn strings_may_span_lines() {
    let source = "{{ f(a=\"one\ntwo }}\") }}x";
    assert_eq!(shape(source), ["Expression \" f(a=\\\"one\\ntwo }}\\\") \"", "Text \"x\""]);
    assert_eq!(problems(source), []);
}

#[test]
fn an_unclosed_string_ends_with_its_line() {
    let source = "a = \"{{ x | default(value=\"y) }}\"\nb = \"c\"\n";
    assert_eq!(problems(source), [(ProblemKind::UnclosedString, "\"")]);
    assert_eq!(shape(source)[2], "Text \"\\\"\\nb = \\\"c\\\"\\n\"");
}

#[test]
fn unclosed_tags_are_reported_at_their_opening() {
    let unclosed = |opener| ProblemKind::UnclosedTag { opener };
    assert_eq!(problems("a = \"{{ svc\"\nb = 1"), [(unclosed("{{"), "{{")]);
    assert_eq!(problems("a {{ b {{ c }}"), [(unclosed("{{"), "{{")]);
    assert_eq!(problems("{% if x\n{% endif %}"), [(unclosed("{%"), "{%"),]);
    assert_eq!(problems("x {# y"), [(unclosed("{#"), "{#")]);
    assert_eq!(problems("{{"), [(unclosed("{{"), "{{")]);
}

#[test]
fn blocks_are_matched_and_the_rest_reported() {
    let block = |keyword: &str| ProblemKind::UnclosedBlock { keyword: keyword.to_owned() };
    let stray = |keyword: &str, expected: Option<&str>| ProblemKind::StrayBlockTag {
        keyword: keyword.to_owned(),
        expected: expected.map(str::to_owned),
        is_meant: false,
    };
    assert_eq!(problems("{% if a %}{% for x in y %}{% endif %}"), [(block("for"), "for")]);
    assert_eq!(problems("{% endif %}"), [(stray("endif", None), "endif")]);
    assert_eq!(
        problems("{% if a %}{% endfor %}{% else %}{% else %}{% endif %}"),
        [(stray("endfor", Some("endif")), "endfor"), (stray("else", Some("endif")), "else")]
    );
    assert_eq!(problems("{% set x = 1 %}{% set y %}{% endset %}"), []);
}

#[test]
fn a_wrong_word_ends_the_block_that_it_was_meant_for() {
    let words =
        |source: &str| -> Vec<String> { problems(source).into_iter().map(|(_, place)| place.to_owned()).collect() };
    for (source, expected) in [
        ("{% if a %}{% endfor %}", vec!["endfor"]),
        ("{% for a in b %}{% if a %}{% endfor %}{% endfor %}", vec!["endfor"]),
        ("{% for a in b %}{% end for %}", vec!["end for"]),
        ("{% for a in b %}{% for c in d %}{% end %}{% endfor %}", vec!["end"]),
        ("{% if a %}{% for b in c %}{% end %}{% end %}", vec!["end", "end"]),
        ("{% if a %}{% elseif b %}{% else if c %}{% endif %}", vec!["elseif", "else if"]),
    ] {
        assert_eq!(words(source), expected, "{source}");
        let tokens = lex(source, Comments::Toml).tokens;
        for opener in tokens.iter().filter(|token| token.keyword.closer().is_some()) {
            assert!(opener.mate.is_some(), "{source}");
        }
    }
}

#[test]
fn brackets_have_partners() {
    let message = |text: &str| ProblemKind::Syntax { message: text.to_owned() };
    assert_eq!(problems("{{ f(a }}"), [(message("`(` is never closed"), "(")]);
    assert_eq!(problems("{{ f([a) }}"), [(message("`)` stands where `[` must be closed"), ")")]);
    assert_eq!(problems("{{ f(a)) }}"), [(message("`)` closes nothing"), ")")]);
    assert_eq!(problems("{{ f(')', \"(\") }}"), []);
}

#[test]
fn whitespace_control_trims_like_tera() {
    assert_eq!(shape("a \n {{- x -}} \n b"), ["Text \"a\"", "Expression \" x \"", "Text \"b\""]);
    // A comment between the two keeps the pending trim.
    assert_eq!(shape("{{ x -}}{# c #} b")[2], "Text \"b\"");
}

#[test]
fn shell_lengths_are_text() {
    assert_eq!(problems("n = \"${#NAME}\""), [(ProblemKind::ShellLengthOpensComment, "${#NAME}")]);
    assert_eq!(shape("${#NAME}{# c #}"), ["Text \"$\"", "Inert \"{#NAME}\"", "Comment \" c \""]);
    assert_eq!(shape("${# c #}"), ["Text \"$\"", "Comment \" c \""]);
}

#[test]
fn tags_in_toml_comments_are_text() {
    assert_eq!(problems("# see {{ x }}\na = 1"), [(ProblemKind::TagInComment, "{{ x }}")]);
    assert_eq!(
        problems("# see {{ }} and {% if\n"),
        [(ProblemKind::TagInComment, "{{ }}"), (ProblemKind::TagInComment, "{% if"),]
    );
    assert_eq!(problems("a = \"# {{ x }}\"\nb = '''\n# {{ y }}\n'''"), []);
    assert_eq!(problems("a = 1 # don't {{ x }}").len(), 1);
}

#[test]
fn a_block_is_commented_out_only_as_a_whole() {
    assert_eq!(problems("{% if a %}# note{% endif %}\n"), []);
    assert_eq!(problems("# {% if a %} x {% endif %}\n").len(), 2);
    assert_eq!(problems("{% if a %}\n# {% endif %}\n{% endif %}"), [(ProblemKind::TagInComment, "{% endif %}")]);
    assert_eq!(problems("# {% for x in y %}\n[a]\n# {% endfor %}\n").len(), 2);
}

#[test]
fn fragments_have_no_comments() {
    assert!(lex("# {{ x }}", Comments::None).problems.is_empty());
}

#[test]
fn deep_nesting_is_a_problem() {
    let source = format!("{}{}", "{% if a %}".repeat(5000), "{% endif %}".repeat(5000));
    assert_eq!(problems(&source).len(), 5000 - MAX_BLOCK_DEPTH);
    let brackets = format!("{{{{ {}1{} }}}}", "(".repeat(5000), ")".repeat(5000));
    assert_eq!(problems(&brackets).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn tokens_tile_any_text(source in r#"(\{\{|\}\}|\{%-?|-?%\}|\{#|#\}|if|endif|raw|endraw|["'\\\n# \t{}()]|[a-zé→]){0,60}"#) {
        let lexed = lex(&source, Comments::Toml);
        let mut at = 0;
        for token in &lexed.tokens {
            prop_assert_eq!(token.span.start, at);
            prop_assert!(token.span.covers(token.inner));
            prop_assert!(token.inner.slice(&source).is_some());
            at = token.span.end;
        }
        prop_assert_eq!(at, source.len());
        for problem in &lexed.problems {
            prop_assert!(problem.at.slice(&source).is_some());
        }
    }
}

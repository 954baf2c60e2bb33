//! What each mistake in a text is called, where it stands, and that nothing else is said.

use insta::assert_snapshot;

use super::recover;
use crate::config::parse;
use crate::text::Span;

/// Each error on a line of its own: what, where, and what the mend makes of the text.
fn errors(text: &str) -> String {
    let recovered = recover(text);
    let mut shown = String::new();
    for error in &recovered.errors {
        shown += &format!("{:?} at {:?}\n", error.kind, error.span.slice(text).unwrap_or("outside"));
        if !error.mend.is_empty() {
            let mut mended = text.to_owned();
            for (span, new) in error.mend.iter().rev() {
                mended.replace_range(span.range(), new);
            }
            shown += &format!("  mended: {mended:?}\n");
        }
    }
    let (_, remaining) = toml::de::DeTable::parse_recoverable(&recovered.text);
    for error in remaining
        .iter()
        .filter(|error| !error.message().starts_with("duplicate key") && !error.message().starts_with("cannot extend"))
    {
        shown += &format!("NOT REPAIRED {:?} {} in {:?}\n", error.span(), error.message(), recovered.text);
    }
    shown
}

#[test]
fn pairs_on_one_line_are_one_mistake() {
    assert_snapshot!(errors("[vars]\n  a = 1 ; b=\"x\" ;c = 2\nd = 3, e = 4\nf = 5 g = 6 # x\n"), @r#"
    PairsOnOneLine { separator: Some(';') } at ";"
      mended: "[vars]\n  a = 1\n  b=\"x\"\n  c = 2\nd = 3, e = 4\nf = 5 g = 6 # x\n"
    PairsOnOneLine { separator: Some(',') } at ","
      mended: "[vars]\n  a = 1 ; b=\"x\" ;c = 2\nd = 3\ne = 4\nf = 5 g = 6 # x\n"
    PairsOnOneLine { separator: None } at "g"
      mended: "[vars]\n  a = 1 ; b=\"x\" ;c = 2\nd = 3, e = 4\nf = 5\ng = 6 # x\n"
    "#);
}

#[test]
fn a_separator_at_the_end_of_a_line_is_no_pair() {
    assert_snapshot!(errors("a = 1;\nb = 2,\nc = \"say \"hi\" now\"\n"), @r#"
    TextAfterValue { text: ";" } at ";"
      mended: "a = 1\nb = 2,\nc = \"say \"hi\" now\"\n"
    TextAfterValue { text: "," } at ","
      mended: "a = 1;\nb = 2\nc = \"say \"hi\" now\"\n"
    TextAfterValue { text: "hi\" now\"" } at "hi\" now\""
    "#);
}

#[test]
fn a_script_without_its_closing_quotes_is_one_mistake() {
    let script = "set -e\nA=1\nif [ -f a ]; then\n  [ -f b ]\nfi\n";
    let others = "[[steps]]\nrun = \"\"\"\nB=1\n\"\"\"\n";
    assert_snapshot!(errors(&format!("run = \"\"\"\n{script}")), @r#"UnclosedString { quotes: "\"\"\"" } at "\"\"\"""#);
    assert_snapshot!(errors(&format!("run = \"\"\"\n{script}{others}x = 1\n")), @r#"UnclosedString { quotes: "\"\"\"" } at "\"\"\"""#);
    assert_snapshot!(errors(&format!("run = \"\"\"\n{script}run2 = \"\"\"\nB=1\n\"\"\"\n")), @r#"UnclosedString { quotes: "\"\"\"" } at "\"\"\"""#);
}

#[test]
fn quotes_where_no_value_stands_are_one_mistake() {
    assert_snapshot!(errors("a = 1\n\"\"\"\n[b]\nrun = \"\"\"\nset -e\n\"\"\"\nc = 1\n"), @r#"Unexpected { text: "\"\"\"" } at "\"\"\"""#);
    assert_snapshot!(errors("a = 1\n\"\"\"\n"), @r#"Unexpected { text: "\"\"\"" } at "\"\"\"""#);
}

#[test]
fn strings_that_do_not_end() {
    assert_snapshot!(errors("a = \"x\nb = \"y\"\nc = 'z # w\nd = 1\n"), @r#"
    UnclosedString { quotes: "\"" } at "\"x"
      mended: "a = \"x\"\nb = \"y\"\nc = 'z # w\nd = 1\n"
    UnclosedString { quotes: "'" } at "'z # w"
      mended: "a = \"x\nb = \"y\"\nc = 'z # w'\nd = 1\n"
    "#);
    assert_snapshot!(errors("a = [\"-e\", \"\nlet b\n\"]name = 'x'\nc = 1\n"), @r#"
    NewlineInString { quote: '"' } at "\""
      mended: "a = [\"-e\", \"\"\"\nlet b\n\"\"\"]name = 'x'\nc = 1\n"
    PairsOnOneLine { separator: None } at "name"
      mended: "a = [\"-e\", \"\nlet b\n\"]\nname = 'x'\nc = 1\n"
    "#);
    assert_snapshot!(errors("a = \"\"\"x\ny\nb = 1\n"), @r#"
    UnclosedString { quotes: "\"\"\"" } at "\"\"\""
    "#);
}

#[test]
fn brackets_that_do_not_end() {
    assert_snapshot!(errors("a = [\"x\", \"y\"\nb = 1\n[c]\n"), @r#"
    UnclosedArray at "["
      mended: "a = [\"x\", \"y\"]\nb = 1\n[c]\n"
    "#);
    assert_snapshot!(errors("a = [\n  \"x\",\nb = 1\n]\n[c]\n"), @r#"
    UnclosedArray at "["
    "#);
    assert_snapshot!(errors("a = { b = 1, c = 2\nd = 1\n[e]\n"), @r#"
    UnclosedInlineTable at "{"
      mended: "a = { b = 1, c = 2}\nd = 1\n[e]\n"
    "#);
    assert_snapshot!(errors("a = { b = [1, 2 }\nd = 1\n"), @r#"
    UnclosedArray at "["
      mended: "a = { b = [1, 2] }\nd = 1\n"
    "#);
    assert_snapshot!(errors("a = [{ b = 1 ]\nd = 1\n"), @r#"
    UnclosedInlineTable at "{"
      mended: "a = [{ b = 1} ]\nd = 1\n"
    "#);
    assert_snapshot!(errors("a = [1 2,, 3]\nb = { c = 1 d = 2 }\n"), @r#"
    MissingComma at "2"
      mended: "a = [1, 2,, 3]\nb = { c = 1 d = 2 }\n"
    ExtraComma at ","
      mended: "a = [1 2, 3]\nb = { c = 1 d = 2 }\n"
    MissingComma at "d"
      mended: "a = [1 2,, 3]\nb = { c = 1, d = 2 }\n"
    "#);
}

#[test]
fn headers() {
    assert_snapshot!(errors("[a\nx = 1\n[[b]\nx = 2\n[[c\n[d]]\n[]\n[e] y = 1\n[f] junk\n"), @r#"
    UnclosedHeader { missing: "]" } at "[a"
      mended: "[a]\nx = 1\n[[b]\nx = 2\n[[c\n[d]]\n[]\n[e] y = 1\n[f] junk\n"
    UnclosedHeader { missing: "]" } at "[[b]"
      mended: "[a\nx = 1\n[[b]]\nx = 2\n[[c\n[d]]\n[]\n[e] y = 1\n[f] junk\n"
    UnclosedHeader { missing: "]]" } at "[[c"
      mended: "[a\nx = 1\n[[b]\nx = 2\n[[c]]\n[d]]\n[]\n[e] y = 1\n[f] junk\n"
    MismatchedHeader at "[d]]"
      mended: "[a\nx = 1\n[[b]\nx = 2\n[[c\n[[d]]\n[]\n[e] y = 1\n[f] junk\n"
    EmptyHeader at "[]"
    TextAfterHeader at "y = 1"
      mended: "[a\nx = 1\n[[b]\nx = 2\n[[c\n[d]]\n[]\n[e]\ny = 1\n[f] junk\n"
    TextAfterHeader at "junk"
    "#);
}

#[test]
fn keys_and_values_that_are_missing() {
    assert_snapshot!(errors("foo\nbar\na =\n= 5\n[t]\nb = # c\nc == 1\n"), @r#"
    KeyWithoutValue { key: "foo" } at "foo"
    KeyWithoutValue { key: "bar" } at "bar"
    MissingValue { key: Some("a") } at "a ="
    MissingKey at "= 5"
    MissingValue { key: Some("b") } at "b ="
    Unexpected { text: "=" } at "="
      mended: "foo\nbar\na =\n= 5\n[t]\nb = # c\nc = 1\n"
    "#);
}

#[test]
fn keys_of_other_languages() {
    assert_snapshot!(errors("name: \"x\"\n\"b\": 1\nc:d\nmy key = 1\nnäme = 2\na. = 3\n"), @r#"
    ColonForEquals at ":"
      mended: "name = \"x\"\n\"b\": 1\nc:d\nmy key = 1\nnäme = 2\na. = 3\n"
    ColonForEquals at ":"
      mended: "name: \"x\"\n\"b\" = 1\nc:d\nmy key = 1\nnäme = 2\na. = 3\n"
    ColonForEquals at ":"
      mended: "name: \"x\"\n\"b\": 1\nc =d\nmy key = 1\nnäme = 2\na. = 3\n"
    MissingQuotes { word: "d" } at "d"
      mended: "name: \"x\"\n\"b\": 1\nc:\"d\"\nmy key = 1\nnäme = 2\na. = 3\n"
    InvalidKey { key: "my" } at "my"
    InvalidKey { key: "näme" } at "näme"
      mended: "name: \"x\"\n\"b\": 1\nc:d\nmy key = 1\n\"näme\" = 2\na. = 3\n"
    InvalidKey { key: "a" } at "a"
    "#);
}

#[test]
fn bare_words() {
    assert_snapshot!(errors("a = internal\nb = True\nc = null\nd = 007\ne = 10s\nf = 1.2.3\ng = Hello you, there # c\nh = [x y, 3]\ni = abc\"\nj = 2025-13-01\nk = .5\nl = http://x:80/\n"), @r#"
    MissingQuotes { word: "internal" } at "internal"
      mended: "a = \"internal\"\nb = True\nc = null\nd = 007\ne = 10s\nf = 1.2.3\ng = Hello you, there # c\nh = [x y, 3]\ni = abc\"\nj = 2025-13-01\nk = .5\nl = http://x:80/\n"
    ForeignBoolean { word: "True", value: true } at "True"
      mended: "a = internal\nb = true\nc = null\nd = 007\ne = 10s\nf = 1.2.3\ng = Hello you, there # c\nh = [x y, 3]\ni = abc\"\nj = 2025-13-01\nk = .5\nl = http://x:80/\n"
    Null { word: "null" } at "null"
    InvalidNumber { number: "007", reason: "it starts with a zero" } at "007"
    MissingQuotes { word: "10s" } at "10s"
      mended: "a = internal\nb = True\nc = null\nd = 007\ne = \"10s\"\nf = 1.2.3\ng = Hello you, there # c\nh = [x y, 3]\ni = abc\"\nj = 2025-13-01\nk = .5\nl = http://x:80/\n"
    MissingQuotes { word: "1.2.3" } at "1.2.3"
      mended: "a = internal\nb = True\nc = null\nd = 007\ne = 10s\nf = \"1.2.3\"\ng = Hello you, there # c\nh = [x y, 3]\ni = abc\"\nj = 2025-13-01\nk = .5\nl = http://x:80/\n"
    MissingQuotes { word: "Hello you, there" } at "Hello you, there"
      mended: "a = internal\nb = True\nc = null\nd = 007\ne = 10s\nf = 1.2.3\ng = \"Hello you, there\" # c\nh = [x y, 3]\ni = abc\"\nj = 2025-13-01\nk = .5\nl = http://x:80/\n"
    MissingQuotes { word: "x y" } at "x y"
      mended: "a = internal\nb = True\nc = null\nd = 007\ne = 10s\nf = 1.2.3\ng = Hello you, there # c\nh = [\"x y\", 3]\ni = abc\"\nj = 2025-13-01\nk = .5\nl = http://x:80/\n"
    MissingQuotes { word: "abc\"" } at "abc\""
      mended: "a = internal\nb = True\nc = null\nd = 007\ne = 10s\nf = 1.2.3\ng = Hello you, there # c\nh = [x y, 3]\ni = \"abc\"\nj = 2025-13-01\nk = .5\nl = http://x:80/\n"
    InvalidDatetime { text: "2025-13-01" } at "2025-13-01"
    InvalidNumber { number: ".5", reason: "digits must stand on both sides of the point" } at ".5"
    MissingQuotes { word: "http://x:80/" } at "http://x:80/"
      mended: "a = internal\nb = True\nc = null\nd = 007\ne = 10s\nf = 1.2.3\ng = Hello you, there # c\nh = [x y, 3]\ni = abc\"\nj = 2025-13-01\nk = .5\nl = \"http://x:80/\"\n"
    "#);
}

#[test]
fn escapes_and_control_characters() {
    assert_snapshot!(errors("a = \"x\\d\\u12 \\n\"\nb = \"\u{1}\u{2}\"\nc = 1\rd = 2\n"), @r#"
    InvalidEscape { escape: "\\d" } at "\\d"
      mended: "a = \"x\\\\d\\u12 \\n\"\nb = \"\u{1}\u{2}\"\nc = 1\rd = 2\n"
    InvalidEscape { escape: "\\u" } at "\\u"
    ControlCharacter { code: 1 } at "\u{1}\u{2}"
    LoneCarriageReturn at "\r"
    "#);
}

#[test]
fn what_is_defined_twice_names_the_first_place() {
    assert_snapshot!(errors("a = 1\na = 2\n[t]\nx.y = 1\nx.y = 2\n[t]\nx.y = 3\nz = { b = 1, b = 2 }\n"), @r#"
    DuplicateKey { key: "a", first: Some(Span { start: 0, end: 1 }) } at "a"
    DuplicateKey { key: "t.x.y", first: Some(Span { start: 18, end: 19 }) } at "y"
    DuplicateTable { table: "t", first: Some(Span { start: 13, end: 14 }), former: Table } at "t"
    DuplicateKey { key: "t.z.b", first: Some(Span { start: 50, end: 51 }) } at "b"
    "#);
    assert_snapshot!(errors("[[s]]\nn = 1\n[[s]]\nn = 2\nn = 3\n[s.t]\n[s.t]\n"), @r#"
    DuplicateKey { key: "s.n", first: Some(Span { start: 18, end: 19 }) } at "n"
    DuplicateTable { table: "s.t", first: Some(Span { start: 33, end: 34 }), former: Table } at "t"
    "#);
    assert_snapshot!(errors("a = 1\n[a.b]\nc = 1\nd = { e = 1 }\nd.f = 2\n"), @r#"
    NotExtendable { key: "a" } at "a"
    NotExtendable { key: "d" } at "d"
    "#);
}

#[test]
fn a_table_in_the_place_of_a_list_or_of_a_value_is_told_as_such() {
    assert_snapshot!(errors("[[s]]\nn = 1\n[s]\nn = 2\n[t]\nv = 1\n[t.v]\nw = 1\n"), @r#"
    DuplicateTable { table: "s", first: Some(Span { start: 2, end: 3 }), former: List } at "s"
      mended: "[[s]]\nn = 1\n[[s]]\nn = 2\n[t]\nv = 1\n[t.v]\nw = 1\n"
    DuplicateTable { table: "t.v", first: Some(Span { start: 26, end: 27 }), former: Value } at "v"
    "#);
}

#[test]
fn lines_of_other_languages_are_one_mistake_each() {
    assert_snapshot!(errors("// a note\na = 1\n```\nb = 2\n```\n"), @r##"
    ForeignComment at "// a note"
      mended: "# a note\na = 1\n```\nb = 2\n```\n"
    CodeFence at "```"
    "##);
    assert_snapshot!(errors("<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> other\nb = 3\n"), @r#"ConflictMarker at "<<<<<<< HEAD""#);
}

#[test]
fn what_is_missing_before_or_behind_a_name_is_put_there() {
    assert_snapshot!(errors("meta]\nname \"a\"\nsteps]]\nx = \"1\"\n"), @r#"
    UnopenedHeader { missing: "[" } at "meta]"
      mended: "[meta]\nname \"a\"\nsteps]]\nx = \"1\"\n"
    MissingEquals { key: "name" } at "name"
      mended: "meta]\nname = \"a\"\nsteps]]\nx = \"1\"\n"
    UnopenedHeader { missing: "[[" } at "steps]]"
      mended: "meta]\nname \"a\"\n[[steps]]\nx = \"1\"\n"
    "#);
}

#[test]
fn nesting_has_a_limit() {
    let text = format!("a = {}1{}\nb = 1\n", "[".repeat(500), "]".repeat(500));
    assert!(errors(&text).starts_with("TooDeep at \"[\"\n"));
    assert_eq!(errors(&text).lines().count(), 1);
    let text = format!("a{} = 1\nb = 1\n", ".a".repeat(500));
    assert_eq!(errors(&text).lines().count(), 1);
}

#[test]
fn what_follows_a_mistake_is_still_read() {
    for text in [
        "[meta\nname = \"a\"\n[services.db]\nimage = \"x\"\n",
        "[meta]\nname = \"a\"\nfoo\n[services.db]\nimage = \"x\"\n",
        "[meta]\nname = \"a\"\ntags = [\"a\"\n[services.db]\nimage = \"x\"\n",
        "[meta]\nname = \"a\"; version = \"1\"\n[services.db]\nimage = \"x\"\n",
    ] {
        let config = parse(text, &[], false).config;
        assert_eq!(config.meta.and_then(|meta| meta.name).unwrap().known(), Some("a"), "{text}");
        let service = config.services.first().unwrap();
        assert_eq!(service.name.span.slice(text), Some("db"), "{text}");
        assert_eq!(service.image.as_ref().unwrap().span.slice(text), Some("\"x\""), "{text}");
    }
}

#[test]
fn nothing_is_said_about_a_placeholder_of_the_template() {
    let text = "a = ____\n";
    assert_eq!(parse(text, &[Span::new(4, 8)], false).syntax, []);
}

/// Of a long string that is never closed the last character may take several bytes; it once kept the reader at its place for ever.
#[test]
fn a_long_string_that_is_never_closed_ends_with_its_last_character() {
    for text in ["x = [\n\"\"\"1\n日本", "x = [\n\"\"\"1\n\né", "x = '''\n日", "x = \"\"\"\n\n[meta]\n"] {
        let recovered = recover(text);
        assert_eq!(
            recovered.errors.iter().filter(|error| format!("{:?}", error.kind).contains("UnclosedString")).count(),
            1,
            "{text:?}"
        );
    }
}

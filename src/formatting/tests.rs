//! The room through its door.

use std::path::PathBuf;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::{Change, FormatOptions, Formatted, Formatter, NoticeKind, Style, Surroundings};
use crate::analysis::{AnalysisOptions, Analyzer};
use crate::template::SourceFile;
use crate::template::library::MemoryLoader;
use crate::text::Span;

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(Analyzer::default);

fn document(name: &str, text: &str) -> SourceFile {
    SourceFile { name: name.to_owned(), path: Some(PathBuf::from(name)), text: text.into() }
}

fn run(text: &str, style: Style) -> Formatted {
    let options = FormatOptions { style, ..FormatOptions::default() };
    let (analysis, loader) = (AnalysisOptions::default(), MemoryLoader::default());
    let surroundings = Surroundings { analyzer: &ANALYZER, options: &analysis, loader: &loader, importers: &[] };
    Formatter { options: &options, surroundings: Some(surroundings) }.format(&document("a.clnrm.toml.tera", text))
}

/// The formatted text, which must be stable.
fn formatted(text: &str, style: Style) -> String {
    let result = run(text, style);
    let once = result.apply(text);
    let again = run(&once, style);
    assert_eq!(again.edits, [], "not stable: {once}");
    once
}

fn canonical(text: &str) -> String {
    formatted(text, Style::Canonical)
}

#[test]
fn white_space_is_made_regular() {
    let text = "\n\n[ meta ]\nname=\"a\"   # why\n  version   =  \"1\"  \n\n\n\n[[steps ]]\nname = 'b'\ncommand=[ \"c\",\"d\" ]\nenv={A=\"1\" ,B = '2'}";
    insta::assert_snapshot!(canonical(text), @r#"
    [meta]
    name = "a" # why
    version = "1"

    [[steps]]
    name = 'b'
    command = ["c", "d"]
    env = { A = "1", B = '2' }
    "#);
}

#[test]
fn long_arrays_are_broken_and_broken_ones_stay() {
    let text = "[expect.graph]\nmust_include = [[\"clnrm.run\", \"clnrm.step:first\"], [\"clnrm.run\", \"clnrm.step:second\"]]\nmust_not_cross = [\n[\"a\",\"b\"]\n]\n";
    insta::assert_snapshot!(canonical(text), @r#"
    [expect.graph]
    must_include = [
      ["clnrm.run", "clnrm.step:first"],
      ["clnrm.run", "clnrm.step:second"],
    ]
    must_not_cross = [
      ["a", "b"],
    ]
    "#);
}

#[test]
fn comments_stay_with_what_they_are_about() {
    let text = "[[steps]]\n# the command\ncommand = [ # first\n  \"a\", # one\n  # two comes\n\n  # now\n  \"b\" # two\n  , \"c\"\n  # end\n]\ntimeout = \"1s\" # soon\n# the service\nservice = \"x\"\n# last\n\n# alone\n\nname = \"n\"\n";
    insta::assert_snapshot!(canonical(text), @r#"
    [[steps]]
    # the command
    command = [
      # first
      "a", # one
      # two comes

      # now
      "b", # two
      "c",
      # end
    ]
    # the service
    service = "x"
    timeout = "1s" # soon
    # last

    # alone

    name = "n"
    "#);
}

#[test]
fn keys_and_sections_have_their_canonical_order() {
    let text = "# file\n\n[expect.counts]\nerrors_total = { eq = 0 }\nspans_total = { gte = 1 }\n\n# who\n[meta]\nversion = \"1\"\nname = \"n\"\n[service.a]\nimage = \"i\"\nplugin = \"generic_container\"\n";
    insta::assert_snapshot!(canonical(text), @r#"
    # file

    # who
    [meta]
    name = "n"
    version = "1"

    [service.a]
    plugin = "generic_container"
    image = "i"

    [expect.counts]
    spans_total = { gte = 1 }
    errors_total = { eq = 0 }
    "#);
}

#[test]
fn other_styles() {
    let text = "[meta]\nversion = \"1\"\nname = \"n\"\n[a]\nx = {b=1, a=2}\n";
    assert_eq!(formatted(text, Style::Keep), "[meta]\nversion = \"1\"\nname = \"n\"\n[a]\nx = { b = 1, a = 2 }\n");
    assert_eq!(
        formatted(text, Style::Alphabetical),
        "[meta]\nname = \"n\"\nversion = \"1\"\n[a]\nx = { a = 2, b = 1 }\n"
    );
}

#[test]
fn strings_are_never_touched() {
    let text = "[[steps]]\nname = \"n\"\nrun = \"\"\"\n  export  A=b  \n\n\n[ x ]\n\"\"\"\nregex = '''\na=  1   '''\n";
    assert_eq!(canonical(text), text);
}

#[test]
fn line_ends_and_a_byte_order_mark_are_kept() {
    assert_eq!(canonical("\u{feff}a=1\r\nb=[\r\n1]\r\n"), "\u{feff}a = 1\r\nb = [\r\n  1,\r\n]\r\n");
    assert_eq!(canonical("a=1\r\nb=2"), "a = 1\r\nb = 2\r\n");
    assert_eq!(canonical(""), "");
    assert_eq!(canonical("\n \n"), "");
}

#[test]
fn what_somebody_asks_to_leave_alone_is_left_alone() {
    let text = "[meta]\na=1\n# clnrm: fmt off\nb=1\n\n\nc  =  2\n# clnrm: fmt on\nd=1\ne=[1,2] # clnrm: fmt skip\n# clnrm: fmt skip\nf=1\ng=1\n";
    insta::assert_snapshot!(canonical(text), @"
    [meta]
    a = 1
    # clnrm: fmt off
    b=1


    c  =  2
    # clnrm: fmt on
    d = 1
    e=[1,2] # clnrm: fmt skip
    # clnrm: fmt skip
    f=1
    g = 1
    ");
}

#[test]
fn templates_are_formatted_between_their_constructs() {
    let text = "{% set port = 80 %}\n[meta]\nversion=\"1\"\nname=\"{{svc}}\"\n\n{%for s in [\"a\",\"b\"]%}\n[[steps]]\ncommand=[\"{{ s }}\",\"x\"]\nname =\"{{ s }}\"\n{% if env == \"ci\" -%}\n   timeout=\"1s\"\n{% endif %}\n{%endfor%}\n[limits]\nmemory_mb={{port}}\n";
    insta::assert_snapshot!(canonical(text), @r#"
    {% set port = 80 %}
    [meta]
    name = "{{ svc }}"
    version = "1"

    {% for s in ["a","b"] %}
    [[steps]]
    name = "{{ s }}"
    command = ["{{ s }}", "x"]
    {% if env == "ci" -%}
    timeout = "1s"
    {% endif %}
    {% endfor %}
    [limits]
    memory_mb = {{ port }}
    "#);
}

#[test]
fn lists_that_a_template_builds_are_left_as_they_are() {
    let text = "[meta]\nname=\"n\"\nversion = \"1\"\ntags=[{% for t in [1,2] %}\"{{t}}\"{{ \", \" if not loop.last }}{% endfor %}]\nz =  {% if true %}1{% else %}2{% endif %}\n";
    let result = run(text, Style::Canonical);
    let after = result.apply(text);
    assert!(
        after.contains("tags=[{% for t in [1,2] %}\"{{ t }}\"{{ \", \" if not loop.last }}{% endfor %}]"),
        "{after}"
    );
    assert!(after.contains("z =  {% if true %}1"), "{after}");
    assert!(after.contains("name = \"n\""), "{after}");
    let kinds: Vec<_> = result.notices.iter().map(|notice| notice.kind.clone()).collect();
    assert_eq!(kinds, [NoticeKind::NotUnderstood, NoticeKind::NotUnderstood]);
}

#[test]
fn captured_texts_are_left_as_they_are() {
    let text = "{% set body %}\nx=1\n{% endset %}\n[meta]\nname=\"n\"\nversion = '''{{ body }}'''\n";
    let after = canonical(text);
    assert!(after.starts_with("{% set body %}\nx=1\n{% endset %}\n[meta]\nname = \"n\"\n"), "{after}");
}

#[test]
fn a_macro_that_writes_into_a_string_is_left_as_it_is() {
    let text = "{% macro m() %}\nx=1\n{% endmacro %}\n[meta]\nname=\"n\"\nversion = '''{{ self::m() }}'''\n";
    let result = run(text, Style::Canonical);
    let after = result.apply(text);
    assert!(after.contains("\nx=1\n"), "{after}");
    assert!(after.contains("name = \"n\""), "{after}");
    assert!(result.notices.iter().any(|notice| matches!(notice.kind, NoticeKind::WouldChange(_))), "{result:?}");
}

#[test]
fn what_is_broken_is_left_alone_with_a_reason() {
    for (text, kind) in [
        ("a=1\nb = = 2\n", NoticeKind::NotToml),
        ("a=1\na=2\n", NoticeKind::NotToml),
        ("{% if x %}\na=1\n", NoticeKind::BrokenTemplate),
    ] {
        let result = run(text, Style::Canonical);
        assert_eq!(result.edits, []);
        assert_eq!(result.notices.first().map(|notice| &notice.kind), Some(&kind), "{text}");
    }
}

#[test]
fn mistakes_that_can_be_stood_in_for_do_not_keep_the_rest_from_being_formatted() {
    let text = "# {{ }} is written like this\n[meta]\nname=\"{{ missing.part }}\"\nversion=\"{{ svc | nope }}\" # ${#x}\n{% if missing %}\na=1\n{% endif %}\n";
    insta::assert_snapshot!(canonical(text), @r#"
    # {{ }} is written like this
    [meta]
    name = "{{ missing.part }}"
    version = "{{ svc | nope }}" # ${#x}
    {% if missing %}
    a = 1
    {% endif %}
    "#);
}

#[test]
fn a_template_that_can_not_be_rendered_is_left_alone() {
    let text = format!("name=1\n{{% for i in range(end=9999) %}}\n# {}\n{{% endfor %}}\n", "x".repeat(9999));
    let result = run(&text, Style::Canonical);
    assert_eq!(result.edits, []);
    let kinds: Vec<_> = result.notices.iter().map(|notice| notice.kind.clone()).collect();
    assert_eq!(kinds, [NoticeKind::WouldChange(Change::Render)]);
}

#[test]
fn a_library_is_proved_through_those_who_import_it() {
    let library = "{%macro step(name)%}\n[[steps]]\ncommand=[\"x\"]\nname=\"{{ name }}\"\n{%endmacro%}\n";
    let importer = "{% import \"_lib.toml.tera\" as lib %}\n[meta]\nname = \"n\"\n{{ lib::step(name=\"a\") }}\n";
    let (options, analysis) = (FormatOptions::default(), AnalysisOptions::default());
    let loader = MemoryLoader::of([("_lib.toml.tera", library)]);
    let importers = [document("t.clnrm.toml.tera", importer)];
    let format = |importers: &[SourceFile]| {
        let surroundings = Surroundings { analyzer: &ANALYZER, options: &analysis, loader: &loader, importers };
        Formatter { options: &options, surroundings: Some(surroundings) }.format(&document("_lib.toml.tera", library))
    };
    assert_eq!(
        format(&importers).apply(library),
        "{% macro step(name) %}\n[[steps]]\nname = \"{{ name }}\"\ncommand = [\"x\"]\n{% endmacro %}\n"
    );
    let alone = format(&[]);
    assert_eq!((alone.edits.as_slice(), &alone.notices[0].kind), (&[][..], &NoticeKind::NoImporter));
}

#[test]
fn a_range_changes_what_it_touches() {
    let text = "[meta]\nname=\"a\"\nversion=\"b\"\n";
    let options = FormatOptions::default();
    let formatter = Formatter { options: &options, surroundings: None };
    let result = formatter.format_within(&document("a.clnrm.toml", text), Some(Span::at(17)));
    assert_eq!(result.apply(text), "[meta]\nname=\"a\"\nversion = \"b\"\n");
}

#[test]
fn a_range_leaves_every_byte_outside_alone() {
    let text = "[meta]\nb=1\n\n\n\na=1\n\n\nc=1";
    let options = FormatOptions::default();
    let formatter = Formatter { options: &options, surroundings: None };
    let format = |text: &str, range| formatter.format_within(&document("a.clnrm.toml", text), Some(range));
    let result = format(text, Span::new(7, 15));
    let once = result.apply(text);
    assert_eq!(once, "[meta]\nb = 1\n\na = 1\n\n\nc=1");
    assert_eq!(format(&once, Span::new(7, 16)).edits, []);
}

fn any_line() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "",
        "",
        "# note",
        "  # indented  ",
        "[meta]",
        "[[steps]]",
        "[ expect.span ]",
        "[[ expect.span ]] # x",
        "[vars]",
        "name=\"n\"",
        "name = \"{{svc}}\" # t",
        "version =  '1' ",
        "command = [\"a\",  \"b\"] # c",
        "command=[ # c\n \"a\"\n # d\n\n, 'b' ]",
        "run = \"\"\"\n  a = 1  \n\"\"\"",
        "env={A=\"1\",B=[1,2]}",
        "must_include = [[\"aaaaaaaaaaaaaaaaaaaaaaaaaa\",\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"],[\"cccccccccccccc\"]]",
        "a.b . c=1",
        "\"k k\"= 1979-05-27 07:32:00Z",
        "x=[]",
        "y={ }",
        "z = [\n]",
        "service= 'é'",
    ])
    .prop_map(str::to_owned)
}

fn any_construct() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "{%if svc%}",
        "{% if missing -%}",
        "{% else %}",
        "{% endif %}",
        "{%- endif -%}",
        "{% for i in [1,2] %}",
        "{% endfor %}",
        "{# note #}",
        "port={{8080+1}}",
        "tags=[{{ 1 }},{{2}}]",
        "list = [{% for i in [1,2] %}{{i}},{% endfor %}]",
        "text = '''\n{% if svc %}\na  =  1\n{% endif %}\n'''",
        "v = 1 {# why #}",
        "{{ svc }}=1",
        "{% set q %}\n a=1\n{% endset %}",
        "w = {{ 1 -}}",
    ])
    .prop_map(str::to_owned)
}

/// What must hold for any text in any style.
fn check(text: &str) -> Result<(), TestCaseError> {
    for style in [Style::Canonical, Style::Alphabetical, Style::Keep] {
        let result = run(text, style);
        let once = result.apply(text);
        let mut end = 0;
        for edit in &result.edits {
            prop_assert!(edit.span.start >= end && edit.span.end <= text.len());
            end = edit.span.end;
        }
        let again = run(&once, style);
        prop_assert_eq!(again.apply(&once), once.clone(), "{:?} is not stable: {:?}", style, text);
        match toml::from_str::<toml::Table>(text) {
            Ok(value) => prop_assert_eq!(Ok(value), toml::from_str::<toml::Table>(&once)),
            Err(_) if !["{%", "{{", "{#"].iter().any(|mark| text.contains(mark)) => prop_assert_eq!(text, &once),
            Err(_) => {}
        }
        let visible = |text: &str| {
            let mut letters: Vec<char> = text.chars().filter(|it| !it.is_whitespace() && *it != ',').collect();
            letters.sort_unstable();
            letters
        };
        prop_assert_eq!(visible(text), visible(&once));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn plain_files_keep_everything(lines in prop::collection::vec(any_line(), 0..14), end in "(\n|\r\n)?") {
        let line_end = if end == "\r\n" { "\r\n" } else { "\n" };
        check(&(lines.join("\n").replace('\n', line_end) + &end))?;
    }

    #[test]
    fn templates_keep_everything(
        lines in prop::collection::vec(prop_oneof![3 => any_line(), 2 => any_construct()], 0..12)
    ) {
        check(&lines.join("\n"))?;
    }

    #[test]
    fn any_text_is_survived(text in "[\\[\\]{}%#\"'=,.a1 \n\r\\\\-]{0,60}") {
        check(&text)?;
    }
}

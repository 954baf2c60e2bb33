//! Completion.

use std::fmt::Write as _;
use std::sync::Arc;

use clnrm_lsp::analysis::AnalysisOptions;
use clnrm_lsp::features::completion::{Completions, Item, Surroundings, complete, documentation};
use clnrm_lsp::features::known_spans::{KnownSpan, KnownSpans};
use clnrm_lsp::features::{DocumentView, Written};
use clnrm_lsp::template::SourceFile;
use clnrm_lsp::template::library::MemoryLoader;
use clnrm_lsp::template::render::{TemplateLoader, TemplateName};
use clnrm_lsp::text::Span;
use clnrm_lsp::validation::Severity;

use crate::fixture::{ANALYZER, Fixture, document};

/// A test without mistakes, to which a fixture is added.
const HEAD: &str = "[meta]\nname = \"demo\"\nversion = \"1.0\"\ndescription = \"ü\"\n\n[services.api]\nimage = \"alpine:3.20\"\n\n[services.db]\nplugin = \"postgres\"\n\n";

const BODY: &str =
    "[[scenario]]\nname = \"one\"\nservice = \"api\"\nrun = \"echo é\"\n\n[[expect.span]]\nname = \"api.request\"\n\n";

fn completions(fixture: &Fixture, snippets: bool) -> Completions {
    let known = KnownSpan { name: "db.query".to_owned(), count: 2, ..KnownSpan::default() };
    let known = KnownSpans { spans: vec![known] };
    let images = || vec!["registry/own:1".to_owned()];
    let library = || -> Vec<TemplateName> {
        let loader = MemoryLoader::of([("_own.toml.tera", "")]);
        loader.names(&document(""))
    };
    let around = Surroundings { known_spans: &known, images: &images, templates: &library, snippets };
    let completions = complete(&fixture.view, fixture.cursor(), around);
    // Where nothing was typed since the analysis, nothing is missing; what a mistake hides from the analysis may come.
    let ahead = fixture.view.ahead(Written::new(fixture.view.text().into())).unwrap();
    let ahead = complete(&ahead, fixture.cursor(), around);
    let is_missing = |item: &&Item| ahead.items.iter().all(|other| other.label != item.label);
    let missing = completions.items.iter().find(is_missing);
    assert_eq!((missing, ahead.replaced), (None, completions.replaced), "{}", fixture.view.text());
    completions
}

/// The labels at the cursor of `marked` while the last analysis is that of `earlier`.
fn labels_ahead(earlier: &str, marked: &str) -> Option<Vec<String>> {
    let view = Fixture::new(earlier).view.ahead(Written::new(marked.replace("$0", "").as_str().into()))?;
    let selection = Span::at(marked.find("$0").unwrap());
    let around =
        Surroundings { known_spans: &KnownSpans::default(), images: &Vec::new, templates: &Vec::new, snippets: true };
    Some(complete(&view, selection.end, around).items.into_iter().map(|item| item.label).collect())
}

#[test]
fn what_was_typed_since_the_analysis_is_offered_too() {
    let earlier = "[services.n_{{ 1 + 1 }}]\n[services.api]\n[services.db]\nimage = \"x\"\n[[steps]]\nname = \"s\"\n";
    let typed = earlier.replace("[services.db]", "[services.cache]\nimage = \"y\"\n[services.db]");
    let labels = labels_ahead(earlier, &format!("{typed}service = \"$0\"\n"));
    assert_eq!(labels.unwrap(), ["n_2", "api", "db", "cache"]);
    // The name at the cursor is being written, wherever it stood before.
    let depends = earlier.replace("[services.db]\n", "[services.db]\ndepends_on = [\"$0\"]\n");
    let labels = labels_ahead(earlier, &depends);
    assert_eq!(labels.unwrap(), ["n_2", "api"]);
}

#[test]
fn what_other_files_mean_is_told_by_an_analysis_only() {
    let import = "{% import \"_own.toml.tera\" as own %}\n";
    assert!(labels_ahead("a = 1\n", &format!("{import}{{{{ own::$0 }}}}")).is_none());
    assert!(labels_ahead(import, &format!("\n{import}{{{{ own::$0 }}}}")).is_some());
    assert!(labels_ahead(import, &format!("{}{{{{ own::$0 }}}}", import.replace("_own", "_other"))).is_none());
}

/// The first `most` items of a completion, each with its detail and what it writes where that is not its label.
fn listed(marked: &str, most: usize) -> String {
    listed_in(&Fixture::new(marked), most)
}

/// A `cleanroom.toml`.
fn project(marked: &str) -> Fixture {
    let selection = Span::at(marked.find("$0").unwrap());
    let document = SourceFile { name: "cleanroom.toml".to_owned(), ..document(&marked.replace("$0", "")) };
    let analysis = ANALYZER.analyze_with(&document, &AnalysisOptions::default(), &MemoryLoader::default());
    Fixture { view: DocumentView::new(Arc::new(analysis)), selection }
}

fn listed_in(fixture: &Fixture, most: usize) -> String {
    let completions = completions(fixture, true);
    let mut list = String::new();
    for item in completions.items.iter().take(most) {
        write!(list, "{}", item.label).unwrap();
        if let Some(detail) = &item.detail {
            write!(list, " · {detail}").unwrap();
        }
        let notation = item.insert.notation();
        if notation != item.label {
            write!(list, " → {}", notation.replace('\n', "⏎")).unwrap();
        }
        list.push('\n');
    }
    if completions.items.len() > most {
        writeln!(list, "and {} more", completions.items.len() - most).unwrap();
    }
    list
}

fn labels(marked: &str) -> Vec<String> {
    completions(&Fixture::new(marked), true).items.into_iter().map(|item| item.label).collect()
}

/// The text after an item was chosen.
fn applied(fixture: &Fixture, completions: &Completions, item: &Item) -> String {
    let text = fixture.view.text();
    let span = item.replaced.unwrap_or(completions.replaced).replace;
    format!("{}{}{}", &text[..span.start], item.insert.plain(), &text[span.end..])
}

/// The text after the item `label` was chosen.
fn chosen(marked: &str, label: &str) -> String {
    let fixture = Fixture::new(marked);
    let completions = completions(&fixture, true);
    let item = completions.items.iter().find(|item| item.label == label);
    let item = item.unwrap_or_else(|| panic!("no `{label}` in {:?}", labels(marked)));
    applied(&fixture, &completions, item)
}

#[test]
fn keys_come_with_what_is_required_first() {
    insta::assert_snapshot!(listed(&format!("{HEAD}[[scenario]]\n$0"), 12));
    insta::assert_snapshot!(listed(&format!("{HEAD}[services.cache]\nima$0\n"), 6));
    insta::assert_snapshot!(listed("[otel]\nexporter = \"stdout\"\nresources = { \"service.name\" = \"é\", $0 }\n", 3));
    insta::assert_snapshot!(listed(&format!("{HEAD}[[expect.span]]\nname = \"a\"\nduration_ms.$0\n"), 9));
    insta::assert_snapshot!(listed_in(&project("[format]\n$0\n"), 5));
    insta::assert_snapshot!(listed_in(&project("[lint]\nbroad-glob = \"$0\"\n"), 9));
    insta::assert_snapshot!(listed_in(&project("[lint]\nbro$0"), 2));
}

#[test]
fn what_is_there_is_not_offered_again() {
    let scenario = labels(&format!("{HEAD}[[scenario]]\nname = \"a\"\n$0\n[scenario.artifacts]\ncollect = []\n"));
    assert!(!scenario.contains(&"name".to_owned()) && !scenario.contains(&"artifacts".to_owned()), "{scenario:?}");
    assert!(scenario.contains(&"run".to_owned()));
    let service = labels("[services.api]\nenv = { A = \"1\" }\n$0");
    assert!(!service.iter().any(|key| matches!(key.as_str(), "env" | "environment" | "env_vars")), "{service:?}");
    let depends = labels("[services.a]\n[services.b]\n[services.c]\ndepends_on = [\"a\", \"$0\"]\n");
    assert_eq!(depends, ["b"]);
}

#[test]
fn headers_replace_their_brackets() {
    insta::assert_snapshot!(listed("[$0", 20));
    insta::assert_snapshot!(listed(&format!("{HEAD}{BODY}[expect.$0]"), 100));
    assert_eq!(chosen("é = 1\n[[scen$0]]\n", "[[scenario]]").matches("]]").count(), 1);
    assert!(chosen("[exp$0", "[[expect.span]]").starts_with("[[expect.span]]\nname = "));
    assert!(chosen("[mat$0]\nx = [1]\n", "[matrix]").starts_with("[matrix]\nx = [1]"));
}

#[test]
fn an_empty_file_offers_blocks() {
    insta::assert_snapshot!(listed("$0", 9));
    assert!(labels("\n\n  $0\n").contains(&"[[scenario]]".to_owned()));
}

#[test]
fn values_are_those_of_the_schema() {
    insta::assert_snapshot!(listed("[[expect.span]]\nname = \"é\"\nkind = $0\n", 9));
    insta::assert_snapshot!(listed("[[expect.span]]\nname = \"é\"\nkind = \"ser$0\"\n", 9));
    insta::assert_snapshot!(listed("[[expect.span]]\nname = \"é\"\nexists = $0", 9));
    insta::assert_snapshot!(listed("[test.metadata]\ntimeout = \"$0\"", 9));
    insta::assert_snapshot!(listed("[services.a]\nplugin = \"$0\"", 5));
    insta::assert_snapshot!(listed("[services.a]\nimage = $0", 5));
    assert_eq!(chosen("[[expect.span]]\nkind = \"é$0ü\"\n", "server"), "[[expect.span]]\nkind = \"server\"\n");
    assert_eq!(
        chosen("[[expect.span]]\nkind = 'se$0\nname = \"a\"\n", "server"),
        "[[expect.span]]\nkind = 'server'\nname = \"a\"\n"
    );
    assert_eq!(chosen("[[expect.span]]\nkind = ser$0 # é\n", "server"), "[[expect.span]]\nkind = \"server\" # é\n");
    assert_eq!(
        chosen("[[steps]]\nexpected_output_regex = \"$0\"\n", "^.*$"),
        "[[steps]]\nexpected_output_regex = \"^.*$\"\n"
    );
}

#[test]
fn names_that_are_defined_elsewhere_are_offered() {
    insta::assert_snapshot!(listed(&format!("{HEAD}[[scenario]]\nname = \"a\"\nservice = \"$0\"\n"), 9));
    insta::assert_snapshot!(listed(&format!("{HEAD}{BODY}[expect.graph]\nmust_include = [[\"$0\"]]\n"), 9));
    insta::assert_snapshot!(listed(&format!("{HEAD}{BODY}[[expect.span]]\nname = \"$0\"\n"), 9));
    insta::assert_snapshot!(listed(&format!("{HEAD}{BODY}[expect.counts.by_name]\n$0\n"), 3));
    let steps = "[[steps]]\nname = \"one\"\n[[steps]]\nname = \"two\"\ndepends_on = [$0]\n";
    assert_eq!(labels(steps), ["one"]);
    assert_eq!(labels("[services.a]\n[services.b]\ndepends_on = [\"$0\"]\n"), ["a"]);
}

#[test]
fn attributes_are_those_of_the_conventions() {
    let text = "[[expect.span]]\nname = \"a\"\nattrs.all = { \"http.request.me$0\" = \"GET\" }\n";
    insta::assert_snapshot!(listed(text, 3));
    assert!(chosen(text, "http.request.method").contains("{ \"http.request.method\" = \"GET\" }"));
    let bare = "[[expect.span]]\nname = \"a\"\nattrs.all = { http.request.me$0 }\n";
    assert!(
        chosen(bare, "http.request.method").contains("{ \"http.request.method\" = \"value\" }"),
        "{}",
        chosen(bare, "http.request.method")
    );
    let fixture = Fixture::new("[expect.hermeticity.span_attrs]\nforbid_keys = [\"$0\"]\n");
    assert!(completions(&fixture, true).is_incomplete);
}

#[test]
fn comments_and_free_texts_stay_quiet() {
    for text in [
        "# $0",
        "[meta]\nname = \"$0\"",
        "[meta]\nname = \"a\" # na$0",
        "[meta] $0",
        "[meta]\nname = \"a\" $0",
        "[meta]\nname = \"a\"\n{# na$0 #}",
        "[[steps]]\nrun = \"\"\"\nname$0\n\"\"\"",
        "[[steps]]\nname = \"{{ \"sv$0\" }}\"",
        "[meta]\nname = \"x{{ svc }}$0\"",
        "{% raw %}{{ $0 }}{% endraw %}",
        "{{ 1$0 }}",
        "{% for $0 %}",
        "{% set $0 %}",
    ] {
        assert_eq!(labels(text), [""; 0], "{text}");
    }
}

#[test]
fn names_in_expressions_have_their_values() {
    let vars =
        "[vars]\nimage = \"alpiné\"\ndatabase = { host = \"h\", port = 5432 }\n[matrix]\nexporter = [\"a\", \"b\"]\n";
    insta::assert_snapshot!(listed(&format!("{vars}[meta]\nname = \"{{{{ $0 }}}}\"\n"), 12));
    insta::assert_snapshot!(listed(&format!("{vars}[meta]\nname = \"é {{{{ vars.database.$0 }}}}\"\n"), 9));
    insta::assert_snapshot!(listed(&format!("{vars}{{{{ matrix.$0"), 9));
    insta::assert_snapshot!(listed(
        "{% for s in [{\"name\": \"é\", \"port\": 1}] %}\n[services.{{ s.$0 }}]\n{% endfor %}",
        9
    ));
    insta::assert_snapshot!(listed("{% for s in [1, 2] %}{{ loop.$0 }}{% endfor %}", 9));
    insta::assert_snapshot!(listed(
        "{% set a = vars.x %}{% for k, v in vars %}{{ $0 }}{% endfor %}\n[vars]\nx = 1\n",
        4
    ));
    insta::assert_snapshot!(listed("{% macro mine(first, second=2) %}{{ $0", 2));
}

#[test]
fn each_position_has_its_words() {
    insta::assert_snapshot!(listed("{{ svc | upp$0 }}", 3));
    insta::assert_snapshot!(listed("{% if svc is $0 %}{% endif %}", 3));
    insta::assert_snapshot!(listed("{% if svc $0 %}{% endif %}", 9));
    insta::assert_snapshot!(listed("{% if svc %}{% for a in b %}{% $0", 5));
    insta::assert_snapshot!(listed("{% $0 %}\n", 30));
    insta::assert_snapshot!(listed("{% for a $0 %}{% endfor %}", 3));
    insta::assert_snapshot!(listed("{% import \"$0\" as m %}", 9));
    insta::assert_snapshot!(listed("{% include $0 %}", 9));
    insta::assert_snapshot!(listed("{{ env($0) }}", 3));
}

#[test]
fn macros_come_with_their_parameters() {
    let import = "{% import \"_macros.toml.tera\" as m %}\n";
    insta::assert_snapshot!(listed(&format!("{import}{{{{ m::$0 }}}}"), 4));
    insta::assert_snapshot!(listed(&format!("{import}{{{{ m::span(\"é\", $0) }}}}"), 3));
    insta::assert_snapshot!(listed("{% macro mine(a, b=1) %}{% endmacro %}\n{{ self::$0", 4));
    assert!(labels(&format!("{import}{{{{ $0 }}}}")).contains(&"m::span".to_owned()));
}

#[test]
fn each_item_is_documented() {
    for text in [
        format!("{HEAD}[[scenario]]\n$0"),
        "[$0".to_owned(),
        "[[expect.span]]\nattrs.all = { $0 }".to_owned(),
        "{{ svc | $0 }}".to_owned(),
    ] {
        for item in completions(&Fixture::new(&text), true).items {
            let documentation = item.topic.as_ref().and_then(documentation);
            assert!(documentation.is_some_and(|text| !text.is_empty()), "{}: {:?}", item.label, item.topic);
        }
    }
}

fn errors(text: &str) -> Vec<String> {
    let document = SourceFile { name: "test.clnrm.toml.tera".to_owned(), path: None, text: text.into() };
    let analysis = ANALYZER.analyze_with(&document, &AnalysisOptions::default(), &MemoryLoader::default());
    let errors = analysis.diagnostics.into_iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| format!("{}: {}", found.rule.code, found.message)).collect()
}

#[test]
fn blocks_pass_the_check() {
    let tags = ["{% $0 %}\n", "{%$0"];
    let texts = [format!("{HEAD}{BODY}$0"), format!("{HEAD}{BODY}[$0"), format!("{HEAD}{BODY}[[$0")];
    for text in texts.into_iter().chain(tags.map(|tag| format!("{HEAD}{BODY}{tag}"))) {
        let fixture = Fixture::new(&text);
        let completions = completions(&fixture, true);
        assert!(!completions.items.is_empty(), "{text}");
        for item in completions.items.iter().filter(|item| item.insert.notation().contains("$0")) {
            let after = applied(&fixture, &completions, item);
            assert_eq!(errors(&after), [""; 0], "`{}` gives\n{after}", item.label);
        }
    }
}

#[test]
fn a_chosen_key_is_no_mistake() {
    let sections = [
        "[meta]\nname = \"a\"\nversion = \"1\"\n$0",
        "[services.x]\nimage = \"alpine:3.20\"\n$0",
        "[[scenario]]\nname = \"b\"\nservice = \"api\"\nrun = \"echo\"\n$0",
        "[[steps]]\nname = \"b\"\nservice = \"api\"\ncommand = [\"echo\"]\n$0",
        "[[expect.span]]\nname = \"a\"\n$0",
        "[[expect.window]]\nouter = \"a\"\ncontains = [\"b\"]\n$0",
        "[expect.counts]\nspans_total = { gte = 1 }\n$0",
        "[expect.hermeticity]\nno_external_services = true\n$0",
        "[expect.graph]\nacyclic = true\n$0",
        "[expect.order]\nmust_precede = [[\"a\", \"b\"]]\n$0",
        "[expect.status]\nall = \"OK\"\n$0",
        "[otel]\nexporter = \"stdout\"\n$0",
        "[limits]\n$0",
        "[determinism]\n$0",
        "[report]\n$0",
        "[test.metadata]\nname = \"a\"\n$0",
    ];
    let mut mistakes = Vec::new();
    for section in sections {
        let head = if section.contains("[meta]") || section.contains("metadata") {
            HEAD.split_once("\n\n").unwrap().1
        } else {
            HEAD
        };
        let marked = format!("{head}{BODY}{section}");
        let fixture = Fixture::new(&marked);
        assert_eq!(errors(fixture.view.text()), [""; 0], "{section}");
        let completions = completions(&fixture, false);
        assert!(!completions.items.is_empty(), "{section}");
        for item in &completions.items {
            let after = applied(&fixture, &completions, item);
            let found = errors(&after);
            if !found.is_empty() {
                mistakes.push(format!("{section} + {}: {found:?}", item.insert.plain()));
            }
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n\n"));
}

/// Texts whole and broken, of all kinds.
const TEXTS: &[&str] = &[
    "[meta]\nname = \"é\"\nversion = '1'\n[services.ä]\nimage = \"a{{ x }}\"\n[[expect.span]]\nname = \"a\"\nattrs.all = { \"k\" = \"v\", http.me }\n",
    "{% import \"_macros.toml.tera\" as m %}\n[vars]\na = { b = [1, { c = 2 }] }\n{% for s in [{\"n\": 1}] %}\n{{ m::span(s.n, kind=\"é\", ) }}\n{% if s is defined and a | upper %}x = {{ loop. }}{% endif %}\n{% endfor %}\n{{ vars.a.b",
    "[[steps]\nname = \"\ncommand = [\"a\", \n[otel.\nresources = { a = 1, \n{% macro m(a, b={}) %}[[scenario]]\nrun = '''\n{{ a\n{% end",
    "{{ {\"a\": [1, f(x=(2)] | join(sep=\",\") }} # {{ ü }} {# é #} {% raw %}{{ a }}",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 192, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_place_of_any_text_can_be_completed(which in 0..TEXTS.len(), cut in 0usize..400, at in 0usize..400) {
        let text: String = TEXTS[which].chars().take(cut).collect();
        let places: Vec<usize> = text.char_indices().map(|(index, _)| index).chain([text.len()]).collect();
        let offset = places[at % places.len()];
        let fixture = Fixture::new(&format!("{}$0{}", &text[..offset], &text[offset..]));
        let completions = completions(&fixture, at % 2 == 0);
        for item in &completions.items {
            let replaced = item.replaced.unwrap_or(completions.replaced);
            proptest::prop_assert!(replaced.replace.slice(&text).is_some_and(|it| !it.contains('\n')), "{:?}", item);
            proptest::prop_assert_eq!(replaced.insert.start, replaced.replace.start);
            proptest::prop_assert!(replaced.insert.end <= replaced.replace.end);
            proptest::prop_assert!(replaced.insert.start <= offset && offset <= replaced.insert.end);
            proptest::prop_assert!(text.is_char_boundary(replaced.insert.end));
        }
    }
}

/// Every file of the corpus, at places all over it: `CLNRM_CORPUS` says where it is.
#[test]
fn the_corpus_can_be_completed() {
    let Some(root) = std::env::var_os("CLNRM_CORPUS") else { return };
    let mut folders = vec![std::path::PathBuf::from(root)];
    let mut asked = 0;
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            if !path.extension().is_some_and(|it| it == "toml" || it == "tera") || text.contains("$0") {
                continue;
            }
            let mut fixture = Fixture::new(&text);
            for offset in text.char_indices().map(|(offset, _)| offset).step_by(61) {
                fixture.selection = Span::at(offset);
                let completions = completions(&fixture, true);
                asked += 1;
                for item in &completions.items {
                    let replaced = item.replaced.unwrap_or(completions.replaced).replace;
                    assert!(replaced.slice(&text).is_some_and(|it| !it.contains('\n')), "{}: {offset}", path.display());
                    assert!(replaced.start <= offset && offset <= replaced.end, "{}: {offset}", path.display());
                }
            }
        }
    }
    assert!(asked > 1000, "only {asked} places");
}

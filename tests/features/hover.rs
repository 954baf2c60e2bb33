//! Hover.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use clnrm_lsp::analysis::{AnalysisOptions, Analyzer, CacheLimits, RenderCache};
use clnrm_lsp::features::DocumentView;
use clnrm_lsp::features::hover::hover;
use clnrm_lsp::features::known_spans::{Durations, KnownSpan, KnownSpans};
use clnrm_lsp::template::SourceFile;
use clnrm_lsp::template::library::MemoryLoader;
use clnrm_lsp::template::variables::Environment;
use proptest::prelude::*;

use crate::fixture::Fixture;

fn known() -> KnownSpans {
    let span = |name: &str, count, shortest, longest| KnownSpan {
        name: name.to_owned(),
        count,
        durations: Some(Durations { shortest, median: shortest, longest }),
        attributes: vec![("http.method".to_owned(), "GET".to_owned())],
        events: Vec::new(),
    };
    KnownSpans { spans: vec![span("api.get", 2, 1_500_000, 4_000_000), span("api.put", 1, 2_000, 2_000)] }
}

fn described(fixture: &Fixture) -> String {
    match hover(&fixture.view, &known(), fixture.cursor()) {
        Some(hover) => format!("⟦{}⟧\n{}\n", fixture.text(hover.span), hover.card.markdown()),
        None => "nothing\n".to_owned(),
    }
}

/// What is said at each `$0` of a text.
fn said(marked: &str) -> String {
    said_with(marked, &[])
}

fn said_with(marked: &str, files: &[(&str, &str)]) -> String {
    let parts: Vec<&str> = marked.split("$0").collect();
    let mut said = String::new();
    for mark in 1..parts.len() {
        let text = format!("{}$0{}", parts[..mark].concat(), parts[mark..].concat());
        writeln!(said, "{}", described(&Fixture::with_files(&text, files))).unwrap();
    }
    said
}

const META: &str = "[meta]\nname = \"é\"\nversion = \"1\"\n";

#[test]
fn keys_and_tables_of_a_plain_file() {
    insta::assert_snapshot!(said(
        "[me$0ta]\nna$0me = \"é\"\n[services.d$0b]\nima$0ge = \"postgres:16\"\nenv.HO$0ME = \"x\"\n[[ste$0ps]]\nname = \"a\"\nrun = \"x\"\nenv_v$0ars = {}\n[expect.span.api]\nki$0nd = \"server\"\n"
    ));
}

#[test]
fn values_of_a_plain_file() {
    insta::assert_snapshot!(said(
        "[meta]\nname = \"é\"\n[services.db]\nplugin = \"post$0gres\"\nimage = \"ghcr.io/a/b:1@sha2$056:ab\"\nports = [\"127.0.0.1:80$080:80/udp\"]\n[[steps]]\nname = \"s$0tep\"\nservice = \"d$0b\"\ncommand = [\"x\"]\nexpected_output_regex = '^é (ok|d$0one)+$'\ntimeout = \"1$050s\"\ntimeout_ms = 15$0_000\n[otel]\nexporter = \"OT$0LP\"\n[[expect.span]]\nname = \"ap$0i.*\"\nparent = \"api.g$0et\"\n"
    ));
}

#[test]
fn variables_tell_their_value_and_where_it_comes_from() {
    let vars = "[vars]\nimage = \"alpine:é\"\napi_token = \"s3cr3t-value\"\nurl = \"http://s3cr3t-value@x\"\n";
    insta::assert_snapshot!(said(&format!(
        "{META}{vars}[services.a]\nimage = {{{{ va$0rs.im$0age | upper }}}}\nx = {{{{ vars.api_to$0ken }}}}\nu = {{{{ vars.u$0rl }}}}\ns = {{{{ s$0vc }}}}\nn = {{{{ not$0hing }}}}\n"
    )));
}

#[test]
fn constructs_tell_what_they_render_to_in_each_round() {
    insta::assert_snapshot!(said(&format!(
        "{META}[matrix]\nx = [\"ä\", \"b\"]\n{{% f$0or i$0tem in matrix.x %}}\n[[scenario]]\nname = \"{{{{ it$0em }}}}-{{{{ loop.in$0dex }}}}\"\nrun = \"{{{{ \"a\" $0~ \"b\" }}}}\"\n{{% endfor %}}\n"
    )));
}

#[test]
fn what_can_be_called_tells_its_signature() {
    insta::assert_snapshot!(said(&format!(
        "{META}{{% if a is defi$0ned %}}{{% endif %}}{{% set b$0 = 1 %}}\na = {{{{ \"x\" | up$0per }}}}\nb = \"{{{{ en$0v(na$0me=\"HOME\", default=\"é\") }}}}\"\n"
    )));
}

#[test]
fn macros_tell_their_comment_and_what_the_call_writes() {
    let library = "{# Makes a step. é\n   Twice.\n\n   More. #}\n{% macro step(name, run=\"true\") %}\n[[steps]]\nname = \"{{ name }}\"\nrun = \"{{ run }}\"\n{% endmacro %}\n";
    insta::assert_snapshot!(said_with(
        &format!(
            "{{% import \"lib.tera\" as l$0ib %}}\n{META}{{% for n in [\"a\", \"b\"] %}}{{{{ l$0ib::st$0ep(n, r$0un=\"é\") }}}}{{% endfor %}}\n"
        ),
        &[("lib.tera", library)]
    ));
}

#[test]
fn macro_bodies_know_their_parameters_and_keys() {
    insta::assert_snapshot!(said(
        "{# Doc. #}\n{% macro st$0ep(name, run=\"x\") %}\n[[steps]]\nna$0me = \"{{ na$0me }}\"\nrun = \"{{ r$0un }}\"\nx = \"{{ s$0vc }}\"\n{% endmacro %}\n"
    ));
}

#[test]
fn rules_show_their_page() {
    let said = said(&format!("{META}# clnrm: allow(unknown-k$0ey, no-such$0-rule)\nx = 1\n"));
    insta::assert_snapshot!(said.lines().take(8).collect::<Vec<_>>().join("\n"));
    assert!(said.ends_with("nothing\n\n"), "{said}");
}

#[test]
fn a_rule_shows_its_page_in_the_settings_of_a_project() {
    let text = "[lint]\nunknown-key = \"off\"\n[format]\nwidth = 80\n";
    let view = analysed("cleanroom.toml", text, &Analyzer::default(), &AnalysisOptions::default());
    let at = |needle: &str| hover(&view, &known(), text.find(needle).unwrap() + 1).unwrap().card.markdown();
    assert!(at("unknown-key").starts_with("# unknown-key\n"));
    assert!(at("width").starts_with("**`format.width`**: an integer"), "{}", at("width"));
}

#[test]
fn broken_documents_are_explained_as_far_as_they_go() {
    insta::assert_snapshot!(said(
        "[services.db\nima$0ge = \n[[steps]\nna$0me = \"é\n{% for x in y %}\n{{ x | up$0per\n[ot$0el]\nexporter = st$0dout\n"
    ));
}

fn analysed(name: &str, text: &str, analyzer: &Analyzer, options: &AnalysisOptions) -> DocumentView {
    let document = SourceFile { name: name.to_owned(), path: None, text: text.into() };
    DocumentView::new(Arc::new(analyzer.analyze_with(&document, options, &MemoryLoader::default())))
}

#[test]
fn the_environment_is_shown_where_the_workspace_is_trusted_and_secrets_never() {
    let environment = Environment::of([("REGION", "eu-é"), ("DB_PASSWORD", "hunter22"), ("SERVICE_NAME", "shop")]);
    let analyzer = Analyzer::new(environment, RenderCache::in_memory(CacheLimits::default()));
    let text = "[meta]\nname = \"{{ svc }}\"\na = \"{{ region }}\"\nb = \"{{ db_password }}\"\nc = \"{{ env(name='DB_PASSWORD') }}\"\nd = {{ 1 }}\n";
    let trusted = analysed("a.clnrm.toml.tera", text, &analyzer, &AnalysisOptions::default());
    let untrusted = AnalysisOptions { trusted: false, ..AnalysisOptions::default() };
    let untrusted = analysed("a.clnrm.toml.tera", text, &analyzer, &untrusted);
    let at = |view: &DocumentView, needle: &str| {
        hover(view, &known(), text.find(needle).unwrap() + 1).map(|it| it.card.markdown()).unwrap_or_default()
    };
    assert!(at(&trusted, "svc }}").contains("`shop`") && at(&trusted, "svc }}").contains("`SERVICE_NAME`"));
    assert!(at(&trusted, "region").contains("`eu-é`"), "{}", at(&trusted, "region"));
    for offset in 0..text.len() {
        for view in [&trusted, &untrusted] {
            let said = hover(view, &known(), offset).map(|it| it.card.markdown()).unwrap_or_default();
            assert!(!said.contains("hunter22"), "{said}");
        }
        let said = hover(&untrusted, &known(), offset).map(|it| it.card.markdown()).unwrap_or_default();
        assert!(!said.contains("shop") && !said.contains("eu-é"), "{said}");
    }
}

#[test]
fn overrides_and_the_project_are_named_as_origins() {
    let project = serde_json::from_str("{\"tag\": \"3.20\"}").unwrap();
    let options = AnalysisOptions {
        overrides: BTreeMap::from([("image".to_owned(), "alpine".to_owned())]),
        variables: project,
        ..AnalysisOptions::default()
    };
    let text = "a = {{ image }}\nb = {{ vars.tag }}\n";
    let view = analysed("a.clnrm.toml.tera", text, &Analyzer::default(), &options);
    let at = |needle: &str| hover(&view, &known(), text.find(needle).unwrap() + 1).unwrap().card.plain_text();
    assert!(at("image").contains("from: override of the caller"), "{}", at("image"));
    assert!(at("tag").contains("from: `[template.vars]` of `cleanroom.toml`"), "{}", at("tag"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_place_of_any_text_has_an_answer_or_none(
        text in r#"(\[services\.a\]|\[\[steps\]\]|\[\[expect\.span\]\]|name|image|service|timeout_ms|=|"|'|\{\{|\}\}|\{% for x in (y|\[1, 2\]) %\}|\{% endfor %\}|\{% macro m\(a\) %\}|\{% endmacro %\}|self::m\(1\)|x|vars\.y|\||upper|\n|#|\[|\]|é|日|,|\.| ){0,40}"#,
        offset in 0usize..200,
    ) {
        let fixture = Fixture::new(&text);
        let offset = offset.min(text.len());
        if let Some(hover) = hover(&fixture.view, &known(), offset) {
            prop_assert!(hover.span.slice(&text).is_some(), "{hover:?}");
            prop_assert!(hover.span.start <= offset && offset <= hover.span.end, "{hover:?} at {offset}");
        }
    }
}

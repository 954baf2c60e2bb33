//! Code actions: what is offered at a place, and what the text is afterwards.

use clnrm_lsp::analysis::AnalysisOptions;
use clnrm_lsp::features::code_actions::{ActionKind, ActionRequest, CodeAction, Proofs, actions};
use clnrm_lsp::formatting::{Surroundings, apply};
use clnrm_lsp::template::library::MemoryLoader;

use crate::fixture::{ANALYZER, Fixture, document};

fn offered_with(marked: &str, files: &[(&str, &str)], kind: ActionKind) -> (String, Vec<CodeAction>) {
    let fixture = Fixture::with_files(marked, files);
    let document = document(fixture.view.text());
    let loader = MemoryLoader::of(files.iter().map(|(name, text)| (*name, *text)));
    let options = AnalysisOptions { libraries: true, ..AnalysisOptions::default() };
    let surroundings = Surroundings { analyzer: &ANALYZER, options: &options, loader: &loader, importers: &[] };
    let found = actions(&ActionRequest {
        view: &fixture.view,
        document: &document,
        surroundings,
        range: fixture.selection,
        wanted: &|wanted| wanted == kind,
        hints: true,
        proves: &Proofs::All,
        last_run: None,
    });
    (fixture.view.text().to_owned(), found)
}

fn offered(marked: &str, kind: ActionKind) -> (String, Vec<CodeAction>) {
    offered_with(marked, &[], kind)
}

/// Each action with its text, or the reason against it.
fn outcome((text, actions): (String, Vec<CodeAction>)) -> String {
    let outcomes = actions.iter().map(|action| {
        let preferred = if action.is_preferred { " (preferred)" } else { "" };
        match &action.change {
            Ok(edits) => format!("== {}{preferred}\n{}", action.title, apply(&text, edits)),
            Err(reason) => format!("== {}\nnot here: {reason}\n", action.title),
        }
    });
    outcomes.collect()
}

const HEAD: &str =
    "[meta]\nname = \"größe\"\nversion = \"1\"\ndescription = \"d\"\n\n[services.db]\nimage = \"alpine:3\"\n\n";

#[test]
fn a_misspelt_key_is_mended_or_allowed() {
    insta::assert_snapshot!(outcome(offered(
        "[meta]\nname = \"größe\"\nversion = \"1\"\ndescripti$0on_ = \"ä\"\n",
        ActionKind::QuickFix
    )));
}

#[test]
fn a_comment_that_allows_stands_where_it_is_read() {
    let allowed = |marked: &str| {
        let (text, actions) = offered(marked, ActionKind::QuickFix);
        let action = actions.iter().find(|action| action.title.starts_with("allow")).unwrap();
        apply(&text, action.change.as_ref().unwrap())
    };
    insta::assert_snapshot!([
        allowed("[meta]\nname = \"n\"\nversion = \"1\"\nnot_$0known = 1 # why\n"),
        allowed("[meta]\nname = \"n\"\nversion = \"1\"\nnot_$0known = [\n  1,\n]\n"),
        allowed("[meta]\nname = \"n\"\nversion = \"1\"\nnot_$0known = \"\"\"\nä\n\"\"\"\n"),
        allowed("[meta]\nname = \"n\"\nversion = \"1\"\nnot_$0known = 1 # clnrm: allow(deprecated-form)\n"),
        allowed("{% set a = 1 %}\n[meta]\nname = \"n\"\nversion = \"1\"\n  # clnrm: allow(deprecated-form)\n  not_$0known = {{ a }}\n"),
        allowed("{% for a in [1] %}\n[meta]\nname = \"n\"\nversion = \"1\"\nnot_$0known = 'ä{{ a }}'\n{% endfor %}\n"),
    ]
    .join("—\n"));
}

#[test]
fn an_error_of_syntax_can_not_be_allowed() {
    let (_, actions) = offered("[meta]\nname = \"a\"; version = $0\"1\"\n", ActionKind::QuickFix);
    assert!(actions.iter().all(|action| !action.title.starts_with("allow")), "{actions:?}");
    insta::assert_snapshot!(outcome(offered("[meta]\nname = \"a\"$0; version = \"1\"\n", ActionKind::QuickFix)));
}

#[test]
fn an_undefined_variable_gets_a_definition_or_a_default() {
    insta::assert_snapshot!(outcome(offered(
        "{% set y = 1 %}\n[meta]\nname = \"ä {{ greeti$0ng }}\"\nversion = \"1\"\n\n[[steps]]\nname = \"s\"\ncommand = [\"true\"]\n",
        ActionKind::QuickFix
    )));
}

#[test]
fn all_is_fixed_that_needs_no_look() {
    insta::assert_snapshot!(outcome(offered(
        "[meta]\nname = \"a\"; version = \"1\"\nnmae = \"x\"\n\n[service.db]\nimage = \"alpine\"\n\n[[scenario]]\nname = \"s\"\nservice = \"db\"\nrun = \"a && b\"\n\n[expect.count]\nspans_total = { eq = 1, gte = 0 }\n# clnrm: allow(unknown-key)\n",
        ActionKind::FixAll
    )));
}

#[test]
fn a_value_becomes_a_variable() {
    insta::assert_snapshot!([
        outcome(offered(&HEAD.replace("alpine", "al$0pine"), ActionKind::Extract)),
        outcome(offered("[vars]\nimage = \"x\"\n\n[services.\"dä\"]\nimage = \"$0é:1\"\n", ActionKind::Extract)),
        outcome(offered("{% for i in [1, 2] %}\n[[steps]]\nname = \"s{{ i }}\"\ntimeout_ms = 1$00\ncommand = [\"true\"]\n{% endfor %}\n", ActionKind::Extract)),
        outcome(offered("[vars]\nimage = \"$0x\"\n", ActionKind::Extract)),
        outcome(offered("{% macro m() %}\n[[steps]]\nname = \"$0x\"\n{% endmacro %}\n{{ self::m() }}\n", ActionKind::Extract)),
        outcome(offered("[meta\nname = \"$0x\n", ActionKind::Extract)),
    ]
    .join("—\n"));
}

#[test]
fn lines_become_a_macro() {
    insta::assert_snapshot!([
        outcome(offered(&format!("{HEAD}$0[[steps]]\nname = \"eins\"\ncommand = [\"echo\", \"ä\"]\n\n[[steps]]\nname = \"zwei\"\ncommand = [\"echo\", \"ö\"]\n$0\n[report]\njson = \"x\"\n"), ActionKind::Extract)),
        outcome(offered("{% for i in [1, 2] %}\n$0[[steps]]\nname = \"s{{ i }}\"\ncommand = [\"{{ vars.x }}\"]\n$0{% endfor %}\n[vars]\nx = \"true\"\n", ActionKind::Extract)),
        outcome(offered("{% for i in [1, 2] %}\n$0[[steps]]\nname = \"s{{ loop.index }}\"\n$0command = [\"true\"]\n{% endfor %}\n", ActionKind::Extract)),
        outcome(offered("$0{% for i in [1, 2] %}\n[[steps]]\n$0name = \"s\"\n{% endfor %}\n", ActionKind::Extract)),
    ]
    .join("—\n"));
}

#[test]
fn a_call_becomes_what_it_writes() {
    let library = "{% macro step(name, run=[\"true\"]) %}\n[[steps]]\nname = \"ä {{ name }}\"\n{% if run %}command = {{ run | json_encode }}{% endif %}\n{% endmacro %}\n";
    insta::assert_snapshot!([
        outcome(offered(&format!("{library}{{{{ self::st$0ep(\"eins\") }}}}\n[meta]\nname = \"x\"\n"), ActionKind::Inline)),
        outcome(offered_with("{% import \"_l.toml.tera\" as l %}\n{% for n in [\"a\", \"b\"] %}\n{{ l::st$0ep(n ~ \"1\", run=[\"é\"]) }}\n{% endfor %}\n", &[("_l.toml.tera", library)], ActionKind::Inline)),
        outcome(offered("x = \"{{ self::m$0() ~ 'a' }}\"\n{% macro m() %}x{% endmacro %}\n", ActionKind::Inline)),
        outcome(offered("{{ self::unkn$0own() }}\n", ActionKind::Inline)),
    ]
    .join("—\n"));
}

#[test]
fn a_table_is_written_in_other_forms() {
    insta::assert_snapshot!([
        outcome(offered("[services.db]\nimage = \"a\"\nen$0v = { A = \"ä\", B = \"2\" }\nplugin = \"x\"\n\n[meta]\nname = \"n\"\n", ActionKind::Rewrite)),
        outcome(offered("[[expect.span]]\nname = \"a\"\nattrs.all.x$0 = \"1\"\nkind = \"server\"\nattrs.all.y = \"ö\"\n", ActionKind::Rewrite)),
        outcome(offered("{% set a = 1 %}\n[[expect.span]]\nname = \"a\"\n\n[expect.span.dura$0tion_ms]\nmax = {{ a }}\nmin = 0\n\n[[expect.span]]\nname = \"b\"\n", ActionKind::Rewrite)),
        outcome(offered("[a]\nb.c$0 = 1 # why\n", ActionKind::Rewrite)),
        outcome(offered("{% if x %}\n[a]\nb = { c$0 = 1 }\n{% endif %}\n", ActionKind::Rewrite)),
    ]
    .join("—\n"));
}

#[test]
fn a_test_is_written_in_the_other_dialect() {
    let steps = "[test.meta$0data]\nname = \"ä\"\ndescription = \"d\"\n\n[services.db]\nplugin = \"generic_container\"\nimage = \"alpine:3\"\n\n[services.db.env]\nA = \"1\"\n\n[[steps]]\nname = \"one\"\nservice = \"db\"\ncommand = [\"sh\", \"-c\", \"echo 'a b'\"]\n\n[assertions]\nhermetic = true\n";
    let flat = "[meta]\nname = \"n\"\nversion = \"1\"\n\n[service.db]\nimage = \"alpine:3\"\n\n[[scen$0ario]]\nname = \"one\"\nservice = \"db\"\nrun = \"sh -c 'echo \\\"ö\\\"'\"\n";
    let rewrite = |text: &str| {
        let (text, mut actions) = offered(text, ActionKind::Rewrite);
        actions.retain(|action| action.title.starts_with("write this test"));
        outcome((text, actions))
    };
    insta::assert_snapshot!([
        rewrite(steps),
        rewrite(flat),
        rewrite("[test.meta$0data]\nname = \"a\"\n\n[[steps]]\nname = \"s\"\ncommand = [\"x\"]\nexpected_output_regex = \"y\"\n"),
        rewrite("[test.meta$0data]\nname = \"a\"\n\n[[scenario]]\nname = \"s\"\nrun = \"x\"\n"),
    ]
    .join("—\n"));
}

#[test]
fn imports_are_brought_in_order() {
    let files = [
        ("_b.toml.tera", "{% macro x() %}a = 1{% endmacro %}"),
        ("_a.toml.tera", "{% macro y() %}b = 1{% endmacro %}"),
    ];
    insta::assert_snapshot!(outcome(offered_with(
        "# é\n{% import \"_b.toml.tera\" as b %}\n[meta]\nname = \"n\"\n{% import \"_a.toml.tera\" as a %}\n{% import \"_a.toml.tera\" as unused %}\n[generated]\n{{ b::x() }}\n{{ a::y() }}\n",
        &files,
        ActionKind::OrganizeImports
    )));
}

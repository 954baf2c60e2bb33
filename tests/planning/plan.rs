//! The plan of a run: golden plans, and mistakes at their places.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use clnrm_lsp::analysis::{AnalysisOptions, Analyzer};
use clnrm_lsp::executor::resources::Resources;
use clnrm_lsp::executor::{PlannedTest, ScenarioFilter, ScenarioPlan, SelectedTest, Selection};
use clnrm_lsp::template::SourceFile;
use clnrm_lsp::text::Span;
use proptest::prelude::*;

fn selected(text: &str, scenarios: Selection) -> SelectedTest {
    let path = Path::new("/project/tests/demo.clnrm.toml");
    SelectedTest {
        document: SourceFile { name: "demo.clnrm.toml".into(), path: Some(path.to_owned()), text: text.into() },
        path: path.to_owned(),
        root: "/project".into(),
        options: Arc::new(AnalysisOptions::default()),
        scenarios,
    }
}

fn plan(text: &str) -> ScenarioPlan {
    ScenarioPlan::new(&Analyzer::default(), &[selected(text, Selection::All)], None)
}

fn only(text: &str, scenario: Option<&str>, combination: Option<&str>) -> ScenarioPlan {
    let filter = ScenarioFilter { scenario: scenario.map(str::to_owned), combination: combination.map(str::to_owned) };
    ScenarioPlan::new(&Analyzer::default(), &[selected(text, Selection::Only(BTreeSet::from([filter])))], None)
}

/// A plan for people. The text behind each place stands in `‹…›`.
fn shown(plan: &ScenarioPlan, text: &str) -> String {
    let mut shown = String::new();
    for test in &plan.tests {
        writeln!(shown, "test {} `{}` {:?}", test.id, test.name, test.tags).unwrap();
        for mistake in &test.mistakes {
            let at = first_line(mistake.span, text);
            writeln!(shown, "  mistake at {} ‹{at}›: {}", mistake.path, mistake.message).unwrap();
            if let Some(help) = &mistake.help {
                writeln!(shown, "    help: {help}").unwrap();
            }
        }
        if test.mistakes.is_empty() {
            show_scenarios(test, text, &mut shown);
        }
    }
    shown
}

fn show_scenarios(test: &PlannedTest, text: &str, shown: &mut String) {
    for scenario in &test.scenarios {
        let names: Vec<_> = scenario.services.iter().map(|it| test.services[*it].name.as_str()).collect();
        let extra = if scenario.selected { "" } else { " (needed)" };
        let header = first_line(scenario.place.span, text);
        writeln!(shown, "  scenario {}{extra} ‹{header}› services {names:?}", scenario.id.scenario).unwrap();
        if !scenario.depends_on.is_empty() || !scenario.after.is_empty() {
            writeln!(shown, "    depends on {:?}, after {:?}", scenario.depends_on, scenario.after).unwrap();
        }
        if let Some(timeout) = &scenario.timeout {
            writeln!(shown, "    timeout {:?} ‹{}›", timeout.duration, first_line(timeout.place.span, text)).unwrap();
        }
        if !scenario.artifacts.is_empty() {
            writeln!(shown, "    artifacts {:?}", scenario.artifacts).unwrap();
        }
        for step in &scenario.steps {
            let service = &test.services[step.service].name;
            writeln!(
                shown,
                "    {} in {service}: {:?} ‹{}›",
                step.name,
                step.command,
                first_line(step.command_place.span, text)
            )
            .unwrap();
            if !step.env.is_empty() || step.workdir.is_some() {
                writeln!(shown, "      env {:?}, workdir {:?}", step.env, step.workdir).unwrap();
            }
            let exit = step.exit.place();
            writeln!(shown, "      accepts 0: {}, 3: {} ({})", step.exit.accepts(0), step.exit.accepts(3), exit.path)
                .unwrap();
            for check in &step.output {
                writeln!(shown, "      {:?} ‹{}›", check.requirement, first_line(check.place.span, text)).unwrap();
            }
            if let Some(retry) = step.retry {
                writeln!(shown, "      {retry:?}").unwrap();
            }
            if let Some(timeout) = &step.timeout {
                writeln!(shown, "      timeout {:?}", timeout.duration).unwrap();
            }
            if !step.depends_on.is_empty() || step.continue_on_failure {
                writeln!(shown, "      depends on {:?}, goes on {}", step.depends_on, step.continue_on_failure)
                    .unwrap();
            }
        }
    }
}

fn first_line(span: Span, text: &str) -> &str {
    span.slice(text).unwrap_or_default().lines().next().unwrap_or_default()
}

const WHOLE: &str = r#"[meta]
name = "demo"
version = "1.0"
tags = ["fast", "api"]

[services.db]
plugin = "postgres"
env = { POSTGRES_USER = "x", PORT = 5432, ON = true }
health_check = { cmd = "pg_isready", interval = "2s", retries = 3 }

[services.api]
image = "api:1"
command = "serve --port '80 80'"
args = ["-v"]
ports = [8080, "9090:90/udp"]
volumes = ["./data:/data:ro", "cache:/cache"]
depends_on = ["db"]
limits = { memory_mb = 64, cpu_millicores = 100 }
wait_strategy = "port"

[services.other]
image = "other:1"

[[scenario]]
name = "login"
service = "api"
run = "curl -H 'x: y z' http://api/login"
timeout_ms = 2500
artifacts.collect = ["spans:default", "logs:all"]

[[scenario.steps]]
name = "second"
command = ["echo", "a b"]
depends_on = ["first"]
expected_exit_code = 3
expected_output_regex = "^a .$"
expected_output_contains = "a"
timeout = "10s"
max_retries = 2
continue_on_failure = true

[[scenario.steps]]
name = "first"
service = "other"
run = "true"
workdir = "/tmp"
env = ["A=1", "B=x=y"]
should_fail = true

[[scenario]]
name = "login"
service = "other"
run = "true"
depends_on = ["logout"]

[[scenario]]
name = "logout"
service = "other"
run = [{ service = "db", command = "psql -c 'select 1'", timeout_ms = 5 }, { command = ["true"] }]
concurrent = true

[limits]
memory_mb = 512
max_containers = 2

[report]
junit = "out/junit.xml"
"#;

#[test]
fn a_test_is_planned_with_all_it_says() {
    insta::assert_snapshot!(shown(&plan(WHOLE), WHOLE));
    let test = &plan(WHOLE).tests[0];
    insta::assert_debug_snapshot!("services_are_planned", test.services);
    assert_eq!(test.reports.junit.as_deref(), Some(Path::new("out/junit.xml")));
}

#[test]
fn what_a_scenario_uses_is_the_sum_of_its_containers() {
    let plan = plan(WHOLE);
    let test = &plan.tests[0];
    let request = Resources::of_scenario(test, &test.scenarios[0], None);
    insta::assert_debug_snapshot!(request);
}

#[test]
fn what_is_guessed_stays_within_what_the_test_allows_itself() {
    let request = |one: &str, other: &str| {
        let text = format!(
            "[meta]\nname = \"two\"\nversion = \"1\"\n[services.one]\nimage = \"a\"\n{one}\n[services.other]\nimage = \"a\"\n{other}\n\
             [[scenario]]\nname = \"both\"\n[[scenario.steps]]\nname = \"a\"\nservice = \"one\"\nrun = \"true\"\n\
             [[scenario.steps]]\nname = \"b\"\nservice = \"other\"\nrun = \"true\"\n\
             [limits]\nmemory_mb = 300\ncpu_millicores = 200\n"
        );
        let plan = plan(&text);
        let request = Resources::of_scenario(&plan.tests[0], &plan.tests[0].scenarios[0], None);
        (request.containers, request.memory_mb, request.cpu_millis)
    };
    assert_eq!(request("", ""), (2, 300, 200));
    assert_eq!(request("limits = { memory_mb = 280 }", ""), (2, 300, 200), "what one states is the other's no more");
    assert_eq!(request("limits = { memory_mb = 10 }", ""), (2, 266, 200));
    let greedy = "limits = { memory_mb = 500, cpu_millicores = 150 }";
    assert_eq!(
        request(greedy, greedy),
        (2, 600, 300),
        "what is stated may ask for too much: no container gets more than 300"
    );
}

#[test]
fn of_one_scenario_only_it_and_what_it_needs_is_planned() {
    insta::assert_snapshot!(shown(&only(WHOLE, Some("login #2"), None), WHOLE));
    assert!(only(WHOLE, Some("nothing"), None).tests.is_empty());
}

#[test]
fn top_level_steps_are_one_scenario_named_like_the_test() {
    let text = r#"[test.metadata]
name = "steps"

[services.only]
image = "busybox"

[[steps]]
name = "one"
command = ["echo", "$HOME"]

[[steps]]
name = "two"
command = "echo two"
retry = { max_attempts = 3, delay = "10ms" }
"#;
    insta::assert_snapshot!(shown(&plan(text), text));
}

#[test]
fn each_combination_of_a_matrix_is_a_test_of_its_own() {
    let text = r#"[meta]
name = "matrix"
version = "1"

[matrix]
os = ["alpine", "debian"]
level = [1, 2]

[services.box]
image = "{{ matrix.os }}:latest"

[[scenario]]
name = "show"
service = "box"
run = "echo {{ matrix.level }}"
"#;
    let whole = shown(&plan(text), text);
    insta::assert_snapshot!(whole);
    let rendered = text.replace("level = [1, 2]\n", "level = [1, 2]\n{% if true %}{% endif %}\n");
    let planned = plan(&rendered);
    assert_eq!(shown(&planned, &rendered).replace("{{ matrix.level }}", "…"), whole.replace("{{ matrix.level }}", "…"));
    let images: Vec<_> = planned.tests.iter().map(|test| test.services[0].image.as_deref().unwrap()).collect();
    assert_eq!(images, ["alpine:latest", "alpine:latest", "debian:latest", "debian:latest"]);
    let one = only(text, None, Some("os=debian,level=1"));
    assert_eq!(one.tests.len(), 1);
}

#[test]
fn expressions_in_strings_are_rendered_for_the_run() {
    let text = r#"[meta]
name = "{{ svc }}"
version = "1"

[vars]
greeting = "it's"
pattern = "o+"

[services.box]
image = "busybox"
env = { G = "{{ vars.greeting }}" }

[[scenario]]
name = "late"
service = "box"

[[scenario.steps]]
name = "say"
command = ["echo", "{{ vars.greeting }} {{ \"x\" | upper }}"]

[[scenario.steps]]
name = "match"
command = ["echo", "{{ greeting | upper }}", "a {{ b"]
expected_output_regex = "{{ vars.pattern }}$"
"#;
    let plan = plan(text);
    insta::assert_snapshot!(shown(&plan, text));
}

#[test]
fn scenarios_run_one_after_the_other_where_an_order_is_asked_for() {
    let text = r#"[meta]
name = "order"
version = "1"
[services.box]
image = "busybox"
[[scenario]]
name = "a"
run = "true"
depends_on = ["b"]
[[scenario]]
name = "b"
run = "true"
[[scenario]]
name = "c"
run = "true"
[expect.order]
must_precede = [["x", "y"]]
"#;
    insta::assert_snapshot!(shown(&plan(text), text));
}

#[test]
fn mistakes_are_told_at_their_places() {
    let text = r#"[meta]
name = "wrong"
version = "1"

[services.a]
image = "a:1"
depends_on = ["b"]

[services.b]
image = "b:1"
depends_on = ["a"]
wait_strategy = "prayer"

[services.c]
plugin = "no_such_kind"

[[scenario]]
name = "unsaid"
run = "true"

[[scenario]]
name = "nowhere"
service = "nope"
run = "true"

[[scenario]]
name = "unsplit"
service = "c"
run = "echo 'a"

[[scenario]]
name = "waits"
service = "a"
run = "true"
depends_on = ["waits too"]

[[scenario]]
name = "waits too"
service = "a"
depends_on = ["waits"]

[[scenario.steps]]
name = "regex"
command = ["true"]
expected_output_regex = "a("
timeout = "soon"
"#;
    insta::assert_snapshot!(shown(&plan(text), text));
}

#[test]
fn what_nothing_runs_makes_no_test_invalid() {
    let text = "[meta]\nname = \"a\"\nversion = \"1\"\n[services.a]\nimage = \"a\"\n[services.unused]\nplugin = \"generic_container\"\n[[scenario]]\nname = \"s\"\nservice = \"a\"\nrun = \"true\"\n";
    assert_eq!(plan(text).tests[0].mistakes.len(), 0);
}

#[test]
fn a_template_that_does_not_render_is_invalid() {
    let text = "[meta]\nname = \"{{ nothing_of_this_name }}\"\nversion = \"1\"\n[services.a]\nimage = \"{{ also(\"missing\") }}\"\n[[scenario]]\nname = \"s\"\nservice = \"a\"\nrun = \"true\"\n";
    insta::assert_snapshot!(shown(&plan(text), text));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Any text has a plan, and every place of it lies in the text.
    #[test]
    fn any_text_is_planned(
        pieces in prop::collection::vec(prop::sample::select(WHOLE.split_inclusive('\n').collect::<Vec<_>>()), 0..40),
        noise in prop::collection::vec(r#"[\[\]{}="a%]{0,4}"#, 0..4),
    ) {
        let text = pieces.concat() + &noise.join("\n");
        for test in plan(&text).tests {
            for place in test.scenarios.iter().map(|it| &it.place).chain(test.services.iter().map(|it| &it.place)) {
                prop_assert!(place.span.slice(&text).is_some());
            }
            for mistake in &test.mistakes {
                prop_assert!(mistake.span.slice(&text).is_some());
            }
            if !test.is_invalid() {
                for step in test.scenarios.iter().flat_map(|it| &it.steps) {
                    prop_assert!(step.service < test.services.len() && !step.command.is_empty());
                }
            }
        }
    }
}

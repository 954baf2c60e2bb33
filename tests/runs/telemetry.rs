//! What a run tells a collector of itself (`--trace-endpoint`), as `docs/telemetry.md` promises it.

use super::collector::{Collector, Received, Span};
use super::engine::engine;
use super::project::{APP, Project};

/// Two scenarios; the second one waits for the first.
fn two() -> String {
    let scenario = |name: &str, more: &str| {
        format!("[[scenario]]\nname = \"{name}\"\nservice = \"app\"\nrun = \"sh /span.sh {name}\"\n{more}\n")
    };
    format!(
        "{APP}\n{}{}[[expect.span]]\nname = \"first\"\n",
        scenario("first", ""),
        scenario("second", "depends_on = [\"first\"]")
    )
}

fn named<'a>(received: &'a Received, name: &str) -> Vec<&'a Span> {
    received.spans.iter().filter(|span| span.name == name).collect()
}

#[test]
fn spans_and_metrics_of_a_run_are_those_of_the_design() {
    if !engine() {
        return;
    }
    let project = Project::new(&[("told", &two())]);
    let collector = Collector::start();
    let ran = project.run(&["--trace-endpoint", &collector.endpoint]);
    assert_eq!(ran.code, Some(0), "{}", ran.text);
    collector.wait("the spans of two scenarios", |received| {
        let [execute] = named(received, "parallel.execute")[..] else { return None };
        assert_eq!(execute.attributes["plan_id"], ran.report["run"].as_str().expect("an id"));
        for name in ["parallel.schedule", "parallel.run"] {
            let spans = named(received, name);
            if spans.len() < 2 {
                return None;
            }
            assert!(spans.iter().all(|span| span.parent == execute.id), "{name}: {spans:?}");
            let mut scenarios: Vec<&str> = spans.iter().map(|span| span.attributes["scenario_id"].as_str()).collect();
            scenarios.sort_unstable();
            assert!(scenarios[0].ends_with("::first") && scenarios[1].ends_with("::second"), "{scenarios:?}");
        }
        let of_parent = |child: &Span, parent: &str| {
            let parents = named(received, parent);
            let parent = parents.iter().find(|span| span.id == child.parent).expect("its parent came");
            assert_eq!(parent.attributes["scenario_id"], child.attributes["scenario_id"]);
        };
        let (acquire, release) =
            (named(received, "parallel.acquire_resources"), named(received, "parallel.release_resources"));
        acquire.iter().for_each(|span| of_parent(span, "parallel.schedule"));
        (acquire.len() == 2 && release.len() == 2).then_some(())
    });
    let metrics = collector.wait("the metrics", |received| {
        received.metrics.contains_key("parallel.throughput_tests_per_sec").then(|| received.metrics.clone())
    });
    assert_eq!(metrics["parallel.scenarios_total"], 2.0);
    // What is now, none, and the most that was.
    assert_eq!(metrics["parallel.active_tasks"], 1.0);
    assert_eq!(metrics["parallel.concurrent_containers"], 1.0);
    assert!(metrics["parallel.resource_usage_pct"] > 0.0, "{metrics:?}");
    assert!(metrics["parallel.throughput_tests_per_sec"] > 0.0, "{metrics:?}");
    assert_eq!(metrics["cache.hit_rate"], 0.0);

    let collector = Collector::start();
    assert_eq!(project.run(&["--trace-endpoint", &collector.endpoint]).code, Some(0));
    let metrics = collector.wait("the metrics", |received| {
        received.metrics.contains_key("cache.hit_rate").then(|| received.metrics.clone())
    });
    assert_eq!((metrics["cache.hit_rate"], metrics["parallel.scenarios_total"]), (1.0, 2.0), "all is known");
}

#[test]
fn nobody_at_the_endpoint_changes_no_verdict() {
    if !engine() {
        return;
    }
    let project = Project::new(&[("untold", &two())]);
    let ran = project.run(&["--trace-endpoint", "http://127.0.0.1:9"]);
    assert_eq!(ran.code, Some(0), "{}", ran.text);
    assert!(ran.text.contains("spans and metrics are not exported"), "{}", ran.text);
}

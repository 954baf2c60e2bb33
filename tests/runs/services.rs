//! Services: when they are ready, that their end is told at once, how they reach each other.

use super::engine::{engine, left};
use super::project::{APP, Project};

#[test]
fn services_are_ready_or_explained() {
    if !engine() {
        return;
    }
    let pair = r#"
[services.web]
plugin = "generic_container"
image = "localhost/busybox:1"
command = ["sh", "-c", "mkdir /tmp/w; echo served > /tmp/w/index.html; sleep 0.5; touch /tmp/ready; exec httpd -f -p 8080 -h /tmp/w"]
health_check = { cmd = "test -e /tmp/ready", interval = "100ms", retries = 100 }
[services.client]
plugin = "generic_container"
image = "localhost/busybox:1"
depends_on = ["web"]
[[scenario]]
name = "reaches its neighbour"
[[scenario.steps]]
name = "ask"
service = "client"
command = ["sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do wget -q -O - http://web:8080/ && exit 0; sleep 0.3; done; exit 1"]
expected_output_contains = "served"
[[scenario.steps]]
name = "knows the health"
service = "web"
command = ["test", "-e", "/tmp/ready"]
"#;
    let dead = r#"
[services.broken]
plugin = "generic_container"
image = "localhost/busybox:1"
command = ["sh", "-c", "echo I can not start; exit 7"]
health_check = { cmd = "false", interval = "100ms", retries = 1000 }
timeout = "300s"
[[scenario]]
name = "has a dead service"
service = "broken"
run = "true"
"#;
    let spans = r#"
[services.emits]
plugin = "generic_container"
image = "localhost/busybox:1"
volumes = ["./span.sh:/span.sh:ro"]
command = ["sh", "-c", "sleep 0.3; sh /span.sh up; exec sleep 300"]
wait_for_span = "up"
[[scenario]]
name = "waits for a span"
service = "emits"
run = "true"
[[expect.span]]
name = "up"
"#;
    let project = Project::new(&[("pair", pair), ("dead", dead), ("spans", spans)]);
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.text);
    assert_eq!(ran.outcome("reaches its neighbour"), "passed", "{}", ran.text);
    assert_eq!(ran.scenario("reaches its neighbour")["hermeticity"], "internal");
    assert_eq!(ran.outcome("has a dead service"), "failed");
    let dead = &ran.scenario("has a dead service")["attempts"][0];
    assert_eq!(dead["failures"][0]["code"], "service-not-ready", "{dead}");
    assert!(dead["failures"][0]["detail"].as_str().unwrap().contains("I can not start"), "{dead}");
    assert!(dead["duration_ms"].as_f64().unwrap() < 60_000.0, "its end is waited for no longer than it takes to come");
    assert_eq!(ran.test("spans")["outcome"], "passed", "{}", ran.text);
    assert_eq!(left(&project.name), Vec::<String>::new());
}

#[test]
fn a_scenario_out_of_memory_runs_again_alone() {
    if !engine() {
        return;
    }
    let text = format!(
        "{APP}limits = {{ memory_mb = 16 }}\n{}",
        r#"
[[scenario]]
name = "greedy"
service = "app"
run = "sh -c 'dd if=/dev/zero of=/dev/null bs=200M count=1'"
"#
    );
    let project = Project::new(&[("greedy", &text)]);
    let ran = project.run(&[]);
    assert_eq!((ran.code, ran.scenario("greedy")["degraded"].as_bool()), (Some(1), Some(true)), "{}", ran.text);
    assert_eq!(ran.scenario("greedy")["attempts"].as_array().unwrap().len(), 2);
    assert!(ran.failures("greedy")[0].starts_with("resource-exhausted"), "{:?}", ran.failures("greedy"));
    assert!(ran.text.contains("runs again alone: out of memory"), "{}", ran.text);
}

#[test]
fn services_share_a_volume_that_goes_with_them() {
    if !engine() {
        return;
    }
    let service = |name: &str, more: &str| {
        format!("[services.{name}]\nimage = \"localhost/busybox:1\"\nvolumes = [\"shared:/shared\"]\n{more}\n")
    };
    let writer = service("writer", "command = [\"sh\", \"-c\", \"echo written > /shared/a; exec sleep 300\"]");
    let reader = service("reader", "depends_on = [\"writer\"]");
    let text = format!(
        "{writer}{reader}{}",
        r#"
[[scenario]]
name = "reads what the other wrote"
[[scenario.steps]]
name = "reads"
service = "reader"
command = ["sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do grep written /shared/a && exit 0; sleep 0.3; done; exit 1"]
[[scenario.steps]]
name = "has a neighbour"
service = "writer"
command = ["true"]
"#
    );
    let project = Project::new(&[("shared", &text), ("again", &text)]);
    let ran = project.run(&["--jobs", "2"]);
    assert_eq!(ran.code, Some(0), "{}", ran.text);
    // Neither containers nor the volumes of either scenario.
    assert_eq!(left(&project.name), Vec::<String>::new());
}

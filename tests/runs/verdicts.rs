//! Green means proved: what must be red, what must be neither, and what must never be shown.

use super::engine::{engine, left};
use super::project::{APP, Project, failures};

#[test]
fn nothing_is_green_without_proof() {
    if !engine() {
        return;
    }
    let sends = |command: &str, expects: &str| {
        format!("{APP}\n[[scenario]]\nname = \"one\"\nservice = \"app\"\nrun = \"{command}\"\n{expects}")
    };
    let negative = "[expect.counts]\nerrors_total.eq = 0\n[expect.graph]\nmust_not_cross = [[\"a\", \"b\"]]\n";
    let silent = sends("echo PASSED", negative);
    let good = sends("sh /span.sh a b", negative);
    let wrong = sends("sh /span.sh a", "[[expect.span]]\nname = \"b\"\n");
    let reports = sends(
        "sh /span.sh a",
        "[[expect.span]]\nname = \"a\"\n[report]\njson = \"out/r.json\"\njunit = \"out/r.xml\"\ndigest = \"out/r.digest\"\n",
    );
    let project = Project::new(&[("silent", &silent), ("good", &good), ("wrong", &wrong), ("reports", &reports)]);
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.text);
    assert_eq!(ran.test("silent")["outcome"], "failed", "{}", ran.text);
    let silent = failures(&ran.test("silent")["failures"]).join("\n");
    assert!(silent.contains("no spans came: nothing connected to the receiver"), "{silent}");
    assert_eq!(ran.test("good")["outcome"], "passed", "{}", ran.text);
    assert_eq!(ran.test("good")["expectations"]["completeness"], "proved");
    assert_eq!(ran.test("wrong")["outcome"], "failed");
    assert_eq!(ran.test("wrong")["failures"][0]["code"], "expectation-failed");
    for file in ["out/r.json", "out/r.xml", "out/r.digest"] {
        let written = std::fs::read_to_string(project.path(file)).unwrap_or_default();
        assert!(!written.is_empty(), "{file} is missing: {}", ran.text);
    }
}

#[test]
fn what_is_left_out_is_judged_neither_green_nor_red() {
    if !engine() {
        return;
    }
    let text = format!(
        "{APP}{}",
        r#"
[[scenario]]
name = "first"
service = "app"
run = "sh /span.sh a"
[[scenario]]
name = "second"
service = "app"
run = "sh /span.sh b"
[[expect.span]]
name = "a"
[[expect.span]]
name = "b"
"#
    );
    let project = Project::new(&[("both", &text)]);
    let ran = project.run(&["--only", "first"]);
    assert_eq!((ran.code, ran.test("both")["outcome"].as_str()), (Some(5), Some("not run")), "{}", ran.text);
    assert_eq!(ran.outcome("first"), "passed");
    assert!(ran.test("both")["failures"].as_array().unwrap().is_empty(), "{}", ran.text);
    let ran = project.run(&[]);
    assert_eq!((ran.code, ran.test("both")["outcome"].as_str()), (Some(0), Some("passed")), "{}", ran.text);
    let ran = project.run(&["--only", "nowhere"]);
    assert_eq!(ran.code, Some(4), "{}", ran.text);
}

#[test]
fn a_secret_is_nowhere() {
    if !engine() {
        return;
    }
    const SECRET: &str = "sk-live-7c1e90f3ab52";
    let text = format!(
        "{APP}env = {{ API_TOKEN = \"{SECRET}\", HARMLESS = \"seen-4711\" }}\n{}",
        r#"
[[scenario]]
name = "tells"
service = "app"
[[scenario.steps]]
name = "shows"
command = ["sh", "-c", "echo $API_TOKEN $HARMLESS; echo $API_TOKEN >&2; printf %s $API_TOKEN | base64; SAID=$API_TOKEN sh /span.sh a $API_TOKEN"]
expected_output_contains = "never said"
[[expect.span]]
name = "a"
attrs.all = { said = "other" }
"#
    );
    let project = Project::new(&[("tells", &text)]);
    let ran =
        project.run(&["--report", "junit=o.xml", "--report", "sarif=o.sarif", "--html", "o.html", "--format", "jsonl"]);
    assert_eq!(ran.code, Some(1), "{}", ran.text);
    let encoded = "c2stbGl2ZS03YzFlOTBmM2FiNTI";
    for secret in [SECRET, encoded] {
        assert!(!ran.text.contains(secret), "{}", ran.text);
        for (path, bytes) in project.files().iter().filter(|(path, _)| !path.ends_with("tells.clnrm.toml")) {
            assert!(!String::from_utf8_lossy(bytes).contains(secret), "{secret} is in {}", path.display());
        }
    }
    let seen = |(_, bytes): &(_, Vec<u8>)| String::from_utf8_lossy(bytes).contains("seen-4711");
    assert!(project.files().iter().filter(|it| seen(it)).count() > 1, "what is no secret is kept");
    assert_eq!(left(&project.name), Vec::<String>::new());
}

#[test]
fn a_span_in_a_long_line_of_output_is_read() {
    if !engine() {
        return;
    }
    // Logs of engines break lines at 16 KiB; what programs write comes here another way, and whole.
    let script = r#"#!/bin/sh
long=$(head -c 60000 /dev/zero | tr '\0' x)
trace=$(echo "$TRACEPARENT" | cut -d- -f2)
echo "before"
echo "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"$trace\",\"spanId\":\"00000000000000a1\",\"name\":\"wide\",\"kind\":1,\"startTimeUnixNano\":\"1700000000000000000\",\"endTimeUnixNano\":\"1700000000000000001\",\"attributes\":[{\"key\":\"long\",\"value\":{\"stringValue\":\"$long\"}}]}]}]}]}"
"#;
    let text = format!(
        "{APP}{}",
        r#"
[[scenario]]
name = "writes"
service = "app"
run = "sh /wide.sh"
artifacts.collect = ["spans:default", "files:/tmp/out", "files:/nowhere"]
[[scenario.steps]]
name = "leaves a file"
command = ["sh", "-c", "mkdir /tmp/out; echo kept-4711 > /tmp/out/a.txt; echo hunter2-hunter2 > /tmp/out/b.txt"]
env = { DB_PASSWORD = "hunter2-hunter2" }
[determinism]
freeze_clock = "2023-11-14T22:13:20Z"
[[expect.span]]
name = "wide"
attrs.all = { long = { regex = "^x+$" } }
"#
    );
    let text = text.replace("[\"./span.sh:/span.sh:ro\"]", "[\"./wide.sh:/wide.sh:ro\"]");
    let project = Project::new(&[("wide", &text)]);
    project.write(&format!("{}/wide.sh", project.name), script);
    let ran = project.run(&[]);
    assert_eq!((ran.code, ran.test("wide")["outcome"].as_str()), (Some(0), Some("passed")), "{}", ran.text);
    // The files that the test wants kept are there, with secrets covered; what is not there is told.
    let files = project.files();
    let kept = |name: &str| {
        let found = files.iter().find(|(path, _)| path.ends_with(format!("files/app/out/{name}")));
        String::from_utf8_lossy(&found.unwrap_or_else(|| panic!("{name}: {}", ran.text)).1).into_owned()
    };
    assert_eq!((kept("a.txt").as_str(), kept("b.txt").as_str()), ("kept-4711\n", "•••\n"));
    assert!(ran.text.contains("`files:/nowhere` of `writes` is not kept"), "{}", ran.text);
}

#[test]
fn one_cause_is_told_once_and_names_the_scenario_that_failed() {
    if !engine() {
        return;
    }
    let text = format!(
        "{APP}{}",
        r#"
[[scenario]]
name = "breaks"
service = "app"
run = "sh -c 'exit 3'"
[[expect.span]]
name = "a"
kind = "server"
[expect.counts]
errors_total = 0
"#
    );
    let project = Project::new(&[("one", &text)]);
    let ran = project.run(&[]);
    assert_eq!(ran.code, Some(1), "{}", ran.text);
    let cause = "no spans came, and the scenario `breaks` failed";
    assert_eq!(ran.text.matches(cause).count(), 1, "{}", ran.text);
    assert!(ran.text.contains("2 other expectations do not hold for the same reason, in lines "), "{}", ran.text);
    let failures = ran.test("one")["failures"].as_array().unwrap();
    let told: Vec<Option<&str>> = failures.iter().map(|failure| failure["told_by"].as_str()).collect();
    assert_eq!(told, [None, Some("expect.span[0].name"), Some("expect.span[0].name")], "programs are told all of it");
}

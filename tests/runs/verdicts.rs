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

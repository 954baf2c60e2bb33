//! The job of `docs/ci/gitlab.md`: its lines run in one shell, as GitLab's runner does.

use serde_json::Value;

use crate::{Machine, RIGHT, WRONG, blocks, told, yaml};

/// Runs the job; its exit code is 0 or not, and its reports are there either way.
fn run(machine: &Machine) -> (bool, String) {
    let document = blocks("docs/ci/gitlab.md", "yaml");
    let job = &yaml(&document[0])["clnrm"];
    let lines = |key: &str| {
        job[key].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n")
    };
    let mut command = machine.command("bash");
    command.args(["-eo", "pipefail", "-c", &format!("{}\n{}", lines("before_script"), lines("script"))]);
    for (name, value) in job["variables"].as_object().unwrap() {
        command.env(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    let output = command.output().unwrap();
    assert_eq!(job["artifacts"]["when"], "always");
    (output.status.success(), told(&output))
}

#[test]
fn the_job_reports_mistakes_and_passes_without_any() {
    let machine = Machine::with(&WRONG);
    let (passed, log) = run(&machine);
    assert!(!passed && log.contains("error[orphan-service]"), "{log}");
    let quality: Vec<Value> = serde_json::from_str(&machine.file("gl-code-quality-report.json")).unwrap();
    let found = quality.iter().find(|it| it["check_name"] == "orphan-service").unwrap();
    assert_eq!(found["location"]["path"], "tests/mistakes.clnrm.toml.tera");
    assert!(found["fingerprint"].is_string() && found["severity"].is_string(), "{found}");
    assert!(machine.file("clnrm.xml").contains("<failure"), "{}", machine.file("clnrm.xml"));

    let machine = Machine::with(&RIGHT);
    let (passed, log) = run(&machine);
    assert!(passed, "{log}");
    assert!(!machine.file("clnrm.xml").contains("<failure"));
    assert_eq!(machine.file("gl-code-quality-report.json").trim().chars().next(), Some('['));
}

//! The action and the workflows of `docs/ci/github.md`, step by step as GitHub's runner does them.

use std::fs;
use std::process::Output;

use serde_json::{Map, Value};

use crate::{Machine, RIGHT, VERSION, WRONG, blocks, repository, told, yaml};

/// A job under way.
struct Job {
    machine: Machine,
    /// Folders that steps put before the path.
    path: Vec<String>,
    log: String,
    failed: bool,
}

impl Job {
    fn run(machine: Machine, steps: &Value) -> Self {
        let mut job = Self { machine, path: Vec::new(), log: String::new(), failed: false };
        for step in steps.as_array().unwrap() {
            assert!(matches!(step["if"].as_str(), None | Some("always()")), "{step}");
            if job.failed && step["if"].is_null() {
                continue;
            }
            match step["uses"].as_str() {
                Some(action) => job.uses(action, step["with"].as_object().cloned().unwrap_or_default()),
                None => job.step(step, &Map::new()),
            }
        }
        job
    }

    fn uses(&mut self, action: &str, with: Map<String, Value>) {
        let (name, version) = action.split_once('@').unwrap();
        match name {
            "actions/checkout" => {}
            "github/codeql-action/upload-sarif" => {
                let file = self.machine.file(with["sarif_file"].as_str().unwrap());
                let report: Value = serde_json::from_str(&file).unwrap();
                assert_eq!(report["version"], "2.1.0");
                self.log += &format!("uploaded {} results\n", report["runs"][0]["results"].as_array().unwrap().len());
            }
            "clnrm/clnrm-lsp" => {
                assert_eq!(version, format!("v{VERSION}"));
                self.ours(&with);
            }
            _ => panic!("nobody knows what {action} does here"),
        }
    }

    fn ours(&mut self, with: &Map<String, Value>) {
        let action = yaml(&fs::read_to_string(repository().join("action.yml")).unwrap());
        let mut inputs = Map::new();
        for (name, input) in action["inputs"].as_object().unwrap() {
            inputs.insert(name.clone(), with.get(name).unwrap_or(&input["default"]).clone());
        }
        assert!(with.keys().all(|name| inputs.contains_key(name)), "{with:?}");
        for step in action["runs"]["steps"].as_array().unwrap() {
            if !self.failed {
                self.step(step, &inputs);
            }
        }
    }

    /// A step with a script. Inputs reach it by variables only: in the text of a script they could be more than a value.
    fn step(&mut self, step: &Value, inputs: &Map<String, Value>) {
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "{script}");
        let file = self.machine.path("step.sh");
        fs::write(&file, script).unwrap();
        let added = self.machine.path("added");
        fs::write(&added, "").unwrap();
        let mut command = self.machine.command("bash");
        match step["shell"].as_str() {
            Some("bash") => command.args(["--noprofile", "--norc", "-e", "-o", "pipefail"]),
            None => command.arg("-e"),
            Some(shell) => panic!("{shell}"),
        };
        let path = command.get_envs().find(|(name, _)| *name == "PATH").unwrap().1.unwrap().to_owned();
        let path =
            self.path.iter().rev().map(String::as_str).chain([path.to_str().unwrap()]).collect::<Vec<_>>().join(":");
        command.env("PATH", path).env("GITHUB_PATH", &added).env("GITHUB_ACTIONS", "true");
        command.env("GITHUB_ACTION_PATH", repository()).env("RUNNER_TEMP", self.machine.path("temp"));
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            let input =
                value.as_str().unwrap().strip_prefix("${{ inputs.").and_then(|it| it.strip_suffix(" }}")).unwrap();
            let value = &inputs[input];
            command.env(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
        let output: Output = command.arg(&file).output().unwrap();
        self.log += &told(&output);
        self.failed |= !output.status.success();
        self.path.extend(fs::read_to_string(&added).unwrap().lines().map(str::to_owned));
    }
}

fn jobs(workflow: &str) -> Vec<Value> {
    let workflow = yaml(workflow);
    assert_eq!(workflow["permissions"]["contents"], "read", "no job has more rights than it needs");
    workflow["jobs"].as_object().unwrap().values().map(|job| job["steps"].clone()).collect()
}

#[test]
fn each_workflow_marks_mistakes_and_passes_without_any() {
    let blocks = blocks("docs/ci/github.md", "yaml");
    let workflows: Vec<_> = blocks.iter().filter(|block| block.starts_with("name: ")).collect();
    assert_eq!(workflows.len(), 3);
    for steps in workflows.iter().flat_map(|workflow| jobs(workflow)) {
        let wrong = Job::run(Machine::with(&WRONG), &steps);
        let marked = wrong.log.lines().any(|line| {
            line.starts_with("::error title=clnrm-lsp (orphan-service),file=tests/mistakes.clnrm.toml.tera,line=")
        });
        assert!(wrong.failed && marked, "{}", wrong.log);
        let uploads = steps.to_string().contains("upload-sarif");
        assert_eq!(uploads, wrong.log.contains("uploaded "), "also of a job that failed: {}", wrong.log);
        let right = Job::run(Machine::with(&RIGHT), &steps);
        assert!(!right.failed && !right.log.contains("::error"), "{}", right.log);
    }
}

#[test]
fn inputs_of_the_action_say_what_is_checked() {
    let with = |inputs: &str| yaml(&format!("[{{ uses: clnrm/clnrm-lsp@v{VERSION}, with: {inputs} }}]"));
    let narrow = Job::run(Machine::with(&WRONG), &with("{ paths: tests/hello.clnrm.toml }"));
    assert!(!narrow.failed, "{}", narrow.log);
    let several = Job::run(Machine::with(&WRONG), &with("{ paths: 'tests/hello.clnrm.toml tests/m*.tera' }"));
    assert!(several.failed && several.log.contains("file=tests/mistakes"), "{}", several.log);
    let shape = Job::run(Machine::with(&RIGHT), &with("{ format: true }"));
    assert!(shape.failed && shape.log.contains("tests/hello.clnrm.toml"), "{}", shape.log);
    let strange = Job::run(Machine::with(&RIGHT), &with("{ paths: '$(touch sprung)' }"));
    assert!(strange.failed && !strange.machine.path("project/sprung").exists(), "{}", strange.log);
    let latest = Job::run(Machine::with(&RIGHT), &with("{ version: latest }"));
    assert!(!latest.failed, "{}", latest.log);
    let other = Job::run(Machine::with(&RIGHT), &with("{ version: 9.9.9 }"));
    assert!(other.failed, "there is no such release: {}", other.log);
}

#[test]
fn a_further_step_runs_the_tests() {
    if !crate::engine::engine() {
        return;
    }
    let blocks = blocks("docs/ci/github.md", "yaml");
    let mut steps = jobs(&blocks[0]).remove(0);
    let further = blocks.iter().find(|block| block.trim_start().starts_with("- ")).unwrap();
    steps.as_array_mut().unwrap().extend(yaml(further).as_array().unwrap().iter().cloned());
    for (test, fails) in [("sdk/shop.clnrm.toml", false), ("fakes/wrong-parent.clnrm.toml", true)] {
        let machine = Machine::with(&[]);
        let folder = repository().join("docs/examples").join(test);
        for file in fs::read_dir(folder.parent().unwrap()).unwrap().map(|it| it.unwrap().path()) {
            if file.extension().is_some_and(|it| it == "py") || file == folder {
                fs::copy(&file, machine.path("project/tests").join(file.file_name().unwrap())).unwrap();
            }
        }
        let ran = Job::run(machine, &steps);
        assert_eq!(ran.failed, fails, "{test}: {}", ran.log);
        assert_eq!(ran.log.contains("::error "), fails, "{test}: {}", ran.log);
        assert!(ran.machine.file("clnrm.xml").contains("<testsuite"));
    }
}

//! A run in a real podman, where `scripts/setup-podman` has set one up: what its imitation in `tests/shared/fake_engine` can't tell.
//! CI sets it up; elsewhere the test says that it is skipped.

use std::path::PathBuf;

use super::project::{APP, Project};

/// Where `scripts/setup-podman` puts its socket.
fn socket() -> Option<PathBuf> {
    let folder = std::env::var_os("PODMAN_RUN").map(PathBuf::from);
    let socket = folder.unwrap_or_else(|| std::env::temp_dir().join("clnrm-podman")).join("podman.sock");
    match std::os::unix::net::UnixStream::connect(&socket) {
        Ok(_) => Some(socket),
        Err(error) => {
            eprintln!("SKIPPED: no podman answers at {}: {error}; scripts/setup-podman starts one", socket.display());
            None
        }
    }
}

#[test]
fn podman_runs_judges_and_keeps_nothing() {
    let Some(socket) = socket() else { return };
    let spans = format!(
        "{APP}\n[[scenario]]\nname = \"sends\"\nservice = \"app\"\nrun = \"sh /span.sh one\"\n[[expect.span]]\nname = \"one\"\n"
    );
    let pair = "[services.web]\nplugin = \"generic_container\"\nimage = \"localhost/busybox:1\"\nnetwork = \"internal\"\n\
                command = [\"sh\", \"-c\", \"echo hello > /tmp/index.html; httpd -f -p 8080 -h /tmp\"]\n\
                health_check = { cmd = \"wget -q -O - http://127.0.0.1:8080/\", interval = \"100ms\", retries = 1000 }\n\
                [services.client]\nplugin = \"generic_container\"\nimage = \"localhost/busybox:1\"\nnetwork = \"internal\"\n\
                depends_on = [\"web\"]\n\
                [[scenario]]\nname = \"asks its neighbour\"\nservice = \"client\"\nrun = \"wget -q -O - http://web:8080/\"\n";
    let greedy = format!(
        "{APP}limits = {{ memory_mb = 64 }}\n[[scenario]]\nname = \"greedy\"\nservice = \"app\"\n\
         run = \"sh -c 'dd if=/dev/zero of=/dev/null bs=200M count=1'\"\n"
    );
    let late =
        format!("{APP}[[scenario]]\nname = \"late\"\nservice = \"app\"\ntimeout_ms = 3000\nrun = \"sleep 300\"\n");
    let absent = format!("{APP}[[scenario]]\nname = \"absent\"\nservice = \"app\"\nrun = \"true\"\n")
        .replace("\"./span.sh:", "\"./missing:/missing\", \"./span.sh:");
    let project =
        Project::new(&[("spans", &spans), ("pair", pair), ("greedy", &greedy), ("late", &late), ("absent", &absent)]);
    let with_podman = |command: &mut std::process::Command| {
        command.env("DOCKER_HOST", format!("unix://{}", socket.display())).output().unwrap()
    };
    let ran = project.ran(with_podman(&mut project.command(&[])));
    let outcome = |scenario: &str| (ran.outcome(scenario).to_owned(), ran.failures(scenario).join("\n"));
    assert_eq!(outcome("sends"), ("passed".to_owned(), String::new()), "{}", ran.text);
    assert_eq!(outcome("asks its neighbour"), ("passed".to_owned(), String::new()), "{}", ran.text);
    let (greedy, why) = outcome("greedy");
    assert!(greedy == "failed" && why.contains("the memory of service `app` ran out"), "{why}\n{}", ran.text);
    assert_eq!(outcome("late").0, "timed out", "{}", ran.text);
    let (absent, why) = outcome("absent");
    assert!(absent == "failed" && why.contains("missing"), "{why}\n{}", ran.text);
    assert!(!project.path(&project.name).join("missing").exists(), "podman made a folder for what is missing");
    assert_eq!(ran.code, Some(1), "{}", ran.text);
    assert!(!ran.text.contains("left in the engine"), "{}", ran.text);

    let mut cleanup = std::process::Command::new(env!("CARGO_BIN_EXE_clnrm"));
    let left = with_podman(cleanup.args(["cleanup", "--all", "--dry-run", "--format", "json"]));
    let left = String::from_utf8_lossy(&left.stdout).into_owned();
    assert!(!left.contains(&project.name), "{left}");
}

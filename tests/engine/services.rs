//! What a service may ask of its container, as the engine is told; and that nothing is asked in vain without a word.

use serde_json::{Value, json};

use super::fake_engine::FakeEngine;
use super::project::{Project, Ran};
use super::setting::run;

fn ran(text: &str) -> (FakeEngine, Ran) {
    let engine = FakeEngine::start();
    let ran = run(&Project::new(&[("t", text)]), &engine, &[]);
    assert_eq!(engine.left(), Vec::<String>::new());
    (engine, ran)
}

/// A scenario of a service with these keys, and with these of its own.
fn one(service: &str, scenario: &str) -> String {
    format!(
        "[services.it]\nimage = \"localhost/busybox:1\"\n{service}\n[[scenario]]\nname = \"one\"\nservice = \"it\"\nrun = \"true\"\n{scenario}\n"
    )
}

fn notes(ran: &Ran) -> Vec<String> {
    let notes = ran.test("t")["notes"].as_array().unwrap();
    notes.iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}

#[test]
fn limits_ports_mounts_and_rights_are_what_was_asked_for() {
    let service = r#"
memory_limit = "64m"
cpu_limit = "0.25"
user = "1000"
workdir = "/tmp"
env = { A = "1" }
volumes = ["./span.sh:/span.sh:ro", "scratch:/scratch"]
ports = [18081, "18082:82/udp", { container = 83 }, { container = 84, host = 18084 }]
wait_strategy = "none"
command = ["sleep", "30"]
"#;
    // The ports are names only here: nobody listens, and so nobody may wait for them.
    let service = service.replace("wait_strategy = \"none\"", "wait_strategy = \"log\"\nwait_log_message = \"\"");
    let (engine, ran) = ran(&one(&service, ""));
    assert_eq!(ran.code, Some(0), "{}", ran.text);
    let created = engine.created();
    let [it] = &created[..] else { panic!("{created:?}") };
    let host = &it["HostConfig"];
    assert_eq!(
        (&host["Memory"], &host["MemorySwap"], &host["NanoCpus"]),
        (&json!(64 << 20), &json!(64 << 20), &json!(250_000_000))
    );
    assert_eq!((&it["User"], &it["WorkingDir"]), (&json!("1000"), &json!("/tmp")));
    assert!(it["Env"].as_array().unwrap().contains(&json!("A=1")), "{it}");
    let port = |name: &str| host["PortBindings"][name][0].clone();
    let on_loopback = |port: &str| json!({ "HostIp": "127.0.0.1", "HostPort": port });
    assert_eq!(port("18081/tcp"), on_loopback("18081"));
    assert_eq!(port("82/udp"), on_loopback("18082"));
    assert_eq!(port("83/tcp"), on_loopback("0"), "a port without `host` is published on any free one");
    assert_eq!(port("84/tcp"), on_loopback("18084"));
    let mounts = host["Mounts"].as_array().unwrap();
    let mount =
        |target: &str| mounts.iter().find(|it| it["Target"] == target).unwrap_or_else(|| panic!("{target}: {host}"));
    assert_eq!((&mount("/span.sh")["Type"], &mount("/span.sh")["ReadOnly"]), (&json!("bind"), &json!(true)));
    assert_eq!((&mount("/scratch")["Type"], &mount("/scratch")["ReadOnly"]), (&json!("volume"), &json!(false)));
    assert_eq!((&host["SecurityOpt"], &host["PidsLimit"]), (&json!(["no-new-privileges"]), &json!(4096)));
    assert_eq!((&host["Privileged"], &host["AutoRemove"]), (&json!(false), &json!(true)));
    assert_eq!(ran.scenario("one")["hermeticity"], "open", "ports are published");
}

#[test]
fn a_service_is_sealed_unless_it_says_otherwise() {
    let network = |engine: &FakeEngine| engine.created()[0]["HostConfig"]["NetworkMode"].as_str().unwrap().to_owned();
    let (engine, sealed) = ran(&one("", ""));
    assert_eq!((network(&engine).as_str(), &sealed.scenario("one")["hermeticity"]), ("none", &json!("sealed")));
    let (engine, inner) = ran(&one("network = \"internal\"", ""));
    assert_eq!(inner.scenario("one")["hermeticity"], "internal");
    assert_ne!(network(&engine), "none");
    let (_, open) = ran(&one("network = { external_access = true }", ""));
    assert_eq!(open.scenario("one")["hermeticity"], "open");
}

#[test]
fn a_policy_bounds_each_container_and_forbids_commands() {
    let policy = "policy = { max_memory_mb = 32, max_cpu_usage = 0.1, max_execution_time = 60 }";
    let limits = |service: &str| {
        let (engine, ran) = ran(&one(service, policy));
        assert_eq!(ran.code, Some(0), "{}", ran.text);
        let host = &engine.created()[0]["HostConfig"];
        (host["Memory"].as_u64().unwrap() >> 20, host["NanoCpus"].as_u64().unwrap() / 1_000_000)
    };
    assert_eq!(limits(""), (32, 100));
    assert_eq!(limits("limits = { memory_mb = 16, cpu_millicores = 900 }"), (16, 100), "the tighter counts");
    let (engine, forbidden) = ran(&one("", "policy.disallowed_commands = [\"rm\", \"true\"]"));
    assert_eq!((forbidden.code, forbidden.outcome("one")), (Some(2), "not run"), "{}", forbidden.text);
    let failure = forbidden.test("t")["failures"][0].to_string();
    assert!(failure.contains("runs `true`, which `scenario[0].policy` forbids"), "{failure}");
    assert!(engine.created().is_empty());
}

#[test]
fn a_test_says_its_time_in_meta_too() {
    let text = one("", "").replace("run = \"true\"", "run = \"sleep 60\"");
    let (_, late) = ran(&format!("timeout = \"3s\"\n{text}"));
    assert_eq!((late.code, late.outcome("one")), (Some(1), "timed out"), "{}", late.text);
    assert_eq!(late.scenario("one")["attempts"][0]["failures"][0]["path"], "meta.timeout");
    assert_eq!(notes(&late), Vec::<String>::new(), "it is no unknown key");
}

#[test]
fn no_container_may_use_more_than_its_whole_test() {
    let memory = |service: &str| {
        let (engine, ran) = ran(&format!("{}[limits]\nmemory_mb = 48\ncpu_millicores = 200\n", one(service, "")));
        assert_eq!(ran.code, Some(0), "{}", ran.text);
        // What we take a container to need where it says nothing is no reason to say that the test asks for too much.
        assert!(!ran.text.contains("runs alone"), "{}", ran.text);
        let host = engine.created()[0]["HostConfig"].clone();
        (host["Memory"].as_u64().unwrap() >> 20, host["NanoCpus"].as_u64().unwrap() / 1_000_000)
    };
    assert_eq!(memory(""), (48, 200));
    assert_eq!(memory("limits = { memory_mb = 16, cpu_millicores = 500 }"), (16, 200));
}

#[test]
fn the_shortest_time_counts_and_grace_is_kept() {
    for (keys, place) in [
        ("timeout_ms = 60000\ndeadline_ms = 700", "deadline_ms"),
        ("timeout_ms = 700\ndeadline_ms = 60000", "timeout_ms"),
        ("timeout_ms = 60000\npolicy.max_execution_time = 1", "policy.max_execution_time"),
    ] {
        let text = one("", keys).replace("run = \"true\"", "run = \"sleep 30\"");
        let (_, late) = ran(&text);
        assert_eq!((late.code, late.outcome("one")), (Some(1), "timed out"), "{keys}: {}", late.text);
        let path = late.scenario("one")["attempts"][0]["failures"][0]["path"].clone();
        assert_eq!(path, format!("scenario[0].{place}"), "{keys}");
    }
    // A program that takes its time to end is given the time that its scenario grants.
    let stubborn = "command = [\"sh\", \"-c\", \"trap 'sleep 3; echo said goodbye; exit 0' TERM; echo ready; while :; do sleep 0.1; done\"]\nwait_log_message = \"ready\"";
    let output = |grace: &str| {
        let project = Project::new(&[("t", &one(stubborn, grace))]);
        let engine = FakeEngine::start();
        let ran = run(&project, &engine, &[]);
        assert_eq!(ran.code, Some(0), "{}", ran.text);
        project.files().iter().any(|(_, bytes)| String::from_utf8_lossy(bytes).contains("\nsaid goodbye"))
    };
    assert!(output("grace_period_ms = 20000"));
    assert!(!output("grace_period_ms = 200"));
}

#[test]
fn what_is_asked_in_vain_is_told_in_the_result() {
    let service = r#"
privileged = true
capabilities = ["NET_ADMIN"]
restart = "always"
readiness = "x"
wait_for_ready = false
network = { mode = "none", allowed_hosts = ["example.com"] }
"#;
    let scenario = r#"
timeout_strategy = "hard"
chaos_injection = { type = "kill" }
artifacts.collect = ["logs:all", "screenshots:all", "files:relative"]
policy = { security_level = "high", allowed_network_hosts = ["example.com"] }
[cleanup]
remove = true
[spam]
eggs = 1
[otel]
exporter = "zipkin"
[expect.timeouts]
max_total_ms = 5
[assertions]
container_should_have_executed_commands = 1
[attrs.all]
a = "b"
"#;
    let (_, ran) = ran(&one(service, scenario));
    assert_eq!(ran.code, Some(0), "{}", ran.text);
    let notes = notes(&ran);
    let of = |path: &str| notes.iter().any(|note| note == &format!("`{path}` has no effect: a run does not read it"));
    for path in [
        "services.it.privileged",
        "services.it.capabilities",
        "services.it.restart",
        "services.it.readiness",
        "services.it.network.allowed_hosts",
        "scenario[0].timeout_strategy",
        "scenario[0].chaos_injection",
        "scenario[0].policy.security_level",
        "scenario[0].policy.allowed_network_hosts",
        "cleanup",
    ] {
        assert!(of(path), "{path}: {notes:?}");
    }
    for message in ["unknown table `spam`", "nothing reads a table `attrs` at top level"] {
        assert!(notes.contains(&format!("{message}: it has no effect")), "{message}: {notes:?}");
    }
    for beginning in [
        "`otel.exporter` has no effect",
        "`expect.timeouts` is not judged",
        "`assertions.container_should_have_executed_commands` is not judged",
    ] {
        assert!(notes.iter().any(|note| note.starts_with(beginning)), "{beginning}: {notes:?}");
    }
    assert!(!of("services.it.wait_for_ready"), "`false` asks for nothing: {notes:?}");
    for artifact in ["`screenshots:all`", "`files:relative`"] {
        assert!(notes.iter().any(|note| note.contains(artifact)), "{artifact}: {notes:?}");
    }
    // And people see them.
    assert!(ran.text.contains("`services.it.privileged` has no effect"), "{}", ran.text);
}

#[test]
fn an_amount_that_nobody_can_read_is_no_limit_left_out() {
    for (key, value) in [
        ("memory_limit", "lots"),
        ("cpu_limit", "half"),
        ("limits.memory_limit", "64 elephants"),
        ("timeout", "soon"),
        ("health_check.interval", "often"),
    ] {
        let written = match key.split_once('.') {
            Some(("health_check", name)) => format!("health_check = {{ cmd = [\"true\"], {name} = \"{value}\" }}"),
            Some((table, name)) => format!("{table} = {{ {name} = \"{value}\" }}"),
            None => format!("{key} = \"{value}\""),
        };
        let (engine, ran) = ran(&one(&written, ""));
        assert_eq!((ran.code, ran.outcome("one")), (Some(2), "not run"), "{key}: {}", ran.text);
        let failures: &Value = &ran.test("t")["failures"];
        assert!(failures.to_string().contains(&format!("`{value}` says no amount")), "{key}: {failures}");
        assert!(engine.created().is_empty());
    }
}

#[test]
fn services_that_only_run_beside_are_started_too() {
    let text = "[services.other]\nimage = \"localhost/busybox:1\"\ncommand = [\"sleep\", \"30\"]\n";
    let (engine, alone) = ran(&format!("{text}{}", one("", "")));
    assert_eq!((alone.code, engine.created().len()), (Some(0), 1), "{}", alone.text);
    let (engine, both) = ran(&format!("{text}{}", one("", "parallel_services = [\"other\"]")));
    assert_eq!((both.code, engine.created().len()), (Some(0), 2), "{}", both.text);
    let (_, wrong) = ran(&format!("{text}{}", one("", "parallel_services = [\"nobody\"]")));
    assert_eq!(wrong.code, Some(2), "{}", wrong.text);
}

#[test]
fn the_time_of_a_test_is_that_of_all_its_scenarios_together() {
    let scenario = |name: &str, keys: &str| format!("[[scenario]]\nname = \"{name}\"\nservice = \"it\"\n{keys}\n");
    let app = "[services.it]\nimage = \"localhost/busybox:1\"\n";
    let engine = FakeEngine::start();
    let text = format!(
        "{app}{}{}[limits]\nmax_duration_seconds = 8\n",
        scenario("first", "run = \"sleep 1\""),
        scenario("second", "timeout_ms = 60000\nrun = \"sleep 60\"")
    );
    let ran = run(&Project::new(&[("t", &text)]), &engine, &["--jobs", "1"]);
    assert_eq!(
        (ran.code, ran.outcome("first"), ran.outcome("second")),
        (Some(1), "passed", "timed out"),
        "{}",
        ran.text
    );
    let failure = &ran.scenario("second")["attempts"][0]["failures"][0];
    assert_eq!(failure["path"], "limits.max_duration_seconds", "{failure}");
    assert!(failure["message"].as_str().unwrap().ends_with("its test took longer than 8.0 s"), "{failure}");
    assert_eq!(engine.left(), Vec::<String>::new());
}

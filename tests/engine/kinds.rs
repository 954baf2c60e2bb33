//! Kinds of services: what each brings along that a test need not say.

use std::net::TcpStream;

use clnrm_lsp::config::model::{ImageSource, SERVICE_KINDS};
use serde_json::{Value, json};

use super::fake_engine::FakeEngine;
use super::project::{Project, Ran};
use super::setting::run;

/// Tells what it was started with, and never becomes ready.
const TELLS: &[&str] = &["sh", "-c", "echo \"arguments: $*\"; exec sleep 30", "-"];

/// A test of one service of a kind, in an engine that has this image.
fn service(image: &str, kind: &str, more: &str) -> (FakeEngine, Ran) {
    let engine = FakeEngine::start();
    engine.has_image(image, json!({ "Entrypoint": TELLS, "Env": [] }));
    let text = format!(
        "[services.it]\nplugin = \"{kind}\"\ntimeout = \"2s\"\n{more}\n[[scenario]]\nname = \"one\"\nservice = \"it\"\nrun = \"true\"\n"
    );
    let ran = run(&Project::new(&[("t", &text)]), &engine, &[]);
    assert_eq!(engine.left(), Vec::<String>::new(), "{kind}");
    (engine, ran)
}

/// The first failure of its scenario, with the log of the service.
fn told(ran: &Ran) -> String {
    let failure = &ran.scenario("one")["attempts"][0]["failures"][0];
    format!("{} {}", failure["message"].as_str().unwrap_or_default(), failure["detail"].as_str().unwrap_or_default())
}

#[test]
fn a_kind_brings_image_arguments_variables_and_readiness() {
    for (kind, image, port, parts) in [
        (
            "surrealdb",
            "surrealdb/surrealdb:latest",
            Some(8000),
            &["arguments: start --user root --pass root --bind 0.0.0.0:8000 memory"][..],
        ),
        ("redis", "redis:latest", Some(6379), &["nothing listens on port 6379"]),
        ("nginx", "nginx:latest", Some(80), &["nothing listens on port 80"]),
        ("mongodb", "mongo:latest", Some(27017), &["nothing listens on port 27017"]),
        ("ollama", "ollama/ollama:latest", Some(11434), &["nothing listens on port 11434"]),
        ("vllm", "vllm/vllm-openai:latest", Some(8000), &["nothing listens on port 8000"]),
        ("tgi", "ghcr.io/huggingface/text-generation-inference:latest", Some(80), &["nothing listens on port 80"]),
        ("postgres", "postgres:latest", None, &["health check"]),
        ("mysql", "mysql:latest", None, &["health check"]),
        ("otel_collector", "otel/opentelemetry-collector:latest", None, &["its log has no `Everything is ready`"]),
    ] {
        // The programs of this engine are processes of this machine, and so are its ports.
        if port.is_some_and(|port| TcpStream::connect(("127.0.0.1", port)).is_ok()) {
            eprintln!("SKIPPED: {kind}: somebody listens on port {port:?} of this machine");
            continue;
        }
        let (engine, ran) = service(image, kind, "");
        assert_eq!((ran.code, ran.outcome("one")), (Some(1), "failed"), "{kind}: {}", ran.text);
        let told = told(&ran);
        for part in parts {
            assert!(told.contains(part), "{kind}: {told}");
        }
        let created = engine.created();
        let env = created[0]["Env"].as_array().unwrap();
        let set = |name: &str| env.iter().filter_map(|it| it.as_str()?.strip_prefix(&format!("{name}="))).next();
        assert_eq!(set("POSTGRES_PASSWORD"), (kind == "postgres").then_some("postgres"), "{kind}");
        assert_eq!(set("MYSQL_ROOT_PASSWORD"), (kind == "mysql").then_some("root"), "{kind}");
    }
}

#[test]
fn what_a_test_says_itself_wins() {
    let (_, ran) = service(
        "my/surreal:2",
        "surrealdb",
        "image = \"my/surreal:2\"\nusername = \"ann\"\npassword = \"b c\"\nstrict = true\nwait_strategy = \"log\"\nwait_log_message = \"never\"",
    );
    let told = told(&ran);
    assert!(told.contains("arguments: start --user ann --pass "), "{told}");
    assert!(told.contains("--strict memory") && told.contains("its log has no `never`"), "{told}");
    let (engine, _) = service("postgres:latest", "postgres", "env = { POSTGRES_HOST_AUTH_METHOD = \"trust\" }");
    let env = engine.created()[0]["Env"].to_string();
    assert!(env.contains("POSTGRES_HOST_AUTH_METHOD=trust") && !env.contains("POSTGRES_PASSWORD"), "{env}");
}

#[test]
fn a_server_of_language_models_is_told_its_model() {
    let keys = "model = \"org/small\"\nmax_model_len = 2048\ntensor_parallel_size = \"2\"\nwait_strategy = \"log\"\nwait_log_message = \"never\"";
    for (kind, image, arguments, vain) in [
        ("vllm", "vllm/vllm-openai:latest", "--model org/small --max-model-len 2048 --tensor-parallel-size 2", 0),
        ("tgi", "ghcr.io/huggingface/text-generation-inference:latest", "--model-id org/small --num-shard 2", 1),
        ("ollama", "ollama/ollama:latest", "", 3),
    ] {
        let (_, ran) = service(image, kind, keys);
        let told = told(&ran);
        assert!(
            told.contains(&format!("arguments: {arguments}\n")) || told.ends_with(&format!("arguments: {arguments}")),
            "{kind}: {told}"
        );
        let notes = ran.test("t")["notes"].as_array().unwrap().clone();
        let of_model = notes.iter().filter(|it| it.as_str().unwrap().contains("has no effect")).count();
        assert_eq!(of_model, vain, "{kind}: {notes:?}");
    }
}

#[test]
fn an_unknown_kind_without_an_image_names_the_known_ones() {
    let (engine, ran) = service("nothing:1", "postgress", "");
    assert_eq!((ran.code, ran.outcome("one")), (Some(2), "not run"), "{}", ran.text);
    let failure = ran.test("t")["failures"][0].to_string();
    assert!(failure.contains("`postgress` is no kind of service that is known"), "{failure}");
    for known in
        ["generic_container", "surrealdb", "otel_collector", "postgres", "redis", "nginx", "ollama", "vllm", "tgi"]
    {
        assert!(failure.contains(&format!("`{known}`")), "{known}: {failure}");
    }
    assert!(engine.created().is_empty());
}

#[test]
fn an_unknown_kind_with_an_image_is_a_plain_container_and_says_so() {
    let (_, ran) = service("own:1", "our_own", "image = \"own:1\"");
    assert_eq!((ran.code, ran.outcome("one")), (Some(0), "passed"), "{}", ran.text);
    let notes = ran.test("t")["notes"].to_string();
    assert!(notes.contains("`our_own` is no kind of service that is known"), "{notes}");
}

#[test]
fn the_health_check_of_an_image_is_asked_where_the_test_says_no_other() {
    let waits = |check: Value, more: &str| {
        let engine = FakeEngine::start();
        let config = json!({ "Entrypoint": ["sleep", "30"], "Env": [], "Healthcheck": check });
        engine.has_image("own:1", config);
        let text = format!(
            "[services.it]\nimage = \"own:1\"\ntimeout = \"2s\"\nwait_strategy = \"health\"\n{more}\n[[scenario]]\nname = \"one\"\nservice = \"it\"\nrun = \"true\"\n"
        );
        let ran = run(&Project::new(&[("t", &text)]), &engine, &[]);
        (ran.code, ran.failures("one").join("\n"))
    };
    assert_eq!(waits(json!({ "Test": ["CMD-SHELL", "test 1 = 1"] }), "").0, Some(0));
    assert_eq!(waits(json!({ "Test": ["CMD", "true"] }), "").0, Some(0));
    let (code, failure) = waits(json!({ "Test": ["CMD", "false"] }), "");
    assert!(code == Some(1) && failure.contains("its health check does not pass"), "{failure}");
    assert_eq!(waits(json!({ "Test": ["CMD", "false"] }), "health_check = { cmd = [\"true\"] }").0, Some(0));
    let (code, failure) = waits(Value::Null, "");
    assert!(code == Some(1) && failure.contains("neither service `it` nor its image has a health check"), "{failure}");
}

#[test]
fn the_document_lists_every_kind_with_its_names_and_image() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/running.md")).unwrap();
    let table = document.split_once("# Kinds of services").expect("the document has the table").1;
    let table = table.split_once("\n# ").map_or(table, |(table, _)| table);
    for kind in SERVICE_KINDS {
        let also: Vec<String> = kind.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let also = if also.is_empty() { String::new() } else { format!("{} ", also.join(", ")) };
        let image = match kind.image {
            ImageSource::Default(image) => format!("`{image}`"),
            ImageSource::Required => "the test's".to_owned(),
            ImageSource::None => "none: nothing is started".to_owned(),
        };
        let row = format!("| `{}` | {also}| {image} |", kind.name);
        assert!(table.contains(&row), "{row}");
    }
    let rows = table.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, SERVICE_KINDS.len(), "a kind that does not exist is listed");
}

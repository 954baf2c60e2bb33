//! OpenTelemetry's own SDKs, over TCP.

use std::path::Path;
use std::process::Command;

use crate::client::{finish, receiver};

#[tokio::test]
async fn the_sdks_of_python_and_javascript_are_understood() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sdks = project.join("target/sdks");
    let node = sdks.join("node");
    for (program, script, needs) in [
        (
            sdks.join("python/bin/python"),
            project.join("tests/sdk_traces/python/emit.py"),
            sdks.join("python/bin/python"),
        ),
        ("node".into(), node.join("emit-tcp.mjs"), node.join("node_modules")),
    ] {
        let there = needs.exists();
        assert!(there || std::env::var_os("CI").is_none(), "{} is missing: run scripts/setup-sdks", needs.display());
        if !there {
            eprintln!("SKIPPED: {} is missing; scripts/setup-sdks installs it", needs.display());
            continue;
        }
        if script.extension().is_some_and(|extension| extension == "mjs") {
            // Node finds packages beside the program only.
            std::fs::copy(project.join("tests/sdk_traces/node/emit.mjs"), &script).unwrap();
        }
        for kind in ["otlp-proto", "otlp-json"] {
            let receiver = receiver();
            let listener = receiver.listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
            let endpoint = format!("http://{}/v1/traces", listener.address);
            let mut command = Command::new(&program);
            command.arg(&script).arg(kind).arg(endpoint);
            let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
            assert!(output.status.success(), "{kind}: {}", String::from_utf8_lossy(&output.stderr));
            let collected = finish(receiver).await;
            let mut names: Vec<&str> = collected.spans.iter().map(|span| span.name.as_str()).collect();
            names.sort_unstable();
            assert_eq!(
                names,
                ["checkout", "db.query", "db.query", "db.query", "payment"],
                "{} {kind}",
                script.display()
            );
            assert_eq!(collected.doubt, None);
        }
    }
}

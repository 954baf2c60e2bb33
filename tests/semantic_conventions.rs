//! The list of attributes that completion offers is that of the crate `opentelemetry-semantic-conventions`.
//!
//! `UPDATE_CONVENTIONS=1 cargo test --test semantic_conventions` writes the list after the crate was updated.

#![expect(clippy::unwrap_used, reason = "a test fails where it can't go on")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use clnrm_lsp::features::completion::semantic_conventions::{attribute, attributes};

const LIST: &str = "src/features/completion/semantic_conventions.tsv";

/// Where cargo keeps the sources of the crate.
fn sources() -> PathBuf {
    // Without a platform, cargo wants the crates of all others too, and those were never fetched.
    let platform = Command::new("rustc").args(["--print", "host-tuple"]).output().unwrap();
    let platform = String::from_utf8(platform.stdout).unwrap();
    let metadata = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--filter-platform",
            platform.trim(),
            "--manifest-path",
        ])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "opentelemetry-semantic-conventions").unwrap();
    Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().join("src")
}

/// The list as it should be: key, marks, example and meaning, parted by tabulators.
fn list() -> String {
    let sources = sources();
    let resources = std::fs::read_to_string(sources.join("resource.rs")).unwrap();
    let is_resource = |name: &str| resources.contains(&format!("pub use crate::attribute::{name};"));
    let text = std::fs::read_to_string(sources.join("attribute.rs")).unwrap();
    let mut lines = BTreeMap::new();
    let (mut documentation, mut is_deprecated) = (Vec::new(), false);
    // A long constant has its value on a line of its own.
    for line in text.replace(" =\n    ", " = ").lines() {
        if let Some(comment) = line.strip_prefix("///") {
            documentation.push(comment.trim());
        } else if line.starts_with("#[deprecated") {
            is_deprecated = true;
        } else if let Some(constant) = line.strip_prefix("pub const ") {
            let (name, value) = constant.split_once(": &str = ").unwrap();
            let key = value.trim_end_matches(';').trim_matches('"');
            let marks = format!("{}{}", if is_resource(name) { "r" } else { "" }, if is_deprecated { "d" } else { "" });
            let brief: Vec<&str> = documentation.iter().copied().take_while(|line| !line.is_empty()).collect();
            let examples = documentation.iter().skip_while(|line| **line != "# Examples");
            let example = examples.clone().find_map(|line| line.strip_prefix("- `")?.strip_suffix('`')).unwrap_or("");
            lines
                .insert(key.to_owned(), format!("{key}\t{marks}\t{example}\t{}\n", brief.join(" ").replace('\t', " ")));
            (documentation, is_deprecated) = (Vec::new(), false);
        } else if line.is_empty() {
            documentation.clear();
        }
    }
    lines.into_values().collect()
}

#[test]
fn the_list_is_that_of_the_crate() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(LIST);
    if std::env::var_os("UPDATE_CONVENTIONS").is_some() {
        std::fs::write(&path, list()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == list(), "{LIST} is not up to date: UPDATE_CONVENTIONS=1 cargo test --test semantic_conventions");
}

#[test]
fn attributes_are_known_by_their_keys() {
    assert!(attributes().len() > 500);
    assert!(attributes().windows(2).all(|pair| pair[0].key < pair[1].key));
    let method = attribute("http.request.method").expect("the conventions have it");
    assert!(method.brief.contains("HTTP request method") && !method.is_resource && !method.is_deprecated);
    assert!(attribute("http.method").expect("it was there once").is_deprecated);
    assert!(attribute("service.name").expect("the conventions have it").is_resource);
}

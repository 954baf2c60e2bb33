//! What `scripts/release` makes. Building is not part of it; that a whole one is static it checks itself.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::{TARGET, VERSION, release, repository, told};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// What `tar` lists of an archive: rights, owner, size, time and name of each file.
fn listed(archive: &Path) -> String {
    let output = Command::new("tar").env("TZ", "UTC").arg("-tvzf").arg(archive).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn archives_have_all_that_is_needed_and_are_reproducible() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for folder in &folders {
        let made = release(folder.path(), &["archives"]);
        assert!(made.status.success(), "{}", told(&made));
    }
    let archive = format!("clnrm-{VERSION}-{TARGET}.tar.gz");
    let [one, other] = folders.each_ref().map(|folder| folder.path().join(&archive));
    let listed = listed(&one);
    for name in [
        "clnrm",
        "clnrm-lsp",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "README.md",
        "man/clnrm.1",
        "man/clnrm-run.1",
        "man/clnrm-lsp.1",
        "completions/clnrm.bash",
        "completions/_clnrm",
        "completions/clnrm.fish",
        "completions/_clnrm-lsp",
    ] {
        let path = format!("clnrm-{VERSION}-{TARGET}/{name}");
        let line = listed.lines().find(|line| line.ends_with(&format!(" {path}")));
        let line = line.unwrap_or_else(|| panic!("{name} is missing:\n{listed}"));
        let rights = if matches!(name, "clnrm" | "clnrm-lsp") { "-rwxr-xr-x" } else { "-rw-r--r--" };
        assert!(line.starts_with(&format!("{rights} 0/0 ")), "{line}");
    }
    assert_eq!(listed, self::listed(&other), "names, rights and times are the same");
    let sums = fs::read_to_string(folders[0].path().join("SHA256SUMS")).unwrap();
    assert_eq!(sums, fs::read_to_string(folders[1].path().join("SHA256SUMS")).unwrap(), "and so are the bytes");
    let checked =
        Command::new("sha256sum").args(["--strict", "-c", "SHA256SUMS"]).current_dir(&folders[0]).output().unwrap();
    assert!(checked.status.success() && sums.lines().count() == 1, "{sums}{}", told(&checked));
}

#[test]
fn a_dry_run_names_what_is_made() {
    // The tools come from the network, once.
    let installed = repository().join("target/tools/bin/cargo-cyclonedx").exists()
        && repository().join("editors/vscode/node_modules").exists();
    assert!(
        installed || std::env::var_os("CI").is_none(),
        "tools of the release are missing: run scripts/setup --test"
    );
    if !installed {
        eprintln!("SKIPPED: tools of the release are missing; scripts/setup --test puts them into target/tools");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let dry = release(&folder.path().join("none"), &["--dry-run"]);
    let named = String::from_utf8(dry.stdout).unwrap();
    assert!(!folder.path().join("none").exists(), "a dry run makes nothing");
    let made = release(&folder.path().join("all"), &[]);
    assert!(made.status.success(), "{}", told(&made));
    let mut expected: Vec<&str> = named.lines().collect();
    expected.sort_unstable();
    assert_eq!(names(&folder.path().join("all")), expected);

    let bill = folder.path().join(format!("all/clnrm-{VERSION}.cdx.json"));
    let text = fs::read_to_string(bill).unwrap();
    assert!(!text.contains(&repository().display().to_string()), "no path of this machine is in the bill");
    let bill: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&bill["bomFormat"], &bill["metadata"]["component"]["version"]), (&"CycloneDX".into(), &VERSION.into()));
    let components = bill["components"].as_array().unwrap();
    let licensed = |name: &str| components.iter().any(|it| it["name"] == name && it["licenses"].is_array());
    assert!(components.len() > 100 && licensed("tera") && licensed("bollard"), "{} components", components.len());
    // What only tests need is not in the programs.
    assert!(!licensed("criterion"));
}

#[test]
fn what_is_not_known_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, why) in [
        (&["--target"][..], "usage"),
        (&["everything"], "usage"),
        (&["--target", "x", "archives"], "of one target only"),
    ] {
        let refused = release(&folder.path().join("none"), arguments);
        assert!(!refused.status.success(), "{arguments:?}");
        let told = told(&refused);
        assert!(told.contains(why) || (why == "usage" && told.contains("scripts/release [")), "{arguments:?}: {told}");
    }
    // Nor is a folder that has something else in it.
    fs::write(folder.path().join("mine"), "").unwrap();
    let refused = release(folder.path(), &["archives"]);
    assert!(!refused.status.success() && told(&refused).contains("has other files in it"), "{}", told(&refused));
    assert!(folder.path().join("mine").exists());
}

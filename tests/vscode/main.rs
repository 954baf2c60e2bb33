//! The extension in a real VS Code: code-server's workbench and extension host, shown in a headless Chromium, with the extension installed
//! from the VSIX that `scripts/package-vscode` makes. Each test is a script of this folder.
//!
//! `scripts/setup --test` puts VS Code into `target/editors/vscode`. In CI it fails the tests when that is missing; elsewhere they say that
//! they were skipped. `scripts/screenshots` takes the pictures of the documents while these tests run.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it can't go on")]

#[cfg(unix)]
#[path = "../shared/engine.rs"]
#[expect(dead_code, reason = "tests of runs in a terminal use the rest")]
mod engine;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::json;

/// One workbench at a time: each is a browser and two runtimes, and more of them would only wait for each other.
static TURN: Mutex<()> = Mutex::new(());

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of the editor, and the runtime in it.
fn editor() -> Option<(PathBuf, PathBuf)> {
    let folder = repository().join("target/editors/vscode");
    let node = folder.join("node/prefix/bin/node");
    if node.exists()
        && folder.join("code-server.stamp").exists()
        && repository().join("editors/vscode/node_modules").exists()
    {
        return Some((folder, node));
    }
    assert!(std::env::var_os("CI").is_none(), "VS Code is missing: run scripts/setup --test");
    eprintln!("SKIPPED: VS Code is not in target/editors; scripts/setup --test puts it there");
    None
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The extension for all platforms, and that for this one with the server in it; made once for all tests.
struct Extensions {
    universal: PathBuf,
    bundled: PathBuf,
    _folder: tempfile::TempDir,
}

static EXTENSIONS: LazyLock<Extensions> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    // Without what is for debugging it is a quarter of the size.
    let server = folder.path().join("clnrm-lsp");
    let stripped = Command::new("strip").arg("-o").arg(&server).arg(env!("CARGO_BIN_EXE_clnrm-lsp")).status();
    assert!(stripped.expect("strip starts").success());
    let made =
        package(folder.path(), &["--server", &format!("{PLATFORM}={}", server.display()), "universal", PLATFORM]);
    assert!(made.status.success(), "{}", told(&made));
    Extensions {
        universal: vsix(folder.path(), "clnrm-0"),
        bundled: vsix(folder.path(), &format!("clnrm-{PLATFORM}-")),
        _folder: folder,
    }
});

/// VS Code's name of the platform that the tests run on.
const PLATFORM: &str = if cfg!(target_arch = "aarch64") { "linux-arm64" } else { "linux-x64" };

fn package(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(repository().join("scripts/package-vscode"))
        .arg("--output")
        .arg(folder)
        .args(arguments)
        .output()
        .expect("scripts/package-vscode starts")
}

/// The one file in a folder whose name begins so.
fn vsix(folder: &Path, prefix: &str) -> PathBuf {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        files.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(prefix)).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.remove(0)
}

/// Runs a script of this folder with a VS Code of its own; what it says is the failure's text.
fn drive(case: &str, extension: fn() -> &'static Path, server: &str) -> Option<(Output, tempfile::TempDir)> {
    let (editor, node) = editor()?;
    let vsix = extension();
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let scratch = tempfile::Builder::new().prefix("clnrm-vscode-").tempdir().unwrap();
    let options = json!({
        "editor": editor,
        "vsix": vsix,
        "server": server,
        "scratch": scratch.path(),
        "screenshots": std::env::var("CLNRM_SCREENSHOTS").ok(),
    });
    let script = repository().join("tests/vscode").join(case);
    let output = Command::new(node).arg(script).arg(options.to_string()).output().expect("the script starts");
    Some((output, scratch))
}

fn universal() -> &'static Path {
    &EXTENSIONS.universal
}

fn bundled() -> &'static Path {
    &EXTENSIONS.bundled
}

fn passes(case: &str, extension: fn() -> &'static Path) {
    let Some((output, scratch)) = drive(case, extension, env!("CARGO_BIN_EXE_clnrm-lsp")) else { return };
    if !output.status.success() {
        // With the picture of what went wrong.
        _ = scratch.keep();
        panic!("{case}:\n{}", told(&output));
    }
}

#[test]
fn editing() {
    passes("editing.mjs", universal);
}

#[test]
fn preview() {
    passes("preview.mjs", bundled);
}

#[test]
fn missing_server() {
    passes("missing.mjs", universal);
}

#[test]
fn restricted_mode() {
    passes("restricted.mjs", universal);
}

#[cfg(unix)]
#[test]
fn runs() {
    if engine::engine() {
        passes("runs.mjs", universal);
    }
}

#[test]
fn extension_host() {
    passes("host.mjs", universal);
}

/// What drives the editor must be able to fail: with a program that is no server nothing is marked.
#[test]
fn without_a_server_the_driver_fails() {
    let Some((output, _scratch)) = drive("control.mjs", universal, "/bin/false") else { return };
    let told = told(&output);
    assert!(!output.status.success() && told.contains("FAIL Error: an error is marked"), "{told}");
}

#[test]
fn packages_are_reproducible_and_say_what_is_in_them() {
    if editor().is_none() {
        return;
    }
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let made = folders.each_ref().map(|folder| {
        let made = package(folder.path(), &["--server", "linux-x64=/bin/true", "linux-x64", "darwin-arm64"]);
        assert!(made.status.success(), "{}", told(&made));
        let bytes = ["clnrm-linux-x64-", "clnrm-darwin-arm64-"]
            .map(|prefix| std::fs::read(vsix(folder.path(), prefix)).unwrap());
        (told(&made), bytes)
    });
    assert!(made[0].1 == made[1].1, "the same sources give the same bytes");
    let lines: Vec<&str> = made[0].0.lines().collect();
    assert!(lines[0].contains("with the server ") && lines[0].ends_with("/bin/true"), "{lines:?}");
    assert!(lines[1].contains("WITHOUT a server"), "{lines:?}");
    let refused = package(folders[0].path(), &["plan9-x64"]);
    assert!(
        !refused.status.success() && told(&refused).contains("there is no target `plan9-x64`"),
        "{}",
        told(&refused)
    );
}

#[test]
fn grammar() {
    let Some((_, node)) = editor() else { return };
    let script = repository().join("editors/vscode/test/grammar.mjs");
    let output = Command::new(&node).arg(&script).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));

    // A place that says what it is not.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("wrong.clnrm.toml"), "[meta]\n#^^^^ comment\n").unwrap();
    let output = Command::new(&node).arg(&script).arg(folder.path()).output().unwrap();
    assert!(!output.status.success() && told(&output).contains("`meta` is no comment"), "{}", told(&output));
}

#[test]
fn settings_are_those_of_the_server() {
    let Some((_, node)) = editor() else { return };
    let script = repository().join("editors/vscode/scripts/settings.mjs");
    let output = Command::new(node).arg(script).arg("--check").output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
}

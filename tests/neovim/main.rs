//! The plugin of `editors/neovim` in the real Neovim 0.11 and 0.10, installed as a package of Neovim. Each test is a script of this folder.
//!
//! `scripts/setup-neovim` puts both into `target/editors`. In CI a missing editor fails the tests; elsewhere they say that they were
//! skipped. What Neovim does without the plugin is in `tests/editors`.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it can't go on")]

#[path = "../shared/engine.rs"]
#[expect(dead_code, reason = "tests of runs use the rest")]
mod engine;
#[path = "../runs/project.rs"]
#[expect(dead_code, reason = "tests of runs use the rest")]
mod project;

mod screen;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The editors, by the names of their programs in `target/editors`.
const EDITORS: [&str; 2] = ["nvim", "nvim-0.10"];

fn editor(name: &str) -> Option<PathBuf> {
    let path = repository().join("target/editors").join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{name} is missing: run scripts/setup --test");
    eprintln!("SKIPPED: {name} is not in target/editors; scripts/setup-neovim puts it there");
    None
}

/// A user's home, and a folder to work in, with an example.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("clnrm-neovim-").tempdir().unwrap();
        fs::create_dir(folder.path().join("work")).unwrap();
        let example = repository().join("tests/editors/example.clnrm.toml.tera");
        fs::copy(example, folder.path().join("work/example.clnrm.toml.tera")).unwrap();
        Self { folder }
    }

    /// With the plugin as a package of Neovim.
    fn new() -> Self {
        let home = Self::empty();
        let packages = home.folder.path().join(".local/share/nvim/site/pack/clnrm/start");
        fs::create_dir_all(&packages).unwrap();
        std::os::unix::fs::symlink(repository().join("editors/neovim"), packages.join("clnrm")).unwrap();
        home
    }

    /// With this configuration.
    fn configured(self, init: &str) -> Self {
        let folder = self.folder.path().join(".config/nvim");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("init.lua"), init).unwrap();
        self
    }

    fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// A program as this user starts it.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("HOME", self.folder.path()).current_dir(self.work());
        for name in ["DATA", "CONFIG", "STATE", "CACHE"] {
            command.env_remove(format!("XDG_{name}_HOME"));
        }
        command
    }

    /// Neovim; the script ends it with the verdict.
    fn neovim(&self, editor: &Path, script: &str) -> Command {
        let mut command = self.command("timeout");
        command.arg("300").arg(editor).args(["--headless", "-i", "NONE", "-n", "-S"]);
        command.arg(repository().join("tests/neovim").join(script));
        command
    }
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn coloured(home: &Home, name: &str, editor: &Path, by_parser: bool) {
    let mut command = home.neovim(editor, "highlighting.lua");
    if by_parser {
        command.env("PARSER", "1");
    }
    let output = command.env("FIXTURES", repository().join("tests/fixtures/highlighting")).output().unwrap();
    assert!(output.status.success(), "{name}: {}", told(&output));
}

#[test]
fn fixtures_are_coloured_as_they_say() {
    for name in EDITORS {
        let Some(editor) = editor(name) else { return };
        coloured(&Home::new(), name, &editor, false);
    }
}

/// What checks the colours must be able to fail.
#[test]
fn wrong_colours_are_found() {
    let Some(editor) = editor("nvim") else { return };
    let home = Home::new();
    let fixtures = home.folder.path().join("fixtures");
    fs::create_dir(&fixtures).unwrap();
    fs::write(fixtures.join("wrong.clnrm.toml"), "[meta]\n# <--- number\n").unwrap();
    let output = home.neovim(&editor, "highlighting.lua").env("FIXTURES", fixtures).output().unwrap();
    let told = told(&output);
    assert!(!output.status.success() && told.contains("wrong.clnrm.toml:2: `[me` is no number"), "{told}");
}

/// Runs a script in each editor, in a folder with an example; with the server on the `PATH` or without it.
fn passes(script: &str, with_server: bool) {
    for name in EDITORS {
        let Some(editor) = editor(name) else { return };
        let home = Home::new();
        let output = home.neovim(&editor, script).env("PATH", path(with_server)).output().unwrap();
        assert!(output.status.success(), "{script} in {name}:\n{}", told(&output));
    }
}

/// The folders that programs are looked for in.
fn path(with_server: bool) -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_clnrm-lsp")).parent().unwrap();
    let own = if with_server { format!("{}:", programs.display()) } else { String::new() };
    format!("{own}/usr/bin:/bin")
}

#[test]
fn editing() {
    passes("editing.lua", true);
}

#[test]
fn views() {
    passes("views.lua", true);
}

#[test]
fn missing_server() {
    passes("missing.lua", false);
}

/// What drives the editor must be able to fail: without a server nothing is marked.
#[test]
fn without_a_server_the_driver_fails() {
    let Some(editor) = editor("nvim") else { return };
    let home = Home::new();
    let output = home.neovim(&editor, "editing.lua").env("PATH", path(false)).env("PATIENCE", "3000").output().unwrap();
    let told = told(&output);
    assert!(!output.status.success() && told.contains("FAIL the server is attached"), "{told}");
}

/// From the lens to a red key, to green, to runs that are cancelled; in real containers.
#[test]
fn running() {
    if !engine::engine() {
        return;
    }
    let expected = "[[expect.span]]\nname = \"greet\"\n\n[[expect.span]]\nname = \"part\"\n";
    let scenario = "[[scenario]]\nname = \"works\"\nservice = \"app\"\nrun = \"sh /span.sh greet\"\n";
    for name in EDITORS {
        let Some(editor) = editor(name) else { return };
        let test = format!("{}{scenario}{expected}", project::APP);
        let project = project::Project::new(&[("t", &test), ("other", &test)]);
        let home = Home::new();
        let mut command = home.neovim(&editor, "running.lua");
        command.current_dir(project.path(""));
        command.env("PATH", path(true)).env("PROJECT", &project.name);
        command.env("FILE", project.path(&format!("{}/t.clnrm.toml", project.name)));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{name}:\n{}", told(&output));
        assert_eq!(engine::left(&project.name), Vec::<String>::new());
    }
}

/// The code blocks of a document in one language.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let text = fs::read_to_string(repository().join(document)).unwrap();
    let parts = text.split("```").skip(1).step_by(2);
    let found: Vec<_> =
        parts.filter_map(|part| part.strip_prefix(&format!("{language}\n"))).map(str::to_owned).collect();
    assert!(!found.is_empty(), "{document} has no {language} blocks");
    found
}

/// Opens an example; `expected` are variables that say what else is looked at.
fn attaches(home: &Home, name: &str, expected: &[(&str, &str)]) {
    let Some(editor) = editor(name) else { return };
    let mut command = home.neovim(&editor, "attaches.lua");
    let output = command.envs(expected.iter().copied()).env("PATH", path(true)).output().unwrap();
    assert!(output.status.success(), "{name}:\n{}", told(&output));
}

/// The plugin's page: what it says to type installs the plugin.
#[test]
fn it_installs_as_its_page_says() {
    for name in EDITORS {
        let Some(editor) = editor(name) else { return };
        let home = Home::empty();
        // A clone of the repository, and the editor by its name.
        std::os::unix::fs::symlink(repository().join("editors"), home.work().join("editors")).unwrap();
        let programs = home.folder.path().join("programs");
        fs::create_dir(&programs).unwrap();
        std::os::unix::fs::symlink(&editor, programs.join("nvim")).unwrap();
        for block in blocks("editors/neovim/README.md", "sh") {
            let mut shell = home.command("sh");
            shell.args(["-e", "-c", &block]).env("PATH", format!("{}:/usr/bin:/bin", programs.display()));
            let output = shell.output().unwrap();
            assert!(output.status.success(), "{block}{}", told(&output));
        }
        attaches(&home, name, &[("MANUAL", "1")]);
        // By the parser that was compiled as the page says.
        coloured(&home, name, &editor, true);
    }
}

/// The plugin's page: each configuration on it works.
#[test]
fn configurations_of_its_page_work() {
    for name in EDITORS {
        for block in blocks("editors/neovim/README.md", "lua") {
            // What a plugin manager reads is a table.
            let init = if block.starts_with('{') { format!("assert(({block}).opts)") } else { block };
            attaches(&Home::new().configured(&init), name, &[]);
        }
    }
}

/// Options of the plugin reach the server in both editors.
#[test]
fn settings_reach_the_server() {
    for name in EDITORS {
        let init = "require('clnrm').setup({ settings = { check = { level = 'semantic' } } })";
        let init = format!("{init} vim.g.clnrm = {{ settings = {{ check = {{ level = 'syntax' }} }} }}");
        attaches(&Home::new().configured(&init), name, &[("LEVEL", "semantic")]);
    }
}

/// What `docs/editors/neovim.md` says for those who don't want the plugin.
#[test]
fn without_the_plugin_its_configuration_works() {
    let [settings, newer, older, _] = blocks("docs/editors/neovim.md", "lua").try_into().unwrap();
    attaches(&Home::new().configured(&settings), "nvim", &[("LEVEL", "semantic")]);
    attaches(&Home::empty().configured(&newer), "nvim", &[]);
    let types = newer.lines().next().unwrap();
    for name in EDITORS {
        attaches(&Home::empty().configured(&format!("{types}\n{older}")), name, &[]);
    }
}

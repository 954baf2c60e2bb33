//! Helix, installed by the very commands of `editors/helix/README.md`, and driven in a terminal of its own by the scripts of `helix/`.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::engine::{engine, left};
use crate::project::{APP, Project};
use crate::{drive, editor, repository};

const SERVER: &str = env!("CARGO_BIN_EXE_clnrm-lsp");

/// The home of somebody who followed the README, made once for all tests.
static INSTALLED: LazyLock<PathBuf> = LazyLock::new(|| {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("helix-home");
    let _ = std::fs::remove_dir_all(&home);
    std::fs::create_dir_all(&home).unwrap();
    let readme = std::fs::read_to_string(repository().join("editors/helix/README.md")).unwrap();
    let blocks = readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let install = blocks.into_iter().find(|block| block.contains("languages.toml")).expect("the README says how");
    let mut shell = Command::new("bash");
    shell.args(["-euc", install]).current_dir(repository()).env("HOME", &home).env_remove("XDG_CONFIG_HOME");
    drive(&mut shell);
    home
});

/// The compiled grammar of templates.
pub fn grammar() -> PathBuf {
    INSTALLED.join(".config/helix/runtime/grammars/clnrm.so")
}

/// The home of one test, with a workspace in it.
pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        drive(Command::new("cp").arg("-r").arg(INSTALLED.join(".config")).arg(folder.path()));
        std::fs::create_dir(folder.path().join("bin")).unwrap();
        Self { folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of Helix's configuration.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(".config/helix").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Puts a program on the path under the name of the server.
    fn serve(&self, server: &str) {
        symlink(server, self.path().join("bin/clnrm-lsp")).unwrap();
    }

    /// A command in this home.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        let path = format!("{}:{}", self.path().join("bin").display(), std::env::var("PATH").unwrap());
        command.env("HOME", self.path()).env("PATH", path);
        command.env_remove("XDG_CONFIG_HOME").env_remove("XDG_CACHE_HOME");
        command
    }
}

/// The driver `helix/NAME.sh` on a file, for somebody who works in the folder; `None`: there is no Helix here.
fn driver(name: &str, server: &str, folder: &Path, file: &Path) -> Option<(Home, Command)> {
    let editor = editor("hx")?;
    let home = Home::new();
    home.serve(server);
    // Where Helix inserts, its cursor is the terminal's, and the chosen row of a menu has a colour of its own: driver.sh looks at both.
    home.write("config.toml", include_str!("helix/config.toml"));
    home.write("themes/test.toml", include_str!("helix/theme.toml"));
    let mut command = home.command("bash");
    command.arg(repository().join(format!("tests/editors/helix/{name}.sh"))).arg(editor).arg(file).current_dir(folder);
    Some((home, command))
}

/// A workspace with a template in it.
fn workspace(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    // The root of the workspace.
    std::fs::write(folder.path().join("cleanroom.toml"), "").unwrap();
    let file = folder.path().join("example.clnrm.toml.tera");
    std::fs::write(&file, text).unwrap();
    (folder, file)
}

#[test]
fn helix_shows_and_clears() {
    let (folder, file) = workspace(crate::TEMPLATE);
    let Some((_home, mut command)) = driver("shows", SERVER, folder.path(), &file) else { return };
    drive(&mut command);
}

#[test]
fn helix_without_a_server_fails() {
    let (folder, file) = workspace(crate::TEMPLATE);
    let Some((_home, mut command)) = driver("shows", "/bin/false", folder.path(), &file) else { return };
    command.env("PATIENCE", "20");
    assert!(!command.output().unwrap().status.success(), "the driver must be able to fail");
}

/// Where there is no C compiler, the last line of the README is left out.
#[test]
fn helix_shows_and_clears_without_the_grammar() {
    let (folder, file) = workspace(crate::TEMPLATE);
    let Some((home, mut command)) = driver("shows", SERVER, folder.path(), &file) else { return };
    std::fs::remove_file(home.path().join(".config/helix/runtime/grammars/clnrm.so")).unwrap();
    drive(&mut command);
}

#[test]
fn helix_asks_and_edits() {
    let (folder, file) = workspace(&crate::TEMPLATE.replace("apj", "api").replace("m::scenario", "m::scenaro"));
    let Some((_home, mut command)) = driver("edits", SERVER, folder.path(), &file) else { return };
    drive(&mut command);
}

#[test]
fn helix_runs_a_scenario_red_and_green() {
    if !engine() {
        return;
    }
    let scenario = "[[scenario]]\nname = \"works\"\nservice = \"app\"\nrun = \"sh /span.sh gret\"\n";
    let project = Project::new(&[("t", &format!("{APP}{scenario}[[expect.span]]\nname = \"greet\"\n"))]);
    let file = project.path(&format!("{}/t.clnrm.toml", project.name));
    let Some((_home, mut command)) = driver("runs", SERVER, &project.path(""), &file) else { return };
    drive(&mut command);
    assert_eq!(left(&project.name), Vec::<String>::new(), "left in the engine");
}

/// The settings of the server that `docs/editors/helix.md` shows.
#[test]
fn helix_hands_settings_on() {
    let (folder, file) = workspace(crate::TEMPLATE);
    let Some((home, mut command)) = driver("settings", SERVER, folder.path(), &file) else { return };
    let page = std::fs::read_to_string(repository().join("docs/editors/helix.md")).unwrap();
    let config = page.lines().find(|line| line.starts_with("config = ")).expect("the page says how");
    let languages = std::fs::read_to_string(home.path().join(".config/helix/languages.toml")).unwrap();
    let command_line = "command = \"clnrm-lsp\"\n";
    home.write("languages.toml", &languages.replace(command_line, &format!("{command_line}{config}\n")));
    drive(&mut command);
}

/// What `hx --health` says of a language, without colours: each row without its name.
fn health(home: &Home, editor: &Path, language: &str) -> String {
    let output = home.command(editor).args(["--health", language]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut plain = String::new();
    for (index, part) in told.split('\u{1b}').enumerate() {
        plain.push_str(if index == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) });
    }
    plain
}

#[test]
fn helix_finds_grammars_queries_and_the_server() {
    let Some(editor) = editor("hx") else { return };
    let home = Home::new();
    for language in ["clnrm", "clnrm-tera"] {
        let told = health(&home, &editor, language);
        assert!(told.contains("✘ clnrm-lsp"), "the server is not there, and Helix must say so: {told}");
    }
    home.serve(SERVER);
    for language in ["clnrm", "clnrm-tera"] {
        let told = health(&home, &editor, language);
        for found in ["✓ clnrm-lsp", "Tree-sitter parser: ✓", "Highlight queries: ✓", "Textobject queries: ✓"] {
            assert!(told.contains(found), "{language}: no `{found}` in: {told}");
        }
    }
}

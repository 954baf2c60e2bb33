//! Helix, installed by the very commands of `editors/helix/README.md`, and driven in a terminal of its own by the scripts of `helix/`.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::{drive, editor, repository};

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

/// The driver `helix/NAME.sh` on a file of this text; `None`: there is no Helix here.
fn driver(name: &str, server: &str, file: &str, text: &str) -> Option<(Home, Command)> {
    let editor = editor("hx")?;
    let home = Home::new();
    home.serve(server);
    // Where Helix inserts, its cursor is the terminal's, and the chosen row of a menu has a colour of its own: helix/driver.sh looks at both.
    home.write("config.toml", include_str!("helix/config.toml"));
    home.write(
        "themes/test.toml",
        "inherits = \"default\"\n\"ui.menu.selected\" = { fg = \"#ffffff\", bg = \"#ff0001\" }\n",
    );
    let workspace = home.path().join("work");
    std::fs::create_dir(&workspace).unwrap();
    // The root of the workspace.
    std::fs::write(workspace.join("cleanroom.toml"), "").unwrap();
    let file = workspace.join(file);
    std::fs::write(&file, text).unwrap();
    let mut command = home.command("bash");
    command
        .arg(repository().join(format!("tests/editors/helix/{name}.sh")))
        .arg(editor)
        .arg(file)
        .current_dir(workspace);
    Some((home, command))
}

#[test]
fn helix_shows_and_clears() {
    let server = env!("CARGO_BIN_EXE_clnrm-lsp");
    let Some((_home, mut command)) = driver("shows", server, "example.clnrm.toml.tera", crate::TEMPLATE) else {
        return;
    };
    drive(&mut command);
}

#[test]
fn helix_without_a_server_fails() {
    let Some((_home, mut command)) = driver("shows", "/bin/false", "example.clnrm.toml.tera", crate::TEMPLATE) else {
        return;
    };
    command.env("PATIENCE", "20");
    assert!(!command.output().unwrap().status.success(), "the driver must be able to fail");
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
    home.serve(env!("CARGO_BIN_EXE_clnrm-lsp"));
    for language in ["clnrm", "clnrm-tera"] {
        let told = health(&home, &editor, language);
        for found in ["✓ clnrm-lsp", "Tree-sitter parser: ✓", "Highlight queries: ✓", "Textobject queries: ✓"] {
            assert!(told.contains(found), "{language}: no `{found}` in: {told}");
        }
    }
}

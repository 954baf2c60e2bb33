//! The language server and editors as `clnrm doctor` sees them. Whether an editor is set up is told by its files, and no more is
//! claimed than they say: editors read settings from elsewhere too.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::finding::{Area, Finding};

/// The language server.
const SERVER: &str = "clnrm-lsp";

/// What settings mention that know of us.
const WORD: &str = "clnrm";

/// So deep is looked into folders of settings, and into so many files of so many bytes.
const DEPTH: usize = 6;
const MOST_FILES: usize = 2_000;
const LARGEST: u64 = 1 << 20;

/// An editor: its programs, and the files that tell whether it is set up, from the home folder.
struct Editor {
    name: &'static str,
    programs: &'static [&'static str],
    /// Folders and files of settings that mention us where the editor is set up.
    settings: &'static [&'static str],
    /// Folders in which an extension of us is a folder.
    extensions: &'static [&'static str],
    help: &'static str,
}

const EDITORS: [Editor; 7] = [
    Editor {
        name: "Neovim",
        programs: &["nvim"],
        settings: &[".config/nvim"],
        extensions: &[".local/share/nvim/site/pack/clnrm/start"],
        help: "install the plugin: docs/editors/neovim.md",
    },
    Editor {
        name: "Helix",
        programs: &["hx", "helix"],
        settings: &[".config/helix/languages.toml"],
        extensions: &[],
        help: "run the commands of editors/helix/README.md: docs/editors/helix.md",
    },
    Editor {
        name: "VS Code",
        programs: &["code", "codium", "cursor"],
        settings: &[],
        extensions: &[
            ".vscode/extensions",
            ".vscode-server/extensions",
            ".vscode-oss/extensions",
            ".cursor/extensions",
        ],
        help: "install the extension: docs/editors/vscode.md",
    },
    Editor {
        name: "Vim",
        programs: &["vim"],
        settings: &[".vimrc", ".vim/vimrc", ".vim/plugin", ".config/vim"],
        extensions: &[],
        help: "let a client of the language server protocol start `clnrm-lsp`: docs/editors.md",
    },
    Editor {
        name: "Emacs",
        programs: &["emacs"],
        settings: &[".emacs", ".emacs.el", ".emacs.d/init.el", ".config/emacs/init.el", ".config/doom"],
        extensions: &[],
        help: "let eglot or lsp-mode start `clnrm-lsp`: docs/editors/emacs.md",
    },
    Editor {
        name: "Zed",
        programs: &["zed", "zeditor"],
        settings: &[".config/zed/settings.json"],
        extensions: &[".local/share/zed/extensions/installed"],
        help: "let it start `clnrm-lsp`: docs/editors/zed.md",
    },
    Editor {
        name: "Kakoune",
        programs: &["kak"],
        settings: &[".config/kak", ".config/kak-lsp/kak-lsp.toml"],
        extensions: &[],
        help: "let kak-lsp start `clnrm-lsp`: docs/editors.md",
    },
];

/// Where programs and settings are looked for.
pub struct Machine {
    path: Vec<PathBuf>,
    home: Option<PathBuf>,
    config: Option<PathBuf>,
    beside: Option<PathBuf>,
}

impl Machine {
    /// As this process's environment says.
    pub fn of_process() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Self {
            path: std::env::split_paths(&path).collect(),
            home: std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
            config: std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from),
            beside: std::env::current_exe().ok().and_then(|program| Some(program.parent()?.to_owned())),
        }
    }

    fn program(&self, name: &str) -> Option<PathBuf> {
        let mut file = OsString::from(name);
        file.push(std::env::consts::EXE_SUFFIX);
        self.path.iter().map(|folder| folder.join(&file)).find(|path| path.is_file())
    }

    /// A file of the home folder; settings move with `XDG_CONFIG_HOME`.
    fn file(&self, path: &str) -> Option<PathBuf> {
        match (path.strip_prefix(".config/"), &self.config) {
            (Some(rest), Some(config)) => Some(config.join(rest)),
            _ => Some(self.home.as_ref()?.join(path)),
        }
    }
}

/// Looks for the server and for editors.
pub fn look(machine: &Machine) -> Vec<Finding> {
    let mut findings = vec![of_server(machine)];
    let installed = EDITORS.iter().filter(|editor| editor.programs.iter().any(|it| machine.program(it).is_some()));
    findings.extend(installed.map(|editor| of_editor(editor, machine)));
    if findings.len() == 1 {
        findings.push(Finding::ok(Area::Editors, "editor", "no editor that is known here is installed"));
    }
    findings
}

fn of_server(machine: &Machine) -> Finding {
    let ours = env!("CARGO_PKG_VERSION");
    if let Some(path) = machine.program(SERVER) {
        return match version(&path) {
            Some(version) if version == ours => {
                Finding::ok(Area::Editors, "server", format!("{SERVER} {ours} at {}", path.display()))
            }
            Some(version) => Finding::warning(
                Area::Editors,
                "server",
                format!("{SERVER} at {} is of version {version}, and clnrm of {ours}", path.display()),
                "install both of the same version: editors and runs judge alike then",
            ),
            None => Finding::warning(
                Area::Editors,
                "server",
                format!("{} does not tell its version", path.display()),
                "install it anew",
            ),
        };
    }
    let file = format!("{SERVER}{}", std::env::consts::EXE_SUFFIX);
    match machine.beside.as_ref().filter(|folder| folder.join(&file).is_file()) {
        Some(folder) => Finding::warning(
            Area::Editors,
            "server",
            format!("{SERVER} is in {}, which is not in PATH: editors do not find it", folder.display()),
            "put the folder into PATH, or give editors the whole path",
        ),
        None => Finding::warning(
            Area::Editors,
            "server",
            format!("{SERVER} is not in PATH: editors do not find it"),
            "install it, or let editors start `clnrm lsp`",
        ),
    }
}

fn version(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.trim().strip_prefix(SERVER).map(|rest| rest.trim().to_owned())
}

fn of_editor(editor: &Editor, machine: &Machine) -> Finding {
    let settings = editor.settings.iter().filter_map(|path| machine.file(path));
    let mentioned = settings.filter_map(|path| mentioning(&path)).next();
    let extension =
        || editor.extensions.iter().filter_map(|path| machine.file(path)).find_map(|folder| extension(&folder));
    match mentioned.or_else(extension) {
        Some(path) => Finding::ok(Area::Editors, "editor", format!("{} is set up ({})", editor.name, path.display())),
        None => Finding::warning(
            Area::Editors,
            "editor",
            format!("{} is installed, and its settings do not mention {SERVER}", editor.name),
            editor.help,
        ),
    }
}

/// The file at or below `path` that mentions us.
fn mentioning(path: &Path) -> Option<PathBuf> {
    let mut open = vec![(path.to_owned(), 0)];
    let mut seen = 0;
    while let Some((path, depth)) = open.pop() {
        let Ok(meta) = fs::metadata(&path) else { continue };
        if meta.is_dir() && depth < DEPTH && path.file_name() != Some(OsStr::new(".git")) {
            let below = fs::read_dir(&path).into_iter().flatten().flatten();
            open.extend(below.map(|entry| (entry.path(), depth + 1)));
        } else if meta.is_file() && meta.len() <= LARGEST {
            seen += 1;
            if fs::read_to_string(&path).is_ok_and(|text| text.contains(WORD)) {
                return Some(path);
            }
            if seen >= MOST_FILES {
                return None;
            }
        }
    }
    None
}

/// The folder of our extension: `PUBLISHER.clnrm-VERSION`.
fn extension(folder: &Path) -> Option<PathBuf> {
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        name == WORD || name.split_once('.').is_some_and(|(_, rest)| rest == WORD || rest.starts_with("clnrm-"))
    };
    fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).find(is_ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_is_set_up_where_its_settings_mention_the_server() {
        let home = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for program in ["nvim", "hx", "code"] {
            write(&format!("bin/{program}"), "");
        }
        let machine = || Machine {
            path: vec![home.path().join("bin")],
            home: Some(home.path().to_owned()),
            config: None,
            beside: Some(home.path().join("lib")),
        };
        let states = || {
            let states = look(&machine()).into_iter().map(|it| format!("{:?} {}", it.state, it.message));
            states.collect::<Vec<_>>().join("\n").replace(&home.path().display().to_string(), "~")
        };
        insta::assert_snapshot!(states(), @r"
        Warning clnrm-lsp is not in PATH: editors do not find it
        Warning Neovim is installed, and its settings do not mention clnrm-lsp
        Warning Helix is installed, and its settings do not mention clnrm-lsp
        Warning VS Code is installed, and its settings do not mention clnrm-lsp
        ");
        write("lib/clnrm-lsp", "");
        write(".config/nvim/lua/lsp.lua", "vim.lsp.enable('clnrm_lsp')");
        write(".config/helix/languages.toml", "[language-server.clnrm-lsp]");
        write(".vscode/extensions/clnrm.clnrm-0.1.0/package.json", "{}");
        insta::assert_snapshot!(states(), @r"
        Warning clnrm-lsp is in ~/lib, which is not in PATH: editors do not find it
        Ok Neovim is set up (~/.config/nvim/lua/lsp.lua)
        Ok Helix is set up (~/.config/helix/languages.toml)
        Ok VS Code is set up (~/.vscode/extensions/clnrm.clnrm-0.1.0)
        ");
        fs::remove_dir_all(home.path().join(".config/nvim")).unwrap();
        write(".local/share/nvim/site/pack/clnrm/start/clnrm/plugin/clnrm.lua", "");
        let state = states();
        assert!(state.contains("Ok Neovim is set up (~/.local/share/nvim/site/pack/clnrm/start/clnrm)"), "{state}");
    }
}

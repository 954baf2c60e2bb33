//! Neovim on a terminal, as people see it: what is marked, the lenses, the preview. `scripts/screenshots` takes the picture of the
//! plugin's page while this runs.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::{Home, editor, path, repository};

/// A terminal of its own, without anybody's configuration.
struct Terminal {
    socket: String,
}

impl Terminal {
    fn tmux(&self, arguments: &[&str]) -> String {
        let mut tmux = Command::new("tmux");
        tmux.args(["-L", &self.socket, "-f", "/dev/null"]).args(arguments);
        String::from_utf8(tmux.output().expect("tmux starts").stdout).unwrap()
    }

    /// The screen, with the codes of its colours.
    fn coloured(&self) -> String {
        self.tmux(&["capture-pane", "-e", "-p"])
    }

    /// Waits until the screen is such.
    fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let patience = Instant::now() + Duration::from_secs(60);
        while !holds(self) {
            assert!(Instant::now() < patience, "no {what}:\n{}", self.tmux(&["capture-pane", "-p"]));
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the screen shows a text.
    fn see(&self, text: &str) {
        self.until(text, |it| it.tmux(&["capture-pane", "-p"]).contains(text));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

/// The backgrounds of the editor, and of what is marked because the cursor stands in it on the other side; as `CONFIGURATION` says.
const BACKGROUND: anstyle::RgbColor = anstyle::RgbColor(28, 28, 28);
const MARKED: &str = "48;2;63;80;110";

/// For a picture: what is written and where, and nothing that a user has to know.
const CONFIGURATION: &str = "
vim.cmd.colorscheme('habamax')
vim.api.nvim_set_hl(0, 'ClnrmCounterpart', { bg = '#3f506e' })
vim.api.nvim_set_hl(0, 'WinSeparator', { fg = '#585858' })
vim.o.termguicolors, vim.o.number, vim.o.signcolumn, vim.o.cursorline = true, true, 'yes', true
vim.o.laststatus, vim.o.showmode, vim.o.ruler, vim.o.fillchars = 3, false, false, 'eob: ,vert:│'
vim.o.statusline = ' %f %=%{v:lua.require(\"clnrm\").status()} '
vim.diagnostic.config({ virtual_lines = {
  severity = { min = vim.diagnostic.severity.ERROR },
  format = function(it) return it.message end,
} })
";

#[test]
fn the_screen_shows_mistakes_and_the_preview() {
    let Some(editor) = editor("nvim") else { return };
    if Command::new("tmux").arg("-V").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "tmux is missing: run scripts/setup --test");
        eprintln!("SKIPPED: there is no tmux");
        return;
    }
    let home = Home::new().configured(CONFIGURATION);
    let file = "shop.clnrm.toml.tera";
    fs::copy(repository().join("tests/vscode/workspace").join(file), home.work().join(file)).unwrap();
    let folder = home.folder.path();
    let terminal = Terminal { socket: folder.file_name().unwrap().to_string_lossy().into_owned() };
    let command = format!(
        "cd {} && exec env HOME={} PATH={} COLORTERM=truecolor {} -i NONE -n '+call cursor(24, 26)' {file}",
        home.work().display(),
        folder.display(),
        path(true),
        editor.display()
    );
    terminal.tmux(&["new-session", "-d", "-x", "150", "-y", "34", &command]);
    terminal.see("there is no service `shpo`");
    terminal.see("▶ Run 3 scenarios");
    assert!(!terminal.coloured().contains(MARKED), "nothing is marked yet");
    terminal.tmux(&["send-keys", ":Clnrm preview", "Enter"]);
    terminal.see("run = \"echo paid by transfer\"");
    terminal.until("mark of the cursor's place on the other side", |it| it.coloured().contains(MARKED));
    if let Some(pictures) = std::env::var_os("CLNRM_SCREENSHOTS") {
        terminal.tmux(&["send-keys", ":echo", "Enter"]);
        terminal.until("empty command line", |it| !it.coloured().contains(":Clnrm"));
        let term = anstyle_svg::Term::new().min_width_px(1260).bg_color(BACKGROUND.into());
        fs::write(Path::new(&pictures).join("neovim.svg"), term.render_svg(terminal.coloured().trim_end())).unwrap();
    }
}

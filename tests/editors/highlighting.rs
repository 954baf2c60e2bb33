//! The colours of a real Helix against `tests/fixtures/highlighting`: each scope has a colour of its own, and the screen is read cell by
//! cell.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::fixture::{self, Line};
use crate::{editor, helix};

/// The scope of Helix that each kind of the fixtures has.
const SCOPES: [(&str, &str); 22] = [
    ("comment", "comment.line"),
    ("table", "type"),
    ("key", "variable.other.member"),
    ("string", "string"),
    ("escape", "constant.character.escape"),
    ("number", "constant.numeric"),
    ("boolean", "constant.builtin.boolean"),
    ("date", "string.special"),
    ("delimiter", "punctuation.special"),
    ("keyword", "keyword.control"),
    ("function", "function"),
    ("filter", "function.builtin"),
    ("macro", "function.macro"),
    ("namespace", "namespace"),
    ("variable", "variable"),
    ("property", "variable.other.member"),
    ("parameter", "variable.parameter"),
    ("operator", "keyword.operator"),
    ("constant", "constant.builtin"),
    ("template-string", "string"),
    ("template-number", "constant.numeric"),
    ("template-comment", "comment.block"),
];

/// What Helix's own queries of TOML say less exactly.
const PLAIN: [(&str, &str); 2] = [("comment", "comment"), ("escape", "string")];

/// In what is said of a line that is not on the screen.
const SHOWN_AS: &str = "is shown as";

/// Lines and columns of the screen: more than any fixture has.
const SCREEN: (usize, usize) = (200, 200);

/// A theme in which each scope has a colour of its own.
fn theme() -> (String, BTreeMap<&'static str, u32>) {
    let mut scopes: Vec<_> = SCOPES.iter().chain(&PLAIN).map(|(_, scope)| *scope).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let colours: BTreeMap<_, _> = scopes.into_iter().zip((1..).map(|number| 0x10_0000 + number)).collect();
    let mut theme = String::from("\"ui.cursor\" = { bg = \"#222222\" }\n\"ui.selection\" = { bg = \"#333333\" }\n");
    for (scope, colour) in &colours {
        writeln!(theme, "\"{scope}\" = \"#{colour:06x}\"").unwrap();
    }
    (theme, colours)
}

/// The letters of a screen as `tmux capture-pane -e` prints it, each with its colour.
fn cells(screen: &str) -> Vec<Vec<(char, Option<u32>)>> {
    let mut rows = Vec::new();
    let mut colour = None;
    for line in screen.lines() {
        let mut row = Vec::new();
        let mut rest = line;
        while let Some(letter) = rest.chars().next() {
            rest = &rest[letter.len_utf8()..];
            if letter != '\u{1b}' {
                row.push((letter, colour));
                continue;
            }
            let Some((codes, after)) = rest.strip_prefix('[').and_then(|it| it.split_once('m')) else { continue };
            rest = after;
            let codes: Vec<u32> = codes.split(';').map(|code| code.parse().unwrap_or(0)).collect();
            match codes.as_slice() {
                [38, 2, red, green, blue] => colour = Some((red << 16) | (green << 8) | blue),
                [48 | 58, ..] => {}
                _ if codes.contains(&0) || codes.contains(&39) => colour = None,
                _ => {}
            }
        }
        rows.push(row);
    }
    rows
}

/// What is coloured otherwise than the fixture says, and how many places were looked at.
fn wrong(lines: &[Line], screen: &str, colour_of: impl Fn(&str) -> Option<u32>) -> (Vec<String>, usize) {
    let rows = cells(screen);
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for (index, line) in lines.iter().enumerate() {
        let row = rows.get(index).map_or(&[][..], Vec::as_slice);
        let shown: String = row.iter().map(|(letter, _)| letter).collect();
        if shown.trim_end() != line.text.trim_end() {
            wrong.push(format!("{}: `{}` {SHOWN_AS} `{shown}`", line.number, line.text));
            continue;
        }
        for place in &line.places {
            looked_at += 1;
            let Some(expected) = colour_of(&place.kind) else {
                wrong.push(format!("{}: there is no kind `{}`", line.number, place.kind));
                continue;
            };
            let differs = |(letter, colour): &(char, Option<u32>)| *letter != ' ' && *colour != Some(expected);
            if row.get(place.columns.clone()).is_none_or(|cells| cells.iter().any(differs)) {
                wrong.push(format!("{}: `{}` is no {}", line.number, &line.text[place.columns.clone()], place.kind));
            }
        }
    }
    (wrong, looked_at)
}

struct Terminal {
    socket: String,
}

impl Terminal {
    fn tmux(&self, arguments: &[&str]) -> String {
        let output =
            Command::new("tmux").args(["-L", &self.socket, "-f", "/dev/null"]).args(arguments).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

/// Shows the text of a fixture in Helix, until it is shown and coloured as it should be, or with `anyhow` until it is shown.
fn shown(editor: &Path, home: &helix::Home, path: &Path, anyhow: bool) -> (Vec<String>, usize) {
    let (theme, colours) = theme();
    home.write("themes/fixture.toml", &theme);
    home.write(
        "config.toml",
        "theme = \"fixture\"\n[editor]\ntrue-color = true\ngutters = []\n[editor.statusline]\nleft = []\nright = []\n[editor.lsp]\nenable = false\n",
    );
    let lines = fixture::read(path);
    let text: String = lines.iter().map(|line| format!("{}\n", line.text)).collect();
    let file = home.path().join(path.file_name().unwrap());
    std::fs::write(&file, text).unwrap();

    let plain = path.extension().is_some_and(|it| it == "toml");
    let colour_of = |kind: &str| {
        let own = PLAIN.iter().filter(|_| plain).chain(&SCOPES).find(|(name, _)| *name == kind)?;
        colours.get(own.1).copied()
    };
    let terminal = Terminal { socket: format!("clnrm-colours-{}-{plain}-{anyhow}", std::process::id()) };
    let (rows, columns) = SCREEN;
    let command = format!("env HOME='{}' '{}' '{}'", home.path().display(), editor.display(), file.display());
    terminal.tmux(&["new-session", "-d", "-x", &columns.to_string(), "-y", &rows.to_string(), &command]);
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let found = wrong(&lines, &terminal.tmux(&["capture-pane", "-p", "-e"]), colour_of);
        let is_shown = !found.0.iter().any(|it| it.contains(SHOWN_AS));
        if found.0.is_empty() || (anyhow && is_shown) || Instant::now() > end {
            return found;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn helix_colours_what_the_fixtures_say() {
    let Some(editor) = editor("hx") else { return };
    let fixtures: Vec<PathBuf> = fixture::all();
    assert!(fixtures.len() >= 2, "{fixtures:?}");
    for path in fixtures {
        let (wrong, looked_at) = shown(&editor, &helix::Home::new(), &path, false);
        assert!(wrong.is_empty(), "{}:\n{}", path.display(), wrong.join("\n"));
        assert!(looked_at > 10, "{}: only {looked_at} places are said", path.display());
    }
}

/// Why there is a grammar of our own, and that the test above can fail.
#[test]
fn helix_colours_templates_wrong_by_toml_alone() {
    let Some(editor) = editor("hx") else { return };
    let home = helix::Home::new();
    let languages = std::fs::read_to_string(home.path().join(".config/helix/languages.toml")).unwrap();
    home.write("languages.toml", &languages.replace("grammar = \"clnrm\"", "grammar = \"toml\""));
    home.write("runtime/queries/clnrm-tera/highlights.scm", "; inherits: toml\n");
    let template = fixture::all().into_iter().find(|path| path.extension().is_some_and(|it| it == "tera")).unwrap();
    let (wrong, looked_at) = shown(&editor, &home, &template, true);
    println!("by TOML alone {} of {looked_at} places are coloured right", looked_at - wrong.len());
    assert!(looked_at > 0 && wrong.len() > looked_at / 2, "{} of {looked_at}", wrong.len());
}

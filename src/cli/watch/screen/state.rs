//! What of the tests somebody looks at: which one is chosen, what is filtered, how far is scrolled. Changed by keys alone.

use std::path::{Path, PathBuf};

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// So many lines are scrolled at once.
const PAGE: u16 = 10;

/// What somebody looks at.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The test that is chosen; the first one where it is none of those that are shown.
    pub chosen: Option<PathBuf>,
    /// Only tests whose name has this text are shown, in any case of its letters.
    pub filter: String,
    /// Whether the filter is being typed.
    pub is_typing: bool,
    /// Whether the keys are explained.
    pub is_helping: bool,
    /// How far the details are scrolled.
    pub scroll: u16,
}

/// What a key asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Run this test, although its outcome is known.
    Run(PathBuf),
    /// Run all that are shown.
    RunAll,
    /// End the watch.
    Quit,
}

impl State {
    /// Whether a test of this name is shown.
    pub fn shows(&self, name: &str) -> bool {
        name.to_lowercase().contains(&self.filter.to_lowercase())
    }

    /// Which of these tests, all that are shown, is chosen.
    pub fn place(&self, shown: &[&Path]) -> usize {
        let chosen = self.chosen.as_deref();
        shown.iter().position(|path| Some(*path) == chosen).unwrap_or_default()
    }

    /// Takes a key; `shown` are the tests that can be chosen.
    pub fn key(&mut self, key: KeyEvent, shown: &[&Path]) -> Option<Command> {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return matches!(key.code, KeyCode::Char('c' | 'd')).then_some(Command::Quit);
        }
        if self.is_typing {
            self.typed(key.code);
            return None;
        }
        if self.is_helping {
            self.is_helping = false;
            return (key.code == KeyCode::Char('q')).then_some(Command::Quit);
        }
        match key.code {
            KeyCode::Char('q') => return Some(Command::Quit),
            KeyCode::Char('r') | KeyCode::Enter => {
                return shown.get(self.place(shown)).map(|path| Command::Run(path.to_path_buf()));
            }
            KeyCode::Char('a' | 'R') => return Some(Command::RunAll),
            KeyCode::Char('/') => self.is_typing = true,
            KeyCode::Char('?' | 'h') => self.is_helping = true,
            KeyCode::Esc => self.filter.clear(),
            KeyCode::Down | KeyCode::Char('j') => self.choose(shown, |place| place.saturating_add(1)),
            KeyCode::Up | KeyCode::Char('k') => self.choose(shown, |place| place.saturating_sub(1)),
            KeyCode::Home | KeyCode::Char('g') => self.choose(shown, |_| 0),
            KeyCode::End | KeyCode::Char('G') => self.choose(shown, |_| usize::MAX),
            KeyCode::PageDown | KeyCode::Char(' ') => self.scroll = self.scroll.saturating_add(PAGE),
            KeyCode::PageUp => self.scroll = self.scroll.saturating_sub(PAGE),
            _ => {}
        }
        None
    }

    fn typed(&mut self, code: KeyCode) {
        match code {
            KeyCode::Char(letter) => self.filter.push(letter),
            KeyCode::Backspace => drop(self.filter.pop()),
            KeyCode::Enter => self.is_typing = false,
            KeyCode::Esc => {
                self.is_typing = false;
                self.filter.clear();
            }
            _ => {}
        }
    }

    fn choose(&mut self, shown: &[&Path], place: impl FnOnce(usize) -> usize) {
        let place = place(self.place(shown)).min(shown.len().saturating_sub(1));
        self.chosen = shown.get(place).map(|path| path.to_path_buf());
        self.scroll = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(state: &mut State, keys: &str, shown: &[&Path]) -> Option<Command> {
        let codes = keys.chars().map(|key| match key {
            '\n' => KeyCode::Enter,
            '\u{1b}' => KeyCode::Esc,
            '\u{8}' => KeyCode::Backspace,
            key => KeyCode::Char(key),
        });
        codes.map(|code| state.key(KeyEvent::new(code, KeyModifiers::NONE), shown)).last().flatten()
    }

    #[test]
    fn keys_choose_and_run() {
        let shown = ["a", "b", "c"].map(Path::new);
        let mut state = State::default();
        assert_eq!(press(&mut state, "r", &shown), Some(Command::Run("a".into())));
        assert_eq!(press(&mut state, "jjjjr", &shown), Some(Command::Run("c".into())));
        assert_eq!(press(&mut state, "kr", &shown), Some(Command::Run("b".into())));
        assert_eq!(press(&mut state, "gGgr", &shown), Some(Command::Run("a".into())));
        assert_eq!(press(&mut state, "a", &shown), Some(Command::RunAll));
        assert_eq!(press(&mut state, "r", &[]), None);
        // One that is gone is not chosen any more.
        press(&mut state, "G", &shown);
        assert_eq!(press(&mut state, "r", &shown[..2]), Some(Command::Run("a".into())));
        assert_eq!(press(&mut state, "q", &shown), Some(Command::Quit));
        let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(state.key(interrupt, &shown), Some(Command::Quit));
    }

    #[test]
    fn a_filter_is_typed_and_its_letters_are_no_commands() {
        let mut state = State::default();
        assert_eq!(press(&mut state, "/qrx\u{8}", &[]), None);
        assert_eq!((state.filter.as_str(), state.is_typing), ("qr", true));
        press(&mut state, "\n", &[]);
        assert!(!state.is_typing && state.shows("tests/QR.clnrm.toml") && !state.shows("tests/a.clnrm.toml"));
        press(&mut state, "\u{1b}", &[]);
        assert!(state.shows("tests/a.clnrm.toml"));
        assert_eq!(press(&mut state, "?", &[]), None);
        assert!(state.is_helping);
        press(&mut state, "x", &[]);
        assert!(!state.is_helping);
    }
}

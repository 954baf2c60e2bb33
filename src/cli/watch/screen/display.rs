//! The terminal while the screen is shown: taken over at the begin, and given back at the end, whatever the end is.

use std::io::{self, Stdout};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};

/// The terminal, taken over until this is dropped: that happens in a panic too.
pub struct Display {
    /// What is drawn on.
    pub terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Display {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// Where the terminal refuses; it is left as it was then.
    pub fn open() -> io::Result<Self> {
        enable_raw_mode()?;
        let opened = execute!(io::stdout(), EnterAlternateScreen)
            .and_then(|()| Terminal::new(CrosstermBackend::new(io::stdout())))
            .and_then(|mut terminal| terminal.hide_cursor().map(|()| Self { terminal }));
        if opened.is_err() {
            give_back();
        }
        opened
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        give_back();
    }
}

/// Leaves the terminal as people know it. There is nobody to tell if that fails.
fn give_back() {
    drop(execute!(io::stdout(), LeaveAlternateScreen, Show));
    drop(disable_raw_mode());
}

//! The picture: the list on the left, on the right what is to be read of the test that is chosen, above and below what is known of all.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, List, ListItem, ListState, Paragraph};

use super::details::Details;
use super::rows::{Mark, Row};
use super::state::State;
use crate::report::counted;

/// Narrower terminals show the list above the details.
const SIDE_BY_SIDE: u16 = 90;

/// What is drawn.
pub struct Picture<'a> {
    /// What somebody looks at.
    pub state: &'a State,
    /// The list.
    pub rows: &'a [Row<'a>],
    /// Of the test that is chosen.
    pub details: &'a Details,
    /// What all tests together are: a word, and the rest.
    pub verdict: (&'a str, &'a str),
    /// What is watched.
    pub title: &'a str,
    /// The last thing that is good to know.
    pub note: &'a str,
    /// What runs just now, and how far it is.
    pub running: &'a [String],
    /// Whether there are colours.
    pub colors: bool,
}

/// The parts of the screen.
pub struct Areas {
    header: Rect,
    list: Rect,
    details: Rect,
    footer: Rect,
}

impl Areas {
    /// Of a screen of this size.
    pub fn of(screen: Rect) -> Self {
        let [header, middle, footer] =
            Layout::vertical([Constraint::Length(1), Constraint::Min(3), Constraint::Length(2)]).areas(screen);
        let [list, details] = match screen.width >= SIDE_BY_SIDE {
            true => Layout::horizontal([Constraint::Percentage(38), Constraint::Percentage(62)]).areas(middle),
            false => Layout::vertical([Constraint::Percentage(40), Constraint::Percentage(60)]).areas(middle),
        };
        Self { header, list, details, footer }
    }

    /// The columns for what is to be read.
    pub const fn width(&self) -> u16 {
        self.details.width.saturating_sub(2)
    }
}

impl Picture<'_> {
    /// Draws it.
    pub fn draw(&self, frame: &mut Frame<'_>) {
        let areas = Areas::of(frame.area());
        self.header(frame, areas.header);
        self.list(frame, areas.list);
        let has_spans = !self.details.waterfall.is_empty();
        let [details, spans] =
            Layout::vertical([Constraint::Fill(2), Constraint::Fill(u16::from(has_spans))]).areas(areas.details);
        self.details(frame, details);
        if has_spans {
            self.spans(frame, spans);
        }
        self.footer(frame, areas.footer);
        if self.state.is_helping {
            self.help(frame);
        }
    }

    fn paint(&self, color: Color) -> Style {
        if self.colors { Style::new().fg(color) } else { Style::new() }
    }

    fn header(&self, frame: &mut Frame<'_>, area: Rect) {
        let (word, rest) = self.verdict;
        let color = match word {
            "ok" | "passed" => Color::Green,
            "invalid" | "failed" => Color::Red,
            _ => Color::Yellow,
        };
        let word = Span::styled(
            format!(" {} ", word.to_uppercase()),
            self.paint(color).add_modifier(Modifier::BOLD | Modifier::REVERSED),
        );
        let line = Line::from(vec![word, Span::raw(format!(" {rest}")), self.dim(format!("  {}", self.title))]);
        frame.render_widget(Paragraph::new(line), area);
    }

    fn list(&self, frame: &mut Frame<'_>, area: Rect) {
        let paths: Vec<_> = self.rows.iter().map(|row| row.path).collect();
        let item = |row: &Row<'_>| {
            let mark = Span::styled(row.mark.word(), self.paint(row.mark.color()).add_modifier(Modifier::BOLD));
            let took = row.took.filter(|_| matches!(row.mark, Mark::Passed | Mark::Failed));
            let took = took.map(|took| format!(" {:.2} s", took.as_secs_f64())).unwrap_or_default();
            ListItem::new(Line::from(vec![mark, Span::raw(format!(" {}", row.looked.shown)), self.dim(took)]))
        };
        let filter = match self.state.filter.is_empty() {
            true => String::new(),
            false => format!(" with `{}`", self.state.filter),
        };
        let title = format!(" {}{filter} ", counted(self.rows.len(), "test"));
        let list = List::new(self.rows.iter().map(item))
            .block(Block::new().borders(Borders::ALL).title(title))
            .highlight_style(Style::new().add_modifier(Modifier::REVERSED));
        let mut chosen = ListState::default().with_selected((!paths.is_empty()).then(|| self.state.place(&paths)));
        frame.render_stateful_widget(list, area, &mut chosen);
    }

    fn details(&self, frame: &mut Frame<'_>, area: Rect) {
        let paths: Vec<_> = self.rows.iter().map(|row| row.path).collect();
        let title = self.rows.get(self.state.place(&paths)).map(|row| format!(" {} ", row.looked.shown));
        let block = Block::new().borders(Borders::ALL).title(title.unwrap_or_default());
        let inside = block.inner(area);
        frame.render_widget(block, area);
        let running = self.running.iter().map(|line| Line::styled(line.clone(), self.paint(Color::Cyan)));
        let mut lines: Vec<Line<'_>> = running.collect();
        lines.extend(self.details.text.iter().map(|line| self.line(line)));
        let most = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_sub(inside.height);
        let text = Paragraph::new(lines).scroll((self.state.scroll.min(most), 0));
        frame.render_widget(text, inside);
    }

    /// The waterfall of the last run; the spans by which the test fails are marked.
    fn spans(&self, frame: &mut Frame<'_>, area: Rect) {
        let line = |line: &String| {
            let color = if line.contains('✗') { Color::Yellow } else { Color::Reset };
            Line::styled(line.clone(), self.paint(color))
        };
        let lines: Vec<Line<'_>> = self.details.waterfall.iter().map(line).collect();
        frame.render_widget(Paragraph::new(lines).block(Block::new().borders(Borders::ALL).title(" spans ")), area);
    }

    /// A line of a report, by the word that it begins with.
    fn line<'l>(&self, line: &'l str) -> Line<'l> {
        let word = line.split_whitespace().next().unwrap_or_default();
        let color = match word.split(['[', ':']).next().unwrap_or_default() {
            "error" | "FAIL" | "TIMEOUT" | "ERROR" => Color::Red,
            "warning" | "FLAKY" | "NOT" | "CANCELLED" | "SLOW" => Color::Yellow,
            "PASS" => Color::Green,
            "help" | "note" => Color::Cyan,
            _ => return Line::raw(line),
        };
        Line::styled(line, self.paint(color))
    }

    fn footer(&self, frame: &mut Frame<'_>, area: Rect) {
        let keys = match self.state.is_typing {
            true => Line::raw(format!("/{}█  Enter keeps the filter, Esc shows all", self.state.filter)),
            false => self
                .dim("↑↓ choose  r run again  a run all  / filter  PgUp PgDn scroll  ? help  q quit".to_owned())
                .into(),
        };
        frame.render_widget(Paragraph::new(vec![Line::raw(self.note), keys]), area);
    }

    fn help(&self, frame: &mut Frame<'_>) {
        const KEYS: [(&str, &str); 9] = [
            ("↑ ↓ k j", "choose a test"),
            ("Home End g G", "the first one, the last one"),
            ("PgUp PgDn", "scroll what is to be read of it"),
            ("r Enter", "run it again, although its outcome is known"),
            ("a R", "run all that are shown again"),
            ("/", "show only tests whose name has a text"),
            ("Esc", "show all"),
            ("q Ctrl-C", "quit; what runs is cancelled, and removed"),
            ("", "any key closes this"),
        ];
        let lines: Vec<Line<'_>> = KEYS.iter().map(|(key, what)| Line::raw(format!("{key:>14}  {what}"))).collect();
        let screen = frame.area();
        let (width, height) = (64.min(screen.width), (lines.len() as u16 + 2).min(screen.height));
        let area = Rect { x: (screen.width - width) / 2, y: (screen.height - height) / 2, width, height };
        frame.render_widget(Clear, area);
        frame.render_widget(Paragraph::new(lines).block(Block::new().borders(Borders::ALL).title(" keys ")), area);
    }

    fn dim(&self, text: String) -> Span<'static> {
        Span::styled(text, Style::new().add_modifier(Modifier::DIM))
    }
}

//! The waterfall in a terminal.

use std::fmt::Write;

use anstyle::{AnsiColor, Effects, Style};
use unicode_width::UnicodeWidthStr;

use super::layout::{Bar, Layout, Row, RowKind};
use super::words;

/// How the waterfall is written.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions {
    /// How many columns there are; at least 40 are used.
    pub width: usize,
    /// Its colours. Whether the terminal takes them is for the caller to know.
    pub theme: Theme,
    /// Whether only ASCII is drawn; names keep their letters.
    pub ascii: bool,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { width: 80, theme: Theme::plain(), ascii: false }
    }
}

/// The style of each part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Names of spans.
    pub name: Style,
    /// Lines of the tree, services, and what is folded.
    pub dim: Style,
    /// Bars.
    pub bar: Style,
    /// Names and bars of spans that failed.
    pub error: Style,
    /// What is highlighted.
    pub highlight: Style,
}

impl Theme {
    /// No styles at all.
    pub const fn plain() -> Self {
        let none = Style::new();
        Self { name: none, dim: none, bar: none, error: none, highlight: none }
    }

    /// The usual colours of a terminal.
    pub const fn colored() -> Self {
        Self {
            name: Style::new(),
            dim: Style::new().effects(Effects::DIMMED),
            bar: AnsiColor::Cyan.on_default(),
            error: AnsiColor::Red.on_default(),
            highlight: AnsiColor::Yellow.on_default().effects(Effects::BOLD),
        }
    }
}

/// The characters that things are drawn with.
struct Signs {
    branch: &'static str,
    last: &'static str,
    line: &'static str,
    none: &'static str,
    cut: &'static str,
    folded: &'static str,
    mark: &'static str,
    bar: char,
    point: char,
    ellipsis: char,
}

const UNICODE: Signs = Signs {
    branch: "├ ",
    last: "└ ",
    line: "│ ",
    none: "  ",
    cut: "⋯ ",
    folded: "▸",
    mark: "✗ ",
    bar: '█',
    point: '▏',
    ellipsis: '…',
};

const ASCII: Signs = Signs {
    branch: "|-",
    last: "`-",
    line: "| ",
    none: "  ",
    cut: "..",
    folded: ">",
    mark: "x ",
    bar: '#',
    point: '|',
    ellipsis: '~',
};

/// How many columns a duration has.
const DURATION: usize = 8;

/// The rows of `layout` that are unfolded, each on a line, with its bar and its duration.
pub fn text(layout: &Layout<'_>, options: &TextOptions) -> String {
    let width = options.width.max(40);
    let signs = if options.ascii { &ASCII } else { &UNICODE };
    let mut writer = Writer {
        layout,
        theme: options.theme,
        signs,
        ascii: options.ascii,
        width,
        label_width: 0,
        text: String::new(),
    };
    let most = width * 45 / 100;
    writer.label_width = writer.widest_label().clamp(most.min(20), most);
    writer.rows();
    writer.text
}

struct Writer<'l, 't> {
    layout: &'l Layout<'t>,
    theme: Theme,
    signs: &'static Signs,
    ascii: bool,
    width: usize,
    label_width: usize,
    text: String,
}

impl Writer<'_, '_> {
    /// More levels than this are not indented: names would have no room.
    fn levels(&self) -> usize {
        self.width / 8
    }

    fn widest_label(&self) -> usize {
        let widths = self.layout.shown().map(|(_, row)| {
            let (name, note) = self.label(row);
            2 * row.depth.min(self.levels())
                + name.width()
                + note.width()
                + if self.layout.highlight(row).is_some() { 2 } else { 0 }
        });
        widths.max().unwrap_or(0)
    }

    /// What stands in a row, and what is added to it.
    fn label(&self, row: &Row) -> (String, String) {
        let mut note = String::new();
        if let Some(oddity) = words::oddity(self.layout, row) {
            note += &format!(" ({oddity})");
        }
        if let Some(service) = self.layout.service(row) {
            note += &format!(" [{}]", words::printable(service));
        }
        let folded = words::folded(row);
        if folded > 0 {
            note += &format!(" {}{folded}", self.signs.folded);
        }
        let label = match &row.kind {
            RowKind::Alike { name, count } if self.ascii => format!("{} x{count}", words::printable(name)),
            _ => words::label(self.layout, row),
        };
        (label, note)
    }

    fn rows(&mut self) {
        // Whether the row at each level above is the last one there.
        let mut last_above: Vec<bool> = Vec::new();
        for (_, row) in self.layout.shown() {
            last_above.truncate(row.depth.saturating_sub(1));
            if matches!(row.kind, RowKind::Trace(_)) {
                self.header(row);
                continue;
            }
            let guides = self.guides(&last_above, row);
            self.row(row, &guides);
            last_above.push(row.last);
            if let Some(reason) = self.layout.highlight(row).filter(|reason| !reason.is_empty()) {
                let guides = self.lines_above(&last_above);
                self.reason(&guides, &words::printable(reason));
            }
        }
    }

    fn header(&mut self, row: &Row) {
        let mut label = words::label(self.layout, row);
        if let Some(duration) = row.duration {
            label += &format!(", {}", words::duration(duration));
        }
        let (label, _) = words::fit(&label, self.width, self.signs.ellipsis);
        let dim = self.theme.dim;
        self.line(&format!("{dim}{label}{dim:#}"));
    }

    /// The lines of the tree before a row.
    fn guides(&self, last_above: &[bool], row: &Row) -> String {
        let mut guides = self.lines_above(last_above);
        if row.depth > 1 {
            guides += if row.last { self.signs.last } else { self.signs.branch };
        }
        guides
    }

    /// The lines that go past from the rows above; levels that have no room are told by a sign.
    fn lines_above(&self, last_above: &[bool]) -> String {
        let skipped = last_above.len().saturating_sub(self.levels());
        let mut lines = if skipped > 0 { self.signs.cut.to_owned() } else { String::new() };
        // The topmost rows have no lines.
        for last in last_above.iter().skip(skipped.max(1)) {
            lines += if *last { self.signs.none } else { self.signs.line };
        }
        lines
    }

    fn row(&mut self, row: &Row, guides: &str) {
        let Theme { name: name_style, dim, bar: bar_style, error, highlight } = self.theme;
        let highlighted = self.layout.highlight(row).is_some();
        let style = match () {
            () if highlighted => highlight,
            () if row.error => error,
            () => name_style,
        };
        let (name, note) = self.label(row);
        let mark = if highlighted { self.signs.mark } else { "" };
        let room = self.label_width.saturating_sub(guides.width() + mark.width());
        let (name, name_width) = words::fit(&name, room, self.signs.ellipsis);
        let (note, note_width) = words::fit(&note, room - name_width, self.signs.ellipsis);
        let padding = " ".repeat(room - name_width - note_width);
        let axis_width = self.width.saturating_sub(self.label_width + DURATION + 3);
        let axis = row.bar.map_or_else(|| " ".repeat(axis_width), |bar| self.axis(bar, axis_width));
        let bar_style = if row.error { error } else { bar_style };
        let duration = row.duration.map_or_else(|| "?".to_owned(), words::duration);
        let axis = if bar_style == Style::new() { axis } else { styled(&axis, bar_style) };
        self.line(&format!(
            "{dim}{guides}{dim:#}{style}{mark}{name}{style:#}{dim}{note}{dim:#}{padding} {axis} {duration:>DURATION$}"
        ));
    }

    /// A bar on its axis.
    fn axis(&self, bar: Bar, width: usize) -> String {
        if width == 0 {
            return String::new();
        }
        let from = ((bar.from * width as f64) as usize).min(width - 1);
        let to = ((bar.to * width as f64).ceil() as usize).clamp(from + 1, width);
        // Less than half of a column looks like a point.
        let sign = if (bar.to - bar.from) * (width as f64) < 0.5 { self.signs.point } else { self.signs.bar };
        let mut axis = " ".repeat(from);
        axis.extend(std::iter::repeat_n(sign, to - from));
        axis.extend(std::iter::repeat_n(' ', width - to));
        axis
    }

    fn reason(&mut self, guides: &str, reason: &str) {
        let Theme { dim, highlight, .. } = self.theme;
        let (reason, _) = words::fit(reason, self.width.saturating_sub(guides.width() + 2), self.signs.ellipsis);
        self.line(&format!("{dim}{guides}{dim:#}  {highlight}{reason}{highlight:#}"));
    }

    fn line(&mut self, line: &str) {
        // Writing to a string can't fail.
        let _ = writeln!(self.text, "{}", line.trim_end());
    }
}

/// `axis` with the style on its bar only.
fn styled(axis: &str, style: Style) -> String {
    let bar = axis.trim();
    let (before, after) = axis.split_once(bar).unwrap_or((axis, ""));
    format!("{before}{style}{bar}{style:#}{after}")
}

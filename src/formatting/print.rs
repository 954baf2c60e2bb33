//! Writes statements in the chosen style. Only white space, line ends, and the commas behind last items are made anew; every other
//! byte is taken from the text.

use super::arrange::{Arrangement, arrange, key_text};
use super::layout::{Header, Item, List, Pair, Remark, Statement, StatementKind, Value};
use super::options::{FormatOptions, Style};
use crate::text::Span;

/// What is written.
pub(super) struct Print<'a> {
    /// The text.
    pub text: &'a str,
    /// Its statements.
    pub statements: &'a [Statement],
    /// The style.
    pub options: &'a FormatOptions,
    /// Whether the statement of this index may change.
    pub may_change: &'a dyn Fn(usize) -> bool,
}

impl Print<'_> {
    /// The formatted text.
    pub fn run(&self) -> String {
        let start = self.statements.first().map_or(0, |first| first.span.start);
        let mut writer = Writer {
            text: self.text,
            options: self.options,
            line_end: line_end(self.text),
            out: String::with_capacity(self.text.len() + 64),
        };
        // A byte order mark stays.
        writer.out.push_str(self.text.get(..start).unwrap_or_default());
        let frozen: Vec<Statement>;
        let all = (0..self.statements.len()).all(self.may_change);
        let statements = if all {
            self.statements
        } else {
            let freeze = |(index, it): (usize, &Statement)| {
                let mut it = it.clone();
                it.verbatim |= !(self.may_change)(index);
                it
            };
            frozen = self.statements.iter().enumerate().map(freeze).collect();
            &frozen
        };
        let Arrangement { order, moved } = arrange(self.text, statements, self.options.style);
        writer.statements(statements, &order, moved, start);
        writer.out
    }
}

/// The line end that most lines have.
fn line_end(text: &str) -> &'static str {
    let all = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return "\n";
    }
    let long = memchr::memmem::find_iter(text.as_bytes(), b"\r\n").count();
    if 2 * long > all { "\r\n" } else { "\n" }
}

struct Writer<'a> {
    text: &'a str,
    options: &'a FormatOptions,
    line_end: &'static str,
    out: String,
}

impl Writer<'_> {
    fn statements(&mut self, statements: &[Statement], order: &[usize], moved: bool, start: usize) {
        let mut blank: Option<&str> = None;
        for (place, &index) in order.iter().enumerate() {
            let statement = &statements[index];
            if matches!(statement.kind, StatementKind::Blank) && !statement.verbatim {
                blank = Some(self.end_of(statement));
                continue;
            }
            let starts_section = moved && place > 0 && self.starts_section(statements, order, place);
            if self.out.len() > start
                && let Some(end) = blank.or(starts_section.then_some(self.line_end))
            {
                self.out.push_str(end);
            }
            blank = None;
            self.statement(statement);
        }
        // Blank lines at the end go, unless they are to stay as they are.
        if !self.options.final_newline && !self.text.ends_with('\n') && statements.iter().all(|it| !it.verbatim) {
            let length = self.out.trim_end_matches(['\n', '\r']).len();
            self.out.truncate(length.max(start));
        }
    }

    /// Whether the statement at `place` is a header or the first of the comments above one.
    fn starts_section(&self, statements: &[Statement], order: &[usize], place: usize) -> bool {
        let kind = |place: usize| order.get(place).map(|index| &statements[*index].kind);
        let is_comment = |place: usize| matches!(kind(place), Some(StatementKind::Comment(_)));
        if is_comment(place - 1) {
            return false;
        }
        let header = (place..).find(|place| !is_comment(*place)).and_then(kind);
        matches!(header, Some(StatementKind::Header(_)))
    }

    /// The line end of a statement; that of most lines where it has none, because the text ends.
    fn end_of(&self, statement: &Statement) -> &'static str {
        let written = statement.span.slice(self.text).unwrap_or_default();
        if written.ends_with("\r\n") {
            "\r\n"
        } else if written.ends_with('\n') {
            "\n"
        } else {
            self.line_end
        }
    }

    fn statement(&mut self, statement: &Statement) {
        if statement.verbatim {
            let written = statement.span.slice(self.text).unwrap_or_default();
            self.out.push_str(written);
            let keeps_end = !self.options.final_newline || matches!(statement.kind, StatementKind::Blank);
            let ends_text = statement.span.end == self.text.len();
            if !written.ends_with('\n') && (!keeps_end || !ends_text) {
                self.out.push_str(self.line_end);
            }
            return;
        }
        match &statement.kind {
            StatementKind::Header(header) => self.header(header),
            StatementKind::Pair(pair) => self.pair(pair),
            StatementKind::Comment(comment) => self.raw(*comment),
            StatementKind::Blank | StatementKind::Construct | StatementKind::Unknown => {}
        }
        let end = self.end_of(statement);
        self.out.push_str(end);
    }

    fn raw(&mut self, span: Span) {
        self.out.push_str(span.slice(self.text).unwrap_or_default());
    }

    fn comment(&mut self, comment: Option<Span>) {
        if let Some(comment) = comment {
            self.out.push(' ');
            self.raw(comment);
        }
    }

    fn header(&mut self, header: &Header) {
        let (open, close) = if header.repeated { ("[[", "]]") } else { ("[", "]") };
        self.out.push_str(open);
        self.key(&header.name);
        self.out.push_str(close);
        self.comment(header.comment);
    }

    fn pair(&mut self, pair: &Pair) {
        let start = self.out.len();
        self.key(&pair.key);
        self.out.push_str(" = ");
        let column = columns(&self.out[start..]);
        self.value(&pair.value, 0, column, 0);
        self.comment(pair.comment);
    }

    fn key(&mut self, parts: &[Span]) {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.out.push('.');
            }
            self.raw(*part);
        }
    }

    /// Writes a value that starts at `column` of a line whose statement is `level` levels deep, with `behind` columns to follow.
    fn value(&mut self, value: &Value, level: usize, column: usize, behind: usize) {
        match value {
            Value::Atom(span) => self.raw(*span),
            Value::Array(list) => {
                let broken = value.breaks()
                    || (!list.dynamic
                        && !list.items.is_empty()
                        && column + self.width(value) + behind > self.options.width);
                if broken { self.broken(list, '[', ']', level) } else { self.flat(list, '[', ']', level) }
            }
            // A table on one line is never broken: earlier versions of TOML know no other.
            Value::Table(list) if value.breaks() => self.broken(list, '{', '}', level),
            Value::Table(list) => self.flat(list, '{', '}', level),
        }
    }

    /// The width of a value on one line.
    fn width(&self, value: &Value) -> usize {
        let list = match value {
            Value::Atom(span) => return span.slice(self.text).map_or(0, columns),
            Value::Array(list) | Value::Table(list) => list,
        };
        let pad = if matches!(value, Value::Table(_)) && !list.items.is_empty() { 4 } else { 2 };
        let key = |item: &Item| match item.key.len() {
            0 => 0,
            parts => item.key.iter().filter_map(|part| part.slice(self.text)).map(columns).sum::<usize>() + parts + 2,
        };
        let items: usize = list.items.iter().map(|item| key(item) + self.width(&item.value)).sum();
        pad + items + 2 * list.items.len().saturating_sub(1)
    }

    fn flat(&mut self, list: &List, open: char, close: char, level: usize) {
        self.out.push(open);
        let padded = open == '{' && !list.items.is_empty();
        if padded {
            self.out.push(' ');
        }
        for (index, item) in self.sorted(list).into_iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            self.item(item, level, 0);
        }
        if padded {
            self.out.push(' ');
        }
        self.out.push(close);
    }

    fn broken(&mut self, list: &List, open: char, close: char, level: usize) {
        self.out.push(open);
        self.out.push_str(self.line_end);
        let last = list.items.len().saturating_sub(1);
        for (index, item) in self.sorted(list).into_iter().enumerate() {
            if item.apart && index > 0 && item.lead.is_empty() {
                self.out.push_str(self.line_end);
            }
            for (nth, remark) in item.lead.iter().enumerate() {
                self.remark(*remark, level + 1, index > 0 || nth > 0);
            }
            if item.apart && !item.lead.is_empty() {
                self.out.push_str(self.line_end);
            }
            self.indent(level + 1);
            self.item(item, level + 1, 1);
            // Behind an expression that writes nothing, a comma would be an error.
            if index < last || (self.options.trailing_commas && !list.dynamic) {
                self.out.push(',');
            }
            self.comment(item.comment);
            self.out.push_str(self.line_end);
        }
        for (nth, remark) in list.tail.iter().enumerate() {
            self.remark(*remark, level + 1, !list.items.is_empty() || nth > 0);
        }
        self.indent(level);
        self.out.push(close);
    }

    fn remark(&mut self, remark: Remark, level: usize, may_be_apart: bool) {
        if remark.apart && may_be_apart {
            self.out.push_str(self.line_end);
        }
        self.indent(level);
        self.raw(remark.span);
        self.out.push_str(self.line_end);
    }

    fn item(&mut self, item: &Item, level: usize, behind: usize) {
        if !item.key.is_empty() {
            self.key(&item.key);
            self.out.push_str(" = ");
        }
        if let Value::Atom(span) = item.value {
            return self.raw(span);
        }
        let start = self.out.rfind('\n').map_or(0, |newline| newline + 1);
        let column = columns(&self.out[start..]);
        self.value(&item.value, level, column, behind);
    }

    fn indent(&mut self, level: usize) {
        self.out.extend(std::iter::repeat_n(' ', level * self.options.indent));
    }

    /// The items of an inline table in the order of the style.
    fn sorted<'l>(&self, list: &'l List) -> Vec<&'l Item> {
        let mut items: Vec<&Item> = list.items.iter().collect();
        let movable = self.options.style == Style::Alphabetical && !list.has_comment() && !list.dynamic;
        if movable && items.iter().all(|item| !item.key.is_empty() && !item.apart) {
            items.sort_by_cached_key(|item| {
                item.key.iter().map(|part| key_text(self.text, *part).into_owned()).collect::<Vec<_>>()
            });
        }
        items
    }
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

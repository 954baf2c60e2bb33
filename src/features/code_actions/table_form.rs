//! The same keys as dotted keys, as an inline table, or below a header of their own.

use super::proof::{Change, Keeps};
use super::{ActionKind, ActionRequest, Draft, insertion, line_end, replacement, whole_lines};
use crate::features::cursor::{Cursor, TomlPlace};
use crate::features::syntax::{KeyPart, Pair, SyntaxTree, Table, ValueKind};
use crate::formatting::TextEdit;
use crate::text::Span;

/// How keys of one table are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `a.x = 1`.
    Dotted,
    /// `a = { x = 1 }`.
    Inline,
    /// `[a]`.
    Header,
}

/// Keys that belong to one table, whatever their form.
struct Group<'a> {
    form: Form,
    /// The table that the group stands in; for a group with a header of its own the table above.
    home: &'a Table,
    /// The key of the group below `home`, as written.
    key: String,
    /// Keys and values as written, with comments behind them.
    entries: Vec<(String, String)>,
    /// What is replaced: for dotted keys each line, else the whole.
    written: Vec<Span>,
}

pub(super) fn drafts(request: &ActionRequest<'_>) -> Vec<Draft> {
    let (text, tree) = (request.view.text(), request.view.syntax());
    let Cursor::Toml(cursor) = Cursor::at(request.view, request.range.start) else { return Vec::new() };
    let group = match cursor.place {
        TomlPlace::Header { .. } => below_header(text, tree, cursor.table),
        _ => {
            let at = request.range.start;
            let pair = cursor.table.pairs.iter().find(|pair| pair.span.start <= at && at <= pair.span.end);
            pair.and_then(|pair| inline(text, cursor.table, pair).or_else(|| dotted(text, cursor.table, pair)))
        }
    };
    let Some(group) = group else { return Vec::new() };
    let forms = [
        (Form::Dotted, "write as dotted keys"),
        (Form::Inline, "write as an inline table"),
        (Form::Header, "write below a header"),
    ];
    let others = forms.into_iter().filter(|(form, _)| *form != group.form);
    others
        .map(|(form, title)| Draft {
            title: title.to_owned(),
            kind: ActionKind::Rewrite,
            change: rewrite(text, &group, form).map(|edits| Change { edits, keeps: Keeps::Values }),
        })
        .collect()
}

/// `a = { … }` directly in a table.
fn inline<'a>(text: &str, home: &'a Table, pair: &Pair) -> Option<Group<'a>> {
    let value = pair.value.as_ref()?;
    let ValueKind::InlineTable { pairs, closed: true } = &value.kind else { return None };
    let entries = pairs.iter().map(|pair| entry(text, pair, 0)).collect::<Option<Vec<_>>>()?;
    let key = pair.key_span().slice(text)?.to_owned();
    (!entries.is_empty()).then(|| Group { form: Form::Inline, home, key, entries, written: vec![pair.span] })
}

/// `a.x = 1` with all other keys of `a` in the same table.
fn dotted<'a>(text: &str, home: &'a Table, pair: &Pair) -> Option<Group<'a>> {
    let prefix = pair.key.get(..pair.key.len().checked_sub(1).filter(|length| *length > 0)?)?;
    let belongs = |other: &&Pair| other.key.len() > prefix.len() && same_path(&other.key[..prefix.len()], prefix);
    let pairs: Vec<&Pair> = home.pairs.iter().filter(belongs).collect();
    let entries = pairs.iter().map(|pair| entry(text, pair, prefix.len())).collect::<Option<Vec<_>>>()?;
    let key = prefix.first()?.span.join(prefix.last()?.span).slice(text)?.to_owned();
    Some(Group { form: Form::Dotted, home, key, entries, written: pairs.iter().map(|pair| pair.span).collect() })
}

/// `[home.a]` directly behind the tables of `home`.
fn below_header<'a>(text: &str, tree: &'a SyntaxTree, table: &Table) -> Option<Group<'a>> {
    let header = table.header.as_ref().filter(|header| !header.is_array)?;
    let index = tree.tables.iter().position(|other| other.span == table.span)?;
    let above = tree.tables.get(..index)?;
    let heads = |other: &&Table| {
        other.path().len() < header.path.len() && same_path(other.path(), &header.path[..other.path().len()])
    };
    // The longest path that leads here; the nearest of them.
    let home = above.iter().filter(heads).max_by_key(|other| (other.path().len(), other.span.start))?;
    let rest = header.path.get(home.path().len()..)?;
    let entries = table.pairs.iter().map(|pair| entry(text, pair, 0)).collect::<Option<Vec<_>>>()?;
    let key = rest.first()?.span.join(rest.last()?.span).slice(text)?.to_owned();
    let end = table.pairs.last().map_or(header.span.end, |pair| pair.span.end);
    let written = vec![Span::new(header.span.start, end)];
    if entries.is_empty() { None } else { Some(Group { form: Form::Header, home, key, entries, written }) }
}

fn same_path(left: &[KeyPart], right: &[KeyPart]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.text == right.text)
}

/// A key, without its first parts, and its value, as written. `None` for a pair that is not whole.
fn entry(text: &str, pair: &Pair, skipped: usize) -> Option<(String, String)> {
    let key = pair.key.get(skipped)?.span.join(pair.key.last()?.span).slice(text)?;
    Some((key.to_owned(), pair.value.as_ref()?.span.slice(text)?.to_owned()))
}

fn rewrite(text: &str, group: &Group<'_>, form: Form) -> Result<Vec<TextEdit>, String> {
    for span in &group.written {
        let written = span.slice(text).unwrap_or_default();
        let rest = text.get(span.end..line_end(text, span.end)).unwrap_or_default();
        if rest.contains('#') || group.form != Form::Dotted && has_comment(written) {
            return Err("a comment would be lost".to_owned());
        }
        if written.contains("{%") || rest.contains("{%") {
            return Err("a tag of the template stands between the keys".to_owned());
        }
    }
    let Group { home, key, entries, written, .. } = group;
    let lines = |prefix: &str| -> String {
        entries.iter().map(|(name, value)| format!("{prefix}{name} = {value}\n")).collect()
    };
    let new = match form {
        Form::Dotted => lines(&format!("{key}.")),
        Form::Inline => {
            let pairs: Vec<String> = entries.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            format!("{key} = {{ {} }}\n", pairs.join(", "))
        }
        Form::Header => {
            let path = home.path().first().zip(home.path().last());
            let home_path = path.and_then(|(first, last)| first.span.join(last.span).slice(text));
            let path = home_path.map_or_else(|| key.clone(), |home| format!("{home}.{key}"));
            format!("[{path}]\n{}", lines(""))
        }
    };
    // Keys stand among those of their table, a header behind them all.
    let last = home.pairs.last().map(|pair| pair.span.end).or(home.header.as_ref().map(|header| header.span.end));
    let end_of_home = last.map_or(0, |last| line_end(text, last));
    let mut edits: Vec<TextEdit> = Vec::new();
    match (group.form, form) {
        (Form::Header, _) => {
            let mut gone = whole_lines(text, written[0]);
            // With the blank line that kept it apart.
            let above = text.get(..gone.start).unwrap_or_default();
            gone.start -= if above.ends_with("\n\n") { 1 } else { 0 };
            edits.push(insertion(end_of_home, new));
            edits.push(replacement(gone, ""));
        }
        (_, Form::Header) => {
            edits.extend(written.iter().map(|span| replacement(whole_lines(text, *span), "")));
            let lead = if text.get(..end_of_home).is_some_and(|before| before.ends_with('\n')) { "\n" } else { "\n\n" };
            edits.push(insertion(end_of_home, format!("{lead}{new}")));
        }
        _ => {
            for (index, span) in written.iter().enumerate() {
                edits.push(replacement(whole_lines(text, *span), if index == 0 { new.as_str() } else { "" }));
            }
        }
    }
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let is_free = edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start);
    if is_free { Ok(edits) } else { Err("the keys stand too close to others".to_owned()) }
}

/// Whether a comment stands in a piece of TOML.
fn has_comment(written: &str) -> bool {
    crate::config::tokens::comments(written).next().is_some()
}

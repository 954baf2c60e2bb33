//! The edits from one text to another: as few lines as possible, so that cursors, folds and marks elsewhere stay.

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices};

use super::TextEdit;
use crate::text::Span;

/// The edits that turn `old` into `new`: sorted, without overlap, each as small as its lines allow.
pub fn between(old: &str, new: &str) -> Vec<TextEdit> {
    let (old_lines, new_lines) = (lines(old), lines(new));
    let (old_starts, new_starts) = (starts(&old_lines), starts(&new_lines));
    let mut edits = Vec::new();
    let (mut before, mut after) = (0..0, 0..0);
    let operations = capture_diff_slices(Algorithm::Myers, &old_lines, &new_lines);
    // The lengths of the operations are what counts: their indices need not be exact where an insertion was moved.
    for (tag, gone, come) in operations.iter().map(DiffOp::as_tag_tuple).chain([(DiffTag::Equal, 0..0, 0..0)]) {
        if tag != DiffTag::Equal {
            before.end += gone.len();
            after.end += come.len();
            continue;
        }
        if before.len() == after.len() {
            for (before, after) in before.clone().zip(after.clone()) {
                let span = Span::new(old_starts[before], old_starts[before + 1]);
                edits.extend(narrowed(old, span, new_lines[after]));
            }
        } else {
            let span = Span::new(old_starts[before.start], old_starts[before.end]);
            let text = new.get(new_starts[after.start]..new_starts[after.end]).unwrap_or_default();
            edits.extend(narrowed(old, span, text));
        }
        before = before.end + gone.len()..before.end + gone.len();
        after = after.end + come.len()..after.end + come.len();
    }
    edits
}

/// The replacement of `span` by `text` without what both begin and end with.
fn narrowed(old: &str, span: Span, text: &str) -> Option<TextEdit> {
    let before = span.slice(old)?;
    if before == text {
        return None;
    }
    let mut prefix: usize = before
        .chars()
        .zip(text.chars())
        .take_while(|(before, after)| before == after)
        .map(|(before, _)| before.len_utf8())
        .sum();
    // Editors count `\r\n` as one.
    if before[..prefix].ends_with('\r') {
        prefix -= 1;
    }
    let mut suffix: usize = before[prefix..]
        .chars()
        .rev()
        .zip(text[prefix..].chars().rev())
        .take_while(|(before, after)| before == after)
        .map(|(before, _)| before.len_utf8())
        .sum();
    if before[..before.len() - suffix].ends_with('\r') && before[before.len() - suffix..].starts_with('\n')
        || text[..text.len() - suffix].ends_with('\r') && text[text.len() - suffix..].starts_with('\n')
    {
        suffix -= 1;
    }
    let span = Span::new(span.start + prefix, span.end - suffix);
    Some(TextEdit { span, text: text[prefix..text.len() - suffix].to_owned() })
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Where each line starts, and where the last one ends.
fn starts(lines: &[&str]) -> Vec<usize> {
    let mut at = 0;
    let mut starts = vec![0];
    starts.extend(lines.iter().map(|line| {
        at += line.len();
        at
    }));
    starts
}

/// `text` with `edits` made.
pub fn apply(text: &str, edits: &[TextEdit]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        result.push_str(text.get(at..edit.span.start).unwrap_or_default());
        result.push_str(&edit.text);
        at = edit.span.end;
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_edit_is_as_small_as_its_line_allows() {
        let edits = between("a =1\nb = 2\nc= 3\n", "a = 1\nb = 2\nc = 3\n");
        let places: Vec<_> = edits.iter().map(|edit| (edit.span.start, edit.span.end, edit.text.as_str())).collect();
        assert_eq!(places, [(3, 3, " "), (12, 12, " ")]);
    }

    proptest! {
        #[test]
        fn edits_lead_from_one_text_to_the_other(old in "[ab =\r\n\u{e9}]{0,40}", new in "[ab =\r\n\u{e9}]{0,40}") {
            let edits = between(&old, &new);
            prop_assert_eq!(apply(&old, &edits), new);
            for pair in edits.windows(2) {
                prop_assert!(pair[0].span.end <= pair[1].span.start);
            }
        }
    }
}

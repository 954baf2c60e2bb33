//! What is left of two TOML texts when the sections that both begin with, and those that both end with, are taken off: to find out
//! whether they have the same values, only this must be parsed.
//!
//! A section is a header with what stands below it. Headers name their tables from the root, so what a run of sections adds to a
//! document depends on what stands before it only where it is an error: a table that is defined twice. Hence, if two valid texts differ in
//! runs that have the same values when parsed alone, the texts have the same values. The reverse does not hold.

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use crate::text::{common_prefix, common_suffix};

/// The sections of each text from the first to the last that differ. Linear, at about a tenth of the cost of a parse.
pub fn changed_sections<'t>(before: &'t str, after: &'t str) -> (&'t str, &'t str) {
    let headers = headers(before);
    let prefix = common_prefix(before.as_bytes(), after.as_bytes());
    // The bracket is part of both, so both start with a header.
    let behind = headers.partition_point(|header| header.bracket < prefix);
    let start = behind.checked_sub(1).and_then(|last| headers.get(last)).map_or(0, |header| header.line);
    let (rest_before, rest_after) = (&before[start..], &after[start..]);
    let suffix = common_suffix(rest_before.as_bytes(), rest_after.as_bytes());
    let same_from = before.len() - suffix;
    // So is the end of the line before it, lest the header be part of a comment in one of them.
    let next = headers.partition_point(|header| header.line <= same_from.max(start));
    let kept = headers.get(next).map_or(0, |header| before.len() - header.line);
    (&rest_before[..rest_before.len() - kept], &rest_after[..rest_after.len() - kept])
}

struct Header {
    /// Where its line starts.
    line: usize,
    /// Where its first bracket stands.
    bracket: usize,
}

/// The headers of a text, in order. In one that is no TOML some may be missing.
fn headers(text: &str) -> Vec<Header> {
    let mut headers = Vec::new();
    let mut depth = 0usize;
    // The start of the line, as long as nothing stands on it.
    let mut line = Some(0);
    for token in Source::new(text).lex() {
        let span = token.span();
        match token.kind() {
            TokenKind::Whitespace => continue,
            TokenKind::Newline => {
                line = Some(span.end());
                continue;
            }
            TokenKind::LeftSquareBracket => {
                let header = line.filter(|_| depth == 0).map(|line| Header { line, bracket: span.start() });
                headers.extend(header);
                depth += 1;
            }
            TokenKind::LeftCurlyBracket => depth += 1,
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => depth = depth.saturating_sub(1),
            _ => {}
        }
        line = None;
    }
    headers
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use toml::de::DeTable;

    use super::*;
    use crate::formatting::same_table;

    #[test]
    fn what_both_begin_and_end_with_is_taken_off() {
        let before = "a = 1\n[b]\nc = 2\n  [d]\ne = [\n[1],\n]\n[f]\n";
        for (after, left) in [
            (before.replace("2", "3"), ("[b]\nc = 2\n", "[b]\nc = 3\n")),
            (before.replace("[1]", "[2]"), ("  [d]\ne = [\n[1],\n]\n", "  [d]\ne = [\n[2],\n]\n")),
            (before.replace("[f]", "[new]\nx = 1\n[f]"), ("[f]\n", "[new]\nx = 1\n[f]\n")),
            (
                before.replace("2\n  [d]", "2 #  [d]"),
                ("[b]\nc = 2\n  [d]\ne = [\n[1],\n]\n", "[b]\nc = 2 #  [d]\ne = [\n[1],\n]\n"),
            ),
            (before.replace("a = 1", "a = 2"), ("a = 1\n", "a = 2\n")),
            (format!("{before}g = 1\n"), ("[f]\n", "[f]\ng = 1\n")),
        ] {
            assert_eq!(changed_sections(before, &after), left);
        }
        assert_eq!(changed_sections("", "a = 1"), ("", "a = 1"));
    }

    /// Statements that get in each other's way.
    fn statement() -> impl Strategy<Value = &'static str> {
        let headers = ["[s]", "[[s]]", "[s.t]", "[[s.t]]", "  [s.u]", "[r]", "[r] # [s]", "[q]", "[[p]]"];
        let pairs = ["x = 1", "y = 2", "t.x = 1", "t = { x = 1 }", "s = [{ x = 1 }]", "s.t.x = 1"];
        let pieces = ["#", "x = 1 #", "z = [", "[1],", "]", "m = \"\"\"", "\"\"\""];
        prop_oneof![
            4 => prop::sample::select(headers.to_vec()),
            2 => prop::sample::select(pairs.to_vec()),
            1 => prop::sample::select(pieces.to_vec()),
        ]
    }

    /// The same said twice: in other words, with another remark, or as before.
    fn restated() -> impl Strategy<Value = (&'static str, &'static str)> {
        let others = [
            ("[s.t]\nx = 1", "[s]\nt.x = 1"),
            ("[s.t]\nx = 1", "[s]\n[s.t]\nx = 1"),
            ("[s]\nt = { x = 1 }", "[s.t]\nx = 1"),
            ("[[s]]\n[s.t]\nx = 1", "[[s]]\nt.x = 1"),
            ("[[s]]\n[[s]]", "[[s]] # two\n[[s]]"),
            ("[r]\nx = 1\n[s]", "[s]\n[r]\nx = 1"),
            ("x = 1", "x=1 # [s]"),
            ("[q]\nz = [1]", "[q]\nz = [\n1,\n]"),
            ("[q]\nz = [\n[1]]", "[q]\nz = [\n[2]]"),
        ];
        prop_oneof![statement().prop_map(|statement| (statement, statement)), prop::sample::select(others.to_vec())]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn what_differs_tells_whether_all_is_the_same(
            head in prop::collection::vec(statement(), 0..4),
            middle in prop::collection::vec(restated(), 0..3),
            tail in prop::collection::vec(statement(), 0..4),
            glue in prop::sample::select(vec!["\n", "\r\n", "\n\n  "]),
        ) {
            let (old, new): (Vec<&str>, Vec<&str>) = middle.into_iter().unzip();
            let text = |middle: &[&str]| [&head, middle, &tail].concat().join(glue);
            let (before, after) = (text(&old), text(&new));
            let same = |before: &str, after: &str| match (DeTable::parse(before), DeTable::parse(after)) {
                (Ok(before), Ok(after)) => Some(same_table(before.get_ref(), after.get_ref())),
                _ => None,
            };
            let (part_before, part_after) = changed_sections(&before, &after);
            if let (Some(all), Some(true)) = (same(&before, &after), same(part_before, part_after)) {
                prop_assert!(all, "{before:?} {after:?} by {part_before:?} {part_after:?}");
            }
        }
    }
}

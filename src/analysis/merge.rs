//! One list of diagnostics from the checks of several matrix combinations: each finding once, and where not all
//! combinations have it, its message says which one does.

use std::collections::HashMap;

use super::Diagnostic;
use super::mapping::order;
use crate::template::{FileId, SourceFile};
use crate::text::Span;

/// What the check of one combination found.
#[derive(Clone, Debug)]
pub(super) struct CheckedCombination {
    /// The combination for people: "`os` = `alpine`, `db` = `mysql`".
    pub label: String,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that `diagnostics` refer to.
    pub files: Vec<SourceFile>,
}

/// All findings and all files. With one combination nothing is changed.
pub(super) fn merge(mut combinations: Vec<CheckedCombination>) -> (Vec<Diagnostic>, Vec<SourceFile>) {
    let total = combinations.len();
    if total <= 1 {
        return combinations.pop().map(|only| (only.diagnostics, only.files)).unwrap_or_default();
    }
    let mut files: Vec<SourceFile> = Vec::new();
    let mut found: Vec<Found> = Vec::new();
    let mut index: HashMap<(&'static str, Span, String), usize> = HashMap::new();
    for combination in combinations {
        let ids: Vec<FileId> = combination.files.into_iter().map(|file| id_of(file, &mut files)).collect();
        for mut diagnostic in combination.diagnostics {
            let key = (diagnostic.rule.code, diagnostic.span, diagnostic.message.clone());
            if let Some(&at) = index.get(&key) {
                found[at].count += 1;
                continue;
            }
            for related in &mut diagnostic.related {
                related.file = ids.get(related.file.0 as usize).copied().unwrap_or(FileId::DOCUMENT);
            }
            index.insert(key, found.len());
            found.push(Found { diagnostic, count: 1, first: combination.label.clone() });
        }
    }
    let mut diagnostics: Vec<Diagnostic> = found.into_iter().map(|found| found.worded(total)).collect();
    diagnostics.sort_by(|a, b| order(a).cmp(&order(b)));
    (diagnostics, files)
}

struct Found {
    diagnostic: Diagnostic,
    /// In how many combinations.
    count: usize,
    /// The first of them.
    first: String,
}

impl Found {
    fn worded(self, total: usize) -> Diagnostic {
        let Self { mut diagnostic, count, first } = self;
        match count {
            1 => diagnostic.message += &format!(", with {first}"),
            _ if count < total => {
                diagnostic.message += &format!(", in {count} of {total} combinations, first with {first}")
            }
            _ => {}
        }
        diagnostic
    }
}

/// The id of `file` among all files of all combinations; the document always comes first.
fn id_of(file: SourceFile, files: &mut Vec<SourceFile>) -> FileId {
    let known = files.iter().position(|it| it.name == file.name && it.path == file.path);
    let position = known.unwrap_or_else(|| {
        files.push(file);
        files.len() - 1
    });
    FileId(u32::try_from(position).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Related;
    use crate::validation::RULES;

    fn file(name: &str) -> SourceFile {
        SourceFile { name: name.to_owned(), path: None, text: "".into() }
    }

    fn diagnostic(at: usize, message: &str, related: Vec<Related>) -> Diagnostic {
        let rule = RULES[0];
        let message = message.to_owned();
        Diagnostic {
            rule,
            severity: rule.severity,
            message,
            help: None,
            span: Span::at(at),
            related,
            fixes: Vec::new(),
        }
    }

    fn checked(label: &str, files: &[&str], diagnostics: Vec<Diagnostic>) -> CheckedCombination {
        CheckedCombination {
            label: label.to_owned(),
            diagnostics,
            files: files.iter().map(|name| file(name)).collect(),
        }
    }

    #[test]
    fn a_finding_of_all_is_reported_once_and_one_of_some_names_them() {
        let (diagnostics, _) = merge(vec![
            checked("`os` = `a`", &["d"], vec![diagnostic(1, "always", vec![]), diagnostic(9, "only a", vec![])]),
            checked("`os` = `b`", &["d"], vec![diagnostic(1, "always", vec![]), diagnostic(5, "b and c", vec![])]),
            checked("`os` = `c`", &["d"], vec![diagnostic(1, "always", vec![]), diagnostic(5, "b and c", vec![])]),
        ]);
        let messages: Vec<_> = diagnostics.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(
            messages,
            ["always", "b and c, in 2 of 3 combinations, first with `os` = `b`", "only a, with `os` = `a`"]
        );
    }

    #[test]
    fn places_in_files_keep_their_file() {
        let related = |file| vec![Related { file: FileId(file), span: Span::at(0), message: String::new() }];
        let (diagnostics, files) = merge(vec![
            checked("1", &["d", "x"], vec![diagnostic(1, "in x", related(1))]),
            checked(
                "2",
                &["d", "y", "x"],
                vec![diagnostic(2, "in y", related(1)), diagnostic(3, "in x too", related(2))],
            ),
        ]);
        let names: Vec<_> = diagnostics.iter().map(|it| files[it.related[0].file.0 as usize].name.as_str()).collect();
        assert_eq!(names, ["x", "y", "x"]);
    }
}

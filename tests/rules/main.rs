//! Each rule is proved by its fixtures: the exact range, in each placement, mended by its fixes; and by its examples.
//!
//! `RULE=orphan-service cargo test --test rules` looks at one rule only; with `UPDATE_FIXTURES=1` a rule without a fixture
//! gets a first one, made of its examples: look at the marks, and add what the examples leave out.

#![expect(clippy::unwrap_used, reason = "a fixture that can't be read or written is a failed test")]

mod fixture;
mod judge;
mod page;
mod placement;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clnrm_lsp::validation::{RULES, Rule};

use fixture::{Case, parse};
use judge::{Found, judge};
use placement::{Expected, Placement, Project};

fn fixture_path(rule: &Rule) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rules").join(format!("{}.toml", rule.code))
}

fn cases(rule: &Rule) -> Vec<Case> {
    std::fs::read_to_string(fixture_path(rule)).map(|source| parse(&source)).unwrap_or_default()
}

/// The rules that are asked for; all of them unless `RULE` names one.
fn rules() -> impl Iterator<Item = &'static Rule> {
    let wanted = std::env::var("RULE").ok();
    RULES.iter().copied().filter(move |rule| wanted.as_deref().is_none_or(|wanted| wanted == rule.code))
}

/// Fails with all complaints at once.
fn report(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints\n\n{}", complaints.len(), complaints.join("\n\n"));
}

#[test]
fn every_rule_finds_its_marks_in_every_placement() {
    let mut complaints = Vec::new();
    for rule in rules() {
        for case in cases(rule) {
            for placement in Placement::ALL {
                if case.excluded.contains_key(&placement) {
                    continue;
                }
                for project in placement.projects(&case) {
                    complaints.extend(compare(rule, &case, &project));
                }
            }
        }
    }
    report(&complaints);
}

#[test]
fn every_rule_has_a_fixture_file() {
    let mut complaints = Vec::new();
    for rule in rules() {
        let path = fixture_path(rule);
        if path.exists() {
            continue;
        }
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            std::fs::write(path, first_fixture(rule)).unwrap();
        } else {
            complaints
                .push(format!("no {}: `UPDATE_FIXTURES=1 cargo test --test rules` writes a first one", path.display()));
        }
    }
    report(&complaints);
}

/// The examples of a rule as a fixture, marked where the rule finds something now.
fn first_fixture(rule: &Rule) -> String {
    let mut found = judge_text(rule.wrong);
    found.retain(|found| found.code == rule.code);
    let mut fixture = "#: case: the wrong example\n".to_owned();
    let mut offset = 0;
    for line in rule.wrong.split_inclusive('\n') {
        fixture.push_str(line);
        let end = offset + line.trim_end().len();
        for found in found.iter().filter(|found| offset <= found.range.start && found.range.start < offset + line.len())
        {
            let column = rule.wrong[offset..found.range.start].chars().count();
            let marked = &rule.wrong[found.range.start..found.range.end.clamp(found.range.start, end)];
            let marks = if marked.is_empty() { "|".to_owned() } else { "^".repeat(marked.chars().count()) };
            let indent = if column == 0 { String::new() } else { format!("#{}", " ".repeat(column - 1)) };
            let _ = writeln!(fixture, "{indent}{marks} {}: {}", found.severity, found.message);
        }
        offset += line.len();
    }
    let _ = write!(fixture, "\n#: case: the right example\n{}", rule.right);
    fixture
}

#[test]
fn every_rule_has_fixtures_for_every_placement() {
    let mut complaints = Vec::new();
    for rule in rules() {
        let cases = cases(rule);
        if !cases.iter().any(|case| case.marks.is_empty()) {
            complaints.push(format!("{}: no case in which the rule must not fire", fixture_path(rule).display()));
        }
        for placement in Placement::ALL {
            let proved = cases.iter().any(|case| !case.marks.is_empty() && !case.excluded.contains_key(&placement));
            let impossible = cases.iter().any(|case| !case.marks.is_empty() && case.excluded.contains_key(&placement));
            if !proved && !impossible {
                complaints.push(format!("{}: no case for `{}`", fixture_path(rule).display(), placement.name()));
            }
        }
    }
    report(&complaints);
}

#[test]
fn every_fixture_belongs_to_a_rule() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rules");
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        assert!(RULES.iter().any(|rule| fixture_path(rule) == path), "no rule belongs to {}", path.display());
    }
}

#[test]
fn the_wrong_example_breaks_the_rule_and_the_right_one_is_clean() {
    let mut complaints = Vec::new();
    for rule in rules() {
        let wrong = judge_text(rule.wrong);
        if !wrong.iter().any(|found| found.code == rule.code) {
            complaints.push(format!("{}: the wrong example does not break it\n{}", rule.code, list(&wrong)));
        }
        if let Some(other) = wrong.iter().find(|found| found.code != rule.code && found.severity == "error") {
            complaints
                .push(format!("{}: the wrong example also breaks `{}`: {}", rule.code, other.code, other.message));
        }
        let right = judge_text(rule.right);
        if right.iter().any(|found| found.code == rule.code || found.severity == "error") {
            complaints.push(format!("{}: the right example is not clean\n{}", rule.code, list(&right)));
        }
    }
    report(&complaints);
}

#[test]
fn every_fix_mends_what_it_is_offered_for() {
    let mut complaints = Vec::new();
    for rule in rules() {
        for case in cases(rule).iter().filter(|case| !case.marks.is_empty()) {
            let placement =
                if case.excluded.contains_key(&Placement::Plain) { Placement::Template } else { Placement::Plain };
            for project in placement.projects(case) {
                let found = judge(&project.files);
                for found in found.iter().filter(|found| found.code == rule.code) {
                    complaints.extend(found.fixes.iter().filter_map(|fix| broken_fix(rule, &project, found, fix)));
                }
            }
        }
    }
    report(&complaints);
}

fn judge_text(text: &str) -> Vec<Found> {
    // With a second file the example stands on disk, so that it can refer to files.
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    judge(&[file("example.clnrm.toml", text), file("unrelated.txt", "")])
}

/// What is wrong with a fix: the finding is still there, or something worse is.
fn broken_fix(rule: &Rule, project: &Project, found: &Found, fix: &judge::Edits) -> Option<String> {
    let (name, text) = &project.files[0];
    let mut mended = text.clone();
    for (range, new) in fix.edits.iter().rev() {
        mended.replace_range(range.clone(), new);
    }
    let mut files = project.files.clone();
    files[0] = (name.clone(), mended.clone());
    let count = |findings: &[Found], code: &str| findings.iter().filter(|other| other.code == code).count();
    let errors = |findings: &[Found]| findings.iter().filter(|other| other.severity == "error").count();
    let (before, after) = (judge(&project.files), judge(&files));
    let worse = count(&after, rule.code) >= count(&before, rule.code) || errors(&after) > errors(&before);
    worse.then(|| {
        format!("{}: `{}` does not mend {:?}\n{mended}\n{}", rule.code, fix.title, found.message, list(&after))
    })
}

/// Where a project's findings differ from the fixture.
fn compare(rule: &Rule, case: &Case, project: &Project) -> Option<String> {
    let all = judge(&project.files);
    let mut left: Vec<&Found> = all.iter().filter(|found| found.code == rule.code).collect();
    let mut missing = Vec::new();
    for expected in &project.expected {
        match left.iter().position(|found| fits(found, expected)) {
            Some(index) => drop(left.remove(index)),
            None => missing.push(expected),
        }
    }
    let overlaps = |found: &Found| {
        project.expected.iter().any(|mark| found.range.start < mark.range.end && mark.range.start < found.range.end)
    };
    let twice = all.iter().filter(|found| {
        project.placement == Placement::Plain
            && found.code != rule.code
            && matches!(found.severity, "error" | "warning")
            && !case.also.iter().any(|code| *code == found.code)
            && overlaps(found)
    });
    let twice: Vec<&Found> = twice.collect();
    if missing.is_empty() && left.is_empty() && twice.is_empty() {
        return None;
    }

    let mut text = format!("{}: {} ({})\n", rule.code, case.title, project.placement.name());
    let source = &project.files[0].1;
    for expected in missing {
        let _ = writeln!(text, "  not found: {}", describe(source, &expected.range, &expected.message));
        if let Some((file, range)) = &expected.related {
            let _ = writeln!(text, "    with a related place in {} at {range:?}", project.files[*file].0);
        }
    }
    for found in left {
        let _ =
            writeln!(text, "  not expected: {}: {}", found.severity, describe(source, &found.range, &found.message));
        for (file, range) in &found.related {
            let _ = writeln!(text, "    with a related place in {file} at {range:?}");
        }
    }
    for found in twice {
        let _ = writeln!(text, "  the same place is also reported by `{}`: {}", found.code, found.message);
    }
    for (name, source) in &project.files {
        let _ = write!(text, "--- {name}\n{source}");
    }
    Some(text)
}

fn fits(found: &Found, expected: &Expected) -> bool {
    found.range == expected.range
        && found.message.contains(&expected.message)
        && expected.severity.as_ref().is_none_or(|severity| found.severity == severity)
        && expected.related.as_ref().is_none_or(|(file, range)| {
            found.related.iter().any(|(other_file, other)| other_file == file && other == range)
        })
}

fn describe(source: &str, range: &std::ops::Range<usize>, message: &str) -> String {
    let line = source[..range.start.min(source.len())].matches('\n').count() + 1;
    format!("line {line}, {range:?} `{}`: {message}", source.get(range.clone()).unwrap_or("?"))
}

fn list(found: &[Found]) -> String {
    found
        .iter()
        .map(|found| format!("  {}[{}] {:?} {}\n", found.severity, found.code, found.range, found.message))
        .collect()
}

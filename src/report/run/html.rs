//! `--format html`: a page that needs nothing besides itself. It asks for no other file and runs no script, and says so to the browser; the
//! keyboard folds and unfolds, filters are radio buttons, and a printer gets everything unfolded that failed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use base64::Engine;
use sha2::{Digest, Sha256};

use super::document::{FailureDocument, RunDocument, ScenarioDocument, StepDocument, TestDocument};
use crate::executor::{Redaction, RunReport};
use crate::expectation::explain::Explainer;
use crate::report::words::counted;
use crate::trace::waterfall::{self, Layout, LayoutOptions};
use crate::trace::{SpanIndex, Trace};

const STYLE: &str = include_str!("page.css");

/// Pictures of the traces of tests, by the ids of the tests.
#[derive(Clone, Debug, Default)]
pub struct Waterfalls {
    rows: BTreeMap<String, String>,
}

impl Waterfalls {
    /// Those of a run, with the spans marked by which expectations fail.
    pub fn of(report: &RunReport, redaction: &Redaction) -> Self {
        let mut waterfalls = Self::default();
        for test in &report.tests {
            let Some(judged) = &test.judged else { continue };
            let explainer = Explainer::new(&judged.tree, &judged.trace, &judged.reception, &judged.judgement);
            let mut highlighted: BTreeMap<SpanIndex, String> = BTreeMap::new();
            for explanation in judged.judgement.failures().filter_map(|index| explainer.explain(index)) {
                for related in &explanation.related {
                    highlighted.entry(related.span).or_insert_with(|| explanation.message.clone());
                }
            }
            waterfalls.add(&test.id.to_string(), &judged.trace, highlighted, redaction);
        }
        waterfalls
    }

    /// Adds the picture of the trace of a test.
    pub fn add(&mut self, test: &str, trace: &Trace, highlighted: BTreeMap<SpanIndex, String>, redaction: &Redaction) {
        let layout = Layout::new(trace, LayoutOptions { highlighted, ..LayoutOptions::default() });
        self.rows.insert(test.to_owned(), waterfall::html_rows(&layout, &|text| redaction.cover(text)));
    }
}

impl RunDocument {
    /// Writes the run as a page, with the waterfalls of its tests.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_html(&self, waterfalls: &Waterfalls, out: &mut dyn Write) -> io::Result<()> {
        let style = format!("{}{STYLE}", waterfall::HTML_STYLE);
        let hash = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(&style));
        let title = format!("clnrm run {}", escaped(&self.run));
        write!(
            out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>{style}</style>\n</head>\n<body class=\"run\">\n<h1>{title}</h1>\n"
        )?;
        let mut page = String::new();
        self.head(&mut page);
        page.push_str("<main>\n");
        for test in &self.tests {
            section(&mut page, test, waterfalls);
        }
        page.push_str("</main>\n</body>\n</html>\n");
        out.write_all(page.as_bytes())
    }

    fn head(&self, page: &mut String) {
        let summary = &self.summary;
        if let Some(error) = &self.error {
            let _ = writeln!(page, "<p class=\"banner\" role=\"alert\">{}</p>", escaped(error));
        }
        if self.cancelled {
            page.push_str("<p class=\"banner\" role=\"alert\">The run was cancelled.</p>\n");
        }
        let _ = writeln!(
            page,
            "<p>{} with {}, started {}, took {}, seed {}, exit code {}</p>",
            counted(summary.tests, "test"),
            counted(summary.scenarios, "scenario"),
            escaped(&self.started),
            time(self.duration_ms),
            self.seed,
            self.exit_code
        );
        let counts = [
            ("passed", summary.passed),
            ("flaky", summary.flaky),
            ("failed", summary.failed),
            ("timed out", summary.timed_out),
            ("not run", summary.not_run),
            ("cancelled", summary.cancelled),
            ("infrastructure error", summary.infrastructure),
        ];
        page.push_str("<ul class=\"counts\">");
        for (word, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            let _ = write!(page, "<li class=\"{}\">{count} {word}</li>", class(word));
        }
        for (word, count) in
            [("cached", summary.cached), ("replayed", summary.replayed), ("degraded", summary.degraded)]
        {
            if count > 0 {
                let _ = write!(page, "<li>{} {word}</li>", counted(count, "scenario"));
            }
        }
        page.push_str("</ul>\n");
        // They come before what they filter: the style sheet looks at what follows.
        for (id, label, checked) in [("all", "all", " checked"), ("red", "not green", ""), ("green", "green", "")] {
            let _ = write!(
                page,
                "<input type=\"radio\" name=\"show\" id=\"show-{id}\"{checked}><label for=\"show-{id}\">{label}</label> "
            );
        }
        page.push('\n');
    }
}

fn section(page: &mut String, test: &TestDocument, waterfalls: &Waterfalls) {
    let color = if test.passed() { "green" } else { "red" };
    let opened = if test.passed() { "" } else { " open" };
    let _ = writeln!(
        page,
        "<details class=\"test {color}\"{opened}><summary><span class=\"badge {}\">{}</span> <span class=\"id\">{}</span> <span class=\"time\">{}</span></summary>",
        class(&test.outcome),
        test.outcome,
        escaped(&test.id),
        time(test.duration_ms)
    );
    if let Some(reason) = &test.reason {
        let _ = writeln!(page, "<p>Not run: {}.</p>", escaped(reason));
    }
    if let Some(expectations) = &test.expectations {
        let _ = writeln!(
            page,
            "<p>{} of {} hold; {}, {}: {}</p>",
            expectations.holding,
            counted(expectations.total, "expectation"),
            counted(expectations.spans, "span"),
            expectations.completeness,
            escaped(&expectations.completeness_reason)
        );
    }
    for told in test.told_failures().iter().filter(|told| told.scenario.is_none()) {
        failure(page, told.failure, told.and_more().as_deref());
    }
    for note in &test.notes {
        let _ = writeln!(page, "<p class=\"note\">{}</p>", escaped(note));
    }
    for scenario in &test.scenarios {
        self::scenario(page, scenario);
    }
    if let Some(digests) = &test.digests {
        let _ = writeln!(
            page,
            "<p class=\"note\">shape {}<br>full {}</p>",
            escaped(&digests.shape),
            escaped(&digests.full)
        );
    }
    if let Some(rows) = waterfalls.rows.get(&test.id) {
        let _ = write!(
            page,
            "<details class=\"spans\"{opened}><summary><span class=\"id\">spans</span></summary>\n{rows}</details>\n"
        );
    }
    page.push_str("</details>\n");
}

fn scenario(page: &mut String, scenario: &ScenarioDocument) {
    let opened = if scenario.passed() { "" } else { " open" };
    let mut facts: Vec<String> = Vec::new();
    facts.extend(scenario.reason.clone());
    facts.extend(scenario.hermeticity.as_ref().map(|level| format!("network {level}")));
    facts.extend(match &scenario.validity {
        super::ValidityDocument::Ran => None,
        super::ValidityDocument::Cached { run, at } => Some(format!("cached, run {run} at {at}")),
        super::ValidityDocument::Replayed { run, at } => Some(format!("replayed, run {run} at {at}")),
    });
    facts.extend(scenario.degraded.then(|| "degraded: ran alone".to_owned()));
    facts.extend(scenario.artifacts.as_ref().map(|folder| format!("artifacts in {folder}")));
    let _ = writeln!(
        page,
        "<details class=\"scenario\"{opened}><summary><span class=\"badge {}\">{}</span> <span class=\"id\">{}</span> <small>{}</small> <span class=\"time\">{}</span></summary>",
        class(&scenario.outcome),
        scenario.outcome,
        escaped(&scenario.name),
        escaped(&facts.join(", ")),
        time(scenario.duration_ms)
    );
    for (index, attempt) in scenario.attempts.iter().enumerate() {
        if scenario.attempts.len() > 1 {
            let _ =
                writeln!(page, "<h3>Attempt {}: {}, {}</h3>", index + 1, attempt.outcome, time(attempt.duration_ms));
        }
        for failure in &attempt.failures {
            self::failure(page, failure, None);
        }
        for step in &attempt.steps {
            self::step(page, step);
        }
    }
    page.push_str("</details>\n");
}

fn failure(page: &mut String, failure: &FailureDocument, and_more: Option<&str>) {
    let _ = write!(
        page,
        "<section class=\"failure\"><p><b>{}</b> <code>{}</code>: {}</p>\n<p class=\"place\">{}</p>\n",
        escaped(&failure.code),
        escaped(&failure.path),
        escaped(&failure.message),
        escaped(&failure.place.shown())
    );
    lines(page, &failure.place);
    if let Some(detail) = &failure.detail {
        let _ = writeln!(page, "<pre>{}</pre>", escaped(detail));
    }
    if let Some(help) = &failure.help {
        let _ = writeln!(page, "<p>help: {}</p>", escaped(help));
    }
    if let Some(more) = and_more {
        let _ = writeln!(page, "<p class=\"note\">{}</p>", escaped(more));
    }
    for related in &failure.related {
        let _ =
            writeln!(page, "<p class=\"place\">{}: {}</p>", escaped(&related.place.shown()), escaped(&related.message));
        lines(page, &related.place);
    }
    page.push_str("</section>\n");
}

/// The lines of a place, with the place itself marked.
fn lines(page: &mut String, place: &super::Place) {
    let Some(excerpt) = &place.excerpt else { return };
    page.push_str("<pre class=\"lines\">");
    for (number, line) in (excerpt.line..).zip(excerpt.text.lines()) {
        let column = |position: super::Position| {
            let at = position.column.saturating_sub(1);
            line.char_indices().nth(at).map_or(line.len(), |(at, _)| at)
        };
        let from = if number == place.start.line { column(place.start) } else { 0 };
        let to = if number == place.end.line { column(place.end) } else { line.len() };
        let _ = write!(page, "{number:>4} │ ");
        if number < place.start.line || number > place.end.line || from > to {
            page.push_str(&escaped(line));
        } else {
            let [before, inside, behind] = [&line[..from], &line[from..to], &line[to..]].map(escaped);
            let _ = write!(page, "{before}<mark>{inside}</mark>{behind}");
        }
        page.push('\n');
    }
    page.push_str("</pre>\n");
}

fn step(page: &mut String, step: &StepDocument) {
    let status = match (step.exit_code, step.signal) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "never ended by itself".to_owned(),
    };
    let _ = writeln!(
        page,
        "<details class=\"step\"><summary><span class=\"id\">{}</span> <small>in {}, {status}</small> <span class=\"time\">{}</span></summary>\n<pre>$ {}</pre>",
        escaped(&step.name),
        escaped(&step.service),
        time(step.duration_ms),
        escaped(&step.command.join(" "))
    );
    for (name, text) in [("stdout", &step.stdout), ("stderr", &step.stderr)] {
        if !text.is_empty() {
            let _ = writeln!(page, "<p class=\"place\">{name}</p><pre>{}</pre>", escaped(text));
        }
    }
    page.push_str("</details>\n");
}

/// The class of an outcome.
fn class(outcome: &str) -> String {
    outcome.replace(' ', "-")
}

fn time(milliseconds: f64) -> String {
    if milliseconds < 1e3 { format!("{milliseconds:.0} ms") } else { format!("{:.2} s", milliseconds / 1e3) }
}

/// `text` with everything that HTML would read as markup written as what it is, and without what no page may hold.
fn escaped(text: &str) -> String {
    let text = waterfall::escaped(text);
    text.replace(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\t'), "\u{fffd}")
}

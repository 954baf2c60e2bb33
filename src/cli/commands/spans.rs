//! `clnrm spans`: what a recorded trace holds, as a list, as JSON, or as a waterfall.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use clap::{ColorChoice, ValueEnum};
use regex::Regex;
use serde_json::{Value, json};

use crate::cli::input::InputOptions;
use crate::cli::noise::NoiseOptions;
use crate::cli::test_file::TestFile;
use crate::cli::traces::Traces;
use crate::cli::{CLEAN, TROUBLE, output};
use crate::expectation::explain::Explainer;
use crate::expectation::judge;
use crate::report::{span_line, span_object};
use crate::trace::canonical::{Canonical, Form, Noise};
use crate::trace::waterfall::{self, Layout, LayoutOptions, TextOptions, Theme};
use crate::trace::{Grade, SpanIndex, Trace};
use crate::validation::expectations::NamePattern;

const HELP: &str = "\
Examples:
  clnrm spans spans.jsonl                                a list, with the digests of the trace
  clnrm spans spans.jsonl --grep pay --show-attrs
  clnrm spans spans.jsonl --waterfall --test a.clnrm.toml   with the spans by which the test fails
  clnrm spans spans.jsonl --html spans.html
`clnrm trace` shows the spans of a run in the same way.

Exit codes:
  0  shown
  2  wrong usage, or a file that can't be read or written";

/// Show the spans of a recorded trace: a list, JSON, or a waterfall
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// Files of spans in any format, or `-` for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Only spans whose name matches this glob; in a waterfall they are highlighted
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    name: Option<NamePattern>,

    /// Only spans in whose name this regular expression matches; in a waterfall they are highlighted
    #[arg(long, value_name = "REGEX")]
    grep: Option<Regex>,

    /// List all attributes of each span below it
    #[arg(long)]
    show_attrs: bool,

    /// List all events of each span below it
    #[arg(long)]
    show_events: bool,

    /// How spans are listed
    #[arg(long, short, value_enum, default_value = "human")]
    format: Format,

    /// Draw a waterfall in the terminal
    #[arg(long, conflicts_with = "format")]
    waterfall: bool,

    /// Draw a waterfall as a picture into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,

    /// Draw a waterfall as a page into this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Highlight the spans by which this test fails, with the reasons
    #[arg(long, value_name = "TEST")]
    test: Option<PathBuf>,

    #[command(flatten)]
    noise: NoiseOptions,

    #[command(flatten)]
    input: InputOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
}

fn glob(text: &str) -> Result<NamePattern, String> {
    NamePattern::new(text).map_err(|_| "it is no valid glob".to_owned())
}

/// Lists and draws, and gives the exit code.
pub fn run(arguments: &Arguments, color: ColorChoice) -> u8 {
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let Some(traces) = Traces::read(&arguments.files, &current) else { return TROUBLE };
    let mut highlighted: BTreeMap<SpanIndex, String> = BTreeMap::new();
    if let Some(test) = &arguments.test {
        match TestFile::read(test, &arguments.input, &current) {
            Ok(test) => highlighted = culprits(&test, &traces),
            Err(unusable) => {
                unusable.tell(test, color);
                return TROUBLE;
            }
        }
    }
    let trace = &traces.trace;
    let matching: BTreeSet<SpanIndex> =
        trace.iter().map(|(index, _)| index).filter(|index| matches(arguments, trace, *index)).collect();
    if arguments.name.is_some() || arguments.grep.is_some() {
        for index in &matching {
            highlighted.entry(*index).or_default();
        }
    }
    traces.tell_problems();
    if trace.is_empty() {
        output::complain(&traces.none());
    }
    let layout = || Layout::new(trace, LayoutOptions { highlighted: highlighted.clone(), ..LayoutOptions::default() });
    for (path, picture) in [
        (&arguments.svg, &(|| waterfall::svg(&layout())) as &dyn Fn() -> String),
        (&arguments.html, &|| waterfall::html(&layout(), &traces.sources.join(", "))),
    ] {
        if let Some(path) = path
            && let Err(error) = output::write_file(path, picture().as_bytes())
        {
            output::complain(&format!("can't write `{}`: {error}", path.display()));
            return TROUBLE;
        }
    }
    let text = match arguments.format {
        _ if arguments.waterfall => {
            let colored = output::color(color, &io::stdout());
            let theme = if colored { Theme::colored() } else { Theme::plain() };
            waterfall::text(&layout(), &TextOptions { width: output::width(), theme, ascii: false })
        }
        Format::Json => json_text(&traces, &matching, &arguments.noise.noise()),
        Format::Human if arguments.svg.is_some() || arguments.html.is_some() => return CLEAN,
        Format::Human => human_text(trace, &matching, arguments),
    };
    match output::write_stdout(text.as_bytes()) {
        Ok(()) if trace.is_empty() && traces.lossy => TROUBLE,
        Ok(()) => CLEAN,
        Err(error) => {
            output::complain(&format!("can't write: {error}"));
            TROUBLE
        }
    }
}

fn matches(arguments: &Arguments, trace: &Trace, index: SpanIndex) -> bool {
    let name = &trace[index].name;
    arguments.name.as_ref().is_none_or(|pattern| pattern.matches(name))
        && arguments.grep.as_ref().is_none_or(|pattern| pattern.is_match(name))
}

/// The spans by which the test fails, with the reasons.
fn culprits(test: &TestFile, traces: &Traces) -> BTreeMap<SpanIndex, String> {
    let reception = traces.reception(Some(Grade::Unknown));
    let judgement = judge(&test.tree, &traces.trace, &reception);
    let explainer = Explainer::new(&test.tree, &traces.trace, &reception, &judgement);
    let mut culprits: BTreeMap<SpanIndex, String> = BTreeMap::new();
    for index in judgement.failures() {
        let Some(explanation) = explainer.explain(index) else { continue };
        for related in &explanation.related {
            let reason = culprits.entry(related.span).or_default();
            if reason.is_empty() {
                reason.clone_from(&explanation.message);
            }
        }
    }
    culprits
}

fn human_text(trace: &Trace, matching: &BTreeSet<SpanIndex>, arguments: &Arguments) -> String {
    let mut text = String::new();
    for index in matching {
        text += &format!("{}\n", span_line(trace, *index));
        let span = &trace[*index];
        if arguments.show_attrs {
            text.extend(span.attributes.iter().map(|(key, value)| format!("    {} = {value}\n", key.as_str())));
        }
        for event in span.events.iter().filter(|_| arguments.show_events) {
            let attributes = event.attributes.iter().map(|(key, value)| format!(" {}={value}", key.as_str()));
            text += &format!("    event {}{}\n", event.name.as_str(), attributes.collect::<String>());
        }
    }
    if !arguments.input.quiet {
        let noise = &arguments.noise.noise();
        let (shown, all, traces) = (matching.len(), trace.len(), trace.trace_ids().len());
        let spans = if shown == all { format!("{all} spans") } else { format!("{shown} of {all} spans") };
        let [shape, full] = digests(trace, noise);
        text += &format!("{spans}, traces: {traces}\nshape {shape}\nfull  {full}\n");
    }
    text
}

/// The digests of both forms.
fn digests(trace: &Trace, noise: &Noise) -> [String; 2] {
    [Form::Shape, Form::Full].map(|form| Canonical::new(trace, form, noise).digest().to_string())
}

fn json_text(traces: &Traces, matching: &BTreeSet<SpanIndex>, noise: &Noise) -> String {
    let trace = &traces.trace;
    let [shape, full] = digests(trace, noise);
    let spans = matching.iter().map(|index| span_object(&trace[*index]));
    let object = json!({
        "version": 1,
        "digests": { "shape": shape, "full": full },
        "spans": spans.collect::<Value>(),
        "problems": traces.problems,
    });
    format!("{object:#}\n")
}

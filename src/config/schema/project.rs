//! `cleanroom.toml`.

use super::{ANY_MAP, COUNT, Choice, Content, Shape, TEXT_MAP, Table, TextRule, inert, key, table};

/// The top level of `cleanroom.toml`. Tables that clnrm 1.0 reads are left to it.
pub static PROJECT: Table = table(&[
    key("cache", Shape::Table(&CACHE), "The cache of rendered templates."),
    inert("cli", "How the command line of clnrm behaves."),
    inert("containers", "Defaults for containers."),
    key("format", Shape::Table(&FORMAT), "How files are formatted."),
    key("lint", TEXT_MAP, "Severities of rules: `unknown-key = \"error\"`, or `\"off\"`.")
        .holds(Content::Usual(SEVERITIES))
        .keyed_by(Content::Rule),
    inert("observability", "Tracing, metrics and logs of clnrm itself."),
    inert("performance", "How much clnrm does at a time."),
    inert("plugins", "Where plugins are found."),
    inert("project", "Name and version of the project."),
    inert("reporting", "Which reports are written."),
    inert("security", "How strictly tests are isolated."),
    inert("services", "Defaults for services."),
    key("template", Shape::Table(&TEMPLATE), "What all templates of the project share."),
    inert("test_execution", "Timeouts and retries of tests."),
]);

static CACHE: Table = table(&[key("entries", COUNT, "How many renders are kept.").default("100")]);

static FORMAT: Table = table(&[
    key("indent", Shape::Integer(0, 16), "Blanks for each level of a list on several lines.").default("2"),
    key("style", Shape::Text(TextRule::Choice(&STYLE)), "In which order sections and keys stand.")
        .default("\"canonical\""),
    key("trailing_commas", Shape::Boolean, "Whether the last item of a list on several lines has a comma.")
        .default("true"),
    key("width", Shape::Integer(1, 1000), "Columns up to which an array stays on one line.").default("80"),
]);

static STYLE: Choice = Choice {
    what: "style",
    values: &["canonical", "alphabetical", "keep"],
    also: &[],
    slips: &[("sorted", "alphabetical"), ("preserve", "keep")],
    strict: false,
};

static TEMPLATE: Table =
    table(&[key("vars", ANY_MAP, "Variables for all templates: `{{ vars.name }}`. A test's own `[vars]` win.")]);

const SEVERITIES: &[&str] = &["error", "warning", "information", "hint", "off"];

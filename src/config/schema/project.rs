//! `cleanroom.toml`.

use super::{ANY_MAP, COUNT, Shape, TEXT_MAP, Table, inert, key, table};

/// The top level of `cleanroom.toml`. Tables that clnrm 1.0 reads are left to it.
pub static PROJECT: Table = table(&[
    key("cache", Shape::Table(&CACHE), "The cache of rendered templates."),
    inert("cli", "How the command line of clnrm behaves."),
    inert("containers", "Defaults for containers."),
    key("format", ANY_MAP, "How files are formatted."),
    key("lint", TEXT_MAP, "Severities of rules: `unknown-key = \"error\"`, or `\"off\"`."),
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

static TEMPLATE: Table =
    table(&[key("vars", ANY_MAP, "Variables for all templates: `{{ vars.name }}`. A test's own `[vars]` win.")]);

//! `[meta]`, `[test]` and `[test.metadata]`.

use super::{DURATION, EVERYONE, NAME, Shape, TEXT, Table, inert, key, table};

/// `[meta]`.
pub(super) static META: Table = table(&[
    inert("author", "Who wrote the test; not interpreted by clnrm."),
    inert("created_at", "When the test was written; not interpreted by clnrm."),
    key("description", TEXT, "What the test shows, in a sentence.").read_by(EVERYONE),
    inert("home", "A value that a template writes down; not interpreted by clnrm."),
    key("name", NAME, "The test's name, unique in its repository.").required().read_by(EVERYONE),
    key("tags", Shape::Any, "Words to find the test by: `clnrm run --tag`."),
    key("timeout", DURATION, "How long the test may take, all of its scenarios together, such as `30s`."),
    key("timeout_seconds", Shape::Any, "How long the test may take, all of its scenarios together, in seconds."),
    inert("user", "A value that a template writes down; not interpreted by clnrm."),
    key("version", NAME, "The version of the test, in any form.").expected().read_by(EVERYONE),
]);

/// `[test]`.
pub(super) static TEST: Table = table(&[
    inert("assertions", "What the author expects of the run; not interpreted by clnrm."),
    inert("author", "Who wrote the test; not interpreted by clnrm."),
    inert("benchmarks", "Benchmarks; not interpreted by clnrm.").unmet(),
    inert("cleanup", "How to clean up; not interpreted by clnrm.").unmet(),
    key("description", TEXT, "What the test shows. Belongs into `[test.metadata]`."),
    key("metadata", Shape::Table(&METADATA), "Name and description of the test.").read_by(EVERYONE),
    key("name", NAME, "The test's name. Belongs into `[test.metadata]`.").required_unless(&["metadata"]),
    inert("rosetta_stone_metadata", "Notes of a demonstration; not interpreted by clnrm."),
    inert("security", "Security notes; not interpreted by clnrm.").unmet(),
    key("tags", Shape::Any, "Words to find the test by: `clnrm run --tag`."),
    key("timeout", DURATION, "How long the test may take. Belongs into `[test.metadata]`."),
    inert("version", "The version of the test; not interpreted by clnrm."),
]);

static METADATA: Table = table(&[
    inert("author", "Who wrote the test; not interpreted by clnrm."),
    inert("concurrent", "Whether steps may run at the same time; not interpreted by clnrm.").unmet(),
    key("description", TEXT, "What the test shows, in a sentence.").read_by(EVERYONE),
    inert("fake_mode", "How a test that must fail cheats; not interpreted by clnrm."),
    inert("hermetic", "Whether the test needs nothing from outside; not interpreted by clnrm."),
    key("name", NAME, "The test's name.").required().read_by(EVERYONE),
    key("tags", Shape::Any, "Words to find the test by: `clnrm run --tag`."),
    key("timeout", DURATION, "How long the test may take, all of its scenarios together, such as `30s`."),
    key("timeout_seconds", Shape::Any, "How long the test may take, all of its scenarios together, in seconds."),
    inert("version", "The version of the test; not interpreted by clnrm."),
]);

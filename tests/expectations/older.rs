//! `compat = "1.0"`: what clnrm 1.0 read differently. For each difference a trace on which both readings disagree.

use clnrm_lsp::expectation::Note;

use crate::cases::{judged, tree};
use crate::notation::trace;

/// What differs, the expectations, a trace, and whether it is green as documented and as clnrm 1.0 read it.
const DIFFERENCES: [(&str, &str, &str, bool, bool); 16] = [
    ("names are no globs", "[[expect.span]]\nname = \"db.*\"\n", "db.query\n", true, false),
    ("status globs are globs", "[expect.status.by_name]\n\"db.*\" = \"UNSET\"\n", "db.query\n", true, true),
    (
        "the first span of a name only",
        "[[expect.span]]\nname = \"a\"\nkind = \"client\"\n",
        "a server 0..1\na client 2..3\n",
        true,
        false,
    ),
    ("parents across traces", "[[expect.span]]\nname = \"b\"\nparent = \"a\"\n", "a #1 ~1\nb #2 ^1 ~2\n", false, true),
    ("a missing time passes", "[[expect.span]]\nname = \"a\"\nduration_ms = { max = 1 }\n", "a 0..?\n", false, true),
    ("attributes are texts", "[[expect.span]]\nname = \"a\"\nattrs.all = { n = \"1\" }\n", "a n=1\n", true, false),
    (
        "no kind is no internal kind",
        "[[expect.span]]\nname = \"a\"\nkind = \"internal\"\n",
        "a unspecified\n",
        true,
        false,
    ),
    ("must_not_cross looks one way", "[expect.graph]\nmust_not_cross = [[\"a\", \"b\"]]\n", "b\n  a\n", false, true),
    (
        "an id may come with two parents",
        "[expect.graph]\nacyclic = true\n",
        "a #1\nb #2\nc #3 ^1\nc #3 ^2\n",
        false,
        true,
    ),
    (
        "the first window only",
        "[[expect.window]]\nouter = \"a\"\ncontains = [\"b\"]\n",
        "a 0..1\na 5..10\n  b 6..7\n",
        true,
        false,
    ),
    (
        "windows have no tolerance",
        "[[expect.window]]\nouter = \"a\"\ncontains = [\"b\"]\n",
        "a 0..10\n  b 0..10.5\n",
        true,
        false,
    ),
    ("status from attributes", "[expect.status]\nall = \"OK\"\n", "a OK\n", true, false),
    ("events from an attribute", "[expect.counts]\nevents_total = { eq = 1 }\n", "a !x\n", true, false),
    ("errors from attributes", "[expect.counts]\nerrors_total = { eq = 1 }\n", "a error=true\n", false, true),
    (
        "any peer is external",
        "[expect.hermeticity]\nno_external_services = true\n",
        "a net.peer.name=\"localhost\"\n",
        true,
        false,
    ),
    (
        "the first resource only",
        "[expect.hermeticity]\nresource_attrs.must_match = { env = \"t\" }\n",
        "a @env=\"t\"\nb @env=\"p\"\n",
        false,
        true,
    ),
];

#[test]
fn each_difference_shows_in_both_readings() {
    for (what, text, spans, sound, older) in DIFFERENCES {
        let spans = trace(spans);
        assert_eq!(judged(&tree(text), &spans).passed(), sound, "{what}: as documented");
        let text = format!("[expect]\ncompat = \"1.0\"\n\n{text}");
        let judgement = judged(&tree(&text), &spans);
        assert_eq!(judgement.passed(), older, "{what}: as clnrm 1.0 read it");
        assert!(judgement.notes.contains(&Note::OlderReading), "{what}");
    }
}

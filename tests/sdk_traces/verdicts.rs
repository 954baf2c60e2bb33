//! What the exports say: one test is green on each of them, its contradictions are red on each, and all have one shape.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use clnrm_lsp::trace::Trace;
use clnrm_lsp::trace::canonical::{Canonical, Digest, Form, Noise};
use clnrm_lsp::trace::read::{Collector, read_path};
use serde_json::Value;

use crate::sdks::{self, Exported};

const TEST: &str = include_str!("checkout.clnrm.toml");

/// The trace in a file; nothing of it may be lost.
fn trace(export: &Exported) -> Trace {
    let mut collector = Collector::default();
    read_path(&export.file, &mut collector).unwrap();
    let (trace, problems) = collector.into_trace();
    assert!(problems.is_empty(), "{export:?}: {problems:?}");
    trace
}

fn digest(export: &Exported, form: Form) -> Digest {
    Canonical::new(&trace(export), form, &Noise::default()).digest()
}

/// The paths of the constraints that fail, as `clnrm analyze` says, and its exit code.
fn failing(test: &str, export: &Exported, folder: &Path) -> (BTreeSet<String>, i32) {
    let file = folder.join("checkout.clnrm.toml");
    std::fs::write(&file, test).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_clnrm"));
    command.arg("analyze").arg(&file).arg("--traces").arg(&export.file);
    let output = command.args(["--completeness", "proved", "--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{export:?}: {error}: {}", String::from_utf8_lossy(&output.stderr)));
    let constraints = report["constraints"].as_array().unwrap();
    let failing = constraints.iter().filter(|constraint| constraint["verdict"] != "pass");
    (failing.map(|constraint| constraint["path"].as_str().unwrap().to_owned()).collect(), output.status.code().unwrap())
}

#[test]
fn one_test_is_green_on_the_exports_of_all_sdks() {
    let folder = tempfile::tempdir().unwrap();
    for export in sdks::exports(folder.path()) {
        assert_eq!(failing(TEST, &export, folder.path()), (BTreeSet::new(), 0), "{export:?}");
    }
}

#[test]
fn what_contradicts_a_trace_is_red_on_the_exports_of_all_sdks() {
    let folder = tempfile::tempdir().unwrap();
    let exports = sdks::exports(folder.path());
    let contradictions = [
        ("\"http.response.status_code\" = 200", "\"http.response.status_code\" = 201"),
        ("kind = \"server\"", "kind = \"internal\""),
        ("events.all = [\"cart.loaded\"]", "events.all = [\"cart.lost\"]"),
        ("count = { eq = 3 }", "count = { eq = 2 }"),
        ("[\"checkout\", \"payment\"], ", "[\"payment\", \"checkout\"], "),
        ("errors_total = { lte = 1 }", "errors_total = { lte = 0 }"),
        ("client = { eq = 4 }", "client = { eq = 5 }"),
        ("must_precede = [[\"db.query\", \"payment\"]]", "must_precede = [[\"payment\", \"db.query\"]]"),
        ("\"payment\" = \"ERROR\"", "\"payment\" = \"OK\""),
        ("\"service.name\" = \"shop\"", "\"service.name\" = \"stop\""),
        ("forbid_keys = [\"net.peer.name\"]", "forbid_keys = [\"cart.gift\"]"),
    ];
    for (right, wrong) in contradictions {
        let test = TEST.replacen(right, wrong, 1);
        assert_ne!(test, TEST, "{right} is not in the test any more");
        let verdicts: Vec<_> = exports.iter().map(|export| (export, failing(&test, export, folder.path()))).collect();
        for (export, verdict) in &verdicts {
            assert_eq!(verdict.1, 1, "{wrong} is green on {export:?}");
            assert_eq!(*verdict, verdicts[0].1, "{wrong}: the verdicts on {export:?} and {:?} differ", verdicts[0].0);
        }
    }
}

#[test]
fn the_shape_of_the_trace_does_not_depend_on_sdk_and_format() {
    let folder = tempfile::tempdir().unwrap();
    let exports = sdks::exports(folder.path());
    let shapes: Vec<Digest> = exports.iter().map(|export| digest(export, Form::Shape)).collect();
    for (export, shape) in exports.iter().zip(&shapes) {
        assert_eq!(shape, &shapes[0], "{export:?}");
    }
    // The attributes of the resource and the scope's version are in the full digest, and only some formats carry the latter.
    for sdk in ["python", "javascript"] {
        let of_sdk = exports.iter().filter(|export| export.sdk == sdk && export.format != "console");
        let digests: BTreeSet<String> = of_sdk.map(|export| digest(export, Form::Full).to_string()).collect();
        assert!(digests.len() <= 1, "{sdk}: {digests:?}");
    }
}

//! Whatever is expected: the rules neither panic nor point beside the text.

use proptest::prelude::*;

use crate::config;
use crate::template::ReadingMode;
use crate::validation::{Finding, Findings, Place, Stage, Subject, check_stage};

fn findings(text: &str) -> Vec<Finding> {
    let parsed = config::parse(text, &[], false);
    assert!(parsed.syntax.is_empty(), "the generated text is no TOML: {:?}\n{text}", parsed.syntax);
    let subject = Subject {
        text,
        config: &parsed.config,
        syntax: &parsed.syntax,
        shape: &parsed.shape,
        template: &[],
        mode: ReadingMode::Plain,
        source_map: None,
    };
    let mut findings = Findings::default();
    check_stage(&subject, Stage::Expectations, &mut findings);
    findings.into_vec()
}

const NAMES: [&str; 17] =
    ["a", "b", "c", "a.b", "ä", "", " ", "*", "a*", "**", "a**", "[", "[a-b]", "{a,b}", r"\u00e9[", r"\\", "***"];

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(NAMES.as_slice()).prop_map(|name| format!("\"{name}\""))
}

fn pairs() -> impl Strategy<Value = String> {
    let pair = prop::collection::vec(name(), 0..4).prop_map(|names| format!("[{}]", names.join(", ")));
    prop::collection::vec(pair, 0..6).prop_map(|pairs| format!("[{}]", pairs.join(",\n ")))
}

fn bound() -> impl Strategy<Value = String> {
    let limit = |key: &'static str| prop::option::of(-1_i64..4).prop_map(move |n| n.map(|n| format!("{key} = {n}")));
    let bound = (limit("gte"), limit("lte"), limit("eq"));
    bound.prop_map(|(gte, lte, eq)| {
        let keys: Vec<String> = [gte, lte, eq].into_iter().flatten().collect();
        format!("{{ {} }}", keys.join(", "))
    })
}

fn status() -> impl Strategy<Value = String> {
    prop::sample::select(["\"OK\"", "\"error\"", "\"STATUS_CODE_UNSET\"", "\"fine\"", "1"].as_slice())
        .prop_map(str::to_owned)
}

fn block() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        name().prop_map(|name| format!("parent = {name}")),
        status().prop_map(|status| format!("status = {status}")),
        bound().prop_map(|bound| format!("count = {bound}")),
        any::<bool>().prop_map(|exists| format!("exists = {exists}")),
        prop::collection::vec(name(), 0..2).prop_map(|names| format!("events.any = [{}]", names.join(", "))),
        Just("attrs.any = []".to_owned()),
        Just("attrs.all = { a = { gte = 2, lte = 1 }, \"b\" = [] }".to_owned()),
        Just("kind = \"SERVER\"".to_owned()),
        Just("duration_ms = { min = 2, max = 1.5 }".to_owned()),
    ];
    (name(), prop::option::of(key))
        .prop_map(|(name, key)| format!("[[expect.span]]\nname = {name}\n{}\n", key.unwrap_or_default()))
}

fn window() -> impl Strategy<Value = String> {
    (prop::option::of(name()), prop::collection::vec(name(), 0..3)).prop_map(|(outer, contains)| {
        let outer = outer.map(|outer| format!("outer = {outer}")).unwrap_or_default();
        format!("[[expect.window]]\n{outer}\ncontains = [{}]\n", contains.join(", "))
    })
}

prop_compose! {
    fn expectations()(
        blocks in prop::collection::vec(block(), 0..5),
        windows in prop::collection::vec(window(), 0..3),
        (include, cross, precede, follow) in (pairs(), pairs(), pairs(), pairs()),
        acyclic in any::<bool>(),
        (total, errors, bounds) in (bound(), bound(), prop::collection::btree_map(name(), bound(), 0..4)),
        (all, none, statuses) in (status(), status(), prop::collection::btree_map(name(), status(), 0..4)),
    ) -> String {
        let entries = |entries: Vec<(String, String)>| {
            entries.into_iter().map(|(key, value)| format!("{key} = {value}\n")).collect::<String>()
        };
        format!(
            "{}{}[expect.graph]\nmust_include = {include}\nmust_not_cross = {cross}\nacyclic = {acyclic}\n\
             [expect.order]\nmust_precede = {precede}\nmust_follow = {follow}\n\
             [expect.counts]\nspans_total = {total}\nerrors_total = {errors}\n[expect.counts.by_name]\n{}\
             [expect.status]\nall = {all}\nnone = {none}\n[expect.status.by_name]\n{}",
            blocks.concat(), windows.concat(), entries(bounds.into_iter().collect()), entries(statuses.into_iter().collect()),
        )
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_finding_and_every_edit_lies_in_the_text(text in expectations()) {
        for finding in findings(&text) {
            let related = finding.related.iter().map(|(place, _)| place);
            let edits = finding.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| &edit.place);
            for place in [&finding.place].into_iter().chain(related).chain(edits) {
                let Place::Parsed(span) = place else { panic!("a rule about expectations looks at the parsed text only") };
                prop_assert!(span.slice(&text).is_some(), "{}: {span:?}", finding.rule.code);
            }
            for fix in &finding.fixes {
                let spans: Vec<_> = fix.edits.iter().filter_map(|edit| match edit.place {
                    Place::Parsed(span) => Some(span),
                    Place::Source(_) => None,
                }).collect();
                prop_assert!(spans.windows(2).all(|two| two[0].end <= two[1].start), "{}: {spans:?}", finding.rule.code);
            }
        }
    }

    #[test]
    fn the_same_text_gives_the_same_findings(text in expectations()) {
        prop_assert_eq!(findings(&text), findings(&text));
    }
}

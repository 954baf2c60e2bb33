//! What holds of any two tests.

use std::fmt::Write;

use clnrm_lsp::expectation::ExpectationTree;
use clnrm_lsp::expectation::diff::{
    DiffStrategy, Direction, Expectation, LevenshteinDiff, SemanticDiff, SetDiff, Witness, implies, tree_of,
};
use clnrm_lsp::expectation::evaluate::judge;
use clnrm_lsp::expectation::example::trace_of;
use clnrm_lsp::expectation::{Reception, mutate, record};
use clnrm_lsp::trace::{Completeness, Trace};
use proptest::prelude::*;

use crate::tree;

/// One thing that a test can expect, over few names so that tests have things in common.
#[derive(Clone, Debug)]
enum Item {
    Span { name: &'static str, kind: Option<&'static str>, parent: Option<&'static str>, attribute: Option<u8> },
    Edge(&'static str, &'static str),
    NoEdge(&'static str, &'static str),
    Precede(&'static str, &'static str),
    Count(&'static str, u8),
    Total(u8),
    Window(&'static str, &'static str),
    Status(&'static str, &'static str),
    Forbid(&'static str),
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["app", "app.run", "db.*", "http.get", "*"])
}

fn item() -> impl Strategy<Value = Item> {
    let kind = prop::option::of(prop::sample::select(vec!["server", "client"]));
    let status = prop::sample::select(vec!["OK", "ERROR"]);
    prop_oneof![
        3 => (name(), kind, prop::option::of(name()), prop::option::of(0..3_u8))
            .prop_map(|(name, kind, parent, attribute)| Item::Span { name, kind, parent, attribute }),
        2 => (name(), name()).prop_map(|(a, b)| Item::Edge(a, b)),
        1 => (name(), name()).prop_map(|(a, b)| Item::NoEdge(a, b)),
        1 => (name(), name()).prop_map(|(a, b)| Item::Precede(a, b)),
        1 => (name(), 0..4_u8).prop_map(|(a, count)| Item::Count(a, count)),
        1 => (0..4_u8).prop_map(Item::Total),
        1 => (name(), name()).prop_map(|(a, b)| Item::Window(a, b)),
        1 => (name(), status).prop_map(|(a, status)| Item::Status(a, status)),
        1 => prop::sample::select(vec!["secret", "net.peer.name"]).prop_map(Item::Forbid),
    ]
}

/// The items as a test. Of items for which a table has one place, the first is taken.
fn test(items: &[Item]) -> ExpectationTree {
    let mut text = String::new();
    let pairs = |wanted: fn(&Item) -> Option<(&str, &str)>| -> String {
        let pairs = items.iter().filter_map(wanted).map(|(a, b)| format!("[\"{a}\", \"{b}\"]"));
        pairs.collect::<Vec<_>>().join(", ")
    };
    let edges = pairs(|item| if let Item::Edge(a, b) = item { Some((a, b)) } else { None });
    let crossings = pairs(|item| if let Item::NoEdge(a, b) = item { Some((a, b)) } else { None });
    let orders = pairs(|item| if let Item::Precede(a, b) = item { Some((a, b)) } else { None });
    writeln!(text, "[expect.graph]\nmust_include = [{edges}]\nmust_not_cross = [{crossings}]").unwrap();
    writeln!(text, "[expect.order]\nmust_precede = [{orders}]").unwrap();
    let mut seen = std::collections::BTreeSet::new();
    writeln!(text, "[expect.status.by_name]").unwrap();
    for item in items {
        if let Item::Status(name, status) = item
            && seen.insert(format!("status {name}"))
        {
            writeln!(text, "\"{name}\" = \"{status}\"").unwrap();
        }
    }
    for item in items {
        match item {
            Item::Total(count) if seen.insert("total".to_owned()) => {
                writeln!(text, "[expect.counts.spans_total]\ngte = {count}").unwrap();
            }
            Item::Count(name, count) if seen.insert(format!("count {name}")) => {
                writeln!(text, "[expect.counts.by_name.\"{name}\"]\ngte = {count}\nlte = {}", count + 1).unwrap();
            }
            Item::Forbid(key) if seen.insert("forbid".to_owned()) => {
                writeln!(text, "[expect.hermeticity]\nspan_attrs.forbid_keys = [\"{key}\"]").unwrap();
            }
            Item::Window(outer, inner) => {
                writeln!(text, "[[expect.window]]\nouter = \"{outer}\"\ncontains = [\"{inner}\"]").unwrap();
            }
            Item::Span { name, kind, parent, attribute } => {
                writeln!(text, "[[expect.span]]\nname = \"{name}\"").unwrap();
                kind.iter().for_each(|kind| writeln!(text, "kind = \"{kind}\"").unwrap());
                parent.iter().for_each(|parent| writeln!(text, "parent = \"{parent}\"").unwrap());
                attribute.iter().for_each(|value| writeln!(text, "attrs.all = {{ k = {value} }}").unwrap());
            }
            _ => {}
        }
    }
    tree(&text)
}

fn strategies() -> Vec<(&'static str, Box<dyn DiffStrategy>)> {
    vec![("set", Box::new(SetDiff)), ("levenshtein", Box::new(LevenshteinDiff)), ("semantic", Box::new(SemanticDiff))]
}

/// What expectations ask for, whatever their order.
fn meanings(expectations: &[Expectation]) -> Vec<String> {
    let mut meanings: Vec<String> = expectations.iter().map(|it| format!("{:?}", it.meaning())).collect();
    meanings.sort_unstable();
    meanings
}

/// Whether nothing is violated.
fn accepts(tree: &ExpectationTree, trace: &Trace) -> bool {
    judge(tree, trace, &Reception::of(Completeness::proved("a test"))).failures().next().is_none()
}

/// What both sides of a change say of a witness: of the whole tests, or of the expectation alone.
fn judged(witness: &Witness, trees: [&ExpectationTree; 2], sides: [Option<&Expectation>; 2]) -> [bool; 2] {
    match witness.of_whole_test {
        true => trees.map(|tree| accepts(tree, &witness.trace)),
        false => sides.map(|side| accepts(&tree_of(side, trees[0].reading), &witness.trace)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, ..ProptestConfig::default() })]

    #[test]
    fn a_test_does_not_differ_from_itself(items in prop::collection::vec(item(), 0..12)) {
        let tree = test(&items);
        for (name, strategy) in strategies() {
            let diff = strategy.diff(&tree, &tree);
            prop_assert!(diff.is_empty(), "{name}: {diff:?}");
            prop_assert_eq!(diff.unchanged, Expectation::of(&tree).len());
        }
    }

    #[test]
    fn a_diff_makes_the_new_of_the_old(
        common in prop::collection::vec(item(), 0..8),
        old in prop::collection::vec(item(), 0..5),
        new in prop::collection::vec(item(), 0..5),
    ) {
        let (old, new) = (test(&[&common[..], &old].concat()), test(&[&new[..], &common].concat()));
        for (name, strategy) in strategies() {
            let diff = strategy.diff(&old, &new);
            let made = diff.apply(Expectation::of(&old)).unwrap();
            prop_assert_eq!(meanings(&made), meanings(&Expectation::of(&new)), "{}: {:?}", name, diff);
            let differs = meanings(&Expectation::of(&old)) != meanings(&Expectation::of(&new));
            prop_assert!(!differs || !diff.is_empty(), "{}: nothing found", name);
        }
    }

    #[test]
    fn a_witness_parts_the_revisions_and_a_direction_has_its_witness(
        common in prop::collection::vec(item(), 0..4),
        old in prop::collection::vec(item(), 0..3),
        new in prop::collection::vec(item(), 0..3),
    ) {
        let (old, new) = (test(&[&common[..], &old].concat()), test(&[&common[..], &new].concat()));
        for change in SemanticDiff.diff(&old, &new).changes {
            let strength = change.strength.as_ref().unwrap();
            let sides = [change.old.as_ref(), change.new.as_ref()];
            if let Some(witness) = &strength.fooled_by {
                prop_assert_eq!(judged(witness, [&old, &new], sides), [false, true], "{:?}", change);
            }
            if let Some(witness) = &strength.catches {
                prop_assert_eq!(judged(witness, [&old, &new], sides), [true, false], "{:?}", change);
            }
            let shown = (strength.fooled_by.is_some(), strength.catches.is_some());
            let wanted = match strength.direction {
                Direction::Same | Direction::Undecided => (false, false),
                Direction::Weaker => (true, false),
                Direction::Stronger => (false, true),
                Direction::Different => (true, true),
            };
            prop_assert_eq!(shown, wanted, "{:?}", change);
        }
    }

    #[test]
    fn what_implies_another_is_never_satisfied_without_it(
        items in prop::collection::vec(item(), 1..4),
        others in prop::collection::vec(item(), 1..4),
    ) {
        let (tree, other) = (test(&items), test(&others));
        let (first, second) = (Expectation::of(&tree), Expectation::of(&other));
        let seeds = [trace_of(&first), trace_of(&second), trace_of(first.iter().chain(&second))];
        let mut traces = seeds.to_vec();
        for seed in &seeds {
            for tree in [&tree, &other] {
                let mutations = tree.constraints.iter().flat_map(|constraint| mutate::targeted(tree, constraint, seed));
                traces.extend(mutations.map(|mutation| mutation.apply(seed)));
            }
        }
        for given in &first {
            for wanted in second.iter().chain(&first).filter(|wanted| implies(given, wanted)) {
                let [given_tree, wanted_tree] = [given, wanted].map(|side| tree_of([side], tree.reading));
                for trace in traces.iter().filter(|trace| accepts(&given_tree, trace)) {
                    prop_assert!(accepts(&wanted_tree, trace), "{given} does not imply {wanted}: {trace:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_recorded_of_a_trace_holds_on_it(items in prop::collection::vec(item(), 1..8), mutant in 0..50_usize) {
        let tree = test(&items);
        let seed = trace_of(&Expectation::of(&tree));
        let mutants = mutate::blanket(&seed);
        let trace = mutants.get(mutant % mutants.len().max(1)).map_or_else(|| seed.clone(), |it| it.apply(&seed));
        let text = record::compose(&record::entries(&trace), &record::Quote::default());
        let recorded = crate::tree(&text);
        let judgement = judge(&recorded, &trace, &Reception::of(Completeness::proved("a test")));
        let failed: Vec<&str> =
            judgement.failures().map(|index| recorded.constraints[index].path.as_str()).collect();
        prop_assert!(failed.is_empty() && recorded.unjudged.is_empty(), "{failed:?}\n{text}\n{trace:?}");
        prop_assert!(record::missing(record::entries(&trace), &recorded).is_empty(), "{text}");
    }
}

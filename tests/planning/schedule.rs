//! The scheduler: golden logs of its decisions, and what must hold for all runs.

use std::collections::BTreeMap;
use std::time::Duration;

use clnrm_lsp::executor::Outcome;
use clnrm_lsp::executor::monitor::Pressure;
use clnrm_lsp::executor::resources::Resources;
use clnrm_lsp::executor::schedule::{Item, ItemEnd, ScheduleOptions, Shortage};
use proptest::prelude::*;

use crate::simulation::{Script, World, end, run, short};

fn capacity(slots: u64, memory_mb: u64) -> Resources {
    Resources { slots, containers: 10, cpu_millis: 100_000, memory_mb, networks: 20, ..Resources::default() }
}

fn options(slots: u64, memory_mb: u64) -> ScheduleOptions {
    ScheduleOptions::new(capacity(slots, memory_mb))
}

/// An item that uses so much memory and is expected to take so long; each is a test of its own.
fn item(index: usize, memory_mb: u64, expected: u64) -> Item {
    Item {
        label: char::from(b'a' + index as u8).to_string(),
        test: index,
        request: Resources { slots: 1, containers: 1, cpu_millis: 500, memory_mb, networks: 1, ..Resources::default() },
        expected: (expected > 0).then(|| Duration::from_secs(expected)),
        ..Item::default()
    }
}

fn items(count: usize, memory_mb: u64) -> Vec<Item> {
    (0..count).map(|index| item(index, memory_mb, 0)).collect()
}

fn log(items: Vec<Item>, options: ScheduleOptions, scripts: &[Script], world: &World) -> String {
    let run = run(items, options, scripts, world);
    assert_eq!(run.violations, Vec::<String>::new(), "{}", run.log);
    run.log
}

#[test]
fn the_longest_starts_first_and_what_is_needed_before_it() {
    let mut all = vec![item(0, 100, 1), item(1, 100, 5), item(2, 100, 3), item(3, 100, 9)];
    all[3].depends_on = vec![0];
    let scripts = [Script::passes(1), Script::passes(5), Script::passes(3), Script::passes(9)];
    insta::assert_snapshot!(log(all, options(2, 4096), &scripts, &World::default()));
}

#[test]
fn small_ones_pass_a_big_one_until_it_is_next() {
    let mut all = vec![item(0, 600, 0), item(1, 900, 0)];
    all.extend((2..14).map(|index| item(index, 100, 0)));
    let mut scripts = vec![Script::passes(20), Script::passes(1)];
    scripts.extend((2..14).map(|_| Script::passes(1)));
    let mut options = options(2, 1000);
    options.overtakes = 8;
    insta::assert_snapshot!(log(all, options, &scripts, &World::default()));
}

#[test]
fn what_is_too_big_runs_alone() {
    let all = vec![item(0, 100, 0), item(1, 9000, 0), item(2, 100, 0)];
    let scripts = [Script::passes(2), Script::passes(2), Script::passes(2)];
    insta::assert_snapshot!(log(all, options(4, 1000), &scripts, &World::default()));
}

#[test]
fn a_port_of_the_host_belongs_to_one() {
    let mut all = items(2, 100);
    for item in &mut all {
        item.request.groups.insert("port 8080/tcp".to_owned(), 1);
    }
    insta::assert_snapshot!(log(all, options(4, 1000), &[Script::passes(2), Script::passes(2)], &World::default()));
}

#[test]
fn under_pressure_admission_pauses_halves_and_recovers_and_one_always_runs() {
    let all = items(14, 100);
    let scripts = vec![Script::passes(4); 14];
    let pressure = BTreeMap::from([
        (3, Pressure { some: 12.0, full: 0.0 }),
        (6, Pressure { some: 31.5, full: 7.25 }),
        (14, Pressure { some: 1.0, full: 0.0 }),
    ]);
    insta::assert_snapshot!(log(all, options(4, 4096), &scripts, &World { pressure, ..World::default() }));
}

#[test]
fn what_runs_out_of_memory_runs_again_alone_and_is_degraded() {
    let ends = [short(Shortage::Memory), end(Outcome::Passed)];
    let always = [short(Shortage::Disk)];
    let scripts =
        [Script::passes(3), Script::ends(1, &ends), Script::passes(3), Script::ends(2, &always), Script::passes(1)];
    insta::assert_snapshot!(log(items(5, 100), options(4, 4096), &scripts, &World::default()));
}

#[test]
fn what_fails_is_tried_again_and_is_flaky_when_it_passes() {
    let mut options = options(2, 4096);
    options.retries = 2;
    let flaky = [end(Outcome::Failed), end(Outcome::Passed)];
    let scripts = [Script::ends(1, &flaky), Script::ends(1, &[end(Outcome::TimedOut)]), Script::passes(1)];
    insta::assert_snapshot!(log(items(3, 100), options, &scripts, &World::default()));
}

#[test]
fn a_red_test_runs_again_as_a_whole() {
    let mut options = options(2, 4096);
    options.retries = 1;
    let mut all = items(3, 100);
    all[1].test = 0;
    all[1].depends_on = vec![0];
    all[2].test = 1;
    let world = World { judgements: BTreeMap::from([(0, vec![false, true])]), ..World::default() };
    let scripts = vec![Script::passes(1); 3];
    insta::assert_snapshot!(log(all, options, &scripts, &world));
}

#[test]
fn nothing_starts_after_enough_has_failed_and_what_depends_on_a_failure_does_not_run() {
    let mut options = options(1, 4096);
    options.max_fail = Some(2);
    let mut all = items(5, 100);
    all[1].depends_on = vec![0];
    let failed = [end(Outcome::Failed)];
    let scripts =
        [Script::ends(1, &failed), Script::passes(1), Script::ends(1, &failed), Script::passes(1), Script::passes(1)];
    insta::assert_snapshot!(log(all, options, &scripts, &World::default()));
}

#[test]
fn cancelling_ends_what_runs_and_what_waits() {
    let world = World { cancelled: Some(2), ..World::default() };
    let scripts = [Script::passes(1), Script::passes(9), Script::passes(9), Script::passes(9)];
    insta::assert_snapshot!(log(items(4, 100), options(2, 4096), &scripts, &world));
}

#[test]
fn one_that_is_cancelled_ends_alone_and_what_depends_on_it_does_not_run() {
    // `a` runs when it is cancelled, `b` waits for it, `c` and `d` have nothing to do with it.
    let mut all = items(4, 100);
    all[1].depends_on = vec![0];
    let scripts = vec![Script::passes(9), Script::passes(1), Script::passes(3), Script::passes(1)];
    let mut options = options(2, 4096);
    options.retries = 2;
    let world = World { unwanted: Some((2, 0)), ..World::default() };
    insta::assert_snapshot!("while_it_runs", log(all.clone(), options.clone(), &scripts, &world));
    // And `d` while it waits.
    let world = World { unwanted: Some((0, 3)), ..World::default() };
    insta::assert_snapshot!("while_it_waits", log(all, options, &scripts, &world));
}

#[test]
fn what_waits_for_itself_ends_all_the_same() {
    let mut all = items(3, 100);
    all[0].depends_on = vec![1];
    all[1].after = vec![0];
    all[2].depends_on = vec![77];
    insta::assert_snapshot!(log(all, options(2, 4096), &vec![Script::passes(1); 3], &World::default()));
}

#[test]
fn what_passed_before_a_stop_or_beside_a_cycle_is_settled() {
    // The test of `a` and `b` may run again, so that `a` waits for it; `b` ends well after nothing starts any more, `c` never starts.
    let mut all = items(4, 100);
    for item in [1, 2] {
        all[item].test = 0;
    }
    let mut stopped = options(3, 4096);
    stopped.retries = 1;
    stopped.max_fail = Some(1);
    all[2].depends_on = vec![1];
    let failed = [end(Outcome::Failed)];
    let scripts = [Script::passes(1), Script::passes(9), Script::passes(1), Script::ends(1, &failed)];
    insta::assert_snapshot!("stopped", log(all.clone(), stopped.clone(), &scripts, &World::default()));
    all[1].after = vec![2];
    stopped.max_fail = None;
    insta::assert_snapshot!("cycle", log(all, stopped, &vec![Script::passes(1); 4], &World::default()));
}

/// A whole run by chance.
#[derive(Clone, Debug)]
struct Case {
    items: Vec<Item>,
    scripts: Vec<Script>,
    options: ScheduleOptions,
    world: World,
}

fn a_script() -> impl Strategy<Value = Script> {
    let an_end = prop_oneof![
        6 => Just(end(Outcome::Passed)),
        2 => Just(end(Outcome::Failed)),
        1 => Just(end(Outcome::Infrastructure)),
        1 => Just(short(Shortage::Memory)),
        1 => Just(short(Shortage::Addresses)),
    ];
    (1u64..6, prop::collection::vec(an_end, 1..4)).prop_map(|(takes, ends)| Script::ends(takes, &ends))
}

prop_compose! {
    fn a_case()(count in 1usize..14)(
        memory in prop::collection::vec(1u64..1300, count),
        expected in prop::collection::vec(0u64..9, count),
        tests in prop::collection::vec(0usize..5, count),
        dependencies in prop::collection::vec(prop::collection::vec(0usize..14, 0..2), count),
        ports in prop::collection::vec(prop::option::weighted(0.2, 0u8..2), count),
        scripts in prop::collection::vec(a_script(), count),
        slots in 1u64..5,
        retries in 0u32..3,
        max_fail in prop::option::weighted(0.2, 1usize..4),
        overtakes in 1u32..9,
        pressure in prop::collection::btree_map(0u64..20, (0.0f64..20.0, 0.0f64..8.0), 0..4),
        cancelled in prop::option::weighted(0.15, 0u64..15),
        unwanted in prop::option::weighted(0.3, (0u64..15, 0usize..count)),
        judgements in prop::collection::btree_map(0usize..5, prop::collection::vec(any::<bool>(), 1..3), 0..3),
    ) -> Case {
        let items = (0..memory.len()).map(|index| {
            let mut item = item(index, memory[index], expected[index]);
            item.test = tests[index];
            // What a later one needs stands before it, so that there are no cycles.
            item.depends_on = dependencies[index].iter().copied().filter(|it| *it < index).collect();
            if let Some(port) = ports[index] {
                item.request.groups.insert(format!("port {port}"), 1);
            }
            item
        }).collect();
        // Pressure ends some time, or a run under a scheduler that waits for calm would take for ever.
        let mut pressure: BTreeMap<u64, Pressure> =
            pressure.into_iter().map(|(at, (some, full))| (at, Pressure { some, full })).collect();
        pressure.insert(20, Pressure::default());
        let mut options = options(slots, 1000);
        options.retries = retries;
        options.max_fail = max_fail;
        options.overtakes = overtakes;
        Case { items, scripts, options, world: World { pressure, cancelled, unwanted, judgements } }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Capacity is never exceeded (the simulation looks after each step), all is released, and each item comes to one end.
    #[test]
    fn every_run_ends_within_its_bounds(case in a_case()) {
        let run = run(case.items.clone(), case.options.clone(), &case.scripts, &case.world);
        prop_assert!(run.violations.is_empty(), "{:?}\n{}", run.violations, run.log);
        for (item, settled) in run.settled.iter().enumerate() {
            prop_assert_eq!(settled.len(), 1, "item {} has {:?}\n{}", item, settled, run.log);
            prop_assert!(run.starts[item] <= 2 * (case.options.retries + 1) + 1, "{}", run.log);
        }
        prop_assert_eq!(run.log.matches("done").count(), 1);
    }

    /// The same input gives the same decisions.
    #[test]
    fn equal_runs_have_equal_logs(case in a_case()) {
        let first = run(case.items.clone(), case.options.clone(), &case.scripts, &case.world);
        let second = run(case.items, case.options, &case.scripts, &case.world);
        prop_assert_eq!(first.log, second.log);
    }

    /// While something waits that fits, no slot is idle; and nothing is overtaken more often than is allowed.
    #[test]
    fn no_slot_is_idle_and_nobody_waits_for_ever(
        memory in prop::collection::vec(1u64..1000, 1..14),
        takes in prop::collection::vec(1u64..6, 14),
        slots in 1u64..5,
        overtakes in 1u32..6,
    ) {
        let items: Vec<Item> = memory.iter().enumerate().map(|(index, memory)| item(index, *memory, 0)).collect();
        let scripts: Vec<Script> = takes.iter().take(items.len()).map(|takes| Script::passes(*takes)).collect();
        let mut options = options(slots, 1000);
        options.overtakes = overtakes;
        let waiting = crate::simulation::audit(items, options, &scripts);
        prop_assert!(waiting.idle.is_empty(), "{:?}", waiting.idle);
        prop_assert!(waiting.overtaken.iter().all(|count| *count <= overtakes), "{:?}", waiting.overtaken);
    }
}

#[test]
fn an_end_that_nobody_waits_for_changes_nothing() {
    use clnrm_lsp::executor::monitor::ResourceUsage;
    use clnrm_lsp::executor::schedule::{Event, Scheduler};
    let mut scheduler = Scheduler::new(items(1, 100), options(1, 1000));
    let quiet = ResourceUsage::default();
    let end = ItemEnd { outcome: Outcome::Passed, shortage: None };
    scheduler.step(Event::Tick, Duration::ZERO, &quiet);
    scheduler.step(Event::Ended { item: 0, end: end.clone() }, Duration::ZERO, &quiet);
    assert!(scheduler.is_done());
    assert!(scheduler.step(Event::Ended { item: 0, end: end.clone() }, Duration::ZERO, &quiet).is_empty());
    assert!(scheduler.step(Event::Ended { item: 9, end }, Duration::ZERO, &quiet).is_empty());
    assert!(scheduler.step(Event::Judged { test: 9, passed: false }, Duration::ZERO, &quiet).is_empty());
}

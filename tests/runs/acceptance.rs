//! What the run side promises, and the tests that hold it to that. Each row is a promise of the reference for runs; a row whose test is
//! renamed or removed turns this red. `docs/running.md` shows the table.

use std::fmt::Write as _;
use std::path::Path;

/// A promise, and the tests of it: a file below `tests/` or `src/` and the function in it. Figures are measured by a bench or script.
struct Promise {
    what: &'static str,
    tests: &'static [(&'static str, &'static str)],
}

const fn promise(what: &'static str, tests: &'static [(&'static str, &'static str)]) -> Promise {
    Promise { what, tests }
}

const PROMISES: &[Promise] = &[
    promise(
        "each key of `[expect]` has a trace that is green and a mutant that is red; in runs, replays and the editor too, at the same place",
        &[
            ("tests/expectations/table.rs", "each_mutant_turns_its_constraint_red_and_no_other"),
            ("tests/expectations/table.rs", "no_key_of_the_schema_is_missing"),
            ("tests/verdicts/kinds.rs", "every_kind_of_expectation_has_a_mutant"),
            ("tests/verdicts/command_line.rs", "recorded_spans_get_the_verdict_of_every_case"),
            ("tests/verdicts/command_line.rs", "runs_and_replays_give_the_verdict_of_every_case"),
            ("tests/verdicts/editor.rs", "the_editor_shows_the_verdict_of_every_case"),
        ],
    ),
    promise(
        "no spans are red although only absence is expected, and the cause is named",
        &[
            ("tests/expectations/zero.rs", "no_spans_fail_every_test_and_the_cause_is_named"),
            ("tests/runs/verdicts.rs", "nothing_is_green_without_proof"),
        ],
    ),
    promise(
        "a trace has the same digest by gRPC, protobuf and JSON over HTTP, compressed too, and by lines of standard output",
        &[("tests/collector/protocols.rs", "every_protocol_and_stdout_bring_the_same_trace")],
    ),
    promise(
        "repeated spans, and batches in another order, change nothing",
        &[
            ("tests/collector/protocols.rs", "repetitions_and_the_order_of_batches_change_nothing"),
            ("tests/expectations/properties.rs", "neither_order_nor_repetition_changes_a_verdict"),
        ],
    ),
    promise(
        "legal JSON is read however odd it is; a broken span costs one span",
        &[
            ("tests/collector/protocols.rs", "legal_json_that_strict_readers_refuse_is_read"),
            ("tests/collector/refusals.rs", "a_broken_span_costs_one_span"),
        ],
    ),
    promise(
        "`kill -9` leaves no container, and after the next start nothing at all",
        &[
            ("tests/runs/endings.rs", "a_killed_runner_leaves_nothing_running_and_the_next_start_removes_the_rest"),
            ("tests/runs/endings.rs", "cleanup_removes_what_a_killed_runner_left_and_nothing_of_who_lives"),
            ("tests/engine/cleanup.rs", "what_a_killed_runner_left_goes_and_what_lives_stays"),
            ("tests/server/runs/endings.rs", "a_killed_server_leaves_no_container"),
        ],
    ),
    promise(
        "who cancels waits for nothing, and nothing is left",
        &[
            ("tests/runs/endings.rs", "a_cancelled_run_leaves_nothing"),
            ("tests/server/runs/endings.rs", "a_run_is_cancelled_by_its_progress"),
            ("tests/server/runs/endings.rs", "a_scenario_is_cancelled_by_its_own_progress"),
        ],
    ),
    promise(
        "the end of a service that is waited for is told at once, with its log",
        &[("tests/runs/services.rs", "services_are_ready_or_explained")],
    ),
    promise(
        "the scheduler decides alike each time, never exceeds what there is, and lets nothing wait for ever",
        &[
            ("tests/planning/schedule.rs", "every_run_ends_within_its_bounds"),
            ("tests/planning/schedule.rs", "equal_runs_have_equal_logs"),
            ("tests/planning/schedule.rs", "no_slot_is_idle_and_nobody_waits_for_ever"),
        ],
    ),
    promise(
        "never more containers than allowed, by the engine's own events",
        &[
            ("tests/runs/budget.rs", "no_more_containers_than_allowed"),
            ("tests/engine/budget.rs", "two_hundred_scenarios_with_four_containers"),
        ],
    ),
    promise(
        "beyond its bounds a trace is truncated and says so; 100,000 spans are judged by `cargo bench --bench expectation`",
        &[
            ("tests/collector/bounds.rs", "beyond_its_bound_a_trace_is_truncated"),
            ("tests/collector/bounds.rs", "bytes_are_bounded_too"),
        ],
    ),
    promise(
        "big traces are compared or it is said that they are not; 10,000 spans by `cargo bench --bench trace`",
        &[
            ("tests/traces/diff.rs", "a_set_that_is_too_big_is_taken_as_removed_and_added_and_that_is_said"),
            ("tests/traces/diff.rs", "a_deep_set_that_would_take_hours_is_not_compared"),
        ],
    ),
    promise(
        "engines from API 1.41 on and podman will do; without one the exit code is 3, and it is said what to do",
        &[
            ("tests/engine/addresses.rs", "newer_engines_and_podman_will_do"),
            ("tests/engine/addresses.rs", "an_engine_that_is_too_old_is_refused"),
            ("tests/engine/addresses.rs", "where_no_engine_is_it_is_said_what_was_tried_and_what_to_do"),
        ],
    ),
    promise(
        "a span in a long line of output is read; what runs out of memory runs again alone",
        &[
            ("tests/runs/verdicts.rs", "a_span_in_a_long_line_of_output_is_read"),
            ("tests/runs/services.rs", "a_scenario_out_of_memory_runs_again_alone"),
        ],
    ),
    promise(
        "repetitions have one digest, or it is shown where they part",
        &[
            ("tests/runs/repeat.rs", "ten_repetitions_have_one_digest"),
            ("tests/runs/repeat.rs", "a_repetition_that_does_something_else_is_red_and_says_where"),
        ],
    ),
    promise(
        "annotations are capped with a notice; JUnit shows what ran again",
        &[
            ("src/report/run/tests.rs", "annotations_are_capped_with_a_notice"),
            ("src/report/run/tests.rs", "junit_shows_reruns_files_and_lines"),
        ],
    ),
    promise(
        "a secret is in no report, log, artifact or line",
        &[("tests/runs/verdicts.rs", "a_secret_is_nowhere"), ("src/report/run/tests.rs", "a_secret_is_in_no_format")],
    ),
    promise(
        "whatever happens to the engine, no verdict is wrong, nothing hangs and nothing is left: it dies, comes back, hangs, has no space, no \
         addresses, no image, a port that is taken",
        &[
            ("tests/engine/life.rs", "an_engine_that_dies_fails_nobodys_test"),
            ("tests/engine/life.rs", "an_engine_that_comes_back_is_used_again"),
            ("tests/engine/life.rs", "an_engine_that_hangs_is_not_waited_for_without_end"),
            ("tests/engine/life.rs", "a_container_that_does_not_go_is_told_and_holds_up_nobody"),
            ("tests/runs/faults.rs", "a_service_that_hears_no_signal_holds_up_nobody"),
            ("tests/runs/faults.rs", "a_port_that_is_taken_is_named"),
            ("tests/runs/faults.rs", "an_image_that_may_not_be_pulled_is_told_at_its_key"),
            ("tests/engine/shortage.rs", "a_full_disk_is_no_fault_of_the_test"),
            ("tests/engine/shortage.rs", "what_ran_out_of_memory_runs_again_alone"),
            ("tests/engine/shortage.rs", "networks_without_addresses_are_told_as_that"),
            ("tests/engine/shortage.rs", "a_port_that_is_taken_is_named_where_it_is_asked_for"),
            ("tests/engine/images.rs", "a_pull_that_fails_says_why_and_what_to_do"),
        ],
    ),
    promise(
        "no key that a run does not read is passed over in silence",
        &[
            ("tests/engine/services.rs", "what_is_asked_in_vain_is_told_in_the_result"),
            ("tests/engine/services.rs", "an_amount_that_nobody_can_read_is_no_limit_left_out"),
            ("tests/engine/kinds.rs", "an_unknown_kind_without_an_image_names_the_known_ones"),
        ],
    ),
];

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_promise_has_its_tests() {
    for Promise { what, tests } in PROMISES {
        assert!(!tests.is_empty(), "{what}");
        for (file, name) in *tests {
            let text =
                std::fs::read_to_string(repository().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(text.contains(&format!("fn {name}(")), "{what}: there is no `{name}` in {file}");
        }
    }
}

const BEGIN: &str = "<!-- promises -->\n";
const END: &str = "<!-- /promises -->\n";

/// `UPDATE_DOCS=1 cargo test --test runs promises` writes the table anew.
#[test]
fn the_document_shows_the_promises() {
    let mut table = "| promise | tests |\n|---|---|\n".to_owned();
    for Promise { what, tests } in PROMISES {
        let tests: Vec<String> = tests.iter().map(|(file, name)| format!("`{name}` in `{file}`")).collect();
        writeln!(table, "| {what} | {} |", tests.join("<br>")).unwrap();
    }
    let path = repository().join("docs/running.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the document has a place for the table");
    let (shown, after) = rest.split_once(END).expect("the place has an end");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else {
        assert_eq!(shown, table, "docs/running.md is stale: UPDATE_DOCS=1 cargo test --test runs promises");
    }
}

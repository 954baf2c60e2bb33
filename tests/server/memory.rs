//! Memory levels off: a server that is typed into all day is no larger in the evening.

use serde_json::json;

use crate::client::{CLEAN, Client};

/// Edits altogether; every one makes a text that was never there before.
const EDITS: i32 = 20_000;

/// How much the resident memory may grow between the second and the last quarter, in KiB. Far less than what a leak of one
/// text (700 bytes) per edit would take in that time.
const GROWTH: u64 = 5 * 1024;

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "resident memory is read from /proc")]
fn memory_does_not_grow_with_edits() {
    let mut client = Client::start(json!({}));
    let uris: Vec<String> =
        ["toml", "toml.tera"].iter().map(|ending| format!("file:///tests/long.clnrm.{ending}")).collect();
    for uri in &uris {
        client.open(uri, CLEAN);
    }
    let mut random = 1_u64;
    let mut halfway = 0;
    for version in 2..=EDITS {
        // A linear congruential generator is random enough for texts.
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let uri = &uris[usize::from(version % 2 == 1)];
        // A text that is new, sometimes with a mistake, sometimes with a tag that does not end.
        let name = match random >> 60 {
            0 => format!("{{{{ {random} }}}}"),
            1 => format!("{{% {random}"),
            2 => format!("\" {random}"),
            _ => random.to_string(),
        };
        let range = json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 2, "character": 0 } });
        client.change(uri, version, json!([{ "range": range, "text": format!("name = \"{name}\"\n") }]));
        // Waiting now and then, so that most texts are judged and messages don't pile up in this test.
        if version % 8 < 2 {
            client.diagnostics(uri, Some(version));
        }
        client.forget();
        if version == EDITS / 2 {
            halfway = resident(client.process_id());
        }
    }
    let end = resident(client.process_id());
    assert!(end < halfway + GROWTH, "{halfway} KiB after half of the edits, {end} KiB after all");
    client.shut_down();
}

/// The resident memory of a process, in KiB.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory is told");
    line.trim().trim_end_matches(" kB").parse().expect("it is a number")
}

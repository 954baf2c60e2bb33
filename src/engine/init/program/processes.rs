//! Signals to everything that runs in the container.

use std::collections::BTreeMap;
use std::ffi::c_int;

use crate::sys;

/// Signals every process but this one: as the container's first process really every one, otherwise all descendants.
pub fn signal_all(signal: c_int) {
    if std::process::id() == 1 {
        sys::kill_all_others(signal);
    } else {
        descendants().into_iter().for_each(|pid| sys::kill_one(pid, signal));
    }
}

/// The descendants of this process, by what `/proc` says of each process's parent.
fn descendants() -> Vec<u32> {
    let Ok(folder) = std::fs::read_dir("/proc") else { return Vec::new() };
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in folder.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if let Some(parent) = parent_of(pid) {
            children.entry(parent).or_default().push(pid);
        }
    }
    let mut found = children.remove(&std::process::id()).unwrap_or_default();
    let mut next = 0;
    while let Some(pid) = found.get(next) {
        found.extend(children.remove(pid).unwrap_or_default());
        next += 1;
    }
    found
}

fn parent_of(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold any character; state and parent follow.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

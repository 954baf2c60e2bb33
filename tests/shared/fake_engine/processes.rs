//! Processes of this machine in the place of those of a container.

use rustix::process::{Pid, Signal, kill_process};

/// Kills a process and all that it started.
pub fn kill_tree(root: u32) {
    let mut doomed = vec![root];
    let mut index = 0;
    while index < doomed.len() {
        doomed.extend(children(doomed[index]));
        index += 1;
    }
    doomed.into_iter().for_each(|pid| send(pid, Signal::KILL));
}

/// Sends a signal, by its name.
pub fn signal(pid: u32, name: &str) {
    match name.trim_start_matches("SIG") {
        "KILL" => kill_tree(pid),
        "INT" => send(pid, Signal::INT),
        _ => send(pid, Signal::TERM),
    }
}

fn send(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal);
    }
}

fn children(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| parent_of(*pid) == Some(parent)).collect()
}

fn parent_of(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

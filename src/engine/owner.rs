//! Who made an object of an engine, so that whoever finds it later can tell whether it is still wanted. A process is known by its
//! number and the time it started (numbers are used again), within a machine, a boot and a PID namespace.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A process that makes objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Where its number means something: `NAME/BOOT/NAMESPACE`.
    pub host: String,
    /// Its number.
    pub pid: u32,
    /// When it started, in the units of the system; empty where the system does not tell.
    pub start: String,
}

/// What is known of the owner of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// It runs.
    Alive,
    /// It has ended.
    Dead,
    /// It ran on this machine before it was started anew, so whatever runs now is not its own.
    EarlierBoot,
    /// It can't be seen from here.
    Unknown,
}

impl Owner {
    /// This process.
    pub fn of_process() -> Self {
        let pid = std::process::id();
        Self { host: host(), pid, start: start_of(pid).unwrap_or_default() }
    }

    /// What is known of this owner, seen from this process.
    pub fn ownership(&self) -> Ownership {
        let here = host();
        if self.host == here {
            return match start_of(self.pid) {
                None if started_is_known() => Ownership::Dead,
                None => Ownership::Unknown,
                Some(start) if start == self.start => Ownership::Alive,
                Some(_) => Ownership::Dead,
            };
        }
        match (self.host.split('/').collect::<Vec<_>>().as_slice(), here.split('/').collect::<Vec<_>>().as_slice()) {
            ([name, boot, _], [our_name, our_boot, _]) if name == our_name && boot != our_boot => Ownership::EarlierBoot,
            _ => Ownership::Unknown,
        }
    }
}

/// Seconds since 1970.
pub(super) fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

fn host() -> String {
    let read = |path: &str| std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned());
    let name = read("/proc/sys/kernel/hostname").or_else(|| std::env::var("COMPUTERNAME").ok()).or_else(hostname_program);
    let boot = read("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    // `pid:[4026531836]`
    let namespace = std::fs::read_link("/proc/self/ns/pid").map(|link| link.to_string_lossy().into_owned());
    let digits: String = namespace.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    format!("{}/{boot}/{digits}", name.unwrap_or_else(|| "unknown".to_owned()))
}

#[cfg(target_os = "linux")]
fn hostname_program() -> Option<String> {
    None
}

#[cfg(not(target_os = "linux"))]
fn hostname_program() -> Option<String> {
    let output = std::process::Command::new("hostname").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether this system tells when processes started, so that none told means no process.
fn started_is_known() -> bool {
    cfg!(unix)
}

/// When a process started: ticks since the boot, field 22 of its `stat`. A zombie has ended.
#[cfg(target_os = "linux")]
fn start_of(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may have spaces and parentheses of its own.
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    if matches!(fields.first(), Some(&"Z" | &"X")) {
        return None;
    }
    fields.get(19).map(|start| (*start).to_owned())
}

#[cfg(all(unix, not(target_os = "linux")))]
fn start_of(pid: u32) -> Option<String> {
    let output = std::process::Command::new("ps").args(["-o", "lstart=", "-p", &pid.to_string()]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(not(unix))]
fn start_of(_: u32) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_number_and_start() {
        let us = Owner::of_process();
        assert_eq!(us.ownership(), Ownership::Alive);
        assert_eq!(Owner { start: "1".to_owned(), ..us.clone() }.ownership(), Ownership::Dead);
        assert_eq!(Owner { pid: u32::MAX, ..us.clone() }.ownership(), Ownership::Dead);
        assert_eq!(Owner { host: "elsewhere/b/1".to_owned(), ..us.clone() }.ownership(), Ownership::Unknown);
        let parts: Vec<&str> = us.host.split('/').collect();
        let earlier = Owner { host: format!("{}/earlier/{}", parts[0], parts[2]), ..us.clone() };
        assert_eq!(earlier.ownership(), Ownership::EarlierBoot);
        let beside = Owner { host: format!("{}/{}/7", parts[0], parts[1]), ..us };
        assert_eq!(beside.ownership(), Ownership::Unknown);
    }

    #[test]
    fn a_process_that_ended_is_dead() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let start = start_of(child.id()).unwrap();
        let owner = Owner { pid: child.id(), start, ..Owner::of_process() };
        assert_eq!(owner.ownership(), Ownership::Alive);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(owner.ownership(), Ownership::Dead);
    }
}

//! Processes of this container that the kernel killed because its memory was used up. The kernel counts them for each container; not
//! every engine passes that on, and none at once.

/// How often that happened since the container began.
pub struct Kills {
    before: u64,
}

impl Default for Kills {
    /// From now on.
    fn default() -> Self {
        Self { before: counted() }
    }
}

impl Kills {
    pub fn since(&self) -> u64 {
        counted().saturating_sub(self.before)
    }
}

/// The kernel's own count: of cgroups 2, else of cgroups 1. Nothing where a container is not shown its cgroup.
fn counted() -> u64 {
    let places = ["/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"];
    let texts = places.iter().filter_map(|place| std::fs::read_to_string(place).ok());
    let mut counts = texts.filter_map(|text| text.lines().find_map(|line| line.strip_prefix("oom_kill ")?.parse().ok()));
    counts.next().unwrap_or(0)
}

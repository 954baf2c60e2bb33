//! Memory of the control group that this program runs in (versions 1 and 2, and both at once), and the kernel's pressure stall
//! information. A file that is missing or says something else turns that part off.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Level, Pressure, ResourceMonitor, ResourceUsage};

/// A limit of version 1 from here on means that there is none.
const NO_LIMIT: u64 = 1 << 62;

const MIB: u64 = 1 << 20;

/// Reads the control group of this process.
#[derive(Clone, Debug)]
pub struct CgroupMonitor {
    root: PathBuf,
}

impl Default for CgroupMonitor {
    /// That of this machine.
    fn default() -> Self {
        Self::at("/")
    }
}

impl CgroupMonitor {
    /// One that finds `proc` and `sys` in another folder than the root: for tests, and for a machine that is mounted elsewhere.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn read(&self, path: impl AsRef<Path>) -> Option<String> {
        fs::read_to_string(self.root.join(path)).ok()
    }

    /// The path of this process in the hierarchy of version 2, and in that of memory in version 1.
    fn paths(&self) -> (Option<String>, Option<String>) {
        let text = self.read("proc/self/cgroup").unwrap_or_default();
        let (mut unified, mut memory) = (None, None);
        for line in text.lines() {
            let mut parts = line.splitn(3, ':');
            let (Some(id), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            if id == "0" && controllers.is_empty() {
                unified = Some(path.to_owned());
            } else if controllers.split(',').any(|controller| controller == "memory") {
                memory = Some(path.to_owned());
            }
        }
        (unified, memory)
    }

    /// Version 2: the tightest limit on the way up, with the usage of the same level.
    fn unified(&self, path: &str) -> Option<Level> {
        let base = ["sys/fs/cgroup", "sys/fs/cgroup/unified"]
            .into_iter()
            .find(|base| self.root.join(base).join("cgroup.controllers").exists())?;
        let levels = upwards(path).filter_map(|path| {
            let folder = Path::new(base).join(path);
            let limit = ["memory.max", "memory.high"]
                .into_iter()
                .filter_map(|file| self.read(folder.join(file))?.trim().parse::<u64>().ok())
                .min()?;
            let used = self.read(folder.join("memory.current"))?.trim().parse::<u64>().ok()?;
            let inactive = self.read(folder.join("memory.stat")).and_then(|stat| field(&stat, "inactive_file"));
            Some(level(used, inactive, limit))
        });
        levels.min_by_key(|level| level.free())
    }

    /// Version 1.
    fn version_1(&self, path: &str) -> Option<Level> {
        let base = Path::new("sys/fs/cgroup/memory");
        let levels = upwards(path).filter_map(|path| {
            let folder = base.join(path);
            let limit = self.read(folder.join("memory.limit_in_bytes"))?.trim().parse::<u64>().ok()?;
            if limit >= NO_LIMIT {
                return None;
            }
            let used = self.read(folder.join("memory.usage_in_bytes"))?.trim().parse::<u64>().ok()?;
            let inactive = self.read(folder.join("memory.stat")).and_then(|stat| field(&stat, "total_inactive_file"));
            Some(level(used, inactive, limit))
        });
        levels.min_by_key(|level| level.free())
    }

    /// The pressure on the control group; where it has none of its own, that on the machine.
    fn pressure(&self, path: Option<&str>) -> Option<Pressure> {
        let own = path.and_then(|path| {
            ["sys/fs/cgroup", "sys/fs/cgroup/unified"]
                .into_iter()
                .find_map(|base| self.read(Path::new(base).join(path.trim_start_matches('/')).join("memory.pressure")))
        });
        pressure(&own.or_else(|| self.read("proc/pressure/memory"))?)
    }
}

impl ResourceMonitor for CgroupMonitor {
    fn current_usage(&self) -> ResourceUsage {
        let (unified, version_1) = self.paths();
        let by_2 = unified.as_deref().and_then(|path| self.unified(path));
        let by_1 = version_1.as_deref().and_then(|path| self.version_1(path));
        let own = [by_2, by_1].into_iter().flatten().min_by_key(|level| level.free());
        ResourceUsage { own_memory_mb: own, pressure: self.pressure(unified.as_deref()), ..ResourceUsage::default() }
    }
}

/// A path and all above it, without the slash at the start; the root is empty.
fn upwards(path: &str) -> impl Iterator<Item = &Path> {
    Path::new(path.trim_start_matches('/')).ancestors()
}

/// Pages of files that nobody looks at can be given back at any time: they are not in use.
const fn level(used: u64, inactive: Option<u64>, limit: u64) -> Level {
    let inactive = match inactive {
        Some(inactive) => inactive,
        None => 0,
    };
    Level { used: used.saturating_sub(inactive) / MIB, limit: limit / MIB }
}

fn field(stat: &str, name: &str) -> Option<u64> {
    stat.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

/// Reads `some avg10=… …` and `full avg10=… …`.
fn pressure(text: &str) -> Option<Pressure> {
    let average = |name: &str| {
        let line = text.lines().find(|line| line.split(' ').next() == Some(name))?;
        line.split(' ').find_map(|part| part.strip_prefix("avg10=")?.parse::<f64>().ok())
    };
    Some(Pressure { some: average("some")?, full: average("full").unwrap_or(0.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> (tempfile::TempDir, CgroupMonitor) {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let monitor = CgroupMonitor::at(root.path());
        (root, monitor)
    }

    #[test]
    fn version_2_takes_the_tightest_limit_on_the_way_up() {
        let (_root, monitor) = tree(&[
            ("proc/self/cgroup", "0::/user.slice/run.scope\n"),
            ("sys/fs/cgroup/cgroup.controllers", "memory\n"),
            ("sys/fs/cgroup/user.slice/memory.max", "1073741824\n"),
            ("sys/fs/cgroup/user.slice/memory.high", "536870912\n"),
            ("sys/fs/cgroup/user.slice/memory.current", "314572800\n"),
            ("sys/fs/cgroup/user.slice/memory.stat", "anon 1\ninactive_file 104857600\n"),
            ("sys/fs/cgroup/user.slice/run.scope/memory.max", "max\n"),
            ("sys/fs/cgroup/user.slice/run.scope/memory.current", "1048576\n"),
            (
                "sys/fs/cgroup/user.slice/run.scope/memory.pressure",
                "some avg10=12.50 avg60=1.00 avg300=0.00 total=1\nfull avg10=6.00 avg60=0.00 avg300=0.00 total=1\n",
            ),
            ("proc/pressure/memory", "some avg10=0.00 avg60=0 avg300=0 total=0\nfull avg10=0.00 total=0\n"),
        ]);
        let usage = monitor.current_usage();
        assert_eq!(usage.own_memory_mb, Some(Level { used: 200, limit: 512 }));
        assert_eq!(usage.pressure, Some(Pressure { some: 12.5, full: 6.0 }));
    }

    #[test]
    fn version_1_and_hybrid_are_read_and_no_limit_is_none() {
        let (_root, monitor) = tree(&[
            ("proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/a/b\n0::/x\n"),
            ("sys/fs/cgroup/unified/cgroup.controllers", ""),
            ("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n"),
            ("sys/fs/cgroup/memory/a/b/memory.usage_in_bytes", "1048576\n"),
            ("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "104857600\n"),
            ("sys/fs/cgroup/memory/a/memory.usage_in_bytes", "62914560\n"),
            ("sys/fs/cgroup/memory/a/memory.stat", "cache 5\ntotal_inactive_file 10485760\n"),
            ("proc/pressure/memory", "some avg10=0.25 avg60=0 avg300=0 total=0\n"),
        ]);
        let usage = monitor.current_usage();
        assert_eq!(usage.own_memory_mb, Some(Level { used: 50, limit: 100 }));
        assert_eq!(usage.pressure, Some(Pressure { some: 0.25, full: 0.0 }));
    }

    #[test]
    fn what_is_not_there_is_unknown() {
        let (_root, monitor) = tree(&[("proc/self/cgroup", "0::/\n"), ("proc/pressure/memory", "nonsense\n")]);
        assert_eq!(monitor.current_usage(), ResourceUsage::default());
        let (_root, monitor) = tree(&[]);
        assert_eq!(monitor.current_usage(), ResourceUsage::default());
    }
}

//! The flags that say how a run goes, and where its results are written.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;

use crate::cli::numbers::{amount, positive, whole};
use crate::config::duration;
use crate::executor::{Limits, PullPolicy, RunOptions, Shard};
use crate::report::run::RunFormat;
use crate::telemetry::Endpoint;

/// Heading of what bounds a run.
const BOUNDS: &str = "Bounds";

/// How a run goes.
#[derive(Clone, Debug, clap::Args)]
pub struct ExecutionOptions {
    /// Run several scenarios at once, which is what happens anyway; with a number as `--jobs`
    #[arg(long, short, value_name = "N", num_args = 0..=1, require_equals = true, value_parser = positive)]
    parallel: Option<Option<NonZeroUsize>>,

    /// So many scenarios at once at most [default: the processors of the engine]
    #[arg(long, short, visible_alias = "workers", value_name = "N", value_parser = positive, help_heading = BOUNDS)]
    jobs: Option<NonZeroUsize>,

    /// So many containers at once at most
    #[arg(long, value_name = "N", default_value = "10", value_parser = positive, help_heading = BOUNDS)]
    max_containers: NonZeroUsize,

    /// So much memory for all containers at most, in MiB
    #[arg(long, value_name = "MB", default_value_t = 4096, value_parser = amount, help_heading = BOUNDS)]
    max_memory: u64,

    /// So many processors for all containers at most, such as 1.5 [default: those of the engine]
    #[arg(long, value_name = "CPUS", value_parser = cpu_millis, help_heading = BOUNDS)]
    max_cpu: Option<u64>,

    /// A scenario may take so long, unless its test says otherwise
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = time, help_heading = BOUNDS)]
    timeout: Duration,

    /// Start nothing any more once a scenario has failed
    #[arg(long, short = 'f', conflicts_with = "max_fail")]
    fail_fast: bool,

    /// Start nothing any more once so many scenarios have failed
    #[arg(long, value_name = "N", value_parser = positive)]
    max_fail: Option<NonZeroUsize>,

    /// Run a failed scenario again so often; it is flaky where it passes then
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole::<u32>)]
    retries: u32,

    /// Let flaky scenarios fail the run
    #[arg(long)]
    pub fail_on_flaky: bool,

    /// Run each scenario so often; the digests of its spans must agree
    #[arg(long, value_name = "N", default_value = "1", value_parser = positive)]
    repeat: NonZeroUsize,

    /// Run also what is known to pass with the same inputs
    #[arg(long, visible_alias = "no-cache")]
    force: bool,

    /// Take what is known to pass with the same inputs for passed, which is what happens anyway
    #[arg(long, conflicts_with = "force")]
    cache: bool,

    /// Run one of several parts of the scenarios, such as 1/3
    #[arg(long, value_name = "I/M", value_parser = shard)]
    shard: Option<Shard>,

    /// When images are pulled
    #[arg(long, value_enum, value_name = "WHEN", default_value = "missing")]
    pull: Pull,

    /// What seeded functions and the order of equals start from
    #[arg(long, value_name = "NUMBER", default_value_t = 42, value_parser = whole::<u64>)]
    pub seed: u64,

    /// Export spans and metrics as OTLP over HTTP to this base address (`docs/telemetry.md`)
    #[arg(long, value_name = "URL")]
    pub trace_endpoint: Option<Endpoint>,

    /// Cover the value of this variable everywhere, though its name does not say that it is secret (repeatable)
    #[arg(long = "secret", value_name = "NAME")]
    secrets: Vec<String>,
}

/// When images are pulled.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Pull {
    /// Where the engine does not have them
    Missing,
    /// Always
    Always,
    /// Never: a missing image is an error
    Never,
}

impl ExecutionOptions {
    /// The options of the executor.
    pub fn run_options(&self) -> RunOptions {
        let limits = Limits { containers: self.max_containers, memory_mb: self.max_memory, cpu_millis: self.max_cpu };
        RunOptions {
            jobs: self.jobs.or(self.parallel.flatten()),
            limits,
            max_fail: if self.fail_fast { Some(NonZeroUsize::MIN) } else { self.max_fail },
            retries: self.retries,
            fail_on_flaky: self.fail_on_flaky,
            force: self.force,
            repeat: self.repeat,
            shard: self.shard,
            pull: match self.pull {
                Pull::Missing => PullPolicy::Missing,
                Pull::Always => PullPolicy::Always,
                Pull::Never => PullPolicy::Never,
            },
            timeout: self.timeout,
            seed: self.seed,
            secrets: self.secrets.iter().cloned().collect(),
            ..RunOptions::default()
        }
    }
}

/// A file that a report is written to, as `FORMAT=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportTarget {
    /// How.
    pub format: RunFormat,
    /// Where.
    pub path: PathBuf,
}

impl FromStr for ReportTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, path) = text.split_once('=').ok_or("write it as FORMAT=FILE, such as junit=report.xml")?;
        let format = <RunFormat as ValueEnum>::from_str(format, false).map_err(|_| {
            let known = RunFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let known: Vec<String> = known.map(|value| value.get_name().to_owned()).collect();
            format!("there is no format `{format}`; known are {}", known.join(", "))
        })?;
        match path {
            "" => Err("the name of the file is missing behind `=`".to_owned()),
            path => Ok(Self { format, path: PathBuf::from(path) }),
        }
    }
}

fn time(text: &str) -> Result<Duration, String> {
    let milliseconds = duration::parse(text).map_err(|error| format!("{error}; write it like `30s` or `5m`"))?;
    match Duration::try_from_secs_f64(milliseconds / 1e3) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("it must be longer than nothing".to_owned()),
    }
}

fn cpu_millis(text: &str) -> Result<u64, String> {
    match text.parse::<f64>() {
        Ok(cpus) if cpus.is_finite() && (0.001..=1e6).contains(&cpus) => Ok((cpus * 1e3).round() as u64),
        _ => Err("write a number of processors, such as 2 or 0.5".to_owned()),
    }
}

fn shard(text: &str) -> Result<Shard, String> {
    let number = |text: &str| text.trim().parse::<NonZeroUsize>().ok();
    match text.split_once('/').map(|(index, of)| (number(index), number(of))) {
        Some((Some(index), Some(of))) if index <= of => Ok(Shard { index, of }),
        Some((Some(index), Some(of))) => Err(format!("there is no part {index} of {of}")),
        _ => Err("write it as I/M, such as 1/3 for the first of three parts".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_several() {
        let part = shard("2/3").unwrap();
        assert_eq!((part.index.get(), part.of.get()), (2, 3));
        for wrong in ["", "1", "0/3", "4/3", "a/b", "1/0", "1/2/3"] {
            assert!(shard(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_and_processors_are_more_than_nothing() {
        assert_eq!(time("1.5s"), Ok(Duration::from_millis(1500)));
        assert!(time("0s").is_err() && time("30").is_err() && time("-1s").is_err());
        assert_eq!(cpu_millis("1.5"), Ok(1500));
        assert!(cpu_millis("0").is_err() && cpu_millis("NaN").is_err() && cpu_millis("many").is_err());
    }

    #[test]
    fn a_report_has_a_format_and_a_file() {
        let target: ReportTarget = "junit=a=b.xml".parse().unwrap();
        assert_eq!((target.format, target.path), (RunFormat::Junit, PathBuf::from("a=b.xml")));
        for wrong in ["junit", "junit=", "xml=a.xml"] {
            assert!(wrong.parse::<ReportTarget>().is_err(), "{wrong}");
        }
    }
}

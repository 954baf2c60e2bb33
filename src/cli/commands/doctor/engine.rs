//! The container engine as `clnrm doctor` sees it: whether one answers, what it is and can do, and which images it has.

use std::collections::BTreeMap;

use super::finding::{Area, Finding};
use crate::engine::{ConnectOptions, Engine, EngineError, EngineInfo, ImageReference, SweepOptions};

/// Less memory than this for all containers, in bytes, and runs of several scenarios are slow.
const LITTLE_MEMORY: u64 = 2 << 30;

/// Looks at the engine, and whether it has the images; each with the tests that need it.
pub async fn look(images: &BTreeMap<String, Vec<String>>) -> Vec<Finding> {
    let options = match ConnectOptions::of_process() {
        Ok(options) => options,
        Err(error) => return vec![failed(&error)],
    };
    let engine = match Engine::connect(&options).await {
        Ok(engine) => engine,
        Err(error) => return vec![failed(&error)],
    };
    let mut findings = of_info(engine.info());
    findings.push(left_over(&engine).await);
    for (image, tests) in images {
        findings.push(of_image(&engine, image, tests).await);
    }
    if images.is_empty() {
        findings.push(Finding::ok(Area::Images, "images", "no test needs any"));
    }
    findings
}

fn failed(error: &EngineError) -> Finding {
    Finding::problem(Area::Engine, "engine", error.to_string(), error.help())
}

/// What the engine is and what its machine has. An older one than is promised is refused when it is greeted.
fn of_info(info: &EngineInfo) -> Vec<Finding> {
    let rootless = if info.rootless { ", rootless" } else { "" };
    let mut findings = vec![Finding::ok(
        Area::Engine,
        "engine",
        format!("{} {} (API {}{rootless}) at {}", info.kind, info.version, info.api, info.endpoint),
    )];
    let capacity = format!(
        "{} processor{}, {:.1} GiB memory, {} on {}",
        info.processors,
        if info.processors == 1 { "" } else { "s" },
        info.memory as f64 / f64::from(1 << 30),
        info.os,
        info.architecture
    );
    findings.push(match info.memory {
        // It is not told.
        0 => Finding::ok(Area::Engine, "capacity", capacity),
        bytes if bytes < LITTLE_MEMORY => Finding::warning(
            Area::Engine,
            "capacity",
            capacity,
            "give the engine more memory, or run with fewer `--jobs`",
        ),
        _ => Finding::ok(Area::Engine, "capacity", capacity),
    });
    if info.os != "linux" {
        findings.push(Finding::problem(
            Area::Engine,
            "system",
            format!("its containers are for {}", info.os),
            "switch the engine to Linux containers",
        ));
    }
    let limits = [("memory", info.limits_memory), ("processors", info.limits_cpu), ("processes", info.limits_pids)];
    let missing: Vec<&str> = limits.iter().filter(|(_, can)| !can).map(|(what, _)| *what).collect();
    findings.push(match missing.as_slice() {
        [] => Finding::ok(Area::Engine, "limits", "it can limit memory, processors and processes of containers"),
        missing => Finding::warning(
            Area::Engine,
            "limits",
            format!(
                "it can't limit {} of containers: `resources` and `[limits]` of tests do nothing there",
                missing.join(" and ")
            ),
            "delegate the cgroup controllers to it (systemd: `Delegate=cpu memory pids`), or run it with root",
        ),
    });
    findings
}

/// What earlier runs left in the engine.
async fn left_over(engine: &Engine) -> Finding {
    let options = SweepOptions { dry_run: true, all: false };
    match engine.sweep(options).await {
        Ok(swept) if swept.removed.is_empty() => {
            Finding::ok(Area::Engine, "left-over", "nothing is left of runs that have ended")
        }
        Ok(swept) => {
            let count = swept.removed.len();
            let (things, runs) = if count == 1 { ("thing is", "it") } else { ("things are", "them") };
            Finding::warning(
                Area::Engine,
                "left-over",
                format!("{count} {things} left of runs that have ended"),
                format!("`clnrm cleanup` removes {runs}, and so does the next run"),
            )
        }
        Err(error) => Finding::warning(Area::Engine, "left-over", error.to_string(), error.help()),
    }
}

async fn of_image(engine: &Engine, image: &str, tests: &[String]) -> Finding {
    let needed = match tests {
        [] => String::new(),
        [test] => format!("; `{test}` needs it"),
        [test, others @ ..] => format!("; `{test}` and {} more need it", others.len()),
    };
    match engine.inspect_image(image).await {
        Ok(Some(found)) => {
            let info = engine.info();
            let other = !found.architecture.is_empty() && found.architecture != info.architecture;
            match other {
                false => Finding::ok(Area::Images, "image", image),
                true => Finding::warning(
                    Area::Images,
                    "image",
                    format!(
                        "{image} is for {}, and the engine runs on {}{needed}",
                        found.architecture, info.architecture
                    ),
                    "pull or build it for the engine's processor; emulation is slow where there is any",
                ),
            }
        }
        Ok(None) => match ImageReference::parse(image) {
            Ok(reference) if reference.is_local() => Finding::problem(
                Area::Images,
                "image",
                format!("{image} is not there, and no registry has it{needed}"),
                format!("build it (`docker build -t {image} .`) or load it (`docker load`)"),
            ),
            Ok(_) => Finding::warning(
                Area::Images,
                "image",
                format!("{image} is not there yet{needed}"),
                "`clnrm pull` fetches it; else the first run does",
            ),
            Err(error) => Finding::problem(Area::Images, "image", error.to_string(), error.help()),
        },
        Err(error) => Finding::problem(Area::Images, "image", error.to_string(), error.help()),
    }
}

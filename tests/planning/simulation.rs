//! Drives a scheduler through a run that takes no time: a virtual clock, and items that end when and how a test says.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use clnrm_lsp::executor::Outcome;
use clnrm_lsp::executor::monitor::{Pressure, ResourceUsage};
use clnrm_lsp::executor::resources::Resources;
use clnrm_lsp::executor::schedule::{Action, Event, Item, ItemEnd, ScheduleOptions, Scheduler, Shortage};

/// How the attempts at one item go.
#[derive(Clone, Debug)]
pub struct Script {
    /// How long each takes.
    pub takes: Duration,
    /// How they end, in order; the last one for all further attempts.
    pub ends: Vec<ItemEnd>,
}

impl Script {
    pub fn passes(seconds: u64) -> Self {
        Self { takes: Duration::from_secs(seconds), ends: vec![end(Outcome::Passed)] }
    }

    pub fn ends(seconds: u64, ends: &[ItemEnd]) -> Self {
        Self { takes: Duration::from_secs(seconds), ends: ends.to_vec() }
    }
}

pub fn end(outcome: Outcome) -> ItemEnd {
    ItemEnd { outcome, shortage: None }
}

pub fn short(shortage: Shortage) -> ItemEnd {
    ItemEnd { outcome: Outcome::Failed, shortage: Some(shortage) }
}

/// What may happen from outside.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The pressure from each second on.
    pub pressure: BTreeMap<u64, Pressure>,
    /// The second in which somebody cancels.
    pub cancelled: Option<u64>,
    /// An item that somebody cancels alone, and the second.
    pub unwanted: Option<(u64, usize)>,
    /// What the judgements of each test say, in order; the last one for all further; green without.
    pub judgements: BTreeMap<usize, Vec<bool>>,
}

/// What came of a run.
pub struct Run {
    pub log: String,
    pub settled: Vec<Vec<(Outcome, bool)>>,
    /// How often each item started.
    pub starts: Vec<u32>,
    pub violations: Vec<String>,
}

pub fn run(items: Vec<Item>, options: ScheduleOptions, scripts: &[Script], world: &World) -> Run {
    let count = items.len();
    let tests = items.iter().map(|item| item.test + 1).max().unwrap_or(0);
    let mut scheduler = Scheduler::new(items, options);
    let mut simulation = Simulation {
        scripts,
        log: String::new(),
        running: Vec::new(),
        attempts: vec![0; count],
        settled: vec![Vec::new(); count],
        judged: vec![0; tests],
        violations: Vec::new(),
        cancelled: false,
        unwanted: None,
    };
    let mut now = Duration::ZERO;
    simulation.step(&mut scheduler, Event::Tick, now, world);
    // Nothing that these tests do takes longer.
    for _ in 0..100_000 {
        if scheduler.is_done() {
            break;
        }
        if let Some(test) = simulation.next_judgement(&scheduler) {
            let said = world.judgements.get(&test);
            let at = simulation.judged[test];
            let passed = said.is_none_or(|said| said.get(at).or(said.last()).copied().unwrap_or(true));
            simulation.judged[test] += 1;
            simulation.step(&mut scheduler, Event::Judged { test, passed }, now, world);
            continue;
        }
        let tick = now + Duration::from_secs(1);
        if let Some((_, item)) = world.unwanted.filter(|(second, _)| *second <= now.as_secs())
            && simulation.unwanted.is_none()
        {
            simulation.unwanted = Some(item);
            simulation.step(&mut scheduler, Event::CancelItem { item }, now, world);
            continue;
        }
        let cancel = world.cancelled.map(Duration::from_secs).filter(|_| !simulation.cancelled);
        simulation.running.sort();
        let next_end = simulation.running.first().map(|(at, _)| *at);
        if let Some(at) = cancel
            && at <= now.max(next_end.unwrap_or(at)).min(tick)
        {
            now = now.max(at);
            simulation.cancelled = true;
            simulation.step(&mut scheduler, Event::Cancel, now, world);
        } else if let Some(at) = next_end.filter(|at| *at <= tick) {
            now = at;
            let (_, item) = simulation.running.remove(0);
            let end = simulation.end_of(item);
            simulation.step(&mut scheduler, Event::Ended { item, end }, now, world);
        } else {
            now = tick;
            simulation.step(&mut scheduler, Event::Tick, now, world);
        }
    }
    if !scheduler.is_done() {
        simulation.violations.push("the run never ended".to_owned());
    }
    if !scheduler.used().is_empty() {
        simulation.violations.push(format!("still in use at the end: {:?}", scheduler.used()));
    }
    Run {
        log: simulation.log,
        settled: simulation.settled,
        starts: simulation.attempts,
        violations: simulation.violations,
    }
}

struct Simulation<'a> {
    scripts: &'a [Script],
    log: String,
    /// When what runs ends, and what it is.
    running: Vec<(Duration, usize)>,
    attempts: Vec<u32>,
    settled: Vec<Vec<(Outcome, bool)>>,
    judged: Vec<usize>,
    violations: Vec<String>,
    cancelled: bool,
    /// What was cancelled alone.
    unwanted: Option<usize>,
}

impl Simulation<'_> {
    fn end_of(&self, item: usize) -> ItemEnd {
        if self.cancelled || self.unwanted == Some(item) {
            return end(Outcome::Cancelled);
        }
        let ends = &self.scripts[item].ends;
        ends.get(self.attempts[item] as usize - 1).or(ends.last()).cloned().unwrap()
    }

    /// A test all of whose items ran, some of which wait for the judgement.
    fn next_judgement(&self, scheduler: &Scheduler) -> Option<usize> {
        (0..self.judged.len()).find(|test| {
            let items: Vec<usize> =
                (0..scheduler.items().len()).filter(|it| scheduler.items()[*it].test == *test).collect();
            let idle = |it: &usize| self.attempts[*it] > 0 && !self.running.iter().any(|(_, other)| other == it);
            let open = items.iter().any(|it| self.settled[*it].is_empty());
            open && !items.is_empty() && items.iter().all(idle) && scheduler.awaits_judgement(*test)
        })
    }

    fn step(&mut self, scheduler: &mut Scheduler, event: Event, now: Duration, world: &World) {
        let pressure = world.pressure.range(..=now.as_secs()).next_back().map(|(_, pressure)| *pressure);
        let readings = ResourceUsage { pressure, ..ResourceUsage::default() };
        for action in scheduler.step(event, now, &readings) {
            let label = |item: usize| scheduler.items()[item].label.clone();
            let seconds = now.as_secs();
            let line = match &action {
                Action::Start { item, attempt, alone } => {
                    self.attempts[*item] += 1;
                    if self.attempts[*item] != *attempt {
                        self.violations.push(format!("attempt {attempt} of {} is not the next", label(*item)));
                    }
                    if !self.settled[*item].is_empty() {
                        self.violations.push(format!("{} started behind its end", label(*item)));
                    }
                    self.running.push((now + self.scripts[*item].takes, *item));
                    let how = if *alone { ", alone" } else { "" };
                    format!("start {} (attempt {attempt}{how})", label(*item))
                }
                Action::Stop { item } => {
                    // Ending takes no time at all here.
                    for (at, other) in &mut self.running {
                        if other == item {
                            *at = now;
                        }
                    }
                    format!("stop {}", label(*item))
                }
                Action::Settle { item, outcome, degraded } => {
                    self.settled[*item].push((*outcome, *degraded));
                    let how = if *degraded { ", degraded" } else { "" };
                    format!("{}: {}{how}", label(*item), words(*outcome))
                }
                Action::Decide(decision) => match decision.item {
                    Some(item) => format!("    {}: {}", label(item), decision.kind),
                    None => format!("    {}", decision.kind),
                },
                Action::Done => "done".to_owned(),
            };
            writeln!(self.log, "{seconds:>3} s  {line}").unwrap();
        }
        self.check(scheduler);
    }

    fn check(&mut self, scheduler: &Scheduler) {
        let used = scheduler.used();
        if scheduler.running() != self.running.len() as u64 {
            self.violations.push("it counts another number of running items".to_owned());
        }
        if scheduler.running() > 1 && scheduler.capacity().lack(&Resources::default(), used).is_some() {
            self.violations.push(format!("more in use than there is: {used:?}"));
        }
    }
}

fn words(outcome: Outcome) -> String {
    match outcome {
        Outcome::NotRun(why) => format!("not run, {why:?}"),
        other => other.word().to_owned(),
    }
}

/// What an independent look at a run of items that all fit found.
pub struct Audit {
    /// Moments in which a slot was idle though the first that waited, or one that may pass it, fitted.
    pub idle: Vec<String>,
    /// How often each item was passed by one behind it.
    pub overtaken: Vec<u32>,
}

/// Runs items that need nothing but memory, and looks after each step whether what waits could have started.
pub fn audit(items: Vec<Item>, options: ScheduleOptions, scripts: &[Script]) -> Audit {
    let (slots, memory, most) = (options.capacity.slots, options.capacity.memory_mb, options.overtakes);
    let mut scheduler = Scheduler::new(items.clone(), options);
    let quiet = ResourceUsage::default();
    let mut audit = Audit { idle: Vec::new(), overtaken: vec![0; items.len()] };
    let mut waiting: Vec<usize> = (0..items.len()).collect();
    let mut running: Vec<(Duration, usize)> = Vec::new();
    let (mut now, mut event) = (Duration::ZERO, Event::Tick);
    loop {
        for action in scheduler.step(event, now, &quiet) {
            if let Action::Start { item, .. } = action {
                for it in waiting.iter().take_while(|it| **it != item) {
                    audit.overtaken[*it] += 1;
                }
                waiting.retain(|it| *it != item);
                running.push((now + scripts[item].takes, item));
            }
        }
        let used: u64 = running.iter().map(|(_, it)| items[*it].request.memory_mb).sum();
        // Nothing may pass one that was overtaken often enough.
        let barrier = waiting.iter().find(|it| audit.overtaken[**it] >= most).copied();
        let candidates: Vec<usize> = barrier.map_or(waiting.clone(), |barrier| vec![barrier]);
        let fits = candidates.iter().find(|it| used + items[**it].request.memory_mb <= memory);
        if let Some(item) = fits.filter(|_| (running.len() as u64) < slots) {
            audit.idle.push(format!("at {now:?} {} fits beside {used} MiB", items[*item].label));
        }
        running.sort();
        if running.is_empty() {
            return audit;
        }
        let (at, item) = running.remove(0);
        now = at;
        event = Event::Ended { item, end: end(Outcome::Passed) };
    }
}

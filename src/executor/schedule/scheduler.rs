//! The state machine.

use std::time::Duration;

use super::admission::Admission;
use super::rank::ranks;
use super::{Action, Decision, DecisionKind, Event, Item, ItemEnd, ScheduleOptions};
use crate::executor::monitor::ResourceUsage;
use crate::executor::resources::Resources;
use crate::executor::{NotRun, Outcome};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Running,
    /// It passed, and is settled when its test is judged.
    Held,
    Settled(Outcome),
}

#[derive(Clone, Debug)]
struct Progress {
    state: State,
    attempts: u32,
    /// Attempts that failed.
    failures: u32,
    overtaken: u32,
    /// Whether the next attempt is to be alone because something was short.
    rerun_alone: bool,
    degraded: bool,
    /// Whether somebody cancelled it alone.
    cancelled: bool,
    /// Whether it is too big for what there is.
    too_big: bool,
    told: bool,
    /// Expected time from its start to the end of all that waits for it.
    rank: Duration,
}

/// Decides which item starts when.
#[derive(Clone, Debug)]
pub struct Scheduler {
    options: ScheduleOptions,
    items: Vec<Item>,
    progress: Vec<Progress>,
    used: Resources,
    running: u64,
    /// Whether what runs is to run alone.
    alone: bool,
    admission: Admission,
    failed: usize,
    /// How often each test was run again.
    reruns: Vec<u32>,
    stopped: bool,
    cancelled: bool,
    done: bool,
}

impl Scheduler {
    /// A scheduler for `items`. What they depend on and what does not exist among them, or waits for itself, counts as not passed.
    pub fn new(items: Vec<Item>, options: ScheduleOptions) -> Self {
        let ranks = ranks(&items);
        let progress = items
            .iter()
            .zip(ranks)
            .map(|(item, rank)| Progress {
                state: State::Waiting,
                attempts: 0,
                failures: 0,
                overtaken: 0,
                rerun_alone: false,
                degraded: false,
                cancelled: false,
                too_big: options.capacity.lack(&Resources::default(), &item.request).is_some(),
                told: false,
                rank,
            })
            .collect();
        let tests = items.iter().map(|item| item.test + 1).max().unwrap_or(0);
        Self {
            admission: Admission::new(options.capacity.slots.max(1), options.calm),
            options,
            items,
            progress,
            used: Resources::default(),
            running: 0,
            alone: false,
            failed: 0,
            reruns: vec![0; tests],
            stopped: false,
            cancelled: false,
            done: false,
        }
    }

    /// What is in use by what runs.
    pub const fn used(&self) -> &Resources {
        &self.used
    }

    /// What there is.
    pub const fn capacity(&self) -> &Resources {
        &self.options.capacity
    }

    /// How many run.
    pub const fn running(&self) -> u64 {
        self.running
    }

    /// How many may run at once now.
    pub const fn target(&self) -> u64 {
        self.admission.target()
    }

    /// Whether nothing new starts because resources are short.
    pub const fn is_paused(&self) -> bool {
        self.admission.is_paused()
    }

    /// The items.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Whether all items are settled.
    pub const fn is_done(&self) -> bool {
        self.done
    }

    /// Whether all items of a test have ended and some wait for its judgement: it may run again if its expectations do not hold.
    pub fn awaits_judgement(&self, test: usize) -> bool {
        let mut of_test = self.items.iter().zip(&self.progress).filter(|(it, _)| it.test == test);
        let mut is_held = false;
        of_test.all(|(_, it)| {
            is_held |= it.state == State::Held;
            !matches!(it.state, State::Waiting | State::Running)
        }) && is_held
    }

    /// Whether a tick every second or so could change anything: something waits, and resources are or were short.
    pub fn wants_ticks(&self) -> bool {
        !self.done && (self.admission.is_degraded() || self.progress.iter().any(|it| it.state == State::Waiting))
    }

    /// When time alone changes something next.
    pub fn next_change(&self) -> Option<Duration> {
        self.admission.next_change()
    }

    /// Takes an event at `now` (time since the run began, never less than before) with a reading of the machine; says what is to be
    /// done. What was told of an item that does not run is passed over.
    pub fn step(&mut self, event: Event, now: Duration, readings: &ResourceUsage) -> Vec<Action> {
        let mut actions = Vec::new();
        self.admission.observe(now, readings, &mut |kind| actions.push(decide(None, kind)));
        match event {
            Event::Tick => {}
            Event::Ended { item, end } => self.ended(item, end, now, &mut actions),
            Event::Judged { test, passed } => self.judged(test, passed, &mut actions),
            Event::Cancel => self.cancel(&mut actions),
            Event::CancelItem { item } => self.cancel_item(item, &mut actions),
        }
        self.settle_the_hopeless(&mut actions);
        self.admit(readings, &mut actions);
        if !self.done && self.progress.iter().all(|it| matches!(it.state, State::Settled(_))) {
            self.done = true;
            actions.push(Action::Done);
        }
        actions
    }

    fn ended(&mut self, item: usize, end: ItemEnd, now: Duration, actions: &mut Vec<Action>) {
        let (Some(progress), Some(it)) = (self.progress.get_mut(item), self.items.get(item)) else { return };
        if progress.state != State::Running {
            return;
        }
        self.used.release(&it.request);
        self.running -= 1;
        if self.running == 0 {
            self.alone = false;
        }
        let test = it.test;
        let is_cancelled = self.cancelled || progress.cancelled;
        let may_run = !is_cancelled && !self.stopped;
        if let Some(shortage) = end.shortage {
            self.admission.ran_short(now, shortage, &mut |kind| actions.push(decide(None, kind)));
            if may_run && !progress.degraded {
                progress.degraded = true;
                progress.rerun_alone = true;
                progress.state = State::Waiting;
                actions.push(decide(Some(item), DecisionKind::RunsAgainAlone(shortage)));
                return;
            }
        }
        let passed = matches!(end.outcome, Outcome::Passed | Outcome::Flaky);
        if is_cancelled && !passed {
            self.settle(item, Outcome::Cancelled, actions);
            return self.release_held(test, actions);
        }
        if passed {
            let outcome = if progress.failures > 0 { Outcome::Flaky } else { end.outcome };
            let may_rerun = self.reruns.get(test).is_some_and(|reruns| *reruns < self.options.retries);
            if may_rerun && may_run {
                progress.state = State::Held;
            } else {
                self.settle(item, outcome, actions);
            }
            self.release_held(test, actions);
            return;
        }
        progress.failures += 1;
        let may_fail = matches!(end.outcome, Outcome::Failed | Outcome::TimedOut | Outcome::Infrastructure);
        if may_fail && may_run && progress.failures <= self.options.retries {
            progress.state = State::Waiting;
            let left = self.options.retries - progress.failures;
            actions.push(decide(Some(item), DecisionKind::Retried { left }));
            return;
        }
        self.settle(item, end.outcome, actions);
        self.release_held(test, actions);
    }

    /// Settles what waits for a judgement of `test` that can't change anything any more.
    fn release_held(&mut self, test: usize, actions: &mut Vec<Action>) {
        let of_test = || self.items.iter().enumerate().filter(move |(_, it)| it.test == test).map(|(index, _)| index);
        let is_red = of_test().any(|it| {
            matches!(self.progress[it].state, State::Settled(outcome) if !matches!(outcome, Outcome::Passed | Outcome::Flaky))
        });
        let is_open = of_test().any(|it| matches!(self.progress[it].state, State::Waiting | State::Running));
        if is_red && !is_open || self.cancelled {
            let held: Vec<usize> = of_test().filter(|it| self.progress[*it].state == State::Held).collect();
            for item in held {
                self.settle_held(item, actions);
            }
        }
    }

    fn settle_held(&mut self, item: usize, actions: &mut Vec<Action>) {
        let outcome = if self.progress[item].failures > 0 { Outcome::Flaky } else { Outcome::Passed };
        self.settle(item, outcome, actions);
    }

    fn judged(&mut self, test: usize, passed: bool, actions: &mut Vec<Action>) {
        let items: Vec<usize> =
            self.items.iter().enumerate().filter(|(_, it)| it.test == test).map(|(index, _)| index).collect();
        if items.is_empty() {
            return;
        }
        let all_held = items.iter().all(|it| self.progress[*it].state == State::Held);
        let retries = self.options.retries;
        if let Some(reruns) = self.reruns.get_mut(test)
            && !passed
            && all_held
            && !self.stopped
            && !self.cancelled
            && *reruns < retries
        {
            *reruns += 1;
            let left = retries - *reruns;
            for item in items {
                let progress = &mut self.progress[item];
                progress.state = State::Waiting;
                progress.failures += 1;
                actions.push(decide(Some(item), DecisionKind::TestRetried { left }));
            }
            return;
        }
        for item in items {
            if self.progress[item].state == State::Held {
                self.settle_held(item, actions);
            }
        }
        if !passed {
            self.failed(actions);
        }
    }

    fn cancel(&mut self, actions: &mut Vec<Action>) {
        if self.cancelled {
            return;
        }
        self.cancelled = true;
        actions.push(decide(None, DecisionKind::Cancelled));
        for item in 0..self.items.len() {
            match self.progress[item].state {
                State::Waiting => self.settle(item, Outcome::Cancelled, actions),
                State::Running => actions.push(Action::Stop { item }),
                State::Held => self.settle_held(item, actions),
                State::Settled(_) => {}
            }
        }
    }

    fn cancel_item(&mut self, item: usize, actions: &mut Vec<Action>) {
        let (Some(progress), Some(it)) = (self.progress.get_mut(item), self.items.get(item)) else { return };
        let test = it.test;
        if progress.cancelled || !matches!(progress.state, State::Waiting | State::Running) {
            return;
        }
        progress.cancelled = true;
        let runs = progress.state == State::Running;
        actions.push(decide(Some(item), DecisionKind::Cancelled));
        if runs {
            actions.push(Action::Stop { item });
        } else {
            self.settle(item, Outcome::Cancelled, actions);
            self.release_held(test, actions);
        }
    }

    fn settle(&mut self, item: usize, outcome: Outcome, actions: &mut Vec<Action>) {
        let progress = &mut self.progress[item];
        progress.state = State::Settled(outcome);
        actions.push(Action::Settle { item, outcome, degraded: progress.degraded });
        if matches!(outcome, Outcome::Failed | Outcome::TimedOut | Outcome::Infrastructure) {
            self.failed(actions);
        }
    }

    /// One more has failed.
    fn failed(&mut self, actions: &mut Vec<Action>) {
        self.failed += 1;
        if self.stopped || self.cancelled || self.options.max_fail.is_none_or(|most| self.failed < most) {
            return;
        }
        self.stopped = true;
        actions.push(decide(None, DecisionKind::Stopped { failed: self.failed }));
    }

    /// Settles what will never start: because enough failed, or because what it depends on did not pass.
    fn settle_the_hopeless(&mut self, actions: &mut Vec<Action>) {
        loop {
            let hopeless = (0..self.items.len()).find_map(|item| {
                if self.progress[item].state != State::Waiting {
                    return None;
                }
                if self.stopped {
                    return Some((item, NotRun::FailFast));
                }
                let is_lost = |it: &usize| match self.progress.get(*it).map(|it| it.state) {
                    None => true,
                    Some(State::Settled(outcome)) => !matches!(outcome, Outcome::Passed | Outcome::Flaky),
                    Some(_) => *it == item,
                };
                self.items[item].depends_on.iter().any(is_lost).then_some((item, NotRun::Dependency))
            });
            if let Some((item, why)) = hopeless {
                let test = self.items[item].test;
                self.settle(item, Outcome::NotRun(why), actions);
                self.release_held(test, actions);
                continue;
            }
            // Nothing runs, nothing can start, and something waits: it waits for itself.
            let waits = |it: &Progress| it.state == State::Waiting;
            let is_open = |(progress, it): (&Progress, &Item)| match progress.state {
                State::Running => true,
                State::Held => self.awaits_judgement(it.test),
                State::Waiting | State::Settled(_) => false,
            };
            let is_stuck = !self.progress.iter().zip(&self.items).any(is_open)
                && self.progress.iter().any(waits)
                && !(0..self.items.len()).any(|item| self.is_ready(item));
            let Some(stuck) = is_stuck.then(|| self.progress.iter().position(waits)).flatten() else { return };
            let test = self.items[stuck].test;
            self.settle(stuck, Outcome::NotRun(NotRun::Dependency), actions);
            self.release_held(test, actions);
        }
    }

    fn is_ready(&self, item: usize) -> bool {
        let (it, progress) = (&self.items[item], &self.progress[item]);
        let has_passed = |it: &usize| match self.progress.get(*it).map(|it| it.state) {
            Some(State::Held) => true,
            Some(State::Settled(outcome)) => matches!(outcome, Outcome::Passed | Outcome::Flaky),
            _ => false,
        };
        let has_ended = |it: &usize| {
            matches!(self.progress.get(*it).map(|it| it.state), None | Some(State::Held | State::Settled(_)))
        };
        progress.state == State::Waiting && it.depends_on.iter().all(has_passed) && it.after.iter().all(has_ended)
    }

    /// What is ready, in the order in which it should start.
    fn queue(&self) -> Vec<usize> {
        let mut ready: Vec<usize> = (0..self.items.len()).filter(|item| self.is_ready(*item)).collect();
        ready.sort_by_key(|item| {
            let progress = &self.progress[*item];
            let is_barrier = progress.overtaken >= self.options.overtakes;
            (!progress.rerun_alone, !is_barrier, std::cmp::Reverse(progress.rank), *item)
        });
        ready
    }

    /// Starts all that fits.
    fn admit(&mut self, readings: &ResourceUsage, actions: &mut Vec<Action>) {
        while !self.stopped && !self.cancelled && !self.alone {
            let mut overtaken = Vec::new();
            let mut next = None;
            for item in self.queue() {
                if self.fits(item, readings) {
                    next = Some(item);
                    break;
                }
                overtaken.push(item);
                let progress = &self.progress[item];
                if progress.rerun_alone || progress.overtaken >= self.options.overtakes {
                    break;
                }
            }
            let Some(item) = next else { return };
            for it in overtaken {
                let progress = &mut self.progress[it];
                progress.overtaken += 1;
                if progress.overtaken == self.options.overtakes {
                    actions.push(decide(Some(it), DecisionKind::Barrier { overtaken: progress.overtaken }));
                }
            }
            self.start(item, actions);
        }
    }

    fn fits(&self, item: usize, readings: &ResourceUsage) -> bool {
        if self.running == 0 {
            return true;
        }
        let progress = &self.progress[item];
        let (used, request) = (&self.used, &self.items[item].request);
        !self.admission.is_paused()
            && self.running < self.admission.target()
            && !progress.rerun_alone
            && !progress.too_big
            && self.options.capacity.lack(used, request).is_none()
            && readings.has_room_for(request)
    }

    fn start(&mut self, item: usize, actions: &mut Vec<Action>) {
        let request = &self.items[item].request;
        let progress = &mut self.progress[item];
        if progress.too_big && !progress.told {
            progress.told = true;
            if let Some(lack) = self.options.capacity.lack(&Resources::default(), request) {
                actions.push(decide(Some(item), DecisionKind::TooBig(lack)));
            }
        }
        progress.state = State::Running;
        progress.attempts += 1;
        self.used.add(request);
        self.running += 1;
        self.alone = progress.rerun_alone || progress.too_big;
        progress.rerun_alone = false;
        actions.push(Action::Start { item, attempt: progress.attempts, alone: self.alone });
    }
}

const fn decide(item: Option<usize>, kind: DecisionKind) -> Action {
    Action::Decide(Decision { item, kind })
}

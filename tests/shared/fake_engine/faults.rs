//! What may go wrong, and with which call.

use std::time::Duration;

use super::State;

/// A call of Docker's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Ping,
    Version,
    Info,
    Events,
    InspectImage,
    Pull,
    CreateContainer,
    Upload,
    Attach,
    Start,
    Wait,
    Inspect,
    Kill,
    Stop,
    Remove,
    List,
    CreateNetwork,
    RemoveNetwork,
    ListNetworks,
    CreateVolume,
    ListVolumes,
    RemoveVolume,
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It answers with this status and these words.
    Answer(u16, &'static str),
    /// It takes the request and never answers.
    Hang,
    /// It answers with these bytes, and breaks off there.
    Raw(&'static str),
    /// A pull that writes these lines, each after a while. It is done well when no line has an `error`.
    Lines(Duration, &'static [&'static str]),
    /// The container starts, and is killed so long after that for its memory.
    OutOfMemory(Duration),
    /// The container starts, and its input and output break so long after that.
    Break(Duration),
}

/// A fault that waits for its call.
pub struct Rule {
    pub call: Call,
    pub fault: Fault,
    pub times: usize,
    pub scenario: String,
}

impl State {
    /// The fault that this call meets, for a scenario of this identity.
    pub fn fault_of(&mut self, call: Call, scenario: &str) -> Option<Fault> {
        let rule = self
            .rules
            .iter_mut()
            .find(|rule| rule.call == call && rule.times > 0 && scenario.contains(&rule.scenario))?;
        rule.times = rule.times.saturating_sub(1);
        Some(rule.fault.clone())
    }
}

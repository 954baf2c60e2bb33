//! What came out: a verdict for each constraint, and the judgement of the whole test.
//!
//! Rule zero: a test that expects anything is green only if spans came and every constraint holds. What could not be
//! evaluated is never green.

use std::fmt;

use crate::trace::{Completeness, SpanIndex};

/// What is known about how the spans of a run were received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reception {
    /// How sure it is that all spans are there.
    pub completeness: Completeness,
    /// Why there are no spans, where there are none.
    pub no_spans: NoSpans,
    /// Hosts and addresses that belong to the run besides its declared services: aliases, addresses of containers.
    pub own_hosts: Vec<String>,
}

impl Reception {
    /// Spans of which nothing else is known, such as those of a file.
    pub fn of(completeness: Completeness) -> Self {
        Self { completeness, no_spans: NoSpans::Unknown, own_hosts: Vec::new() }
    }
}

/// Why no span came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NoSpans {
    /// Nobody can tell.
    #[default]
    Unknown,
    /// What was read held no spans: a file, the output of a command.
    EmptySource(String),
    /// Nothing ever connected to the receiver.
    NoConnection,
    /// The network policy refused the connection.
    Refused(String),
    /// Data came that could not be decoded.
    Undecodable(String),
    /// Spans came, but all of them belong to another run.
    AnotherRun(String),
    /// Metrics or logs came, but no traces.
    OtherSignals,
    /// A variable of the image keeps the exporter from sending here.
    Overridden(String),
    /// The process was ended by this signal, before it could send.
    Killed(String),
    /// The process ended with status 0 and exported nothing.
    NothingExported,
    /// This scenario failed, so that nothing else may be wrong.
    ScenarioFailed(String),
}

impl NoSpans {
    /// What to do about it.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::Unknown | Self::NothingExported => {
                "check that the program is instrumented, that its sampler keeps spans, and that it flushes them before it ends"
            }
            Self::EmptySource(_) => "check that it is the right file and that its format is one that is read",
            Self::NoConnection => "check that the program is instrumented and exports to `OTEL_EXPORTER_OTLP_ENDPOINT`",
            Self::Refused(_) => "let the program reach the receiver, or take another network for the scenario",
            Self::Undecodable(_) => "check the exporter's protocol against its endpoint",
            Self::AnotherRun(_) => {
                "let the program record its own spans: recorded ones, and those of another run, prove nothing of this one"
            }
            Self::OtherSignals => "set `OTEL_TRACES_EXPORTER` to `otlp`",
            Self::Overridden(_) => "unset the variable in the image, or set it in the test",
            Self::Killed(_) => "give the program time to end by itself: a killed process flushes nothing",
            Self::ScenarioFailed(_) => {
                "mend what the scenario failed by; if none come then, see whether the program exports to `OTEL_EXPORTER_OTLP_ENDPOINT`"
            }
        }
    }
}

impl fmt::Display for NoSpans {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => formatter.write_str("no spans came"),
            Self::EmptySource(source) => write!(formatter, "no spans in {source}"),
            Self::NoConnection => formatter.write_str("no spans came: nothing connected to the receiver"),
            Self::Refused(by) => write!(formatter, "no spans came: the connection was refused ({by})"),
            Self::Undecodable(problem) => {
                write!(formatter, "no spans came: what came could not be decoded ({problem})")
            }
            Self::AnotherRun(whose) => write!(formatter, "no spans of this run came: {whose}"),
            Self::OtherSignals => formatter.write_str("no spans came: only metrics or logs did"),
            Self::Overridden(variable) => {
                write!(formatter, "no spans came: the image sets `{variable}`, which sends them elsewhere")
            }
            Self::Killed(signal) => {
                write!(formatter, "no spans came: the process was ended by {signal} before it sent any")
            }
            Self::NothingExported => {
                formatter.write_str("no spans came: the process ended with status 0 and exported none")
            }
            Self::ScenarioFailed(name) => write!(formatter, "no spans came, and the scenario `{name}` failed"),
        }
    }
}

/// What came out for one constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
    /// Nobody can tell. Never green.
    Undecided(Reason),
}

impl Verdict {
    /// Whether the constraint holds.
    pub const fn holds(&self) -> bool {
        matches!(self, Self::Holds)
    }

    /// The word in reports: `pass`, `fail` or `undecided`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Holds => "pass",
            Self::Fails => "fail",
            Self::Undecided(_) => "undecided",
        }
    }
}

/// Why a constraint can't be decided.
#[derive(Clone, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Reason {
    /// Rule zero.
    #[error("no spans came")]
    NoSpans,
    /// The block's name selects no span, so there is nothing to look at.
    #[error("there is no span of this name to look at")]
    NoCandidate,
    /// No span satisfies the rest of the block.
    #[error("no span satisfies the rest of the block")]
    NoMatch,
    /// The window itself is missing.
    #[error("the window itself is missing")]
    NoWindow,
    /// A template expression that nobody rendered, or a mistake in the template.
    #[error("its value is known at run time only")]
    KnownAtRunTime,
    /// A name is missing or blank.
    #[error("it names no span")]
    NoName,
    /// A value of a type that means nothing here.
    #[error("its value has a type that means nothing here")]
    WrongType,
    /// A glob or regular expression that does not compile.
    #[error("`{0}` is not a valid pattern")]
    InvalidPattern(String),
    /// A list of another length where a pair is wanted.
    #[error("a pair of names is wanted, not {0}")]
    NoPair(usize),
    /// A word that is none of those that may stand here.
    #[error("`{word}` is no {what}")]
    UnknownWord {
        /// What is wanted.
        what: &'static str,
        /// What stands there.
        word: String,
    },
}

/// What came out for one constraint, with the spans that it depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintVerdict {
    /// What came out.
    pub verdict: Verdict,
    /// The spans that make it fail, in the order of the trace; only the first [`Self::CULPRITS`] of many.
    pub culprits: Vec<SpanIndex>,
    /// The span that comes nearest to what is asked for, where none satisfies it.
    pub nearest: Option<SpanIndex>,
    /// What weakens or surprises, though it changes no verdict.
    pub notes: Vec<Note>,
}

impl ConstraintVerdict {
    /// So many culprits are named at most.
    pub const CULPRITS: usize = 20;
}

/// What came out for the whole test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Spans came, and every constraint holds.
    Pass,
    /// Something failed, could not be decided, or no span came.
    Fail,
    /// The test expects nothing, so nothing could fail.
    NothingExpected,
}

/// All verdicts of one evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Of the whole.
    pub outcome: Outcome,
    /// One for each constraint of the tree, in its order.
    pub verdicts: Vec<ConstraintVerdict>,
    /// How many different spans were looked at.
    pub spans: usize,
    /// How sure it is that these are all.
    pub completeness: Completeness,
    /// Why there are no spans, where there are none although some were expected.
    pub no_spans: Option<NoSpans>,
    /// About the whole.
    pub notes: Vec<Note>,
}

impl Judgement {
    /// Whether the test is green.
    pub fn passed(&self) -> bool {
        self.outcome == Outcome::Pass
    }

    /// The indices of the constraints that do not hold.
    pub fn failures(&self) -> impl Iterator<Item = usize> {
        let verdicts = self.verdicts.iter().enumerate();
        verdicts.filter(|(_, verdict)| !verdict.verdict.holds()).map(|(index, _)| index)
    }

    /// How many constraints hold.
    pub fn holding(&self) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.verdict.holds()).count()
    }
}

/// Something to know about a verdict that does not change it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Absence, an upper bound or "every" was judged though more spans may be missing.
    LessThanProof(Completeness),
    /// A name of something that must not be there was never seen; perhaps it is written wrong.
    NeverSeen {
        /// The name.
        name: String,
        /// A name that was seen and looks like it.
        nearest: Option<String>,
    },
    /// A span told no kind, and was taken for internal.
    KindNotTold,
    /// Of several pairs only some are in order.
    SomePairsOnly {
        /// How many are in order.
        ordered: usize,
        /// How many there are.
        pairs: usize,
    },
    /// Times of different services were compared: their clocks may differ.
    DifferentClocks,
    /// Nothing was there to be judged, which the expectation allows.
    NothingToJudge,
    /// Spans refer to parents that never came.
    MissingParents(usize),
    /// Spans came twice with different contents; one of them was looked at.
    Conflicting(usize),
    /// Senders left out parts of spans because of their limits.
    Dropped(u64),
    /// Expectations are read as clnrm 1.0 read them.
    OlderReading,
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LessThanProof(completeness) => {
                write!(
                    formatter,
                    "judged on {} completeness: a span that is still to come could change it",
                    completeness.grade.word()
                )
            }
            Self::NeverSeen { name, nearest: None } => write!(formatter, "no span is called `{name}`"),
            Self::NeverSeen { name, nearest: Some(nearest) } => {
                write!(formatter, "no span is called `{name}`; did you mean `{nearest}`?")
            }
            Self::KindNotTold => formatter.write_str("the span tells no kind and is taken for internal"),
            Self::SomePairsOnly { ordered, pairs } => {
                write!(
                    formatter,
                    "only {ordered} of {pairs} pairs are in this order; `mode = \"all\"` asks for all of them"
                )
            }
            Self::DifferentClocks => {
                formatter.write_str("the spans come from different services, whose clocks may differ")
            }
            Self::NothingToJudge => formatter.write_str("there is no such span, so nothing was judged"),
            Self::MissingParents(1) => formatter.write_str("1 span refers to a missing parent"),
            Self::MissingParents(count) => write!(formatter, "{count} spans refer to missing parents"),
            Self::Conflicting(1) => formatter.write_str("1 span came twice with different contents"),
            Self::Conflicting(count) => write!(formatter, "{count} spans came again with different contents"),
            Self::Dropped(count) => {
                write!(formatter, "senders left out {count} attributes, events or links because of their limits")
            }
            Self::OlderReading => formatter.write_str("read as clnrm 1.0 did (`compat = \"1.0\"`)"),
        }
    }
}

//! Who a scenario is in the spans of its programs.

use sha2::{Digest as _, Sha256};

use crate::trace::SpanId;

/// The run, the scenario, and the span of it that programs are told to be children of.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The run: `clnrm.run.id`.
    pub run: String,
    /// The scenario: `clnrm.scenario.id`.
    pub scenario: String,
    trace: [u8; 16],
    span: [u8; 8],
}

impl Identity {
    /// That of one attempt at a scenario; the same attempt has the same ids.
    pub fn new(run: &str, scenario: &str, attempt: u32, round: usize) -> Self {
        let digest = Sha256::digest(format!("{run}\0{scenario}\0{attempt}\0{round}"));
        let (mut trace, mut span) = ([0; 16], [0; 8]);
        trace.copy_from_slice(&digest[..16]);
        span.copy_from_slice(&digest[16..24]);
        // All zero is no id.
        trace[0] |= 1;
        span[0] |= 1;
        Self { run: run.to_owned(), scenario: scenario.to_owned(), trace, span }
    }

    /// The id of the scenario's span.
    pub fn span_id(&self) -> SpanId {
        self.span.into()
    }

    /// As the variable `TRACEPARENT` has it, sampled.
    pub fn traceparent(&self) -> String {
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        format!("00-{}-{}-01", hex(&self.trace), hex(&self.span))
    }
}

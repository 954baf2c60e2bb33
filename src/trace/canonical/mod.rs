//! What a trace has in common with the same trace of another run: its canonical form, free of ids, times and the host's noise,
//! its digests, and where two of them part.

mod divergence;
mod fields;
mod form;
mod json;
mod noise;

pub use divergence::{Difference, Divergence, first_divergence};
pub use fields::{CanonicalField, FieldChange};
pub use form::{Canonical, Form};
pub use json::Digest;
pub use noise::{InvalidPattern, Noise};

pub(super) use fields::differing;
pub(super) use form::{Hash, kind};

//! Spans: what they are, how they are read from every format that is in use, what they have in common between runs
//! (canonical form, digests, differences), and how they look (waterfall). Knows nothing of expectations, containers and editors.

pub mod canonical;
mod collected;
mod completeness;
pub mod diff;
mod ids;
mod name;
mod origin;
mod problem;
pub mod read;
pub mod recorded;
mod span;
mod value;
pub mod waterfall;
pub mod write;

pub use collected::{AbsentParent, Conflict, Field, SpanIndex, Trace, TraceBuilder};
pub use completeness::{Completeness, Grade};
pub use ids::{IdError, SpanId, TraceId};
pub use name::{Interner, Name};
pub use origin::{Origin, Place};
pub use problem::{Loss, ReadProblem};
pub use span::{Dropped, Event, Link, Resource, Scope, Span, SpanKind, Status, StatusCode};
pub use value::{Attributes, Value};

#[cfg(test)]
mod tests;

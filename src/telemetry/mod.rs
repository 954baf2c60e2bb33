//! Spans and metrics on their way out, as OTLP over HTTP (`--trace-endpoint`, `docs/telemetry.md`).
//!
//! The spans themselves are plain `tracing` spans beside the work that they measure. Without an endpoint nothing of this room
//! runs: a span costs one load of the log's level, a metric one load of a pointer.

mod export;
mod http;
mod metrics;

pub use export::{Endpoint, EndpointError, Export};
pub use metrics::{
    CacheFigures, CacheType, Measure, ParallelFigures, degraded, file_changed, measured, observe_cache, running,
    scenario_ended, throughput,
};

/// The target of what this room itself logs.
pub const TARGET: &str = module_path!();

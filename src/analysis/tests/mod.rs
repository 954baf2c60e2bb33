//! The pipeline from end to end, through its public door.

mod caching;
mod fixture;
mod plain;
mod rendered;
mod retyped;
mod robustness;

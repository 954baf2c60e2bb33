//! The pipeline from end to end, through its public door.

mod fixture;
mod plain;
mod robustness;

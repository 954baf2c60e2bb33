//! What is right and wrong in a test: findings, the catalogue of rules and their three levels. Knows neither editors nor
//! containers.

pub mod allow;
pub mod catalogue;
pub mod expectations;
pub mod finding;
mod lookup;
pub mod page;
mod project;
mod references;
#[cfg(test)]
mod robustness;
pub mod rule;
pub mod rules;
pub mod severities;
mod statements;
pub mod subject;

pub use allow::{Allows, silencing};
pub use catalogue::{RULES, check, check_stage};
pub use finding::{Confidence, Finding, Findings, Fix, Place, TextEdit};
pub use project::check_project;
pub use rule::{Level, Rule, Severity, Stage};
pub use severities::{Setting, SettingError, Severities};
pub use subject::Subject;

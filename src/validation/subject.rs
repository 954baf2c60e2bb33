//! What rules look at.

use crate::config::TestConfig;
use crate::template::Problem;

/// One parsed test, as far as the mistakes in it allow.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The parsed text.
    pub text: &'a str,
    /// The typed model.
    pub config: &'a TestConfig,
    /// Mistakes in the template.
    pub template: &'a [Problem],
}

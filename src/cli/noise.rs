//! The option that says which attributes differ from run to run, for the commands that compare or digest traces.

use crate::trace::canonical::Noise;

/// What is left out of comparisons and digests besides what always is.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct NoiseOptions {
    /// Leave out attributes whose key matches this glob too, because they differ from run to run (repeatable)
    #[arg(long = "ignore", value_name = "GLOB", value_parser = glob)]
    ignored: Vec<String>,
}

impl NoiseOptions {
    /// All that is left out.
    pub fn noise(&self) -> Noise {
        let patterns = self.ignored.iter().map(String::as_str);
        // Each pattern was compiled once when the command line was read.
        Noise::default().and(patterns).unwrap_or_default()
    }
}

fn glob(text: &str) -> Result<String, String> {
    Noise::none().and([text]).map_err(|error| error.to_string())?;
    Ok(text.to_owned())
}

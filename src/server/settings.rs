//! What the client sets: `initializationOptions` and the section `clnrm` of its configuration.
//!
//! Every key is optional and has a default; unknown keys are ignored and wrong values keep the default, so that a client's
//! configuration never breaks the server. `docs/settings.schema.json` documents all of them; a test keeps it true.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use serde::Deserialize;
use serde_json::Value;

use super::baseline::BaselineSetting;
use crate::executor::{Limits, PullPolicy, RunOptions};
use crate::features::inlay_hints::HintKinds;
use crate::formatting::{FormatSettings, Style};
use crate::validation::Level;

/// The section's name in the client's configuration.
pub const SECTION: &str = "clnrm";

/// `initializationOptions`.
#[derive(Clone, Debug, PartialEq)]
pub struct InitializationOptions {
    /// Whether the workspace is trusted. An untrusted one sees no environment variable and no file outside its folders, and
    /// runs nothing. VS Code's restricted mode sets it to `false`.
    pub workspace_trusted: bool,
    /// Settings for clients without `workspace/configuration`.
    pub settings: Settings,
}

impl InitializationOptions {
    /// Reads the options; what is absent or wrong has its default.
    pub fn read(options: Option<&Value>) -> Self {
        let get = |key| options.and_then(|options| options.get(key));
        Self {
            workspace_trusted: get("workspaceTrusted").and_then(Value::as_bool).unwrap_or(true),
            settings: Settings::read(get("settings")),
        }
    }
}

/// The settings of the section `clnrm`.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How far files are checked.
    pub level: LevelSetting,
    /// Whether every combination of a matrix is checked, or a representative one.
    pub all_combinations: bool,
    /// Whether suggestions (severity "hint") are shown.
    pub hints: bool,
    /// Template variables that win over those of the file.
    pub variables: BTreeMap<String, String>,
    /// How files are formatted where the project does not say.
    pub format: FormatSettings,
    /// Which inlay hints are shown.
    pub inlay_hints: HintKinds,
    /// Whether a file is formatted when it is saved, for clients that ask before they save.
    pub format_on_save: bool,
    /// What expectations are compared with.
    pub baseline: BaselineSetting,
    /// How tests run.
    pub run: RunSettings,
}

/// How tests run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunSettings {
    /// Whether a recorded run is judged again when its expectations are edited.
    pub replay: bool,
    /// So many scenarios at once at most; `None`: as many as the engine has processors.
    pub jobs: Option<NonZeroUsize>,
    /// So many containers at once at most.
    pub containers: Option<NonZeroUsize>,
    /// So much memory for all containers, in MiB.
    pub memory_mb: Option<u64>,
    /// A failed scenario is run again so often.
    pub retries: u32,
    /// When images are pulled.
    pub pull: PullPolicy,
}

impl Default for RunSettings {
    fn default() -> Self {
        let (jobs, containers, memory_mb) = (None, None, None);
        Self { replay: true, jobs, containers, memory_mb, retries: 0, pull: PullPolicy::default() }
    }
}

impl RunSettings {
    fn read(section: Option<&Value>) -> Self {
        let default = Self::default();
        let get = |key| section.and_then(|section| section.get(key));
        let number = |key| get(key).and_then(Value::as_u64);
        let count = |key| number(key).and_then(|number| NonZeroUsize::new(usize::try_from(number).ok()?));
        Self {
            replay: get("replay").and_then(Value::as_bool).unwrap_or(default.replay),
            jobs: count("jobs"),
            containers: count("maxContainers"),
            memory_mb: number("maxMemory").filter(|memory| *memory > 0),
            retries: number("retries").and_then(|number| u32::try_from(number).ok()).unwrap_or(default.retries),
            pull: match get("pull").and_then(Value::as_str) {
                Some("always") => PullPolicy::Always,
                Some("never") => PullPolicy::Never,
                _ => PullPolicy::Missing,
            },
        }
    }

    /// As a run wants them.
    pub fn options(&self) -> RunOptions {
        let usual = RunOptions::default();
        RunOptions {
            jobs: self.jobs,
            limits: Limits {
                containers: self.containers.unwrap_or(usual.limits.containers),
                memory_mb: self.memory_mb.unwrap_or(usual.limits.memory_mb),
                ..usual.limits
            },
            retries: self.retries,
            pull: self.pull,
            ..usual
        }
    }
}

/// How far files are checked, as settings spell it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LevelSetting {
    /// Template and TOML only.
    Syntax,
    /// Also keys, types, values and references.
    Semantic,
    /// Everything.
    #[default]
    Structure,
}

impl LevelSetting {
    /// The level that it names.
    pub const fn level(self) -> Level {
        match self {
            Self::Syntax => Level::Syntax,
            Self::Semantic => Level::Semantic,
            Self::Structure => Level::Structure,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            level: LevelSetting::default(),
            all_combinations: false,
            hints: true,
            variables: BTreeMap::new(),
            format: FormatSettings::default(),
            inlay_hints: HintKinds::ALL,
            format_on_save: false,
            baseline: BaselineSetting::default(),
            run: RunSettings::default(),
        }
    }
}

impl Settings {
    /// Reads the section; what is absent, `null` or wrong has its default.
    pub fn read(section: Option<&Value>) -> Self {
        let default = Self::default();
        let get = |key| section.and_then(|section| section.pointer(key));
        let number = |key| get(key).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
        let shows = |key| get(key).and_then(Value::as_bool).unwrap_or(true);
        Self {
            level: get("/check/level").and_then(|value| LevelSetting::deserialize(value).ok()).unwrap_or_default(),
            all_combinations: get("/check/allCombinations")
                .and_then(Value::as_bool)
                .unwrap_or(default.all_combinations),
            hints: get("/check/hints").and_then(Value::as_bool).unwrap_or(default.hints),
            variables: get("/variables").and_then(Value::as_object).map_or(default.variables, |variables| {
                variables.iter().filter_map(|(name, value)| Some((name.clone(), variable_text(value)?))).collect()
            }),
            format: FormatSettings {
                style: get("/format/style").and_then(Value::as_str).and_then(Style::of),
                indent: number("/format/indent"),
                width: number("/format/width"),
                trailing_commas: get("/format/trailingCommas").and_then(Value::as_bool),
            },
            inlay_hints: HintKinds {
                values: shows("/inlayHints/values"),
                parameters: shows("/inlayHints/parameters"),
                durations: shows("/inlayHints/durations"),
                ports: shows("/inlayHints/ports"),
                matches: shows("/inlayHints/matches"),
                never_red: shows("/inlayHints/neverRed"),
            },
            format_on_save: get("/format/onSave").and_then(Value::as_bool).unwrap_or(default.format_on_save),
            baseline: get("/expectations/baseline")
                .and_then(|value| BaselineSetting::deserialize(value).ok())
                .unwrap_or_default(),
            run: RunSettings::read(get("/run")),
        }
    }
}

/// A variable's value as text; lists and tables can't be given here.
fn variable_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everything_has_a_default() {
        for options in [None, Some(json!(null)), Some(json!([])), Some(json!({"settings": null, "other": 1}))] {
            let read = InitializationOptions::read(options.as_ref());
            assert!(read.workspace_trusted);
            assert_eq!(read.settings, Settings::default());
        }
    }

    #[test]
    fn a_wrong_value_keeps_its_default_and_the_others_count() {
        let section = json!({"check": {"level": "all", "hints": false}, "variables": {"port": 80, "list": []}});
        let settings = Settings::read(Some(&section));
        assert_eq!(settings.level, LevelSetting::Structure);
        assert!(!settings.hints);
        assert_eq!(settings.variables, BTreeMap::from([("port".to_owned(), "80".to_owned())]));
    }
}

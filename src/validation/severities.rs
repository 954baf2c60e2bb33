//! Severities that a project sets for rules (`[lint]` in `cleanroom.toml`).

use super::catalogue::{nearest_rule, rule};
use super::{Level, Rule, Severity};

/// What a project says about one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The rule finds nothing.
    Off,
    /// All findings of the rule have this severity.
    As(Severity),
}

impl Setting {
    /// The values that [`Setting::parse`] takes, as they are documented.
    pub const VALUES: [&str; 5] = ["off", "error", "warning", "information", "hint"];

    /// Reads a value of `[lint]`; `info` and `warn` are understood too.
    pub fn parse(value: &str) -> Option<Self> {
        Some(match value {
            "off" => Self::Off,
            "error" => Self::As(Severity::Error),
            "warning" | "warn" => Self::As(Severity::Warning),
            "information" | "info" => Self::As(Severity::Information),
            "hint" => Self::As(Severity::Hint),
            _ => return None,
        })
    }
}

/// What is wrong with one line of `[lint]`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// There is no such rule.
    #[error("there is no rule `{code}`")]
    UnknownRule {
        /// The code as written.
        code: String,
        /// The nearest code.
        suggestion: Option<&'static str>,
    },
    /// There is no such severity.
    #[error("`{value}` is no severity: write one of `off`, `error`, `warning`, `information` and `hint`")]
    UnknownSeverity {
        /// The value as written.
        value: String,
    },
    /// An error of the level syntax has to stay one.
    #[error("`{code}` always is an error, because nothing of the file can be trusted with it")]
    Fixed {
        /// The rule.
        code: &'static str,
    },
}

/// The severities that a project sets, by rule. Empty: all rules have their defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Severities {
    /// Sorted by the rule's code.
    settings: Vec<(&'static str, Setting)>,
}

impl Severities {
    /// Takes over one line of `[lint]`: the rule's code and its value.
    pub fn set(&mut self, code: &str, value: &str) -> Result<(), SettingError> {
        let Some(rule) = rule(code) else {
            let suggestion = nearest_rule(code).map(|rule| rule.code);
            return Err(SettingError::UnknownRule { code: code.to_owned(), suggestion });
        };
        let Some(setting) = Setting::parse(value) else {
            return Err(SettingError::UnknownSeverity { value: value.to_owned() });
        };
        if is_fixed(rule, rule.severity) && setting != Setting::As(Severity::Error) {
            return Err(SettingError::Fixed { code: rule.code });
        }
        match self.settings.binary_search_by(|(code, _)| code.cmp(&rule.code)) {
            Ok(index) => self.settings[index].1 = setting,
            Err(index) => self.settings.insert(index, (rule.code, setting)),
        }
        Ok(())
    }

    /// The severity of a finding of `rule` that says `own` (its own severity, or the rule's default); `None` where the rule
    /// is off.
    pub fn effective(&self, rule: &Rule, own: Severity) -> Option<Severity> {
        match self.setting(rule) {
            Some(Setting::Off) => None,
            Some(Setting::As(severity)) => Some(severity),
            None => Some(own),
        }
    }

    /// Whether `rule` is off.
    pub fn is_off(&self, rule: &Rule) -> bool {
        self.setting(rule) == Some(Setting::Off)
    }

    fn setting(&self, rule: &Rule) -> Option<Setting> {
        let index = self.settings.binary_search_by(|(code, _)| (*code).cmp(rule.code)).ok()?;
        self.settings.get(index).map(|(_, setting)| *setting)
    }
}

/// Whether a finding must be shown as it is: behind an error of syntax nothing else can be trusted.
pub(super) fn is_fixed(rule: &Rule, severity: Severity) -> bool {
    rule.level() == Level::Syntax && severity == Severity::Error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_replaces_the_severity_or_turns_the_rule_off() {
        let mut severities = Severities::default();
        let hint = rule("argument-alias").unwrap();
        assert_eq!(severities.effective(hint, Severity::Hint), Some(Severity::Hint));
        severities.set("argument-alias", "error").unwrap();
        assert_eq!(severities.effective(hint, Severity::Hint), Some(Severity::Error));
        severities.set("argument-alias", "off").unwrap();
        assert_eq!(severities.effective(hint, Severity::Hint), None);
        assert!(severities.is_off(hint));
    }

    #[test]
    fn wrong_settings_say_what_is_wrong() {
        let mut severities = Severities::default();
        let say = |result: Result<(), SettingError>| result.unwrap_err().to_string();
        assert_eq!(
            severities.set("argument-alais", "off"),
            Err(SettingError::UnknownRule { code: "argument-alais".to_owned(), suggestion: Some("argument-alias") })
        );
        assert!(say(severities.set("argument-alias", "loud")).starts_with("`loud` is no severity"));
        assert!(say(severities.set("unclosed-tag", "hint")).starts_with("`unclosed-tag` always is an error"));
        assert_eq!(severities, Severities::default());
    }
}

//! The environment that templates may see.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What is seen in place of an environment variable whose name says that it holds a secret.
pub const SECRET_STAND_IN: &str = "hidden-by-clnrm";

/// Answers what an environment variable holds.
pub type ReadVariable = dyn Fn(&str) -> Option<String> + Send + Sync;

/// The environment of a render.
#[derive(Clone, Default)]
pub enum Environment {
    /// Nothing is visible: the workspace is not trusted.
    #[default]
    Hidden,
    /// What this function answers is visible.
    Visible(Arc<ReadVariable>),
}

impl Environment {
    /// The environment of this process. Variables that are not UTF-8 count as unset.
    pub fn process() -> Self {
        Self::Visible(Arc::new(|name| {
            // `var` panics on no input, but the system refuses such names.
            if name.is_empty() || name.contains(['=', '\0']) {
                return None;
            }
            std::env::var(name).ok()
        }))
    }

    /// An environment of these variables.
    pub fn of<N: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        let variables: BTreeMap<String, String> =
            variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self::Visible(Arc::new(move |name| variables.get(name).cloned()))
    }

    /// The value of `name`: [`SECRET_STAND_IN`] where the name says that it is a secret (it is not read then, whether it is
    /// set or not), else what is set and visible.
    pub fn look_up(&self, name: &str) -> Option<String> {
        if is_secret_name(name) {
            return Some(SECRET_STAND_IN.to_owned());
        }
        match self {
            Self::Hidden => None,
            Self::Visible(read) => read(name),
        }
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Hidden => "Hidden",
            Self::Visible(_) => "Visible(..)",
        })
    }
}

/// Whether the name of an environment variable says that it holds a secret (`API_TOKEN`, `PGPASSWORD`, `AWS_ACCESS_KEY_ID`).
pub fn is_secret_name(name: &str) -> bool {
    const WORDS: &[&str] =
        &["TOKEN", "TOKENS", "SECRET", "SECRETS", "PASSWD", "PASSPHRASE", "APIKEY", "CREDENTIAL", "CREDENTIALS", "JWT"];
    const PARTS: &[&str] =
        &["PASSWORD", "API_KEY", "PRIVATE_KEY", "ACCESS_KEY", "ENCRYPTION_KEY", "SIGNING_KEY", "AUTH_KEY"];
    let name = name.to_ascii_uppercase();
    PARTS.iter().any(|part| name.contains(part)) || name.split(['_', '-', '.']).any(|word| WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_secrets_by_their_names() {
        for name in [
            "TOKEN",
            "GITHUB_TOKEN",
            "db_password",
            "PGPASSWORD",
            "AWS_SECRET_ACCESS_KEY",
            "STRIPE_API_KEY",
            "APP_CREDENTIALS",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["HOME", "TOKENIZERS_PARALLELISM", "SECRETARY", "OTEL_ENDPOINT", "KEYBOARD", "PATH"] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn never_reads_a_secret() {
        let environment = Environment::Visible(Arc::new(|name| panic!("{name} was read")));
        assert_eq!(environment.look_up("OTEL_TOKEN").as_deref(), Some(SECRET_STAND_IN));
        assert_eq!(Environment::Hidden.look_up("OTEL_TOKEN").as_deref(), Some(SECRET_STAND_IN));
        assert_eq!(Environment::Hidden.look_up("HOME"), None);
    }

    #[test]
    fn refuses_names_that_no_variable_can_have() {
        for name in ["", "A=B", "\0"] {
            assert_eq!(Environment::process().look_up(name), None);
        }
    }
}

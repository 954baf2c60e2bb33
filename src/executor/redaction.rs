//! What must not be shown of a run. Everything that leaves it passes through here: events, artifacts, reports, diagnostics.
//!
//! A value is secret by the name of its variable: of the template, of a container's environment, of a header, or one that
//! the caller names. It is covered wherever it stands, also written in the ways in which programs pass texts on. Which names say that they are secret
//! is known to `template`.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;

use crate::analysis::Analysis;
use crate::config::model::{EnvironmentVariable, Scalar};
use crate::features::secrets::Secrets;
use crate::template::variables::{SECRET_STAND_IN, is_secret_name};

/// What is shown in place of a secret.
pub const COVER: &str = "•••";

/// What is shown for each character of a secret where columns must stay what they are.
const MASK: char = '•';

/// Shorter texts are no secrets, and hiding them would make everything unreadable.
const SHORTEST: usize = 4;

/// Parts and encoded forms of secrets that are shorter are not looked for: they would be found where no secret is.
const SHORTEST_PART: usize = 8;

/// The secrets of one run. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redaction {
    /// Longer ones first, for one may begin with another.
    texts: Arc<[String]>,
}

impl Redaction {
    /// The secrets of an analysed test: the values of all variables, environment variables and headers whose names say that they
    /// are secret, or are among `names`.
    pub fn of(analysis: &Analysis, names: &BTreeSet<String>) -> Self {
        let is_secret = |name: &str| is_secret_name(name) || names.contains(name);
        let document = analysis.files.first().map(|file| &*file.text).unwrap_or_default();
        let mut values = Secrets::in_variables(&analysis.sources.variables(document), is_secret).into_texts();
        let config = &analysis.config;
        let steps = config.steps.iter().chain(config.scenarios.iter().flat_map(|scenario| &scenario.steps));
        let variables = config.services.iter().flat_map(|service| &service.env).chain(steps.flat_map(|step| &step.env));
        values.extend(variables.filter(|variable| is_secret(&variable.name.text)).filter_map(value));
        values
            .extend(config.services.iter().filter_map(|service| service.password.as_ref()?.known()).map(str::to_owned));
        let headers = config.otel.iter().flat_map(|otel| &otel.headers);
        // A header carries the right to export: whatever its name, its value is nobody's business.
        values.extend(headers.filter_map(|header| scalar(&header.value)));
        Self::of_values(values)
    }

    /// The values of environment variables of this program whose names say that they are secret, or are among `names`.
    pub fn of_environment(variables: impl IntoIterator<Item = (String, String)>, names: &BTreeSet<String>) -> Self {
        let secret = variables.into_iter().filter(|(name, _)| is_secret_name(name) || names.contains(name));
        Self::of_values(secret.map(|(_, value)| value))
    }

    /// These values. Very short ones are left out.
    pub fn of_values(values: impl IntoIterator<Item = String>) -> Self {
        let mut texts = BTreeSet::new();
        for value in values {
            let value = value.trim();
            if value.len() < SHORTEST || value == SECRET_STAND_IN {
                continue;
            }
            texts.extend(encoded(value).into_iter().filter(|text| text.len() >= SHORTEST_PART));
            texts.insert(value.to_owned());
        }
        Self::sorted(texts)
    }

    /// These secrets and those of `other`.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self::sorted(self.texts.iter().chain(&*other.texts).cloned().collect())
    }

    fn sorted(texts: BTreeSet<String>) -> Self {
        let mut texts: Vec<String> = texts.into_iter().collect();
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self { texts: texts.into() }
    }

    /// Whether there is nothing to cover.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// `text` with [`COVER`] in place of every secret.
    pub fn cover<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.replace(text, |_, covered| covered.push_str(COVER))
    }

    /// `text` with every character of a secret masked: columns stay what they are.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.replace(text, |secret, covered| covered.extend(secret.chars().map(|_| MASK)))
    }

    /// A redaction of a text that comes in pieces: a secret may begin in one and end in the next.
    pub fn stream(&self) -> RedactedStream {
        RedactedStream { redaction: self.clone(), held: String::new() }
    }

    fn replace<'t>(&self, text: &'t str, write: impl Fn(&str, &mut String)) -> Cow<'t, str> {
        if !self.texts.iter().any(|secret| text.contains(secret.as_str())) {
            return Cow::Borrowed(text);
        }
        let mut covered = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            match self.texts.iter().find(|secret| rest.starts_with(secret.as_str())) {
                Some(secret) => {
                    write(secret, &mut covered);
                    rest = &rest[secret.len()..];
                }
                None => {
                    covered.push(letter);
                    rest = &rest[letter.len_utf8()..];
                }
            }
        }
        Cow::Owned(covered)
    }
}

/// Covers the secrets in a text that comes in pieces. Holds back no more than could be the begin of a secret.
#[derive(Debug)]
pub struct RedactedStream {
    redaction: Redaction,
    held: String,
}

impl RedactedStream {
    /// Takes the next piece; gives what can be shown by now.
    pub fn push(&mut self, piece: &str) -> String {
        if self.redaction.is_empty() {
            return piece.to_owned();
        }
        self.held.push_str(piece);
        let held = std::mem::take(&mut self.held);
        let mut shown = String::with_capacity(held.len());
        let mut rest = held.as_str();
        while let Some(letter) = rest.chars().next() {
            let secrets = &self.redaction.texts;
            if secrets.iter().any(|secret| secret.len() > rest.len() && secret.starts_with(rest)) {
                break;
            }
            match secrets.iter().find(|secret| rest.starts_with(secret.as_str())) {
                Some(secret) => {
                    shown.push_str(COVER);
                    rest = &rest[secret.len()..];
                }
                None => {
                    shown.push(letter);
                    rest = &rest[letter.len_utf8()..];
                }
            }
        }
        rest.clone_into(&mut self.held);
        shown
    }

    /// Gives what is left: nothing follows.
    pub fn finish(self) -> String {
        self.redaction.cover(&self.held).into_owned()
    }
}

/// The ways in which programs write a text: in JSON, in an address, as basic authorization has it, and line by line.
fn encoded(value: &str) -> Vec<String> {
    let json = serde_json::Value::from(value).to_string();
    let percent = value.bytes().fold(String::new(), |mut text, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            byte => text += &format!("%{byte:02X}"),
        }
        text
    });
    let mut forms = vec![json[1..json.len() - 1].to_owned(), percent, base64::prelude::BASE64_STANDARD.encode(value)];
    forms.extend(value.lines().map(|line| line.trim().to_owned()));
    forms
}

fn value(variable: &EnvironmentVariable) -> Option<String> {
    variable.value.as_ref().and_then(scalar)
}

fn scalar(value: &Scalar) -> Option<String> {
    match value {
        Scalar::Text(text) => Some(text.raw().to_owned()),
        Scalar::Integer(number) => Some(number.value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn redaction(values: &[&str]) -> Redaction {
        Redaction::of_values(values.iter().map(|value| (*value).to_owned()))
    }

    #[test]
    fn a_secret_is_covered_wherever_and_however_it_is_written() {
        let redaction = redaction(&["hunter2\"!", "hunter2\"! and more"]);
        let base64 = base64::prelude::BASE64_STANDARD.encode("hunter2\"!");
        let text = format!("a hunter2\"! b hunter2\\\"! c hunter2%22%21 d {base64} e hunter2\"! and more f");
        assert_eq!(redaction.cover(&text), "a ••• b ••• c ••• d ••• e ••• f");
        assert_eq!(redaction.mask("käse hunter2\"! x"), "käse ••••••••• x");
        assert_eq!(redaction.cover("nothing"), "nothing");
    }

    #[test]
    fn very_short_values_and_the_stand_in_are_no_secrets() {
        assert!(redaction(&["abc", "", "   ", SECRET_STAND_IN]).is_empty());
    }

    #[test]
    fn variables_of_this_program_are_secret_by_their_names() {
        let variables = [("GITHUB_TOKEN", "ghp_1234567"), ("HOME", "/home/me"), ("PLAIN", "but-named")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let redaction = Redaction::of_environment(variables, &BTreeSet::from(["PLAIN".to_owned()]));
        assert_eq!(redaction.cover("ghp_1234567 /home/me but-named"), "••• /home/me •••");
    }

    proptest! {
        /// However a text is cut, what comes out is what would have come out in one piece.
        #[test]
        fn pieces_are_covered_like_the_whole(
            pieces in prop::collection::vec("[ab]{0,7}", 0..12),
            secrets in prop::collection::vec("[ab]{4,9}", 0..4),
        ) {
            let redaction = Redaction::of_values(secrets);
            let mut stream = redaction.stream();
            let mut shown: String = pieces.iter().map(|piece| stream.push(piece)).collect();
            shown += &stream.finish();
            let whole = pieces.concat();
            prop_assert_eq!(shown, redaction.cover(&whole));
        }
    }
}

//! Single values that a run must know. What is not known or can't be used is a mistake of the test, at its place.

use std::time::Duration;

use super::super::Place;
use crate::analysis::Located;
use crate::config::model::{EnvironmentVariable, Scalar, Spanned, Text};
use crate::config::{duration, shell_words};
use crate::executor::{Failure, FailureKind};
use crate::text::Span;

/// Reads values, and collects what is wrong with them.
pub(super) struct Values<'a> {
    locate: &'a dyn Fn(Span) -> Located,
    pub mistakes: Vec<Failure>,
    /// What is worth knowing and keeps nothing from running.
    pub notes: Vec<String>,
}

impl<'a> Values<'a> {
    pub fn new(locate: &'a dyn Fn(Span) -> Located) -> Self {
        Self { locate, mistakes: Vec::new(), notes: Vec::new() }
    }

    /// A place of the parsed text.
    pub fn place(&self, path: impl Into<String>, span: Span) -> Place {
        let Located { span, related, .. } = (self.locate)(span);
        Place { path: path.into(), span, related }
    }

    pub fn mistake(&mut self, place: &Place, message: impl Into<String>, help: impl Into<Option<String>>) {
        let failure = place.failure(FailureKind::InvalidTest, message);
        self.mistakes.push(Failure { help: help.into(), ..failure });
    }

    /// Something worth knowing; once.
    pub fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// A text.
    pub fn text(&mut self, text: &Text, path: &str) -> Option<String> {
        if let Some(known) = text.known().or(text.regex()) {
            return Some(known.to_owned());
        }
        let place = self.place(path, text.span);
        self.mistake(
            &place,
            format!("what `{path}` says is not known, so nothing can be run by it"),
            "mend the template expression in it, or write a text".to_owned(),
        );
        None
    }

    /// An optional text.
    pub fn maybe(&mut self, text: Option<&Text>, path: &str) -> Option<String> {
        text.and_then(|text| self.text(text, path))
    }

    /// A list of texts. `None` where one of them is not known.
    pub fn texts(&mut self, texts: &[Text], path: &str) -> Option<Vec<String>> {
        let known: Vec<_> =
            texts.iter().enumerate().map(|(index, text)| self.text(text, &format!("{path}[{index}]"))).collect();
        known.into_iter().collect()
    }

    /// The words of a command that is one text.
    pub fn words(&mut self, text: &Text, path: &str) -> Option<Vec<String>> {
        let known = self.text(text, path)?;
        match shell_words::split(&known) {
            Ok(words) => Some(words.into_iter().map(|word| word.text).collect()),
            Err(error) => {
                let place = self.place(path, text.span);
                self.mistake(&place, format!("`{path}` can't be split into words: {error}"), None);
                None
            }
        }
    }

    /// The argument vector of a command in either form.
    pub fn command(&mut self, command: &Spanned<Vec<Text>>, is_text: bool, path: &str) -> Option<Vec<String>> {
        let words = match command.value.as_slice() {
            [text] if is_text => self.words(text, path)?,
            texts => self.texts(texts, path)?,
        };
        if words.first().is_none_or(|program| program.is_empty()) {
            let place = self.place(path, command.span);
            self.mistake(&place, format!("`{path}` names no program"), None);
            return None;
        }
        Some(words)
    }

    /// Environment variables; of several with one name the last one counts.
    pub fn environment(&mut self, variables: &[EnvironmentVariable], path: &str) -> Vec<(String, String)> {
        let mut known: Vec<(String, String)> = Vec::with_capacity(variables.len());
        for variable in variables {
            let here = format!("{path}.{}", variable.name.text);
            let Some(name) = variable.name.known() else {
                let place = self.place(&*here, variable.name.span);
                self.mistake(&place, "the name of this environment variable is not known".to_owned(), None);
                continue;
            };
            let value = match &variable.value {
                // `NAME` alone in the list form sets nothing: the runner's own environment is none of the container's matter.
                None => Some(String::new()),
                Some(Scalar::Text(text)) => self.text(text, &here),
                Some(Scalar::Integer(value)) => Some(value.value.to_string()),
                Some(Scalar::Float(value)) => Some(value.value.to_string()),
                Some(Scalar::Boolean(value)) => Some(value.value.to_string()),
                Some(Scalar::Datetime(value)) => Some(value.value.clone()),
                Some(other @ (Scalar::Array(_) | Scalar::Table(_) | Scalar::Unknown(_))) => {
                    let place = self.place(&*here, other.span());
                    self.mistake(&place, format!("`{here}` has no value that an environment variable can have"), None);
                    None
                }
            };
            let Some(value) = value else { continue };
            match known.iter_mut().find(|(other, _)| other == name) {
                Some((_, old)) => *old = value,
                None => known.push((name.to_owned(), value)),
            }
        }
        known
    }

    /// A duration text.
    pub fn duration(&mut self, text: &Text, path: &str) -> Option<Duration> {
        let known = self.text(text, path)?;
        match duration::parse(&known) {
            Ok(milliseconds) => Some(milliseconds_of(milliseconds)),
            Err(error) => {
                let place = self.place(path, text.span);
                self.mistake(
                    &place,
                    format!("`{known}` is no duration: {error}"),
                    "write one such as `30s`".to_owned(),
                );
                None
            }
        }
    }
}

/// So many milliseconds. Beyond what a duration can be, the longest one.
pub(super) fn milliseconds_of(milliseconds: f64) -> Duration {
    Duration::try_from_secs_f64(milliseconds.max(0.0) / 1000.0).unwrap_or(Duration::MAX)
}

//! What must not be shown: values whose name says that they are secret, and every text that contains one of them.

use std::borrow::Cow;

use tera::Value;

use super::DocumentView;
use crate::template::expression::{Kind, tokens};
use crate::template::variables::{SECRET_STAND_IN, Variables, is_secret_name};
use crate::text::Span;

/// What is shown in place of a secret.
pub const HIDDEN: &str = "hidden, its name says that it is a secret";

/// Shorter texts are no secrets, and hiding them would make everything unreadable.
const SHORTEST: usize = 4;

/// The secrets that a document's variables hold.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    texts: Vec<String>,
}

impl Secrets {
    /// The secrets of a document, and those that it had when it was analysed.
    pub fn of(view: &DocumentView) -> Self {
        let mut secrets = Self::in_variables(view.variables(), is_secret_name);
        if let Some(earlier) = view.earlier_variables() {
            secrets.texts.extend(Self::in_variables(&earlier, is_secret_name).texts);
            secrets.sort();
        }
        secrets
    }

    /// The values of all variables whose name, or the key of a table above them, is secret by `is_secret_name`.
    pub fn in_variables(variables: &Variables, is_secret_name: impl Fn(&str) -> bool) -> Self {
        let mut secrets = Self::default();
        for name in variables.names() {
            if let Some(value) = variables.get(name) {
                secrets.collect(value, is_secret_name(name), &is_secret_name);
            }
        }
        secrets.sort();
        secrets
    }

    /// Longer ones first: one may contain another.
    fn sort(&mut self) {
        self.texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.texts.dedup();
    }

    /// The secrets themselves, longer ones first.
    pub fn into_texts(self) -> Vec<String> {
        self.texts
    }

    fn collect(&mut self, value: &Value, is_secret: bool, is_secret_name: &impl Fn(&str) -> bool) {
        if let Some(map) = value.as_map() {
            for (key, value) in map {
                self.collect(value, is_secret || key.as_str().is_some_and(is_secret_name), is_secret_name);
            }
        } else if let Some(items) = value.as_array() {
            items.iter().for_each(|item| self.collect(item, is_secret, is_secret_name));
        } else if is_secret
            && let Some(text) = value.as_str().filter(|text| text.len() >= SHORTEST && *text != SECRET_STAND_IN)
        {
            self.texts.push(text.to_owned());
        }
    }

    /// `text` with every secret in it covered.
    pub fn cover<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut covered = Cow::Borrowed(text);
        for secret in &self.texts {
            if covered.contains(secret.as_str()) {
                covered = Cow::Owned(covered.replace(secret.as_str(), "•••"));
            }
        }
        covered
    }
}

/// Whether an expression names something secret: a variable, a key, an argument, or an environment variable that it asks for.
pub fn names_secret(text: &str, expression: Span) -> bool {
    tokens(text, expression).iter().any(|token| match token.kind {
        Kind::Identifier => is_secret_name(token.text),
        Kind::String => token.string_body().is_some_and(|name| {
            // A whole name, not prose that mentions one.
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') && is_secret_name(name)
        }),
        _ => false,
    })
}

/// Whether one of the keys of a path says that its value is secret.
pub fn is_secret_path<'a>(path: impl IntoIterator<Item = &'a str>) -> bool {
    path.into_iter().any(is_secret_name)
}

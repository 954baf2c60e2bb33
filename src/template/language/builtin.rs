//! The description of one function, filter or test: what documentation, name check and completion know about it.

use tera::{TeraResult, Value};

use super::arguments::Arguments;
use crate::template::signature::{Param, Signature};

/// What kind of thing can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BuiltinKind {
    /// `name(…)`.
    Function,
    /// `value | name(…)`.
    Filter,
    /// `value is name(…)`.
    Test,
}

impl Param {
    /// Also known as `aliases`.
    pub(super) const fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }
}

/// A parameter that each call must give.
pub(super) const fn required(name: &'static str) -> Param {
    Param { name, required: true, default: "", aliases: &[] }
}

/// A parameter with a default value (as written; empty: none).
pub(super) const fn optional(name: &'static str, default: &'static str) -> Param {
    Param { name, required: false, default, aliases: &[] }
}

/// The seed that a call may bring along instead of the render's.
pub(super) const SEED: Param = optional("seed", "");

pub(super) type FunctionBody = fn(&Arguments<'_>) -> TeraResult<Value>;
pub(super) type FilterBody = fn(&Value, &Arguments<'_>) -> TeraResult<Value>;
pub(super) type TestBody = fn(&Value, &Arguments<'_>) -> TeraResult<bool>;

/// How it is done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body {
    /// By the engine itself.
    Engine,
    /// By this function.
    Function(FunctionBody),
    /// By this filter.
    Filter(FilterBody),
    /// By this test.
    Test(TestBody),
}

/// One function, filter or test.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// Its name and parameters.
    pub signature: Signature,
    /// What it is.
    pub kind: BuiltinKind,
    /// One line on what it does.
    pub doc: &'static str,
    /// A template that shows it.
    pub example: &'static str,
    pub(super) body: Body,
}

impl Builtin {
    pub(super) const fn function(
        name: &'static str,
        parameters: &'static [Param],
        doc: &'static str,
        example: &'static str,
        body: FunctionBody,
    ) -> Self {
        Self {
            signature: signature(name, parameters),
            kind: BuiltinKind::Function,
            doc,
            example,
            body: Body::Function(body),
        }
    }

    pub(super) const fn filter(
        name: &'static str,
        parameters: &'static [Param],
        doc: &'static str,
        example: &'static str,
        body: FilterBody,
    ) -> Self {
        Self {
            signature: signature(name, parameters),
            kind: BuiltinKind::Filter,
            doc,
            example,
            body: Body::Filter(body),
        }
    }

    pub(super) const fn test(
        name: &'static str,
        parameters: &'static [Param],
        doc: &'static str,
        example: &'static str,
        body: TestBody,
    ) -> Self {
        Self { signature: signature(name, parameters), kind: BuiltinKind::Test, doc, example, body: Body::Test(body) }
    }

    /// One that the engine brings along.
    pub(super) const fn engine(
        kind: BuiltinKind,
        name: &'static str,
        parameters: &'static [Param],
        doc: &'static str,
        example: &'static str,
    ) -> Self {
        Self { signature: signature(name, parameters), kind, doc, example, body: Body::Engine }
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.signature.name
    }

    /// How it is called, for people: `sample(list, k, seed?)`.
    pub fn usage(&self) -> String {
        let mut text = String::from(self.name());
        if self.signature.params.is_empty() && self.kind != BuiltinKind::Function {
            return text;
        }
        text.push('(');
        for (index, parameter) in self.signature.params.iter().enumerate() {
            if index > 0 {
                text.push_str(", ");
            }
            text.push_str(parameter.name);
            if !parameter.default.is_empty() {
                text.push('=');
                text.push_str(parameter.default);
            } else if !parameter.required {
                text.push('?');
            }
        }
        text.push(')');
        text
    }
}

const fn signature(name: &'static str, params: &'static [Param]) -> Signature {
    Signature { name, params, positional: true }
}

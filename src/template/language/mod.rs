//! What templates can call: every function, filter and test, with its documentation, installed into the engine.
//!
//! All of them are deterministic. What looks random is drawn from the name, the arguments and the seed of the render; the
//! clock is frozen; the environment is what the render was handed. Equal calls give equal values (`seq` alone counts), and
//! the same input gives the same bytes on every machine. Knows neither macros nor the text of a template.

mod arguments;
mod builtin;
mod draw;
mod filters;
mod functions;
mod predicates;
mod state;
mod toml_text;
mod words;

use std::sync::LazyLock;

use tera::{Context, Kwargs, State, Tera, Value};

pub use builtin::{Builtin, BuiltinKind};
pub use state::{DEFAULT_CLOCK, DEFAULT_SEED, RenderState, during};
pub use toml_text::{toml_key, toml_literal};

use arguments::Arguments;
use builtin::Body;

use super::signature::{Signature, Signatures};

/// All functions, sorted by name.
pub fn functions() -> &'static [&'static Builtin] {
    &REGISTRY.functions
}

/// All filters, sorted by name.
pub fn filters() -> &'static [&'static Builtin] {
    &REGISTRY.filters
}

/// All tests (`x is …`), sorted by name.
pub fn tests() -> &'static [&'static Builtin] {
    &REGISTRY.tests
}

/// The function `name`.
pub fn function(name: &str) -> Option<&'static Builtin> {
    find(functions(), name)
}

/// The filter `name`.
pub fn filter(name: &str) -> Option<&'static Builtin> {
    find(filters(), name)
}

/// The test `name`.
pub fn test(name: &str) -> Option<&'static Builtin> {
    find(tests(), name)
}

/// The language as others see it that only need the signatures.
#[derive(Clone, Copy, Debug, Default)]
pub struct Language;

impl Signatures for Language {
    fn function(&self, name: &str) -> Option<&'static Signature> {
        function(name).map(|builtin| &builtin.signature)
    }

    fn filter(&self, name: &str) -> Option<&'static Signature> {
        filter(name).map(|builtin| &builtin.signature)
    }

    fn test(&self, name: &str) -> Option<&'static Signature> {
        test(name).map(|builtin| &builtin.signature)
    }
}

/// An engine that knows the whole language and no template; clone it, or take its functions with `register_from`.
/// Escaping is off for all names.
pub fn engine() -> &'static Tera {
    static ENGINE: LazyLock<Tera> = LazyLock::new(|| {
        let mut tera = Tera::default();
        tera.autoescape_on(Vec::<&str>::new());
        install(&mut tera);
        tera
    });
    &ENGINE
}

/// Registers every function, filter and test with `tera`.
pub fn install(tera: &mut Tera) {
    for builtin in functions().iter().chain(filters()).chain(tests()).copied() {
        match builtin.body {
            Body::Engine => {}
            Body::Function(body) => tera.register_function(builtin.name(), move |kwargs: Kwargs, _: &State| {
                body(&Arguments::new(builtin, &kwargs))
            }),
            Body::Filter(body) => tera
                .register_filter(builtin.name(), move |value: &Value, kwargs: Kwargs, _: &State| {
                    body(value, &Arguments::new(builtin, &kwargs))
                }),
            Body::Test(body) => tera.register_test(builtin.name(), move |value: &Value, kwargs: Kwargs, _: &State| {
                body(value, &Arguments::new(builtin, &kwargs))
            }),
        }
    }
}

/// What `template` renders to, alone and with no variables, under the default seed and clock. For examples in documentation.
pub fn render_example(template: &str) -> Option<String> {
    let (text, _) = during(&RenderState::default(), || {
        // The engine keeps a parsed template only for the length of the call.
        engine().clone().render_str(template, &Context::new(), false)
    });
    text.ok()
}

struct Registry {
    functions: Vec<&'static Builtin>,
    filters: Vec<&'static Builtin>,
    tests: Vec<&'static Builtin>,
}

static REGISTRY: LazyLock<Registry> = LazyLock::new(|| Registry {
    functions: sorted(functions::FAMILIES),
    filters: sorted(filters::FAMILIES),
    tests: sorted(&[predicates::BUILTINS]),
});

fn sorted(families: &[&'static [Builtin]]) -> Vec<&'static Builtin> {
    let mut all: Vec<_> = families.iter().flat_map(|family| family.iter()).collect();
    all.sort_unstable_by_key(|builtin| builtin.name());
    all
}

fn find(sorted: &[&'static Builtin], name: &str) -> Option<&'static Builtin> {
    sorted.binary_search_by(|builtin| builtin.name().cmp(name)).ok().and_then(|at| sorted.get(at).copied())
}

#[cfg(test)]
mod tests_of_language;

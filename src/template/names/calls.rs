//! Calls of functions, filters, tests and components.

use super::scope::Scope;
use super::{Check, is_operator};
use crate::template::expression::{self, Kind, Token};
use crate::template::language::{self, Builtin};
use crate::template::lexer::Keyword;
use crate::template::problem::ProblemKind;
use crate::template::source::FileId;
use crate::template::suggestion::nearest;
use crate::text::Span;

/// Names that other template languages and other parts of this one use for filters.
const FILTER_SYNONYMS: &[(&str, &str)] = &[
    ("tojson", "json_encode"),
    ("to_json", "json_encode"),
    ("toml", "toml_encode"),
    ("d", "default"),
    ("size", "length"),
    ("count", "length"),
    ("len", "length"),
    ("uppercase", "upper"),
    ("lowercase", "lower"),
    ("string", "str"),
    ("items", "pairs"),
    ("snake_case", "snake"),
    ("kebab_case", "kebab"),
    ("camel_case", "camel"),
];

/// The same for functions.
const FUNCTION_SYNONYMS: &[(&str, &str)] = &[
    ("getenv", "env"),
    ("uuid", "uuid_v4"),
    ("random", "get_random"),
    ("choice", "pick"),
    ("timestamp", "now_unix"),
    ("fake_address", "fake_street"),
    ("fake_full_name", "fake_name"),
    ("fake_ip", "fake_ipv4"),
    ("fake_uuid_v4", "fake_uuid"),
    ("fake_number", "fake_int"),
];

impl Check<'_> {
    /// Judges all calls in an expression.
    pub(super) fn calls(&mut self, id: FileId, tokens: &[Token<'_>], keyword: Keyword, scope: &Scope) {
        let from = usize::from(keyword != Keyword::Empty);
        for (index, token) in tokens.iter().enumerate().skip(from) {
            if token.kind != Kind::Identifier {
                continue;
            }
            let before = index.checked_sub(1).and_then(|before| tokens.get(before));
            let before_that = index.checked_sub(2).and_then(|before| tokens.get(before));
            let is_test = before.is_some_and(|before| before.is_word("is"))
                || (before.is_some_and(|before| before.is_word("not"))
                    && before_that.is_some_and(|before| before.is_word("is")));
            let is_called = is_operator(tokens, index + 1, "(");
            if before.is_some_and(|before| before.is_operator("|")) {
                // What `||` joins is no filter; the engine trips over the operator.
                if !before_that.is_some_and(|before| before.is_operator("|")) {
                    self.filter(id, tokens, index);
                }
            } else if is_test {
                // `not` of `is not`.
                if !token.is_word("not") {
                    self.test(id, tokens, index);
                }
            } else if is_called && !before.is_some_and(|before| matches!(before.text, "." | "?." | "::")) {
                self.function(id, tokens, index, scope);
            }
        }
    }

    /// `{% filter upper %}`.
    pub(super) fn filter_section(&mut self, id: FileId, tokens: &[Token<'_>]) {
        if tokens.get(1).is_some_and(|name| name.kind == Kind::Identifier) {
            self.filter(id, tokens, 1);
        }
    }

    /// `<name … />`.
    pub(super) fn component(&mut self, id: FileId, tokens: &[Token<'_>]) {
        let Some(first) = tokens.get(1).filter(|name| name.kind == Kind::Identifier) else { return };
        let name = super::super::parsed::dotted_name(tokens, 1);
        if self.program.has_component(&name) {
            return;
        }
        let known = self.program.files.iter().flat_map(|file| &file.parsed.components);
        let suggestion = nearest(&name, known.map(|component| component.name.as_str()));
        let span = Span::new(first.start, first.start + name.len());
        self.report(ProblemKind::UnknownComponent { name, suggestion }, id, span);
    }

    fn function(&mut self, id: FileId, tokens: &[Token<'_>], index: usize, scope: &Scope) {
        let Some(token) = tokens.get(index) else { return };
        // `and (…)`, `super()`, and macros of other notations are no functions.
        if super::WORDS.contains(&token.text) || token.text == "super" {
            return;
        }
        if let Some(function) = language::function(token.text) {
            self.arguments(id, tokens, index, function, token.text.to_owned());
            if matches!(token.text, "env" | "get_env") {
                self.environment(id, tokens, index, scope);
            }
            return;
        }
        let name = token.text.to_owned();
        let own = self.program.file(id).parsed.macros.contains_key(token.text);
        let imported = || {
            let file = self.program.file(id);
            let mut aliases = file.parsed.imports.iter().map(|import| import.alias.as_str());
            let defines = |alias: &&str| {
                self.program
                    .namespace(id, alias)
                    .is_some_and(|target| self.program.file(target).parsed.macros.contains_key(token.text))
            };
            aliases.find(defines).map(|alias| format!("{alias}::{}", token.text))
        };
        let suggestion = if own { Some(format!("self::{name}")) } else { imported() };
        let suggestion = suggestion
            .or_else(|| synonym(&name, FUNCTION_SYNONYMS))
            .or_else(|| nearest(&name, language::functions().iter().map(|function| function.name())));
        self.report(ProblemKind::UnknownFunction { name, suggestion }, id, token.span());
    }

    fn filter(&mut self, id: FileId, tokens: &[Token<'_>], index: usize) {
        let Some(token) = tokens.get(index) else { return };
        if let Some(filter) = language::filter(token.text) {
            self.arguments(id, tokens, index, filter, token.text.to_owned());
            return;
        }
        let name = token.text.to_owned();
        let suggestion = synonym(&name, FILTER_SYNONYMS)
            .or_else(|| nearest(&name, language::filters().iter().map(|filter| filter.name())));
        self.report(ProblemKind::UnknownFilter { name, suggestion }, id, token.span());
    }

    fn test(&mut self, id: FileId, tokens: &[Token<'_>], index: usize) {
        let Some(token) = tokens.get(index) else { return };
        if let Some(test) = language::test(token.text) {
            self.arguments(id, tokens, index, test, token.text.to_owned());
            return;
        }
        let name = token.text.to_owned();
        let suggestion = nearest(&name, language::tests().iter().map(|test| test.name()));
        self.report(ProblemKind::UnknownTest { name, suggestion }, id, token.span());
    }

    /// Judges the arguments of the call whose name is at `index`.
    fn arguments(&mut self, id: FileId, tokens: &[Token<'_>], index: usize, builtin: &'static Builtin, callee: String) {
        let Some(name) = tokens.get(index) else { return };
        let list = if is_operator(tokens, index + 1, "(") {
            expression::arguments(tokens, index + 1).list
        } else {
            Vec::new()
        };
        let params = builtin.signature.params;
        let positional = list.iter().filter(|argument| argument.name.is_none()).count();
        let mut given: Vec<&'static str> = Vec::new();
        let mut unknown: Vec<&Token<'_>> = Vec::new();
        let mut positions = 0..;
        for argument in &list {
            let Some(keyword) = argument.name.and_then(|name| tokens.get(name)) else {
                let position = positions.next().unwrap_or(usize::MAX);
                match builtin.signature.positional_param(position, positional) {
                    Some(param) => given.push(param.name),
                    None if position == params.len() => {
                        let kind = ProblemKind::TooManyArguments { callee: callee.clone(), takes: params.len() };
                        self.report(kind, id, argument.span);
                    }
                    None => {}
                }
                continue;
            };
            match builtin.signature.param(keyword.text) {
                Some(param) => {
                    given.push(param.name);
                    if param.name != keyword.text {
                        let (name, canonical) = (keyword.text.to_owned(), param.name.to_owned());
                        let kind = ProblemKind::ArgumentAlias { callee: callee.clone(), name, canonical };
                        self.report(kind, id, keyword.span());
                    }
                }
                None => unknown.push(keyword),
            }
        }
        let names: Vec<&str> = params.iter().map(|param| param.name).collect();
        let lacking = params.iter().filter(|param| param.required && !given.contains(&param.name));
        let lacking: Vec<&str> = lacking.map(|param| param.name).collect();
        for (kind, at) in misfits(&callee, name.span(), &unknown, &lacking, &names) {
            self.report(kind, id, at);
        }
    }

    /// `env(name="X")` of a variable that is not set, where nothing takes its place.
    fn environment(&mut self, id: FileId, tokens: &[Token<'_>], index: usize, scope: &Scope) {
        let arguments = expression::arguments(tokens, index + 1);
        let value = |name: &str, position: usize| {
            let named = arguments.list.iter().find(|argument| {
                argument.name.and_then(|at| tokens.get(at)).is_some_and(|keyword| keyword.text == name)
            });
            named.or_else(|| arguments.list.get(position).filter(|argument| argument.name.is_none()))
        };
        if value("default", 1).is_some() {
            return;
        }
        let Some(name) = value("name", 0).filter(|argument| argument.value.len() == 1) else { return };
        let Some(name) = tokens.get(name.value.start).and_then(Token::string_value) else { return };
        let seen = self.variables.environment().look_up(&name);
        let is_set = seen.is_some();
        self.lookups.insert(name.clone(), seen);
        if is_set || scope.guards_environment(&name) {
            return;
        }
        // Undefined is fine where it is asked about: in a condition, a comparison, before `default` or `or`.
        let text = |index: usize| tokens.get(index).map(|token| token.text);
        let behind = text(arguments.close + 1);
        let rescued = (behind == Some("|") && text(arguments.close + 2) == Some("default"))
            || matches!(behind, Some("or" | "and" | "is" | "==" | "!="))
            || tokens.first().is_some_and(|first| matches!(first.text, "if" | "elif" | "set" | "set_global"))
            || tokens.iter().any(|token| token.is_word("if"));
        let (Some(first), Some(last)) = (tokens.get(index), tokens.get(arguments.close)) else { return };
        if !rescued {
            let span = Span::new(first.start, last.end());
            self.report(ProblemKind::UnsetEnvironmentVariable { name }, id, span);
        }
    }
}

/// What is wrong, and where, with a call at `call` that passes the `unknown` names and leaves out the `lacking` ones. A
/// misspelt argument is one mistake: that it is missing under its right name is no second one.
pub(in crate::template) fn misfits(
    callee: &str,
    call: Span,
    unknown: &[&Token<'_>],
    lacking: &[&str],
    params: &[&str],
) -> Vec<(ProblemKind, Span)> {
    if unknown.is_empty() {
        let missing =
            |name: &&str| ProblemKind::MissingArgument { callee: callee.to_owned(), name: (*name).to_owned() };
        return lacking.iter().map(|name| (missing(name), call)).collect();
    }
    let misspelt = |keyword: &&Token<'_>| {
        let only = match (unknown, lacking) {
            ([_], [only]) => Some((*only).to_owned()),
            _ => None,
        };
        let suggestion = nearest(keyword.text, params.iter().copied()).or(only);
        let name = keyword.text.to_owned();
        (ProblemKind::UnknownArgument { callee: callee.to_owned(), name, suggestion }, keyword.span())
    };
    unknown.iter().map(misspelt).collect()
}

fn synonym(name: &str, synonyms: &[(&str, &str)]) -> Option<String> {
    synonyms.iter().find(|(known, _)| *known == name).map(|(_, meant)| (*meant).to_owned())
}

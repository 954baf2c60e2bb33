//! The names in a template tag: what each stands for, what binds it there, and which calls of macros a tag holds.
//!
//! Looks at one file's tokens alone, so it works on any text. What a variable of the context holds is told by the view's
//! variables, where a macro stands by [`super::macros`].

use crate::template::expression::{self, Argument, Kind, Token, arguments};
use crate::template::lexer::{self, Keyword, TokenKind};
use crate::template::parsed::ParsedFile;
use crate::text::Span;

/// A name in a template tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name itself.
    pub span: Span,
    /// What it is.
    pub kind: NameKind,
}

/// What a name in a template tag is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A variable that is read, or a key of one.
    Variable {
        /// From the variable to the key that is meant, both included: `["vars", "image"]`.
        path: Vec<String>,
        /// From the variable to that key.
        whole: Span,
    },
    /// The name of a loop variable, a parameter or an assigned variable where it is made.
    Binding(String),
    /// `name(…)`.
    Function(String),
    /// `value | name`.
    Filter(String),
    /// `value is name`.
    Test(String),
    /// `namespace::name(…)`.
    Macro {
        /// The name behind `as` of an import, or `self`.
        namespace: String,
        /// The macro.
        name: String,
    },
    /// The part before `::`, or behind `as` of an import.
    Namespace(String),
    /// The name of the macro that a `macro` tag defines.
    MacroDefinition(String),
    /// The keyword of an argument: `name=`.
    Argument {
        /// The keyword.
        name: String,
        /// What is called; `None` for what can't be told.
        callee: Option<Box<Self>>,
    },
    /// The word that a tag starts with.
    Keyword(Keyword),
}

/// What binds a variable at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// A loop, by the index of its tag.
    Loop {
        /// The `for` tag.
        token: usize,
        /// Which of its variables.
        variable: usize,
    },
    /// `loop` of the loop with this tag.
    LoopState {
        /// The `for` tag.
        token: usize,
    },
    /// A parameter of the macro with this tag.
    Parameter {
        /// The `macro` tag.
        token: usize,
    },
    /// A `set` tag.
    Set {
        /// The tag.
        token: usize,
    },
}

/// A call of a macro.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacroCall<'a> {
    /// The part before `::`.
    pub namespace: Token<'a>,
    /// The macro.
    pub name: Token<'a>,
    /// Its arguments, in order.
    pub arguments: Vec<Argument>,
    /// From the namespace to the closing bracket, as far as it is there.
    pub span: Span,
    /// The tokens of the tag, which the arguments count in.
    pub tokens: Vec<Token<'a>>,
}

/// Words of expressions that are no names.
const WORDS: [&str; 16] = [
    "and", "or", "not", "in", "is", "if", "else", "for", "as", "true", "false", "none", "True", "False", "None", "null",
];

/// The name at `offset` in the tag `tag` of `text`; the end of a name belongs to it.
pub fn name_at(text: &str, tag: &lexer::Token, offset: usize) -> Option<Name> {
    if !matches!(tag.kind, TokenKind::Expression | TokenKind::Tag) || tag.inert {
        return None;
    }
    let tokens = expression::tokens(text, tag.inner);
    let index = tokens
        .iter()
        .position(|token| token.kind == Kind::Identifier && token.start <= offset && offset <= token.end())?;
    let span = tokens[index].span();
    if tag.kind == TokenKind::Tag && index == 0 {
        return Some(Name { span, kind: NameKind::Keyword(tag.keyword) });
    }
    Some(Name { span, kind: kind_of(tag.keyword, &tokens, index)? })
}

fn kind_of(keyword: Keyword, tokens: &[Token<'_>], index: usize) -> Option<NameKind> {
    let text = |at: usize| tokens.get(at).map(|token| token.text);
    let before = index.checked_sub(1).and_then(text);
    let name = tokens.get(index)?.text.to_owned();
    match keyword {
        Keyword::Macro if index == 1 => return Some(NameKind::MacroDefinition(name)),
        Keyword::Macro if is_parameter(tokens, index) => return Some(NameKind::Binding(name)),
        Keyword::Import if before == Some("as") => return Some(NameKind::Namespace(name)),
        Keyword::Set | Keyword::SetGlobal if index == 1 => return Some(NameKind::Binding(name)),
        Keyword::Filter if index == 1 => return Some(NameKind::Filter(name)),
        Keyword::For if tokens.iter().position(|token| token.is_word("in")).is_none_or(|at| index < at) => {
            return Some(NameKind::Binding(name));
        }
        Keyword::Empty
        | Keyword::If
        | Keyword::Elif
        | Keyword::For
        | Keyword::Set
        | Keyword::SetGlobal
        | Keyword::Filter
        | Keyword::Macro => {}
        _ => return None,
    }
    let behind = text(index + 1);
    let is_test = before == Some("is") || (before == Some("not") && index > 1 && text(index - 2) == Some("is"));
    match (before, behind) {
        (Some("|"), _) => Some(NameKind::Filter(name)),
        _ if is_test && name != "not" => Some(NameKind::Test(name)),
        (Some("::"), _) => {
            let namespace = text(index.checked_sub(2)?)?.to_owned();
            Some(NameKind::Macro { namespace, name })
        }
        (_, Some("::")) => Some(NameKind::Namespace(name)),
        (Some("(" | ","), Some("=")) => {
            Some(NameKind::Argument { name, callee: callee_of(keyword, tokens, index).map(Box::new) })
        }
        (Some("." | "?."), _) => variable(tokens, index),
        _ if WORDS.contains(&name.as_str()) => None,
        (_, Some("(")) => Some(NameKind::Function(name)),
        (_, Some(":")) => None,
        _ => variable(tokens, index),
    }
}

/// Whether the name at `index` of a `macro` tag is one of its parameters, not a name in a default.
fn is_parameter(tokens: &[Token<'_>], index: usize) -> bool {
    let list =
        if tokens.get(2).is_some_and(|open| open.is_operator("(")) { arguments(tokens, 2).list } else { return false };
    list.iter().any(|argument| argument.name.unwrap_or(argument.value.start) == index)
}

/// The variable that the key at `index` belongs to, with the keys up to it.
fn variable(tokens: &[Token<'_>], index: usize) -> Option<NameKind> {
    let mut path = vec![tokens.get(index)?.text.to_owned()];
    let mut first = index;
    while let Some(dot) = first.checked_sub(1).filter(|&dot| matches!(tokens[dot].text, "." | "?.")) {
        let key = dot.checked_sub(1).map(|at| tokens[at])?;
        // Behind a bracket or a call nobody knows which value it is.
        if !matches!(key.kind, Kind::Identifier | Kind::Number) {
            return None;
        }
        path.insert(0, key.text.to_owned());
        first = dot - 1;
    }
    let is_name = tokens[first].kind == Kind::Identifier && !WORDS.contains(&tokens[first].text);
    is_name.then(|| NameKind::Variable { path, whole: tokens[first].span().join(tokens[index].span()) })
}

/// What the call is whose argument stands at `index`.
fn callee_of(keyword: Keyword, tokens: &[Token<'_>], index: usize) -> Option<NameKind> {
    let mut depth = 0usize;
    for at in (0..index).rev() {
        match tokens[at].text {
            _ if tokens[at].kind != Kind::Operator => {}
            ")" | "]" | "}" => depth += 1,
            "(" | "[" | "{" | "?[" if depth > 0 => depth -= 1,
            "(" => {
                let name = at.checked_sub(1).filter(|&name| tokens[name].kind == Kind::Identifier)?;
                return kind_of(keyword, tokens, name);
            }
            "[" | "{" | "?[" => return None,
            _ => {}
        }
    }
    None
}

/// What binds the variable `name` at the tag `index`; `None` where it comes from the context.
pub fn binding(text: &str, file: &ParsedFile, index: usize, name: &str) -> Option<Binding> {
    let tokens = &file.lexed.tokens;
    for (at, token) in tokens.iter().enumerate().take(index).rev() {
        let is_around = token.mate.is_some_and(|mate| mate > index);
        match token.keyword {
            Keyword::For if is_around => {
                if let Some(variable) = loop_variables(text, token).iter().position(|known| known.text == name) {
                    return Some(Binding::Loop { token: at, variable });
                }
                if name == "loop" {
                    return Some(Binding::LoopState { token: at });
                }
            }
            Keyword::Macro if is_around => {
                let defined = file.macros.values().find(|definition| definition.token == at);
                let is_parameter = defined.is_some_and(|definition| definition.param(name).is_some());
                // Nothing from outside of a macro is visible in it.
                return is_parameter.then_some(Binding::Parameter { token: at });
            }
            Keyword::Set | Keyword::SetGlobal if assigned(text, token).is_some_and(|known| known.text == name) => {
                return Some(Binding::Set { token: at });
            }
            _ => {}
        }
    }
    None
}

/// The variables of a `for` tag.
pub fn loop_variables<'a>(text: &'a str, tag: &lexer::Token) -> Vec<Token<'a>> {
    let tokens = expression::tokens(text, tag.inner).into_iter().skip(1);
    tokens.take_while(|token| !token.is_word("in")).filter(|token| token.kind == Kind::Identifier).collect()
}

/// What a `for` tag goes over.
pub fn loop_target(text: &str, tag: &lexer::Token) -> Option<Span> {
    let tokens = expression::tokens(text, tag.inner);
    let from = tokens.iter().position(|token| token.is_word("in"))? + 1;
    Some(tokens.get(from)?.span().join(tokens.last()?.span()))
}

/// The variable that a `set` tag assigns.
pub fn assigned<'a>(text: &'a str, tag: &lexer::Token) -> Option<Token<'a>> {
    expression::tokens(text, tag.inner).get(1).copied().filter(|name| name.kind == Kind::Identifier)
}

/// The calls of macros in a tag, in order; those in arguments of others included.
pub fn macro_calls<'a>(text: &'a str, tag: &lexer::Token) -> Vec<MacroCall<'a>> {
    let is_code = matches!(tag.kind, TokenKind::Expression | TokenKind::Tag) && !tag.inert;
    if !is_code || !tag.span.slice(text).is_some_and(|written| written.contains("::")) {
        return Vec::new();
    }
    let tokens = expression::tokens(text, tag.inner);
    let calls = tokens.windows(4).enumerate().filter_map(|(at, window)| {
        let [namespace, colons, name, open] = *window else { return None };
        let is_call = namespace.kind == Kind::Identifier
            && colons.is_operator("::")
            && name.kind == Kind::Identifier
            && open.is_operator("(");
        if !is_call {
            return None;
        }
        let found = arguments(&tokens, at + 3);
        let last = tokens.get(found.close).or(tokens.last())?;
        let span = namespace.span().join(last.span());
        Some(MacroCall { namespace, name, arguments: found.list, span, tokens: tokens.clone() })
    });
    calls.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands at `$0`.
    fn at(marked: &str) -> Option<NameKind> {
        let offset = marked.find("$0").unwrap();
        let text = marked.replacen("$0", "", 1);
        let file = ParsedFile::new(&text);
        let tag = &file.lexed.tokens[file.lexed.token_at(offset).unwrap()];
        name_at(&text, tag, offset).map(|name| name.kind)
    }

    fn bound(marked: &str, name: &str) -> Option<Binding> {
        let offset = marked.find("$0").unwrap();
        let text = marked.replacen("$0", "", 1);
        let file = ParsedFile::new(&text);
        binding(&text, &file, file.lexed.token_at(offset).unwrap(), name)
    }

    #[test]
    fn each_name_is_what_its_place_makes_it() {
        let variable = |path: &[&str]| {
            let Some(NameKind::Variable { path: found, .. }) = at(path[0]) else { panic!("{:?}", at(path[0])) };
            assert_eq!(found, path[1..]);
        };
        variable(&["a = {{ va$0rs.image | upper }}", "vars"]);
        variable(&["a = {{ vars.im$0age | upper }}", "vars", "image"]);
        variable(&["{% if x$0 %}{% endif %}", "x"]);
        assert_eq!(at("{{ a | up$0per }}"), Some(NameKind::Filter("upper".into())));
        assert_eq!(at("{{ en$0v(name='X') }}"), Some(NameKind::Function("env".into())));
        assert_eq!(at("{% if a is not def$0ined %}{% endif %}"), Some(NameKind::Test("defined".into())));
        assert_eq!(at("{{ m::sp$0an('x') }}"), Some(NameKind::Macro { namespace: "m".into(), name: "span".into() }));
        assert_eq!(at("{{ $0m::span('x') }}"), Some(NameKind::Namespace("m".into())));
        let callee = Some(Box::new(NameKind::Function("env".into())));
        assert_eq!(at("{{ env(na$0me='X') }}"), Some(NameKind::Argument { name: "name".into(), callee }));
        assert_eq!(at("{% fo$0r a in b %}{% endfor %}"), Some(NameKind::Keyword(Keyword::For)));
        assert_eq!(at("{% for a$0 in b %}{% endfor %}"), Some(NameKind::Binding("a".into())));
        assert_eq!(at("{% macro m$0ine(a) %}{% endmacro %}"), Some(NameKind::MacroDefinition("mine".into())));
        assert_eq!(at("{{ 'é $0x' }}"), None);
        assert_eq!(at("{{ {ke$0y: 1} }}"), None);
    }

    #[test]
    fn the_nearest_binding_counts() {
        assert_eq!(bound("{% for a in b %}{{ $0a }}{% endfor %}", "a"), Some(Binding::Loop { token: 0, variable: 0 }));
        assert_eq!(bound("{% for a in b %}{% endfor %}{{ $0a }}", "a"), None);
        assert_eq!(
            bound("{% for k, v in b %}{{ $0v }}{% endfor %}", "v"),
            Some(Binding::Loop { token: 0, variable: 1 })
        );
        assert_eq!(bound("{% set a = 1 %}{{ $0a }}", "a"), Some(Binding::Set { token: 0 }));
        assert_eq!(bound("{% macro m(a) %}{{ $0a }}{% endmacro %}", "a"), Some(Binding::Parameter { token: 0 }));
        assert_eq!(bound("{% set a = 1 %}{% macro m(b) %}{{ $0a }}{% endmacro %}", "a"), None);
    }

    #[test]
    fn calls_have_their_arguments() {
        let text = "{{ m::span('a', kind=m::kind(1)) }}";
        let file = ParsedFile::new(text);
        let calls = macro_calls(text, &file.lexed.tokens[0]);
        let shown: Vec<_> =
            calls.iter().map(|call| (call.name.text, call.arguments.len(), call.span.slice(text))).collect();
        assert_eq!(shown, [("span", 2, Some("m::span('a', kind=m::kind(1))")), ("kind", 1, Some("m::kind(1)"))]);
    }
}

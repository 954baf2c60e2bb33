//! What a new name may be, and how it is written where the old one stands.

use super::{Refusal, is_identifier};
use crate::features::DocumentView;
use crate::features::symbols::{Symbol, SymbolKind};
use crate::text::Span;
use crate::validation::expectations::is_pattern;

/// Words that an expression reads as something else than a name.
const RESERVED: &[&str] = &[
    "and", "or", "not", "in", "is", "if", "else", "for", "as", "true", "false", "none", "True", "False", "None",
    "null", "self", "super", "loop", "body", "vars", "matrix", "otel",
];

/// Whether `name` may be the name of `symbol`.
pub(super) fn check(symbol: &Symbol, name: &str) -> Result<(), Refusal> {
    match fault(symbol, name) {
        Some(reason) => Err(Refusal::Invalid { name: name.to_owned(), noun: symbol.kind.noun(), reason }),
        None => Ok(()),
    }
}

fn fault(symbol: &Symbol, name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        return Some("it is empty");
    }
    if is_identifier(symbol.kind) {
        let parts: Vec<&str> = match symbol.kind {
            SymbolKind::Component => name.split('.').collect(),
            _ => vec![name],
        };
        let is_word = |part: &&str| {
            part.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic())
                && part.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
        };
        return match () {
            () if !parts.iter().all(is_word) => Some("it takes letters, digits and `_`, and no digit at its start"),
            () if RESERVED.contains(&name) => Some("the word has a meaning of its own in expressions"),
            () => None,
        };
    }
    if name.contains(['"', '\'', '\\']) || name.chars().any(char::is_control) {
        return Some("it holds a quote, a backslash or a control character");
    }
    if ["{{", "{%", "{#"].iter().any(|delimiter| name.contains(delimiter)) {
        return Some("it holds the start of a template tag");
    }
    if name.trim() != name {
        return Some("it starts or ends with white space");
    }
    (symbol.kind == SymbolKind::SpanName && is_pattern(name)).then_some("`*`, `?` and `[` make it a pattern")
}

/// What has the new name already where `symbol` is known.
pub(super) fn taken<'v>(view: &'v DocumentView, symbol: &Symbol, name: &str) -> Option<&'v Symbol> {
    let full = match symbol.name.rsplit_once('.').filter(|_| symbol.kind == SymbolKind::Variable) {
        Some((above, _)) => format!("{above}.{name}"),
        None => name.to_owned(),
    };
    let is_same_space = |other: &&Symbol| {
        let group = |kind| match kind {
            SymbolKind::Variable if symbol.name.contains('.') => 1,
            SymbolKind::Variable | SymbolKind::LoopVariable | SymbolKind::SetVariable | SymbolKind::Parameter => 2,
            _ => 0,
        };
        let shares_kind = other.kind == symbol.kind && other.home == symbol.home && other.owner == symbol.owner;
        let same_scope = other.scope.is_none() || symbol.scope.is_none() || overlap(other.scope, symbol.scope);
        let both_variables = group(symbol.kind) == 2 && group(other.kind) == 2 && in_reach(symbol, other);
        same_scope && (shares_kind || both_variables)
    };
    view.symbols().all().iter().filter(|other| other.name == full).find(is_same_space)
}

/// Whether a variable of the template is read where the other one is.
fn in_reach(symbol: &Symbol, other: &Symbol) -> bool {
    let is_parameter = |symbol: &Symbol| symbol.kind == SymbolKind::Parameter;
    match (is_parameter(symbol), is_parameter(other)) {
        (true, true) => symbol.owner == other.owner && symbol.home == other.home,
        // What a parameter hides from a loop around its macro shows when the file is analysed again.
        (true, false) | (false, true) => false,
        (false, false) => true,
    }
}

fn overlap(one: Option<Span>, other: Option<Span>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one.overlaps(other))
}

/// The edit that writes `name` at `span`: with quotes where a bare key can't hold it.
pub(super) fn edit(view: &DocumentView, span: Span, name: &str) -> (Span, String) {
    let is_bare_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let before = view.text().get(..span.start).and_then(|before| before.chars().next_back());
    let is_quoted = matches!(before, Some('"' | '\'' | '`')) || is_in_string(view, span);
    if is_bare_name || is_quoted { (span, name.to_owned()) } else { (span, format!("\"{name}\"")) }
}

/// Whether the span is inside of a longer string or in a tag, where it needs no quotes of its own.
fn is_in_string(view: &DocumentView, span: Span) -> bool {
    use crate::template::lexer::TokenKind;
    let template = view.template();
    let token = template.lexed.token_at(span.start).and_then(|index| template.lexed.tokens.get(index));
    token.is_some_and(|token| matches!(token.kind, TokenKind::Expression | TokenKind::Tag))
}

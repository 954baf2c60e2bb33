//! Inline a macro call: what the macro writes comes in the place of the call, with the arguments in place of the parameters.

use std::collections::BTreeMap;

use super::proof::{Change, Keeps};
use super::{ActionKind, ActionRequest, Draft, replacement};
use crate::features::cursor::Cursor;
use crate::features::macros::{self, MacroPlace};
use crate::features::names::{self, Binding, MacroCall, NameKind};
use crate::template::expression::{self, Kind, Token};
use crate::template::lexer::TokenKind;
use crate::text::Span;

pub(super) fn drafts(request: &ActionRequest<'_>) -> Vec<Draft> {
    let view = request.view;
    let Cursor::Template { token, .. } = Cursor::at(view, request.range.start) else { return Vec::new() };
    let calls = names::macro_calls(view.text(), token);
    let at = request.range.start;
    let Some(call) = calls.iter().find(|call| call.namespace.start <= at && at <= call.name.end()) else {
        return Vec::new();
    };
    let name = call.name.text;
    let is_all = token.kind == TokenKind::Expression && call.span.len() == written_length(view.text(), token.inner);
    let change = if is_all {
        macros::resolve(view, call.namespace.text, name)
            .ok_or_else(|| format!("the macro `{name}` is not known here"))
            .and_then(|place| Inlining::new(view.text(), call, &place)?.body())
            .map(|body| Change { edits: vec![replacement(token.span, body)], keeps: Keeps::Values })
    } else {
        Err("the call is a part of a larger expression".to_owned())
    };
    vec![Draft { title: format!("inline the call of `{name}`"), kind: ActionKind::Inline, change }]
}

fn written_length(text: &str, span: Span) -> usize {
    span.slice(text).unwrap_or_default().trim().len()
}

/// What stands for each parameter.
struct Argument<'a> {
    /// The expression as written.
    written: &'a str,
    /// Its value, if it is one string.
    text: Option<String>,
    /// Whether it is one word or string, or in brackets.
    is_simple: bool,
}

struct Inlining<'a> {
    place: &'a MacroPlace<'a>,
    /// The namespace of the call, by which the macro's own file is known here.
    namespace: &'a str,
    arguments: BTreeMap<&'a str, Argument<'a>>,
}

impl<'a> Inlining<'a> {
    fn new(text: &'a str, call: &'a MacroCall<'a>, place: &'a MacroPlace<'a>) -> Result<Self, String> {
        let source = &*place.source.text;
        let mut arguments = BTreeMap::new();
        for (index, param) in place.definition.params.iter().enumerate() {
            let named = call.arguments.iter().find(|argument| {
                argument.name.and_then(|name| call.tokens.get(name)).is_some_and(|name| name.text == param.name)
            });
            let given = named.or(call.arguments.get(index).filter(|argument| argument.name.is_none()));
            let argument = match (given, param.default) {
                (Some(given), _) => value_span(&call.tokens, given).and_then(|span| argument(text, span)),
                (None, Some(default)) => argument(source, default),
                (None, None) => None,
            };
            let argument = argument.ok_or_else(|| format!("the argument `{}` is missing", param.name))?;
            arguments.insert(param.name.as_str(), argument);
        }
        Ok(Self { place, namespace: call.namespace.text, arguments })
    }

    /// The body with the arguments in it, without the line breaks next to its tags.
    fn body(&self) -> Result<String, String> {
        let (source, tokens) = (&*self.place.source.text, &self.place.parsed.lexed.tokens);
        let opener = self.place.definition.token;
        let Some(closer) = tokens.get(opener).and_then(|token| token.mate) else {
            return Err("the macro has no end".to_owned());
        };
        let mut body = String::new();
        for (index, token) in tokens.iter().enumerate().take(closer).skip(opener + 1) {
            let written = token.span.slice(source).unwrap_or_default();
            match token.kind {
                TokenKind::Text | TokenKind::Raw => body.push_str(written),
                TokenKind::Comment => {}
                TokenKind::Expression | TokenKind::Tag => body.push_str(&self.tag(index)?),
            }
        }
        let body = body.strip_prefix("\r\n").or(body.strip_prefix('\n')).unwrap_or(&body);
        Ok(body.trim_end().to_owned())
    }

    /// A tag of the body.
    fn tag(&self, index: usize) -> Result<String, String> {
        let source = &*self.place.source.text;
        let tag = &self.place.parsed.lexed.tokens[index];
        let words = expression::tokens(source, tag.inner);
        if let ([word], TokenKind::Expression) = (words.as_slice(), tag.kind)
            && let Some(argument) = self.argument(index, word)
            && let Some(text) = &argument.text
            && !text.contains(['{', '"', '\\', '\n'])
        {
            return Ok(text.clone());
        }
        let mut written = String::new();
        let mut at = tag.span.start;
        for (position, word) in words.iter().enumerate() {
            let new = if words.get(position + 1).is_some_and(|next| next.is_operator("::")) {
                match word.text {
                    "self" => self.namespace.to_owned(),
                    // Another file may know other files by other names.
                    other if self.namespace != "self" => return Err(format!("the macro itself calls `{other}::…`")),
                    other => other.to_owned(),
                }
            } else {
                match self.argument(index, word) {
                    Some(argument) if argument.is_simple || words.len() == 1 => argument.written.to_owned(),
                    Some(argument) => format!("({})", argument.written),
                    None => continue,
                }
            };
            written.push_str(source.get(at..word.start).unwrap_or_default());
            written.push_str(&new);
            at = word.end();
        }
        written.push_str(source.get(at..tag.span.end).unwrap_or_default());
        Ok(written)
    }

    /// What stands for a word, if it is a parameter.
    fn argument(&self, index: usize, word: &Token<'_>) -> Option<&Argument<'_>> {
        let (source, parsed) = (&*self.place.source.text, self.place.parsed);
        let argument = self.arguments.get(word.text).filter(|_| word.kind == Kind::Identifier)?;
        let name = names::name_at(source, parsed.lexed.tokens.get(index)?, word.start)?;
        let is_variable =
            matches!(&name.kind, NameKind::Variable { path, whole } if path.len() == 1 || whole.start == word.start);
        let bound = names::binding(source, parsed, index, word.text);
        (is_variable && matches!(bound, Some(Binding::Parameter { .. }))).then_some(argument)
    }
}

/// Where the value of an argument stands.
fn value_span(tokens: &[Token<'_>], argument: &expression::Argument) -> Option<Span> {
    let first = tokens.get(argument.value.start)?;
    Some(first.span().join(tokens.get(argument.value.end.checked_sub(1)?)?.span()))
}

fn argument(text: &str, span: Span) -> Option<Argument<'_>> {
    let words = expression::tokens(text, span);
    let is_bracket = words.first().is_some_and(|first| first.is_operator("[") || first.is_operator("{"))
        && expression::closing(&words, 0) + 1 == words.len();
    let value = match words.as_slice() {
        [only] => only.string_value(),
        _ => None,
    };
    Some(Argument { written: span.slice(text)?, text: value, is_simple: words.len() == 1 || is_bracket })
}

//! Lossless, tolerant lexer for templates: every byte of the source belongs to exactly one token, whatever the source holds.
//!
//! It cuts the source into text, `{{ … }}`, `{% … %}`, `{# … #}` and raw blocks, applies whitespace control exactly as
//! Tera 2.4 does, and matches block tags. It does not parse what stands inside a tag (see [`super::expression`]).
//!
//! # What differs from Tera
//!
//! - `}}` closes `{{` only outside of a map literal, so that `{"a": {"b": 1}}` needs no space.
//! - `${#NAME}` is shell text, never the start of a comment.
//! - In [`Comments::Toml`] mode a tag inside a TOML `#` comment is text. What is a comment is decided by a scanner that
//!   follows the TOML strings of the text between the tags. A tag counts as commented out when every line that it touches
//!   is a comment there; a block (`if` … `endif`) only when all its tags are. Anything else is evaluated: `{% if x %}# note{% endif %}`
//!   has only its end in a comment and stays a condition. A commented tag is not matched against tags outside of comments
//!   unless the tags outside do not match without it.
//!
//! # Broken input
//!
//! A tag without its end reaches to the nearest closing delimiter on its line, unless another tag opens before, or the TOML
//! string around it ends; then it reaches to there, else to the end of the line. A string may span lines, as Tera accepts, if the tag closes and what follows
//! the string can follow a string; otherwise the string counts as unclosed. All mistakes are reported at the opening tag.

mod blocks;
mod scan;
mod toml_comment;
mod whitespace;

use memchr::{memchr, memmem, memrchr};

pub(super) use self::blocks::opens_unknown_tag;
use self::scan::{Inside, OddBracket, inside};
use super::problem::ProblemKind;
use crate::text::Span;

/// Blocks nested deeper than this are a problem; the engine refuses 40 levels.
pub const MAX_BLOCK_DEPTH: usize = 36;

/// More `elif` branches than this on one `if` are a problem: the engine recurses once for each of them.
pub const MAX_BRANCHES: usize = 64;

/// Whether the text between the tags is a TOML file, whose comments hide tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comments {
    /// The source is a template of a TOML file: tags in `#` comments are text.
    Toml,
    /// The source is a fragment (the contents of a string): `#` means nothing.
    None,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Text that is written as it stands.
    Text,
    /// `{{ … }}`.
    Expression,
    /// `{% … %}`.
    Tag,
    /// `{# … #}`.
    Comment,
    /// `{% raw %} … {% endraw %}` as a whole.
    Raw,
}

/// The first word of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the words of the template language")]
pub enum Keyword {
    If,
    Elif,
    Else,
    EndIf,
    For,
    EndFor,
    Block,
    EndBlock,
    Macro,
    EndMacro,
    Component,
    EndComponent,
    Filter,
    EndFilter,
    Set,
    SetGlobal,
    EndSet,
    Import,
    Include,
    Extends,
    Break,
    Continue,
    Raw,
    EndRaw,
    /// `{% <name …> %}`: the call of a component with a body.
    OpenElement,
    /// `{% </name> %}`.
    CloseElement,
    /// No word at all.
    Empty,
    /// A word that no tag starts with.
    Unknown,
}

/// The words that start a tag, as people write them.
pub const TAG_NAMES: &[(&str, Keyword)] = &[
    ("if", Keyword::If),
    ("elif", Keyword::Elif),
    ("else", Keyword::Else),
    ("endif", Keyword::EndIf),
    ("for", Keyword::For),
    ("endfor", Keyword::EndFor),
    ("block", Keyword::Block),
    ("endblock", Keyword::EndBlock),
    ("macro", Keyword::Macro),
    ("endmacro", Keyword::EndMacro),
    ("component", Keyword::Component),
    ("endcomponent", Keyword::EndComponent),
    ("filter", Keyword::Filter),
    ("endfilter", Keyword::EndFilter),
    ("set", Keyword::Set),
    ("set_global", Keyword::SetGlobal),
    ("endset", Keyword::EndSet),
    ("import", Keyword::Import),
    ("include", Keyword::Include),
    ("extends", Keyword::Extends),
    ("break", Keyword::Break),
    ("continue", Keyword::Continue),
    ("raw", Keyword::Raw),
    ("endraw", Keyword::EndRaw),
];

impl Keyword {
    /// The keyword for a word, [`Keyword::Unknown`] for any other.
    pub fn of(word: &str) -> Self {
        TAG_NAMES.iter().find(|(name, _)| *name == word).map_or(Self::Unknown, |(_, keyword)| *keyword)
    }

    /// The word, empty for the keywords that have none.
    pub fn name(self) -> &'static str {
        TAG_NAMES.iter().find(|(_, keyword)| *keyword == self).map_or("", |(name, _)| *name)
    }

    /// The keyword that closes a block, if this one always opens one.
    pub fn closer(self) -> Option<Self> {
        Some(match self {
            Self::If => Self::EndIf,
            Self::For => Self::EndFor,
            Self::Block => Self::EndBlock,
            Self::Macro => Self::EndMacro,
            Self::Component => Self::EndComponent,
            Self::Filter => Self::EndFilter,
            Self::Set | Self::SetGlobal => Self::EndSet,
            Self::Raw => Self::EndRaw,
            Self::OpenElement => Self::CloseElement,
            _ => return None,
        })
    }
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// All of it, delimiters included. The spans of all tokens tile the source.
    pub span: Span,
    /// What stands between the delimiters. For text and raw blocks: what is written, after whitespace control.
    pub inner: Span,
    /// `-` at the opening delimiter.
    pub trims_left: bool,
    /// `-` at the closing delimiter.
    pub trims_right: bool,
    /// Whether the closing delimiter is there.
    pub closed: bool,
    /// Whether each bracket inside has its partner.
    pub balanced: bool,
    /// Text that holds a tag which is not evaluated (`${#NAME}`, a tag in a TOML comment).
    pub inert: bool,
    /// First word of a tag; [`Keyword::Empty`] for other tokens.
    pub keyword: Keyword,
    /// Where that word stands.
    pub keyword_span: Span,
    /// `{% set x %}`, which opens a block, and not `{% set x = 1 %}`.
    pub opens_set_block: bool,
    /// The closing tag of an opening one and the other way round, as an index of a token.
    pub mate: Option<usize>,
    /// The `elif` and `else` tags of an opening tag, as indices of tokens.
    pub middles: Vec<usize>,
    /// The opening tag that an `elif` or `else` belongs to.
    pub owner: Option<usize>,
}

impl Token {
    fn new(kind: TokenKind, span: Span, inner: Span) -> Self {
        Self {
            kind,
            span,
            inner,
            trims_left: false,
            trims_right: false,
            closed: true,
            balanced: true,
            inert: false,
            keyword: Keyword::Empty,
            keyword_span: Span::at(inner.start),
            opens_set_block: false,
            mate: None,
            middles: Vec::new(),
            owner: None,
        }
    }

    /// Whether its delimiters and brackets are all there, so that its inside can be read.
    pub fn is_readable(&self) -> bool {
        self.closed && self.balanced
    }

    /// The opening delimiter.
    pub fn opener(&self) -> &'static str {
        match self.kind {
            TokenKind::Expression => "{{",
            TokenKind::Comment => "{#",
            TokenKind::Tag | TokenKind::Raw => "{%",
            TokenKind::Text => "",
        }
    }
}

/// A mistake that the lexer sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexicalProblem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// Where.
    pub at: Span,
    /// The token that it belongs to, if rendering must treat that token as broken.
    pub token: Option<usize>,
}

/// A template cut into tokens.
#[derive(Clone, Debug, Default)]
pub struct Lexed {
    /// The tokens, in order; their spans tile the source.
    pub tokens: Vec<Token>,
    /// What is wrong, in order.
    pub problems: Vec<LexicalProblem>,
}

impl Lexed {
    /// The index of the token that holds `offset`; the end of the source belongs to the last token.
    pub fn token_at(&self, offset: usize) -> Option<usize> {
        let index = self.tokens.partition_point(|token| token.span.end <= offset);
        if index < self.tokens.len() { Some(index) } else { self.tokens.len().checked_sub(1) }
    }

    /// Whether there is anything to evaluate or to strip: no token but text that is written as it stands.
    pub fn is_plain(&self) -> bool {
        self.tokens.iter().all(|token| token.kind == TokenKind::Text)
    }
}

/// Cuts `source` into tokens. Linear in its length, but for tags without an end, each of which is scanned twice.
pub fn lex(source: &str, comments: Comments) -> Lexed {
    let mut lexer = Lexer { source, bytes: source.as_bytes(), lexed: Lexed::default() };
    lexer.run();
    let mut lexed = lexer.lexed;
    if comments == Comments::Toml {
        toml_comment::mark(source, &mut lexed);
    } else {
        blocks::pair(source, &mut lexed, |_| false);
    }
    whitespace::apply(source, &mut lexed.tokens);
    lexed.problems.sort_by_key(|problem| problem.at);
    lexed
}

struct Lexer<'a> {
    source: &'a str,
    bytes: &'a [u8],
    lexed: Lexed,
}

/// Where a delimiter opens, and what.
fn opener_at(bytes: &[u8], at: usize) -> Option<TokenKind> {
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    match bytes.get(at + 1) {
        Some(b'{') => Some(TokenKind::Expression),
        Some(b'%') => Some(TokenKind::Tag),
        Some(b'#') => Some(TokenKind::Comment),
        _ => None,
    }
}

/// The end of `${#NAME}` when `{#` at `at` is its brace.
fn shell_length(bytes: &[u8], at: usize) -> Option<usize> {
    if at == 0 || bytes[at - 1] != b'$' || bytes.get(at..at + 2) != Some(b"{#") {
        return None;
    }
    let name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@' | b'*' | b'[' | b']');
    let length = bytes[at + 2..].iter().take(256).take_while(|byte| name(byte)).count();
    (bytes.get(at + 2 + length) == Some(&b'}')).then_some(at + 2 + length + 1)
}

impl Lexer<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while at < self.bytes.len() {
            at = match opener_at(self.bytes, at) {
                Some(TokenKind::Comment) => match shell_length(self.bytes, at) {
                    Some(end) => self.shell_text(at, end),
                    None => self.comment(at),
                },
                Some(kind) => self.tag(kind, at),
                None => self.text(at),
            };
        }
    }

    fn push(&mut self, token: Token) -> usize {
        let end = token.span.end;
        self.lexed.tokens.push(token);
        end
    }

    fn report(&mut self, kind: ProblemKind, at: Span, token: Option<usize>) {
        self.lexed.problems.push(LexicalProblem { kind, at, token });
    }

    fn text(&mut self, start: usize) -> usize {
        let mut at = start + 1;
        let end = loop {
            match memchr(b'{', &self.bytes[at.min(self.bytes.len())..]) {
                Some(offset) if opener_at(self.bytes, at + offset).is_some() => break at + offset,
                Some(offset) => at += offset + 1,
                None => break self.bytes.len(),
            }
        };
        let span = Span::new(start, end);
        self.push(Token::new(TokenKind::Text, span, span))
    }

    fn shell_text(&mut self, start: usize, end: usize) -> usize {
        self.report(ProblemKind::ShellLengthOpensComment, Span::new(start - 1, end), None);
        let span = Span::new(start, end);
        self.push(Token { inert: true, ..Token::new(TokenKind::Text, span, span) })
    }

    fn comment(&mut self, start: usize) -> usize {
        let body = start + 2;
        let trims_left = self.bytes.get(body) == Some(&b'-');
        // As in Tera, the dash of `{#-#}` belongs to the opening delimiter only.
        let search_from = body + usize::from(trims_left);
        if let Some(offset) = memmem::find(&self.bytes[search_from..], b"#}") {
            let end = search_from + offset;
            let trims_right = offset > 0 && self.bytes[end - 1] == b'-';
            let token = Token::new(TokenKind::Comment, Span::new(start, end + 2), Span::new(body, end));
            return self.push(Token { trims_left, trims_right, ..token });
        }
        self.report(ProblemKind::UnclosedTag { opener: "{#" }, Span::new(start, body), Some(self.lexed.tokens.len()));
        let end = self.line_end(body);
        let token = Token::new(TokenKind::Comment, Span::new(start, end), Span::new(body, end));
        self.push(Token { closed: false, ..token })
    }

    /// The end of the line, before its line break.
    fn line_end(&self, from: usize) -> usize {
        let end = memchr(b'\n', &self.bytes[from..]).map_or(self.bytes.len(), |offset| from + offset);
        if end > from && self.bytes[end - 1] == b'\r' { end - 1 } else { end }
    }

    fn tag(&mut self, kind: TokenKind, start: usize) -> usize {
        let trims_left = self.bytes.get(start + 2) == Some(&b'-');
        let body = start + 2 + usize::from(trims_left);
        if kind == TokenKind::Tag
            && let Some(raw) = scan::raw_block(self.source, start, body)
        {
            let token = Token::new(TokenKind::Raw, Span::new(start, raw.end), raw.body);
            let token = Token { trims_left, trims_right: raw.trims_right, keyword: Keyword::Raw, ..token };
            return self.push(token);
        }
        let index = self.lexed.tokens.len();
        let mut token = match inside(self.bytes, body, kind) {
            Inside::Closed { inner_end, end, trims_right, balanced } => {
                let token = Token::new(kind, Span::new(start, end), Span::new(body, inner_end));
                let balanced = balanced || !self.odd_bracket(token.inner, index);
                Token { trims_right, balanced, ..token }
            }
            Inside::Broken => {
                let (inner_end, end) = self.recover(kind, body);
                let has_closer = end > inner_end;
                let string = scan::open_string(&self.bytes[body..inner_end]).map(|offset| body + offset);
                match string.filter(|_| has_closer) {
                    Some(quote) => self.report(ProblemKind::UnclosedString, Span::new(quote, quote + 1), Some(index)),
                    None if has_closer && self.odd_bracket(Span::new(body, inner_end), index) => {}
                    None if has_closer => {
                        let message = "the brackets do not match".to_owned();
                        self.report(ProblemKind::Syntax { message }, Span::new(start, end), Some(index));
                    }
                    None => {
                        let opener = if kind == TokenKind::Expression { "{{" } else { "{%" };
                        self.report(ProblemKind::UnclosedTag { opener }, Span::new(start, start + 2), Some(index));
                    }
                }
                Token { closed: false, ..Token::new(kind, Span::new(start, end), Span::new(body, inner_end)) }
            }
        };
        token.trims_left = trims_left;
        if kind == TokenKind::Tag {
            (token.keyword, token.keyword_span) = keyword(self.source, token.inner);
            self.misspelt_middle(&mut token, index);
            self.text_behind_keyword(&token, index);
            token.opens_set_block = matches!(token.keyword, Keyword::Set | Keyword::SetGlobal)
                && opens_set_block(self.bytes, Span::new(token.keyword_span.end, token.inner.end));
        }
        self.push(token)
    }

    /// Reports the bracket of a tag that has no partner; whether there is one.
    fn odd_bracket(&mut self, inner: Span, index: usize) -> bool {
        let (at, message) = match scan::odd_bracket(&self.bytes[inner.range()]) {
            Some(OddBracket::Open(at)) => {
                (at, format!("`{}` is never closed", char::from(self.bytes[inner.start + at])))
            }
            Some(OddBracket::Close(at, Some(open))) => {
                let (open, close) = (char::from(open), char::from(self.bytes[inner.start + at]));
                (at, format!("`{close}` stands where `{open}` must be closed"))
            }
            Some(OddBracket::Close(at, None)) => {
                (at, format!("`{}` closes nothing", char::from(self.bytes[inner.start + at])))
            }
            None => return false,
        };
        let place = Span::new(inner.start + at, inner.start + at + 1);
        self.report(ProblemKind::Syntax { message }, place, Some(index));
        true
    }

    /// Reads `elseif x`, `elsif x` and `else if x` as the `elif x` that they were meant for: only so are the branches of
    /// the condition parted, and nothing in them seems to be there twice.
    fn misspelt_middle(&mut self, token: &mut Token, index: usize) {
        let rest = Span::new(token.keyword_span.end, token.inner.end).slice(self.source).unwrap_or_default();
        let word = token.keyword_span.slice(self.source).unwrap_or_default();
        let length = match token.keyword {
            Keyword::Unknown if matches!(word, "elseif" | "elsif") => 0,
            Keyword::Else => {
                let condition = rest.trim_start().strip_prefix("if");
                let is_word = |condition: &str| !condition.starts_with(|c: char| c == '_' || c.is_ascii_alphanumeric());
                match condition.filter(|condition| is_word(condition)) {
                    Some(condition) => rest.len() - condition.len(),
                    None => return,
                }
            }
            _ => return,
        };
        token.keyword = Keyword::Elif;
        token.keyword_span = Span::new(token.keyword_span.start, token.keyword_span.end + length);
        let name = token.keyword_span.slice(self.source).unwrap_or_default().to_owned();
        let kind = ProblemKind::UnknownTag { name, suggestion: Some(Keyword::Elif.name().to_owned()) };
        self.report(kind, token.keyword_span, Some(index));
    }

    /// Reports what stands behind a word that stands alone. The blocks `macro` and `block` may be named where they end.
    fn text_behind_keyword(&mut self, token: &Token, index: usize) {
        let takes_name = match token.keyword {
            Keyword::Else | Keyword::EndIf | Keyword::EndFor | Keyword::EndFilter | Keyword::EndSet => false,
            Keyword::EndMacro | Keyword::EndBlock | Keyword::EndComponent => true,
            _ => return,
        };
        let rest = Span::new(token.keyword_span.end, token.inner.end);
        let text = rest.slice(self.source).unwrap_or_default();
        let trimmed = text.trim();
        let is_name = trimmed.bytes().all(|byte| matches!(byte, b'_' | b'.') || byte.is_ascii_alphanumeric());
        if token.is_readable() && !trimmed.is_empty() && !(takes_name && is_name) {
            let start = rest.start + (text.len() - text.trim_start().len());
            let message = format!("`{}` takes nothing behind it", token.keyword.name());
            let place = Span::new(start, start + trimmed.len());
            self.report(ProblemKind::Syntax { message }, place, Some(index));
        }
    }

    /// Where a broken tag ends: its inside and the token.
    fn recover(&self, kind: TokenKind, body: usize) -> (usize, usize) {
        let line = self.line_end(body);
        let close = if kind == TokenKind::Expression { b"}}" } else { b"%}" };
        let quote = self.open_quote(body);
        for at in body..line {
            if self.bytes.get(at..at + 2) == Some(close) && at + 2 <= line {
                return (at, at + 2);
            }
            let ends_string = quote.is_some_and(|quote| self.bytes[at] == quote && self.ends_string(body, at, line));
            if ends_string || opener_at(self.bytes, at).is_some() {
                return (at, at);
            }
        }
        (line, line)
    }
}

impl Lexer<'_> {
    /// The quote of the TOML string that seems to be open at `at`, judged by its line alone.
    fn open_quote(&self, at: usize) -> Option<u8> {
        let start = memrchr(b'\n', &self.bytes[..at]).map_or(0, |newline| newline + 1);
        let mut open = None;
        for &byte in &self.bytes[start..at] {
            open = match (open, byte) {
                (None, b'"' | b'\'') => Some(byte),
                (Some(quote), _) if quote == byte => None,
                _ => open,
            };
        }
        open
    }

    /// Whether the quote at `at` ends the TOML string around a tag that has no end: nothing before it asks for a string,
    /// and the quotes behind it pair up.
    fn ends_string(&self, body: usize, at: usize, line: usize) -> bool {
        let before = self.bytes[body..at].trim_ascii_end().last();
        let asks = before.is_some_and(|byte| matches!(byte, b'=' | b'(' | b',' | b'[' | b':' | b'~' | b'{'));
        !asks && self.bytes[at + 1..line].iter().filter(|byte| **byte == self.bytes[at]).count() % 2 == 0
    }
}

/// The first word of a tag and its place.
fn keyword(source: &str, inner: Span) -> (Keyword, Span) {
    let Some(text) = inner.slice(source) else { return (Keyword::Empty, inner) };
    let trimmed = text.trim_start();
    let start = inner.end - trimmed.len();
    if trimmed.starts_with("</") {
        return (Keyword::CloseElement, Span::new(start, start + 2));
    }
    if trimmed.starts_with('<') {
        return (Keyword::OpenElement, Span::new(start, start + 1));
    }
    let length = trimmed.bytes().take_while(|byte| *byte == b'_' || byte.is_ascii_alphanumeric()).count();
    let span = Span::new(start, start + length);
    match span.slice(source) {
        Some("") | None if trimmed.is_empty() => (Keyword::Empty, Span::at(inner.start)),
        Some("") | None => {
            (Keyword::Unknown, Span::new(start, start + trimmed.chars().next().map_or(0, char::len_utf8)))
        }
        Some(word) => (Keyword::of(word), span),
    }
}

/// Whether what follows the word `set` is a name alone, or a name and filters.
fn opens_set_block(bytes: &[u8], rest: Span) -> bool {
    let rest = bytes[rest.range()].trim_ascii_start();
    let name = rest.iter().take_while(|byte| **byte == b'_' || byte.is_ascii_alphanumeric()).count();
    name > 0 && matches!(rest[name..].trim_ascii_start().first(), None | Some(b'|'))
}

#[cfg(test)]
mod tests;

//! What an editor selects when asked to select more: the word, then the string around it, the value, the key, the table, the
//! block, the file; in a tag the parts of its expression, the tag, its block.

use super::Written;
use super::syntax::{Pair, SyntaxTree, Table, Value, ValueKind};
use crate::template::expression::{self, Kind, Token};
use crate::template::lexer::TokenKind;
use crate::text::Span;

/// What can be selected around `offset`, innermost first; each span is larger than the one before it and covers it. The last
/// one is the whole document.
pub fn around(written: &Written, offset: usize) -> Vec<Span> {
    let offset = offset.min(written.text().len());
    let mut found =
        Candidates { text: written.text(), offset, spans: Vec::new(), arm: Span::new(0, written.text().len()) };
    found.add(Span::new(0, written.text().len()));
    let is_in_tag = found.tags(written);
    found.tables(written.syntax());
    if !is_in_tag {
        found.word(Span::new(0, written.text().len()));
    }
    found.chain()
}

/// The spans that hold the offset, in no order.
struct Candidates<'a> {
    text: &'a str,
    offset: usize,
    spans: Vec<Span>,
    /// The innermost arm of a block that holds the offset; what stands below a header ends with it.
    arm: Span,
}

impl Candidates<'_> {
    /// Whether the span holds the offset, and with it what may stand inside. The end of a span belongs to it.
    fn add(&mut self, span: Span) -> bool {
        let holds = span.start <= self.offset && self.offset <= span.end;
        if holds && !span.is_empty() {
            self.spans.push(span);
        }
        holds
    }

    /// From small to large, without those that overlap smaller ones.
    fn chain(mut self) -> Vec<Span> {
        self.spans.sort_by_key(|span| (span.len(), span.start));
        self.spans.dedup();
        let mut chain: Vec<Span> = Vec::new();
        for span in self.spans {
            if chain.last().is_none_or(|inner| span.covers(*inner) && span != *inner) {
                chain.push(span);
            }
        }
        // In an empty document there is nothing but the document.
        if chain.is_empty() {
            chain.push(Span::new(0, self.text.len()));
        }
        chain
    }

    /// Tags, what stands in them, and the blocks that they make. Whether the offset stands inside a tag.
    fn tags(&mut self, written: &Written) -> bool {
        let tokens = &written.template().lexed.tokens;
        let mut is_in_tag = false;
        for token in tokens {
            if token.span.start > self.offset {
                break;
            }
            if let Some(mate) =
                token.mate.and_then(|mate| tokens.get(mate)).filter(|mate| mate.span.start > token.span.start)
                && self.add(token.span.join(mate.span))
            {
                let mut start = token.span.end;
                let middles = token.middles.iter().filter_map(|&middle| tokens.get(middle));
                for next in middles.chain([mate]) {
                    let arm = Span::new(start, next.span.start);
                    if self.add(self.trimmed(arm)) {
                        self.arm = arm;
                    }
                    start = next.span.end;
                }
            }
            if token.kind == TokenKind::Text || !self.add(token.span) {
                continue;
            }
            let is_inside = token.span.start < self.offset && self.offset < token.span.end;
            match token.kind {
                TokenKind::Expression | TokenKind::Tag => {
                    is_in_tag |= is_inside;
                    self.add(self.trimmed(token.inner));
                    self.expression(&expression::tokens(self.text, token.inner));
                }
                TokenKind::Comment => {
                    is_in_tag |= is_inside;
                    self.add(self.trimmed(token.inner));
                    self.word(token.inner);
                }
                TokenKind::Raw | TokenKind::Text => {
                    self.add(token.inner);
                }
            }
        }
        is_in_tag
    }

    fn expression(&mut self, tokens: &[Token<'_>]) {
        for (index, token) in tokens.iter().enumerate() {
            if self.add(token.span()) && token.kind == Kind::String {
                let body = Span::new(token.start + 1, (token.end() - 1).max(token.start + 1));
                if token.string_body().is_some() && self.add(body) {
                    self.word(body);
                }
            }
            if !["(", "[", "{"].iter().any(|bracket| token.is_operator(bracket)) {
                continue;
            }
            let arguments = expression::arguments(tokens, index);
            let Some(close) = tokens.get(arguments.close) else { continue };
            let brackets = token.span().join(close.span());
            if !self.add(brackets) {
                continue;
            }
            self.add(Span::new(token.end(), close.start));
            self.add(called(tokens, index).join(brackets));
            for argument in &arguments.list {
                self.add(argument.span);
                if let Some(name) = argument.name.and_then(|name| tokens.get(name)) {
                    self.add(name.span().join(argument.span));
                }
            }
        }
        // `vars.image`: each prefix of a path is a thing of its own.
        for (index, token) in tokens.iter().enumerate() {
            let starts =
                token.kind == Kind::Identifier && !index.checked_sub(1).is_some_and(|dot| tokens[dot].is_operator("."));
            let mut end = index;
            while starts && tokens.get(end + 1).is_some_and(|dot| dot.is_operator(".")) && tokens.get(end + 2).is_some()
            {
                end += 2;
                self.add(token.span().join(tokens[end].span()));
            }
        }
    }

    fn tables(&mut self, tree: &SyntaxTree) {
        let at = tree.tables.partition_point(|table| table.span.start <= self.offset);
        for comment in &tree.comments {
            if comment.start < self.offset && self.add(*comment) {
                let marks = self
                    .text
                    .get(comment.range())
                    .map_or(0, |text| text.len() - text.trim_start_matches(['#', ' ']).len());
                self.add(Span::new(comment.start + marks, comment.end));
            }
        }
        let Some(table) = at.checked_sub(1).and_then(|index| tree.tables.get(index)) else { return };
        self.families(tree, at - 1);
        self.add(self.written(table));
        if let Some(header) = &table.header {
            self.add(header.span);
            if let (Some(first), Some(last)) = (header.path.first(), header.path.last()) {
                self.add(first.span.join(last.span));
            }
            for part in &header.path {
                self.add(part.span);
            }
            if let (Some(first), Some(last)) = (table.pairs.first(), table.pairs.last()) {
                self.add(first.span.join(last.span));
            }
        }
        table.pairs.iter().for_each(|pair| self.pair(pair));
    }

    /// The table with the tables that belong to it, and so on outwards: `[[scenario]]` with its `[[scenario.steps]]`.
    fn families(&mut self, tree: &SyntaxTree, index: usize) {
        let starts_with = |table: &Table, head: &Table| {
            let (path, head) = (table.path(), head.path());
            path.len() > head.len() && path.iter().zip(head).all(|(part, head)| part.text == head.text)
        };
        let mut shortest = usize::MAX;
        for head in tree.tables[..=index].iter().rev().filter(|head| head.header.is_some()) {
            let is_head = std::ptr::eq(head, &tree.tables[index]) || starts_with(&tree.tables[index], head);
            if head.path().len() >= shortest {
                continue;
            }
            if !is_head {
                break;
            }
            shortest = head.path().len();
            let from = tree.tables.partition_point(|table| table.span.start <= head.span.start);
            let children = tree.tables[from..].iter().take_while(|table| starts_with(table, head));
            if let Some(last) = children.last() {
                self.add(Span::new(head.span.start, self.written(last).end));
            }
        }
    }

    fn pair(&mut self, pair: &Pair) {
        if !self.add(pair.span) {
            return;
        }
        self.add(pair.key_span());
        for part in &pair.key {
            self.add(part.span);
        }
        pair.value.iter().for_each(|value| self.value(value));
    }

    fn value(&mut self, value: &Value) {
        if !self.add(value.span) {
            return;
        }
        let content = |closed: bool| {
            Span::new(value.span.start + 1, value.span.end - usize::from(closed && value.span.len() > 1))
        };
        match &value.kind {
            ValueKind::String { content } => {
                self.add(*content);
            }
            ValueKind::Bare => {}
            ValueKind::Array { items, closed } => {
                self.add(self.trimmed(content(*closed)));
                items.iter().for_each(|item| self.value(item));
            }
            ValueKind::InlineTable { pairs, closed } => {
                self.add(self.trimmed(content(*closed)));
                pairs.iter().for_each(|pair| self.pair(pair));
            }
        }
    }

    /// The word at the offset, within a span.
    fn word(&mut self, within: Span) {
        let is_part = |character: &char| character.is_alphanumeric() || matches!(character, '_' | '-');
        let (Some(before), Some(after)) =
            (self.text.get(within.start..self.offset), self.text.get(self.offset..within.end))
        else {
            return;
        };
        let length = |characters: &mut dyn Iterator<Item = char>| {
            characters.take_while(is_part).map(char::len_utf8).sum::<usize>()
        };
        let start = self.offset - length(&mut before.chars().rev());
        let end = self.offset + length(&mut after.chars());
        self.add(Span::new(start, end));
    }

    fn trimmed(&self, span: Span) -> Span {
        let Some(text) = span.slice(self.text) else { return span };
        let start = span.start + (text.len() - text.trim_start().len());
        Span::new(start, start + text.trim().len())
    }

    /// The table up to the end of its last key: what stands behind it may belong to the next table. Of a table that begins
    /// in the arm of a block, what stands in that arm.
    fn written(&self, table: &Table) -> Span {
        let header = table.header.as_ref().map(|header| header.span);
        let start = header.or(table.pairs.first().map(|pair| pair.span)).map_or(table.span.start, |first| first.start);
        let is_in_arm = |end: &usize| !self.arm.contains(start) || *end <= self.arm.end;
        let ends = table.pairs.iter().rev().map(|pair| pair.span.end).chain(header.map(|header| header.end));
        Span::new(start, ends.into_iter().find(is_in_arm).unwrap_or(start))
    }
}

/// The name that stands before the bracket `open`, with the path to it: `m::scenario(`, `vars.x[`.
fn called(tokens: &[Token<'_>], open: usize) -> Span {
    let mut start = open;
    while let Some(before) = start.checked_sub(1).map(|before| &tokens[before]) {
        let touches = before.end() == tokens[start].start;
        let is_name = before.kind == Kind::Identifier || before.is_operator("::") || before.is_operator(".");
        if !touches || !is_name {
            break;
        }
        start -= 1;
    }
    tokens[start].span()
}

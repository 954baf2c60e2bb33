//! Which names a place of a template sees beside the variables of the render, and which blocks are open there.
//!
//! Works on unfinished templates: a block without its end reaches to the end of the file. What one name means is told by
//! [`names::binding`].

use super::DocumentView;
use super::names::{self, Binding};
use crate::template::expression::{self, Kind};
use crate::template::lexer::{self, Keyword, TokenKind};
use crate::template::parsed::ParsedFile;

/// What the tags before a place have bound and opened.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The names, in the order in which they were bound; of several with one name the last counts.
    pub names: Vec<VisibleName>,
    /// The opening tags of the blocks around, outermost first, as indices of tokens.
    pub blocks: Vec<usize>,
}

/// A name that a tag binds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisibleName {
    /// The name.
    pub name: String,
    /// What binds it.
    pub binding: Binding,
}

/// An open block.
struct Frame {
    opener: usize,
    keyword: Keyword,
    /// How many names were bound when it was opened.
    bound: usize,
}

impl Scope {
    /// What the tag or expression `token` sees. A name that it binds itself is not among it.
    pub fn at(view: &DocumentView, token: usize) -> Self {
        let file = view.template();
        let mut walk = Walk { text: view.text(), file, names: Vec::new(), frames: Vec::new() };
        for (index, tag) in file.lexed.tokens.iter().enumerate().take(token) {
            if tag.kind == TokenKind::Tag && !tag.inert {
                walk.tag(index, tag);
            }
        }
        // Nothing from outside is visible in a macro.
        let hidden = walk.frames.iter().rfind(|frame| is_definition(frame.keyword)).map_or(0, |frame| frame.bound);
        let names = walk.names.split_off(hidden.min(walk.names.len()));
        Self { names, blocks: walk.frames.iter().map(|frame| frame.opener).collect() }
    }

    /// What `name` means, if a tag binds it.
    pub fn binding(&self, name: &str) -> Option<Binding> {
        self.names.iter().rfind(|known| known.name == name).map(|known| known.binding)
    }
}

const fn is_definition(keyword: Keyword) -> bool {
    matches!(keyword, Keyword::Macro | Keyword::Component)
}

struct Walk<'a> {
    text: &'a str,
    file: &'a ParsedFile,
    names: Vec<VisibleName>,
    frames: Vec<Frame>,
}

impl Walk<'_> {
    fn tag(&mut self, index: usize, tag: &lexer::Token) {
        let keyword = tag.keyword;
        match keyword {
            Keyword::Set | Keyword::SetGlobal => {
                if let Some(name) = names::assigned(self.text, tag) {
                    self.bind(name.text, Binding::Set { token: index });
                }
                if tag.opens_set_block {
                    self.open(index, keyword);
                }
            }
            _ if keyword.closer().is_some() => {
                self.open(index, keyword);
                self.enter(index, tag);
            }
            _ => {
                if let Some(at) = self.frames.iter().rposition(|frame| frame.keyword.closer() == Some(keyword)) {
                    let closed = self.frames.split_off(at);
                    closed.iter().rev().for_each(|frame| self.leave(frame));
                }
            }
        }
    }

    fn open(&mut self, opener: usize, keyword: Keyword) {
        self.frames.push(Frame { opener, keyword, bound: self.names.len() });
    }

    fn enter(&mut self, index: usize, tag: &lexer::Token) {
        match tag.keyword {
            Keyword::For => {
                for (variable, name) in names::loop_variables(self.text, tag).iter().enumerate() {
                    self.bind(name.text, Binding::Loop { token: index, variable });
                }
                self.bind("loop", Binding::LoopState { token: index });
            }
            Keyword::Macro => {
                // A macro without its end is not among those of the file.
                let parts = expression::tokens(self.text, tag.inner);
                let Some(open) = parts.iter().position(|part| part.is_operator("(")) else { return };
                for argument in expression::arguments(&parts, open).list {
                    let name = parts.get(argument.name.unwrap_or(argument.value.start));
                    if let Some(name) = name.filter(|name| name.kind == Kind::Identifier) {
                        self.bind(name.text, Binding::Parameter { token: index });
                    }
                }
            }
            _ => {}
        }
    }

    fn leave(&mut self, frame: &Frame) {
        if frame.keyword != Keyword::For && !is_definition(frame.keyword) {
            return;
        }
        let inner = self.names.split_off(frame.bound.min(self.names.len()));
        // What `set_global` sets in a loop outlives it.
        let is_global = |binding: &Binding| match binding {
            Binding::Set { token } => {
                self.file.lexed.tokens.get(*token).is_some_and(|tag| tag.keyword == Keyword::SetGlobal)
            }
            _ => false,
        };
        let outlive = |known: &VisibleName| frame.keyword == Keyword::For && is_global(&known.binding);
        self.names.extend(inner.into_iter().filter(outlive));
    }

    fn bind(&mut self, name: &str, binding: Binding) {
        self.names.push(VisibleName { name: name.to_owned(), binding });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::analysis::{AnalysisOptions, Analyzer};
    use crate::template::SourceFile;
    use crate::template::library::MemoryLoader;

    /// The names that the tag or expression at `$0` sees, and the blocks around it.
    fn seen(fixture: &str) -> String {
        let offset = fixture.find("$0").unwrap();
        let document = SourceFile { name: "a.clnrm.toml".into(), path: None, text: fixture.replace("$0", "").into() };
        let options = AnalysisOptions::default();
        let analysis = Analyzer::default().analyze_with(&document, &options, &MemoryLoader::default());
        let view = DocumentView::new(Arc::new(analysis));
        let lexed = &view.template().lexed;
        let scope = Scope::at(&view, lexed.token_at(offset).unwrap());
        let names: Vec<&str> = scope.names.iter().map(|name| name.name.as_str()).collect();
        let blocks: Vec<&str> = scope.blocks.iter().map(|block| lexed.tokens[*block].keyword.name()).collect();
        format!("{} in {}", names.join(" "), blocks.join(" "))
    }

    #[test]
    fn loops_and_sets_bind_until_their_end() {
        assert_eq!(seen("{% for k, v in vars %}{% set a = 1 %}{% if a %}{{ $0 }}"), "k v loop a in for if");
        assert_eq!(seen("{% for s in x %}{% set a = 1 %}{% set_global b = 2 %}{% endfor %}{{ $0 }}"), "b in ");
        assert_eq!(seen("{% set a = 1 %}{% if a %}{% set c = 2 %}{% endif %}{{ $0 }}"), "a c in ");
    }

    #[test]
    fn a_macro_sees_its_parameters_alone() {
        let text = "{% set out = 1 %}{% macro m(a, b=none) %}{% for x in a %}{{ $0 }}{% endfor %}{% endmacro %}";
        assert_eq!(seen(text), "a b x loop in macro for");
        assert_eq!(seen("{% set out = 1 %}{% macro m(a, b=none) %}{{ $0 }}"), "a b in macro");
        assert_eq!(seen("{% set out = 1 %}{% macro m(a) %}{% endmacro %}{{ $0 }}"), "out in ");
    }
}

//! Lowers `{% … %}` tags.

use super::expression::Source;
use super::{Lowering, Mode, Output, PAIRS_FILTER};
use crate::template::expression::{self, Kind, Token as Part};
use crate::template::lexer::{Keyword, TAG_NAMES, opens_unknown_tag};
use crate::template::parsed::{ReferenceKind, dotted_name};
use crate::template::problem::ProblemKind;
use crate::template::site::{ScopeKind, Site};
use crate::template::suggestion::nearest;
use crate::text::Span;

impl<'a> Lowering<'a> {
    /// Lowers the tag at `index` with everything up to its closing tag; returns the index behind it.
    pub(super) fn tag(&mut self, out: &mut Output, index: usize, mode: Mode, scope: u32) -> usize {
        let token = &self.tokens()[index];
        let behind = token.mate.filter(|mate| *mate > index).map_or(index + 1, |mate| mate + 1);
        match token.keyword {
            // Macros and components are written elsewhere, imports are resolved, and `extends` counts at the top only.
            Keyword::Macro | Keyword::Component | Keyword::Import | Keyword::Extends => {}
            Keyword::If => return self.condition(out, index, mode, scope),
            Keyword::For => return self.for_loop(out, index, mode, scope),
            Keyword::Block => self.block(out, index, mode, scope, false),
            Keyword::Filter | Keyword::OpenElement => self.captured(out, index, mode, scope),
            Keyword::Set | Keyword::SetGlobal if token.mate.is_some() => {
                self.assigns(index);
                self.captured(out, index, mode, scope);
            }
            Keyword::Set | Keyword::SetGlobal | Keyword::Break | Keyword::Continue => {
                self.assigns(index);
                if !self.is_broken(index) && !token.opens_set_block {
                    out.add("{% ", token.span.start);
                    self.inner(out, token.inner);
                    out.add(" %}", token.inner.end);
                }
            }
            Keyword::Include => self.include(out, index, mode),
            Keyword::Empty if token.is_readable() => {
                self.report(ProblemKind::Syntax { message: "the tag is empty".to_owned() }, token.span);
            }
            Keyword::Unknown if token.is_readable() && !self.closes_unknown_tag(index) => {
                let name = token.keyword_span.slice(self.source).unwrap_or_default().to_owned();
                let suggestion = match name.as_str() {
                    "end" => self.innermost_closer(index),
                    _ => nearest(&name, TAG_NAMES.iter().map(|(name, _)| *name)),
                };
                self.report(ProblemKind::UnknownTag { name, suggestion }, token.keyword_span);
            }
            // Closing and middle tags are written with their opening tag; strays were reported by the lexer.
            _ => {}
        }
        behind
    }

    fn inner(&mut self, out: &mut Output, inner: Span) {
        let parts = expression::tokens(self.source, inner);
        self.expression(out, &mut Source::of(self), &parts);
    }

    fn assigns(&mut self, index: usize) {
        let token = &self.tokens()[index];
        if !matches!(token.keyword, Keyword::Set | Keyword::SetGlobal) {
            return;
        }
        let parts = expression::tokens(self.source, token.inner);
        if let Some(name) = parts.get(1).filter(|name| name.kind == Kind::Identifier) {
            self.sites.assigned.push(name.text.to_owned());
        }
    }

    /// Whether the tag ends an unknown one (`foreach`, `endforeach`), which is told already.
    fn closes_unknown_tag(&self, index: usize) -> bool {
        let word = self.tokens()[index].keyword_span.slice(self.source).unwrap_or_default();
        let opened = word.strip_prefix("end").filter(|opened| !opened.is_empty());
        opened.is_some_and(|opened| opens_unknown_tag(self.source, &self.tokens()[..index], opened))
    }

    fn innermost_closer(&self, index: usize) -> Option<String> {
        let open = self.tokens()[..index].iter().rev().find(|token| token.mate.is_some_and(|mate| mate > index))?;
        open.keyword.closer().map(|closer| closer.name().to_owned()).filter(|name| !name.is_empty())
    }

    fn condition(&mut self, out: &mut Output, index: usize, mode: Mode, scope: u32) -> usize {
        let token = &self.tokens()[index];
        let Some(mate) = token.mate else { return index + 1 };
        let mut from = index;
        for next in token.middles.iter().copied().chain([mate]) {
            let branch = &self.tokens()[from];
            let broken = self.is_broken(from);
            match branch.keyword {
                Keyword::Else => out.add("{% else %}", branch.span.start),
                Keyword::Elif if broken => out.add("{% elif false %}", branch.span.start),
                _ if broken => out.add("{% if true %}", branch.span.start),
                keyword => {
                    out.add(if keyword == Keyword::Elif { "{% elif " } else { "{% if " }, branch.span.start);
                    self.inner(out, Span::new(branch.keyword_span.end, branch.inner.end));
                    out.add(" %}", branch.inner.end);
                }
            }
            self.range(out, from + 1..next, mode, scope);
            from = next;
        }
        out.add("{% endif %}", self.tokens()[mate].span.start);
        mate + 1
    }

    fn for_loop(&mut self, out: &mut Output, index: usize, mode: Mode, scope: u32) -> usize {
        let token = &self.tokens()[index];
        let Some(mate) = token.mate else { return index + 1 };
        let broken = self.is_broken(index);
        let parts = expression::tokens(self.source, token.inner);
        let head = LoopHead::read(&parts);
        let start = token.span.start;
        let target = match parts.get(head.target..) {
            Some([first, .., last]) => Span::new(first.start, last.end()),
            Some([only]) => only.span(),
            _ => Span::at(token.inner.end),
        };
        let hole = self.input.marks.hole;
        let replaced = broken || self.input.repairs[self.input.file.0 as usize].holes.contains(&target);
        match (&head.variables[..], replaced) {
            ([only], true) => out.add(&format!("{{% for {only} in [\"{hole}\"] %}}"), start),
            ([first, second], true) => {
                out.add(&format!("{{% for {first}, {second} in {{\"{hole}\": \"{hole}\"}} %}}"), start);
            }
            (_, true) => out.add(&format!("{{% for clnrm_item in [\"{hole}\"] %}}"), start),
            ([first, second], false) if !parts.get(head.target).is_some_and(|part| part.is_operator("{")) => {
                out.add("{% for clnrm_pair in (", start);
                self.expression(out, &mut Source::of(self), &parts[head.target..]);
                out.add(&format!(") | {PAIRS_FILTER} %}}"), token.inner.end);
                let set = format!("{{% set {first} = clnrm_pair[0] %}}{{% set {second} = clnrm_pair[1] %}}");
                out.add(&set, token.inner.end);
            }
            _ => {
                out.add("{% ", start);
                let (before, behind) = parts.split_at(head.target.min(parts.len()));
                if let [first, .., last] = before {
                    out.copy(self.source, Span::new(first.start, last.end()));
                }
                out.add(" ", token.inner.end);
                self.expression(out, &mut Source::of(self), behind);
                out.add(" %}", token.inner.end);
            }
        }
        self.step(out, mode, start);
        let mut inner_scope = scope;
        let mut site = None;
        if mode == Mode::Marked {
            let variables = head.variables.iter().map(|name| (*name).to_owned()).collect();
            let id = self.site(Site::Loop { tag: token.span, variables, target, scope });
            inner_scope = self.scope(Some(scope), ScopeKind::Loop { site: id });
            self.mark(out, 'L', id, token.span.end);
            site = Some(id);
        }
        let otherwise = token.middles.first().copied();
        self.range(out, index + 1..otherwise.unwrap_or(mate), mode, inner_scope);
        if let Some(otherwise) = otherwise {
            out.add("{% else %}", self.tokens()[otherwise].span.start);
            self.range(out, otherwise + 1..mate, mode, scope);
        }
        let end = self.tokens()[mate].span;
        out.add("{% endfor %}", end.start);
        if let Some(site) = site {
            self.mark(out, 'l', site, end.end);
        }
        mate + 1
    }

    pub(super) fn block(&mut self, out: &mut Output, index: usize, mode: Mode, scope: u32, in_child: bool) {
        let token = &self.tokens()[index];
        let Some(mate) = token.mate else { return };
        let end = self.tokens()[mate].span;
        if self.is_broken(index) {
            if !in_child {
                self.range(out, index + 1..mate, mode, scope);
            }
            return;
        }
        // Where the value of `super()` is used, blocks hold no markers; the whole block is one value then. A child may
        // hold nothing but blocks; there its parent's block frames the value.
        let coarse = mode == Mode::Marked && self.input.coarse_blocks;
        let framed = coarse && !in_child;
        if framed {
            let site = self.site(Site::Section { span: token.span.join(end) });
            self.mark(out, 'E', site, token.span.start);
        }
        self.captures |= coarse;
        out.add("{% ", token.span.start);
        out.copy(self.source, token.inner);
        out.add(" %}", token.inner.end);
        self.range(out, index + 1..mate, if coarse { Mode::Clean } else { mode }, scope);
        out.add("{% endblock %}", end.start);
        if framed {
            self.unmark(out, 'e', end.end);
        }
    }

    /// `set` blocks, `filter` sections and calls of components with a body: what they hold is captured.
    fn captured(&mut self, out: &mut Output, index: usize, mode: Mode, scope: u32) {
        let token = &self.tokens()[index];
        let Some(mate) = token.mate else { return };
        let end = &self.tokens()[mate];
        if self.is_broken(index) {
            if token.keyword != Keyword::Set && token.keyword != Keyword::SetGlobal {
                self.range(out, index + 1..mate, mode, scope);
            }
            return;
        }
        self.captures = true;
        let parts = expression::tokens(self.source, token.inner);
        let all = token.span.join(end.span);
        let name = dotted_name(&parts, 1);
        let element = token.keyword == Keyword::OpenElement;
        let frame = match token.keyword {
            _ if mode == Mode::Clean => None,
            Keyword::Filter => Some(('E', 'e', Site::Section { span: all })),
            Keyword::OpenElement => {
                Some(('P', 'p', Site::Call { tag: all, name: name.clone(), arguments: Vec::new(), scope }))
            }
            _ => None,
        };
        let marked_element = element && frame.is_some() && self.input.program.has_component(&name);
        let close = frame.map(|(open, close, site)| {
            let site = self.site(site);
            self.mark(out, open, site, token.span.start);
            close
        });
        out.add("{% ", token.span.start);
        if marked_element {
            out.add("<zi.", token.inner.start);
            self.expression(out, &mut Source::of(self), &parts[1..]);
        } else {
            self.expression(out, &mut Source::of(self), &parts);
        }
        out.add(" %}", token.inner.end);
        self.range(out, index + 1..mate, Mode::Clean, scope);
        match token.keyword {
            _ if marked_element => out.add(&format!("{{% </zi.{name}> %}}"), end.span.start),
            Keyword::OpenElement => {
                out.add("{% ", end.span.start);
                out.copy(self.source, end.inner);
                out.add(" %}", end.inner.end);
            }
            Keyword::Filter => out.add("{% endfilter %}", end.span.start),
            _ => out.add("{% endset %}", end.span.start),
        }
        if let Some(close) = close {
            self.unmark(out, close, end.span.end);
        }
    }

    fn include(&mut self, out: &mut Output, index: usize, mode: Mode) {
        let token = &self.tokens()[index];
        if self.is_broken(index) {
            return;
        }
        let Some(unit) = self.linked_unit(index, ReferenceKind::Include) else {
            // Why was reported when the file was looked for.
            return;
        };
        if mode == Mode::Clean {
            out.add(&format!("{{% include \"c{unit}\" %}}"), token.span.start);
            return;
        }
        let site = self.site(Site::Include { tag: token.span });
        self.mark(out, 'P', site, token.span.start);
        out.add(&format!("{{% include \"i{unit}\" %}}"), token.span.start);
        self.unmark(out, 'p', token.span.end);
    }
}

/// `for a, b in target`.
struct LoopHead<'p> {
    variables: Vec<&'p str>,
    /// Where the target starts, as an index of a part.
    target: usize,
}

impl<'p> LoopHead<'p> {
    fn read(parts: &[Part<'p>]) -> Self {
        let position = parts.iter().position(|part| part.is_word("in")).unwrap_or(parts.len());
        let variables = match parts.get(1..position).unwrap_or_default() {
            [only] if only.kind == Kind::Identifier => vec![only.text],
            [first, comma, second]
                if first.kind == Kind::Identifier && comma.is_operator(",") && second.kind == Kind::Identifier =>
            {
                vec![first.text, second.text]
            }
            // Anything else is copied, and the engine says what is wrong.
            _ => Vec::new(),
        };
        Self { variables, target: (position + 1).min(parts.len()) }
    }
}

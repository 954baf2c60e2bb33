//! From rendered text back to the document: the very characters, or the argument, loop item or tag that a value came from.

use super::record::Segment;
use super::{Map, Origin, TrailKind, TrailStep};
use crate::template::expression::{Kind, Token, arguments, tokens};
use crate::template::site::{FileSites, ScopeKind, Site};
use crate::template::source::{FileId, FileSpan};
use crate::text::Span;

/// Values are followed through at most this many calls, loops and variables.
const MAX_STEPS: usize = 48;

/// An expression with everything that its names depend on.
#[derive(Clone, Copy, Debug)]
struct Expression {
    file: u32,
    span: Span,
    scope: u32,
    frame: u32,
    round: u32,
}

/// Where a value was written.
#[derive(Clone, Debug)]
struct Followed {
    expression: Expression,
    /// The context variable that it is.
    variable: Option<String>,
    /// Defaults that were passed on the way.
    defaults: Vec<TrailStep>,
}

/// One step of `a.b[0]`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

impl Map {
    pub(super) fn sites_of(&self, file: u32) -> Option<&FileSites> {
        self.sites.get(file as usize).map(|file| &file.sites)
    }

    pub(super) fn site(&self, file: u32, site: u32) -> Option<&Site> {
        self.sites_of(file)?.sites.get(site as usize)
    }

    fn source(&self, file: u32) -> &str {
        self.sources.get(file as usize).map_or("", |source| source)
    }

    /// The segments that share a byte with `rendered`; for an empty range the one that it stands in or behind.
    fn segments(&self, rendered: Span) -> &[Segment] {
        let segments = &self.record.segments;
        if rendered.is_empty() {
            let at = rendered.start as u32;
            let index = segments.partition_point(|segment| segment.end <= at).min(segments.len().saturating_sub(1));
            return segments.get(index..=index).unwrap_or_default();
        }
        let first = segments.partition_point(|segment| segment.end as usize <= rendered.start);
        let last = segments.partition_point(|segment| (segment.start as usize) < rendered.end);
        segments.get(first..last.max(first)).unwrap_or_default()
    }

    /// The part of the source that wrote the part of `segment` within `rendered`: characters of text, or the tag.
    fn place_of(&self, segment: &Segment, rendered: Span) -> Span {
        if segment.is_value() {
            return self.site(segment.file, segment.site).map_or(Span::default(), |site| site.span());
        }
        let source = self.source_of(segment);
        let clamp = |offset: usize| {
            source.start + offset.clamp(segment.start as usize, segment.end as usize) - segment.start as usize
        };
        Span::new(clamp(rendered.start), clamp(rendered.end))
    }

    pub(super) fn literal(&self, rendered: Span) -> Option<Span> {
        let segments = self.segments(rendered);
        let first = segments.first()?;
        let mut place: Option<Span> = None;
        for segment in segments {
            let same_call = (segment.frame, segment.round) == (first.frame, first.round);
            if segment.is_value() || segment.file != 0 || !same_call {
                return None;
            }
            let part = self.place_of(segment, rendered);
            place = Some(match place {
                None => part,
                Some(before) if before.end == part.start => before.join(part),
                Some(_) => return None,
            });
        }
        place
    }

    pub(super) fn origin(&self, rendered: Span) -> Origin {
        let segments = self.segments(rendered);
        let Some(first) = segments.first() else {
            let (trail, file) = (Vec::new(), FileId::DOCUMENT);
            return Origin { place: Span::default(), literal: false, trail, file, variable: None };
        };
        if let Some(place) = self.literal(rendered) {
            let trail = self.trail(first, place, &[]);
            return Origin { place, literal: true, trail, file: FileId::DOCUMENT, variable: None };
        }
        let joined = self.joined_place(segments, rendered);
        if let Some(value) = only_value(segments) {
            let followed = self.value_origin(value, rendered);
            return Origin { place: joined.unwrap_or(followed.place), ..followed };
        }
        let place = joined.unwrap_or_else(|| self.outer_places(segments));
        let at = self.place_of(first, rendered);
        Origin { place, literal: false, trail: self.trail(first, at, &[]), file: FileId(first.file), variable: None }
    }

    /// The place of the origin alone: names are many, and most are spelled beside a value, which then need not be followed.
    pub(super) fn place(&self, rendered: Span) -> Span {
        let segments = self.segments(rendered);
        if segments.is_empty() {
            return Span::default();
        }
        let near = self.literal(rendered).or_else(|| self.joined_place(segments, rendered));
        near.unwrap_or_else(|| match only_value(segments) {
            Some(value) => self.value_origin(value, rendered).place,
            None => self.outer_places(segments),
        })
    }

    /// The range of the document from the first to the last place of the segments, if no call is between them. `None`: they lead
    /// further, to where a value that stands there alone was written, or to a call.
    fn joined_place(&self, segments: &[Segment], rendered: Span) -> Option<Span> {
        let frame = segments.first()?.frame;
        if !segments.iter().all(|segment| segment.file == 0 && segment.frame == frame) {
            return None;
        }
        let is_quotes = |segment: &Segment| {
            let written = self.place_of(segment, rendered).slice(self.source(segment.file));
            segment.is_value() || written.is_some_and(|text| text.bytes().all(is_quote))
        };
        if only_value(segments).is_some() && segments.iter().all(is_quotes) {
            return None;
        }
        Some(self.joined(segments, rendered))
    }

    /// The range of the document from the first to the last place of the segments.
    fn joined(&self, segments: &[Segment], rendered: Span) -> Span {
        let places = segments.iter().map(|segment| self.place_of(segment, rendered));
        places.reduce(Span::join).unwrap_or_default()
    }

    /// The range of the document that holds the outermost tags of the segments.
    fn outer_places(&self, segments: &[Segment]) -> Span {
        let mut places: Option<Span> = None;
        let mut last = None;
        for segment in segments {
            if last == Some((segment.file, segment.frame)) && (segment.file != 0 || segment.frame != 0) {
                continue;
            }
            last = Some((segment.file, segment.frame));
            let place = self.outer_place(segment);
            places = Some(places.map_or(place, |before| before.join(place)));
        }
        places.unwrap_or_default()
    }

    /// The tag of the document that led to the segment: the outermost call or include, or the `extends`.
    fn outer_place(&self, segment: &Segment) -> Span {
        let mut at = (segment.file, segment.site);
        let mut frame = segment.frame;
        while let Some(call) = self.record.frames.get(frame as usize).filter(|_| frame != 0) {
            at = (call.file, call.site);
            frame = call.parent;
        }
        if at.0 != 0 {
            return self.sites_of(0).and_then(|sites| sites.extends).unwrap_or_default();
        }
        self.site(at.0, at.1).map_or(Span::default(), |site| site.span())
    }

    fn value_origin(&self, segment: &Segment, rendered: Span) -> Origin {
        let tag = self.site(segment.file, segment.site).map_or(Span::default(), |site| site.span());
        let Some(&Site::Value { inner, scope, .. }) = self.site(segment.file, segment.site) else {
            let place = if segment.file == 0 { tag } else { self.outer_place(segment) };
            let (trail, file) = (self.trail(segment, tag, &[]), FileId(segment.file));
            return Origin { place, literal: false, trail, file, variable: None };
        };
        let start = Expression { file: segment.file, span: inner, scope, frame: segment.frame, round: segment.round };
        let followed = self.follow(start, MAX_STEPS);
        let mut found = followed.expression;
        if let Some(part) = self.part_of_literal(segment, rendered, found) {
            found.span = part;
        }
        let place = if found.file != 0 {
            self.outer_place(segment)
        } else if found.span == inner && segment.file == 0 {
            tag
        } else {
            found.span
        };
        let mut trail = self.trail(segment, tag, &followed.defaults);
        trail.retain(|step| step.at != FileSpan::document(place) || matches!(step.kind, TrailKind::Iteration { .. }));
        Origin { place, literal: false, trail, file: FileId(found.file), variable: followed.variable }
    }

    /// The one string of a literal list or map that reads like the part of the value at `rendered`, as when a macro writes a
    /// whole map with one tag.
    fn part_of_literal(&self, segment: &Segment, rendered: Span, found: Expression) -> Option<Span> {
        let all = Span::new(segment.start as usize, segment.end as usize);
        let part = Span::new(rendered.start.max(all.start), rendered.end.min(all.end));
        if part.is_empty() || part.start > part.end || part == all {
            return None;
        }
        let parts = tokens(self.source(found.file), found.span);
        let text = self.text.get(part.range())?;
        if !is_whole_literal(&parts) {
            return None;
        }
        let inner = text.trim_matches(['"', '\'']);
        let reads_like = |token: &&Token<'_>| match token.kind {
            Kind::String => token.string_value().is_some_and(|value| value == inner || value == text),
            Kind::Number => token.text == text,
            _ => false,
        };
        let mut like = parts.iter().filter(reads_like);
        let only = like.next().filter(|_| like.next().is_none())?;
        Some(only.span())
    }

    /// The steps from the text at `at`, which wrote the segment, to the document.
    fn trail(&self, segment: &Segment, at: Span, defaults: &[TrailStep]) -> Vec<TrailStep> {
        let mut trail = Vec::new();
        let own = FileSpan { file: FileId(segment.file), span: at };
        if segment.frame != 0 || segment.file != 0 {
            let kind = self.enclosing_macro(segment).map_or(TrailKind::InFile, |name| TrailKind::InMacro { name });
            trail.push(TrailStep { at: own, kind });
        }
        trail.extend_from_slice(defaults);
        self.iterations(segment.round, &mut trail);
        let mut frame = segment.frame;
        while let Some(call) = self.record.frames.get(frame as usize).filter(|_| frame != 0) {
            let Some(site) = self.site(call.file, call.site) else { break };
            let kind = match site {
                Site::Call { name, .. } => TrailKind::Call { name: name.clone() },
                _ => TrailKind::Include,
            };
            trail.push(TrailStep { at: FileSpan { file: FileId(call.file), span: site.span() }, kind });
            self.iterations(call.round, &mut trail);
            frame = call.parent;
        }
        let outermost = trail.last().filter(|_| segment.frame != 0).map_or(segment.file, |step| step.at.file.0);
        if outermost != 0
            && let Some(span) = self.sites_of(0).and_then(|sites| sites.extends)
        {
            trail.push(TrailStep { at: FileSpan::document(span), kind: TrailKind::Include });
        }
        trail
    }

    fn iterations(&self, mut round: u32, trail: &mut Vec<TrailStep>) {
        while let Some(current) = self.record.rounds.get(round as usize).filter(|_| round != 0) {
            if let Some(site) = self.site(current.file, current.site) {
                let at = FileSpan { file: FileId(current.file), span: site.span() };
                trail.push(TrailStep { at, kind: TrailKind::Iteration { index: current.index as usize } });
            }
            round = current.outer;
        }
    }

    /// The macro or component whose body wrote the segment.
    fn enclosing_macro(&self, segment: &Segment) -> Option<String> {
        let frame = self.record.frames.get(segment.frame as usize).filter(|_| segment.frame != 0)?;
        match self.site(frame.file, frame.site)? {
            Site::Call { name, .. } => Some(name.rsplit("::").next().unwrap_or(name).to_owned()),
            _ => None,
        }
    }

    /// Follows an expression that depends on one name to where the value of that name was written.
    fn follow(&self, expression: Expression, steps: usize) -> Followed {
        let stay = Followed { expression, variable: None, defaults: Vec::new() };
        let parts = tokens(self.source(expression.file), expression.span);
        let Some((name, path)) = steps.checked_sub(1).and_then(|_| only_name(&parts)) else { return stay };
        self.resolve(expression, &name, path, steps - 1).unwrap_or(stay)
    }

    fn resolve(&self, expression: Expression, name: &str, path: Vec<Step>, steps: usize) -> Option<Followed> {
        let sites = self.sites_of(expression.file)?;
        let mut scope = sites.scopes.get(expression.scope as usize)?;
        let mut round = expression.round;
        loop {
            match &scope.kind {
                ScopeKind::Loop { site } => {
                    let Site::Loop { variables, target, scope: outer, .. } = sites.sites.get(*site as usize)? else {
                        return None;
                    };
                    let (index, around) = self.round_of(expression.file, *site, round);
                    if let Some(which) = variables.iter().position(|variable| variable == name) {
                        let target = Expression { span: *target, scope: *outer, round: around, ..expression };
                        let followed = self.follow(target, steps);
                        return Some(self.item(followed, index, which, variables.len(), &path, steps));
                    }
                    round = around;
                }
                ScopeKind::Macro { params } if params.iter().any(|param| param == name) => {
                    let frame = self.record.frames.get(expression.frame as usize).filter(|_| expression.frame != 0)?;
                    let Site::Call { arguments, scope, .. } = self.site(frame.file, frame.site)? else { return None };
                    let argument = arguments.iter().find(|argument| argument.param == name)?;
                    let at = argument.at;
                    let value = Expression {
                        file: at.file.0,
                        span: at.span,
                        scope: *scope,
                        frame: frame.parent,
                        round: frame.round,
                    };
                    if !argument.given {
                        let kind = TrailKind::Default { name: name.to_owned() };
                        let defaults = vec![TrailStep { at, kind }];
                        return Some(Followed { expression: value, variable: None, defaults });
                    }
                    let mut followed = self.follow(value, steps);
                    self.select(&mut followed, &path, steps);
                    return Some(followed);
                }
                ScopeKind::File if sites.assigned.binary_search_by(|known| known.as_str().cmp(name)).is_err() => {
                    let mut variable = name.to_owned();
                    for step in &path {
                        match step {
                            Step::Key(key) => variable = format!("{variable}.{key}"),
                            Step::Index(index) => variable = format!("{variable}[{index}]"),
                        }
                    }
                    return Some(Followed { expression, variable: Some(variable), defaults: Vec::new() });
                }
                _ => {}
            }
            scope = sites.scopes.get(scope.outer? as usize)?;
        }
    }

    /// The index of the current round of a loop, and the round around it.
    fn round_of(&self, file: u32, site: u32, mut round: u32) -> (usize, u32) {
        while let Some(current) = self.record.rounds.get(round as usize).filter(|_| round != 0) {
            if (current.file, current.site) == (file, site) {
                return (current.index as usize, current.outer);
            }
            round = current.outer;
        }
        (0, 0)
    }

    /// The item of a list, or the key or value of a map or pair, that a loop variable holds in the round `index`.
    fn item(
        &self,
        mut target: Followed,
        index: usize,
        which: usize,
        variables: usize,
        path: &[Step],
        steps: usize,
    ) -> Followed {
        let source = self.source(target.expression.file);
        let parts = tokens(source, target.expression.span);
        let Some(open) = parts.first().filter(|open| is_whole_literal(&parts) && open.kind == Kind::Operator) else {
            return target;
        };
        let list = arguments(&parts, 0).list;
        let Some(entry) = list.get(index) else { return target };
        let key = entry.name.map(|key| parts[key].span());
        let span = match (open.text, variables) {
            ("{", 2) if which == 0 => key,
            ("{", 2) => Some(entry.span),
            ("[", 1) => Some(entry.span),
            ("[", 2) => {
                let inner = &parts[entry.value.clone()];
                is_whole_literal(inner).then(|| arguments(inner, 0).list.get(which).map(|part| part.span)).flatten()
            }
            _ => None,
        };
        let Some(span) = span else { return target };
        target.expression.span = span;
        let mut followed = self.follow(target.expression, steps);
        followed.defaults.extend(target.defaults);
        self.select(&mut followed, path, steps);
        followed
    }

    /// Goes along `path` into a literal list or map, as far as it is literal.
    fn select(&self, followed: &mut Followed, path: &[Step], steps: usize) {
        for step in path {
            let parts = tokens(self.source(followed.expression.file), followed.expression.span);
            if !is_whole_literal(&parts) {
                return;
            }
            let list = arguments(&parts, 0).list;
            let entry = match step {
                Step::Index(index) => list.get(*index),
                Step::Key(key) => list
                    .iter()
                    .find(|entry| entry.name.is_some_and(|name| parts[name].string_value().as_deref() == Some(key))),
            };
            let Some(entry) = entry else { return };
            followed.expression.span = entry.span;
            let next = self.follow(followed.expression, steps);
            followed.expression = next.expression;
            followed.variable = next.variable.or(followed.variable.take());
        }
    }
}

/// The one value that is among the segments, however often.
fn only_value(segments: &[Segment]) -> Option<&Segment> {
    let key = |segment: &Segment| (segment.file, segment.site, segment.frame, segment.round);
    let mut values = segments.iter().filter(|segment| segment.is_value());
    values.next().filter(|value| values.all(|other| key(other) == key(value)))
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

/// Whether the tokens are one list or map literal.
fn is_whole_literal(parts: &[Token<'_>]) -> bool {
    parts.first().is_some_and(|open| open.is_operator("[") || open.is_operator("{"))
        && crate::template::expression::closing(parts, 0) + 1 == parts.len()
}

/// The one variable that the expression depends on, with the path that is taken into it.
fn only_name(parts: &[Token<'_>]) -> Option<(String, Vec<Step>)> {
    if is_whole_literal(parts) {
        return None;
    }
    let mut found: Option<(usize, &str)> = None;
    for (index, part) in parts.iter().enumerate() {
        if part.kind != Kind::Identifier || is_reserved(part.text) {
            continue;
        }
        let before = index.checked_sub(1).map_or("", |before| parts[before].text);
        let behind = parts.get(index + 1).map_or("", |behind| behind.text);
        let is_name = !matches!(before, "." | "?." | "|" | "is" | "::") && !matches!(behind, "=" | "(" | "::");
        let is_test = before == "not" && index >= 2 && parts[index - 2].is_word("is");
        if !is_name || is_test {
            continue;
        }
        match found {
            Some((_, name)) if name != part.text => return None,
            Some(_) => {}
            None => found = Some((index, part.text)),
        }
    }
    let (index, name) = found?;
    let mut path = Vec::new();
    let mut at = index + 1;
    while let (Some(dot), Some(step)) = (parts.get(at), parts.get(at + 1)) {
        let bracket = dot.is_operator("[") && parts.get(at + 2).is_some_and(|close| close.is_operator("]"));
        path.push(match step.kind {
            Kind::Identifier if dot.is_operator(".") || dot.is_operator("?.") => Step::Key(step.text.to_owned()),
            Kind::Number if dot.is_operator(".") || bracket => Step::Index(step.text.parse().ok()?),
            Kind::String if bracket => Step::Key(step.string_value()?),
            _ => break,
        });
        at += if bracket { 3 } else { 2 };
    }
    Some((name.to_owned(), path))
}

fn is_reserved(word: &str) -> bool {
    matches!(
        word,
        "true"
            | "false"
            | "True"
            | "False"
            | "none"
            | "None"
            | "null"
            | "if"
            | "else"
            | "and"
            | "or"
            | "not"
            | "in"
            | "is"
            | "loop"
            | "for"
    )
}

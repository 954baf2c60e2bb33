//! From a place in a template to what it produced.

use super::record::Segment;
use super::{Map, WrittenValue};
use crate::template::source::{FileId, FileSpan};
use crate::text::Span;

/// What one stretch of source wrote.
#[derive(Clone, Copy, Debug)]
struct Entry {
    file: u32,
    source: Span,
    rendered: Span,
    literal: bool,
}

/// All entries, sorted by source. Those that hold others (filter sections, calls with a body) stand apart, so that the rest
/// does not overlap and can be searched.
#[derive(Debug, Default)]
pub(super) struct Forward {
    flat: Vec<Entry>,
    nesting: Vec<Entry>,
}

impl Map {
    fn forward(&self) -> &Forward {
        self.forward.get_or_init(|| {
            let mut flat = Vec::with_capacity(self.record.segments.len() + self.record.values.len());
            for segment in self.record.segments.iter().filter(|segment| !segment.is_value()) {
                let source = self.source_of(segment);
                let rendered = Span::new(segment.start as usize, segment.end as usize);
                flat.push(Entry { file: segment.file, source, rendered, literal: true });
            }
            for value in &self.record.values {
                let source = self.site(value.file, value.site).map_or(Span::default(), |site| site.span());
                let rendered = Span::new(value.start as usize, value.end as usize);
                flat.push(Entry { file: value.file, source, rendered, literal: false });
            }
            flat.sort_by_key(|entry| (entry.file, entry.source, entry.rendered));
            let mut nesting = Vec::new();
            let holds_next = |index: usize, entries: &[Entry]| {
                let (entry, mut next) = (entries[index], index + 1);
                // Occurrences of the same source stand side by side.
                while entries.get(next).is_some_and(|other| other.file == entry.file && other.source == entry.source) {
                    next += 1;
                }
                entries.get(next).is_some_and(|other| other.file == entry.file && other.source.start < entry.source.end)
            };
            let mut keep = Vec::with_capacity(flat.len());
            let mut index = 0;
            while index < flat.len() {
                let mut end = index + 1;
                while flat
                    .get(end)
                    .is_some_and(|other| (other.file, other.source) == (flat[index].file, flat[index].source))
                {
                    end += 1;
                }
                // Parts of one text site, as rounds of a loop write it, never nest in each other.
                let nests = !flat[index].literal && holds_next(index, &flat);
                if nests { &mut nesting } else { &mut keep }.extend_from_slice(&flat[index..end]);
                index = end;
            }
            Forward { flat: keep, nesting }
        })
    }

    /// The place in its file of a run of literal text.
    pub(super) fn source_of(&self, segment: &Segment) -> Span {
        let site = self.site(segment.file, segment.site).map_or(Span::default(), |site| site.span());
        let start = site.start + segment.offset as usize;
        Span::new(start, start + (segment.end - segment.start) as usize)
    }

    /// What was written by sources that share a byte with `place`, or that hold it where it is empty.
    fn touched(&self, place: FileSpan) -> impl Iterator<Item = &Entry> {
        let forward = self.forward();
        let touches = move |entry: &Entry| {
            entry.file == place.file.0
                && (entry.source.overlaps(place.span)
                    || (place.span.is_empty() && entry.source.contains(place.span.start)))
        };
        let first =
            forward.flat.partition_point(|entry| (entry.file, entry.source.end) <= (place.file.0, place.span.start));
        let flat = forward.flat[first..].iter().take_while(move |entry| {
            entry.file == place.file.0 && entry.source.start < place.span.end.max(place.span.start + 1)
        });
        flat.chain(&forward.nesting).filter(move |entry| touches(entry))
    }

    pub(super) fn is_rendered(&self, place: FileSpan) -> bool {
        self.touched(place).next().is_some()
    }

    pub(super) fn rendered(&self, place: FileSpan) -> Vec<Span> {
        let mut found: Vec<(Span, Span)> = self
            .touched(place)
            .map(|entry| {
                if !entry.literal {
                    return (entry.rendered, entry.source);
                }
                let start = place.span.start.max(entry.source.start) - entry.source.start;
                let end = (place.span.end.min(entry.source.end) - entry.source.start).max(start);
                let shift = |base: usize| Span::new(base + start, base + end);
                (shift(entry.rendered.start), shift(entry.source.start))
            })
            .collect();
        found.sort_unstable();
        // Runs that follow each other in both texts are one range; occurrences of the same source are not.
        found.dedup_by(|(next, next_source), (before, before_source)| {
            let joins = next.start == before.end && next_source.start >= before_source.end;
            if joins {
                before.end = next.end;
                before_source.end = next_source.end;
            }
            joins
        });
        found.into_iter().map(|(rendered, _)| rendered).collect()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = WrittenValue> {
        self.record.values.iter().map(|value| WrittenValue {
            tag: FileSpan {
                file: FileId(value.file),
                span: self.site(value.file, value.site).map_or(Span::default(), |site| site.span()),
            },
            rendered: Span::new(value.start as usize, value.end as usize),
        })
    }
}

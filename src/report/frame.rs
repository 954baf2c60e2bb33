//! A place with its lines and a mark below it, and the other places that belong to it.

use annotate_snippets::{Annotation, AnnotationKind, Element, Origin, Snippet};

use super::Source;
use super::excerpt::Excerpt;
use crate::analysis::Related;
use crate::text::Span;

/// The lines of `span` in `document`, with a mark and a label, then the lines of `related`. `sources` holds the texts by file.
pub fn frame<'a>(
    sources: &'a [Source],
    document: &'a Source,
    span: Span,
    label: Option<&'a str>,
    related: &'a [Related],
) -> Vec<Element<'a>> {
    let excerpt = Excerpt::new(document, span);
    let mut annotations: Vec<Annotation<'a>> = Vec::new();
    let mut elsewhere: Vec<Element<'a>> = Vec::new();
    if let Some(excerpt) = &excerpt {
        let primary = AnnotationKind::Primary.span(excerpt.span.range());
        annotations.push(match label {
            Some(label) => primary.label(label),
            None => primary,
        });
    }
    for related in related {
        let Some(source) = sources.get(related.file.0 as usize) else { continue };
        let near = match &excerpt {
            Some(excerpt) if std::ptr::eq(source, document) => excerpt.place(related.span),
            _ => None,
        };
        let label = related.message.as_str();
        match near {
            Some(place) => annotations.push(AnnotationKind::Context.span(place.range()).label(label)),
            None => {
                let excerpt = Excerpt::new(source, related.span);
                let annotation =
                    excerpt.iter().map(|excerpt| AnnotationKind::Context.span(excerpt.span.range()).label(label));
                let annotations = annotation.collect();
                elsewhere.push(place(source, related.span, excerpt, annotations));
            }
        }
    }
    elsewhere.insert(0, place(document, span, excerpt, annotations));
    elsewhere
}

/// The lines of a place; where they can't be shown, just its name.
fn place<'a>(
    source: &'a Source,
    span: Span,
    excerpt: Option<Excerpt>,
    annotations: Vec<Annotation<'a>>,
) -> Element<'a> {
    let Some(excerpt) = excerpt else {
        let place = source.position(span.start);
        return Origin::path(source.path.as_str()).line(place.line).char_column(place.column).into();
    };
    let snippet = Snippet::source(excerpt.text).path(source.path.as_str()).line_start(excerpt.first_line);
    snippet.fold(false).annotations(annotations).into()
}

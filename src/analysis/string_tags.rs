//! The expressions inside the strings of a file that is TOML as it stands. Such strings are rendered late, each alone, when
//! the test runs; until then their expressions can be checked, each at its own place.

use super::reading_mode::StringTag;
use super::render::RenderRequest;
use crate::template::{FileSpan, Problem, ProblemKind, RenderInput, SourceFile};
use crate::text::Span;

/// All mistakes in the expressions inside the strings of a document, sorted by place.
pub(super) fn problems_in_strings(request: &RenderRequest<'_>, tags: &[StringTag]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = incomplete_tags(tags).collect();
    if tags.iter().any(|tag| tag.closed) {
        let expressions = expressions_alone(&request.document().text, tags);
        let document = SourceFile { text: expressions.into(), ..request.document().clone() };
        let variables = request.plan().variables;
        let rendered =
            request.render(RenderInput { document: &document, variables: &variables, loader: request.loader() });
        problems.extend(rendered.problems);
        problems.sort_by_key(|problem| problem.at);
    }
    problems
}

/// The document with everything blanked but the expressions in its strings: a template whose every offset is one of the
/// document, and whose mistakes are those of the expressions.
///
/// In a basic TOML string the quotes of an expression are written `\"`; here they are quotes with a blank outside.
fn expressions_alone(document: &str, tags: &[StringTag]) -> String {
    let mut template = String::with_capacity(document.len());
    for tag in tags.iter().filter(|tag| tag.closed) {
        if let Some(between) = document.get(template.len()..tag.span.start) {
            blank(between, &mut template);
        }
        if let Some(tag) = tag.span.slice(document) {
            unescape_quotes(tag, &mut template);
        }
    }
    template
}

/// Mistakes that are seen without looking into expressions.
fn incomplete_tags(tags: &[StringTag]) -> impl Iterator<Item = Problem> {
    tags.iter().filter(|tag| !tag.closed).map(|tag| Problem {
        kind: ProblemKind::IncompleteExpression,
        at: FileSpan::document(Span::new(tag.span.start, tag.span.end)),
        stack: Vec::new(),
    })
}

/// Adds as many bytes as `text` has, all of them blank but the ends of lines.
fn blank(text: &str, template: &mut String) {
    template.extend(text.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
}

fn unescape_quotes(tag: &str, template: &mut String) {
    let mut is_open = false;
    let mut rest = tag;
    while let Some(at) = rest.find("\\\"") {
        template.push_str(&rest[..at]);
        template.push_str(if is_open { "\" " } else { " \"" });
        is_open = !is_open;
        rest = &rest[at + 2..];
    }
    template.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::reading_mode::reading;

    fn alone(document: &str) -> String {
        let template = expressions_alone(document, &reading(document).tags);
        assert_eq!(document.get(..template.len()).map(str::len), Some(template.len()));
        template
    }

    #[test]
    fn everything_but_the_expressions_is_blank() {
        assert_eq!(alone("é = \"a {{ b }}c\"\nd = '{{ e }}' # {{ f }}"), "        {{ b }}  \n     {{ e }}");
    }

    #[test]
    fn escaped_quotes_are_quotes() {
        assert_eq!(alone(r#"a = "{{ f(x=\"y\") }}""#), r#"     {{ f(x= "y" ) }}"#);
    }

    #[test]
    fn a_tag_without_end_is_text() {
        let document = "a = \"{{\"\nb = \"{{ c }}\"";
        assert_eq!(alone(document), "        \n     {{ c }}");
        let problems: Vec<_> = incomplete_tags(&reading(document).tags).collect();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].at, FileSpan::document(Span::new(5, 7)));
    }
}

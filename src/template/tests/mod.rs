//! Renders small documents through the public door.

mod called;
mod dialect;
mod literal_edit;
mod macro_pack;
mod origins;
mod recovery;
mod rounds;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::text::Span;

/// Files in memory.
#[derive(Default)]
struct Files(BTreeMap<&'static str, String>);

impl TemplateLoader for Files {
    fn load(&self, name: &str, _: &SourceFile) -> Result<SourceFile, LoadError> {
        match self.0.get_key_value(name) {
            Some((name, text)) => Ok(file(name, text)),
            None => Err(LoadError::NotFound {
                searched: vec!["here".to_owned()],
                existing: self.0.keys().map(|name| (*name).to_owned()).collect(),
            }),
        }
    }
}

fn file(name: &str, text: &str) -> SourceFile {
    SourceFile { name: name.to_owned(), path: None, text: Arc::from(text) }
}

fn files(list: &[(&'static str, &str)]) -> Files {
    Files(list.iter().map(|(name, text)| (*name, (*text).to_owned())).collect())
}

fn render_with(document: &str, others: &[(&'static str, &str)]) -> Rendered {
    let engine = TemplateEngine::with_verification(Verification::Always);
    let document = file("main", document);
    let variables = Variables::default();
    let rendered = engine.render(RenderInput { document: &document, variables: &variables, loader: &files(others) });
    assert!(rendered.map.is_exact(), "{rendered:#?}");
    rendered
}

fn render(document: &str) -> Rendered {
    render_with(document, &[])
}

/// The text of a document without mistakes.
fn text(document: &str) -> String {
    let rendered = render(document);
    assert_eq!(problems(&rendered), Vec::<String>::new());
    rendered.text
}

/// The origin of the first occurrence of `needle` in the rendered text.
fn origin(rendered: &Rendered, needle: &str) -> Origin {
    let start = rendered.text.find(needle).unwrap_or_else(|| panic!("no {needle:?} in {}", rendered.text));
    rendered.map.origin(Span::new(start, start + needle.len()))
}

/// An origin in words.
fn describe(rendered: &Rendered, needle: &str) -> String {
    let origin = origin(rendered, needle);
    let slice = |at: FileSpan| at.span.slice(&rendered.files[at.file.0 as usize].text).unwrap_or("?");
    let mut words = format!("{:?} literal={}", slice(FileSpan::document(origin.place)), origin.literal);
    if let Some(variable) = &origin.variable {
        words.push_str(&format!(" variable={variable}"));
    }
    for step in &origin.trail {
        words.push_str(&format!(
            "\n  {:?} {}:{:?}",
            step.kind,
            rendered.files[step.at.file.0 as usize].name,
            slice(step.at)
        ));
    }
    words
}

/// All problems but those that only the engine of clnrm 1.0 has.
fn problems(rendered: &Rendered) -> Vec<String> {
    let describe = |problem: &Problem| {
        let text = &rendered.files[problem.at.file.0 as usize].text;
        format!("{:?} at {:?}", problem.kind, problem.at.span.slice(text).unwrap())
    };
    rendered
        .problems
        .iter()
        .filter(|problem| !matches!(problem.kind, ProblemKind::NotTera1 { .. }))
        .map(describe)
        .collect()
}

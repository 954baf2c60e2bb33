//! Only the macros of the built-in library that are called are lowered: others may still be called through these.

use crate::template::library::{DiskLoader, built_in};
use crate::template::{RenderInput, SourceFile, TemplateEngine, Variables};

fn render(text: &str) -> crate::template::Rendered {
    let document = SourceFile { name: "a.clnrm.toml.tera".to_owned(), path: None, text: text.into() };
    let loader = DiskLoader::default();
    TemplateEngine::new().render(RenderInput { document: &document, variables: &Variables::default(), loader: &loader })
}

#[test]
fn every_macro_of_the_library_can_be_called_alone() {
    let library = built_in("_macros.toml.tera").unwrap();
    let names = library.text.match_indices("{% macro ").map(|(at, tag)| {
        let rest = &library.text[at + tag.len()..];
        rest.split('(').next().unwrap().trim().to_owned()
    });
    for name in names {
        let rendered = render(&format!("{{% import \"_macros.toml.tera\" as m %}}\n{{{{ m :: {name}() }}}}\n"));
        for problem in rendered.problems {
            assert!(!format!("{:?}", problem.kind).starts_with("UnknownMacro"), "{name}: {problem:?}");
        }
    }
}

#[test]
fn a_new_call_is_seen_although_the_library_was_compiled_before() {
    let engine = TemplateEngine::new();
    let loader = DiskLoader::default();
    for name in ["span", "count", "span"] {
        let text = format!("{{% import \"_macros.toml.tera\" as m %}}\n{{{{ m::{name}(\"a\", 1) }}}}\n");
        let document = SourceFile { name: "a.clnrm.toml.tera".to_owned(), path: None, text: text.into() };
        let input = RenderInput { document: &document, variables: &Variables::default(), loader: &loader };
        let rendered = engine.render(input);
        assert!(rendered.problems.iter().all(|problem| !format!("{:?}", problem.kind).starts_with("Unknown")));
        assert!(rendered.text.contains("[["), "{name}: {}", rendered.text);
    }
}

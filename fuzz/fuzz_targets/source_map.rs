//! Any text renders, and its map never lies: what it calls literal is the same text on both sides.

#![no_main]

use clnrm_lsp::template::library::MemoryLoader;
use clnrm_lsp::template::{FileId, FileSpan, RenderInput, SourceFile, TemplateEngine, Variables, Verification};
use clnrm_lsp::text::Span;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static ENGINE: LazyLock<TemplateEngine> = LazyLock::new(|| TemplateEngine::with_verification(Verification::Always));

fuzz_target!(|text: &str| {
    let document = SourceFile { name: "fuzz.clnrm.toml.tera".to_owned(), path: None, text: text.into() };
    let loader = MemoryLoader::of([("inc", "i{{ svc }}\n"), ("par", "{% block a %}x{% endblock %}")]);
    let rendered = ENGINE.render(RenderInput { document: &document, variables: &Variables::default(), loader: &loader });
    for problem in &rendered.problems {
        let file = &rendered.files[problem.at.file.0 as usize];
        assert!(problem.at.span.slice(&file.text).is_some(), "{problem:?}");
    }
    if !rendered.map.is_exact() {
        return;
    }
    for (start, character) in rendered.text.char_indices() {
        let span = Span::new(start, start + character.len_utf8());
        let Some(place) = rendered.map.literal(span) else { continue };
        assert_eq!(place.slice(text), span.slice(&rendered.text), "literal text is the same on both sides");
        let back = rendered.map.rendered(FileSpan { file: FileId::DOCUMENT, span: place });
        assert!(back.iter().any(|back| back.covers(span)), "the way back leads to where it came from");
    }
});

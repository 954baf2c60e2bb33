//! The template lexer loses nothing: its tokens tile any text, and every problem lies in it.

#![no_main]

use clnrm_lsp::template::lexer::{Comments, lex};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for comments in [Comments::Toml, Comments::None] {
        let lexed = lex(text, comments);
        let mut end = 0;
        for token in &lexed.tokens {
            assert_eq!(token.span.start, end, "the tokens tile the text");
            assert!(token.span.slice(text).is_some() && token.inner.slice(text).is_some());
            end = token.span.end;
        }
        assert_eq!(end, text.len(), "the tokens reach the end");
        for problem in &lexed.problems {
            assert!(problem.at.slice(text).is_some());
        }
    }
});

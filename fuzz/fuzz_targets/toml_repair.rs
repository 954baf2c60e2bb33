//! Any text is read as TOML: mistakes lie in it, and a text without any is what the `toml` crate takes too.

#![no_main]

use clnrm_lsp::config;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let parsed = config::parse(text, &[], false);
    for error in &parsed.syntax {
        assert!(error.span.slice(text).is_some(), "{error:?}");
        for (place, _) in &error.mend {
            assert!(place.slice(text).is_some(), "{error:?}");
        }
    }
    for problem in &parsed.shape {
        assert!(problem.span.slice(text).is_some(), "{problem:?}");
    }
});

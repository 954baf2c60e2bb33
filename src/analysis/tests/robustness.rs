//! Whatever is typed: no panic, no hang, and the same result from every analyzer and thread.

use std::time::{Duration, Instant};

use super::fixture::document;
use crate::analysis::{AnalysisOptions, Analyzer};

/// Texts of all reading modes, with most constructs of the language.
const EXAMPLES: &[(&str, &str)] = &[
    ("plain.clnrm.toml", include_str!("examples/plain.clnrm.toml")),
    ("in_string.clnrm.toml", include_str!("examples/in_string.clnrm.toml")),
    ("loops.clnrm.toml.tera", include_str!("examples/loops.clnrm.toml.tera")),
    ("macros.clnrm.toml.tera", include_str!("examples/macros.clnrm.toml.tera")),
];

/// What is allowed for one analysis: 50 ms as shipped; unoptimised code on a busy machine gets more.
const TIME_LIMIT: Duration = if cfg!(debug_assertions) { Duration::from_secs(2) } else { Duration::from_millis(50) };

#[test]
fn every_typing_state_is_analysed_in_time() {
    let analyzer = Analyzer::default();
    for (name, text) in EXAMPLES {
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let started = Instant::now();
            let analysis = analyzer.analyze(&document(name, &text[..end]), &AnalysisOptions::default());
            let time = started.elapsed();
            assert!(time < TIME_LIMIT, "{name} up to byte {end} took {time:?}");
            for diagnostic in &analysis.diagnostics {
                let span = diagnostic.span;
                assert!(
                    span.slice(&text[..end]).is_some(),
                    "{name} up to byte {end}: {diagnostic:?} is outside of the text"
                );
            }
        }
    }
}

#[test]
fn a_removed_byte_range_does_no_harm() {
    let analyzer = Analyzer::default();
    for (name, text) in EXAMPLES {
        let bounds: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).step_by(7).collect();
        for pair in bounds.windows(3) {
            let mutated = format!("{}{}", &text[..pair[0]], &text[pair[2]..]);
            analyzer.analyze(&document(name, &mutated), &AnalysisOptions::default());
        }
    }
}

#[test]
fn two_analyzers_and_two_threads_agree() {
    let (first, second) = (Analyzer::default(), Analyzer::default());
    for (name, text) in EXAMPLES {
        let document = document(name, &text[..text.len() * 2 / 3]);
        let options = AnalysisOptions::default();
        let expected = first.analyze(&document, &options).diagnostics;
        std::thread::scope(|scope| {
            let threads =
                [&first, &second, &second].map(|analyzer| scope.spawn(|| analyzer.analyze(&document, &options)));
            for thread in threads {
                assert_eq!(thread.join().unwrap().diagnostics, expected, "{name}");
            }
        });
    }
}

//! `docs/traces.md` says what is true: its examples are read as what their headings say, its lists are the program's.

use clnrm_lsp::trace::canonical::Noise;
use clnrm_lsp::trace::diff::diff;
use clnrm_lsp::trace::read::Format;

use crate::{read_all, tree};

const PAGE: &str = include_str!("../../docs/traces.md");

/// The blocks of code in the section below a heading.
fn blocks(heading: &str, language: &str) -> Vec<&'static str> {
    let (_, section) = PAGE.split_once(&format!("# {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap().split("\n### ").next().unwrap();
    section.split(&format!("```{language}\n")).skip(1).map(|rest| rest.split_once("```").unwrap().0).collect()
}

#[test]
fn every_example_is_read_as_what_it_stands_under() {
    for format in [Format::OtlpJson, Format::OtlpStdout, Format::GoStdout, Format::PythonConsole, Format::SpanObject] {
        let heading = if format == Format::SpanObject { "Span objects" } else { format.name() };
        let examples = blocks(heading, "json");
        assert!(!examples.is_empty(), "{format:?}");
        for example in examples {
            let (kept, summary) = read_all(example.as_bytes());
            assert_eq!(kept.problems, [], "{example}");
            assert!(summary.spans > 0 && summary.formats.keys().eq([&format]), "{example}: {summary}");
            assert_eq!((summary.other_lines, summary.other_objects), (0, 0), "{example}");
        }
    }
    assert!(PAGE.contains("\n### OTLP protobuf\n"));
}

#[test]
fn the_deny_list_is_the_one_of_the_program() {
    let lists = blocks("Canonical form and digests", "text");
    assert!(lists[0].lines().eq(Noise::KEYS), "{lists:?}");
    assert!(PAGE.contains(&Noise::FIRST_EPHEMERAL_PORT.to_string()));
}

#[test]
fn the_difference_is_what_the_program_prints() {
    let before = "
checkout server
  cart.load
    db.query ×12
  pay client currency=EUR
    http.post
  ship
    label.print
";
    let after = before.replace("EUR", "USD").replace("×12", "×37").replace("label.print", "label.render");
    let difference = diff(&tree::trace(before), &tree::trace(&after), &Noise::default());
    assert_eq!(blocks("Differences", "text")[0], format!("{difference}\n"));
}

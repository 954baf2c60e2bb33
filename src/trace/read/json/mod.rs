//! JSON in text: objects and arrays one after the other, on one line or many, with a program's other output around them.
//!
//! Only one span is taken into memory at a time: the objects and lists around it are walked along the stream.

mod cut;
mod envelope;
mod fields;
mod go_stdout;
mod lists;
mod object;
mod other_text;
mod otlp;
mod python_console;
mod record;
mod tree;
mod value;

use super::input::Input;
use super::intake::Intake;
use record::Records;

/// Reads all JSON in `input`.
pub(super) fn read(input: &mut Input<'_>, intake: &mut Intake<'_>) {
    let mut lines = other_text::Lines::default();
    // A byte order mark is no text.
    input.foresee(3);
    if input.foreseen().starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    while lines.find_record(input, intake) {
        Records::new(input, intake).read(&mut lines);
    }
}

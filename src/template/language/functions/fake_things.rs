//! Fake words, numbers, times, money, files and colours.

use jiff::{SignedDuration, Timestamp};
use tera::{TeraResult, Value};

use super::fake_contact::password;
use super::time::rfc3339;
use super::vocabulary::*;
use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, SEED, optional};
use crate::template::language::draw::Draw;
use crate::template::language::{state, words};

/// `fake_NAME(seed)` that makes one value.
macro_rules! values {
    ($($name:literal, $doc:literal, $make:expr;)*) => {
        [$(Builtin::function($name, &[SEED], $doc, concat!("{{ ", $name, "() }}"), |arguments| {
            let make: fn(&mut Draw) -> Value = $make;
            Ok(make(&mut arguments.draw()))
        })),*]
    };
}

const PLAIN: [Builtin; 22] = values![
    "fake_latitude", "A latitude in degrees", |draw| degrees(draw, 90);
    "fake_longitude", "A longitude in degrees", |draw| degrees(draw, 180);
    "fake_word", "A word", |draw| draw.pick(LOREM).into();
    "fake_int", "A whole number from 0 to 2147483647", |draw| draw.between(0, i64::from(i32::MAX)).into();
    "fake_float", "A number from 0 to 1", |draw| (draw.below(1_000_000) as f64 / 1_000_000.0).into();
    "fake_date", "A date in the year before the frozen clock's time", |draw| past(draw).strftime("%Y-%m-%d").to_string().into();
    "fake_time", "A time of day", |draw| past(draw).strftime("%H:%M:%S").to_string().into();
    "fake_datetime", "A time in the year before the frozen clock's, in RFC 3339", |draw| rfc3339(past(draw)).into();
    "fake_timestamp", "A time in the year before the frozen clock's, in seconds since 1970", |draw| past(draw).as_second().into();
    "fake_credit_card", "A card number with a right check digit, of a range for tests", |draw| credit_card(draw).into();
    "fake_currency_code", "The code of a currency", |draw| currency(draw).0.into();
    "fake_currency_name", "The name of a currency", |draw| currency(draw).1.into();
    "fake_currency_symbol", "The symbol of a currency", |draw| currency(draw).2.into();
    "fake_filename", "The name of a file", |draw| filename(draw).into();
    "fake_extension", "The extension of a file", |draw| file_type(draw).0.into();
    "fake_mime_type", "A MIME type", |draw| file_type(draw).1.into();
    "fake_file_path", "The absolute path of a file", |draw| format!("{}/{}", draw.pick(DIRECTORIES), filename(draw)).into();
    "fake_color", "The name of a colour", |draw| draw.pick(COLORS).into();
    "fake_hex_color", "A colour as `#rrggbb`", |draw| format!("#{:06x}", draw.below(0x100_0000)).into();
    "fake_rgb_color", "A colour as `rgb(r, g, b)`", |draw| {
        format!("rgb({}, {}, {})", draw.below(256), draw.below(256), draw.below(256)).into()
    };
    "fake_port", "A port that needs no privileges, from 1024 to 65535", |draw| draw.between(1024, 65_535).into();
    "fake_semver", "A version number", |draw| {
        format!("{}.{}.{}", draw.below(10), draw.below(20), draw.below(20)).into()
    };
];

const WITH_ARGUMENTS: [Builtin; 7] = [
    Builtin::function(
        "fake_password",
        &[optional("min", "8"), optional("max", "20"), SEED],
        "A password of `min` to `max` characters",
        "{{ fake_password(min=12, max=12) }}",
        password,
    ),
    Builtin::function(
        "fake_words",
        &[optional("count", "3").alias(&["n"]), SEED],
        "`count` words",
        "{{ fake_words(count=3) }}",
        |arguments| {
            let count = arguments.count("count", 3, 10_000)?;
            Ok(lorem(&mut arguments.draw(), count).into())
        },
    ),
    Builtin::function(
        "fake_sentence",
        &[optional("min", "4"), optional("max", "10"), SEED],
        "A sentence of `min` to `max` words",
        "{{ fake_sentence(min=4, max=6) }}",
        |arguments| {
            let (least, most) = bounds(arguments, 4, 10)?;
            Ok(sentence(&mut arguments.draw(), least, most).into())
        },
    ),
    Builtin::function(
        "fake_paragraph",
        &[optional("min", "3"), optional("max", "7"), SEED],
        "A paragraph of `min` to `max` sentences",
        "{{ fake_paragraph(min=2, max=2) }}",
        |arguments| {
            let (least, most) = bounds(arguments, 3, 7)?;
            Ok(paragraph(&mut arguments.draw(), least, most).into())
        },
    ),
    Builtin::function(
        "fake_int_range",
        &[optional("min", "0"), optional("max", "100"), SEED],
        "A whole number from `min` up to, but without, `max`; `min` when both are equal",
        "{{ fake_int_range(min=10, max=20) }}",
        |arguments| {
            let least = arguments.integer("min")?.unwrap_or(0);
            let most = arguments.integer("max")?.unwrap_or(100);
            Ok(arguments.draw().between(least, most.saturating_sub(1)).into())
        },
    ),
    Builtin::function(
        "fake_bool",
        &[optional("ratio", "50"), SEED],
        "True in `ratio` of 100 cases",
        "{{ fake_bool(ratio=70) }}",
        |arguments| {
            let ratio = arguments.integer("ratio")?.unwrap_or(50);
            Ok((arguments.draw().between(0, 99) < ratio).into())
        },
    ),
    Builtin::function(
        "fake_string",
        &[optional("len", "10").alias(&["length", "n"]), SEED],
        "`len` letters and digits",
        "{{ fake_string(len=12) }}",
        |arguments| {
            let length = arguments.count("len", 10, 65_536)?;
            Ok(arguments
                .draw()
                .letters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", length)
                .into())
        },
    ),
];

pub(super) const BUILTINS: &[Builtin] = {
    const ALL: [Builtin; 29] = concat(PLAIN, WITH_ARGUMENTS);
    &ALL
};

const fn concat(plain: [Builtin; 22], more: [Builtin; 7]) -> [Builtin; 29] {
    let mut all = [plain[0]; 29];
    let mut at = 0;
    while at < 29 {
        all[at] = if at < 22 { plain[at] } else { more[at - 22] };
        at += 1;
    }
    all
}

/// `min` and `max` of a call.
fn bounds(arguments: &Arguments<'_>, least: usize, most: usize) -> TeraResult<(usize, usize)> {
    let least = arguments.count("min", least, 10_000)?;
    Ok((least, arguments.count("max", most, 10_000)?.max(least)))
}

fn degrees(draw: &mut Draw, most: i64) -> Value {
    (draw.between(-most * 10_000, most * 10_000) as f64 / 10_000.0).into()
}

/// A whole second in the year before the frozen clock's time.
fn past(draw: &mut Draw) -> Timestamp {
    let now = state::clock();
    let seconds = SignedDuration::from_secs(draw.between(0, 365 * 86_400));
    now.checked_sub(seconds).unwrap_or(now)
}

/// `count` words.
pub(super) fn lorem(draw: &mut Draw, count: usize) -> String {
    let words: Vec<&str> = (0..count).map(|_| draw.pick(LOREM)).collect();
    words.join(" ")
}

/// A sentence of `least` to `most` words.
pub(super) fn sentence(draw: &mut Draw, least: usize, most: usize) -> String {
    let count = least + draw.index(most - least + 1);
    words::capitalized(&lorem(draw, count)) + "."
}

/// A paragraph of `least` to `most` sentences.
pub(super) fn paragraph(draw: &mut Draw, least: usize, most: usize) -> String {
    let count = least + draw.index(most - least + 1);
    let sentences: Vec<String> = (0..count).map(|_| sentence(draw, 4, 10)).collect();
    sentences.join(" ")
}

/// 16 digits that begin as test cards do and end in the check digit of Luhn.
fn credit_card(draw: &mut Draw) -> String {
    let mut digits: Vec<u8> = b"411111".iter().map(|digit| digit - b'0').collect();
    digits.extend((0..9).map(|_| u8::try_from(draw.below(10)).unwrap_or(0)));
    let sum: u32 = digits
        .iter()
        .enumerate()
        .map(|(index, digit)| {
            let doubled = u32::from(*digit) * if index % 2 == 0 { 2 } else { 1 };
            doubled / 10 + doubled % 10
        })
        .sum();
    digits.push(u8::try_from((10 - sum % 10) % 10).unwrap_or(0));
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

fn currency(draw: &mut Draw) -> (&'static str, &'static str, &'static str) {
    CURRENCIES.get(draw.index(CURRENCIES.len())).copied().unwrap_or(("EUR", "Euro", "\u{20ac}"))
}

fn file_type(draw: &mut Draw) -> (&'static str, &'static str) {
    FILE_TYPES.get(draw.index(FILE_TYPES.len())).copied().unwrap_or(("txt", "text/plain"))
}

fn filename(draw: &mut Draw) -> String {
    format!("{}.{}", draw.pick(FILE_NAMES), file_type(draw).0)
}

//! `fake(kind=…)`: fake values by the name of their kind.

use tera::{Error, TeraResult, Value};

use super::fake_contact::{email, full_name, ipv4, ipv6, phone, street, street_name, username};
use super::fake_things::{lorem, paragraph, sentence};
use super::identifiers::random_uuid;
use super::vocabulary::*;
use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, SEED, optional, required};
use crate::template::language::draw::Draw;

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin::function(
        "fake",
        &[required("kind"), SEED, optional("n", "")],
        "A fake value of a kind of `fake_kinds()`; `n` tells several of them apart (of words: how many)",
        r#"{{ fake(kind="name.full") }}"#,
        fake,
    ),
    Builtin::function(
        "fake_kinds",
        &[],
        "The kinds that `fake()` knows",
        r#"{{ fake_kinds() | join(sep=", ") }}"#,
        |_| Ok(KINDS.iter().map(|(kind, _)| Value::from(*kind)).collect::<Vec<_>>().into()),
    ),
];

type Make = fn(&mut Draw) -> String;

const KINDS: &[(&str, Make)] = &[
    ("name.full", full_name),
    ("name.first", |draw| draw.pick(FIRST_NAMES).into()),
    ("name.last", |draw| draw.pick(LAST_NAMES).into()),
    ("name.title", |draw| draw.pick(TITLES).into()),
    ("internet.email.safe", email),
    ("internet.email.free", email),
    ("internet.username", username),
    ("internet.domain.suffix", |draw| draw.pick(DOMAIN_SUFFIXES).into()),
    ("internet.ip.any", |draw| if draw.below(2) == 0 { ipv4(draw) } else { ipv6(draw) }),
    ("internet.ip.v4", ipv4),
    ("internet.ip.v6", ipv6),
    ("internet.password", |draw| draw.letters("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", 16)),
    ("address.city", |draw| draw.pick(CITIES).into()),
    ("address.country", |draw| draw.pick(COUNTRIES).into()),
    ("address.street.name", street_name),
    ("address.street.address", street),
    ("address.zip", |draw| format!("{:05}", draw.between(1000, 99_999))),
    ("address.tz", |draw| draw.pick(TIME_ZONES).into()),
    ("company.name", |draw| format!("{} {}", draw.pick(COMPANY_NAMES), draw.pick(COMPANY_SUFFIXES))),
    ("company.buzzword", |draw| draw.pick(BUZZWORDS).into()),
    ("company.industry", |draw| draw.pick(INDUSTRIES).into()),
    ("company.profession", |draw| draw.pick(PROFESSIONS).into()),
    ("lorem.word", |draw| draw.pick(LOREM).into()),
    ("lorem.sentence", |draw| sentence(draw, 4, 10)),
    ("lorem.paragraph", |draw| paragraph(draw, 3, 7)),
    ("phone.number", phone),
    ("uuid.v4", |_| String::new()),
];

fn fake(arguments: &Arguments<'_>) -> TeraResult<Value> {
    let kind = arguments.required_text("kind")?;
    let Some((kind, make)) = KINDS.iter().find(|(known, _)| *known == kind) else {
        let near = KINDS.iter().map(|(known, _)| *known).min_by_key(|known| strsim::damerau_levenshtein(known, &kind));
        let hint = near.filter(|known| strsim::damerau_levenshtein(known, &kind) <= 2);
        let hint = hint.map(|known| format!("; did you mean `{known}`?")).unwrap_or_default();
        return Err(Error::message(format!("`fake()` knows no kind `{kind}`{hint}")));
    };
    Ok(match *kind {
        "uuid.v4" => random_uuid(arguments),
        "lorem.word" => lorem(&mut arguments.draw(), arguments.count("n", 1, 10_000)?.max(1)),
        _ => make(&mut arguments.draw()),
    }
    .into())
}

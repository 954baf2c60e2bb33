//! Fake people, addresses, companies and network names. Domains and IPv4/IPv6 addresses are from the ranges kept for
//! documentation, phone numbers from those kept for fiction: nobody is reached by accident.

use tera::{TeraResult, Value};

use super::vocabulary::*;
use crate::template::language::arguments::Arguments;
use crate::template::language::builtin::{Builtin, SEED};
use crate::template::language::draw::Draw;

/// `fake_NAME(seed)` that makes one text.
macro_rules! texts {
    ($($name:literal, $doc:literal, $make:expr;)*) => {
        &[$(Builtin::function($name, &[SEED], $doc, concat!("{{ ", $name, "() }}"), |arguments| {
            let make: fn(&mut Draw) -> String = $make;
            Ok(make(&mut arguments.draw()).into())
        })),*]
    };
}

pub(super) const BUILTINS: &[Builtin] = texts![
    "fake_name", "A full name", full_name;
    "fake_first_name", "A first name", |draw| draw.pick(FIRST_NAMES).into();
    "fake_last_name", "A last name", |draw| draw.pick(LAST_NAMES).into();
    "fake_title", "A title before a name", |draw| draw.pick(TITLES).into();
    "fake_suffix", "A suffix behind a name", |draw| draw.pick(NAME_SUFFIXES).into();
    "fake_email", "An e-mail address in a domain that nobody owns", email;
    "fake_username", "A user name", username;
    "fake_domain", "A domain that nobody owns", domain;
    "fake_url", "A URL in a domain that nobody owns", |draw| format!("https://{}/{}", domain(draw), draw.pick(LOREM));
    "fake_ipv4", "An IPv4 address from the ranges for documentation", ipv4;
    "fake_ipv6", "An IPv6 address from the range for documentation", ipv6;
    "fake_user_agent", "The user agent of a browser", |draw| draw.pick(USER_AGENTS).into();
    "fake_mac_address", "A locally administered MAC address", mac_address;
    "fake_street", "A street with a number", street;
    "fake_city", "A city", |draw| draw.pick(CITIES).into();
    "fake_state", "A state of the USA", |draw| draw.pick(STATES).into();
    "fake_zip", "A ZIP code", |draw| format!("{:05}", draw.between(1000, 99_999));
    "fake_country", "A country", |draw| draw.pick(COUNTRIES).into();
    "fake_phone", "A phone number that reaches nobody", phone;
    "fake_cell_phone", "A phone number that reaches nobody", phone;
    "fake_company", "A company", |draw| format!("{} {}", draw.pick(COMPANY_NAMES), draw.pick(COMPANY_SUFFIXES));
    "fake_company_suffix", "The legal form of a company", |draw| draw.pick(COMPANY_SUFFIXES).into();
    "fake_industry", "An industry", |draw| draw.pick(INDUSTRIES).into();
    "fake_profession", "A profession", |draw| draw.pick(PROFESSIONS).into();
];

/// A full name.
pub(super) fn full_name(draw: &mut Draw) -> String {
    format!("{} {}", draw.pick(FIRST_NAMES), draw.pick(LAST_NAMES))
}

/// A user name.
pub(super) fn username(draw: &mut Draw) -> String {
    let first = draw.pick(FIRST_NAMES).to_lowercase();
    let last = draw.pick(LAST_NAMES).to_lowercase();
    format!("{first}.{last}{}", draw.between(1, 99))
}

/// An address in a domain that nobody owns.
pub(super) fn email(draw: &mut Draw) -> String {
    format!("{}@{}", username(draw), draw.pick(SAFE_DOMAINS))
}

fn domain(draw: &mut Draw) -> String {
    format!("{}.{}", draw.pick(COMPANY_NAMES).to_lowercase(), draw.pick(SAFE_DOMAINS))
}

/// An IPv4 address of TEST-NET-1 to 3 (RFC 5737).
pub(super) fn ipv4(draw: &mut Draw) -> String {
    format!("{}.{}", draw.pick(&["192.0.2", "198.51.100", "203.0.113"]), draw.between(1, 254))
}

/// An IPv6 address of 2001:db8::/32 (RFC 3849).
pub(super) fn ipv6(draw: &mut Draw) -> String {
    let groups: Vec<String> = (0..6).map(|_| format!("{:04x}", draw.below(0x1_0000))).collect();
    format!("2001:0db8:{}", groups.join(":"))
}

fn mac_address(draw: &mut Draw) -> String {
    let bytes: Vec<String> = (0..5).map(|_| format!("{:02x}", draw.below(256))).collect();
    format!("02:{}", bytes.join(":"))
}

/// A number and a street.
pub(super) fn street(draw: &mut Draw) -> String {
    format!("{} {}", draw.between(1, 999), street_name(draw))
}

/// A street.
pub(super) fn street_name(draw: &mut Draw) -> String {
    format!("{} {}", draw.pick(STREET_NAMES), draw.pick(STREET_KINDS))
}

/// A number from 555-0100 to 555-0199, which are kept for fiction.
pub(super) fn phone(draw: &mut Draw) -> String {
    format!("+1-{}-555-{:04}", draw.between(201, 989), draw.between(100, 199))
}

/// A value that needs the arguments of its call, as text.
pub(super) fn text(value: String) -> TeraResult<Value> {
    Ok(value.into())
}

/// A password of `min` to `max` characters.
pub(super) fn password(arguments: &Arguments<'_>) -> TeraResult<Value> {
    let least = arguments.count("min", 8, 4096)?;
    let most = arguments.count("max", 20, 4096)?.max(least);
    let mut draw = arguments.draw();
    let length = least + draw.index(most - least + 1);
    text(draw.letters("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-_", length))
}

//! In which fields two spans differ that stand for the same operation.

use std::collections::BTreeSet;
use std::fmt;

use super::form::{Canonical, Form, kind};
use super::json;
use super::noise::{Noise, Sieve};
use crate::trace::{Attributes, Name, Span};

/// A field of the canonical form.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CanonicalField {
    /// The name.
    Name,
    /// The kind.
    Kind,
    /// The status code.
    Status,
    /// Whether the span is its own ancestor.
    Cycle,
    /// The message of the status.
    StatusMessage,
    /// An attribute of the span.
    Attribute(Name),
    /// The events, in their order.
    Events,
    /// What links say besides ids.
    Links,
    /// An attribute of the resource.
    ResourceAttribute(Name),
}

impl fmt::Display for CanonicalField {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => formatter.write_str("name"),
            Self::Kind => formatter.write_str("kind"),
            Self::Status => formatter.write_str("status"),
            Self::Cycle => formatter.write_str("place"),
            Self::StatusMessage => formatter.write_str("status message"),
            Self::Attribute(key) => write!(formatter, "attribute `{key}`"),
            Self::Events => formatter.write_str("events"),
            Self::Links => formatter.write_str("links"),
            Self::ResourceAttribute(key) => write!(formatter, "resource attribute `{key}`"),
        }
    }
}

/// A field with what both sides have there; `None` where one has nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Which field.
    pub field: CanonicalField,
    /// What the first has.
    pub before: Option<String>,
    /// What the second has.
    pub after: Option<String>,
}

impl fmt::Display for FieldChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side =
            |text: &Option<String>| text.as_ref().map_or_else(|| "nothing".to_owned(), |text| format!("`{text}`"));
        write!(formatter, "{} {} → {}", self.field, side(&self.before), side(&self.after))
    }
}

/// The fields in which two spans of canonical traces of one form differ, in the order of [`CanonicalField`].
pub(in crate::trace) fn differing(before: (&Canonical<'_>, u32), after: (&Canonical<'_>, u32)) -> Vec<FieldChange> {
    let (form, noise) = (before.0.form(), before.0.noise());
    let (left, right): (&Span, &Span) = (before.0.span(before.1), after.0.span(after.1));
    let cycle = |side: (&Canonical<'_>, u32)| side.0.node(side.1).on_cycle.then(|| "below itself".to_owned());
    let mut changes = Vec::new();
    let mut compare = |field: CanonicalField, before: Option<String>, after: Option<String>| {
        if before != after {
            changes.push(FieldChange { field, before, after });
        }
    };
    compare(CanonicalField::Name, Some(left.name.to_string()), Some(right.name.to_string()));
    compare(CanonicalField::Kind, Some(kind(left).to_string()), Some(kind(right).to_string()));
    compare(CanonicalField::Status, Some(left.status.code.to_string()), Some(right.status.code.to_string()));
    compare(CanonicalField::Cycle, cycle(before), cycle(after));
    if form == Form::Full {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        compare(CanonicalField::StatusMessage, some(&left.status.message), some(&right.status.message));
        for (key, before, after) in differing_attributes(&left.attributes, &right.attributes, noise) {
            compare(CanonicalField::Attribute(key), before, after);
        }
        let text = |write: &dyn Fn(&mut String, &mut Sieve<'_>)| {
            let mut text = String::new();
            write(&mut text, &mut Sieve::new(noise));
            Some(text).filter(|text| text != "[]")
        };
        compare(
            CanonicalField::Events,
            text(&|into, sieve| json::events(into, &left.events, sieve)),
            text(&|into, sieve| json::events(into, &right.events, sieve)),
        );
        compare(
            CanonicalField::Links,
            text(&|into, sieve| json::links(into, &left.links, sieve)),
            text(&|into, sieve| json::links(into, &right.links, sieve)),
        );
        for (key, before, after) in differing_attributes(&left.resource.attributes, &right.resource.attributes, noise) {
            compare(CanonicalField::ResourceAttribute(key), before, after);
        }
    }
    changes
}

/// The keys with different values, sorted; a value whose text is equal is shown with its type.
fn differing_attributes(
    left: &Attributes,
    right: &Attributes,
    noise: &Noise,
) -> Vec<(Name, Option<String>, Option<String>)> {
    let keys: BTreeSet<&Name> = left.iter().chain(right.iter()).map(|(key, _)| key).collect();
    keys.into_iter()
        .filter_map(|key| {
            let shown = |side: &'_ Attributes| side.get(key).filter(|value| !noise.hides(key, value)).cloned();
            let (before, after) = (shown(left), shown(right));
            if before == after {
                return None;
            }
            let same_text = before.as_ref().map(ToString::to_string) == after.as_ref().map(ToString::to_string);
            let text = |value: Option<crate::trace::Value>| {
                value.map(|value| if same_text { format!("{} {value}", value.type_name()) } else { value.to_string() })
            };
            Some((key.clone(), text(before), text(after)))
        })
        .collect()
}

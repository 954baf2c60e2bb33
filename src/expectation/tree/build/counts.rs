//! `[expect.counts]`.

use super::{Builder, words};
use crate::config::model::{Bound as BoundModel, Counts};
use crate::expectation::tree::{BlockKind, Bound, ConstraintPath, Counted, Requirement};
use crate::expectation::verdict::Reason;

pub(super) fn block(builder: &mut Builder, path: &ConstraintPath, counts: &Counts) {
    builder.unread(path, &counts.unread);
    builder.block(path, counts.header, BlockKind::Counts, None, |builder| {
        let totals = [
            ("spans_total", &counts.spans_total),
            ("events_total", &counts.events_total),
            ("errors_total", &counts.errors_total),
        ];
        let totals = totals.into_iter().filter_map(|(key, bound)| Some((key, bound.as_ref()?)));
        let repeated = counts.repeated.iter().map(|entry| (entry.key.text.as_str(), &entry.value));
        for (key, bound) in totals.chain(repeated) {
            let (key, counted) = match key {
                "events_total" => (key, Counted::Events),
                "errors_total" => (key, Counted::Errors),
                _ => ("spans_total", Counted::Spans),
            };
            each(builder, &path.key(key), bound, Ok(counted));
        }
        for entry in &counts.by_name {
            let counted = builder.key_selector(&entry.key).map(Counted::Named);
            each(builder, &path.key("by_name").key(&entry.key.text), &entry.value, counted);
        }
        for entry in &counts.by_kind {
            let counted = words::kind_named(entry.key.known()).map(Counted::OfKind);
            each(builder, &path.key("by_kind").key(&entry.key.text), &entry.value, counted);
        }
    });
}

fn each(builder: &mut Builder, path: &ConstraintPath, bound: &BoundModel, counted: Result<Counted, Reason>) {
    bounds(builder, path, bound, |bound| match &counted {
        Ok(counted) => Requirement::Count(counted.clone(), bound),
        Err(reason) => Requirement::Unevaluable(reason.clone()),
    });
}

/// A constraint for each operator of a bound. Beside `eq` the others are not looked at.
pub(super) fn bounds(
    builder: &mut Builder,
    path: &ConstraintPath,
    bound: &BoundModel,
    requirement: impl Fn(Bound) -> Requirement,
) {
    if let Some(eq) = bound.eq {
        builder.push(path.key("eq"), eq.span, requirement(Bound::Exactly(eq.value)));
    }
    for (key, value, to_bound) in [("gte", bound.gte, Bound::AtLeast as fn(_) -> _), ("lte", bound.lte, Bound::AtMost)]
    {
        let Some(value) = value else { continue };
        if bound.eq.is_some() {
            builder.unjudged(path.key(key), value.span, format!("`{key}` is not looked at beside `eq`"));
        } else {
            builder.push(path.key(key), value.span, requirement(to_bound(value.value)));
        }
    }
}

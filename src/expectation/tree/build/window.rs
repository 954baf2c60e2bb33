//! `[[expect.window]]`, in each of its forms.

use super::Builder;
use crate::config::model::Window;
use crate::expectation::tree::{BlockKind, ConstraintPath, NameSelector, Requirement, WindowRequirement, WindowSpan};
use crate::expectation::verdict::Reason;

/// How far an inner span may stick out where the file doesn't say, in milliseconds.
const TOLERANCE_MS: f64 = 1.0;

pub(super) fn block(builder: &mut Builder, path: &ConstraintPath, window: &Window) {
    builder.unread(path, &window.unread);
    let (key, place, span) = match (&window.outer, &window.start_span, &window.end_span) {
        (Some(outer), _, _) => ("outer", outer.span, builder.selector(outer).map(WindowSpan::Outer)),
        (None, Some(start), Some(end)) => {
            let names = builder.selector(start).and_then(|first| Ok((first, builder.selector(end)?)));
            ("start_span", start.span.join(end.span), names.map(|(start, end)| WindowSpan::Between(start, end)))
        }
        // Nothing encloses anything: such a window can't be judged.
        _ => ("outer", window.header, Err(Reason::NoName)),
    };
    let subject = span.as_ref().ok().map(|span| match span {
        WindowSpan::Outer(name) | WindowSpan::Between(name, _) => name.clone(),
    });
    let of = |requirement: &dyn Fn(WindowSpan) -> WindowRequirement| {
        span.clone().map(|span| Requirement::Window(requirement(span)))
    };
    builder.block(path, window.header, BlockKind::Window, subject, |builder| {
        builder.push_read(path.key(key), place, of(&WindowRequirement::Present));
        let tolerance = window.tolerance_ms.map_or(TOLERANCE_MS, |tolerance| tolerance.value);
        for (index, inner) in window.contains.iter().flat_map(|names| &names.value).enumerate() {
            let inner_name: Result<NameSelector, Reason> = builder.selector(inner);
            let read = inner_name
                .and_then(|inner| of(&|window| WindowRequirement::Contains(window, inner.clone(), tolerance)));
            builder.push_read(path.key("contains").index(index), inner.span, read);
        }
        if let Some(min) = window.duration.as_ref().and_then(|duration| duration.min) {
            let read = of(&|window| WindowRequirement::DurationAtLeast(window, min.value));
            builder.push_read(path.key("min_duration_ms"), min.span, read);
        }
        if let Some(max) = window.duration.as_ref().and_then(|duration| duration.max) {
            let read = of(&|window| WindowRequirement::DurationAtMost(window, max.value));
            builder.push_read(path.key("max_duration_ms"), max.span, read);
        }
        if let Some(least) = window.min_span_count {
            let read = of(&|window| WindowRequirement::SpansAtLeast(window, least.value, tolerance));
            builder.push_read(path.key("min_span_count"), least.span, read);
        }
    });
}

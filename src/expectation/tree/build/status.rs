//! `[expect.status]`.

use super::{Builder, glob, words};
use crate::config::model::Status;
use crate::expectation::tree::{BlockKind, ConstraintPath, Requirement, StatusRequirement};
use crate::expectation::verdict::Reason;

pub(super) fn block(builder: &mut Builder, path: &ConstraintPath, status: &Status) {
    builder.unread(path, &status.unread);
    builder.block(path, status.header, BlockKind::Status, None, |builder| {
        for (key, text, requirement) in [
            ("all", &status.all, StatusRequirement::All as fn(_) -> _),
            ("none", &status.none, StatusRequirement::None),
        ] {
            let Some(text) = text else { continue };
            let read = words::status(text).map(|status| Requirement::Status(requirement(status)));
            builder.push_read(path.key(key), text.span, read);
        }
        for entry in &status.by_name {
            // The one place where clnrm 1.0 reads globs too.
            let name = entry.key.known().ok_or(Reason::KnownAtRunTime).and_then(glob);
            let read = name.and_then(|name| {
                let status = words::status(&entry.value)?;
                Ok(Requirement::Status(StatusRequirement::Named(name, status)))
            });
            builder.push_read(path.key("by_name").key(&entry.key.text), entry.key.span.join(entry.value.span), read);
        }
    });
}

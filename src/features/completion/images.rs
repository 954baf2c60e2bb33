//! The container images that a test names, read off its text: good enough to offer them elsewhere, and cheap for many files.

use crate::features::DocumentView;
use crate::features::syntax::{Pair, ValueKind};

/// The images of the services of a test, in file order. Those that only a render tells are not among them.
pub fn images(view: &DocumentView) -> Vec<String> {
    let (text, mut images) = (view.text(), Vec::new());
    for table in &view.syntax().tables {
        match table.path() {
            [first, _] if is_services(&first.text) => {
                images.extend(table.pairs.iter().filter_map(|it| image(text, it)))
            }
            [first] if is_services(&first.text) => {
                let services = table.pairs.iter().filter_map(|service| service.value.as_ref());
                let tables = services.filter_map(|value| match &value.kind {
                    ValueKind::InlineTable { pairs, .. } => Some(pairs),
                    _ => None,
                });
                images.extend(tables.flatten().filter_map(|pair| image(text, pair)));
            }
            _ => {}
        }
    }
    images
}

fn is_services(key: &str) -> bool {
    matches!(key, "services" | "service")
}

fn image(text: &str, pair: &Pair) -> Option<String> {
    let [key] = &pair.key[..] else { return None };
    let ValueKind::String { content } = pair.value.as_ref()?.kind else { return None };
    let image = content.slice(text)?;
    let is_plain = !image.trim().is_empty() && !image.contains(['{', '\\', '\n']);
    (key.text == "image" && is_plain).then(|| image.to_owned())
}

//! What of a document leads somewhere: imports and includes, reports and directories of the host that exist, images whose
//! registry has pages. Only what the author wrote as it stands; what a template computes is no link.

use std::path::{Path, PathBuf};

use super::DocumentView;
use super::image::Image;
use crate::config::model::Text;
use crate::text::Span;

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The text that is one, without quotes.
    pub span: Span,
    /// Where it leads.
    pub target: Target,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// To a file or directory.
    Path(PathBuf),
    /// To a file of the built-in library.
    BuiltIn(String),
    /// To a page of the web.
    Page(String),
}

/// All links of a document, sorted by place. Relative paths are looked for in `directories`, the first that has one wins; `exists`
/// tells whether there is a file or directory that may be shown.
pub fn links(view: &DocumentView, directories: &[PathBuf], exists: &dyn Fn(&Path) -> bool) -> Vec<Link> {
    let mut links = templates(view);
    let mut add = |text: &Text, target: Option<Target>| {
        let literal = view.literal(text.content).filter(|span| !span.is_empty() && !view.holds_tag(*span));
        if let (Some(span), Some(target)) = (literal, target) {
            links.push(Link { span, target });
        }
    };
    let path = |text: &Text| {
        let written = text.known().filter(|path| !path.trim().is_empty() && !path.contains(['$', '\0']))?;
        let candidates = directories.iter().map(|directory| directory.join(written));
        candidates.into_iter().find(|path| exists(path)).map(Target::Path)
    };
    let config = &view.analysis().config;
    for output in config.report.iter().flat_map(|report| &report.outputs) {
        add(&output.value, path(&output.value));
    }
    for service in &config.services {
        if let Some(image) = &service.image {
            add(image, image.known().and_then(Image::of).and_then(|image| image.page()).map(Target::Page));
        }
        for host in service.volumes.iter().filter_map(|volume| volume.host.as_ref()) {
            // A name without a slash is that of a volume of the engine, no path.
            let is_path = host.known().is_some_and(|host| host.contains('/'));
            add(host, if is_path { path(host) } else { None });
        }
    }
    links.sort_by_key(|link| link.span);
    // Each round of a loop says the same.
    links.dedup_by_key(|link| link.span);
    links
}

/// The files that tags name.
fn templates(view: &DocumentView) -> Vec<Link> {
    let analysis = view.analysis();
    let targets = analysis.links.first().map(Vec::as_slice).unwrap_or_default();
    let mut links = Vec::new();
    for (reference, file) in view.template().references.iter().zip(targets) {
        let Some(source) = file.and_then(|file| analysis.files.get(file.0 as usize)) else { continue };
        // Of several names the one that was found is a link.
        let found =
            reference.names.iter().find(|(name, _)| *name == source.name).or(match reference.names.as_slice() {
                [only] => Some(only),
                _ => None,
            });
        let Some((_, span)) = found else { continue };
        let target = source.path.clone().map_or_else(|| Target::BuiltIn(source.name.clone()), Target::Path);
        links.push(Link { span: Span::new(span.start + 1, span.end.saturating_sub(1).max(span.start + 1)), target });
    }
    links
}

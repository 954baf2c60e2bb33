//! `textDocument/documentLink`.

use std::path::{Path, PathBuf};

use tower_lsp::jsonrpc::Result;
use tower_lsp::ls_types::{DocumentLink, DocumentLinkParams, Uri};

use super::{feature, library_text};
use crate::features::document_links::{self, Link, Target};
use crate::server::session::Session;

/// What leads somewhere. Opening a link runs nothing: it shows a file, a directory, a text of the library or a page.
pub async fn handle(session: &Session, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
    let (folders, trusted) = {
        let state = session.state();
        (state.folders.clone(), state.trusted)
    };
    let path = params.text_document.uri.to_file_path().map(|path| path.into_owned());
    feature::answer(session, params.text_document.uri, move |subject| {
        let own = path.as_deref().and_then(Path::parent).map(Path::to_path_buf);
        let directories: Vec<PathBuf> = own.into_iter().chain(folders.iter().cloned()).collect();
        let exists = |path: &Path| {
            let is_inside = || path.canonicalize().is_ok_and(|path| is_in(&folders, &path));
            // In a workspace that is not trusted nobody learns what lies outside of it.
            if trusted { path.exists() } else { is_inside() }
        };
        let links = document_links::links(subject.view(), &directories, &exists);
        links.into_iter().filter_map(|link| to_lsp(subject, link)).collect()
    })
    .await
}

fn is_in(folders: &[PathBuf], path: &Path) -> bool {
    folders.iter().filter_map(|folder| folder.canonicalize().ok()).any(|folder| path.starts_with(folder))
}

fn to_lsp(subject: &feature::Subject, Link { span, target }: Link) -> Option<DocumentLink> {
    let (target, tooltip) = match target {
        Target::Path(path) => (Uri::from_file_path(&path)?, path.display().to_string()),
        Target::BuiltIn(name) => (library_text::uri(&name)?, format!("{name}, built in")),
        Target::Page(page) => (page.parse().ok()?, page),
    };
    Some(DocumentLink { range: subject.range(span), target: Some(target), tooltip: Some(tooltip), data: None })
}

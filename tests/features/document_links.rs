//! Document links.

use std::path::{Path, PathBuf};

use clnrm_lsp::features::document_links::{Target, links};

use crate::fixture::Fixture;

/// Each link of a text: what it is, and where it leads. Below `/w` there are `out.json` and `/data`.
fn all(text: &str, files: &[(&str, &str)]) -> String {
    let fixture = Fixture::with_files(text, files);
    let exists = |path: &Path| path == Path::new("/w/out.json") || path == Path::new("/data");
    let found = links(&fixture.view, &[PathBuf::from("/w/tests"), PathBuf::from("/w")], &exists);
    let shown = found.iter().map(|link| {
        let target = match &link.target {
            Target::Path(path) => format!("file {}", path.display()),
            Target::BuiltIn(name) => format!("built-in {name}"),
            Target::Page(page) => page.clone(),
        };
        format!("{} → {target}", fixture.place(link.span))
    });
    shown.collect::<Vec<_>>().join("\n")
}

#[test]
fn files_directories_and_images_are_links() {
    insta::assert_snapshot!(all(
        "[meta]\nname = \"é\"\nversion = \"1\"\n[services.a]\nimage = \"é\"\n[services.b]\nimage = \"ghcr.io/a/b:1\"\nvolumes = [\"/data:/x\", \"named:/y\", { host_path = \"/data\", container_path = \"/z\" }, \"/nowhere:/q\"]\n[services.c]\nimage = \"redis\"\n[report]\njson = \"out.json\"\njunit = \"junit.xml\"\n",
        &[]
    ));
}

#[test]
fn templates_link_what_they_import_and_what_is_literal_in_them() {
    insta::assert_snapshot!(all(
        "{% import \"_macros.toml.tera\" as m %}{% include [\"nope.tera\", \"more.tera\"] %}\n{% import \"gone.tera\" as g %}\n[meta]\nname = \"é\"\nversion = \"1\"\n{% for n in [\"a\", \"b\"] %}\n[services.{{ n }}]\nimage = \"quay.io/x/y\"\n[services.x{{ n }}]\nimage = \"redis:{{ n }}\"\n{% endfor %}\n",
        &[("more.tera", "# é\n")]
    ));
}

#[test]
fn broken_documents_link_what_is_whole() {
    insta::assert_snapshot!(all(
        "{% import \"_macros.toml.tera\" as m %}\n[services.a\nimage = \"redis\"\nx = \"é\n{{ y\n",
        &[]
    ));
}

//! When a render is used again, and when not.

use std::fs;
use std::path::Path;

use super::fixture::text_of;
use crate::analysis::{AnalysisOptions, Analyzer, CacheLimits, RenderCache};
use crate::template::SourceFile;
use crate::template::variables::Environment;

const TEXT: &str = r#"
{% import "lib.toml.tera" as lib %}
[meta]
name = "demo"
version = "{{ env(name="CLNRM_TEST_VERSION", default="1.0") }}"

{{ lib::service("app") }}
"#;

const LIBRARY: &str = r#"{% macro service(name) %}[service.{{ name }}]
plugin = "generic_container"
image = "alpine:3.20"
{% endmacro service %}"#;

struct Workspace {
    directory: tempfile::TempDir,
    analyzer: Analyzer,
    options: AnalysisOptions,
}

impl Workspace {
    fn new(version: &'static str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("lib.toml.tera"), LIBRARY).unwrap();
        let options = AnalysisOptions { roots: vec![directory.path().to_owned()], ..AnalysisOptions::default() };
        let environment = Environment::of([("CLNRM_TEST_VERSION", version)]);
        let analyzer = Analyzer::new(environment, RenderCache::in_memory(CacheLimits::default()));
        Self { directory, analyzer, options }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    /// Whether the analysis of `text` came from the cache, and what it rendered to.
    fn analyze(&self, text: &str) -> (bool, String) {
        let path = self.path("a.clnrm.toml.tera");
        let document = SourceFile { name: "a.clnrm.toml.tera".to_owned(), path: Some(path), text: text.into() };
        let analysis = self.analyzer.analyze(&document, &self.options);
        (analysis.cached, analysis.rendered.map(|it| it.text.clone()).unwrap_or_default())
    }
}

#[test]
fn the_same_again_comes_from_the_cache() {
    let workspace = Workspace::new("2.0");
    let (first, rendered) = workspace.analyze(&text_of(TEXT));
    assert!(!first);
    assert!(rendered.contains("[service.app]") && rendered.contains("version = \"2.0\""), "{rendered}");
    assert_eq!(workspace.analyze(&text_of(TEXT)), (true, rendered));
    assert!(!workspace.analyze(&text_of(TEXT).replace("demo", "other")).0, "another text");
}

#[test]
fn a_change_of_what_it_read_makes_a_new_render() {
    let workspace = Workspace::new("2.0");
    workspace.analyze(&text_of(TEXT));
    fs::write(workspace.path("lib.toml.tera"), LIBRARY.replace("3.20", "3.21")).unwrap();
    let (cached, rendered) = workspace.analyze(&text_of(TEXT));
    assert!(!cached && rendered.contains("alpine:3.21"), "{rendered}");
}

#[test]
fn a_file_that_appears_makes_a_new_render() {
    let workspace = Workspace::new("2.0");
    fs::remove_file(workspace.path("lib.toml.tera")).unwrap();
    workspace.analyze(&text_of(TEXT));
    assert!(workspace.analyze(&text_of(TEXT)).0);
    fs::write(workspace.path("lib.toml.tera"), LIBRARY).unwrap();
    let (cached, rendered) = workspace.analyze(&text_of(TEXT));
    assert!(!cached && rendered.contains("[service.app]"), "{rendered}");
}

#[test]
fn options_that_change_the_render_make_a_new_one() {
    let mut workspace = Workspace::new("2.0");
    workspace.analyze(&text_of(TEXT));
    workspace.options.overrides.insert("x".to_owned(), "1".to_owned());
    assert!(!workspace.analyze(&text_of(TEXT)).0);
    workspace.options.trusted = false;
    let (cached, rendered) = workspace.analyze(&text_of(TEXT));
    assert!(!cached && rendered.contains("version = \"1.0\""), "an untrusted template sees no environment: {rendered}");
}

#[test]
fn a_dependency_is_known_by_its_path() {
    let workspace = Workspace::new("2.0");
    workspace.analyze(&text_of(TEXT));
    let cache = workspace.analyzer.cache();
    assert_eq!(cache.invalidate_path(Path::new("/elsewhere/other.toml")), 0);
    assert_eq!(cache.invalidate_path(&workspace.path("lib.toml.tera")), 1);
    assert!(!workspace.analyze(&text_of(TEXT)).0);
    let statistics = cache.statistics();
    assert_eq!((statistics.hits, statistics.misses, statistics.entries), (0, 2, 1));
}

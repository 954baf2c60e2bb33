//! The cache through its public door; the store against a model of what "least recently used within bounds" means.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::config::TestConfig;
use crate::template::{LoadError, Rendered, SourceFile, SourceMap, TemplateLoader};

/// Files by name, changeable.
#[derive(Default)]
struct Files(Mutex<HashMap<String, String>>);

impl Files {
    fn write(&self, name: &str, text: &str) {
        self.0.lock().unwrap().insert(name.to_owned(), text.to_owned());
    }
}

impl TemplateLoader for Files {
    fn load(&self, name: &str, _from: &SourceFile) -> Result<SourceFile, LoadError> {
        let files = self.0.lock().unwrap();
        let text = files.get(name).ok_or(LoadError::NotFound { searched: Vec::new(), existing: Vec::new() })?;
        Ok(SourceFile { name: name.to_owned(), path: Some(Path::new("/w").join(name)), text: text.as_str().into() })
    }
}

fn document() -> SourceFile {
    SourceFile { name: "a.clnrm.toml".to_owned(), path: Some("/w/a.clnrm.toml".into()), text: "".into() }
}

fn entry(text: &str, environment: &[(&str, Option<&str>)], dependencies: Vec<Dependency>) -> Arc<CachedRender> {
    let environment = environment.iter().map(|(name, seen)| ((*name).to_owned(), seen.map(str::to_owned))).collect();
    let rendered = Rendered {
        text: text.to_owned(),
        map: SourceMap::default(),
        files: Vec::new(),
        links: Vec::new(),
        problems: Vec::new(),
        opaque: Vec::new(),
        environment,
        given_up: false,
    };
    Arc::new(CachedRender {
        document: Some(PathBuf::from("/w/a.clnrm.toml")),
        rendered: Arc::new(rendered),
        config: Arc::new(TestConfig::default()),
        diagnostics: Vec::new(),
        combinations: 1,
        dependencies,
    })
}

fn recorded(files: &Files, names: &[&str]) -> Vec<Dependency> {
    let recording = RecordingLoader::new(files);
    for name in names {
        drop(recording.load(name, &document()));
    }
    recording.into_dependencies()
}

fn key(number: u32) -> CacheKey {
    CacheKey::new("template", &json!(number))
}

const NO_ENVIRONMENT: &dyn Fn(&str) -> Option<String> = &|_| None;

#[test]
fn a_hit_needs_the_same_template_and_context() {
    let (cache, files) = (RenderCache::in_memory(CacheLimits::default()), Files::default());
    let world = Surroundings { loader: &files, environment: NO_ENVIRONMENT };
    cache.put(CacheKey::new("t", &json!({"a": 1, "b": 2})), entry("x", &[], Vec::new()));
    assert!(
        cache.get(&CacheKey::new("t", &json!({"b": 2, "a": 1})), world).is_some(),
        "the order of keys is no difference"
    );
    assert!(cache.get(&CacheKey::new("t", &json!({"a": 1, "b": 3})), world).is_none());
    assert!(cache.get(&CacheKey::new("u", &json!({"a": 1, "b": 2})), world).is_none());
    let statistics = cache.statistics();
    assert_eq!((statistics.hits, statistics.misses, statistics.entries), (1, 2, 1));
    assert!((statistics.hit_rate() - 1.0 / 3.0).abs() < 1e-9);
}

#[test]
fn a_changed_import_is_a_miss() {
    let (cache, files) = (RenderCache::in_memory(CacheLimits::default()), Files::default());
    files.write("m.tera", "one");
    cache.put(key(0), entry("x", &[], recorded(&files, &["m.tera"])));
    let world = Surroundings { loader: &files, environment: NO_ENVIRONMENT };
    assert!(cache.get(&key(0), world).is_some());
    files.write("m.tera", "two");
    assert!(cache.get(&key(0), world).is_none());
    assert_eq!(cache.statistics().entries, 0, "what is stale is forgotten");
}

#[test]
fn a_file_that_appears_is_a_miss() {
    let (cache, files) = (RenderCache::in_memory(CacheLimits::default()), Files::default());
    cache.put(key(0), entry("x", &[], recorded(&files, &["m.tera"])));
    let world = Surroundings { loader: &files, environment: NO_ENVIRONMENT };
    assert!(cache.get(&key(0), world).is_some());
    files.write("m.tera", "now it is there");
    assert!(cache.get(&key(0), world).is_none());
}

#[test]
fn a_changed_environment_variable_is_a_miss() {
    let (cache, files) = (RenderCache::in_memory(CacheLimits::default()), Files::default());
    let seen = entry("x", &[("HOME", Some("/root")), ("UNSET", None)], Vec::new());
    let get = |environment: &dyn Fn(&str) -> Option<String>| {
        cache.put(key(0), Arc::clone(&seen));
        cache.get(&key(0), Surroundings { loader: &files, environment }).is_some()
    };
    assert!(get(&|name| (name == "HOME").then(|| "/root".to_owned())));
    assert!(!get(&|name| (name == "HOME").then(|| "/home".to_owned())));
    assert!(!get(&|_| Some("/root".to_owned())), "one that was unset is set now");
}

#[test]
fn entries_are_invalidated_by_path_dependency_and_context() {
    let (cache, files) = (RenderCache::in_memory(CacheLimits::default()), Files::default());
    files.write("m.tera", "one");
    let fill = || {
        cache.put(key(0), entry("x", &[], recorded(&files, &["m.tera", "missing.tera"])));
        cache.put(key(1), entry("y", &[], Vec::new()));
    };
    fill();
    assert_eq!(cache.invalidate_path(Path::new("/w/a.clnrm.toml")), 2, "the document itself");
    fill();
    assert_eq!(cache.invalidate_path(Path::new("/w/m.tera")), 1, "an import");
    fill();
    assert_eq!(cache.invalidate_path(Path::new("/w/lib/missing.tera")), 1, "one that was looked for in vain");
    fill();
    assert_eq!(cache.invalidate_path(Path::new("/w/other.tera")), 0);
    assert_eq!(cache.invalidate_context(&key(1).context), 1);
    cache.clear();
    assert_eq!((cache.statistics().entries, cache.statistics().bytes), (0, 0));
}

#[derive(Clone, Debug)]
enum Action {
    Get(u32),
    Put(u32, usize),
    Remove(u32),
}

fn action() -> impl Strategy<Value = Action> {
    let number = 0..12_u32;
    prop_oneof![
        number.clone().prop_map(Action::Get),
        (number.clone(), 0..400_usize).prop_map(|(number, size)| Action::Put(number, size)),
        number.prop_map(Action::Remove),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The model is a list, oldest first.
    #[test]
    fn the_store_keeps_what_was_used_last_within_both_bounds(actions in proptest::collection::vec(action(), 1..60)) {
        let limits = CacheLimits { entries: 5.try_into().unwrap(), bytes: 4 * entry("", &[], Vec::new()).bytes() + 1500 };
        let store = MemoryBackend::new(limits);
        let mut model: Vec<(u32, usize)> = Vec::new();
        for action in actions {
            match action {
                Action::Get(number) => {
                    let at = model.iter().position(|(it, _)| *it == number);
                    prop_assert_eq!(store.get(&key(number)).is_some(), at.is_some());
                    if let Some(at) = at {
                        let used = model.remove(at);
                        model.push(used);
                    }
                }
                Action::Put(number, length) => {
                    let entry = entry(&"x".repeat(length), &[], Vec::new());
                    let size = entry.bytes();
                    model.retain(|(it, _)| *it != number);
                    let before = model.len();
                    if size <= limits.bytes {
                        while model.len() >= limits.entries.get()
                            || model.iter().map(|(_, size)| size).sum::<usize>() + size > limits.bytes
                        {
                            model.remove(0);
                        }
                    }
                    let evicted = before - model.len();
                    if size <= limits.bytes {
                        model.push((number, size));
                    }
                    prop_assert_eq!(store.put(key(number), entry), evicted);
                }
                Action::Remove(number) => {
                    let there = model.iter().any(|(it, _)| *it == number);
                    model.retain(|(it, _)| *it != number);
                    prop_assert_eq!(store.remove(&key(number)), there);
                }
            }
            prop_assert_eq!(store.len(), model.len());
            prop_assert_eq!(store.bytes(), model.iter().map(|(_, size)| size).sum::<usize>());
            prop_assert!(store.bytes() <= limits.bytes && store.len() <= limits.entries.get());
        }
    }
}

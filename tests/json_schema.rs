//! The JSON schema of the format: what this tool accepts it accepts, and a word that is none of those to choose from it refuses.

#![expect(clippy::unwrap_used, reason = "a test fails where it can't go on")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clnrm_lsp::analysis::reading_mode::reading;
use clnrm_lsp::analysis::{AnalysisOptions, Analyzer, ReadingMode};
use clnrm_lsp::config::schema::{Key, ROOT, Rest, Shape, Table, TextRule};
use clnrm_lsp::config::{FileKind, json_schema};
use clnrm_lsp::template::SourceFile;
use clnrm_lsp::validation::{RULES, Severity};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn validator(schema: &Value) -> Validator {
    assert!(jsonschema::draft7::meta::is_valid(schema), "no schema of draft 7");
    jsonschema::draft7::new(schema).unwrap()
}

/// TOML as other tools hand it to a schema.
fn json_of(text: &str) -> Option<Value> {
    fn value(toml: toml::Value) -> Value {
        match toml {
            toml::Value::String(text) => text.into(),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Float(number) => number.into(),
            toml::Value::Boolean(flag) => flag.into(),
            toml::Value::Datetime(time) => time.to_string().into(),
            toml::Value::Array(items) => items.into_iter().map(value).collect(),
            toml::Value::Table(table) => {
                table.into_iter().map(|(key, item)| (key, value(item))).collect::<Map<_, _>>().into()
            }
        }
    }
    text.parse::<toml::Table>().ok().map(|table| value(table.into()))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|it| it == "toml") {
            found.push(path);
        }
    }
}

fn corpus() -> Option<PathBuf> {
    let corpus = std::env::var_os("CLNRM_CORPUS").map_or_else(|| repository().join("../shared/corpus"), PathBuf::from);
    if !corpus.join("expectations.tsv").is_file() {
        println!("skipped: no corpus at {}", corpus.display());
        return None;
    }
    Some(corpus)
}

/// All plain tests that this tool finds no error in: examples of the documents and of the rules, and the corpus.
fn accepted() -> Vec<(PathBuf, Value)> {
    let mut paths = Vec::new();
    files(&repository().join("docs/examples"), &mut paths);
    corpus().iter().for_each(|corpus| files(corpus, &mut paths));
    paths.sort();
    let analyzer = Analyzer::default();
    let files = paths.into_iter().filter_map(|path| Some((path.clone(), fs::read_to_string(path).ok()?)));
    let examples = RULES.iter().map(|rule| (PathBuf::from(format!("{}.clnrm.toml", rule.code)), rule.right.to_owned()));
    let accepted = files.chain(examples).filter_map(|(path, text)| {
        let json = json_of(&text).filter(|_| reading(&text).mode != ReadingMode::Rendered)?;
        let document = SourceFile { name: path.display().to_string(), path: Some(path.clone()), text: text.into() };
        let analysis = analyzer.analyze(&document, &AnalysisOptions::default());
        let is_clean = analysis
            .diagnostics
            .iter()
            .all(|it| it.severity != Severity::Error && !matches!(it.rule.code, "unknown-key" | "misplaced-table"));
        (analysis.kind == FileKind::Test && is_clean).then_some((path, json))
    });
    accepted.collect()
}

#[test]
fn every_accepted_file_is_accepted() {
    let validator = validator(&json_schema::of_tests());
    let accepted = accepted();
    let mut complaints = Vec::new();
    for (path, json) in &accepted {
        for error in validator.iter_errors(json) {
            complaints.push(format!("{} at {}: {error}", path.display(), error.instance_path()));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    let least = if corpus().is_some() { 100 } else { 70 };
    assert!(accepted.len() >= least, "only {} files", accepted.len());
}

/// Each key whose value is one of several words, with the way to it: names that the author chooses are `x`, items `0`.
fn choices() -> Vec<(Vec<String>, &'static Key)> {
    fn table(
        it: &'static Table,
        way: &[String],
        seen: &mut Vec<*const Table>,
        found: &mut Vec<(Vec<String>, &'static Key)>,
    ) {
        if seen.contains(&std::ptr::from_ref(it)) {
            return;
        }
        seen.push(it);
        for key in it.keys.iter().filter(|key| !key.readers.is_empty()) {
            let way: Vec<String> = way.iter().cloned().chain([key.name.to_owned()]).collect();
            shape(&key.shape, &way, Some(key), seen, found);
        }
        if let Rest::Named(named) = &it.rest {
            let way: Vec<String> = way.iter().cloned().chain(["x".to_owned()]).collect();
            shape(named, &way, None, seen, found);
        }
    }
    fn shape(
        it: &'static Shape,
        way: &[String],
        key: Option<&'static Key>,
        seen: &mut Vec<*const Table>,
        found: &mut Vec<(Vec<String>, &'static Key)>,
    ) {
        let below = |step: &str| way.iter().cloned().chain([step.to_owned()]).collect::<Vec<_>>();
        match it {
            Shape::Text(TextRule::Choice(_)) => found.extend(key.map(|key| (way.to_vec(), key))),
            Shape::Table(inner) | Shape::Repeatable(inner) => table(inner, way, seen, found),
            Shape::Tables(inner) | Shape::NamedTables(inner, ..) => table(inner, &below("0"), seen, found),
            Shape::Map(item) => shape(item, &below("x"), key, seen, found),
            Shape::List(item) => shape(item, &below("0"), key, seen, found),
            // The first form is the one that all read.
            Shape::Forms(forms) => forms.iter().take(1).for_each(|form| shape(&form.shape, way, key, seen, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    table(&ROOT, &[], &mut Vec::new(), &mut found);
    found
}

/// Whether the schema has something against the value at `way` itself.
fn is_refused(validator: &Validator, way: &[String], value: &str) -> bool {
    let mut document = json!(value);
    for step in way.iter().rev() {
        document = if step == "0" { json!([document]) } else { json!({ step: document }) };
    }
    let place = format!("/{}", way.join("/"));
    let is_there = |error: &jsonschema::ValidationError<'_>| error.instance_path().as_str().starts_with(&place);
    // An error in one of several forms is told at the value that has the forms.
    let tells = |error: jsonschema::ValidationError<'_>| is_there(&error) || format!("{error:?}").contains(&place);
    validator.iter_errors(&document).any(tells)
}

#[test]
fn every_wrong_word_is_refused_and_every_right_one_is_not() {
    let validator = validator(&json_schema::of_tests());
    let choices = choices();
    assert!(choices.len() >= 6, "only {} choices", choices.len());
    for (way, key) in choices {
        let is_choice = |shape: &'static Shape| match shape {
            Shape::Text(TextRule::Choice(choice)) => Some(*choice),
            _ => None,
        };
        let choice = match &key.shape {
            Shape::Forms(forms) => forms.iter().find_map(|form| is_choice(&form.shape)),
            Shape::Map(item) => is_choice(item),
            other => is_choice(other),
        };
        let choice = choice.unwrap();
        // Another word is an error only where it makes the test fail.
        assert_eq!(is_refused(&validator, &way, "no-such-word"), choice.strict, "{way:?}");
        for word in choice.values.iter().chain(choice.also) {
            for word in [(*word).to_owned(), word.to_uppercase(), word.to_lowercase()] {
                assert!(!is_refused(&validator, &way, &word), "{way:?} = {word}");
            }
        }
        assert!(!is_refused(&validator, &way, "{{ word }}"), "{way:?}");
    }
}

#[test]
fn what_is_wrong_is_refused() {
    let validator = validator(&json_schema::of_tests());
    let start = "[meta]\nname = 'x'\nversion = '1'\n";
    let is_right = |text: &str| validator.is_valid(&json_of(&format!("{start}{text}")).unwrap());
    assert!(is_right("[services.db]\nimage = 'postgres:16'\nports = [80, '8080:80/udp']\n"));
    for wrong in [
        "[service.db]\nimge = 'x'\n",
        "[service.db]\nports = ['http']\n",
        "[service.db]\nports = [70000]\n",
        "[[steps]]\ncommand = ['x']\n",
        "[[steps]]\nname = 'a'\n",
        "[[steps]]\nname = ' '\ncommand = ['x']\n",
        "[[steps]]\nname = 'a'\nrun = 'x'\ntimeout = 'soon'\n",
        "[steps]\nname = 'a'\nrun = 'x'\n",
        "[otel]\nexporter = 'stdout'\nsample_ratio = 2.0\n",
        "[expect.window]\nstart = 1\n",
        "[attrs.all]\na = 'b'\n",
    ] {
        assert!(!is_right(wrong), "{wrong}");
    }
}

#[test]
fn the_schema_of_projects_describes_cleanroom_toml() {
    let validator = validator(&json_schema::of_projects());
    let text =
        "[project]\nname = 'x'\n[lint]\nunknown-key = 'error'\n[format]\nwidth = 100\n[template.vars]\na = { b = 1 }\n";
    assert!(validator.is_valid(&json_of(text).unwrap()));
    assert!(!validator.is_valid(&json_of("[format]\nstyle = 1\n").unwrap()));
    assert!(!validator.is_valid(&json_of("[lnt]\n").unwrap()));
}

#[test]
fn the_program_prints_it() {
    for (arguments, schema) in [
        (&["--schema"][..], json_schema::of_tests()),
        (&["--schema", "test"], json_schema::of_tests()),
        (&["--schema", "project"], json_schema::of_projects()),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_clnrm-lsp")).args(arguments).output().unwrap();
        assert!(output.status.success());
        assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), schema);
    }
}

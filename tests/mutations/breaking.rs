//! Ways to break a good test, each on one line.

/// A test with one mistake.
pub struct Broken {
    pub what: String,
    pub text: String,
    /// The line (from 1) of the mistake.
    pub line: usize,
}

/// The test, broken in each way that applies.
pub fn all(text: &str) -> Vec<Broken> {
    let lines: Vec<&str> = text.lines().collect();
    let mut all = Vec::new();
    for index in 0..lines.len() {
        if !stands_alone(lines[index]) || is_inside_string(&lines, index) {
            continue;
        }
        for (what, changed) in changes(lines[index]) {
            let line = index + 1 + usize::from(changed.contains('\n'));
            let mut changed_lines = lines.clone();
            changed_lines[index] = &changed;
            all.push(Broken { what: format!("{what} (`{changed}`)"), text: changed_lines.join("\n") + "\n", line });
        }
    }
    all
}

/// Whether the line is a header or a pair that is whole by itself.
fn stands_alone(line: &str) -> bool {
    let without_tags = line.replace("{{", "").replace("}}", "");
    !line.trim().is_empty()
        && !line.starts_with('#')
        && !line.contains("{%")
        // What a component writes is not traced back from a pair that is broken around it.
        && !line.contains("{{ <")
        && without_tags.parse::<toml::Table>().is_ok()
}

fn is_inside_string(lines: &[&str], index: usize) -> bool {
    let before = lines[..index].concat();
    before.matches("\"\"\"").count() % 2 == 1 || before.matches("'''").count() % 2 == 1
}

/// Each way to break a line. A result of two lines has its mistake on the second.
fn changes(line: &str) -> Vec<(&'static str, String)> {
    let mut changes = Vec::new();
    let code = line.trim_end();
    if code.starts_with("[[") {
        changes.push(("without a bracket", code.trim_end_matches(']').to_owned() + "]"));
        changes.push(("without both brackets", code.trim_end_matches(']').to_owned()));
        return changes;
    }
    if code.starts_with('[') {
        if code.ends_with(']') {
            changes.push(("without its bracket", code.trim_end_matches(']').to_owned()));
            changes.push(("twice", format!("{code}\n{code}")));
        }
        return changes;
    }
    let Some((key, value)) = code.split_once(" = ") else { return changes };
    changes.push(("without its equals sign", format!("{key} {value}")));
    changes.push(("without its value", format!("{key} =")));
    changes.push(("without its key", format!("= {value}")));
    changes.push(("twice", format!("{code}\n{code}")));
    changes.push(("with more behind it", format!("{code} surplus")));
    if value.starts_with('"') && value.ends_with('"') && !value.starts_with("\"\"\"") && value.len() > 2 {
        changes.push(("without its closing quote", code[..code.len() - 1].to_owned()));
        if !value.contains([' ', '{', '/', ':', '\\']) && value[1..2].bytes().all(|byte| byte.is_ascii_alphabetic()) {
            changes.push(("without its opening quote", format!("{key} = {}", &value[1..])));
            changes.push(("without quotes", format!("{key} = {}", &value[1..value.len() - 1])));
        }
        changes.push(("with an unknown escape", format!("{key} = \"\\q{}", &value[1..])));
    }
    if let Some(inner) = value.strip_suffix(']') {
        changes.push(("without its closing bracket", format!("{key} = {inner}")));
    }
    if value.starts_with('{') && !value.starts_with("{{") && value.ends_with('}') {
        changes.push(("without its closing brace", format!("{key} = {}", &value[..value.len() - 1])));
    }
    let is_text = value.starts_with('"');
    match key {
        // In `[vars]` or an environment these names say nothing.
        "name" | "service" if is_text => {
            changes.push(("as a number", format!("{key} = 5")));
            changes.push(("blank", format!("{key} = \" \"")));
        }
        "exporter" | "kind" if is_text => changes.push(("with an unknown word", format!("{key} = \"zzz\""))),
        "sample_ratio" => changes.push(("out of range", format!("{key} = 1.5"))),
        "expected_output_regex" => changes.push(("with a broken pattern", format!("{key} = \"a(\""))),
        "spans_total" | "errors_total" | "events_total" => {
            changes.push(("with swapped bounds", format!("{key} = {{ gte = 9, lte = 2 }}")));
        }
        "duration_ms" => changes.push(("with swapped bounds", format!("{key} = {{ min = 9, max = 2 }}"))),
        "must_precede" | "must_include" => {
            changes.push(("with a triple", format!("{key} = [[\"a\", \"b\", \"c\"]]")));
        }
        _ => {}
    }
    if key == "service" && is_text {
        changes.push(("renamed", format!("{key} = \"no_such_service\"")));
    }
    changes
}

//! Secrets written into the file.

use crate::config::model::{Name, Scalar, Text};
use crate::validation::references::all_steps;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "hardcoded-secret",
    stage: Stage::Semantic,
    severity: Severity::Warning,
    summary: "a secret is written out in the file",
    explanation: "A test is checked in, logged and shown in reports, and with it every password and token that it spells out. \
                  Take it from the environment: `\"${API_KEY}\"`, or in a template `{{ env(name=\"API_KEY\") }}`.\n\n\
                  Found are values of variables and headers whose name says that they are secret (`PASSWORD`, `TOKEN`, `SECRET`, \
                  `API_KEY`, …). A value that plainly belongs to a throw-away container (`test`, `secret`, `changeme`, \
                  `example-token`, …) is not found.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"
env = { API_KEY = "9f8a7d6c5b4e3f2a1" }

[[scenario]]
name = "hello"
service = "app"
run = "env"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"
env = { API_KEY = "${API_KEY}" }

[[scenario]]
name = "hello"
service = "app"
run = "env"
"#,
    check,
};

/// What a name of a secret ends in, as its last words.
const SECRET: &[&str] = &[
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
    "SECRET_KEY",
    "SECRET_KEY_BASE",
    "CREDENTIALS",
];

/// What a value contains that was made up for a test.
const MADE_UP: &[&str] = &[
    "test",
    "example",
    "sample",
    "dummy",
    "fake",
    "mock",
    "demo",
    "changeme",
    "change_me",
    "change-me",
    "placeholder",
    "your-",
    "your_",
    "xxx",
    "...",
    "***",
    "insecure",
    "letmein",
    "s3cr",
    "passw0rd",
    "p@ss",
    "hunter2",
    "redacted",
    "default",
    "local",
    "password",
    "passwd",
    "secret",
];

/// Values that are the well-known default of some image, or no value at all.
const DEFAULTS: &[&str] = &[
    "root",
    "admin",
    "postgres",
    "mysql",
    "guest",
    "user",
    "minio",
    "minioadmin",
    "redis",
    "token",
    "key",
    "none",
    "null",
    "true",
    "false",
    "foo",
    "bar",
    "abc",
    "pass",
    "1234",
    "12345",
    "123456",
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let of_services = subject.config.services.iter().flat_map(|service| &service.env);
    for variable in of_services.chain(all_steps(subject.config).flat_map(|step| &step.env)) {
        if let Some(Scalar::Text(value)) = &variable.value
            && variable.name.known().is_some_and(is_secret_variable)
        {
            judge(subject, &variable.name, value, findings);
        }
    }
    for header in subject.config.otel.iter().flat_map(|otel| &otel.headers) {
        if let Scalar::Text(value) = &header.value
            && header.key.known().is_some_and(is_secret_header)
        {
            judge(subject, &header.key, value, findings);
        }
    }
}

fn judge(subject: &Subject<'_>, name: &Name, value: &Text, findings: &mut Findings) {
    if !value.known().is_some_and(is_real) || !subject.is_written_out(value.content) {
        return;
    }
    let name = &name.text;
    let variable: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    findings.push(
        Finding::new(&RULE, value.span, format!("the value of `{name}` looks like a secret, and is written out here"))
            .help(format!("take it from the environment, as in `\"${{{variable}}}\"`")),
    );
}

fn is_secret_variable(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    // `PGPASSWORD` and `DBPASSWORD` are written in one word; the others must begin where a word does (`BROKEN` is no token).
    name.ends_with("PASSWORD")
        || SECRET
            .iter()
            .any(|word| name.strip_suffix(word).is_some_and(|before| before.is_empty() || before.ends_with('_')))
}

fn is_secret_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "authorization" || name == "cookie" || name.ends_with("api-key") || name.ends_with("-token")
}

/// Whether a value may be a real secret.
fn is_real(value: &str) -> bool {
    let value = value.trim();
    let value = ["Bearer ", "bearer ", "Basic ", "basic "]
        .iter()
        .find_map(|scheme| value.strip_prefix(scheme))
        .unwrap_or(value);
    if value.chars().count() < 6 || value.starts_with(['$', '<', '{', '%']) || value.starts_with("/run/secrets") {
        return false;
    }
    let lower = value.to_lowercase();
    let first = lower.chars().next();
    let is_one_character = lower.chars().all(|c| Some(c) == first);
    !is_one_character && !DEFAULTS.contains(&lower.as_str()) && !MADE_UP.iter().any(|part| lower.contains(part))
}

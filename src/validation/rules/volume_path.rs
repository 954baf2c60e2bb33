//! Paths of volumes.

use crate::config::model::Text;
use crate::validation::{Finding, Findings, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "volume-path",
    stage: Stage::Semantic,
    severity: Severity::Error,
    summary: "a volume has a path that can't be mounted, or that hides a part of the system",
    explanation: "The path in the container must be absolute, or the container engine refuses to create the container: an error. \
                  Mounting over a directory that the system of the container needs (`/bin`, `/proc`, all of `/etc`) breaks the \
                  container: a warning. A path inside `/etc`, `/var` or `/root` is common and only a hint, because clnrm 1.0 refuses it in its \
                  dry run.\n\n\
                  A relative path on the host is taken from the folder of the test, and a name means a volume; both are hints, because clnrm 1.0 \
                  refuses them.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"
volumes = ["/tmp/data:data"]

[[scenario]]
name = "list"
service = "app"
run = "ls /data"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"
volumes = ["/tmp/data:/data"]

[[scenario]]
name = "list"
service = "app"
run = "ls /data"
"#,
    check,
};

/// Nothing at or below these can be replaced without breaking the container.
const SYSTEM: &[&str] = &["/proc", "/sys", "/dev", "/boot", "/bin", "/sbin", "/lib", "/lib64", "/usr/bin", "/usr/sbin"];

/// These hold what programs expect to be configured or to write: below them a mount is usual, over all of them it is not.
const SHARED: &[&str] = &["/etc", "/var", "/root"];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for volume in subject.config.services.iter().flat_map(|service| &service.volumes) {
        if let Some(finding) = volume.container.as_ref().and_then(container_path) {
            findings.push(finding);
        }
        if let Some(finding) = volume.host.as_ref().and_then(host_path) {
            findings.push(finding);
        }
    }
}

fn container_path(text: &Text) -> Option<Finding> {
    let path = text.known()?;
    if path.trim().is_empty() {
        return blank(text, "the path in the container is empty");
    }
    // `$HOME` or `~` may become absolute where the test is run.
    if path.starts_with(['$', '~']) || is_drive(path) {
        return None;
    }
    if !path.starts_with('/') {
        let finding = Finding::new(&RULE, text.content, format!("the path in the container `{path}` is not absolute"));
        let absolute = format!("/{}", path.trim_start_matches("./"));
        return Some(finding.help(format!("write `{absolute}`, if that is meant")));
    }
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return Some(hides(text, "/").help("mount a directory below it"));
    }
    if let Some(system) = SYSTEM.iter().find(|system| is_at_or_below(path, system)) {
        return Some(hides(text, system).help("mount it elsewhere, and tell the program of the container where"));
    }
    let shared = SHARED.iter().find(|shared| is_at_or_below(path, shared))?;
    if path == *shared {
        return Some(hides(text, shared).help(format!("mount a file or directory below `{shared}`")));
    }
    let message = format!("clnrm 1.0 refuses to mount anything below `{shared}`");
    Some(Finding::new(&RULE, text.content, message).severity(Severity::Hint))
}

/// A blank part of `host:container`. A text of its own has quotes, and is found like any other blank value.
fn blank(text: &Text, message: &str) -> Option<Finding> {
    (text.span == text.content).then(|| Finding::new(&RULE, text.span, message))
}

fn hides(text: &Text, directory: &str) -> Finding {
    let message = format!("the volume hides `{directory}` of the container, which its programs need");
    Finding::new(&RULE, text.content, message).severity(Severity::Warning)
}

fn is_at_or_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn host_path(text: &Text) -> Option<Finding> {
    let path = text.known()?;
    if path.trim().is_empty() {
        return blank(text, "the path on the host is empty");
    }
    if path.starts_with(['/', '\\', '$', '~']) || is_drive(path) {
        return None;
    }
    let message = match path.starts_with('.') || path.contains('/') {
        true => format!("the path on the host `{path}` is relative, which clnrm 1.0 refuses"),
        false => format!("`{path}` is the name of a volume and no path on the host, which clnrm 1.0 refuses"),
    };
    Some(Finding::new(&RULE, text.content, message).severity(Severity::Hint))
}

/// Whether the path begins with the letter of a Windows drive (`C:\`).
fn is_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic())
}

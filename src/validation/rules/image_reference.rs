//! Names of images.

use crate::config::model::Text;
use crate::validation::{Finding, Findings, Fix, Rule, Severity, Stage, Subject};

/// The rule.
pub static RULE: Rule = Rule {
    code: "image-reference",
    stage: Stage::Semantic,
    severity: Severity::Error,
    summary: "the name of an image is not one that a registry could have",
    explanation: "An image is written as `[registry[:port]/]name[:tag][@sha256:digest]`; names are in lower case. White \
                  space is an error, other characters that no image can have are warnings. clnrm 1.0's dry run also \
                  refuses names of more than four parts, though registries accept them: that is information only.",
    wrong: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine latest"

[[scenario]]
name = "hello"
service = "app"
run = "echo hello"
"#,
    right: r#"[meta]
name = "demo"
version = "1.0"

[services.app]
image = "alpine:latest"

[[scenario]]
name = "hello"
service = "app"
run = "echo hello"
"#,
    check,
};

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for image in subject.config.services.iter().filter_map(|service| service.image.as_ref()) {
        if let Some(finding) = image.known().and_then(|name| mistake(subject, image, name)) {
            findings.push(finding);
        }
    }
}

fn mistake(subject: &Subject<'_>, text: &Text, image: &str) -> Option<Finding> {
    if is_common(image) {
        return None;
    }
    let part = |start, end| text.part_in(subject.text, start, end);
    let trimmed = image.trim();
    // A blank name is found like any other blank value.
    if trimmed.is_empty() {
        return None;
    }
    if trimmed.len() < image.len() {
        let finding = Finding::new(&RULE, text.content, "the name of the image has white space around it");
        let is_plain = !trimmed.contains(['"', '\'', '\\', '\n']);
        return Some(match is_plain {
            true => finding.fix(Fix::replace("remove the white space", text.content, trimmed)),
            false => finding,
        });
    }
    if let Some((start, space)) = image.char_indices().find(|(_, c)| c.is_whitespace()) {
        let place = part(start, start + space.len_utf8());
        let finding = Finding::new(&RULE, place, format!("the name of the image `{image}` contains white space"));
        return Some(finding.help("write name and tag as in `alpine:latest`"));
    }
    // `$IMAGE` is filled in where the test is run.
    if image.contains('$') {
        return None;
    }
    let warning =
        |start, end, message| Some(Finding::new(&RULE, part(start, end), message).severity(Severity::Warning));
    if let Some((start, c)) = image.char_indices().find(|(_, c)| !is_allowed(*c)) {
        return warning(start, start + c.len_utf8(), format!("no image has a `{c}` in its name"));
    }
    let (name, digest) = image.split_once('@').map_or((image, None), |(name, digest)| (name, Some(digest)));
    if digest.is_some_and(|digest| !digest.contains(':')) {
        return warning(name.len() + 1, image.len(), "the digest has no algorithm, as in `@sha256:…`".to_owned());
    }
    let first = name.find('/').map_or(0, |slash| slash + 1);
    let has_registry = first > 0 && name[..first - 1].contains(['.', ':']) || name.starts_with("localhost/");
    let path_start = if has_registry { first } else { 0 };
    let path = &name[path_start..];
    let (path, tag) = path.split_once(':').map_or((path, None), |(path, tag)| (path, Some(tag)));
    if tag.is_some_and(|tag| tag.is_empty() || tag.contains([':', '/'])) {
        let start = path_start + path.len();
        return warning(start, name.len(), "the part behind `:` is not a tag".to_owned());
    }
    if let Some((scheme, _)) = image.split_once("://") {
        let message = format!("the name of an image has no `{scheme}://`");
        let place = part(0, scheme.len() + 3);
        let finding = Finding::new(&RULE, place, message).severity(Severity::Warning);
        return Some(finding.fix(Fix::replace(format!("remove `{scheme}://`"), place, "")));
    }
    let mut start = path_start;
    for segment in path.split('/') {
        let end = start + segment.len();
        if segment.is_empty() {
            return warning(start, end, format!("the name of the image `{image}` has an empty part"));
        }
        start = end + 1;
    }
    if path.contains(|c: char| c.is_ascii_uppercase()) {
        let place = part(path_start, path_start + path.len());
        let finding = Finding::new(&RULE, place, "the name of an image is in lower case").severity(Severity::Warning);
        return Some(finding.did_you_mean(path, Some(&path.to_lowercase()), place).certain());
    }
    if image.matches('/').count() > 3 {
        let message = "clnrm 1.0's dry run refuses the name of an image with more than four parts";
        return Some(Finding::new(&RULE, text.content, message).severity(Severity::Information));
    }
    None
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '@' | '+' | '[' | ']')
}

/// Whether the name is of the form that nearly all have: `name:tag` or `owner/name:tag`.
fn is_common(image: &str) -> bool {
    let (path, tag) = image.split_once(':').unwrap_or((image, "latest"));
    let (owner, name) = path.split_once('/').unwrap_or(("library", path));
    let is_part = |part: &str| {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
        !part.is_empty() && part.bytes().all(is_plain)
    };
    is_part(owner) && is_part(name) && is_part(tag)
}

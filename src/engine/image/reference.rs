//! The name of an image as tests write it: `alpine`, `ghcr.io/org/app:1.2`, `name@sha256:…`, or the id of an image.

use std::fmt;

use crate::engine::EngineError;

/// The name of an image, taken apart as Docker does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImageReference {
    /// The registry where one is written: `ghcr.io`, `localhost:5000`.
    pub registry: Option<String>,
    /// The name there, without a tag.
    pub repository: String,
    /// The tag, as written.
    pub tag: Option<String>,
    /// The digest: `sha256:…`.
    pub digest: Option<String>,
}

impl ImageReference {
    /// Takes a reference apart.
    ///
    /// # Errors
    ///
    /// When it is none, with what is wrong.
    pub fn parse(text: &str) -> Result<Self, EngineError> {
        let wrong = |cause: &str| EngineError::InvalidReference { reference: text.to_owned(), cause: cause.to_owned() };
        if text.is_empty() {
            return Err(wrong("it is empty"));
        }
        if text.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
            return Err(wrong("it has white space in it"));
        }
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        if let Some(digest) = digest {
            let hexadecimal = digest.strip_prefix("sha256:").filter(|hex| hex.len() == 64).is_some_and(is_hexadecimal);
            if !hexadecimal {
                return Err(wrong("behind `@` stands no `sha256:` with 64 hexadecimal digits"));
            }
        }
        // A colon behind the last slash begins a tag; one before it belongs to the registry's port.
        let begin = name.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match name[begin..].find(':') {
            Some(colon) => (&name[..begin + colon], Some(&name[begin + colon + 1..])),
            None => (name, None),
        };
        if let Some(tag) = tag {
            let first = tag.chars().next();
            let fits = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
            if first.is_none_or(|first| "-.".contains(first)) || tag.len() > 128 || !tag.chars().all(fits) {
                return Err(wrong("the tag may have letters, digits, `_`, `.` and `-` only"));
            }
        }
        let (registry, repository) = match name.split_once('/') {
            Some((first, rest)) if first == "localhost" || first.contains(['.', ':']) => (Some(first), rest),
            _ => (None, name),
        };
        if repository.chars().any(|letter| letter.is_ascii_uppercase()) {
            return Err(wrong("the name must be in lower case"));
        }
        let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_.-".contains(letter);
        let part_fits = |part: &str| {
            part.starts_with(|first: char| first.is_ascii_alphanumeric())
                && part.ends_with(|last: char| last.is_ascii_alphanumeric())
                && part.chars().all(fits)
        };
        if !repository.split('/').all(part_fits) {
            return Err(wrong("the name may have lower-case letters, digits, `_`, `.`, `-` and `/` only"));
        }
        let owned = |part: Option<&str>| part.map(str::to_owned);
        Ok(Self { registry: owned(registry), repository: repository.to_owned(), tag: owned(tag), digest: owned(digest) })
    }

    /// Whether no registry can have it: `localhost/…` is how tools name images that were built here.
    pub fn is_local(&self) -> bool {
        self.registry.as_deref() == Some("localhost")
    }

    /// The name with the registry, without tag and digest.
    pub fn name(&self) -> String {
        match &self.registry {
            Some(registry) => format!("{registry}/{}", self.repository),
            None => self.repository.clone(),
        }
    }

    /// What is pulled of that name: the digest where one is written, else the tag. Without either an engine would pull every tag.
    pub fn version(&self) -> &str {
        self.digest.as_deref().or(self.tag.as_deref()).unwrap_or("latest")
    }

    /// The key under which Docker's client keeps the credentials for its registry.
    pub(super) fn registry_key(&self) -> &str {
        match self.registry.as_deref() {
            None | Some("docker.io" | "index.docker.io") => "https://index.docker.io/v1/",
            Some(registry) => registry,
        }
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name())?;
        if let Some(tag) = &self.tag {
            write!(formatter, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(formatter, "@{digest}")?;
        }
        Ok(())
    }
}

/// Whether the text is the id of an image rather than a name: no registry knows it.
pub(super) fn is_id(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or(text);
    hex.len() == 64 && is_hexadecimal(hex)
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for (text, registry, repository, version) in [
            ("alpine", None, "alpine", "latest"),
            ("alpine:3.20", None, "alpine", "3.20"),
            ("otel/opentelemetry-collector:latest", None, "otel/opentelemetry-collector", "latest"),
            ("localhost:5000/app", Some("localhost:5000"), "app", "latest"),
            ("ghcr.io/org/app:v1", Some("ghcr.io"), "org/app", "v1"),
            ("localhost/busybox:1", Some("localhost"), "busybox", "1"),
            (&format!("alpine:3@{digest}"), None, "alpine", digest.as_str()),
        ] {
            let reference = ImageReference::parse(text).unwrap();
            assert_eq!(reference.registry.as_deref(), registry, "{text}");
            assert_eq!(reference.repository, repository, "{text}");
            assert_eq!(reference.version(), version, "{text}");
            assert_eq!(reference.to_string(), text);
        }
        assert!(ImageReference::parse("localhost/x").unwrap().is_local());
        assert!(!ImageReference::parse("localhost:5000/x").unwrap().is_local());
        assert!(is_id(&digest));
    }

    #[test]
    fn what_names_no_image_is_an_error() {
        for text in ["", "Alpine", "a b", "alpine:", "alpine:-x", "alpine@sha256:12", "a//b", "/a", "a:1:2", "https://x/y"] {
            let error = ImageReference::parse(text).unwrap_err();
            assert!(matches!(error, EngineError::InvalidReference { .. }), "{text}");
        }
    }
}

//! The parts of the name of a container image, and where people look it up.

/// An image by its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image<'a> {
    /// The registry, as written; `None` means `docker.io`.
    pub registry: Option<&'a str>,
    /// The repository below the registry, as written.
    pub repository: &'a str,
    /// The tag, if one is written.
    pub tag: Option<&'a str>,
    /// The digest with its algorithm, if one is written.
    pub digest: Option<&'a str>,
}

impl<'a> Image<'a> {
    /// The parts of `name`; `None` for what is no name of an image: it is empty, holds white space, or something that is filled
    /// in later.
    pub fn of(name: &'a str) -> Option<Self> {
        if name.is_empty() || name.contains(|letter: char| letter.is_whitespace() || matches!(letter, '$' | '{' | '}'))
        {
            return None;
        }
        let (name, digest) = name.split_once('@').map_or((name, None), |(name, digest)| (name, Some(digest)));
        let (registry, path) = match name.split_once('/') {
            Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (Some(first), rest),
            _ => (None, name),
        };
        let (repository, tag) = path.split_once(':').map_or((path, None), |(path, tag)| (path, Some(tag)));
        (!repository.is_empty()).then_some(Self { registry, repository, tag, digest })
    }

    /// The page where people read about the image, for registries that have such pages.
    pub fn page(&self) -> Option<String> {
        let is_safe = |text: &str| {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/'))
        };
        if !is_safe(self.repository) || self.repository.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return None;
        }
        let path = self.repository;
        match self.registry.unwrap_or("docker.io") {
            "docker.io" | "index.docker.io" | "registry-1.docker.io" => {
                Some(match path.strip_prefix("library/").or((!path.contains('/')).then_some(path)) {
                    Some(official) => format!("https://hub.docker.com/_/{official}"),
                    None => format!("https://hub.docker.com/r/{path}"),
                })
            }
            "ghcr.io" => Some(format!("https://ghcr.io/{path}")),
            "quay.io" => Some(format!("https://quay.io/repository/{path}")),
            "gcr.io" | "us.gcr.io" | "eu.gcr.io" | "asia.gcr.io" => {
                Some(format!("https://{}/{path}", self.registry.unwrap_or_default()))
            }
            "public.ecr.aws" => Some(format!("https://gallery.ecr.aws/{path}")),
            "mcr.microsoft.com" => Some(format!("https://mcr.microsoft.com/artifact/mar/{path}")),
            "registry.k8s.io" => Some(format!("https://registry.k8s.io/v2/{path}/tags/list")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_parts() {
        let parts = |name| {
            let Image { registry, repository, tag, digest } = Image::of(name).unwrap();
            (registry, repository, tag, digest)
        };
        assert_eq!(parts("alpine"), (None, "alpine", None, None));
        assert_eq!(parts("otel/collector:0.1"), (None, "otel/collector", Some("0.1"), None));
        assert_eq!(parts("localhost:5000/a/b:1"), (Some("localhost:5000"), "a/b", Some("1"), None));
        assert_eq!(parts("ghcr.io/a/b@sha256:12"), (Some("ghcr.io"), "a/b", None, Some("sha256:12")));
        assert_eq!(
            (Image::of(""), Image::of("a b"), Image::of("$IMAGE"), Image::of("{{ x }}")),
            (None, None, None, None)
        );
    }

    #[test]
    fn known_registries_have_pages() {
        let page = |name| Image::of(name).unwrap().page();
        assert_eq!(page("alpine:3.20").as_deref(), Some("https://hub.docker.com/_/alpine"));
        assert_eq!(page("docker.io/otel/collector").as_deref(), Some("https://hub.docker.com/r/otel/collector"));
        assert_eq!(page("ghcr.io/a/b:1").as_deref(), Some("https://ghcr.io/a/b"));
        assert_eq!(page("quay.io/a/b").as_deref(), Some("https://quay.io/repository/a/b"));
        assert_eq!(page("registry.example.com/a"), None);
        assert_eq!(page("a/../b"), None);
        assert_eq!(page("a/\"b"), None);
    }
}

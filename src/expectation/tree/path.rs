//! The path of a constraint, written as TOML writes keys, with indices in brackets.

use std::fmt;

/// A path such as `expect.span[0].attrs.all."http.method"`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConstraintPath(String);

impl ConstraintPath {
    /// The path that starts with `key`.
    pub fn root(key: &str) -> Self {
        Self(String::new()).key(key)
    }

    /// The path of `key` below this one. The key is quoted where TOML would quote it.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut path = self.0.clone();
        if !path.is_empty() {
            path.push('.');
        }
        let is_bare = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
        if !key.is_empty() && key.chars().all(is_bare) {
            path.push_str(key);
        } else {
            path.push('"');
            for char in key.chars() {
                match char {
                    '"' | '\\' => path.extend(['\\', char]),
                    char if char.is_control() => path.push_str(&format!("\\u{:04X}", u32::from(char))),
                    char => path.push(char),
                }
            }
            path.push('"');
        }
        Self(path)
    }

    /// The path of the item `index` of this list.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// The path of the `times`-th repetition of this key in another table of the same name.
    #[must_use]
    pub(super) fn repeated(&self, times: usize) -> Self {
        Self(format!("{}#{times}", self.0))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConstraintPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::ConstraintPath;

    #[test]
    fn keys_are_quoted_as_in_toml() {
        let path = ConstraintPath::root("expect").key("span").index(2).key("attrs").key("all");
        assert_eq!(path.key("plain-key_1").as_str(), "expect.span[2].attrs.all.plain-key_1");
        assert_eq!(path.key("http.method").as_str(), "expect.span[2].attrs.all.\"http.method\"");
        assert_eq!(path.key("a\"\n\\").as_str(), "expect.span[2].attrs.all.\"a\\\"\\u000A\\\\\"");
        assert_eq!(path.key("").as_str(), "expect.span[2].attrs.all.\"\"");
    }
}

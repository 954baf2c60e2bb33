//! The five kinds of spans.

use crate::config::model::Scalar;

/// In the order of their numbers, from 1.
const KINDS: [&str; 5] = ["internal", "server", "client", "producer", "consumer"];

/// The kind that `name` stands for, in any case, with or without the prefix of the protocol.
pub fn kind_named(name: &str) -> Option<&'static str> {
    let name = name.trim();
    let prefix = "SPAN_KIND_";
    let bare = match name.get(..prefix.len()) {
        Some(start) if start.eq_ignore_ascii_case(prefix) => name.get(prefix.len()..)?,
        _ => name,
    };
    KINDS.into_iter().find(|kind| kind.eq_ignore_ascii_case(bare))
}

/// The kind that a value stands for: a name, or a number from 1 to 5.
pub fn kind_of(value: &Scalar) -> Option<&'static str> {
    match value {
        Scalar::Text(text) => kind_named(text.known()?),
        Scalar::Integer(number) => KINDS.get(usize::try_from(number.value).ok()?.checked_sub(1)?).copied(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::kind_named;

    #[test]
    fn a_kind_is_known_by_its_name_in_any_spelling() {
        assert_eq!(kind_named("Server"), Some("server"));
        assert_eq!(kind_named("span_kind_CLIENT"), Some("client"));
        assert_eq!(kind_named("SPAN_KIND_"), None);
        assert_eq!(kind_named("servers"), None);
    }
}

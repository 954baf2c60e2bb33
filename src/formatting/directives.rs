//! `# clnrm: fmt off`, `# clnrm: fmt on` and `# clnrm: fmt skip`.

/// What a comment asks of the formatter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Directive {
    /// Leave everything alone from here on.
    Off,
    /// The end of [`Directive::Off`].
    On,
    /// Leave this statement alone; where the comment stands alone, the next one.
    Skip,
}

/// The directive in a comment, whose text starts with `#`.
pub(super) fn of(comment: &str) -> Option<Directive> {
    let words = comment.strip_prefix('#')?.trim_start().strip_prefix("clnrm:")?.trim_start().strip_prefix("fmt")?;
    let word = words.strip_prefix([' ', '\t'])?.trim();
    Some(match word.split([' ', '\t']).next()? {
        "off" => Directive::Off,
        "on" => Directive::On,
        "skip" => Directive::Skip,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_is_two_words_behind_the_name() {
        assert_eq!(of("# clnrm: fmt off"), Some(Directive::Off));
        assert_eq!(of("#clnrm: fmt  skip because it is a table"), Some(Directive::Skip));
        assert_eq!(of("# clnrm: format off"), None);
        assert_eq!(of("# clnrm: allow(fmt on)"), None);
    }
}

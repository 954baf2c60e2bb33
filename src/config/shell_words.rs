//! Splits the `run` of a scenario into words, as a shell would, without ever running one.
//!
//! White space splits. Single quotes keep everything as it stands; in double quotes and outside quotes a backslash keeps
//! the next character as it stands. There are no variables, pipes or globs: `a | b` is three words.

/// One word with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellWord {
    /// The word without its quotes and backslashes.
    pub text: String,
    /// Offset of its first byte, quotes included.
    pub start: usize,
    /// Offset behind its last byte, quotes included.
    pub end: usize,
}

/// Why a text does not split. Offsets are bytes of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShellWordsError {
    /// There is no word at all.
    #[error("the command is empty")]
    Empty,
    /// A quote without its closing counterpart.
    #[error("the quote {quote} is never closed")]
    UnclosedQuote {
        /// `'` or `"`.
        quote: char,
        /// Where it opens.
        at: usize,
    },
    /// A backslash with nothing behind it.
    #[error("nothing follows the backslash")]
    TrailingBackslash {
        /// Where it stands.
        at: usize,
    },
}

/// The words of `text`.
///
/// # Errors
///
/// The first place where the text can't be split.
pub fn split(text: &str) -> Result<Vec<ShellWord>, ShellWordsError> {
    let mut words = Vec::new();
    let mut word: Option<ShellWord> = None;
    let mut quote: Option<(char, usize)> = None;
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        if quote.is_none() && letter.is_ascii_whitespace() {
            words.extend(word.take());
            continue;
        }
        let current = word.get_or_insert_with(|| ShellWord { text: String::new(), start: at, end: at });
        current.end = at + letter.len_utf8();
        match (quote, letter) {
            (Some((open, _)), _) if open == letter => quote = None,
            (Some(('\'', _)), _) => current.text.push(letter),
            (_, '\\') => {
                let Some((at, kept)) = letters.next() else { return Err(ShellWordsError::TrailingBackslash { at }) };
                current.text.push(kept);
                current.end = at + kept.len_utf8();
            }
            (None, '\'' | '"') => quote = Some((letter, at)),
            _ => current.text.push(letter),
        }
    }
    if let Some((quote, at)) = quote {
        return Err(ShellWordsError::UnclosedQuote { quote, at });
    }
    words.extend(word);
    if words.is_empty() { Err(ShellWordsError::Empty) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        split(text).unwrap().into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn quotes_and_backslashes_keep_words_together() {
        assert_eq!(texts("echo hello\tworld "), ["echo", "hello", "world"]);
        assert_eq!(texts(r#"sh -c 'echo "a b" \n' "x \" y" a\ b"#), ["sh", "-c", r#"echo "a b" \n"#, "x \" y", "a b"]);
        assert_eq!(texts("a'b'\"c\" ''"), ["abc", ""]);
    }

    #[test]
    fn words_know_their_place() {
        let words = split("sh  'é x'").unwrap();
        assert_eq!(words[1], ShellWord { text: "é x".into(), start: 4, end: 10 });
    }

    #[test]
    fn what_does_not_split_is_told_with_its_place() {
        assert_eq!(split("  "), Err(ShellWordsError::Empty));
        assert_eq!(split("echo 'it"), Err(ShellWordsError::UnclosedQuote { quote: '\'', at: 5 }));
        assert_eq!(split(r#"echo "it\""#), Err(ShellWordsError::UnclosedQuote { quote: '"', at: 5 }));
        assert_eq!(split("echo \\"), Err(ShellWordsError::TrailingBackslash { at: 5 }));
    }
}

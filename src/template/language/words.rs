//! Changes of case: `slug`, `kebab`, `snake`, `camel`, `pascal`, with the word boundaries of clnrm 1.0.

/// Lower case, every run of other characters one hyphen, none at the ends.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_alphanumeric() {
            slug.extend(character.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    if slug.ends_with('-') {
        slug.pop();
    }
    slug
}

/// The words of `text`, in lower case.
///
/// Words end at anything that is no letter or digit, before a capital or digit that stands beside a lower-case letter
/// (`version2025Test` → version, 2025, test; `HTTPServer` → http, server).
pub(super) fn words(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (index, character) in characters.iter().enumerate() {
        if !character.is_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        let starts = character.is_uppercase() || character.is_numeric();
        let before = index.checked_sub(1).and_then(|index| characters.get(index));
        let beside_lower = before.is_some_and(|before| before.is_lowercase())
            || characters.get(index + 1).is_some_and(|after| after.is_lowercase());
        // A digit belongs to the digits before it.
        let inside_number = character.is_numeric() && before.is_some_and(|before| before.is_numeric());
        if starts && beside_lower && !inside_number && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.extend(character.to_lowercase());
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// `helloWorld`.
pub(super) fn camel(text: &str) -> String {
    let mut words = words(text).into_iter();
    let first = words.next().unwrap_or_default();
    words.fold(first, |text, word| text + &capitalized(&word))
}

/// `HelloWorld`.
pub(super) fn pascal(text: &str) -> String {
    words(text).iter().map(|word| capitalized(word)).collect()
}

/// First letter upper case, the rest as it is.
pub(super) fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_words_as_the_real_files_expect() {
        for (text, expected) in [
            ("Hello World", "hello_world"),
            ("camelCaseString", "camel_case_string"),
            ("kebab-case-string", "kebab_case_string"),
            ("Version2025Test", "version_2025_test"),
            ("Test@String#2025", "test_string_2025"),
            ("HTTPServer", "http_server"),
            ("", ""),
            ("--", ""),
        ] {
            assert_eq!(words(text).join("_"), expected, "{text}");
        }
    }

    #[test]
    fn slugs_keep_camel_case_together() {
        assert_eq!(slug("CamelCaseString"), "camelcasestring");
        assert_eq!(slug("Test@Example#String$2025"), "test-example-string-2025");
        assert_eq!(slug("  Hello   World 2025!"), "hello-world-2025");
    }

    #[test]
    fn joins_words_without_separators() {
        assert_eq!(camel("my service-name"), "myServiceName");
        assert_eq!(pascal("my service-name"), "MyServiceName");
    }
}

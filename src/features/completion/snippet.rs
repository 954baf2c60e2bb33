//! Text with places to fill in, in the notation of the protocol (`${1:name}`), and the same text without them.

/// Text with places to fill in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    written: String,
    stops: usize,
}

impl Snippet {
    /// Text without places to fill in.
    pub fn text(text: &str) -> Self {
        Self::default().and(text)
    }

    /// With this text behind it.
    pub fn and(mut self, text: &str) -> Self {
        for letter in text.chars() {
            if matches!(letter, '$' | '}' | '\\') {
                self.written.push('\\');
            }
            self.written.push(letter);
        }
        self
    }

    /// With a place to fill in behind it, where `default` stands until then.
    pub fn and_place(mut self, default: &str) -> Self {
        self.stops += 1;
        self.written.push_str(&format!("${{{}", self.stops));
        if !default.is_empty() {
            self.written.push(':');
            self = self.and(default);
        }
        self.written.push('}');
        self
    }

    /// With a place behind it that is filled with one of `values`; until then the first of them stands there.
    pub fn and_choice<S: AsRef<str>>(mut self, values: &[S]) -> Self {
        match values {
            [] => return self.and_place(""),
            [only] => return self.and_place(only.as_ref()),
            _ => {}
        }
        self.stops += 1;
        self.written.push_str(&format!("${{{}|", self.stops));
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                self.written.push(',');
            }
            for letter in value.as_ref().chars() {
                if matches!(letter, ',' | '|' | '\\') {
                    self.written.push('\\');
                }
                self.written.push(letter);
            }
        }
        self.written.push_str("|}");
        self
    }

    /// With the place behind it where the cursor stands at last.
    pub fn and_end(mut self) -> Self {
        self.written.push_str("$0");
        self.stops += 1;
        self
    }

    /// In the notation of the protocol.
    pub fn notation(&self) -> &str {
        &self.written
    }

    /// Whether there is anything to fill in.
    pub const fn has_places(&self) -> bool {
        self.stops > 0
    }

    /// The text with each place filled with what stands there at first.
    pub fn plain(&self) -> String {
        let mut text = String::with_capacity(self.written.len());
        let mut letters = self.written.chars().peekable();
        let mut in_choice = false;
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => text.extend(letters.next()),
                '$' if letters.peek() == Some(&'{') => {
                    letters.next();
                    while letters.next_if(char::is_ascii_digit).is_some() {}
                    in_choice = letters.next_if(|letter| matches!(letter, ':' | '|')) == Some('|');
                }
                '$' => while letters.next_if(char::is_ascii_digit).is_some() {},
                ',' | '|' if in_choice => {
                    // The first value is there; the others are passed.
                    while let Some(letter) = letters.next() {
                        match letter {
                            '\\' => {
                                letters.next();
                            }
                            '}' => break,
                            _ => {}
                        }
                    }
                    in_choice = false;
                }
                '}' => {}
                other => text.push(other),
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Snippet;

    #[test]
    fn places_are_filled_with_their_defaults() {
        let snippet = Snippet::text("a = \"$x}\"\nkind = \"").and_choice(&["in,ternal", "server"]).and("\"").and_end();
        assert_eq!(snippet.notation(), "a = \"\\$x\\}\"\nkind = \"${1|in\\,ternal,server|}\"$0");
        assert_eq!(snippet.plain(), "a = \"$x}\"\nkind = \"in,ternal\"");
        assert_eq!(Snippet::text("x = ").and_place("{ a }").and_place("").plain(), "x = { a }");
        assert!(!Snippet::text("{x}").has_places());
        assert_eq!(Snippet::text("{x}").plain(), "{x}");
    }
}

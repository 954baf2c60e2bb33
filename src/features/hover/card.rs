//! What a hover shows, as blocks that become Markdown or plain text.

/// A text longer than this, in characters, is cut.
const LONGEST_VALUE: usize = 200;

/// More lines of code than this are cut.
const MOST_LINES: usize = 24;

/// What a hover shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Block {
    /// Prose; names in it stand in back-ticks.
    Text(String),
    /// Lines of a language.
    Code { language: &'static str, text: String },
    /// Short items.
    List(Vec<String>),
}

impl Card {
    /// A card that starts with this prose.
    pub fn new(text: impl Into<String>) -> Self {
        Self::default().text(text)
    }

    /// With a paragraph more.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.blocks.push(Block::Text(text));
        }
        self
    }

    /// With lines of code more; very many are cut.
    pub fn code(mut self, language: &'static str, text: &str) -> Self {
        let lines: Vec<&str> = text.trim_matches('\n').lines().collect();
        let mut shown: Vec<String> = lines.iter().take(MOST_LINES).map(|line| cut(line.trim_end())).collect();
        if lines.len() > shown.len() {
            shown.push(format!("… {} more lines", lines.len() - shown.len()));
        }
        self.blocks.push(Block::Code { language, text: shown.join("\n") });
        self
    }

    /// With items more.
    pub fn list(mut self, items: impl IntoIterator<Item = String>) -> Self {
        let items: Vec<String> = items.into_iter().collect();
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
        self
    }

    /// With all blocks of another card behind its own.
    pub fn and(mut self, other: Self) -> Self {
        self.blocks.extend(other.blocks);
        self
    }

    /// Whether there is nothing on it.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let blocks = self.blocks.iter().map(|block| match block {
            Block::Text(text) => text.clone(),
            Block::Code { language, text } => {
                let fence = "`".repeat(longest_run(text).max(2) + 1);
                format!("{fence}{language}\n{text}\n{fence}")
            }
            Block::List(items) => bullets(items),
        });
        blocks.collect::<Vec<_>>().join("\n\n")
    }

    /// As plain text: back-ticks around names stay, they are read well.
    pub fn plain_text(&self) -> String {
        let blocks = self.blocks.iter().map(|block| match block {
            Block::Text(text) => text.replace("**", ""),
            Block::Code { text, .. } => text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n"),
            Block::List(items) => bullets(items).replace("**", ""),
        });
        blocks.collect::<Vec<_>>().join("\n\n")
    }
}

fn bullets(items: &[String]) -> String {
    items.iter().map(|item| format!("- {item}")).collect::<Vec<_>>().join("\n")
}

/// A text that somebody wrote as code within prose: on one line, cut where it is long, safe whatever it holds.
pub fn inline(text: &str) -> String {
    let line: String =
        text.chars().map(|letter| if letter == '\n' { '⏎' } else { letter }).filter(|it| *it != '\r').collect();
    let line = cut(&line);
    if line.is_empty() {
        return "the empty text".to_owned();
    }
    let ticks = "`".repeat(longest_run(&line) + 1);
    let pad = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    format!("{ticks}{pad}{line}{pad}{ticks}")
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The length of the longest run of back-ticks.
fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_somebody_wrote_breaks_out_of_its_code() {
        assert_eq!(inline("a`b``c"), "```a`b``c```");
        assert_eq!(inline("`"), "`` ` ``");
        assert_eq!(inline("a\r\nb"), "`a⏎b`");
        let card = Card::new("x").code("toml", "a = '''\n```\n'''");
        assert_eq!(card.markdown(), "x\n\n````toml\na = '''\n```\n'''\n````");
        assert_eq!(card.plain_text(), "x\n\n    a = '''\n    ```\n    '''");
    }

    #[test]
    fn what_is_long_is_cut() {
        assert_eq!(inline(&"é".repeat(300)).chars().count(), LONGEST_VALUE + 3);
        assert!(Card::default().code("toml", &"a\n".repeat(100)).markdown().contains("… 76 more lines"));
    }
}

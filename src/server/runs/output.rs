//! What programs wrote in the last run of each scenario, as much of it as is kept for showing it again.

use std::collections::{HashMap, VecDeque};

use super::names::Key;

/// So many bytes of one scenario are kept, and told live.
pub const MOST_OF_ONE: usize = 1 << 20;

/// So many bytes are kept in all.
const MOST_OF_ALL: usize = 32 << 20;

/// The outputs of the last runs.
#[derive(Debug, Default)]
pub struct Outputs {
    by_scenario: HashMap<Key, Output>,
    /// The oldest first.
    order: VecDeque<Key>,
    bytes: usize,
}

/// What the programs of one scenario wrote.
#[derive(Debug, Default)]
struct Output {
    text: String,
    /// Who wrote the last piece.
    writer: Option<(String, Option<String>)>,
    is_cut: bool,
}

impl Outputs {
    /// Forgets what a scenario wrote: it runs again.
    pub fn begin(&mut self, key: &Key) {
        if let Some(old) = self.by_scenario.remove(key) {
            self.bytes -= old.text.len();
            self.order.retain(|known| known != key);
        }
        self.by_scenario.insert(key.clone(), Output::default());
        self.order.push_back(key.clone());
    }

    /// Adds what a program wrote. Returns how much of it is kept, in bytes: the rest is not worth being told live either.
    pub fn add(&mut self, key: &Key, service: &str, step: Option<&str>, text: &str) -> usize {
        if !self.by_scenario.contains_key(key) {
            self.begin(key);
        }
        let Some(output) = self.by_scenario.get_mut(key) else { return 0 };
        if output.is_cut {
            return 0;
        }
        let before = output.text.len();
        let writer = (service.to_owned(), step.map(str::to_owned));
        if output.writer.as_ref() != Some(&writer) {
            if !output.text.is_empty() && !output.text.ends_with('\n') {
                output.text.push('\n');
            }
            output.text += &match step {
                Some(step) => format!("--- {step} (in {service}) ---\n"),
                None => format!("--- {service} ---\n"),
            };
            output.writer = Some(writer);
        }
        let room = MOST_OF_ONE.saturating_sub(output.text.len());
        let kept = floor(text, room);
        output.text += &text[..kept];
        if kept < text.len() {
            output.is_cut = true;
            output.text += "\n--- more was written; the artifacts have all of it ---\n";
        }
        self.bytes += output.text.len() - before;
        while self.bytes > MOST_OF_ALL
            && let Some(oldest) = self.order.pop_front()
        {
            self.bytes -= self.by_scenario.remove(&oldest).map_or(0, |old| old.text.len());
        }
        kept
    }

    /// What a scenario wrote.
    pub fn get(&self, key: &Key) -> Option<&str> {
        self.by_scenario.get(key).map(|output| output.text.as_str())
    }
}

/// The last boundary of a character at or before `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(scenario: &str) -> Key {
        Key { path: "/w/a.clnrm.toml".into(), combination: None, scenario: scenario.to_owned() }
    }

    #[test]
    fn pieces_of_one_writer_stand_together_and_each_writer_is_named() {
        let mut outputs = Outputs::default();
        outputs.add(&key("s"), "api", None, "listen");
        outputs.add(&key("s"), "api", None, "ing");
        outputs.add(&key("s"), "api", Some("login"), "ok\n");
        assert_eq!(outputs.get(&key("s")), Some("--- api ---\nlistening\n--- login (in api) ---\nok\n"));
        outputs.begin(&key("s"));
        assert_eq!(outputs.get(&key("s")), Some(""));
    }

    #[test]
    fn memory_is_bounded() {
        let mut outputs = Outputs::default();
        let piece = "é".repeat(300_000);
        for number in 0..100 {
            let key = key(&number.to_string());
            let kept: usize = (0..5).map(|_| outputs.add(&key, "api", None, &piece)).sum();
            assert!(kept <= MOST_OF_ONE && kept > MOST_OF_ONE - 100, "{kept}");
        }
        assert!(outputs.bytes <= MOST_OF_ALL + MOST_OF_ONE);
        assert!(outputs.get(&key("0")).is_none());
        assert!(outputs.get(&key("99")).is_some_and(|text| text.contains("more was written")));
    }
}

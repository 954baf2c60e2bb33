//! What a tag rendered to: one text, or one for each round of the loops around it.

use super::card::{Card, inline};
use crate::features::DocumentView;
use crate::features::names;
use crate::features::quantities;
use crate::features::secrets::{HIDDEN, Secrets, names_secret};
use crate::template::lexer::TokenKind;
use crate::template::{FileSpan, Occurrence};

/// So many rounds are shown.
const MOST_ROUNDS: usize = 8;

/// What the tag `index` wrote. `None`: it writes nothing by itself, or the document is not rendered.
pub(super) fn of_tag(view: &DocumentView, index: usize) -> Option<Card> {
    let token = view.template().lexed.tokens.get(index)?;
    let rendered = view.analysis().rendered.as_ref().filter(|rendered| !rendered.given_up)?;
    let is_writing = token.kind == TokenKind::Expression || view.template().reference_of(index).is_some();
    if !is_writing || !token.closed {
        return None;
    }
    let is_known = |it: &Occurrence| !rendered.opaque.iter().any(|hole| hole.overlaps(it.rendered));
    let all = rendered.map.occurrences(FileSpan::document(token.span));
    let found: Vec<(&Occurrence, &str)> =
        all.iter().filter(|it| is_known(it)).filter_map(|it| Some((it, it.rendered.slice(&rendered.text)?))).collect();
    if found.is_empty() {
        return None;
    }
    if names_secret(view.text(), token.inner) {
        return Some(Card::new(format!("Renders to something {HIDDEN}.")));
    }
    let secrets = Secrets::of(view);
    let is_call = !names::macro_calls(view.text(), token).is_empty() || token.kind == TokenKind::Tag;
    let mut texts: Vec<&str> = found.iter().map(|(_, text)| *text).collect();
    texts.dedup();
    match (texts.as_slice(), is_call) {
        ([only], false) => {
            let times = if found.len() > 1 { format!(", {} times", found.len()) } else { String::new() };
            Some(Card::new(format!("Renders to {}{times}.", inline(&secrets.cover(only)))))
        }
        ([only], true) => {
            let times = if found.len() > 1 { format!(", in each of {} rounds", found.len()) } else { String::new() };
            match only.trim().is_empty() {
                true => Some(Card::new(format!("Writes nothing{times}."))),
                false => Some(Card::new(format!("Writes{times}:")).code("toml", &secrets.cover(only))),
            }
        }
        (_, false) => {
            let mut items: Vec<String> = found
                .iter()
                .take(MOST_ROUNDS)
                .map(|(it, text)| format!("{}: {}", round(it), inline(&secrets.cover(text))))
                .collect();
            items.extend(more(found.len()));
            Some(Card::new("Renders to:").list(items))
        }
        (_, true) => {
            // What a macro writes is long: the first round shows it.
            let (first, text) = found.first()?;
            let card = Card::new(format!("Writes, in {}:", round(first))).code("toml", &secrets.cover(text));
            Some(card.text(format!("Beside it: {}.", quantities::count(found.len() - 1, "other round"))))
        }
    }
}

fn more(rounds: usize) -> Option<String> {
    (rounds > MOST_ROUNDS).then(|| format!("… {} more rounds", rounds - MOST_ROUNDS))
}

/// The rounds of an occurrence, counted from 1 as `loop.index` does.
fn round(occurrence: &Occurrence) -> String {
    let rounds: Vec<String> = occurrence.rounds.iter().map(|round| (round + 1).to_string()).collect();
    if rounds.is_empty() { "round 1".to_owned() } else { format!("round {}", rounds.join(".")) }
}

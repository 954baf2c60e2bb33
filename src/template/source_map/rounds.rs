//! What loops repeat, apart: each occurrence of a tag with its rounds, each round with what it wrote.

use std::collections::HashMap;

use super::record::Round;
use super::{LoopRound, Map, Occurrence};
use crate::template::source::{FileId, FileSpan};
use crate::text::Span;

impl Map {
    pub(super) fn occurrences(&self, tag: FileSpan) -> Vec<Occurrence> {
        let is_tag = |file, site| file == tag.file.0 && self.site(file, site).is_some_and(|it| it.span() == tag.span);
        let mut found: Vec<Occurrence> = self
            .record
            .values
            .iter()
            .filter(|value| is_tag(value.file, value.site))
            .map(|value| Occurrence {
                rendered: Span::new(value.start as usize, value.end as usize),
                rounds: self.way(value.frame, value.round).map(|(_, round)| round.index as usize).collect(),
            })
            .collect();
        found.iter_mut().for_each(|occurrence| occurrence.rounds.reverse());
        found
    }

    pub(super) fn round_counts(&self, file: FileId) -> HashMap<Span, usize> {
        let mut counts = HashMap::new();
        for round in self.record.rounds.iter().skip(1).filter(|round| round.file == file.0) {
            if let Some(site) = self.site(round.file, round.site) {
                *counts.entry(site.span()).or_default() += 1;
            }
        }
        counts
    }

    pub(super) fn rounds(&self, tag: FileSpan) -> Vec<LoopRound> {
        let is_loop = |round: &Round| {
            round.file == tag.file.0 && self.site(round.file, round.site).is_some_and(|site| site.span() == tag.span)
        };
        // By the number of the round in the record; those of other loops stay empty.
        let mut rendered: Vec<Vec<Span>> = vec![Vec::new(); self.record.rounds.len()];
        let mut own: Vec<Option<Vec<usize>>> = vec![None; self.record.rounds.len()];
        for (number, _) in self.record.rounds.iter().enumerate().skip(1).filter(|(_, round)| is_loop(round)) {
            own[number] = Some(Vec::new());
        }
        for segment in &self.record.segments {
            let way: Vec<_> = self.way(segment.frame, segment.round).collect();
            for (at, (number, _)) in way.iter().enumerate().filter(|(_, (_, round))| is_loop(round)) {
                let span = Span::new(segment.start as usize, segment.end as usize);
                match rendered[*number].last_mut() {
                    Some(last) if last.end == span.start => last.end = span.end,
                    _ => rendered[*number].push(span),
                }
                // A round is entered on one way only.
                own[*number] = Some(way[at..].iter().rev().map(|(_, round)| round.index as usize).collect());
            }
        }
        let rounds = own.into_iter().zip(rendered).enumerate().filter_map(|(number, (way, rendered))| {
            let mut rounds = way?;
            if rounds.is_empty() {
                // It wrote nothing; of the loops around, those in its own macro are known.
                rounds = self.way(0, number as u32).map(|(_, round)| round.index as usize).collect();
                rounds.reverse();
            }
            Some(LoopRound { rounds, rendered })
        });
        rounds.collect()
    }

    /// The rounds of the loops around, innermost first, with their numbers in the record: those of a macro, then those around its
    /// call, and so on.
    fn way(&self, mut frame: u32, mut round: u32) -> impl Iterator<Item = (usize, Round)> {
        std::iter::from_fn(move || {
            while round == 0 && frame != 0 {
                let call = self.record.frames.get(frame as usize)?;
                (frame, round) = (call.parent, call.round);
            }
            let current = *self.record.rounds.get(round as usize).filter(|_| round != 0)?;
            let number = round as usize;
            round = current.outer;
            Some((number, current))
        })
    }
}

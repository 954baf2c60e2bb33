//! Bytes that were spans: the seeds of the fuzz target `traces`, with bytes changed, cut out and repeated. Whatever comes, reading ends, says
//! what it lost, and gives the same in whatever pieces the bytes come.

use std::io::Read;

use clnrm_lsp::trace::Trace;
use clnrm_lsp::trace::canonical::Noise;
use clnrm_lsp::trace::diff::diff;
use clnrm_lsp::trace::read::read;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{Kept, read_all};

fn seeds() -> Vec<Vec<u8>> {
    let mut paths: Vec<_> =
        std::fs::read_dir("fuzz/seeds/traces").unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// What is done to the bytes at a place.
#[derive(Clone, Debug)]
enum Mutation {
    Set(u8),
    Cut(usize),
    Repeat(usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        any::<u8>().prop_map(Mutation::Set),
        prop::sample::select(br#"{}[]",:\0"#.to_vec()).prop_map(Mutation::Set),
        (1..20_usize).prop_map(Mutation::Cut),
        (1..60_usize).prop_map(Mutation::Repeat),
    ]
}

struct Pieces<'a>(&'a [u8]);

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = into.len().min(7);
        self.0.read(&mut into[..count])
    }
}

#[test]
fn every_seed_has_spans() {
    for seed in seeds() {
        assert!(read_all(&seed).1.spans > 0, "{}", String::from_utf8_lossy(&seed));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn broken_bytes_are_read_to_their_end(
        seed: prop::sample::Index,
        mutations in vec((any::<prop::sample::Index>(), mutation()), 1..5),
    ) {
        let seeds = seeds();
        let mut bytes = seeds[seed.index(seeds.len())].clone();
        for (place, mutation) in mutations {
            if bytes.is_empty() {
                break;
            }
            let place = place.index(bytes.len());
            match mutation {
                Mutation::Set(byte) => bytes[place] = byte,
                Mutation::Cut(length) => drop(bytes.drain(place..(place + length).min(bytes.len()))),
                Mutation::Repeat(length) => {
                    let part = bytes[place..(place + length).min(bytes.len())].to_vec();
                    bytes.splice(place..place, part);
                }
            }
        }
        let (whole, summary) = read_all(&bytes);
        let mut pieces = Kept::default();
        let in_pieces = read(Pieces(&bytes), "in", &mut pieces);
        // How much comes out of a compressed stream before it turns out to be broken depends on how it is read; that it is broken,
        // or what came out makes no sense, is told either way.
        let is_broken = |kept: &Kept| kept.problems.iter().any(|problem| problem.message.starts_with("reading failed"));
        if summary.compressed && (is_broken(&whole) || is_broken(&pieces)) {
            prop_assert!(!whole.problems.is_empty() && !pieces.problems.is_empty());
        } else {
            prop_assert_eq!(in_pieces, summary);
            prop_assert_eq!((&whole.spans, &whole.problems), (&pieces.spans, &pieces.problems));
        }
        let trace: Trace = whole.spans.into_iter().collect();
        let backwards: Trace = trace.spans().iter().rev().cloned().collect();
        prop_assert!(diff(&trace, &backwards, &Noise::default()).is_empty());
    }
}

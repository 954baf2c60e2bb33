//! Cycles in a list of pairs of names, in time linear in the number of pairs.

use std::collections::HashMap;

/// A cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The indices of the pairs on it, in their direction. The last one is the pair that closes the cycle.
    /// Of a long cycle only the ends are named.
    pub pairs: Vec<usize>,
    /// How many pairs of it are left out before the last one.
    pub left_out: usize,
}

/// At most this many pairs of a cycle are named: nobody reads more, and it keeps the work linear.
const NAMED_PAIRS: usize = 8;

/// One cycle for each pair that closes one. Without the closing pairs there is no cycle left.
///
/// Pairs are walked depth first, in their order. A pair of a name with itself is no cycle here.
pub fn cycles(pairs: &[(&str, &str)]) -> Vec<Cycle> {
    let graph = Adjacency::of(pairs);
    let mut place_on_path = vec![usize::MAX; graph.nodes()];
    let mut seen = vec![false; graph.nodes()];
    let mut found = Vec::new();
    // The path from the root: each step is a node, the next edge to look at, and the pair that led here.
    let mut path: Vec<(usize, usize, usize)> = Vec::new();
    for root in 0..graph.nodes() {
        if seen[root] {
            continue;
        }
        seen[root] = true;
        place_on_path[root] = 0;
        path.push((root, graph.first_edge[root], usize::MAX));
        while let Some((node, edge, _)) = path.last_mut() {
            if *edge == graph.first_edge[*node + 1] {
                place_on_path[*node] = usize::MAX;
                path.pop();
                continue;
            }
            let (target, pair) = graph.edges[*edge];
            *edge += 1;
            if target == *node {
                continue;
            }
            if place_on_path[target] != usize::MAX {
                found.push(cycle_of(&path[place_on_path[target] + 1..], pair));
            } else if !seen[target] {
                seen[target] = true;
                place_on_path[target] = path.len();
                path.push((target, graph.first_edge[target], pair));
            }
        }
    }
    found.sort_unstable_by_key(|cycle| cycle.pairs.last().copied());
    found
}

fn cycle_of(steps: &[(usize, usize, usize)], closing: usize) -> Cycle {
    let named = steps.len().min(NAMED_PAIRS - 1);
    let pairs = steps[..named].iter().map(|&(_, _, pair)| pair).chain([closing]).collect();
    Cycle { pairs, left_out: steps.len() - named }
}

/// The way around a cycle, for messages: each name once, and the first one again at the end.
pub fn cycle_path(pairs: &[(&str, &str)], cycle: &Cycle) -> String {
    let mut path = String::new();
    for (position, &pair) in cycle.pairs.iter().enumerate() {
        if position + 1 == cycle.pairs.len() && cycle.left_out > 0 {
            let more = cycle.left_out;
            path.push_str(&format!("… ({more} more {}) → ", if more == 1 { "pair" } else { "pairs" }));
        }
        path.push_str(&format!("`{}` → ", pairs[pair].0));
    }
    if let Some(&closing) = cycle.pairs.last() {
        path.push_str(&format!("`{}`", pairs[closing].1));
    }
    path
}

/// The pairs as a directed graph: the edges of node `n` are `edges[first_edge[n]..first_edge[n + 1]]`, each a target and
/// the index of its pair. Nodes are numbered in the order in which their names first come.
struct Adjacency {
    first_edge: Vec<usize>,
    edges: Vec<(usize, usize)>,
}

impl Adjacency {
    fn of(pairs: &[(&str, &str)]) -> Self {
        let mut numbers = HashMap::with_capacity(pairs.len() + 1);
        let mut number = |name| {
            let next = numbers.len();
            *numbers.entry(name).or_insert(next)
        };
        let numbered: Vec<(usize, usize)> = pairs.iter().map(|&(from, to)| (number(from), number(to))).collect();
        let mut first_edge = vec![0; numbers.len() + 1];
        for &(from, _) in &numbered {
            first_edge[from + 1] += 1;
        }
        for node in 1..first_edge.len() {
            first_edge[node] += first_edge[node - 1];
        }
        let mut next_edge = first_edge.clone();
        let mut edges = vec![(0, 0); numbered.len()];
        for (pair, &(from, to)) in numbered.iter().enumerate() {
            edges[next_edge[from]] = (to, pair);
            next_edge[from] += 1;
        }
        Self { first_edge, edges }
    }

    fn nodes(&self) -> usize {
        self.first_edge.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(pairs: &[(&str, &str)]) -> Vec<Vec<usize>> {
        cycles(pairs).into_iter().map(|cycle| cycle.pairs).collect()
    }

    #[test]
    fn a_chain_has_no_cycle_and_neither_has_a_diamond() {
        assert!(found(&[("a", "b"), ("b", "c"), ("a", "c")]).is_empty());
        assert!(found(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "b")]).is_empty());
        assert!(found(&[]).is_empty());
    }

    #[test]
    fn the_pair_that_closes_the_cycle_comes_last() {
        assert_eq!(found(&[("x", "a"), ("a", "b"), ("b", "c"), ("c", "a")]), [[1, 2, 3]]);
        assert_eq!(found(&[("a", "b"), ("b", "a")]), [[0, 1]]);
    }

    #[test]
    fn each_closing_pair_has_its_own_cycle() {
        assert_eq!(
            found(&[("a", "b"), ("b", "a"), ("b", "c"), ("c", "b"), ("d", "e"), ("e", "d")]),
            [[0, 1], [2, 3], [4, 5]]
        );
    }

    #[test]
    fn the_path_names_each_span_on_the_way() {
        let pairs = [("a", "b"), ("b", "c"), ("c", "a")];
        assert_eq!(cycle_path(&pairs, &cycles(&pairs)[0]), "`a` → `b` → `c` → `a`");
        let short = Cycle { pairs: vec![0, 2], left_out: 1 };
        assert_eq!(cycle_path(&pairs, &short), "`a` → … (1 more pair) → `c` → `a`");
    }

    #[test]
    fn a_name_with_itself_is_no_cycle() {
        assert!(found(&[("a", "a")]).is_empty());
    }

    #[test]
    fn a_long_cycle_is_found_without_recursion_and_told_in_short() {
        let names: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
        let mut pairs: Vec<(&str, &str)> = names.windows(2).map(|two| (two[0].as_str(), two[1].as_str())).collect();
        pairs.push((names.last().unwrap().as_str(), names[0].as_str()));
        let cycles = cycles(&pairs);
        assert_eq!(cycles.len(), 1);
        assert_eq!(cycles[0].pairs.len(), NAMED_PAIRS);
        assert_eq!(cycles[0].left_out + NAMED_PAIRS, 20_000);
        assert_eq!(cycles[0].pairs.last(), Some(&19_999));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn without_the_closing_pairs_there_is_no_cycle_left(edges in prop::collection::vec((0u8..8, 0u8..8), 0..24)) {
            let names = ["0", "1", "2", "3", "4", "5", "6", "7"];
            let pairs: Vec<(&str, &str)> = edges.iter().map(|&(from, to)| (names[usize::from(from)], names[usize::from(to)])).collect();
            let closing: Vec<usize> = cycles(&pairs).iter().filter_map(|cycle| cycle.pairs.last().copied()).collect();
            let rest: Vec<(&str, &str)> =
                pairs.iter().enumerate().filter(|(index, _)| !closing.contains(index)).map(|(_, pair)| *pair).collect();
            prop_assert!(cycles(&rest).is_empty());
            for cycle in cycles(&pairs) {
                for (first, second) in cycle.pairs.iter().zip(cycle.pairs.iter().cycle().skip(1)) {
                    prop_assert_eq!(pairs[*first].1, pairs[*second].0, "each pair leads to the next");
                }
            }
        }
    }
}

//! Which item is to start first: the one whose chain takes longest.

use std::time::Duration;

use super::Item;

/// The expected time from the start of each item to the end of the longest chain that waits for it. What is not known counts as the
/// mean of what is.
pub(super) fn ranks(items: &[Item]) -> Vec<Duration> {
    let known: Vec<Duration> = items.iter().filter_map(|item| item.expected).collect();
    let mean = known.iter().sum::<Duration>() / u32::try_from(known.len()).unwrap_or(u32::MAX).max(1);
    let mut ranks: Vec<Duration> = items.iter().map(|item| item.expected.unwrap_or(mean)).collect();
    let own = ranks.clone();
    let mut waiting_for: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    let mut open: Vec<usize> = vec![0; items.len()];
    for (index, item) in items.iter().enumerate() {
        for dependency in item.depends_on.iter().chain(&item.after) {
            if let Some(count) = open.get_mut(*dependency) {
                *count += 1;
                waiting_for[index].push(*dependency);
            }
        }
    }
    // From the ends of the chains to their starts; what is on a cycle keeps its own time.
    let mut ends: Vec<usize> = (0..items.len()).filter(|item| open[*item] == 0).collect();
    while let Some(item) = ends.pop() {
        for dependency in waiting_for[item].clone() {
            ranks[dependency] = ranks[dependency].max(own[dependency].saturating_add(ranks[item]));
            open[dependency] -= 1;
            if open[dependency] == 0 {
                ends.push(dependency);
            }
        }
    }
    ranks
}

//! Orders in which things that depend on each other can be done.

/// The items `0..count` so that each stands behind all that it depends on, else in their own order. Those on a cycle come last, in
/// their own order, and are told apart: they can't be done.
pub(super) struct Order {
    /// The items that can be done.
    pub items: Vec<usize>,
    /// The items that can't, because they wait for each other.
    pub cyclic: Vec<usize>,
}

/// The order of `0..count` by what each `depends_on`.
pub(super) fn order(count: usize, depends_on: impl Fn(usize) -> Vec<usize>) -> Order {
    let dependencies: Vec<Vec<usize>> =
        (0..count).map(|item| depends_on(item).into_iter().filter(|it| *it < count).collect()).collect();
    let mut done = vec![false; count];
    let mut items = Vec::with_capacity(count);
    loop {
        let next = (0..count).find(|item| !done[*item] && dependencies[*item].iter().all(|it| done[*it]));
        let Some(next) = next else { break };
        done[next] = true;
        items.push(next);
    }
    let cyclic = (0..count).filter(|item| !done[*item]).collect();
    Order { items, cyclic }
}

/// All that `start` needs, itself included, in ascending order.
pub(super) fn closure(start: impl IntoIterator<Item = usize>, depends_on: impl Fn(usize) -> Vec<usize>) -> Vec<usize> {
    let mut needed = std::collections::BTreeSet::new();
    let mut open: Vec<usize> = start.into_iter().collect();
    while let Some(item) = open.pop() {
        if needed.insert(item) {
            open.extend(depends_on(item));
        }
    }
    needed.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_comes_first_and_cycles_are_told() {
        let needs = |item: usize| [vec![2], vec![], vec![1], vec![4], vec![3]][item].clone();
        let order = order(5, needs);
        assert_eq!(order.items, [1, 2, 0]);
        assert_eq!(order.cyclic, [3, 4]);
        assert_eq!(closure([0], needs), [0, 1, 2]);
    }
}

//! What two texts have in common at their ends. Block by block, as most of a text is the same after a keystroke.

const BLOCK: usize = 64;

/// How many bytes the texts have in common from their starts on.
pub fn common_prefix(old: &[u8], new: &[u8]) -> usize {
    let blocks = old.chunks_exact(BLOCK).zip(new.chunks_exact(BLOCK)).take_while(|(old, new)| old == new).count();
    let start = blocks * BLOCK;
    start + old[start..].iter().zip(&new[start..]).take_while(|(old, new)| old == new).count()
}

/// How many bytes the texts have in common at their ends.
pub fn common_suffix(old: &[u8], new: &[u8]) -> usize {
    let blocks = old.rchunks_exact(BLOCK).zip(new.rchunks_exact(BLOCK)).take_while(|(old, new)| old == new).count();
    let behind = blocks * BLOCK;
    let rest = |text: &[u8]| text.len() - behind;
    let (old, new) = (&old[..rest(old)], &new[..rest(new)]);
    behind + old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_in_common_is_the_same_and_what_is_next_is_not(
            common in prop::collection::vec(0_u8..2, 0..200),
            old in prop::collection::vec(0_u8..2, 0..80),
            new in prop::collection::vec(0_u8..2, 0..80),
        ) {
            let (first, second) = ([&common[..], &old].concat(), [&common[..], &new].concat());
            let prefix = common_prefix(&first, &second);
            prop_assert_eq!(&first[..prefix], &second[..prefix]);
            prop_assert!(prefix == first.len().min(second.len()) || first[prefix] != second[prefix]);
            let (first, second) = ([&old[..], &common].concat(), [&new[..], &common].concat());
            let suffix = common_suffix(&first, &second);
            prop_assert_eq!(&first[first.len() - suffix..], &second[second.len() - suffix..]);
            let next = |text: &[u8]| text.len().checked_sub(suffix + 1).map(|at| text[at]);
            prop_assert!(next(&first).is_none() || next(&second).is_none() || next(&first) != next(&second));
        }
    }
}

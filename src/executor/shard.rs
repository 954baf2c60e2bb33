//! Which part of all scenarios one machine of several runs. The identity of a test alone decides: not what else is selected, not the
//! order, not what need not run. So the parts of several machines never overlap, and nothing is lost between them.

use sha2::{Digest as _, Sha256};

use super::{Shard, TestId};

impl Shard {
    /// Whether a test belongs to this part. All its scenarios go together: its expectations are about all their spans.
    pub fn holds(&self, test: &TestId) -> bool {
        // An index beyond the number of parts holds nothing.
        bucket(&test.to_string(), self.of.get() as u64) + 1 == self.index.get() as u64
    }
}

/// The part, from 0 below `of`, that a name belongs to.
fn bucket(name: &str, of: u64) -> u64 {
    let digest = Sha256::digest(name.as_bytes());
    let first = digest.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
    first % of
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    fn shard(index: usize, of: usize) -> Shard {
        Shard { index: NonZeroUsize::new(index).unwrap(), of: NonZeroUsize::new(of).unwrap() }
    }

    #[test]
    fn each_test_belongs_to_one_part() {
        let tests: Vec<TestId> =
            (0..200).map(|number| TestId { file: format!("tests/t{number}.clnrm.toml"), combination: None }).collect();
        for of in 1..7 {
            let mut sizes = vec![0; of];
            for test in &tests {
                let parts: Vec<usize> = (1..=of).filter(|index| shard(*index, of).holds(test)).collect();
                assert_eq!(parts.len(), 1, "{test}");
                sizes[parts[0] - 1] += 1;
            }
            assert!(sizes.iter().all(|size| *size > 0), "{sizes:?}");
        }
        assert!(!tests.iter().any(|test| shard(3, 2).holds(test)));
    }

    #[test]
    fn parts_stay_what_they_are() {
        // Machines with different versions of this program must agree.
        assert_eq!(["a", "b", "tests/login.clnrm.toml"].map(|name| bucket(name, 16)), [10, 10, 8]);
    }
}

//! Random numbers that are the same on every machine and in every version: FNV-1a over the seed, the name and the
//! arguments of a call, stretched by SplitMix64. Not for secrets.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(super) struct Draw(u64);

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

impl Draw {
    /// The stream of `name` under `seed`.
    pub(super) fn new(seed: u64, name: &str) -> Self {
        let mut draw = Self(FNV_OFFSET);
        draw.bytes(&seed.to_le_bytes());
        draw.mix(name);
        draw
    }

    /// Makes the stream depend on `text` too. Only before the first number is drawn.
    pub(super) fn mix(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        // Keeps "ab","c" apart from "a","bc": no UTF-8 text holds this byte.
        self.bytes(&[0xff]);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(FNV_PRIME);
        }
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from 0 to `bound` (exclusive); 0 when `bound` is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product: even enough for test data, and without a loop.
        let product = u128::from(self.next()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// An index of a list of `length` items; 0 when it is empty.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// A number from `low` to `high`, both inclusive; `low` when `high` is smaller.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = i128::from(high) - i128::from(low) + 1;
        let Ok(width) = u64::try_from(width) else {
            // Wider than 64 bits: any number will do; negative: there is none.
            return if width > 0 { self.next().cast_signed() } else { low };
        };
        low.wrapping_add_unsigned(self.below(width))
    }

    /// A number from 0 to 1 (exclusive).
    pub(super) fn fraction(&mut self) -> f64 {
        // 53 bits: all that a double can hold, so that the same bits come out everywhere.
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// One of `items`, or the empty text.
    pub(super) fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items.get(self.index(items.len())).copied().unwrap_or_default()
    }

    /// `N` random bytes.
    pub(super) fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(8) {
            let next = self.next().to_le_bytes();
            for (byte, random) in chunk.iter_mut().zip(next) {
                *byte = random;
            }
        }
        bytes
    }

    /// `count` characters of `alphabet` (ASCII).
    pub(super) fn letters(&mut self, alphabet: &str, count: usize) -> String {
        let letters = alphabet.as_bytes();
        (0..count).filter_map(|_| letters.get(self.index(letters.len()))).map(|byte| char::from(*byte)).collect()
    }

    /// Brings `items` into another order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.index(last + 1);
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_numbers_it_has_always_given() {
        let mut draw = Draw::new(42, "pick");
        draw.mix("list");
        let numbers = [draw.next(), draw.below(100), draw.between(-5, 5).cast_unsigned()];
        assert_eq!(numbers, [5_733_373_331_658_390_568, 1, 5]);
    }

    #[test]
    fn stays_inside_its_bounds() {
        let mut draw = Draw::new(1, "");
        for _ in 0..1000 {
            assert!(draw.below(7) < 7);
            assert!((-3..=3).contains(&draw.between(-3, 3)));
            assert!((0.0..1.0).contains(&draw.fraction()));
        }
        assert_eq!(draw.below(0), 0);
        assert_eq!(draw.between(4, 4), 4);
        assert_eq!(draw.between(9, 4), 9);
        draw.between(i64::MIN, i64::MAX);
    }

    #[test]
    fn shuffles_without_losing_any() {
        let mut items: Vec<u32> = (0..20).collect();
        Draw::new(3, "shuffle").shuffle(&mut items);
        assert_ne!(items, (0..20).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..20).collect::<Vec<_>>());
    }
}

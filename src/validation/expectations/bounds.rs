//! How many spans a bound allows.

use crate::config::model::Bound;

/// The least count that `bound` allows (0 where it says nothing). `eq` wins.
pub fn least(bound: &Bound) -> i64 {
    bound.eq.or(bound.gte).map_or(0, |value| value.value).max(0)
}

/// The greatest count that `bound` allows. `eq` wins.
pub fn greatest(bound: &Bound) -> Option<i64> {
    bound.eq.or(bound.lte).map(|value| value.value)
}

//! Why a constraint does not hold: the span that comes nearest, what was asked and what was seen instead, and what was
//! probably meant. Decides nothing; every verdict comes from `evaluate`.

mod names;

pub(super) use names::{nearest_by_name, similar_name};

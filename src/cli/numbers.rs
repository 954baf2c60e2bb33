//! Numbers on the command line, with what is said where one is none.

use std::num::{NonZeroU64, NonZeroUsize};
use std::str::FromStr;

/// A whole number.
pub fn whole<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "write a whole number, such as 2".to_owned())
}

/// A whole number of things of which there must be one.
pub fn positive(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "write a whole number from 1 on".to_owned())
}

/// The same for amounts.
pub fn amount(text: &str) -> Result<u64, String> {
    text.parse().map(NonZeroU64::get).map_err(|_| "write a whole number from 1 on".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_told_without_the_words_of_the_parser() {
        assert_eq!(whole::<u32>("0"), Ok(0));
        assert_eq!(positive("3").map(NonZeroUsize::get), Ok(3));
        assert_eq!(amount("4096"), Ok(4096));
        for wrong in ["", "x", "1.5", "-1"] {
            assert_eq!(whole::<u64>(wrong), Err("write a whole number, such as 2".to_owned()));
        }
        for wrong in ["0", "many", "-1", "99999999999999999999999"] {
            let told = "write a whole number from 1 on".to_owned();
            assert_eq!((positive(wrong), amount(wrong)), (Err(told.clone()), Err(told)), "{wrong}");
        }
    }
}

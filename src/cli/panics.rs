//! Turns a panic into a message, so that a mistake of this program in one file does not hide the others.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};

thread_local! {
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps panics off standard error; their message goes to [`catch`]. For the whole process.
pub fn keep_silent() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
        let payload = info.payload();
        let text = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
        let message = format!("{}{place}", text.unwrap_or("panic"));
        LAST.with(|last| *last.borrow_mut() = Some(message));
    }));
}

/// Runs `work`; the error is the message of its panic.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // What `work` leaves half done is never looked at again, except the cache of renders, which holds whole entries only.
    panic::catch_unwind(AssertUnwindSafe(work))
        .map_err(|_| LAST.with(|last| last.borrow_mut().take()).unwrap_or_else(|| "panic".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        keep_silent();
        assert_eq!(catch(|| 1), Ok(1));
        let message = catch(|| -> u8 { panic!("no {}", "way") }).unwrap_err();
        assert!(message.starts_with("no way (src/cli/panics.rs:"), "{message}");
    }
}

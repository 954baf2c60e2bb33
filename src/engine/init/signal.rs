//! Signals by their Linux numbers, whatever the runner's own system is: they are sent inside of a container.

use std::fmt;

/// A signal of Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Signal(u8);

/// Names and numbers as x86 and ARM have them.
const NAMES: [(&str, u8); 31] = [
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ILL", 4),
    ("TRAP", 5),
    ("ABRT", 6),
    ("BUS", 7),
    ("FPE", 8),
    ("KILL", 9),
    ("USR1", 10),
    ("SEGV", 11),
    ("USR2", 12),
    ("PIPE", 13),
    ("ALRM", 14),
    ("TERM", 15),
    ("STKFLT", 16),
    ("CHLD", 17),
    ("CONT", 18),
    ("STOP", 19),
    ("TSTP", 20),
    ("TTIN", 21),
    ("TTOU", 22),
    ("URG", 23),
    ("XCPU", 24),
    ("XFSZ", 25),
    ("VTALRM", 26),
    ("PROF", 27),
    ("WINCH", 28),
    ("IO", 29),
    ("PWR", 30),
    ("SYS", 31),
];

/// The first real-time signal, as container engines count (`SIGRTMIN+3` is systemd's).
const FIRST_REAL_TIME: u8 = 34;
const LAST: u8 = 64;

impl Signal {
    /// Asks to end.
    pub const TERM: Self = Self(15);
    /// Interrupts, as Ctrl-C does.
    pub const INT: Self = Self(2);
    /// Ends at once.
    pub const KILL: Self = Self(9);

    /// The signal of a name or number as images and compose files write it: `SIGTERM`, `quit`, `15`, `SIGRTMIN+3`.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.trim().to_ascii_uppercase();
        let name = name.strip_prefix("SIG").unwrap_or(&name);
        if let Ok(number) = name.parse::<u8>() {
            return (1..=LAST).contains(&number).then_some(Self(number));
        }
        if let Some((_, number)) = NAMES.iter().find(|(known, _)| *known == name) {
            return Some(Self(*number));
        }
        let above = match name.strip_prefix("RTMIN")? {
            "" => 0,
            rest => rest.strip_prefix('+')?.parse::<u8>().ok()?,
        };
        FIRST_REAL_TIME.checked_add(above).filter(|number| *number <= LAST).map(Self)
    }

    /// The number.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|(_, number)| *number == self.0) {
            Some((name, _)) => write!(formatter, "SIG{name}"),
            None if self.0 >= FIRST_REAL_TIME => write!(formatter, "SIGRTMIN+{}", self.0 - FIRST_REAL_TIME),
            None => write!(formatter, "signal {}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_mean_the_same() {
        for (text, number) in [("SIGTERM", 15), ("quit", 3), (" 9 ", 9), ("SIGRTMIN+3", 37), ("RTMIN", 34)] {
            assert_eq!(Signal::parse(text).map(Signal::number), Some(number), "{text}");
        }
        for text in ["", "SIG", "0", "65", "RTMIN+31", "RTMIN+x", "NOPE", "-9", "300"] {
            assert_eq!(Signal::parse(text), None, "{text}");
        }
        for number in 1..=LAST {
            let shown = Signal(number).to_string();
            assert!(Signal::parse(&shown) == Some(Signal(number)) || shown.starts_with("signal "), "{shown}");
        }
    }
}

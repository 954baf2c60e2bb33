//! Times and sizes in people's words, for hovers and hints.

/// A length of time in milliseconds: `150 ms`, `2 min 30 s`, `1 h`. At most the two largest units; what is below them is
/// rounded.
pub fn duration(milliseconds: f64) -> String {
    const UNITS: [(&str, f64); 4] = [("d", 8.64e7), ("h", 3.6e6), ("min", 6e4), ("s", 1e3)];
    if !milliseconds.is_finite() || milliseconds < 0.0 {
        return format!("{milliseconds} ms");
    }
    let Some(first) = UNITS.iter().position(|(_, length)| milliseconds >= *length) else {
        return format!("{} ms", decimal(milliseconds));
    };
    let (name, length) = UNITS[first];
    let Some((next_name, next_length)) = UNITS.get(first + 1) else {
        return format!("{} s", decimal(milliseconds / 1e3));
    };
    let next_whole = (milliseconds / next_length).round();
    let per = length / next_length;
    let (whole, rest) = ((next_whole / per).trunc(), next_whole % per);
    if rest == 0.0 { format!("{whole} {name}") } else { format!("{whole} {name} {rest} {next_name}") }
}

/// A length of time in nanoseconds: `850 ns`, `12.3 µs`, `4.2 ms`, then as [`duration`].
pub fn short_duration(nanoseconds: u64) -> String {
    let nanoseconds = nanoseconds as f64;
    match nanoseconds {
        below if below < 1e3 => format!("{below} ns"),
        below if below < 1e6 => format!("{} µs", decimal(below / 1e3)),
        other => duration(other / 1e6),
    }
}

/// The length of time that a number is under this key, whose name says its unit: `timeout_ms`, `max_duration_seconds`. `None`
/// for other keys, and for what is no number.
pub fn key_milliseconds(key: &str, number: &str) -> Option<f64> {
    let per_unit = match key.rsplit('_').next()? {
        "ms" => 1.0,
        "secs" | "sec" | "seconds" => 1e3,
        _ => return None,
    };
    let number: f64 = number.replace('_', "").parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number * per_unit)
}

/// A number with at most one decimal: with two it is read no better.
fn decimal(number: f64) -> String {
    let rounded = (number * 10.0).round() / 10.0;
    format!("{rounded}")
}

/// `one span`, `3 spans`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("one {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_two_units_at_most() {
        for (milliseconds, text) in [
            (0.0, "0 ms"),
            (1.25, "1.3 ms"),
            (150.0, "150 ms"),
            (1500.0, "1.5 s"),
            (59_900.0, "59.9 s"),
            (60_000.0, "1 min"),
            (150_000.0, "2 min 30 s"),
            (3_599_999.0, "60 min"),
            (3_660_000.0, "1 h 1 min"),
            (9e7, "1 d 1 h"),
        ] {
            assert_eq!(duration(milliseconds), text);
        }
        assert_eq!(short_duration(850), "850 ns");
        assert_eq!(short_duration(12_340), "12.3 µs");
        assert_eq!(short_duration(4_200_000), "4.2 ms");
    }
}

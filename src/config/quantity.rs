//! Amounts of memory and of processors, as containers write them: `256m`, `1.5GiB`, `0.5`, `500m`.

/// Bytes of a text such as `256m`, `512 MB`, `1Gi` or `1024`. All units are powers of 1024, as container engines have them.
/// `None` where it is no such text.
pub fn bytes(text: &str) -> Option<f64> {
    let (number, unit) = split(text)?;
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" | "ki" | "kib" => 1024.0,
        "m" | "mb" | "mi" | "mib" => 1024.0 * 1024.0,
        "g" | "gb" | "gi" | "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    Some(number * factor)
}

/// Thousandths of a processor of a text such as `0.5` (processors) or `500m` (thousandths). `None` where it is no such text.
pub fn cpu_millis(text: &str) -> Option<f64> {
    match split(text)? {
        (number, "") => Some(number * 1000.0),
        (number, "m") => Some(number),
        _ => None,
    }
}

/// A number that is not negative, and the unit behind it.
fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    number.is_finite().then_some((number, text[end..].trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_all_its_units() {
        for (text, mib) in [("256m", 256.0), ("512 MB", 512.0), ("1.5GiB", 1536.0), ("1048576", 1.0), ("2048k", 2.0)] {
            assert_eq!(bytes(text), Some(mib * 1024.0 * 1024.0), "{text}");
        }
        for text in ["", "m", "-1m", "1 apple", "1.2.3m"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn processors_are_read_as_containers_write_them() {
        assert_eq!(cpu_millis("0.5"), Some(500.0));
        assert_eq!(cpu_millis("250m"), Some(250.0));
        assert_eq!(cpu_millis("2"), Some(2000.0));
        assert_eq!(cpu_millis("2 cpus"), None);
    }
}

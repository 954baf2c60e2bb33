//! The known name that was probably meant: the base of every "did you mean".

/// The candidate nearest to `name`, if one is near enough to be what was meant.
///
/// Near means: equal but for case and the separators `-`, `_`, `.` and space, or few edits away (insert, delete, replace, swap
/// neighbours): one for names up to five characters, two for longer ones, three from twelve characters on. Of several
/// equally near candidates the first wins, so the answer depends on the order of `candidates` only. `name` itself is
/// never an answer.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    let limit = match length {
        0..=1 => return None,
        2..=5 => 1,
        6..=11 => 2,
        _ => 3,
    };
    let folded = fold(name);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        // An edit changes the length by one at most, so far-off lengths need no table. Separators may add to that.
        if candidate.len().abs_diff(name.len()) > limit + 2 {
            continue;
        }
        let distance = if fold(candidate) == folded { 0 } else { strsim::osa_distance(name, candidate) };
        // Two names that share nothing but their length are not near each other.
        if distance > limit || distance >= length.min(candidate.chars().count()) {
            continue;
        }
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The name without case and separators.
fn fold(name: &str) -> String {
    name.chars().filter(|char| !matches!(char, '-' | '_' | '.' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_finger_finds_the_name() {
        assert_eq!(nearest("databse", ["web", "database"]), Some("database"));
        assert_eq!(nearest("atrs", ["attrs", "events"]), Some("attrs"));
        assert_eq!(nearest("evn", ["env", "eve"]), Some("env"), "swapped neighbours are one edit");
    }

    #[test]
    fn case_and_separators_do_not_count() {
        assert_eq!(nearest("healthCheck", ["health_check"]), Some("health_check"));
        assert_eq!(nearest("FREEZE-CLOCK", ["freeze_clock"]), Some("freeze_clock"));
    }

    #[test]
    fn far_names_and_the_name_itself_are_no_answer() {
        assert_eq!(nearest("redis", ["postgres", "web"]), None);
        assert_eq!(nearest("db", ["ab"]), Some("ab"));
        assert_eq!(nearest("db", ["ui", "db"]), None);
        assert_eq!(nearest("x", ["y"]), None);
        assert_eq!(nearest("", ["y"]), None);
    }

    #[test]
    fn the_nearest_wins_and_of_equals_the_first() {
        assert_eq!(nearest("service", ["servers", "services"]), Some("services"));
        assert_eq!(nearest("span1", ["span2", "span3"]), Some("span2"));
    }
}

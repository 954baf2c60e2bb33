//! Did-you-mean: the nearest of the names that exist.

/// The candidate nearest to `name`, if one is near enough to be meant. Of equally near ones, the first in the alphabet.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let limit = match name.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_near_names_only() {
        assert_eq!(nearest("edgse", ["edges", "span"]).as_deref(), Some("edges"));
        assert_eq!(nearest("window", ["span", "count"]), None);
        assert_eq!(nearest("x", ["y"]), None);
    }
}

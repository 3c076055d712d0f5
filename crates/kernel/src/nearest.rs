//! "Did you mean …?"

/// Letters of the longest name for which others are looked up.
const LONGEST: usize = 64;
/// Candidates looked at; nobody declares more.
const MOST: usize = 1_000;

/// The candidate nearest to what was written, when one is near enough to be a slip of the hand: a third of its letters
/// inserted, dropped, replaced or swapped with their neighbours, and at least one of them right.
pub fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = written.chars().count();
    if length > LONGEST {
        return None;
    }
    let most = (length / 3).max(1);
    candidates
        .into_iter()
        .take(MOST)
        .filter(|candidate| *candidate != written && candidate.len() <= 4 * (LONGEST + most))
        .map(|candidate| (strsim::osa_distance(written, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= most && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names_are_found_and_far_ones_not() {
        let names = ["line.refused", "line.qty", "line.expiry", "supplier"];
        let cases = [
            ("line.refusd", Some("line.refused")),
            ("line.qyt", Some("line.qty")),
            ("suplier", Some("supplier")),
            ("warehouse", None),
            ("", None),
        ];
        for (written, found) in cases {
            assert_eq!(nearest(written, names), found, "{written}");
        }
        assert_eq!(nearest("x", ["y"]), None, "sharing nothing is no likeness");
        assert_eq!(nearest(&"x".repeat(65), ["x"]), None);
    }
}

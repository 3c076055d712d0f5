//! "Did you mean": the nearest of the names that exist.

/// The distance between two words: insertions, removals, replacements and swaps of neighbours.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1)
                .min(row[j - 1] + 1)
                .min(rows[i - 1][j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// ``unknown WHAT `name` ``, with the nearest of `known` when one is near.
pub fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let limit = (name.chars().count() / 3).max(1);
    let near = known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        // Sharing nothing is no likeness.
        .filter(|(distance, near)| *distance <= limit && *distance < near.chars().count())
        .min();
    match near {
        Some((_, near)) => format!("unknown {what} `{name}`; did you mean `{near}`?"),
        None => format!("unknown {what} `{name}`"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_nearest_name_is_offered_and_a_far_one_is_not() {
        let known = ["order", "receipt", "licence_until"];
        assert_eq!(
            super::unknown("field", "licence_untli", known),
            "unknown field `licence_untli`; did you mean `licence_until`?"
        );
        assert_eq!(
            super::unknown("slip", "ticket", known),
            "unknown slip `ticket`"
        );
        assert_eq!(super::unknown("slip", "", known), "unknown slip ``");
    }
}

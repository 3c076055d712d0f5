//! "Did you mean …?"

/// Candidates looked at; nobody declares more.
const MOST: usize = 1_000;

/// The candidate nearest to what was written, when one is near enough.
pub(crate) fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = written.chars().count();
    if length > 64 {
        return None;
    }
    let most = (length / 3).max(1);
    candidates
        .into_iter()
        .take(MOST)
        .filter(|candidate| *candidate != written)
        .map(|candidate| (distance(written, candidate), candidate))
        .filter(|(distance, candidate)| {
            // Half of a short name may be wrong by accident; sharing nothing is no likeness.
            *distance <= most && *distance < candidate.chars().count()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// ``did you mean `x`?``, when something is near.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(written, candidates).map(|near| format!("did you mean `{near}`?"))
}

/// ``did you mean `x`?``, else the whole list when it is short enough to be read.
pub(crate) fn one_of<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    did_you_mean(written, candidates.clone()).or_else(|| {
        let all: Vec<&str> = candidates.into_iter().collect();
        match all.len() {
            0 => None,
            1..=16 => Some(format!("one of {}", list(&all))),
            _ => None,
        }
    })
}

/// `` `a`, `b`, `c` ``.
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().take(96).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, r) in right.iter().enumerate() {
            let mut cost = (row[j] + usize::from(l != r))
                .min(row[j + 1] + 1)
                .min(next[j] + 1);
            if i > 0 && j > 0 && *l == right[j - 1] && left[i - 1] == *r {
                cost = cost.min(before[j - 1] + 1);
            }
            next.push(cost);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_not() {
        let names = ["line.refused", "line.qty", "line.expiry"];
        assert_eq!(nearest("line.refusd", names), Some("line.refused"));
        assert_eq!(nearest("line.qyt", names), Some("line.qty"));
        assert_eq!(nearest("supplier", names), None);
        assert_eq!(nearest("x", ["y"]), None);
        assert_eq!(distance("pendign", "pending"), 1);
    }
}

//! "Did you mean …?"

use kernel::nearest;

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

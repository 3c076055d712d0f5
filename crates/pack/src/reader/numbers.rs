//! Number patterns: `CG{date}-{0000}`.

use std::sync::Arc;

use crate::Kind;
use crate::reader::Reader;
use crate::source::quoted;
use crate::suggest;
use crate::tree::Word;

/// What may stand in braces beside the zeros.
const PARTS: [&str; 3] = ["date", "month", "year"];

impl Reader<'_> {
    /// Checks a number pattern and remembers it, so that no two slips of a pack can have the same number.
    pub fn number_pattern(&mut self, word: &Word, slip: &str) {
        if let Err((at, message, hint)) = check(&word.text) {
            let hint = hint.or_else(|| Some("write it like `CG{date}-{0000}`".to_owned()));
            self.desk
                .hinted(Kind::NumberPattern, word.place(at), message, hint);
            return;
        }
        let shape: Arc<str> = Arc::from(without_width(&word.text));
        match self.numbers.iter().find(|(other, _)| *other == shape) {
            Some((_, other)) => {
                let message = format!("slip {} has this number pattern too", quoted(other));
                let hint = "give each slip a prefix of its own".to_owned();
                self.desk
                    .hinted(Kind::NumberClash, word.span, message, hint);
            }
            None => self.numbers.push((shape, Arc::from(slip))),
        }
    }
}

/// The pattern with its counter as `{0}`: two patterns that differ in the width alone give the same numbers in the end.
fn without_width(pattern: &str) -> String {
    let parts = pattern.split_inclusive('}');
    let shape = parts.map(|part| match part.rsplit_once("{0") {
        Some((before, zeros)) if zeros.bytes().all(|b| matches!(b, b'0' | b'}')) => {
            format!("{before}{{0}}")
        }
        _ => part.to_owned(),
    });
    shape.collect()
}

type Wrong = (usize, String, Option<String>);

fn check(pattern: &str) -> Result<(), Wrong> {
    let mut counters = 0;
    let mut at = 0;
    while let Some(open) = pattern[at..].find(['{', '}']) {
        let open = at + open;
        if pattern[open..].starts_with('}') {
            return Err((open, "`}` without `{` in this number pattern".into(), None));
        }
        let Some(length) = pattern[open + 1..].find('}') else {
            return Err((open, "`{` without `}` in this number pattern".into(), None));
        };
        let part = &pattern[open + 1..open + 1 + length];
        if !part.is_empty() && part.len() <= 12 && part.bytes().all(|b| b == b'0') {
            counters += 1;
        } else if !PARTS.contains(&part) {
            let message = format!("a number has no part {}", quoted(part));
            let hint = suggest::did_you_mean(part, PARTS);
            return Err((open + 1, message, hint));
        }
        at = open + length + 2;
    }
    if counters != 1 {
        return Err((0, "a number has one counter, `{0000}`".into(), None));
    }
    if pattern
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || c == '/')
    {
        return Err((0, "a number has neither blanks nor `/`".into(), None));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_width_of_the_counter_is_left_out() {
        assert_eq!(without_width("S{0000}"), without_width("S{00}"));
        assert_eq!(without_width("CG{date}-{000}x"), "CG{date}-{0}x");
        assert_ne!(without_width("S10-{0000}"), without_width("S1-{0000}"));
        assert_ne!(
            without_width("S{date}-{00}"),
            without_width("S{month}-{00}")
        );
    }
}

//! Files to commands: every row is judged before any is submitted, and every bad row is reported.

mod columns;
pub mod mapping;
mod people;
#[cfg(test)]
mod random_tests;
mod records;
mod submit;
pub mod unfinished;

use engine::{Act, Class, Refusal};

use crate::tables::Bad;

pub use columns::PEOPLE_COLUMNS;
pub use people::plan as plan_people;
pub use records::{find_register, plan as plan_records};
pub use submit::submit;

/// What a file would do.
#[derive(Debug, Default)]
pub struct Plan {
    /// Acts that change something, with their lines, in order.
    pub acts: Vec<(u64, Act)>,
    /// Rows that say what is already so.
    pub unchanged: usize,
    /// Everything wrong with the file.
    pub bad: Vec<Bad>,
    /// Acts that were refused for what they try, not for how they are written. They are submitted all the same, to be
    /// refused once more by the store, so that the attempt stands in the journal.
    pub attempts: Vec<Act>,
}

/// Attempts of one file that are journaled: a file of fifty thousand rows must not become as many rows of the journal.
const ATTEMPTS_MAX: usize = 100;

/// Whether a refusal answers an attempt at more than one may.
fn is_attempt(refusal: &Refusal) -> bool {
    matches!(refusal.class, Class::Role | Class::Separation) || refusal.code == "identity"
}

/// A refusal, with those of the same row after it, as bad cells. `heading` finds the column of a field.
fn refused(line: u64, refusal: &Refusal, heading: impl Fn(&str) -> Option<String>) -> Vec<Bad> {
    let one = |refusal: &Refusal| {
        let mut bad = Bad::at(
            line,
            refusal.short(),
            refusal.zh.as_str(),
            refusal.en.as_str(),
        );
        bad.column = refusal
            .place
            .as_ref()
            .and_then(|place| heading(&place.field));
        bad
    };
    std::iter::once(refusal)
        .chain(&refusal.more)
        .map(one)
        .collect()
}

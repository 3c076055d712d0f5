//! What a journal row says that its command wrote.

use crate::cell::RowDigest;

/// One row mentioned by a journal row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mention {
    Signature(RowDigest),
    Account(i64, RowDigest),
    Leg(RowDigest),
    Record(RowDigest),
    Note(RowDigest),
    PackText(RowDigest),
    Slip(i64, RowDigest),
    Body(i64, RowDigest),
    Credential(RowDigest),
}

/// Reads `journal.wrote`. Yields `None` once when the rest is not readable.
pub(crate) struct Mentions<'a>(pub &'a [u8]);

impl Iterator for Mentions<'_> {
    type Item = Option<Mention>;

    fn next(&mut self) -> Option<Option<Mention>> {
        if self.0.is_empty() {
            return None;
        }
        let mention = self.read();
        if mention.is_none() {
            self.0 = &[];
        }
        Some(mention)
    }
}

impl Mentions<'_> {
    fn read(&mut self) -> Option<Mention> {
        let (tag, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(match tag {
            b'S' => Mention::Signature(self.digest()?),
            b'A' => Mention::Account(self.id()?, self.digest()?),
            b'L' => Mention::Leg(self.digest()?),
            b'R' => Mention::Record(self.digest()?),
            b'N' => Mention::Note(self.digest()?),
            b'P' => Mention::PackText(self.digest()?),
            b'H' => Mention::Slip(self.id()?, self.digest()?),
            b'B' => Mention::Body(self.id()?, self.digest()?),
            b'C' => Mention::Credential(self.digest()?),
            _ => return None,
        })
    }

    fn id(&mut self) -> Option<i64> {
        let (bytes, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(i64::from_le_bytes(*bytes))
    }

    fn digest(&mut self) -> Option<RowDigest> {
        let (bytes, rest) = self.0.split_first_chunk::<16>()?;
        self.0 = rest;
        Some(*bytes)
    }
}

/// The last mention of each row by its number; numbers are dense. Each with the part of the journal that has it, from one
/// on, since parts are not read in their order.
#[derive(Debug, Default)]
pub(crate) struct LastMentions(Vec<(u32, RowDigest)>);

/// No organisation has more slips than this; a larger number is not one.
const NUMBERS_MAX: i64 = 1 << 33;

impl LastMentions {
    /// Within a part, what is set later counts.
    pub fn set(&mut self, id: i64, part: u32, digest: RowDigest) {
        let Some(at) = usize::try_from(id).ok().filter(|_| id < NUMBERS_MAX) else {
            return;
        };
        if at >= self.0.len() {
            let size = (at + 1).max(self.0.len() * 2).max(1_024);
            self.0.resize(size, (0, [0; 16]));
        }
        if self.0[at].0 <= part {
            self.0[at] = (part, digest);
        }
    }

    /// What is to be compared with the row of that number.
    pub fn get(&self, id: i64) -> Option<RowDigest> {
        let (part, digest) = self.0.get(usize::try_from(id).ok()?)?;
        (*part > 0).then_some(*digest)
    }

    /// No number from here on was mentioned.
    pub fn end(&self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or(NUMBERS_MAX)
    }

    /// With what was found in other parts.
    pub fn and(mut self, other: LastMentions) -> LastMentions {
        for (id, (part, digest)) in (0..).zip(other.0) {
            if part > 0 {
                self.set(id, part, digest);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mention_of_the_latest_part_counts_in_whatever_order_parts_are_read() {
        let mut one = LastMentions::default();
        one.set(7, 3, [1; 16]);
        one.set(7, 1, [2; 16]);
        one.set(8, 1, [3; 16]);
        one.set(8, 1, [4; 16]);
        let mut other = LastMentions::default();
        other.set(7, 2, [5; 16]);
        other.set(9, 2, [6; 16]);
        other.set(-1, 2, [7; 16]);
        let both = one.and(other);
        let found = [0, 7, 8, 9].map(|id| both.get(id).map(|digest| digest[0]));
        assert_eq!(found, [None, Some(1), Some(4), Some(6)]);
    }
}

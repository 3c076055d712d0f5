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

/// The last mention of each row by its number; numbers are dense.
#[derive(Debug, Default)]
pub(crate) struct LastMentions(Vec<Option<RowDigest>>);

/// No organisation has more slips than this; a larger number is not one.
const NUMBERS_MAX: i64 = 1 << 33;

impl LastMentions {
    pub fn set(&mut self, id: i64, digest: RowDigest) {
        let Some(at) = usize::try_from(id).ok().filter(|_| id < NUMBERS_MAX) else {
            return;
        };
        if at >= self.0.len() {
            self.0
                .resize((at + 1).max(self.0.len() * 2).max(1_024), None);
        }
        self.0[at] = Some(digest);
    }

    /// What is to be compared with the row of that number; each is given once.
    pub fn take(&mut self, id: i64) -> Option<RowDigest> {
        self.0.get_mut(usize::try_from(id).ok()?)?.take()
    }

    /// Numbers that were not taken.
    pub fn left(&self) -> impl Iterator<Item = i64> {
        (0..)
            .zip(&self.0)
            .filter(|(_, digest)| digest.is_some())
            .map(|(id, _)| id)
    }

    /// With what was mentioned later.
    pub fn then(mut self, later: LastMentions) -> LastMentions {
        for (id, digest) in (0..).zip(later.0) {
            if let Some(digest) = digest {
                self.set(id, digest);
            }
        }
        self
    }
}

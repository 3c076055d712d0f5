//! Work tables: what people have in hand. No business records, no journal.

use std::sync::Arc;

use kernel::{Moment, SlipId};

/// A half-filled form, saved as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Chosen by the page, unique for the person.
    pub id: String,
    /// Qualified step.
    pub step: String,
    /// The slip, when it is not a new one.
    pub slip: Option<SlipId>,
    /// Slips a new one is to come from.
    pub sources: Vec<SlipId>,
    /// What was typed, as the page keeps it.
    pub body: String,
    /// Last change.
    pub updated: Moment,
}

/// A slip that somebody keeps in sight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The slip.
    pub slip: SlipId,
    /// Since when.
    pub since: Moment,
    /// Login of the person who copied it to him; `None` where he chose it himself.
    pub copied_by: Option<Arc<str>>,
}

/// A session of a signed-in person. Only a hash of its token is ever stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Hex SHA-256 of the token.
    pub token_hash: String,
    /// Login.
    pub login: Arc<str>,
    /// When it began.
    pub created: Moment,
    /// When it was last used.
    pub seen: Moment,
    /// When it ends.
    pub expires: Moment,
    /// Last time the password was given in it.
    pub confirmed: Moment,
    /// The browser's name for itself.
    pub agent: String,
    /// The address it began from.
    pub address: String,
}

/// A further way to sign in. What is secret in it is encrypted by whoever keeps it here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// Whose.
    pub login: Arc<str>,
    /// Lower-case hexadecimal, unique in the organisation.
    pub id: String,
    /// `totp`, `recovery`, `passkey` or `oidc`.
    pub kind: String,
    /// What the person calls it.
    pub name: String,
    /// What a log-in is checked against; never changes.
    pub body: String,
    /// When it was added.
    pub created: Moment,
    /// When it was last used; zero before.
    pub used: Moment,
    /// Grows with every use: a time step, a count of signatures, a set of used codes.
    pub counter: i64,
}

impl Factor {
    /// Hex SHA-256 of what never changes in it, as the journal keeps it.
    #[must_use]
    pub fn digest(&self) -> Arc<str> {
        let created = self.created.0.to_string();
        let parts = [
            &*self.login,
            &self.id,
            &self.kind,
            &self.name,
            &self.body,
            &created,
        ];
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        crate::cell::sha256_hex(&bytes)
    }
}

/// Something asked of a browser that may be answered once, until it expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Hex SHA-256 of the secret by which the answer names it.
    pub id: String,
    /// What it is for.
    pub kind: String,
    /// Hex SHA-256 of the session or cookie that it was asked of.
    pub owner: String,
    /// Whom it is about; empty where nobody is known yet.
    pub login: Arc<str>,
    /// What belongs to it.
    pub body: String,
    /// When it is forgotten.
    pub expires: Moment,
}

/// Failed attempts to sign in, per login or address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempts {
    /// Failures since the last success.
    pub count: i64,
    /// The first of them.
    pub first: Moment,
    /// The last of them.
    pub last: Moment,
    /// No attempt is looked at before this moment.
    pub locked_until: Moment,
}

/// An attachment's content, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentInfo {
    /// Hex SHA-256.
    pub hash: Arc<str>,
    /// Bytes.
    pub size: i64,
}

/// A timer that has run out; submit `Act::Timer` with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueTimer {
    /// Slip.
    pub slip: SlipId,
    /// `hold:NAME` or `step:QUALIFIED`.
    pub name: Arc<str>,
    /// When it was due.
    pub due: Moment,
}

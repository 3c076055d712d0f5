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

//! Sides of legs and states of entries.

use serde::{Deserialize, Serialize};

/// The side of a leg: into the place (借, 收, 入) or out of it (贷, 付, 出). A presentation chooses the word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Into the place.
    In,
    /// Out of the place.
    Out,
}

/// How far an entry has come. Balances are kept per state, so that "include what is not yet posted" is a choice of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryState {
    /// Entered, not yet checked by another person.
    Draft,
    /// Checked, not yet posted.
    Checked,
    /// Posted: counts.
    Posted,
    /// Reserved until its expiry (占用): what leaves counts against what is available, what arrives does not count yet.
    Held,
}

impl EntryState {
    /// All states, in the order in which they are stored.
    pub const ALL: [EntryState; 4] = [
        EntryState::Draft,
        EntryState::Checked,
        EntryState::Posted,
        EntryState::Held,
    ];

    /// The name in data.
    pub const fn name(self) -> &'static str {
        match self {
            EntryState::Draft => "draft",
            EntryState::Checked => "checked",
            EntryState::Posted => "posted",
            EntryState::Held => "held",
        }
    }

    /// The state of that name.
    pub fn named(name: &str) -> Option<EntryState> {
        EntryState::ALL
            .into_iter()
            .find(|state| state.name() == name)
    }
}

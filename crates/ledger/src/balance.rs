//! Balances: sums of legs per place, key and state, both sides kept apart.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use kernel::{EntryState, Side};

use crate::Leg;

/// Which balance.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BalanceKey {
    /// Qualified ledger name.
    pub ledger: Arc<str>,
    /// Place.
    pub place: Arc<str>,
    /// Conserved key.
    pub key: Arc<str>,
    /// Further dimensions.
    pub detail: Arc<str>,
}

impl BalanceKey {
    /// The balance that a leg changes.
    pub fn of(leg: &Leg) -> BalanceKey {
        BalanceKey {
            ledger: leg.ledger.clone(),
            place: leg.place.clone(),
            key: leg.key.clone(),
            detail: leg.detail.clone(),
        }
    }
}

/// Turnover of both sides, in smallest parts; red letters make them smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sums {
    /// Sum of amounts on the in side.
    pub r#in: i64,
    /// Sum of amounts on the out side.
    pub out: i64,
}

impl Sums {
    /// In minus out.
    pub fn net(self) -> i64 {
        self.r#in - self.out
    }

    /// With one more leg; `None` when it does not fit in 64 bits.
    pub fn with(self, side: Side, amount: i64) -> Option<Sums> {
        let mut sums = self;
        let slot = match side {
            Side::In => &mut sums.r#in,
            Side::Out => &mut sums.out,
        };
        *slot = slot.checked_add(amount)?;
        // The net must fit too, so that reading a balance can never overflow.
        sums.r#in.checked_sub(sums.out).map(|_| sums)
    }
}

/// The sums of one place and key, per state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Balance {
    /// Not yet checked.
    pub draft: Sums,
    /// Checked, not posted.
    pub checked: Sums,
    /// Posted.
    pub posted: Sums,
    /// Reserved.
    pub held: Sums,
}

impl Balance {
    /// The sums of one state.
    pub fn of(&self, state: EntryState) -> Sums {
        match state {
            EntryState::Draft => self.draft,
            EntryState::Checked => self.checked,
            EntryState::Posted => self.posted,
            EntryState::Held => self.held,
        }
    }

    /// The sums of one state, to change.
    pub fn of_mut(&mut self, state: EntryState) -> &mut Sums {
        match state {
            EntryState::Draft => &mut self.draft,
            EntryState::Checked => &mut self.checked,
            EntryState::Posted => &mut self.posted,
            EntryState::Held => &mut self.held,
        }
    }

    /// What may still leave: posted, less what is held to leave. A place that is not open never lets this go below zero.
    pub fn available(&self) -> i128 {
        i128::from(self.posted.net()) - i128::from(self.held.out)
    }

    /// With a leg in `state`; `None` when a sum does not fit in 64 bits.
    pub fn with(mut self, state: EntryState, leg: &Leg) -> Option<Balance> {
        let slot = self.of_mut(state);
        *slot = slot.with(leg.side, leg.amount)?;
        Some(self)
    }
}

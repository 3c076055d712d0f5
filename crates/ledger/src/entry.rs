//! Entries and their legs.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Day, EntryState, Moment, Side, Unit};
use serde::{Deserialize, Serialize};

/// One leg: a signed amount on one side of one place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Leg {
    /// Qualified ledger name, `gsp.stock`.
    pub ledger: Arc<str>,
    /// Place name; in an open chart, the account's code.
    pub place: Arc<str>,
    /// The conserved key: the values of the ledger's dimensions joined by [`crate::join_key`]; empty when it has none.
    pub key: Arc<str>,
    /// Further dimensions that are counted but not conserved (bin, auxiliary item); mostly empty.
    pub detail: Arc<str>,
    /// Unit of `amount`.
    pub unit: Unit,
    /// Which side.
    pub side: Side,
    /// Smallest parts of the unit; negative is a red letter.
    pub amount: i64,
    /// The line of the slip that moved it, when one did.
    pub line: Option<i64>,
}

impl Leg {
    /// What the leg does to the place's balance.
    pub fn net(&self) -> i64 {
        match self.side {
            Side::In => self.amount,
            Side::Out => -self.amount,
        }
    }
}

/// The name and end of a hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hold {
    /// The declaration's name for it.
    pub name: Arc<str>,
    /// When it is released unless settled before.
    pub until: Moment,
}

/// Legs that stand or fall together.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// State the amounts are counted in.
    pub state: EntryState,
    /// Business day; decides the period.
    pub day: Day,
    /// Two or more legs.
    pub legs: Vec<Leg>,
    /// Set on held entries.
    pub hold: Option<Hold>,
    /// Whether this entry takes back an earlier one.
    pub reversal: bool,
}

/// An entry whose legs do not sum to zero.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry on {ledger} {key:?} is out of balance by {difference} smallest parts of {}", unit.name())]
pub struct Unbalanced {
    /// Ledger.
    pub ledger: Arc<str>,
    /// Conserved key.
    pub key: Arc<str>,
    /// Unit.
    pub unit: Unit,
    /// In minus out.
    pub difference: i128,
}

/// Law: per ledger, conserved key and unit, in equals out.
pub fn check_balanced(entry: &Entry) -> Result<(), Unbalanced> {
    if let [a, b] = entry.legs.as_slice() {
        // Nearly every entry has two legs; this path allocates nothing.
        if a.ledger == b.ledger
            && a.key == b.key
            && a.unit == b.unit
            && a.net().checked_add(b.net()) == Some(0)
        {
            return Ok(());
        }
    }
    let mut sums: BTreeMap<(&str, &str, Unit), i128> = BTreeMap::new();
    for leg in &entry.legs {
        let net = match leg.side {
            Side::In => i128::from(leg.amount),
            Side::Out => -i128::from(leg.amount),
        };
        *sums.entry((&leg.ledger, &leg.key, leg.unit)).or_default() += net;
    }
    match sums.into_iter().find(|(_, sum)| *sum != 0) {
        None => Ok(()),
        Some(((ledger, key, unit), difference)) => Err(Unbalanced {
            ledger: ledger.into(),
            key: key.into(),
            unit,
            difference,
        }),
    }
}

/// The red-letter entry that takes `entry` back on `day`: same sides, negative amounts.
pub fn reverse(entry: &Entry, day: Day) -> Entry {
    let legs = entry
        .legs
        .iter()
        .map(|leg| Leg {
            amount: -leg.amount,
            ..leg.clone()
        })
        .collect();
    Entry {
        state: entry.state,
        day,
        legs,
        hold: entry.hold.clone(),
        reversal: !entry.reversal,
    }
}

/// Moves `entry` on to `state`: takes it back in its old state and books it in the new one.
pub fn advance(entry: &Entry, state: EntryState, day: Day) -> [Entry; 2] {
    let booked = Entry {
        state,
        day,
        legs: entry.legs.clone(),
        hold: None,
        reversal: false,
    };
    [reverse(entry, day), booked]
}

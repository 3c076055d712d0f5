//! Entries and their legs.

use std::collections::{BTreeMap, HashMap};
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
    /// Qualified step that booked it; a reversal names the step whose entry it takes back.
    pub by: Arc<str>,
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

/// What remains of a slip's entries after its reversals: the red-letter entries that take all of it back on `day`, one
/// per step, state and hold. Entries that were reversed or moved on to another state cancel out by themselves.
pub fn take_back(entries: &[Entry], day: Day, of: impl Fn(&Entry) -> bool) -> Vec<Entry> {
    red_letters(entries, day, None, of)
}

/// [`take_back`] under the name of the step that does it, so that taking that step back takes this back too.
pub fn release(
    entries: &[Entry],
    day: Day,
    by: &Arc<str>,
    of: impl Fn(&Entry) -> bool,
) -> Vec<Entry> {
    red_letters(entries, day, Some(by), of)
}

/// Whether anything is left of what these entries booked: what was taken back cancels out.
pub fn remains<'a>(entries: impl Iterator<Item = &'a Entry>) -> bool {
    let mut cells = Cells::default();
    for leg in entries.flat_map(|entry| &entry.legs) {
        cells.add(leg);
    }
    cells.sums.iter().any(|(_, sum)| *sum != 0)
}

/// [`take_back`], under the name of the step that does it where `by` names one.
fn red_letters(
    entries: &[Entry],
    day: Day,
    by: Option<&Arc<str>>,
    of: impl Fn(&Entry) -> bool,
) -> Vec<Entry> {
    type Group<'a> = (&'a Arc<str>, EntryState, Option<&'a Hold>);
    let mut groups: Vec<(Group<'_>, Cells<'_>)> = Vec::new();
    for entry in entries.iter().filter(|entry| of(entry)) {
        let group = (by.unwrap_or(&entry.by), entry.state, entry.hold.as_ref());
        let at = groups
            .iter()
            .position(|(other, _)| *other == group)
            .unwrap_or_else(|| {
                groups.push((group, Cells::default()));
                groups.len() - 1
            });
        for leg in &entry.legs {
            groups[at].1.add(leg);
        }
    }
    let mut out = Vec::new();
    for ((by, state, hold), cells) in groups {
        let legs: Vec<Leg> = cells
            .sums
            .into_iter()
            .filter(|(_, sum)| *sum != 0)
            .map(|(leg, sum)| Leg {
                amount: -sum,
                ..leg.clone()
            })
            .collect();
        if !legs.is_empty() {
            out.push(Entry {
                by: by.clone(),
                state,
                day,
                legs,
                hold: hold.cloned(),
                reversal: true,
            });
        }
    }
    out
}

/// Sums of legs that differ in nothing but their amount, in the order in which they first appear.
#[derive(Default)]
struct Cells<'a> {
    sums: Vec<(&'a Leg, i64)>,
    index: HashMap<CellKey<'a>, usize>,
}

type CellKey<'a> = (&'a str, &'a str, &'a str, &'a str, Unit, Side, Option<i64>);

impl<'a> Cells<'a> {
    fn add(&mut self, leg: &'a Leg) {
        let key = (
            &*leg.ledger,
            &*leg.place,
            &*leg.key,
            &*leg.detail,
            leg.unit,
            leg.side,
            leg.line,
        );
        let at = *self.index.entry(key).or_insert_with(|| {
            self.sums.push((leg, 0));
            self.sums.len() - 1
        });
        // What was booked fitted into 64 bits, and so does every part of it.
        self.sums[at].1 = self.sums[at].1.saturating_add(leg.amount);
    }
}

/// Moves what remains of `entries` in any other state on to `state`: takes it back there and books it anew. Under the name
/// of the step that does it where `by` names one, so that taking that step back takes the move back too; else under the
/// names that the entries had.
pub fn advance(
    entries: &[Entry],
    state: EntryState,
    day: Day,
    by: Option<&Arc<str>>,
    of: impl Fn(&Entry) -> bool,
) -> Vec<Entry> {
    let mut out = Vec::new();
    for back in red_letters(entries, day, by, |entry| entry.state != state && of(entry)) {
        let legs = back
            .legs
            .iter()
            .map(|leg| Leg {
                amount: -leg.amount,
                ..leg.clone()
            })
            .collect();
        let booked = Entry {
            by: back.by.clone(),
            state,
            day,
            legs,
            hold: None,
            reversal: false,
        };
        out.push(back);
        out.push(booked);
    }
    out
}

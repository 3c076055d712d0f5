//! Moves of quantities and values as entries.

use std::sync::Arc;

use kernel::{EntryState, Side};
use ledger::{Entry, Leg};
use model::Ledger;

use super::Valuing;

impl Valuing<'_> {
    /// The moves as entries: what moved in quantity, what it was worth, and where the value is booked as well.
    pub(super) fn booked(self, by: &Arc<str>, day: kernel::Day, state: EntryState) -> Vec<Entry> {
        let mut legs = [Vec::new(), Vec::new(), Vec::new()];
        let line = self.line.map(|line| line.id.0);
        for (nth, ledger) in [self.counts, self.worth].into_iter().enumerate() {
            for one in &self.moves {
                let amount = if nth == 0 { one.qty } else { one.value };
                if amount == 0 {
                    continue;
                }
                for (side, at) in [(Side::Out, &one.from), (Side::In, &one.to)] {
                    let key = self.balance_key(ledger, at);
                    legs[nth].push(Leg {
                        ledger: key.ledger,
                        place: key.place,
                        key: key.key,
                        detail: key.detail,
                        unit: ledger.unit,
                        side,
                        amount,
                        line,
                    });
                }
            }
        }
        legs[2] = self.mirrored(line);
        let entry = |legs: Vec<Leg>| Entry {
            by: by.clone(),
            state,
            day,
            legs,
            hold: None,
            reversal: false,
        };
        let some = legs.into_iter().filter(|legs| !legs.is_empty());
        some.map(entry).collect()
    }

    /// Every change of value of a place where the place says that it is booked as well.
    fn mirrored(&self, line: Option<i64>) -> Vec<Leg> {
        let mut sums: Vec<((usize, usize, Side), i64)> = Vec::new();
        for one in &self.moves {
            if one.from.0 == one.to.0 || one.value == 0 {
                continue;
            }
            for (side, at) in [(Side::Out, one.from.0), (Side::In, one.to.0)] {
                let Some((ledger, place)) = self.worth.places.get(at).and_then(|place| place.books)
                else {
                    continue;
                };
                let key = (ledger, place, side);
                match sums.iter_mut().find(|(other, _)| *other == key) {
                    Some((_, sum)) => *sum += one.value,
                    None => sums.push((key, one.value)),
                }
            }
        }
        let leg = |((ledger, place, side), amount): ((usize, usize, Side), i64)| {
            let ledger: &Ledger = self.context.pack.ledgers.get(ledger)?;
            Some(Leg {
                ledger: ledger.qualified.clone(),
                place: ledger.places.get(place)?.name.clone(),
                key: Arc::from(""),
                detail: Arc::from(""),
                unit: ledger.unit,
                side,
                amount,
                line,
            })
        };
        sums.into_iter()
            .filter(|(_, sum)| *sum != 0)
            .filter_map(leg)
            .collect()
    }
}

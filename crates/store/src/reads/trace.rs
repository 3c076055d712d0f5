//! Traces: every leg of one key over all places, summed by place and by party.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use kernel::{Side, SlipId};

use super::statement::{BOUNDS, statement};
use crate::api::{
    KeyFilter, StatementLeg, StatementQuery, StoreError, Trace, TraceParty, TracePlace,
};
use crate::sql::Sql;

/// Legs read at a time.
const CHUNK: usize = 10_000;

/// Follows a key of a ledger; at most `legs` legs are given, all are counted.
pub(crate) fn trace(
    sql: &dyn Sql,
    org: i64,
    ledger: &str,
    key: &str,
    legs: usize,
) -> Result<Trace, StoreError> {
    let mut query = StatementQuery {
        key: Some(KeyFilter::Exact(key.to_owned())),
        limit: CHUNK,
        ..StatementQuery::default()
    };
    let (mut sums, mut out) = (Sums::default(), Trace::default());
    loop {
        let page = statement(sql, org, ledger, &query, BOUNDS)?;
        out.unit = out.unit.or(page.unit);
        for leg in page.legs {
            sums.add(&leg);
            if out.legs.len() < legs {
                out.legs.push(leg);
            } else {
                out.more = true;
            }
        }
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    out.places = sums.places.into_values().collect();
    out.parties = sums.parties.into_values().collect();
    Ok(out)
}

#[derive(Default)]
struct Sums {
    places: BTreeMap<Arc<str>, TracePlace>,
    parties: BTreeMap<(Arc<str>, Arc<str>), TraceParty>,
    seen: HashSet<(Arc<str>, SlipId)>,
}

impl Sums {
    fn add(&mut self, leg: &StatementLeg) {
        let amount = i128::from(leg.amount);
        let (taken, given) = match leg.side {
            Side::In => (amount, 0),
            Side::Out => (0, amount),
        };
        let place = self
            .places
            .entry(leg.place.clone())
            .or_insert_with(|| TracePlace {
                place: leg.place.clone(),
                taken: 0,
                given: 0,
            });
        place.taken += taken;
        place.given += given;
        let new = leg
            .slip
            .is_some_and(|slip| self.seen.insert((leg.place.clone(), slip)));
        let party = match self.parties.entry((leg.place.clone(), leg.party.clone())) {
            Entry::Occupied(party) => party.into_mut(),
            Entry::Vacant(party) => party.insert(TraceParty {
                place: leg.place.clone(),
                party: leg.party.clone(),
                taken: 0,
                given: 0,
                first: leg.day,
                last: leg.day,
                slips: 0,
            }),
        };
        party.taken += taken;
        party.given += given;
        party.last = party.last.max(leg.day);
        party.slips += usize::from(new);
    }
}

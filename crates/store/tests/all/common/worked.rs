//! A store that a clerk worked in.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Command, Slip};
use kernel::{Moment, SlipId};
use ledger::{Balance, BalanceKey};
use store::{BalanceQuery, ListQuery, SlipEntry, Store, StoreUrl};
use testkit::hostile::Clerk;

use super::{ORG, options};

/// Balances by key.
pub type Balances = BTreeMap<BalanceKey, Balance>;

/// A store that a clerk worked in, with what is known of it otherwise.
pub struct Worked {
    pub store: Store,
    pub slips: Vec<Arc<Slip>>,
    pub entries: Vec<(Arc<Slip>, SlipEntry)>,
    /// Journal row and moment after each command.
    pub moments: Vec<(i64, Moment)>,
    pub now: Moment,
}

impl Worked {
    pub fn new(url: &StoreUrl) -> Worked {
        let store = Store::open(url, options()).expect("opens");
        let mut clerk = Clerk::new(&options().catalog, 11);
        let mut moments = Vec::new();
        let mut setup: Vec<Command> = clerk.set_up();
        setup.reverse();
        for _ in 0..400 {
            let command = setup.pop().unwrap_or_else(|| clerk.choose());
            let expected = clerk.learn(&command).expect("answered");
            let answer = store.submit_blocking(command.clone()).expect("answered");
            assert_eq!(answer.outcome, expected);
            moments.push((store.head(ORG).expect("read").0, command.at));
        }
        let now = moments.last().expect("some").1;
        let last = store
            .list(
                ORG,
                &ListQuery {
                    descending: true,
                    limit: 1,
                    ..ListQuery::default()
                },
            )
            .expect("read");
        let count = last.rows.first().map_or(0, |head| head.id.0);
        let slips: Vec<Arc<Slip>> = (1..=count)
            .map(|id| store.slip(ORG, SlipId(id)).expect("read").expect("there"))
            .collect();
        let mut entries = Vec::new();
        for slip in &slips {
            for entry in store.entries(ORG, slip.id).expect("read") {
                entries.push((slip.clone(), entry));
            }
        }
        entries.sort_by_key(|(_, entry)| entry.seq);
        assert!(
            slips.len() > 40 && entries.len() > 60,
            "{} {}",
            slips.len(),
            entries.len()
        );
        Worked {
            store,
            slips,
            entries,
            moments,
            now,
        }
    }

    pub fn slip(&self, id: SlipId) -> &Arc<Slip> {
        &self.slips[usize::try_from(id.0 - 1).expect("an id")]
    }

    pub fn booked(&self, keep: impl Fn(&SlipEntry) -> bool) -> Balances {
        let mut balances = Balances::new();
        for (_, entry) in self.entries.iter().filter(|(_, entry)| keep(entry)) {
            for leg in &entry.entry.legs {
                let balance = balances.entry(BalanceKey::of(leg)).or_default();
                *balance = balance.with(entry.entry.state, leg).expect("fits");
            }
        }
        balances
    }

    /// Balances of a ledger as the store gives them, in pages of `limit`.
    pub fn balances(&self, ledger: &str, query: &BalanceQuery, limit: usize) -> Balances {
        let mut query = BalanceQuery {
            limit,
            ..query.clone()
        };
        let mut out = Balances::new();
        loop {
            let page = self.store.balances(ORG, ledger, &query).expect("read");
            assert!(page.rows.len() <= limit);
            for row in page.rows {
                let key = BalanceKey {
                    ledger: ledger.into(),
                    place: row.place,
                    key: row.key,
                    detail: row.detail,
                };
                assert!(out.insert(key, row.balance).is_none(), "a row came twice");
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return out,
            }
        }
    }
}

/// Runs a test on every kind of store.
pub fn everywhere(test: impl Fn(&Worked)) {
    let (_folder, sqlite) = super::sqlite();
    test(&Worked::new(&sqlite));
    test(&Worked::new(&StoreUrl::Memory));
    if let Some(postgres) = super::postgres() {
        test(&Worked::new(&postgres));
    }
}

//! Accounts as they are needed to check legs.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::Catalog;

use super::found::Found;
use super::{bytes_of, key_text};
use crate::api::StoreError;
use crate::cell::RowDigest;
use crate::image::Image;
use crate::schema;
use crate::sql::Sql;

/// What must be known of an account to check its legs.
#[derive(Debug, Clone)]
pub(crate) struct AccountInfo {
    pub digest: Option<RowDigest>,
    /// Legs of one entry with the same group sum to zero.
    pub group: u64,
    /// Position in [`Accounts::places`].
    pub place: u32,
    /// How low it may go; `None`: as low as it likes.
    pub floor: Option<i64>,
}

/// The accounts of an organisation by number.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    pub by_id: Vec<AccountInfo>,
    /// Ledger, place, unit.
    pub places: Vec<(Arc<str>, Arc<str>, Arc<str>)>,
}

const NO_ACCOUNT: AccountInfo = AccountInfo {
    digest: None,
    group: 0,
    place: 0,
    floor: None,
};

/// By ledger and place: its number, and how low it may go.
type PlaceNumbers = HashMap<Vec<u8>, HashMap<Vec<u8>, (u32, Option<i64>)>>;

/// Rows read at a time; few in tests.
const CHUNK: i64 = if cfg!(test) { 8 } else { 4_096 };

/// No organisation has more numbers without an account than this.
const GAPS_MAX: i64 = 1_000_000;

/// The accounts of an organisation, to be read by several threads.
pub(crate) struct Reading<'a> {
    org: i64,
    /// The last journal row.
    last: i64,
    catalog: &'a Catalog,
    found: &'a Found,
    /// Under a key that nobody knows, so that nobody finds two groups that are taken for one.
    keyed: RandomState,
    shared: Mutex<Shared>,
    /// The highest number, and the highest that is believed.
    ends: (i64, i64),
    next: AtomicI64,
}

#[derive(Default)]
struct Shared {
    accounts: Accounts,
    numbers: PlaceNumbers,
}

impl<'a> Reading<'a> {
    pub fn new(
        sql: &dyn Sql,
        org: i64,
        last: i64,
        catalog: &'a Catalog,
        found: &'a Found,
    ) -> Result<Reading<'a>, StoreError> {
        let one = |text: &str| -> Result<i64, StoreError> {
            let row = sql.first(text, &[org.into()])?;
            row.map_or(Ok(0), |row| row.int(0))
        };
        let highest = one("select id from account where org = ?1 order by id desc limit 1")?;
        let count = one("select count(*) from account where org = ?1")?;
        Ok(Reading {
            org,
            last,
            catalog,
            found,
            keyed: RandomState::new(),
            shared: Mutex::default(),
            ends: (highest, highest.min(count + GAPS_MAX)),
            next: AtomicI64::new(0),
        })
    }

    /// Reads one part after the other until none is left.
    pub fn read(&self, sql: &dyn Sql) -> Result<(), StoreError> {
        // Most rows are of a place that this thread knows.
        let mut numbers = PlaceNumbers::new();
        loop {
            let from = self.next.fetch_add(CHUNK, Ordering::Relaxed);
            if from > self.ends.1 {
                return Ok(());
            }
            // The first and the last part also take numbers that no account has.
            let first = if from == 0 { i64::MIN } else { from };
            let last = match from + CHUNK - 1 {
                end if end >= self.ends.1 => self.ends.0,
                end => end,
            };
            let mut part = vec![NO_ACCOUNT; usize::try_from(CHUNK).unwrap_or_default()];
            sql.images(
                &schema::ACCOUNT,
                "org = ?1 and id >= ?2 and id <= ?3",
                "id",
                &[self.org.into(), first.into(), last.into()],
                &mut |row| {
                    let id = row.int(1).unwrap_or(0);
                    let place = usize::try_from(id - from.min(id))
                        .ok()
                        .and_then(|at| part.get_mut(at))
                        .filter(|_| id > 0 && row.int(7).unwrap_or(0) <= self.last);
                    let Some(place) = place else {
                        let key = key_text(&schema::ACCOUNT, row.cells);
                        self.found.add(0, "account", key, "was made by no command");
                        return Ok(());
                    };
                    *place = self.account(row, &mut numbers);
                    Ok(())
                },
            )?;
            self.put(from, &part);
        }
    }

    fn account(&self, row: &Image<'_>, numbers: &mut PlaceNumbers) -> AccountInfo {
        let [ledger, place, key, unit] = [2, 3, 4, 6].map(|at| bytes_of(row.cells[at]));
        let known = numbers.get(ledger).and_then(|places| places.get(place));
        let (number, floor) = known.copied().unwrap_or_else(|| {
            let number = self.number(ledger, place, unit);
            let places = numbers.entry(ledger.to_vec()).or_default();
            places.insert(place.to_vec(), number);
            number
        });
        AccountInfo {
            digest: Some(row.digest()),
            group: self.keyed.hash_one([ledger, key, unit]),
            place: number,
            floor,
        }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of a place, given when it is first met.
    fn number(&self, ledger: &[u8], place: &[u8], unit: &[u8]) -> (u32, Option<i64>) {
        let mut shared = self.shared();
        let known = shared
            .numbers
            .get(ledger)
            .and_then(|places| places.get(place));
        if let Some(known) = known {
            return *known;
        }
        let text = |bytes: &[u8]| Arc::from(String::from_utf8_lossy(bytes));
        let names = (text(ledger), text(place), text(unit));
        shared.accounts.places.push(names);
        let number = u32::try_from(shared.accounts.places.len() - 1).unwrap_or(u32::MAX);
        let found = (number, floor(self.catalog, ledger, place));
        let places = shared.numbers.entry(ledger.to_vec()).or_default();
        places.insert(place.to_vec(), found);
        found
    }

    fn put(&self, from: i64, part: &[AccountInfo]) {
        let used = part.iter().rposition(|info| info.digest.is_some());
        let (Some(used), Ok(from)) = (used, usize::try_from(from)) else {
            return;
        };
        let all = &mut self.shared().accounts.by_id;
        if all.len() <= from + used {
            all.resize(from + used + 1, NO_ACCOUNT);
        }
        all[from..=from + used].clone_from_slice(&part[..=used]);
    }

    pub fn finish(self) -> Accounts {
        let shared = self.shared.into_inner();
        shared.unwrap_or_else(PoisonError::into_inner).accounts
    }
}

impl Accounts {
    pub fn get(&self, id: i64) -> Option<&AccountInfo> {
        let info = self.by_id.get(usize::try_from(id).ok()?)?;
        info.digest.is_some().then_some(info)
    }
}

/// How low a place may go, by the current packs. A ledger that no pack declares any more is not judged.
fn floor(catalog: &Catalog, ledger: &[u8], place: &[u8]) -> Option<i64> {
    let (Ok(ledger), Ok(place)) = (std::str::from_utf8(ledger), std::str::from_utf8(place)) else {
        return None;
    };
    let declared = catalog
        .packs()
        .iter()
        .flat_map(|pack| &pack.ledgers)
        .find(|declared| &*declared.qualified == ledger);
    declared.and_then(|declared| match declared.place(place) {
        Some((_, place)) => place.floor(),
        None => declared.chart.is_none().then_some(0),
    })
}

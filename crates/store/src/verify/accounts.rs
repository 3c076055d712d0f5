//! Accounts as they are needed to check legs.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use model::Catalog;

use super::found::Found;
use super::{bytes_of, key_text};
use crate::api::StoreError;
use crate::cell::{CellRef, RowDigest, row_digest};
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
    /// May go below zero.
    pub open: bool,
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
    open: true,
};

/// By ledger and place: its number, and whether it is a place of the packs.
type PlaceNumbers = HashMap<Vec<u8>, HashMap<Vec<u8>, (u32, bool)>>;

impl Accounts {
    /// Reads all accounts; those that a journal row after `last` made are not looked at.
    pub fn read(
        sql: &dyn Sql,
        org: i64,
        last: i64,
        catalog: &Catalog,
        found: &Found,
    ) -> Result<Accounts, StoreError> {
        let mut accounts = Accounts::default();
        let mut place_numbers: PlaceNumbers = HashMap::new();
        // Under a key that nobody knows, so that nobody finds two groups that are taken for one.
        let keyed = RandomState::new();
        let mut next = 1;
        loop {
            let mut read = 0;
            let text = format!(
                "select {} from account where org = ?1 and id >= ?2 order by id limit 4096",
                schema::ACCOUNT.scan_list(sql.dialect())
            );
            sql.scan(&text, &[org.into(), next.into()], &mut |cells| {
                read += 1;
                let (id, seq) = match (cells[1], cells[7]) {
                    (CellRef::Int(id), CellRef::Int(seq)) => (id, seq),
                    _ => (0, 0),
                };
                let [ledger, place, key, unit] = [2, 3, 4, 6].map(|at| bytes_of(cells[at]));
                let at = usize::try_from(id).unwrap_or(0);
                if id < next || at > accounts.by_id.len() + 1_000_000 || seq > last {
                    found.add(
                        0,
                        "account",
                        key_text(&schema::ACCOUNT, cells),
                        "was made by no command",
                    );
                    next = next.max(id.saturating_add(1));
                    return Ok(());
                }
                next = id + 1;
                let known = place_numbers
                    .get(ledger)
                    .and_then(|places| places.get(place))
                    .copied();
                let (number, open) = known.unwrap_or_else(|| {
                    let text = |bytes: &[u8]| Arc::from(String::from_utf8_lossy(bytes));
                    let names = (text(ledger), text(place), text(unit));
                    accounts.places.push(names);
                    let number = u32::try_from(accounts.places.len() - 1).unwrap_or(u32::MAX);
                    let found = (number, is_open(catalog, ledger, place));
                    let places = place_numbers.entry(ledger.to_vec()).or_default();
                    places.insert(place.to_vec(), found);
                    found
                });
                if accounts.by_id.len() <= at {
                    accounts.by_id.resize(at + 1, NO_ACCOUNT);
                }
                accounts.by_id[at] = AccountInfo {
                    digest: Some(row_digest(schema::ACCOUNT.name, cells.iter().copied())),
                    group: keyed.hash_one([ledger, key, unit]),
                    place: number,
                    open,
                };
                Ok(())
            })?;
            if read < 4096 {
                return Ok(accounts);
            }
        }
    }

    pub fn get(&self, id: i64) -> Option<&AccountInfo> {
        let info = self.by_id.get(usize::try_from(id).ok()?)?;
        info.digest.is_some().then_some(info)
    }
}

/// Whether a place may go below zero, by the current packs. A ledger that no pack declares any more is not judged.
fn is_open(catalog: &Catalog, ledger: &[u8], place: &[u8]) -> bool {
    let (Ok(ledger), Ok(place)) = (std::str::from_utf8(ledger), std::str::from_utf8(place)) else {
        return true;
    };
    let declared = catalog
        .packs()
        .iter()
        .flat_map(|pack| &pack.ledgers)
        .find(|declared| &*declared.qualified == ledger);
    declared.is_none_or(|declared| match declared.place(place) {
        Some((_, place)) => place.open,
        None => declared.chart.is_some(),
    })
}

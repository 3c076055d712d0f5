//! Looking ahead: with a distant database every question costs a journey, so a batch asks for its balances all at once.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use engine::Command;
use ledger::BalanceKey;
use model::Catalog;
use serde::Serialize;

use crate::api::StoreError;
use crate::cache::{Cache, View};
use crate::cell::Row;
use crate::source::{Account, Source, account_from};
use crate::sql::Sql;

/// What the database is asked for, by position.
#[derive(Serialize)]
struct Asked<'a> {
    n: usize,
    ledger: &'a str,
    place: &'a str,
    key: &'a str,
    detail: &'a str,
}

/// Puts into memory the balances that these commands are going to read. They are judged once with every unknown balance
/// at nought, only to see which they ask for; the answers are thrown away.
pub(crate) fn balances<'a>(
    cache: &mut Cache,
    source: &dyn Source,
    sql: &dyn Sql,
    catalog: &Catalog,
    commands: impl Iterator<Item = &'a Command>,
) -> Result<(), StoreError> {
    let mut wanted: BTreeSet<BalanceKey> = BTreeSet::new();
    for command in commands {
        let view = View::looking_ahead(cache, source);
        // What goes wrong here goes wrong again when the command is judged in earnest, and is answered then.
        let _ = catch_unwind(AssertUnwindSafe(|| engine::apply(catalog, &view, command)));
        wanted.extend(view.wanted());
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let wanted: Vec<BalanceKey> = wanted.into_iter().collect();
    for (key, account) in wanted.iter().zip(read(sql, cache.org, &wanted)?) {
        cache.accounts.insert(key.clone(), account);
    }
    Ok(())
}

/// The accounts of these keys, in their order; those that do not exist are empty.
fn read(sql: &dyn Sql, org: i64, keys: &[BalanceKey]) -> Result<Vec<Account>, StoreError> {
    let asked: Vec<Asked<'_>> = keys
        .iter()
        .enumerate()
        .map(|(n, key)| Asked {
            n,
            ledger: &key.ledger,
            place: &key.place,
            key: &key.key,
            detail: &key.detail,
        })
        .collect();
    let asked = serde_json::to_string(&asked).unwrap_or_default();
    let rows = sql.query(ACCOUNTS, &[org.into(), asked.into()])?;
    let mut by_position: BTreeMap<i64, Vec<Row>> = BTreeMap::new();
    for mut row in rows {
        let n = row.int(0)?;
        row.0.remove(0);
        by_position.entry(n).or_default().push(row);
    }
    (0i64..)
        .zip(keys)
        .map(|(n, _)| match by_position.get(&n) {
            Some(rows) => Ok(account_from(rows)?.unwrap_or_default()),
            None => Ok(Account::default()),
        })
        .collect()
}

/// PostgreSQL only: no other database is distant. Each account is looked up by itself, whatever the planner believes of a
/// table that was empty when it made its plan.
const ACCOUNTS: &str = "select w.n, a.id, b.period, b.draft_in, b.draft_out, b.checked_in, b.checked_out, b.posted_in, \
     b.posted_out, b.held_in, b.held_out, b.last_seq \
     from json_to_recordset(?2::text::json) as w(n bigint, ledger text, place text, key text, detail text) \
     cross join lateral (select a.id from account a where a.org = ?1 and a.ledger = w.ledger collate \"C\" \
     and a.key = w.key collate \"C\" and a.detail = w.detail collate \"C\" and a.place = w.place collate \"C\" \
     limit 1) a cross join lateral (select * from balance b where b.org = ?1 and b.account = a.id offset 0) b";

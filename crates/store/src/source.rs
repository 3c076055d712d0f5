//! What a lane reads when its memory does not have it.

use std::sync::Arc;

use engine::{Answered, Record};
use kernel::{EntryState, SlipId, Unit};
use ledger::{Balance, BalanceKey, Entry, Sums};

use crate::api::StoreError;
use crate::batch::Turnover;
use crate::cell::{Cell, Row};
use crate::codec::{StoredSlip, parse};
use crate::packs::Packs;
use crate::reads;
use crate::sql::Sql;

/// Where the journal ends, and the next ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub seq: i64,
    pub at: i64,
    pub hash: [u8; 32],
    pub next_slip: i64,
    pub next_account: i64,
}

impl Head {
    /// Of an empty journal.
    pub const EMPTY: Head = Head {
        seq: 0,
        at: i64::MIN,
        hash: [0; 32],
        next_slip: 1,
        next_account: 1,
    };
}

/// A place and key with its balance: over all periods, and per period with the last journal row that moved it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    /// `None`: nothing was ever booked.
    pub id: Option<i64>,
    pub total: Balance,
    pub periods: Vec<(i64, Balance, i64)>,
}

pub(crate) trait Source {
    fn slip(&self, id: SlipId) -> Result<Option<StoredSlip>, StoreError>;
    fn account(&self, key: &BalanceKey) -> Result<Option<Account>, StoreError>;
    /// Further dimensions at which something is posted in a place at a key.
    fn details(&self, ledger: &str, place: &str, key: &str) -> Result<Vec<Arc<str>>, StoreError>;
    fn turnover(
        &self,
        ledger: &str,
        place: &str,
        period: i64,
    ) -> Result<Option<Turnover>, StoreError>;
    fn serial(&self, series: &str) -> Result<i64, StoreError>;
    fn records(&self, register: &str, key: &str) -> Result<Vec<Record>, StoreError>;
    fn any_record(&self, register: &str) -> Result<bool, StoreError>;
    /// What journal rows up to `last` booked for a slip.
    fn entries(&self, slip: SlipId, last: i64) -> Result<Vec<Entry>, StoreError>;
    /// The accepted command of that key: row of the journal and answer.
    fn answered(&self, key: &str) -> Result<Option<(i64, Answered)>, StoreError>;
    fn has_content(&self, hash: &str) -> Result<bool, StoreError>;
    fn has_pack_text(&self, version: &str) -> Result<bool, StoreError>;
}

/// A database.
pub(crate) struct SqlSource<'a> {
    pub sql: &'a dyn Sql,
    pub packs: &'a Packs,
    pub org: i64,
}

impl Source for SqlSource<'_> {
    fn slip(&self, id: SlipId) -> Result<Option<StoredSlip>, StoreError> {
        reads::slips::stored(self.sql, self.packs, self.org, id)
    }

    fn account(&self, key: &BalanceKey) -> Result<Option<Account>, StoreError> {
        let rows = self.sql.query(
            "select a.id, b.period, b.draft_in, b.draft_out, b.checked_in, b.checked_out, b.posted_in, b.posted_out, \
             b.held_in, b.held_out, b.last_seq from account a join balance b on b.org = a.org and b.account = a.id \
             where a.org = ?1 and a.ledger = ?2 and a.place = ?3 and a.key = ?4 and a.detail = ?5",
            &[
                self.org.into(),
                (&key.ledger).into(),
                (&key.place).into(),
                (&key.key).into(),
                (&key.detail).into(),
            ],
        )?;
        account_from(&rows)
    }

    fn details(&self, ledger: &str, place: &str, key: &str) -> Result<Vec<Arc<str>>, StoreError> {
        let rows = self.sql.query(
            "select a.detail from account a join balance b on b.org = a.org and b.account = a.id \
             where a.org = ?1 and a.ledger = ?2 and a.key = ?3 and a.place = ?4 \
             group by a.detail having sum(b.posted_in - b.posted_out) <> 0",
            &[self.org.into(), ledger.into(), key.into(), place.into()],
        )?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    fn turnover(
        &self,
        ledger: &str,
        place: &str,
        period: i64,
    ) -> Result<Option<Turnover>, StoreError> {
        let row = self.sql.first(
            "select unit, draft_in, draft_out, checked_in, checked_out, posted_in, posted_out, held_in, held_out \
             from turnover where org = ?1 and ledger = ?2 and place = ?3 and period = ?4",
            &[self.org.into(), ledger.into(), place.into(), period.into()],
        )?;
        row.map(|row| turnover_from(&row, 0)).transpose()
    }

    fn serial(&self, series: &str) -> Result<i64, StoreError> {
        let row = self.sql.first(
            "select last from series where org = ?1 and name = ?2",
            &[self.org.into(), series.into()],
        )?;
        row.map_or(Ok(0), |row| row.int(0))
    }

    fn records(&self, register: &str, key: &str) -> Result<Vec<Record>, StoreError> {
        let rows = reads::registers::versions(self.sql, self.org, register, key)?;
        Ok(rows.into_iter().map(|row| row.record).collect())
    }

    fn any_record(&self, register: &str) -> Result<bool, StoreError> {
        let row = self.sql.first(
            "select version from record where org = ?1 and register = ?2 limit 1",
            &[self.org.into(), register.into()],
        )?;
        Ok(row.is_some())
    }

    fn entries(&self, slip: SlipId, last: i64) -> Result<Vec<Entry>, StoreError> {
        let rows = reads::slips::entries(self.sql, self.org, slip)?;
        let settled = rows.into_iter().filter(|row| row.seq <= last);
        Ok(settled.map(|row| row.entry).collect())
    }

    fn answered(&self, key: &str) -> Result<Option<(i64, Answered)>, StoreError> {
        let row = self.sql.first(ANSWERED, &[self.org.into(), key.into()])?;
        row.map(|row| answered_from(&row)).transpose()
    }

    fn has_content(&self, hash: &str) -> Result<bool, StoreError> {
        let row = self.sql.first(
            "select size from content where org = ?1 and hash = ?2",
            &[self.org.into(), hash.into()],
        )?;
        Ok(row.is_some())
    }

    fn has_pack_text(&self, version: &str) -> Result<bool, StoreError> {
        let row = self.sql.first(
            "select seq from pack_text where org = ?1 and version = ?2",
            &[self.org.into(), version.into()],
        )?;
        Ok(row.is_some())
    }
}

const ANSWERED: &str =
    "select seq, request, reply from journal where org = ?1 and key = ?2 and outcome = 'done'";

fn answered_from(row: &Row) -> Result<(i64, Answered), StoreError> {
    let answered = Answered {
        request: row.text(1)?,
        reply: Ok(parse(row.str(2)?, "journal.reply")?),
    };
    Ok((row.int(0)?, answered))
}

/// An account out of rows of number, period, eight sums and the last journal row.
pub(crate) fn account_from(rows: &[Row]) -> Result<Option<Account>, StoreError> {
    let mut account = Account::default();
    for row in rows {
        account.id = Some(row.int(0)?);
        let balance = balance_from(row, 2)?;
        account.total = add(account.total, balance)
            .ok_or_else(|| StoreError::Corrupt("a balance does not fit in 64 bits".to_owned()))?;
        account.periods.push((row.int(1)?, balance, row.int(10)?));
    }
    Ok(account.id.map(|_| account))
}

/// Eight sums from column `at` on.
pub(crate) fn balance_from(row: &Row, at: usize) -> Result<Balance, StoreError> {
    let mut balance = Balance::default();
    for (state, at) in EntryState::ALL.into_iter().zip((at..).step_by(2)) {
        *balance.of_mut(state) = Sums {
            r#in: row.int(at)?,
            out: row.int(at + 1)?,
        };
    }
    Ok(balance)
}

/// Unit and eight sums as text from column `at` on.
pub(crate) fn turnover_from(row: &Row, at: usize) -> Result<Turnover, StoreError> {
    let unit = unit_named(row.str(at)?)?;
    let mut sums = [0; 8];
    for (position, sum) in sums.iter_mut().enumerate() {
        *sum = row
            .str(at + 1 + position)?
            .parse()
            .map_err(|_| StoreError::Corrupt("a turnover is not a number".to_owned()))?;
    }
    Ok(Turnover { unit, sums })
}

/// The unit of that name.
pub(crate) fn unit_named(name: &str) -> Result<Unit, StoreError> {
    [Unit::Count, Unit::Qty, Unit::Money, Unit::Price, Unit::Rate]
        .into_iter()
        .find(|unit| unit.name() == name)
        .ok_or_else(|| StoreError::Corrupt(format!("{name:?} is no unit")))
}

/// The sum of two balances.
pub(crate) fn add(a: Balance, b: Balance) -> Option<Balance> {
    let mut out = a;
    for state in EntryState::ALL {
        let (sums, more) = (out.of_mut(state), b.of(state));
        sums.r#in = sums.r#in.checked_add(more.r#in)?;
        sums.out = sums.out.checked_add(more.out)?;
    }
    Some(out)
}

/// Nothing: what is not in memory does not exist.
#[derive(Debug, Default)]
pub(crate) struct Nothing {
    /// Contents that an attachment may name.
    pub contents: std::collections::HashSet<Arc<str>>,
}

impl Source for Nothing {
    fn slip(&self, _: SlipId) -> Result<Option<StoredSlip>, StoreError> {
        Ok(None)
    }
    fn account(&self, _: &BalanceKey) -> Result<Option<Account>, StoreError> {
        Ok(None)
    }
    fn details(&self, _: &str, _: &str, _: &str) -> Result<Vec<Arc<str>>, StoreError> {
        Ok(Vec::new())
    }
    fn turnover(&self, _: &str, _: &str, _: i64) -> Result<Option<Turnover>, StoreError> {
        Ok(None)
    }
    fn serial(&self, _: &str) -> Result<i64, StoreError> {
        Ok(0)
    }
    fn records(&self, _: &str, _: &str) -> Result<Vec<Record>, StoreError> {
        Ok(Vec::new())
    }
    fn any_record(&self, _: &str) -> Result<bool, StoreError> {
        Ok(false)
    }
    fn entries(&self, _: SlipId, _: i64) -> Result<Vec<Entry>, StoreError> {
        Ok(Vec::new())
    }
    fn answered(&self, _: &str) -> Result<Option<(i64, Answered)>, StoreError> {
        Ok(None)
    }
    fn has_content(&self, hash: &str) -> Result<bool, StoreError> {
        Ok(self.contents.contains(hash))
    }
    fn has_pack_text(&self, _: &str) -> Result<bool, StoreError> {
        Ok(false)
    }
}

/// The lane's memory for everything but attachments, whose contents are only in the database.
pub(crate) struct ContentOnly<'a> {
    pub sql: &'a dyn Sql,
    pub org: i64,
    pub nothing: Nothing,
}

macro_rules! from_nothing {
    ($($name:ident($($arg:ident: $type:ty),*) -> $out:ty;)*) => {
        $(fn $name(&self, $($arg: $type),*) -> Result<$out, StoreError> {
            self.nothing.$name($($arg),*)
        })*
    };
}

impl Source for ContentOnly<'_> {
    from_nothing! {
        slip(id: SlipId) -> Option<StoredSlip>;
        account(key: &BalanceKey) -> Option<Account>;
        details(ledger: &str, place: &str, key: &str) -> Vec<Arc<str>>;
        turnover(ledger: &str, place: &str, period: i64) -> Option<Turnover>;
        serial(series: &str) -> i64;
        records(register: &str, key: &str) -> Vec<Record>;
        any_record(register: &str) -> bool;
        entries(slip: SlipId, last: i64) -> Vec<Entry>;
        answered(key: &str) -> Option<(i64, Answered)>;
        has_pack_text(version: &str) -> bool;
    }

    fn has_content(&self, hash: &str) -> Result<bool, StoreError> {
        let row = self.sql.first(
            "select size from content where org = ?1 and hash = ?2",
            &[Cell::Int(self.org), hash.into()],
        )?;
        Ok(row.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::StoreUrl;
    use crate::testing::{ORG, open, work};

    /// What is being written may be in the database already; memory has it, so it must not be counted twice.
    #[test]
    fn what_was_booked_after_a_row_is_not_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open(&StoreUrl::Sqlite(folder.path().join("one.db")));
        work(&store, 7, 200);
        let inner = &store.inner;
        let seen = inner.access.read(|sql| {
            let source = SqlSource {
                sql,
                packs: &inner.packs,
                org: ORG.0,
            };
            let row = sql.first(
                "select j.slip, min(l.seq), max(l.seq) from journal j join leg l on l.org = j.org and l.seq = j.seq \
                 group by j.slip having min(l.seq) < max(l.seq) limit 1",
                &[],
            )?;
            let row = row.expect("a slip that was booked twice");
            let slip = SlipId(row.int(0)?);
            let upto = |last: i64| source.entries(slip, last).map(|entries| entries.len());
            let (first, last) = (row.int(1)?, row.int(2)?);
            Ok((upto(first - 1)?, upto(last - 1)?, upto(last)?))
        });
        let (none, some, all) = seen.expect("read");
        assert_eq!(none, 0);
        assert!(0 < some && some < all, "{some} of {all}");
    }
}

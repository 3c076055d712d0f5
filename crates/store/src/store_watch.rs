//! Slips that people keep in sight, through an open store. All of these block the thread.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::{Moment, OrgId, SlipId};

use crate::api::{StoreError, Watched};
use crate::cell::Cell;
use crate::reads::work::{checked, get, put};
use crate::schema;
use crate::sql::{Filter, Sql};
use crate::store::Store;

type Result<T> = std::result::Result<T, StoreError>;

/// Slips asked about in one statement.
const CHUNK: usize = 500;

/// Each slip of a person with whether he watches it, and since when he does or does not.
fn chosen(sql: &dyn Sql, org: i64, login: &str) -> Result<HashMap<i64, (bool, i64)>> {
    let text = format!(
        "select {} from watch where org = ?1 and login = ?2",
        schema::WATCH.column_list()
    );
    let rows = sql.query(&text, &[org.into(), login.into()])?;
    let sound = rows
        .into_iter()
        .filter_map(|row| checked(&schema::WATCH, row).ok());
    sound
        .map(|row| Ok((row.int(2)?, (row.int(3)? == 1, row.int(4)?))))
        .collect()
}

/// What was copied to a person, the latest first: slip, who copied it, when.
fn copied(
    sql: &dyn Sql,
    org: i64,
    login: &str,
    limit: i64,
) -> Result<Vec<(i64, Arc<str>, Moment)>> {
    let rows = sql.query(
        "select slip, person, at from note where org = ?1 and kind = 'copy' and reader = ?2 \
         order by seq desc limit ?3",
        &[org.into(), login.into(), limit.into()],
    )?;
    rows.iter()
        .map(|row| Ok((row.int(0)?, row.text(1)?, Moment(row.int(2)?))))
        .collect()
}

#[allow(clippy::missing_errors_doc)]
impl Store {
    /// Begins or ends watching a slip. It also puts out of sight, or back, what was copied to this person before.
    pub fn watch(
        &self,
        org: OrgId,
        login: &str,
        slip: SlipId,
        watching: bool,
        now: Moment,
    ) -> Result<()> {
        let cells = vec![
            org.0.into(),
            login.into(),
            slip.0.into(),
            i64::from(watching).into(),
            now.0.into(),
        ];
        self.inner
            .access
            .work(|sql| put(sql, &schema::WATCH, cells))
    }

    /// Whether a person watches a slip, as he chose himself.
    pub fn watches(&self, org: OrgId, login: &str, slip: SlipId) -> Result<bool> {
        let key = [org.0.into(), login.into(), slip.0.into()];
        self.inner.access.read(|sql| {
            let row = get(sql, &schema::WATCH, &key)?;
            row.map_or(Ok(false), |row| Ok(row.int(3)? == 1))
        })
    }

    /// What a person watches: what he chose, and what was copied to him unless he put it out of sight since. The latest
    /// first; each slip once.
    pub fn watched(&self, org: OrgId, login: &str, limit: usize) -> Result<Vec<Watched>> {
        self.inner.access.snapshot(|sql| {
            let chosen = chosen(sql, org.0, login)?;
            let mut found: HashMap<i64, Watched> = HashMap::new();
            for (slip, by, at) in copied(sql, org.0, login, limit as i64)? {
                let hidden = matches!(chosen.get(&slip), Some((false, since)) if *since >= at.0);
                if !hidden {
                    found.entry(slip).or_insert(Watched {
                        slip: SlipId(slip),
                        since: at,
                        copied_by: Some(by),
                    });
                }
            }
            for (slip, (watching, since)) in &chosen {
                if *watching {
                    found.entry(*slip).or_insert(Watched {
                        slip: SlipId(*slip),
                        since: Moment(*since),
                        copied_by: None,
                    });
                }
            }
            let mut found: Vec<Watched> = found.into_values().collect();
            found.sort_by_key(|one| std::cmp::Reverse((one.since, one.slip)));
            found.truncate(limit);
            Ok(found)
        })
    }

    /// Whether anybody watches anything.
    pub fn any_watched(&self, org: OrgId) -> Result<bool> {
        let text = "select 1 from watch where org = ?1 and watching = 1 limit 1";
        self.inner
            .access
            .read(|sql| Ok(sql.first(text, &[org.0.into()])?.is_some()))
    }

    /// Logins of those who chose to watch these slips.
    pub fn watchers(&self, org: OrgId, slips: &[SlipId]) -> Result<HashMap<SlipId, Vec<Arc<str>>>> {
        self.inner.access.read(|sql| {
            let mut out: HashMap<SlipId, Vec<Arc<str>>> = HashMap::new();
            for some in slips.chunks(CHUNK) {
                let mut filter = Filter::new("org = ?", org.0);
                filter.within("slip", some.iter().map(|slip| Cell::Int(slip.0)));
                let text = format!(
                    "select {} from watch where {} order by login",
                    schema::WATCH.column_list(),
                    filter.text
                );
                for row in sql.query(&text, &filter.params)? {
                    let Ok(row) = checked(&schema::WATCH, row) else {
                        continue;
                    };
                    if row.int(3)? == 1 {
                        let of = out.entry(SlipId(row.int(2)?)).or_default();
                        of.push(row.text(1)?);
                    }
                }
            }
            Ok(out)
        })
    }
}

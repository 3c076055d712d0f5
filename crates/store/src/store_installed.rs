//! Versions of packs and series of numbers, through an open store. All of these block the thread.

use kernel::{Moment, OrgId};
use model::SourceText;

use crate::api::{PackVersion, Series, StoreError};
use crate::cell::Cell;
use crate::packs::texts_from;
use crate::sql::{Filter, past_prefix};
use crate::store::Store;

type Result<T> = std::result::Result<T, StoreError>;

#[allow(clippy::missing_errors_doc)]
impl Store {
    /// Every version of every pack that was put into use here, the newest first.
    pub fn pack_versions(&self, org: OrgId) -> Result<Vec<PackVersion>> {
        let rows = self.inner.access.read(|sql| {
            sql.query(
                "select p.version, p.name, p.seq, j.at from pack_text p \
                 join journal j on j.org = p.org and j.seq = p.seq where p.org = ?1 order by p.seq desc",
                &[org.0.into()],
            )
        })?;
        rows.iter()
            .map(|row| {
                Ok(PackVersion {
                    version: row.text(0)?,
                    name: row.text(1)?,
                    seq: row.int(2)?,
                    at: Moment(row.int(3)?),
                })
            })
            .collect()
    }

    /// The texts of a version of a pack as they were put into use; `None` when there is none.
    pub fn pack_texts(&self, org: OrgId, version: &str) -> Result<Option<Vec<SourceText>>> {
        let row = self.inner.access.read(|sql| {
            sql.first(
                "select texts from pack_text where org = ?1 and version = ?2",
                &[org.0.into(), Cell::text(version)],
            )
        })?;
        row.map(|row| texts_from(row.str(0)?)).transpose()
    }

    /// The series of a kind of slip, the latest period first, after the one named; most of them `limit`.
    pub fn series(
        &self,
        org: OrgId,
        kind: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Series>> {
        let prefix = format!("{kind}/");
        let mut filter = Filter::new("org = ?", org.0);
        filter.and("name > ?", prefix.as_str());
        filter.and(
            "name < ?",
            after.map_or_else(|| past_prefix(&prefix), str::to_owned),
        );
        let most = filter.param(i64::try_from(limit.min(1_000)).unwrap_or(1_000));
        let text = format!(
            "select name, last from series where {} order by name desc limit {most}",
            filter.text
        );
        let rows = self
            .inner
            .access
            .read(|sql| sql.query(&text, &filter.params))?;
        rows.iter()
            .map(|row| {
                Ok(Series {
                    name: row.text(0)?,
                    last: row.int(1)?,
                })
            })
            .collect()
    }
}

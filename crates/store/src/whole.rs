//! The whole database: verify.

use crate::access::Access;
use crate::api::{Bad, Options, Progress, Report, StoreError, StoreUrl};
use crate::store::Store;
use crate::verify;

type Result<T> = std::result::Result<T, StoreError>;

impl Store {
    /// Recomputes every hash and every balance and names what is not as it was written, as of now; commands go on
    /// meanwhile.
    ///
    /// # Errors
    /// When the database cannot be read; what is wrong in it is in the report.
    pub fn verify(&self, progress: Progress<'_>) -> Result<Report> {
        verify_through(&self.inner.access, &self.catalog(), progress)
    }
}

/// Where a journal ended when somebody wrote it down elsewhere: one entry of [`Report::heads`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Organisation.
    pub org: i64,
    /// Row of its journal.
    pub seq: i64,
    /// That row's hash, hex.
    pub hash: String,
}

/// Holds a verified database against what was kept. Whoever may write to the database can cut the end off a journal, or
/// compute a whole chain anew, so that it is sound in itself; it will not be the chain that somebody remembers.
fn hold_against(access: &Access, kept: &[Kept], report: &mut Report) -> Result<()> {
    for kept in kept {
        let row = access.read(|sql| {
            sql.first(
                "select hash from journal where org = ?1 and seq = ?2",
                &[kept.org.into(), kept.seq.into()],
            )
        })?;
        let what = match row {
            Some(row) if engine::hex(&row.blob(0)?).eq_ignore_ascii_case(&kept.hash) => continue,
            Some(_) => "is not the row that was kept elsewhere: the journal was written anew",
            None => "is missing, and was kept elsewhere: the journal was cut off",
        };
        let bad = Bad {
            table: "journal".to_owned(),
            key: format!("org={} seq={}", kept.org, kept.seq),
            what: what.to_owned(),
        };
        report.bad_count += 1;
        report.first_bad.get_or_insert_with(|| bad.clone());
        report.bad.push(bad);
    }
    Ok(())
}

/// [`verify_url`], held against what was kept elsewhere of earlier verifications.
///
/// # Errors
/// As [`verify_url`].
pub fn verify_url_against(
    url: &StoreUrl,
    options: &Options,
    kept: &[Kept],
    progress: Progress<'_>,
) -> Result<Report> {
    let access = Access::look(url, options)?;
    let mut report = verify_through(&access, &options.catalog, progress)?;
    hold_against(&access, kept, &mut report)?;
    Ok(report)
}

fn verify_through(
    access: &Access,
    catalog: &model::Catalog,
    progress: Progress<'_>,
) -> Result<Report> {
    access.read_by_two(|sql, second| verify::verify(sql, second, catalog, progress))
}

/// Verifies a database that need not be open anywhere; changes nothing in it.
///
/// # Errors
/// When the database cannot be read; what is wrong in it is in the report.
pub fn verify_url(url: &StoreUrl, options: &Options, progress: Progress<'_>) -> Result<Report> {
    let access = Access::look(url, options)?;
    verify_through(&access, &options.catalog, progress)
}

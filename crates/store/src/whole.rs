//! The whole database: verify.

use crate::access::Access;
use crate::api::{Options, Progress, Report, StoreError, StoreUrl};
use crate::sql::Sql;
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

fn verify_through(
    access: &Access,
    catalog: &model::Catalog,
    progress: Progress<'_>,
) -> Result<Report> {
    let through = |work: &mut dyn FnMut(&dyn Sql) -> Result<()>| access.read(|sql| work(sql));
    let second: Option<verify::Second<'_>> = access.lends_two().then_some(&through);
    access.read(|sql| verify::verify(sql, second, catalog, progress))
}

/// Verifies a database that need not be open anywhere; changes nothing in it.
///
/// # Errors
/// When the database cannot be read; what is wrong in it is in the report.
pub fn verify_url(url: &StoreUrl, options: &Options, progress: Progress<'_>) -> Result<Report> {
    let access = Access::look(url, options)?;
    verify_through(&access, &options.catalog, progress)
}

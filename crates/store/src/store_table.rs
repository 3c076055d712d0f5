//! Lists of slips with their fields, through an open store. All of these block the thread.

use kernel::{OrgId, SlipId};

use crate::api::{StoreError, SumQuery, Sums, TablePage, TableQuery, TableRow};
use crate::reads::{sums, table};
use crate::sql::Sql;
use crate::store::Store;

type Result<T> = std::result::Result<T, StoreError>;

#[allow(clippy::missing_errors_doc)]
impl Store {
    /// A page of slips for which every condition holds; with their fields when `fields` is set. A condition that cannot
    /// be read is [`StoreError::Invalid`], which names it.
    pub fn table(&self, org: OrgId, query: &TableQuery, fields: bool) -> Result<TablePage> {
        let catalog = self.catalog();
        self.inner
            .access
            .snapshot(|sql| table::page(sql, org.0, &catalog, query, fields))
    }

    /// Every such slip in order, until `each` says no. The page of the query does not matter. Memory does not grow with
    /// the number of slips, save for the keys of an order that no index has.
    pub fn each_slip(
        &self,
        org: OrgId,
        query: &TableQuery,
        fields: bool,
        mut each: impl FnMut(TableRow) -> Result<bool>,
    ) -> Result<()> {
        let catalog = self.catalog();
        let access = &self.inner.access;
        let lend = |work: &mut dyn FnMut(&dyn Sql) -> Result<()>| access.read(|sql| work(sql));
        table::each(&lend, org.0, &catalog, query, fields, &mut each)
    }

    /// Slips with all their fields by id, in that order; those that do not exist are left out.
    pub fn slips_with_fields(&self, org: OrgId, ids: &[SlipId]) -> Result<Vec<TableRow>> {
        let catalog = self.catalog();
        self.inner
            .access
            .snapshot(|sql| table::of_ids(sql, org.0, &catalog, ids))
    }

    /// Counts and sums of such slips by the values of a field.
    pub fn sums(&self, org: OrgId, query: &SumQuery) -> Result<Sums> {
        let catalog = self.catalog();
        self.inner
            .access
            .snapshot(|sql| sums::sums(sql, org.0, &catalog, query))
    }
}

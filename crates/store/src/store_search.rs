//! Search through an open store. All of these block the thread.

use kernel::{OrgId, SlipId};

use crate::api::{Found, Page, SearchQuery, SearchState, StoreError};
use crate::search;
use crate::store::Store;

type Result<T> = std::result::Result<T, StoreError>;

#[allow(clippy::missing_errors_doc)]
impl Store {
    /// A page of slips, records or attachments that have every word, the newest first.
    pub fn search(&self, org: OrgId, query: &SearchQuery) -> Result<Page<Found>> {
        self.inner.indexer(org)?;
        search::search(&self.inner.access, org.0, query)
    }

    /// The slips whose number ends so, the newest first. At least two letters or digits are needed.
    pub fn ending(&self, org: OrgId, end: &str, limit: usize) -> Result<Vec<SlipId>> {
        self.inner.indexer(org)?;
        search::ending(&self.inner.access, org.0, end, limit)
    }

    /// How far the index is. What a command wrote is found a moment after it was answered.
    pub fn search_state(&self, org: OrgId) -> Result<SearchState> {
        search::state(&self.inner.access, org.0)
    }

    /// Brings the index to the end of the journal before it returns.
    pub fn index_now(&self, org: OrgId) -> Result<()> {
        self.inner.indexer(org)?.catch_up()
    }
}

//! The store as a whole. PLACEHOLDER bodies until the parts land.

use std::path::Path;
use std::sync::Arc;

use engine::{Command, Slip};
use kernel::{Day, Moment, OrgId, SlipId};
use model::Catalog;
use tokio::sync::broadcast;

use crate::api::*;

type Result<T> = std::result::Result<T, StoreError>;

/// An open store. Clones share it; it closes when the last one is dropped.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<()>,
}

fn later<T>() -> Result<T> {
    Err(StoreError::Closed)
}

#[allow(unused_variables, missing_docs)]
impl Store {
    /// Opens a store, makes its tables where there are none, and keeps the texts of the current packs.
    pub fn open(url: &StoreUrl, options: Options) -> Result<Store> {
        later()
    }
    /// The packs: current ones and those versions read so far.
    pub fn catalog(&self) -> Arc<Catalog> {
        Arc::default()
    }
    pub fn url(&self) -> &StoreUrl {
        &StoreUrl::Memory
    }
    /// Answers what waits, ends the lanes.
    pub fn close(&self) {
        let _ = &self.inner;
    }
    pub fn stats(&self) -> Stats {
        Stats::default()
    }
    pub fn events(&self) -> broadcast::Receiver<Event> {
        broadcast::channel(1).1
    }

    // Commands.
    pub async fn submit(&self, command: Command) -> Result<Answer> {
        later()
    }
    pub fn submit_blocking(&self, command: Command) -> Result<Answer> {
        later()
    }
    /// `command` is `Act::Credential`; its digest must be the hex SHA-256 of `stored`. Both are written or neither.
    pub async fn submit_credential(&self, command: Command, stored: String) -> Result<Answer> {
        later()
    }
    pub fn submit_credential_blocking(&self, command: Command, stored: String) -> Result<Answer> {
        later()
    }

    // Slips.
    pub fn slip(&self, org: OrgId, id: SlipId) -> Result<Option<Arc<Slip>>> {
        later()
    }
    pub fn slip_by_number(&self, org: OrgId, number: &str) -> Result<Option<Arc<Slip>>> {
        later()
    }
    pub fn heads(&self, org: OrgId, ids: &[SlipId]) -> Result<Vec<SlipHead>> {
        later()
    }
    /// The slip, all its ancestors and all its descendants, in the order begun; at most 1,000.
    pub fn chain(&self, org: OrgId, id: SlipId) -> Result<Vec<SlipHead>> {
        later()
    }
    pub fn list(&self, org: OrgId, query: &ListQuery) -> Result<Page<SlipHead>> {
        later()
    }
    pub fn signatures(&self, org: OrgId, slip: SlipId) -> Result<Vec<SignatureRow>> {
        later()
    }
    pub fn entries(&self, org: OrgId, slip: SlipId) -> Result<Vec<SlipEntry>> {
        later()
    }
    pub fn notes(&self, org: OrgId, slip: SlipId) -> Result<Vec<NoteRow>> {
        later()
    }
    pub fn history(&self, org: OrgId, slip: SlipId) -> Result<Vec<HistoryRow>> {
        later()
    }

    // Inbox.
    /// What waits for a person on a day: by name, by the roles he holds, and by those for whom he deputises.
    pub fn inbox(
        &self,
        org: OrgId,
        login: &str,
        today: Day,
        limit: usize,
    ) -> Result<Vec<InboxItem>> {
        later()
    }
    pub fn inbox_counts(&self, org: OrgId, login: &str, now: Moment) -> Result<InboxCounts> {
        later()
    }
    /// What waits for these holders.
    pub fn inbox_of(&self, org: OrgId, holders: &[Holder], limit: usize) -> Result<Vec<InboxItem>> {
        later()
    }
    /// Who a person is on a day: his own name and roles, and those lent to him as deputy (with the lender's login).
    pub fn holders(
        &self,
        org: OrgId,
        login: &str,
        today: Day,
    ) -> Result<Vec<(Holder, Option<Arc<str>>)>> {
        later()
    }

    // Ledgers.
    pub fn balances(
        &self,
        org: OrgId,
        ledger: &str,
        query: &BalanceQuery,
    ) -> Result<Page<BalanceRow>> {
        later()
    }
    pub fn statement(&self, org: OrgId, ledger: &str, query: &StatementQuery) -> Result<Statement> {
        later()
    }
    pub fn trial(&self, org: OrgId, ledger: &str, query: &TrialQuery) -> Result<Vec<TrialRow>> {
        later()
    }

    // Registers and people.
    pub fn records(
        &self,
        org: OrgId,
        register: &str,
        query: &RecordQuery,
    ) -> Result<Page<RecordRow>> {
        later()
    }
    pub fn record_versions(&self, org: OrgId, register: &str, key: &str) -> Result<Vec<RecordRow>> {
        later()
    }
    pub fn record_on(
        &self,
        org: OrgId,
        register: &str,
        key: &str,
        day: Day,
    ) -> Result<Option<RecordRow>> {
        later()
    }
    pub fn people(&self, org: OrgId) -> Result<Vec<engine::Person>> {
        later()
    }
    pub fn person(&self, org: OrgId, login: &str) -> Result<Option<engine::Person>> {
        later()
    }

    // Journal.
    pub fn journal(&self, org: OrgId, query: &JournalQuery) -> Result<Page<JournalRow>> {
        later()
    }
    /// Last row of the journal and its hash in hex; 0 and empty when there is none.
    pub fn head(&self, org: OrgId) -> Result<(i64, String)> {
        later()
    }
    pub fn organisations(&self) -> Result<Vec<OrgId>> {
        later()
    }

    // Work tables.
    pub fn put_draft(&self, org: OrgId, login: &str, draft: &Draft) -> Result<()> {
        later()
    }
    pub fn draft(&self, org: OrgId, login: &str, id: &str) -> Result<Option<Draft>> {
        later()
    }
    pub fn drafts(&self, org: OrgId, login: &str) -> Result<Vec<Draft>> {
        later()
    }
    pub fn drop_draft(&self, org: OrgId, login: &str, id: &str) -> Result<()> {
        later()
    }
    pub fn put_session(&self, org: OrgId, session: &Session) -> Result<()> {
        later()
    }
    pub fn session(&self, org: OrgId, token_hash: &str) -> Result<Option<Session>> {
        later()
    }
    /// Marks a session as used now (and as confirmed by password now).
    pub fn touch_session(
        &self,
        org: OrgId,
        token_hash: &str,
        now: Moment,
        confirmed: bool,
    ) -> Result<()> {
        later()
    }
    pub fn end_session(&self, org: OrgId, token_hash: &str) -> Result<()> {
        later()
    }
    pub fn end_sessions(&self, org: OrgId, login: &str) -> Result<()> {
        later()
    }
    /// Forgets sessions that have ended.
    pub fn expire_sessions(&self, org: OrgId, now: Moment) -> Result<u64> {
        later()
    }
    /// `who` is a login or an address.
    pub fn attempts(&self, org: OrgId, who: &str) -> Result<Attempts> {
        later()
    }
    pub fn failed_attempt(
        &self,
        org: OrgId,
        who: &str,
        now: Moment,
        locked_until: Moment,
    ) -> Result<Attempts> {
        later()
    }
    pub fn forget_attempts(&self, org: OrgId, who: &str) -> Result<()> {
        later()
    }
    /// The stored (argon2) credential of a person.
    pub fn credential(&self, org: OrgId, login: &str) -> Result<Option<String>> {
        later()
    }
    /// Keeps a content under its hash; the same content is kept once.
    pub fn put_content(&self, org: OrgId, bytes: &[u8]) -> Result<ContentInfo> {
        later()
    }
    pub fn content(&self, org: OrgId, hash: &str) -> Result<Option<Vec<u8>>> {
        later()
    }
    /// Timers that have run out, the earliest first.
    pub fn due_timers(&self, org: OrgId, now: Moment, limit: usize) -> Result<Vec<DueTimer>> {
        later()
    }
    /// When the next timer runs out.
    pub fn next_timer(&self, org: OrgId) -> Result<Option<Moment>> {
        later()
    }

    // Whole database.
    pub fn verify(&self, progress: Progress<'_>) -> Result<Report> {
        later()
    }
    /// Writes everything into one new file, while commands go on.
    pub fn backup(&self, file: &Path, progress: Progress<'_>) -> Result<Manifest> {
        later()
    }
}

/// Verifies a database that need not be open anywhere; changes nothing in it.
pub fn verify_url(_url: &StoreUrl, _options: &Options, _progress: Progress<'_>) -> Result<Report> {
    later()
}

/// Restores a backup into an empty target, verifies what was restored, and leaves nothing behind when that fails.
pub fn restore(
    _file: &Path,
    _url: &StoreUrl,
    _options: &Options,
    _progress: Progress<'_>,
) -> Result<Manifest> {
    later()
}

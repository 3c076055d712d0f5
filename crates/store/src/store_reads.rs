//! Reading through an open store. All of these block the thread.

use std::sync::Arc;

use engine::{Person, Slip};
use kernel::{Day, Moment, OrgId, SlipId};

use crate::api::{
    BalanceQuery, BalanceRow, BranchQuery, BranchRow, ChangeQuery, ChangeRow, DueTimer, HistoryRow,
    Holder, InboxCounts, InboxItem, JournalQuery, JournalRow, ListQuery, MonthQuery, Months,
    NoteRow, Pace, PaceQuery, Page, RecordQuery, RecordRow, SignatureRow, SlipEntry, SlipHead,
    Statement, StatementQuery, StoreError, Trace, TrialQuery, TrialRow,
};
use crate::reads::{
    balances, figures, inbox, journal, lists, pace, registers, slips, statement, trace,
};
use crate::store::Store;

type Result<T> = std::result::Result<T, StoreError>;

/// Slips. Every method fails only when the database does, or when it holds what this program did not write.
#[allow(clippy::missing_errors_doc)]
impl Store {
    /// A slip with all its fields; `None` when there is none.
    pub fn slip(&self, org: OrgId, id: SlipId) -> Result<Option<Arc<Slip>>> {
        let packs = &self.inner.packs;
        let stored = self
            .inner
            .access
            .read(|sql| slips::stored(sql, packs, org.0, id))?;
        Ok(stored.map(|stored| stored.slip))
    }

    /// The slip of a number; the first begun when several packs have the same one.
    pub fn slip_by_number(&self, org: OrgId, number: &str) -> Result<Option<Arc<Slip>>> {
        let packs = &self.inner.packs;
        let stored =
            self.inner
                .access
                .snapshot(|sql| match slips::id_of_number(sql, org.0, number)? {
                    None => Ok(None),
                    Some(id) => slips::stored(sql, packs, org.0, id),
                })?;
        Ok(stored.map(|stored| stored.slip))
    }

    /// The heads of slips in the order asked for; those that do not exist are left out.
    pub fn heads(&self, org: OrgId, ids: &[SlipId]) -> Result<Vec<SlipHead>> {
        self.inner.access.read(|sql| slips::heads(sql, org.0, ids))
    }

    /// Every slip that is connected with this one, over any number of slips up and down, in the order begun; at most
    /// 1,000.
    pub fn chain(&self, org: OrgId, id: SlipId) -> Result<Vec<SlipHead>> {
        self.inner
            .access
            .snapshot(|sql| slips::chain(sql, org.0, id))
    }

    /// A page of slips.
    pub fn list(&self, org: OrgId, query: &ListQuery) -> Result<Page<SlipHead>> {
        self.inner
            .access
            .snapshot(|sql| lists::list(sql, org.0, query))
    }

    /// How many slips that a person began have something waiting on them.
    pub fn under_way(&self, org: OrgId, login: &str) -> Result<i64> {
        self.inner
            .access
            .read(|sql| lists::under_way(sql, org.0, login))
    }

    /// All acts on a slip, those that were taken back too, in order.
    pub fn signatures(&self, org: OrgId, slip: SlipId) -> Result<Vec<SignatureRow>> {
        self.inner
            .access
            .read(|sql| slips::signatures(sql, org.0, slip))
    }

    /// All that a slip booked, in order.
    pub fn entries(&self, org: OrgId, slip: SlipId) -> Result<Vec<SlipEntry>> {
        self.inner
            .access
            .read(|sql| slips::entries(sql, org.0, slip))
    }

    /// Comments, copies, reminders, attachments and escalations of a slip, in order.
    pub fn notes(&self, org: OrgId, slip: SlipId) -> Result<Vec<NoteRow>> {
        self.inner.access.read(|sql| slips::notes(sql, org.0, slip))
    }

    /// Every command about a slip, refused ones too, with what changed in what was typed.
    pub fn history(&self, org: OrgId, slip: SlipId) -> Result<Vec<HistoryRow>> {
        self.inner
            .access
            .read(|sql| journal::history(sql, org.0, slip))
    }
}

/// The inbox.
#[allow(clippy::missing_errors_doc)]
impl Store {
    /// What waits for a person on a day: by name, by the roles he holds, and by those for whom he deputises. What is due
    /// comes first, then what waits longest. Whether separation lets him sign is for the engine to say.
    pub fn inbox(
        &self,
        org: OrgId,
        login: &str,
        today: Day,
        limit: usize,
    ) -> Result<Vec<InboxItem>> {
        self.inner.access.snapshot(|sql| {
            let holders = inbox::holders(sql, org.0, login, today)?;
            inbox::items(sql, org.0, &holders, limit)
        })
    }

    /// How much waits for a person.
    pub fn inbox_counts(&self, org: OrgId, login: &str, now: Moment) -> Result<InboxCounts> {
        self.inner.access.snapshot(|sql| {
            let holders = inbox::holders(sql, org.0, login, now.day())?;
            inbox::counts(sql, org.0, &holders, now)
        })
    }

    /// How much waits for any of these, once.
    pub fn inbox_counts_of(
        &self,
        org: OrgId,
        holders: &[(Holder, Option<Arc<str>>)],
        now: Moment,
    ) -> Result<InboxCounts> {
        self.inner
            .access
            .snapshot(|sql| inbox::counts(sql, org.0, holders, now))
    }

    /// How many slips wait for each step whose qualified name begins with `prefix`; steps without any are left out.
    pub fn waiting_by_step(&self, org: OrgId, prefix: &str) -> Result<Vec<(Arc<str>, i64)>> {
        self.inner
            .access
            .read(|sql| inbox::by_step(sql, org.0, prefix))
    }

    /// What waits for any of these holders, as [`Store::inbox`] shows it.
    pub fn inbox_of(&self, org: OrgId, holders: &[Holder], limit: usize) -> Result<Vec<InboxItem>> {
        let holders: Vec<inbox::Lent> = holders
            .iter()
            .map(|holder| (holder.clone(), None))
            .collect();
        self.inner
            .access
            .snapshot(|sql| inbox::items(sql, org.0, &holders, limit))
    }

    /// Who a person is on a day: his own name and roles, and those lent to him as deputy, with the lender's login.
    pub fn holders(
        &self,
        org: OrgId,
        login: &str,
        today: Day,
    ) -> Result<Vec<(Holder, Option<Arc<str>>)>> {
        self.inner
            .access
            .snapshot(|sql| inbox::holders(sql, org.0, login, today))
    }

    /// How fast steps are done, by whom, and what waits for them.
    pub fn pace(&self, org: OrgId, query: &PaceQuery) -> Result<Pace> {
        self.inner
            .access
            .snapshot(|sql| pace::pace(sql, org.0, query))
    }

    /// Timers that have run out, the earliest first. Submit `Act::Timer` as the system for each.
    pub fn due_timers(&self, org: OrgId, now: Moment, limit: usize) -> Result<Vec<DueTimer>> {
        self.inner
            .access
            .read(|sql| inbox::due_timers(sql, org.0, now, limit))
    }

    /// When the next timer runs out.
    pub fn next_timer(&self, org: OrgId) -> Result<Option<Moment>> {
        self.inner.access.read(|sql| inbox::next_timer(sql, org.0))
    }
}

/// Ledgers.
#[allow(clippy::missing_errors_doc)]
impl Store {
    /// A page of a ledger's balances by key, detail and place.
    pub fn balances(
        &self,
        org: OrgId,
        ledger: &str,
        query: &BalanceQuery,
    ) -> Result<Page<BalanceRow>> {
        self.inner
            .access
            .snapshot(|sql| balances::balances(sql, org.0, ledger, query))
    }

    /// A page of a ledger's balances added up by place or by the first part of the keys, by name.
    pub fn branches(
        &self,
        org: OrgId,
        ledger: &str,
        query: &BranchQuery,
    ) -> Result<Page<BranchRow>> {
        self.inner
            .access
            .snapshot(|sql| self.inner.remembered.branches(sql, org.0, ledger, query))
    }

    /// A page of legs with the balance after each.
    pub fn statement(&self, org: OrgId, ledger: &str, query: &StatementQuery) -> Result<Statement> {
        self.inner
            .access
            .snapshot(|sql| statement::statement(sql, org.0, ledger, query, statement::BOUNDS))
    }

    /// Where a key came from, where it is and where it went; at most `legs` legs are given, all are counted.
    pub fn trace(&self, org: OrgId, ledger: &str, key: &str, legs: usize) -> Result<Trace> {
        self.inner
            .access
            .snapshot(|sql| trace::trace(sql, org.0, ledger, key, legs))
    }

    /// A page of the balances that are not the same at two moments, by key, detail and place.
    pub fn changes(
        &self,
        org: OrgId,
        ledger: &str,
        query: &ChangeQuery,
    ) -> Result<Page<ChangeRow>> {
        self.inner
            .access
            .snapshot(|sql| figures::changes(sql, org.0, ledger, query))
    }

    /// What moved on each account in each month.
    pub fn months(&self, org: OrgId, ledger: &str, query: &MonthQuery) -> Result<Months> {
        self.inner
            .access
            .read(|sql| figures::months(sql, org.0, ledger, query))
    }

    /// Opening, turnover and closing of every place (or place and key) over some periods.
    pub fn trial(&self, org: OrgId, ledger: &str, query: &TrialQuery) -> Result<Vec<TrialRow>> {
        self.inner
            .access
            .read(|sql| balances::trial(sql, org.0, ledger, query))
    }
}

/// Registers, people and the journal.
#[allow(clippy::missing_errors_doc)]
impl Store {
    /// A page of a register's records, by key.
    pub fn records(
        &self,
        org: OrgId,
        register: &str,
        query: &RecordQuery,
    ) -> Result<Page<RecordRow>> {
        self.inner
            .access
            .snapshot(|sql| registers::list(sql, org.0, register, query))
    }

    /// All versions of a record, in order.
    pub fn record_versions(&self, org: OrgId, register: &str, key: &str) -> Result<Vec<RecordRow>> {
        self.inner
            .access
            .read(|sql| registers::versions(sql, org.0, register, key))
    }

    /// The version of a record that holds on a day.
    pub fn record_on(
        &self,
        org: OrgId,
        register: &str,
        key: &str,
        day: Day,
    ) -> Result<Option<RecordRow>> {
        self.inner
            .access
            .read(|sql| registers::on(sql, org.0, register, key, day))
    }

    /// Everybody, by login.
    pub fn people(&self, org: OrgId) -> Result<Vec<Person>> {
        self.inner
            .access
            .snapshot(|sql| registers::people(sql, org.0))
    }

    /// One person as he is now.
    pub fn person(&self, org: OrgId, login: &str) -> Result<Option<Person>> {
        self.inner
            .access
            .read(|sql| registers::person(sql, org.0, login))
    }

    /// A page of the journal, newest first unless asked otherwise.
    pub fn journal(&self, org: OrgId, query: &JournalQuery) -> Result<Page<JournalRow>> {
        self.inner
            .access
            .snapshot(|sql| journal::page(sql, org.0, query))
    }

    /// A row of the journal.
    pub fn journal_row(&self, org: OrgId, seq: i64) -> Result<Option<JournalRow>> {
        self.inner.access.read(|sql| journal::one(sql, org.0, seq))
    }

    /// The last row of the journal and its hash in hex; 0 and empty when there is none.
    pub fn head(&self, org: OrgId) -> Result<(i64, String)> {
        self.inner.access.read(|sql| journal::head(sql, org.0))
    }

    /// Organisations that have a journal.
    pub fn organisations(&self) -> Result<Vec<OrgId>> {
        self.inner.access.read(journal::organisations)
    }
}

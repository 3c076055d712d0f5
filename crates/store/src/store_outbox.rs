//! The outbox through an open store. All of these block the thread; none of them is a command.

use kernel::{Moment, OrgId, SlipId};

use crate::api::{
    BackupRun, Delivery, DeliveryQuery, DeliveryState, JournalRow, Notice, Page, StoreError, Tried,
    Try,
};
use crate::reads::{notices, outbox};
use crate::store::Store;

type Result<T> = std::result::Result<T, StoreError>;

#[allow(clippy::missing_errors_doc)]
impl Store {
    /// The journal row that a follower has come to; `None` when it never began.
    pub fn followed(&self, org: OrgId, name: &str) -> Result<Option<i64>> {
        self.inner
            .access
            .read(|sql| outbox::followed(sql, org.0, name))
    }

    /// Accepted commands of some names behind a journal row, up to and with another.
    pub fn journal_between(
        &self,
        org: OrgId,
        after: i64,
        to: i64,
        acts: &[&str],
    ) -> Result<Vec<JournalRow>> {
        self.inner
            .access
            .read(|sql| outbox::journal_between(sql, org.0, after, to, acts))
    }

    /// Moves a follower from one journal row to another and adds what came of the rows between, all or nothing. `false`
    /// when the follower is not where the caller thought: another node was quicker, and nothing was added.
    pub fn follow(
        &self,
        org: OrgId,
        name: &str,
        (from, to): (Option<i64>, i64),
        deliveries: &[Delivery],
        told: &[Notice],
    ) -> Result<bool> {
        self.inner.access.work(|sql| {
            if !outbox::follow(sql, org.0, name, from, to)? {
                return Ok(false);
            }
            for one in deliveries {
                outbox::add_delivery(sql, org.0, one)?;
            }
            for one in told {
                notices::add_notice(sql, org.0, one)?;
            }
            Ok(true)
        })
    }

    /// Adds a delivery unless there is one of its id; whether it was added.
    pub fn add_delivery(&self, org: OrgId, one: &Delivery) -> Result<bool> {
        self.inner
            .access
            .work(|sql| outbox::add_delivery(sql, org.0, one))
    }

    /// Targets for which something is due.
    pub fn due_targets(&self, org: OrgId, now: Moment) -> Result<Vec<String>> {
        self.inner
            .access
            .read(|sql| outbox::targets(sql, org.0, now))
    }

    /// Takes what is due of a target for a node, until a moment by which the node will have told what became of it. Two
    /// nodes never have the same delivery.
    pub fn lease_deliveries(
        &self,
        org: OrgId,
        target: &str,
        node: &str,
        (now, until): (Moment, Moment),
        limit: usize,
    ) -> Result<Vec<Delivery>> {
        self.inner
            .access
            .work(|sql| outbox::lease(sql, org.0, target, node, now, until, limit))
    }

    /// Gives back what a node has taken; of all nodes, when none is named, which only a server that is alone may ask for.
    /// How many there were.
    pub fn release_deliveries(&self, org: OrgId, node: Option<&str>) -> Result<usize> {
        self.inner
            .access
            .work(|sql| outbox::release(sql, org.0, node))
    }

    /// Writes down what became of a try; `false` when the node's lease had run out and another has the delivery now.
    pub fn delivery_tried(&self, org: OrgId, id: &str, node: &str, tried: &Tried) -> Result<bool> {
        self.inner
            .access
            .work(|sql| outbox::tried(sql, org.0, id, node, tried))
    }

    /// A delivery with its tries.
    pub fn delivery(&self, org: OrgId, id: &str) -> Result<Option<(Delivery, Vec<Try>)>> {
        self.inner.access.read(|sql| {
            let Some(one) = outbox::delivery(sql, org.0, id)? else {
                return Ok(None);
            };
            Ok(Some((one, outbox::tries(sql, org.0, id)?)))
        })
    }

    /// A page of deliveries.
    pub fn deliveries(&self, org: OrgId, query: &DeliveryQuery) -> Result<Page<Delivery>> {
        self.inner
            .access
            .read(|sql| outbox::page(sql, org.0, query))
    }

    /// Deliveries per state.
    pub fn delivery_counts(&self, org: OrgId) -> Result<Vec<(String, i64)>> {
        self.inner.access.read(|sql| outbox::counts(sql, org.0))
    }

    /// Has a dead letter tried again from the beginning; `false` when it is none.
    pub fn retry_delivery(&self, org: OrgId, id: &str, now: Moment) -> Result<bool> {
        self.inner.access.work(|sql| {
            let Some(mut one) = outbox::delivery(sql, org.0, id)? else {
                return Ok(false);
            };
            if one.state != DeliveryState::Dead {
                return Ok(false);
            }
            one.state = DeliveryState::Waiting;
            one.tries = 0;
            one.due = now;
            one.finished = Moment(0);
            outbox::put_delivery(sql, org.0, &one)?;
            Ok(true)
        })
    }

    /// A person's notices, the newest first; `before` is journal row and position of the last one seen.
    pub fn notices(
        &self,
        org: OrgId,
        login: &str,
        before: Option<(i64, i64)>,
        limit: usize,
    ) -> Result<Vec<Notice>> {
        self.inner
            .access
            .read(|sql| notices::notices(sql, org.0, login, before, limit))
    }

    /// What a digest of that delivery id sums up.
    pub fn digested(&self, org: OrgId, id: &str) -> Result<Vec<Notice>> {
        self.inner
            .access
            .read(|sql| notices::digested(sql, org.0, id))
    }

    /// How many notices a person has not read, counted up to 100.
    pub fn unread_notices(&self, org: OrgId, login: &str) -> Result<i64> {
        self.inner
            .access
            .read(|sql| notices::unread(sql, org.0, login))
    }

    /// Marks a person's notices as read: those of one slip, or all; how many there were.
    pub fn read_notices(
        &self,
        org: OrgId,
        login: &str,
        slip: Option<SlipId>,
        now: Moment,
    ) -> Result<usize> {
        // Most pages of slips concern no unread notice, and reading is cheaper than a transaction.
        if self.unread_notices(org, login)? == 0 {
            return Ok(0);
        }
        self.inner
            .access
            .work(|sql| notices::read_notices(sql, org.0, login, slip, now))
    }

    /// Whom notices were written to behind a journal row, and the last row of these.
    pub fn told_since(&self, org: OrgId, seq: i64) -> Result<(i64, Vec<String>)> {
        self.inner
            .access
            .read(|sql| notices::told_since(sql, org.0, seq))
    }

    /// How a person wants to be told, as the program keeps it.
    pub fn preference(&self, org: OrgId, login: &str) -> Result<Option<String>> {
        self.inner
            .access
            .read(|sql| notices::preference(sql, org.0, login))
    }

    /// [`Store::preference`] of everybody who has said so.
    pub fn preferences(&self, org: OrgId) -> Result<Vec<(String, String)>> {
        self.inner
            .access
            .read(|sql| notices::preferences(sql, org.0))
    }

    /// Keeps how a person wants to be told.
    pub fn put_preference(&self, org: OrgId, login: &str, body: &str, now: Moment) -> Result<()> {
        self.inner
            .access
            .work(|sql| notices::put_preference(sql, org.0, login, body, now))
    }

    /// Adds a backup or drill unless there is one of its id: then another node has it, and `false` is answered.
    pub fn add_backup_run(&self, org: OrgId, run: &BackupRun) -> Result<bool> {
        self.inner
            .access
            .work(|sql| notices::add_run(sql, org.0, run))
    }

    /// Takes a backup or drill that was asked for; `false` when another node was quicker.
    pub fn take_backup_run(&self, org: OrgId, id: &str) -> Result<bool> {
        self.inner
            .access
            .work(|sql| notices::take_run(sql, org.0, id))
    }

    /// Writes down what became of a backup or drill.
    pub fn put_backup_run(&self, org: OrgId, run: &BackupRun) -> Result<()> {
        self.inner
            .access
            .work(|sql| notices::put_run(sql, org.0, run))
    }

    /// Backups and drills, the newest first.
    pub fn backup_runs(&self, org: OrgId, limit: usize) -> Result<Vec<BackupRun>> {
        self.inner
            .access
            .read(|sql| notices::runs(sql, org.0, limit))
    }

    /// Forgets deliveries sent, and notices read, before a moment; how many. Dead letters stay.
    pub fn prune_outbox(&self, org: OrgId, before: Moment) -> Result<u64> {
        self.inner
            .access
            .work(|sql| outbox::prune(sql, org.0, before))
    }
}

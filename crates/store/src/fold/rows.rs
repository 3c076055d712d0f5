//! The rows of what a command wrote, into the batch and into the lane's memory. Nothing here can fail.

use std::sync::Arc;

use engine::{Effects, Record, Signature, SignedAct, SlipWrite, WaitingKind};
use kernel::{EntryState, SlipId};
use ledger::{BalanceKey, Entry};

use super::Folding;
use crate::api::Event;
use crate::batch::PendingSlip;
use crate::cache::Cache;
use crate::cell::{Cell, digest_of};
use crate::codec::{self, StoredSlip, day_number};
use crate::recent::HashMap;
use crate::schema;
use crate::source::Account;

/// Since when a signature was waited for: on its own slip, or on those that a slip begun with it comes from.
fn waited_since(signature: &Signature, before: &[Option<StoredSlip>]) -> i64 {
    let waiting = before.iter().flatten().flat_map(|row| &row.slip.waiting);
    let added = signature.act == SignedAct::Cosign;
    let since = waiting
        .filter(|waiting| !signature.step.is_empty() && waiting.step == signature.step)
        .filter(|waiting| (waiting.kind == WaitingKind::Cosign) == added)
        .map(|waiting| waiting.since.0)
        .min();
    since.map_or(signature.at.0, |since| since.min(signature.at.0))
}

impl Folding<'_> {
    pub(super) fn sign(
        &self,
        cache: &mut Cache,
        effects: &Effects,
        before: &[Option<StoredSlip>],
        seq: i64,
        wrote: &mut Vec<u8>,
    ) {
        let Some(signature) = &effects.signature else {
            return;
        };
        let cells = [
            cache.org.into(),
            seq.into(),
            signature.slip.0.into(),
            Cell::Word(signature.act.name()),
            (&signature.step).into(),
            (&signature.person).into(),
            (&signature.identity).into(),
            (&signature.role).into(),
            signature
                .on_behalf_of
                .as_ref()
                .map_or(Cell::Word(""), Cell::from),
            signature.at.0.into(),
            (&signature.content).into(),
            signature.text.as_str().into(),
            waited_since(signature, before).into(),
        ];
        mention(wrote, b'S', None, &schema::SIGNATURE, &cells);
        cache.pending.signature.extend(cells);
    }

    pub(super) fn book(
        &self,
        cache: &mut Cache,
        effects: &Effects,
        slip: Option<SlipId>,
        seq: i64,
        accounts: HashMap<BalanceKey, Account>,
        wrote: &mut Vec<u8>,
    ) {
        if effects.entries.is_empty() {
            return;
        }
        let mut ids: HashMap<BalanceKey, i64> =
            HashMap::with_capacity_and_hasher(accounts.len(), Default::default());
        // New accounts are numbered in the order of the legs, so that every store numbers them alike.
        for leg in effects.entries.iter().flat_map(|entry| &entry.legs) {
            let key = BalanceKey::of(leg);
            if ids.contains_key(&key) {
                continue;
            }
            let Some(account) = accounts.get(&key) else {
                continue;
            };
            let id = account
                .id
                .unwrap_or_else(|| new_account(cache, leg, seq, wrote));
            ids.insert(key, id);
        }
        for (key, mut account) in accounts {
            let Some(id) = ids.get(&key) else { continue };
            account.id = Some(*id);
            for (period, balance, last_seq) in &account.periods {
                if *last_seq == seq {
                    let row = (*balance, seq);
                    cache.pending.balances.insert((*id, *period), row);
                }
            }
            cache.layered(&key, account.total.posted.net() != 0);
            cache.accounts.insert(key, account);
        }
        let signed_step = effects.signature.as_ref().map(|signature| &signature.step);
        let mut n = 0;
        for (at, entry) in (0i64..).zip(&effects.entries) {
            for leg in &entry.legs {
                let account = ids.get(&BalanceKey::of(leg)).copied().unwrap_or(0);
                let cells = leg_cells(cache.org, (seq, n, at), account, entry, leg, signed_step);
                mention(wrote, b'L', None, &schema::LEG, &cells);
                cache.pending.leg.extend(cells);
                n += 1;
            }
        }
        if let Some(slip) = slip {
            let booked = cache.booked.entry(slip).or_default();
            booked.extend(effects.entries.iter().cloned());
        }
    }

    pub(super) fn record(
        &self,
        cache: &mut Cache,
        records: Vec<Record>,
        seq: i64,
        wrote: &mut Vec<u8>,
    ) {
        for (n, record) in (0i64..).zip(records) {
            let cells = [
                cache.org.into(),
                (&record.register).into(),
                (&record.key).into(),
                record.version.into(),
                day_number(record.from).into(),
                (&record.body).into(),
                seq.into(),
                n.into(),
            ];
            mention(wrote, b'R', None, &schema::RECORD, &cells);
            cache.pending.record.extend(cells);
            match &*record.register {
                "person" => {
                    cache.persons.remove(&record.key);
                    cache.has_people = true;
                }
                "period" => cache.periods.clear(),
                _ => {}
            }
            let keys = cache.records.entry(record.register.clone()).or_default();
            let mut versions = keys
                .get(&*record.key)
                .map(|versions| versions.to_vec())
                .unwrap_or_default();
            let key = record.key.clone();
            versions.push(record);
            keys.insert(key, versions.into());
        }
    }

    pub(super) fn note(
        &self,
        cache: &mut Cache,
        effects: &Effects,
        seq: i64,
        wrote: &mut Vec<u8>,
        event: &mut Event,
    ) {
        for (n, note) in (0i64..).zip(&effects.notes) {
            let cells = [
                cache.org.into(),
                seq.into(),
                n.into(),
                note.slip.0.into(),
                Cell::Word(note.kind.name()),
                (&note.person).into(),
                (&note.to).into(),
                note.at.0.into(),
                note.text.as_str().into(),
                (&note.hash).into(),
                note.size.into(),
                note.media.as_str().into(),
            ];
            mention(wrote, b'N', None, &schema::NOTE, &cells);
            cache.pending.note.extend(cells);
            match note.to.split_once(':') {
                Some(("role", role)) => event.roles.push(role.into()),
                _ if !note.to.is_empty() => event.persons.push(note.to.clone()),
                _ => {}
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one row with all that it is made of"
    )]
    pub(super) fn write_slip(
        &self,
        cache: &mut Cache,
        write: SlipWrite,
        before: Option<StoredSlip>,
        effects: &Effects,
        seq: i64,
        wrote: &mut Vec<u8>,
        event: &mut Event,
    ) {
        let slip = Arc::new(write.slip);
        let Ok(declared) = self.declared(&slip) else {
            return;
        };
        waits_for(event, before.as_ref().map(|before| &*before.slip));
        waits_for(event, Some(&slip));
        let same_body = before
            .as_ref()
            .is_some_and(|before| codec::same_body(&before.slip, &slip));
        let mut timers = before
            .as_ref()
            .map(|before| before.timers.clone())
            .unwrap_or_default();
        for timer in effects.timers.iter().filter(|timer| timer.slip == slip.id) {
            let timers = Arc::make_mut(&mut timers);
            match timer.due {
                Some(due) => timers.insert(timer.name.clone(), due.0),
                None => timers.remove(&timer.name),
            };
        }
        let inherited = slip
            .sources
            .first()
            .and_then(|source| cache.slips.get(source))
            .map(|source| source.party.clone());
        let now = StoredSlip {
            party: codec::party_of(declared, &slip.header)
                .or(inherited)
                .unwrap_or_else(|| "".into()),
            amount: codec::amount_of(declared, &slip),
            first_seq: before.as_ref().map_or(seq, |before| before.first_seq),
            last_seq: seq,
            timers,
            slip,
        };
        let cells = codec::slip_cells(cache.org, &now);
        let id = now.slip.id;
        mention(wrote, b'H', Some(id.0), &schema::SLIP, &cells);
        let body = (!same_body).then(|| codec::body_cells(cache.org, declared, &now.slip));
        if let Some(body) = &body {
            mention(wrote, b'B', Some(id.0), &schema::SLIP_BODY, body);
        }
        if before.is_none() {
            cache.head.next_slip = id.0 + 1;
        }
        cache.slips.insert(id, now.clone());
        match cache.pending.slips.entry(id) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(PendingSlip {
                    before,
                    now,
                    cells,
                    body,
                });
            }
            std::collections::btree_map::Entry::Occupied(mut place) => {
                let pending = place.get_mut();
                pending.now = now;
                pending.cells = cells;
                pending.body = body.or(pending.body.take());
            }
        }
    }
}

/// Adds the digest of a written row to what the journal row says was written.
pub(super) fn mention(
    wrote: &mut Vec<u8>,
    tag: u8,
    id: Option<i64>,
    table: &schema::Table,
    cells: &[Cell],
) {
    wrote.push(tag);
    if let Some(id) = id {
        wrote.extend_from_slice(&id.to_le_bytes());
    }
    wrote.extend_from_slice(&digest_of(table.name, cells));
}

fn new_account(cache: &mut Cache, leg: &ledger::Leg, seq: i64, wrote: &mut Vec<u8>) -> i64 {
    let id = cache.head.next_account;
    cache.head.next_account += 1;
    let cells = [
        cache.org.into(),
        id.into(),
        (&leg.ledger).into(),
        (&leg.place).into(),
        (&leg.key).into(),
        (&leg.detail).into(),
        Cell::Word(leg.unit.name()),
        seq.into(),
    ];
    mention(wrote, b'A', Some(id), &schema::ACCOUNT, &cells);
    cache.pending.account.extend(cells);
    id
}

fn leg_cells(
    org: i64,
    (seq, n, entry_at): (i64, i64, i64),
    account: i64,
    entry: &Entry,
    leg: &ledger::Leg,
    signed_step: Option<&Arc<str>>,
) -> [Cell; 14] {
    let state = EntryState::ALL
        .iter()
        .position(|state| *state == entry.state);
    let (hold, until) = match &entry.hold {
        Some(hold) => (Cell::from(&hold.name), hold.until.0),
        None => (Cell::Word(""), 0),
    };
    [
        org.into(),
        seq.into(),
        n.into(),
        entry_at.into(),
        account.into(),
        i64::from(leg.side == kernel::Side::Out).into(),
        leg.amount.into(),
        day_number(entry.day).into(),
        state.map_or(0, |state| state as i64).into(),
        i64::from(entry.reversal).into(),
        if signed_step == Some(&entry.by) {
            Cell::Word("")
        } else {
            Cell::from(&entry.by)
        },
        hold,
        until.into(),
        Cell::maybe(leg.line),
    ]
}

fn waits_for(event: &mut Event, slip: Option<&engine::Slip>) {
    for waiting in slip.into_iter().flat_map(|slip| &slip.waiting) {
        match &waiting.person {
            Some(login) => event.persons.push(login.clone()),
            None => event.roles.extend(waiting.roles.iter().cloned()),
        }
    }
}

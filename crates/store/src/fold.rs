//! Turns what the engine says into rows and into the lane's memory. First everything that can fail, then the rest.

use std::collections::HashMap;
use std::sync::Arc;

use engine::{Act, Answered, Command, Effects, Record, Refusal, Reply, SlipWrite};
use kernel::{EntryState, SlipId};
use ledger::{BalanceKey, Entry};
use model::Catalog;
use sha2::{Digest, Sha256};

use crate::api::{Event, StoreError};
use crate::batch::{PendingSlip, Turnover, TurnoverKey};
use crate::cache::{Cache, load_account, load_records, load_slip};
use crate::cell::{Cell, digest_of, feed};
use crate::codec::{self, StoredSlip, day_number};
use crate::packs::texts_to;
use crate::schema;
use crate::source::{Account, Source};

/// A command that is to be journaled.
pub(crate) struct Folding<'a> {
    pub catalog: &'a Catalog,
    pub command: &'a Command,
    /// [`Command::request`].
    pub request: Arc<str>,
    /// The stored credential that goes with `Act::Credential`.
    pub credential: Option<&'a str>,
}

/// What was found out before anything was changed.
#[derive(Default)]
struct Checked {
    /// For each slip of the effects, its row before; `None` when it is new.
    before: Vec<Option<StoredSlip>>,
    accounts: HashMap<BalanceKey, Account>,
    turnovers: HashMap<TurnoverKey, Turnover>,
    records: Vec<Record>,
    pack_text: Option<(Arc<str>, Arc<str>, String)>,
}

/// What a journal row says beside who asked for what.
struct Outcome<'a> {
    slip: Option<SlipId>,
    word: &'static str,
    code: &'a str,
    reply: String,
    serial: Option<(Arc<str>, i64)>,
    wrote: Vec<u8>,
}

impl Folding<'_> {
    /// Journals a refusal; its row number.
    pub fn refused(&self, cache: &mut Cache, refusal: &Refusal) -> i64 {
        let outcome = Outcome {
            slip: act_slip(&self.command.act),
            word: "refused",
            code: &refusal.code,
            reply: serde_json::to_string(refusal).unwrap_or_default(),
            serial: None,
            wrote: Vec::new(),
        };
        self.journal(cache, &outcome)
    }

    /// Takes over everything that an accepted command writes. On an error nothing has changed.
    pub fn done(
        &self,
        cache: &mut Cache,
        source: &dyn Source,
        mut effects: Effects,
        reply: &Reply,
    ) -> Result<Event, StoreError> {
        // Timers stand in the row of their slip, so a slip with a new timer is written even when nothing else changed.
        for timer in &effects.timers {
            if !effects
                .slips
                .iter()
                .any(|write| write.slip.id == timer.slip)
                && let Some(stored) = load_slip(cache, source, timer.slip)?
            {
                effects.slips.push(SlipWrite {
                    slip: (*stored.slip).clone(),
                    fresh: false,
                });
            }
        }
        let checked = self.check(cache, source, &effects)?;
        Ok(self.apply(cache, effects, reply, checked))
    }

    fn check(
        &self,
        cache: &mut Cache,
        source: &dyn Source,
        effects: &Effects,
    ) -> Result<Checked, StoreError> {
        let mut checked = Checked::default();
        let mut next = cache.head.next_slip;
        for write in &effects.slips {
            checked
                .before
                .push(self.check_slip(cache, source, write, &mut next)?);
        }
        for entry in &effects.entries {
            check_entry(cache, source, entry, cache.head.seq + 1, &mut checked)?;
        }
        for record in &effects.records {
            let earlier = checked
                .records
                .iter()
                .rfind(|other| other.register == record.register && other.key == record.key)
                .map(|other| other.version);
            let last = match earlier {
                Some(version) => version,
                None => load_records(cache, source, &record.register, &record.key)?
                    .last()
                    .map_or(0, |record| record.version),
            };
            // Two facts about one key in one command are two versions.
            let mut next = record.clone();
            next.version = last + 1;
            checked.records.push(next);
        }
        if let Act::InstallPack { pack, version } = &self.command.act
            && !cache.pack_texts.contains(version)
            && !source.has_pack_text(version)?
        {
            let found = self.catalog.version(version).ok_or_else(|| {
                StoreError::Invalid(format!("pack {pack} has no version {version} here"))
            })?;
            checked.pack_text = Some((version.clone(), found.name.clone(), texts_to(&found.texts)));
        }
        Ok(checked)
    }

    fn check_slip(
        &self,
        cache: &mut Cache,
        source: &dyn Source,
        write: &SlipWrite,
        next: &mut i64,
    ) -> Result<Option<StoredSlip>, StoreError> {
        let slip = &write.slip;
        self.declared(slip)?;
        if write.fresh {
            if slip.id.0 != *next {
                return Err(StoreError::Invalid(format!(
                    "slip {} is not the next one",
                    slip.id
                )));
            }
            *next += 1;
            // What it comes from must be in memory when its party is looked up.
            for id in &slip.sources {
                load_slip(cache, source, *id)?;
            }
            return Ok(None);
        }
        let before = load_slip(cache, source, slip.id)?.ok_or_else(|| {
            StoreError::Invalid(format!("slip {} is written but does not exist", slip.id))
        })?;
        let old = &before.slip;
        if old.kind != slip.kind
            || old.version != slip.version
            || old.number != slip.number
            || old.day != slip.day
            || old.begun_at != slip.begun_at
            || old.begun_by != slip.begun_by
        {
            return Err(StoreError::Invalid(format!(
                "slip {} would become another slip",
                slip.id
            )));
        }
        Ok(Some(before))
    }

    fn declared(&self, slip: &engine::Slip) -> Result<&model::Slip, StoreError> {
        self.catalog
            .slip_of(&slip.version, &slip.kind)
            .map(|(_, _, _, _, declared)| declared)
            .ok_or_else(|| {
                StoreError::Invalid(format!(
                    "no declaration of {} in version {}",
                    slip.kind, slip.version
                ))
            })
    }

    fn apply(
        &self,
        cache: &mut Cache,
        mut effects: Effects,
        reply: &Reply,
        checked: Checked,
    ) -> Event {
        let seq = cache.head.seq + 1;
        let mut wrote = Vec::with_capacity(256);
        let mut event = self.event(seq, reply);
        let slip = effects
            .signature
            .as_ref()
            .map(|signature| signature.slip)
            .or(reply.slip)
            .or_else(|| act_slip(&self.command.act));
        self.sign(cache, &effects, seq, &mut wrote);
        self.book(cache, &effects, slip, seq, checked.accounts, &mut wrote);
        cache.turnovers.extend(
            checked
                .turnovers
                .iter()
                .map(|(key, row)| (key.clone(), row.clone())),
        );
        cache.pending.turnovers.extend(checked.turnovers);
        self.record(cache, checked.records, seq, &mut wrote);
        self.note(cache, &effects, seq, &mut wrote, &mut event);
        if let Some((version, name, texts)) = checked.pack_text {
            let cells = [
                cache.org.into(),
                (&version).into(),
                (&name).into(),
                texts.into(),
                seq.into(),
            ];
            mention(&mut wrote, b'P', None, &schema::PACK_TEXT, &cells);
            cache.pending.pack_text.extend(cells);
            cache.pack_texts.insert(version);
        }
        for (write, before) in std::mem::take(&mut effects.slips)
            .into_iter()
            .zip(checked.before)
        {
            self.write_slip(cache, write, before, &effects, seq, &mut wrote, &mut event);
        }
        if let (Some(stored), Act::Credential { login, .. }) = (self.credential, &self.command.act)
        {
            let cells = vec![cache.org.into(), login.into(), stored.into(), seq.into()];
            mention(&mut wrote, b'C', None, &schema::CREDENTIAL, &cells);
            cache.pending.credential.insert(login.clone(), cells);
        }
        if let Some((series, last)) = &effects.serial {
            cache.series.insert(series.clone(), *last);
            cache.pending.series.insert(series.clone(), *last);
        }
        let outcome = Outcome {
            slip,
            word: "done",
            code: "",
            reply: serde_json::to_string(reply).unwrap_or_default(),
            serial: effects.serial,
            wrote,
        };
        self.journal(cache, &outcome);
        let answered = Answered {
            request: self.request.clone(),
            reply: Ok(reply.clone()),
        };
        cache.keys.insert(self.command.key.clone(), (seq, answered));
        tidy(&mut event);
        event
    }

    fn sign(&self, cache: &mut Cache, effects: &Effects, seq: i64, wrote: &mut Vec<u8>) {
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
        ];
        mention(wrote, b'S', None, &schema::SIGNATURE, &cells);
        cache.pending.signature.extend(cells);
    }

    fn book(
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
        let mut ids: HashMap<BalanceKey, i64> = HashMap::with_capacity(accounts.len());
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

    fn record(&self, cache: &mut Cache, records: Vec<Record>, seq: i64, wrote: &mut Vec<u8>) {
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

    fn note(
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
    fn write_slip(
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

    /// Adds the journal row and moves the head on to it.
    fn journal(&self, cache: &mut Cache, outcome: &Outcome<'_>) -> i64 {
        let command = self.command;
        let seq = cache.head.seq + 1;
        let (series, serial) = match &outcome.serial {
            Some((series, serial)) => (Cell::from(series), *serial),
            None => (Cell::Word(""), 0),
        };
        let mut cells = vec![
            cache.org.into(),
            seq.into(),
            command.at.0.into(),
            (&command.actor).into(),
            Cell::Word(act_name(&command.act)),
            Cell::maybe(outcome.slip.map(|slip| slip.0)),
            Cell::Word(outcome.word),
            clean(outcome.code, 200),
            clean(&command.key, 64),
            series,
            serial.into(),
            (&self.request).into(),
            outcome.reply.as_str().into(),
            Cell::blob(&outcome.wrote),
            Cell::blob(&cache.head.hash),
        ];
        let mut hasher = Sha256::new();
        for cell in &cells {
            feed(&mut hasher, cell.borrow());
        }
        cache.head.hash = hasher.finalize().into();
        cache.head.seq = seq;
        cache.head.at = command.at.0;
        cells.push(Cell::blob(&cache.head.hash));
        cache.pending.journal.extend(cells);
        seq
    }

    fn event(&self, seq: i64, reply: &Reply) -> Event {
        let mut persons = vec![self.command.actor.clone()];
        persons.extend(self.command.on_behalf_of.clone());
        Event {
            org: self.command.org,
            seq,
            act: act_name(&self.command.act),
            slip: reply.slip.or_else(|| act_slip(&self.command.act)),
            number: reply.number.clone(),
            roles: Vec::new(),
            persons,
        }
    }
}

/// Text that may come from anybody, made fit for a column: short, and without characters a database refuses.
fn clean(text: &str, length_max: usize) -> Cell {
    if text.len() <= length_max && !text.contains('\0') {
        return text.into();
    }
    let kept: String = text
        .chars()
        .filter(|c| *c != '\0')
        .take(length_max)
        .collect();
    kept.into()
}

/// Adds the digest of a written row to what the journal row says was written.
fn mention(wrote: &mut Vec<u8>, tag: u8, id: Option<i64>, table: &schema::Table, cells: &[Cell]) {
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

/// Adds an entry to the sums it moves; an error when one would not fit.
fn check_entry(
    cache: &mut Cache,
    source: &dyn Source,
    entry: &Entry,
    seq: i64,
    checked: &mut Checked,
) -> Result<(), StoreError> {
    let period = i64::from(entry.day.period().0);
    for leg in &entry.legs {
        let key = BalanceKey::of(leg);
        if !checked.accounts.contains_key(&key) {
            let account = load_account(cache, source, &key)?.clone();
            checked.accounts.insert(key.clone(), account);
        }
        let too_large = || {
            StoreError::Invalid(format!(
                "a balance of {} does not fit in 64 bits",
                leg.ledger
            ))
        };
        if let Some(account) = checked.accounts.get_mut(&key) {
            account.total = account.total.with(entry.state, leg).ok_or_else(too_large)?;
            let at = account
                .periods
                .iter()
                .position(|(other, _, _)| *other == period);
            let at = at.unwrap_or_else(|| {
                account.periods.push((period, Default::default(), seq));
                account.periods.len() - 1
            });
            let row = &mut account.periods[at];
            row.1 = row.1.with(entry.state, leg).ok_or_else(too_large)?;
            row.2 = seq;
        }
        let place: TurnoverKey = (leg.ledger.clone(), leg.place.clone(), period);
        if !checked.turnovers.contains_key(&place) {
            let known = match cache.turnovers.get(&place) {
                Some(row) => Some(row.clone()),
                None => source.turnover(&leg.ledger, &leg.place, period)?,
            };
            let row = known.unwrap_or(Turnover {
                unit: leg.unit,
                sums: [0; 8],
            });
            checked.turnovers.insert(place.clone(), row);
        }
        let state = EntryState::ALL
            .iter()
            .position(|state| *state == entry.state);
        let at = state.unwrap_or(0) * 2 + usize::from(leg.side == kernel::Side::Out);
        if let Some(row) = checked.turnovers.get_mut(&place) {
            row.sums[at] += i128::from(leg.amount);
        }
    }
    Ok(())
}

fn waits_for(event: &mut Event, slip: Option<&engine::Slip>) {
    for waiting in slip.into_iter().flat_map(|slip| &slip.waiting) {
        match &waiting.person {
            Some(login) => event.persons.push(login.clone()),
            None => event.roles.extend(waiting.roles.iter().cloned()),
        }
    }
}

fn tidy(event: &mut Event) {
    for names in [&mut event.roles, &mut event.persons] {
        names.sort();
        names.dedup();
    }
}

/// The slip that an act is about.
pub(crate) fn act_slip(act: &Act) -> Option<SlipId> {
    match act {
        Act::Step { slip, .. } => *slip,
        Act::Return { slip, .. }
        | Act::Withdraw { slip, .. }
        | Act::Void { slip, .. }
        | Act::AskReversal { slip, .. }
        | Act::Reverse { slip, .. }
        | Act::RefuseReversal { slip, .. }
        | Act::HandOver { slip, .. }
        | Act::AddSigner { slip, .. }
        | Act::Cosign { slip, .. }
        | Act::CopyTo { slip, .. }
        | Act::Remind { slip, .. }
        | Act::Comment { slip, .. }
        | Act::Attach { slip, .. }
        | Act::Timer { slip, .. } => Some(*slip),
        Act::PutRecord { .. }
        | Act::PutPerson { .. }
        | Act::Bootstrap { .. }
        | Act::Deputise { .. }
        | Act::Credential { .. }
        | Act::ClosePeriod { .. }
        | Act::ReopenPeriod { .. }
        | Act::InstallPack { .. }
        | Act::Forbidden { .. } => None,
    }
}

/// The name of an act in the journal, as in its JSON.
pub(crate) const fn act_name(act: &Act) -> &'static str {
    match act {
        Act::Step { .. } => "step",
        Act::Return { .. } => "return",
        Act::Withdraw { .. } => "withdraw",
        Act::Void { .. } => "void",
        Act::AskReversal { .. } => "ask_reversal",
        Act::Reverse { .. } => "reverse",
        Act::RefuseReversal { .. } => "refuse_reversal",
        Act::HandOver { .. } => "hand_over",
        Act::AddSigner { .. } => "add_signer",
        Act::Cosign { .. } => "cosign",
        Act::CopyTo { .. } => "copy_to",
        Act::Remind { .. } => "remind",
        Act::Comment { .. } => "comment",
        Act::Attach { .. } => "attach",
        Act::Timer { .. } => "timer",
        Act::PutRecord { .. } => "put_record",
        Act::PutPerson { .. } => "put_person",
        Act::Bootstrap { .. } => "bootstrap",
        Act::Deputise { .. } => "deputise",
        Act::Credential { .. } => "credential",
        Act::ClosePeriod { .. } => "close_period",
        Act::ReopenPeriod { .. } => "reopen_period",
        Act::InstallPack { .. } => "install_pack",
        Act::Forbidden { .. } => "forbidden",
    }
}

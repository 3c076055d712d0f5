//! What is found out before anything is changed.

use std::sync::Arc;

use engine::{Act, Effects, Record, SlipWrite};
use kernel::EntryState;
use ledger::{BalanceKey, Entry};

use super::Folding;
use crate::api::StoreError;
use crate::batch::{Turnover, TurnoverKey};
use crate::cache::{Cache, load_account, load_records, load_slip};
use crate::codec::StoredSlip;
use crate::packs::texts_to;
use crate::recent::HashMap;
use crate::source::{Account, Source};

/// What was found out before anything was changed.
#[derive(Default)]
pub(super) struct Checked {
    /// For each slip of the effects, its row before; `None` when it is new.
    pub before: Vec<Option<StoredSlip>>,
    pub accounts: HashMap<BalanceKey, Account>,
    pub turnovers: HashMap<TurnoverKey, Turnover>,
    pub records: Vec<Record>,
    pub pack_text: Option<(Arc<str>, Arc<str>, String)>,
}

impl Folding<'_> {
    /// Finds out everything that could fail.
    pub(super) fn check(
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

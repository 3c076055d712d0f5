//! What a lane remembers of its organisation, and the world that the engine reads: memory first, then the database.

use std::cell::{Cell as Slot, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

use engine::{Answered, Person, Record, Slip, World, WorldError};
use kernel::{Period, SlipId};
use ledger::{Balance, BalanceKey, Entry};
use serde::Deserialize;

use crate::api::StoreError;
use crate::batch::{Pending, Turnover, TurnoverKey};
use crate::codec::StoredSlip;
use crate::recent::{HashMap, HashSet, Recent};
use crate::source::{Account, Head, Source};

/// Sizes of what is kept besides slips.
const ACCOUNTS_MAX: usize = 50_000;
const RECORDS_MAX: usize = 50_000;
const SPENT_MAX: usize = 20_000;
const SERIES_MAX: usize = 2_000;
const TURNOVERS_MAX: usize = 20_000;
const LAYERS_MAX: usize = 5_000;

/// Ledger, place and conserved key.
type LayersKey = (Arc<str>, Arc<str>, Arc<str>);

/// Versions of records by key.
type Versions = Recent<Arc<str>, Arc<[Record]>>;

/// What a lane remembers. Everything in it is as the database has it, save for what [`Pending`] is about to write.
#[derive(Debug)]
pub(crate) struct Cache {
    pub org: i64,
    pub head: Head,
    pub pending: Pending,
    pub slips: Recent<SlipId, StoredSlip>,
    pub accounts: Recent<BalanceKey, Account>,
    pub turnovers: Recent<TurnoverKey, Turnover>,
    /// Further dimensions at which something may lie, of the places and keys that were asked for.
    layers: HashMap<LayersKey, BTreeSet<Arc<str>>>,
    /// What was booked with further dimensions and may not be in the database yet.
    layered: HashSet<BalanceKey>,
    pub series: Recent<Arc<str>, i64>,
    pub records: HashMap<Arc<str>, Versions>,
    pub persons: HashMap<Arc<str>, Option<Arc<Person>>>,
    pub has_people: bool,
    pub periods: HashMap<Arc<str>, HashMap<i32, bool>>,
    /// Entries and keys of the batch that is being judged.
    pub booked: HashMap<SlipId, Vec<Entry>>,
    pub keys: HashMap<Arc<str>, (i64, Answered)>,
    /// Those of the batch that is being written, which the database may have or not.
    flying: Flying,
    /// The last journal row that is known to stand.
    settled: i64,
    pub pack_texts: HashSet<Arc<str>>,
    /// Keys that are known to be unused.
    pub unused: HashSet<Arc<str>>,
    /// Keys that were used up lately.
    pub spent: Recent<Arc<str>, ()>,
    /// Nothing else remembers, so nothing may be forgotten.
    whole: bool,
}

/// What was judged and is being written.
#[derive(Debug, Default)]
pub(crate) struct Flying {
    booked: HashMap<SlipId, Vec<Entry>>,
    keys: HashMap<Arc<str>, (i64, Answered)>,
    layered: HashSet<BalanceKey>,
    seq: i64,
}

impl Cache {
    /// Over a database.
    pub fn new(org: i64) -> Cache {
        Cache {
            org,
            head: Head::EMPTY,
            pending: Pending::default(),
            slips: Recent::default(),
            accounts: Recent::default(),
            turnovers: Recent::default(),
            layers: HashMap::default(),
            layered: HashSet::default(),
            series: Recent::default(),
            records: HashMap::default(),
            persons: HashMap::default(),
            has_people: false,
            periods: HashMap::default(),
            booked: HashMap::default(),
            keys: HashMap::default(),
            flying: Flying::default(),
            settled: 0,
            pack_texts: HashSet::default(),
            unused: HashSet::default(),
            spent: Recent::default(),
            whole: false,
        }
    }

    /// Over nothing: it remembers everything.
    pub fn whole(org: i64) -> Cache {
        Cache {
            whole: true,
            ..Cache::new(org)
        }
    }

    /// Knows nothing but where the journal ends.
    pub fn begin_at(&mut self, head: Head) {
        self.forget();
        self.settled = head.seq;
        self.head = head;
    }

    /// What is to be written now. It is remembered until [`Cache::settle`], whatever else is judged meanwhile: what a batch
    /// wrote is young, and only what is old already is forgotten.
    pub fn hand_over(&mut self) -> Pending {
        if !self.whole {
            self.flying = Flying {
                booked: std::mem::take(&mut self.booked),
                keys: std::mem::take(&mut self.keys),
                layered: std::mem::take(&mut self.layered),
                seq: self.head.seq,
            };
        }
        std::mem::take(&mut self.pending)
    }

    /// What was handed over, once it is in the database.
    pub fn flown(&mut self) -> Flying {
        std::mem::take(&mut self.flying)
    }

    /// What was handed over before is in the database; what nobody asked for lately is forgotten.
    pub fn settle(&mut self, stands: Flying, slips_max: usize) {
        if self.whole {
            return;
        }
        self.settled = self.settled.max(stands.seq);
        drop(stands);
        self.unused.clear();
        self.spent.age(SPENT_MAX);
        self.slips.age(slips_max);
        self.accounts.age(ACCOUNTS_MAX);
        self.series.age(SERIES_MAX);
        for register in self.records.values_mut() {
            register.age(RECORDS_MAX);
        }
        if self.persons.len() > RECORDS_MAX {
            self.persons.clear();
        }
        self.turnovers.age(TURNOVERS_MAX);
        if self.layers.len() > LAYERS_MAX {
            self.layers.clear();
        }
    }

    /// Remembers that something was booked at a key with further dimensions, and whether anything stands there now. What is used
    /// up is not looked at again at every draw.
    pub fn layered(&mut self, key: &BalanceKey, stands: bool) {
        if key.detail.is_empty() {
            return;
        }
        let of = (key.ledger.clone(), key.place.clone(), key.key.clone());
        if let Some(known) = self.layers.get_mut(&of) {
            if stands {
                known.insert(key.detail.clone());
            } else {
                known.remove(&key.detail);
            }
        }
        if stands {
            self.layered.insert(key.clone());
        }
    }

    /// Whether nothing else remembers.
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Forgets everything: somebody else wrote, or a commit failed.
    pub fn forget(&mut self) {
        *self = Cache::new(self.org);
    }
}

/// A lane's memory with the database behind it, while commands are applied.
pub(crate) struct View<'a> {
    pub cache: RefCell<&'a mut Cache>,
    pub source: &'a dyn Source,
    /// Journal row of the last key that was found used.
    pub repeated: Slot<i64>,
    /// As in [`crate::judge::Behind`].
    pub keys_later: bool,
    /// When looking ahead: balances that memory does not have.
    wanted: Option<RefCell<Vec<BalanceKey>>>,
}

impl<'a> View<'a> {
    pub fn new(cache: &'a mut Cache, source: &'a dyn Source) -> View<'a> {
        View {
            cache: RefCell::new(cache),
            source,
            repeated: Slot::new(0),
            keys_later: false,
            wanted: None,
        }
    }

    /// A view in which unknown balances are nought and only noted.
    pub fn looking_ahead(cache: &'a mut Cache, source: &'a dyn Source) -> View<'a> {
        View {
            wanted: Some(RefCell::default()),
            ..View::new(cache, source)
        }
    }

    /// The balances that were noted.
    pub fn wanted(self) -> Vec<BalanceKey> {
        self.wanted.map(RefCell::into_inner).unwrap_or_default()
    }
}

fn fault(error: StoreError) -> WorldError {
    WorldError(Box::new(error))
}

/// The part of a period's record that the world asks for.
#[derive(Deserialize)]
struct PeriodBody {
    closed: bool,
}

/// A slip, from memory or from the source.
pub(crate) fn load_slip(
    cache: &mut Cache,
    source: &dyn Source,
    id: SlipId,
) -> Result<Option<StoredSlip>, StoreError> {
    if let Some(stored) = cache.slips.get(&id) {
        return Ok(Some(stored.clone()));
    }
    if id.0 < 1 || id.0 >= cache.head.next_slip {
        return Ok(None);
    }
    let found = source.slip(id)?;
    if let Some(stored) = &found {
        cache.slips.insert(id, stored.clone());
    }
    Ok(found)
}

/// An account, from memory or from the source.
pub(crate) fn load_account<'c>(
    cache: &'c mut Cache,
    source: &dyn Source,
    key: &BalanceKey,
) -> Result<&'c Account, StoreError> {
    if !cache.accounts.touch(key) {
        let account = source.account(key)?.unwrap_or_default();
        cache.accounts.insert(key.clone(), account);
    }
    Ok(cache.accounts.touched(key).unwrap_or(&NO_ACCOUNT))
}

static NO_ACCOUNT: Account = Account {
    id: None,
    total: Balance {
        draft: ZERO,
        checked: ZERO,
        posted: ZERO,
        held: ZERO,
    },
    periods: Vec::new(),
};
const ZERO: ledger::Sums = ledger::Sums { r#in: 0, out: 0 };

/// All versions of a record, from memory or from the source.
pub(crate) fn load_records(
    cache: &mut Cache,
    source: &dyn Source,
    register: &str,
    key: &str,
) -> Result<Arc<[Record]>, StoreError> {
    if let Some(found) = cache
        .records
        .get_mut(register)
        .and_then(|keys| keys.get(key))
    {
        return Ok(found.clone());
    }
    let found: Arc<[Record]> = source.records(register, key)?.into();
    let keys = cache.records.entry(register.into()).or_default();
    keys.insert(key.into(), found.clone());
    Ok(found)
}

impl World for View<'_> {
    fn slip(&self, id: SlipId) -> Result<Option<Arc<Slip>>, WorldError> {
        let found = load_slip(&mut self.cache.borrow_mut(), self.source, id).map_err(fault)?;
        Ok(found.map(|stored| stored.slip))
    }

    fn next_slip(&self) -> SlipId {
        SlipId(self.cache.borrow().head.next_slip)
    }

    fn balance(&self, key: &BalanceKey) -> Result<Balance, WorldError> {
        let mut cache = self.cache.borrow_mut();
        if let Some(wanted) = &self.wanted
            && !cache.accounts.touch(key)
        {
            wanted.borrow_mut().push(key.clone());
            return Ok(Balance::default());
        }
        let account = load_account(&mut cache, self.source, key).map_err(fault)?;
        Ok(account.total)
    }

    fn details(&self, ledger: &str, place: &str, key: &str) -> Result<Vec<Arc<str>>, WorldError> {
        let of: LayersKey = (ledger.into(), place.into(), key.into());
        let mut cache = self.cache.borrow_mut();
        if !cache.layers.contains_key(&of) {
            // Looking ahead, what is not known is not asked for one by one.
            if self.wanted.is_some() {
                return Ok(Vec::new());
            }
            let found = self.source.details(ledger, place, key).map_err(fault)?;
            let mut known: BTreeSet<Arc<str>> = found.into_iter().collect();
            let booked = cache.layered.iter().chain(&cache.flying.layered);
            let here = |at: &&BalanceKey| (&at.ledger, &at.place, &at.key) == (&of.0, &of.1, &of.2);
            known.extend(booked.filter(here).map(|at| at.detail.clone()));
            cache.layers.insert(of.clone(), known);
        }
        let found = cache.layers.get(&of);
        Ok(found.into_iter().flatten().cloned().collect())
    }

    fn serial(&self, series: &str) -> Result<i64, WorldError> {
        let mut cache = self.cache.borrow_mut();
        if let Some(last) = cache.series.get(series) {
            return Ok(*last);
        }
        let last = self.source.serial(series).map_err(fault)?;
        cache.series.insert(series.into(), last);
        Ok(last)
    }

    fn records(&self, register: &str, key: &str) -> Result<Arc<[Record]>, WorldError> {
        load_records(&mut self.cache.borrow_mut(), self.source, register, key).map_err(fault)
    }

    fn person(&self, login: &str) -> Result<Option<Arc<Person>>, WorldError> {
        let mut cache = self.cache.borrow_mut();
        if let Some(person) = cache.persons.get(login) {
            return Ok(person.clone());
        }
        let versions = load_records(&mut cache, self.source, "person", login).map_err(fault)?;
        let person = match versions.last() {
            None => None,
            Some(record) => Some(Arc::new(
                crate::codec::parse::<Person>(&record.body, "record.body of a person")
                    .map_err(fault)?,
            )),
        };
        if person.is_some() {
            cache.persons.insert(login.into(), person.clone());
        }
        Ok(person)
    }

    fn has_people(&self) -> Result<bool, WorldError> {
        let mut cache = self.cache.borrow_mut();
        if !cache.has_people {
            cache.has_people = self.source.any_record("person").map_err(fault)?;
        }
        Ok(cache.has_people)
    }

    fn entries_of(&self, slip: SlipId) -> Result<Vec<Entry>, WorldError> {
        let cache = self.cache.borrow();
        let settled = self.source.entries(slip, cache.settled);
        let mut entries = settled.map_err(fault)?;
        for booked in [&cache.flying.booked, &cache.booked] {
            entries.extend_from_slice(booked.get(&slip).map_or(&[], Vec::as_slice));
        }
        Ok(entries)
    }

    fn period_closed(&self, ledger: &str, period: Period) -> Result<bool, WorldError> {
        let mut cache = self.cache.borrow_mut();
        let known = cache.periods.get(ledger).and_then(|of| of.get(&period.0));
        if let Some(closed) = known {
            return Ok(*closed);
        }
        let key = format!("{ledger}/{period}");
        let versions = load_records(&mut cache, self.source, "period", &key).map_err(fault)?;
        let closed = match versions.last() {
            None => false,
            Some(record) => {
                crate::codec::parse::<PeriodBody>(&record.body, "record.body of a period")
                    .map_err(fault)?
                    .closed
            }
        };
        let of = cache.periods.entry(ledger.into()).or_default();
        of.insert(period.0, closed);
        Ok(closed)
    }

    fn answered(&self, key: &str) -> Result<Option<Answered>, WorldError> {
        let mut cache = self.cache.borrow_mut();
        let left_to_the_writer = self.keys_later && !cache.spent.touch(key);
        let known = cache.keys.get(key).or_else(|| cache.flying.keys.get(key));
        let found = match known {
            Some(found) => Some(found.clone()),
            None if left_to_the_writer || cache.unused.contains(key) => None,
            None => self.source.answered(key).map_err(fault)?,
        };
        Ok(found.map(|(seq, answered)| {
            self.repeated.set(seq);
            answered
        }))
    }

    fn has_content(&self, hash: &str) -> Result<bool, WorldError> {
        self.source.has_content(hash).map_err(fault)
    }
}

//! Finding records as one types: by code, by name, by the first letters of how the name is spoken, by anything within.
//!
//! What is looked through is kept in memory: a list of short texts, sorted by code. A hundred thousand of them are looked
//! through in a few milliseconds, which no index of a database does for a text from within a name.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use kernel::{Day, OrgId};
use model::{FieldKind, Register};
use pinyin::ToPinyinMulti;
use store::{RecordQuery, Store, StoreError};

/// Records read at once while a list is made.
const PAGE: usize = 10_000;
/// A register of at most so many records is read while the first who asks waits.
const AT_ONCE: usize = 2_000;
/// How long a list is believed at least, as a multiple of the time it took to make.
const WORTH: u32 = 20;
/// How long a list is believed that another process may have made old.
const BELIEVED: Duration = Duration::from_secs(60);

/// One record as it is looked for.
#[derive(Debug)]
struct Entry {
    key: Arc<str>,
    code: Box<str>,
    /// Names, one a line.
    names: Box<str>,
    /// For each character of the names the letters that it may begin with, as bits; none between two names.
    letters: Box<[u64]>,
    /// What else is known of it, one a line.
    rest: Box<str>,
}

/// The records of one register.
#[derive(Debug, Default)]
pub(crate) struct Finder {
    entries: Vec<Entry>,
}

/// Small letters and narrow figures.
fn folded(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            c => c,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

fn bit(c: char) -> u64 {
    match c {
        'a'..='z' => 1 << (u32::from(c) - u32::from('a')),
        '0'..='9' => 1 << (26 + u32::from(c) - u32::from('0')),
        _ => 0,
    }
}

/// The letters that a character may begin with when it is spoken; several where it is spoken in several ways.
fn letters_of(c: char) -> u64 {
    let own = bit(c);
    if own > 0 {
        return own;
    }
    c.to_pinyin_multi().map_or(0, |spoken| {
        spoken
            .into_iter()
            .filter_map(|one| one.plain().chars().next())
            .fold(0, |bits, first| bits | bit(first))
    })
}

/// The letters of several names. What is not spoken, such as a bracket, is passed over; `0` stands between names.
fn letters(names: &str) -> Box<[u64]> {
    let mut out = Vec::new();
    for name in names.lines() {
        out.extend(name.chars().map(letters_of).filter(|bits| *bits > 0));
        out.push(0);
    }
    out.into()
}

impl Entry {
    fn new(key: Arc<str>, names: &str, rest: &str) -> Entry {
        let names = folded(names);
        Entry {
            code: folded(&key).into(),
            letters: letters(&names),
            names: names.into(),
            rest: folded(rest).into(),
            key,
        }
    }

    /// How well it fits; less is better.
    fn rank(&self, wanted: &str, typed: &[u64]) -> Option<u8> {
        if *self.code == *wanted {
            return Some(0);
        }
        if self.code.starts_with(wanted) {
            return Some(1);
        }
        if self.names.lines().any(|name| name.starts_with(wanted)) {
            return Some(2);
        }
        let spoken = |from: &[u64]| {
            from.len() >= typed.len() && from.iter().zip(typed).all(|(has, one)| has & one > 0)
        };
        if !typed.is_empty() {
            let mut starts = self.letters.split(|bits| *bits == 0);
            if starts.any(spoken) {
                return Some(3);
            }
        }
        if self.code.contains(wanted) || self.names.contains(wanted) {
            return Some(4);
        }
        // One letter is in nearly every name; it says something only at the beginning.
        if typed.len() > 1 && self.letters.windows(typed.len()).any(spoken) {
            return Some(5);
        }
        self.rest.contains(wanted).then_some(6)
    }
}

impl Finder {
    fn read(
        store: &Store,
        org: OrgId,
        register: &Register,
        qualified: &str,
        today: Day,
        most: Option<usize>,
    ) -> Result<Option<Finder>, StoreError> {
        let text = |field: &&model::Field| {
            field.kind == FieldKind::Text && !field.sensitive && field.length_max <= 500
        };
        let named: Vec<&str> = crate::slip_form::name_fields(register)
            .filter(|field| !field.sensitive)
            .map(|field| &*field.name)
            .collect();
        let mut query = RecordQuery {
            on: Some(today),
            limit: most.unwrap_or(PAGE),
            ..RecordQuery::default()
        };
        let mut entries = Vec::new();
        loop {
            let page = store.records(org, qualified, &query)?;
            for row in page.rows {
                let fields = row.fields();
                let mut names: Vec<&str> = Vec::new();
                for name in &named {
                    match fields.get(*name).map(String::as_str) {
                        Some(text) if !text.is_empty() && !names.contains(&text) => {
                            names.push(text)
                        }
                        _ => {}
                    }
                }
                let rest: Vec<&str> = register
                    .fields
                    .iter()
                    .filter(text)
                    .filter(|field| !named.contains(&&*field.name))
                    .filter_map(|field| fields.get(&*field.name))
                    .map(String::as_str)
                    .filter(|text| !text.is_empty())
                    .collect();
                let entry = Entry::new(row.record.key.clone(), &names.join("\n"), &rest.join("\n"));
                entries.push(entry);
            }
            match page.next {
                None => break,
                Some(_) if most.is_some() => return Ok(None),
                next => query.after = next,
            }
        }
        entries.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(Some(Finder { entries }))
    }

    /// Keys of the records that fit best, the best first, those that fit alike by code.
    pub fn find(&self, wanted: &str, most: usize) -> Vec<Arc<str>> {
        let wanted = folded(wanted.trim());
        if wanted.is_empty() {
            let first = self.entries.iter().take(most);
            return first.map(|entry| entry.key.clone()).collect();
        }
        let bits: Vec<u64> = wanted.chars().map(bit).collect();
        let typed = if bits.contains(&0) { &[][..] } else { &bits };
        let mut ranked: [Vec<&Arc<str>>; 7] = Default::default();
        for entry in &self.entries {
            if let Some(rank) = entry.rank(&wanted, typed)
                && let Some(list) = ranked.get_mut(usize::from(rank))
                && list.len() < most
            {
                list.push(&entry.key);
            }
        }
        ranked.into_iter().flatten().take(most).cloned().collect()
    }
}

#[derive(Debug, Default)]
struct Kept {
    finder: Option<Arc<Finder>>,
    made: Option<Instant>,
    took: Duration,
    old: bool,
    /// Whether a thread is making it anew.
    busy: bool,
}

/// The lists of all registers that were asked about.
#[derive(Debug, Default, Clone)]
pub(crate) struct Finders(Arc<Mutex<HashMap<String, Kept>>>);

impl Finders {
    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<String, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something has changed in some register.
    pub fn age(&self) {
        for kept in self.kept().values_mut() {
            kept.old = true;
        }
    }

    /// The list of a register. A large one is made beside, and there is none until it is done; an old one serves until the
    /// new one is there.
    pub fn of(
        &self,
        store: &Store,
        org: OrgId,
        register: &Register,
        qualified: &str,
        today: Day,
    ) -> Result<Option<Arc<Finder>>, StoreError> {
        let stands = {
            let mut all = self.kept();
            let kept = all.entry(qualified.to_owned()).or_default();
            let age = kept.made.map(|made| made.elapsed());
            let fresh = age.is_some_and(|age| {
                (!kept.old && age < BELIEVED) || age < kept.took.saturating_mul(WORTH)
            });
            if fresh || kept.busy {
                return Ok(kept.finder.clone());
            }
            kept.busy = true;
            kept.old = false;
            kept.finder.clone()
        };
        let begun = Instant::now();
        let small = Finder::read(store, org, register, qualified, today, Some(AT_ONCE));
        match small {
            Ok(Some(finder)) => Ok(self.put(qualified, Some(finder), begun)),
            Ok(None) => {
                let (all, store) = (self.clone(), store.clone());
                let (register, qualified) = (register.clone(), qualified.to_owned());
                std::thread::spawn(move || {
                    let begun = Instant::now();
                    let read = Finder::read(&store, org, &register, &qualified, today, None);
                    all.put(&qualified, read.ok().flatten(), begun);
                });
                Ok(stands)
            }
            Err(error) => {
                self.put(qualified, None, begun);
                Err(error)
            }
        }
    }

    fn put(&self, qualified: &str, finder: Option<Finder>, begun: Instant) -> Option<Arc<Finder>> {
        let mut all = self.kept();
        let kept = all.entry(qualified.to_owned()).or_default();
        kept.busy = false;
        kept.took = begun.elapsed();
        kept.made = Some(Instant::now());
        if let Some(finder) = finder {
            kept.finder = Some(Arc::new(finder));
        }
        kept.finder.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finder(records: &[(&str, &str, &str)]) -> Finder {
        let mut entries: Vec<Entry> = records
            .iter()
            .map(|(key, names, rest)| Entry::new(Arc::from(*key), names, rest))
            .collect();
        entries.sort_by(|a, b| a.code.cmp(&b.code));
        Finder { entries }
    }

    fn found(finder: &Finder, wanted: &str) -> String {
        finder.find(wanted, 20).join(" ")
    }

    #[test]
    fn the_order_is_code_name_letters_and_anything_within() {
        let finder = finder(&[
            ("BL", "甲", ""),
            ("BLF01", "乙", ""),
            ("C1", "blf 进口", ""),
            ("D1", "布洛芬缓释胶囊", "0.3g×20粒"),
            ("E1", "小儿布洛芬混悬液", "100ml"),
            ("F1", "丙", "批文 BLF"),
            ("XBLFX", "丁", ""),
        ]);
        assert_eq!(found(&finder, "blf"), "BLF01 C1 D1 XBLFX E1 F1");
        assert_eq!(found(&finder, "BL").split(' ').next(), Some("BL"));
        assert_eq!(found(&finder, "ｂｌｆ０１"), "BLF01");
        assert_eq!(found(&finder, "布洛芬"), "D1 E1");
        assert_eq!(found(&finder, "混悬"), "E1");
        assert_eq!(found(&finder, "20粒"), "D1");
        assert_eq!(found(&finder, "xebl"), "E1");
        assert_eq!(found(&finder, "zzz"), "");
        assert_eq!(finder.find("", 3).len(), 3);
    }

    #[test]
    fn a_character_spoken_in_two_ways_is_found_by_either() {
        let finder = finder(&[
            ("A1", "重楼", ""),
            ("A2", "复方（重）酊", ""),
            ("A3", "维生素C片", ""),
            ("A4", "𠮷野😀 مرحبا", ""),
        ]);
        assert_eq!(found(&finder, "cl"), "A1");
        assert_eq!(found(&finder, "zl"), "A1");
        // Brackets are not spoken.
        assert_eq!(found(&finder, "ffzd"), "A2");
        assert_eq!(found(&finder, "wssc"), "A3");
        assert_eq!(found(&finder, "😀"), "A4");
        assert_eq!(found(&finder, "مرحبا"), "A4");
    }

    #[test]
    fn a_hundred_thousand_records_are_looked_through_while_one_types() {
        let names = [
            "布洛芬缓释胶囊",
            "阿莫西林胶囊",
            "奥美拉唑肠溶胶囊",
            "蒙脱石散",
            "氯雷他定片",
        ];
        let entries = (0..100_000)
            .map(|n| {
                let name = format!("{}{n}", names[n % names.len()]);
                Entry::new(
                    Arc::from(format!("YP{n:06}")),
                    &name,
                    "0.3g×20粒\n盒\n示例制药有限公司",
                )
            })
            .collect();
        let finder = Finder { entries };
        let mut slowest = Duration::ZERO;
        for wanted in [
            "b",
            "blf",
            "blfhsjn99",
            "雷他定",
            "YP0999",
            "没有的",
            "jn12345",
        ] {
            let begun = Instant::now();
            finder.find(wanted, 20);
            slowest = slowest.max(begun.elapsed());
        }
        println!("slowest of 7 look-ups in 100,000 records: {slowest:?}");
        // Unoptimised; a built product takes about a tenth.
        assert!(slowest < Duration::from_millis(1_500), "{slowest:?}");
        assert_eq!(finder.find("blfhsjn10", 3).len(), 3);
    }
}

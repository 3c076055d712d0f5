//! Figures beside one another and the pace of work, held against everything that was ever booked and signed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::common::worked::{Balances, Worked, everywhere};
use crate::common::{Depot, ORG};
use engine::{SignedAct, Slip};
use kernel::{EntryState, Moment, Side};
use ledger::{Balance, BalanceKey};
use store::{
    AsOf, BalanceQuery, BranchBy, BranchQuery, ChangeQuery, KeyFilter, MonthQuery, PaceQuery,
    RecordQuery, StatementCursor, StatementQuery, Store, StoreUrl, Waits,
};
use testkit::hostile::Clerk;

const LEDGERS: [&str; 2] = ["depot.stock", "depot.cash"];

type Changes = BTreeMap<BalanceKey, (Balance, Balance)>;

fn changes_read(worked: &Worked, ledger: &str, from: AsOf, to: AsOf) -> Changes {
    let mut query = ChangeQuery {
        from,
        to,
        limit: 3,
        ..ChangeQuery::default()
    };
    let mut out = Changes::new();
    loop {
        let page = worked.store.changes(ORG, ledger, &query).expect("read");
        assert!(page.rows.len() <= 3);
        for row in page.rows {
            let key = BalanceKey {
                ledger: ledger.into(),
                place: row.place,
                key: row.key,
                detail: row.detail,
            };
            assert!(out.insert(key, (row.before, row.after)).is_none());
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => return out,
        }
    }
}

fn booked_by(worked: &Worked, as_of: AsOf) -> Balances {
    worked.booked(|entry| match as_of {
        AsOf::Now => true,
        AsOf::Seq(seq) => entry.seq <= seq,
        AsOf::Moment(at) => entry.at <= at,
        AsOf::Day(day) => entry.entry.day <= day,
    })
}

/// The branches of a ledger, read two at a time.
fn branches_read(worked: &Worked, ledger: &str, query: BranchQuery) -> BTreeMap<String, [i128; 8]> {
    let mut query = BranchQuery { limit: 2, ..query };
    let mut out: BTreeMap<String, [i128; 8]> = BTreeMap::new();
    loop {
        let page = worked.store.branches(ORG, ledger, &query).expect("read");
        for row in page.rows {
            assert!(
                out.last_key_value()
                    .is_none_or(|(last, _)| **last < *row.name)
            );
            out.insert(row.name.to_string(), row.sums);
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => return out,
        }
    }
}

#[test]
fn branches_are_what_their_accounts_add_up_to_at_every_moment() {
    everywhere(|worked| {
        let (first, at) = worked.moments[worked.moments.len() / 3];
        let day = worked.entries[worked.entries.len() / 2].1.entry.day;
        let early = worked
            .entries
            .iter()
            .map(|(_, entry)| entry.entry.day)
            .min();
        let mut seen = 0;
        for as_of in [
            AsOf::Now,
            AsOf::Seq(first),
            AsOf::Moment(at),
            AsOf::Day(day),
            AsOf::Day(early.expect("entries")),
        ] {
            let booked = booked_by(worked, as_of);
            for ledger in LEDGERS {
                let places: BTreeMap<String, ()> = booked
                    .keys()
                    .map(|key| (key.place.to_string(), ()))
                    .collect();
                for (by, place) in [(BranchBy::Place, None), (BranchBy::First, None)]
                    .into_iter()
                    .chain(
                        places
                            .keys()
                            .map(|place| (BranchBy::First, Some(place.clone()))),
                    )
                {
                    let mut expected: BTreeMap<String, [i128; 8]> = BTreeMap::new();
                    for (key, balance) in &booked {
                        if &*key.ledger != ledger
                            || place.as_deref().is_some_and(|p| p != &*key.place)
                        {
                            continue;
                        }
                        let name = match by {
                            BranchBy::Place => key.place.to_string(),
                            BranchBy::First => key.key.split('/').next().unwrap_or("").to_owned(),
                        };
                        let sums = expected.entry(name).or_default();
                        for (at, state) in EntryState::ALL.into_iter().enumerate() {
                            sums[at * 2] += i128::from(balance.of(state).r#in);
                            sums[at * 2 + 1] += i128::from(balance.of(state).out);
                        }
                    }
                    let query = BranchQuery {
                        by,
                        place: place.clone(),
                        as_of,
                        ..BranchQuery::default()
                    };
                    let read = branches_read(worked, ledger, query.clone());
                    let mut read = read;
                    read.retain(|_, sums| *sums != [0; 8]);
                    expected.retain(|_, sums| *sums != [0; 8]);
                    assert_eq!(read, expected, "{ledger} {query:?}");
                    seen += read.len();
                    if by == BranchBy::First {
                        let standing = BranchQuery {
                            skip_zero: true,
                            ..query
                        };
                        let left = branches_read(worked, ledger, standing);
                        for (name, sums) in &expected {
                            let stands = booked.iter().any(|(key, balance)| {
                                &*key.ledger == ledger
                                    && place.as_deref().is_none_or(|p| p == &*key.place)
                                    && key.key.split('/').next() == Some(name)
                                    && EntryState::ALL
                                        .into_iter()
                                        .any(|state| balance.of(state).net() != 0)
                            });
                            assert_eq!(left.get(name), Some(sums).filter(|_| stands), "{name}");
                        }
                    }
                }
            }
        }
        assert!(seen > 20, "{seen}");
    });
}

/// What the branches of a ledger come to by its balances, one by one; zeros are left out.
fn added_up(store: &Store, ledger: &str, query: &BranchQuery) -> BTreeMap<String, [i128; 8]> {
    let asked = BalanceQuery {
        place: query.place.clone(),
        as_of: query.as_of,
        limit: 100_000,
        ..BalanceQuery::default()
    };
    let mut out: BTreeMap<String, [i128; 8]> = BTreeMap::new();
    for row in store.balances(ORG, ledger, &asked).expect("read").rows {
        let name = match query.by {
            BranchBy::Place => &row.place,
            BranchBy::First => row.key.split('/').next().unwrap_or(""),
        };
        let sums = out.entry(name.to_owned()).or_default();
        for (at, state) in EntryState::ALL.into_iter().enumerate() {
            sums[at * 2] += i128::from(row.balance.of(state).r#in);
            sums[at * 2 + 1] += i128::from(row.balance.of(state).out);
        }
    }
    out.retain(|_, sums| *sums != [0; 8]);
    out
}

#[test]
fn branches_asked_for_again_and_again_have_what_was_booked_meanwhile() {
    let (_folder, sqlite) = crate::common::sqlite();
    for url in [
        Some(sqlite),
        Some(StoreUrl::Memory),
        crate::common::postgres(),
    ] {
        let Some(url) = url else { continue };
        let store = Store::open(&url, crate::common::options()).expect("opens");
        let mut clerk = Clerk::new(&crate::common::options().catalog, 17);
        let mut setup = clerk.set_up();
        setup.reverse();
        let (mut changed, mut before) = (0, BTreeMap::new());
        for nth in 0..400 {
            let command = setup.pop().unwrap_or_else(|| clerk.choose());
            let at = command.at;
            let expected = clerk.learn(&command).expect("answered");
            let answer = store.submit_blocking(command).expect("answered");
            assert_eq!(answer.outcome, expected);
            if nth % 7 != 0 {
                continue;
            }
            for (ledger, by, place, as_of) in [
                ("depot.stock", BranchBy::First, None, AsOf::Now),
                ("depot.stock", BranchBy::First, Some("good"), AsOf::Now),
                ("depot.stock", BranchBy::First, None, AsOf::Day(at.day())),
                ("depot.stock", BranchBy::First, None, AsOf::Seq(nth / 2)),
                ("depot.cash", BranchBy::First, None, AsOf::Now),
                ("depot.cash", BranchBy::Place, None, AsOf::Now),
                ("depot.cash", BranchBy::Place, None, AsOf::Day(at.day())),
            ] {
                let query = BranchQuery {
                    by,
                    place: place.map(str::to_owned),
                    as_of,
                    ..BranchQuery::default()
                };
                let page = store.branches(ORG, ledger, &query).expect("read");
                let rows = page.rows.into_iter();
                let mut read: BTreeMap<String, [i128; 8]> =
                    rows.map(|row| (row.name.to_string(), row.sums)).collect();
                read.retain(|_, sums| *sums != [0; 8]);
                assert_eq!(read, added_up(&store, ledger, &query), "{nth} {query:?}");
                if by == BranchBy::First && as_of == AsOf::Now && place.is_none() {
                    changed += usize::from(read.len() > 1 && before != read);
                    before = read;
                }
            }
        }
        assert!(changed > 5, "{changed}");
    }
}

#[test]
fn what_changed_between_two_moments_is_the_difference_of_what_was_booked() {
    everywhere(|worked| {
        let (first, at) = worked.moments[worked.moments.len() / 3];
        let (_, later) = worked.moments[worked.moments.len() * 2 / 3];
        let pairs = [
            (AsOf::Moment(at), AsOf::Moment(later)),
            (AsOf::Moment(later), AsOf::Moment(at)),
            (AsOf::Seq(first), AsOf::Now),
            (AsOf::Day(at.day()), AsOf::Day(later.day())),
            (AsOf::Day(at.day()), AsOf::Now),
            (AsOf::Day(at.day()), AsOf::Moment(later)),
            (AsOf::Seq(0), AsOf::Now),
            (AsOf::Now, AsOf::Now),
        ];
        let mut seen = 0;
        for ledger in LEDGERS {
            for (from, to) in pairs {
                let (before, after) = (booked_by(worked, from), booked_by(worked, to));
                let mut expected = Changes::new();
                for key in before.keys().chain(after.keys()) {
                    let sums = |all: &Balances| all.get(key).copied().unwrap_or_default();
                    let (old, new) = (sums(&before), sums(&after));
                    if &*key.ledger == ledger && old != new {
                        expected.insert(key.clone(), (old, new));
                    }
                }
                seen += expected.len();
                let read = changes_read(worked, ledger, from, to);
                assert_eq!(read, expected, "{ledger} {from:?} {to:?}");
            }
        }
        assert!(seen > 20, "{seen}");
    });
}

#[test]
fn months_add_up_to_what_was_booked_in_each() {
    everywhere(|worked| {
        for ledger in LEDGERS {
            let months = worked
                .store
                .months(ORG, ledger, &MonthQuery::default())
                .expect("read");
            assert!(!months.more && !months.rows.is_empty());
            for row in &months.rows {
                let booked = worked.booked(|entry| entry.entry.day.period() == row.period);
                let key = BalanceKey {
                    ledger: ledger.into(),
                    place: row.place.clone(),
                    key: row.key.clone(),
                    detail: row.detail.clone(),
                };
                assert_eq!(booked.get(&key), Some(&row.balance));
            }
            let period = months.rows[0].period;
            let query = MonthQuery {
                place: Some(months.rows[0].place.to_string()),
                from: Some(period),
                to: Some(period),
                limit: 1,
                ..MonthQuery::default()
            };
            let one = worked.store.months(ORG, ledger, &query).expect("read");
            assert_eq!(one.rows, months.rows[..1]);
        }
    });
}

/// Legs of an account that were booked between two moments, with what was there before and after.
#[test]
fn a_statement_of_a_past_moment_has_what_was_booked_by_then() {
    everywhere(|worked| {
        let (_, at) = worked.moments[worked.moments.len() / 3];
        let (_, later) = worked.moments[worked.moments.len() * 2 / 3];
        let mut legs_seen = 0;
        for key in worked.booked(|_| true).keys() {
            for (after, until) in [
                (None, Some(later)),
                (Some(at), Some(later)),
                (Some(at), None),
            ] {
                let net = |keep: &dyn Fn(Moment) -> bool| -> i128 {
                    let booked = worked
                        .booked(|entry| entry.entry.state == EntryState::Posted && keep(entry.at));
                    booked.get(key).map_or(0, |balance| {
                        i128::from(balance.of(EntryState::Posted).net())
                    })
                };
                let mut next: Option<StatementCursor> = None;
                let mut opening = None;
                let closing = loop {
                    let query = StatementQuery {
                        place: Some(key.place.to_string()),
                        key: Some(KeyFilter::Exact(key.key.to_string())),
                        detail: Some(key.detail.to_string()),
                        booked_after: after,
                        booked_until: until,
                        after: next,
                        limit: 2,
                        ..StatementQuery::default()
                    };
                    let page = worked
                        .store
                        .statement(ORG, &key.ledger, &query)
                        .expect("read");
                    opening.get_or_insert(page.opening);
                    for leg in &page.legs {
                        legs_seen += 1;
                        assert!(after.is_none_or(|after| leg.at > after));
                        assert!(until.is_none_or(|until| leg.at <= until));
                        assert!(matches!(leg.side, Side::In | Side::Out));
                    }
                    next = page.next;
                    if next.is_none() {
                        break page.closing;
                    }
                };
                let before = after.map_or(0, |after| net(&|booked| booked <= after));
                assert_eq!(opening, Some(before), "{key:?}");
                let end = net(&|booked| until.is_none_or(|until| booked <= until));
                assert_eq!(closing, end, "{key:?} {after:?} {until:?}");
            }
        }
        assert!(legs_seen > 50, "{legs_seen}");
    });
}

/// Since when each step was waited for, by looking at what waited before each signature.
fn waits_by_person(worked: &Worked) -> BTreeMap<(Arc<str>, Arc<str>), Vec<i64>> {
    let mut out: BTreeMap<(Arc<str>, Arc<str>), Vec<i64>> = BTreeMap::new();
    for slip in &worked.slips {
        let rows = worked.store.signatures(ORG, slip.id).expect("read");
        for row in rows {
            if matches!(row.signature.act, SignedAct::Sign | SignedAct::Cosign) {
                let key = (row.signature.step.clone(), row.signature.person.clone());
                out.entry(key).or_default().push(row.seq);
            }
        }
    }
    out
}

#[test]
fn the_pace_of_work_is_that_of_the_signatures_and_of_what_waits() {
    everywhere(|worked| {
        let signed = waits_by_person(worked);
        let steps: Vec<String> = signed.keys().map(|(step, _)| step.to_string()).collect();
        let (_, begin) = worked.moments[0];
        let ages = vec![
            worked.now.plus_minutes(-60),
            worked.now.plus_minutes(-60 * 24),
        ];
        let query = PaceQuery {
            steps,
            from: begin,
            to: worked.now.plus_minutes(1),
            ages: ages.clone(),
            now: worked.now,
            ..PaceQuery::default()
        };
        let pace = worked.store.pace(ORG, &query).expect("read");
        assert_eq!(pace.cut_at, None);
        let counted: BTreeMap<_, _> = pace
            .persons
            .iter()
            .map(|one| ((one.step.clone(), one.person.clone()), one.waits.signed))
            .collect();
        let expected: BTreeMap<_, _> = signed
            .iter()
            .map(|(key, seqs)| (key.clone(), seqs.len() as i64))
            .collect();
        assert_eq!(counted, expected);
        for step in &pace.steps {
            let Waits {
                signed,
                total,
                median,
                most,
                longest,
            } = step.waits;
            let mine = pace.persons.iter().filter(|one| one.step == step.step);
            assert_eq!(
                mine.clone().map(|one| one.waits.signed).sum::<i64>(),
                signed
            );
            assert_eq!(mine.clone().map(|one| one.waits.total).sum::<i64>(), total);
            assert_eq!(mine.map(|one| one.waits.longest).max(), Some(longest));
            assert!(0 <= median && median <= most && most <= longest && longest <= total);
        }
        assert!(pace.steps.iter().any(|step| step.waits.longest > 0));
        let by_day: i64 = pace.days.iter().map(|(_, _, count)| count).sum();
        assert_eq!(by_day, expected.values().sum::<i64>());
        assert!(pace.days.windows(2).all(|pair| pair[0].0 <= pair[1].0));
        check_waiting(&worked.slips, &query, &pace.waiting);
        // Cut to the newest rows of the journal, it says from when on.
        let cut = PaceQuery { limit: 50, ..query };
        let pace = worked.store.pace(ORG, &cut).expect("read");
        assert!(pace.cut_at > Some(begin));
        let fewer: i64 = pace.steps.iter().map(|step| step.waits.signed).sum();
        assert!(fewer > 0 && fewer <= 50);
    });
}

fn check_waiting(slips: &[Arc<Slip>], query: &PaceQuery, waiting: &[store::StepWaiting]) {
    let mut expected: BTreeMap<Arc<str>, (i64, i64, Vec<i64>)> = BTreeMap::new();
    for item in slips.iter().flat_map(|slip| &slip.waiting) {
        if !query.steps.iter().any(|step| **step == *item.step) {
            continue;
        }
        let one = expected
            .entry(item.step.clone())
            .or_insert_with(|| (0, 0, vec![0; query.ages.len() + 1]));
        one.0 += 1;
        one.1 += i64::from(item.due.is_some_and(|due| due < query.now));
        let older = query.ages.iter().filter(|age| item.since <= **age).count();
        one.2[older] += 1;
    }
    let read: BTreeMap<_, _> = waiting
        .iter()
        .map(|one| {
            let sums = (one.count, one.overdue, one.ages.clone());
            (one.step.clone(), sums)
        })
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(read, expected);
}

/// A note is filled at noon, checked by the chief 90 minutes later and by the auditor after another hour, and posted at
/// once.
#[test]
fn a_signature_keeps_how_long_it_was_waited_for() {
    let (_folder, sqlite) = crate::common::sqlite();
    for url in [Some(sqlite), crate::common::postgres()]
        .into_iter()
        .flatten()
    {
        let mut depot = Depot::open(&url);
        let slip = depot.note("A1", "5", "1").slip.expect("a slip");
        for (minutes, actor, step) in [
            (90, "chief", "intake.note.check"),
            (60, "auditor", "intake.note.check"),
            (0, "keeper", "intake.note.post"),
        ] {
            depot.now = depot.now.plus_minutes(minutes);
            assert!(depot.sign(actor, step, slip).outcome.is_ok());
        }
        let query = PaceQuery {
            steps: ["fill", "check", "post"]
                .map(|step| format!("depot.intake.note.{step}"))
                .to_vec(),
            from: Moment(0),
            to: depot.now.plus_minutes(1),
            ..PaceQuery::default()
        };
        let pace = depot.store.pace(ORG, &query).expect("read");
        let longest: BTreeMap<String, i64> = pace
            .persons
            .iter()
            .map(|one| (format!("{} {}", one.step, one.person), one.waits.longest))
            .collect();
        let expected = [
            ("check chief", 90 * 60),
            ("check auditor", 150 * 60),
            ("fill clerk", 0),
            ("post keeper", 0),
        ];
        let expected = expected.map(|(who, wait)| (format!("depot.intake.note.{who}"), wait));
        assert_eq!(longest, BTreeMap::from(expected));
        let checked = pace.steps.iter().find(|one| one.step.ends_with("check"));
        let waits = checked.expect("checked").waits;
        let whole = Waits {
            signed: 2,
            total: 240 * 60,
            median: 90 * 60,
            most: 150 * 60,
            longest: 150 * 60,
        };
        assert_eq!(waits, whole);
        depot.verify();
    }
}

#[test]
fn registers_are_read_as_they_were_known() {
    everywhere(|worked| {
        let all = worked
            .store
            .records(ORG, "depot.item", &RecordQuery::default())
            .expect("read")
            .rows;
        let mut missing = 0;
        for (_, at) in worked.moments.iter().step_by(37) {
            let query = RecordQuery {
                known_at: Some(*at),
                limit: 10_000,
                ..RecordQuery::default()
            };
            let page = worked.store.records(ORG, "depot.item", &query);
            let then: BTreeMap<String, i64> = page
                .expect("read")
                .rows
                .iter()
                .map(|row| (row.record.key.to_string(), row.record.version))
                .collect();
            let mut expected = BTreeMap::new();
            for row in &all {
                let key = &row.record.key;
                let versions = worked.store.record_versions(ORG, "depot.item", key);
                let known = versions.expect("read").into_iter().rfind(|version| {
                    let written = worked.store.journal_row(ORG, version.seq).expect("read");
                    written.expect("a row").at <= *at
                });
                match known {
                    Some(version) => {
                        expected.insert(key.to_string(), version.record.version);
                    }
                    None => missing += 1,
                }
            }
            assert_eq!(then, expected);
        }
        assert!(missing > 0, "something was recorded later");
    });
}

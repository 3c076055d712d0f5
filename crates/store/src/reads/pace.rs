//! How fast steps are done: waiting times of signatures, throughput by day, and the age of what waits now.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Day, Moment};

use super::journal::first_at_or_after;
use super::page_size;
use crate::api::{
    Pace, PaceQuery, PersonPace, PersonWaiting, StepPace, StepWaiting, StoreError, Waits,
};
use crate::cell::{Cell, CellRef};
use crate::sql::{Filter, Sql};

/// Everything about the steps asked for.
pub(crate) fn pace(sql: &dyn Sql, org: i64, query: &PaceQuery) -> Result<Pace, StoreError> {
    if query.steps.is_empty() {
        return Ok(Pace::default());
    }
    let mut pace = Pace::default();
    signed(sql, org, query, &mut pace)?;
    pace.waiting = waiting(sql, org, query)?;
    pace.named = named(sql, org, query)?;
    Ok(pace)
}

fn of_steps(org: i64, query: &PaceQuery, column: &str) -> Filter {
    let mut filter = Filter::new("org = ?", org);
    let steps = query.steps.iter().map(|step| Cell::from(step.as_str()));
    filter.within(column, steps);
    filter
}

/// Signatures of a stretch of the journal, each with its waiting time in seconds.
fn signed(sql: &dyn Sql, org: i64, query: &PaceQuery, pace: &mut Pace) -> Result<(), StoreError> {
    let limit = page_size(query.limit, 50_000, 1_000_000) as i64;
    let from = first_at_or_after(sql, org, query.from)?;
    let to = first_at_or_after(sql, org, query.to)?;
    let first = from.max(to - limit);
    if first > from {
        pace.cut_at = moment_of(sql, org, first)?;
    }
    let mut filter = of_steps(org, query, "step");
    filter.and("seq >= ?", first);
    filter.and("seq < ?", to);
    let text = format!(
        "select step, person, at, (at - since) / 1000000 from signature where {} and act in ('sign', 'cosign') order by seq",
        filter.text
    );
    let mut found = Found::default();
    sql.scan(&text, &filter.params, &mut |cells| match *cells {
        [
            CellRef::Text(step),
            CellRef::Text(person),
            CellRef::Int(at),
            CellRef::Int(seconds),
        ] => {
            found.take(step, person, Moment(at), seconds);
            Ok(())
        }
        _ => Err(StoreError::Corrupt(
            "a signature is not readable".to_owned(),
        )),
    })?;
    found.into_pace(pace);
    Ok(())
}

fn moment_of(sql: &dyn Sql, org: i64, seq: i64) -> Result<Option<Moment>, StoreError> {
    let row = sql.first(
        "select at from journal where org = ?1 and seq = ?2",
        &[org.into(), seq.into()],
    )?;
    row.map(|row| row.int(0).map(Moment)).transpose()
}

type ByPerson = BTreeMap<Vec<u8>, Vec<i64>>;

/// Signatures as they are read: waiting times by step and person, counts by day and step.
#[derive(Default)]
struct Found {
    waits: BTreeMap<Vec<u8>, ByPerson>,
    days: Vec<(Day, BTreeMap<Vec<u8>, i64>)>,
    /// Where the last day ends; the journal's time never runs backwards.
    day_ends: Option<Moment>,
}

impl Found {
    fn take(&mut self, step: &[u8], person: &[u8], at: Moment, seconds: i64) {
        if !self.waits.contains_key(step) {
            self.waits.insert(step.to_vec(), ByPerson::new());
        }
        if let Some(persons) = self.waits.get_mut(step) {
            match persons.get_mut(person) {
                Some(all) => all.push(seconds),
                None => {
                    persons.insert(person.to_vec(), vec![seconds]);
                }
            }
        }
        if self.day_ends.is_none_or(|end| at >= end) {
            let day = at.day();
            self.days.push((day, BTreeMap::new()));
            self.day_ends = day.plus_days(1).map(Moment::midnight_of);
        }
        if let Some((_, counts)) = self.days.last_mut() {
            match counts.get_mut(step) {
                Some(count) => *count += 1,
                None => {
                    counts.insert(step.to_vec(), 1);
                }
            }
        }
    }

    fn into_pace(self, pace: &mut Pace) {
        let text = |bytes: Vec<u8>| -> Arc<str> { String::from_utf8_lossy(&bytes).into() };
        for (step, persons) in self.waits {
            let step = text(step);
            let mut all = Vec::new();
            for (person, mut waits) in persons {
                all.extend_from_slice(&waits);
                pace.persons.push(PersonPace {
                    step: step.clone(),
                    person: text(person),
                    waits: waits_of(&mut waits),
                });
            }
            pace.steps.push(StepPace {
                step,
                waits: waits_of(&mut all),
            });
        }
        for (day, counts) in self.days {
            let counts = counts.into_iter();
            pace.days
                .extend(counts.map(|(step, count)| (day, text(step), count)));
        }
    }
}

fn waits_of(all: &mut [i64]) -> Waits {
    all.sort_unstable();
    let at = |tenths: usize| {
        let place = (all.len() * tenths).div_ceil(10).saturating_sub(1);
        all.get(place).copied().unwrap_or(0)
    };
    Waits {
        signed: all.len() as i64,
        total: all.iter().fold(0, |sum: i64, one| sum.saturating_add(*one)),
        median: at(5),
        most: at(9),
        longest: at(10),
    }
}

/// What waits by step and age; a thing that several roles may do counts once.
fn waiting(sql: &dyn Sql, org: i64, query: &PaceQuery) -> Result<Vec<StepWaiting>, StoreError> {
    let mut filter = of_steps(org, query, "step");
    let things = format!(
        "select distinct step, slip, item, since, due from todo{} where {}",
        sql.dialect().indexed_by("todo_step"),
        filter.text
    );
    let now = filter.param(query.now.0);
    let mut sums = vec![format!("due < {now}")];
    for age in &query.ages {
        let age = filter.param(age.0);
        sums.push(format!("since > {age}"));
    }
    let sums: Vec<String> = sums
        .iter()
        .map(|test| format!("cast(sum(case when {test} then 1 else 0 end) as bigint)"))
        .collect();
    let text = format!(
        "select step, cast(count(*) as bigint), min(since), {} from ({things}) t group by step order by step",
        sums.join(", ")
    );
    let rows = sql.query(&text, &filter.params)?;
    rows.iter()
        .map(|row| {
            let count = row.int(1)?;
            let mut ages = Vec::with_capacity(query.ages.len() + 1);
            let mut younger = 0;
            for at in 0..query.ages.len() {
                let so_far = row.int(4 + at)?;
                ages.push(so_far - younger);
                younger = so_far;
            }
            ages.push(count - younger);
            Ok(StepWaiting {
                step: row.text(0)?,
                count,
                overdue: row.int(3)?,
                oldest: Moment(row.int(2)?),
                ages,
            })
        })
        .collect()
}

/// What was handed to somebody by name.
fn named(sql: &dyn Sql, org: i64, query: &PaceQuery) -> Result<Vec<PersonWaiting>, StoreError> {
    let mut filter = of_steps(org, query, "step");
    filter.also("holder >= 'p:' and holder < 'p;'");
    let text = format!(
        "select step, holder, cast(count(*) as bigint), min(since) from todo where {} group by step, holder \
         order by step, holder",
        filter.text
    );
    let rows = sql.query(&text, &filter.params)?;
    rows.iter()
        .map(|row| {
            let holder = row.str(1)?;
            Ok(PersonWaiting {
                step: row.text(0)?,
                person: holder.strip_prefix("p:").unwrap_or(holder).into(),
                count: row.int(2)?,
                oldest: Moment(row.int(3)?),
            })
        })
        .collect()
}

//! Slips added up: groups by the value of any field, with counts and sums.

use std::collections::BTreeMap;

use kernel::Amount;
use model::Catalog;

use super::conditions::{self, Fields};
use super::table::{CHUNK, Matched, Plan};
use crate::api::{At, Sort, StoreError, SumQuery, SumRow, Sums};
use crate::cell::Row;
use crate::sql::Sql;

type Result<T> = std::result::Result<T, StoreError>;

/// Groups told apart.
const GROUPS_MAX: usize = 5_000;

/// Groups and sums.
pub(crate) fn sums(sql: &dyn Sql, org: i64, catalog: &Catalog, query: &SumQuery) -> Result<Sums> {
    let kind = query.table.list.kind.as_deref();
    let mut table = query.table.clone();
    table.sort = None;
    table.list.sort = Sort::Begun;
    table.list.after = None;
    if let Some(by) = &query.by {
        conditions::known(catalog, kind, by)?;
    }
    let units = query
        .of
        .iter()
        .map(|at| conditions::unit_of(catalog, kind, at))
        .collect::<Result<Vec<_>>>()?;
    let needed = |at: &At| matches!(at, At::Header(_) | At::Line(_));
    let body = query.of.iter().chain(&query.by).any(needed);
    let plan = Plan::new(sql, org, catalog, &table, body)?;
    let mut adder = Adder {
        query,
        units,
        groups: BTreeMap::new(),
        out: Sums {
            total: SumRow {
                sums: vec![0; query.of.len()],
                ..SumRow::default()
            },
            ..Sums::default()
        },
    };
    plan.walk(
        |place, wanted| plan.chunk(sql, org, place, wanted),
        None,
        CHUNK,
        i64::MAX,
        &mut |row, matched| {
            adder.add(row, &matched)?;
            Ok(true)
        },
    )?;
    let Adder {
        groups, mut out, ..
    } = adder;
    if query.by.is_some() {
        out.rows = groups
            .into_iter()
            .map(|(key, (count, sums))| SumRow { key, count, sums })
            .collect();
    }
    Ok(out)
}

struct Adder<'a> {
    query: &'a SumQuery,
    units: Vec<kernel::Unit>,
    groups: BTreeMap<String, (i64, Vec<i128>)>,
    out: Sums,
}

impl Adder<'_> {
    fn add(&mut self, row: &Row, matched: &Matched) -> Result<()> {
        let fields = Fields {
            row,
            header: &matched.header,
        };
        if let Some(At::Line(by)) = &self.query.by {
            for line in &matched.lines {
                let key = line.get(&**by).cloned().unwrap_or_default();
                let mut sums = vec![0; self.units.len()];
                self.of_line(line, &mut sums);
                self.put(key, &sums);
            }
            return Ok(());
        }
        let mut sums = vec![0; self.units.len()];
        for (at, (place, unit)) in self.query.of.iter().zip(&self.units).enumerate() {
            if !place.in_lines() {
                sums[at] += units(&fields.text(place)?, *unit);
            }
        }
        for line in &matched.lines {
            self.of_line(line, &mut sums);
        }
        let key = match &self.query.by {
            Some(by) => fields.text(by)?,
            None => String::new(),
        };
        self.put(key, &sums);
        Ok(())
    }

    fn of_line(&self, line: &BTreeMap<String, String>, sums: &mut [i128]) {
        for (at, (place, unit)) in self.query.of.iter().zip(&self.units).enumerate() {
            if let At::Line(field) = place {
                sums[at] += line.get(&**field).map_or(0, |text| units(text, *unit));
            }
        }
    }

    fn put(&mut self, key: String, sums: &[i128]) {
        let into = |count: &mut i64, into: &mut [i128]| {
            *count += 1;
            for (sum, more) in into.iter_mut().zip(sums) {
                *sum += more;
            }
        };
        into(&mut self.out.total.count, &mut self.out.total.sums);
        if self.groups.len() >= GROUPS_MAX && !self.groups.contains_key(&key) {
            self.out.more = true;
            return;
        }
        let (count, kept) = self
            .groups
            .entry(key)
            .or_insert_with(|| (0, vec![0; sums.len()]));
        into(count, kept);
    }
}

fn units(text: &str, unit: kernel::Unit) -> i128 {
    Amount::parse(text, unit).map_or(0, |amount| amount.units.into())
}

//! Rows to records of a register.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use engine::{Act, Command};
use kernel::Day;
use model::{Catalog, Register};

use super::columns::{Found, recognise, register_columns};
use super::dry_run::DryRun;
use super::mapping::Mapping;
use super::{ATTEMPTS_MAX, Fault, Hand, Plan, Sentence, is_attempt, refused};
use crate::tables::{Bad, Row, Table};

/// The register that a word of the command line means: a qualified name, a plain one, or `items` and `partners`.
///
/// # Errors
/// What there is instead.
pub fn find_register<'a>(
    catalog: &'a Catalog,
    word: &str,
) -> Result<(String, &'a Register), Sentence> {
    let plain: &[&str] = match word {
        "items" => &["item"],
        "partners" => &["partner", "party"],
        _ => &[],
    };
    let all = || registers(catalog);
    let fits = |name: &str, register: &Register| {
        name == word || &*register.name == word || plain.contains(&&*register.name)
    };
    let mut found: Vec<(String, &Register)> = all()
        .filter(|(name, register)| fits(name, register))
        .collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => {
            let names: Vec<String> = all().map(|(name, _)| name).collect();
            let names = names.join(", ");
            Err(Sentence::new(
                format!("没有 {word:?} 这种档案；可用：items、partners、people 或 {names}"),
                format!(
                    "there is no register {word:?}; there are items, partners, people or {names}"
                ),
            ))
        }
        _ => {
            let names: Vec<String> = found.into_iter().map(|(name, _)| name).collect();
            let names = names.join(", ");
            Err(Sentence::new(
                format!("{word:?} 可能是：{names}"),
                format!("{word:?} could be any of: {names}"),
            ))
        }
    }
}

/// Every register with its qualified name.
pub fn registers(catalog: &Catalog) -> impl Iterator<Item = (String, &Register)> {
    catalog.packs().iter().flat_map(|pack| {
        let qualified = |register: &Register| format!("{}.{}", pack.name, register.name);
        pack.registers
            .iter()
            .map(move |register| (qualified(register), register))
    })
}

/// Judges every row of a table as a record of a register.
pub(super) fn plan(
    hand: &Hand<'_>,
    (qualified, register): (&str, &Register),
    table: Table,
    manner: (&Mapping, bool),
    progress: &dyn Fn(u64, u64),
) -> Result<Plan, Fault> {
    let columns = match recognise(&table.header, &register_columns(register), &["key"], manner) {
        Ok(columns) => columns,
        Err(bad) => {
            return Ok(Plan {
                bad,
                ..Plan::default()
            });
        }
    };
    let own_from = register.field("from").is_some();
    let dry = DryRun::new(hand.store, hand.org)?;
    let mut plan = Plan {
        bad: table.bad,
        ..Plan::default()
    };
    let mut seen: HashMap<String, u64> = HashMap::new();
    let of = table.rows.len() as u64;
    for (at, row) in table.rows.iter().enumerate() {
        progress(at as u64, of);
        match act(qualified, own_from, &columns, row) {
            Err(bad) => plan.bad.push(bad),
            Ok((key, act)) => {
                if let Some(first) = seen.insert(key.clone(), row.line) {
                    plan.bad.push(twice(row.line, &key, first));
                    continue;
                }
                let command = hand.command(act)?;
                judge(&dry, command, row.line, &columns, &mut plan)?;
            }
        }
    }
    plan.bad.sort_by_key(|bad| bad.line);
    Ok(plan)
}

fn twice(line: u64, key: &str, first: u64) -> Bad {
    Bad::at(
        line,
        "key_twice",
        format!("编码 {key} 与第 {first} 行重复"),
        format!("code {key} is the same as in line {first}"),
    )
}

/// What a row asks for. Columns that the file does not have keep their values; an empty cell empties its field.
fn act(
    qualified: &str,
    own_from: bool,
    columns: &[Found],
    row: &Row,
) -> Result<(String, Act), Bad> {
    let cell = |name: &str| {
        columns
            .iter()
            .find(|column| column.name == name)
            .map(|column| &*row.cells[column.at])
    };
    let key = cell("key").unwrap_or_default().to_owned();
    let from = match cell("from").filter(|text| !own_from && !text.is_empty()) {
        None => None,
        Some(text) => match text.parse::<Day>() {
            Ok(day) => Some(day),
            Err(_) => {
                return Err(Bad::at(
                    row.line,
                    "from",
                    "不是存在的日期，应写作 2026-04-01",
                    "is not a day that exists; write it as 2026-04-01",
                )
                .in_column("from"));
            }
        },
    };
    let typed = columns
        .iter()
        .filter(|column| column.name != "key" && (own_from || column.name != "from"));
    let fields: BTreeMap<String, String> = typed
        .map(|column| (column.name.clone(), row.cells[column.at].clone()))
        .collect();
    let act = Act::PutRecord {
        register: Arc::from(qualified),
        key: key.as_str().into(),
        fields,
        from,
    };
    Ok((key, act))
}

/// Judges one command and sorts it into the plan.
pub(super) fn judge(
    dry: &DryRun<'_>,
    command: Command,
    line: u64,
    columns: &[Found],
    plan: &mut Plan,
) -> Result<(), Fault> {
    let heading = |field: &str| {
        columns
            .iter()
            .find(|column| column.name == field)
            .map(|column| column.heading.clone())
    };
    match dry.judge(&command)? {
        // A file may be imported again: what its rows say stands there.
        Err(refusal) if refusal.code == "by_slips" && dry.is_so_already(&command)? => {
            plan.unchanged += 1;
        }
        Err(refusal) => {
            plan.bad.extend(refused(line, &refusal, heading));
            if is_attempt(&refusal) && plan.attempts.len() < ATTEMPTS_MAX {
                plan.attempts.push(command.act);
            }
        }
        Ok(records) => {
            let mut changes = false;
            for record in records {
                let latest = dry.latest(&record.register, &record.key)?;
                if latest.is_none_or(|latest| latest.body != record.body) {
                    changes = true;
                    dry.keep(record)?;
                }
            }
            if changes {
                plan.acts.push((line, command.act));
            } else {
                plan.unchanged += 1;
            }
        }
    }
    Ok(())
}

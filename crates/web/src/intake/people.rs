//! Rows to people. Passwords are not imported; deputies are named by the people themselves.

use std::collections::HashMap;

use engine::{Act, Grant, Person};
use model::Catalog;

use super::columns::{Found, people_columns, recognise};
use super::dry_run::DryRun;
use super::mapping::Mapping;
use super::records::judge;
use super::roles::parse_grant;
use super::{Fault, Hand, Plan, Sentence};
use crate::tables::{Bad, Row, Table};

/// Judges every row of a table as a person.
pub(super) fn plan(
    hand: &Hand<'_>,
    table: Table,
    manner: (&Mapping, bool),
    progress: &dyn Fn(u64, u64),
) -> Result<Plan, Fault> {
    let columns = match recognise(&table.header, &people_columns(), &["login"], manner) {
        Ok(columns) => columns,
        Err(bad) => {
            return Ok(Plan {
                bad,
                ..Plan::default()
            });
        }
    };
    let catalog = hand.store.catalog();
    let dry = DryRun::new(hand.store, hand.org)?;
    let people = hand.store.people(hand.org)?;
    let mut plan = Plan {
        bad: table.bad,
        ..Plan::default()
    };
    let mut seen: HashMap<String, u64> = HashMap::new();
    let of = table.rows.len() as u64;
    for (at, row) in table.rows.iter().enumerate() {
        progress(at as u64, of);
        let person = match person(&catalog, &people, &columns, row) {
            Ok(person) => person,
            Err(bad) => {
                plan.bad.extend(bad);
                continue;
            }
        };
        if let Some(first) = seen.insert(person.login.to_string(), row.line) {
            let login = &person.login;
            plan.bad.push(Bad::at(
                row.line,
                "login_twice",
                format!("账号 {login} 与第 {first} 行重复"),
                format!("login {login} is the same as in line {first}"),
            ));
            continue;
        }
        // The engine lets nobody change himself; a row that changes nothing is no attempt to.
        if people.contains(&person) {
            plan.unchanged += 1;
            continue;
        }
        let command = hand.command(Act::PutPerson { person })?;
        judge(&dry, command, row.line, &columns, &mut plan)?;
    }
    plan.bad.sort_by_key(|bad| bad.line);
    Ok(plan)
}

/// The person that a row describes; columns that the file does not have keep what is known.
fn person(
    catalog: &Catalog,
    people: &[Person],
    columns: &[Found],
    row: &Row,
) -> Result<Person, Vec<Bad>> {
    let cell = |name: &str| {
        columns
            .iter()
            .find(|column| column.name == name)
            .map(|column| (&*row.cells[column.at], &*column.heading))
    };
    let login = cell("login").map_or("", |(text, _)| text);
    let known = people.iter().find(|person| &*person.login == login);
    let mut person = known.cloned().unwrap_or_else(|| Person {
        login: login.into(),
        name: "".into(),
        identity: "".into(),
        active: true,
        administrator: false,
        grants: Vec::new(),
        deputies: Vec::new(),
    });
    let mut bad = Vec::new();
    if let Some((name, _)) = cell("name") {
        person.name = name.into();
    }
    if let Some((identity, _)) = cell("identity") {
        person.identity = identity.into();
    }
    let mut flag = |name: &str, to: &mut bool| {
        if let Some((text, heading)) = cell(name).filter(|(text, _)| !text.is_empty()) {
            match yes_or_no(text) {
                Some(yes) => *to = yes,
                None => bad.push(
                    Bad::at(row.line, "flag", "应为 是 或 否", "must be yes or no")
                        .in_column(heading),
                ),
            }
        }
    };
    flag("administrator", &mut person.administrator);
    flag("active", &mut person.active);
    if let Some((roles, heading)) = cell("roles") {
        person.grants = grants(catalog, roles, |sentence| {
            bad.push(Bad::at(row.line, "role", sentence.zh, sentence.en).in_column(heading));
        });
    }
    if bad.is_empty() { Ok(person) } else { Err(bad) }
}

fn grants(catalog: &Catalog, roles: &str, mut complain: impl FnMut(Sentence)) -> Vec<Grant> {
    let mut grants = Vec::new();
    for word in roles
        .split([';', '；', '、', ',', '，'])
        .map(str::trim)
        .filter(|word| !word.is_empty())
    {
        match parse_grant(catalog, word) {
            Ok(grant) => grants.push(grant),
            Err(sentence) => complain(sentence),
        }
    }
    grants
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "是" | "yes" | "y" | "true" | "1" => Some(true),
        "否" | "no" | "n" | "false" | "0" => Some(false),
        _ => None,
    }
}

//! What the look-up under an input offers: records by code or by any of their words, and people.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use model::{FieldKind, Register};
use serde::Serialize;
use store::{RecordQuery, RecordRow};

use super::desk::{Asked, Desk, Reader};
use super::{memory, values, words};
use crate::error::Error;
use crate::names;

/// Rows offered.
const FOUND_MAX: usize = 20;

/// Columns beside code and name.
const COLUMNS: usize = 3;
/// Longest text that makes a column.
const COLUMN_LONGEST: u32 = 500;

/// A row.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    code: String,
    name: String,
    detail: String,
    /// What its columns are called and hold: the first short texts beside the name.
    about: Vec<(String, String)>,
    /// Its fields as people read them, for the cells of a form that show them.
    facts: BTreeMap<String, String>,
}

pub(crate) async fn show(
    desk: Desk,
    Path(register): Path<String>,
    asked: Asked,
) -> Result<Json<Vec<Found>>, Error> {
    desk.read(move |reader| match register.as_str() {
        "person" => people(reader, asked.text("q")),
        register => records(reader, register, asked.text("q")),
    })
    .await
    .map(Json)
}

fn records(reader: &Reader<'_>, register: &str, typed: &str) -> Result<Vec<Found>, Error> {
    let catalog = reader.catalog();
    let declared = names::register(&catalog, register).ok_or(Error::NotFound)?;
    let finders = &reader.memory.finders;
    let finder = finders.of(reader.store, reader.org, declared, register, reader.today)?;
    let keys = finder.map_or_else(Vec::new, |finder| finder.find(typed, FOUND_MAX));
    let mut rows = Vec::new();
    // A code typed whole stands first, even one that was given out a moment ago.
    let exact = (!typed.is_empty() && keys.first().is_none_or(|key| **key != *typed))
        .then(|| std::sync::Arc::from(typed));
    for key in exact.iter().chain(&keys) {
        let row = reader
            .store
            .record_on(reader.org, register, key, reader.today)?;
        rows.extend(row);
    }
    if rows.is_empty() {
        let query = RecordQuery {
            on: Some(reader.today),
            search: Some(typed.to_owned()).filter(|typed| !typed.is_empty()),
            limit: FOUND_MAX,
            ..RecordQuery::default()
        };
        rows = reader.store.records(reader.org, register, &query)?.rows;
    }
    let found = rows.iter().take(FOUND_MAX);
    Ok(found.map(|row| found_of(reader, declared, row)).collect())
}

/// A record as it is offered.
pub(super) fn found_of(reader: &Reader<'_>, declared: &Register, row: &RecordRow) -> Found {
    let fields = row.fields();
    let named = memory::name_of(declared, &fields);
    let open = || declared.fields.iter().filter(|field| !field.sensitive);
    let names: Vec<&str> = crate::slip_form::name_fields(declared)
        .map(|field| &*field.name)
        .collect();
    let columns = open()
        .filter(|field| field.kind == FieldKind::Text && field.length_max <= COLUMN_LONGEST)
        .filter(|field| !names.contains(&&*field.name))
        .take(COLUMNS);
    Found {
        code: row.record.key.to_string(),
        name: named.name,
        detail: named.about,
        about: columns
            .map(|field| {
                let label = words::label(reader.lang, &field.label).to_owned();
                let text = fields.get(&*field.name).cloned().unwrap_or_default();
                (label, text)
            })
            .collect(),
        facts: open()
            .filter_map(|field| {
                let text = fields.get(&*field.name)?;
                Some((field.name.to_string(), values::plain(reader, field, text)))
            })
            .collect(),
    }
}

fn people(reader: &Reader<'_>, typed: &str) -> Result<Vec<Found>, Error> {
    let people = reader.memory.people(reader)?;
    let catalog = reader.catalog();
    let wanted = typed.to_lowercase();
    let mut found: Vec<Found> = people
        .values()
        .filter(|person| person.active)
        .filter(|person| {
            person.login.to_lowercase().contains(&wanted)
                || person.name.to_lowercase().contains(&wanted)
        })
        .map(|person| Found {
            code: person.login.to_string(),
            name: person.name.to_string(),
            detail: words::roles_of(&catalog, reader.lang, person, reader.today),
            about: Vec::new(),
            facts: BTreeMap::new(),
        })
        .collect();
    found.sort_by(|a, b| (a.code != typed, &a.code).cmp(&(b.code != typed, &b.code)));
    found.truncate(FOUND_MAX);
    Ok(found)
}

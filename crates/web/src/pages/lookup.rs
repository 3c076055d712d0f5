//! What the look-up under an input offers: records by code or by any of their words, and people.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use serde::Serialize;
use store::RecordQuery;

use super::desk::{Asked, Desk, Reader};
use super::{memory, values, words};
use crate::error::Error;
use crate::names;

/// Rows offered.
const FOUND_MAX: usize = 20;

/// A row.
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    code: String,
    name: String,
    detail: String,
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
    let query = RecordQuery {
        on: Some(reader.today),
        search: Some(typed.to_owned()).filter(|typed| !typed.is_empty()),
        limit: FOUND_MAX,
        ..RecordQuery::default()
    };
    let page = reader.store.records(reader.org, register, &query)?;
    let mut rows = page.rows;
    // A code typed whole stands first, wherever its letters come up elsewhere.
    if !rows.iter().any(|row| *row.record.key == *typed)
        && let Some(exact) = reader
            .store
            .record_on(reader.org, register, typed, reader.today)?
    {
        rows.insert(0, exact);
    }
    rows.sort_by_key(|row| *row.record.key != *typed);
    let found = rows.into_iter().take(FOUND_MAX).map(|row| {
        let fields = row.fields();
        let named = memory::name_of(declared, &fields);
        let open = declared.fields.iter().filter(|field| !field.sensitive);
        Found {
            code: row.record.key.to_string(),
            name: named.name,
            detail: named.about,
            facts: open
                .filter_map(|field| {
                    let text = fields.get(&*field.name)?;
                    Some((field.name.to_string(), values::plain(reader, field, text)))
                })
                .collect(),
        }
    });
    Ok(found.collect())
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
            facts: BTreeMap::new(),
        })
        .collect();
    found.sort_by(|a, b| (a.code != typed, &a.code).cmp(&(b.code != typed, &b.code)));
    found.truncate(FOUND_MAX);
    Ok(found)
}

//! Registers of dated facts: reading, looking up, recording.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use engine::Act;
use kernel::Day;
use model::Register;
use serde::{Deserialize, Serialize};
use store::{RecordQuery, RecordRow};
use utoipa::{IntoParams, ToSchema};

use super::call::{Asked, Call, Meant, Typed, bodies};
use super::doc::{Routes, op};
use super::out::{Done, FieldShown, Listed, Words, field};
use crate::App;
use crate::auth::Session;
use crate::error::Error;
use crate::names;
use crate::pages::for_api::{self, Desk, Format};

bodies! {
    /// A new version of a record.
    RecordSent {
        /// Fields by name; a field that is left out keeps nothing.
        #[serde(default)]
        #[schema(inline)]
        fields: Typed,
        /// Holds from this day; today when absent.
        #[serde(default)]
        #[schema(value_type = Option<String>)]
        from: Option<Day>,
    }
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/registers",
            op(
                "list_registers",
                "registers",
                "台账目录。 The registers of the packs with their fields.",
            )
            .answers_rows::<RegisterShown>("registers"),
            list,
        )
        .get(
            "/api/v1/records/{register}",
            op(
                "list_records",
                "registers",
                "台账。 The records of a register, now or as of a day.",
            )
            .query::<RecordsAsked>()
            .answers_rows::<RecordShown>("records"),
            records,
        )
        .get(
            "/api/v1/records/{register}/{key}",
            op(
                "get_record",
                "registers",
                "一条档案的各版本。 All versions of a record, in order.",
            )
            .answers_rows::<RecordShown>("versions"),
            versions,
        )
        .get(
            "/api/v1/records/{register}/{key}/changes",
            op(
                "get_record_changes",
                "registers",
                "各版本的差异。 What each version of a record changed, field by field; sensitive fields masked.",
            )
            .answers_rows::<ChangedShown>("changes, in the order of the versions"),
            changes,
        )
        .post(
            "/api/v1/registers/{register}/export",
            op(
                "export_records",
                "registers",
                "导出台账。 Every record of a list as a file, sent while it is read; the journal keeps who took it.",
            )
            .body::<RecordsFileAsked>()
            .answers_bytes(
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "the file",
            ),
            export,
        )
        .post(
            "/api/v1/records/{register}/{key}",
            op(
                "put_record",
                "registers",
                "登记。 Records a fact, by an administrator: the first version of a key, or of a register whose records are not left to slips a further one (`by_slips` otherwise).",
            )
            .body::<RecordSent>()
            .answers::<Done>("recorded"),
            put,
        )
        .get(
            "/api/v1/lookup/{register}",
            op(
                "lookup",
                "registers",
                "查找编码。 Keys and names that fit what is typed, for forms.",
            )
            .query::<LookupAsked>()
            .answers::<Vec<FoundShown>>("at most twenty"),
            lookup,
        )
}

/// A register.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RegisterShown {
    /// Qualified name.
    register: String,
    /// What people read.
    label: Words,
    /// The fields of a record, beside its key.
    fields: Vec<FieldShown>,
}

async fn list(State(app): State<Arc<App>>, _: Session) -> Json<Listed<RegisterShown>> {
    let catalog = app.catalog();
    let registers = catalog
        .packs()
        .iter()
        .flat_map(|pack| pack.registers.iter().map(move |register| (pack, register)));
    let rows = registers.map(|(pack, register)| RegisterShown {
        register: format!("{}.{}", pack.name, register.name),
        label: Words::from(&register.label),
        fields: register
            .fields
            .iter()
            .map(|one| field(&pack.name, one))
            .collect(),
    });
    Json(Listed::whole(rows.collect()))
}

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordsAsked {
    /// As of this day; the latest version when absent.
    #[param(value_type = Option<String>)]
    on: Option<Day>,
    /// Any part of the key or of a field.
    search: Option<String>,
    /// The `next` of the part before.
    after: Option<String>,
    /// Most rows, at most 10,000; 50 when absent.
    limit: Option<usize>,
}

/// One version of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordShown {
    /// Key.
    key: String,
    /// 1, 2, 3, ...
    version: i64,
    /// Holds from this day.
    from: String,
    /// Fields by name. What is sensitive shows its last characters only.
    fields: BTreeMap<String, String>,
    /// Row of the journal.
    seq: i64,
}

fn shown(declared: &Register, row: RecordRow) -> RecordShown {
    let mut fields = row.fields();
    for (name, text) in &mut fields {
        if declared
            .field(name)
            .is_some_and(|(_, field)| field.sensitive)
        {
            *text = names::masked(text);
        }
    }
    RecordShown {
        key: row.record.key.to_string(),
        version: row.record.version,
        from: row.record.from.to_string(),
        fields,
        seq: row.seq,
    }
}

async fn records(
    State(app): State<Arc<App>>,
    _: Session,
    Path(register): Path<String>,
    Asked(asked): Asked<RecordsAsked>,
) -> Result<Json<Listed<RecordShown>>, Error> {
    let catalog = app.catalog();
    // The engine's own registers (people, credentials) are no pack's and are not found here.
    let declared = names::register(&catalog, &register).ok_or(Error::NotFound)?;
    let query = RecordQuery {
        on: asked.on,
        search: asked.search,
        after: asked.after.map(store::Cursor),
        limit: asked.limit.unwrap_or(0),
        ..RecordQuery::default()
    };
    let page = app
        .read_store(move |store, org| store.records(org, &register, &query))
        .await?;
    Ok(Json(Listed::of(page, |row| shown(declared, row))))
}

async fn versions(
    State(app): State<Arc<App>>,
    _: Session,
    Path((register, key)): Path<(String, String)>,
) -> Result<Json<Listed<RecordShown>>, Error> {
    let catalog = app.catalog();
    let declared = names::register(&catalog, &register).ok_or(Error::NotFound)?;
    let rows = app
        .read_store(move |store, org| store.record_versions(org, &register, &key))
        .await?;
    if rows.is_empty() {
        return Err(Error::NotFound);
    }
    Ok(Json(Listed::whole(
        rows.into_iter().map(|row| shown(declared, row)).collect(),
    )))
}

/// A field that a version of a record changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedShown {
    /// Version that changed it.
    version: i64,
    /// Day from which that version holds.
    from: String,
    /// Journal row that recorded it.
    seq: i64,
    /// Name of the field.
    field: String,
    /// What stood there; empty in the first version.
    before: String,
    /// What stands there from then on.
    after: String,
}

async fn changes(
    app: State<Arc<App>>,
    session: Session,
    path: Path<(String, String)>,
) -> Result<Json<Listed<ChangedShown>>, Error> {
    let Json(all) = versions(app, session, path).await?;
    let mut before: BTreeMap<String, String> = BTreeMap::new();
    let mut rows = Vec::new();
    for row in all.rows {
        let mut names: Vec<&String> = before.keys().chain(row.fields.keys()).collect();
        names.sort();
        names.dedup();
        for name in names {
            let of =
                |fields: &BTreeMap<String, String>| fields.get(name).cloned().unwrap_or_default();
            let (old, new) = (of(&before), of(&row.fields));
            if old != new {
                rows.push(ChangedShown {
                    version: row.version,
                    from: row.from.clone(),
                    seq: row.seq,
                    field: name.clone(),
                    before: old,
                    after: new,
                });
            }
        }
        before = row.fields;
    }
    Ok(Json(Listed::whole(rows)))
}

/// Which records to take out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordsFileAsked {
    /// `xlsx` or `csv`.
    format: String,
    /// The query of the list's page: `q=…&on=2026-04-01&at=15:30&state=ending`.
    #[serde(default)]
    text: String,
}

async fn export(
    desk: Desk,
    Path(register): Path<String>,
    Meant { acting, body }: Meant<RecordsFileAsked>,
) -> Result<Response, Error> {
    let format = Format::named(&body.format).ok_or_else(for_api::unknown_format)?;
    for_api::records_file(desk, &acting, register, format, &body.text).await
}

async fn put(
    State(app): State<Arc<App>>,
    Path((register, key)): Path<(String, String)>,
    call: Call<RecordSent>,
) -> Result<Json<Done>, Error> {
    let act = Act::PutRecord {
        register: register.into(),
        key: key.into(),
        fields: call.body.fields.0,
        from: call.body.from,
    };
    let answer = app
        .act_for(&call.acting, call.on_behalf_of, call.key, act)
        .await?;
    Ok(Json(answer.into()))
}

/// What is typed so far.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LookupAsked {
    /// Any part of the key or of a field.
    #[serde(default)]
    q: String,
}

/// A key with what people read beside it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundShown {
    /// Key.
    key: String,
    /// The record's `name`, where it has one.
    name: String,
    /// The other short fields, joined.
    more: String,
}

/// Rows of a look-up.
const FOUND_MAX: usize = 20;

async fn lookup(
    State(app): State<Arc<App>>,
    _: Session,
    Path(register): Path<String>,
    Asked(asked): Asked<LookupAsked>,
) -> Result<Json<Vec<FoundShown>>, Error> {
    let catalog = app.catalog();
    let declared = names::register(&catalog, &register).ok_or(Error::NotFound)?;
    let query = RecordQuery {
        search: Some(asked.q).filter(|text| !text.is_empty()),
        limit: FOUND_MAX,
        ..RecordQuery::default()
    };
    let page = app
        .read_store(move |store, org| store.records(org, &register, &query))
        .await?;
    let found = page.rows.into_iter().map(|row| {
        let RecordShown { key, fields, .. } = shown(declared, row);
        let other = |field: &&model::Field| &*field.name != "name" && !field.sensitive;
        let more: Vec<&str> = declared
            .fields
            .iter()
            .filter(other)
            .filter_map(|field| fields.get(&*field.name))
            .map(String::as_str)
            .filter(|text| !text.is_empty() && text.chars().count() <= 40)
            .take(3)
            .collect();
        FoundShown {
            key,
            name: fields.get("name").cloned().unwrap_or_default(),
            more: more.join(" · "),
        }
    });
    Ok(Json(found.collect()))
}

//! What came of a slip: its chain, history, entries, notes, attachments, its printed form.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{OrgId, SlipId};
use model::Catalog;
use print::Language;
use serde::{Deserialize, Serialize};
use store::{SlipEntry, Store, StoreError};
use utoipa::{IntoParams, ToSchema};

use super::acts::slip_id;
use super::call::Asked;
use super::doc::{Routes, op};
use super::out::{Head, Listed, decimal, head, moment, side};
use crate::App;
use crate::attach::download;
use crate::auth::Session;
use crate::error::Error;
use crate::names;
use crate::paper::choice::Choice;
use crate::paper::prints::form_error;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/slips/{id}/chain",
            op(
                "get_chain",
                "slips",
                "上下游单据。 The slips it comes from and those made from it.",
            )
            .answers_rows::<Head>("slips in the order begun"),
            chain,
        )
        .get(
            "/api/v1/slips/{id}/history",
            op(
                "get_history",
                "slips",
                "变更记录。 Every command in the life of the slip, refused ones too.",
            )
            .answers_rows::<HistoryShown>("commands in order"),
            history,
        )
        .get(
            "/api/v1/slips/{id}/entries",
            op(
                "get_entries",
                "slips",
                "所记分录。 What the slip has booked.",
            )
            .answers_rows::<EntryShown>("entries in order"),
            entries,
        )
        .get(
            "/api/v1/slips/{id}/notes",
            op(
                "get_notes",
                "slips",
                "批注与附件。 Comments, copies, reminders, attachments.",
            )
            .answers_rows::<NoteShown>("notes in order"),
            notes,
        )
        .get(
            "/api/v1/slips/{id}/attachments/{hash}",
            op(
                "get_attachment",
                "slips",
                "下载附件。 An attachment's content.",
            )
            .answers_bytes("application/octet-stream", "the file"),
            attachment,
        )
        .get(
            "/api/v1/slips/{id}/pdf",
            op(
                "print_slip",
                "slips",
                "打印样张。 The official form of the slip as PDF, marked as a sample; `POST /api/v1/slips/{id}/prints` prints it for the record.",
            )
            .query::<PrintAsked>()
            .answers_bytes("application/pdf", "the form"),
            pdf,
        )
}

/// Reads something of a slip that exists.
async fn of_slip<T: Send + 'static>(
    app: &Arc<App>,
    id: &str,
    read: impl FnOnce(&Store, OrgId, SlipId) -> Result<Vec<T>, StoreError> + Send + 'static,
) -> Result<Vec<T>, Error> {
    let id = slip_id(id)?;
    app.read(move |app| {
        let (store, org) = (app.store(), app.org());
        if store.heads(org, &[id])?.is_empty() {
            return Err(Error::NotFound);
        }
        Ok(read(store, org, id)?)
    })
    .await
}

async fn chain(
    State(app): State<Arc<App>>,
    _: Session,
    Path(id): Path<String>,
) -> Result<Json<Listed<Head>>, Error> {
    let rows = of_slip(&app, &id, |store, org, id| store.chain(org, id)).await?;
    let catalog = app.catalog();
    Ok(Json(Listed::whole(
        rows.into_iter().map(|row| head(&catalog, row)).collect(),
    )))
}

/// A command in the life of a slip.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryShown {
    /// Row of the journal.
    seq: i64,
    /// When.
    at: String,
    /// Login.
    actor: String,
    /// Login for whom it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<String>,
    /// Name of the act.
    act: String,
    /// `done` or `refused`.
    outcome: String,
    /// Code of the refusal.
    #[serde(skip_serializing_if = "String::is_empty")]
    code: String,
    /// Typed fields that changed.
    changes: Vec<ChangeShown>,
}

/// A typed field that changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeShown {
    /// Line, from 0; absent for the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// Field name.
    field: String,
    /// Typed before.
    before: Option<String>,
    /// Typed now.
    after: Option<String>,
}

async fn history(
    State(app): State<Arc<App>>,
    _: Session,
    Path(id): Path<String>,
) -> Result<Json<Listed<HistoryShown>>, Error> {
    let slip = slip_id(&id)?;
    let rows = of_slip(&app, &id, |store, org, id| store.history(org, id)).await?;
    let hidden = app.read(move |app| sensitive_fields(app, slip)).await?;
    let mask = |field: &str, line: bool, text: Option<String>| {
        let hide = hidden.contains(&(line, field.to_owned()));
        text.map(|text| if hide { names::masked(&text) } else { text })
    };
    let rows = rows.into_iter().map(|row| HistoryShown {
        seq: row.row.seq,
        at: moment(row.row.at),
        actor: row.row.actor.to_string(),
        on_behalf_of: row.on_behalf_of.map(|login| login.to_string()),
        act: row.row.act.to_string(),
        outcome: row.row.outcome.to_string(),
        code: row.row.code.to_string(),
        changes: row
            .changes
            .into_iter()
            .map(|change| ChangeShown {
                before: mask(&change.field, change.line.is_some(), change.before),
                after: mask(&change.field, change.line.is_some(), change.after),
                line: change.line,
                field: change.field,
            })
            .collect(),
    });
    Ok(Json(Listed::whole(rows.collect())))
}

/// The fields of a slip that are masked: whether of a line, and the name.
fn sensitive_fields(app: &App, id: SlipId) -> Result<Vec<(bool, String)>, Error> {
    let Some(slip) = app.store().slip(app.org(), id)? else {
        return Err(Error::NotFound);
    };
    let catalog = app.catalog();
    let Some((_, _, _, _, declared)) = catalog.slip_of(&slip.version, &slip.kind) else {
        return Ok(Vec::new());
    };
    let header = declared.header.iter().map(|field| (false, field));
    let lines = declared.lines.iter().flatten().map(|field| (true, field));
    let hidden = header.chain(lines).filter(|(_, field)| field.sensitive);
    Ok(hidden
        .map(|(line, field)| (line, field.name.to_string()))
        .collect())
}

/// An entry: legs that stand or fall together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryShown {
    /// Row of the journal.
    seq: i64,
    /// When it was booked.
    at: String,
    /// Login of who booked it.
    person: String,
    /// Qualified step that booked it; of a reversal the step whose entry it takes back.
    by: String,
    /// Business day.
    day: String,
    /// `draft`, `checked`, `posted`, `held`.
    state: String,
    /// Whether it takes back an earlier one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    reversal: bool,
    /// Of a hold: when it is released.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_until: Option<String>,
    /// Two or more legs, zero in sum per ledger and key.
    legs: Vec<LegBooked>,
}

/// A leg of an entry.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LegBooked {
    /// Qualified ledger.
    ledger: String,
    /// Place.
    place: String,
    /// Conserved key.
    key: String,
    /// Further dimensions.
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    /// `in` or `out`.
    side: String,
    /// Amount; negative is a red letter. What a hold keeps to itself is masked.
    amount: String,
    /// Unit.
    unit: String,
    /// The line of the slip.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<i64>,
}

fn entry(catalog: &Catalog, row: SlipEntry) -> EntryShown {
    let concealed = names::concealed(catalog, "", &row.entry);
    let amount = |leg: &ledger::Leg| match (concealed, decimal(leg.amount.into(), leg.unit)) {
        (true, amount) => names::masked(&amount),
        (false, amount) => amount,
    };
    let leg = |leg: ledger::Leg| LegBooked {
        ledger: leg.ledger.to_string(),
        place: leg.place.to_string(),
        key: leg.key.to_string(),
        detail: leg.detail.to_string(),
        side: side(leg.side).to_owned(),
        amount: amount(&leg),
        unit: leg.unit.name().to_owned(),
        line: leg.line,
    };
    EntryShown {
        seq: row.seq,
        at: moment(row.at),
        person: row.person.to_string(),
        by: row.entry.by.to_string(),
        day: row.entry.day.to_string(),
        state: row.entry.state.name().to_owned(),
        reversal: row.entry.reversal,
        held_until: row.entry.hold.map(|hold| moment(hold.until)),
        legs: row.entry.legs.into_iter().map(leg).collect(),
    }
}

async fn entries(
    State(app): State<Arc<App>>,
    _: Session,
    Path(id): Path<String>,
) -> Result<Json<Listed<EntryShown>>, Error> {
    let rows = of_slip(&app, &id, |store, org, id| store.entries(org, id)).await?;
    let catalog = app.catalog();
    let shown = rows.into_iter().map(|row| entry(&catalog, row));
    Ok(Json(Listed::whole(shown.collect())))
}

/// A note.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoteShown {
    /// Row of the journal.
    seq: i64,
    /// `comment`, `copy`, `reminder`, `attachment`, `escalation`.
    kind: String,
    /// Login of the writer.
    person: String,
    /// Login of the reader, for copies.
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
    /// When.
    at: String,
    /// Text, or the attachment's name.
    text: String,
    /// Attachment: hash of the content.
    #[serde(skip_serializing_if = "String::is_empty")]
    hash: String,
    /// Attachment: bytes.
    size: i64,
    /// Attachment: media type.
    #[serde(skip_serializing_if = "String::is_empty")]
    media: String,
}

async fn notes(
    State(app): State<Arc<App>>,
    _: Session,
    Path(id): Path<String>,
) -> Result<Json<Listed<NoteShown>>, Error> {
    let rows = of_slip(&app, &id, |store, org, id| store.notes(org, id)).await?;
    let rows = rows.into_iter().map(|row| NoteShown {
        seq: row.seq,
        kind: row.note.kind.name().to_owned(),
        person: row.note.person.to_string(),
        to: row.note.to.to_string(),
        at: moment(row.note.at),
        text: row.note.text,
        hash: row.note.hash.to_string(),
        size: row.note.size,
        media: row.note.media,
    });
    Ok(Json(Listed::whole(rows.collect())))
}

async fn attachment(
    State(app): State<Arc<App>>,
    _: Session,
    Path((id, hash)): Path<(String, String)>,
) -> Result<Response, Error> {
    app.attachment(slip_id(&id)?, &hash).await
}

/// How it is printed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PrintAsked {
    /// Language of labels, `zh` or `en`; the form's own when absent.
    lang: Option<String>,
    /// The usual three copies.
    #[serde(default)]
    copies: bool,
}

impl PrintAsked {
    fn choice(&self) -> Result<Choice, Error> {
        let lang = self.lang.as_deref().unwrap_or("");
        if !matches!(lang, "" | "zh" | "en") {
            return Err(Error::bad(
                "query",
                "lang 须为 zh 或 en",
                "`lang` is zh or en",
            ));
        }
        let copies = if self.copies {
            "存根联、财务联、仓库联"
        } else {
            ""
        };
        Ok(Choice::read(|name| match name {
            "lang" => lang,
            "copies" => copies,
            _ => "",
        }))
    }
}

async fn pdf(
    State(app): State<Arc<App>>,
    session: Session,
    Path(id): Path<String>,
    Asked(asked): Asked<PrintAsked>,
) -> Result<Response, Error> {
    let id = slip_id(&id)?;
    let choice = asked.choice()?;
    let person = session.person.clone();
    let (number, bytes) = app
        .read(move |app| {
            let slip = app.store().slip(app.org(), id)?.ok_or(Error::NotFound)?;
            let made = app.to_print(&slip, &choice, Language::Zh, &person, None)?;
            let bytes = app.set(&made).map_err(|error| form_error(&error))?;
            Ok::<_, Error>((slip.number.to_string(), bytes))
        })
        .await?;
    Ok(download(&format!("{number}.pdf"), "application/pdf", bytes))
}

//! What leaves the house: one's own notices; for administrators deliveries and backups.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use store::{BackupRun, Cursor, Delivery, DeliveryQuery, DeliveryState};
use utoipa::{IntoParams, ToSchema};

use super::call::{Asked, Meant};
use super::doc::{Routes, op};
use super::management::managing;
use super::out::{Listed, Ok as Nothing, moment};
use crate::App;
use crate::auth::{Acting, Session};
use crate::error::Error;
use crate::pages::not_administrator;
use crate::text::random;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/notices",
            op(
                "list_notices",
                "inbox",
                "通知。 What one was told, the newest first.",
            )
            .answers_rows::<NoticeShown>("notices"),
            notices,
        )
        .post(
            "/api/v1/notices/read",
            op(
                "read_notices",
                "inbox",
                "全部已读。 Marks one's notices as read.",
            )
            .answers::<Nothing>("marked"),
            read,
        )
        .get(
            "/api/v1/deliveries",
            op(
                "list_deliveries",
                "management",
                "发件箱。 What waits, was sent or given up; for administrators.",
            )
            .query::<DeliveriesAsked>()
            .answers_rows::<DeliveryShown>("deliveries, newest first"),
            deliveries,
        )
        .post(
            "/api/v1/deliveries/{id}/retry",
            op(
                "retry_delivery",
                "management",
                "重发死信。 Has a dead letter tried again; for administrators.",
            )
            .answers::<Nothing>("to be tried again"),
            retry,
        )
        .get(
            "/api/v1/backups",
            op(
                "list_backups",
                "management",
                "备份。 Backups and restore drills; for administrators.",
            )
            .answers_rows::<BackupShown>("backups and drills, newest first"),
            backups,
        )
        .post(
            "/api/v1/backups",
            op(
                "ask_backup",
                "management",
                "立即备份或演练。 Asks for a backup or a restore drill; for administrators.",
            )
            .body::<BackupSent>()
            .answers::<Nothing>("asked for"),
            ask,
        )
}

fn administrator(session: &Session) -> Result<(), Error> {
    if session.person.administrator {
        return Ok(());
    }
    Err(not_administrator())
}

/// Something one was told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NoticeShown {
    /// Journal row.
    seq: i64,
    /// When.
    at: String,
    /// `waits`, `named`, `returned`, `reminder`, `deadline`, `escalation`, `copied` or `watched`.
    kind: String,
    /// Slip.
    slip: i64,
    /// Its number.
    number: String,
    /// Qualified step; may be empty.
    step: String,
    /// Login of who caused it.
    person: String,
    /// His words.
    text: String,
    /// Whether it was read.
    read: bool,
}

async fn notices(
    State(app): State<Arc<App>>,
    session: Session,
) -> Result<Json<Listed<NoticeShown>>, Error> {
    let login = session.person.login.clone();
    let rows = app
        .read_store(move |store, org| store.notices(org, &login, None, 200))
        .await?;
    let shown = rows.into_iter().map(|one| NoticeShown {
        seq: one.seq,
        at: moment(one.at),
        kind: one.kind,
        slip: one.slip.0,
        number: one.number.to_string(),
        step: one.step.to_string(),
        person: one.person.to_string(),
        text: one.text,
        read: one.read_at.is_some(),
    });
    Ok(Json(Listed::whole(shown.collect())))
}

async fn read(State(app): State<Arc<App>>, acting: Acting) -> Result<Json<Nothing>, Error> {
    let (login, now) = (acting.person.login.clone(), app.now());
    app.read_store(move |store, org| store.read_notices(org, &login, None, now))
        .await?;
    Ok(Json(Nothing {}))
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveriesAsked {
    /// `waiting`, `sent` or `dead`.
    state: Option<String>,
    /// `webhook/ID`, `channel/email` or `channel/sms`.
    target: Option<String>,
    /// The `next` of the part before.
    after: Option<String>,
    /// Most rows, at most 1,000; 50 when absent.
    limit: Option<usize>,
}

/// A delivery.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryShown {
    /// Id, as the receiver gets it.
    id: String,
    /// What it goes through.
    target: String,
    /// What it tells of.
    kind: String,
    /// Login of the person it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    person: String,
    /// Journal row that it tells of.
    seq: i64,
    /// `waiting`, `sent` or `dead`.
    state: String,
    /// Tries so far.
    tries: i64,
    /// When it was made.
    created: String,
    /// When it is tried next, or was last to be.
    due: String,
    /// What the last try was answered.
    result: String,
}

fn shown(one: Delivery) -> DeliveryShown {
    DeliveryShown {
        id: one.id,
        target: one.target,
        kind: one.kind,
        person: one.person,
        seq: one.seq,
        state: one.state.name().to_owned(),
        tries: one.tries,
        created: moment(one.created),
        due: moment(one.due),
        result: one.result,
    }
}

async fn deliveries(
    State(app): State<Arc<App>>,
    session: Session,
    Asked(asked): Asked<DeliveriesAsked>,
) -> Result<Json<Listed<DeliveryShown>>, Error> {
    administrator(&session)?;
    let query = DeliveryQuery {
        state: asked.state.as_deref().and_then(DeliveryState::of),
        target: asked.target,
        after: asked.after.map(Cursor),
        limit: asked.limit.unwrap_or(0),
    };
    let page = app
        .read_store(move |store, org| store.deliveries(org, &query))
        .await?;
    Ok(Json(Listed::of(page, shown)))
}

async fn retry(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    acting: Acting,
) -> Result<Json<Nothing>, Error> {
    managing(&app, &acting, "deliveries").await?;
    let now = app.now();
    let done = app
        .read_store(move |store, org| store.retry_delivery(org, &id, now))
        .await?;
    if done {
        Ok(Json(Nothing {}))
    } else {
        Err(Error::NotFound)
    }
}

/// A backup or a drill.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BackupShown {
    /// `backup` or `drill`.
    kind: String,
    /// `asked`, `running`, `done` or `failed`.
    state: String,
    /// Login of who asked; `system` when by schedule.
    asked_by: String,
    /// When it began.
    at: String,
    /// The file.
    file: String,
    /// Bytes of it.
    size: i64,
    /// Last journal row in it.
    seq: i64,
    /// What there is to tell of it.
    told: String,
}

async fn backups(
    State(app): State<Arc<App>>,
    session: Session,
) -> Result<Json<Listed<BackupShown>>, Error> {
    administrator(&session)?;
    let runs = app
        .read_store(|store, org| store.backup_runs(org, 200))
        .await?;
    let shown = runs.into_iter().map(|run| BackupShown {
        kind: run.kind,
        state: run.state,
        asked_by: run.asked_by,
        at: moment(run.at),
        file: run.file,
        size: run.size,
        seq: run.seq,
        told: run.told,
    });
    Ok(Json(Listed::whole(shown.collect())))
}

/// What is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackupSent {
    /// Whether it is to be a restore drill of the newest backup.
    #[serde(default)]
    drill: bool,
}

async fn ask(
    State(app): State<Arc<App>>,
    Meant { acting, body }: Meant<BackupSent>,
) -> Result<Json<Nothing>, Error> {
    managing(&app, &acting, "backups").await?;
    let run = BackupRun {
        id: format!("asked-{}", engine::hex(&random::<8>()?)),
        kind: if body.drill { "drill" } else { "backup" }.to_owned(),
        state: "asked".to_owned(),
        asked_by: acting.person.login.to_string(),
        at: app.now(),
        ..BackupRun::default()
    };
    app.read_store(move |store, org| store.add_backup_run(org, &run))
        .await?;
    Ok(Json(Nothing {}))
}

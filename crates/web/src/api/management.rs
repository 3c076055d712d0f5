//! People, periods and the journal.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use engine::{Act, Class, Person};
use kernel::{Moment, Period, SlipId};
use serde::{Deserialize, Serialize};
use store::{JournalQuery, JournalRow};
use utoipa::{IntoParams, ToSchema};

use super::account::GrantShown;
use super::call::{Asked, Call, Meant, bodies};
use super::doc::{Routes, op};
use super::out::{Done, Listed, moment};
use crate::App;
use crate::auth::{Acting, Session, set_password};
use crate::error::Error;
use crate::pages::not_administrator;

bodies! {
    /// A person as he is to be.
    PersonSent {
        /// Name as printed.
        name: String,
        /// The natural person: staff or identity number. It never changes.
        identity: String,
        /// May log in.
        active: bool,
        /// May manage people, registers and periods; signs nothing by this.
        #[serde(default)]
        administrator: bool,
        /// Roles.
        #[serde(default)]
        grants: Vec<GrantShown>,
    }
    /// Nothing more to say.
    Bare {}
    /// Why.
    WhySent {
        /// Why.
        reason: String,
    }
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/people",
            op("list_people", "management", "人员。 People with their roles. Identity numbers are shown to administrators.")
                .answers_rows::<PersonShown>("people"),
            people,
        )
        .post(
            "/api/v1/people/{login}",
            op("put_person", "management", "登记人员。 Makes or changes a person; by an administrator, never himself.")
                .body::<PersonSent>()
                .answers::<Done>("recorded"),
            put_person,
        )
        .post(
            "/api/v1/people/{login}/password",
            op("set_password", "management", "设置密码。 Sets another person's password, which he must replace at his next log-in.")
                .body::<SetPassword>()
                .answers::<Done>("set; his sessions and tokens ended"),
            put_password,
        )
        .post(
            "/api/v1/periods/{ledger}/{period}/close",
            op("close_period", "management", "结账。 Closes a period of a ledger.").body::<Bare>().answers::<Done>("closed"),
            close,
        )
        .post(
            "/api/v1/periods/{ledger}/{period}/reopen",
            op("reopen_period", "management", "反结账。 Opens the latest closed period again, by another person.")
                .body::<WhySent>()
                .answers::<Done>("open"),
            reopen,
        )
        .get(
            "/api/v1/journal",
            op("list_journal", "management", "日志。 The journal of every command, for administrators.")
                .query::<JournalAsked>()
                .answers_rows::<JournalShown>("rows, newest first"),
            journal,
        )
        .get(
            "/api/v1/journal/head",
            op("get_journal_head", "management", "日志末行。 The last row of the journal and its hash, to be kept elsewhere.")
                .answers::<HeadShown>("the head"),
            head,
        )
}

/// Refuses everybody but administrators; the attempt stands in the journal.
pub(crate) async fn managing(app: &Arc<App>, acting: &Acting, subject: &str) -> Result<(), Error> {
    if acting.person.administrator {
        return Ok(());
    }
    let login = Some(&*acting.person.login);
    match app.forbid(login, "administration", subject).await {
        fault @ Error::Fault { .. } => Err(fault),
        _ => Err(not_administrator()),
    }
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PersonShown {
    /// Login.
    login: String,
    /// Name.
    name: String,
    /// The natural person.
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
    /// May log in.
    active: bool,
    /// Manages.
    administrator: bool,
    /// Roles.
    grants: Vec<GrantShown>,
}

async fn people(
    State(app): State<Arc<App>>,
    session: Session,
) -> Result<Json<Listed<PersonShown>>, Error> {
    let people = app.read_store(|store, org| store.people(org)).await?;
    let all = session.person.administrator;
    let rows = people.into_iter().map(|person| PersonShown {
        login: person.login.to_string(),
        name: person.name.to_string(),
        identity: all.then(|| person.identity.to_string()),
        active: person.active,
        administrator: person.administrator,
        grants: person.grants.iter().map(GrantShown::from).collect(),
    });
    Ok(Json(Listed::whole(rows.collect())))
}

async fn put_person(
    State(app): State<Arc<App>>,
    Path(login): Path<String>,
    call: Call<PersonSent>,
) -> Result<Json<Done>, Error> {
    let sent = call.body;
    let person = Person {
        login: login.into(),
        name: sent.name.into(),
        identity: sent.identity.into(),
        active: sent.active,
        administrator: sent.administrator,
        grants: sent.grants.into_iter().map(Into::into).collect(),
        // Only the person himself names his deputies.
        deputies: Vec::new(),
    };
    let act = Act::PutPerson { person };
    let answer = app
        .act_for(&call.acting, call.on_behalf_of, call.key, act)
        .await?;
    Ok(Json(answer.into()))
}

/// A password for another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetPassword {
    /// At least ten characters.
    password: String,
}

async fn put_password(
    State(app): State<Arc<App>>,
    Path(login): Path<String>,
    Meant { acting, body }: Meant<SetPassword>,
) -> Result<Json<Done>, Error> {
    let answer = set_password(&app, &acting, &login, body.password).await?;
    Ok(Json(answer.into()))
}

fn period_of(text: &str) -> Result<Period, Error> {
    text.parse().map(Period).map_err(|_| Error::NotFound)
}

async fn close(
    State(app): State<Arc<App>>,
    Path((ledger, period)): Path<(String, String)>,
    call: Call<Bare>,
) -> Result<Json<Done>, Error> {
    let act = Act::ClosePeriod {
        ledger: ledger.into(),
        period: period_of(&period)?,
    };
    let answer = app
        .act_for(&call.acting, call.on_behalf_of, call.key, act)
        .await?;
    Ok(Json(answer.into()))
}

async fn reopen(
    State(app): State<Arc<App>>,
    Path((ledger, period)): Path<(String, String)>,
    call: Call<WhySent>,
) -> Result<Json<Done>, Error> {
    let act = Act::ReopenPeriod {
        ledger: ledger.into(),
        period: period_of(&period)?,
        reason: call.body.reason,
    };
    let answer = app
        .act_for(&call.acting, call.on_behalf_of, call.key, act)
        .await?;
    Ok(Json(answer.into()))
}

/// Which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct JournalAsked {
    /// From this moment, microseconds since 1970.
    from: Option<i64>,
    /// Before this moment.
    to: Option<i64>,
    /// Login.
    actor: Option<String>,
    /// Name of the act.
    act: Option<String>,
    /// Slip.
    slip: Option<i64>,
    /// Code of the refusal.
    code: Option<String>,
    /// `done` or `refused`.
    outcome: Option<String>,
    /// Name of a field that the request gave.
    field: Option<String>,
    /// A text that stands in the request.
    text: Option<String>,
    /// Oldest first.
    #[serde(default)]
    ascending: bool,
    /// The `next` of the part before.
    after: Option<String>,
    /// Most rows, at most 1,000; 50 when absent.
    limit: Option<usize>,
}

/// A row of the journal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JournalShown {
    /// Position, from 1.
    seq: i64,
    /// When.
    at: String,
    /// Login.
    actor: String,
    /// Name of the act.
    act: String,
    /// Slip.
    #[serde(skip_serializing_if = "Option::is_none")]
    slip: Option<i64>,
    /// `done` or `refused`.
    outcome: String,
    /// Code of the refusal.
    #[serde(skip_serializing_if = "String::is_empty")]
    code: String,
    /// Idempotency key.
    key: String,
    /// Actor and act as canonical JSON.
    request: String,
    /// The answer as JSON.
    reply: String,
    /// Hash of the row before.
    prev: String,
    /// Hash of this row.
    hash: String,
}

fn row(row: JournalRow) -> JournalShown {
    JournalShown {
        seq: row.seq,
        at: moment(row.at),
        actor: row.actor.to_string(),
        act: row.act.to_string(),
        slip: row.slip.map(|slip| slip.0),
        outcome: row.outcome.to_string(),
        code: row.code.to_string(),
        key: row.key.to_string(),
        request: row.request.to_string(),
        reply: row.reply.to_string(),
        prev: row.prev.to_string(),
        hash: row.hash.to_string(),
    }
}

async fn journal(
    State(app): State<Arc<App>>,
    session: Session,
    Asked(asked): Asked<JournalAsked>,
) -> Result<Json<Listed<JournalShown>>, Error> {
    // It holds everything that everyone typed.
    if !session.person.administrator {
        return Err(Error::refused(
            StatusCode::FORBIDDEN,
            Class::Role,
            "administrator",
            "日志只供系统管理员查看",
            "the journal is for administrators",
        ));
    }
    let query = JournalQuery {
        from: asked.from.map(Moment),
        to: asked.to.map(Moment),
        actor: asked.actor,
        act: asked.act,
        slip: asked.slip.map(SlipId),
        code: asked.code,
        outcome: asked.outcome,
        request_has: asked.text.into_iter().collect(),
        request_keys: asked.field.into_iter().collect(),
        look_through: Some(crate::pages::for_api::LOOK_THROUGH),
        ascending: asked.ascending,
        after: asked.after.map(store::Cursor),
        limit: asked.limit.unwrap_or(0),
        ..JournalQuery::default()
    };
    let page = app
        .read_store(move |store, org| store.journal(org, &query))
        .await?;
    Ok(Json(Listed::of(page, row)))
}

/// Where the journal ends.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeadShown {
    /// Last row.
    seq: i64,
    /// Its hash.
    hash: String,
}

async fn head(State(app): State<Arc<App>>, _: Session) -> Result<Json<HeadShown>, Error> {
    let (seq, hash) = app.read_store(|store, org| store.head(org)).await?;
    Ok(Json(HeadShown { seq, hash }))
}

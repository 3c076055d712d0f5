//! Ways to sign in and log-ins over the API: one's own, and for administrators another's.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::Meant;
use super::doc::{Routes, op};
use super::management::managing;
use super::out::{Listed, Ok as Nothing, moment};
use crate::App;
use crate::auth::sign_in as ways;
use crate::auth::{Acting, Address, Session};
use crate::error::Error;
use crate::pages::not_administrator;

pub(crate) fn routes(routes: Routes) -> Routes {
    own(of_others(routes))
}

fn own(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/sessions",
            op("list_sessions", "session", "登录与令牌。 Where one is logged in, and one's tokens, the one used last first.")
                .answers_rows::<LogInShown>("log-ins and tokens"),
            sessions,
        )
        .post(
            "/api/v1/sessions/{session}/end",
            op("end_session", "session", "结束登录。 Ends one of one's log-ins or tokens; the journal keeps it.")
                .answers::<Nothing>("ended"),
            end,
        )
        .post(
            "/api/v1/sessions/end-others",
            op("end_other_sessions", "session", "结束其他登录。 Ends all one's log-ins but this one; tokens go on.")
                .answers::<Ended>("how many ended"),
            end_others,
        )
        .get(
            "/api/v1/sign-in",
            op("list_ways", "session", "登录方式。 One's ways to sign in beside the password.")
                .answers_rows::<WayShown>("ways to sign in"),
            list,
        )
        .post(
            "/api/v1/sign-in/{way}/remove",
            op("remove_way", "session", "移除登录方式。 Takes one away; soon after the password was given.")
                .answers::<Nothing>("taken away"),
            remove,
        )
        .post(
            "/api/v1/totp",
            op("begin_totp", "session", "启用动态码。 A secret for an authenticator app; it counts once a code of it was given.")
                .answers::<TotpBegun>("the secret, shown this once"),
            begin,
        )
        .post(
            "/api/v1/totp/confirm",
            op("confirm_totp", "session", "确认动态码。 Gives a code of the app; answers with recovery codes.")
                .body::<TotpSent>()
                .answers::<Codes>("recovery codes, shown this once"),
            confirm,
        )
        .post(
            "/api/v1/totp/recovery",
            op("renew_recovery", "session", "重新生成恢复码。 New recovery codes; the old ones end.")
                .answers::<Codes>("recovery codes, shown this once"),
            recovery,
        )
}

fn of_others(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/people/{login}/sessions",
            op("list_sessions_of", "management", "某人的登录与令牌。 Where a person is logged in; for administrators.")
                .answers_rows::<LogInShown>("log-ins and tokens"),
            sessions_of,
        )
        .post(
            "/api/v1/people/{login}/sessions/{session}/end",
            op("end_session_of", "management", "结束某人的登录。 Ends a log-in or token of a person; by an administrator.")
                .answers::<Nothing>("ended"),
            end_of,
        )
        .get(
            "/api/v1/people/{login}/sign-in",
            op("list_ways_of", "management", "某人的登录方式。 A person's ways to sign in; for administrators.")
                .answers_rows::<WayShown>("ways to sign in"),
            list_of,
        )
        .post(
            "/api/v1/people/{login}/sign-in/{way}/remove",
            op("remove_way_of", "management", "移除某人的登录方式。 Takes one away from a person who lost it; by an administrator.")
                .answers::<Nothing>("taken away"),
            remove_of,
        )
}

/// A log-in, or a token of a program.
#[derive(Debug, Serialize, ToSchema)]
struct LogInShown {
    /// What ending it names it by; no secret.
    id: String,
    /// Browser and system; the name of a token.
    device: String,
    /// Address it came from.
    address: String,
    /// Whether it is a token of a program.
    token: bool,
    /// When it began.
    created: String,
    /// When it was last used, to within five minutes.
    seen: String,
    /// Whether it is the one that asks.
    this: bool,
}

async fn shown(
    app: &Arc<App>,
    login: &Arc<str>,
    own: Option<&Session>,
) -> Result<Json<Listed<LogInShown>>, Error> {
    let rows = ways::logged_in(app, login, own).await?;
    let rows = rows.into_iter().map(|row| LogInShown {
        id: row.id,
        device: row.device,
        address: row.address,
        token: row.token,
        created: moment(row.created),
        seen: moment(row.seen),
        this: row.this,
    });
    Ok(Json(Listed::whole(rows.collect())))
}

async fn sessions(
    State(app): State<Arc<App>>,
    session: Session,
) -> Result<Json<Listed<LogInShown>>, Error> {
    shown(&app, &session.person.login, Some(&session)).await
}

async fn sessions_of(
    State(app): State<Arc<App>>,
    Path(login): Path<Arc<str>>,
    session: Session,
) -> Result<Json<Listed<LogInShown>>, Error> {
    administrator(&session)?;
    shown(&app, &login, Some(&session)).await
}

fn administrator(session: &Session) -> Result<(), Error> {
    match session.person.administrator {
        true => Ok(()),
        false => Err(not_administrator()),
    }
}

async fn end(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    acting: Acting,
) -> Result<Json<Nothing>, Error> {
    ways::end_one(&app, &acting, &acting.person.login, &id).await?;
    Ok(Json(Nothing {}))
}

async fn end_of(
    State(app): State<Arc<App>>,
    Path((login, id)): Path<(Arc<str>, String)>,
    acting: Acting,
) -> Result<Json<Nothing>, Error> {
    managing(&app, &acting, "sessions").await?;
    ways::end_one(&app, &acting, &login, &id).await?;
    Ok(Json(Nothing {}))
}

/// How many ended.
#[derive(Debug, Serialize, ToSchema)]
struct Ended {
    /// How many.
    ended: usize,
}

async fn end_others(State(app): State<Arc<App>>, acting: Acting) -> Result<Json<Ended>, Error> {
    let ended = ways::end_others(&app, &acting, &acting.person.login).await?;
    Ok(Json(Ended { ended }))
}

/// A way to sign in beside the password.
#[derive(Debug, Serialize, ToSchema)]
struct WayShown {
    /// What removing it names it by.
    id: String,
    /// `totp`, `recovery`, `passkey` or `oidc`.
    kind: String,
    /// What its person calls it.
    name: String,
    /// When it was added.
    created: String,
    /// When it was last used.
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<String>,
    /// Of recovery codes, how many are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u32>,
}

async fn ways_shown(app: &Arc<App>, login: &Arc<str>) -> Result<Json<Listed<WayShown>>, Error> {
    let rows = ways::factors(app, login).await?;
    let rows = rows.into_iter().map(|one| WayShown {
        left: (one.kind == "recovery").then(|| ways::left(&one)),
        used: (one.used.0 != 0).then(|| moment(one.used)),
        created: moment(one.created),
        id: one.id,
        kind: one.kind,
        name: one.name,
    });
    Ok(Json(Listed::whole(rows.collect())))
}

async fn list(
    State(app): State<Arc<App>>,
    session: Session,
) -> Result<Json<Listed<WayShown>>, Error> {
    ways_shown(&app, &session.person.login).await
}

async fn list_of(
    State(app): State<Arc<App>>,
    Path(login): Path<Arc<str>>,
    session: Session,
) -> Result<Json<Listed<WayShown>>, Error> {
    administrator(&session)?;
    ways_shown(&app, &login).await
}

async fn remove(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    acting: Acting,
) -> Result<Json<Nothing>, Error> {
    ways::remove(&app, &acting, &acting.person.login, &id).await?;
    Ok(Json(Nothing {}))
}

async fn remove_of(
    State(app): State<Arc<App>>,
    Path((login, id)): Path<(Arc<str>, String)>,
    acting: Acting,
) -> Result<Json<Nothing>, Error> {
    managing(&app, &acting, "sign-in").await?;
    ways::remove(&app, &acting, &login, &id).await?;
    Ok(Json(Nothing {}))
}

/// An authenticator on its way.
#[derive(Debug, Serialize, ToSchema)]
struct TotpBegun {
    /// Names it when it is confirmed.
    enrolment: String,
    /// The secret, to be typed into the app.
    secret: String,
    /// The same as an address that apps read from a picture.
    uri: String,
}

async fn begin(State(app): State<Arc<App>>, acting: Acting) -> Result<Json<TotpBegun>, Error> {
    let enrolment = ways::begin(&app, &acting).await?;
    let issuer = &app.settings().company.zh;
    Ok(Json(TotpBegun {
        secret: ways::spelled(&enrolment),
        uri: ways::uri(&enrolment, issuer, &acting.person.login),
        enrolment: enrolment.token,
    }))
}

/// The first code of an app.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TotpSent {
    /// As it was named when it was begun.
    enrolment: String,
    /// Six digits.
    code: String,
}

/// Recovery codes.
#[derive(Debug, Serialize, ToSchema)]
struct Codes {
    /// Each works once in place of a code of the app.
    codes: Vec<String>,
}

async fn confirm(
    State(app): State<Arc<App>>,
    Address(from): Address,
    Meant { acting, body }: Meant<TotpSent>,
) -> Result<Json<Codes>, Error> {
    let codes = ways::confirm(&app, &acting, from, &body.enrolment, &body.code).await?;
    Ok(Json(Codes { codes }))
}

async fn recovery(State(app): State<Arc<App>>, acting: Acting) -> Result<Json<Codes>, Error> {
    let codes = ways::renew_recovery(&app, &acting).await?;
    Ok(Json(Codes { codes }))
}

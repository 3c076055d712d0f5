//! Oneself: log-in, tokens, password, deputies.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use engine::{Act, Grant};
use kernel::Day;
use serde::{Deserialize, Serialize};
use store::Holder;
use utoipa::ToSchema;

use super::call::{Call, Meant, Plain, bodies};
use super::doc::{Routes, op};
use super::out::{Done, Listed, Ok as Nothing, Words, moment};
use crate::App;
use crate::auth::{
    Acting, Address, Kind, Scopes, Session, change_password, confirm_password, issue_token, log_in,
    log_out, revoke_token, tokens,
};
use crate::error::Error;
use crate::names;

bodies! {
    /// A deputy.
    DeputySent {
        /// Login of the deputy.
        to: String,
        /// First day.
        #[schema(value_type = String)]
        from: Day,
        /// Last day.
        #[schema(value_type = String)]
        until: Day,
    }
}

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .post(
            "/api/v1/login",
            op(
                "log_in",
                "session",
                "登录，取得令牌。 Logs in and answers with a token for `Authorization: Bearer`.",
            )
            .open()
            .body::<LoginSent>()
            .answers::<LoggedIn>("logged in"),
            do_login,
        )
        .post(
            "/api/v1/logout",
            op("log_out", "session", "退出登录。 Ends the session.").answers::<Nothing>("ended"),
            do_logout,
        )
        .get(
            "/api/v1/me",
            op(
                "get_me",
                "session",
                "本人。 Oneself: roles, deputies, the session, the CSRF token.",
            )
            .answers::<Me>("oneself"),
            me,
        )
        .post(
            "/api/v1/password",
            op(
                "change_password",
                "session",
                "改密码。 Replaces one's own password; every other session and token ends.",
            )
            .body::<PasswordSent>()
            .answers::<LoggedIn>("a new session"),
            password,
        )
        .post(
            "/api/v1/confirm",
            op(
                "confirm_password",
                "session",
                "再次输入密码。 Gives the password again, for steps that ask for it.",
            )
            .body::<ConfirmSent>()
            .answers::<Nothing>("confirmed for five minutes"),
            confirm,
        )
        .get(
            "/api/v1/tokens",
            op(
                "list_tokens",
                "session",
                "令牌。 The tokens one has issued.",
            )
            .answers_rows::<TokenShown>("tokens"),
            list_tokens,
        )
        .post(
            "/api/v1/tokens",
            op(
                "issue_token",
                "session",
                "发令牌。 Issues a token to a program; it is shown this once.",
            )
            .body::<TokenSent>()
            .answers::<TokenIssued>("the token"),
            issue,
        )
        .post(
            "/api/v1/tokens/{token}/revoke",
            op(
                "revoke_token",
                "session",
                "收回令牌。 Ends a token by the name that the list gives it.",
            )
            .answers::<Nothing>("ended"),
            revoke,
        )
        .post(
            "/api/v1/deputies",
            op(
                "deputise",
                "session",
                "委托。 Lets another act for oneself from one day to another.",
            )
            .body::<DeputySent>()
            .answers::<Done>("recorded"),
            deputise,
        )
}

/// Who logs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LoginSent {
    /// Login.
    login: String,
    /// Password.
    password: String,
    /// A code of the authenticator app, or a recovery code, where the person has one.
    #[serde(default)]
    code: Option<String>,
}

/// A session that began.
#[derive(Debug, Serialize, ToSchema)]
struct LoggedIn {
    /// For `Authorization: Bearer`.
    token: String,
    /// When it ends at the latest.
    expires: String,
    /// Login.
    login: String,
    /// Name.
    name: String,
    /// Whether the password must be replaced before anything else.
    must_change_password: bool,
}

impl From<crate::auth::Entered> for LoggedIn {
    fn from(entered: crate::auth::Entered) -> LoggedIn {
        let session = entered.session;
        LoggedIn {
            token: entered.token,
            expires: moment(session.expires()),
            login: session.person.login.to_string(),
            name: session.person.name.to_string(),
            must_change_password: session.must_change_password(),
        }
    }
}

async fn do_login(
    State(app): State<Arc<App>>,
    Address(from): Address,
    headers: HeaderMap,
    Plain(sent): Plain<LoginSent>,
) -> Result<Json<LoggedIn>, Error> {
    let agent = crate::auth::agent(&headers).to_owned();
    let code = sent.code.as_deref();
    let entered = log_in(&app, from, &sent.login, sent.password, code, &agent).await?;
    Ok(Json(entered.into()))
}

async fn do_logout(State(app): State<Arc<App>>, acting: Acting) -> Result<Json<Nothing>, Error> {
    log_out(&app, &acting).await?;
    Ok(Json(Nothing {}))
}

/// Oneself.
#[derive(Debug, Serialize, ToSchema)]
struct Me {
    /// Login.
    login: String,
    /// Name.
    name: String,
    /// May manage people, registers and periods.
    administrator: bool,
    /// Roles held today, lent ones too.
    roles: Vec<RoleHeld>,
    /// Those who may act for oneself.
    deputies: Vec<DeputyShown>,
    /// For whom one has chosen to act.
    #[serde(skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<String>,
    /// When the session ends at the latest.
    expires: String,
    /// For the header `X-CSRF-Token`, where the session is a cookie.
    csrf: String,
    /// The business day.
    today: String,
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
struct RoleHeld {
    /// Qualified role.
    role: String,
    /// What people read.
    label: Words,
    /// Value it is narrowed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    /// Login of the person who lends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lent_by: Option<String>,
}

/// A deputy.
#[derive(Debug, Serialize, ToSchema)]
struct DeputyShown {
    /// Login.
    to: String,
    /// First day.
    from: String,
    /// Last day.
    until: String,
}

async fn me(State(app): State<Arc<App>>, session: Session) -> Result<Json<Me>, Error> {
    let login = session.person.login.clone();
    let holders = app
        .read(move |app| app.store().holders(app.org(), &login, app.today()))
        .await?;
    let catalog = app.catalog();
    let roles = holders
        .into_iter()
        .filter_map(|(holder, lent_by)| match holder {
            Holder::Person(_) => None,
            Holder::Role(role, scope) => Some(RoleHeld {
                label: Words::from(&names::role(&catalog, &role)),
                role: role.to_string(),
                scope: scope.map(|scope| scope.to_string()),
                lent_by: lent_by.map(|login| login.to_string()),
            }),
        });
    let person = &session.person;
    Ok(Json(Me {
        login: person.login.to_string(),
        name: person.name.to_string(),
        administrator: person.administrator,
        roles: roles.collect(),
        deputies: person
            .deputies
            .iter()
            .map(|deputy| DeputyShown {
                to: deputy.to.to_string(),
                from: deputy.from.to_string(),
                until: deputy.until.to_string(),
            })
            .collect(),
        on_behalf_of: session.on_behalf_of.as_ref().map(ToString::to_string),
        expires: moment(session.expires()),
        csrf: session.csrf(),
        today: app.today().to_string(),
    }))
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordSent {
    /// The old one.
    old: String,
    /// The new one, at least ten characters.
    new: String,
}

async fn password(
    State(app): State<Arc<App>>,
    Address(from): Address,
    headers: HeaderMap,
    Meant { acting, body }: Meant<PasswordSent>,
) -> Result<Json<LoggedIn>, Error> {
    let agent = crate::auth::agent(&headers).to_owned();
    let entered = change_password(&app, &acting, from, body.old, body.new, &agent).await?;
    Ok(Json(entered.into()))
}

/// The password once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmSent {
    /// Password.
    password: String,
}

async fn confirm(
    State(app): State<Arc<App>>,
    Address(from): Address,
    Meant { acting, body }: Meant<ConfirmSent>,
) -> Result<Json<Nothing>, Error> {
    confirm_password(&app, &acting, from, body.password).await?;
    Ok(Json(Nothing {}))
}

/// What a token is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenSent {
    /// What it is called in the list.
    name: String,
    /// `read` and `sign`.
    scopes: Vec<Scope>,
    /// Days until it ends, at most 366.
    days: i64,
}

/// A purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Scope {
    /// Ask.
    Read,
    /// Act.
    Sign,
}

fn scopes_of(scopes: Scopes) -> Vec<Scope> {
    let read = scopes.read.then_some(Scope::Read);
    read.into_iter()
        .chain(scopes.sign.then_some(Scope::Sign))
        .collect()
}

/// A token, shown this once.
#[derive(Debug, Serialize, ToSchema)]
struct TokenIssued {
    /// For `Authorization: Bearer`.
    token: String,
    /// When it ends.
    expires: String,
}

async fn issue(
    State(app): State<Arc<App>>,
    Meant { acting, body }: Meant<TokenSent>,
) -> Result<Json<TokenIssued>, Error> {
    let scopes = Scopes {
        read: body.scopes.contains(&Scope::Read),
        sign: body.scopes.contains(&Scope::Sign),
    };
    let token = issue_token(&app, &acting, &body.name, scopes, body.days).await?;
    Ok(Json(TokenIssued {
        token: token.token,
        expires: moment(token.expires),
    }))
}

/// A token that was issued.
#[derive(Debug, Serialize, ToSchema)]
struct TokenShown {
    /// What revoking names it by; no secret.
    id: String,
    /// What it is called.
    name: String,
    /// What it is for.
    scopes: Vec<Scope>,
    /// When it was issued.
    created: String,
    /// When it was last used, to within five minutes.
    seen: String,
    /// When it ends.
    expires: String,
}

async fn list_tokens(
    State(app): State<Arc<App>>,
    session: Session,
) -> Result<Json<Listed<TokenShown>>, Error> {
    let rows = tokens(&app, &session).await?;
    let rows = rows.into_iter().filter_map(|(row, kind)| match kind {
        Kind::LogIn => None,
        Kind::Token(scopes, name) => Some(TokenShown {
            id: row.token_hash,
            name,
            scopes: scopes_of(scopes),
            created: moment(row.created),
            seen: moment(row.seen),
            expires: moment(row.expires),
        }),
    });
    Ok(Json(Listed::whole(rows.collect())))
}

async fn revoke(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    acting: Acting,
) -> Result<Json<Nothing>, Error> {
    revoke_token(&app, &acting, &token).await?;
    Ok(Json(Nothing {}))
}

async fn deputise(
    State(app): State<Arc<App>>,
    call: Call<DeputySent>,
) -> Result<Json<Done>, Error> {
    let act = Act::Deputise {
        to: call.body.to.into(),
        from: call.body.from,
        until: call.body.until,
    };
    let answer = app
        .act_for(&call.acting, call.on_behalf_of, call.key, act)
        .await?;
    Ok(Json(answer.into()))
}

/// A role granted to a person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantShown {
    /// Qualified role.
    pub role: String,
    /// Value of the step's scope field that it is narrowed to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// First day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub from: Option<Day>,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub until: Option<Day>,
}

impl From<GrantShown> for Grant {
    fn from(grant: GrantShown) -> Grant {
        Grant {
            role: grant.role.into(),
            scope: grant.scope.into(),
            from: grant.from,
            until: grant.until,
        }
    }
}

impl From<&Grant> for GrantShown {
    fn from(grant: &Grant) -> GrantShown {
        GrantShown {
            role: grant.role.to_string(),
            scope: grant.scope.to_string(),
            from: grant.from,
            until: grant.until,
        }
    }
}

//! What the page of ways to sign in, and the API, do: a door to the files of each.

use std::sync::Arc;

use axum::http::HeaderMap;
use kernel::Moment;
use sha2::Digest;

use super::session::{Acting, Session};
use super::sessions::Kind;
use super::{passkeys, totp};
use crate::App;
use crate::error::Error;
use crate::text::unhex;

pub(crate) use super::codes::{Enrolment, begin, confirm, enrolment, left, renew_recovery};
pub(crate) use super::factors::{factors, remove, reset};
pub(crate) use super::second::link;

/// A log-in, or a token of a program.
#[derive(Debug, Clone)]
pub(crate) struct LoggedIn {
    /// What ending it names it by; no secret, and not what is stored.
    pub id: String,
    /// Browser and system; the name of a token.
    pub device: String,
    pub address: String,
    pub token: bool,
    pub created: Moment,
    pub seen: Moment,
    /// Whether it is the one that asks.
    pub this: bool,
    hash: String,
}

/// What the picture of an enrolment says.
pub(crate) fn uri(enrolment: &Enrolment, issuer: &str, login: &str) -> String {
    totp::uri(&enrolment.secret, issuer, login)
}

/// The secret of an enrolment, to be typed.
pub(crate) fn spelled(enrolment: &Enrolment) -> String {
    totp::spelled(&enrolment.secret)
}

/// Whether passkeys can be used at the address of this request.
pub(crate) fn passkeys_usable(app: &App, headers: &HeaderMap) -> bool {
    passkeys::site(app, headers).is_some()
}

/// A browser's name for itself, shortened to what people know it by.
pub(crate) fn device(agent: &str) -> String {
    let known = ["Edg", "Firefox", "Chrome", "Safari", "curl"];
    let name = known
        .iter()
        .find(|name| agent.contains(**name))
        .map_or("", |name| if *name == "Edg" { "Edge" } else { name });
    let systems = ["Windows", "Android", "iPhone", "Mac OS X", "Linux"];
    let system = systems.iter().find(|name| agent.contains(**name));
    match (name, system) {
        ("", None) => agent.chars().take(40).collect(),
        (name, None) => name.to_owned(),
        (name, Some(system)) => format!("{name} · {system}"),
    }
}

/// Where a person is logged in, and his tokens, the one used last first. Ended ones are left out.
pub(crate) async fn logged_in(
    app: &Arc<App>,
    login: &Arc<str>,
    own: Option<&Session>,
) -> Result<Vec<LoggedIn>, Error> {
    let whose = login.clone();
    let rows = app
        .read_store(move |store, org| store.sessions(org, &whose))
        .await?;
    let own = own.map(Session::hash);
    let (now, idle) = (app.now(), app.settings().idle_minutes);
    let rows = rows.into_iter().filter_map(|row| {
        let kind = Kind::read(&row.agent)?;
        let token = kind != Kind::LogIn;
        let this = own.as_deref() == Some(&*row.token_hash);
        let idle = !token && !this && row.seen.plus_minutes(idle + 5) < now;
        if row.expires <= now || idle {
            return None;
        }
        Some(LoggedIn {
            id: engine::hex(&sha2::Sha256::digest(row.token_hash.as_bytes())[..12]).to_string(),
            device: match kind {
                Kind::LogIn => device(row.agent.strip_prefix("login:").unwrap_or("")),
                Kind::Token(_, name) => name,
            },
            address: row.address,
            token,
            created: row.created,
            seen: row.seen,
            this,
            hash: row.token_hash,
        })
    });
    Ok(rows.collect())
}

async fn end(
    app: &Arc<App>,
    acting: &Acting,
    login: &Arc<str>,
    gone: Vec<LoggedIn>,
) -> Result<usize, Error> {
    let count = gone.len();
    if count == 0 {
        return Ok(0);
    }
    let what = ["session", "session", &format!("{count}"), ""];
    super::factors::record(app, acting, login, what).await?;
    for one in gone {
        if let Some(hash) = unhex(&one.hash).and_then(|bytes| bytes.try_into().ok()) {
            app.sessions.drop_one(&hash);
        }
        app.read_store(move |store, org| store.end_session(org, &one.hash))
            .await?;
    }
    Ok(count)
}

/// Ends one log-in or token of a person: by himself or an administrator, with a row in the journal.
pub(crate) async fn end_one(
    app: &Arc<App>,
    acting: &Acting,
    login: &Arc<str>,
    id: &str,
) -> Result<(), Error> {
    let rows = logged_in(app, login, None).await?;
    let gone: Vec<LoggedIn> = rows.into_iter().filter(|row| row.id == id).collect();
    match end(app, acting, login, gone).await? {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// Ends all log-ins of a person but the one that asks; how many.
pub(crate) async fn end_others(
    app: &Arc<App>,
    acting: &Acting,
    login: &Arc<str>,
) -> Result<usize, Error> {
    let rows = logged_in(app, login, Some(acting)).await?;
    let gone = rows
        .into_iter()
        .filter(|row| !row.this && !row.token)
        .collect();
    end(app, acting, login, gone).await
}

//! Who makes a request.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use engine::Person;
use kernel::Moment;
use sha2::{Digest, Sha256};

use super::cookies::{behalf_of, cookie, cookie_name, lang_of, theme_of};
use super::csrf::{self, Csrf};
use super::sessions::{Hash, Kind, Known};
use crate::error::Error;
use crate::parts::lang::Lang;
use crate::parts::theme::Theme;
use crate::{App, Settings};

/// Microseconds for which a session in memory is believed without asking the store, where another process may have
/// ended it.
const BELIEVED: i64 = 60_000_000;
/// Microseconds between two notes in the store that a session is in use.
const TOUCHED: i64 = 300_000_000;
/// Longest token that is looked at.
const TOKEN_MAX: usize = 100;

/// A person who is logged in, and how his pages are to be.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who.
    pub person: Arc<Person>,
    /// The language he reads.
    pub lang: Lang,
    /// Light or dark.
    pub theme: Theme,
    /// Login of the person for whom he has chosen to act. Whether he may is judged with every act.
    pub on_behalf_of: Option<Arc<str>>,
    pub(crate) known: Arc<Known>,
}

impl Session {
    /// The CSRF token, for the hidden input `_csrf` of every form and the header `X-CSRF-Token` of every call.
    pub fn csrf(&self) -> String {
        self.known.csrf.masked()
    }

    /// When it ends at the latest.
    pub fn expires(&self) -> Moment {
        self.known.expires
    }

    /// When the password was last given in it.
    pub fn confirmed(&self) -> Moment {
        Moment(self.known.confirmed.load(Ordering::Relaxed))
    }

    /// Whether it has ended since this request came: by time, for want of use, or by log-out.
    pub(crate) fn is_over(&self, app: &App) -> bool {
        let kept = app.sessions.get(&self.known.hash).is_some();
        !kept || self.known.ended(app.now(), app.settings().idle_minutes)
    }

    /// Whether the password must be replaced before anything else.
    pub fn must_change_password(&self) -> bool {
        self.known.must_change
    }

    /// Hex SHA-256 of its token, by which it stands among the person's sessions.
    pub fn hash(&self) -> Arc<str> {
        self.known.stored_hash()
    }

    /// Where it comes from.
    pub fn kind(&self) -> &Kind {
        &self.known.kind
    }
}

/// A session whose request was meant: by the session's CSRF token, or by a token that came by `Authorization`.
#[derive(Debug, Clone)]
pub struct Acting(pub(crate) Session);

impl Deref for Acting {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.0
    }
}

/// A session that may not do anything yet but replace its password.
#[derive(Debug, Clone)]
pub(crate) struct Pending(pub Session);

/// How the token came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Via {
    Cookie,
    Bearer,
}

/// The token of a request and how it came.
pub(crate) fn token_of<'a>(headers: &'a HeaderMap, settings: &Settings) -> Option<(&'a str, Via)> {
    if let Some(header) = headers.get("authorization") {
        let token = header.to_str().ok()?.strip_prefix("Bearer ")?.trim();
        return Some((token, Via::Bearer));
    }
    cookie(headers, cookie_name(settings))
        .filter(|token| !token.is_empty())
        .map(|token| (token, Via::Cookie))
}

/// SHA-256 of a token.
pub(crate) fn hash_of(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

/// Whether a request comes with a session that is kept in memory.
pub(crate) fn is_kept(app: &App, headers: &HeaderMap) -> bool {
    token_of(headers, app.settings())
        .filter(|(token, _)| token.len() <= TOKEN_MAX)
        .is_some_and(|(token, _)| app.sessions.get(&hash_of(token)).is_some())
}

/// Why there is no session.
#[derive(Debug)]
pub(crate) enum Absent {
    /// No token came.
    Nothing,
    /// A token that nobody has, or has any more.
    Dead(&'static str),
    /// A fault.
    Fault(Error),
}

impl From<Error> for Absent {
    fn from(error: Error) -> Absent {
        Absent::Fault(error)
    }
}

/// Finds the session of a request.
pub(crate) async fn find(app: &Arc<App>, headers: &HeaderMap) -> Result<(Session, Via), Absent> {
    let (token, via) = token_of(headers, app.settings()).ok_or(Absent::Nothing)?;
    if token.len() > TOKEN_MAX {
        return Err(Absent::Dead("session.forged"));
    }
    let hash = hash_of(token);
    let now = app.now();
    let known = match app.sessions.get(&hash) {
        Some(known) if now.0 - known.checked.load(Ordering::Relaxed) < BELIEVED => known,
        kept => load(app, token, hash, kept).await?,
    };
    if known.ended(now, app.settings().idle_minutes) {
        app.sessions.drop_one(&hash);
        let stored = known.stored_hash();
        app.read_store(move |store, org| store.end_session(org, &stored))
            .await?;
        return Err(Absent::Dead("session.expired"));
    }
    let person = person(app, &known.login).await?;
    let Some(person) = person.filter(|person| person.active) else {
        return Err(Absent::Dead("session.inactive"));
    };
    if !by_itself(headers) {
        touch(app, &known, now);
    }
    let session = Session {
        person,
        lang: lang_of(headers),
        theme: theme_of(headers),
        on_behalf_of: behalf_of(headers),
        known,
    };
    Ok((session, via))
}

/// Whether an open page asks by itself, with nobody before it: that keeps no session alive.
fn by_itself(headers: &HeaderMap) -> bool {
    let listens = headers
        .get("accept")
        .is_some_and(|kind| kind == "text/event-stream");
    listens || headers.contains_key("x-fragment")
}

/// Reads a session from the store, or sees whether the store still has one that is kept.
async fn load(
    app: &Arc<App>,
    token: &str,
    hash: Hash,
    kept: Option<Arc<Known>>,
) -> Result<Arc<Known>, Absent> {
    let stored_hash = engine::hex(&hash);
    let read = app
        .read_store(move |store, org| {
            let Some(session) = store.session(org, &stored_hash)? else {
                return Ok(None);
            };
            let credentials = store.record_versions(org, "credential", &session.login)?;
            Ok(Some((session, credentials)))
        })
        .await?;
    let Some((session, credentials)) = read else {
        app.sessions.drop_one(&hash);
        return Err(Absent::Dead("session.forged"));
    };
    let now = app.now();
    if let Some(known) = kept {
        known.checked.store(now.0, Ordering::Relaxed);
        return Ok(known);
    }
    let Some(kind) = Kind::read(&session.agent) else {
        return Err(Absent::Dead("session.forged"));
    };
    let must_change = credentials
        .last()
        .is_some_and(|row| engine::is_one_time(&row.record));
    let known = Arc::new(Known {
        hash,
        login: session.login,
        kind,
        csrf: Csrf::of(token),
        expires: session.expires,
        must_change,
        seen: AtomicI64::new(session.seen.0),
        touched: AtomicI64::new(session.seen.0),
        confirmed: AtomicI64::new(session.confirmed.0),
        checked: AtomicI64::new(now.0),
    });
    app.sessions.put(known.clone());
    Ok(known)
}

/// A person, from memory where he is kept.
pub(crate) async fn person(app: &Arc<App>, login: &Arc<str>) -> Result<Option<Arc<Person>>, Error> {
    let now = app.now();
    if let Some(person) = app.people.get(login, now) {
        return Ok(Some(person));
    }
    let wanted = login.clone();
    let read = app
        .read_store(move |store, org| store.person(org, &wanted))
        .await?;
    Ok(read.map(|person| {
        let person = Arc::new(person);
        app.people.put(person.clone(), now);
        person
    }))
}

/// Notes that a session is in use: always in memory, now and then in the store.
fn touch(app: &Arc<App>, known: &Known, now: Moment) {
    known.seen.fetch_max(now.0, Ordering::Relaxed);
    let before = known.touched.load(Ordering::Relaxed);
    if now.0 - before < TOUCHED {
        return;
    }
    let mine = known
        .touched
        .compare_exchange(before, now.0, Ordering::Relaxed, Ordering::Relaxed)
        .is_ok();
    if mine {
        let (app, hash) = (app.clone(), known.stored_hash());
        tokio::task::spawn_blocking(move || {
            if let Err(error) = app.store().touch_session(app.org(), &hash, now, false) {
                tracing::warn!(%error, "the use of a session could not be noted");
            }
        });
    }
}

/// The session of a request that changes something. An attempt without one is journaled.
pub(crate) async fn find_for_change(
    app: &Arc<App>,
    parts: &Parts,
) -> Result<(Session, Via), Error> {
    match find(app, &parts.headers).await {
        Ok(found) => Ok(found),
        Err(Absent::Fault(error)) => Err(error),
        Err(absent) => {
            let what = match absent {
                Absent::Dead(what) => what,
                _ => "session.none",
            };
            let subject = format!("{} {}", parts.method, parts.uri.path());
            match app.forbid(None, what, &subject).await {
                fault @ Error::Fault { .. } => Err(fault),
                _ => Err(Error::NotLoggedIn),
            }
        }
    }
}

/// Checks that a session may be used for this, and that its password is its own.
fn admit(session: &Session, change: bool) -> Result<(), Error> {
    let scopes = session.known.kind.scopes();
    if (change && !scopes.sign) || (!change && !scopes.read) {
        return Err(Error::refused(
            axum::http::StatusCode::FORBIDDEN,
            engine::Class::Role,
            "scope",
            "此令牌没有这项权限",
            "this token was not issued for that",
        ));
    }
    if session.known.must_change {
        Err(Error::PasswordChange)
    } else {
        Ok(())
    }
}

/// As [`admit`], for what changes anything: a refusal stands in the journal under the session's person.
async fn admit_change(app: &App, session: &Session, parts: &Parts) -> Result<(), Error> {
    let Err(refused) = admit(session, true) else {
        return Ok(());
    };
    let code = refused
        .refusal()
        .map_or(String::new(), |refusal| refusal.code);
    let subject = format!("{} {}", parts.method, parts.uri.path());
    match app
        .forbid(Some(&session.person.login), &code, &subject)
        .await
    {
        fault @ Error::Fault { .. } => Err(fault),
        _ => Err(refused),
    }
}

/// Refuses a request that its session did not mean, and journals it under the session's person.
pub(crate) async fn refuse_unmeant(app: &Arc<App>, session: &Session, parts: &Parts) -> Error {
    let subject = format!("{} {}", parts.method, parts.uri.path());
    match app
        .forbid(Some(&session.person.login), "csrf", &subject)
        .await
    {
        fault @ Error::Fault { .. } => fault,
        _ => csrf::refused(),
    }
}

/// Whether the request of this session was meant, by the CSRF token it carries.
pub(crate) fn meant(
    app: &App,
    session: &Session,
    via: Via,
    headers: &HeaderMap,
    token: &str,
) -> bool {
    via == Via::Bearer
        || (session.known.csrf.is(token)
            && !csrf::from_elsewhere(headers, app.settings().public_origin.as_deref()))
}

impl FromRequestParts<Arc<App>> for Session {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Session, Error> {
        let change = !matches!(parts.method, Method::GET | Method::HEAD);
        let found = if change {
            find_for_change(app, parts).await
        } else {
            find(app, &parts.headers)
                .await
                .map_err(|absent| match absent {
                    Absent::Fault(error) => error,
                    _ => Error::NotLoggedIn,
                })
        };
        let (session, _) = found?;
        admit(&session, false)?;
        Ok(session)
    }
}

impl FromRequestParts<Arc<App>> for Acting {
    type Rejection = Error;

    /// Of a call whose CSRF token is in a header. A form's token is in its body: see [`super::Posted`].
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Acting, Error> {
        json_acting(app, parts).await
    }
}

/// The acting session of a call whose CSRF token is in a header.
pub(crate) async fn json_acting(app: &Arc<App>, parts: &Parts) -> Result<Acting, Error> {
    let (session, via) = find_for_change(app, parts).await?;
    let header = |name: &str| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let token = header("x-csrf-token")
        .or_else(|| header("x-csrf"))
        .unwrap_or("");
    if !meant(app, &session, via, &parts.headers, token) {
        return Err(refuse_unmeant(app, &session, parts).await);
    }
    admit_change(app, &session, parts).await?;
    Ok(Acting(session))
}

/// The acting session of a form, whose CSRF token was read from its body.
pub(crate) async fn form_acting(
    app: &Arc<App>,
    parts: &Parts,
    token: &str,
) -> Result<Acting, Error> {
    let pending = pending_acting(app, parts, token).await?;
    admit_change(app, &pending.0, parts).await?;
    Ok(Acting(pending.0))
}

/// As [`form_acting`], for the form that replaces the password.
pub(crate) async fn pending_acting(
    app: &Arc<App>,
    parts: &Parts,
    token: &str,
) -> Result<Pending, Error> {
    let (session, via) = find_for_change(app, parts).await?;
    if !meant(app, &session, via, &parts.headers, token) {
        return Err(refuse_unmeant(app, &session, parts).await);
    }
    Ok(Pending(session))
}

impl FromRequestParts<Arc<App>> for Pending {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Pending, Error> {
        match find(app, &parts.headers).await {
            Ok((session, _)) => Ok(Pending(session)),
            Err(Absent::Fault(error)) => Err(error),
            Err(_) => Err(Error::NotLoggedIn),
        }
    }
}

impl FromRequestParts<Arc<App>> for Lang {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Arc<App>,
    ) -> Result<Lang, std::convert::Infallible> {
        Ok(lang_of(&parts.headers))
    }
}

impl FromRequestParts<Arc<App>> for Theme {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        _: &Arc<App>,
    ) -> Result<Theme, std::convert::Infallible> {
        Ok(theme_of(&parts.headers))
    }
}

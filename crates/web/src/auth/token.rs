//! Tokens that a person issues to a program of his.

use std::sync::Arc;

use engine::{Class, Refusal};
use kernel::Moment;

use super::login::{Begun, begin};
use super::session::{Acting, Session};
use super::sessions::{Kind, Scopes};
use crate::App;
use crate::error::Error;
use crate::text::unhex;

/// Longest life of a token, in days.
const DAYS_MAX: i64 = 366;

/// A token as it is shown once.
#[derive(Debug, Clone)]
pub struct Token {
    /// To be sent as `Authorization: Bearer ...`.
    pub token: String,
    /// When it ends.
    pub expires: Moment,
}

/// Refuses what a token may not do, only its person himself; the attempt stands in the journal.
pub(crate) async fn refused_token(
    app: &Arc<App>,
    session: &Session,
    subject: &str,
    zh: &str,
    en: &str,
) -> Error {
    match app
        .forbid(Some(&session.person.login), "scope", subject)
        .await
    {
        fault @ Error::Fault { .. } => fault,
        _ => Refusal::new(Class::Role, "scope", zh, en).into(),
    }
}

/// Issues a token of the person under a name, for some purposes and days. It signs as the person himself, so separation
/// holds for it as for him; it ends with a change of his password.
///
/// # Errors
/// A refusal of the name, the purposes or the days; a fault.
pub async fn issue_token(
    app: &Arc<App>,
    acting: &Acting,
    name: &str,
    scopes: Scopes,
    days: i64,
) -> Result<Token, Error> {
    let refuse = |field: &str, zh: &str, en: &str| {
        Error::from(Refusal::new(Class::Field, "token", zh, en).at(None, field))
    };
    if *acting.kind() != Kind::LogIn {
        let (zh, en) = ("令牌不能再发令牌", "a token cannot issue tokens");
        return Err(refused_token(app, acting, "tokens", zh, en).await);
    }
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 || name.chars().any(char::is_control) {
        return Err(refuse(
            "name",
            "名称须为 1 至 60 字",
            "a name has 1 to 60 characters",
        ));
    }
    if !scopes.read && !scopes.sign {
        return Err(refuse(
            "scopes",
            "至少选一项权限",
            "choose at least one purpose",
        ));
    }
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(refuse(
            "days",
            "有效期须为 1 至 366 天",
            "a token lives for 1 to 366 days",
        ));
    }
    let kind = Kind::Token(scopes, name.to_owned());
    let begun = Begun {
        agent: "",
        from: None,
        minutes: days * 24 * 60,
        proven: false,
    };
    let entered = begin(app, acting.person.clone(), kind, begun).await?;
    Ok(Token {
        token: entered.token,
        expires: entered.session.known.expires,
    })
}

/// The sessions of a person with where they come from; those of unknown kinds are left out.
///
/// # Errors
/// A fault.
pub async fn tokens(
    app: &Arc<App>,
    session: &Session,
) -> Result<Vec<(store::Session, Kind)>, Error> {
    let login = session.person.login.clone();
    let rows = app
        .read_store(move |store, org| store.sessions(org, &login))
        .await?;
    let known = rows
        .into_iter()
        .filter_map(|row| Some((Kind::read(&row.agent)?, row)));
    Ok(known.map(|(kind, row)| (row, kind)).collect())
}

/// Ends one of the person's own sessions or tokens, by its hash.
///
/// # Errors
/// Not found among his own; a fault.
pub async fn revoke_token(app: &Arc<App>, acting: &Acting, hash: &str) -> Result<(), Error> {
    let own = tokens(app, acting).await?;
    let (row, _) = own
        .into_iter()
        .find(|(row, _)| row.token_hash == hash)
        .ok_or(Error::NotFound)?;
    // What ended is named by what was chosen for it, never by its hash.
    let what = ["session", "session", "1", ""];
    super::factors::record(app, acting, &acting.person.login, what).await?;
    if let Some(hash) = unhex(&row.token_hash).and_then(|bytes| bytes.try_into().ok()) {
        app.sessions.drop_one(&hash);
    }
    app.read_store(move |store, org| store.end_session(org, &row.token_hash))
        .await
}

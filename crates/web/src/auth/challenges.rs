//! What a browser was asked and may answer once: kept by a hash of its secret, for the browser or session it was asked of.

use std::sync::Arc;

use axum::http::StatusCode;
use engine::Class;
use store::Challenge;

use super::session::Session;
use crate::App;
use crate::error::Error;
use crate::text::sha256;

/// What challenges are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The password was right, a code is still to come.
    Second,
    /// A secret was shown, its first code is to come.
    Totp,
    /// A passkey is being made.
    Register,
    /// Somebody logs in by passkey.
    Enter,
    /// The person of a session shows that it is he.
    Confirm,
    /// Somebody went to the provider to log in.
    Oidc,
    /// The person of a session went to the provider to link his account there.
    Link,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Purpose::Second => "second",
            Purpose::Totp => "totp",
            Purpose::Register => "register",
            Purpose::Enter => "enter",
            Purpose::Confirm => "confirm",
            Purpose::Oidc => "oidc",
            Purpose::Link => "link",
        }
    }

    /// Minutes in which it is to be answered.
    const fn minutes(self) -> i64 {
        match self {
            Purpose::Totp => 15,
            Purpose::Second | Purpose::Oidc | Purpose::Link => 10,
            Purpose::Register | Purpose::Enter | Purpose::Confirm => 5,
        }
    }
}

/// Of whom something is asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    owner: String,
    login: Arc<str>,
}

impl Asked {
    /// Of a session.
    pub fn of(session: &Session) -> Asked {
        Asked {
            owner: session.hash().to_string(),
            login: session.person.login.clone(),
        }
    }

    /// Of a browser where nobody is logged in, by the cookie it got with the log-in page.
    pub fn browser(before: &str) -> Asked {
        Asked {
            owner: sha256(before.as_bytes()).to_string(),
            login: "".into(),
        }
    }

    /// The same, of whom is known who he says he is.
    pub fn says(self, login: Arc<str>) -> Asked {
        Asked { login, ..self }
    }
}

/// The refusal of an answer to nothing that was asked, or asked too long ago, or answered already.
pub(crate) fn expired() -> Error {
    Error::refused(
        StatusCode::FORBIDDEN,
        Class::Role,
        "challenge",
        "等得太久或已经用过，请重新开始",
        "that took too long or was used already; begin again",
    )
}

/// Asks: keeps what belongs to it under the secret.
pub(crate) async fn ask(
    app: &Arc<App>,
    purpose: Purpose,
    asked: &Asked,
    secret: &[u8],
    body: String,
) -> Result<(), Error> {
    let now = app.now();
    let challenge = Challenge {
        id: sha256(secret).to_string(),
        kind: purpose.name().to_owned(),
        owner: asked.owner.clone(),
        login: asked.login.clone(),
        body,
        expires: now.plus_minutes(purpose.minutes()),
    };
    let kept = app
        .read_store(move |store, org| store.put_challenge(org, &challenge, now))
        .await?;
    if kept {
        return Ok(());
    }
    Err(Error::refused(
        StatusCode::SERVICE_UNAVAILABLE,
        Class::Request,
        "busy",
        "登录的人太多，请稍后再试",
        "too many people are logging in; try again in a moment",
    ))
}

fn fitting(
    app: &App,
    purpose: Purpose,
    asked: &Asked,
    found: Option<Challenge>,
) -> Result<Challenge, Error> {
    let fits = found.filter(|one| {
        one.kind == purpose.name() && one.owner == asked.owner && one.expires > app.now()
    });
    fits.ok_or_else(expired)
}

/// Looks at what was asked; it may still be answered.
pub(crate) async fn look(
    app: &Arc<App>,
    purpose: Purpose,
    asked: &Asked,
    secret: &[u8],
) -> Result<Challenge, Error> {
    let id = sha256(secret);
    let found = app
        .read_store(move |store, org| store.challenge(org, &id))
        .await?;
    fitting(app, purpose, asked, found)
}

/// Takes what was asked: nobody can answer it again, whether or not this answer is right.
pub(crate) async fn take(
    app: &Arc<App>,
    purpose: Purpose,
    asked: &Asked,
    secret: &[u8],
) -> Result<Challenge, Error> {
    let id = sha256(secret);
    let found = app
        .read_store(move |store, org| store.take_challenge(org, &id))
        .await?;
    fitting(app, purpose, asked, found)
}

//! Logging in and out, and setting passwords.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::StatusCode;
use engine::{Class, Person};
use kernel::Moment;

use super::attempts::Counted;
use super::challenges::{self, Asked, Purpose};
use super::codes;
use super::csrf::Csrf;
use super::password::check_policy;
use super::session::{self, Acting, Pending, Session, hash_of};
use super::sessions::{Kind, Known};
use super::token::refused_token;
use crate::App;
use crate::error::Error;
use crate::parts::lang::Lang;
use crate::parts::theme::Theme;
use crate::text::random;

/// Longest login and password that are looked at, in bytes.
const TYPED_MAX: usize = 512;

/// A session that began.
#[derive(Debug)]
pub struct Entered {
    /// Its token, known to the client alone.
    pub token: String,
    /// The session.
    pub session: Session,
}

fn wrong() -> Error {
    // One sentence for an unknown login, a wrong password and an account out of use.
    Error::refused(
        StatusCode::UNAUTHORIZED,
        Class::Role,
        "login",
        "用户名或密码不对",
        "wrong user name or password",
    )
}

/// The refusal of a right password where a code is asked for too.
fn code_wanted() -> Error {
    Error::refused(
        StatusCode::UNAUTHORIZED,
        Class::Role,
        "code_wanted",
        "还须输入动态码",
        "a one-time code is asked for too",
    )
}

/// Logs a person in. Who has an authenticator app gives a code of it, or a recovery code, beside the password.
///
/// # Errors
/// `login` when login and password do not belong together, `code_wanted` when a code is missing, `code` when it is wrong,
/// `locked` after too many failures, or a fault.
pub async fn log_in(
    app: &Arc<App>,
    from: IpAddr,
    login: &str,
    password: String,
    code: Option<&str>,
    agent: &str,
) -> Result<Entered, Error> {
    let person = prove(app, from, login, password).await?;
    if codes::asked_for(app, &person.login).await? {
        let code = code.ok_or_else(code_wanted)?;
        codes::prove(app, from, &person.login, code).await?;
    }
    enter(app, person, from, agent, true).await
}

/// What the right password leads to.
#[derive(Debug)]
pub(crate) enum Step {
    /// In.
    Entered(Box<Entered>),
    /// To the question for a code, whose answer names this secret.
    Code(String),
}

/// The first half of a log-in by the pages; the second is [`second_step`].
pub(crate) async fn first_step(
    app: &Arc<App>,
    from: IpAddr,
    login: &str,
    password: String,
    before: &str,
    agent: &str,
) -> Result<Step, Error> {
    let person = prove(app, from, login, password).await?;
    if !codes::asked_for(app, &person.login).await? {
        let entered = enter(app, person, from, agent, true).await?;
        return Ok(Step::Entered(Box::new(entered)));
    }
    let secret = engine::hex(&random::<32>()?).to_string();
    let asked = Asked::browser(before).says(person.login.clone());
    challenges::ask(
        app,
        Purpose::Second,
        &asked,
        secret.as_bytes(),
        String::new(),
    )
    .await?;
    Ok(Step::Code(secret))
}

/// The second half: the code of the person whose password was right a moment ago in this browser.
pub(crate) async fn second_step(
    app: &Arc<App>,
    from: IpAddr,
    before: &str,
    secret: &str,
    code: &str,
    agent: &str,
) -> Result<Entered, Error> {
    let asked = Asked::browser(before);
    let kept = challenges::look(app, Purpose::Second, &asked, secret.as_bytes()).await?;
    codes::prove(app, from, &kept.login, code).await?;
    let kept = challenges::take(app, Purpose::Second, &asked, secret.as_bytes()).await?;
    let person = session::person(app, &kept.login).await?;
    let person = person.filter(|person| person.active).ok_or_else(wrong)?;
    enter(app, person, from, agent, true).await
}

/// Begins a session of a person who logged in; `proven` when he showed it himself, not another service for him.
pub(crate) async fn enter(
    app: &Arc<App>,
    person: Arc<Person>,
    from: IpAddr,
    agent: &str,
    proven: bool,
) -> Result<Entered, Error> {
    let begun = Begun {
        agent,
        from: Some(from),
        minutes: app.settings().session_minutes,
        proven,
    };
    begin(app, person, Kind::LogIn, begun).await
}

/// Checks a password, counting failures.
async fn prove(
    app: &Arc<App>,
    from: IpAddr,
    login: &str,
    password: String,
) -> Result<Arc<Person>, Error> {
    if login.is_empty()
        || login.len() > TYPED_MAX
        || password.len() > TYPED_MAX
        || login.contains('/')
    {
        return Err(wrong());
    }
    let counted = Counted::new(login, from);
    counted.check(app, app.now()).await?;
    let wanted: Arc<str> = login.into();
    let read = wanted.clone();
    let (person, stored) = app
        .read_store(move |store, org| {
            Ok((store.person(org, &read)?, store.credential(org, &read)?))
        })
        .await?;
    let person = person.filter(|person| person.active);
    let stored = stored.filter(|_| person.is_some());
    let matches = app.passwords.matches(password, stored).await?;
    match person {
        Some(person) if matches => {
            counted.succeeded(app).await?;
            Ok(Arc::new(person))
        }
        _ => {
            if counted.failed(app, app.now()).await? {
                app.forbid(None, "login.locked", &wanted).await;
            }
            Err(wrong())
        }
    }
}

/// How a session begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun<'a> {
    /// The browser's name for itself.
    pub agent: &'a str,
    /// Where from; nowhere for a token of a program.
    pub from: Option<IpAddr>,
    /// When it ends in any case.
    pub minutes: i64,
    /// Whether the person showed just now that it is he.
    pub proven: bool,
}

/// Begins a session of a person.
pub(crate) async fn begin(
    app: &Arc<App>,
    person: Arc<Person>,
    kind: Kind,
    begun: Begun<'_>,
) -> Result<Entered, Error> {
    let token = engine::hex(&random::<32>()?).to_string();
    let hash = hash_of(&token);
    let now = app.now();
    let row = store::Session {
        token_hash: engine::hex(&hash).to_string(),
        login: person.login.clone(),
        created: now,
        seen: now,
        expires: now.plus_minutes(begun.minutes),
        confirmed: if begun.proven { now } else { Moment(0) },
        agent: kind.stored(begun.agent),
        address: begun.from.map_or_else(String::new, |from| from.to_string()),
    };
    let (confirmed, expires) = (row.confirmed, row.expires);
    let login = person.login.clone();
    let credentials = app
        .read_store(move |store, org| {
            store.put_session(org, &row)?;
            store.record_versions(org, "credential", &login)
        })
        .await?;
    let must_change = credentials
        .last()
        .is_some_and(|row| engine::is_one_time(&row.record));
    let known = Arc::new(Known {
        hash,
        login: person.login.clone(),
        kind,
        csrf: Csrf::of(&token),
        expires,
        must_change,
        seen: AtomicI64::new(now.0),
        touched: AtomicI64::new(now.0),
        confirmed: AtomicI64::new(confirmed.0),
        checked: AtomicI64::new(now.0),
    });
    app.sessions.put(known.clone());
    let session = Session {
        person,
        lang: Lang::default(),
        theme: Theme::default(),
        on_behalf_of: None,
        known,
    };
    Ok(Entered { token, session })
}

/// Where a log-in leads: to the page that was wanted, or to a new password first.
pub(crate) fn after(entered: &Entered, next: &str) -> String {
    if entered.session.known.must_change {
        "/password".to_owned()
    } else {
        next.to_owned()
    }
}

/// Ends a session.
///
/// # Errors
/// When the store fails; the session is then still forgotten here.
pub async fn log_out(app: &Arc<App>, session: &Session) -> Result<(), Error> {
    app.sessions.drop_one(&session.known.hash);
    let stored = session.known.stored_hash();
    app.read_store(move |store, org| store.end_session(org, &stored))
        .await
}

/// Gives the password again in a session, for steps that ask for it; or a code of the authenticator app.
///
/// # Errors
/// As [`log_in`]; failures count.
pub async fn confirm_password(
    app: &Arc<App>,
    session: &Session,
    from: IpAddr,
    password: String,
) -> Result<(), Error> {
    if *session.kind() != Kind::LogIn {
        let (zh, en) = (
            "令牌不能代替本人确认密码",
            "a token cannot stand in for its person here",
        );
        return Err(refused_token(app, session, "confirm", zh, en).await);
    }
    // No password is as short as a code, so one input takes either.
    let code = password.trim().len() == 6;
    let login = &session.person.login;
    let proven = if code && codes::asked_for(app, login).await? {
        codes::prove(app, from, login, &password).await
    } else {
        prove(app, from, login, password).await.map(drop)
    };
    if let Err(error) = proven {
        // Whoever sits at an open session and does not know its password: that stands in the journal.
        return Err(
            match app
                .forbid(Some(&session.person.login), "confirm", "password")
                .await
            {
                fault @ Error::Fault { .. } => fault,
                _ => error,
            },
        );
    }
    confirmed(app, session).await
}

/// Notes that the person of a session showed just now that it is he.
pub(crate) async fn confirmed(app: &Arc<App>, session: &Session) -> Result<(), Error> {
    let now = app.now();
    session.known.confirmed.store(now.0, Ordering::Relaxed);
    let stored = session.known.stored_hash();
    app.read_store(move |store, org| store.touch_session(org, &stored, now, true))
        .await
}

/// Replaces one's own password. Every session and token of the person ends; a new session begins.
///
/// # Errors
/// `login` when the old password is wrong (failures count), `password` when the new one is too easy, or a fault.
pub async fn change_password(
    app: &Arc<App>,
    acting: &Acting,
    from: IpAddr,
    old: String,
    new: String,
    agent: &str,
) -> Result<Entered, Error> {
    replace(app, &acting.0, from, old, new, agent).await
}

/// As [`change_password`], where nothing else is allowed yet.
pub(crate) async fn change_first_password(
    app: &Arc<App>,
    pending: &Pending,
    from: IpAddr,
    old: String,
    new: String,
    agent: &str,
) -> Result<Entered, Error> {
    replace(app, &pending.0, from, old, new, agent).await
}

async fn replace(
    app: &Arc<App>,
    session: &Session,
    from: IpAddr,
    old: String,
    new: String,
    agent: &str,
) -> Result<Entered, Error> {
    if *session.kind() != Kind::LogIn {
        let (zh, en) = ("令牌不能更改密码", "a token cannot change the password");
        return Err(refused_token(app, session, "password", zh, en).await);
    }
    let person = prove(app, from, &session.person.login, old.clone()).await?;
    check_policy(&new, &person)?;
    if old == new {
        let refusal = engine::Refusal::new(
            Class::Field,
            "password",
            "新密码不能与原密码相同",
            "the new password is the old one",
        );
        return Err(refusal.at(None, "password").into());
    }
    let stored = app.passwords.hash(new).await?;
    app.act_credential(&Acting(session.clone()), person.login.clone(), stored)
        .await?;
    end_all(app, &person.login).await?;
    enter(app, person, from, agent, true).await
}

/// Sets another person's password, by an administrator. That person must replace it when he logs in next.
///
/// # Errors
/// A refusal (not an administrator, no such person, too easy) or a fault.
pub async fn set_password(
    app: &Arc<App>,
    acting: &Acting,
    login: &str,
    password: String,
) -> Result<store::Answer, Error> {
    let login: Arc<str> = login.into();
    if *login == *acting.person.login {
        return Err(Error::refused(
            StatusCode::FORBIDDEN,
            Class::Role,
            "password",
            "改本人的密码须先输入原密码",
            "to change your own password give the old one",
        ));
    }
    if let Some(person) = session::person(app, &login).await? {
        check_policy(&password, &person)?;
    }
    let stored = app.passwords.hash(password).await?;
    let answer = app.act_credential(acting, login.clone(), stored).await?;
    end_all(app, &login).await?;
    Ok(answer)
}

async fn end_all(app: &Arc<App>, login: &Arc<str>) -> Result<(), Error> {
    app.sessions.drop_login(login);
    let whose = login.clone();
    app.read_store(move |store, org| store.end_sessions(org, &whose))
        .await
}

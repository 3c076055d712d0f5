//! Further ways to sign in of a person: added by himself shortly after he showed who he is, taken away by himself or an
//! administrator, each with a row in the journal that holds no secret.

use std::sync::Arc;

use axum::http::StatusCode;
use engine::{Act, Class, Command};
use store::Factor;

use super::session::{Acting, Session};
use super::sessions::Kind;
use crate::App;
use crate::error::{Error, status_of};
use crate::text::random_key;

/// Minutes for which a proof given in a session counts where it is asked for again.
pub(crate) const CONFIRMED_MINUTES: i64 = 5;
/// Most ways to sign in of one kind that a person may have.
const KIND_MAX: usize = 20;

/// The refusal where a proof is asked for again.
pub(crate) fn unconfirmed() -> Error {
    Error::refused(
        StatusCode::FORBIDDEN,
        Class::Role,
        "confirm",
        "此操作须再次证明是您本人",
        "this asks you to show again that it is you",
    )
}

/// Refused to tokens: what only a person may do himself.
pub(crate) fn check_person(session: &Session) -> Result<(), Error> {
    if *session.kind() == Kind::LogIn {
        return Ok(());
    }
    Err(Error::refused(
        StatusCode::FORBIDDEN,
        Class::Role,
        "scope",
        "令牌不能代替本人",
        "a token cannot stand in for its person here",
    ))
}

/// Refused unless the person showed within five minutes that it is he.
pub(crate) fn check_fresh(app: &App, session: &Session) -> Result<(), Error> {
    check_person(session)?;
    if session.confirmed().plus_minutes(CONFIRMED_MINUTES) >= app.now() {
        Ok(())
    } else {
        Err(unconfirmed())
    }
}

/// The ways to sign in of a person, oldest first.
pub(crate) async fn factors(app: &Arc<App>, login: &Arc<str>) -> Result<Vec<Factor>, Error> {
    let login = login.clone();
    app.read_store(move |store, org| store.factors(org, &login))
        .await
}

/// Those of one kind.
pub(crate) fn of_kind(factors: &[Factor], kind: &str) -> Vec<Factor> {
    let of_kind = factors.iter().filter(|factor| factor.kind == kind);
    of_kind.cloned().collect()
}

/// Leaves a row in the journal; without an account of what was done nothing is done.
pub(crate) async fn record(
    app: &Arc<App>,
    acting: &Acting,
    login: &Arc<str>,
    [id, kind, name, digest]: [&str; 4],
) -> Result<(), Error> {
    let command = Command {
        org: app.org(),
        key: random_key()?,
        at: app.now(),
        actor: acting.person.login.clone(),
        on_behalf_of: None,
        act: Act::SignIn {
            login: login.clone(),
            id: id.into(),
            kind: kind.into(),
            name: name.into(),
            digest: digest.into(),
        },
    };
    let answer = app.store().submit(command).await?;
    match answer.outcome {
        Ok(_) => Ok(()),
        Err(refusal) => Err(Error::Refused {
            status: status_of(&refusal),
            refusal: Box::new(refusal),
            seq: Some(answer.seq),
        }),
    }
}

/// Adds one to the acting person. It counts from the journal's row on.
pub(crate) async fn add(app: &Arc<App>, acting: &Acting, factor: Factor) -> Result<(), Error> {
    check_fresh(app, acting)?;
    let login = acting.person.login.clone();
    let have = of_kind(&factors(app, &login).await?, &factor.kind);
    if have.iter().any(|one| one.id == factor.id) {
        return Err(taken());
    }
    if have.len() >= KIND_MAX {
        return Err(Error::refused(
            StatusCode::UNPROCESSABLE_ENTITY,
            Class::Field,
            "sign_in",
            "登录方式太多，请先移除不用的",
            "there are too many; take away one that you do not use",
        ));
    }
    let kept = factor.clone();
    let put = app
        .read_store(move |store, org| store.put_factor(org, &kept))
        .await?;
    if !put {
        return Err(taken());
    }
    let digest = factor.digest();
    let what = [&*factor.id, &factor.kind, &factor.name, &digest];
    let recorded = record(app, acting, &login, what).await;
    if recorded.is_err() {
        app.read_store(move |store, org| store.drop_factor(org, &login, &factor.id))
            .await?;
    }
    recorded
}

fn taken() -> Error {
    Error::refused(
        StatusCode::CONFLICT,
        Class::Field,
        "sign_in",
        "此登录方式已经登记",
        "this way to sign in is registered already",
    )
}

/// Takes one away from a person: himself, or an administrator.
pub(crate) async fn remove(
    app: &Arc<App>,
    acting: &Acting,
    login: &Arc<str>,
    id: &str,
) -> Result<(), Error> {
    check_fresh(app, acting)?;
    let found = factors(app, login).await?;
    let factor = found
        .into_iter()
        .find(|factor| factor.id == id)
        .ok_or(Error::NotFound)?;
    take_away(app, acting, factor).await
}

async fn take_away(app: &Arc<App>, acting: &Acting, factor: Factor) -> Result<(), Error> {
    let what = [&*factor.id, &factor.kind, &factor.name, ""];
    record(app, acting, &factor.login, what).await?;
    app.read_store(move |store, org| store.drop_factor(org, &factor.login, &factor.id))
        .await
}

/// Takes all of some kinds away from a person; how many there were. Codes that replace an app go with the app.
pub(crate) async fn reset(
    app: &Arc<App>,
    acting: &Acting,
    login: &Arc<str>,
    kinds: &[&str],
) -> Result<usize, Error> {
    check_fresh(app, acting)?;
    let found = factors(app, login).await?;
    let gone: Vec<Factor> = found
        .into_iter()
        .filter(|factor| kinds.contains(&&*factor.kind))
        .collect();
    let count = gone.len();
    for factor in gone {
        take_away(app, acting, factor).await?;
    }
    Ok(count)
}

//! One-time codes: enrolling an authenticator app, recovery codes, and the code that a log-in asks for.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::StatusCode;
use engine::{Class, Person, Refusal};
use kernel::Moment;
use store::Factor;

use super::attempts::Counted;
use super::challenges::{self, Asked, Purpose};
use super::factors::{add, check_fresh, factors, of_kind, reset};
use super::session::Acting;
use super::totp;
use crate::App;
use crate::error::Error;
use crate::text::{random, same, sha256};

/// Recovery codes made at a time.
const RECOVERY: usize = 10;
/// Longest code that is looked at, in bytes.
const TYPED_MAX: usize = 64;
/// Letters of recovery codes: none that is easily taken for another.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

/// An enrolment under way.
#[derive(Debug, Clone)]
pub(crate) struct Enrolment {
    /// Names it in the form.
    pub token: String,
    /// The secret that the app is to keep.
    pub secret: Vec<u8>,
}

fn wrong() -> Error {
    Error::refused(
        StatusCode::UNAUTHORIZED,
        Class::Role,
        "code",
        "动态码不对、已经用过或已过期",
        "the code is wrong, was used already or is out of date",
    )
}

fn purpose(login: &str) -> String {
    format!("totp/{login}")
}

fn locked_away() -> Error {
    Error::refused(
        StatusCode::FORBIDDEN,
        Class::Role,
        "code",
        "本服务器的密钥打不开这个验证器的密钥，请管理员重设",
        "the key of this server does not open the secret of this authenticator; ask an administrator to reset it",
    )
}

/// Whether a log-in of this person by password asks for a code too.
pub(crate) async fn asked_for(app: &Arc<App>, login: &Arc<str>) -> Result<bool, Error> {
    let factors = factors(app, login).await?;
    Ok(factors.iter().any(|factor| factor.kind == "totp"))
}

/// Makes a secret and shows it; it counts for nothing until [`confirm`].
pub(crate) async fn begin(app: &Arc<App>, acting: &Acting) -> Result<Enrolment, Error> {
    check_fresh(app, acting)?;
    if asked_for(app, &acting.person.login).await? {
        return Err(Refusal::new(
            Class::Field,
            "sign_in",
            "已有验证器，请先移除",
            "there is an authenticator already; take it away first",
        )
        .into());
    }
    let secret = random::<{ totp::SECRET }>()?;
    let token = engine::hex(&random::<16>()?).to_string();
    let sealed = seal(app, &acting.person, &secret)?;
    let asked = Asked::of(acting);
    challenges::ask(app, Purpose::Totp, &asked, token.as_bytes(), sealed).await?;
    Ok(Enrolment {
        token,
        secret: secret.to_vec(),
    })
}

fn seal(app: &App, person: &Person, secret: &[u8]) -> Result<String, Error> {
    let sealed = app.secret_key()?.seal(&purpose(&person.login), secret);
    sealed.map_err(|error| Error::fault("sealing a secret", &error))
}

/// The enrolment again, after a wrong code.
pub(crate) async fn enrolment(
    app: &Arc<App>,
    acting: &Acting,
    token: &str,
) -> Result<Enrolment, Error> {
    let asked = Asked::of(acting);
    let kept = challenges::look(app, Purpose::Totp, &asked, token.as_bytes()).await?;
    let key = app.secret_key()?;
    let secret = key
        .open(&purpose(&acting.person.login), &kept.body)
        .map_err(|_| locked_away())?;
    Ok(Enrolment {
        token: token.to_owned(),
        secret,
    })
}

/// Enrols: the app knows the secret, since its code is right. Gives recovery codes, which nobody sees again.
pub(crate) async fn confirm(
    app: &Arc<App>,
    acting: &Acting,
    from: IpAddr,
    token: &str,
    typed: &str,
) -> Result<Vec<String>, Error> {
    check_fresh(app, acting)?;
    let counted = Counted::code(&acting.person.login, from);
    counted.check(app, app.now()).await?;
    let enrolment = enrolment(app, acting, token).await?;
    let now = app.now();
    let Some(step) = totp::matching(&enrolment.secret, typed, now, 0) else {
        return Err(fail(app, &counted, &acting.person.login).await?);
    };
    let asked = Asked::of(acting);
    let kept = challenges::take(app, Purpose::Totp, &asked, token.as_bytes()).await?;
    if asked_for(app, &acting.person.login).await? {
        return Err(challenges::expired());
    }
    let factor = Factor {
        login: acting.person.login.clone(),
        id: engine::hex(&random::<16>()?).to_string(),
        kind: "totp".to_owned(),
        name: String::new(),
        body: kept.body,
        created: now,
        used: now,
        // The code that confirmed it logs nobody in.
        counter: step,
    };
    add(app, acting, factor).await?;
    renew_recovery(app, acting).await
}

/// New recovery codes; those of before are void.
pub(crate) async fn renew_recovery(app: &Arc<App>, acting: &Acting) -> Result<Vec<String>, Error> {
    let mut codes = Vec::with_capacity(RECOVERY);
    for _ in 0..RECOVERY {
        codes.push(recovery_code()?);
    }
    let hashes: Vec<Arc<str>> = codes.iter().map(|code| hash(code)).collect();
    reset(app, acting, &acting.person.login, &["recovery"]).await?;
    let factor = Factor {
        login: acting.person.login.clone(),
        id: engine::hex(&random::<16>()?).to_string(),
        kind: "recovery".to_owned(),
        name: String::new(),
        body: hashes.join(" "),
        created: app.now(),
        used: Moment(0),
        counter: 0,
    };
    add(app, acting, factor).await?;
    Ok(codes)
}

/// Eighty random bits in four groups of four letters.
fn recovery_code() -> Result<String, Error> {
    let bytes = random::<16>()?;
    let letters = bytes
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte & 31)]));
    let mut out = String::new();
    for (at, letter) in letters.enumerate() {
        if at > 0 && at % 4 == 0 {
            out.push('-');
        }
        out.push(letter);
    }
    Ok(out)
}

fn hash(code: &str) -> Arc<str> {
    let plain: String = code
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    sha256(format!("recovery {plain}").as_bytes())
}

/// How many recovery codes are left of a set.
pub(crate) fn left(recovery: &Factor) -> u32 {
    let made = u32::try_from(recovery.body.split(' ').count()).unwrap_or(0);
    made.saturating_sub(recovery.counter.count_ones())
}

/// Counts a wrong code.
async fn fail(app: &Arc<App>, counted: &Counted, login: &Arc<str>) -> Result<Error, Error> {
    if counted.failed(app, app.now()).await? {
        app.forbid(None, "code.locked", login).await;
    }
    Ok(wrong())
}

/// Checks a code of a person's app, or one of his recovery codes, and uses it up. Wrong ones count.
pub(crate) async fn prove(
    app: &Arc<App>,
    from: IpAddr,
    login: &Arc<str>,
    typed: &str,
) -> Result<(), Error> {
    let counted = Counted::code(login, from);
    counted.check(app, app.now()).await?;
    let typed = typed.trim();
    let found = factors(app, login).await?;
    if typed.len() <= TYPED_MAX
        && (by_app(app, login, &found, typed).await? || by_recovery(app, &found, typed).await?)
    {
        return counted.succeeded(app).await;
    }
    Err(fail(app, &counted, login).await?)
}

async fn use_up(app: &Arc<App>, factor: Factor, counter: i64) -> Result<bool, Error> {
    let now = app.now();
    app.read_store(move |store, org| store.advance_factor(org, &factor, counter, now))
        .await
}

async fn by_app(app: &Arc<App>, login: &str, found: &[Factor], typed: &str) -> Result<bool, Error> {
    for factor in of_kind(found, "totp") {
        let key = app.secret_key()?;
        let secret = key
            .open(&purpose(login), &factor.body)
            .map_err(|_| locked_away());
        // A recovery code helps even where the key is lost.
        let secret = match secret {
            Ok(secret) => secret,
            Err(lost) if typed.len() == 6 => return Err(lost),
            Err(_) => continue,
        };
        let step = totp::matching(&secret, typed, app.now(), factor.counter);
        if let Some(step) = step {
            // Of two who type the same code at once, one gets in.
            return use_up(app, factor, step).await;
        }
    }
    Ok(false)
}

async fn by_recovery(app: &Arc<App>, found: &[Factor], typed: &str) -> Result<bool, Error> {
    let given = hash(typed);
    for factor in of_kind(found, "recovery") {
        let mut at = None;
        for (place, stored) in factor.body.split(' ').enumerate() {
            if same(stored.as_bytes(), given.as_bytes()) && at.is_none() {
                at = Some(place);
            }
        }
        let Some(bit) = at.filter(|place| *place < 63).map(|place| 1i64 << place) else {
            continue;
        };
        if factor.counter & bit == 0 {
            let counter = factor.counter | bit;
            return use_up(app, factor, counter).await;
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_codes_are_read_as_people_type_them() {
        let code = recovery_code().unwrap();
        assert_eq!(code.len(), 19, "{code}");
        assert_ne!(code, recovery_code().unwrap());
        let spaced = format!(" {} ", code.to_uppercase().replace('-', " "));
        assert_eq!(hash(&code), hash(&spaced));
        assert_eq!(hash(&code), hash(&code.replace('-', "")));
        assert_ne!(hash(&code), hash(&code[1..]));
    }
}

//! Passkeys of persons: making them, logging in by them, and showing by one that it is still he. What a browser answers is
//! checked in [`super::webauthn`].

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::{Class, Person};
use kernel::Moment;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::Factor;

use super::attempts::Counted;
use super::challenges::{self, Asked, Purpose};
use super::factors::{add, check_fresh, check_person, factors, of_kind};
use super::login::{confirmed, enter};
use super::session::{self, Acting, Session};
use super::webauthn::{self, ALGORITHMS, Assertion, Credential, Expected, PublicKey, Wrong};
use super::{Entered, agent};
use crate::App;
use crate::error::Error;
use crate::parts::lang::{Lang, t};
use crate::text::{random, sha256};

/// Milliseconds that a browser may wait for its person.
const PATIENCE: u32 = 240_000;
/// Longest name of a passkey.
const NAME_MAX: usize = 60;

/// The host that passkeys are for, and the origin of our pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    pub rp_id: String,
    pub origin: String,
}

/// Where the browser believes to be. Passkeys are for a name over TLS, or for `localhost`; an address of numbers has none.
pub(crate) fn site(app: &App, headers: &HeaderMap) -> Option<Site> {
    let origin = super::origin(app, headers)?;
    let host = origin.split_once("://")?.1;
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) {
            name
        } else {
            host
        }
    });
    let local = name == "localhost" || name.ends_with(".localhost");
    let named = name.contains('.') && name.parse::<IpAddr>().is_err() && !name.contains('[');
    if local || (named && origin.starts_with("https://")) {
        Some(Site {
            rp_id: name.to_owned(),
            origin,
        })
    } else {
        None
    }
}

fn nowhere() -> Error {
    Error::refused(
        StatusCode::FORBIDDEN,
        Class::Request,
        "passkey",
        "通行密钥须经 HTTPS 以域名访问（或 localhost）",
        "passkeys need HTTPS and a host name (or localhost)",
    )
}

/// One sentence for a passkey that nobody has and one that was used wrongly.
fn wrong() -> Error {
    Error::refused(
        StatusCode::UNAUTHORIZED,
        Class::Role,
        "passkey",
        "通行密钥不被接受",
        "this passkey is not accepted",
    )
}

/// Bytes as JavaScript sends them: base64url without padding.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bytes(pub Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(deserializer)?;
        URL_SAFE_NO_PAD
            .decode(text)
            .map(Bytes)
            .map_err(|_| serde::de::Error::custom("expected base64url without padding"))
    }
}

/// A new passkey as the script sends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Made {
    pub name: String,
    pub client_data: Bytes,
    pub attestation: Bytes,
}

/// A passkey's answer as the script sends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Used {
    pub id: Bytes,
    pub client_data: Bytes,
    pub authenticator_data: Bytes,
    pub signature: Bytes,
    #[serde(default)]
    pub user_handle: Option<Bytes>,
    /// Where to go afterwards.
    #[serde(default)]
    pub next: String,
}

/// What is stored of a passkey.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    id: String,
    key: String,
    rp_id: String,
    backup_eligible: bool,
}

/// The name under which an authenticator keeps a person: nothing in it tells who he is.
fn handle(app: &App, login: &str) -> Vec<u8> {
    let text = format!("countersign passkey {} {login}", app.org().0);
    crate::text::unhex(&sha256(text.as_bytes())).unwrap_or_default()
}

fn factor_id(credential: &[u8]) -> String {
    sha256(&[b"passkey ", credential].concat()).to_string()
}

fn credential_of(factor: &Factor) -> Option<(Credential, Body)> {
    let body: Body = serde_json::from_str(&factor.body).ok()?;
    let credential = Credential {
        id: crate::text::unhex(&body.id)?,
        key: PublicKey::restored(&body.key)?,
        count: u32::try_from(factor.counter).ok()?,
        backup_eligible: body.backup_eligible,
    };
    Some((credential, body))
}

fn descriptor(factor: &Factor) -> Option<Value> {
    let (credential, _) = credential_of(factor)?;
    Some(json!({"type": "public-key", "id": URL_SAFE_NO_PAD.encode(credential.id)}))
}

/// What `navigator.credentials.create` is to be asked.
pub(crate) async fn creation(
    app: &Arc<App>,
    acting: &Acting,
    headers: &HeaderMap,
    lang: Lang,
) -> Result<Value, Error> {
    check_fresh(app, acting)?;
    let site = site(app, headers).ok_or_else(nowhere)?;
    let person = &acting.person;
    let challenge = random::<32>()?;
    let asked = Asked::of(acting);
    challenges::ask(app, Purpose::Register, &asked, &challenge, String::new()).await?;
    let have = of_kind(&factors(app, &person.login).await?, "passkey");
    let company = &app.settings().company;
    let kinds: Vec<Value> = ALGORITHMS
        .iter()
        .map(|algorithm| json!({"type": "public-key", "alg": algorithm}))
        .collect();
    Ok(json!({
        "challenge": URL_SAFE_NO_PAD.encode(challenge),
        "rp": {"id": site.rp_id, "name": t(lang, &company.zh, &company.en)},
        "user": {
            "id": URL_SAFE_NO_PAD.encode(handle(app, &person.login)),
            "name": &*person.login,
            "displayName": &*person.name,
        },
        "pubKeyCredParams": kinds,
        "timeout": PATIENCE,
        "excludeCredentials": have.iter().filter_map(descriptor).collect::<Vec<_>>(),
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": true,
            "userVerification": "required",
        },
        "attestation": "none",
    }))
}

fn expected<'a>(challenge: &'a [u8], site: &'a Site) -> Expected<'a> {
    Expected {
        challenge,
        origin: &site.origin,
        rp_id: &site.rp_id,
        user_verification: true,
    }
}

/// Leaves in the journal why a passkey was not believed; nobody else is told.
async fn refuse(app: &Arc<App>, person: Option<&str>, why: Wrong) -> Error {
    match app.forbid(person, "passkey", why.0).await {
        fault @ Error::Fault { .. } => fault,
        _ => wrong(),
    }
}

/// Keeps a passkey that was made as asked.
pub(crate) async fn register(
    app: &Arc<App>,
    acting: &Acting,
    headers: &HeaderMap,
    made: Made,
) -> Result<(), Error> {
    check_fresh(app, acting)?;
    let site = site(app, headers).ok_or_else(nowhere)?;
    let name = made.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX {
        let refusal = engine::Refusal::new(
            Class::Field,
            "sign_in",
            "名称须为 1 至 60 字",
            "a name has 1 to 60 characters",
        );
        return Err(refusal.at(None, "name").into());
    }
    let challenge = webauthn::challenge_of(&made.client_data.0).ok_or_else(challenges::expired)?;
    let asked = Asked::of(acting);
    challenges::take(app, Purpose::Register, &asked, &challenge).await?;
    let answer = webauthn::Registration {
        client_data: &made.client_data.0,
        attestation: &made.attestation.0,
    };
    let login = &acting.person.login;
    let credential = match webauthn::register(&answer, &expected(&challenge, &site)) {
        Ok(credential) => credential,
        Err(why) => return Err(refuse(app, Some(login), why).await),
    };
    let body = Body {
        id: engine::hex(&credential.id).to_string(),
        key: credential.key.stored(),
        rp_id: site.rp_id,
        backup_eligible: credential.backup_eligible,
    };
    let factor = Factor {
        login: login.clone(),
        id: factor_id(&credential.id),
        kind: "passkey".to_owned(),
        name: name.to_owned(),
        body: serde_json::to_string(&body).unwrap_or_default(),
        created: app.now(),
        used: Moment(0),
        counter: i64::from(credential.count),
    };
    add(app, acting, factor).await
}

fn request(challenge: &[u8], site: &Site, allowed: Vec<Value>) -> Value {
    json!({
        "challenge": URL_SAFE_NO_PAD.encode(challenge),
        "rpId": site.rp_id,
        "timeout": PATIENCE,
        "userVerification": "required",
        "allowCredentials": allowed,
    })
}

/// What `navigator.credentials.get` is to be asked at the log-in page: any passkey that the browser has for us.
pub(crate) async fn entrance(
    app: &Arc<App>,
    before: &str,
    headers: &HeaderMap,
) -> Result<Value, Error> {
    let site = site(app, headers).ok_or_else(nowhere)?;
    let challenge = random::<32>()?;
    let asked = Asked::browser(before);
    challenges::ask(app, Purpose::Enter, &asked, &challenge, String::new()).await?;
    Ok(request(&challenge, &site, Vec::new()))
}

/// The same for a person who is logged in: one of his own.
pub(crate) async fn confirmation(
    app: &Arc<App>,
    acting: &Acting,
    headers: &HeaderMap,
) -> Result<Value, Error> {
    check_person(acting)?;
    let site = site(app, headers).ok_or_else(nowhere)?;
    let challenge = random::<32>()?;
    let asked = Asked::of(acting);
    challenges::ask(app, Purpose::Confirm, &asked, &challenge, String::new()).await?;
    let own = of_kind(&factors(app, &acting.person.login).await?, "passkey");
    Ok(request(
        &challenge,
        &site,
        own.iter().filter_map(descriptor).collect(),
    ))
}

/// Whose passkey answered, if it is believed; the use is noted.
async fn prove(
    app: &Arc<App>,
    site: &Site,
    challenge: &[u8],
    used: &Used,
) -> Result<Arc<Person>, Error> {
    let id = factor_id(&used.id.0);
    let found = app
        .read_store(move |store, org| store.factor_of_id(org, &id))
        .await?;
    let Some(factor) = found.filter(|factor| factor.kind == "passkey") else {
        return Err(refuse(app, None, Wrong("nobody has this passkey")).await);
    };
    let login = factor.login.clone();
    let person = session::person(app, &login).await?;
    let Some(person) = person.filter(|person| person.active) else {
        return Err(refuse(app, Some(&login), Wrong("the account is out of use")).await);
    };
    let known = credential_of(&factor)
        .filter(|(credential, body)| credential.id == used.id.0 && body.rp_id == site.rp_id);
    let Some((credential, _)) = known else {
        return Err(refuse(app, Some(&login), Wrong("the passkey is for another host")).await);
    };
    // Section 7.2, step 6: the authenticator must mean the same person.
    if let Some(given) = &used.user_handle
        && given.0 != handle(app, &login)
    {
        return Err(refuse(app, Some(&login), Wrong("the passkey is another's")).await);
    }
    let answer = Assertion {
        client_data: &used.client_data.0,
        authenticator_data: &used.authenticator_data.0,
        signature: &used.signature.0,
    };
    let count = match webauthn::authenticate(&answer, &credential, &expected(challenge, site)) {
        Ok(count) => count,
        Err(why) => return Err(refuse(app, Some(&login), why).await),
    };
    let now = app.now();
    let noted = app
        .read_store(move |store, org| store.advance_factor(org, &factor, i64::from(count), now))
        .await?;
    if noted { Ok(person) } else { Err(wrong()) }
}

/// Logs in by passkey alone: it is something that one has, and finger, face or code unlock it.
pub(crate) async fn log_in(
    app: &Arc<App>,
    before: &str,
    from: IpAddr,
    headers: &HeaderMap,
    used: &Used,
) -> Result<Entered, Error> {
    let site = site(app, headers).ok_or_else(nowhere)?;
    let counted = Counted::address(from);
    counted.check(app, app.now()).await?;
    let challenge = webauthn::challenge_of(&used.client_data.0).ok_or_else(challenges::expired)?;
    let asked = Asked::browser(before);
    challenges::take(app, Purpose::Enter, &asked, &challenge).await?;
    match prove(app, &site, &challenge, used).await {
        Ok(person) => enter(app, person, from, agent(headers), true).await,
        Err(error) => {
            counted.failed(app, app.now()).await?;
            Err(error)
        }
    }
}

/// Shows in a session that it is still its person.
pub(crate) async fn confirm(
    app: &Arc<App>,
    acting: &Acting,
    from: IpAddr,
    headers: &HeaderMap,
    used: &Used,
) -> Result<(), Error> {
    check_person(acting)?;
    let site = site(app, headers).ok_or_else(nowhere)?;
    let counted = Counted::address(from);
    counted.check(app, app.now()).await?;
    let challenge = webauthn::challenge_of(&used.client_data.0).ok_or_else(challenges::expired)?;
    let asked = Asked::of(acting);
    challenges::take(app, Purpose::Confirm, &asked, &challenge).await?;
    let proven = prove(app, &site, &challenge, used).await;
    let session: &Session = acting;
    match proven {
        Ok(person) if person.login == session.person.login => confirmed(app, session).await,
        Ok(_) => {
            counted.failed(app, app.now()).await?;
            let login = &acting.person.login;
            Err(refuse(app, Some(login), Wrong("the passkey is another's")).await)
        }
        Err(error) => {
            counted.failed(app, app.now()).await?;
            Err(error)
        }
    }
}

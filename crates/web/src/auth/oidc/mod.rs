//! Logging in by the organisation's own provider: OpenID Connect Core 1.0, authorization code flow, with PKCE (RFC 7636),
//! state and nonce. Only what was linked by its person opens an account; none is ever made here.
//!
//! Without a provider in the settings nothing here opens a connection.

mod http;
mod token;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use engine::Class;
use model::Label;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;

use super::challenges::{self, Asked, Purpose};
use crate::App;
use crate::error::Error;
use crate::text::{percent, random, sha256};
use http::{Call, Http, Unreachable, is_safe};
use token::{Claims, Expected, Keys, Refused};

/// How long what a provider says of itself is believed.
const BELIEVED: Duration = Duration::from_secs(3_600);
/// How often keys may be asked for anew when a token is signed by an unknown one.
const ASKED_AGAIN: Duration = Duration::from_secs(10);

/// What an installation says of its provider.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// The provider's name for itself, an `https` address.
    pub issuer: String,
    /// Ours with it.
    pub client_id: String,
    /// The secret that goes with it; a public client has none.
    #[serde(default)]
    pub client_secret: Option<String>,
    /// What the button at the log-in page calls it; in Chinese.
    #[serde(default)]
    pub name_zh: Option<String>,
    /// The same in English.
    #[serde(default)]
    pub name_en: Option<String>,
    /// PEM file of the authorities that sign the provider's certificate, where the system does not know them.
    #[serde(default)]
    pub ca_file: Option<std::path::PathBuf>,
}

impl std::fmt::Debug for OidcSettings {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OidcSettings")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// A provider that people may log in by.
#[derive(Debug)]
pub struct Oidc {
    settings: OidcSettings,
    http: Http,
    known: Mutex<Option<Known>>,
}

/// What a provider says of itself.
#[derive(Debug, Clone)]
struct Known {
    about: Arc<About>,
    keys: Arc<Keys>,
    read: Instant,
}

/// OpenID Connect Discovery 1.0, section 3.
#[derive(Debug, Deserialize)]
struct About {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// What belongs to one way there and back.
#[derive(Debug, Serialize, Deserialize)]
struct Journey {
    nonce: String,
    verifier: String,
    next: String,
    redirect: String,
}

/// Who came back from the provider, and where he wanted to go.
#[derive(Debug)]
pub(crate) struct Arrived {
    /// Names the account at the provider.
    pub id: String,
    pub subject: String,
    pub name: String,
    pub next: String,
}

/// What the provider sends back with the browser.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    pub state: String,
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub error: String,
    #[serde(default)]
    pub iss: Option<String>,
}

fn unreachable(why: &Unreachable) -> Error {
    tracing::warn!(error = %why, "the identity provider cannot be used");
    Error::refused(
        StatusCode::BAD_GATEWAY,
        Class::Request,
        "oidc_provider",
        "暂时无法使用企业账号登录，请用密码登录",
        "the identity provider cannot be used at the moment; log in by password",
    )
}

/// The refusal of whoever the provider did not vouch for.
fn refused() -> Error {
    Error::refused(
        StatusCode::UNAUTHORIZED,
        Class::Role,
        "oidc",
        "企业账号登录没有完成，请重新开始",
        "logging in by the identity provider was not completed; begin again",
    )
}

/// Leaves in the journal why, and tells the browser only that.
async fn refuse(app: &Arc<App>, why: &str) -> Error {
    match app.forbid(None, "oidc", why).await {
        fault @ Error::Fault { .. } => fault,
        _ => refused(),
    }
}

fn hex<const N: usize>() -> Result<String, Error> {
    Ok(engine::hex(&random::<N>()?).to_string())
}

impl Oidc {
    /// A provider by its settings; nothing is asked of it yet.
    ///
    /// # Errors
    /// In words, when the issuer is no `https` address (or `http` on this machine), the client has no name, or a file of
    /// authorities cannot be read.
    pub fn new(settings: OidcSettings) -> Result<Oidc, String> {
        if !is_safe(&settings.issuer) {
            return Err(format!("issuer {:?} is no https address", settings.issuer));
        }
        if settings.client_id.is_empty() {
            return Err("client_id is empty".to_owned());
        }
        let authorities = match &settings.ca_file {
            Some(path) => {
                Some(std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?)
            }
            None => None,
        };
        let http = Http::new(authorities.as_deref()).map_err(|error| error.to_string())?;
        Ok(Oidc {
            settings,
            http,
            known: Mutex::default(),
        })
    }

    /// What people call it.
    pub fn label(&self) -> Label {
        let host = self.settings.issuer.split("://").nth(1).unwrap_or("");
        let host = host.split('/').next().unwrap_or("");
        let name = |own: &Option<String>| own.clone().unwrap_or_else(|| host.to_owned());
        Label {
            zh: name(&self.settings.name_zh).into(),
            en: name(&self.settings.name_en).into(),
        }
    }

    async fn json<T: serde::de::DeserializeOwned>(&self, url: &str) -> Result<T, Unreachable> {
        let (status, body) = self.http.ask(url, Call::default()).await?;
        if status != 200 {
            return Err(Unreachable(format!("{url} answers {status}")));
        }
        serde_json::from_slice(&body).map_err(|error| Unreachable(format!("{url}: {error}")))
    }

    /// What the provider says of itself, from memory where it is fresh.
    async fn known(&self) -> Result<Known, Unreachable> {
        let mut kept = self.known.lock().await;
        if let Some(known) = kept
            .as_ref()
            .filter(|known| known.read.elapsed() < BELIEVED)
        {
            return Ok(known.clone());
        }
        let issuer = self.settings.issuer.trim_end_matches('/');
        let url = format!("{issuer}/.well-known/openid-configuration");
        let about: About = self.json(&url).await?;
        if about.issuer != self.settings.issuer {
            return Err(Unreachable(format!(
                "{url} speaks for {} and not for {}",
                about.issuer, self.settings.issuer
            )));
        }
        let known = Known {
            keys: Arc::new(self.json(&about.jwks_uri).await?),
            about: Arc::new(about),
            read: Instant::now(),
        };
        *kept = Some(known.clone());
        Ok(known)
    }

    /// Its keys, asked for anew: providers change them.
    async fn keys_again(&self) -> Result<Arc<Keys>, Unreachable> {
        let mut kept = self.known.lock().await;
        let Some(known) = kept.as_mut() else {
            return Err(Unreachable("nothing is known of the provider".to_owned()));
        };
        if known.read.elapsed() < ASKED_AGAIN {
            return Ok(known.keys.clone());
        }
        known.keys = Arc::new(self.json(&known.about.jwks_uri).await?);
        known.read = Instant::now();
        Ok(known.keys.clone())
    }

    /// Where the browser is to go, after what belongs to the journey was kept.
    pub(crate) async fn depart(
        &self,
        app: &Arc<App>,
        purpose: Purpose,
        asked: &Asked,
        origin: &str,
        next: &str,
    ) -> Result<String, Error> {
        let known = self.known().await.map_err(|why| unreachable(&why))?;
        let state = hex::<32>()?;
        let journey = Journey {
            nonce: hex::<16>()?,
            verifier: URL_SAFE_NO_PAD.encode(random::<32>()?),
            next: next.to_owned(),
            redirect: format!("{origin}/login/oidc/back"),
        };
        let kept = serde_json::to_string(&journey).unwrap_or_default();
        challenges::ask(app, purpose, asked, state.as_bytes(), kept).await?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(journey.verifier.as_bytes()));
        let query = [
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", &journey.redirect),
            ("scope", "openid profile"),
            ("state", &state),
            ("nonce", &journey.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let there = &known.about.authorization_endpoint;
        if !is_safe(there) {
            let why = Unreachable(format!("{there} is not an address over TLS"));
            return Err(unreachable(&why));
        }
        let mark = if there.contains('?') { '&' } else { '?' };
        Ok(format!("{there}{mark}{}", form(&query)))
    }

    /// Who came back. The state is used up first, so that no answer counts twice.
    pub(crate) async fn arrive(
        &self,
        app: &Arc<App>,
        purpose: Purpose,
        asked: &Asked,
        answer: &Answer,
    ) -> Result<Arrived, Error> {
        let kept = challenges::take(app, purpose, asked, answer.state.as_bytes()).await;
        let kept = match kept {
            Ok(kept) => kept,
            Err(error @ Error::Fault { .. }) => return Err(error),
            Err(_) => return Err(refuse(app, "wrong state").await),
        };
        let journey: Journey = serde_json::from_str(&kept.body)
            .map_err(|error| Error::fault("reading a challenge", &error))?;
        let known = self.known().await.map_err(|why| unreachable(&why))?;
        // RFC 9207: an answer of another provider is none.
        let other = match &answer.iss {
            Some(issuer) => *issuer != self.settings.issuer,
            None => known.about.authorization_response_iss_parameter_supported,
        };
        if other {
            return Err(refuse(app, "wrong issuer").await);
        }
        if !answer.error.is_empty() || answer.code.is_empty() {
            let why: String = answer.error.chars().take(60).collect();
            return Err(refuse(app, &format!("the provider said: {why}")).await);
        }
        let token = match self.redeem(&known.about, &journey, &answer.code).await {
            Ok(Some(token)) => token,
            Ok(None) => return Err(refuse(app, "the code was not accepted").await),
            Err(why) => return Err(unreachable(&why)),
        };
        let expected = Expected {
            issuer: &self.settings.issuer,
            client: &self.settings.client_id,
            nonce: &journey.nonce,
            now: app.now().0.div_euclid(1_000_000),
        };
        let claims = match token::check(&token, &known.keys, &expected) {
            Err(Refused::UnknownKey) => {
                let keys = self.keys_again().await.map_err(|why| unreachable(&why))?;
                token::check(&token, &keys, &expected)
            }
            other => other,
        };
        match claims {
            Ok(claims) => Ok(self.arrived(claims, journey.next)),
            Err(why) => Err(refuse(app, why.text()).await),
        }
    }

    fn arrived(&self, claims: Claims, next: String) -> Arrived {
        let named = format!("oidc\0{}\0{}", self.settings.issuer, claims.subject);
        Arrived {
            id: sha256(named.as_bytes()).to_string(),
            subject: claims.subject,
            name: claims.name,
            next,
        }
    }

    /// Exchanges the code for an ID token (section 3.1.3); `None` when the provider does not accept it.
    async fn redeem(
        &self,
        about: &About,
        journey: &Journey,
        code: &str,
    ) -> Result<Option<String>, Unreachable> {
        #[derive(Deserialize)]
        struct Tokens {
            id_token: String,
        }
        let client = &self.settings.client_id;
        let secret = self.settings.client_secret.as_deref();
        let methods = about.token_endpoint_auth_methods_supported.as_deref();
        // Section 9: basic, unless the provider names others.
        let basic =
            methods.is_none_or(|methods| methods.iter().any(|m| m == "client_secret_basic"));
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &journey.redirect),
            ("code_verifier", &journey.verifier),
        ];
        let mut authorization = None;
        match secret {
            Some(secret) if basic => {
                let both = format!("{}:{}", percent(client), percent(secret));
                authorization = Some(format!("Basic {}", STANDARD.encode(both)));
            }
            Some(secret) => fields.extend([("client_id", &**client), ("client_secret", secret)]),
            None => fields.push(("client_id", client)),
        }
        let call = Call {
            form: Some(&form(&fields)),
            authorization: authorization.as_deref(),
        };
        let (status, body) = self.http.ask(&about.token_endpoint, call).await?;
        if (400..500).contains(&status) {
            let said: BTreeMap<String, serde_json::Value> =
                serde_json::from_slice(&body).unwrap_or_default();
            tracing::warn!(status, error = ?said.get("error"), "the provider did not accept a code");
            return Ok(None);
        }
        if status != 200 {
            return Err(Unreachable(format!(
                "{} answers {status}",
                about.token_endpoint
            )));
        }
        let tokens: Tokens = serde_json::from_slice(&body)
            .map_err(|error| Unreachable(format!("{}: {error}", about.token_endpoint)))?;
        Ok(Some(tokens.id_token))
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", percent(value)))
        .collect();
    pairs.join("&")
}

//! Logging in by a provider on this machine: one that speaks OpenID Connect over a socket, honestly and otherwise.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair as RsaKeyPair, PublicKeyComponents};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use web::auth::oidc::{Oidc, OidcSettings};

use crate::common::browser::{Browser, browser, csrf_of, log_in};
use crate::common::{Company, PASSWORD, Reply};

const CLIENT: &str = "countersign";
const SECRET: &str = "s3cret:&/";

/// How a provider lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lie {
    None,
    Nonce,
    Audience,
    Expired,
    Issuer,
    /// Signed by a key that is not among those shown.
    Signature,
    /// A header that says no signature is needed.
    Unsigned,
    /// The code is not accepted.
    Code,
}

/// What was asked when a code was given.
struct Asked {
    nonce: String,
    challenge: String,
    redirect: String,
}

struct Provider {
    issuer: String,
    es256: EcdsaKeyPair,
    stranger: EcdsaKeyPair,
    rs256: RsaKeyPair,
    lie: Mutex<Lie>,
    by_rsa: Mutex<bool>,
    subject: Mutex<String>,
    codes: Mutex<HashMap<String, Asked>>,
    now: i64,
}

fn coded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn elliptic() -> EcdsaKeyPair {
    let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
    let made = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("a key");
    EcdsaKeyPair::from_pkcs8(kind, made.as_ref(), &random).expect("a key")
}

impl Provider {
    async fn start(company_now: i64) -> Arc<Provider> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let port = listener.local_addr().expect("a port").port();
        let provider = Arc::new(Provider {
            issuer: format!("http://127.0.0.1:{port}"),
            es256: elliptic(),
            stranger: elliptic(),
            rs256: RsaKeyPair::from_pkcs8(include_bytes!("keys/provider-rsa.pk8")).expect("a key"),
            lie: Mutex::new(Lie::None),
            by_rsa: Mutex::new(false),
            subject: Mutex::new("sub-wang".to_owned()),
            codes: Mutex::default(),
            now: company_now,
        });
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(about))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        provider
    }

    fn lies(&self, lie: Lie) {
        *self.lie.lock().unwrap() = lie;
    }

    fn id_token(&self, nonce: &str) -> String {
        let lie = *self.lie.lock().unwrap();
        let by_rsa = *self.by_rsa.lock().unwrap();
        let (algorithm, kid) = match (lie, by_rsa) {
            (Lie::Unsigned, _) => ("none", "es"),
            (_, true) => ("RS256", "rs"),
            _ => ("ES256", "es"),
        };
        let claims = json!({
            "iss": if lie == Lie::Issuer { "http://127.0.0.1:1" } else { &self.issuer },
            "aud": if lie == Lie::Audience { "another" } else { CLIENT },
            "sub": *self.subject.lock().unwrap(),
            "nonce": if lie == Lie::Nonce { "another" } else { nonce },
            "iat": self.now - 5,
            "exp": if lie == Lie::Expired { self.now - 3_600 } else { self.now + 300 },
            "preferred_username": "wang@corp.example",
        });
        let header = json!({"alg": algorithm, "kid": kid, "typ": "JWT"});
        let signed = format!(
            "{}.{}",
            coded(header.to_string()),
            coded(claims.to_string())
        );
        let random = SystemRandom::new();
        let signature = match (lie, by_rsa) {
            (Lie::Unsigned, _) => Vec::new(),
            (Lie::Signature, _) => self
                .stranger
                .sign(&random, signed.as_bytes())
                .expect("signed")
                .as_ref()
                .to_vec(),
            (_, true) => {
                let mut out = vec![0; self.rs256.public().modulus_len()];
                self.rs256
                    .sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut out)
                    .expect("signed");
                out
            }
            _ => self
                .es256
                .sign(&random, signed.as_bytes())
                .expect("signed")
                .as_ref()
                .to_vec(),
        };
        format!("{signed}.{}", coded(signature))
    }
}

async fn about(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
    }))
}

async fn keys(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let point = provider.es256.public_key().as_ref().to_vec();
    let rsa: PublicKeyComponents<Vec<u8>> = provider.rs256.public().into();
    Json(json!({"keys": [
        {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "es", "x": coded(&point[1..33]), "y": coded(&point[33..])},
        {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "rs", "n": coded(rsa.n), "e": coded(rsa.e)},
    ]}))
}

/// Whoever comes here is logged in at the provider already.
async fn authorize(
    State(provider): State<Arc<Provider>>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let text = |name: &str| asked.get(name).cloned().unwrap_or_default();
    assert_eq!(text("client_id"), CLIENT);
    assert_eq!(text("response_type"), "code");
    assert_eq!(text("code_challenge_method"), "S256");
    assert!(text("scope").split(' ').any(|one| one == "openid"));
    let mut codes = provider.codes.lock().unwrap();
    let code = format!("code-{}", codes.len());
    let asked = Asked {
        nonce: text("nonce"),
        challenge: text("code_challenge"),
        redirect: text("redirect_uri"),
    };
    let back = format!("{}?code={code}&state={}", asked.redirect, text("state"));
    codes.insert(code, asked);
    Redirect::to(&back).into_response()
}

async fn token(
    State(provider): State<Arc<Provider>>,
    headers: HeaderMap,
    Form(sent): Form<HashMap<String, String>>,
) -> Response {
    let text = |name: &str| sent.get(name).cloned().unwrap_or_default();
    // RFC 6749, 2.3.1: both are form-encoded before they are joined.
    let wanted = STANDARD.encode(format!("{CLIENT}:s3cret%3A%26%2F"));
    let known = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| *value == format!("Basic {wanted}"));
    let asked = provider.codes.lock().unwrap().remove(&text("code"));
    let proven = asked.as_ref().is_some_and(|asked| {
        asked.challenge == coded(Sha256::digest(text("code_verifier").as_bytes()))
            && asked.redirect == text("redirect_uri")
    });
    let refuses = *provider.lie.lock().unwrap() == Lie::Code;
    match asked {
        Some(asked) if known && proven && !refuses => Json(json!({
            "access_token": "unused",
            "token_type": "Bearer",
            "id_token": provider.id_token(&asked.nonce),
        }))
        .into_response(),
        _ => (
            StatusCode::BAD_REQUEST,
            Json(json!({"error": "invalid_grant"})),
        )
            .into_response(),
    }
}

async fn company() -> (Company, Arc<Provider>) {
    let now = kernel::Moment::noon_of(crate::common::day("2026-04-01")).0 / 1_000_000;
    let provider = Provider::start(now).await;
    let settings = OidcSettings {
        issuer: provider.issuer.clone(),
        client_id: CLIENT.to_owned(),
        client_secret: Some(SECRET.to_owned()),
        name_zh: Some("企业账号".to_owned()),
        name_en: None,
        ca_file: None,
    };
    let oidc = Arc::new(Oidc::new(settings).expect("settings"));
    let company = Company::with(|settings| {
        settings.oidc = Some(oidc);
        settings.public_origin = Some("http://127.0.0.1:8080".to_owned());
    })
    .await;
    (company, provider)
}

fn location(reply: &Reply) -> String {
    reply.headers["location"].to_str().expect("text").to_owned()
}

/// What the provider answers a browser that was sent there: the address to come back to, on this server.
async fn at_provider(provider: &Arc<Provider>, url: &str) -> String {
    let query = url.split_once('?').expect("a query").1;
    let asked = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), plain(value)))
        .collect();
    let answer = authorize(State(provider.clone()), Query(asked)).await;
    let back = answer.headers()["location"]
        .to_str()
        .expect("text")
        .to_owned();
    let here = "http://127.0.0.1:8080";
    back.strip_prefix(here).expect("back here").to_owned()
}

/// Text without percent signs.
fn plain(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let hex = [bytes.next().unwrap(), bytes.next().unwrap()];
            out.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).expect("text")
}

/// A browser at the log-in page, on its way: where the provider sends it back to.
async fn departed<'a>(company: &'a Company, provider: &Arc<Provider>) -> (Browser<'a>, String) {
    let mut browser = browser(company);
    let page = browser.get("/login").await;
    assert!(page.text().contains("企业账号"), "{}", page.text());
    browser.cookies = page.cookies();
    let there = browser.get("/login/oidc?next=%2Fslips").await;
    assert_eq!(there.status, 303, "{}", there.text());
    let url = location(&there);
    assert!(url.starts_with(&provider.issuer), "{url}");
    let back = at_provider(provider, &url).await;
    (browser, back)
}

/// Links the account at the provider with wang's, as his page does.
async fn linked(company: &Company, provider: &Arc<Provider>) {
    let (wang, _) = log_in(company, "wang", PASSWORD).await;
    let csrf = csrf_of(&wang).await;
    let page = wang
        .form("/me/sign-in", format!("_csrf={csrf}&do=link"))
        .await
        .text();
    let url = page
        .split("href=\"")
        .find(|part| part.starts_with(&provider.issuer))
        .and_then(|part| part.split('"').next())
        .expect("a link there")
        .replace("&amp;", "&");
    let back = at_provider(provider, &url).await;
    let kept = wang.get(&back).await;
    assert_eq!(kept.status, 303, "{}", kept.text());
    let ways = wang.get("/me/sign-in").await.text();
    assert!(ways.contains("wang@corp.example"), "{ways}");
}

#[tokio::test]
async fn who_linked_his_account_logs_in_by_either_kind_of_key() {
    let (company, provider) = company().await;
    let (stranger, back) = departed(&company, &provider).await;
    let reply = stranger.get(&back).await;
    assert_eq!(reply.status, 403, "nobody has linked it");
    assert!(reply.text().contains("没有关联"), "{}", reply.text());
    linked(&company, &provider).await;
    for by_rsa in [false, true] {
        *provider.by_rsa.lock().unwrap() = by_rsa;
        let (browser, back) = departed(&company, &provider).await;
        let reply = browser.get(&back).await;
        assert_eq!((reply.status.as_u16(), &*location(&reply)), (303, "/slips"));
        let entered = Browser {
            cookies: reply.cookies(),
            ..crate::common::browser::browser(&company)
        };
        assert_eq!(entered.get("/api/v1/me").await.json()["login"], "wang");
        // The answer was used up.
        let again = browser.get(&back).await;
        assert_eq!(again.status, 401, "{}", again.text());
    }
    // Another account there is nobody's here.
    "sub-li".clone_into(&mut provider.subject.lock().unwrap());
    let (browser, back) = departed(&company, &provider).await;
    assert_eq!(browser.get(&back).await.status, 403);
}

#[tokio::test]
async fn a_provider_that_lies_is_not_believed() {
    let (company, provider) = company().await;
    linked(&company, &provider).await;
    for lie in [
        Lie::Nonce,
        Lie::Audience,
        Lie::Expired,
        Lie::Issuer,
        Lie::Signature,
        Lie::Unsigned,
        Lie::Code,
    ] {
        provider.lies(lie);
        let (browser, back) = departed(&company, &provider).await;
        let before = company.rows();
        let reply = browser.get(&back).await;
        assert_eq!(reply.status, 401, "{lie:?}: {}", reply.text());
        assert!(reply.text().contains("企业账号登录没有完成"), "{lie:?}");
        assert_eq!(company.rows(), before + 1, "{lie:?} stands in the journal");
        assert_eq!(company.last_row().1, "forbidden.oidc", "{lie:?}");
    }
    provider.lies(Lie::None);
    let (browser, back) = departed(&company, &provider).await;
    assert_eq!(browser.get(&back).await.status, 303);
}

#[tokio::test]
async fn an_answer_is_for_the_browser_that_asked() {
    let (company, provider) = company().await;
    linked(&company, &provider).await;
    let (_, back) = departed(&company, &provider).await;
    let (other, own) = departed(&company, &provider).await;
    assert_eq!(
        other.get(&back).await.status,
        401,
        "another browser's state"
    );
    let wrong = own.replace("state=", "state=0");
    assert_eq!(other.get(&wrong).await.status, 401);
    let (late, back) = departed(&company, &provider).await;
    company.later(30);
    assert_eq!(late.get(&back).await.status, 401, "too late");
}

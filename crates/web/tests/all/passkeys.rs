//! Passkeys by an authenticator made of a key pair, as a hostile browser would use it.

use crate::common::browser::{Browser, browser, csrf_of, hidden, log_in};
use crate::common::{Company, PASSWORD, Reply};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const ORIGIN: &str = "http://localhost:8080";

struct Authenticator {
    id: Vec<u8>,
    key: Ed25519KeyPair,
    count: u32,
    flags: u8,
    handle: String,
}

fn coded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Authenticator {
    fn new(id: &[u8]) -> Authenticator {
        let pair = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Authenticator {
            id: id.to_vec(),
            key: Ed25519KeyPair::from_pkcs8(pair.as_ref()).unwrap(),
            count: 1,
            flags: 0x05,
            handle: String::new(),
        }
    }

    fn data(&self, more: u8) -> Vec<u8> {
        let mut out = Sha256::digest(b"localhost").to_vec();
        out.push(self.flags | more);
        out.extend(self.count.to_be_bytes());
        out
    }

    fn make(&mut self, options: &Value, name: &str) -> Value {
        self.handle = options["user"]["id"].as_str().unwrap().to_owned();
        let key = Cbor::Map(vec![
            (1.into(), 1.into()),
            (3.into(), (-8).into()),
            ((-1).into(), 6.into()),
            (
                (-2).into(),
                Cbor::Bytes(self.key.public_key().as_ref().to_vec()),
            ),
        ]);
        let mut data = self.data(0x40);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        ciborium::into_writer(&key, &mut data).unwrap();
        let object = Cbor::Map(vec![
            ("fmt".into(), "none".into()),
            ("attStmt".into(), Cbor::Map(Vec::new())),
            ("authData".into(), Cbor::Bytes(data)),
        ]);
        let mut attestation = Vec::new();
        ciborium::into_writer(&object, &mut attestation).unwrap();
        let client =
            json!({"type": "webauthn.create", "challenge": options["challenge"], "origin": ORIGIN});
        json!({"name": name, "client_data": coded(client.to_string()), "attestation": coded(attestation)})
    }

    fn answer(&self, options: &Value) -> Value {
        let client =
            json!({"type": "webauthn.get", "challenge": options["challenge"], "origin": ORIGIN})
                .to_string();
        let data = self.data(0);
        let signed = [data.as_slice(), &Sha256::digest(client.as_bytes())].concat();
        json!({
            "id": coded(&self.id), "client_data": coded(&client), "authenticator_data": coded(&data),
            "signature": coded(self.key.sign(&signed)), "user_handle": self.handle, "next": "/slips",
        })
    }
}

/// A browser that came by name: passkeys are for none that is a number.
async fn call(browser: &Browser<'_>, path: &str, csrf: &str, body: Value) -> Reply {
    let request = axum::http::Request::post(path)
        .header("host", "localhost:8080")
        .header("origin", ORIGIN)
        .header("cookie", &browser.cookies)
        .header("content-type", "application/json")
        .header("x-csrf-token", csrf)
        .body(axum::body::Body::from(body.to_string()))
        .unwrap();
    browser.company.ask(request).await
}

async fn register(browser: &Browser<'_>, key: &mut Authenticator, name: &str) -> Reply {
    let csrf = csrf_of(browser).await;
    let options = call(browser, "/passkeys/register/options", &csrf, json!({})).await;
    assert_eq!(options.status, 200, "{}", options.text());
    let made = key.make(&options.json(), name);
    call(browser, "/passkeys/register", &csrf, made).await
}

/// A browser at the log-in page, with its token.
async fn outside(company: &Company) -> (Browser<'_>, String) {
    let mut browser = browser(company);
    let page = browser.get("/login").await;
    browser.cookies = page.cookies();
    let csrf = hidden(&page.text(), "_csrf");
    (browser, csrf)
}

async fn enter(company: &Company, key: &Authenticator) -> Reply {
    let (browser, csrf) = outside(company).await;
    let options = call(&browser, "/passkeys/login/options", &csrf, json!({})).await;
    assert_eq!(options.status, 200, "{}", options.text());
    assert_eq!(options.json()["userVerification"], "required");
    call(
        &browser,
        "/passkeys/login",
        &csrf,
        key.answer(&options.json()),
    )
    .await
}

#[tokio::test]
async fn a_passkey_logs_in_without_a_password() {
    let company = Company::new().await;
    let (wang, _) = log_in(&company, "wang", PASSWORD).await;
    let mut key = Authenticator::new(b"first");
    assert_eq!(enter(&company, &key).await.status, 401, "nobody's passkey");
    let reply = register(&wang, &mut key, "office").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let mut second = Authenticator::new(b"second");
    assert_eq!(register(&wang, &mut second, "phone").await.status, 200);
    let page = wang.get("/me/sign-in").await.text();
    assert!(page.contains("office") && page.contains("phone"), "{page}");
    key.count = 2;
    let reply = enter(&company, &key).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["go"], "/slips");
    let entered = Browser {
        cookies: reply.cookies(),
        ..browser(&company)
    };
    assert_eq!(entered.get("/api/v1/me").await.json()["login"], "wang");
    let reply = enter(&company, &key).await;
    assert_eq!(
        (reply.status.as_u16(), &*reply.code()),
        (401, "passkey"),
        "the count did not grow"
    );
    assert_eq!(company.last_row().0, "wang", "a copy stands in the journal");
    key.count = 1;
    assert_eq!(
        enter(&company, &key).await.status,
        401,
        "the count went back"
    );
    key.count = 9;
    key.flags = 0x01;
    assert_eq!(
        enter(&company, &key).await.status,
        401,
        "the user was not verified"
    );
    key.flags = 0x05;
    assert_eq!(enter(&company, &key).await.status, 200);
    assert_eq!(
        enter(&company, &second).await.status,
        401,
        "registered with the count 1"
    );
    second.count = 2;
    assert_eq!(enter(&company, &second).await.status, 200);
}

#[tokio::test]
async fn a_challenge_is_for_one_browser_once_and_for_a_while() {
    let company = Company::new().await;
    let (wang, _) = log_in(&company, "wang", PASSWORD).await;
    let mut key = Authenticator::new(b"first");
    assert_eq!(register(&wang, &mut key, "office").await.status, 200);
    key.count = 2;
    let (one, csrf) = outside(&company).await;
    let path = "/passkeys/login";
    let options = call(&one, "/passkeys/login/options", &csrf, json!({}))
        .await
        .json();
    assert_eq!(
        call(&one, path, "00", key.answer(&options)).await.code(),
        "csrf"
    );
    assert_eq!(
        call(&one, "/passkeys/login/options", "", json!({}))
            .await
            .code(),
        "csrf"
    );
    let (two, other) = outside(&company).await;
    assert_eq!(
        call(&two, path, &other, key.answer(&options)).await.code(),
        "challenge",
        "asked of another browser, and used up by the attempt"
    );
    assert_eq!(
        call(&one, path, &csrf, key.answer(&options)).await.code(),
        "challenge"
    );
    let options = call(&one, "/passkeys/login/options", &csrf, json!({}))
        .await
        .json();
    company.later(6);
    assert_eq!(
        call(&one, path, &csrf, key.answer(&options)).await.code(),
        "challenge",
        "too late"
    );
    let options = call(&one, "/passkeys/login/options", &csrf, json!({}))
        .await
        .json();
    let answer = key.answer(&options);
    assert_eq!(call(&one, path, &csrf, answer.clone()).await.status, 200);
    assert_eq!(
        call(&one, path, &csrf, answer).await.code(),
        "challenge",
        "once"
    );
}

#[tokio::test]
async fn a_passkey_is_one_persons() {
    let company = Company::new().await;
    let (wang, _) = log_in(&company, "wang", PASSWORD).await;
    let (li, _) = log_in(&company, "li", PASSWORD).await;
    let mut key = Authenticator::new(b"first");
    assert_eq!(register(&wang, &mut key, "office").await.status, 200);
    let reply = register(&li, &mut key, "mine").await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (409, "sign_in"));
    // What li's authenticator says of wang's passkey is not believed: the handle is li's now.
    key.count = 2;
    assert_eq!(enter(&company, &key).await.status, 401);
    // Nor does it show that li is li.
    let csrf = csrf_of(&li).await;
    let options = call(&li, "/passkeys/confirm/options", &csrf, json!({}))
        .await
        .json();
    let mut answer = key.answer(&options);
    answer["user_handle"] = Value::Null;
    let reply = call(&li, "/passkeys/confirm", &csrf, answer).await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (401, "passkey"));
}

#[tokio::test]
async fn a_passkey_shows_again_that_it_is_the_same_person() {
    let company = Company::new().await;
    let (wang, _) = log_in(&company, "wang", PASSWORD).await;
    let mut key = Authenticator::new(b"first");
    assert_eq!(register(&wang, &mut key, "office").await.status, 200);
    company.later(6);
    let csrf = csrf_of(&wang).await;
    let reply = call(&wang, "/passkeys/register/options", &csrf, json!({})).await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (403, "confirm"));
    key.count = 2;
    let options = call(&wang, "/passkeys/confirm/options", &csrf, json!({}))
        .await
        .json();
    assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 1);
    let reply = call(&wang, "/passkeys/confirm", &csrf, key.answer(&options)).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let reply = call(&wang, "/passkeys/register/options", &csrf, json!({})).await;
    assert_eq!(reply.status, 200);
    let token = company.token("wang").await;
    let reply = company
        .post("/passkeys/confirm/options", Some(&token), json!({}))
        .await;
    assert_ne!(reply.status, 500);
}

/// The pack, but filling an order asks for the password again.
fn asking() -> model::Catalog {
    let mut texts = gsp::texts();
    for text in &mut texts {
        text.text = text.text.replace(
            "step order.fill \"采购订单填制\" by=buyer",
            "step order.fill \"采购订单填制\" by=buyer step_up=#true",
        );
    }
    let pack = pack::read(&texts, gsp::RULES).expect("the pack is sound");
    model::Catalog::new([std::sync::Arc::new(pack)])
}

#[tokio::test]
async fn a_step_that_asks_again_takes_a_passkey_too() {
    let company = Company::over(asking(), |_| {}).await;
    let mut desk = crate::desk::Desk::log_in(&company, "wang", "zh").await;
    let step = "gsp.purchase_inbound.order.fill";
    let mut form = desk.get(&format!("/new/{step}")).await.fill();
    form.set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", "5")
        .set("l.1.price", "1");
    company.later(6);
    let asked = desk.send(&form, "sign").await;
    asked.must_have("须再次输入您的密码");
    assert!(!asked.html.contains("data-passkey"), "he has none");
    let (wang, _) = log_in(&company, "wang", PASSWORD).await;
    let mut key = Authenticator::new(b"first");
    assert_eq!(register(&wang, &mut key, "office").await.status, 200);
    let asked = desk.send(&form, "sign").await;
    assert!(asked.html.contains("data-passkey=\"confirm\""));
    // By passkey instead of the password, then the same order once more.
    company.later(6);
    let csrf = csrf_of(&wang).await;
    let order = json!({
        "key": "o1",
        "input": {
            "header": {"supplier": "S01"},
            "lines": [{"fields": {"item": "A001", "qty": "5", "price": "1"}}],
        },
    });
    let path = format!("/api/v1/steps/{step}");
    let refused = call(&wang, &path, &csrf, order.clone()).await;
    assert_eq!(
        (refused.status.as_u16(), &*refused.code()),
        (403, "confirm"),
        "{}",
        refused.text()
    );
    key.count = 2;
    let options = call(&wang, "/passkeys/confirm/options", &csrf, json!({}))
        .await
        .json();
    let confirmed = call(&wang, "/passkeys/confirm", &csrf, key.answer(&options)).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text());
    let signed = call(&wang, &path, &csrf, order).await;
    assert_eq!(signed.status, 200, "{}", signed.text());
}

//! A small pharmacy on a store in memory, with everyone's password known, and a client that speaks HTTP to its routes.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod browser;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use engine::{Act, Command, Grant, Input, LineInput, Person, SYSTEM, Seen};
use kernel::{Day, Moment, OrgId};
use model::{Catalog, Label};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{JournalQuery, JournalRow, Options, Store, StoreUrl};
use tower::ServiceExt;
use web::{App, Settings};

pub const ORG: OrgId = OrgId(1);
pub const PASSWORD: &str = "correct horse battery";
/// Login and roles of the six who take a purchase from order to shelf, and of those who must not.
pub const PEOPLE: [(&str, &[&str]); 8] = [
    ("wang", &["gsp.buyer"]),
    ("li", &["gsp.purchase_manager", "gsp.buyer"]),
    ("zhao", &["gsp.receiver", "gsp.inspector"]),
    ("qian", &["gsp.quality_clerk"]),
    ("sun", &["gsp.inspector"]),
    ("zhou", &["gsp.keeper"]),
    ("admin", &[]),
    ("wu", &[]),
];

static STORED: LazyLock<String> = LazyLock::new(|| {
    let hash: PasswordHash = Argon2::default()
        .hash_password(PASSWORD.as_bytes())
        .expect("a password can be hashed");
    hash.to_string()
});

/// The company, its server, and the time it is there.
pub struct Company {
    pub app: Arc<App>,
    pub router: Router,
    pub clock: Arc<AtomicI64>,
}

fn person(login: &str, roles: &[&str]) -> Person {
    Person {
        login: login.into(),
        name: format!("{login} 先生").into(),
        identity: format!("id-{login}").into(),
        active: true,
        administrator: login == "admin",
        grants: roles
            .iter()
            .map(|role| Grant {
                role: (*role).into(),
                scope: "".into(),
                from: None,
                until: None,
            })
            .collect(),
        deputies: Vec::new(),
    }
}

pub fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

impl Company {
    /// With everyone there, two partners and two items.
    pub async fn new() -> Company {
        Company::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Settings)) -> Company {
        let pack = pack::read(&gsp::texts(), gsp::RULES).expect("the pack is sound");
        Company::over(Catalog::new([Arc::new(pack)]), change).await
    }

    pub async fn over(catalog: Catalog, change: impl FnOnce(&mut Settings)) -> Company {
        let company = Company::opened(catalog, change);
        company.furnish().await;
        company
    }

    /// With nobody and nothing there.
    pub fn bare(catalog: Catalog) -> Company {
        Company::opened(catalog, |_| {})
    }

    fn opened(catalog: Catalog, change: impl FnOnce(&mut Settings)) -> Company {
        let store = Store::open(&StoreUrl::Memory, Options::new(catalog)).expect("it opens");
        let clock = Arc::new(AtomicI64::new(Moment::noon_of(day("2026-04-01")).0));
        let shown = clock.clone();
        let label = Label {
            zh: "仁和药业".into(),
            en: "Renhe Pharma".into(),
        };
        let now = Arc::new(move || Moment(shown.load(Ordering::Relaxed)));
        let mut settings = Settings::new(label, now);
        change(&mut settings);
        let app = App::new(store, ORG, settings);
        Company {
            router: web::router(app.clone()),
            app,
            clock,
        }
    }

    async fn furnish(&self) {
        let people: Vec<Person> = PEOPLE
            .iter()
            .map(|(login, roles)| person(login, roles))
            .collect();
        let files = testkit::company::files(&self.app.catalog(), &people, day("2000-01-01"));
        self.must(SYSTEM, Act::Bootstrap { people }).await;
        for (login, _) in PEOPLE {
            self.give_password(SYSTEM, login).await;
        }
        for act in files {
            self.must("admin", act).await;
        }
        let gsp = self.app.catalog().pack("gsp").is_some();
        for (register, key, fields) in [
            (
                "gsp.party",
                "S01",
                [("name", "供货一"), ("licence_until", "2027-12-31")],
            ),
            (
                "gsp.party",
                "S02",
                [("name", "供货二"), ("licence_until", "2025-12-31")],
            ),
            (
                "gsp.item",
                "A001",
                [("name", "阿司匹林"), ("storage", "常温")],
            ),
            (
                "gsp.item",
                "B002",
                [("name", "胰岛素"), ("storage", "冷藏")],
            ),
        ] {
            let fields = fields
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .into();
            let act = Act::PutRecord {
                register: register.into(),
                key: key.into(),
                fields,
                from: None,
            };
            if gsp {
                self.must("admin", act).await;
            }
        }
    }

    /// Changes a record as it is changed in a company: one person asks for it by a slip, another approves.
    pub async fn changed(&self, register: &str, key: &str, fields: &[(&str, &str)]) {
        for (login, role) in [
            ("asker", "gsp.quality_clerk"),
            ("approver", "gsp.quality_department"),
        ] {
            let person = person(login, &[role]);
            self.must("admin", Act::PutPerson { person }).await;
        }
        let step = |name: &str| format!("gsp.data_change.change_request.{name}");
        let line = |(field, text): &(&str, &str)| LineInput {
            source: None,
            fields: [("field", *field), ("becomes", *text)]
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .into(),
        };
        let input = Input {
            header: [("kind", register), ("code", key), ("reason", "更正")]
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .into(),
            lines: fields.iter().map(line).collect(),
        };
        let ask = Act::Step {
            step: step("fill").into(),
            slip: None,
            sources: Vec::new(),
            seen: Vec::new(),
            input,
        };
        self.must("asker", ask).await;
        let waiting = store::ListQuery {
            waiting_step: Some(step("approve")),
            limit: 1,
            ..store::ListQuery::default()
        };
        let page = self.app.store().list(ORG, &waiting).expect("read");
        let id = page.rows.first().expect("a slip").id;
        let slip = self.app.store().slip(ORG, id).expect("read");
        let approve = Act::Step {
            step: step("approve").into(),
            slip: Some(id),
            sources: Vec::new(),
            seen: vec![Seen {
                slip: id,
                content: slip.expect("a slip").content.clone(),
            }],
            input: Input::default(),
        };
        self.must("approver", approve).await;
    }

    pub async fn must(&self, actor: &str, act: Act) {
        let key = format!(
            "furnish-{:?}",
            Sha256::digest(format!("{act:?}").as_bytes())[0..8].to_vec()
        );
        let key: Arc<str> = key.replace([' ', '[', ']'], "").into();
        let command = Command {
            org: ORG,
            key,
            at: self.app.now(),
            actor: actor.into(),
            on_behalf_of: None,
            act,
        };
        let answer = self.app.store().submit(command).await.expect("no fault");
        answer.outcome.expect("accepted");
    }

    /// Sets the password that all tests know.
    pub async fn give_password(&self, actor: &str, login: &str) {
        let digest = engine::hex(&Sha256::digest(STORED.as_bytes()));
        let act = Act::Credential {
            login: login.into(),
            digest,
        };
        let key = format!("password-{actor}-{login}");
        let command = Command {
            org: ORG,
            key: key.into(),
            at: self.app.now(),
            actor: actor.into(),
            on_behalf_of: None,
            act,
        };
        let answer = self
            .app
            .store()
            .submit_credential(command, STORED.clone())
            .await
            .expect("no fault");
        answer.outcome.expect("accepted");
    }

    pub fn later(&self, minutes: i64) {
        self.clock
            .fetch_add(minutes * 60_000_000, Ordering::Relaxed);
    }

    pub async fn ask(&self, request: Request<Body>) -> Reply {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("routes never fail");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20)
            .await
            .expect("the answer is whole");
        Reply {
            status: parts.status,
            headers: parts.headers,
            bytes: bytes.to_vec(),
        }
    }

    /// A token of a person, by log-in.
    pub async fn token(&self, login: &str) -> String {
        let reply = self
            .post(
                "/api/v1/login",
                None,
                json!({"login": login, "password": PASSWORD}),
            )
            .await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["token"].as_str().expect("a token").to_owned()
    }

    /// A person with a token.
    pub async fn log_in(&self, login: &str) -> Client<'_> {
        Client {
            company: self,
            token: self.token(login).await,
        }
    }

    pub async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Reply {
        self.ask(request("POST", path, token, Some(body.to_string())))
            .await
    }

    pub async fn get(&self, path: &str, token: Option<&str>) -> Reply {
        self.ask(request("GET", path, token, None)).await
    }

    /// The journal, oldest first.
    pub fn journal(&self) -> Vec<JournalRow> {
        let query = JournalQuery {
            ascending: true,
            limit: 1_000,
            ..JournalQuery::default()
        };
        self.app
            .store()
            .journal(ORG, &query)
            .expect("it can be read")
            .rows
    }

    /// Actor and code of the last journal row.
    pub fn last_row(&self) -> (String, String) {
        let row = self.journal().pop().expect("a row");
        (row.actor.to_string(), row.code.to_string())
    }

    pub fn rows(&self) -> i64 {
        self.app.store().head(ORG).expect("it can be read").0
    }
}

pub fn request(
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<String>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    match body {
        Some(body) => request
            .header("content-type", "application/json")
            .body(Body::from(body)),
        None => request.body(Body::empty()),
    }
    .expect("a request")
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The code of the refusal.
    pub fn code(&self) -> String {
        self.json()["refusal"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// The cookies it sets, as a browser sends them back.
    pub fn cookies(&self) -> String {
        let set = self.headers.get_all("set-cookie").iter();
        let pairs = set.filter_map(|value| value.to_str().ok()?.split(';').next());
        pairs
            .filter(|pair| !pair.ends_with('='))
            .collect::<Vec<_>>()
            .join("; ")
    }
}

/// A person who talks to the API.
pub struct Client<'a> {
    pub company: &'a Company,
    pub token: String,
}

static KEYS: AtomicI64 = AtomicI64::new(0);

pub fn fresh_key() -> String {
    format!("k{}", KEYS.fetch_add(1, Ordering::Relaxed))
}

impl Client<'_> {
    pub async fn get(&self, path: &str) -> Reply {
        self.company.get(path, Some(&self.token)).await
    }

    pub async fn post(&self, path: &str, mut body: Value) -> Reply {
        if body.get("key").is_none() {
            body["key"] = fresh_key().into();
        }
        self.company.post(path, Some(&self.token), body).await
    }

    pub async fn step(&self, step: &str, body: Value) -> Reply {
        self.post(&format!("/api/v1/steps/gsp.purchase_inbound.{step}"), body)
            .await
    }

    /// A step that must be accepted; gives slip and content.
    pub async fn must(&self, step: &str, body: Value) -> (i64, String) {
        let reply = self.step(step, body).await;
        assert_eq!(reply.status, 200, "{step}: {}", reply.text());
        done(&reply)
    }
}

/// Slip and content of an accepted command.
pub fn done(reply: &Reply) -> (i64, String) {
    let json = reply.json();
    let slip = json["slip"].as_i64().expect("a slip");
    (
        slip,
        json["content"].as_str().expect("a content").to_owned(),
    )
}

/// An order as a buyer types it.
pub fn order() -> Value {
    json!({"input": {"header": {"supplier": "S01"}, "lines": [
        {"fields": {"item": "A001", "qty": 100, "price": "12.50"}},
        {"fields": {"item": "A001", "qty": "20", "price": "1.00"}},
        {"fields": {"item": "A001", "qty": "3", "price": "99.99"}},
    ]}})
}

pub fn over(slip: i64, content: &str) -> Value {
    json!({"slip": slip, "seen": [{"slip": slip, "content": content}]})
}

pub fn from(slip: i64, content: &str, input: Value) -> Value {
    json!({"sources": [slip], "seen": [{"slip": slip, "content": content}], "input": input})
}

/// A receipt of all lines of the order.
pub fn receipt() -> Value {
    let line = |batch: &str, qty: &str| json!({"fields": {"batch": batch, "made": "2026-01-01", "expiry": "2028-01-01", "qty": qty}});
    json!({"header": {"delivery_note": "DN1", "transport": "常温"},
        "lines": [line("B1", "100"), line("B2", "20"), line("B3", "3")]})
}

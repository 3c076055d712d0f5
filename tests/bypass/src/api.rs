//! The JSON API as a way in: every act as the request that a program would send, by a person who has logged in.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use engine::{Act, Grant, Input, SYSTEM, Seen};
use kernel::Moment;
use model::Label;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;
use tower::ServiceExt;
use web::{App, Settings};

use crate::cast;
use crate::front::{Front, ORG, Told, Try};
use crate::stage::Stage;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

/// What is stored of it.
pub static STORED: LazyLock<String> = LazyLock::new(|| {
    let hash: PasswordHash = Argon2::default()
        .hash_password(PASSWORD.as_bytes())
        .expect("a password can be hashed");
    hash.to_string()
});

/// Gives everyone the password that all tests know.
pub fn give_passwords(stage: &mut Stage) {
    for person in cast::people() {
        let digest = engine::hex(&Sha256::digest(STORED.as_bytes()));
        let act = Act::Credential {
            login: person.login.clone(),
            digest,
        };
        stage.must_credential(SYSTEM, act, STORED.clone());
    }
}

/// How long a token of a log-in is used before a new one is fetched, in microseconds.
const FRESH: i64 = 90 * 60_000_000;

/// A server over a stage's store, spoken to in its own process.
pub struct Api {
    runtime: Runtime,
    router: Router,
    clock: Arc<AtomicI64>,
    tokens: HashMap<Arc<str>, (String, Moment)>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").finish_non_exhaustive()
    }
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The code of the refusal, empty when there is none.
    pub fn code(&self) -> String {
        self.json()["refusal"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Whether it is a page: one that says no may come with any status.
    pub fn is_page(&self) -> bool {
        let kind = self.headers.get("content-type");
        kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
    }

    /// The value of a hidden input of the page.
    pub fn hidden(&self, name: &str) -> String {
        let page = self.text();
        let marked = format!("name=\"{name}\" value=\"");
        let from = page.find(&marked).map(|at| at + marked.len());
        from.and_then(|from| page[from..].split('"').next().map(str::to_owned))
            .unwrap_or_default()
    }

    /// The cookies it sets, as a browser sends them back.
    pub fn cookies(&self) -> String {
        let set = self.headers.get_all("set-cookie").iter();
        let pairs = set.filter_map(|value| value.to_str().ok()?.split(';').next());
        let kept: Vec<&str> = pairs.filter(|pair| !pair.ends_with('=')).collect();
        kept.join("; ")
    }
}

impl Api {
    /// A server over the stage's store; everyone gets a password.
    ///
    /// # Panics
    /// When it cannot be started, here and below.
    pub fn new(stage: &mut Stage) -> Api {
        give_passwords(stage);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime starts");
        let clock = Arc::new(AtomicI64::new(stage.now.0));
        let shown = clock.clone();
        let company = Label {
            zh: "试药房".into(),
            en: "Trial Pharmacy".into(),
        };
        let settings = Settings::new(
            company,
            Arc::new(move || Moment(shown.load(Ordering::Relaxed))),
        );
        let store = stage.store.clone();
        let router = runtime.block_on(async { web::router(App::new(store, ORG, settings)) });
        Api {
            runtime,
            router,
            clock,
            tokens: HashMap::new(),
        }
    }

    /// Sets the server's clock.
    pub fn set_clock(&self, at: Moment) {
        self.clock.store(at.0, Ordering::Relaxed);
    }

    /// Sends a request.
    pub fn ask(&self, request: Request<Body>) -> Reply {
        self.runtime.block_on(async {
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
        })
    }

    /// Sends many requests at once; the answers in their order.
    pub fn ask_all(&self, requests: Vec<Request<Body>>) -> Vec<Reply> {
        self.runtime.block_on(async {
            let tasks: Vec<_> = requests
                .into_iter()
                .map(|request| {
                    let router = self.router.clone();
                    tokio::spawn(async move {
                        let response = router.oneshot(request).await.expect("routes never fail");
                        let (parts, body) = response.into_parts();
                        let bytes = axum::body::to_bytes(body, 64 << 20)
                            .await
                            .expect("the answer is whole");
                        Reply {
                            status: parts.status,
                            headers: parts.headers,
                            bytes: bytes.to_vec(),
                        }
                    })
                })
                .collect();
            let mut replies = Vec::new();
            for task in tasks {
                replies.push(task.await.expect("an answer"));
            }
            replies
        })
    }

    /// Sends JSON with a token.
    pub fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(percent(path));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = match body {
            Some(body) => request
                .header("content-type", "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.ask(request.expect("a request"))
    }

    /// A new token of a person, by log-in.
    pub fn log_in(&self, login: &str) -> String {
        let body = json!({"login": login, "password": PASSWORD});
        let reply = self.call("POST", "/api/v1/login", None, Some(&body));
        assert_eq!(reply.status, StatusCode::OK, "{login}: {}", reply.text());
        reply.json()["token"].as_str().expect("a token").to_owned()
    }

    /// A token of a person that has not ended.
    pub fn token(&mut self, login: &Arc<str>, at: Moment) -> String {
        if let Some((token, since)) = self.tokens.get(login)
            && at.0 - since.0 < FRESH
        {
            return token.clone();
        }
        let token = self.log_in(login);
        self.tokens.insert(login.clone(), (token.clone(), at));
        token
    }
}

impl Front for Api {
    fn send(&mut self, attempt: &Try, at: Moment) -> Told {
        self.set_clock(at);
        let token = self.token(&attempt.actor, at);
        let (path, mut body) = as_request(&attempt.act);
        body["key"] = (*attempt.key).into();
        if let Some(principal) = &attempt.on_behalf_of {
            body["on_behalf_of"] = (**principal).into();
        }
        if matches!(attempt.act, Act::Credential { .. }) {
            body = json!({"password": "another good password"});
        }
        let reply = self.call("POST", &path, Some(&token), Some(&body));
        let json = reply.json();
        if reply.status.is_success() {
            return Told::Done(serde_json::from_value(json).unwrap_or_default());
        }
        match json["refusal"]["code"].as_str() {
            Some(code) => Told::Refused(code.to_owned()),
            None => Told::Fault(format!("{} {}", reply.status, reply.text())),
        }
    }
}

/// A path with everything but plain characters percent-encoded.
pub fn percent(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"/-._~?=&%".contains(&byte);
        if plain {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn input_json(input: &Input) -> Value {
    let line = |line: &engine::LineInput| match line.source {
        Some((slip, id)) => {
            json!({"source": {"slip": slip.0, "line": id.0}, "fields": line.fields})
        }
        None => json!({"fields": line.fields}),
    };
    json!({"header": input.header, "lines": input.lines.iter().map(line).collect::<Vec<_>>()})
}

fn seen_json(seen: &[Seen]) -> Vec<Value> {
    seen.iter()
        .map(|seen| json!({"slip": seen.slip.0, "content": &*seen.content}))
        .collect()
}

fn grants_json(grants: &[Grant]) -> Vec<Value> {
    let grant = |grant: &Grant| {
        let mut json = json!({"role": &*grant.role});
        if !grant.scope.is_empty() {
            json["scope"] = (*grant.scope).into();
        }
        if let Some(from) = grant.from {
            json["from"] = from.to_string().into();
        }
        if let Some(until) = grant.until {
            json["until"] = until.to_string().into();
        }
        json
    };
    grants.iter().map(grant).collect()
}

/// The request for an act. What the API does not offer is sent to where one would look for it.
fn as_request(act: &Act) -> (String, Value) {
    let on = |slip: &kernel::SlipId, what: &str| format!("/api/v1/slips/{}/{what}", slip.0);
    match act {
        Act::Step {
            step,
            slip,
            sources,
            seen,
            input,
        } => {
            let mut body = json!({"seen": seen_json(seen), "input": input_json(input)});
            if let Some(slip) = slip {
                body["slip"] = slip.0.into();
            }
            if !sources.is_empty() {
                body["sources"] = sources.iter().map(|slip| slip.0).collect();
            }
            (format!("/api/v1/steps/{step}"), body)
        }
        Act::Return {
            slip,
            to,
            reason,
            seen,
        } => {
            let mut body = json!({"reason": reason, "content": &*seen.content});
            if let Some(to) = to {
                body["to"] = (**to).into();
            }
            (on(slip, "return"), body)
        }
        Act::Withdraw { slip, reason } => (on(slip, "withdraw"), json!({"reason": reason})),
        Act::Void { slip, reason } => (on(slip, "void"), json!({"reason": reason})),
        Act::AskReversal { slip, reason } => (on(slip, "ask-reversal"), json!({"reason": reason})),
        Act::Reverse { slip, seen } => (on(slip, "reverse"), json!({"content": &*seen.content})),
        Act::RefuseReversal { slip, reason } => {
            (on(slip, "refuse-reversal"), json!({"reason": reason}))
        }
        Act::HandOver {
            slip,
            step,
            to,
            reason,
        } => (
            on(slip, "hand-over"),
            json!({"step": &**step, "to": &**to, "reason": reason}),
        ),
        Act::AddSigner {
            slip,
            step,
            signer,
            reason,
        } => (
            on(slip, "add-signer"),
            json!({"step": &**step, "signer": &**signer, "reason": reason}),
        ),
        Act::Cosign {
            slip,
            step,
            opinion,
            seen,
        } => (
            on(slip, "cosign"),
            json!({"step": &**step, "opinion": opinion, "content": &*seen.content}),
        ),
        Act::CopyTo { slip, to } => {
            let to: Vec<&str> = to.iter().map(|login| &**login).collect();
            (on(slip, "copy"), json!({"to": to}))
        }
        Act::Remind { slip, text } => (on(slip, "remind"), json!({"text": text})),
        Act::Comment { slip, text } => (on(slip, "comment"), json!({"text": text})),
        Act::Attach {
            slip, name, hash, ..
        } => (
            on(slip, "attachments"),
            json!({"name": name, "hash": &**hash}),
        ),
        Act::Timer { slip, name } => (
            "/api/v1/timers".to_owned(),
            json!({"slip": slip.0, "name": &**name}),
        ),
        Act::PutRecord {
            register,
            key,
            fields,
            from,
        } => {
            let mut body = json!({"fields": fields});
            if let Some(from) = from {
                body["from"] = from.to_string().into();
            }
            (format!("/api/v1/records/{register}/{key}"), body)
        }
        Act::PutPerson { person } => {
            let body = json!({
                "name": &*person.name, "identity": &*person.identity, "active": person.active,
                "administrator": person.administrator, "grants": grants_json(&person.grants),
            });
            (format!("/api/v1/people/{}", person.login), body)
        }
        Act::Bootstrap { people } => {
            let people: Vec<&str> = people.iter().map(|person| &*person.login).collect();
            ("/api/v1/bootstrap".to_owned(), json!({"people": people}))
        }
        Act::Deputise { to, from, until } => (
            "/api/v1/deputies".to_owned(),
            json!({"to": &**to, "from": from.to_string(), "until": until.to_string()}),
        ),
        Act::Credential { login, .. } => (format!("/api/v1/people/{login}/password"), json!({})),
        Act::SignIn {
            login, kind, name, ..
        } => (
            format!("/api/v1/people/{login}/sign-in"),
            json!({"kind": &**kind, "name": &**name}),
        ),
        Act::PutSetting { name, body } => {
            (format!("/api/v1/settings/{name}"), json!({"body": &**body}))
        }
        Act::ClosePeriod { ledger, period } => (
            format!("/api/v1/periods/{ledger}/{period}/close"),
            json!({}),
        ),
        Act::ReopenPeriod {
            ledger,
            period,
            reason,
        } => (
            format!("/api/v1/periods/{ledger}/{period}/reopen"),
            json!({"reason": reason}),
        ),
        Act::Print { slip, copies, .. } => (on(slip, "prints"), json!({"copies": copies})),
        Act::Export { format, query, .. } => (
            "/api/v1/slips/export".to_owned(),
            json!({"format": &**format, "text": query}),
        ),
        Act::InstallPack { pack, version } => (
            format!("/api/v1/packs/{pack}/install"),
            json!({"version": &**version}),
        ),
        Act::Forbidden { what, subject } => (
            format!("/api/v1/slips/{subject}/state"),
            json!({"what": &**what, "state": "done"}),
        ),
    }
}

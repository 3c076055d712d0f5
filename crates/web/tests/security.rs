//! Log-in, sessions, and requests that nobody meant.

mod common;

use axum::body::Body;
use axum::http::Request;
use common::{Company, PASSWORD, Reply, order, over};
use serde_json::{Value, json};

const HOST: &str = "127.0.0.1:8080";

/// A browser: it keeps cookies and says where a request comes from.
struct Browser<'a> {
    company: &'a Company,
    cookies: String,
    origin: &'static str,
}

impl Browser<'_> {
    async fn send(
        &self,
        method: &str,
        path: &str,
        kind: Option<&str>,
        csrf: Option<&str>,
        body: String,
    ) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", HOST)
            .header("cookie", &self.cookies);
        if method != "GET" {
            request = request.header("origin", self.origin);
        }
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        if let Some(csrf) = csrf {
            request = request.header("x-csrf-token", csrf);
        }
        self.company
            .ask(request.body(Body::from(body)).unwrap())
            .await
    }

    async fn form(&self, path: &str, body: String) -> Reply {
        self.send(
            "POST",
            path,
            Some("application/x-www-form-urlencoded"),
            None,
            body,
        )
        .await
    }

    async fn call(&self, path: &str, csrf: Option<&str>, body: Value) -> Reply {
        self.send(
            "POST",
            path,
            Some("application/json"),
            csrf,
            body.to_string(),
        )
        .await
    }

    async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None, None, String::new()).await
    }
}

fn browser(company: &Company) -> Browser<'_> {
    Browser {
        company,
        cookies: String::new(),
        origin: "http://127.0.0.1:8080",
    }
}

fn hidden(page: &str, name: &str) -> String {
    let from = page
        .find(&format!("name=\"{name}\" value=\""))
        .expect("the input is there")
        + name.len()
        + 15;
    page[from..].split('"').next().unwrap().to_owned()
}

/// Logs in through the page.
async fn log_in<'a>(company: &'a Company, name: &str, password: &str) -> (Browser<'a>, Reply) {
    let mut browser = browser(company);
    let page = browser.get("/login?next=/slips").await;
    assert_eq!(page.status, 200);
    browser.cookies = page.cookies();
    let csrf = hidden(&page.text(), "_csrf");
    let password = password.replace(' ', "+");
    let body = format!("_csrf={csrf}&next=%2Fslips&name={name}&password={password}");
    let reply = browser.form("/login", body).await;
    if reply.status == 303 {
        browser.cookies = reply.cookies();
    }
    (browser, reply)
}

async fn csrf_of(browser: &Browser<'_>) -> String {
    browser.get("/api/v1/me").await.json()["csrf"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_browser_logs_in_and_out() {
    let company = Company::new().await;
    let (browser, reply) = log_in(&company, "wang", PASSWORD).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    assert_eq!(reply.headers["location"], "/slips");
    let set = reply.headers["set-cookie"].to_str().unwrap();
    for part in ["session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Secure"));
    assert_eq!(browser.get("/api/v1/me").await.json()["login"], "wang");
    let csrf = csrf_of(&browser).await;
    let reply = browser.form("/logout", format!("_csrf={csrf}")).await;
    assert_eq!(reply.status, 303);
    assert_eq!(browser.get("/api/v1/me").await.status, 401);
    let stored = company.app.store().sessions(common::ORG, "wang").unwrap();
    assert!(stored.is_empty(), "the session is gone from the store too");
}

#[tokio::test]
async fn cookies_over_tls_are_for_this_host_alone() {
    let company = Company::with(|settings| settings.secure_cookies = true).await;
    let (_, reply) = log_in(&company, "wang", PASSWORD).await;
    let set = reply.headers["set-cookie"].to_str().unwrap();
    assert!(
        set.starts_with("__Host-session=") && set.contains("; Secure"),
        "{set}"
    );
    assert!(reply.headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn only_hashes_of_tokens_are_stored() {
    let company = Company::new().await;
    let token = company.token("wang").await;
    let stored = company.app.store().sessions(common::ORG, "wang").unwrap();
    assert_eq!(stored.len(), 1);
    assert_ne!(stored[0].token_hash, token);
    let as_hash = company.get("/api/v1/me", Some(&stored[0].token_hash)).await;
    assert_eq!(as_hash.status, 401, "a hash is no token");
}

#[tokio::test]
async fn a_page_that_was_not_ours_changes_nothing() {
    let company = Company::new().await;
    let (mut browser, _) = log_in(&company, "wang", PASSWORD).await;
    let csrf = csrf_of(&browser).await;
    let path = "/api/v1/steps/gsp.purchase_inbound.order.fill";
    let body = |key: &str| {
        let mut body = order();
        body["key"] = key.into();
        body
    };
    for wrong in [None, Some(""), Some("00"), Some(&*"0".repeat(64))] {
        let reply = browser.call(path, wrong, body("a")).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (403, "csrf"));
        assert_eq!(
            company.last_row(),
            ("wang".to_owned(), "forbidden.csrf".to_owned())
        );
    }
    let (li, _) = log_in(&company, "li", PASSWORD).await;
    let other = csrf_of(&li).await;
    assert_eq!(
        browser.call(path, Some(&other), body("b")).await.code(),
        "csrf",
        "another's token"
    );
    browser.origin = "https://evil.example";
    assert_eq!(
        browser.call(path, Some(&csrf), body("c")).await.code(),
        "csrf",
        "from elsewhere"
    );
    assert_eq!(
        browser
            .form("/logout", format!("_csrf={csrf}"))
            .await
            .status,
        403
    );
    browser.origin = "null";
    assert_eq!(
        browser.call(path, Some(&csrf), body("d")).await.code(),
        "csrf",
        "from nowhere"
    );
    browser.origin = "http://127.0.0.1:8080";
    assert_eq!(browser.form("/logout", String::new()).await.status, 403);
    let reply = browser.call(path, Some(&csrf), body("e")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["number"], "CG20260401-0001");
}

#[tokio::test]
async fn nobody_logs_another_in() {
    let company = Company::new().await;
    let mut browser = browser(&company);
    let body = format!("name=wang&password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(
        browser.form("/login", body.clone()).await.status,
        403,
        "without the form's token"
    );
    let page = browser.get("/login").await;
    let csrf = hidden(&page.text(), "_csrf");
    assert_eq!(
        browser
            .form("/login", format!("_csrf={csrf}&{body}"))
            .await
            .status,
        403,
        "without its cookie"
    );
    browser.cookies = page.cookies();
    browser.origin = "https://evil.example";
    assert_eq!(
        browser
            .form("/login", format!("_csrf={csrf}&{body}"))
            .await
            .status,
        403,
        "from elsewhere"
    );
    browser.origin = "http://127.0.0.1:8080";
    assert_eq!(
        browser
            .form("/login", format!("_csrf={csrf}&{body}"))
            .await
            .status,
        303
    );
    let next = browser
        .form(
            "/login",
            format!("_csrf={csrf}&{body}&next=https%3A%2F%2Fevil.example"),
        )
        .await;
    assert_eq!(next.headers["location"], "/");
}

#[tokio::test]
async fn a_forged_or_dead_session_is_named_and_journaled() {
    let company = Company::new().await;
    let path = "/api/v1/steps/gsp.purchase_inbound.order.fill";
    let company_ref = &company;
    let refused = |token: Option<String>| async move {
        let company = company_ref;
        let mut body = order();
        body["key"] = "k".into();
        let reply = company.post(path, token.as_deref(), body).await;
        assert_eq!((reply.status.as_u16(), &*reply.code()), (401, "session"));
        company.last_row()
    };
    let system = |code: &str| ("system".to_owned(), format!("forbidden.{code}"));
    assert_eq!(refused(None).await, system("session.none"));
    assert_eq!(
        refused(Some("0".repeat(64))).await,
        system("session.forged")
    );
    assert_eq!(
        refused(Some("x".repeat(5_000))).await,
        system("session.forged")
    );
    let token = company.token("wang").await;
    company.later(119);
    assert_eq!(company.get("/api/v1/me", Some(&token)).await.status, 200);
    company.later(121);
    assert_eq!(
        refused(Some(token)).await,
        system("session.expired"),
        "idle"
    );
    let token = company.token("wang").await;
    for _ in 0..7 {
        company.later(100);
        assert_eq!(company.get("/api/v1/me", Some(&token)).await.status, 200);
    }
    company.later(21);
    assert_eq!(
        refused(Some(token)).await,
        system("session.expired"),
        "twelve hours in all"
    );
    let token = company.token("wang").await;
    let admin = company.log_in("admin").await;
    let out = json!({"name": "wang 先生", "identity": "id-wang", "active": false, "grants": []});
    assert_eq!(admin.post("/api/v1/people/wang", out).await.status, 200);
    // The news of a change travels by itself; it is a matter of a moment.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(refused(Some(token)).await, system("session.inactive"));
    let reply = company
        .post(
            "/api/v1/login",
            None,
            json!({"login": "wang", "password": PASSWORD}),
        )
        .await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (401, "login"));
    assert_eq!(
        company
            .app
            .store()
            .list(common::ORG, &store::ListQuery::default())
            .unwrap()
            .rows
            .len(),
        0
    );
}

#[tokio::test]
async fn failed_log_ins_lock() {
    let company = Company::new().await;
    let try_it = |login: &'static str, password: &'static str| {
        company.post(
            "/api/v1/login",
            None,
            json!({"login": login, "password": password}),
        )
    };
    for login in ["wang", "nobody"] {
        for _ in 0..5 {
            let reply = try_it(login, "wrong wrong wrong").await;
            assert_eq!(
                (reply.status.as_u16(), &*reply.code()),
                (401, "login"),
                "the same for both"
            );
        }
        assert_eq!(
            company.last_row(),
            ("system".to_owned(), "forbidden.login.locked".to_owned())
        );
        let reply = try_it(login, PASSWORD).await;
        assert_eq!(
            (reply.status.as_u16(), &*reply.code()),
            (429, "locked"),
            "even with the right one"
        );
        assert!(reply.headers.contains_key("retry-after"));
    }
    let other = try_it("li", PASSWORD).await;
    assert_eq!(other.status, 200, "others are not locked");
    company.later(2);
    assert_eq!(try_it("wang", PASSWORD).await.status, 200);
    assert_eq!(
        try_it("wang", "wrong wrong wrong").await.status,
        401,
        "a success forgets the failures"
    );
    let journal = company.journal();
    assert!(
        journal
            .iter()
            .all(|row| !row.request.contains("wrong wrong")),
        "no password in the journal"
    );
}

#[tokio::test]
async fn passwords_are_changed_by_their_owner() {
    let company = Company::new().await;
    let wang = company.log_in("wang").await;
    let other = company.log_in("wang").await;
    let change = |old: &str, new: &str| json!({"old": old, "new": new});
    let post = |body: Value| company.post("/api/v1/password", Some(&wang.token), body);
    assert_eq!(
        post(change("wrong wrong", "a new password")).await.code(),
        "login"
    );
    for easy in ["short", "wang", "password123", PASSWORD] {
        let reply = post(change(PASSWORD, easy)).await;
        assert_eq!(
            (reply.status.as_u16(), &*reply.code()),
            (422, "password"),
            "{easy}"
        );
    }
    let reply = post(change(PASSWORD, "staple 订书钉 staple")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let token = reply.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(company.get("/api/v1/me", Some(&token)).await.status, 200);
    assert_eq!(
        wang.get("/api/v1/me").await.status,
        401,
        "the session that asked ended"
    );
    assert_eq!(other.get("/api/v1/me").await.status, 401, "and every other");
    let old = company
        .post(
            "/api/v1/login",
            None,
            json!({"login": "wang", "password": PASSWORD}),
        )
        .await;
    assert_eq!(old.status, 401);
    let row = company
        .journal()
        .into_iter()
        .rev()
        .find(|row| &*row.act == "credential")
        .unwrap();
    assert_eq!(&*row.actor, "wang");
    assert!(!row.request.contains("argon2"), "{}", row.request);
}

#[tokio::test]
async fn what_an_administrator_chose_is_replaced_first() {
    let company = Company::new().await;
    let admin = company.log_in("admin").await;
    let wang = company.log_in("wang").await;
    let set = |password: &str| json!({"password": password});
    let post = |login: &str, body: Value| {
        let path = format!("/api/v1/people/{login}/password");
        let token = admin.token.clone();
        let company = &company;
        async move { company.post(&path, Some(&token), body).await }
    };
    assert_eq!(post("wang", set("short")).await.code(), "password");
    assert_eq!(post("admin", set("a password of mine")).await.status, 403);
    let reply = company
        .post(
            "/api/v1/people/li/password",
            Some(&wang.token),
            set("a password of mine"),
        )
        .await;
    assert_eq!(
        (reply.status.as_u16(), &*reply.code()),
        (403, "administrator")
    );
    let reply = post("wang", set("begin with this")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(wang.get("/api/v1/me").await.status, 401);

    let reply = company
        .post(
            "/api/v1/login",
            None,
            json!({"login": "wang", "password": "begin with this"}),
        )
        .await;
    assert_eq!(reply.json()["must_change_password"], true);
    let token = reply.json()["token"].as_str().unwrap().to_owned();
    let reply = company.get("/api/v1/me", Some(&token)).await;
    assert_eq!(
        (reply.status.as_u16(), &*reply.code()),
        (403, "password_change")
    );
    let (browser, reply) = log_in(&company, "wang", "begin with this").await;
    assert_eq!(reply.headers["location"], "/password");
    let page = browser.get("/password").await;
    assert!(page.text().contains("管理员设置"));
    let csrf = hidden(&page.text(), "_csrf");
    let body = |new: &str, again: &str| {
        format!("_csrf={csrf}&old=begin+with+this&password={new}&again={again}")
    };
    assert_eq!(
        browser
            .form("/password", body("one+two+three", "one+two+four"))
            .await
            .status,
        422
    );
    let reply = browser
        .form("/password", body("one+two+three", "one+two+three"))
        .await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    let browser = Browser {
        cookies: reply.cookies(),
        ..browser
    };
    assert_eq!(browser.get("/api/v1/me").await.status, 200);
}

#[tokio::test]
async fn tokens_do_what_they_were_issued_for() {
    let company = Company::new().await;
    let wang = company.log_in("wang").await;
    let issue = |scopes: Value, days: i64| {
        let body = json!({"name": "地磅", "scopes": scopes, "days": days});
        company.post("/api/v1/tokens", Some(&wang.token), body)
    };
    assert_eq!(issue(json!([]), 1).await.status, 422);
    assert_eq!(issue(json!(["read"]), 0).await.status, 422);
    assert_eq!(issue(json!(["everything"]), 1).await.status, 400);
    let token = |reply: Reply| reply.json()["token"].as_str().unwrap().to_owned();
    let reader = token(issue(json!(["read"]), 30).await);
    let signer = token(issue(json!(["read", "sign"]), 30).await);
    company.later(10 * 24 * 60);
    let path = "/api/v1/steps/gsp.purchase_inbound.order.fill";
    let mut body = order();
    body["key"] = "t".into();
    let reply = company.post(path, Some(&reader), body.clone()).await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (403, "scope"));
    assert_eq!(
        company.get("/api/v1/inbox", Some(&reader)).await.status,
        200
    );
    assert_eq!(company.post(path, Some(&signer), body).await.status, 200);
    let more = json!({"name": "x", "scopes": ["sign"], "days": 300});
    assert_eq!(
        company
            .post("/api/v1/tokens", Some(&signer), more)
            .await
            .code(),
        "scope",
        "no token makes tokens"
    );
    let mine = json!({"old": PASSWORD, "new": "something else here"});
    assert_eq!(
        company
            .post("/api/v1/password", Some(&signer), mine)
            .await
            .code(),
        "scope"
    );
    let listed = company.get("/api/v1/tokens", Some(&signer)).await.json();
    let rows = listed["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    let id = rows
        .iter()
        .find(|row| row["scopes"] == json!(["read"]))
        .unwrap()["id"]
        .as_str()
        .unwrap();
    let li = company.log_in("li").await;
    let path = format!("/api/v1/tokens/{id}/revoke");
    assert_eq!(li.post(&path, json!({})).await.status, 404, "not another's");
    assert_eq!(
        company.post(&path, Some(&signer), json!({})).await.status,
        200
    );
    assert_eq!(
        company.get("/api/v1/inbox", Some(&reader)).await.status,
        401
    );
    company.later(25 * 24 * 60);
    assert_eq!(
        company.get("/api/v1/inbox", Some(&signer)).await.status,
        401,
        "it ends"
    );
}

#[tokio::test]
async fn a_signature_over_a_stale_version_is_refused() {
    let company = Company::new().await;
    let wang = company.log_in("wang").await;
    let li = company.log_in("li").await;
    let (id, seen) = wang.must("order.fill", order()).await;
    let reply = wang
        .post(
            &format!("/api/v1/slips/{id}/withdraw"),
            json!({"reason": "改价"}),
        )
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let mut again = over(id, &seen);
    again["input"] = order()["input"].clone();
    again["input"]["lines"][0]["fields"]["price"] = json!("0.01");
    let (_, changed) = wang.must("order.fill", again).await;
    assert_ne!(changed, seen);
    let reply = li.step("order.approve", over(id, &seen)).await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (409, "stale"));
    li.must("order.approve", over(id, &changed)).await;
}

#[tokio::test]
async fn every_answer_is_hardened() {
    let company = Company::new().await;
    for path in ["/login", "/api/openapi.json", "/nowhere", "/slips"] {
        let reply = company.get(path, None).await;
        let header = |name: &str| {
            reply
                .headers
                .get(name)
                .map_or("", |value| value.to_str().unwrap())
        };
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        let policy = header("content-security-policy");
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"),
            "{path}"
        );
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        assert!(!header("x-request-id").is_empty(), "{path}");
    }
    let page = company.get("/login", None).await.text();
    assert!(
        !page.contains("style=\"") && !page.contains("onclick"),
        "nothing inline"
    );
    let gone = company.get("/slips?x=1", None).await;
    assert_eq!(
        (
            gone.status.as_u16(),
            gone.headers["location"].to_str().unwrap()
        ),
        (303, "/login?next=%2Fslips%3Fx%3D1")
    );
}

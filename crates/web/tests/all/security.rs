//! Sessions, and requests that nobody meant.

use crate::common::browser::{browser, csrf_of, hidden, log_in};
use crate::common::{Company, PASSWORD, order, over};
use serde_json::json;

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
    let stored = company
        .app
        .store()
        .sessions(crate::common::ORG, "wang")
        .unwrap();
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
    let stored = company
        .app
        .store()
        .sessions(crate::common::ORG, "wang")
        .unwrap();
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
            .list(crate::common::ORG, &store::ListQuery::default())
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

/// A request that is refused, over and over, some of nearly a mebibyte: the journal keeps a digest of each, five hundred
/// of them, and then the person is told to wait; others are not.
#[tokio::test]
async fn who_is_refused_again_and_again_is_not_heard_for_a_while() {
    let company = Company::new().await;
    let wang = company.log_in("wang").await;
    let path = "/api/v1/steps/gsp.purchase_inbound.order.fill";
    let mut body = order();
    for nth in 0..500 {
        // Twenty of them are far more than the journal may grow by in all; the rest need not be long to be counted.
        let letters = if nth < 20 { 300_000 } else { 600 };
        body["input"]["header"]["payment"] = "药".repeat(letters).into();
        let reply = wang.post(path, body.clone()).await;
        assert_eq!(reply.status, 422, "{}", reply.text());
    }
    let rows = company.rows();
    let reply = wang.post(path, body.clone()).await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (429, "too_many"));
    assert!(reply.headers.contains_key("retry-after"));
    let said = reply.json()["refusal"].clone();
    assert!(said["zh"].as_str().is_some_and(|zh| zh.contains("请稍后")));
    assert!(said["en"].as_str().is_some_and(|en| en.contains("Wait")));
    let reply = wang.step("order.fill", order()).await;
    assert_eq!(
        reply.status, 429,
        "a good one waits too: it was not looked at"
    );
    assert_eq!(company.rows(), rows, "nothing more is written");
    let kept: usize = company
        .journal()
        .iter()
        .map(|row| row.request.len() + row.reply.len())
        .sum();
    assert!(kept < 4 << 20, "{kept} bytes in the journal");
    // Others work on, and he does too after a little while.
    company.log_in("li").await.must("order.fill", order()).await;
    company.later(1);
    wang.must("order.fill", order()).await;
}

/// Whoever has no session, or changes it every time, is counted by his address.
#[tokio::test]
async fn an_address_that_is_refused_again_and_again_is_not_heard_for_a_while() {
    let company = Company::new().await;
    let wang = company.log_in("wang").await;
    let stranger = browser(&company);
    for nth in 0..3_000 {
        let token = format!("{nth:064}");
        let reply = company
            .post("/api/v1/logout", Some(&token), json!({}))
            .await;
        assert!(matches!(reply.status.as_u16(), 401 | 429));
    }
    let rows = company.rows();
    let reply = company.post("/api/v1/logout", Some("x"), json!({})).await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (429, "too_many"));
    let page = stranger
        .form("/login", "name=wang&password=x".to_owned())
        .await;
    assert_eq!(page.status, 429);
    assert!(
        page.text().contains("请稍后"),
        "a page says so too: {}",
        page.text()
    );
    assert_eq!(company.rows(), rows);
    assert!(rows < 700, "{rows} rows");
    // What only reads is answered all the time, and after a while everything is.
    assert_eq!(wang.get("/api/v1/me").await.status, 200);
    company.later(5);
    wang.must("order.fill", order()).await;
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

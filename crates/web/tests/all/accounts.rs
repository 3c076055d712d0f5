//! Passwords and tokens.

use crate::common::browser::{Browser, hidden, log_in};
use crate::common::{Company, PASSWORD, Reply, order};
use serde_json::{Value, json};

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

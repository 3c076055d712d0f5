//! Administration and sign-in over the API: webhooks, log-ins, authenticator apps; mistakes in Chinese; attempts at what is not there.

use serde_json::json;

use crate::common::Company;

#[tokio::test]
async fn webhooks_are_made_and_changed_and_what_is_wrong_is_named() {
    let company = Company::new().await;
    let admin = company.token("admin").await;
    let hook = json!({"key": "h1", "name": "仓库", "url": "https://hooks.example/x", "flows": ["gsp.purchase_inbound"]});
    let made = company
        .post("/api/v1/webhooks", Some(&admin), hook.clone())
        .await;
    assert_eq!(made.status, 200, "{}", made.text());
    let (id, secret) = (made.json()["id"].clone(), made.json()["secret"].clone());
    assert!(
        secret
            .as_str()
            .is_some_and(|secret| secret.starts_with("whsec_")),
        "{secret}"
    );
    let path = format!("/api/v1/webhooks/{}", id.as_str().expect("an id"));
    let changed = json!({"key": "h2", "name": "仓库二", "url": "https://hooks.example/y", "active": false, "tries": 3});
    let reply = company.post(&path, Some(&admin), changed).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(
        reply.json()["secret"].is_null(),
        "it stays and is not shown"
    );
    let listed = company.get("/api/v1/webhooks", Some(&admin)).await;
    let one = listed.json()["rows"][0].clone();
    assert_eq!(
        (&one["name"], &one["active"], &one["tries"]),
        (&json!("仓库二"), &json!(false), &json!(3))
    );
    assert_eq!(one["version"], 2);
    assert!(!listed.text().contains(secret.as_str().unwrap()));
    let renewed = company
        .post(
            &format!("{path}/secret"),
            Some(&admin),
            json!({"key": "h3"}),
        )
        .await;
    assert_ne!(renewed.json()["secret"], secret);
    let wrong = json!({"key": "h4", "name": "", "url": "ftp://x", "tries": 0, "acts": ["fly"], "flows": ["gsp.none"], "steps": ["x"]});
    let refused = company.post("/api/v1/webhooks", Some(&admin), wrong).await;
    assert_eq!(refused.status, 422);
    for field in ["name", "url", "tries", "acts", "flows", "steps"] {
        assert!(
            refused.text().contains(&format!("\"{field}\"")),
            "{field}: {}",
            refused.text()
        );
    }
    // Nobody else, and not by guessing either; every attempt stands in the journal.
    let wang = company.token("wang").await;
    for path in ["/api/v1/webhooks", &path, "/api/v1/webhooks/none"] {
        let mut hook = hook.clone();
        hook["key"] = json!(format!("w{}", path.len()));
        let refused = company.post(path, Some(&wang), hook).await;
        assert_eq!(
            (refused.status.as_u16(), &*refused.code()),
            (403, "administrator"),
            "{path}"
        );
        assert_eq!(
            company.last_row(),
            ("wang".to_owned(), "administrator".to_owned())
        );
    }
}

#[tokio::test]
async fn log_ins_are_listed_and_ended_with_a_row_in_the_journal() {
    let company = Company::new().await;
    let first = company.token("wang").await;
    let second = company.token("wang").await;
    let rows = company.get("/api/v1/sessions", Some(&first)).await.json();
    let rows = rows["rows"].as_array().expect("rows").clone();
    assert_eq!(rows.len(), 2);
    let other = rows
        .iter()
        .find(|row| row["this"] == false)
        .expect("the other");
    let path = format!("/api/v1/sessions/{}/end", other["id"].as_str().unwrap());
    // It is one's own: nobody else's call finds it.
    let li = company.token("li").await;
    assert_eq!(company.post(&path, Some(&li), json!({})).await.status, 404);
    let before = company.rows();
    assert_eq!(
        company.post(&path, Some(&first), json!({})).await.status,
        200
    );
    assert_eq!(company.rows(), before + 1);
    assert_eq!(&*company.journal().pop().unwrap().act, "sign_in");
    assert_eq!(company.get("/api/v1/me", Some(&second)).await.status, 401);
    // An administrator ends anybody's.
    let admin = company.token("admin").await;
    let of_wang = "/api/v1/people/wang/sessions";
    let rows = company.get(of_wang, Some(&admin)).await.json();
    let id = rows["rows"][0]["id"].as_str().expect("one").to_owned();
    let end = format!("{of_wang}/{id}/end");
    let refused = company.post(&end, Some(&li), json!({})).await;
    assert_eq!(
        (refused.status.as_u16(), &*refused.code()),
        (403, "administrator")
    );
    assert_eq!(company.last_row().0, "li");
    assert_eq!(company.get(of_wang, Some(&li)).await.status, 403);
    assert_eq!(
        company.post(&end, Some(&admin), json!({})).await.status,
        200
    );
    assert_eq!(company.get("/api/v1/me", Some(&first)).await.status, 401);
    // Ending a token by its own list leaves a row too.
    let token = json!({"name": "磅秤", "scopes": ["read"], "days": 3});
    company.post("/api/v1/tokens", Some(&li), token).await;
    let rows = company.get("/api/v1/tokens", Some(&li)).await.json();
    let id = rows["rows"][0]["id"].as_str().expect("a token").to_owned();
    let before = company.rows();
    let revoke = format!("/api/v1/tokens/{id}/revoke");
    assert_eq!(
        company.post(&revoke, Some(&li), json!({})).await.status,
        200
    );
    assert_eq!(company.rows(), before + 1);
}

#[tokio::test]
async fn an_authenticator_is_set_up_over_the_api() {
    let company = Company::new().await;
    let wang = company.token("wang").await;
    let begun = company.post("/api/v1/totp", Some(&wang), json!({})).await;
    assert_eq!(begun.status, 200, "{}", begun.text());
    let json = begun.json();
    assert!(json["uri"].as_str().unwrap().starts_with("otpauth://totp/"));
    let wrong = json!({"enrolment": json["enrolment"], "code": "000000"});
    let refused = company
        .post("/api/v1/totp/confirm", Some(&wang), wrong)
        .await;
    assert_eq!(refused.status, 401, "{}", refused.text());
    let ways = company.get("/api/v1/sign-in", Some(&wang)).await.json();
    assert_eq!(ways["rows"], json!([]));
    let li = company.token("li").await;
    let none = company
        .post(
            "/api/v1/sign-in/0000000000000000/remove",
            Some(&li),
            json!({}),
        )
        .await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn mistakes_are_told_in_chinese_without_the_readers_words() {
    let company = Company::new().await;
    let wang = company.token("wang").await;
    for (body, wanted) in [
        (json!({"name": "x", "scopes": ["read"]}), "缺少 days"),
        (
            json!({"name": "x", "scopes": ["read"], "days": "3"}),
            "值的类型或大小不对",
        ),
        (
            json!({"name": "x", "scopes": ["fly"], "days": 3}),
            "fly 不是可取的值",
        ),
    ] {
        let refused = company.post("/api/v1/tokens", Some(&wang), body).await;
        assert_eq!(refused.status, 400);
        let zh = refused.json()["refusal"]["zh"]
            .as_str()
            .expect("words")
            .to_owned();
        assert!(zh.contains(wanted), "{zh}");
        for word in ["missing", "invalid", "expected", "line", "unknown"] {
            assert!(!zh.contains(word), "{zh}");
        }
    }
    let refused = company.get("/api/v1/slips?kindd=x", Some(&wang)).await;
    let zh = refused.json()["refusal"]["zh"]
        .as_str()
        .expect("words")
        .to_owned();
    assert_eq!(zh, "查询参数无效：没有参数 kindd");
}

#[tokio::test]
async fn an_attempt_at_what_is_not_there_stands_in_the_journal() {
    let company = Company::new().await;
    let wang = company.token("wang").await;
    for path in [
        "/api/v1/slips/999/void",
        "/api/v1/deliveries/none/retry",
        "/api/v1/sessions/none/end",
    ] {
        let before = company.rows();
        let reply = company
            .post(path, Some(&wang), json!({"key": path, "reason": "x"}))
            .await;
        assert!(reply.status.is_client_error(), "{path}");
        assert_eq!(company.rows(), before + 1, "{path}: {}", reply.text());
        assert_eq!(company.last_row().0, "wang", "{path}");
    }
    // Looking leaves nothing.
    let before = company.rows();
    assert_eq!(
        company.get("/api/v1/slips/999", Some(&wang)).await.status,
        404
    );
    assert_eq!(company.rows(), before);
    let mut desk = crate::desk::Desk::log_in(&company, "wang", "zh").await;
    let mut form = desk.get("/me").await.form("/me/tokens");
    for path in [
        "/slips/999/act/comment",
        "/new/gsp.none.order.fill",
        "/slips/999/sign/gsp.purchase_inbound.order.approve",
    ] {
        form.action = path.to_owned();
        let before = company.rows();
        let reply = desk.send(&form, "").await;
        assert!(
            (400..500).contains(&reply.status),
            "{path}: {}",
            reply.status
        );
        assert!(company.rows() > before, "{path}");
        assert_eq!(company.last_row().0, "wang", "{path}");
    }
}

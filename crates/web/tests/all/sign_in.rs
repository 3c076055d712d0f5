//! One-time codes, recovery codes, showing again that it is still the same person, and ending log-ins.

use crate::common::browser::{Browser, browser, csrf_of, hidden, log_in};
use crate::common::{Company, ORG, PASSWORD, Reply};
use ring::hmac;
use serde_json::json;

/// The code that an app shows which knows the key spelled on the page.
fn code(company: &Company, key: &str, steps: i64) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bits, mut held, mut secret) = (0u32, 0u32, Vec::new());
    for letter in key.chars().filter(|c| !c.is_whitespace()) {
        let value = letters.find(letter).expect("base 32");
        bits = (bits << 5) | u32::try_from(value).unwrap();
        held += 5;
        if held >= 8 {
            held -= 8;
            secret.push(((bits >> held) & 255) as u8);
        }
    }
    let step = company.app.now().0 / 30_000_000 + steps;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let at = usize::from(tag.as_ref()[19] & 15);
    let word: [u8; 4] = tag.as_ref()[at..at + 4].try_into().unwrap();
    format!(
        "{:06}",
        (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000
    )
}

fn between<'a>(page: &'a str, begin: &str, end: &str) -> &'a str {
    let from = page
        .find(begin)
        .unwrap_or_else(|| panic!("{begin} in {page}"))
        + begin.len();
    page[from..].split(end).next().unwrap()
}

async fn press(browser: &Browser<'_>, what: &str, more: &str) -> Reply {
    let csrf = csrf_of(browser).await;
    let body = format!("_csrf={csrf}&do={what}{more}");
    browser.form("/me/sign-in", body).await
}

/// Enrols; gives the key and the recovery codes.
async fn enrol(company: &Company, browser: &Browser<'_>) -> (String, Vec<String>) {
    let page = press(browser, "totp", "").await.text();
    let key = between(&page, "data-key>", "<").to_owned();
    let token = hidden(&page, "enrolment");
    let typed = code(company, &key, 0);
    let reply = press(
        browser,
        "confirm_totp",
        &format!("&enrolment={token}&code={typed}"),
    )
    .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let page = reply.text();
    let list = between(&page, "data-codes>", "</ul>").to_owned();
    let codes = list
        .split("<kbd class=\"secret\">")
        .skip(1)
        .map(|part| part.split('<').next().unwrap().to_owned());
    (key, codes.collect())
}

async fn api_log_in(company: &Company, code: Option<&str>) -> Reply {
    let mut body = json!({"login": "wang", "password": PASSWORD});
    if let Some(code) = code {
        body["code"] = code.into();
    }
    company.post("/api/v1/login", None, body).await
}

#[tokio::test]
async fn a_code_is_asked_for_once_it_was_confirmed() {
    let company = Company::new().await;
    let (browser, _) = log_in(&company, "wang", PASSWORD).await;
    let page = press(&browser, "totp", "").await.text();
    assert!(page.contains("<svg class=\"qr\""));
    let key = between(&page, "data-key>", "<").to_owned();
    let token = hidden(&page, "enrolment");
    assert_eq!(
        api_log_in(&company, None).await.status,
        200,
        "not confirmed yet: nothing is asked for"
    );
    let right = code(&company, &key, 0);
    let wrong = if right == "000000" {
        "000001"
    } else {
        "000000"
    };
    let reply = press(
        &browser,
        "confirm_totp",
        &format!("&enrolment={token}&code={wrong}"),
    )
    .await;
    assert_eq!(reply.status, 403);
    assert!(reply.text().contains("动态码不对"), "{}", reply.text());
    assert!(reply.text().contains(&key), "the same key is shown again");
    assert_eq!(api_log_in(&company, None).await.status, 200);
    let reply = press(
        &browser,
        "confirm_totp",
        &format!("&enrolment={token}&code={right}"),
    )
    .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let reply = api_log_in(&company, None).await;
    assert_eq!(
        (reply.status.as_u16(), &*reply.code()),
        (401, "code_wanted")
    );
    let reply = api_log_in(&company, Some(&right)).await;
    assert_eq!(
        (reply.status.as_u16(), &*reply.code()),
        (401, "code"),
        "the code that confirmed it is used"
    );
    company.later(1);
    let next = code(&company, &key, 0);
    assert_eq!(api_log_in(&company, Some(&next)).await.status, 200);
    assert_eq!(
        api_log_in(&company, Some(&next)).await.code(),
        "code",
        "once"
    );
    let late = code(&company, &key, -2);
    assert_eq!(api_log_in(&company, Some(&late)).await.code(), "code");
    let early = code(&company, &key, 1);
    assert_eq!(
        api_log_in(&company, Some(&early)).await.status,
        200,
        "a step of drift"
    );
    let rows = company.journal();
    let row = rows.iter().find(|row| &*row.act == "sign_in").unwrap();
    assert_eq!(&*row.actor, "wang");
    let stored = company.app.store().factors(ORG, "wang").unwrap();
    let plain = key.replace(' ', "");
    for factor in &stored {
        assert!(!factor.body.contains(&plain));
        assert!(!row.request.contains(&factor.body));
    }
    let report = company.app.store().verify(&|_, _, _| {}).unwrap();
    assert!(report.bad.is_empty(), "{:?}", report.bad);
}

#[tokio::test]
async fn pages_ask_for_the_code_in_a_second_step() {
    let company = Company::new().await;
    let (first, _) = log_in(&company, "wang", PASSWORD).await;
    let (key, codes) = enrol(&company, &first).await;
    assert_eq!(codes.len(), 10);
    company.later(1);
    let (mut second, reply) = log_in(&company, "wang", PASSWORD).await;
    assert_eq!(reply.headers["location"], "/login/code?next=%2Fslips");
    // The browser keeps the cookie of the log-in page beside the new one.
    let mut fresh = browser(&company);
    let page = fresh.get("/login").await;
    fresh.cookies = page.cookies();
    let csrf = hidden(&page.text(), "_csrf");
    let body = format!(
        "_csrf={csrf}&name=wang&password={}",
        PASSWORD.replace(' ', "+")
    );
    let reply = fresh.form("/login", body).await;
    fresh.cookies = format!("{}; {}", fresh.cookies, reply.cookies());
    second.cookies.clone_from(&fresh.cookies);
    assert_eq!(
        fresh.get("/api/v1/me").await.status,
        401,
        "the password alone opens nothing"
    );
    let page = fresh.get("/login/code").await;
    let csrf = hidden(&page.text(), "_csrf");
    let typed = code(&company, &key, 0);
    assert_eq!(
        fresh
            .form("/login/code", format!("code={typed}"))
            .await
            .status,
        403,
        "without the form's token"
    );
    let reply = fresh
        .form("/login/code", format!("_csrf={csrf}&code=123"))
        .await;
    assert_eq!(reply.status, 401);
    let body = format!("_csrf={csrf}&next=%2Fslips&code={typed}");
    let reply = fresh.form("/login/code", body.clone()).await;
    assert_eq!(reply.status, 303, "{}", reply.text());
    assert_eq!(reply.headers["location"], "/slips");
    let again = second.form("/login/code", body).await;
    assert_eq!(again.status, 403, "what was answered is not answered again");
}

#[tokio::test]
async fn recovery_codes_work_once_each() {
    let company = Company::new().await;
    let (browser, _) = log_in(&company, "wang", PASSWORD).await;
    let (_, codes) = enrol(&company, &browser).await;
    let typed = codes[3].to_uppercase().replace('-', " ");
    assert_eq!(api_log_in(&company, Some(&typed)).await.status, 200);
    assert_eq!(api_log_in(&company, Some(&codes[3])).await.code(), "code");
    assert_eq!(api_log_in(&company, Some(&codes[4])).await.status, 200);
    let page = browser.get("/me/sign-in").await.text();
    assert!(page.contains("剩余恢复码：<b>8</b>"), "{page}");
    let reply = press(&browser, "recovery", "").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(
        api_log_in(&company, Some(&codes[5])).await.code(),
        "code",
        "new codes make the old ones void"
    );
}

#[tokio::test]
async fn wrong_codes_lock_and_the_password_does_not_unlock() {
    let company = Company::new().await;
    let (browser, _) = log_in(&company, "wang", PASSWORD).await;
    let (key, _) = enrol(&company, &browser).await;
    company.later(1);
    for _ in 0..5 {
        assert_eq!(api_log_in(&company, Some("000")).await.code(), "code");
    }
    let right = code(&company, &key, 0);
    assert_eq!(api_log_in(&company, Some(&right)).await.code(), "locked");
    company.later(2);
    let right = code(&company, &key, 0);
    assert_eq!(api_log_in(&company, Some(&right)).await.status, 200);
}

#[tokio::test]
async fn an_administrator_resets_and_plants_nothing() {
    let company = Company::new().await;
    let (wang, _) = log_in(&company, "wang", PASSWORD).await;
    enrol(&company, &wang).await;
    let path = "/admin/people/wang/sign-in";
    let (li, _) = log_in(&company, "li", PASSWORD).await;
    let csrf = csrf_of(&li).await;
    let body = format!("_csrf={csrf}&do=remove_totp");
    assert_eq!(li.form(path, body).await.status, 403);
    assert_eq!(api_log_in(&company, None).await.code(), "code_wanted");
    let (admin, _) = log_in(&company, "admin", PASSWORD).await;
    assert_eq!(admin.get(path).await.status, 200);
    let csrf = csrf_of(&admin).await;
    assert_eq!(
        admin.form(path, "do=remove_totp".to_owned()).await.status,
        403,
        "without the form's token"
    );
    company.later(6);
    let body = format!("_csrf={csrf}&do=remove_totp");
    let reply = admin.form(path, body.clone()).await;
    assert!(
        reply.headers["location"]
            .to_str()
            .unwrap()
            .starts_with("/confirm?next="),
        "the administrator shows first that it is he"
    );
    let typed = format!("_csrf={csrf}&password={}", PASSWORD.replace(' ', "+"));
    assert_eq!(admin.form("/confirm", typed).await.status, 303);
    assert_eq!(admin.form(path, body).await.status, 303);
    assert_eq!(api_log_in(&company, None).await.status, 200);
    let (actor, _) = company.last_row();
    let _ = actor;
    let rows = company.journal();
    let last = rows
        .iter()
        .rev()
        .find(|row| &*row.act == "sign_in")
        .unwrap();
    assert_eq!(&*last.actor, "admin");
    let plant = engine::Act::SignIn {
        login: "wang".into(),
        id: "0123456789abcdef".into(),
        kind: "totp".into(),
        name: "".into(),
        digest: "0".repeat(64).into(),
    };
    let command = engine::Command {
        org: ORG,
        key: "plant".into(),
        at: company.app.now(),
        actor: "admin".into(),
        on_behalf_of: None,
        act: plant,
    };
    let answer = company.app.store().submit(command).await.unwrap();
    assert_eq!(answer.outcome.unwrap_err().code, "sign_in");
}

#[tokio::test]
async fn log_ins_are_seen_and_ended() {
    let company = Company::new().await;
    let (one, _) = log_in(&company, "wang", PASSWORD).await;
    let (two, _) = log_in(&company, "wang", PASSWORD).await;
    let (three, _) = log_in(&company, "wang", PASSWORD).await;
    let page = one.get("/me/sign-in").await.text();
    let list = between(&page, "data-sessions>", "</ul>");
    assert_eq!(list.matches("<li>").count(), 3, "{list}");
    let id = hidden(list, "id");
    assert_eq!(
        one.form("/me/sign-in", format!("do=end&id={id}"))
            .await
            .status,
        403
    );
    assert_eq!(press(&one, "end", "&id=ffff").await.status, 404);
    assert_eq!(press(&one, "end", &format!("&id={id}")).await.status, 303);
    let alive = [
        two.get("/api/v1/me").await.status,
        three.get("/api/v1/me").await.status,
    ];
    assert_eq!(alive.iter().filter(|status| **status == 200).count(), 1);
    assert_eq!(press(&one, "end_others", "").await.status, 303);
    assert_eq!(two.get("/api/v1/me").await.status, 401);
    assert_eq!(three.get("/api/v1/me").await.status, 401);
    assert_eq!(one.get("/api/v1/me").await.status, 200);
    let rows = company.journal();
    let ends = rows.iter().filter(|row| &*row.act == "sign_in").count();
    assert_eq!(ends, 2);
    let (admin, _) = log_in(&company, "admin", PASSWORD).await;
    let csrf = csrf_of(&admin).await;
    let body = format!("_csrf={csrf}&do=end_others");
    assert_eq!(
        admin.form("/admin/people/wang/sign-in", body).await.status,
        303
    );
    assert_eq!(one.get("/api/v1/me").await.status, 401);
    assert_eq!(admin.get("/api/v1/me").await.status, 200);
}

//! Bodies that no clerk sends: a clear answer, no change, and the server goes on.

use crate::common::{Company, Reply, order};
use axum::body::Body;
use axum::http::Request;
use serde_json::json;

const STEP: &str = "/api/v1/steps/gsp.purchase_inbound.order.fill";

async fn send(company: &Company, token: &str, path: &str, kind: &str, body: Vec<u8>) -> Reply {
    let request = Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", kind)
        .header("idempotency-key", crate::common::fresh_key())
        .body(Body::from(body))
        .unwrap();
    company.ask(request).await
}

#[tokio::test]
async fn bodies_that_are_no_requests() {
    let company = Company::new().await;
    let token = company.token("wang").await;
    let json_type = "application/json";
    let deep = "[".repeat(200_000);
    let deep_field = format!(
        "{{\"input\":{{\"header\":{}1{}}}}}",
        "{\"a\":".repeat(500),
        "}".repeat(500)
    );
    let mut invalid = order().to_string().into_bytes();
    let at = invalid
        .windows(3)
        .position(|three| three == b"S01")
        .unwrap();
    invalid[at] = 0xff;
    let before = company.rows();
    for (name, kind, body, status, code) in [
        ("nothing", json_type, b"".to_vec(), 422, "lines"),
        ("no JSON", json_type, b"hello".to_vec(), 400, "json"),
        ("half", json_type, b"{\"input\":".to_vec(), 400, "json"),
        ("an array", json_type, b"[]".to_vec(), 400, "json"),
        ("deep", json_type, deep.into_bytes(), 400, "json"),
        (
            "deep field",
            json_type,
            deep_field.into_bytes(),
            400,
            "json",
        ),
        ("invalid UTF-8", json_type, invalid, 400, "utf8"),
        (
            "a float",
            json_type,
            br#"{"input":{"header":{"supplier":1.5}}}"#.to_vec(),
            400,
            "json",
        ),
        (
            "infinite",
            json_type,
            br#"{"input":{"header":{"supplier":1e999}}}"#.to_vec(),
            400,
            "json",
        ),
        (
            "huge id",
            json_type,
            br#"{"slip":99999999999999999999}"#.to_vec(),
            400,
            "json",
        ),
        (
            "twice",
            json_type,
            br#"{"slip":1,"slip":2}"#.to_vec(),
            400,
            "json",
        ),
        (
            "a form",
            "application/x-www-form-urlencoded",
            b"step=x".to_vec(),
            415,
            "content_type",
        ),
        (
            "text",
            "text/plain",
            order().to_string().into_bytes(),
            415,
            "content_type",
        ),
        ("ten megabytes", json_type, huge(), 413, "too_large"),
    ] {
        let reply = send(&company, &token, STEP, kind, body).await;
        let json = reply.json();
        let codes: Vec<&str> = std::iter::once(&json["refusal"])
            .chain(json["refusal"]["more"].as_array().into_iter().flatten())
            .filter_map(|refusal| refusal["code"].as_str())
            .collect();
        assert_eq!(reply.status, status, "{name}: {}", reply.text());
        assert!(codes.contains(&code), "{name}: {codes:?}");
    }
    assert_eq!(
        company.rows(),
        before + 1,
        "only the empty order reached the engine, and was refused there"
    );
    assert_eq!(
        company.get("/api/v1/me", Some(&token)).await.status,
        200,
        "the server goes on"
    );
}

fn huge() -> Vec<u8> {
    let field = "x".repeat(10 << 20);
    json!({"input": {"header": {"supplier": field}}})
        .to_string()
        .into_bytes()
}

#[tokio::test]
async fn forms_that_are_too_long() {
    let company = Company::new().await;
    let wang = company.log_in("wang").await;
    let line = json!({"fields": {"item": "A001", "qty": 1, "price": 1}});
    let many = vec![line; 10_000];
    let reply = wang
        .step(
            "order.fill",
            json!({"input": {"header": {"supplier": "S01"}, "lines": many}}),
        )
        .await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    assert_eq!(reply.code(), "lines");
    let long = "药".repeat(100_000);
    let mut body = order();
    body["input"]["header"]["payment"] = long.into();
    let reply = wang.step("order.fill", body).await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    assert_eq!(reply.json()["refusal"]["place"]["field"], "payment");
    let reply = wang.step("order.fill", order()).await;
    assert_eq!(
        reply.json()["number"],
        "CG20260401-0001",
        "no number was taken"
    );
}

#[tokio::test]
async fn addresses_that_name_nothing() {
    let company = Company::new().await;
    let wang = company.log_in("wang").await;
    for path in [
        "/api/v1/slips/0",
        "/api/v1/slips/-1",
        "/api/v1/slips/99999999999999999999",
        "/api/v1/slips/1%20or%201=1",
        "/api/v1/slips/..%2f..%2fetc%2fpasswd",
        "/api/v1/slips/by-number/%27%20or%201=1%20--",
        "/api/v1/slips/1/attachments/..%2f..%2fx",
        "/api/v1/ledgers/gsp.nothing/balances",
        "/api/v1/records/gsp.nothing",
        "/api/v1/records/gsp.item/%00",
        "/api/v1/lookup/person?q=a",
        "/api/v1/forms/gsp.nothing.order.fill",
    ] {
        let reply = wang.get(path).await;
        assert_eq!(reply.status, 404, "{path}: {}", reply.text());
    }
    for path in [
        "/api/v1/slips?state=approved",
        "/api/v1/slips?stat=open",
        "/api/v1/slips?from=2026-02-30",
        "/api/v1/slips?after=zzz",
        "/api/v1/slips?limit=-1",
        "/api/v1/slips/%ff",
        "/api/v1/ledgers/gsp.stock/statement?after=zz",
        "/api/v1/ledgers/gsp.stock/balances?day=2026-04-01&seq=1",
    ] {
        let reply = wang.get(path).await;
        assert_eq!(reply.status, 400, "{path}: {}", reply.text());
        assert!(!reply.code().is_empty(), "{path}");
    }
    let reply = wang
        .get("/api/v1/slips?text=%27%3B%20drop%20table%20slip%3B--")
        .await;
    assert_eq!(reply.json()["rows"], json!([]));
}

fn multipart(parts: &[(&str, Option<&str>, &[u8])]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        body.extend(b"--XX\r\ncontent-disposition: form-data; name=\"");
        body.extend(name.as_bytes());
        body.push(b'"');
        if let Some(file) = file {
            body.extend(format!("; filename=\"{file}\"").as_bytes());
        }
        body.extend(b"\r\n\r\n");
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--XX--\r\n");
    ("multipart/form-data; boundary=XX".to_owned(), body)
}

#[tokio::test]
async fn attachments_are_what_they_say() {
    let company = Company::new().await;
    let wang = company.log_in("wang").await;
    let (id, _) = wang.must("order.fill", order()).await;
    let path = format!("/api/v1/slips/{id}/attach");
    let attach = |file: &'static str, bytes: Vec<u8>| {
        let (kind, body) = multipart(&[("file", Some(file), &bytes)]);
        let (company, token, path) = (&company, wang.token.clone(), path.clone());
        async move { send(company, &token, &path, &kind, body).await }
    };
    for (file, bytes, status, code) in [
        (
            "../../etc/cron.d/x.txt",
            b"x".to_vec(),
            403,
            "forbidden.attachment.path",
        ),
        ("..\\x.txt", b"x".to_vec(), 403, "forbidden.attachment.path"),
        ("x.html", b"<script>".to_vec(), 422, "attachment"),
        ("x.svg", b"<svg onload=x>".to_vec(), 422, "attachment"),
        ("x.pdf", b"<script>".to_vec(), 422, "attachment"),
        ("x.txt", vec![0xff, 0xfe, 0x00], 422, "attachment"),
        ("x.txt", Vec::new(), 422, "attachment"),
        ("x.txt", vec![b'x'; 21 << 20], 413, "too_large"),
    ] {
        let reply = attach(file, bytes).await;
        assert_eq!(
            (reply.status.as_u16(), &*reply.code()),
            (status, code),
            "{file}: {}",
            reply.text()
        );
    }
    let reply = attach("检验报告.pdf", b"%PDF-1.7 report".to_vec()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let notes = wang.get(&format!("/api/v1/slips/{id}/notes")).await.json();
    let note = &notes["rows"][0];
    assert_eq!(
        (&note["text"], &note["media"]),
        (&json!("检验报告.pdf"), &json!("application/pdf"))
    );
    let hash = note["hash"].as_str().unwrap();
    let file = wang
        .get(&format!("/api/v1/slips/{id}/attachments/{hash}"))
        .await;
    assert_eq!(file.bytes, b"%PDF-1.7 report");
    let disposition = file.headers["content-disposition"].to_str().unwrap();
    assert!(
        disposition.starts_with("attachment; filename*=UTF-8''%E6%A3%80"),
        "{disposition}"
    );
    assert!(
        file.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("sandbox")
    );
    let wu = company.log_in("wu").await;
    let (kind, body) = multipart(&[("file", Some("x.txt"), b"from one who has no part in it")]);
    let reply = send(&company, &wu.token, &path, &kind, body).await;
    assert_eq!(reply.status, 403, "{}", reply.text());
    let kept = company
        .app
        .store()
        .content(
            crate::common::ORG,
            &engine::hex(&<sha2::Sha256 as sha2::Digest>::digest(
                b"from one who has no part in it",
            )),
        )
        .unwrap();
    assert_eq!(kept, None, "nothing is kept for him");
    let broken =
        b"--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x.txt\"\r\n\r\nhalf"
            .to_vec();
    let reply = send(
        &company,
        &wang.token,
        &path,
        "multipart/form-data; boundary=XX",
        broken,
    )
    .await;
    assert_eq!((reply.status.as_u16(), &*reply.code()), (400, "multipart"));
}

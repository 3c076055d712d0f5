//! Whatever is sent: an answer that is no fault, no change without a journal row, and the server goes on. `HTTP_CASES` says
//! how much is tried.

use crate::common::{Company, order};
use axum::body::Body;
use axum::http::Request;
use testkit::Dice;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

fn cases() -> u64 {
    let given = std::env::var("HTTP_CASES").ok();
    given.and_then(|text| text.parse().ok()).unwrap_or(400)
}

const SCRAPS: [&str; 24] = [
    "\"", "{", "}", "[", "]", ":", ",", "null", "true", "-1", "1e999", "0.1", "\\u0000", "\\ud800",
    "'", ";--", "../", "%00", "冷藏", "\u{202e}", "A001", "wang", "gsp.", "\n",
];

/// A text with some of it cut out, doubled or replaced.
fn changed(whole: &str, dice: &mut Dice) -> String {
    let mut chars: Vec<char> = whole.chars().collect();
    for _ in 0..=dice.below(3) {
        let at = dice.below(chars.len());
        let end = (at + dice.below(12)).min(chars.len());
        let scrap = dice.pick(&SCRAPS).copied().unwrap_or_default();
        match dice.below(3) {
            0 => drop(chars.drain(at..end)),
            1 => drop(chars.splice(at..end, scrap.chars()).collect::<Vec<_>>()),
            _ => drop(chars.splice(at..at, scrap.chars()).collect::<Vec<_>>()),
        }
    }
    chars.into_iter().collect()
}

const PATHS: [&str; 12] = [
    "/api/v1/steps/gsp.purchase_inbound.order.fill",
    "/api/v1/steps/gsp.purchase_inbound.order.approve",
    "/api/v1/slips/1",
    "/api/v1/slips?kind=gsp.purchase_inbound.order&limit=5",
    "/api/v1/registers/gsp.item?q=A",
    "/api/v1/ledgers/gsp.stock/balances?place=good",
    "/api/v1/inbox",
    "/api/v1/me",
    "/slips/1",
    "/inbox",
    "/ledgers/gsp.stock?key=A001",
    "/login",
];

#[tokio::test]
async fn requests_with_something_changed() {
    let company = Company::new().await;
    let token = company.token("wang").await;
    let body = order().to_string();
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..cases() {
        let mut dice = Dice::new(seed);
        let path = dice.pick(&PATHS).copied().unwrap_or_default();
        let path = if dice.chance(60) {
            changed(path, &mut dice)
        } else {
            path.to_owned()
        };
        let method = dice
            .pick(&["GET", "POST", "PUT", "DELETE", "PATCH"])
            .copied();
        let sent = if dice.chance(80) {
            changed(&body, &mut dice)
        } else {
            body.clone()
        };
        let request = Request::builder()
            .method(method.unwrap_or("GET"))
            .uri(&path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .header("idempotency-key", format!("random-{seed}"))
            .body(Body::from(sent.clone()));
        // What is no address never reaches a server.
        let Ok(request) = request else { continue };
        let reply = company.ask(request).await;
        assert!(
            reply.status.as_u16() < 500,
            "case {seed}: {path} {sent} was answered {}: {}",
            reply.status,
            reply.text()
        );
        seen.insert(reply.status);
    }
    assert!(seen.len() > 3, "{seen:?}");
    let alive = company.get("/api/v1/me", Some(&token)).await;
    assert_eq!(alive.status, 200);
    let report = company
        .app
        .store()
        .verify(&|_, _, _| {})
        .expect("it can be verified");
    assert!(report.sound(), "{report:?}");
}

#[tokio::test]
async fn bytes_that_are_no_request() {
    let company = Company::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let app = company.app.clone();
    let server = tokio::spawn(async move {
        web::serve(app, listener, async {
            let _ = stopped.await;
        })
        .await
    });
    let done = || {
        let query = store::JournalQuery {
            outcome: Some("done".to_owned()),
            limit: 1_000,
            ..store::JournalQuery::default()
        };
        let rows = company.app.store().journal(crate::common::ORG, &query);
        rows.expect("read").rows.len()
    };
    let before = done();
    let good = "GET /login HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let mut answered = 0;
    for seed in 0..cases() {
        let mut dice = Dice::new(seed);
        let bytes: Vec<u8> = if dice.chance(50) {
            changed(good, &mut dice).into_bytes()
        } else {
            (0..dice.below(400)).map(|_| dice.roll() as u8).collect()
        };
        let mut line = TcpStream::connect(address).await.unwrap();
        // The server may hang up in the middle of what makes no sense.
        let _ = line.write_all(&bytes).await;
        let _ = line.shutdown().await;
        let mut reply = Vec::new();
        let _ = line.read_to_end(&mut reply).await;
        let reply = String::from_utf8_lossy(&reply);
        assert!(!reply.starts_with("HTTP/1.1 5"), "case {seed}: {reply}");
        answered += usize::from(reply.starts_with("HTTP/1.1 "));
    }
    assert!(answered > 0, "nothing was ever answered");
    let mut line = TcpStream::connect(address).await.unwrap();
    line.write_all(good.as_bytes()).await.unwrap();
    let mut reply = String::new();
    line.read_to_string(&mut reply).await.unwrap();
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    assert_eq!(done(), before, "nothing of it is carried out");
    drop(stop);
    server.await.unwrap().unwrap();
}

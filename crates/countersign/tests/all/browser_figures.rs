//! What a page costs in a real browser: bytes on the wire the first time and after, and how long until it can be used. One
//! line of JSON says it. Bytes are held always, times only when `COUNTERSIGN_MEASURE` is set, since they count on a machine
//! that does nothing else. Key strokes and frames are measured by `browser_forms`. The picture of a printed page is
//! counted apart: nearly all of it is the outlines of its letters, which is to say fonts.

use std::path::Path;

use serde_json::json;
use testkit::browser::Browser;

use crate::common::Server;
use crate::common::browser::{Any, PATIENCE, logins};

/// Bytes of a page with all that it needs, for a browser that has seen none of it; there are no fonts.
const FIRST_MAX: i64 = 100_000;
/// Bytes of a page for a browser that has its style sheet, scripts and icons.
const AFTER_MAX: i64 = 30_000;
/// Bytes of the picture of a printed page, letters and all.
const PICTURE_MAX: i64 = 150_000;
/// Milliseconds from the click to a page that answers.
const READY_MAX: f64 = 300.0;

const PAGES: [&str; 24] = [
    "/inbox",
    "/inbox/mine",
    "/inbox/drafts",
    "/slips",
    "/slips?state=done&sort=-amount",
    "/new",
    "/me",
    "/me/sign-in",
    "/notices",
    "/search?q=YP0001",
    "/check",
    "/help",
    "/ledgers",
    "/ledgers/gsp.stock",
    "/ledgers/gsp.gl",
    "/ledgers/gsp.gl/statement?place=goods",
    "/registers/gsp.item",
    "/registers/gsp.item/YP0001",
    "/flows",
    "/flows/gsp.purchase_inbound",
    "/slips/1",
    "/slips/1/versions",
    "/slips/1/print",
    "/new/gsp.purchase_inbound.order.fill",
];

/// First bytes, bytes after, milliseconds. A page is ready when its scripts have run, it is painted, and no task that
/// would hold up a key stroke (50 ms) goes on.
const COST: &str = "return new Promise(done => setTimeout(() => { \
    const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]\
        .filter(one => one.initiatorType !== 'fetch' && one.initiatorType !== 'eventsource'), \
        pictures = all.filter(one => one.name.includes('/print/page/')), page = all.filter(one => !pictures.includes(one)); \
    const sum = (list, of) => list.reduce((sum, one) => sum + of(one), 0); \
    const tasks = []; \
    new PerformanceObserver(list => tasks.push(...list.getEntries())).observe({type: 'longtask', buffered: true}); \
    setTimeout(() => done([sum(page, one => one.encodedBodySize + 300), sum(page, one => one.transferSize), \
        Math.max(all[0].domContentLoadedEventEnd, ...performance.getEntriesByType('paint').map(one => one.startTime), \
            ...tasks.map(one => one.startTime + one.duration)), sum(pictures, one => one.encodedBodySize)]), 30); }, 120))";

/// What a page costs.
#[derive(Clone, Copy, Default, serde::Serialize)]
struct Cost {
    page: &'static str,
    first: i64,
    after: i64,
    ready_ms: f64,
    picture: i64,
}

async fn measured(server: &Server, folder: &Path) -> Any<Vec<Cost>> {
    let logins = logins(folder)?;
    let browser = Browser::start().await?;
    let address = format!("http://{}", server.address);
    browser.goto(&address).await?;
    browser.fill("#name", "wang").await?;
    browser.fill("#password", &logins["wang"]).await?;
    browser.press("Enter").await?;
    browser.wait_for("header.top", PATIENCE).await?;
    let mut costs = Vec::new();
    for page in PAGES {
        // The first look fills caches of the browser and the server; the quickest of the others is the page's own time.
        let mut least = f64::MAX;
        let mut cost = Cost::default();
        for _ in 0..3 {
            browser.goto(&format!("{address}{page}")).await?;
            let told = browser.run(COST).await?;
            let bytes = |at: usize| told[at].as_i64().unwrap_or(i64::MAX);
            least = least.min(told[2].as_f64().unwrap_or(f64::MAX));
            cost = Cost {
                page,
                first: cost.first.max(bytes(0)),
                after: bytes(1),
                ready_ms: least.round(),
                picture: bytes(3),
            };
        }
        costs.push(cost);
    }
    browser.close().await?;
    Ok(costs)
}

#[tokio::test]
async fn browser_pages_are_light_and_ready_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    let costs = measured(&server, folder.path())
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let first = costs.iter().map(|cost| cost.first).max();
    let after = costs.iter().map(|cost| cost.after).max();
    let ready = costs.iter().map(|cost| cost.ready_ms).fold(0.0, f64::max);
    println!(
        "{}",
        json!({"first_max": first, "after_max": after, "ready_ms_max": ready, "pages": costs})
    );
    for cost in costs {
        let page = cost.page;
        assert!(cost.first <= FIRST_MAX, "{page}: {} bytes", cost.first);
        assert!(
            cost.after <= AFTER_MAX,
            "{page}: {} bytes after",
            cost.after
        );
        assert!(cost.picture <= PICTURE_MAX, "{page}: {}", cost.picture);
        if std::env::var_os("COUNTERSIGN_MEASURE").is_some() {
            assert!(cost.ready_ms <= READY_MAX, "{page}: {} ms", cost.ready_ms);
        }
    }
}

//! `bench pages`: how long inbox and list take over many slips, how long until the first page, how much memory at rest.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::bed::{Bed, give_passwords, grow, runtime, slips};
use super::http::Line;
use super::report::ms;
use super::server::Server;
use super::{Args, Report, machine};
use crate::lang::{Lang, say};
use crate::stop::Stop;
use crate::terminal::line;

/// Slips, unless told.
const SLIPS: u64 = 100_000;
/// Times each page is asked for.
const TIMES: usize = 400;
/// Of these, not counted.
const WARM_UP: usize = 20;
/// A slow page is asked for less often: no longer than this, counted or not.
const LONGEST: Duration = Duration::from_secs(8);
/// How long the server is left alone before its memory is looked at.
const REST: Duration = Duration::from_secs(2);

/// The pages looked at.
const PAGES: [(&str, &str); 15] = [
    ("inbox", "/inbox"),
    ("list", "/slips"),
    ("list_kind", "/slips?kind=gsp.purchase_inbound.order"),
    (
        "list_state",
        "/slips?kind=gsp.purchase_inbound.order&state=open",
    ),
    (
        "list_number",
        "/slips?kind=gsp.purchase_inbound.receipt&sort=number",
    ),
    ("list_party", "/slips?party=party-7&sort=party"),
    ("ledger", "/ledgers/gsp.stock"),
    ("ledger_place", "/ledgers/gsp.stock?place=good"),
    (
        "ledger_then",
        "/ledgers/gsp.stock?as_of=2026-03-05&at=12:00",
    ),
    ("compare", "/ledgers/gsp.stock/compare"),
    ("pivot", "/ledgers/gsp.stock/pivot"),
    ("charts", "/ledgers/gsp.stock/charts"),
    ("statement", "/ledgers/gsp.stock/statement?place=good"),
    ("register", "/registers/gsp.party?state=ended"),
    ("work", "/flows/gsp.purchase_inbound/work"),
];

/// Asks for pages as people do, one after the other.
pub fn run(args: &Args, lang: Lang) -> Result<Report, Stop> {
    let bed = Bed::make(args)?;
    let runtime = runtime()?;
    let house = bed.open()?;
    grow(&house, &runtime, args.size.unwrap_or(SLIPS), lang)?;
    let size = slips(&house)?;
    let passwords = give_passwords(&house)?;
    drop(house);
    // The first start after so much work may tidy up; a start is measured on data at rest.
    drop(Server::start(&runtime, &bed.place)?);
    let server = Server::start(&runtime, &bed.place)?;
    std::thread::sleep(REST);
    let idle = server.resident_kb();
    let mut all: Vec<Duration> = Vec::new();
    let mut report = Report::new("pages", bed.store_name(), 1).with("size", size);
    for (name, path) in PAGES {
        let took = runtime
            .block_on(ask(server.address, &passwords, path))
            .map_err(Stop::other)?;
        let (p50, p99) = (within(&took, 500), within(&took, 990));
        let (shown, micros) = (path, p99.as_micros());
        line(say!(
            lang,
            "{shown}：p99 {micros} 微秒",
            "{shown}: p99 {micros} µs"
        ));
        report = report
            .with(&format!("{name}_p50_ms"), ms(p50))
            .with(&format!("{name}_p99_ms"), ms(p99));
        all.extend(took);
    }
    all.sort_unstable();
    let total: Duration = all.iter().sum();
    let rate = all.len() as u128 * 1_000_000_000 / total.as_nanos().max(1);
    Ok(report
        .with("ops", all.len())
        .with("per_second", u64::try_from(rate).unwrap_or(u64::MAX))
        .with("p50_ms", ms(within(&all, 500)))
        .with("p99_ms", ms(within(&all, 990)))
        .with("cold_start_ms", ms(server.first_page))
        .with("idle_rss_mb", machine::megabytes(idle))
        .with("rss_mb", machine::megabytes(server.resident_kb())))
}

fn within(sorted: &[Duration], permille: usize) -> Duration {
    let at = (sorted.len() * permille / 1000).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

/// A page, asked for by each person in turn, in a session of his own. Shortest first.
async fn ask(
    address: SocketAddr,
    passwords: &[(Arc<str>, String)],
    path: &str,
) -> Result<Vec<Duration>, String> {
    let mut line = Line::open(address).await?;
    let mut headers = Vec::new();
    for (login, password) in passwords {
        let body = serde_json::json!({ "login": &**login, "password": password });
        let answer = line.call("/api/v1/login", None, &body).await?;
        let token = answer["token"].as_str().ok_or("the log-in gave no token")?;
        headers.push(format!(
            "Accept: text/html\r\nAuthorization: Bearer {token}\r\n"
        ));
    }
    let mut took = Vec::with_capacity(TIMES);
    let first = Instant::now();
    for (nth, header) in headers.iter().cycle().take(TIMES + WARM_UP).enumerate() {
        let begun = Instant::now();
        if nth > WARM_UP && first.elapsed() > LONGEST {
            break;
        }
        let page = line.ask("GET", path, header, b"").await?;
        if page.status != 200 {
            return Err(format!("GET {path}: {}", page.status));
        }
        if nth >= WARM_UP {
            took.push(begun.elapsed());
        }
    }
    took.sort_unstable();
    Ok(took)
}

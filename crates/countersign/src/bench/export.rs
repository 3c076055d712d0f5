//! `bench export`: every row of a list as a workbook, through the server, and what memory that takes.

use std::time::{Duration, Instant};

use calamine::{Reader, Xlsx};
use serde_json::json;

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

/// Measures.
pub fn run(args: &Args, lang: Lang) -> Result<Report, Stop> {
    let bed = Bed::make(args)?;
    let runtime = runtime()?;
    let house = bed.open()?;
    grow(&house, &runtime, args.size.unwrap_or(SLIPS), lang)?;
    let size = slips(&house)?;
    // The index is not what is measured here.
    house.store.index_now(crate::house::ORG)?;
    let passwords = give_passwords(&house)?;
    drop(house);
    let server = Server::start(&runtime, &bed.place)?;
    let (login, password) = passwords
        .first()
        .ok_or_else(|| Stop::other("there are no people"))?;
    let work = async {
        let mut wire = Line::open(server.address).await?;
        let body = json!({ "login": &**login, "password": password });
        let answer = wire.call("/api/v1/login", None, &body).await?;
        let token = answer["token"]
            .as_str()
            .ok_or("the log-in gave no token")?
            .to_owned();
        let headers = format!(
            "Content-Type: application/json\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: bench\r\n"
        );
        let mut out = Vec::new();
        // A part first: what a larger file takes beyond it would grow with the rows.
        for (name, format, text) in [
            ("part", "xlsx", "kind=gsp.purchase_inbound.order"),
            ("xlsx", "xlsx", ""),
            ("csv", "csv", ""),
            (
                "fields",
                "xlsx",
                "kind=gsp.purchase_inbound.order&c=number&c=day&c=header.supplier&c=line.item&c=line.qty&c=line.amount",
            ),
        ] {
            let body = serde_json::to_vec(&json!({ "format": format, "text": text }))
                .map_err(|error| error.to_string())?;
            let begun = Instant::now();
            let answer = wire
                .ask("POST", "/api/v1/slips/export", &headers, &body)
                .await?;
            let took = begun.elapsed();
            if answer.status != 200 {
                return Err(format!(
                    "{}: {}",
                    answer.status,
                    String::from_utf8_lossy(&answer.body)
                ));
            }
            out.push((name, format, took, server.resident_kb(), answer.body));
        }
        Ok::<_, String>(out)
    };
    let files = runtime.block_on(work).map_err(Stop::other)?;
    let mut report = Report::new("export", bed.store_name(), 1).with("size", size);
    for (name, format, took, resident, body) in files {
        let rows = rows_of(format, &body)?;
        tell(name, rows, took, lang);
        report = report
            .with(&format!("{name}_rows"), rows)
            .with(&format!("{name}_ms"), ms(took))
            .with(&format!("{name}_kb"), body.len() / 1024)
            .with(&format!("{name}_rss_mb"), machine::megabytes(resident));
    }
    Ok(report)
}

fn tell(name: &str, rows: usize, took: Duration, lang: Lang) {
    let millis = took.as_millis();
    line(say!(
        lang,
        "{name}：{rows} 行，{millis} 毫秒",
        "{name}: {rows} rows in {millis} ms"
    ));
}

/// The rows of a file without its heading, read back by another program's reader.
fn rows_of(format: &str, body: &[u8]) -> Result<usize, Stop> {
    if format == "csv" {
        let lines = body.iter().filter(|byte| **byte == b'\n').count();
        return Ok(lines.saturating_sub(1));
    }
    let mut book: Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(body)).map_err(Stop::other)?;
    let mut rows = 0;
    for (_, sheet) in book.worksheets() {
        rows += sheet.height().saturating_sub(1);
    }
    Ok(rows)
}

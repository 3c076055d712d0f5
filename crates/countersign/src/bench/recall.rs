//! `bench recall`: who got a batch, what is left of an item, what the whole stock was on a day, among many moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use store::{AsOf, BalanceQuery, KeyFilter};
use testkit::Dice;
use tokio::runtime::Runtime;

use super::bed::{Bed, runtime};
use super::report::ms;
use super::sales::{self, BATCHES_OF_AN_ITEM, Seller};
use super::small::{median, rss};
use super::{Args, Report};
use crate::clock::now;
use crate::house::{House, ORG};
use crate::lang::{Lang, say};
use crate::stop::Stop;
use crate::terminal::{Progress, line};

/// Moves of goods, unless told.
const MOVES: u64 = 10_000_000;
/// Moves of a sale line: set aside, the setting aside taken back, gone to the customer, taken off the shelf.
const MOVES_OF_A_LINE: u64 = 4;
/// Sale lines of a batch.
const LINES_OF_A_BATCH: u64 = 500;
const CUSTOMERS: usize = 200;
/// Lines of a bill.
const LINES: usize = 25;
/// Questions of each sort.
const TIMES: usize = 200;

/// Sells until there are so many lines, of batches taken at random.
fn sell(
    house: &House,
    runtime: &Runtime,
    batches: usize,
    lines: u64,
    lang: Lang,
) -> Result<(), Stop> {
    let bills = lines.div_ceil(LINES as u64);
    let begun = Arc::new(AtomicU64::new(0));
    let bar = Progress::new(lang);
    runtime.block_on(async {
        let mut tasks = Vec::new();
        for nth in 0..256 {
            let mut seller = Seller::new(house.store.clone(), nth);
            let begun = begun.clone();
            tasks.push(tokio::spawn(async move {
                let mut dice = Dice::new(nth as u64);
                while begun.fetch_add(1, Ordering::Relaxed) < bills {
                    let first = dice.below(batches);
                    let lots: Vec<usize> =
                        (0..LINES).map(|at| 1 + (first + at) % batches).collect();
                    if !seller.sell(1 + dice.below(CUSTOMERS), &lots).await? {
                        return Err("there are not enough boxes".to_owned());
                    }
                }
                Ok(())
            }));
        }
        while tasks.iter().any(|task| !task.is_finished()) {
            bar.report("prepare", begun.load(Ordering::Relaxed).min(bills), bills);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for task in tasks {
            task.await.map_err(Stop::other)?.map_err(Stop::other)?;
        }
        Ok::<_, Stop>(())
    })?;
    bar.done();
    Ok(())
}

/// How long a question took, the shortest first.
fn asked(mut ask: impl FnMut(usize) -> Result<(), Stop>) -> Result<Vec<Duration>, Stop> {
    let mut took = Vec::with_capacity(TIMES);
    for nth in 0..TIMES {
        let begun = Instant::now();
        ask(nth)?;
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    Ok(took)
}

fn within(took: &[Duration], permille: usize) -> Duration {
    let at = (took.len() * permille / 1_000).min(took.len().saturating_sub(1));
    took.get(at).copied().unwrap_or_default()
}

/// Every balance of the stock at the end of yesterday by the books; how many.
fn whole_stock(house: &House) -> Result<usize, Stop> {
    let mut query = BalanceQuery {
        as_of: AsOf::Day(now().plus_minutes(-24 * 60).day()),
        limit: 100_000,
        ..BalanceQuery::default()
    };
    let mut rows = 0;
    loop {
        let page = house.store.balances(ORG, "gsp.stock", &query)?;
        rows += page.rows.len();
        query.after = page.next;
        if query.after.is_none() {
            return Ok(rows);
        }
    }
}

/// Traces of batches, stock of one item by batch, the whole stock as of a past day.
pub fn run(args: &Args, lang: Lang) -> Result<Report, Stop> {
    let bed = Bed::make(args)?;
    let house = bed.open()?;
    let runtime = runtime()?;
    let moves = args.size.unwrap_or(MOVES).max(10_000);
    let lines = moves / MOVES_OF_A_LINE;
    let batches = usize::try_from(lines / LINES_OF_A_BATCH)
        .unwrap_or(1)
        .max(LINES);
    sales::trade(&house, CUSTOMERS)?;
    for first in (1..=batches).step_by(BATCHES_OF_AN_ITEM) {
        let some = BATCHES_OF_AN_ITEM.min(batches + 1 - first);
        sales::stock(&house, first, &vec![LINES_OF_A_BATCH * 2; some])?;
    }
    sell(&house, &runtime, batches, lines, lang)?;
    let (mut parties, mut legs) = (0, 0);
    let traces = asked(|nth| {
        let lot = sales::lot(1 + nth * 7_919 % batches);
        let trace = house.store.trace(ORG, "gsp.stock", &lot, 10_000)?;
        parties += trace.parties.len();
        legs += trace.legs.len();
        Ok(())
    })?;
    let by_batch = asked(|nth| {
        let query = BalanceQuery {
            place: Some("good".to_owned()),
            key: Some(KeyFilter::Prefix(format!(
                "{}/",
                sales::item(1 + nth * 7_919 % batches)
            ))),
            limit: 1_000,
            ..BalanceQuery::default()
        };
        house.store.balances(ORG, "gsp.stock", &query)?;
        Ok(())
    })?;
    let mut past = Vec::new();
    let mut rows = 0;
    for _ in 0..5 {
        let begun = Instant::now();
        rows = whole_stock(&house)?;
        past.push(begun.elapsed());
    }
    let (each, p99) = (legs / TIMES, within(&traces, 990).as_micros());
    line(say!(
        lang,
        "{moves} 笔移动：每个批号约 {each} 笔，追溯 p99 {p99} 微秒",
        "{moves} moves: about {each} legs a batch, traced within {p99} µs (p99)"
    ));
    Ok(rss(Report::new("recall", bed.store_name(), 1)
        .with("size", moves)
        .with("ops", TIMES)
        .with("batches", batches)
        .with("legs_each", each)
        .with("parties_each", parties / TIMES)
        .with("p50_ms", ms(within(&traces, 500)))
        .with("p99_ms", ms(within(&traces, 990)))
        .with("by_batch_p99_ms", ms(within(&by_batch, 990)))
        .with("as_of_rows", rows)
        .with("as_of_ms", ms(median(&mut past)))))
}

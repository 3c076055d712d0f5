//! `bench last-boxes`: many clients sell the last boxes of a few batches, and not one more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::bed::{Bed, runtime};
use super::report::ms;
use super::sales::{self, Seller};
use super::small::{rate, rss};
use super::{Args, Report};
use crate::house::House;
use crate::lang::{Lang, say};
use crate::stop::Stop;
use crate::terminal::line;

/// Boxes, unless told.
const BOXES: u64 = 1_000;
/// Batches; a bill has a line of each as long as there is any.
const LOTS: usize = 4;
/// Customers.
const CUSTOMERS: usize = 20;

/// What the clients did together.
#[derive(Default)]
struct Done {
    sold: AtomicU64,
    refused: AtomicU64,
}

/// Sells until nothing is left: a line of each batch on a bill, and when that is refused, of one after another.
async fn client(mut seller: Seller, nth: usize, done: Arc<Done>) -> Result<Vec<Duration>, String> {
    let all: Vec<usize> = (1..=LOTS).collect();
    let mut ways: Vec<&[usize]> = vec![&all];
    ways.extend(all.chunks(1));
    let mut took = Vec::new();
    for lots in ways {
        loop {
            let begun = Instant::now();
            let to = 1 + (nth + took.len()) % CUSTOMERS;
            if !seller.sell(to, lots).await? {
                done.refused.fetch_add(1, Ordering::Relaxed);
                break;
            }
            done.sold.fetch_add(lots.len() as u64, Ordering::Relaxed);
            took.push(begun.elapsed());
        }
    }
    Ok(took)
}

/// Sums of all batches at a place, in boxes.
fn at(house: &House, place: &str) -> Result<i128, Stop> {
    let mut sum = 0;
    for nth in 1..=LOTS {
        sum += sales::holds(&house.store, nth, place)?;
    }
    Ok(sales::boxes(sum))
}

/// Sale lines per second, each billed, approved, issued and reviewed.
pub fn run(args: &Args, lang: Lang) -> Result<Report, Stop> {
    let bed = Bed::make(args)?;
    let house = bed.open()?;
    let runtime = runtime()?;
    let clients = args.clients.unwrap_or(64);
    let boxes = args.size.unwrap_or(BOXES).max(LOTS as u64);
    // The first batches have a box more, so that the last bills are short of some.
    let amounts: Vec<u64> = (0..LOTS as u64)
        .map(|nth| boxes / LOTS as u64 + u64::from(nth < boxes % LOTS as u64))
        .collect();
    sales::trade(&house, CUSTOMERS)?;
    sales::stock(&house, 1, &amounts)?;
    let done = Arc::new(Done::default());
    let begun = Instant::now();
    let mut took = runtime.block_on(async {
        let mut tasks = Vec::with_capacity(clients);
        for nth in 0..clients {
            let seller = Seller::new(house.store.clone(), nth);
            tasks.push(tokio::spawn(client(seller, nth, done.clone())));
        }
        let mut took = Vec::new();
        for task in tasks {
            took.extend(task.await.map_err(Stop::other)?.map_err(Stop::other)?);
        }
        Ok::<_, Stop>(took)
    })?;
    let whole = begun.elapsed();
    took.sort_unstable();
    let sold = done.sold.load(Ordering::Relaxed);
    let (left, aside, gone) = (
        at(&house, "good")?,
        at(&house, "reserved")?,
        at(&house, "customer")?,
    );
    if (left, aside, gone, sold) != (0, 0, i128::from(boxes), boxes) {
        return Err(Stop::other(format!(
            "{boxes} boxes were there: {sold} were said to be sold, {gone} are with customers, {aside} set aside, {left} left"
        )));
    }
    let (refused, millis) = (done.refused.load(Ordering::Relaxed), whole.as_millis());
    line(say!(
        lang,
        "{boxes} 盒全部售出，一盒不多；{refused} 张开票单因不足被拒；{millis} 毫秒",
        "all {boxes} boxes were sold and not one more; {refused} bills were refused; {millis} ms"
    ));
    let within = |permille: usize| {
        took.get(took.len() * permille / 1_000)
            .copied()
            .unwrap_or_default()
    };
    Ok(rss(Report::new("last-boxes", bed.store_name(), clients)
        .with("ops", sold)
        .with("per_second", rate(sold, whole))
        .with("p50_ms", ms(within(500)))
        .with("p99_ms", ms(within(990)))
        .with("bills", took.len())
        .with("refused", refused)))
}

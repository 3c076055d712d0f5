//! A hostile clerk in a whole company: he fills in anything, signs for anybody, repeats, waits until licences and batches
//! have run out. Whatever was accepted is held against the law by code that shares nothing with the pack.
//!
//! `HOSTILE_SEEDS=1..501 HOSTILE_COMMANDS=2000 cargo nextest run --release -p gsp --test hostile` looks further than a
//! usual run: a million commands. A failure names its seed and its command, and the same seed does the same again.

mod company;
mod law;
mod scene;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use model::{Catalog, Pack};
use testkit::hostile::{self, Tally};

fn pack() -> Pack {
    pack::read(&gsp::texts(), gsp::RULES).unwrap_or_else(|complaints| panic!("{complaints}"))
}

/// What happens under this pack; the error is the first thing that is against the law.
fn run(packs: &Catalog, seed: u64, commands: usize) -> Result<Tally, String> {
    let company = company::company(packs);
    hostile::watched(
        packs,
        company,
        seed,
        commands,
        commands,
        &mut [],
        &law::watch,
    )
}

fn from_environment() -> (std::ops::Range<u64>, usize) {
    let said = |name: &str| std::env::var(name).ok();
    let seeds = said("HOSTILE_SEEDS").and_then(|text| {
        let (from, to) = text.split_once("..")?;
        Some(from.parse().ok()?..to.parse().ok()?)
    });
    let commands = said("HOSTILE_COMMANDS").and_then(|text| text.parse().ok());
    (seeds.unwrap_or(1..7), commands.unwrap_or(1_500))
}

/// Runs the seeds on every core; the tally of all.
fn all(packs: &Catalog, seeds: std::ops::Range<u64>, commands: usize) -> Tally {
    let next = AtomicU64::new(seeds.start);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let work = || {
        let mut tally = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return tally;
            }
            tally.add(&run(packs, seed, commands).unwrap_or_else(|error| panic!("{error}")));
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let mut sum = Tally::default();
        for worker in workers {
            sum.add(
                &worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            );
        }
        sum
    })
}

/// The pack in a company where facts change while he works: elsewhere, so that he need not find the two persons who change one.
fn while_facts_change(pack: Pack) -> Catalog {
    Catalog::new([Arc::new(pack)]).without_by_slips()
}

#[test]
fn what_is_on_record_is_changed_by_nobody_at_once() {
    let packs = Catalog::new([Arc::new(pack())]);
    let tally = run(&packs, 1, 1_500).unwrap_or_else(|error| panic!("{error}"));
    let refused = tally.codes.get("by_slips").copied().unwrap_or(0);
    assert!(refused > 0, "nobody tried: {:?}", tally.codes);
}

#[test]
fn nothing_illegal_ever_leaves_whatever_is_tried() {
    let packs = while_facts_change(pack());
    let (seeds, commands) = from_environment();
    let tally = all(&packs, seeds, commands);
    println!(
        "{} done, {} refused, {} slips",
        tally.done, tally.refused, tally.slips
    );
    for (code, count) in tally
        .codes
        .iter()
        .filter(|(code, _)| code.starts_with("gsp."))
    {
        println!("{count:>8} refused: {code}");
    }
    for (step, count) in &tally.steps {
        println!("{count:>8} {step}");
    }
    // A clerk who gets nowhere would prove nothing.
    for step in [
        "purchase_inbound.stock_in.fill",
        "sales_out.bill.fill",
        "sales_out.delivery.issue",
        "sales_out.delivery.check",
        "sales_return.return_stock_in.print",
    ] {
        let done = tally
            .steps
            .get(&format!("gsp.{step}"))
            .copied()
            .unwrap_or(0);
        assert!(
            done > 0,
            "nobody ever got as far as {step}: {:?}",
            tally.steps
        );
    }
}

/// The law is not a formality: with any one of these guards gone, what they hold back is found to have happened. A usual
/// run asks those of the bill; one with `HOSTILE_SEEDS` all.
#[test]
fn with_a_guard_gone_something_illegal_is_found() {
    let whole = pack();
    let all = std::env::var("HOSTILE_SEEDS").is_ok();
    let asked = |code: &&&str| all || code.starts_with("sales_out.bill.");
    let guards: Vec<&str> = law::HELD_BY.iter().filter(asked).copied().collect();
    std::thread::scope(|scope| {
        for half in guards.chunks(guards.len().div_ceil(2)) {
            let whole = &whole;
            scope.spawn(move || {
                for code in half {
                    let packs = while_facts_change(without(whole, code));
                    let found = (1..80).find_map(|seed| run(&packs, seed, 1_000).err());
                    let found =
                        found.unwrap_or_else(|| panic!("{code} is gone, and nothing was found"));
                    assert!(found.contains("against the law"), "{code}: {found}");
                }
            });
        }
    });
}

/// The pack without one guard, `flow.slip.guard` as refusals name it.
fn without(pack: &Pack, code: &str) -> Pack {
    let mut pack = pack.clone();
    let mut parts = code.split('.');
    let (flow, slip, name) = (parts.next(), parts.next(), parts.next());
    let flow = pack
        .flows
        .iter_mut()
        .find(|one| Some(&*one.name) == flow)
        .expect("the flow");
    let slip = flow
        .slips
        .iter()
        .position(|one| Some(&*one.name) == slip)
        .expect("the slip");
    let mut gone = 0;
    for step in flow.steps.iter_mut().filter(|step| step.slip == slip) {
        let before = step.guards.len();
        step.guards.retain(|guard| Some(&*guard.name) != name);
        gone += before - step.guards.len();
    }
    assert_eq!(gone, 1, "{code}");
    pack
}

//! `bench lifecycle`: the whole purchase flow, six signed steps of three lines each.

use std::sync::Arc;
use std::time::Duration;

use store::Stats;

use super::bed::{Bed, give_passwords, purchase, runtime, seconds};
use super::http::Door;
use super::load::{Load, Run, Target, Until, run};
use super::report::{ms, ratio, thousandths};
use super::server::Server;
use super::{Args, Report, floor, machine};
use crate::house::House;
use crate::lang::{Lang, say};
use crate::stop::Stop;
use crate::terminal::line;

/// Runs before the measurement, so that caches and the database's files are warm.
const WARM_UP: Duration = Duration::from_millis(700);

/// Through the engine and the store, in this process.
pub fn in_process(args: &Args, lang: Lang) -> Result<Report, Stop> {
    let bed = Bed::make(args)?;
    let sync = machine::sync_time(bed.folder())?;
    let house = bed.open()?;
    let runtime = runtime()?;
    let clients = args.clients.unwrap_or(64);
    let job = |until| Run {
        target: Target::Store(house.store.clone()),
        purchase: purchase(),
        clients,
        until,
        at: None,
        steps: None,
    };
    run(&runtime, job(Until::Time(WARM_UP)), &|_| {})?;
    let own = std::process::id();
    let (before, from, used) = (
        house.store.stats(),
        head(&house)?,
        machine::processor_time(own),
    );
    let until = match args.size {
        Some(flows) => Until::Flows(flows),
        None => Until::Time(seconds(args, 5)),
    };
    let load = run(&runtime, job(until), &|_| {})?;
    let used = machine::processor_time(own).saturating_sub(used);
    let done = Work::since(&before, house.store.stats());
    let resident = machine::resident_kb(own);
    let to = head(&house)?;
    tell(&load, lang);
    let report = Report::new("lifecycle", bed.store_name(), clients)
        .with_load(&load)
        .with("rss_mb", machine::megabytes(resident))
        .with("lines", super::bed::LINES)
        .with("fdatasync_ms", ms(sync))
        .with("commits", done.commits)
        .with(
            "commands_per_commit",
            ratio(done.commands.into(), done.commits.into()),
        )
        .with("cpu_ms_per_flow", per_flow(used, &load));
    drop(house);
    let floor = floor::measure(&bed.place, from, to, done.commits, &runtime)?;
    Ok(with_floor(report, floor, &load, lang))
}

/// Through the JSON API of a server process, with the load generator on the same machine.
pub fn over_http(args: &Args, lang: Lang) -> Result<Report, Stop> {
    let bed = Bed::make(args)?;
    if bed.place.url == store::StoreUrl::Memory {
        return Err(Stop::usage(
            "--http 的服务进程需要 sqlite 或 postgres",
            "--http needs a store that another process can open: sqlite or postgres",
        ));
    }
    let sync = machine::sync_time(bed.folder())?;
    let house = bed.open()?;
    let passwords = give_passwords(&house)?;
    drop(house);
    let runtime = runtime()?;
    let clients = args.clients.unwrap_or(16);
    let server = Server::start(&runtime, &bed.place)?;
    let door = runtime
        .block_on(Door::enter(server.address, &passwords))
        .map_err(Stop::other)?;
    let door = Arc::new(door);
    let job = |until| Run {
        target: Target::Http(door.clone()),
        purchase: purchase(),
        clients,
        until,
        at: None,
        steps: None,
    };
    run(&runtime, job(Until::Time(WARM_UP)), &|_| {})?;
    let (used, own) = (
        server.processor_time(),
        machine::processor_time(std::process::id()),
    );
    let until = match args.size {
        Some(flows) => Until::Flows(flows),
        None => Until::Time(seconds(args, 5)),
    };
    let load = run(&runtime, job(until), &|_| {})?;
    let used = server.processor_time().saturating_sub(used);
    let own = machine::processor_time(std::process::id()).saturating_sub(own);
    tell(&load, lang);
    Ok(Report::new("lifecycle-http", bed.store_name(), clients)
        .with_load(&load)
        .with("rss_mb", machine::megabytes(server.resident_kb()))
        .with("lines", super::bed::LINES)
        .with("fdatasync_ms", ms(sync))
        .with("server_cpu_ms_per_flow", per_flow(used, &load))
        .with("client_cpu_ms_per_flow", per_flow(own, &load)))
}

/// Where the journal ends.
fn head(house: &House) -> Result<i64, Stop> {
    Ok(house.store.head(crate::house::ORG)?.0)
}

/// What the lanes did meanwhile.
struct Work {
    commits: u64,
    commands: u64,
}

impl Work {
    fn since(before: &Stats, after: Stats) -> Work {
        Work {
            commits: after.commits - before.commits,
            commands: after.commands - before.commands,
        }
    }
}

fn per_flow(used: Duration, load: &Load) -> serde_json::Value {
    thousandths(used.as_micros() / u128::from(load.flows.max(1)))
}

fn with_floor(report: Report, floor: Option<floor::Floor>, load: &Load, lang: Lang) -> Report {
    let Some(floor) = floor else { return report };
    let (rows, took, commits) = (floor.rows, floor.took.as_millis(), floor.commits);
    line(say!(
        lang,
        "下限：以纯 SQL 写同样的 {rows} 行，{commits} 次提交，{took} 毫秒",
        "floor: the same {rows} rows by bare SQL in {commits} commits took {took} ms"
    ));
    let nanos = floor.took.as_nanos().max(1);
    let floor_rate = u128::from(load.flows) * 1_000_000_000 / nanos;
    report
        .with("rows", floor.rows)
        .with(
            "floor_per_second",
            u64::try_from(floor_rate).unwrap_or(u64::MAX),
        )
        .with("ratio", ratio(floor.took.as_nanos(), load.took.as_nanos()))
}

fn tell(load: &Load, lang: Lang) {
    let (flows, rate) = (load.flows, load.per_second());
    let p99 = load.step_within(990).as_micros();
    line(say!(
        lang,
        "{flows} 个完整流程，每秒 {rate} 个；环节 p99 {p99} 微秒",
        "{flows} whole flows, {rate} per second; p99 of a step {p99} µs"
    ));
}

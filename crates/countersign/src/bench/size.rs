//! `bench step-at-size`: what a step costs when there are many slips, against what it costs when there are few.

use std::time::Duration;

use tokio::runtime::Runtime;

use super::bed::{Bed, grow, purchase, runtime, seconds, slips};
use super::load::{Load, Run, Target, Until};
use super::report::{ms, ratio};
use super::{Args, Report, machine};
use crate::house::House;
use crate::lang::Lang;
use crate::stop::Stop;

/// Few.
const FEW: u64 = 10_000;
/// Many, unless told.
const MANY: u64 = 1_000_000;

/// Measures twice, and compares.
pub fn run(args: &Args, lang: Lang) -> Result<Report, Stop> {
    let bed = Bed::make(args)?;
    let many = args.size.unwrap_or(MANY).max(FEW);
    let clients = args.clients.unwrap_or(16);
    let runtime = runtime()?;
    let house = bed.open()?;
    if slips(&house)? > FEW {
        return Err(Stop::usage(
            "step-at-size 须从空数据开始，才能测到 10,000 张单据时的代价",
            "step-at-size must begin with no data, to see what a step costs at 10,000 slips",
        ));
    }
    let measure = |size: u64| -> Result<(Load, Duration), Stop> {
        grow(&house, &runtime, size, lang)?;
        steps(&house, &runtime, clients, seconds(args, 4))
    };
    let (few, few_cpu) = measure(FEW)?;
    let (load, cpu) = measure(many)?;
    Ok(Report::new("step-at-size", bed.store_name(), clients)
        .with("size", many)
        .with_load(&load)
        .with(
            "rss_mb",
            machine::megabytes(machine::resident_kb(std::process::id())),
        )
        .with("step_ms_few", ms(few.per_step()))
        .with("step_ms_many", ms(load.per_step()))
        .with("p99_ms_few", ms(few.step_within(990)))
        .with(
            "ratio",
            ratio(load.per_step().as_nanos(), few.per_step().as_nanos()),
        )
        .with("cpu_ratio", ratio(cpu.as_nanos(), few_cpu.as_nanos())))
}

/// Runs whole flows for a while; also the processor time of a step.
fn steps(
    house: &House,
    runtime: &Runtime,
    clients: usize,
    time: Duration,
) -> Result<(Load, Duration), Stop> {
    let job = |until| Run {
        target: Target::Store(house.store.clone()),
        purchase: purchase(),
        clients,
        until,
        at: None,
        steps: None,
    };
    super::load::run(
        runtime,
        job(Until::Time(Duration::from_millis(500))),
        &|_| {},
    )?;
    let used = machine::processor_time(std::process::id());
    let load = super::load::run(runtime, job(Until::Time(time)), &|_| {})?;
    let used = machine::processor_time(std::process::id()).saturating_sub(used);
    let steps = u32::try_from(load.steps().max(1)).unwrap_or(u32::MAX);
    Ok((load, used / steps))
}

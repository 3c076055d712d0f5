//! Clients that do whole purchase flows, straight into a store or over HTTP, as tasks of one runtime.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use engine::{Command, Reply};
use kernel::Moment;
use store::Store;
use testkit::load::{Purchase, Request, STEPS};
use tokio::runtime::Runtime;

use super::http::{Door, Line};
use crate::clock::now;
use crate::house::ORG;
use crate::stop::Stop;

/// Where requests go.
#[derive(Clone)]
pub enum Target {
    /// Into a store.
    Store(Store),
    /// To a server.
    Http(Arc<Door>),
}

/// How long to go on.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// So many flows, by all clients together.
    Flows(u64),
    /// So much time; flows begun are finished.
    Time(Duration),
}

/// What a run is.
#[derive(Clone)]
pub struct Run {
    /// Where to.
    pub target: Target,
    /// What.
    pub purchase: Arc<Purchase>,
    /// Clients at once.
    pub clients: usize,
    /// How long.
    pub until: Until,
    /// The business time of a flow, by its position; the clock's when absent.
    pub at: Option<fn(u64) -> Moment>,
    /// How many steps of a flow are done, by its position; all when absent.
    pub steps: Option<fn(u64) -> usize>,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Load {
    /// Flows done, as far as they were to go.
    pub flows: u64,
    /// From the first step to the last.
    pub took: Duration,
    /// Microseconds of each step, shortest first.
    latencies: Vec<u32>,
}

impl Load {
    /// Flows per second.
    pub fn per_second(&self) -> u64 {
        let nanos = self.took.as_nanos().max(1);
        u64::try_from(u128::from(self.flows) * 1_000_000_000 / nanos).unwrap_or(u64::MAX)
    }

    /// Steps done.
    pub fn steps(&self) -> usize {
        self.latencies.len()
    }

    /// The time within which so many of a thousand steps were done.
    pub fn step_within(&self, permille: usize) -> Duration {
        let at =
            (self.latencies.len() * permille / 1000).min(self.latencies.len().saturating_sub(1));
        Duration::from_micros(self.latencies.get(at).copied().unwrap_or(0).into())
    }

    /// Time per step with all clients together.
    pub fn per_step(&self) -> Duration {
        let steps = u32::try_from(self.steps().max(1)).unwrap_or(u32::MAX);
        self.took / steps
    }
}

struct Shared {
    run: Run,
    begun: AtomicU64,
    done: AtomicU64,
    stopped: AtomicBool,
    started: Instant,
}

impl Shared {
    /// The next flow, unless it is enough.
    fn next(&self) -> Option<u64> {
        let flow = self.begun.fetch_add(1, Ordering::Relaxed);
        let go_on = match self.run.until {
            Until::Flows(count) => flow < count,
            Until::Time(time) => self.started.elapsed() < time,
        };
        (go_on && !self.stopped.load(Ordering::Relaxed)).then_some(flow)
    }
}

/// Runs clients until it is enough; the first error of any of them ends all. `progress` is told how many flows are done.
pub fn run(runtime: &Runtime, run: Run, progress: &dyn Fn(u64)) -> Result<Load, Stop> {
    let clients = run.clients.max(1);
    let shared = Arc::new(Shared {
        run,
        begun: AtomicU64::new(0),
        done: AtomicU64::new(0),
        stopped: AtomicBool::new(false),
        started: Instant::now(),
    });
    runtime.block_on(async {
        let mut tasks = Vec::with_capacity(clients);
        for client in 0..clients {
            tasks.push(tokio::spawn(one_client(shared.clone(), client)));
        }
        while tasks.iter().any(|task| !task.is_finished()) {
            progress(shared.done.load(Ordering::Relaxed));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut load = Load::default();
        let mut last = shared.started;
        for task in tasks {
            let done = task.await.map_err(Stop::other)?.map_err(Stop::other)?;
            load.latencies.extend(done.latencies);
            last = last.max(done.ended);
        }
        load.flows = shared.done.load(Ordering::Relaxed);
        load.took = last - shared.started;
        load.latencies.sort_unstable();
        Ok(load)
    })
}

struct Done {
    latencies: Vec<u32>,
    ended: Instant,
}

async fn one_client(shared: Arc<Shared>, client: usize) -> Result<Done, String> {
    let worked = work(&shared, client).await;
    if worked.is_err() {
        shared.stopped.store(true, Ordering::Relaxed);
    }
    worked
}

async fn work(shared: &Shared, client: usize) -> Result<Done, String> {
    let mut way = match &shared.run.target {
        Target::Store(store) => Way::Store(store.clone()),
        Target::Http(door) => Way::Http(door.clone(), Box::new(Line::open(door.address).await?)),
    };
    let mut latencies = Vec::new();
    while let Some(flow) = shared.next() {
        let steps = shared
            .run
            .steps
            .map_or(STEPS, |steps| steps(flow))
            .min(STEPS);
        let mut before: Option<Reply> = None;
        for step in 0..steps {
            let request = shared.run.purchase.request(client, step, before.as_ref());
            let at = shared.run.at.map(|at| at(flow));
            let begun = Instant::now();
            before = Some(way.send(&request, at).await?);
            latencies.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
        }
        shared.done.fetch_add(1, Ordering::Relaxed);
    }
    Ok(Done {
        latencies,
        ended: Instant::now(),
    })
}

enum Way {
    Store(Store),
    Http(Arc<Door>, Box<Line>),
}

impl Way {
    async fn send(&mut self, request: &Request, at: Option<Moment>) -> Result<Reply, String> {
        match self {
            Way::Store(store) => {
                let command = Command {
                    org: ORG,
                    key: request.key.clone(),
                    at: at.unwrap_or_else(now),
                    actor: request.person.clone(),
                    on_behalf_of: None,
                    act: request.act.clone(),
                };
                let answer = store
                    .submit(command)
                    .await
                    .map_err(|error| error.to_string())?;
                answer
                    .outcome
                    .map_err(|refusal| format!("{}: {}", refusal.code, refusal.en))
            }
            Way::Http(door, line) => door.step(line, request).await,
        }
    }
}

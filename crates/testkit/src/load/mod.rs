//! Load: whole purchase flows sent by many clients at once, straight into a store or over HTTP.

mod direct;
mod purchase;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use engine::{Act, Refusal, Reply};

pub use direct::{Direct, now};
pub use purchase::{Purchase, STEPS};

/// What a client sends.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who acts.
    pub person: Arc<str>,
    /// Idempotency key; keys sent later sort later.
    pub key: Arc<str>,
    /// What he does.
    pub act: Act,
}

/// Why a request was not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SendError {
    /// The engine said no.
    #[error("refused: {} {}", .0.code, .0.en)]
    Refused(Box<Refusal>),
    /// It did not get there, or the store failed.
    #[error("{0}")]
    Fault(String),
}

/// Where requests go. Each client is a thread of its own and waits for its answer.
pub trait Sink: Sync {
    /// Sends a request and waits for what becomes of it.
    ///
    /// # Errors
    /// When it was refused or did not get through.
    fn send(&self, request: &Request) -> Result<Reply, SendError>;
}

/// How long to go on.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// So many flows, by all clients together.
    Flows(u64),
    /// So much time; flows begun are finished.
    Time(Duration),
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Load {
    /// Whole flows done.
    pub flows: u64,
    /// Steps done.
    pub steps: u64,
    /// From the first to the last.
    pub took: Duration,
    /// How long each step took, shortest first.
    pub latencies: Vec<Duration>,
    /// What went wrong, the first few.
    pub errors: Vec<String>,
}

impl Load {
    /// Whole flows per second, rounded down.
    pub fn per_second(&self) -> u64 {
        let nanos = self.took.as_nanos().max(1);
        u64::try_from(u128::from(self.flows) * 1_000_000_000 / nanos).unwrap_or(u64::MAX)
    }

    /// The time within which so many of a thousand steps were done.
    pub fn within(&self, permille: usize) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        self.latencies
            .get((self.latencies.len() * permille / 1000).min(last))
            .copied()
            .unwrap_or_default()
    }
}

/// Errors told of one run.
const ERRORS: usize = 5;

/// Sends purchase flows with so many clients at once. A client that meets an error stops.
pub fn run(sink: &dyn Sink, purchase: &Purchase, clients: usize, until: Until) -> Load {
    let begun = AtomicU64::new(0);
    let started = Instant::now();
    let go_on = || match until {
        Until::Flows(count) => begun.fetch_add(1, Ordering::Relaxed) < count,
        Until::Time(time) => started.elapsed() < time,
    };
    let client = |client: usize| {
        let mut load = Load::default();
        while go_on() {
            match one(sink, purchase, client, &mut load) {
                Ok(()) => load.flows += 1,
                Err(error) => {
                    load.errors.push(error.to_string());
                    break;
                }
            }
        }
        load
    };
    let mut all = Load::default();
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..clients.max(1))
            .map(|nth| scope.spawn(move || client(nth)))
            .collect();
        for done in clients.into_iter().filter_map(|client| client.join().ok()) {
            all.flows += done.flows;
            all.steps += done.steps;
            all.latencies.extend(done.latencies);
            all.errors.extend(done.errors);
        }
    });
    all.took = started.elapsed();
    all.latencies.sort_unstable();
    all.errors.truncate(ERRORS);
    all
}

/// One flow of one client.
fn one(
    sink: &dyn Sink,
    purchase: &Purchase,
    client: usize,
    load: &mut Load,
) -> Result<(), SendError> {
    let mut before: Option<Reply> = None;
    for step in 0..STEPS {
        let request = purchase.request(client, step, before.as_ref());
        let sent = Instant::now();
        let reply = sink.send(&request)?;
        load.latencies.push(sent.elapsed());
        load.steps += 1;
        before = Some(reply);
    }
    Ok(())
}

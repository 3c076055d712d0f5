//! Submits what was judged, in order, many at a time, so that many share one transaction.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use engine::Act;

use super::{Fault, Hand};

/// Commands under way at once.
const FLIGHT: usize = 256;

/// Submits acts in their order. Each was judged before, so a refusal now is a fault; the file may simply be imported again
/// then, since rows that are already so are passed over.
///
/// # Errors
/// When the store fails, or refuses one of them.
pub fn submit(
    hand: &Hand<'_>,
    acts: Vec<(u64, Act)>,
    progress: &dyn Fn(u64, u64),
) -> Result<(), Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Fault::Other(error.to_string()))?;
    let of = acts.len() as u64;
    let mut done = 0;
    let mut acts = acts.into_iter();
    loop {
        let mut flight: Vec<Pin<Box<dyn Future<Output = _>>>> = Vec::with_capacity(FLIGHT);
        for (_, act) in acts.by_ref().take(FLIGHT) {
            flight.push(Box::pin(hand.store.submit(hand.command(act)?)));
        }
        if flight.is_empty() {
            return Ok(());
        }
        done += flight.len() as u64;
        for answer in runtime.block_on(All::new(flight)) {
            answer?.outcome.map_err(Fault::Refused)?;
        }
        progress(done, of);
    }
}

/// Waits for all of them, asking each in order.
struct All<F: Future> {
    waiting: Vec<Option<F>>,
    done: Vec<Option<F::Output>>,
}

impl<F: Future + Unpin> All<F> {
    fn new(futures: Vec<F>) -> All<F> {
        let done = futures.iter().map(|_| None).collect();
        All {
            waiting: futures.into_iter().map(Some).collect(),
            done,
        }
    }
}

impl<F: Future + Unpin> Future for All<F>
where
    F::Output: Unpin,
{
    type Output = Vec<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let mut pending = false;
        for (waiting, done) in this.waiting.iter_mut().zip(&mut this.done) {
            if let Some(future) = waiting {
                match Pin::new(future).poll(context) {
                    Poll::Ready(output) => {
                        *done = Some(output);
                        *waiting = None;
                    }
                    Poll::Pending => pending = true,
                }
            }
        }
        if pending {
            Poll::Pending
        } else {
            Poll::Ready(this.done.iter_mut().filter_map(Option::take).collect())
        }
    }
}

//! Timers: what runs out becomes a command of the system, so that a replay gives the same state.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use engine::{Act, Command, SYSTEM, SYSTEM_KEYS};
use kernel::Moment;
use store::{DueTimer, Store, StoreError};
use tokio::sync::watch;

use crate::clock::now;
use crate::house::ORG;
use crate::secret;

/// Longest sleep between looks at the timers; a timer set meanwhile is late by no more than this.
const TICK: Duration = Duration::from_secs(5);
/// Timers run out at once.
const TIMERS: usize = 200;

/// Turns timers that are due into commands of the system.
pub async fn tick(store: Store, mut stopped: watch::Receiver<bool>) {
    // A timer that was refused would be refused again, and each time stand in the journal: it is left alone.
    let mut refused: HashSet<Arc<str>> = HashSet::new();
    loop {
        if let Err(error) = look(&store, &mut refused).await {
            tracing::error!(%error, "timers could not be run");
        }
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

async fn look(store: &Store, refused: &mut HashSet<Arc<str>>) -> Result<(), StoreError> {
    let (reading, limit) = (store.clone(), TIMERS + refused.len());
    let due = tokio::task::spawn_blocking(move || reading.due_timers(ORG, now(), limit)).await;
    let due = due.map_err(|error| StoreError::database("looking at the timers", error))??;
    for timer in due {
        let command = timer_command(timer, now());
        let key = command.key.clone();
        if refused.contains(&key) {
            continue;
        }
        if let Err(refusal) = store.submit(command).await?.outcome {
            tracing::warn!(code = refusal.code, "a timer was refused");
            refused.insert(key);
        }
    }
    Ok(())
}

/// The command by which a timer runs out. Its key is the same for every node and every try, so that it runs out once.
pub fn timer_command(timer: DueTimer, at: Moment) -> Command {
    let DueTimer { slip, name, due } = timer;
    let digest = secret::digest(&format!("{slip} {name} {}", due.0));
    let key: Arc<str> = format!("{SYSTEM_KEYS}timer:{}", &digest[..32]).into();
    Command {
        org: ORG,
        key,
        at,
        actor: SYSTEM.into(),
        on_behalf_of: None,
        act: Act::Timer { slip, name },
    }
}

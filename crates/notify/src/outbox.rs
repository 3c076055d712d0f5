//! The post: follows the journal, and sends what is due.
//!
//! Each target has so many places and no more, so one that hangs holds up nobody else. A delivery is leased before it is
//! tried: of several servers on one database one alone has it, and when that one dies the lease runs out and another
//! tries. What was tried is written down with its answer. Between tries the wait grows threefold, with chance in it; after
//! the last a delivery is a dead letter until somebody has it tried again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use kernel::{Moment, OrgId};
use seal::SecretKey;
use store::{Delivery, DeliveryState, Store, StoreError, Tried};
use tokio::sync::{Mutex, broadcast, watch};
use tokio::task::JoinSet;

use crate::compose::{self, Letterhead};
use crate::email::{self, Mail};
use crate::follow::Follower;
use crate::guard::Allow;
use crate::preference::Preference;
use crate::settings::{self, Settings, SmsWay, TRIES};
use crate::sms::{Sms, gateway, session::Session};
use crate::{Outcome, webhook};

/// How quick the post is.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Longest sleep between looks at what is due.
    pub tick: Duration,
    /// At least so long between two looks at the journal.
    pub pause: Duration,
    /// The wait after the first failure; each further one is three times as long.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
    /// How long a try may take.
    pub within: Duration,
    /// How long a delivery is one server's.
    pub lease: Duration,
    /// Tries of one target at once.
    pub places: usize,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace {
            tick: Duration::from_secs(1),
            pause: Duration::from_millis(200),
            first_wait: Duration::from_secs(10),
            longest_wait: Duration::from_secs(6 * 3600),
            within: Duration::from_secs(20),
            lease: Duration::from_secs(60),
            places: 4,
        }
    }
}

/// Where the present time comes from.
pub type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;

/// The post of one server.
#[derive(Clone)]
pub struct Post {
    /// The store.
    pub store: Store,
    /// The organisation.
    pub org: OrgId,
    /// Opens secrets of settings.
    pub key: Arc<SecretKey>,
    /// Which addresses may be reached besides public ones.
    pub allow: Allow,
    /// How quick it is.
    pub pace: Pace,
    /// The present time.
    pub clock: Clock,
    /// How texts name the house.
    pub head: Letterhead,
    /// This server's name among others on the same database.
    pub node: String,
    /// Whether no other server is on this database, so that what was leased when this one starts is nobody's.
    pub alone: bool,
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Post")
            .field("org", &self.org)
            .field("node", &self.node)
            .finish_non_exhaustive()
    }
}

/// A name for a server that no other has.
///
/// # Errors
/// When the system gives no randomness.
pub fn node_name() -> std::io::Result<String> {
    let mut bytes = [0; 6];
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes)
        .map_err(|_| std::io::Error::other("the system gives no randomness"))?;
    Ok(engine::hex(&bytes).to_string())
}

/// Microseconds, as moments count them.
fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// The wait before the next try: three times as long each time, at most the longest, and of that between half and all by
/// chance, so that what failed together does not come back together.
fn wait(pace: &Pace, tries: i64, chance: u32) -> Duration {
    let times = u32::try_from(tries.clamp(0, 20)).unwrap_or(0);
    let whole = 3u32
        .checked_pow(times)
        .and_then(|factor| pace.first_wait.checked_mul(factor))
        .map_or(pace.longest_wait, |wait| wait.min(pace.longest_wait));
    let half = whole / 2;
    half + half / 1_000 * (chance % 1_001)
}

fn chance() -> u32 {
    let mut bytes = [0; 4];
    // Without chance the wait is only less even.
    let _ = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes);
    u32::from_be_bytes(bytes)
}

/// Runs a read or write of the store on a thread that may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| StoreError::database("the outbox", error))?
}

/// What is under way: tries by target, and the line for short messages.
struct Going {
    tasks: JoinSet<String>,
    by_target: HashMap<String, usize>,
    session: Arc<Mutex<Session>>,
}

impl Going {
    fn ended(&mut self, target: &str) {
        if let Some(count) = self.by_target.get_mut(target) {
            *count = count.saturating_sub(1);
        }
    }
}

impl Post {
    fn follower(&self) -> Follower {
        Follower {
            store: self.store.clone(),
            org: self.org,
            head: self.head.clone(),
        }
    }

    /// Follows the journal and sends what is due until it is told to stop; what is under way then may end.
    pub async fn run(self, mut stopped: watch::Receiver<bool>) {
        let mut events = self.store.events();
        let mut going = Going {
            tasks: JoinSet::new(),
            by_target: HashMap::new(),
            session: Arc::default(),
        };
        if self.alone {
            let (store, org) = (self.store.clone(), self.org);
            if let Err(error) = blocking(move || store.release_deliveries(org, None)).await {
                tracing::error!(%error, "what was leased could not be given back");
            }
        }
        loop {
            self.look(&mut going).await;
            tokio::select! {
                _ = stopped.changed() => break,
                () = self.roused(&mut events) => {}
                Some(ended) = going.tasks.join_next(), if !going.tasks.is_empty() => self.take_in(&mut going, ended),
            }
        }
        let ending = async {
            while going.tasks.join_next().await.is_some() {}
            going.session.lock().await.end().await;
        };
        // A try that has not ended by then is tried again by whoever comes next.
        let _ = tokio::time::timeout(Duration::from_secs(3), ending).await;
        let (store, org, node) = (self.store.clone(), self.org, self.node.clone());
        let _ = blocking(move || store.release_deliveries(org, Some(&node))).await;
    }

    fn take_in(&self, going: &mut Going, ended: Result<String, tokio::task::JoinError>) {
        match ended {
            Ok(target) => going.ended(&target),
            Err(error) => {
                // Which one it was is not known; the places are counted anew when all have ended.
                tracing::error!(%error, "a try ended in a fault");
                if going.tasks.is_empty() {
                    going.by_target.clear();
                }
            }
        }
    }

    /// Returns when something was committed here, or it is time to look anyway.
    async fn roused(&self, events: &mut broadcast::Receiver<store::Event>) {
        let tick = tokio::time::sleep(self.pace.tick);
        tokio::select! {
            () = tick => {}
            event = events.recv() => {
                if matches!(event, Err(broadcast::error::RecvError::Closed)) {
                    tokio::time::sleep(self.pace.tick).await;
                }
                // What comes close behind is taken with it.
                tokio::time::sleep(self.pace.pause).await;
                while events.try_recv().is_ok() {}
            }
        }
    }

    async fn look(&self, going: &mut Going) {
        loop {
            let (follower, now) = (self.follower(), (self.clock)());
            match blocking(move || follower.round(now)).await {
                Ok(round) if round.more => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::error!(%error, "the journal could not be followed");
                    break;
                }
            }
        }
        if let Err(error) = self.send_due(going).await {
            tracing::error!(%error, "what is due could not be looked up");
        }
        if let Ok(mut session) = going.session.clone().try_lock_owned() {
            let within = self.pace.within;
            tokio::spawn(async move { session.tend(within).await });
        }
    }

    async fn send_due(&self, going: &mut Going) -> Result<(), StoreError> {
        let (store, org, now) = (self.store.clone(), self.org, (self.clock)());
        let targets = blocking(move || store.due_targets(org, now)).await?;
        let mut settings: Option<Arc<Settings>> = None;
        for target in targets {
            let busy = going.by_target.get(&target).copied().unwrap_or(0);
            let free = self.pace.places.saturating_sub(busy);
            if free == 0 {
                continue;
            }
            let (store, org, node) = (self.store.clone(), self.org, self.node.clone());
            let until = Moment(now.0.saturating_add(micros(self.pace.lease)));
            let named = target.clone();
            let taken =
                blocking(move || store.lease_deliveries(org, &named, &node, (now, until), free))
                    .await?;
            if taken.is_empty() {
                continue;
            }
            let settings = match &settings {
                Some(settings) => settings.clone(),
                None => {
                    let (store, org) = (self.store.clone(), self.org);
                    let read = Arc::new(blocking(move || Settings::load(&store, org)).await?);
                    settings.insert(read).clone()
                }
            };
            *going.by_target.entry(target).or_default() += taken.len();
            for delivery in taken {
                let (post, settings) = (self.clone(), settings.clone());
                let session = going.session.clone();
                going.tasks.spawn(async move {
                    let target = delivery.target.clone();
                    post.once(delivery, &settings, &session).await;
                    target
                });
            }
        }
        Ok(())
    }

    /// Tries a delivery once and writes down what became of it.
    async fn once(&self, delivery: Delivery, settings: &Settings, session: &Mutex<Session>) {
        let at = (self.clock)();
        let outcome = self.hand_over(&delivery, settings, session).await;
        let ended = (self.clock)();
        let most = settings
            .webhooks
            .get(
                delivery
                    .target
                    .strip_prefix(settings::WEBHOOK)
                    .unwrap_or(""),
            )
            .map_or(TRIES, |kept| kept.is.tries);
        let (state, due, answer, free) = match outcome {
            Outcome::Accepted(answer) => (DeliveryState::Sent, ended, answer, false),
            Outcome::Never(why) => (DeliveryState::Dead, ended, why, false),
            Outcome::Again { why, after, free } => {
                let last = !free && delivery.tries + 1 >= i64::from(most);
                let wait =
                    wait(&self.pace, delivery.tries, chance()).max(after.unwrap_or_default());
                let due = Moment(ended.0.saturating_add(micros(wait)));
                let state = if last {
                    DeliveryState::Dead
                } else {
                    DeliveryState::Waiting
                };
                (state, due, why, free)
            }
        };
        let tried = Tried {
            state,
            due,
            at,
            ended,
            answer,
            free,
        };
        if tried.state == DeliveryState::Dead {
            tracing::warn!(
                id = delivery.id,
                why = tried.answer,
                "a delivery was given up"
            );
        }
        let (store, org, node) = (self.store.clone(), self.org, self.node.clone());
        let id = delivery.id.clone();
        let written = blocking(move || store.delivery_tried(org, &id, &node, &tried)).await;
        if let Err(error) = written {
            // The lease runs out, and it is tried again under the same id.
            tracing::error!(%error, "a try could not be written down");
        }
    }

    async fn hand_over(
        &self,
        delivery: &Delivery,
        settings: &Settings,
        session: &Mutex<Session>,
    ) -> Outcome {
        match &*delivery.channel {
            "webhook" => self.by_webhook(delivery, settings).await,
            "email" => self.by_email(delivery, settings).await,
            "sms" => self.by_sms(delivery, settings, session).await,
            other => Outcome::Never(format!("there is no channel {other}")),
        }
    }

    async fn by_webhook(&self, delivery: &Delivery, settings: &Settings) -> Outcome {
        let id = delivery
            .target
            .strip_prefix(settings::WEBHOOK)
            .unwrap_or("");
        let Some(kept) = settings.webhooks.get(id) else {
            return Outcome::Never("there is no such webhook".to_owned());
        };
        if !kept.is.active && delivery.kind != "test" {
            return Outcome::Never("the webhook was switched off".to_owned());
        }
        match settings::open(&self.key, &delivery.target, &kept.is.secret) {
            Ok(secret) => {
                let (allow, now, within) = (&self.allow, (self.clock)(), self.pace.within);
                webhook::send(&kept.is, &secret, delivery, allow, now, within).await
            }
            Err(why) => Outcome::again(why),
        }
    }

    async fn by_email(&self, delivery: &Delivery, settings: &Settings) -> Outcome {
        let Some(kept) = settings.email.as_ref().filter(|kept| kept.is.active) else {
            return Outcome::again("no mail server is set up");
        };
        let password = match settings::open(&self.key, settings::EMAIL, &kept.is.secret) {
            Ok(password) => password,
            Err(why) => return Outcome::again(why),
        };
        let mut mail = Mail {
            id: delivery.id.clone(),
            to: delivery.address.clone(),
            title: delivery.title.clone(),
            body: delivery.body.clone(),
        };
        if delivery.kind == "digest" {
            match self.digest(delivery).await {
                Ok(Some(letter)) => {
                    mail.title = letter.title;
                    mail.body = letter.body;
                }
                Ok(None) => return Outcome::Accepted("nothing to sum up".to_owned()),
                Err(error) => return Outcome::again(error.to_string()),
            }
        }
        email::send(&kept.is, &password, &mail, &self.allow, self.pace.within).await
    }

    /// A digest is put together when it is sent: it sums up all that came until then.
    async fn digest(&self, delivery: &Delivery) -> Result<Option<compose::Letter>, StoreError> {
        let (store, org, head) = (self.store.clone(), self.org, self.head.clone());
        let (id, login) = (delivery.id.clone(), delivery.person.clone());
        blocking(move || {
            let notices = store.digested(org, &id)?;
            let zh = Preference::read(store.preference(org, &login)?.as_deref()).lang != "en";
            let (catalog, people) = (store.catalog(), store.people(org)?);
            let lines: Vec<(String, i64)> = notices
                .iter()
                .map(|notice| {
                    let by = people.iter().find(|person| person.login == notice.person);
                    let by = by.map_or(&*notice.person, |person| &*person.name);
                    (compose::sentence(&catalog, zh, notice, by), notice.slip.0)
                })
                .collect();
            Ok((!lines.is_empty()).then(|| compose::digest(&head, zh, &lines)))
        })
        .await
    }

    async fn by_sms(
        &self,
        delivery: &Delivery,
        settings: &Settings,
        session: &Mutex<Session>,
    ) -> Outcome {
        let Some(kept) = settings.sms.as_ref().filter(|kept| kept.is.active) else {
            return Outcome::again("no way for short messages is set up");
        };
        let secret = match settings::open(&self.key, settings::SMS, &kept.is.secret) {
            Ok(secret) => secret,
            Err(why) => return Outcome::again(why),
        };
        let sms = Sms {
            id: delivery.id.clone(),
            to: delivery.address.clone(),
            text: delivery.body.clone(),
        };
        let within = self.pace.within;
        match &kept.is.way {
            way @ SmsWay::Http { .. } => {
                gateway::send(way, &secret, &sms, &self.allow, within).await
            }
            way @ SmsWay::Smpp { .. } => {
                let mut session = session.lock().await;
                session.send(way, &secret, &sms, &self.allow, within).await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_longest_and_have_chance_in_them() {
        let pace = Pace::default();
        assert_eq!(wait(&pace, 0, 0), Duration::from_secs(5));
        assert_eq!(wait(&pace, 0, 1_000), Duration::from_secs(10));
        assert_eq!(wait(&pace, 3, 1_000), Duration::from_secs(270));
        assert_eq!(wait(&pace, 40, 1_000), pace.longest_wait);
        let all: i64 = (0..i64::from(TRIES) - 1)
            .map(|tries| micros(wait(&pace, tries, 500)) / 3_600_000_000)
            .sum();
        assert!((12..=48).contains(&all), "given up after {all} hours");
    }
}

//! Server-sent events: a page hears when what it shows has changed.
//!
//! One task follows the store's events and marks the connections they concern; each connection sends what was marked,
//! at most once in a while. An event so costs what it concerns and not what is open.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::routing::get;
use engine::Class;
use kernel::{Moment, SlipId};
use serde::Deserialize;
use store::{Event, Holder, StoreError};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast};
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

use crate::App;
use crate::auth::Session;
use crate::error::Error;

/// Connections open at once.
const OPEN_MAX: usize = 2_000;
/// Connections of one person open at once.
const OPEN_MAX_PERSON: usize = 20;
/// At least so long between two messages of a connection.
const PAUSE: Duration = Duration::from_millis(500);
/// A sign of life, so that proxies keep the line and dead ones are noticed.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// Sleep between looks for new notices.
const BELLS: Duration = Duration::from_secs(1);
/// Acts after which what is kept of people may be out of date.
const PEOPLE_ACTS: [&str; 4] = ["put_person", "deputise", "bootstrap", "credential"];

/// Microseconds for which it is believed in whose place a person stands; another process over the same database tells
/// nobody that it changed.
const BELIEVED: i64 = 20_000_000;

/// Persons and roles, each with the login of who lends it.
type Holders = Arc<[(Holder, Option<Arc<str>>)]>;

/// An open connection, and what it has not been told yet.
#[derive(Debug)]
struct Open {
    id: u64,
    login: Arc<str>,
    roles: Vec<Arc<str>>,
    slip: Option<SlipId>,
    /// Whether it shows what every step changes.
    wide: bool,
    /// In whose place this person stands, as last read, and when that was.
    holders: Mutex<(Moment, Holders)>,
    inbox: AtomicBool,
    touched: AtomicBool,
    bell: AtomicBool,
    wake: Notify,
}

impl Open {
    fn mark(&self, inbox: bool) {
        let flag = if inbox { &self.inbox } else { &self.touched };
        // Marked already means woken already.
        if !flag.swap(true, Ordering::AcqRel) {
            self.wake.notify_one();
        }
    }

    /// In whose place this person stands. Reading it is reading everybody, which two hundred open inboxes cannot each do
    /// at every step; what changes people in this process makes it read anew.
    fn holders(&self, app: &App) -> Result<Holders, StoreError> {
        let now = app.now();
        let mut kept = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        let (read, holders) = &*kept;
        let fresh = now.0 - read.0 < BELIEVED && read.day() == now.day();
        if fresh && read.0 > app.hub.people_changed.load(Ordering::Acquire) {
            return Ok(holders.clone());
        }
        let holders: Holders = app
            .store()
            .holders(app.org(), &self.login, now.day())?
            .into();
        *kept = (now, holders.clone());
        Ok(holders)
    }
}

#[derive(Debug, Default)]
struct Table {
    all: HashMap<u64, Arc<Open>>,
    by_login: HashMap<Arc<str>, Vec<Arc<Open>>>,
    by_role: HashMap<Arc<str>, Vec<Arc<Open>>>,
    by_slip: HashMap<SlipId, Vec<Arc<Open>>>,
    wide: Vec<Arc<Open>>,
}

/// All open connections.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    table: Mutex<Table>,
    next: AtomicU64,
    closed: AtomicBool,
    /// Microseconds: when something about people changed last.
    people_changed: AtomicI64,
}

fn remove<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Vec<Arc<Open>>>, key: &K, id: u64) {
    if let Some(list) = map.get_mut(key) {
        list.retain(|open| open.id != id);
        if list.is_empty() {
            map.remove(key);
        }
    }
}

impl Hub {
    fn table(&self) -> std::sync::MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(
        &self,
        login: Arc<str>,
        roles: Vec<Arc<str>>,
        slip: Option<SlipId>,
        wide: bool,
    ) -> Result<Arc<Open>, Error> {
        let mut table = self.table();
        let of_person = table.by_login.get(&login).map_or(0, Vec::len);
        if table.all.len() >= OPEN_MAX || of_person >= OPEN_MAX_PERSON {
            return Err(Error::refused(
                StatusCode::TOO_MANY_REQUESTS,
                Class::Request,
                "too_many_pages",
                "打开的页面太多，此页不再自动更新",
                "too many pages are open; this one does not update itself",
            ));
        }
        let open = Arc::new(Open {
            id: self.next.fetch_add(1, Ordering::Relaxed),
            login,
            roles,
            slip,
            wide,
            holders: Mutex::default(),
            inbox: AtomicBool::new(false),
            touched: AtomicBool::new(false),
            bell: AtomicBool::new(false),
            wake: Notify::new(),
        });
        table.all.insert(open.id, open.clone());
        table
            .by_login
            .entry(open.login.clone())
            .or_default()
            .push(open.clone());
        for role in &open.roles {
            table
                .by_role
                .entry(role.clone())
                .or_default()
                .push(open.clone());
        }
        if wide {
            table.wide.push(open.clone());
        }
        if let Some(slip) = open.slip {
            table.by_slip.entry(slip).or_default().push(open.clone());
        }
        Ok(open)
    }

    fn leave(&self, open: &Open) {
        let mut table = self.table();
        table.all.remove(&open.id);
        remove(&mut table.by_login, &open.login, open.id);
        for role in &open.roles {
            remove(&mut table.by_role, role, open.id);
        }
        if let Some(slip) = open.slip {
            remove(&mut table.by_slip, &slip, open.id);
        }
        table.wide.retain(|other| other.id != open.id);
    }

    fn tell(&self, event: &Event) {
        let table = self.table();
        if table.all.is_empty() {
            return;
        }
        let by_role = event
            .roles
            .iter()
            .filter_map(|role| table.by_role.get(role));
        let by_login = event
            .persons
            .iter()
            .filter_map(|login| table.by_login.get(login));
        by_role
            .chain(by_login)
            .flatten()
            .for_each(|open| open.mark(true));
        let by_slip = event.slip.and_then(|slip| table.by_slip.get(&slip));
        by_slip
            .into_iter()
            .flatten()
            .chain(table.wide.iter().filter(|_| event.slip.is_some()))
            .for_each(|open| open.mark(false));
    }

    /// Rings the bell of some people.
    pub fn tell_bell(&self, logins: &[String]) {
        let table = self.table();
        let of = |login: &String| table.by_login.get(login.as_str());
        for open in logins.iter().filter_map(of).flatten() {
            if !open.bell.swap(true, Ordering::AcqRel) {
                open.wake.notify_one();
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.table().all.is_empty()
    }

    /// Marks everyone, when it is not known what was missed.
    fn tell_all(&self) {
        for open in self.table().all.values() {
            open.mark(true);
            open.mark(false);
        }
    }

    /// Ends all connections; no new one is begun.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        for open in self.table().all.values() {
            open.wake.notify_one();
        }
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}

/// Follows the store's events until the store is closed.
pub(crate) fn follow(app: &Arc<App>) {
    let mut events: broadcast::Receiver<Event> = app.store().events();
    // The task must not keep the server alive.
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        loop {
            let event = events.recv().await;
            let Some(app) = app.upgrade() else { break };
            match event {
                Ok(event) if event.org == app.org() => {
                    if PEOPLE_ACTS.contains(&event.act) {
                        app.people.forget();
                        app.hub.people_changed.store(app.now().0, Ordering::Release);
                    }
                    app.hub.tell(&event);
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => {
                    app.people.forget();
                    app.hub.people_changed.store(app.now().0, Ordering::Release);
                    app.hub.tell_all();
                }
                Err(RecvError::Closed) => break,
            }
        }
    });
}

/// Looks for notices that any server on this database wrote, and rings the bells of those they are for.
pub(crate) fn follow_notices(app: &Arc<App>) {
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        let mut last: Option<i64> = None;
        loop {
            tokio::time::sleep(BELLS).await;
            let Some(app) = app.upgrade() else { break };
            let from = match last {
                // Nobody listens: what is open later asks for the number itself.
                Some(_) if app.hub.is_empty() => {
                    last = None;
                    continue;
                }
                None if app.hub.is_empty() => continue,
                from => from,
            };
            let told = app
                .read_store(move |store, org| match from {
                    Some(from) => store.told_since(org, from),
                    None => Ok((store.head(org)?.0, Vec::new())),
                })
                .await;
            if let Ok((seq, logins)) = told {
                last = Some(seq);
                app.hub.tell_bell(&logins);
            }
        }
    });
}

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new().route("/events", get(events))
}

#[derive(Deserialize)]
struct Asked {
    /// The slip that the page shows.
    slip: Option<i64>,
    /// 1 where the page shows what every step changes: the event `flow` then follows each.
    wide: Option<u8>,
}

/// Leaves the table however the connection ends.
struct Place {
    hub: Arc<Hub>,
    open: Arc<Open>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.hub.leave(&self.open);
    }
}

async fn events(
    State(app): State<Arc<App>>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, Error> {
    let login = session.person.login.clone();
    let wanted = login.clone();
    let holders = app
        .read(move |app| app.store().holders(app.org(), &wanted, app.today()))
        .await?;
    let mut roles: Vec<Arc<str>> = holders
        .into_iter()
        .filter_map(|(holder, _)| match holder {
            store::Holder::Role(role, _) => Some(role),
            store::Holder::Person(_) => None,
        })
        .collect();
    roles.sort();
    roles.dedup();
    let open = app
        .hub
        .enter(login, roles, asked.slip.map(SlipId), asked.wide == Some(1))?;
    let place = Place {
        hub: app.hub.clone(),
        open,
    };
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    // The task must not keep the server alive either.
    let weak = Arc::downgrade(&app);
    tokio::spawn(async move {
        let open = place.open.clone();
        loop {
            tokio::select! {
                () = open.wake.notified() => {}
                () = sender.closed() => break,
            }
            if place.hub.is_closed() {
                break;
            }
            let inbox = open.inbox.swap(false, Ordering::AcqRel);
            let slip = open.touched.swap(false, Ordering::AcqRel);
            let bell = open.bell.swap(false, Ordering::AcqRel);
            let Some(app) = weak.upgrade() else { break };
            // A browser connects again by itself, and is then told to log in.
            if session.is_over(&app) {
                break;
            }
            for message in messages(&app, &open, inbox, slip, bell).await {
                if sender.send(Ok(message)).await.is_err() {
                    return;
                }
            }
            drop(app);
            tokio::time::sleep(PAUSE).await;
        }
    });
    let beat = KeepAlive::new().interval(HEARTBEAT).text("");
    Ok(Sse::new(ReceiverStream::new(receiver)).keep_alive(beat))
}

/// What a connection is told: `inbox` with how much waits, `slip` with the slip's id.
async fn messages(
    app: &Arc<App>,
    open: &Arc<Open>,
    inbox: bool,
    slip: bool,
    bell: bool,
) -> Vec<Sent> {
    let mut messages = Vec::new();
    if inbox {
        let who = open.clone();
        let counts = app
            .read(move |app| {
                let holders = who.holders(app)?;
                app.store().inbox_counts_of(app.org(), &holders, app.now())
            })
            .await;
        // The page asks again by itself; a fault here is in the log already.
        let items = counts.map_or(String::from("{}"), |counts| {
            format!("{{\"inbox\":{}}}", counts.items)
        });
        messages.push(Sent::default().event("inbox").data(items));
    }
    if bell {
        let login = open.login.clone();
        let unread = app
            .read_store(move |store, org| store.unread_notices(org, &login))
            .await
            .unwrap_or(0);
        let data = format!("{{\"unread\":{unread}}}");
        messages.push(Sent::default().event("bell").data(data));
    }
    if open.wide && slip {
        messages.push(Sent::default().event("flow").data("{}"));
    }
    if let Some(id) = open.slip.filter(|_| slip) {
        messages.push(
            Sent::default()
                .event("slip")
                .data(format!("{{\"slip\":{id}}}")),
        );
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(roles: &[&str], persons: &[&str], slip: Option<i64>) -> Event {
        let texts = |all: &[&str]| all.iter().map(|text| Arc::from(*text)).collect();
        Event {
            org: kernel::OrgId(1),
            seq: 1,
            act: "step",
            slip: slip.map(SlipId),
            number: None,
            roles: texts(roles),
            persons: texts(persons),
        }
    }

    fn marked(open: &Open) -> (bool, bool) {
        (
            open.inbox.swap(false, Ordering::AcqRel),
            open.touched.swap(false, Ordering::AcqRel),
        )
    }

    #[test]
    fn an_event_reaches_those_it_concerns() {
        let hub = Hub::default();
        let buyer = hub
            .enter("wang".into(), vec!["gsp.buyer".into()], None, false)
            .unwrap();
        let keeper = hub
            .enter(
                "zhou".into(),
                vec!["gsp.keeper".into()],
                Some(SlipId(7)),
                false,
            )
            .unwrap();
        hub.tell(&event(&["gsp.buyer"], &[], Some(8)));
        assert_eq!(
            (marked(&buyer), marked(&keeper)),
            ((true, false), (false, false))
        );
        hub.tell(&event(&[], &["zhou"], Some(7)));
        assert_eq!(
            (marked(&buyer), marked(&keeper)),
            ((false, false), (true, true))
        );
        hub.leave(&keeper);
        hub.tell(&event(&["gsp.keeper"], &["zhou"], Some(7)));
        assert_eq!(marked(&keeper), (false, false));
        hub.tell_all();
        assert_eq!(marked(&buyer), (true, true));
        hub.leave(&buyer);
        let table = hub.table();
        assert!(table.all.is_empty() && table.by_login.is_empty());
        assert!(table.by_role.is_empty() && table.by_slip.is_empty());
    }

    #[test]
    fn connections_are_bounded() {
        let hub = Hub::default();
        for _ in 0..OPEN_MAX_PERSON {
            hub.enter("wang".into(), Vec::new(), None, false).unwrap();
        }
        assert_eq!(
            hub.enter("wang".into(), Vec::new(), None, false)
                .unwrap_err()
                .status(),
            429
        );
        hub.enter("zhou".into(), Vec::new(), None, false).unwrap();
    }
}

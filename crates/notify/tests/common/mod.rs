//! What the post meets outside: servers of HTTP, SMTP and SMPP that behave and misbehave on order, and a depot whose
//! journal there is to follow.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod smsc;
pub mod smtp;
pub mod web;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use engine::{Act, Command, Input, LineInput, Person, SYSTEM};
use kernel::{Day, Moment, OrgId};
use model::{Catalog, Label, Pack, SourceText};
use notify::compose::Letterhead;
use notify::{Allow, Pace, Post, settings};
use seal::SecretKey;
use serde::Serialize;
use store::{Delivery, DeliveryQuery, DeliveryState, Options, Store, StoreUrl};
use testkit::company;
use tokio::sync::watch;

pub const ORG: OrgId = OrgId(1);

/// The present, in a year in which the sample pack is in force.
pub fn now() -> Moment {
    static BEGUN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let start = Moment::noon_of(Day::new(2026, 4, 1).expect("a day"));
    Moment(start.0 + i64::try_from(BEGUN.elapsed().as_micros()).expect("not so long"))
}

fn read_pack(_: &str, texts: &[SourceText]) -> Result<Pack, String> {
    pack::read(texts, &[]).map_err(|complaints| complaints.to_string())
}

/// The sample pack of the test kit.
pub fn options() -> Options {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/tests/depot");
    let mut all = Vec::new();
    for folder in ["", "flows"] {
        let mut files: Vec<_> = std::fs::read_dir(root.join(folder))
            .expect("the sample pack is there")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "kdl"))
            .collect();
        files.sort();
        for file in files {
            let path = file.strip_prefix(&root).expect("below it");
            all.push(SourceText {
                path: path.to_string_lossy().into_owned(),
                text: std::fs::read_to_string(&file).expect("it can be read"),
            });
        }
    }
    let pack = read_pack("depot", &all).expect("the sample pack is sound");
    Options::new(Catalog::new([Arc::new(pack)])).with_reader(read_pack)
}

/// A depot with people, records and one post.
pub struct Depot {
    pub store: Store,
    pub key: Arc<SecretKey>,
}

fn key() -> Arc<str> {
    static KEYS: AtomicUsize = AtomicUsize::new(0);
    format!(
        "k{}-{}",
        std::process::id(),
        KEYS.fetch_add(1, Ordering::SeqCst)
    )
    .into()
}

impl Depot {
    pub fn open(url: &StoreUrl) -> Depot {
        let depot = Depot {
            store: Store::open(url, options()).expect("the store opens"),
            key: Arc::new(SecretKey::passing().expect("a key")),
        };
        if depot.store.people(ORG).expect("read").is_empty() {
            let roles = ["", "clerk", "chief", "auditor", "keeper"];
            let people = roles.iter().map(|role| match *role {
                "" => company::person(company::ADMINISTRATOR, []),
                role => company::person(role, [format!("depot.{role}")]),
            });
            let people: Vec<Person> = people.collect();
            depot.act(SYSTEM, Act::Bootstrap { people });
            let facts = [
                ("depot.item", "A1", ("storage", "常温")),
                ("depot.site", "S1", ("name", "一库")),
            ];
            for (register, key, (field, text)) in facts {
                let act = Act::PutRecord {
                    register: register.into(),
                    key: key.into(),
                    fields: [(field.to_owned(), text.to_owned())].into(),
                    from: None,
                };
                depot.act(company::ADMINISTRATOR, act);
            }
        }
        depot
    }

    pub fn memory() -> Depot {
        Depot::open(&StoreUrl::Memory)
    }

    /// What must be accepted.
    pub fn act(&self, actor: &str, act: Act) -> engine::Reply {
        let command = Command {
            org: ORG,
            key: key(),
            at: now(),
            actor: actor.into(),
            on_behalf_of: None,
            act,
        };
        let answer = self.store.submit_blocking(command).expect("no fault");
        answer.outcome.expect("accepted")
    }

    /// A slip that the clerk fills in.
    pub fn begin_slip(&self) -> engine::Reply {
        let fields = |all: &[(&str, &str)]| {
            let own = all
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
            own.collect()
        };
        let act = Act::Step {
            step: "depot.intake.note.fill".into(),
            slip: None,
            sources: Vec::new(),
            seen: Vec::new(),
            input: Input {
                header: fields(&[("site", "S1")]),
                lines: vec![LineInput {
                    source: None,
                    fields: fields(&[("item", "A1"), ("qty", "5"), ("price", "12.34")]),
                }],
            },
        };
        self.act("clerk", act)
    }

    /// Makes or changes a setting.
    pub fn set<T: Serialize>(&self, name: &str, setting: &T) {
        self.act(
            company::ADMINISTRATOR,
            Act::PutSetting {
                name: name.into(),
                body: settings::body(setting),
            },
        );
    }

    pub fn sealed(&self, name: &str, secret: &str) -> String {
        settings::seal(&self.key, name, secret).expect("sealed")
    }

    /// A webhook for everything.
    pub fn webhook(&self, id: &str, url: &str) {
        let name = format!("webhook/{id}");
        let hook = settings::Webhook {
            name: id.to_owned(),
            url: url.to_owned(),
            secret: self.sealed(&name, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
            flows: Vec::new(),
            steps: Vec::new(),
            acts: Vec::new(),
            active: true,
            tries: 4,
        };
        self.set(&name, &hook);
    }

    pub fn post(&self, node: &str) -> Post {
        Post {
            store: self.store.clone(),
            org: ORG,
            key: self.key.clone(),
            allow: Allow(vec!["127.0.0.0/8".parse().expect("a network")]),
            pace: quick(),
            clock: Arc::new(now),
            head: Letterhead {
                company: Label {
                    zh: "仓库".into(),
                    en: "Depot".into(),
                },
                origin: "https://slips.example".to_owned(),
            },
            node: node.to_owned(),
            alone: false,
        }
    }

    /// A post at work.
    pub fn start(&self, node: &str) -> Working {
        let (stop, stopped) = watch::channel(false);
        Working {
            stop,
            task: tokio::spawn(self.post(node).run(stopped)),
        }
    }

    pub fn deliveries(&self) -> Vec<Delivery> {
        let query = DeliveryQuery {
            limit: 1_000,
            ..DeliveryQuery::default()
        };
        self.store.deliveries(ORG, &query).expect("read").rows
    }

    /// Adds a delivery of a channel by hand.
    pub fn add(&self, channel: &str, id: &str, address: &str, body: &str) {
        let delivery = Delivery {
            id: id.to_owned(),
            channel: channel.to_owned(),
            target: format!("channel/{channel}"),
            kind: "test".to_owned(),
            address: address.to_owned(),
            title: "试发 · test".to_owned(),
            body: body.to_owned(),
            due: now(),
            created: now(),
            ..Delivery::default()
        };
        assert!(self.store.add_delivery(ORG, &delivery).expect("added"));
    }

    pub fn delivery(&self, id: &str) -> (Delivery, Vec<store::Try>) {
        self.store
            .delivery(ORG, id)
            .expect("read")
            .expect("it is there")
    }

    /// Waits until a delivery was tried so often.
    pub async fn until_tried(&self, id: &str, tries: usize) {
        eventually(&format!("{id} was tried {tries} times"), || {
            (self.delivery(id).1.len() >= tries).then_some(())
        })
        .await;
    }

    /// Waits until a delivery is in a state.
    pub async fn until(&self, id: &str, state: DeliveryState) -> (Delivery, Vec<store::Try>) {
        eventually(&format!("{id} is {}", state.name()), || {
            let found = self.delivery(id);
            (found.0.state == state).then_some(found)
        })
        .await
    }
}

/// A pace at which tests end.
pub fn quick() -> Pace {
    Pace {
        tick: Duration::from_millis(50),
        pause: Duration::from_millis(5),
        first_wait: Duration::from_millis(40),
        longest_wait: Duration::from_millis(200),
        within: Duration::from_millis(700),
        lease: Duration::from_secs(3),
        places: 2,
    }
}

/// A post at work; it stops when it is told to.
pub struct Working {
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Working {
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        self.task.await.expect("the post ends");
    }
}

/// Waits for something that will be so.
pub async fn eventually<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

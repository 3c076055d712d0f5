//! Where a benchmark's data lies: a temporary folder, a folder or database that was named, a PostgreSQL server of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::Act;
use kernel::{Day, Moment};
use model::Catalog;
use store::{ListQuery, StoreUrl};
use tempfile::TempDir;
use testkit::company;
use testkit::load::{Direct, Purchase};
use testkit::postgres::Cluster;
use tokio::runtime::Runtime;

use super::load::{Run, Target, Until, run};
use super::{Args, Backend};
use crate::clock::now;
use crate::house::{House, ORG};
use crate::lang::{Lang, say};
use crate::place::Place;
use crate::secret;
use crate::stop::{Fault, Stop};
use crate::terminal::{Progress, line};

/// People per role.
pub const EACH: usize = 2;
/// Items and suppliers.
pub const GOODS: usize = 200;
/// Lines of a slip.
pub const LINES: usize = 3;
/// Slips that one whole flow makes.
pub const SLIPS_PER_FLOW: u64 = 5;

/// Data to measure on.
pub struct Bed {
    /// Where it is.
    pub place: Place,
    // Dropped in this order: the server before its folder.
    _cluster: Option<Cluster>,
    _folder: Option<TempDir>,
}

impl Bed {
    /// A place for data, empty unless it was named.
    pub fn make(args: &Args) -> Result<Bed, Stop> {
        if args.at.named() {
            let place = args.at.place()?;
            place.make_folder()?;
            return Ok(Bed {
                place,
                _cluster: None,
                _folder: None,
            });
        }
        let folder = tempfile::Builder::new()
            .prefix("countersign-bench-")
            .tempdir()
            .map_err(Stop::other)?;
        let (url, cluster) = match args.store {
            Backend::Sqlite => (StoreUrl::Sqlite(folder.path().join("countersign.db")), None),
            Backend::Memory => (StoreUrl::Memory, None),
            Backend::Postgres => {
                let cluster = Cluster::start_with(true).map_err(Stop::other)?;
                let url = cluster.create_database("bench").map_err(Stop::other)?;
                (StoreUrl::Postgres(url), Some(cluster))
            }
        };
        let place = Place {
            folder: folder.path().to_owned(),
            url,
            packs: None,
        };
        Ok(Bed {
            place,
            _cluster: cluster,
            _folder: Some(folder),
        })
    }

    /// The name of the kind of store.
    pub fn store_name(&self) -> &'static str {
        match self.place.url {
            StoreUrl::Sqlite(_) => Backend::Sqlite.name(),
            StoreUrl::Postgres(_) => Backend::Postgres.name(),
            StoreUrl::Memory => Backend::Memory.name(),
        }
    }

    /// The folder whose disk counts.
    pub fn folder(&self) -> &Path {
        &self.place.folder
    }

    /// Opens the store, with a company in it to work.
    pub fn open(&self) -> Result<House, Stop> {
        self.open_with(|packs, day| company::records(packs, GOODS, day))
    }

    /// The same; a company that is made has these records from a day on.
    pub fn open_with(&self, records: fn(&Catalog, Day) -> Vec<Act>) -> Result<House, Stop> {
        let house = House::open(&self.place)?;
        let people = house.people()?;
        let own = company::login("gsp.buyer", 1);
        if !people.is_empty() && !people.iter().any(|person| *person.login == *own) {
            return Err(Stop::usage(
                "此数据属于一个单位，不能用来测速",
                "this data belongs to an organisation; a benchmark works on data of its own",
            ));
        }
        if people.is_empty() {
            let direct = Direct {
                store: house.store.clone(),
                org: ORG,
            };
            direct
                .found_with(&house.catalog(), EACH, |day| records(&house.catalog(), day))
                .map_err(Stop::other)?;
        }
        Ok(house)
    }
}

/// A runtime with a thread per core, as the server has.
pub fn runtime() -> Result<Runtime, Stop> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Stop::other)
}

/// The flows of the company that [`Bed::open`] makes.
pub fn purchase() -> Arc<Purchase> {
    Arc::new(Purchase::new(EACH, GOODS, LINES))
}

/// Gives everyone who works in the flow a password, as his own choice.
pub fn give_passwords(house: &House) -> Result<Vec<(Arc<str>, String)>, Stop> {
    let mut out = Vec::new();
    for person in house.people()? {
        if person.administrator {
            continue;
        }
        let password = secret::generate()?;
        let stored = secret::hash(&password)?;
        let act = Act::Credential {
            login: person.login.clone(),
            digest: secret::digest(&stored),
        };
        let command = house.command(&person.login, act)?;
        let answer = house.store.submit_credential_blocking(command, stored)?;
        answer.outcome.map_err(Fault::Refused)?;
        out.push((person.login, password));
    }
    Ok(out)
}

/// How many slips there are.
pub fn slips(house: &House) -> Result<u64, Stop> {
    let query = ListQuery {
        descending: true,
        limit: 1,
        ..ListQuery::default()
    };
    let page = house.store.list(ORG, &query)?;
    // Ids are given in order and without gaps.
    Ok(page
        .rows
        .first()
        .map_or(0, |head| u64::try_from(head.id.0).unwrap_or(0)))
}

/// Days over which slips made in bulk are spread.
const DAYS: i64 = 365;
/// Flows made in bulk on one day.
const FLOWS_PER_DAY: u64 = 560;

/// The business time of a flow made in bulk. Many thousand on one day would be no year's work.
fn bulk_time(flow: u64) -> Moment {
    let day = i64::try_from(flow / FLOWS_PER_DAY).unwrap_or(0) % DAYS;
    now().plus_minutes((day - DAYS) * 24 * 60)
}

/// One flow in forty stops on its way, so that something waits in every inbox.
fn bulk_steps(flow: u64) -> usize {
    if flow.is_multiple_of(40) {
        1 + (flow / 40 % 5) as usize
    } else {
        6
    }
}

/// Makes slips until there are so many. The store does it as it would do it for people, only more of it at once.
pub fn grow(house: &House, runtime: &Runtime, size: u64, lang: Lang) -> Result<(), Stop> {
    let first = slips(house)?;
    let begun = Instant::now();
    let bar = Progress::new(lang);
    let mut there = first;
    // Flows that stop on their way make fewer slips, so a second round may be needed.
    while there < size {
        let flows = (size - there).div_ceil(SLIPS_PER_FLOW);
        let bulk = Run {
            target: Target::Store(house.store.clone()),
            purchase: purchase(),
            clients: 256,
            until: Until::Flows(flows),
            at: Some(bulk_time),
            steps: Some(bulk_steps),
        };
        let so_far = there - first;
        run(runtime, bulk, &|done| {
            bar.report("prepare", so_far + done * SLIPS_PER_FLOW, size - first)
        })?;
        there = slips(house)?;
    }
    bar.done();
    if there > first {
        let took = begun.elapsed().as_secs();
        line(say!(
            lang,
            "已备 {there} 张单据（{took} 秒）",
            "{there} slips are there ({took} s)"
        ));
    }
    Ok(())
}

/// How long to measure, as asked for.
pub fn seconds(args: &Args, usual: u64) -> Duration {
    Duration::from_secs(args.seconds.unwrap_or(usual).max(1))
}

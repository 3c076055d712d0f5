//! `bench live`: many open inboxes hear of one signature. From the moment its request is sent until the last of them has been
//! told how much waits for him now.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::{Act, SYSTEM};
use kernel::Day;
use testkit::company;
use testkit::load::Purchase;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::bed::{Bed, GOODS, LINES, give_passwords, runtime};
use super::http::{Door, Line};
use super::report::ms;
use super::server::Server;
use super::{Args, Report, machine};
use crate::house::House;
use crate::lang::{Lang, say};
use crate::stop::{Fault, Stop};
use crate::terminal::line;

/// Open inboxes, unless told.
const INBOXES: usize = 200;
/// Signatures, unless told how long.
const ROUNDS: usize = 20;
/// Between two of them: longer than a connection rests between two messages.
const PAUSE: Duration = Duration::from_millis(800);
/// After so long an inbox was not reached.
const PATIENCE: Duration = Duration::from_secs(10);

/// The role whose people wait, and the one that gives them something.
const WAITS: &str = "gsp.purchase_manager";
const SIGNS: &str = "gsp.buyer";

/// An inbox by its number, and when it was told.
type Told = (usize, Instant);

/// Opens inboxes and signs.
pub fn run(args: &Args, lang: Lang) -> Result<Report, Stop> {
    let bed = Bed::make(args)?;
    if bed.place.url == store::StoreUrl::Memory {
        return Err(Stop::usage(
            "live 的服务进程需要 sqlite 或 postgres",
            "live needs a store that another process can open: sqlite or postgres",
        ));
    }
    let inboxes = args.clients.unwrap_or(INBOXES);
    let rounds = args
        .size
        .map_or(Ok(ROUNDS), usize::try_from)
        .map_err(Stop::other)?;
    let runtime = runtime()?;
    let house = House::open(&bed.place)?;
    found(&house, inboxes)?;
    let mut passwords = give_passwords(&house)?;
    drop(house);
    let managers: Vec<Arc<str>> = (1..=inboxes).map(manager).collect();
    passwords.retain(|(login, _)| managers.contains(login) || **login == *buyer());
    let server = Server::start(&runtime, &bed.place)?;
    let door = runtime
        .block_on(Door::enter(server.address, &passwords))
        .map_err(Stop::other)?;
    let idle = server.resident_kb();
    let measured = runtime
        .block_on(measure(&door, &managers, rounds))
        .map_err(Stop::other)?;
    let (mut all, mut each) = (measured.all, measured.each);
    all.sort_unstable();
    each.sort_unstable();
    let worst = all.last().copied().unwrap_or_default().as_millis();
    line(say!(
        lang,
        "{inboxes} 个打开的待办，{rounds} 次签字：最慢 {worst} 毫秒全部收到",
        "{inboxes} open inboxes, {rounds} signatures: all were told within {worst} ms"
    ));
    Ok(Report::new("live", bed.store_name(), inboxes)
        .with(
            "build",
            if cfg!(debug_assertions) {
                "debug"
            } else {
                "release"
            },
        )
        .with("ops", all.len())
        .with("all_p50_ms", ms(within(&all, 500)))
        .with("all_max_ms", ms(within(&all, 1000)))
        .with("each_p50_ms", ms(within(&each, 500)))
        .with("each_p99_ms", ms(within(&each, 990)))
        .with("idle_rss_mb", machine::megabytes(idle))
        .with("rss_mb", machine::megabytes(server.resident_kb())))
}

fn within(sorted: &[Duration], permille: usize) -> Duration {
    let at = (sorted.len() * permille / 1000).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

fn buyer() -> String {
    company::login(SIGNS, 1)
}

fn manager(nth: usize) -> Arc<str> {
    company::login(WAITS, nth).into()
}

/// A company with one person for each role and so many of the role that waits.
fn found(house: &House, inboxes: usize) -> Result<(), Stop> {
    if !house.people()?.is_empty() {
        return Err(Stop::usage(
            "live 需要空的数据位置",
            "live makes a company of its own and needs an empty place",
        ));
    }
    let catalog = house.catalog();
    let mut people = company::people(&catalog, 1);
    people.extend((2..=inboxes).map(|nth| company::person(&manager(nth), [WAITS.to_owned()])));
    let must = |actor: &str, act: Act| -> Result<(), Stop> {
        let command = house.command(actor, act)?;
        let answer = house.store.submit_blocking(command)?;
        answer.outcome.map_err(Fault::Refused)?;
        Ok(())
    };
    let long_ago = Day::new(2000, 1, 1).map_err(Stop::other)?;
    let signs: Vec<_> = people
        .iter()
        .filter(|one| *one.login == *buyer())
        .cloned()
        .collect();
    must(SYSTEM, Act::Bootstrap { people })?;
    let mut records = company::records(&catalog, GOODS, long_ago);
    records.extend(company::files(&catalog, &signs, long_ago));
    for act in records {
        must(company::ADMINISTRATOR, act)?;
    }
    Ok(())
}

struct Measured {
    /// For each signature until the last inbox was told.
    all: Vec<Duration>,
    /// The same for every inbox.
    each: Vec<Duration>,
}

async fn measure(door: &Door, managers: &[Arc<str>], rounds: usize) -> Result<Measured, String> {
    let (sender, mut told) = unbounded_channel();
    for (nth, login) in managers.iter().enumerate() {
        let token = door.tokens.get(login).ok_or("nobody logged in")?;
        listen(door.address, token, nth, sender.clone()).await?;
    }
    let own = [buyer().into()];
    let one = |login: &str| vec![Arc::from(login)];
    let staff = [own.to_vec(), one(""), one(""), one(""), one(""), one("")];
    let keys = |register: &str| (1..=GOODS).map(|nth| company::key(register, nth)).collect();
    let purchase = Purchase::with(staff, keys("party"), keys("item"), LINES);
    let mut line = Line::open(door.address).await?;
    let mut measured = Measured {
        all: Vec::new(),
        each: Vec::new(),
    };
    // The first signature fills caches and is not counted.
    for round in 0..=rounds {
        tokio::time::sleep(PAUSE).await;
        while told.try_recv().is_ok() {}
        let begun = Instant::now();
        door.step(&mut line, &purchase.request(0, 0, None)).await?;
        let took = heard(&mut told, managers.len(), begun).await?;
        if round > 0 {
            measured.all.extend(took.iter().max());
            measured.each.extend(took);
        }
    }
    Ok(measured)
}

/// Waits until every inbox was told.
async fn heard(
    told: &mut UnboundedReceiver<Told>,
    inboxes: usize,
    begun: Instant,
) -> Result<Vec<Duration>, String> {
    let mut seen = HashSet::new();
    let mut took = Vec::with_capacity(inboxes);
    while seen.len() < inboxes {
        let next = tokio::time::timeout(PATIENCE, told.recv()).await;
        let (nth, at) = match next {
            Ok(Some(told)) => told,
            _ => {
                return Err(format!(
                    "only {} of {inboxes} inboxes were told",
                    seen.len()
                ));
            }
        };
        if seen.insert(nth) {
            took.push(at.duration_since(begun));
        }
    }
    Ok(took)
}

/// Opens a stream of events and says when it tells of the inbox.
async fn listen(
    address: SocketAddr,
    token: &str,
    nth: usize,
    told: UnboundedSender<Told>,
) -> Result<(), String> {
    let text = |error: std::io::Error| error.to_string();
    let mut stream = TcpStream::connect(address).await.map_err(text)?;
    let request = format!(
        "GET /events HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.map_err(text)?;
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next_line().await.map_err(text)?.unwrap_or_default();
    if !first.contains(" 200 ") {
        return Err(format!("GET /events: {first}"));
    }
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            if line.trim() == "event: inbox" && told.send((nth, Instant::now())).is_err() {
                break;
            }
        }
    });
    Ok(())
}

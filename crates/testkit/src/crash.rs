//! Crashes: a process that works on a data folder is killed at random moments; what it had acknowledged must be there,
//! nothing may be half done, and numbers have no gaps.

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command as Process, Stdio};
use std::time::Duration;

use engine::{Act, Command, Reply};
use kernel::OrgId;
use model::Catalog;
use serde::{Deserialize, Serialize};
use store::StoreUrl;

use crate::dice::Dice;
use crate::load::{Direct, Purchase, Request, SendError, Sink, Until, now, run};
use crate::{Fault, House, OnStore, laws};

/// People per role, records per register, and lines per slip of the load.
const COMPANY: (usize, usize, usize) = (4, 20, 3);

/// What the child prints for every answer it got, one JSON object a line.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Acknowledged {
    command: Command,
    reply: Reply,
}

/// The line that the child prints once it is at work.
const READY: &str = "ready";

/// Works for ever: purchase flows by so many clients on a store, printing every acknowledged reply. Ends only by an error.
///
/// # Errors
/// When the store cannot be opened or a request fails.
pub fn child(url: &StoreUrl, packs: &Catalog, clients: usize) -> Result<Infallible, Fault> {
    let house = OnStore::open(url, packs)?;
    let direct = Direct {
        store: house.store,
        org: OrgId(1),
    };
    let (each, goods, lines) = COMPANY;
    // Founding again what was founded before is answered as before; it goes on where a crash cut it off.
    direct
        .found(packs, each, goods)
        .map_err(|error| Fault(error.into()))?;
    say(READY)?;
    let telling = Telling { direct };
    let purchase = Purchase::new(each, goods, lines);
    let load = run(&telling, &purchase, clients, Until::Time(Duration::MAX));
    Err(format!("the load ended: {:?}", load.errors).into())
}

/// Prints a line as a whole, at once.
fn say(line: &str) -> Result<(), Fault> {
    let mut out = std::io::stdout().lock();
    let whole = format!("{line}\n");
    out.write_all(whole.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Fault(error.into()))
}

/// A sink that prints what was acknowledged.
struct Telling {
    direct: Direct,
}

impl Sink for Telling {
    fn send(&self, request: &Request) -> Result<Reply, SendError> {
        let reply = self.direct.send(request)?;
        let acknowledged = Acknowledged {
            command: command(request),
            reply: reply.clone(),
        };
        let line = serde_json::to_string(&acknowledged)
            .map_err(|error| SendError::Fault(error.to_string()))?;
        say(&line).map_err(|fault| SendError::Fault(fault.to_string()))?;
        Ok(reply)
    }
}

fn command(request: &Request) -> Command {
    Command {
        org: OrgId(1),
        key: request.key.clone(),
        at: now(),
        actor: request.person.clone(),
        on_behalf_of: None,
        act: request.act.clone(),
    }
}

/// What the crashes led to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Times the process was killed.
    pub kills: usize,
    /// Replies that had been acknowledged, all found again.
    pub acknowledged: usize,
    /// Slips at the end.
    pub slips: usize,
}

/// Starts the child anew so many times and kills it at some moment of its first 400 milliseconds, counted from its start or
/// from its getting to work; after each kill opens the store, lets it verify itself, and looks for everything that was
/// acknowledged in that round; at the end checks the laws.
/// `start` gives the process that runs [`child`] on the store at `url`.
///
/// # Errors
/// A sentence that names the round, the seed and what is wrong.
pub fn rounds(
    start: &dyn Fn() -> Process,
    url: &StoreUrl,
    packs: &Catalog,
    rounds: usize,
    seed: u64,
) -> Result<Outcome, String> {
    let mut dice = Dice::new(seed);
    let mut outcome = Outcome::default();
    for round in 1..=rounds {
        let here = |error: String| format!("seed {seed}, round {round} of {rounds}: {error}");
        let pause = Duration::from_millis(dice.below(400) as u64);
        // The last one works, so that there is something to look at.
        let early = dice.chance(25) && round < rounds;
        let moment = if early {
            Moment::Early(pause)
        } else {
            Moment::AtWork(pause)
        };
        let acknowledged = one_life(start, moment).map_err(here)?;
        outcome.kills += 1;
        outcome.acknowledged += acknowledged.len();
        let mut house = OnStore::open(url, packs).map_err(|fault| here(told(&fault)))?;
        look(&mut house, &acknowledged).map_err(here)?;
        if round == rounds {
            let broken = laws::check(packs, &house).map_err(|fault| here(told(&fault)))?;
            if let Some(first) = broken.first() {
                return Err(here(format!(
                    "{} laws do not hold, the first: {first}",
                    broken.len()
                )));
            }
            outcome.slips = house.slips().map_err(|fault| here(told(&fault)))?.len();
        }
        house.store.close();
    }
    Ok(outcome)
}

fn told(fault: &Fault) -> String {
    format!("{fault:?}")
}

/// When a child is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// So long after it was started, perhaps before it got to work.
    Early(Duration),
    /// So long after it got to work.
    AtWork(Duration),
}

/// Longest time until a child is at work.
const START_MAX: Duration = Duration::from_secs(60);

/// Runs the child until it is killed; gives what it acknowledged.
fn one_life(start: &dyn Fn() -> Process, moment: Moment) -> Result<Vec<Acknowledged>, String> {
    let mut child = start()
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the child does not start: {error}"))?;
    let out = child.stdout.take().ok_or("the child has no output")?;
    let (ready, is_ready) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || read(BufReader::new(out), &ready));
    let in_time = match moment {
        Moment::Early(pause) => {
            std::thread::sleep(pause);
            true
        }
        Moment::AtWork(pause) => {
            let at_work = is_ready.recv_timeout(START_MAX).is_ok();
            std::thread::sleep(pause);
            at_work
        }
    };
    let ended = end(&mut child)?;
    let lines = reader
        .join()
        .map_err(|_| "the reader failed".to_owned())??;
    match (ended, in_time) {
        (true, _) => Err("the child ended by itself".to_owned()),
        (false, false) => Err("the child was not at work in a minute".to_owned()),
        (false, true) => Ok(lines),
    }
}

/// Kills the child; says whether it had ended by itself before.
fn end(child: &mut Child) -> Result<bool, String> {
    let ended = child
        .try_wait()
        .map_err(|error| error.to_string())?
        .is_some();
    child.kill().map_err(|error| error.to_string())?;
    child.wait().map_err(|error| error.to_string())?;
    Ok(ended)
}

/// Reads whole lines to the end; what was cut off in the middle was not acknowledged.
fn read(
    mut out: impl BufRead,
    ready: &std::sync::mpsc::Sender<()>,
) -> Result<Vec<Acknowledged>, String> {
    let mut all = Vec::new();
    let mut line = String::new();
    loop {
        line.clear();
        let count = out
            .read_line(&mut line)
            .map_err(|error| error.to_string())?;
        if count == 0 || !line.ends_with('\n') {
            return Ok(all);
        }
        match line.trim_end() {
            READY => drop(ready.send(())),
            text => match serde_json::from_str(text) {
                Ok(acknowledged) => all.push(acknowledged),
                // Other words (a test runner's) are none of ours.
                Err(_) if !text.starts_with('{') => {}
                Err(error) => return Err(format!("{text}: {error}")),
            },
        }
    }
}

/// Everything acknowledged is there, and is answered again as it was the first time.
fn look(house: &mut OnStore, acknowledged: &[Acknowledged]) -> Result<(), String> {
    house.verify().map_err(|fault| told(&fault))?;
    for (nth, was) in acknowledged.iter().enumerate() {
        let Some(id) = was.reply.slip else { continue };
        let slip = house.slip(id).map_err(|fault| told(&fault))?;
        let slip = slip.ok_or_else(|| format!("acknowledged and lost: {was:?}"))?;
        let Act::Step { step, .. } = &was.command.act else {
            continue;
        };
        let signed = slip
            .signed
            .iter()
            .any(|signed| signed.step == *step && signed.person == was.command.actor);
        if Some(&slip.number) != was.reply.number.as_ref() || !signed {
            return Err(format!("acknowledged {was:?}, found {slip:?}"));
        }
        // The last ones are the ones in danger; asking again for all of them would only take longer.
        if nth + 50 >= acknowledged.len() {
            let again = house.submit(&was.command).map_err(|fault| told(&fault))?;
            if again.as_ref() != Ok(&was.reply) {
                return Err(format!(
                    "answered {:?} the first time and {again:?} the second",
                    was.reply
                ));
            }
        }
    }
    Ok(())
}

//! A clerk who does at random what clerks do, and what they must not: against any store, from a seed.
//!
//! He looks at an [`Oracle`] of his own to know what is there, so his commands make sense about as often as they do not:
//! wrong persons, stale signatures, repeated keys, amounts below zero and beyond all measure, lines twice, returns, voids,
//! reversals, hand-overs, deputies. Every house that follows him must answer as his oracle does, and hold the laws.

mod acts;
mod inputs;
mod people;

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::SYSTEM;
use kernel::{Day, Moment, OrgId};
use model::Catalog;
pub use people::Company;

/// What a watcher sees.
pub use engine::{Act, Command, Line, Record, SignedStep, Slip};

use crate::dice::Dice;
use crate::house::Answer;
use crate::{House, Oracle, company, laws};

/// The clerk.
#[derive(Debug)]
pub struct Clerk {
    dice: Dice,
    /// What he knows.
    oracle: Oracle,
    company: Company,
    now: Moment,
    sent: Vec<Command>,
}

/// How a run went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Commands accepted.
    pub done: usize,
    /// Commands refused.
    pub refused: usize,
    /// Slips at the end.
    pub slips: usize,
    /// Per kind of act, how many were accepted and how many refused.
    pub acts: BTreeMap<String, (usize, usize)>,
    /// Per step, how often it was done.
    pub steps: BTreeMap<String, usize>,
    /// Codes of refusals, how often each was given.
    pub codes: BTreeMap<String, usize>,
}

impl Tally {
    fn count(&mut self, command: &Command, answer: &Answer) {
        let name = serde_json::to_value(&command.act)
            .ok()
            .and_then(|act| Some(act.get("do")?.as_str()?.to_owned()));
        let (done, refused) = self.acts.entry(name.unwrap_or_default()).or_default();
        match answer {
            Ok(_) => {
                self.done += 1;
                *done += 1;
                if let Act::Step { step, .. } = &command.act {
                    *self.steps.entry(step.to_string()).or_default() += 1;
                }
            }
            Err(refusal) => {
                self.refused += 1;
                *refused += 1;
                *self.codes.entry(refusal.code.clone()).or_default() += 1;
            }
        }
    }

    /// Adds another run.
    pub fn add(&mut self, other: &Tally) {
        self.done += other.done;
        self.refused += other.refused;
        self.slips += other.slips;
        for (name, (done, refused)) in &other.acts {
            let sum = self.acts.entry(name.clone()).or_default();
            *sum = (sum.0 + done, sum.1 + refused);
        }
        for (step, count) in &other.steps {
            *self.steps.entry(step.clone()).or_default() += count;
        }
        for (code, count) in &other.codes {
            *self.codes.entry(code.clone()).or_default() += count;
        }
    }
}

impl Clerk {
    /// A clerk of a seed, in an empty organisation under these packs.
    pub fn new(packs: &Catalog, seed: u64) -> Clerk {
        Clerk::of(packs, Company::of(packs, first_day()), seed)
    }

    /// A clerk of a seed in this company, which is empty yet.
    pub fn of(packs: &Catalog, company: Company, seed: u64) -> Clerk {
        Clerk {
            dice: Dice::new(seed),
            oracle: Oracle::new(packs.clone()),
            company,
            now: Moment::noon_of(first_day()),
            sent: Vec::new(),
        }
    }

    /// What he knows.
    pub fn oracle(&self) -> &Oracle {
        &self.oracle
    }

    /// The commands that fill the organisation with people and records.
    pub fn set_up(&mut self) -> Vec<Command> {
        let mut acts = vec![(
            SYSTEM.into(),
            Act::Bootstrap {
                people: self.company.people.clone(),
            },
        )];
        let records = self.company.records.clone().into_iter();
        acts.extend(records.map(|act| (company::ADMINISTRATOR.into(), act)));
        acts.into_iter()
            .map(|(actor, act)| self.command(actor, act))
            .collect()
    }

    /// The next command. Give its answer to [`Clerk::learn`] before asking for another one.
    pub fn choose(&mut self) -> Command {
        self.pass_time();
        if self.dice.chance(6)
            && let Some(again) = self.again()
        {
            return again;
        }
        let (actor, act) = acts::choose(self);
        let mut command = self.command(actor, act);
        if self.dice.chance(5) {
            let principal = self
                .dice
                .pick(&self.company.people)
                .map(|person| person.login.clone());
            command.on_behalf_of = principal;
        }
        command
    }

    /// Sends a command to his own oracle and remembers it.
    pub fn learn(&mut self, command: &Command) -> Result<Answer, String> {
        self.sent.push(command.clone());
        self.oracle
            .submit(command)
            .map_err(|fault| fault.to_string())
    }

    fn command(&mut self, actor: Arc<str>, act: Act) -> Command {
        self.now = Moment(self.now.0 + 1_000_000);
        Command {
            org: OrgId(1),
            key: format!("k{:x}", self.dice.roll()).into(),
            at: self.now,
            actor,
            on_behalf_of: None,
            act,
        }
    }

    /// Mostly seconds, sometimes hours, now and then a day, and once in a while a quarter.
    fn pass_time(&mut self) {
        let minutes = match self.dice.below(400) {
            0 => 90 * 24 * 60,
            1..=9 => 24 * 60,
            10..=29 => 300,
            _ => 0,
        };
        self.now = self.now.plus_minutes(minutes);
    }

    /// An earlier command once more: the same, the same under a new key, or another one under its key.
    fn again(&mut self) -> Option<Command> {
        let earlier = self.dice.pick(&self.sent)?.clone();
        let fresh = self.command(earlier.actor.clone(), earlier.act.clone());
        Some(match self.dice.below(3) {
            0 => Command {
                at: fresh.at,
                ..earlier
            },
            1 => fresh,
            _ => {
                let (actor, act) = acts::choose(self);
                Command {
                    key: earlier.key,
                    actor,
                    act,
                    ..fresh
                }
            }
        })
    }
}

/// The day on which every clerk begins.
pub fn first_day() -> Day {
    Day::new(2026, 4, 1).expect("the day exists")
}

/// Lets a clerk of this seed loose on houses that are all empty, and compares every answer with his oracle's; every
/// `look` commands also slips and balances, and the laws on the oracle. What differs comes back as a sentence that names
/// the seed and the command.
pub fn run(
    packs: &Catalog,
    seed: u64,
    commands: usize,
    look: usize,
    houses: &mut [(&str, &mut dyn House)],
) -> Result<Tally, String> {
    let company = Company::of(packs, first_day());
    watched(packs, company, seed, commands, look, houses, &|_, _, _| {
        Ok(())
    })
}

/// What is to be said about a command that was answered; the oracle has just taken it in.
pub type Watch<'a> = &'a dyn Fn(&Oracle, &Command, &Answer) -> Result<(), String>;

/// [`run`] in a company of one's own, where somebody else looks at every answer too.
///
/// # Errors
/// What differs, what law does not hold, or what the watcher said, with the seed and the command.
pub fn watched(
    packs: &Catalog,
    company: Company,
    seed: u64,
    commands: usize,
    look: usize,
    houses: &mut [(&str, &mut dyn House)],
    watch: Watch<'_>,
) -> Result<Tally, String> {
    let mut clerk = Clerk::of(packs, company, seed);
    let mut tally = Tally::default();
    for command in clerk.set_up() {
        let answer = follow(&mut clerk, &command, houses)
            .map_err(|error| format!("seed {seed}, set-up: {error}"))?;
        answer.map_err(|refusal| format!("seed {seed}, set-up, {command:?}: {}", refusal.en))?;
    }
    for nth in 0..commands {
        let command = clerk.choose();
        let here = |error: String| format!("seed {seed}, command {nth}, {command:?}: {error}");
        let answer = follow(&mut clerk, &command, houses).map_err(here)?;
        tally.count(&command, &answer);
        watch(&clerk.oracle, &command, &answer).map_err(here)?;
        if (nth + 1) % look.max(1) == 0 || nth + 1 == commands {
            compare(packs, &clerk, houses).map_err(here)?;
        }
    }
    tally.slips = clerk
        .oracle
        .slips()
        .map_err(|fault| fault.to_string())?
        .len();
    Ok(tally)
}

/// One command, everywhere. The error is a difference; a refusal that all agree on is an answer.
fn follow(
    clerk: &mut Clerk,
    command: &Command,
    houses: &mut [(&str, &mut dyn House)],
) -> Result<Answer, String> {
    let expected = clerk.learn(command)?;
    for (name, house) in houses {
        let got = house
            .submit(command)
            .map_err(|fault| format!("{name}: {fault}"))?;
        // A store refuses what it cannot write before the engine looks at it; the engine may have another reason to refuse.
        let at_the_door = expected.is_err()
            && matches!(&got, Err(refusal) if refusal.code == "control_character");
        if got != expected && !at_the_door {
            return Err(format!("{name} answers {got:?}, the oracle {expected:?}"));
        }
    }
    Ok(expected)
}

fn compare(
    packs: &Catalog,
    clerk: &Clerk,
    houses: &mut [(&str, &mut dyn House)],
) -> Result<(), String> {
    let told = |fault: crate::Fault| fault.to_string();
    if let Some(broken) = laws::check(packs, &clerk.oracle).map_err(told)?.first() {
        return Err(format!("a law does not hold: {broken}"));
    }
    let expected = laws::picture(&clerk.oracle).map_err(told)?;
    for (name, house) in houses {
        let got = laws::picture(*house).map_err(told)?;
        if let Some(difference) = expected.difference(&got) {
            return Err(format!("{name}: {difference}"));
        }
        house.verify().map_err(|fault| format!("{name}: {fault}"))?;
    }
    Ok(())
}

//! Runs a script: makes the world that is given, sends the commands, compares.

use std::sync::Arc;

use engine::{Act, Class, Command, Grant, Person, Refusal, Reply, SYSTEM};
use kernel::{Day, Moment, OrgId, SlipId};
use model::Catalog;

use super::names::Names;
use super::parse::moment;
use super::script::{Deed, Event, Expectation, Given, Said, Script, Statement};
use super::{Effort, Failure, Report, expect};
use crate::house::{Answer, Fault};
use crate::suggest::unknown;
use crate::{House, laws};

/// Login of the administrator that every scenario has; puts the records that are given.
pub const ADMINISTRATOR: &str = "administrator";

/// The day from which given records and roles hold.
pub(super) fn long_ago() -> Day {
    Day::new(2000, 1, 1).expect("the day exists")
}

pub(super) struct Runner<'a> {
    pub house: &'a mut dyn House,
    pub names: Names<'a>,
    pub report: Report,
    effort: Effort,
    now: Moment,
    sent: u64,
}

/// What a statement led to.
pub(super) struct Outcome {
    pub answer: Answer,
    /// The slip that expectations without a number are about.
    pub slip: Option<SlipId>,
}

pub fn run(
    house: &mut dyn House,
    packs: &Catalog,
    script: &Script,
    name: &str,
    effort: Effort,
) -> Report {
    let stem = name
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(name)
        .trim_end_matches(".scenario");
    let first = script
        .statements
        .first()
        .map_or(long_ago(), |statement| match &statement.event {
            Event::Command(said) => said.day,
            Event::Tick(moment) => moment.day(),
        });
    let mut runner = Runner {
        house,
        names: Names { packs, stem },
        report: Report {
            name: name.to_owned(),
            ..Report::default()
        },
        effort,
        now: moment(first, 0),
        sent: 0,
    };
    runner.check_names(script);
    if runner.report.passed()
        && let Err(fault) = runner.play(script)
    {
        let line = script
            .statements
            .last()
            .map_or(1, |statement| statement.line);
        runner.fail(line, "no fault", fault.to_string());
    }
    runner.report
}

impl Runner<'_> {
    /// The moment of the statement that runs.
    pub fn now(&self) -> Moment {
        self.now
    }

    pub fn fail(&mut self, line: usize, expected: impl Into<String>, got: impl Into<String>) {
        self.report.failures.push(Failure {
            line,
            expected: expected.into(),
            got: got.into(),
        });
    }

    fn stop(&self) -> bool {
        self.effort == Effort::FirstFailure && !self.report.passed()
    }

    fn play(&mut self, script: &Script) -> Result<(), Fault> {
        self.give(script)?;
        for statement in &script.statements {
            if self.stop() {
                return Ok(());
            }
            self.statement(statement)?;
        }
        if self.effort == Effort::Full {
            let line = script
                .statements
                .last()
                .map_or(1, |statement| statement.line);
            self.report.checks += 1;
            for broken in laws::check(self.names.packs, self.house)? {
                self.fail(line, "the laws to hold", broken);
            }
        }
        Ok(())
    }

    /// Names that no pack declares and people that nobody gave: mistakes of the scenario, found before it runs.
    fn check_names(&mut self, script: &Script) {
        let mut people = vec![ADMINISTRATOR];
        for (line, given) in &script.given {
            let checked = match given {
                Given::User { login, roles, .. } => {
                    people.push(login);
                    roles
                        .iter()
                        .try_for_each(|role| self.names.role(role).map(drop))
                }
                Given::Record {
                    register, fields, ..
                } => self.check_record(register, fields),
            };
            if let Err(message) = checked {
                self.report.failures.push(Failure::mistake(*line, message));
            }
        }
        for statement in &script.statements {
            if let Event::Command(said) = &statement.event
                && let Err(message) = self.check_said(said, &people)
            {
                self.report
                    .failures
                    .push(Failure::mistake(statement.line, message));
            }
            for expected in &statement.expected {
                if let Err(message) = expect::check_names(&self.names, &expected.what) {
                    self.report
                        .failures
                        .push(Failure::mistake(expected.line, message));
                }
            }
        }
    }

    fn check_record(&self, register: &str, fields: &[(String, String)]) -> Result<(), String> {
        let (_, declared) = self.names.register(register)?;
        for (name, _) in fields {
            if name != "from" && declared.field(name).is_none() {
                let known = declared.fields.iter().map(|field| &*field.name);
                return Err(unknown(&format!("field of `{register}`"), name, known));
            }
        }
        Ok(())
    }

    fn check_said(&self, said: &Said, people: &[&str]) -> Result<(), String> {
        let known = |login: &str| match people.contains(&login) {
            true => Ok(()),
            false => Err(unknown("person", login, people.iter().copied())),
        };
        known(&said.person)?;
        said.on_behalf_of.as_deref().map_or(Ok(()), known)?;
        match &said.deed {
            Deed::Step { step, .. } => self.names.step(step, None).map(drop).or_else(|message| {
                // Several flows may have the step; the slip acted on tells which.
                if message.contains("could be") {
                    Ok(())
                } else {
                    Err(message)
                }
            }),
            Deed::Period { ledger, .. } => self.names.ledger(ledger).map(drop),
            Deed::Record { register, .. } => self.names.register(register).map(drop),
            Deed::Act { .. } | Deed::Deputise { .. } => Ok(()),
        }
    }

    /// Makes the people and records that are given.
    fn give(&mut self, script: &Script) -> Result<(), Fault> {
        let mut people = vec![person(ADMINISTRATOR, None, true)];
        for (_, given) in &script.given {
            if let Given::User {
                login,
                roles,
                identity,
                from,
                until,
                scope,
                administrator,
            } = given
            {
                let mut user = person(login, identity.as_deref(), *administrator);
                for role in roles {
                    user.grants.push(Grant {
                        role: self.names.role(role)?,
                        scope: scope.as_deref().unwrap_or_default().into(),
                        from: *from,
                        until: *until,
                    });
                }
                people.push(user);
            }
        }
        let first = script.given.first().map_or(1, |(line, _)| *line);
        self.must(first, SYSTEM, Act::Bootstrap { people })?;
        for (line, given) in &script.given {
            if let Given::Record {
                register,
                key,
                fields,
            } = given
            {
                let act = self.put_record(register, key, fields, true)?;
                self.must(*line, ADMINISTRATOR, act)?;
            }
        }
        Ok(())
    }

    /// Sends a command that must succeed.
    fn must(&mut self, line: usize, actor: &str, act: Act) -> Result<(), Fault> {
        let command = self.command(actor, None, None, act);
        if let Err(refusal) = self.house.submit(&command)? {
            self.fail(line, "what is given to be accepted", told(&refusal));
        }
        Ok(())
    }

    fn command(
        &mut self,
        actor: &str,
        on_behalf_of: Option<&str>,
        key: Option<&str>,
        act: Act,
    ) -> Command {
        self.sent += 1;
        Command {
            org: OrgId(1),
            key: key.map_or_else(|| format!("scenario-{}", self.sent).into(), Arc::from),
            at: self.now,
            actor: actor.into(),
            on_behalf_of: on_behalf_of.map(Arc::from),
            act,
        }
    }

    fn statement(&mut self, statement: &Statement) -> Result<(), Fault> {
        let result = match &statement.event {
            Event::Tick(moment) => self.tick(statement.line, *moment)?,
            Event::Command(said) => {
                self.set_clock(said);
                match self.act(said)? {
                    Ok((act, slip)) => self.send(statement, said, act, slip)?,
                    Err(message) => {
                        self.report
                            .failures
                            .push(Failure::mistake(statement.line, message));
                        return Ok(());
                    }
                }
            }
        };
        self.compare(statement, &result)
    }

    /// Noon of the day, or the time that the line gives; in any case after the line before.
    fn set_clock(&mut self, said: &Said) {
        let at = moment(said.day, said.minute.unwrap_or(12 * 60));
        self.now = at.max(Moment(self.now.0 + 1_000_000));
    }

    fn send(
        &mut self,
        statement: &Statement,
        said: &Said,
        act: Act,
        slip: Option<SlipId>,
    ) -> Result<Outcome, Fault> {
        let command = self.command(
            &said.person,
            said.on_behalf_of.as_deref(),
            said.key.as_deref(),
            act,
        );
        let watched = self.effort == Effort::Full
            && statement
                .expected
                .iter()
                .any(|expected| matches!(expected.what, Expectation::Refusal { .. }));
        let before = if watched {
            Some(laws::picture(self.house)?)
        } else {
            None
        };
        let answer = match self.unconfirmed(said, &command.act)? {
            Some(refusal) => Err(refusal),
            None => self.house.submit(&command)?,
        };
        if let (Some(before), Err(_)) = (before, &answer) {
            self.report.checks += 1;
            if before != laws::picture(self.house)? {
                self.fail(
                    statement.line,
                    "a refusal to change nothing",
                    "slips, balances or entries changed",
                );
            }
        }
        let slip = answer.as_ref().ok().and_then(|reply| reply.slip).or(slip);
        Ok(Outcome { answer, slip })
    }

    /// The server's answer to a step that asks for the password again, when it was not given; such a signature never
    /// reaches the house.
    fn unconfirmed(&self, said: &Said, act: &Act) -> Result<Option<Refusal>, Fault> {
        let Act::Step { step, .. } = act else {
            return Ok(None);
        };
        let asks = self
            .names
            .packs
            .step(step)
            .is_some_and(|(pack, flow, at)| pack.flows[flow].steps[at].step_up);
        Ok((asks && !said.confirmed).then(|| {
            let (zh, en) = (
                "此环节签字前须再次输入密码",
                "this step asks for the password again before it is signed",
            );
            Refusal::new(Class::Role, "confirm", zh, en)
        }))
    }

    /// Time passes; timers that are due by then fire in their order.
    fn tick(&mut self, line: usize, to: Moment) -> Result<Outcome, Fault> {
        self.now = to.max(Moment(self.now.0 + 1_000_000));
        let mut fired = None;
        // A timer may set another one; a thousand rounds are more than any flow needs.
        for _ in 0..1_000 {
            let due = self.house.due(self.now)?;
            let Some((slip, name)) = due.into_iter().next() else {
                break;
            };
            let command = self.command(
                SYSTEM,
                None,
                None,
                Act::Timer {
                    slip,
                    name: name.clone(),
                },
            );
            fired = Some(slip);
            if let Err(refusal) = self.house.submit(&command)? {
                self.fail(line, format!("timer {name} to fire"), told(&refusal));
                break;
            }
        }
        Ok(Outcome {
            answer: Ok(Reply::default()),
            slip: fired,
        })
    }

    /// Compares what happened with what is expected; without `!` a command must succeed.
    fn compare(&mut self, statement: &Statement, result: &Outcome) -> Result<(), Fault> {
        let wanted = statement
            .expected
            .iter()
            .any(|expected| matches!(expected.what, Expectation::Refusal { .. }));
        self.report.checks += 1 + statement.expected.len();
        if let Err(refusal) = &result.answer
            && !wanted
        {
            let expected = match statement.expected.first() {
                Some(expected) => expect::shown(&expected.what),
                None => "success".to_owned(),
            };
            self.fail(statement.line, expected, told(refusal));
            return Ok(());
        }
        expect::compare(self, statement, result)
    }
}

fn person(login: &str, identity: Option<&str>, administrator: bool) -> Person {
    Person {
        login: login.into(),
        name: login.into(),
        identity: identity.unwrap_or(login).into(),
        active: true,
        administrator,
        grants: Vec::new(),
        deputies: Vec::new(),
    }
}

/// A refusal as a failure shows it: `! code sentence`, and those of the same form after it.
pub(super) fn told(refusal: &Refusal) -> String {
    let one = |refusal: &Refusal| format!("! {} {} ({})", refusal.code, refusal.zh, refusal.en);
    let all: Vec<String> = std::iter::once(refusal)
        .chain(&refusal.more)
        .map(one)
        .collect();
    all.join("; ")
}

//! The matrix of roles: who may sign which step, as the engine answers it, printed whole so that every change of it is seen
//! in review.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use engine::{Act, Class, Command, Grant, Person};
use model::{Catalog, Pack, SourceText};

use crate::Oracle;
use crate::house::{Answer, Fault};
use crate::scenario::{Effort, Stage, run_on};
use crate::watch::{Watched, Watcher};

/// The columns after the roles: an account with every right but a role, and one with nothing.
const OTHERS: [&str; 2] = ["administrator", "nobody"];

/// Runs the scenarios; before each accepted step, one person of every role is asked whether he could have signed instead.
/// Gives the table as text, or what went wrong (a scenario that fails, a step that no scenario signs).
pub fn observe(pack: &Pack, scenarios: &[SourceText]) -> Result<String, String> {
    let stage = Stage::new(&Catalog::new([Arc::new(pack.clone())]));
    let columns: Vec<String> = pack
        .roles
        .iter()
        .map(|role| role.name.to_string())
        .chain(OTHERS.map(str::to_owned))
        .collect();
    let mut probes = Probes {
        people: columns
            .iter()
            .enumerate()
            .map(|(at, name)| probe(pack, at, name))
            .collect(),
        asked: 0,
        may: BTreeMap::new(),
    };
    for scenario in scenarios {
        let packs = stage.packs(&scenario.text);
        let mut house = Watched {
            inner: Oracle::new(packs.clone()),
            watcher: &mut probes,
        };
        let report = run_on(
            &mut house,
            packs,
            &scenario.text,
            &scenario.path,
            Effort::Full,
        );
        if !report.passed() {
            return Err(report.to_string());
        }
    }
    table(pack, &columns, &probes.may)
}

/// Compares the table with the committed one. Where they differ the file is written anew and the difference told, so that
/// the test fails once and the change is reviewed.
pub fn compare(table: &str, committed: &Path) -> Result<(), String> {
    let before = std::fs::read_to_string(committed).unwrap_or_default();
    if before == table {
        return Ok(());
    }
    std::fs::write(committed, table)
        .map_err(|error| format!("{}: {error}", committed.display()))?;
    let gone = before
        .lines()
        .filter(|line| !table.lines().any(|other| other == *line))
        .map(|line| format!("- {line}"));
    let come = table
        .lines()
        .filter(|line| !before.lines().any(|other| other == *line))
        .map(|line| format!("+ {line}"));
    let difference: Vec<String> = gone.chain(come).collect();
    Err(format!(
        "{} was out of date and is written anew:\n{}",
        committed.display(),
        difference.join("\n")
    ))
}

fn probe(pack: &Pack, at: usize, name: &str) -> Person {
    let login: Arc<str> = format!("probe-{name}").into();
    let role = (at < pack.roles.len()).then(|| Grant {
        role: format!("{}.{name}", pack.name).into(),
        scope: "".into(),
        from: None,
        until: None,
    });
    Person {
        name: login.clone(),
        identity: login.clone(),
        login,
        active: true,
        administrator: name == OTHERS[0] && at >= pack.roles.len(),
        grants: role.into_iter().collect(),
        deputies: Vec::new(),
    }
}

fn table(
    pack: &Pack,
    columns: &[String],
    may: &BTreeMap<Arc<str>, BTreeSet<usize>>,
) -> Result<String, String> {
    let steps = || pack.flows.iter().flat_map(|flow| &flow.steps);
    let unsigned: Vec<&str> = steps()
        .filter(|step| !may.contains_key(&step.qualified))
        .map(|step| &*step.qualified)
        .collect();
    if !unsigned.is_empty() {
        return Err(format!("no scenario signs {}", unsigned.join(", ")));
    }
    let wide = steps()
        .map(|step| step.name.len() + 2)
        .max()
        .unwrap_or(0)
        .max(20);
    let mut out = format!(
        "# {}: who may sign which step, as the engine answers it. Written by a test; review every change.\n",
        pack.name
    );
    for flow in &pack.flows {
        let _ = write!(out, "\n{:wide$}", flow.name);
        for column in columns {
            let _ = write!(out, "  {column}");
        }
        out.push('\n');
        for step in &flow.steps {
            let _ = write!(out, "{:wide$}", format!("  {}", step.name));
            for (at, column) in columns.iter().enumerate() {
                let mark = if may[&step.qualified].contains(&at) {
                    '✔'
                } else {
                    '✘'
                };
                let _ = write!(out, "  {mark:<width$}", width = column.len());
            }
            out.truncate(out.trim_end().len());
            out.push('\n');
        }
    }
    Ok(out)
}

/// Asks, before each step, what everybody else would be answered.
struct Probes {
    people: Vec<Person>,
    asked: u64,
    may: BTreeMap<Arc<str>, BTreeSet<usize>>,
}

impl Probes {
    fn ask_all(&mut self, house: &Oracle, command: &Command, step: &Arc<str>) -> Result<(), Fault> {
        let allowed = self.may.entry(step.clone()).or_default();
        for (at, person) in self.people.iter().enumerate() {
            self.asked += 1;
            let asked = Command {
                key: format!("probe-{}", self.asked).into(),
                actor: person.login.clone(),
                on_behalf_of: None,
                ..command.clone()
            };
            if !house
                .ask(&asked)?
                .is_err_and(|refusal| refusal.class == Class::Role)
            {
                allowed.insert(at);
            }
        }
        Ok(())
    }
}

impl Watcher for Probes {
    fn before(&mut self, house: &Oracle, command: &mut Command) -> Result<(), Fault> {
        if let Act::Bootstrap { people } = &mut command.act {
            people.extend(self.people.iter().cloned());
        }
        if let Act::Step { step, .. } = &command.act
            && house.ask(command)?.is_ok()
        {
            let step = step.clone();
            self.ask_all(house, command, &step)?;
        }
        Ok(())
    }

    fn after(&mut self, _: &Command, _: &Answer) {}
}

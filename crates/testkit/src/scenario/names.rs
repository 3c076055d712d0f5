//! Looks up the names of a scenario in the packs.

use std::sync::Arc;

use model::{Catalog, Ledger, Pack, Register};

use crate::suggest::unknown;

/// Names as a scenario writes them: the last part suffices where only one pack or flow has it.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The packs.
    pub packs: &'a Catalog,
    /// The scenario's stem, `purchase_inbound_more`: where several flows have a step, the one this begins with is meant.
    pub stem: &'a str,
}

impl<'a> Names<'a> {
    /// The qualified step. `kind` is the qualified kind of the slip acted on, where there is one.
    pub fn step(&self, name: &str, kind: Option<&str>) -> Result<Arc<str>, String> {
        let all = || {
            self.flows()
                .flat_map(|(pack, flow)| flow.steps.iter().map(move |step| (pack, flow, step)))
        };
        let found: Vec<_> = all()
            .filter(|(.., step)| ends(&step.qualified, name))
            .collect();
        let flow_of_kind = kind
            .and_then(|kind| kind.rsplit_once('.'))
            .map(|(flow, _)| flow);
        let near = |(pack, flow, _): &&(&Pack, &model::Flow, &model::Step)| match flow_of_kind {
            Some(wanted) => format!("{}.{}", pack.name, flow.name) == wanted,
            None => self.stem.starts_with(&*flow.name),
        };
        match found.as_slice() {
            [] => Err(unknown("step", name, all().map(|(.., step)| &*step.name))),
            [(.., only)] => Ok(only.qualified.clone()),
            several => match several
                .iter()
                .filter(near)
                .max_by_key(|(_, flow, _)| flow.name.len())
            {
                Some((.., step)) => Ok(step.qualified.clone()),
                None => Err(ambiguous(
                    "step",
                    name,
                    several.iter().map(|(.., step)| &*step.qualified),
                )),
            },
        }
    }

    /// The qualified role.
    pub fn role(&self, name: &str) -> Result<Arc<str>, String> {
        let all = || {
            self.packs
                .packs()
                .iter()
                .flat_map(|pack| pack.roles.iter().map(move |role| (pack, role)))
        };
        let qualified =
            |(pack, role): (&Arc<Pack>, &model::Role)| format!("{}.{}", pack.name, role.name);
        let found: Vec<String> = all()
            .map(qualified)
            .filter(|role| ends(role, name))
            .collect();
        one("role", name, found, all().map(|(_, role)| &*role.name)).map(Arc::from)
    }

    /// The ledger.
    pub fn ledger(&self, name: &str) -> Result<&'a Ledger, String> {
        let all = || {
            self.packs
                .packs()
                .iter()
                .flat_map(|pack| pack.ledgers.iter())
        };
        let found: Vec<&Ledger> = all()
            .filter(|ledger| ends(&ledger.qualified, name))
            .collect();
        match found.as_slice() {
            [] => Err(unknown("ledger", name, all().map(|ledger| &*ledger.name))),
            [only] => Ok(*only),
            several => Err(ambiguous(
                "ledger",
                name,
                several.iter().map(|ledger| &*ledger.qualified),
            )),
        }
    }

    /// The qualified register and its declaration.
    pub fn register(&self, name: &str) -> Result<(String, &'a Register), String> {
        let all = || {
            self.packs
                .packs()
                .iter()
                .flat_map(|pack| pack.registers.iter().map(move |register| (pack, register)))
        };
        let qualified =
            |pack: &Pack, register: &Register| format!("{}.{}", pack.name, register.name);
        let found: Vec<_> = all()
            .filter(|(pack, register)| ends(&qualified(pack, register), name))
            .collect();
        match found.as_slice() {
            [] => Err(unknown(
                "register",
                name,
                all().map(|(_, register)| &*register.name).chain(["user"]),
            )),
            [(pack, register)] => Ok((qualified(pack, register), *register)),
            several => {
                let names: Vec<String> = several
                    .iter()
                    .map(|(pack, register)| qualified(pack, register))
                    .collect();
                Err(ambiguous(
                    "register",
                    name,
                    names.iter().map(String::as_str),
                ))
            }
        }
    }

    fn flows(&self) -> impl Iterator<Item = (&'a Pack, &'a model::Flow)> {
        self.packs
            .packs()
            .iter()
            .flat_map(|pack| pack.flows.iter().map(move |flow| (&**pack, flow)))
    }
}

/// Whether a qualified name is, or ends with, a name.
fn ends(qualified: &str, name: &str) -> bool {
    qualified
        .strip_suffix(name)
        .is_some_and(|rest| rest.is_empty() || (rest.ends_with('.') && !name.is_empty()))
}

fn one<'a>(
    what: &str,
    name: &str,
    mut found: Vec<String>,
    known: impl IntoIterator<Item = &'a str>,
) -> Result<String, String> {
    match found.len() {
        0 => Err(unknown(what, name, known)),
        1 => Ok(found.remove(0)),
        _ => Err(ambiguous(what, name, found.iter().map(String::as_str))),
    }
}

fn ambiguous<'a>(what: &str, name: &str, found: impl IntoIterator<Item = &'a str>) -> String {
    let found: Vec<&str> = found.into_iter().collect();
    format!("{what} `{name}` could be {}", found.join(" or "))
}

/// The last part of a qualified name.
pub fn last(qualified: &str) -> &str {
    qualified.rsplit('.').next().unwrap_or(qualified)
}

/// The last two parts of a qualified step, `order.fill`.
pub fn short_step(qualified: &str) -> &str {
    let mut dots = qualified.rmatch_indices('.').map(|(at, _)| at);
    dots.nth(1).map_or(qualified, |at| &qualified[at + 1..])
}

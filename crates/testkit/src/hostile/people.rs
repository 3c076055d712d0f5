//! Whom and what the clerk knows: two people of every role, some who make trouble, and records.

use std::sync::Arc;

use engine::{Act, Person};
use kernel::Day;
use model::Catalog;

use crate::company::{self, ADMINISTRATOR, person, roles};

/// Login of a second administrator.
pub const OTHER_ADMINISTRATOR: &str = "admin2";

/// The company that a clerk works in.
#[derive(Debug, Clone)]
pub struct Company {
    /// Everybody who is known when it begins.
    pub people: Vec<Person>,
    /// What its registers hold then.
    pub records: Vec<Act>,
    /// What is typed where a text is asked for.
    pub words: Vec<Arc<str>>,
    /// Qualified steps with which the clerk begins oftener than with others.
    pub likes: Vec<Arc<str>>,
}

impl Company {
    /// A company made from the declarations of the packs, from this day on.
    pub fn of(packs: &Catalog, from: Day) -> Company {
        Company {
            people: people(packs),
            records: records(packs, from),
            words: ["甲", "B-1", "C 2", "D/3"].map(Arc::from).to_vec(),
            likes: Vec::new(),
        }
    }
}

/// Two of every role, one with all roles and a second account of his, one whose roles have run out, one who has left, one
/// without any role, two administrators.
fn people(packs: &Catalog) -> Vec<Person> {
    let mut all = Vec::new();
    for (at, role) in roles(packs).into_iter().enumerate() {
        all.extend(["a", "b"].map(|nth| person(&format!("p{at}{nth}"), [role.clone()])));
    }
    all.push(person("all", roles(packs)));
    let mut second = person("all2", roles(packs));
    second.identity = "all".into();
    let mut ended = person("ended", roles(packs));
    ended
        .grants
        .iter_mut()
        .for_each(|grant| grant.until = Day::new(2026, 3, 31).ok());
    let mut left = person("left", roles(packs));
    left.active = false;
    let mut other = person(OTHER_ADMINISTRATOR, []);
    other.administrator = true;
    all.extend([
        second,
        ended,
        left,
        person("none", []),
        person(ADMINISTRATOR, []),
        other,
    ]);
    all
}

/// Three records of every register, the third with nothing but its key.
fn records(packs: &Catalog, from: Day) -> Vec<Act> {
    let mut acts = company::records(packs, 3, from);
    for act in &mut acts {
        if let Act::PutRecord { key, fields, .. } = act
            && key.ends_with("-3")
        {
            fields.clear();
        }
    }
    acts
}

//! Whom the clerk knows: two of every role, and people who make trouble.

use engine::{Act, Person};
use kernel::Day;
use model::Catalog;

use crate::company::{self, ADMINISTRATOR, person, roles};

/// Login of a second administrator.
pub const OTHER_ADMINISTRATOR: &str = "admin2";

/// Two of every role, one with all roles and a second account of his, one whose roles have run out, one who has left, one
/// without any role, two administrators.
pub fn people(packs: &Catalog) -> Vec<Person> {
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
pub fn records(packs: &Catalog, from: Day) -> Vec<Act> {
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

//! Whom the clerk knows: two of every role, and people who make trouble.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Act, Grant, Person};
use kernel::Day;
use model::{Catalog, FieldKind};

use crate::fill::plausible;

/// Login of the administrator.
pub const ADMINISTRATOR: &str = "admin";

fn person(login: &str, identity: &str, roles: impl IntoIterator<Item = String>) -> Person {
    let grants = roles.into_iter().map(|role| Grant {
        role: role.into(),
        scope: "".into(),
        from: None,
        until: None,
    });
    Person {
        login: login.into(),
        name: login.into(),
        identity: identity.into(),
        active: true,
        administrator: false,
        grants: grants.collect(),
        deputies: Vec::new(),
    }
}

/// Two of every role, one with all roles and a second account of his, one whose roles have run out, one who has left, one
/// without any role, an administrator.
pub fn people(packs: &Catalog) -> Vec<Person> {
    let roles: Vec<String> = packs
        .packs()
        .iter()
        .flat_map(|pack| {
            pack.roles
                .iter()
                .map(move |role| format!("{}.{}", pack.name, role.name))
        })
        .collect();
    let mut all = Vec::new();
    for (at, role) in roles.iter().enumerate() {
        for nth in ["a", "b"] {
            let login = format!("p{at}{nth}");
            all.push(person(&login, &login, [role.clone()]));
        }
    }
    all.push(person("all", "all", roles.clone()));
    all.push(person("all2", "all", roles.clone()));
    let mut ended = person("ended", "ended", roles.clone());
    ended
        .grants
        .iter_mut()
        .for_each(|grant| grant.until = Day::new(2026, 3, 31).ok());
    let mut left = person("left", "left", roles);
    left.active = false;
    let mut administrator = person(ADMINISTRATOR, ADMINISTRATOR, []);
    administrator.administrator = true;
    all.extend([ended, left, person("none", "none", []), administrator]);
    all
}

/// Three records of every register, the last one with nothing but its key; registers that name others come after them.
pub fn records(packs: &Catalog, today: Day) -> Vec<Act> {
    let mut acts = Vec::new();
    for pack in packs.packs() {
        let mut registers: Vec<_> = pack.registers.iter().collect();
        let refers = |register: &&model::Register| {
            register
                .fields
                .iter()
                .any(|field| matches!(field.kind, FieldKind::Register(_)))
        };
        registers.sort_by_key(refers);
        for register in registers {
            for nth in 1..=3 {
                let mut fields = BTreeMap::new();
                for field in register.fields.iter().filter(|_| nth < 3) {
                    let value = match &field.kind {
                        FieldKind::Register(other) => key(other, nth),
                        FieldKind::Person => ADMINISTRATOR.to_owned(),
                        kind => plausible(kind, &key(&register.name, nth)),
                    };
                    fields.insert(field.name.to_string(), value);
                }
                acts.push(Act::PutRecord {
                    register: format!("{}.{}", pack.name, register.name).into(),
                    key: Arc::from(key(&register.name, nth)),
                    fields,
                    from: Some(today),
                });
            }
        }
    }
    acts
}

/// The key of the nth record of a register.
pub fn key(register: &str, nth: usize) -> String {
    format!("{register}-{nth}")
}

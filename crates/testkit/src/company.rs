//! A company to work in: people for every role, records in every register, made from the declarations of the packs.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Act, Grant, Person};
use kernel::Day;
use model::{Catalog, FieldKind};

use crate::fill::plausible;

/// Login of the administrator.
pub const ADMINISTRATOR: &str = "admin";

/// A person with these qualified roles, without end and everywhere. Login, name and natural person are one.
pub fn person(login: &str, roles: impl IntoIterator<Item = String>) -> Person {
    let grants = roles.into_iter().map(|role| Grant {
        role: role.into(),
        scope: "".into(),
        from: None,
        until: None,
    });
    Person {
        login: login.into(),
        name: login.into(),
        identity: login.into(),
        active: true,
        administrator: login == ADMINISTRATOR,
        grants: grants.collect(),
        deputies: Vec::new(),
    }
}

/// Every qualified role of the packs.
pub fn roles(packs: &Catalog) -> Vec<String> {
    let of = |pack: &Arc<model::Pack>| {
        pack.roles
            .iter()
            .map(|role| format!("{}.{}", pack.name, role.name))
            .collect::<Vec<_>>()
    };
    packs.packs().iter().flat_map(of).collect()
}

/// The login of the nth person (from 1) of a role, `gsp.buyer-1`.
pub fn login(role: &str, nth: usize) -> String {
    format!("{role}-{nth}")
}

/// An administrator, and so many people for each role.
pub fn people(packs: &Catalog, each: usize) -> Vec<Person> {
    let mut all = vec![person(ADMINISTRATOR, [])];
    for role in roles(packs) {
        all.extend((1..=each).map(|nth| person(&login(&role, nth), [role.clone()])));
    }
    all
}

/// The key of the nth record (from 1) of a register, `item-1`.
pub fn key(register: &str, nth: usize) -> String {
    format!("{register}-{nth}")
}

/// Every class of goods that the pack knows, as a scope of business: a company of the load may deal in all of them.
fn whole_scope(pack: &model::Pack) -> String {
    let fields = pack.registers.iter().flat_map(|register| &register.fields);
    let classes = fields.filter(|field| &*field.name == "class");
    let codes = classes.flat_map(|field| match &field.kind {
        FieldKind::Choice(choices) => choices.as_slice(),
        _ => &[],
    });
    let codes: Vec<&str> = codes.map(|choice| &*choice.code).collect();
    codes.join("、")
}

/// So many records of every register with plausible values in all fields; registers that name others come after them.
pub fn records(packs: &Catalog, count: usize, from: Day) -> Vec<Act> {
    let mut acts = Vec::new();
    for pack in packs.packs() {
        let mut registers: Vec<_> = pack.registers.iter().collect();
        registers.sort_by_key(|register| {
            register
                .fields
                .iter()
                .any(|field| matches!(field.kind, FieldKind::Register(_)))
        });
        let scope = whole_scope(pack);
        for register in registers {
            for nth in 1..=count {
                let value = |field: &model::Field| match &field.kind {
                    FieldKind::Text if &*field.name == "scope" && !scope.is_empty() => {
                        scope.clone()
                    }
                    FieldKind::Register(other) => key(other, nth),
                    FieldKind::Person => ADMINISTRATOR.to_owned(),
                    kind => plausible(kind, &key(&register.name, nth)),
                };
                let fields: BTreeMap<String, String> = register
                    .fields
                    .iter()
                    .map(|field| (field.name.to_string(), value(field)))
                    .collect();
                acts.push(Act::PutRecord {
                    register: format!("{}.{}", pack.name, register.name).into(),
                    key: key(&register.name, nth).into(),
                    fields,
                    from: Some(from),
                });
            }
        }
    }
    acts
}

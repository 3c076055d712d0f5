//! A company to work in: people for every role, records in every register, made from the declarations of the packs.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Act, Grant, Person};
use kernel::Day;
use kernel::proof::Proof;
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
                    FieldKind::Text if field.proof.is_some() => {
                        field.proof.as_ref().map_or(String::new(), Proof::example)
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

/// What people of a pack with the registers `staff` and `training` must have on file before they sign: a post that goes with
/// their first role, schooling, a health check, every kind of training.
pub fn files(packs: &Catalog, people: &[Person], from: Day) -> Vec<Act> {
    let mut acts = Vec::new();
    for pack in packs.packs() {
        let (Some(_), Some(training)) = (pack.register("staff"), pack.register("training")) else {
            continue;
        };
        let kinds = training.fields.iter().find(|field| &*field.name == "kind");
        let kinds = match kinds.map(|field| &field.kind) {
            Some(FieldKind::Choice(choices)) => choices.as_slice(),
            _ => &[],
        };
        let mut put = |register: &str, key: String, fields: &[(&str, &str)]| {
            acts.push(Act::PutRecord {
                register: format!("{}.{register}", pack.name).into(),
                key: key.into(),
                fields: fields
                    .iter()
                    .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                    .collect(),
                from: Some(from),
            });
        };
        let signs = |person: &&Person| {
            let mut grants = person.grants.iter();
            grants.any(|grant| grant.role.split('.').next() == Some(&*pack.name))
        };
        for person in people.iter().filter(signs) {
            let fields = [
                ("name", &*person.name),
                ("post", post(person)),
                ("schooling", "本科"),
                ("subject", "药学"),
                ("health", "合格"),
                ("health_until", "2099-12-31"),
            ];
            put("staff", person.login.to_string(), &fields);
            for kind in kinds {
                let key = format!("{}/{}", person.login, kind.code);
                put("training", key, &[("until", "2099-12-31")]);
            }
        }
    }
    acts
}

/// The post of whoever has one of these roles; the others purchase, which lets them keep, sell and review goods too.
fn post(person: &Person) -> &'static str {
    let posts = [
        ("buyer", "采购"),
        ("inspector", "验收"),
        ("quality_clerk", "质量管理"),
        ("maintainer", "养护"),
    ];
    let has = |role: &str| {
        let mut grants = person.grants.iter();
        grants.any(|grant| grant.role.rsplit('.').next() == Some(role))
    };
    let found = posts.iter().find(|(role, _)| has(role));
    found.map_or("采购", |(_, post)| post)
}

//! What roles can be narrowed to: the companies, warehouses or departments that the packs' steps look at, and who holds what where.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::response::Response;
use engine::Person;
use maud::{Markup, html};
use model::{FieldKind, Pack};
use store::RecordQuery;

use super::desk::{Content, Desk, Reader};
use super::people::{check, tabs};
use super::{staffing, values, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::icon::Icon;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, Tone, empty, head, tabs as tab_row};

/// Records of a register that are listed; the register's own page shows all.
const RECORDS: usize = 500;

/// What a step's role can be narrowed by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum By {
    /// Keys of a register of the pack.
    Register(Arc<str>),
    /// What is written in a field of that name.
    Text(String),
}

/// A way of narrowing: the steps that use it and their roles.
#[derive(Debug, Default)]
struct Narrowed {
    steps: Vec<String>,
    roles: BTreeSet<String>,
}

fn narrowed(reader: &Reader<'_>, pack: &Pack) -> BTreeMap<By, Narrowed> {
    let mut all: BTreeMap<By, Narrowed> = BTreeMap::new();
    for flow in &pack.flows {
        for step in &flow.steps {
            let field = step
                .scope
                .and_then(|at| flow.slips.get(step.slip)?.header.get(at));
            let Some(field) = field else { continue };
            let by = match &field.kind {
                FieldKind::Register(register) => By::Register(register.clone()),
                _ => By::Text(words::label(reader.lang, &field.label).to_owned()),
            };
            let one = all.entry(by).or_default();
            one.steps
                .push(words::label(reader.lang, &step.label).to_owned());
            let roles = step.by.iter().filter_map(|at| pack.roles.get(*at));
            one.roles
                .extend(roles.map(|role| format!("{}.{}", pack.name, role.name)));
        }
    }
    all
}

/// Who holds one of the roles for a scope today; where it is empty, those who hold it everywhere.
fn holders(
    reader: &Reader<'_>,
    people: &[Person],
    roles: &BTreeSet<String>,
    scope: &str,
) -> Vec<String> {
    let catalog = reader.catalog();
    let mut names = Vec::new();
    for person in people.iter().filter(|person| person.active) {
        for grant in &person.grants {
            if *grant.scope == *scope
                && roles
                    .iter()
                    .any(|role| grant.covers(role, None, reader.today))
            {
                let role = words::role_name(&catalog, reader.lang, &grant.role);
                names.push(format!("{} ({role})", person.name));
            }
        }
    }
    names
}

fn card(
    reader: &Reader<'_>,
    pack: &Pack,
    by: &By,
    narrowed: &Narrowed,
    people: &[Person],
) -> Result<Markup, Error> {
    // What was granted, whether or not there is such a record.
    let mut known: BTreeMap<String, Row> = BTreeMap::new();
    let row = |code: Cell, state: Cell, scope: &str| {
        let held = holders(reader, people, &narrowed.roles, scope);
        Row::from(vec![code, state, Cell::new(staffing::few(reader, &held))])
    };
    let title = match by {
        By::Register(register) => {
            let qualified = format!("{}.{register}", pack.name);
            let query = RecordQuery {
                on: Some(reader.today),
                limit: RECORDS,
                ..RecordQuery::default()
            };
            for record in reader.store.records(reader.org, &qualified, &query)?.rows {
                let shown = values::record(reader, pack, register, &record.record.key)?;
                let code = Cell {
                    url: shown.url,
                    ..Cell::new(shown.text).under(shown.under)
                };
                known.insert(
                    record.record.key.to_string(),
                    row(code, Cell::default(), &record.record.key),
                );
            }
            pack.register(register)
                .map_or(&**register, |declared| {
                    words::label(reader.lang, &declared.label)
                })
                .to_owned()
        }
        By::Text(label) => label.clone(),
    };
    let granted = people.iter().flat_map(|person| &person.grants);
    for grant in granted.filter(|grant| narrowed.roles.contains(&*grant.role)) {
        if grant.scope.is_empty() || known.contains_key(&*grant.scope) {
            continue;
        }
        let state = match by {
            By::Register(_) => {
                Cell::state(Tone::Held, reader.t("台账中没有", "not in the register"))
            }
            By::Text(_) => Cell::default(),
        };
        let made = row(Cell::new(&*grant.scope), state, &grant.scope);
        known.insert(grant.scope.to_string(), made);
    }
    let everywhere = holders(reader, people, &narrowed.roles, "");
    let mut rows = vec![Row {
        sum: true,
        ..row(
            Cell::new(reader.t("全部", "Everywhere")),
            Cell::default(),
            "",
        )
    }];
    rows.extend(known.into_values());
    let made = Table {
        caption: title.clone(),
        heads: vec![
            Head::new(reader.t("范围", "Scope"), Shape::Main),
            Head::new(reader.t("状态", "State"), Shape::Plain),
            Head::new(
                reader.t("岗位限定于此的人", "People whose role is narrowed to it"),
                Shape::Plain,
            ),
        ],
        rows,
        foot: Vec::new(),
    };
    let link = match by {
        By::Register(register) => Some(Link::new(
            reader.t("打开台账", "Open the register"),
            format!("/registers/{}.{register}", pack.name),
        )),
        By::Text(_) => None,
    };
    Ok(html! {
        section class="card" {
            header {
                h2 { (title) }
                div class="acts" { @if let Some(link) = &link { a class="button" href=(link.url) { (link.label) } } }
            }
            div class="in mute" {
                (reader.t("限定环节：", "Narrows: ")) (words::joined(reader.lang, &narrowed.steps))
                @if everywhere.is_empty() { " · " (reader.t("无人不受限定", "nobody holds it everywhere")) }
            }
            (table(&made))
        }
    })
}

/// Every way in which a role can be narrowed.
pub(crate) async fn show(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Admin, |reader| {
        check(reader)?;
        let title = reader.t("范围", "Scopes");
        let people = reader.store.people(reader.org)?;
        let catalog = reader.catalog();
        let mut cards = Vec::new();
        for pack in catalog.packs() {
            for (by, narrowed) in narrowed(reader, pack) {
                cards.push(card(reader, pack, &by, &narrowed, &people)?);
            }
        }
        let body = html! {
            (head(&[], title, html! {}, html! {}))
            (tab_row(title, &tabs(reader, "/admin/scopes")))
            @if cards.is_empty() {
                div class="card" {
                    (empty(
                        Icon::ListFilter,
                        reader.t("没有按范围限定的环节", "No step is narrowed by a scope"),
                        reader.t(
                            "业务包的环节写上 scope=字段 后，岗位即可按公司、仓库、部门等授予，这里列出各范围由谁负责。",
                            "Once a step of a pack says scope=field, its roles can be granted for one company, warehouse or department, and this page lists who holds what where.",
                        ),
                        &[],
                    ))
                }
            }
            @for card in &cards { (card) }
        };
        Ok(Content::new(title, body))
    })
    .await
}

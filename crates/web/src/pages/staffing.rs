//! Staffing: which flows the people of a day cannot complete, and whose absence would stop one.

use axum::response::Response;
use engine::{Finding, FindingKind, Person};
use kernel::Day;
use maud::{Markup, html};
use model::{Flow, Pack};

use super::desk::{Asked, Content, Desk, Reader};
use super::people::{check, person_url, tabs};
use super::separation::day_of;
use super::words;
use crate::error::Error;
use crate::layout::Place;
use crate::parts::lang::Lang;
use crate::parts::list::{Choose, Filter, filters};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Tone, badge, head, tabs as tab_row};

/// Names listed for a step; the rest is counted.
const NAMED: usize = 12;

/// What is wrong, in a word and its colour.
fn verdict<'r>(reader: &'r Reader<'_>, kind: FindingKind) -> (Tone, &'r str) {
    match kind {
        FindingKind::Unstaffed => (Tone::Dead, reader.t("办不全", "Cannot be completed")),
        FindingKind::Absence => (Tone::Held, reader.t("缺一人即停", "One absence stops it")),
        FindingKind::Undecided => (Tone::Draft, reader.t("未能判定", "Undecided")),
    }
}

/// One finding as a row.
pub(super) fn row(reader: &Reader<'_>, flow: &Flow, finding: &Finding) -> Result<Row, Error> {
    let (tone, word) = verdict(reader, finding.kind);
    let named = |names: &[std::sync::Arc<str>]| -> Vec<String> {
        let steps = names.iter().filter_map(|name| flow.step(name));
        steps
            .map(|(_, step)| words::label(reader.lang, &step.label).to_owned())
            .collect()
    };
    let steps = named(&finding.steps);
    let said = match (finding.kind, steps.len()) {
        (FindingKind::Undecided, _) => reader.t(
            "人员组合过多，未能判定",
            "too many combinations of people to decide",
        ),
        (_, 0 | 1) => reader.t("无人可办理", "nobody may sign it"),
        _ => reader.t(
            "须由不同的人办理，人手不够",
            "too few different people for these",
        ),
    };
    // Nobody knows here which slips will come, so what hangs on a condition says so.
    let under = words::joined(reader.lang, &named(&finding.conditional));
    let said = match (under.is_empty(), reader.lang) {
        (true, _) => said.to_owned(),
        (false, Lang::Zh) => format!("须办理“{under}”时，{said}"),
        (false, Lang::En) => format!("where “{under}” is needed, {said}"),
    };
    let person = match &finding.person {
        Some(login) => Cell::new(reader.person(login)?)
            .under(&**login)
            .to(person_url(login)),
        None => Cell::default(),
    };
    Ok(Row::from(vec![
        Cell::state(tone, word),
        person,
        Cell::new(words::joined(reader.lang, &steps)).under(said),
        Cell::new(&*finding.scope),
    ]))
}

pub(super) fn heads(reader: &Reader<'_>) -> Vec<Head> {
    vec![
        Head::new(reader.t("结论", "Finding"), Shape::Main),
        Head::new(reader.t("缺谁", "Who is absent"), Shape::Plain),
        Head::new(reader.t("环节", "Steps"), Shape::Plain),
        Head::new(reader.t("范围", "Scope"), Shape::Code),
    ]
}

/// Everybody who may sign a step, by name.
pub(super) fn names(
    reader: &Reader<'_>,
    pack: &Pack,
    step: &model::Step,
    people: &[Person],
    day: Day,
    but: Option<&str>,
) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for signer in engine::signers(pack, step, people, day) {
        if but.is_some_and(|identity| *identity == *signer.identity) || signer.instead_of.is_some()
        {
            continue;
        }
        let name = reader.person(&signer.login)?;
        let name = match signer.scope.is_empty() {
            true => name,
            false => format!("{name} ({})", signer.scope),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// The first few names, and how many more there are.
pub(super) fn few(reader: &Reader<'_>, names: &[String]) -> String {
    let shown = words::joined(reader.lang, &names[..names.len().min(NAMED)]);
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} +{more}"),
    }
}

fn steps(
    reader: &Reader<'_>,
    pack: &Pack,
    flow: &Flow,
    people: &[Person],
    day: Day,
) -> Result<Table, Error> {
    let mut rows = Vec::new();
    for step in &flow.steps {
        let names = names(reader, pack, step, people, day, None)?;
        let many = match names.len() {
            0 => Cell::state(Tone::Dead, reader.t("无人", "nobody")),
            count => Cell::new(count.to_string()),
        };
        rows.push(Row::from(vec![
            Cell::new(words::label(reader.lang, &step.label)),
            Cell::new(words::step_roles(reader.lang, pack, step)),
            many,
            Cell::new(few(reader, &names)),
        ]));
    }
    Ok(Table {
        caption: reader
            .t("各环节可办理的人", "Who may sign each step")
            .to_owned(),
        heads: vec![
            Head::new(reader.t("环节", "Step"), Shape::Main),
            Head::new(reader.t("岗位", "Role"), Shape::Plain),
            Head::new(reader.t("人数", "People"), Shape::Number),
            Head::new(reader.t("姓名", "Names"), Shape::Plain),
        ],
        rows,
        foot: Vec::new(),
    })
}

/// One flow: what is wrong, then who may sign what.
fn card(
    reader: &Reader<'_>,
    pack: &Pack,
    flow: &Flow,
    people: &[Person],
    day: Day,
    findings: &[Finding],
) -> Result<Markup, Error> {
    let own: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.flow == flow.name)
        .collect();
    let worst = own
        .iter()
        .map(|finding| finding.kind)
        .min_by_key(|kind| match kind {
            FindingKind::Unstaffed => 0,
            FindingKind::Absence => 1,
            FindingKind::Undecided => 2,
        });
    let (tone, word) = match worst {
        Some(kind) => verdict(reader, kind),
        None => (
            Tone::Done,
            reader.t("缺谁都能办完", "Completed whoever is absent"),
        ),
    };
    let rows = own
        .iter()
        .map(|finding| row(reader, flow, finding))
        .collect::<Result<Vec<_>, _>>()?;
    let made = Table {
        caption: words::label(reader.lang, &flow.label).to_owned(),
        heads: heads(reader),
        rows,
        foot: Vec::new(),
    };
    let by_step = steps(reader, pack, flow, people, day)?;
    Ok(html! {
        section class="card" {
            header {
                h2 { a href=(format!("/flows/{}.{}", pack.name, flow.name)) { (words::label(reader.lang, &flow.label)) } }
                (badge(tone, word))
            }
            @if !made.rows.is_empty() { (table(&made)) }
        }
        section class="card" {
            header { h2 { (words::label(reader.lang, &flow.label)) " · " (reader.t("各环节人员", "people by step")) } }
            (table(&by_step))
        }
    })
}

/// The report, for a day and perhaps without somebody.
pub(crate) async fn show(desk: Desk, asked: Asked) -> Result<Response, Error> {
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let title = reader.t("人员配备", "Staffing");
        let day = day_of(reader, &asked);
        let mut people = reader.store.people(reader.org)?;
        let without = asked.text("without");
        let mut choices = vec![(String::new(), reader.t("无", "Nobody").to_owned())];
        choices.extend(
            people
                .iter()
                .filter(|person| person.active && !person.grants.is_empty())
                .map(|person| (person.login.to_string(), format!("{} ({})", person.name, person.login))),
        );
        // Whoever is away is away with all his accounts.
        let away = people
            .iter()
            .find(|person| *person.login == *without)
            .map(|person| person.identity.clone());
        for person in &mut people {
            person.active &= Some(&person.identity) != away.as_ref();
        }
        let catalog = reader.catalog();
        let mut cards = Vec::new();
        for pack in catalog.packs() {
            let findings = engine::staffing(pack, &people, day);
            for flow in &pack.flows {
                cards.push(card(reader, pack, flow, &people, day, &findings)?);
            }
        }
        let controls = [
            Filter {
                name: "on".to_owned(),
                label: reader.t("日期", "Day").to_owned(),
                choose: Choose::Day,
                value: asked.text("on").to_owned(),
            },
            Filter {
                name: "without".to_owned(),
                label: reader.t("假如缺席", "Suppose absent").to_owned(),
                choose: Choose::One(choices),
                value: without.to_owned(),
            },
        ];
        let body = html! {
            (head(&[], title, html! {}, html! {}))
            (tab_row(title, &tabs(reader, "/admin/staffing")))
            div class="card" {
                (filters(reader.lang, &controls, &[]))
                div class="in mute" {
                    (reader.t(
                        "按岗位、范围、委托、会签人数与职责分离精确计算；同一自然人的几个账号算一人。先看必办的环节；有条件才办的环节一起算要办，结论取决于它们的，会写明“须办理……时”。",
                        "Computed exactly from roles, scopes, deputies, numbers of signers and separation; accounts of one natural person are one. Steps that always come are looked at first; those that come under a condition count as needed together, and what depends on them says “where … is needed”.",
                    ))
                }
            }
            @for card in &cards { (card) }
        };
        Ok(Content::new(title, body))
    })
    .await
}

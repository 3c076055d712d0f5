//! What a change of somebody's roles would bring, shown before it is made: steps gained and lost with who else may sign them,
//! pairs of steps he could then sign that are kept apart, and what becomes of the staffing of each flow.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::{Both, Finding, FindingKind, Person};
use kernel::Day;
use maud::{Markup, html};
use model::{Flow, Pack, Step};

use super::desk::Reader;
use super::people::person_url;
use super::typed::Typed;
use super::{separation, staffing, words};
use crate::error::Error;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Hidden, Link, Tone, head, hidden, note};

/// A step of a flow.
type Of<'a> = (&'a Pack, &'a Flow, &'a Step);

/// What would be different.
struct Change<'a> {
    /// The day it is looked at: today, or the first day of a grant that begins later.
    day: Day,
    after: Vec<Person>,
    /// Steps with the scopes in which he could newly sign them.
    gained: Vec<(Of<'a>, Vec<String>)>,
    lost: Vec<(Of<'a>, Vec<String>)>,
    pairs: Vec<(&'a Pack, Both)>,
    worse: Vec<(&'a Flow, Finding)>,
    better: Vec<(&'a Flow, Finding)>,
}

impl Change<'_> {
    fn is_nothing(&self) -> bool {
        self.gained.is_empty()
            && self.lost.is_empty()
            && self.pairs.is_empty()
            && self.worse.is_empty()
    }
}

/// The scopes in which a login could sign a step for himself.
fn scopes(pack: &Pack, step: &Step, people: &[Person], login: &str, day: Day) -> BTreeSet<String> {
    engine::signers(pack, step, people, day)
        .into_iter()
        .filter(|signer| *signer.login == *login && signer.instead_of.is_none())
        .map(|signer| signer.scope.to_string())
        .collect()
}

/// The findings of one that the other has not.
fn beyond<'a>(pack: &'a Pack, more: &[Finding], fewer: &[Finding]) -> Vec<(&'a Flow, Finding)> {
    more.iter()
        .filter(|finding| finding.kind != FindingKind::Undecided && !fewer.contains(finding))
        .filter_map(|finding| Some((pack.flow(&finding.flow)?.1, finding.clone())))
        .collect()
}

fn change<'a>(
    reader: &Reader<'_>,
    packs: &'a [Arc<Pack>],
    person: &Person,
) -> Result<Change<'a>, Error> {
    let before = reader.store.people(reader.org)?;
    let mut after = before.clone();
    let mut known: &[engine::Grant] = &[];
    match before.iter().position(|one| one.login == person.login) {
        Some(at) => {
            known = &before[at].grants;
            // Only the person himself names his deputies.
            after[at] = Person {
                deputies: before[at].deputies.clone(),
                ..person.clone()
            };
        }
        None => after.push(person.clone()),
    }
    let begins = person
        .grants
        .iter()
        .filter(|grant| !known.contains(grant))
        .filter_map(|grant| grant.from)
        .max();
    let day = begins.map_or(reader.today, |begins| begins.max(reader.today));
    let mut change = Change {
        day,
        gained: Vec::new(),
        lost: Vec::new(),
        pairs: Vec::new(),
        worse: Vec::new(),
        better: Vec::new(),
        after: Vec::new(),
    };
    for pack in packs {
        let pack: &Pack = pack;
        for flow in &pack.flows {
            for step in &flow.steps {
                let was = scopes(pack, step, &before, &person.login, day);
                let is = scopes(pack, step, &after, &person.login, day);
                let new: Vec<String> = is.difference(&was).cloned().collect();
                let old: Vec<String> = was.difference(&is).cloned().collect();
                // Whoever may sign it everywhere loses nothing with a grant for one place, nor gains by it.
                if !new.is_empty() && !was.contains("") {
                    change.gained.push(((pack, flow, step), new));
                }
                if !old.is_empty() && !is.contains("") {
                    change.lost.push(((pack, flow, step), old));
                }
            }
        }
        let known = engine::both(pack, &before, day);
        let same = |a: &Both, b: &Both| {
            a.flow == b.flow
                && a.steps == b.steps
                && a.first.identity == b.first.identity
                && a.scope == b.scope
        };
        let found = engine::both(pack, &after, day);
        let new = found
            .into_iter()
            .filter(|one| !known.iter().any(|other| same(one, other)));
        change.pairs.extend(new.map(|one| (pack, one)));
        let (was, is) = (
            engine::staffing(pack, &before, day),
            engine::staffing(pack, &after, day),
        );
        change.worse.extend(beyond(pack, &is, &was));
        change.better.extend(beyond(pack, &was, &is));
    }
    change.after = after;
    Ok(change)
}

/// What a confirmation is for; any other change asks again.
pub(super) fn token(person: &Person) -> String {
    let body = serde_json::to_string(person).unwrap_or_default();
    crate::text::sha256(body.as_bytes())
        .chars()
        .take(24)
        .collect()
}

fn step_row(
    reader: &Reader<'_>,
    of: &Of<'_>,
    scopes: &[String],
    after: &[Person],
    person: &Person,
    day: Day,
) -> Result<Row, Error> {
    let (pack, flow, step) = of;
    let others = staffing::names(reader, pack, step, after, day, Some(&person.identity))?;
    let others = match others.is_empty() {
        true => Cell::state(Tone::Dead, reader.t("再无他人", "nobody else")),
        false => Cell::new(staffing::few(reader, &others)),
    };
    let scopes: Vec<String> = scopes
        .iter()
        .filter(|scope| !scope.is_empty())
        .cloned()
        .collect();
    Ok(Row::from(vec![
        Cell::new(words::label(reader.lang, &step.label))
            .under(words::label(reader.lang, &flow.label)),
        Cell::new(words::step_roles(reader.lang, pack, step)),
        Cell::new(words::joined(reader.lang, &scopes)),
        others,
    ]))
}

fn steps(
    reader: &Reader<'_>,
    title: &str,
    list: &[(Of<'_>, Vec<String>)],
    change: &Change<'_>,
    person: &Person,
) -> Result<Markup, Error> {
    let rows = list
        .iter()
        .map(|(of, scopes)| step_row(reader, of, scopes, &change.after, person, change.day))
        .collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty() {
        return Ok(html! {});
    }
    let made = Table {
        caption: title.to_owned(),
        heads: vec![
            Head::new(reader.t("环节", "Step"), Shape::Main),
            Head::new(reader.t("岗位", "Role"), Shape::Plain),
            Head::new(reader.t("范围", "Scope"), Shape::Code),
            Head::new(reader.t("还有谁能签", "Who else may sign it"), Shape::Plain),
        ],
        rows,
        foot: Vec::new(),
    };
    Ok(html! { section class="card" { header { h2 { (title) } } (table(&made)) } })
}

/// Pairs of steps that somebody could newly sign, and who is left to sign the other one.
fn pairs(reader: &Reader<'_>, change: &Change<'_>) -> Result<Markup, Error> {
    if change.pairs.is_empty() {
        return Ok(html! {});
    }
    let mut rows = Vec::new();
    for (pack, both) in &change.pairs {
        let flow = &pack.flows[both.flow];
        let mut row = separation::row(reader, flow, both)?;
        let identity = Some(&*both.first.identity);
        let mut left = Vec::new();
        for at in [both.steps.0, both.steps.1] {
            let step = &flow.steps[at];
            let names = staffing::names(reader, pack, step, &change.after, change.day, identity)?;
            let label = words::label(reader.lang, &step.label);
            let who = match names.is_empty() {
                true => reader.t("再无他人", "nobody else").to_owned(),
                false => staffing::few(reader, &names),
            };
            left.push(format!("{label}: {who}"));
        }
        row.cells.push(Cell::new(left.join(reader.t("；", "; "))));
        rows.push(row);
    }
    let title = reader.t(
        "将能两边都签（系统仍会拒绝第二次签字）",
        "Could then sign both sides (the second signature is still refused)",
    );
    let mut heads = separation::heads(reader);
    heads.push(Head::new(
        reader.t("还有谁能签", "Who else may sign"),
        Shape::Plain,
    ));
    let made = Table {
        caption: title.to_owned(),
        heads,
        rows,
        foot: Vec::new(),
    };
    Ok(html! { section class="card" { header { h2 class="warn" { (title) } } (table(&made)) } })
}

fn findings(reader: &Reader<'_>, title: &str, list: &[(&Flow, Finding)]) -> Result<Markup, Error> {
    if list.is_empty() {
        return Ok(html! {});
    }
    let mut heads = staffing::heads(reader);
    heads.push(Head::new(reader.t("流程", "Flow"), Shape::Plain));
    let mut rows = Vec::new();
    for (flow, finding) in list {
        let mut row = staffing::row(reader, flow, finding)?;
        row.cells
            .push(Cell::new(words::label(reader.lang, &flow.label)));
        rows.push(row);
    }
    let made = Table {
        caption: title.to_owned(),
        heads,
        rows,
        foot: Vec::new(),
    };
    Ok(html! { section class="card" { header { h2 { (title) } } (table(&made)) } })
}

/// The page that asks before a change of roles is made; `None` where it changes nothing that anybody may do. `inputs` is
/// what the form of the person had in it.
pub(super) fn confirmation(
    reader: &Reader<'_>,
    person: &Person,
    fresh: bool,
    typed: &Typed,
    hidden_inputs: &Hidden,
) -> Result<Option<(String, Markup)>, Error> {
    let catalog = reader.catalog();
    let change = change(reader, catalog.packs(), person)?;
    if change.is_nothing() {
        return Ok(None);
    }
    let mut inputs = hidden_inputs.clone();
    inputs.push(("_confirmed".to_owned(), token(person)));
    for (name, text) in &typed.header {
        inputs.push((format!("h.{name}"), text.clone()));
    }
    for (at, line) in typed.lines.iter().enumerate() {
        for (name, text) in &line.cells {
            inputs.push((format!("l.{}.{name}", at + 1), text.clone()));
        }
    }
    let title = format!(
        "{}{}",
        reader.t("确认改动：", "Confirm the change: "),
        person.name
    );
    let url = match fresh {
        true => "/admin/new-person".to_owned(),
        false => person_url(&person.login),
    };
    let crumbs = [Link::new(
        reader.t("人员与岗位", "People and roles"),
        "/admin/people",
    )];
    let tone = match change.pairs.is_empty() && change.worse.is_empty() {
        true => Tone::Wait,
        false => Tone::Held,
    };
    let body = html! {
        form method="post" action=(url) autocomplete="off" {
            (hidden(&inputs))
            (head(&crumbs, &title, html! {}, html! {
                button class="button primary" name="_do" value="sign" { (reader.t("确认并保存", "Confirm and save")) }
                button class="button" name="_do" value="edit" { (reader.t("返回修改", "Back to the form")) }
            }))
        }
        (note(tone, html! {
            (reader.t("还没有保存。请看这一改动带来什么，再确认。", "Nothing is saved yet. Look at what the change brings, then confirm."))
            @if change.day > reader.today { " " (reader.t("按新岗位生效之日计算：", "As of the day the new role begins: ")) (change.day) }
        }))
        (steps(reader, reader.t("将能签的环节", "Could then sign"), &change.gained, &change, person)?)
        (steps(reader, reader.t("将不能再签的环节", "Could no longer sign"), &change.lost, &change, person)?)
        (pairs(reader, &change)?)
        (findings(reader, reader.t("人员配备将出现的问题", "Staffing problems that would appear"), &change.worse)?)
        (findings(reader, reader.t("人员配备将消除的问题", "Staffing problems that would go away"), &change.better)?)
    };
    Ok(Some((title, body)))
}

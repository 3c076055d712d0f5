//! Flows: the drawing made from the declaration, every step with its rules, and where slips stand in it now.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use kernel::SlipId;
use maud::html;
use model::{Catalog, Flow, Pack, Quorum, Step};
use store::{Holder, InboxItem};

use super::desk::{Asked, Content, Desk, Reader, address};
use super::{steps, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::diagram::{Diagram, Stage};
use crate::parts::flow::{Flow as Page, flow as flow_page};
use crate::parts::icon::Icon;
use crate::parts::lang::Lang;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, empty, head};

/// Waiting slips counted per step.
const COUNTED_MAX: usize = 1_000;

/// All flows of all packs.
pub(crate) async fn all(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Flows, |reader| {
        let catalog = reader.catalog();
        let title = reader.t("流程", "Flows");
        let mut rows = Vec::new();
        for pack in catalog.packs() {
            for flow in &pack.flows {
                let slips: Vec<&str> = flow
                    .slips
                    .iter()
                    .map(|slip| words::label(reader.lang, &slip.label))
                    .collect();
                rows.push(Row::from(vec![
                    Cell::new(words::label(reader.lang, &flow.label))
                        .to(format!("/flows/{}.{}", pack.name, flow.name)),
                    Cell::new(words::label(reader.lang, &pack.label)),
                    Cell::new(flow.steps.len().to_string()),
                    Cell::new(slips.join(" → ")),
                ]));
            }
        }
        let body = if rows.is_empty() {
            empty(Icon::Workflow, reader.t("没有流程", "No flows"), "", &[])
        } else {
            table(&Table {
                caption: title.to_owned(),
                heads: vec![
                    Head::new(reader.t("流程", "Flow"), Shape::Main),
                    Head::new(reader.t("业务", "System"), Shape::Plain),
                    Head::new(reader.t("环节数", "Steps"), Shape::Number),
                    Head::new(reader.t("单据", "Slips"), Shape::Plain),
                ],
                rows,
                foot: Vec::new(),
            })
        };
        let page = html! {
            (head(&[], title, html! {}, html! {}))
            div class="card" { (body) }
        };
        Ok(Content::new(title, page))
    })
    .await
}

/// A flow of the current pack, or of the version under which the slip of the address began.
pub(super) fn find<'a>(
    catalog: &'a Catalog,
    qualified: &str,
    version: Option<&str>,
) -> Result<(&'a Arc<Pack>, &'a Flow), Error> {
    let (name, flow) = qualified.split_once('.').ok_or(Error::NotFound)?;
    let of_version = version
        .and_then(|version| catalog.version(version))
        .filter(|pack| &*pack.name == name);
    let pack = of_version
        .or_else(|| catalog.pack(name))
        .ok_or(Error::NotFound)?;
    Ok((pack, pack.flow(flow).ok_or(Error::NotFound)?.1))
}

/// One flow.
pub(crate) async fn one(
    desk: Desk,
    Path(qualified): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    desk.show(Place::Flows, move |reader| {
        let slip = match asked.text("slip").parse().ok().map(SlipId) {
            Some(id) => reader.store.slip(reader.org, id)?,
            None => None,
        };
        let catalog = reader.catalog();
        let version = slip.as_deref().map(|slip| &*slip.version);
        let (pack, flow) = find(&catalog, &qualified, version)?;
        let waiting = waiting_now(reader, pack, flow)?;
        let (mut done, mut here) = (Vec::new(), Vec::new());
        let mut crumbs = vec![Link::new(reader.t("流程", "Flows"), "/flows")];
        if let Some(slip) = &slip {
            (done, here) = standing(reader, slip, flow)?;
            let kind = words::kind_name(&catalog, reader.lang, &slip.version, &slip.kind);
            crumbs = vec![Link::new(
                format!("{kind} {}", slip.number),
                super::heads::url(slip.id),
            )];
        }
        let stages = flow
            .steps
            .iter()
            .enumerate()
            .map(|(at, step)| Stage {
                id: step.name.to_string(),
                name: words::label(reader.lang, &step.label).to_owned(),
                role: words::step_roles(reader.lang, pack, step),
                slip: flow
                    .slips
                    .get(step.slip)
                    .map(|slip| words::label(reader.lang, &slip.label).to_owned())
                    .unwrap_or_default(),
                done: done.contains(&at),
                here: here.contains(&at),
                waiting: match slip.is_some() {
                    true => 0,
                    false => waiting.get(&step.qualified).copied().unwrap_or(0),
                },
                url: address("/slips", &[("step", &step.qualified)]),
            })
            .collect();
        let title = words::label(reader.lang, &flow.label).to_owned();
        let begin = reader.begins()?.into_iter().find(|link| {
            link.url
                .starts_with(&format!("/new/{}.{}.", pack.name, flow.name))
        });
        let made = Page {
            crumbs,
            title: title.clone(),
            version: [
                words::label(reader.lang, &pack.label),
                flow.cites.as_deref().unwrap_or(""),
                reader.t("版本", "version"),
                &pack.version[..pack.version.len().min(8)],
            ]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
            diagram: Diagram {
                stages,
                separate: flow
                    .separations
                    .iter()
                    .map(|separation| separation.steps.clone())
                    .collect(),
            },
            work: Some(Link::new(
                reader.t("办理情况", "Work"),
                format!("/flows/{qualified}/work"),
            )),
            steps: steps_table(reader, pack, flow, &waiting),
            separate: separations(reader, flow),
            begin: begin.map(|link| {
                Link::new(
                    format!("{} {}", reader.t("新开", "New"), link.label),
                    link.url,
                )
            }),
        };
        Ok(Content::new(title, flow_page(reader.lang, &made)))
    })
    .await
}

/// How many slips wait for each step of a flow now.
fn waiting_now(
    reader: &Reader<'_>,
    pack: &Pack,
    flow: &Flow,
) -> Result<BTreeMap<Arc<str>, usize>, Error> {
    let mut roles: Vec<usize> = flow.steps.iter().flat_map(|step| step.by.clone()).collect();
    roles.sort_unstable();
    roles.dedup();
    let holders: Vec<Holder> = roles
        .into_iter()
        .filter_map(|role| pack.roles.get(role))
        .map(|role| Holder::Role(format!("{}.{}", pack.name, role.name).into(), None))
        .collect();
    let items: Vec<InboxItem> = reader.store.inbox_of(reader.org, &holders, COUNTED_MAX)?;
    let mut counts = BTreeMap::new();
    for item in items {
        *counts.entry(item.waiting.step).or_default() += 1;
    }
    Ok(counts)
}

/// The steps that are signed, and those that wait, for a slip and what hangs on it.
fn standing(
    reader: &Reader<'_>,
    slip: &engine::Slip,
    flow: &Flow,
) -> Result<(Vec<usize>, Vec<usize>), Error> {
    let chain = reader.store.chain(reader.org, slip.id)?;
    let line = steps::line_of(&chain, slip.id);
    let (mut done, mut here) = (Vec::new(), Vec::new());
    for (at, step) in flow.steps.iter().enumerate() {
        let waits = line
            .iter()
            .flat_map(|head| &head.waiting)
            .any(|waiting| waiting.step == step.qualified);
        let kind = flow.slips.get(step.slip).map(|slip| &slip.qualified);
        let reached = line
            .iter()
            .any(|head| Some(&head.kind) == kind && head.state.live());
        if waits {
            here.push(at);
        } else if reached {
            done.push(at);
        }
    }
    Ok((done, here))
}

fn steps_table(
    reader: &Reader<'_>,
    pack: &Pack,
    flow: &Flow,
    waiting: &BTreeMap<Arc<str>, usize>,
) -> Table {
    let rows =
        flow.steps
            .iter()
            .enumerate()
            .map(|(at, step)| {
                let count = waiting.get(&step.qualified).copied().unwrap_or(0);
                let waits = match count {
                    0 => Cell::new("0"),
                    COUNTED_MAX => Cell::new(format!("{COUNTED_MAX}+")),
                    count => Cell::new(count.to_string())
                        .to(address("/slips", &[("step", &step.qualified)])),
                };
                Row::from(vec![
                    Cell::new((at + 1).to_string()),
                    Cell::new(words::label(reader.lang, &step.label)).under(&*step.name),
                    Cell::new(roles(reader, pack, step)),
                    Cell::new(rules(reader, step)),
                    Cell::new(postings(reader, pack, step)),
                    waits,
                ])
            })
            .collect();
    Table {
        caption: reader.t("环节", "Steps").to_owned(),
        heads: vec![
            Head::new("#", Shape::Count),
            Head::new(reader.t("环节", "Step"), Shape::Main),
            Head::new(reader.t("岗位", "Role"), Shape::Code),
            Head::new(reader.t("校验", "What is checked"), Shape::Plain),
            Head::new(reader.t("记账", "What is booked"), Shape::Plain),
            Head::new(reader.t("正在等待", "Waiting now"), Shape::Number),
        ],
        rows,
        foot: Vec::new(),
    }
}

pub(crate) fn roles(reader: &Reader<'_>, pack: &Pack, step: &Step) -> String {
    let names = words::step_roles(reader.lang, pack, step);
    let mut out = match (step.quorum, reader.lang) {
        (Quorum::Any, _) => names,
        (Quorum::All, Lang::Zh) => format!("{names}（各一人会签）"),
        (Quorum::All, Lang::En) => format!("{names} (one of each)"),
        (Quorum::Of(count), Lang::Zh) => format!("{names}（{count} 人会签）"),
        (Quorum::Of(count), Lang::En) => format!("{names} ({count} persons)"),
    };
    if let Some(minutes) = step.within_minutes {
        let hours = minutes / 60;
        out.push_str(&match (reader.lang, hours) {
            (Lang::Zh, 0) => format!(" · {minutes} 分钟内"),
            (Lang::Zh, _) => format!(" · {hours} 小时内"),
            (Lang::En, 0) => format!(" · within {minutes} min"),
            (Lang::En, _) => format!(" · within {hours} h"),
        });
    }
    out
}

/// The guards of a step as sentences, each with the rule it follows.
pub(crate) fn rules(reader: &Reader<'_>, step: &Step) -> String {
    let sentences: Vec<String> = step
        .guards
        .iter()
        .map(|guard| {
            let sentence = words::label(reader.lang, &guard.label);
            match (&guard.cites, reader.lang) {
                (Some(cites), Lang::Zh) => format!("{sentence}（{cites}）"),
                (Some(cites), Lang::En) => format!("{sentence} ({cites})"),
                (None, _) => sentence.to_owned(),
            }
        })
        .collect();
    sentences.join(reader.t("；", "; "))
}

/// The postings of a step: ledger, from where to where.
pub(crate) fn postings(reader: &Reader<'_>, pack: &Pack, step: &Step) -> String {
    let mut out: Vec<String> = Vec::new();
    for post in &step.posts {
        let Some(ledger) = pack.ledgers.get(post.ledger) else {
            continue;
        };
        let place = |side: kernel::Side| {
            let names: Vec<String> = post
                .legs
                .iter()
                .filter(|leg| leg.side == side)
                .map(|leg| match &leg.place {
                    model::PlaceRef::Fixed(at) => ledger
                        .places
                        .get(*at)
                        .map(|place| words::label(reader.lang, &place.label).to_owned())
                        .unwrap_or_default(),
                    model::PlaceRef::Chosen(_) => {
                        reader.t("所选科目", "the chosen account").to_owned()
                    }
                })
                .collect();
            words::joined(reader.lang, &names)
        };
        out.push(format!(
            "{}: {} → {}",
            words::label(reader.lang, &ledger.label),
            place(kernel::Side::Out),
            place(kernel::Side::In),
        ));
    }
    out.join(reader.t("；", "; "))
}

pub(crate) fn separations(reader: &Reader<'_>, flow: &Flow) -> Vec<String> {
    flow.separations
        .iter()
        .map(|separation| {
            let names: Vec<String> = separation
                .steps
                .iter()
                .filter_map(|at| flow.steps.get(*at))
                .map(|step| words::label(reader.lang, &step.label).to_owned())
                .collect();
            let names = words::joined(reader.lang, &names);
            let mut sentence = match reader.lang {
                Lang::Zh => format!("{names}：不得为同一人"),
                Lang::En => format!("{names}: not by one person"),
            };
            if let Some(reason) = &separation.reason {
                sentence.push_str(reader.t("。", ". "));
                sentence.push_str(words::label(reader.lang, reason));
            }
            if let Some(cites) = &separation.cites {
                sentence.push_str(&match reader.lang {
                    Lang::Zh => format!("（{cites}）"),
                    Lang::En => format!(" ({cites})"),
                });
            }
            sentence
        })
        .collect()
}

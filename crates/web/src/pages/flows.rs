//! Flows: the drawing made from the declaration, every step with its rules, and where slips stand in it now.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use engine::Slip;
use kernel::SlipId;
use maud::html;
use model::{Catalog, Flow, Label, Pack, Quorum, Step};
use store::SlipHead;

use super::desk::{Asked, Content, Desk, Reader, address};
use super::{steps, who, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::diagram::{Diagram, Stage};
use crate::parts::flow::{Flow as Page, flow as flow_page, fragment};
use crate::parts::icon::Icon;
use crate::parts::lang::Lang;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, empty, head};

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
    if desk.fragment.as_deref() == Some("flow") {
        return desk
            .show_part(move |reader| Ok(fragment(reader.lang, &made(reader, &qualified, &asked)?)))
            .await;
    }
    desk.show(Place::Flows, move |reader| {
        let made = made(reader, &qualified, &asked)?;
        Ok(Content::new(
            made.title.clone(),
            flow_page(reader.lang, &made),
        ))
    })
    .await
}

/// The slip that an address names.
fn asked_slip(reader: &Reader<'_>, asked: &Asked) -> Result<Option<Arc<Slip>>, Error> {
    Ok(match asked.text("slip").parse().ok().map(SlipId) {
        Some(id) => reader.store.slip(reader.org, id)?,
        None => None,
    })
}

/// The flow as BPMN 2.0, as a file: for other modelling tools.
pub(crate) async fn bpmn(
    desk: Desk,
    Path(qualified): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    let (name, file) = desk
        .read(move |reader| {
            let slip = asked_slip(reader, &asked)?;
            let catalog = reader.catalog();
            let version = slip.as_deref().map(|slip| &*slip.version);
            let (pack, flow) = find(&catalog, &qualified, version)?;
            let language = match reader.lang {
                Lang::Zh => pack::Language::Zh,
                Lang::En => pack::Language::En,
            };
            let file = pack::show_bpmn(pack, &flow.name, language).ok_or(Error::NotFound)?;
            Ok((flow.name.clone(), file))
        })
        .await?;
    // Names in packs are letters, digits and underscores.
    let disposition = format!("attachment; filename=\"{name}.bpmn\"");
    let headers = [
        (CONTENT_TYPE, "application/xml; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, file).into_response())
}

/// A flow as its page shows it, with a slip in it if the address names one.
fn made(reader: &Reader<'_>, qualified: &str, asked: &Asked) -> Result<Page, Error> {
    let slip = asked_slip(reader, asked)?;
    let catalog = reader.catalog();
    let version = slip.as_deref().map(|slip| &*slip.version);
    let (pack, flow) = find(&catalog, qualified, version)?;
    let waiting = waiting_now(reader, pack, flow)?;
    let mut now = None;
    let (mut done, mut here) = (Vec::new(), Vec::new());
    let mut crumbs = vec![Link::new(reader.t("流程", "Flows"), "/flows")];
    if let Some(slip) = &slip {
        let chain = reader.store.chain(reader.org, slip.id)?;
        let line = steps::line_of(&chain, slip.id);
        (done, here) = standing(flow, &line);
        now = Some(who::now(reader, pack, flow, &line)?);
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
    Ok(Page {
        crumbs,
        title,
        version: [
            words::label(reader.lang, &pack.label),
            cited(reader, flow.cites.as_ref()),
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
        now,
        bpmn: address(
            &format!("/flows/{qualified}/bpmn"),
            &[("slip", asked.text("slip"))],
        ),
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
    })
}

/// How many slips wait for each step of a flow now.
fn waiting_now(
    reader: &Reader<'_>,
    pack: &Pack,
    flow: &Flow,
) -> Result<BTreeMap<Arc<str>, usize>, Error> {
    let prefix = format!("{}.{}.", pack.name, flow.name);
    let counts = reader.store.waiting_by_step(reader.org, &prefix)?;
    Ok(counts
        .into_iter()
        .map(|(step, count)| (step, usize::try_from(count).unwrap_or(0)))
        .collect())
}

/// The steps that are signed, and those that wait, for a slip and what hangs on it.
fn standing(flow: &Flow, line: &[&SlipHead]) -> (Vec<usize>, Vec<usize>) {
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
    (done, here)
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

/// What is cited, if anything.
pub(crate) fn cited<'a>(reader: &Reader<'_>, cites: Option<&'a Label>) -> &'a str {
    cites.map_or("", |label| words::label(reader.lang, label))
}

fn in_brackets(reader: &Reader<'_>, cites: Option<&Label>) -> String {
    match (cites, reader.lang) {
        (Some(cites), Lang::Zh) => format!("（{}）", cites.zh),
        (Some(cites), Lang::En) => format!(" ({})", cites.en),
        (None, _) => String::new(),
    }
}

/// The guards of a step as sentences, each with the rule it follows.
pub(crate) fn rule_list(reader: &Reader<'_>, step: &Step) -> Vec<String> {
    step.guards
        .iter()
        .map(|guard| {
            let sentence = words::label(reader.lang, &guard.label);
            format!("{sentence}{}", in_brackets(reader, guard.cites.as_ref()))
        })
        .collect()
}

/// The same as one text, line by line.
pub(crate) fn rules(reader: &Reader<'_>, step: &Step) -> String {
    let rules = rule_list(reader, step).into_iter();
    rules
        .map(|rule| format!("· {rule}"))
        .collect::<Vec<_>>()
        .join("\n")
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
    out.dedup();
    out.join("\n")
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
            sentence.push_str(&in_brackets(reader, separation.cites.as_ref()));
            sentence
        })
        .collect()
}

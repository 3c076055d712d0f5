//! What this person may begin: slips of their own, and slips made from others that wait for it.

use axum::response::Response;
use engine::SlipState;
use maud::html;
use model::{Flow, Slip};
use store::ListQuery;

use super::desk::{Content, Desk, Reader, address};
use super::{heads, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::icon::{Icon, icon};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, empty, head};

/// Slips offered as a source at once.
const OFFERED: usize = 100;
/// Slips of another flow that are looked at for something still open.
const LOOKED_AT: usize = 500;

/// Whether a step begins slips that come from others.
pub(crate) fn needs_source(reader: &Reader<'_>, step: &str) -> bool {
    let catalog = reader.catalog();
    words::step(&catalog, None, step).is_some_and(|(_, flow, _, step)| {
        step.begins
            && flow
                .slips
                .get(step.slip)
                .is_some_and(|slip| !slip.from.is_empty())
    })
}

/// All that can be begun, by flow.
pub(crate) async fn show(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Slips, |reader| {
        let holder = reader.holder()?;
        let catalog = reader.catalog();
        let mut rows = Vec::new();
        for pack in catalog.packs() {
            for flow in &pack.flows {
                for step in flow
                    .steps
                    .iter()
                    .filter(|step| step.begins && words::may(pack, step, &holder, reader.today))
                {
                    let Some(slip) = flow.slips.get(step.slip) else {
                        continue;
                    };
                    let sources: Vec<String> = slip
                        .from
                        .iter()
                        .filter_map(|from| flow.kind(*from))
                        .map(|from| words::label(reader.lang, &from.label).to_owned())
                        .collect();
                    rows.push(Row::from(vec![
                        Cell::new(words::label(reader.lang, &slip.label))
                            .under(words::label(reader.lang, &step.label))
                            .to(format!("/new/{}", step.qualified)),
                        Cell::new(words::label(reader.lang, &flow.label)),
                        Cell::new(words::joined(reader.lang, &sources)),
                    ]));
                }
            }
        }
        let title = reader.t("开单", "New slip");
        let body = if rows.is_empty() {
            empty(
                Icon::FilePlus,
                reader.t("没有可开的单据", "Nothing to begin"),
                reader.t(
                    "您的岗位不开任何单据。岗位由管理员授予。",
                    "Your roles begin no slips. Roles are granted by an administrator.",
                ),
                &[],
            )
        } else {
            table(&Table {
                caption: title.to_owned(),
                heads: vec![
                    Head::new(reader.t("单据", "Slip"), Shape::Main),
                    Head::new(reader.t("流程", "Flow"), Shape::Plain),
                    Head::new(reader.t("由何单据生成", "Made from"), Shape::Plain),
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

/// Where slips of a kind are made from: what waits for its first step, and what another flow is done with, newest first.
fn sources(flow: &Flow, slip: &Slip, step: &str) -> Vec<ListQuery> {
    let mut queries = Vec::new();
    if slip.from.iter().any(|at| !flow.is_foreign(*at)) {
        queries.push(ListQuery {
            waiting_step: Some(step.to_owned()),
            limit: OFFERED,
            ..ListQuery::default()
        });
    }
    let foreign = slip.from.iter().filter(|at| flow.is_foreign(**at));
    queries.extend(
        foreign
            .filter_map(|at| flow.kind(*at))
            .map(|kind| ListQuery {
                kind: Some(kind.qualified.to_string()),
                state: Some(SlipState::Done),
                descending: true,
                limit: LOOKED_AT,
                ..ListQuery::default()
            }),
    );
    queries
}

/// The slips that wait for this step; several may be chosen where the declaration joins them.
pub(crate) fn choose_source(reader: &Reader<'_>, step: &str) -> Result<Content, Error> {
    let catalog = reader.catalog();
    let (_, flow, _, declared) = words::step(&catalog, None, step).ok_or(Error::NotFound)?;
    let slip = flow.slips.get(declared.slip).ok_or(Error::NotFound)?;
    let mut found = Vec::new();
    for query in sources(flow, slip, step) {
        // What waits for the step has something open; what another flow is done with may have gone its way already.
        let waits = query.waiting_step.is_some();
        for head in reader.store.list(reader.org, &query)?.rows {
            if found.len() == OFFERED {
                break;
            }
            let open = |source: &engine::Slip| engine::anything_open(flow, slip, source);
            if waits
                || reader
                    .store
                    .slip(reader.org, head.id)?
                    .is_some_and(|slip| open(&slip))
            {
                found.push(head);
            }
        }
    }
    let title = words::label(reader.lang, &declared.label).to_owned();
    let mut made = Table {
        caption: title.clone(),
        heads: heads::headings(reader),
        ..Table::default()
    };
    for head in &found {
        let mut row = heads::row(reader, &catalog, head)?;
        row.cells[0].url = Some(address(
            &format!("/new/{step}"),
            &[("from", &head.id.to_string())],
        ));
        row.tick = slip.join.then(|| ("from".to_owned(), head.id.to_string()));
        made.rows.push(row);
    }
    let crumbs = [Link::new(reader.t("开单", "New slip"), "/new")];
    let body = html! {
        (head(&crumbs, &title, html! {}, html! {}))
        div class="card" {
            @if made.rows.is_empty() {
                (empty(
                    Icon::Inbox,
                    reader.t("没有等待此环节的单据", "Nothing waits for this step"),
                    reader.t("上游单据完成后会出现在这里和待办中。", "Slips appear here, and in the inbox, once the steps before are signed."),
                    &[],
                ))
            } @else {
                header { h2 { (reader.t("从哪张单据生成？", "Made from which slip?")) } }
                form method="get" action={ "/new/" (step) } {
                    (table(&made))
                    @if slip.join {
                        footer { button class="button primary" { (icon(Icon::FilePlus)) (reader.t("由所选单据生成", "Make from those selected")) } }
                    }
                }
            }
        }
    };
    Ok(Content::new(title, body))
}

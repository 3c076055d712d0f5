//! Number series: for each kind of slip the pattern, the next number, and the last ones taken period by period.

use axum::extract::Path;
use axum::response::Response;
use engine::World;
use maud::html;
use model::{Pack, Slip};
use store::Series;

use super::desk::{Asked, Content, Desk, Reader, address};
use super::people::{check, tabs};
use super::words;
use crate::error::Error;
use crate::layout::Place;
use crate::parts::list::{Pager, pager_of};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, head, tabs as tab_row};

/// Periods of a page.
const ROWS: usize = 100;

/// A series as people read it: `CG20260401-…`, the last number taken of it.
fn read(series: &Series, slip: &Slip) -> (String, String) {
    let own = series
        .name
        .strip_prefix(&*slip.qualified)
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or(&series.name);
    let (before, after) = own.split_once('#').unwrap_or((own, ""));
    let width = zeros(&slip.number);
    let last = format!("{before}{:0width$}{after}", series.last);
    (format!("{before}…{after}"), last)
}

/// How many places the pattern has for the serial.
fn zeros(pattern: &str) -> usize {
    pattern
        .split('{')
        .filter_map(|part| part.split('}').next())
        .find(|token| !token.is_empty() && token.bytes().all(|byte| byte == b'0'))
        .map_or(1, str::len)
}

/// When the pattern begins to count anew.
fn period<'r>(reader: &'r Reader<'_>, pattern: &str) -> &'r str {
    if pattern.contains("{date}") {
        reader.t("每日", "every day")
    } else if pattern.contains("{month}") {
        reader.t("每月", "every month")
    } else if pattern.contains("{year}") {
        reader.t("每年", "every year")
    } else {
        reader.t("从不", "never")
    }
}

fn row(reader: &Reader<'_>, slip: &Slip, flow: &str) -> Result<Row, Error> {
    let (name, _) = engine::number_after(&slip.qualified, &slip.number, reader.today, 0);
    let taken = reader.store.ask(reader.org, |world| world.serial(&name))?;
    let (_, next) = engine::number_after(&slip.qualified, &slip.number, reader.today, taken);
    let latest = reader
        .store
        .series(reader.org, &slip.qualified, None, 1)?
        .pop();
    let last = latest
        .map(|series| read(&series, slip).1)
        .unwrap_or_default();
    let used = match last.is_empty() {
        true => Cell::default(),
        false => Cell::new(&*last).to(address("/find", &[("q", &last)])),
    };
    Ok(Row::from(vec![
        Cell::new(words::label(reader.lang, &slip.label))
            .under(flow)
            .to(format!("/admin/series/{}", slip.qualified)),
        Cell::new(&*slip.number),
        Cell::new(period(reader, &slip.number)),
        Cell::new(next),
        used,
        Cell::new(taken.to_string()),
    ]))
}

/// Every series of the packs in use.
pub(crate) async fn all(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Admin, |reader| {
        check(reader)?;
        let title = reader.t("编号规则", "Number series");
        let catalog = reader.catalog();
        let mut rows = Vec::new();
        for flow in catalog.packs().iter().flat_map(|pack| &pack.flows) {
            for slip in &flow.slips {
                rows.push(row(reader, slip, words::label(reader.lang, &flow.label))?);
            }
        }
        let made = Table {
            caption: title.to_owned(),
            heads: vec![
                Head::new(reader.t("单据", "Slip"), Shape::Main),
                Head::new(reader.t("规则", "Pattern"), Shape::Code),
                Head::new(reader.t("重新起号", "Counts anew"), Shape::Plain),
                Head::new(reader.t("今天的下一个号", "Next number today"), Shape::Code),
                Head::new(reader.t("最近用的号", "Last number taken"), Shape::Code),
                Head::new(reader.t("本期已用", "Taken in this period"), Shape::Number),
            ],
            rows,
            foot: Vec::new(),
        };
        let body = html! {
            (head(&[], title, html! {}, html! {}))
            (tab_row(title, &tabs(reader, "/admin/series")))
            section class="card" {
                (table(&made))
                footer { span { (reader.t(
                    "号在签字成立的同一次提交中取得：不跳号、不重号，作废的单据保留原号。编号规则写在业务包中。",
                    "A number is taken in the same commit as the signature: no gaps, no duplicates, and a void slip keeps its own. Patterns are part of the pack's text.",
                )) } }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}

fn find<'a>(packs: &'a [std::sync::Arc<Pack>], kind: &str) -> Option<&'a Slip> {
    let flows = packs.iter().flat_map(|pack| &pack.flows);
    flows
        .flat_map(|flow| &flow.slips)
        .find(|slip| *slip.qualified == *kind)
}

/// One series, period by period.
pub(crate) async fn one(
    desk: Desk,
    Path(kind): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let catalog = reader.catalog();
        let slip = find(catalog.packs(), &kind).ok_or(Error::NotFound)?;
        let after = asked.some("after");
        let mut series = reader
            .store
            .series(reader.org, &kind, after.as_deref(), ROWS + 1)?;
        let more = series.len() > ROWS;
        series.truncate(ROWS);
        let path = format!("/admin/series/{kind}");
        let pager = Pager {
            text: String::new(),
            before: after.is_some().then(|| path.clone()),
            after: series
                .last()
                .filter(|_| more)
                .map(|last| address(&path, &[("after", &last.name)])),
        };
        let rows = series
            .iter()
            .map(|series| {
                let (name, last) = read(series, slip);
                Row::from(vec![
                    Cell::new(name),
                    Cell::new(series.last.to_string()),
                    Cell::new(&*last).to(address("/find", &[("q", &last)])),
                ])
            })
            .collect();
        let title = words::label(reader.lang, &slip.label).to_owned();
        let made = Table {
            caption: title.clone(),
            heads: vec![
                Head::new(reader.t("期间", "Period"), Shape::Main),
                Head::new(reader.t("已用", "Taken"), Shape::Number),
                Head::new(reader.t("最后一个号", "Last number"), Shape::Code),
            ],
            rows,
            foot: Vec::new(),
        };
        let crumbs = [Link::new(reader.t("编号规则", "Number series"), "/admin/series")];
        let body = html! {
            (head(&crumbs, &title, html! { span class="code" { (slip.number) } }, html! {}))
            section class="card" {
                @if made.rows.is_empty() { div class="in mute" { (reader.t("还没有用过号。", "No number was taken yet.")) } }
                @else { (table(&made)) footer { span {} (pager_of(reader.lang, &pager)) } }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_of_a_serial_are_those_of_its_pattern() {
        assert_eq!(zeros("CG{date}-{0000}"), 4);
        assert_eq!(zeros("{year}/{000}/X"), 3);
        assert_eq!(zeros("plain"), 1);
    }
}

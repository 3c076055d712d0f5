//! A list added up: groups by any field, with counts and sums.

use axum::response::Response;
use kernel::Amount;
use maud::html;
use model::Catalog;
use store::{At, StoreError, SumQuery, SumRow, Sums};

use super::columns::{Column, What};
use super::desk::{Asked, Content, Desk, Reader};
use super::listing::{self, Listing};
use super::{slips, values, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::icon::{Icon, icon};
use crate::parts::list::{Choose, Filter, filters};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, Tone, empty, head, hidden, note};
use crate::xlsx;

/// Groups shown on the page; a file has all of them.
const SHOWN: usize = 500;

/// What is added up: by which field, and which amounts; all that can be when none is named.
pub(crate) fn query(asked: &Asked, list: &Listing) -> SumQuery {
    let named: Vec<&str> = asked
        .pairs()
        .iter()
        .filter(|(name, _)| name == "s")
        .map(|(_, value)| &**value)
        .collect();
    let by = by(asked, list);
    let in_lines = by.as_ref().is_some_and(At::in_lines);
    let of = list
        .columns
        .iter()
        .filter(|column| column.sums() && (named.is_empty() || named.contains(&&*column.name)))
        .filter_map(Column::at)
        // Where each group is of lines, the money of a whole slip would count once per line.
        .filter(|at| !in_lines || at.in_lines())
        .take(8)
        .collect();
    SumQuery {
        table: list.query.clone(),
        by,
        of,
    }
}

fn by(asked: &Asked, list: &Listing) -> Option<At> {
    let name = asked.text("by");
    if name == "month" {
        return Some(At::Month);
    }
    let mut columns = list.columns.iter();
    columns
        .find(|column| column.name == name)
        .and_then(Column::at)
}

fn column_of<'l>(list: &'l Listing, at: &At) -> Option<&'l Column> {
    let name = at.to_string();
    list.columns.iter().find(|column| column.name == name)
}

/// The sums of a list.
pub(crate) async fn show(desk: Desk, asked: Asked) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Slips, move |reader| {
        let catalog = reader.catalog();
        let list = listing::read(reader, &catalog, &asked, None);
        let query = query(&asked, &list);
        let title = reader.t("单据汇总", "Slips added up");
        let (sums, wrong) = match reader.store.sums(reader.org, &query) {
            Ok(sums) => (sums, None),
            Err(StoreError::Invalid(why)) => (Sums::default(), Some(why)),
            Err(error) => return Err(error.into()),
        };
        let crumbs = [Link::new(
            reader.t("单据", "Slips"),
            listing::with(&asked, "/slips", &[("by", ""), ("s", "")]),
        )];
        let keep = vec![
            ("_csrf".to_owned(), csrf),
            ("of".to_owned(), "sums".to_owned()),
            ("q".to_owned(), listing::query_text(&asked)),
        ];
        let acts = html! {
            form method="post" action="/slips/export" data-many {
                (hidden(&keep))
                button class="button" name="format" value="xlsx" { (icon(Icon::Download)) (reader.t("导出 XLSX", "Export XLSX")) }
                " "
                button class="button" name="format" value="csv" { (icon(Icon::Download)) "CSV" }
            }
        };
        let body = html! {
            (head(&crumbs, title, html! {}, acts))
            @if let Some(why) = &wrong {
                (note(Tone::Held, html! { (reader.t("条件无法比较：", "A condition cannot be compared: ")) (why) }))
            }
            @if sums.more || sums.rows.len() > SHOWN {
                (note(Tone::Held, html! { (reader.t(
                    "分组过多，未全部列出；合计包括全部。",
                    "There are too many groups to list them all; the total is of all of them.",
                )) }))
            }
            div class="card" {
                (filters(reader.lang, &choices(reader, &catalog, &asked, &list), &kept(&asked)))
                @if sums.total.count == 0 {
                    (empty(
                        Icon::Search,
                        reader.t("没有可汇总的单据", "Nothing to add up"),
                        reader.t("换个条件再试。", "Try other conditions."),
                        &[],
                    ))
                } @else {
                    (table(&made(reader, &catalog, &list, &query, &sums)?))
                }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}

/// What of the address stays when another group is chosen.
fn kept(asked: &Asked) -> Vec<(String, String)> {
    let shown = listing::FILTERS;
    listing::pairs(asked)
        .into_iter()
        .filter(|(name, _)| *name != "by" && !shown.contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn choices(reader: &Reader<'_>, catalog: &Catalog, asked: &Asked, list: &Listing) -> Vec<Filter> {
    let mut by = vec![
        (String::new(), reader.t("不分组", "No groups").to_owned()),
        ("month".to_owned(), reader.t("月份", "Month").to_owned()),
    ];
    let groups = list.columns.iter().filter(|column| {
        column.at().is_some() && column.unit().is_none() && column.name != "number"
    });
    by.extend(groups.map(|column| (column.name.clone(), column.label.clone())));
    let mut all = vec![Filter {
        name: "by".to_owned(),
        label: reader.t("分组", "Group by").to_owned(),
        choose: Choose::One(by),
        value: asked.text("by").to_owned(),
    }];
    all.extend(slips::filters(reader, catalog, asked));
    all
}

/// A group's value as people read it, and its code.
fn named(
    reader: &Reader<'_>,
    catalog: &Catalog,
    list: &Listing,
    by: &At,
    key: &str,
) -> Result<(String, String), Error> {
    if key.is_empty() {
        return Ok((reader.t("（空）", "(empty)").to_owned(), String::new()));
    }
    let plain = |text: String| (text, String::new());
    Ok(match (by, column_of(list, by).map(|column| &column.what)) {
        (At::State, _) => plain(engine::SlipState::named(key).map_or_else(
            || key.to_owned(),
            |state| words::state(reader.lang, state).1.to_owned(),
        )),
        (At::BegunBy, _) => plain(reader.person(key)?),
        (_, Some(What::Field { field, pack, .. })) => match catalog.pack(pack) {
            Some(pack) => {
                let shown = values::fact(reader, pack, field, key)?;
                (shown.text, shown.under)
            }
            None => plain(key.to_owned()),
        },
        _ => plain(key.to_owned()),
    })
}

fn units_of(list: &Listing, query: &SumQuery) -> Vec<kernel::Unit> {
    query
        .of
        .iter()
        .filter_map(|at| column_of(list, at)?.unit())
        .collect()
}

fn made(
    reader: &Reader<'_>,
    catalog: &Catalog,
    list: &Listing,
    query: &SumQuery,
    sums: &Sums,
) -> Result<Table, Error> {
    let units = units_of(list, query);
    let count_word = match &query.by {
        Some(by) if by.in_lines() => reader.t("行数", "Lines"),
        _ => reader.t("张数", "Slips"),
    };
    let by_label = match &query.by {
        Some(At::Month) => reader.t("月份", "Month").to_owned(),
        Some(by) => column_of(list, by).map_or_else(String::new, |column| column.label.clone()),
        None => reader.t("合计", "Total").to_owned(),
    };
    let mut heads = vec![
        Head::new(by_label, Shape::Main),
        Head::new(count_word, Shape::Number),
    ];
    for at in &query.of {
        let label = column_of(list, at).map_or("", |column| &column.label);
        heads.push(Head::new(label, Shape::Number));
    }
    let row = |first: Cell, sums: &SumRow| -> Vec<Cell> {
        let amounts = sums
            .sums
            .iter()
            .zip(&units)
            .map(|(sum, unit)| Cell::new(values::parts(*sum, *unit)));
        [first, Cell::new(sums.count.to_string())]
            .into_iter()
            .chain(amounts)
            .collect()
    };
    let mut rows = Vec::new();
    if let Some(by) = &query.by {
        for group in sums.rows.iter().take(SHOWN) {
            let (text, under) = named(reader, catalog, list, by, &group.key)?;
            rows.push(Row::from(row(Cell::new(text).under(under), group)));
        }
    }
    let total = row(Cell::new(reader.t("合计", "Total")), &sums.total);
    if rows.is_empty() {
        rows.push(Row::from(total.clone()));
        return Ok(Table {
            caption: reader.t("汇总", "Sums").to_owned(),
            heads,
            rows,
            foot: Vec::new(),
        });
    }
    Ok(Table {
        caption: reader.t("汇总", "Sums").to_owned(),
        heads,
        rows,
        foot: total,
    })
}

/// The rows of a file of sums.
pub(crate) struct Filed {
    pub heads: Vec<String>,
    pub rows: Vec<Vec<xlsx::Cell>>,
}

/// The groups as a file: code, name, count, sums.
pub(crate) fn file(
    reader: &Reader<'_>,
    list: &Listing,
    query: &SumQuery,
    sums: &Sums,
) -> Result<Filed, Error> {
    let catalog = reader.catalog();
    let units = units_of(list, query);
    let mut heads = vec![
        reader.t("编码", "Code").to_owned(),
        reader.t("分组", "Group").to_owned(),
        reader.t("数目", "Count").to_owned(),
    ];
    for at in &query.of {
        heads.push(column_of(list, at).map_or_else(String::new, |column| column.label.clone()));
    }
    let row = |key: &str, name: String, sums: &SumRow| -> Vec<xlsx::Cell> {
        let mut cells = vec![
            xlsx::Cell::Text(key.to_owned()),
            xlsx::Cell::Text(name),
            xlsx::Cell::Number(sums.count.to_string(), false),
        ];
        for (sum, unit) in sums.sums.iter().zip(&units) {
            let text = i64::try_from(*sum).map_or_else(
                |_| sum.to_string(),
                |units| Amount::new(units, *unit).to_string(),
            );
            cells.push(xlsx::Cell::Number(text, *unit == kernel::Unit::Money));
        }
        cells
    };
    let mut rows = Vec::new();
    if let Some(by) = &query.by {
        for group in &sums.rows {
            let (name, _) = named(reader, &catalog, list, by, &group.key)?;
            rows.push(row(&group.key, name, group));
        }
    }
    rows.push(row("", reader.t("合计", "Total").to_owned(), &sums.total));
    Ok(Filed { heads, rows })
}

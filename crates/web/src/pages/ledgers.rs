//! Ledgers: balances by place and key as of a day, and the statement behind each, down to the slip.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use kernel::{Day, EntryState, Unit};
use maud::html;
use model::{Catalog, Ledger, Pack};
use store::{AsOf, BalanceQuery, BalanceRow, Cursor, KeyFilter};

use super::desk::{Asked, Content, Desk, Reader, address};
use super::entries::{dimensions, key_names, place_name, statement_url};
use super::{slips, values, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::icon::Icon;
use crate::parts::ledger::{Enquiry, enquiry};
use crate::parts::list::{Choose, Filter, Pager};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, Tab, empty, head};

/// Balances of a page.
const ROWS: usize = 1_000;
/// Rows of a file.
const FILE_MAX: usize = 100_000;

/// A ledger by its qualified name.
pub(super) fn find<'a>(
    catalog: &'a Catalog,
    qualified: &str,
) -> Result<(&'a Arc<Pack>, &'a Ledger), Error> {
    let (pack, name) = qualified.split_once('.').ok_or(Error::NotFound)?;
    let pack = catalog.pack(pack).ok_or(Error::NotFound)?;
    let (_, ledger) = pack.ledger(name).ok_or(Error::NotFound)?;
    Ok((pack, ledger))
}

fn unit_name(reader: &Reader<'_>, unit: Unit) -> &'static str {
    match unit {
        Unit::Count => reader.t("个数", "Count"),
        Unit::Qty => reader.t("数量", "Quantity"),
        Unit::Money => reader.t("元", "yuan"),
        Unit::Price => reader.t("单价", "Price"),
        Unit::Rate => reader.t("比率", "Rate"),
    }
}

/// The ledgers of all packs.
pub(crate) async fn list(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Ledgers, |reader| {
        let catalog = reader.catalog();
        let title = reader.t("账", "Ledgers");
        let mut rows = Vec::new();
        for pack in catalog.packs() {
            for ledger in &pack.ledgers {
                let places: Vec<String> = ledger
                    .places
                    .iter()
                    .map(|place| words::label(reader.lang, &place.label).to_owned())
                    .collect();
                rows.push(Row::from(vec![
                    Cell::new(words::label(reader.lang, &ledger.label))
                        .to(format!("/ledgers/{}", ledger.qualified)),
                    Cell::new(words::label(reader.lang, &pack.label)),
                    Cell::new(unit_name(reader, ledger.unit)),
                    Cell::new(dimensions(reader, pack, ledger)),
                    Cell::new(words::joined(reader.lang, &places)),
                ]));
            }
        }
        let body = if rows.is_empty() {
            empty(Icon::BookOpen, reader.t("没有账", "No ledgers"), "", &[])
        } else {
            table(&Table {
                caption: title.to_owned(),
                heads: vec![
                    Head::new(reader.t("账", "Ledger"), Shape::Main),
                    Head::new(reader.t("业务", "System"), Shape::Plain),
                    Head::new(reader.t("计量", "Counts"), Shape::Plain),
                    Head::new(reader.t("按", "By"), Shape::Plain),
                    Head::new(reader.t("科目 / 库区", "Places"), Shape::Plain),
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

fn tabs(reader: &Reader<'_>, pack: &Pack, here: &str) -> Vec<Tab> {
    pack.ledgers
        .iter()
        .map(|ledger| Tab {
            label: words::label(reader.lang, &ledger.label).to_owned(),
            url: format!("/ledgers/{}", ledger.qualified),
            count: None,
            here: *ledger.qualified == *here,
        })
        .collect()
}

fn balance_query(asked: &Asked) -> BalanceQuery {
    BalanceQuery {
        place: asked.some("place"),
        key: asked.some("key").map(KeyFilter::Prefix),
        as_of: match asked.text("as_of").parse::<Day>() {
            Ok(day) => AsOf::Day(day),
            Err(_) => AsOf::Now,
        },
        skip_zero: asked.text("zero") != "1",
        after: asked.some("after").map(Cursor),
        limit: ROWS,
        ..BalanceQuery::default()
    }
}

/// Balances by place and key.
pub(crate) async fn balances(
    desk: Desk,
    Path(qualified): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    desk.show(Place::Ledgers, move |reader| {
        let catalog = reader.catalog();
        let (pack, ledger) = find(&catalog, &qualified)?;
        let query = balance_query(&asked);
        let page = reader.store.balances(reader.org, &qualified, &query)?;
        let whole = page.next.is_none() && query.after.is_none();
        let title = words::label(reader.lang, &ledger.label).to_owned();
        let link = |change: &[(&str, &str)]| {
            let mut query: Vec<(&str, &str)> = ["place", "key", "as_of", "zero"]
                .into_iter()
                .map(|name| (name, asked.text(name)))
                .collect();
            query.extend_from_slice(change);
            address(&format!("/ledgers/{qualified}"), &query)
        };
        let made = Enquiry {
            crumbs: vec![Link::new(reader.t("账", "Ledgers"), "/ledgers")],
            title: title.clone(),
            ledgers: tabs(reader, pack, &qualified),
            filters: balance_filters(reader, ledger, &asked),
            table: balance_table(reader, pack, ledger, &page.rows, whole)?,
            foot: as_of_words(reader, query.as_of),
            export: Some(address(
                &format!("/ledgers/{qualified}/export.csv"),
                &[
                    ("place", asked.text("place")),
                    ("key", asked.text("key")),
                    ("as_of", asked.text("as_of")),
                    ("zero", asked.text("zero")),
                ],
            )),
            pager: Pager {
                text: String::new(),
                before: query.after.as_ref().map(|_| link(&[])),
                after: page.next.as_ref().map(|next| link(&[("after", &next.0)])),
            },
            ..Enquiry::default()
        };
        Ok(Content::new(title, enquiry(reader.lang, &made)))
    })
    .await
}

pub(super) fn as_of_words(reader: &Reader<'_>, as_of: AsOf) -> String {
    let now = reader.now.minute();
    let unit = match as_of {
        AsOf::Day(day) => {
            let (zh, en) = (
                format!("截至 {day} 日终（按业务日期）"),
                format!("As of the end of {day}, by business day"),
            );
            reader.t(&zh, &en).to_owned()
        }
        _ => reader.t("截至当前", "As of now").to_owned(),
    };
    format!("{unit} · {} {now}", reader.t("查询于", "asked at"))
}

fn balance_filters(reader: &Reader<'_>, ledger: &Ledger, asked: &Asked) -> Vec<Filter> {
    let mut places = vec![(String::new(), reader.t("全部", "All").to_owned())];
    places.extend(ledger.places.iter().map(|place| {
        let label = words::label(reader.lang, &place.label);
        (place.name.to_string(), label.to_owned())
    }));
    let filter = |name: &str, zh: &str, en: &str, choose: Choose| Filter {
        name: name.to_owned(),
        label: reader.t(zh, en).to_owned(),
        choose,
        value: asked.text(name).to_owned(),
    };
    let mut filters = vec![
        filter("as_of", "截至日期", "As of", Choose::Day),
        filter("place", "科目 / 库区", "Place", Choose::One(places)),
    ];
    if !ledger.by.is_empty() {
        filters.push(filter("key", "编码开头", "Code begins with", Choose::Words));
    }
    filters.push(filter(
        "zero",
        "含余额为零的",
        "With zero balances",
        Choose::Yes,
    ));
    filters
}

/// States other than posted that any row has something in.
fn other_states(rows: &[BalanceRow]) -> Vec<EntryState> {
    [EntryState::Held, EntryState::Checked, EntryState::Draft]
        .into_iter()
        .filter(|state| rows.iter().any(|row| row.balance.of(*state).net() != 0))
        .collect()
}

fn balance_table(
    reader: &Reader<'_>,
    pack: &Pack,
    ledger: &Ledger,
    rows: &[BalanceRow],
    whole: bool,
) -> Result<Table, Error> {
    let others = other_states(rows);
    let mut heads = vec![
        Head::new(dimension_title(reader, pack, ledger), Shape::Main),
        Head::new(reader.t("转入累计", "In"), Shape::Number),
        Head::new(reader.t("转出累计", "Out"), Shape::Number),
        Head::new(
            format!(
                "{} ({})",
                reader.t("余额", "Balance"),
                unit_name(reader, ledger.unit)
            ),
            Shape::Lead,
        ),
    ];
    heads.extend(
        others
            .iter()
            .map(|state| Head::new(words::entry_state(reader.lang, *state), Shape::Number)),
    );
    // Places stand as they are declared, those of a chart after them by code, the outside world last.
    let mut by_place: BTreeMap<(bool, usize, &str), Vec<&BalanceRow>> = BTreeMap::new();
    for row in rows {
        let (open, at) = ledger
            .place(&row.place)
            .map_or((false, usize::MAX), |(at, place)| (place.open, at));
        by_place
            .entry((open, at, &row.place))
            .or_default()
            .push(row);
    }
    let mut out = Vec::new();
    for ((_, _, place), rows) in by_place {
        let mut title = place_name(reader, pack, ledger, place)?;
        if ledger.place(place).is_some_and(|(_, place)| place.open) {
            title = format!("{title} {}", reader.t("（外部）", "(outside)"));
        }
        let sums = whole.then_some(&rows);
        let mut cells = vec![Cell::new(title).to(statement_url(&ledger.qualified, place, ""))];
        let sum = |pick: fn(&BalanceRow) -> i128| {
            sums.map(|rows| rows.iter().map(|row| pick(row)).sum::<i128>())
                .map(|sum| values::parts(sum, ledger.unit))
                .unwrap_or_default()
        };
        cells.push(Cell::new(sum(|row| i128::from(row.balance.posted.r#in))));
        cells.push(Cell::new(sum(|row| i128::from(row.balance.posted.out))));
        cells.push(Cell::new(sum(|row| i128::from(row.balance.posted.net()))));
        cells.extend(others.iter().map(|_| Cell::new("")));
        let leaves = rows
            .iter()
            .any(|row| !row.key.is_empty() || !row.detail.is_empty());
        out.push(Row {
            level: 1,
            opens: leaves,
            ..Row::from(cells)
        });
        if !leaves {
            continue;
        }
        for row in rows {
            out.push(leaf(reader, pack, ledger, row, &others)?);
        }
    }
    Ok(Table {
        caption: words::label(reader.lang, &ledger.label).to_owned(),
        heads,
        rows: out,
        foot: Vec::new(),
    })
}

fn dimension_title(reader: &Reader<'_>, pack: &Pack, ledger: &Ledger) -> String {
    let place = reader.t("科目 / 库区", "Place");
    match dimensions(reader, pack, ledger).as_str() {
        "" => place.to_owned(),
        by => format!("{place} · {by}"),
    }
}

fn leaf(
    reader: &Reader<'_>,
    pack: &Pack,
    ledger: &Ledger,
    row: &BalanceRow,
    others: &[EntryState],
) -> Result<Row, Error> {
    let (mut name, codes) = key_names(reader, pack, ledger, &row.key)?;
    if !row.detail.is_empty() {
        name = format!("{name} · {}", row.detail);
    }
    let amount = |units: i64| values::parts(i128::from(units), row.unit);
    let mut cells = vec![
        Cell::new(name)
            .under(codes)
            .to(statement_url(&ledger.qualified, &row.place, &row.key)),
        Cell::new(amount(row.balance.posted.r#in)),
        Cell::new(amount(row.balance.posted.out)),
        Cell::new(amount(row.balance.posted.net())),
    ];
    cells.extend(
        others
            .iter()
            .map(|state| Cell::new(amount(row.balance.of(*state).net()))),
    );
    Ok(Row {
        level: 2,
        ..Row::from(cells)
    })
}

/// The balances as a file.
pub(crate) async fn export(
    desk: Desk,
    Path(qualified): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    let name = format!("{qualified}.csv");
    let text = desk
        .read(move |reader| {
            let catalog = reader.catalog();
            let (pack, ledger) = find(&catalog, &qualified)?;
            let query = BalanceQuery {
                after: None,
                limit: FILE_MAX,
                ..balance_query(&asked)
            };
            let page = reader.store.balances(reader.org, &qualified, &query)?;
            let mut out = [
                reader.t("科目 / 库区", "Place"),
                reader.t("编码", "Code"),
                reader.t("名称", "Name"),
                reader.t("转入累计", "In"),
                reader.t("转出累计", "Out"),
                reader.t("余额", "Balance"),
            ]
            .join(",");
            out.push_str("\r\n");
            for row in page.rows {
                let (name, _) = key_names(reader, pack, ledger, &row.key)?;
                let plain = |units: i64| kernel::Amount::new(units, row.unit).to_string();
                let cells = [
                    slips::csv_cell(&place_name(reader, pack, ledger, &row.place)?),
                    slips::csv_cell(&row.key),
                    slips::csv_cell(&name),
                    plain(row.balance.posted.r#in),
                    plain(row.balance.posted.out),
                    plain(row.balance.posted.net()),
                ];
                out.push_str(&cells.join(","));
                out.push_str("\r\n");
            }
            Ok(out)
        })
        .await?;
    Ok(slips::csv_answer(&name, text))
}

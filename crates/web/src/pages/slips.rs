//! Lists of slips: filtered by any field, sorted, paged, with columns of one's own.

use std::collections::BTreeMap;

use axum::response::Response;
use engine::SlipState;
use maud::html;
use model::{Catalog, FieldKind};
use store::{ListQuery, RecordQuery, SlipHead, Sort, StoreError, TablePage, TableRow, Test};

use super::desk::{Asked, Content, Desk, Reader, address};
use super::listing::{self, FILTERS, Listing, ROWS};
use super::{list_views, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::lang::Lang;
use crate::parts::list::{Choose, Filter, Pager};
use crate::parts::listing as part;
use crate::parts::table::{Head, Row, Table};
use crate::parts::{Link, Tone, note};

/// Records that a name is looked up among.
const NAMED_MAX: usize = 20;

pub(crate) async fn show(desk: Desk, asked: Asked) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Slips, move |reader| {
        let title = reader.t("单据", "Slips");
        let catalog = reader.catalog();
        let kept = listing::kept_columns(reader, asked.text("kind"))?;
        listing::keep_columns(reader, &asked, kept.as_ref())?;
        let list = listing::read(reader, &catalog, &asked, kept.as_ref());
        let (page, wrong) = match reader
            .store
            .table(reader.org, &list.query, list.needs_fields())
        {
            Ok(page) => (page, None),
            Err(StoreError::Invalid(why)) => (nothing(), Some(why)),
            Err(error) => return Err(error.into()),
        };
        let (page, by_name) = or_by_name(reader, &catalog, &list, page)?;
        let mut made = made(reader, &catalog, &asked, &list, page, by_name, wrong)?;
        made.hidden = vec![("_csrf".to_owned(), csrf)];
        Ok(Content::new(title, part::listing(reader.lang, &made)))
    })
    .await
}

fn nothing() -> TablePage {
    TablePage {
        rows: Vec::new(),
        next: None,
        total: Some(0),
        looked_at: 0,
    }
}

/// Where no number begins as asked, the slips about records of that name.
fn or_by_name(
    reader: &Reader<'_>,
    catalog: &Catalog,
    list: &Listing,
    page: TablePage,
) -> Result<(TablePage, bool), Error> {
    let query = &list.query.list;
    let (true, None, Some(text)) = (page.rows.is_empty(), &query.after, &query.text) else {
        return Ok((page, false));
    };
    let heads = of_named(reader, catalog, query, text)?;
    let ids: Vec<kernel::SlipId> = heads.iter().map(|head| head.id).collect();
    let rows = reader.store.slips_with_fields(reader.org, &ids)?;
    let by_name = !rows.is_empty();
    Ok((TablePage { rows, ..page }, by_name))
}

fn made(
    reader: &Reader<'_>,
    catalog: &Catalog,
    asked: &Asked,
    list: &Listing,
    page: TablePage,
    by_name: bool,
    wrong: Option<String>,
) -> Result<part::Listing, Error> {
    let title = reader.t("单据", "Slips");
    let query = listing::query_text(asked);
    let mut rows = Vec::new();
    for row in &page.rows {
        add_rows(reader, catalog, list, row, &mut rows)?;
    }
    let text = asked.text("text");
    Ok(part::Listing {
        title: title.to_owned(),
        views: list_views::views(reader, asked)?,
        notes: notes(reader, list, &page, wrong),
        filters: filters(reader, catalog, asked),
        keep: ["sort", "party"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), asked.some(name)?)))
            .collect(),
        fields: list
            .columns
            .iter()
            .filter(|column| column.at().is_some())
            .map(|column| (column.name.clone(), column.label.clone()))
            .collect(),
        tests: Test::ALL
            .into_iter()
            .map(|test| (test.name().to_owned(), test_word(reader, test).to_owned()))
            .collect(),
        conditions: list
            .typed
            .iter()
            .map(|typed| part::Condition {
                field: typed.field.clone(),
                test: typed.test.clone(),
                one: typed.one.clone(),
                two: typed.two.clone(),
            })
            .collect(),
        columns: list
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let shown = list.shown.contains(&at);
                (column.name.clone(), column.label.clone(), shown)
            })
            .collect(),
        table: Table {
            caption: title.to_owned(),
            heads: headings(asked, list, by_name),
            rows,
            foot: Vec::new(),
        },
        pager: Pager {
            text: counted(reader.lang, page.rows.len(), page.total),
            before: asked
                .some("after")
                .map(|_| listing::with(asked, "/slips", &[("after", "")])),
            after: page
                .next
                .as_ref()
                .map(|next| listing::with(asked, "/slips", &[("after", &next.0)])),
        },
        print_url: "/slips/print".to_owned(),
        hidden: Vec::new(),
        sums_url: listing::with(asked, "/slips/sums", &[]),
        query,
        roles: list_views::own_roles(reader, catalog),
        begin: reader.begins()?,
        when_empty: reader
            .t(
                "换个条件再试：单号可以只写开头，往来单位可写编码或名称。",
                "Try other conditions: the beginning of a number is enough; a partner is found by code or name.",
            )
            .to_owned(),
        elsewhere: if text.is_empty() {
            Vec::new()
        } else {
            vec![Link::new(
                reader.t("全文查找", "Search everything"),
                address("/search", &[("q", text)]),
            )]
        },
    })
}

/// The rows of a slip: one, or one of each line where columns of lines are shown.
fn add_rows(
    reader: &Reader<'_>,
    catalog: &Catalog,
    list: &Listing,
    row: &TableRow,
    out: &mut Vec<Row>,
) -> Result<(), Error> {
    let mut add = |line: Option<&BTreeMap<String, String>>, tick: bool| {
        let cells = list
            .shown()
            .map(|column| column.cell(reader, catalog, row, line))
            .collect::<Result<Vec<_>, Error>>()?;
        let mut made = Row::from(cells);
        made.tick = tick.then(|| ("slip".to_owned(), row.head.id.0.to_string()));
        out.push(made);
        Ok::<_, Error>(())
    };
    if !list.by_lines() || row.lines.is_empty() {
        return add(None, true);
    }
    for (at, line) in row.lines.iter().enumerate() {
        add(Some(line), at == 0)?;
    }
    Ok(())
}

fn notes(
    reader: &Reader<'_>,
    list: &Listing,
    page: &TablePage,
    wrong: Option<String>,
) -> Vec<maud::Markup> {
    let mut out = Vec::new();
    if let Some(why) = wrong {
        let said = reader.t("条件无法比较：", "A condition cannot be compared: ");
        out.push(note(Tone::Held, html! { (said) (why) }));
    }
    if !list.left_out.is_empty() {
        let said = reader.t(
            "这类单据没有以下字段，或尚未选择比较方式，条件未用：",
            "These conditions were not used, since this kind of slip has no such field or no test was chosen: ",
        );
        out.push(note(
            Tone::Held,
            html! { (said) (list.left_out.join(", ")) },
        ));
    }
    if page.next.is_some() && page.rows.len() < ROWS {
        let (zh, en) = (
            "已查看 {} 张，翻到下一页继续查找。",
            "{} slips were looked at; the next page looks further.",
        );
        let said = reader.t(zh, en).replace("{}", &page.looked_at.to_string());
        out.push(note(Tone::Draft, html! { (said) }));
    }
    out
}

/// The word of a test.
pub(crate) fn test_word<'t>(reader: &Reader<'t>, test: Test) -> &'t str {
    match test {
        Test::Is => reader.t("等于", "is"),
        Test::Not => reader.t("不等于", "is not"),
        Test::Has => reader.t("包含", "contains"),
        Test::Between => reader.t("介于", "between"),
        Test::OneOf => reader.t("属于", "one of"),
        Test::Empty => reader.t("为空", "is empty"),
        Test::Filled => reader.t("不为空", "is not empty"),
    }
}

/// "50 张" or, where it is known, of how many.
fn counted(lang: Lang, shown: usize, total: Option<i64>) -> String {
    match (lang, total) {
        (Lang::Zh, Some(total)) => format!("共 {total} 张"),
        (Lang::Zh, None) => format!("本页 {shown} 张"),
        (Lang::En, Some(total)) => format!("{total} in all"),
        (Lang::En, None) => format!("{shown} on this page"),
    }
}

/// Slips about records whose name contains a text: for people who know a partner's name and not its code.
fn of_named(
    reader: &Reader<'_>,
    catalog: &Catalog,
    query: &ListQuery,
    text: &str,
) -> Result<Vec<SlipHead>, Error> {
    let mut registers: Vec<String> = Vec::new();
    for pack in catalog.packs() {
        for slip in pack.flows.iter().flat_map(|flow| &flow.slips) {
            let own = slip.header.iter().find_map(|field| match &field.kind {
                FieldKind::Register(register) => Some(format!("{}.{register}", pack.name)),
                _ => None,
            });
            registers.extend(own.filter(|own| !registers.contains(own)));
        }
    }
    let mut rows: Vec<SlipHead> = Vec::new();
    for register in registers {
        let search = RecordQuery {
            search: Some(text.to_owned()),
            limit: NAMED_MAX,
            ..RecordQuery::default()
        };
        for record in reader.store.records(reader.org, &register, &search)?.rows {
            let of_party = ListQuery {
                party: Some(record.record.key.to_string()),
                text: None,
                after: None,
                ..query.clone()
            };
            rows.extend(reader.store.list(reader.org, &of_party)?.rows);
        }
    }
    rows.sort_by_key(|head| std::cmp::Reverse(head.id));
    rows.dedup_by_key(|head| head.id);
    rows.truncate(ROWS);
    Ok(rows)
}

/// The headings, each sorting by its column; a search by number or name has its own order.
fn headings(asked: &Asked, list: &Listing, by_name: bool) -> Vec<Head> {
    if by_name || !asked.text("text").is_empty() {
        return list.shown().map(|column| column.head()).collect();
    }
    let (sort, own, descending) = listing::order(asked, &list.columns);
    let current = match (&own, sort) {
        (Some(at), _) => at.to_string(),
        (None, Sort::Number) => "number".to_owned(),
        (None, Sort::Party) => "party".to_owned(),
        (None, _) => "day".to_owned(),
    };
    list.shown()
        .map(|column| {
            if column.at().is_none() {
                return column.head();
            }
            let name = &column.name;
            let now = (*name == current).then_some(!descending);
            let falling = column.unit().is_some() || name == "day";
            let turned = match now {
                Some(true) => format!("-{name}"),
                Some(false) => name.clone(),
                None if falling => format!("-{name}"),
                None => name.clone(),
            };
            let url = listing::with(asked, "/slips", &[("sort", &turned)]);
            column.head().sorts(url, now)
        })
        .collect()
}

/// The filters that every list has.
pub(crate) fn filters(reader: &Reader<'_>, catalog: &Catalog, asked: &Asked) -> Vec<Filter> {
    let all = |text: &str| (String::new(), text.to_owned());
    let mut kinds = vec![all(reader.t("全部单据", "All kinds"))];
    let mut steps = vec![all(reader.t("全部环节", "Any step"))];
    for flow in catalog.packs().iter().flat_map(|pack| &pack.flows) {
        for slip in &flow.slips {
            let name = words::label(reader.lang, &slip.label).to_owned();
            kinds.push((slip.qualified.to_string(), name));
        }
        for step in &flow.steps {
            let name = words::label(reader.lang, &step.label).to_owned();
            steps.push((step.qualified.to_string(), name));
        }
    }
    let mut states = vec![all(reader.t("全部状态", "Any state"))];
    for state in [
        SlipState::Open,
        SlipState::Done,
        SlipState::Void,
        SlipState::Reversed,
    ] {
        let word = words::state(reader.lang, state).1;
        states.push((state.name().to_owned(), word.to_owned()));
    }
    let labels = [
        reader.t("单据", "Kind"),
        reader.t("状态", "State"),
        reader.t("待办环节", "Awaits"),
        reader.t("从", "From"),
        reader.t("到", "To"),
        reader.t("经办人", "Begun by"),
        reader.t("单号 / 对方", "Number / party"),
    ];
    let chooses = [
        Choose::One(kinds),
        Choose::One(states),
        Choose::One(steps),
        Choose::Day,
        Choose::Day,
        Choose::Words,
        Choose::Words,
    ];
    FILTERS
        .iter()
        .zip(labels.into_iter().zip(chooses))
        .map(|(name, (label, choose))| Filter {
            name: (*name).to_owned(),
            label: label.to_owned(),
            choose,
            value: asked.text(name).to_owned(),
        })
        .collect()
}

/// A cell of a file for a spreadsheet: quoted, and never a formula.
pub(crate) fn csv_cell(text: &str) -> String {
    let number = text.strip_prefix('-').unwrap_or(text);
    let figure = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !figure;
    let safe = if risky {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if safe.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_of_a_file_is_never_a_formula() {
        assert_eq!(csv_cell("=1+1"), "'=1+1");
        assert_eq!(csv_cell("@x"), "'@x");
        assert_eq!(csv_cell("-12.50"), "-12.50");
        assert_eq!(csv_cell("-cmd"), "'-cmd");
        assert_eq!(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(csv_cell("江北药业"), "江北药业");
    }
}

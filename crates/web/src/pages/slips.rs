//! Lists of slips: filtered, sorted, paged, as a file; and the box at the top of every page that finds one.

use std::fmt::Write;

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use engine::SlipState;
use kernel::Day;
use model::{Catalog, FieldKind};
use store::{Cursor, ListQuery, RecordQuery, SlipHead, Sort};

use super::desk::{Asked, Content, Desk, Reader, address, go};
use super::{heads, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::lang::Lang;
use crate::parts::list::{Choose, Filter, List, Pager, list};
use crate::parts::table::Table;

/// Rows of a page.
const ROWS: usize = 50;
/// Rows of a file.
const FILE_MAX: usize = 50_000;
/// Records that a name is looked up among.
const NAMED_MAX: usize = 20;

/// The names of the filters, in their order.
const FILTERS: [&str; 7] = ["kind", "state", "step", "from", "to", "person", "text"];

fn query_of(reader: &Reader<'_>, asked: &Asked) -> ListQuery {
    let day = |name: &str| asked.text(name).parse::<Day>().ok();
    let (sort, descending) = order(asked);
    ListQuery {
        kind: asked.some("kind"),
        state: SlipState::named(asked.text("state")),
        day_from: day("from"),
        day_to: day("to"),
        begun_by: asked.some("person").map(|typed| login_of(reader, typed)),
        party: asked.some("party"),
        text: asked.some("text"),
        waiting_step: asked.some("step"),
        sort,
        descending,
        after: asked.some("after").map(Cursor),
        limit: ROWS,
    }
}

/// The login of a name; what was typed where nobody has that name.
fn login_of(reader: &Reader<'_>, typed: String) -> String {
    let people = reader.memory.people(reader).unwrap_or_default();
    if people.contains_key(typed.as_str()) {
        return typed;
    }
    people
        .values()
        .find(|person| *person.name == *typed)
        .map_or(typed, |person| person.login.to_string())
}

fn order(asked: &Asked) -> (Sort, bool) {
    let text = asked.text("sort");
    let (name, descending) = match text.strip_prefix('-') {
        Some(name) => (name, true),
        None => (text, text.is_empty()),
    };
    let sort = match name {
        "number" => Sort::Number,
        "party" => Sort::Party,
        "amount" => Sort::Amount,
        _ => Sort::Begun,
    };
    (sort, descending)
}

/// The address of this list with some of its query changed.
fn with(asked: &Asked, path: &str, change: &[(&str, &str)]) -> String {
    let kept: Vec<(&str, &str)> = FILTERS
        .iter()
        .chain(&["party", "sort"])
        .filter(|name| !change.iter().any(|(changed, _)| changed == *name))
        .map(|name| (*name, asked.text(name)))
        .chain(change.iter().copied())
        .collect();
    address(path, &kept)
}

pub(crate) async fn show(desk: Desk, asked: Asked) -> Result<Response, Error> {
    desk.show(Place::Slips, move |reader| {
        let query = query_of(reader, &asked);
        let mut page = reader.store.list(reader.org, &query)?;
        let catalog = reader.catalog();
        let mut by_name = false;
        if page.rows.is_empty()
            && query.after.is_none()
            && let Some(text) = &query.text
        {
            page.rows = of_named(reader, &catalog, &query, text)?;
            by_name = !page.rows.is_empty();
        }
        let title = reader.t("单据", "Slips");
        let made = List {
            title: title.to_owned(),
            filters: filters(reader, &catalog, &asked),
            keep: asked
                .some("sort")
                .map(|sort| ("sort".to_owned(), sort))
                .into_iter()
                .collect(),
            table: Table {
                caption: title.to_owned(),
                heads: headings(reader, &asked, by_name),
                rows: page
                    .rows
                    .iter()
                    .map(|head| heads::row(reader, &catalog, head))
                    .collect::<Result<_, _>>()?,
                foot: Vec::new(),
            },
            pager: Pager {
                text: counted(reader.lang, page.rows.len(), page.total),
                before: query
                    .after
                    .as_ref()
                    .map(|_| with(&asked, "/slips", &[("after", "")])),
                after: page
                    .next
                    .as_ref()
                    .map(|next| with(&asked, "/slips", &[("after", &next.0)])),
            },
            export: Some(with(&asked, "/slips/export.csv", &[])),
            begin: reader.begins()?,
            when_empty: reader
                .t(
                    "换个条件再试：单号可以只写开头，往来单位可写编码或名称。",
                    "Try other conditions: the beginning of a number is enough; a partner is found by code or name.",
                )
                .to_owned(),
            ..List::default()
        };
        Ok(Content::new(title, list(reader.lang, &made)))
    })
    .await
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

fn headings(reader: &Reader<'_>, asked: &Asked, by_name: bool) -> Vec<crate::parts::table::Head> {
    let mut all = heads::headings(reader);
    if by_name || !asked.text("text").is_empty() {
        // A search has its own order.
        return all;
    }
    let (sort, descending) = order(asked);
    for (at, name, this) in [
        (0, "number", Sort::Number),
        (2, "party", Sort::Party),
        (3, "amount", Sort::Amount),
        (4, "begun", Sort::Begun),
    ] {
        let now = (sort == this).then_some(!descending);
        let turned = match now {
            Some(true) => format!("-{name}"),
            Some(false) => name.to_owned(),
            None if at >= 3 => format!("-{name}"),
            None => name.to_owned(),
        };
        let head = std::mem::take(&mut all[at]);
        all[at] = head.sorts(
            with(asked, "/slips", &[("sort", &turned), ("after", "")]),
            now,
        );
    }
    all
}

fn filters(reader: &Reader<'_>, catalog: &Catalog, asked: &Asked) -> Vec<Filter> {
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
    let filter = |name: &str, zh: &str, en: &str, choose: Choose| Filter {
        name: name.to_owned(),
        label: reader.t(zh, en).to_owned(),
        choose,
        value: asked.text(name).to_owned(),
    };
    vec![
        filter("kind", "单据", "Kind", Choose::One(kinds)),
        filter("state", "状态", "State", Choose::One(states)),
        filter("step", "待办环节", "Awaits", Choose::One(steps)),
        filter("from", "从", "From", Choose::Day),
        filter("to", "到", "To", Choose::Day),
        filter("person", "经办人", "Begun by", Choose::Words),
        filter("text", "单号 / 对方", "Number / party", Choose::Words),
    ]
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

/// A file for a spreadsheet. The mark at its beginning tells it that this is UTF-8.
pub(crate) fn csv_answer(name: &str, text: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, format!("\u{feff}{text}")).into_response()
}

/// The same list as a file.
pub(crate) async fn export(desk: Desk, asked: Asked) -> Result<Response, Error> {
    let text = desk
        .read(move |reader| {
            let mut query = ListQuery {
                limit: 1_000,
                after: None,
                ..query_of(reader, &asked)
            };
            let mut out = String::new();
            let titles: Vec<String> = heads::headings(reader)
                .iter()
                .map(|head| csv_cell(&head.label))
                .collect();
            out.push_str(&titles.join(","));
            out.push_str("\r\n");
            let mut written = 0;
            loop {
                let page = reader.store.list(reader.org, &query)?;
                let catalog = reader.catalog();
                for head in &page.rows {
                    file_row(reader, &catalog, head, &mut out)?;
                }
                written += page.rows.len();
                match page.next {
                    Some(next) if written < FILE_MAX => query.after = Some(next),
                    _ => break,
                }
            }
            Ok(out)
        })
        .await?;
    Ok(csv_answer("slips.csv", text))
}

fn file_row(
    reader: &Reader<'_>,
    catalog: &Catalog,
    head: &SlipHead,
    out: &mut String,
) -> Result<(), Error> {
    let party = heads::party(reader, catalog, head)?;
    let cells = [
        csv_cell(&head.number),
        csv_cell(&words::kind_name(
            catalog,
            reader.lang,
            &head.version,
            &head.kind,
        )),
        csv_cell(&party.text),
        heads::amount(catalog, head).replace(',', ""),
        head.day.to_string(),
        csv_cell(&reader.person(&head.begun_by)?),
        csv_cell(&heads::standing(reader, catalog, head).1),
    ];
    let _ = write!(out, "{}\r\n", cells.join(","));
    Ok(())
}

/// The box at the top: one slip goes to its page, anything else to the list.
pub(crate) async fn find(desk: Desk, asked: Asked) -> Result<Response, Error> {
    let text = asked.text("q").to_owned();
    let wanted = text.clone();
    let found = desk
        .read(move |reader| {
            let number = wanted.to_uppercase();
            Ok(reader
                .store
                .slip_by_number(reader.org, &number)?
                .map(|slip| slip.id))
        })
        .await?;
    Ok(match found {
        Some(id) => go(&heads::url(id), None),
        None => go(&address("/slips", &[("text", &text)]), None),
    })
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

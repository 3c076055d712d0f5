//! The journal: every command, accepted or refused, by whom and when.

use axum::response::Response;
use kernel::{Day, Moment, SlipId};
use store::{Cursor, JournalQuery, JournalRow};

use super::desk::{Asked, Content, Desk, Reader, address};
use super::{heads, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::Tone;
use crate::parts::list::{Choose, Filter, List, Pager, list};
use crate::parts::table::{Cell, Head, Row, Shape, Table};

/// Rows of a page.
const ROWS: usize = 100;
/// The names of the filters.
const FILTERS: [&str; 7] = ["from", "to", "actor", "act", "outcome", "code", "slip"];

/// The first moment of a day.
fn begins(day: Day) -> Moment {
    Moment::noon_of(day).plus_minutes(-12 * 60)
}

pub(crate) async fn show(desk: Desk, asked: Asked) -> Result<Response, Error> {
    desk.show(Place::Admin, move |reader| {
        if !reader.me.administrator {
            return Err(super::people::not_administrator());
        }
        let slip = slip_of(reader, asked.text("slip"))?;
        let day = |name: &str| asked.text(name).parse::<Day>().ok();
        let query = JournalQuery {
            from: day("from").map(begins),
            to: day("to").and_then(|day| day.plus_days(1)).map(begins),
            actor: asked.some("actor"),
            act: asked.some("act"),
            slip,
            code: asked.some("code"),
            outcome: asked.some("outcome"),
            after: asked.some("after").map(Cursor),
            limit: ROWS,
            ..JournalQuery::default()
        };
        let page = reader.store.journal(reader.org, &query)?;
        let link = |after: &str| {
            let mut all: Vec<(&str, &str)> = FILTERS
                .iter()
                .map(|name| (*name, asked.text(name)))
                .collect();
            all.push(("after", after));
            address("/admin/journal", &all)
        };
        let mut ids: Vec<SlipId> = page.rows.iter().filter_map(|row| row.slip).collect();
        ids.sort();
        ids.dedup();
        let slips = reader.store.heads(reader.org, &ids)?;
        let title = reader.t("日志", "Journal");
        let rows = page
            .rows
            .iter()
            .map(|row| one(reader, row, &slips))
            .collect::<Result<Vec<_>, _>>()?;
        let made = List {
            title: title.to_owned(),
            tabs: super::people::tabs(reader, "/admin/journal"),
            filters: filters(reader, &asked),
            table: Table {
                caption: title.to_owned(),
                heads: vec![
                    Head::new(reader.t("序号", "Row"), Shape::Main),
                    Head::new(reader.t("时间", "Time"), Shape::Code),
                    Head::new(reader.t("人员", "Person"), Shape::Plain),
                    Head::new(reader.t("操作", "Act"), Shape::Plain),
                    Head::new(reader.t("单据", "Slip"), Shape::Plain),
                    Head::new(reader.t("结果", "Outcome"), Shape::Plain),
                    Head::new(reader.t("请求", "Request"), Shape::Plain),
                ],
                rows,
                foot: Vec::new(),
            },
            pager: Pager {
                text: String::new(),
                before: query.after.as_ref().map(|_| link("")),
                after: page.next.as_ref().map(|next| link(&next.0)),
            },
            when_empty: reader
                .t("换个条件再查。", "Try other conditions.")
                .to_owned(),
            ..List::default()
        };
        Ok(Content::new(title, list(reader.lang, &made)))
    })
    .await
}

/// A slip by its id or its number.
fn slip_of(reader: &Reader<'_>, text: &str) -> Result<Option<SlipId>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(id) = text.parse() {
        return Ok(Some(SlipId(id)));
    }
    let slip = reader
        .store
        .slip_by_number(reader.org, &text.to_uppercase())?;
    // A number that nobody has matches nothing.
    Ok(Some(slip.map_or(SlipId(0), |slip| slip.id)))
}

fn filters(reader: &Reader<'_>, asked: &Asked) -> Vec<Filter> {
    let all = (String::new(), reader.t("全部", "All").to_owned());
    let mut acts = vec![all.clone()];
    acts.extend(
        words::ACTS
            .iter()
            .map(|name| ((*name).to_owned(), words::act(reader.lang, name).to_owned())),
    );
    let outcomes = vec![
        all,
        ("done".to_owned(), reader.t("已办", "Done").to_owned()),
        ("refused".to_owned(), reader.t("被拒", "Refused").to_owned()),
    ];
    let filter = |name: &str, zh: &str, en: &str, choose: Choose| Filter {
        name: name.to_owned(),
        label: reader.t(zh, en).to_owned(),
        choose,
        value: asked.text(name).to_owned(),
    };
    vec![
        filter("from", "从", "From", Choose::Day),
        filter("to", "到", "To", Choose::Day),
        filter("actor", "用户名", "User name", Choose::Words),
        filter("act", "操作", "Act", Choose::One(acts)),
        filter("outcome", "结果", "Outcome", Choose::One(outcomes)),
        filter("code", "拒绝代码", "Code of the refusal", Choose::Words),
        filter("slip", "单号", "Slip number", Choose::Words),
    ]
}

fn one(reader: &Reader<'_>, row: &JournalRow, slips: &[store::SlipHead]) -> Result<Row, Error> {
    let slip = row
        .slip
        .and_then(|id| slips.iter().find(|head| head.id == id));
    let number = match (slip, row.slip) {
        (Some(head), _) => head.number.to_string(),
        (None, Some(id)) => format!("#{id}"),
        (None, None) => String::new(),
    };
    let request: String = row.request.chars().take(240).collect();
    let outcome = match &*row.outcome {
        "done" => Cell::state(Tone::Done, reader.t("已办", "Done")),
        _ => Cell::state(Tone::Dead, reader.t("被拒", "Refused")).under(&*row.code),
    };
    Ok(Row::from(vec![
        Cell::new(row.seq.to_string()).under(row.hash.chars().take(12).collect::<String>()),
        Cell::new(row.at.to_string()),
        Cell::new(reader.person(&row.actor)?).under(&*row.actor),
        Cell::new(words::act(reader.lang, &row.act)),
        Cell {
            url: slip.map(|head| heads::url(head.id)),
            ..Cell::new(number)
        },
        outcome,
        Cell::new("").under(request),
    ]))
}

//! The journal: every command, accepted or refused, by whom and when; searched by time, person, act, slip, field, text, outcome.

use axum::extract::Path;
use axum::response::Response;
use kernel::{Day, Moment, SlipId};
use maud::{Markup, html};
use serde_json::Value;
use store::{Cursor, JournalQuery, JournalRow};

use super::desk::{Asked, Content, Desk, Reader, address};
use super::{heads, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::icon::{Icon, icon};
use crate::parts::list::{Choose, Filter, Pager, filters as filter_form, pager_of};
use crate::parts::slip::{Fact, facts};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, Tone, empty, head, tabs as tab_row};

/// Rows of a page.
const ROWS: usize = 100;
/// The names of the filters.
const FILTERS: [&str; 9] = [
    "from", "to", "actor", "act", "outcome", "code", "slip", "field", "text",
];
/// Rows that one page looks through: no index answers what is asked about their content.
pub(crate) const LOOK_THROUGH: usize = 50_000;
/// Names that one word for a field may stand for.
const KEYS: usize = 20;

/// The first moment of a day.
fn begins(day: Day) -> Moment {
    Moment::noon_of(day).plus_minutes(-12 * 60)
}

pub(crate) async fn show(desk: Desk, asked: Asked) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Admin, move |reader| {
        if !reader.me.administrator {
            return Err(super::people::not_administrator());
        }
        let query = JournalQuery {
            after: asked.some("after").map(Cursor),
            limit: ROWS,
            look_through: Some(LOOK_THROUGH),
            ..query_of(reader, &asked)?
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
            .map(|row| list_row(reader, row, &slips))
            .collect::<Result<Vec<_>, _>>()?;
        let made = Table {
            caption: title.to_owned(),
            heads: vec![
                Head::new(reader.t("序号", "Row"), Shape::Main),
                Head::new(reader.t("时间", "Time"), Shape::Code),
                Head::new(reader.t("人员", "Person"), Shape::Code),
                Head::new(reader.t("操作", "Act"), Shape::Plain),
                Head::new(reader.t("单据", "Slip"), Shape::Code),
                Head::new(reader.t("结果", "Outcome"), Shape::Plain),
            ],
            rows,
            foot: Vec::new(),
        };
        let pager = Pager {
            text: page.total.map(|total| total.to_string()).unwrap_or_default(),
            before: query.after.as_ref().map(|_| link("")),
            after: page.next.as_ref().map(|next| link(&next.0)),
        };
        let stopped = page.next.is_some() && page.rows.len() < ROWS;
        let looked = match stopped {
            true => looked_back_to(reader, page.next.as_ref())?,
            false => String::new(),
        };
        let body = html! {
            (head(&[], title, html! {}, take(reader, &csrf, &link(""))))
            (tab_row(title, &super::people::tabs(reader, "/admin/journal")))
            div class="card" {
                (filter_form(reader.lang, &filters(reader, &asked), &[]))
                @if made.rows.is_empty() {
                    @let further = pager.after.clone().filter(|_| stopped);
                    @let further: Vec<Link> = further.into_iter().map(|url| Link::new(reader.t("再往前查", "Look further back"), url)).collect();
                    @let said = if stopped { &*looked } else { reader.t("换个条件再查。", "Try other conditions.") };
                    (empty(Icon::Search, reader.t("没有符合条件的记录", "Nothing matches"), said, &further))
                } @else {
                    (table(&made))
                    footer {
                        span { (looked) @if let Some(url) = pager.after.as_ref().filter(|_| stopped) { " " a href=(url) { (reader.t("再往前查", "Look further back")) } } }
                        (pager_of(reader.lang, &pager))
                    }
                }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}

/// How far a page looked that stopped before the first row.
fn looked_back_to(reader: &Reader<'_>, next: Option<&Cursor>) -> Result<String, Error> {
    let query = JournalQuery {
        after: next.cloned(),
        limit: 1,
        ..JournalQuery::default()
    };
    let page = reader.store.journal(reader.org, &query)?;
    let Some(row) = page.rows.first() else {
        return Ok(String::new());
    };
    let (seq, at) = (row.seq + 1, row.at.minute());
    let (zh, en) = (
        format!("每次查 {LOOK_THROUGH} 行，本次查到第 {seq} 行（{at}）为止。"),
        format!(
            "{LOOK_THROUGH} rows are looked through at a time, this time back to row {seq} ({at})."
        ),
    );
    Ok(reader.t(&zh, &en).to_owned())
}

/// The buttons that take out what is found, as it is found.
fn take(reader: &Reader<'_>, csrf: &str, here: &str) -> Markup {
    let query = here.split_once('?').map_or("", |(_, query)| query);
    html! {
        form method="post" action="/admin/journal/export" class="acts" data-many {
            input type="hidden" name="_csrf" value=(csrf);
            input type="hidden" name="q" value=(query);
            button class="button" name="format" value="xlsx" { (icon(Icon::Download)) (reader.t("导出 XLSX", "Export XLSX")) }
            button class="button" name="format" value="csv" { (icon(Icon::Download)) (reader.t("导出 CSV", "Export CSV")) }
        }
    }
}

/// What an address asks for, without its place in the pages.
pub(super) fn query_of(reader: &Reader<'_>, asked: &Asked) -> Result<JournalQuery, Error> {
    let day = |name: &str| asked.text(name).parse::<Day>().ok();
    Ok(JournalQuery {
        from: day("from").map(begins),
        to: day("to").and_then(|day| day.plus_days(1)).map(begins),
        actor: actor_of(reader, asked.text("actor"))?,
        act: asked.some("act"),
        slip: slip_of(reader, asked.text("slip"))?,
        code_part: asked.some("code"),
        outcome: asked.some("outcome"),
        request_has: asked.some("text").into_iter().collect(),
        request_keys: keys_of(reader, asked.text("field")),
        ..JournalQuery::default()
    })
}

/// The login of a person by his login or name.
fn actor_of(reader: &Reader<'_>, text: &str) -> Result<Option<String>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let people = reader.memory.people(reader)?;
    if people.contains_key(text) {
        return Ok(Some(text.to_owned()));
    }
    let named = people.values().find(|person| *person.name == *text);
    Ok(Some(named.map_or_else(
        || text.to_owned(),
        |person| person.login.to_string(),
    )))
}

/// The names of the fields that are called so, in either language; the word itself where nothing is.
fn keys_of(reader: &Reader<'_>, word: &str) -> Vec<String> {
    if word.is_empty() {
        return Vec::new();
    }
    let catalog = reader.catalog();
    let mut names: Vec<String> = vec![word.to_owned()];
    for pack in catalog.packs() {
        let slips = pack.flows.iter().flat_map(|flow| &flow.slips);
        let fields = slips
            .flat_map(|slip| slip.header.iter().chain(slip.lines.iter().flatten()))
            .chain(pack.registers.iter().flat_map(|register| &register.fields));
        for field in fields {
            let called = *field.label.zh == *word || field.label.en.eq_ignore_ascii_case(word);
            if called && !names.iter().any(|name| **name == *field.name) && names.len() < KEYS {
                names.push(field.name.to_string());
            }
        }
    }
    names
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
        filter("actor", "姓名或用户名", "Name or user name", Choose::Words),
        filter("act", "操作", "Act", Choose::One(acts)),
        filter("outcome", "结果", "Outcome", Choose::One(outcomes)),
        filter("code", "拒绝代码", "Code of the refusal", Choose::Words),
        filter("slip", "单号", "Slip number", Choose::Words),
        filter("field", "栏目", "Field", Choose::Words),
        filter("text", "内容", "Content", Choose::Words),
    ]
}

fn list_row(
    reader: &Reader<'_>,
    row: &JournalRow,
    slips: &[store::SlipHead],
) -> Result<Row, Error> {
    let slip = row
        .slip
        .and_then(|id| slips.iter().find(|head| head.id == id));
    let number = match (slip, row.slip) {
        (Some(head), _) => head.number.to_string(),
        (None, Some(id)) => format!("#{id}"),
        (None, None) => String::new(),
    };
    let outcome = match &*row.outcome {
        "done" => Cell::state(Tone::Done, reader.t("已办", "Done")),
        _ => Cell::state(Tone::Dead, reader.t("被拒", "Refused")).under(&*row.code),
    };
    let request: Value = serde_json::from_str(&row.request).unwrap_or_default();
    let act = words::act(reader.lang, &row.act);
    Ok(Row::from(vec![
        Cell::new(row.seq.to_string())
            .under(row.hash.chars().take(12).collect::<String>())
            .to(format!("/admin/journal/{}", row.seq)),
        Cell::new(row.at.to_string()),
        Cell::new(reader.person(&row.actor)?).under(&*row.actor),
        Cell::new(act).under(said(reader, &request)),
        Cell {
            url: slip.map(|head| heads::url(head.id)),
            ..Cell::new(number)
        },
        outcome,
    ]))
}

/// What a request was about, in a few words: its step, its reason, its record.
pub(super) fn said(reader: &Reader<'_>, request: &Value) -> String {
    let catalog = reader.catalog();
    let act = &request["act"];
    let step = act["step"]
        .as_str()
        .map(|step| words::step_name(&catalog, reader.lang, None, step));
    let texts = [
        "reason", "text", "opinion", "register", "key", "name", "login", "what", "to",
    ]
    .into_iter()
    .filter_map(|name| Some((name, act[name].as_str()?)))
    .filter(|(_, text)| !text.is_empty())
    .map(|(name, text)| match (name, act["do"].as_str()) {
        ("register", _) => words::register_name(&catalog, reader.lang, text),
        ("name", Some("timer")) => words::timer(&catalog, reader.lang, None, text),
        _ => text.chars().take(60).collect(),
    });
    let person = act["person"]["login"].as_str().map(str::to_owned);
    step.into_iter()
        .chain(texts)
        .chain(person)
        .collect::<Vec<_>>()
        .join(" · ")
}

/// One row, whole: what was asked, what was answered, and the two hashes that chain it.
pub(crate) async fn one(desk: Desk, Path(seq): Path<i64>) -> Result<Response, Error> {
    desk.show(Place::Admin, move |reader| {
        if !reader.me.administrator {
            return Err(super::people::not_administrator());
        }
        let row = reader
            .store
            .journal_row(reader.org, seq)?
            .ok_or(Error::NotFound)?;
        let fact = |zh: &str, en: &str, value: &str| Fact {
            label: reader.t(zh, en).to_owned(),
            value: value.to_owned(),
            wide: value.len() > 40,
            url: None,
        };
        let mut slip = fact("单据", "Slip", "");
        if let Some(id) = row.slip {
            slip.value = format!("#{id}");
            slip.url = Some(heads::url(id));
        }
        let list = [
            fact("时间", "Time", &row.at.to_string()),
            fact(
                "人员",
                "Person",
                &format!("{} ({})", reader.person(&row.actor)?, row.actor),
            ),
            fact("操作", "Act", words::act(reader.lang, &row.act)),
            slip,
            fact("结果", "Outcome", &row.outcome),
            fact("拒绝代码", "Code of the refusal", &row.code),
            fact("请求编号", "Idempotency key", &row.key),
            fact("前一行的哈希", "Hash of the row before", &row.prev),
            fact("本行的哈希", "Hash of this row", &row.hash),
        ];
        let title = format!("{} {seq}", reader.t("日志第", "Journal row"));
        let crumbs = [Link::new(reader.t("日志", "Journal"), "/admin/journal")];
        let body = html! {
            (head(&crumbs, &title, html! {}, html! {}))
            section class="card" {
                (facts(&list))
                footer { span { (reader.t("以后核对本行：", "To check this row later: ")) code lang="zxx" { "countersign verify --kept " (seq) ":" (row.hash) } } }
            }
            (raw(reader.t("请求", "Request"), &row.request))
            (raw(reader.t("答复", "Reply"), &row.reply))
        };
        Ok(Content::new(title, body))
    })
    .await
}

/// JSON as it is kept, laid out for reading.
fn raw(title: &str, text: &str) -> Markup {
    let laid_out = serde_json::from_str::<Value>(text)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| text.to_owned());
    html! {
        section class="card" {
            header { h2 { (title) } }
            div class="in scroll" tabindex="0" { pre lang="zxx" { (laid_out) } }
        }
    }
}

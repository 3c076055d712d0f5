//! Registers: lists of records, one record with all its versions, and the form by which administrators change one.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use kernel::Day;
use maud::html;
use model::{Catalog, Field, FieldKind, Pack, Register};
use store::{Cursor, RecordRow};

use super::desk::{Asked, Content, Desk, Reader, address};
use super::validity::{self, ends};
use super::{memory, values, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::actions::{Action, Way, Weight};
use crate::parts::icon::Icon;
use crate::parts::lang::Lang;
use crate::parts::list::{Choose, Filter, List, Pager, list};
use crate::parts::register::{Record, Version, record};
use crate::parts::slip::Fact;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::talk::Change;
use crate::parts::{Link, Tab, Tone, empty, head};
use crate::text::percent;

/// Records of a page.
const ROWS: usize = 50;
/// Fields shown as columns.
const COLUMNS: usize = 6;

pub(super) fn find<'a>(
    catalog: &'a Catalog,
    qualified: &str,
) -> Result<(&'a Arc<Pack>, &'a Register), Error> {
    let (pack, name) = qualified.split_once('.').ok_or(Error::NotFound)?;
    let pack = catalog.pack(pack).ok_or(Error::NotFound)?;
    Ok((pack, pack.register(name).ok_or(Error::NotFound)?))
}

/// The registers of all packs.
pub(crate) async fn all(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Registers, |reader| {
        let catalog = reader.catalog();
        let title = reader.t("台账", "Registers");
        let mut rows = Vec::new();
        for pack in catalog.packs() {
            for register in &pack.registers {
                let fields: Vec<String> = register
                    .fields
                    .iter()
                    .take(COLUMNS)
                    .map(|field| words::label(reader.lang, &field.label).to_owned())
                    .collect();
                rows.push(Row::from(vec![
                    Cell::new(words::label(reader.lang, &register.label))
                        .to(format!("/registers/{}.{}", pack.name, register.name)),
                    Cell::new(words::label(reader.lang, &pack.label)),
                    Cell::new(words::joined(reader.lang, &fields)),
                ]));
            }
        }
        let body = if rows.is_empty() {
            empty(Icon::Library, reader.t("没有台账", "No registers"), "", &[])
        } else {
            table(&Table {
                caption: title.to_owned(),
                heads: vec![
                    Head::new(reader.t("台账", "Register"), Shape::Main),
                    Head::new(reader.t("业务", "System"), Shape::Plain),
                    Head::new(reader.t("内容", "Fields"), Shape::Plain),
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

/// The fields that are worth a column of a list.
fn columns(register: &Register) -> Vec<&Field> {
    register
        .fields
        .iter()
        .filter(|field| !field.sensitive && field.length_max <= 500)
        .take(COLUMNS)
        .collect()
}

/// The records of a register.
pub(crate) async fn show(
    desk: Desk,
    Path(qualified): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Registers, move |reader| {
        let catalog = reader.catalog();
        let (pack, register) = find(&catalog, &qualified)?;
        let (mut query, wanted) = validity::query(reader, register, &asked);
        query.after = asked.some("after").map(Cursor);
        query.limit = ROWS;
        let page = validity::page(reader, &qualified, query.clone(), &wanted)?;
        let title = words::label(reader.lang, &register.label).to_owned();
        let path = format!("/registers/{qualified}");
        let link = |after: &str| {
            let query = [
                ("q", asked.text("q")),
                ("on", asked.text("on")),
                ("at", asked.text("at")),
                ("state", asked.text("state")),
                ("after", after),
            ];
            address(&path, &query)
        };
        let shown = columns(register);
        let mut heads = vec![Head::new(reader.t("编码", "Code"), Shape::Main)];
        heads.extend(shown.iter().map(|field| {
            let shape = match field.kind {
                FieldKind::Amount(_) => Shape::Number,
                FieldKind::Day => Shape::Code,
                _ => Shape::Plain,
            };
            Head::new(words::label(reader.lang, &field.label), shape)
        }));
        heads.push(Head::new(reader.t("自", "From"), Shape::Code));
        let rows = page
            .rows
            .iter()
            .map(|row| list_row(reader, pack, &qualified, &shown, row, wanted.day))
            .collect::<Result<Vec<_>, _>>()?;
        let begin = if reader.me.administrator {
            vec![Link::new(
                reader.t("新增", "Add"),
                format!("/admin/registers/{qualified}/new"),
            )]
        } else {
            Vec::new()
        };
        let made = List {
            title: title.clone(),
            crumbs: vec![Link::new(reader.t("台账", "Registers"), "/registers")],
            tabs: tabs(reader, pack, &qualified),
            filters: filters(reader, register, &asked),
            table: Table {
                caption: title.clone(),
                heads,
                rows,
                foot: Vec::new(),
            },
            pager: Pager {
                text: match (reader.lang, page.total) {
                    (Lang::Zh, Some(total)) => format!("共 {total} 条"),
                    (Lang::En, Some(total)) => format!("{total} in all"),
                    (Lang::Zh, None) => format!("本页 {} 条", page.rows.len()),
                    (Lang::En, None) => format!("{} on this page", page.rows.len()),
                },
                before: query.after.as_ref().map(|_| link("")),
                after: page.next.as_ref().map(|next| link(&next.0)),
            },
            begin,
            export: Some(super::register_file::menu(&csrf, &qualified, &asked)),
            when_empty: reader
                .t(
                    "还没有登记，或换个条件再查。",
                    "Nothing recorded yet, or try other words.",
                )
                .to_owned(),
            ..List::default()
        };
        Ok(Content::new(title, list(reader.lang, &made)))
    })
    .await
}

fn filters(reader: &Reader<'_>, register: &Register, asked: &Asked) -> Vec<Filter> {
    let filter = |name: &str, words: (&str, &str), choose| Filter {
        name: name.to_owned(),
        label: reader.t(words.0, words.1).to_owned(),
        choose,
        value: asked.text(name).to_owned(),
    };
    let mut out = vec![
        filter("q", ("编码或内容", "Code or words"), Choose::Words),
        filter("on", ("在哪一天有效", "As of the day"), Choose::Day),
        filter("at", ("按当时所记（时刻）", "As recorded at"), Choose::Time),
    ];
    if validity::has_ends(register) {
        let states = Choose::One(validity::choices(reader));
        out.push(filter("state", ("效期", "Validity"), states));
    }
    out
}

fn tabs(reader: &Reader<'_>, pack: &Pack, here: &str) -> Vec<Tab> {
    pack.registers
        .iter()
        .map(|register| {
            let qualified = format!("{}.{}", pack.name, register.name);
            Tab {
                label: words::label(reader.lang, &register.label).to_owned(),
                url: format!("/registers/{qualified}"),
                count: None,
                here: qualified == here,
            }
        })
        .collect()
}

fn list_row(
    reader: &Reader<'_>,
    pack: &Pack,
    qualified: &str,
    columns: &[&Field],
    row: &RecordRow,
    on: Day,
) -> Result<Row, Error> {
    let fields = row.fields();
    let mut cells =
        vec![Cell::new(&*row.record.key).to(values::record_url(qualified, &row.record.key))];
    for field in columns {
        let text = fields.get(&*field.name).map_or("", String::as_str);
        let shown = values::fact(reader, pack, field, text)?;
        let ended = ends(field, text, on);
        cells.push(match ended {
            Some((tone, _)) => Cell::state(tone, shown.text),
            None => Cell {
                url: shown.url,
                ..Cell::new(shown.text)
            },
        });
    }
    cells.push(Cell::new(row.record.from.to_string()));
    Ok(Row::from(cells))
}

/// One record: the version asked for, or the one that holds today, and all others.
pub(crate) async fn one(
    desk: Desk,
    Path((qualified, key)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Error> {
    desk.show(Place::Registers, move |reader| {
        let catalog = reader.catalog();
        let (pack, register) = find(&catalog, &qualified)?;
        let versions = reader.store.record_versions(reader.org, &qualified, &key)?;
        let wanted: Option<i64> = asked.text("version").parse().ok();
        let holds = versions
            .iter()
            .rev()
            .find(|row| row.record.from <= reader.today)
            .or(versions.last());
        let shown = match wanted {
            Some(number) => versions.iter().find(|row| row.record.version == number),
            None => holds,
        }
        .ok_or(Error::NotFound)?;
        let fields = shown.fields();
        let named = memory::name_of(register, &fields);
        let title = format!("{key} {}", named.name).trim().to_owned();
        let state = match (holds, shown.record.from > reader.today) {
            (_, true) => (Tone::Held, reader.t("尚未生效", "Not yet in force")),
            (Some(holds), _) if holds.record.version == shown.record.version => {
                (Tone::Done, reader.t("现行", "In force"))
            }
            _ => (Tone::Draft, reader.t("旧版本", "Earlier version")),
        };
        let mut facts = Vec::new();
        let mut notes = Vec::new();
        for field in &register.fields {
            let text = fields.get(&*field.name).map_or("", String::as_str);
            let value = values::fact(reader, pack, field, text)?;
            let label = words::label(reader.lang, &field.label);
            if let Some((tone, left)) = ends(field, text, reader.today) {
                notes.push((tone, ending(reader.lang, label, text, left)));
            }
            facts.push(Fact {
                label: label.to_owned(),
                wide: value.text.chars().count() > 40,
                value: value.text,
                url: value.url,
            });
        }
        let actions = if register.by_slips {
            let ask = super::changing::ask(reader, pack, register, &key)?;
            if ask.is_none() && reader.me.administrator {
                notes.push((Tone::Wait, super::changing::told(reader, pack, register)));
            }
            ask.into_iter().collect()
        } else if reader.me.administrator {
            vec![Action {
                label: reader.t("更改", "Change").to_owned(),
                icon: Icon::PenLine,
                weight: Weight::Main,
                way: Way::Go(format!(
                    "/admin/registers/{qualified}/change/{}",
                    percent(&key)
                )),
            }]
        } else {
            Vec::new()
        };
        let made = Record {
            crumbs: vec![
                Link::new(reader.t("台账", "Registers"), "/registers"),
                Link::new(
                    words::label(reader.lang, &register.label),
                    format!("/registers/{qualified}"),
                ),
            ],
            title: title.clone(),
            state: (state.0, state.1.to_owned()),
            notes,
            actions,
            facts,
            tables: Vec::new(),
            beside: (versions.len() > 1).then(|| {
                Link::new(
                    reader.t("并排比较各版本", "Versions side by side"),
                    format!("{}/versions", values::record_url(&qualified, &key)),
                )
            }),
            versions: history(reader, pack, register, &versions, shown.record.version)?,
        };
        Ok(Content::new(title, record(reader.lang, &made)))
    })
    .await
}

fn ending(lang: Lang, label: &str, day: &str, left: i64) -> String {
    match (lang, left < 0) {
        (Lang::Zh, true) => format!("{label} {day}，已过期 {} 天", -left),
        (Lang::Zh, false) => format!("{label} {day}，还有 {left} 天到期"),
        (Lang::En, true) => format!("{label} {day}: ended {} days ago", -left),
        (Lang::En, false) => format!("{label} {day}: ends in {left} days"),
    }
}

/// All versions, the newest first, each with what differs from the one before.
fn history(
    reader: &Reader<'_>,
    pack: &Pack,
    register: &Register,
    versions: &[RecordRow],
    shown: i64,
) -> Result<Vec<Version>, Error> {
    let mut out = Vec::new();
    let mut before: BTreeMap<String, String> = BTreeMap::new();
    for (at, row) in versions.iter().enumerate() {
        let fields = row.fields();
        let mut changes = Vec::new();
        for field in register.fields.iter().filter(|_| at > 0) {
            let old = before.get(&*field.name).map_or("", String::as_str);
            let new = fields.get(&*field.name).map_or("", String::as_str);
            if old != new {
                let none = || reader.t("（空）", "(nothing)").to_owned();
                let after = values::fact(reader, pack, field, new)?.text;
                changes.push(Change {
                    label: words::label(reader.lang, &field.label).to_owned(),
                    before: values::fact(reader, pack, field, old)?.text,
                    after: if after.is_empty() { none() } else { after },
                });
            }
        }
        let (slip, signed) = recorded_by(reader, row)?;
        out.push(Version {
            number: u32::try_from(row.record.version).unwrap_or(0),
            from: row.record.from.to_string(),
            until: versions
                .get(at + 1)
                .and_then(|next| next.record.from.plus_days(-1))
                .map(|day| day.to_string())
                .unwrap_or_default(),
            slip,
            signed,
            changes,
            here: row.record.version == shown,
            url: address(
                &values::record_url(&row.record.register, &row.record.key),
                &[("version", &row.record.version.to_string())],
            ),
        });
        before = fields;
    }
    out.reverse();
    Ok(out)
}

/// What recorded a version: a slip, or a person at the journal row that says so.
pub(super) fn recorded_by(reader: &Reader<'_>, row: &RecordRow) -> Result<(Link, String), Error> {
    let Some(journal) = reader.store.journal_row(reader.org, row.seq)? else {
        return Ok((Link::default(), String::new()));
    };
    let signed = format!(
        "{} · {}",
        reader.person(&journal.actor)?,
        journal.at.minute()
    );
    let link = match journal.slip {
        Some(id) => {
            let heads = reader.store.heads(reader.org, &[id])?;
            let number = heads
                .first()
                .map_or_else(|| id.to_string(), |head| head.number.to_string());
            Link::new(number, super::heads::url(id))
        }
        None => Link::new(words::act(reader.lang, &journal.act), String::new()),
    };
    Ok((link, signed))
}

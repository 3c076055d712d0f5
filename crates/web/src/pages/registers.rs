//! Registers: lists of records, one record with all its versions, and the form by which administrators change one.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use engine::{Act, Refusal};
use kernel::Day;
use maud::html;
use model::{Catalog, Field, FieldKind, Pack, Register};
use store::{Cursor, RecordQuery, RecordRow};

use super::desk::{Asked, Content, Desk, Reader, address, done, go};
use super::{form, memory, typed, values, words};
use crate::auth::{Fields, Posted};
use crate::error::{Error, status_of};
use crate::layout::Place;
use crate::parts::actions::{Action, Way, Weight};
use crate::parts::field::{Entry, Field as Part, Kind};
use crate::parts::form::{Form, Refused, form as form_part};
use crate::parts::icon::Icon;
use crate::parts::lang::Lang;
use crate::parts::list::{Choose, Filter, List, Pager, list};
use crate::parts::register::{Record, Version, record};
use crate::parts::slip::Fact;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::talk::Change;
use crate::parts::{Link, Tab, Tone, empty, head};
use crate::text::{percent, random_key};

/// Records of a page.
const ROWS: usize = 50;
/// Fields shown as columns.
const COLUMNS: usize = 6;
/// Days before an end at which a record is marked.
const SOON: i64 = 60;

fn find<'a>(catalog: &'a Catalog, qualified: &str) -> Result<(&'a Arc<Pack>, &'a Register), Error> {
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
    desk.show(Place::Registers, move |reader| {
        let catalog = reader.catalog();
        let (pack, register) = find(&catalog, &qualified)?;
        let query = RecordQuery {
            on: asked.text("on").parse().ok(),
            search: asked.some("q"),
            after: asked.some("after").map(Cursor),
            limit: ROWS,
        };
        let page = reader.store.records(reader.org, &qualified, &query)?;
        let title = words::label(reader.lang, &register.label).to_owned();
        let path = format!("/registers/{qualified}");
        let link = |after: &str| {
            let query = [
                ("q", asked.text("q")),
                ("on", asked.text("on")),
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
            .map(|row| list_row(reader, pack, &qualified, &shown, row))
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
            filters: vec![
                Filter {
                    name: "q".to_owned(),
                    label: reader.t("编码或内容", "Code or words").to_owned(),
                    choose: Choose::Words,
                    value: asked.text("q").to_owned(),
                },
                Filter {
                    name: "on".to_owned(),
                    label: reader.t("在哪一天有效", "As of the day").to_owned(),
                    choose: Choose::Day,
                    value: asked.text("on").to_owned(),
                },
            ],
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
) -> Result<Row, Error> {
    let fields = row.fields();
    let mut cells =
        vec![Cell::new(&*row.record.key).to(values::record_url(qualified, &row.record.key))];
    for field in columns {
        let text = fields.get(&*field.name).map_or("", String::as_str);
        let shown = values::fact(reader, pack, field, text)?;
        let ended = ends(field, text, reader.today);
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

/// Whether a day until which something holds is past or near: fields whose name ends so say until when.
fn ends(field: &Field, text: &str, today: Day) -> Option<(Tone, i64)> {
    if field.kind != FieldKind::Day || !field.name.ends_with("_until") {
        return None;
    }
    let left = text.parse::<Day>().ok()?.days_since(today);
    match left {
        ..0 => Some((Tone::Dead, left)),
        0..SOON => Some((Tone::Held, left)),
        _ => None,
    }
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
        let actions = if reader.me.administrator {
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
fn recorded_by(reader: &Reader<'_>, row: &RecordRow) -> Result<(Link, String), Error> {
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

/// The form of a new record.
pub(crate) async fn add(desk: Desk, Path(qualified): Path<String>) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Registers, move |reader| {
        let made = record_form(reader, &qualified, None, &Back::default(), &csrf)?;
        Ok(Content::new(
            made.title.clone(),
            form_part(reader.lang, &made),
        ))
    })
    .await
}

/// The form that changes a record.
pub(crate) async fn change(
    desk: Desk,
    Path((qualified, key)): Path<(String, String)>,
) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Registers, move |reader| {
        let made = record_form(reader, &qualified, Some(&key), &Back::default(), &csrf)?;
        Ok(Content::new(
            made.title.clone(),
            form_part(reader.lang, &made),
        ))
    })
    .await
}

/// What comes back into the form of a record.
#[derive(Default)]
struct Back {
    typed: Option<BTreeMap<String, String>>,
    refusal: Option<Refusal>,
    key: String,
}

fn record_form(
    reader: &Reader<'_>,
    qualified: &str,
    key: Option<&str>,
    back: &Back,
    csrf: &str,
) -> Result<Form, Error> {
    if !reader.me.administrator {
        return Err(super::people::not_administrator());
    }
    let catalog = reader.catalog();
    let (pack, register) = find(&catalog, qualified)?;
    let current = match key {
        Some(key) => reader
            .store
            .record_versions(reader.org, qualified, key)?
            .pop()
            .map(|row| row.fields())
            .ok_or(Error::NotFound)?,
        None => BTreeMap::new(),
    };
    let text = |name: &str, now: &str| match &back.typed {
        Some(typed) => typed.get(name).cloned().unwrap_or_default(),
        None => now.to_owned(),
    };
    let mut fields = Vec::new();
    if key.is_none() {
        let code = Part {
            need: true,
            ..Part::new("_key_", reader.t("编码", "Code"), Kind::Text)
        };
        fields.push((code, Entry::new(text("_key_", ""))));
    }
    let from = Part {
        hint: reader
            .t(
                "自这一天起有效；空着就是今天。",
                "Holds from this day; empty means today.",
            )
            .to_owned(),
        ..Part::new("_from_", reader.t("生效日期", "In force from"), Kind::Date)
    };
    fields.push((from, Entry::new(text("_from_", &reader.today.to_string()))));
    for field in &register.fields {
        fields.push(record_field(reader, pack, field, &current, &text)?);
    }
    let mut refused = Vec::new();
    if let Some(refusal) = &back.refusal {
        refuse(reader, refusal, &mut fields, &mut refused);
    }
    let label = words::label(reader.lang, &register.label);
    let (title, url, back_url) = match key {
        Some(key) => (
            format!("{} {label} {key}", reader.t("更改", "Change")),
            format!("/admin/registers/{qualified}/change/{}", percent(key)),
            values::record_url(qualified, key),
        ),
        None => (
            format!("{} {label}", reader.t("新增", "Add")),
            format!("/admin/registers/{qualified}/new"),
            format!("/registers/{qualified}"),
        ),
    };
    let command_key = match back.key.as_str() {
        "" => random_key()?.to_string(),
        key => key.to_owned(),
    };
    Ok(Form {
        crumbs: vec![Link::new(label, format!("/registers/{qualified}"))],
        title,
        url,
        hidden: vec![
            ("_csrf".to_owned(), csrf.to_owned()),
            ("_key".to_owned(), command_key),
        ],
        refused,
        fields,
        submit: Some(reader.t("登记", "Record").to_owned()),
        back: back_url,
        ..Form::default()
    })
}

fn record_field(
    reader: &Reader<'_>,
    pack: &Pack,
    field: &Field,
    current: &BTreeMap<String, String>,
    text: &dyn Fn(&str, &str) -> String,
) -> Result<(Part, Entry), Error> {
    let now = current.get(&*field.name).map_or("", String::as_str);
    let part = Part {
        need: !field.optional,
        scale: match &field.kind {
            FieldKind::Amount(unit) => u8::try_from(unit.shown()).unwrap_or(0),
            _ => 0,
        },
        hint: match (field.sensitive, &field.help) {
            (true, _) if !now.is_empty() => format!(
                "{} {}",
                crate::names::masked(now),
                reader.t("空着就不改。", "Left empty it stays.")
            ),
            (_, Some(help)) => words::label(reader.lang, help).to_owned(),
            _ => String::new(),
        },
        wide: field.length_max > 500,
        ..Part::new(
            &*field.name,
            words::label(reader.lang, &field.label),
            form::kind(reader, pack, field, true),
        )
    };
    let shown_now = match &field.kind {
        _ if field.sensitive => String::new(),
        FieldKind::Moment => now
            .parse()
            .map(|micros| kernel::Moment(micros).minute())
            .unwrap_or_default(),
        FieldKind::Flag if now == "yes" => "1".to_owned(),
        FieldKind::Flag => String::new(),
        _ => now.to_owned(),
    };
    let value = text(&field.name, &shown_now);
    let name = match &field.kind {
        FieldKind::Register(register) if !value.is_empty() => {
            values::record(reader, pack, register, &value)?.text
        }
        _ => String::new(),
    };
    Ok((part, Entry::named(value, name)))
}

fn refuse(
    reader: &Reader<'_>,
    refusal: &Refusal,
    fields: &mut [(Part, Entry)],
    refused: &mut Vec<Refused>,
) {
    for one in std::iter::once(refusal).chain(&refusal.more) {
        let sentence = reader.sentence(one).to_owned();
        let place = one.place.as_ref().map(|place| place.field.as_str());
        let wanted = match (place, one.code.as_str()) {
            (None, "key") => Some("_key_"),
            (place, _) => place,
        };
        let at = fields
            .iter_mut()
            .find(|(part, _)| Some(part.name.as_str()) == wanted);
        let input = at.map(|(part, entry)| {
            entry.refusal = Some(sentence.clone());
            format!("h.{}", part.name)
        });
        refused.push(Refused {
            code: one.code.clone(),
            sentence,
            input,
        });
    }
}

pub(crate) async fn post_add(
    desk: Desk,
    Path(qualified): Path<String>,
    posted: Posted,
) -> Result<Response, Error> {
    put(desk, qualified, None, posted).await
}

pub(crate) async fn post_change(
    desk: Desk,
    Path((qualified, key)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Error> {
    put(desk, qualified, Some(key), posted).await
}

/// What was typed, by the names of the fields.
fn typed_of(fields: &Fields) -> BTreeMap<String, String> {
    fields
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("h.")?.to_owned(), value.to_owned())))
        .collect()
}

async fn put(
    desk: Desk,
    qualified: String,
    key: Option<String>,
    posted: Posted,
) -> Result<Response, Error> {
    let Posted { acting, fields } = posted;
    let typed = typed_of(&fields);
    let (wanted, given, asked) = (qualified.clone(), key.clone(), typed.clone());
    let made = desk
        .read(move |reader| to_put(reader, &wanted, given.as_deref(), asked))
        .await?;
    let (act, code) = match made {
        Ok(made) => made,
        Err(refusal) => return again(desk, qualified, key, typed, refusal, &fields).await,
    };
    match desk.act(&acting, None, fields.text("_key"), act).await {
        Ok(_) => {
            desk.forget();
            let said = crate::parts::lang::t(desk.lang(), "已登记", "Recorded");
            Ok(go(
                &values::record_url(&qualified, &code),
                Some(&done(said)),
            ))
        }
        Err(error) => match error.refusal() {
            Some(refusal) => again(desk, qualified, key, typed, refusal, &fields).await,
            None => Err(error),
        },
    }
}

/// The act, and the code of the record; a refusal for a day that does not exist and for a code that does already.
fn to_put(
    reader: &Reader<'_>,
    qualified: &str,
    key: Option<&str>,
    mut typed: BTreeMap<String, String>,
) -> Result<Result<(Act, String), Refusal>, Error> {
    let catalog = reader.catalog();
    let (_, register) = find(&catalog, qualified)?;
    let code = match key {
        Some(key) => key.to_owned(),
        None => typed.get("_key_").map_or("", |key| key.trim()).to_owned(),
    };
    typed.remove("_key_");
    let from = match typed.remove("_from_").unwrap_or_default().trim() {
        "" => None,
        text => match text.parse::<Day>() {
            Ok(day) => Some(day),
            Err(_) => {
                return Ok(Err(Refusal::new(
                    engine::Class::Field,
                    "field",
                    "生效日期 不是存在的日期，应写作 2026-04-01",
                    "In force from is not a day that exists; write it as 2026-04-01",
                )
                .at(None, "_from_")));
            }
        },
    };
    let before = reader.store.record_versions(reader.org, qualified, &code)?;
    if key.is_none() && !before.is_empty() {
        return Ok(Err(Refusal::new(
            engine::Class::Field,
            "key",
            format!("编码 {code} 已有登记，请改用“更改”"),
            format!("the code {code} is recorded already; change it instead"),
        )
        .at(None, "_key_")));
    }
    let kept = before.last().map(RecordRow::fields).unwrap_or_default();
    for field in &register.fields {
        let name = &*field.name;
        let text = typed.get(name).map_or("", |text| text.trim()).to_owned();
        let read = match &field.kind {
            FieldKind::Flag => if text == "1" { "yes" } else { "no" }.to_owned(),
            FieldKind::Moment => typed::moment_of(&text)
                .map(|moment| moment.0.to_string())
                .unwrap_or(text),
            // A sensitive field that was not typed again stays as it is.
            _ if field.sensitive && text.is_empty() => kept.get(name).cloned().unwrap_or_default(),
            _ => text,
        };
        typed.insert(name.to_owned(), read);
    }
    let act = Act::PutRecord {
        register: qualified.into(),
        key: code.as_str().into(),
        fields: typed,
        from,
    };
    Ok(Ok((act, code)))
}

async fn again(
    desk: Desk,
    qualified: String,
    key: Option<String>,
    typed: BTreeMap<String, String>,
    refusal: Refusal,
    fields: &Fields,
) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    let status: StatusCode = status_of(&refusal);
    let back = Back {
        typed: Some(typed),
        refusal: Some(refusal),
        key: fields.text("_key").to_owned(),
    };
    desk.show(Place::Registers, move |reader| {
        let made = record_form(reader, &qualified, key.as_deref(), &back, &csrf)?;
        Ok(Content::new(made.title.clone(), form_part(reader.lang, &made)).with(status))
    })
    .await
}

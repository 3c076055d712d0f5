//! The form by which administrators record a fact: a new record, or a new version of one.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use engine::{Act, Refusal};
use kernel::Day;
use model::{Field, FieldKind, Pack};
use store::RecordRow;

use super::desk::{Content, Desk, Reader, done, go};
use super::registers::find;
use super::{changing, form_fields, typed, values, words};
use crate::auth::{Fields, Posted};
use crate::error::{Error, status_of};
use crate::layout::Place;
use crate::parts::field::{Entry, Field as Part, Kind, say_beside};
use crate::parts::form::{Form, Refused, form as form_part};
use crate::parts::{Link, fault};
use crate::text::{percent, random_key};

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
        if by_slips(reader, &qualified)? {
            return changing::instead(reader, &qualified, &key);
        }
        let made = record_form(reader, &qualified, Some(&key), &Back::default(), &csrf)?;
        Ok(Content::new(
            made.title.clone(),
            form_part(reader.lang, &made),
        ))
    })
    .await
}

/// Whether records of this register are changed by slips alone; only administrators get so far.
fn by_slips(reader: &Reader<'_>, qualified: &str) -> Result<bool, Error> {
    if !reader.me.administrator {
        return Err(super::people::not_administrator());
    }
    let catalog = reader.catalog();
    Ok(find(&catalog, qualified)?.1.by_slips)
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
            form_fields::kind(reader, pack, field, true),
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
            (None, "key" | "by_slips") => Some("_key_"),
            (place, _) => place,
        };
        let at = fields
            .iter_mut()
            .find(|(part, _)| Some(part.name.as_str()) == wanted);
        let input = at.map(|(part, entry)| {
            say_beside(&mut entry.refusal, &sentence);
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
    if !posted.acting.person.administrator {
        let act = Act::PutRecord {
            register: qualified.into(),
            key: key.unwrap_or_default().into(),
            fields: typed_of(&posted.fields),
            from: None,
        };
        return Err(super::people::refused_change(&desk, &posted, Some(act)).await);
    }
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
    // Of what slips alone change, the engine says so, and the journal keeps the attempt.
    if key.is_none() && !before.is_empty() && !register.by_slips {
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
        if let (Some(key), Some(refusal), true) =
            (&key, &back.refusal, by_slips(reader, &qualified)?)
        {
            let to = Link::new(
                reader.t("回到资料", "Back to the record"),
                values::record_url(&qualified, key),
            );
            let refused = super::refused(reader.lang, refusal);
            let page = fault::refusal(reader.lang, &refused, &to);
            return Ok(Content::new(reader.t("不能办理", "Not possible"), page).with(status));
        }
        let made = record_form(reader, &qualified, key.as_deref(), &back, &csrf)?;
        Ok(Content::new(made.title.clone(), form_part(reader.lang, &made)).with(status))
    })
    .await
}

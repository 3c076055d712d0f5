//! The outbox: what waits, what was sent, and dead letters, which may be tried again by hand.

use axum::extract::Path;
use axum::response::Response;
use maud::html;
use notify::preference::Event;
use notify::settings::{Settings, WEBHOOK};
use store::{Cursor, Delivery, DeliveryQuery, DeliveryState};

use super::super::desk::{Asked, Content, Desk, Reader, address, done, go};
use super::super::people::{check, tabs};
use super::super::words;
use super::hooks::load;
use super::{administrator, button, shown};
use crate::auth::Posted;
use crate::error::Error;
use crate::layout::Place;
use crate::parts::lang::t;
use crate::parts::list::{Choose, Filter, List, Pager, list};
use crate::parts::slip::{Fact, facts};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, Tone, head};
use crate::text::percent;

const ALL: &str = "/admin/outbox";

fn state(reader: &Reader<'_>, state: DeliveryState) -> (Tone, String) {
    let (tone, text) = match state {
        DeliveryState::Waiting => (Tone::Wait, reader.t("待发", "Waiting")),
        DeliveryState::Sent => (Tone::Done, reader.t("已发", "Sent")),
        DeliveryState::Dead => (Tone::Dead, reader.t("死信", "Dead letter")),
    };
    (tone, text.to_owned())
}

/// To whom a delivery goes: the address of a person, the name of a webhook.
fn to(settings: &Settings, one: &Delivery) -> String {
    if !one.address.is_empty() {
        return one.address.clone();
    }
    let hook = one
        .target
        .strip_prefix(WEBHOOK)
        .and_then(|id| settings.webhooks.get(id));
    hook.map_or_else(|| one.target.clone(), |kept| kept.is.name.clone())
}

/// What a delivery is about: the act of a webhook, the event of a notice.
fn about<'a>(reader: &Reader<'_>, kind: &'a str) -> &'a str {
    match Event::of(kind).map(Event::label) {
        Some((zh, en)) => reader.t(zh, en),
        None => words::act(reader.lang, kind),
    }
}

/// What is sent, as it is read with ease: JSON in lines of its own.
fn readable(body: &str) -> String {
    serde_json::from_str::<serde_json::Value>(body)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| body.to_owned())
}

/// Deliveries as a table.
pub(super) fn rows(
    reader: &Reader<'_>,
    settings: &Settings,
    all: &[Delivery],
    caption: &str,
) -> Table {
    let rows = all.iter().map(|one| {
        let (tone, text) = state(reader, one.state);
        Row::from(vec![
            Cell::new(one.created.minute()).to(format!("{ALL}/{}", percent(&one.id))),
            Cell::new(to(settings, one)).under(&*one.person),
            Cell::new(about(reader, &one.kind)),
            Cell::new(one.tries.to_string()),
            Cell::state(tone, text),
            Cell::new(one.result.as_str()),
        ])
    });
    Table {
        caption: caption.to_owned(),
        heads: vec![
            Head::new(reader.t("时间", "Made"), Shape::Main),
            Head::new(reader.t("发给", "To"), Shape::Plain),
            Head::new(reader.t("内容", "Of"), Shape::Plain),
            Head::new(reader.t("次数", "Tries"), Shape::Number),
            Head::new(reader.t("状态", "State"), Shape::Plain),
            Head::new(reader.t("对方答复", "Answer"), Shape::Plain),
        ],
        rows: rows.collect(),
        foot: Vec::new(),
    }
}

/// All deliveries.
pub(crate) async fn all(desk: Desk, asked: Asked) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let query = DeliveryQuery {
            state: DeliveryState::of(asked.text("state")),
            target: None,
            after: asked.some("after").map(Cursor),
            limit: 50,
        };
        let page = reader.store.deliveries(reader.org, &query)?;
        let counts = reader.store.delivery_counts(reader.org)?;
        let count = |state: DeliveryState| {
            counts.iter().find(|(name, _)| name == state.name()).map_or(0, |(_, count)| *count)
        };
        let mut choices = vec![(String::new(), reader.t("全部", "All").to_owned())];
        choices.extend(DeliveryState::ALL.map(|one| {
            (one.name().to_owned(), format!("{} {}", state(reader, one).1, count(one)))
        }));
        let title = reader.t("发件箱", "Outbox");
        let made = List {
            title: title.to_owned(),
            tabs: tabs(reader, ALL),
            filters: vec![Filter {
                name: "state".to_owned(),
                label: reader.t("状态", "State").to_owned(),
                choose: Choose::One(choices),
                value: asked.text("state").to_owned(),
            }],
            table: rows(reader, &load(reader)?, &page.rows, title),
            pager: Pager {
                after: page.next.map(|next| address(ALL, &[("state", asked.text("state")), ("after", &next.0)])),
                ..Pager::default()
            },
            when_empty: reader.t("没有要发的东西。", "There is nothing to send.").to_owned(),
            ..List::default()
        };
        let body = html! {
            (list(reader.lang, &made))
            @if count(DeliveryState::Dead) > 0 {
                (button(&csrf, &format!("{ALL}/retry"), reader.t("重发全部死信", "Try all dead letters again"), false, &[])?)
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}

/// One delivery with its tries.
pub(crate) async fn one(desk: Desk, Path(id): Path<String>) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let (one, tries) = reader.store.delivery(reader.org, &id)?.ok_or(Error::NotFound)?;
        let (_, text) = state(reader, one.state);
        let fact = |zh: &str, en: &str, value: String| Fact {
            label: reader.t(zh, en).to_owned(),
            value,
            ..Fact::default()
        };
        let list = [
            fact("编号", "Id", one.id.clone()),
            fact("发给", "To", to(&load(reader)?, &one)),
            fact("状态", "State", text),
            fact("下次尝试", "Next try", if one.state == DeliveryState::Waiting { shown(one.due) } else { "—".to_owned() }),
            fact("日志行", "Journal row", one.seq.to_string()),
        ];
        let rows = tries.iter().map(|one| {
            Row::from(vec![
                Cell::new(one.at.to_string()),
                Cell::new(format!("{} ms", one.millis)),
                if one.ok { Cell::state(Tone::Done, reader.t("成功", "Taken")) } else { Cell::state(Tone::Dead, reader.t("未成", "Not taken")) },
                Cell::new(one.answer.as_str()),
            ])
        });
        let made = Table {
            caption: reader.t("尝试", "Tries").to_owned(),
            heads: vec![
                Head::new(reader.t("时间", "When"), Shape::Main),
                Head::new(reader.t("用时", "Took"), Shape::Number),
                Head::new(reader.t("结果", "Result"), Shape::Plain),
                Head::new(reader.t("对方答复", "Answer"), Shape::Plain),
            ],
            rows: rows.collect(),
            foot: Vec::new(),
        };
        // A code that proves an address is for its owner's eyes.
        let hidden = one.kind == "proof";
        let title = reader.t("一次发送", "A delivery");
        let body = html! {
            (head(&[Link::new(reader.t("发件箱", "Outbox"), ALL)], title, html! {}, html! {
                @if one.state == DeliveryState::Dead {
                    (button(&csrf, &format!("{ALL}/retry"), reader.t("重发", "Try again"), false, &[("id", &one.id)])?)
                }
            }))
            section class="card" { (facts(&list)) }
            @if !made.rows.is_empty() { section class="card" { header { h2 { (reader.t("尝试", "Tries")) } } (table(&made)) } }
            @if !hidden {
                section class="card" {
                    header { h2 { (reader.t("内容", "What is sent")) } }
                    div class="in" { @if !one.title.is_empty() { p { b { (one.title) } } } pre { (readable(&one.body)) } }
                }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}

/// Has one dead letter, or all of them, tried again.
pub(crate) async fn post_retry(desk: Desk, posted: Posted) -> Result<Response, Error> {
    administrator(&desk, &posted).await?;
    let (id, now) = (posted.fields.text("id").to_owned(), desk.app.now());
    let count = desk
        .app
        .read_store(move |store, org| {
            if !id.is_empty() {
                return Ok(usize::from(store.retry_delivery(org, &id, now)?));
            }
            let query = DeliveryQuery {
                state: Some(DeliveryState::Dead),
                limit: 1_000,
                ..DeliveryQuery::default()
            };
            let mut count = 0;
            for one in store.deliveries(org, &query)?.rows {
                count += usize::from(store.retry_delivery(org, &one.id, now)?);
            }
            Ok(count)
        })
        .await?;
    let said = format!("{} {count}", t(desk.lang(), "将重发", "To be tried again:"));
    Ok(go(ALL, Some(&done(said))))
}

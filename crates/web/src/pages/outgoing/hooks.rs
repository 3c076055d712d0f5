//! Webhooks: who is told of which acts, tried by a button, with what was sent.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use notify::http::Target;
use notify::settings::{self, Kept, Settings, WEBHOOK, Webhook};
use store::{Delivery, DeliveryQuery};

use super::super::desk::{Content, Desk, Reader, done, go};
use super::super::people::{check, tabs};
use super::super::words;
use super::{Back, Card, administrator, button, card, letters, put};
use crate::App;
use crate::auth::{Fields, Posted};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::field::{Field, Kind};
use crate::parts::lang::t;
use crate::parts::list::{List, list};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, Tone, head, note};
use crate::text::random;

const ALL: &str = "/admin/webhooks";

/// The settings of the organisation.
pub(super) fn load(reader: &Reader<'_>) -> Result<Settings, Error> {
    Ok(Settings::load(reader.store, reader.org)?)
}

/// All webhooks.
pub(crate) async fn all(desk: Desk) -> Result<Response, Error> {
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let rows = load(reader)?.webhooks.into_iter().map(|(id, kept)| {
            let hook = kept.is;
            let what = [hook.flows, hook.acts].concat();
            let what = if what.is_empty() {
                reader.t("全部", "Everything").to_owned()
            } else {
                what.join(" ")
            };
            let state = match hook.active {
                true => Cell::state(Tone::Done, reader.t("启用", "On")),
                false => Cell::state(Tone::Dead, reader.t("停用", "Off")),
            };
            Row::from(vec![
                Cell::new(hook.name).to(format!("{ALL}/{id}")),
                Cell::new(hook.url),
                Cell::new(what),
                state,
            ])
        });
        let title = reader.t("网络通知（webhook）", "Webhooks");
        let made = List {
            title: title.to_owned(),
            tabs: tabs(reader, ALL),
            table: Table {
                caption: title.to_owned(),
                heads: vec![
                    Head::new(reader.t("名称", "Name"), Shape::Main),
                    Head::new(reader.t("网址", "Address"), Shape::Plain),
                    Head::new(reader.t("通知内容", "Told of"), Shape::Plain),
                    Head::new(reader.t("状态", "State"), Shape::Plain),
                ],
                rows: rows.collect(),
                foot: Vec::new(),
            },
            begin: vec![Link::new(
                reader.t("新增", "Add a webhook"),
                format!("{ALL}/new"),
            )],
            when_empty: reader
                .t(
                    "把单据上发生的事及时通知其他系统。",
                    "Tell other systems what happens on slips.",
                )
                .to_owned(),
            ..List::default()
        };
        Ok(Content::new(title, list(reader.lang, &made)))
    })
    .await
}

fn fields(
    reader: &Reader<'_>,
    hook: Option<&Webhook>,
    back: &Back,
) -> Vec<(Field, crate::parts::field::Entry)> {
    let need = |name: &str, zh: &str, en: &str| Field {
        need: true,
        ..Field::new(name, reader.t(zh, en), Kind::Text)
    };
    let some = |name: &str, zh: &str, en: &str, hint: String| Field {
        hint,
        wide: true,
        ..Field::new(name, reader.t(zh, en), Kind::Text)
    };
    let catalog = reader.catalog();
    let flows: Vec<String> = catalog
        .packs()
        .iter()
        .flat_map(|pack| {
            pack.flows
                .iter()
                .map(move |flow| format!("{}.{}", pack.name, flow.name))
        })
        .collect();
    let all = reader.t(
        "空着就是全部；多个用空格分开。",
        "Empty means all; separate several by spaces.",
    );
    let acts = notify::follow::acts()
        .iter()
        .map(|act| format!("{act} {}", words::act(reader.lang, act)))
        .collect::<Vec<_>>()
        .join(reader.t("，", ", "));
    let joined = |pick: fn(&Webhook) -> &Vec<String>| {
        hook.map_or_else(String::new, |hook| pick(hook).join(" "))
    };
    let mut url = need("url", "网址", "Address");
    url.wide = true;
    url.hint = reader
        .t("https:// 开头；内网地址须由运维人员用 --allow-target 放行。", "Begins with https://; an address inside the network must be allowed by whoever runs the server, with --allow-target.")
        .to_owned();
    vec![
        (
            need("name", "名称", "Name"),
            back.entry("name", hook.map_or("", |hook| &hook.name)),
        ),
        (url, back.entry("url", hook.map_or("", |hook| &hook.url))),
        (
            some(
                "flows",
                "流程",
                "Flows",
                format!("{all} {}", flows.join(" ")),
            ),
            back.entry("flows", joined(|hook| &hook.flows)),
        ),
        (
            some("steps", "环节", "Steps", all.to_owned()),
            back.entry("steps", joined(|hook| &hook.steps)),
        ),
        (
            some("acts", "动作", "Acts", format!("{all} {acts}")),
            back.entry("acts", joined(|hook| &hook.acts)),
        ),
        (
            need("tries", "最多尝试次数", "Most tries"),
            back.entry(
                "tries",
                hook.map_or(settings::TRIES, |hook| hook.tries).to_string(),
            ),
        ),
        (
            Field::new("active", reader.t("启用", "On"), Kind::Flag),
            back.entry(
                "active",
                if hook.is_none_or(|hook| hook.active) {
                    "1"
                } else {
                    ""
                },
            ),
        ),
    ]
}

/// Reads the form; `secret` is the sealed one that stays.
fn read(desk: &Desk, typed: &Fields, secret: String) -> Result<Webhook, Back> {
    let lang = desk.lang();
    let mut back = Back::of(typed.clone());
    let words = |name: &str| {
        typed
            .text(name)
            .split([' ', ',', '，'])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let hook = Webhook {
        name: typed.text("name").trim().to_owned(),
        url: typed.text("url").trim().to_owned(),
        secret,
        flows: words("flows"),
        steps: words("steps"),
        acts: words("acts"),
        active: typed.text("active") == "1",
        tries: typed.text("tries").trim().parse().unwrap_or(0),
    };
    for (field, zh, en) in wrongs(&desk.app, &hook) {
        back.wrong(field, t(lang, &zh, &en));
    }
    match back.is_wrong() {
        true => Err(back),
        false => Ok(hook),
    }
}

/// Everything that is wrong with a webhook: its field, and why in both languages.
pub(crate) fn wrongs(app: &App, hook: &Webhook) -> Vec<(&'static str, String, String)> {
    let mut wrongs = Vec::new();
    let mut wrong = |field, zh: &str, en: &str| wrongs.push((field, zh.to_owned(), en.to_owned()));
    if !(1..=60).contains(&hook.name.chars().count()) {
        wrong(
            "name",
            "名称须为 1 至 60 字",
            "a name has 1 to 60 characters",
        );
    }
    if let Err(why) = Target::read(&hook.url) {
        wrong(
            "url",
            "须是 http 或 https 地址，且不含用户名",
            &why.to_string(),
        );
    }
    if !(1..=50).contains(&hook.tries) {
        wrong("tries", "须为 1 至 50", "1 to 50");
    }
    let catalog = app.catalog();
    let known_flow = |name: &String| {
        name.split_once('.').is_some_and(|(pack, flow)| {
            catalog
                .pack(pack)
                .is_some_and(|pack| pack.flow(flow).is_some())
        })
    };
    if let Some(bad) = hook.flows.iter().find(|name| !known_flow(name)) {
        wrong(
            "flows",
            &format!("没有流程 {bad}"),
            &format!("there is no flow {bad}"),
        );
    }
    if let Some(bad) = hook.steps.iter().find(|name| catalog.step(name).is_none()) {
        wrong(
            "steps",
            &format!("没有环节 {bad}"),
            &format!("there is no step {bad}"),
        );
    }
    let known = |name: &&String| notify::follow::acts().contains(&name.as_str());
    if let Some(bad) = hook.acts.iter().find(|name| !known(name)) {
        wrong(
            "acts",
            &format!("没有动作 {bad}"),
            &format!("there is no act {bad}"),
        );
    }
    wrongs
}

fn crumbs(reader: &Reader<'_>) -> Vec<Link> {
    vec![Link::new(reader.t("网络通知", "Webhooks"), ALL)]
}

/// The form of a new one.
pub(crate) async fn add(desk: Desk) -> Result<Response, Error> {
    form(desk, Back::default()).await
}

async fn form(desk: Desk, back: Back) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    let status = if back.is_wrong() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let title = reader.t("新增网络通知", "Add a webhook");
        let made = Card {
            title,
            url: format!("{ALL}/new"),
            fields: fields(reader, None, &back),
            button: reader.t("新增", "Add"),
            about: html! {},
        };
        let body = html! { (head(&crumbs(reader), title, html! {}, html! {})) (card(reader, &csrf, &made)?) };
        Ok(Content::new(title, body).with(status))
    })
    .await
}

fn secret_note(reader: &Reader<'_>, secret: &str) -> Markup {
    note(
        Tone::Held,
        html! {
            p { (reader.t("签名密钥只显示这一次，请交给接收方保管：", "The secret for checking signatures, shown this once; hand it to the receiver:")) }
            p { kbd class="secret" data-secret { (secret) } }
            p class="small" { (reader.t("签名按 Standard Webhooks 规范：webhook-id、webhook-timestamp、webhook-signature。", "Signed as the Standard Webhooks specification says: webhook-id, webhook-timestamp, webhook-signature.")) }
        },
    )
}

/// A new secret for a webhook: sealed as it is kept, and as its receiver gets it.
pub(crate) fn new_secret(app: &App, name: &str) -> Result<(String, String), Error> {
    let made = notify::webhook::new_secret().and_then(|secret| {
        let key = app
            .secret_key()
            .map_err(|_| std::io::Error::other("there is no key"))?;
        Ok((settings::seal(key, name, &secret)?, secret))
    });
    made.map_err(|error| Error::fault("making a secret", &error))
}

/// Adds one and shows its secret, once.
pub(crate) async fn post_add(desk: Desk, posted: Posted) -> Result<Response, Error> {
    administrator(&desk, &posted).await?;
    let id = engine::hex(&random::<6>()?).to_string();
    let name = format!("{WEBHOOK}{id}");
    let (sealed, secret) = new_secret(&desk.app, &name)?;
    match read(&desk, &posted.fields, sealed) {
        Err(back) => form(desk, back).await,
        Ok(hook) => {
            put(&desk, &posted, &name, &hook).await?;
            page(desk, id, Back::default(), Some(secret)).await
        }
    }
}

/// One, with what was sent to it.
pub(crate) async fn one(desk: Desk, Path(id): Path<String>) -> Result<Response, Error> {
    page(desk, id, Back::default(), None).await
}

async fn page(
    desk: Desk,
    id: String,
    back: Back,
    secret: Option<String>,
) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    let status = if back.is_wrong() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let kept = load(reader)?.webhooks.remove(&id).ok_or(Error::NotFound)?;
        let query = DeliveryQuery { target: Some(format!("{WEBHOOK}{id}")), limit: 20, ..DeliveryQuery::default() };
        let sent = reader.store.deliveries(reader.org, &query)?.rows;
        let url = format!("{ALL}/{id}");
        let made = Card {
            title: reader.t("设置", "Settings"),
            url: url.clone(),
            fields: fields(reader, Some(&kept.is), &back),
            button: reader.t("保存", "Save"),
            about: html! { p class="mute small" { (version(reader, &kept)) } },
        };
        let title = kept.is.name.clone();
        let body = html! {
            (head(&crumbs(reader), &title, html! {}, html! {
                (button(&csrf, &format!("{url}/test"), reader.t("试发", "Send a test"), false, &[])?)
                (button(&csrf, &format!("{url}/secret"), reader.t("换密钥", "New secret"), true, &[])?)
            }))
            @if let Some(secret) = &secret { (secret_note(reader, secret)) }
            (card(reader, &csrf, &made)?)
            section class="card" {
                header { h2 { (reader.t("发送记录", "What was sent")) } }
                @if sent.is_empty() { div class="in mute" { (reader.t("还没有发送。", "Nothing yet.")) } }
                @else { (table(&letters::rows(reader, &load(reader)?, &sent, reader.t("发送记录", "What was sent")))) }
            }
        };
        Ok(Content::new(title, body).with(status))
    })
    .await
}

/// Which version it is and where it stands in the journal.
pub(super) fn version<T>(reader: &Reader<'_>, kept: &Kept<T>) -> Markup {
    html! {
        (reader.t("第 ", "Version ")) (kept.version) (reader.t(" 版，", ", "))
        a href=(format!("/admin/journal/{}", kept.seq)) { (reader.t("日志第 ", "journal row ")) (kept.seq) (reader.t(" 行", "")) }
    }
}

async fn kept(desk: &Desk, id: &str) -> Result<Webhook, Error> {
    let id = id.to_owned();
    let found = desk
        .read(move |reader| Ok(load(reader)?.webhooks.remove(&id)))
        .await?;
    found.map(|kept| kept.is).ok_or(Error::NotFound)
}

/// Changes one; its secret stays.
pub(crate) async fn post_one(
    desk: Desk,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Error> {
    administrator(&desk, &posted).await?;
    let before = kept(&desk, &id).await?;
    match read(&desk, &posted.fields, before.secret) {
        Err(back) => page(desk, id, back, None).await,
        Ok(hook) => {
            put(&desk, &posted, &format!("{WEBHOOK}{id}"), &hook).await?;
            let said = t(desk.lang(), "已保存", "Saved");
            Ok(go(&format!("{ALL}/{id}"), Some(&done(said))))
        }
    }
}

/// Gives one a new secret and shows it, once.
pub(crate) async fn post_secret(
    desk: Desk,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Error> {
    administrator(&desk, &posted).await?;
    let name = format!("{WEBHOOK}{id}");
    let (sealed, secret) = new_secret(&desk.app, &name)?;
    let hook = Webhook {
        secret: sealed,
        ..kept(&desk, &id).await?
    };
    put(&desk, &posted, &name, &hook).await?;
    page(desk, id, Back::default(), Some(secret)).await
}

/// Sends a test.
pub(crate) async fn post_test(
    desk: Desk,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Error> {
    administrator(&desk, &posted).await?;
    kept(&desk, &id).await?;
    let delivery = Delivery {
        channel: "webhook".to_owned(),
        target: format!("{WEBHOOK}{id}"),
        body: "{\"type\":\"test\",\"data\":{}}".to_owned(),
        ..Delivery::default()
    };
    let sent = super::test(&desk, delivery).await?;
    let said = t(desk.lang(), "已放入发件箱", "Put into the outbox");
    Ok(go(&format!("/admin/outbox/{sent}"), Some(&done(said))))
}

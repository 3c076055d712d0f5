//! Notices: the list behind the bell, and how a person wants to be told.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use notify::compose::{self, Letterhead};
use notify::preference::{Address, Event, Preference, Way};
use notify::{email, sms};
use sha2::{Digest, Sha256};
use store::{Delivery, Notice};

use super::desk::{Asked, Content, Desk, Reader, done, go};
use super::outgoing::{Back, Card, backups, button, card};
use crate::auth::{Fields, Posted};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::field::{Field, Kind};
use crate::parts::icon::{Icon, icon};
use crate::parts::lang::{Lang, t};
use crate::parts::list::{Pager, pager_of};
use crate::parts::{Link, Tone, badge, empty, head};
use crate::text::{random, same};

const ALL: &str = "/notices";
const OWN: &str = "/me/notices";
/// Notices on a page.
const PAGE: usize = 50;
/// Minutes for which a code counts.
const CODE_MINUTES: i64 = 30;

/// The list behind the bell.
pub(crate) async fn show(desk: Desk, asked: Asked) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Inbox, move |reader| {
        let before = asked.text("before").split_once('-').and_then(|(seq, n)| Some((seq.parse().ok()?, n.parse().ok()?)));
        let mut rows = reader.store.notices(reader.org, &reader.me.login, before, PAGE + 1)?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let after = rows.last().filter(|_| more).map(|last| format!("{ALL}?before={}-{}", last.seq, last.n));
        let title = reader.t("通知", "Notices");
        let body = html! {
            (head(&[], title, html! {}, html! {
                a class="button" href=(OWN) { (icon(Icon::Settings)) (reader.t("通知方式", "How I am told")) }
                (button(&csrf, &format!("{ALL}/read"), reader.t("全部已读", "Mark all as read"), false, &[])?)
            }))
            div class="card" {
                @if rows.is_empty() {
                    (empty(Icon::BellRing, reader.t("没有通知", "No notices"), reader.t("被退回、催办、逾期、抄送等会出现在这里。", "Returns, reminders, deadlines and copies come here."), &[]))
                } @else {
                    div class="in" { ul class="talk" { @for one in &rows { (line(reader, one)?) } } }
                    footer { span {} (pager_of(reader.lang, &Pager { after, ..Pager::default() })) }
                }
            }
        };
        Ok(Content::new(title, body))
    })
    .await
}

fn line(reader: &Reader<'_>, one: &Notice) -> Result<Markup, Error> {
    let by = reader.person(&one.person)?;
    let zh = reader.lang == Lang::Zh;
    let text = compose::sentence(&reader.catalog(), zh, one, &by);
    let label = Event::of(&one.kind).map_or(("", ""), Event::label);
    Ok(html! {
        li {
            (icon(Icon::BellRing))
            div {
                a href=(format!("/slips/{}", one.slip.0)) { @if one.read_at.is_none() { b { (text) } } @else { (text) } }
                " " (badge(if one.read_at.is_none() { Tone::Wait } else { Tone::Draft }, reader.t(label.0, label.1)))
                br;
                small class="mute" { (one.at.minute()) }
            }
        }
    })
}

/// Marks all as read.
pub(crate) async fn post_read(desk: Desk, _: Posted) -> Result<Response, Error> {
    let (login, now) = (desk.session.person.login.clone(), desk.app.now());
    desk.app
        .read_store(move |store, org| store.read_notices(org, &login, None, now))
        .await?;
    desk.app
        .hub
        .tell_bell(&[desk.session.person.login.to_string()]);
    Ok(go(ALL, None))
}

fn load(reader: &Reader<'_>) -> Result<Preference, Error> {
    Ok(Preference::read(
        reader
            .store
            .preference(reader.org, &reader.me.login)?
            .as_deref(),
    ))
}

fn time(minute: Option<u16>) -> String {
    minute.map_or_else(String::new, |minute| {
        format!("{:02}:{:02}", minute / 60, minute % 60)
    })
}

/// How a person wants to be told.
pub(crate) async fn preferences(desk: Desk) -> Result<Response, Error> {
    page(desk, Back::default()).await
}

fn proof(reader: &Reader<'_>, csrf: &str, way: Way, address: &Address) -> Result<Markup, Error> {
    if address.text.is_empty() {
        return Ok(html! {});
    }
    if address.proved {
        return Ok(
            html! { p { (address.text) " " (badge(Tone::Done, reader.t("已验证", "Proved"))) } },
        );
    }
    let asked = address
        .asked
        .as_ref()
        .is_some_and(|(_, until)| *until > reader.now);
    let more = [("way", way.name())];
    Ok(html! {
        p { (address.text) " " (badge(Tone::Wait, reader.t("未验证，暂不发送", "Not proved yet, nothing is sent there"))) }
        (button(csrf, &format!("{OWN}/code"), reader.t("发送验证码", "Send a code"), false, &more)?)
        @if asked {
            form method="post" action=(format!("{OWN}/prove")) {
                input type="hidden" name="_csrf" value=(csrf);
                input type="hidden" name="way" value=(way.name());
                label { (reader.t("验证码 ", "Code ")) input name="code" autocomplete="one-time-code" size="12"; }
                button class="button primary" { (reader.t("验证", "Prove")) }
            }
        }
    })
}

async fn page(desk: Desk, back: Back) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    let status = if back.is_wrong() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    desk.show(Place::Elsewhere, move |reader| {
        let kept = load(reader)?;
        let text = |name: &str, zh: &str, en: &str| Field::new(name, reader.t(zh, en), Kind::Text);
        let langs = vec![("zh".to_owned(), "中文".to_owned()), ("en".to_owned(), "English".to_owned())];
        let fields = vec![
            (text("email", "电子邮箱", "Mail address"), back.entry("email", &*kept.email.text)),
            (text("phone", "手机号（+86…）", "Mobile number (+86…)"), back.entry("phone", &*kept.phone.text)),
            (Field::new("lang", reader.t("语言", "Language"), Kind::Choice(langs)), back.entry("lang", &*kept.lang)),
            (text("quiet_from", "免打扰自（时:分）", "Quiet from (hh:mm)"), back.entry("quiet_from", time(kept.quiet.map(|quiet| quiet.0)))),
            (text("quiet_until", "免打扰至", "Quiet until"), back.entry("quiet_until", time(kept.quiet.map(|quiet| quiet.1)))),
            (text("digest", "邮件每天汇总于（空为随时发）", "One mail a day at (empty: at once)"), back.entry("digest", time(kept.digest))),
        ];
        let made = Card {
            title: reader.t("何事以何种方式通知我", "What I am told of, and how"),
            url: OWN.to_owned(),
            fields,
            button: reader.t("保存", "Save"),
            about: matrix(reader, &back, &kept),
        };
        let title = reader.t("通知方式", "How I am told");
        let crumbs = [Link::new(reader.t("通知", "Notices"), ALL)];
        let addresses = html! {
            (proof(reader, &csrf, Way::Email, &kept.email)?)
            (proof(reader, &csrf, Way::Sms, &kept.phone)?)
        };
        let body = html! {
            (head(&crumbs, title, html! {}, html! {}))
            @if !kept.email.text.is_empty() || !kept.phone.text.is_empty() {
                section class="card" { header { h2 { (reader.t("地址验证", "My addresses")) } } div class="in" { (addresses) } }
            }
            (card(reader, &csrf, &made)?)
        };
        Ok(Content::new(title, body).with(status))
    })
    .await
}

/// Every event with a box for each way.
fn matrix(reader: &Reader<'_>, back: &Back, kept: &Preference) -> Markup {
    let ways = [
        (Way::App, reader.t("站内", "here")),
        (Way::Email, reader.t("邮件", "mail")),
        (Way::Sms, reader.t("短信", "SMS")),
    ];
    html! {
        div class="scroll" {
            table class="rows boxes" {
                caption class="seen" { (reader.t("何事以何种方式通知我", "What I am told of, and how")) }
                thead {
                    tr {
                        th scope="col" { (reader.t("事项", "Event")) }
                        @for (_, label) in &ways { th scope="col" { (label) } }
                    }
                }
                tbody {
                    @for event in Event::ALL {
                        @let words = event.label();
                        @let words = reader.t(words.0, words.1);
                        @let chosen = kept.ways.get(&event);
                        tr {
                            td { (words) }
                            @for (way, label) in &ways {
                                @let name = format!("{}.{}", event.name(), way.name());
                                @let on = chosen.is_some_and(|ways| ways.contains(way));
                                @let entry = back.entry(&name, if on { "1" } else { "" });
                                td {
                                    input type="checkbox" name=(name) value="1" checked[entry.value == "1"]
                                        aria-label={ (words) " · " (label) };
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The same address stays proved; another begins anew.
fn address(before: &Address, text: &str) -> Address {
    if before.text == text {
        return before.clone();
    }
    Address {
        text: text.to_owned(),
        ..Address::default()
    }
}

fn read(lang: Lang, before: &Preference, typed: &Fields) -> Result<Preference, Back> {
    let mut back = Back::of(typed.clone());
    let text = |name: &str| typed.text(name).trim().to_owned();
    let mut minute = |name: &'static str| {
        let given = text(name);
        if given.is_empty() {
            return None;
        }
        let minute = backups::minute(&given);
        if minute.is_none() {
            back.wrong(name, t(lang, "应写作 22:00", "write it as 22:00"));
        }
        minute
    };
    let (from, until, digest) = (
        minute("quiet_from"),
        minute("quiet_until"),
        minute("digest"),
    );
    if from.is_some() != until.is_some() && !back.is_wrong() {
        back.wrong(
            "quiet_until",
            t(lang, "起止须都填写", "give both or neither"),
        );
    }
    let (mail, phone) = (text("email"), text("phone"));
    if !mail.is_empty() && !email::is_address(&mail) {
        back.wrong("email", t(lang, "不是邮箱地址", "that is no mail address"));
    }
    if !phone.is_empty() && !sms::is_number(&phone) {
        back.wrong(
            "phone",
            t(lang, "应写作 +8613800000000", "write it as +8613800000000"),
        );
    }
    if back.is_wrong() {
        return Err(back);
    }
    let mut ways: BTreeMap<Event, BTreeSet<Way>> = BTreeMap::new();
    for event in Event::ALL {
        let chosen = Way::ALL
            .into_iter()
            .filter(|way| typed.text(&format!("{}.{}", event.name(), way.name())) == "1");
        ways.insert(event, chosen.collect());
    }
    Ok(Preference {
        lang: if typed.text("lang") == "en" {
            "en".to_owned()
        } else {
            "zh".to_owned()
        },
        email: address(&before.email, &mail),
        phone: address(&before.phone, &phone),
        ways,
        quiet: from.zip(until),
        digest,
    })
}

async fn keep(desk: &Desk, preference: &Preference) -> Result<(), Error> {
    let body = serde_json::to_string(preference).unwrap_or_default();
    let (login, now) = (desk.session.person.login.clone(), desk.app.now());
    desk.app
        .read_store(move |store, org| store.put_preference(org, &login, &body, now))
        .await
}

/// Keeps how a person wants to be told.
pub(crate) async fn post_preferences(desk: Desk, posted: Posted) -> Result<Response, Error> {
    let before = desk.read(load).await?;
    match read(desk.lang(), &before, &posted.fields) {
        Err(back) => page(desk, back).await,
        Ok(preference) => {
            keep(&desk, &preference).await?;
            Ok(go(OWN, Some(&done(t(desk.lang(), "已保存", "Saved")))))
        }
    }
}

fn digest(login: &str, code: &str) -> String {
    engine::hex(&Sha256::digest(format!(
        "{login} {}",
        code.trim().to_ascii_lowercase()
    )))
    .to_string()
}

fn pick<'a>(preference: &'a mut Preference, way: &str) -> &'a mut Address {
    if way == "sms" {
        &mut preference.phone
    } else {
        &mut preference.email
    }
}

/// Sends a code to an address that is to be proved.
pub(crate) async fn post_code(desk: Desk, posted: Posted) -> Result<Response, Error> {
    let (mut preference, now) = (desk.read(load).await?, desk.app.now());
    let way = if posted.fields.text("way") == "sms" {
        "sms"
    } else {
        "email"
    };
    // 40 bits, which nobody guesses within half an hour of answers.
    let code = engine::hex(&random::<5>()?).to_string();
    let login = desk.session.person.login.clone();
    let (zh, company) = (preference.lang != "en", desk.app.settings().company.clone());
    let address = pick(&mut preference, way);
    let waits = address
        .asked
        .as_ref()
        .is_some_and(|(_, until)| *until > now.plus_minutes(CODE_MINUTES - 1));
    if address.text.is_empty() || address.proved || waits {
        return Ok(go(
            OWN,
            Some(&done(t(desk.lang(), "请稍候再试", "Please wait a minute"))),
        ));
    }
    address.asked = Some((digest(&login, &code), now.plus_minutes(CODE_MINUTES)));
    let letter = compose::proof(
        &Letterhead {
            company,
            origin: String::new(),
        },
        zh,
        &code,
    );
    let delivery = Delivery {
        id: format!("proof-{}", engine::hex(&random::<8>()?)),
        channel: way.to_owned(),
        target: format!("channel/{way}"),
        kind: "proof".to_owned(),
        person: login.to_string(),
        address: address.text.clone(),
        title: letter.title,
        body: if way == "sms" {
            letter.body.lines().next().unwrap_or("").to_owned()
        } else {
            letter.body
        },
        due: now,
        created: now,
        ..Delivery::default()
    };
    keep(&desk, &preference).await?;
    desk.app
        .read_store(move |store, org| store.add_delivery(org, &delivery))
        .await?;
    Ok(go(
        OWN,
        Some(&done(t(
            desk.lang(),
            "验证码已发出",
            "The code is on its way",
        ))),
    ))
}

/// Proves an address by the code that was sent there.
pub(crate) async fn post_prove(desk: Desk, posted: Posted) -> Result<Response, Error> {
    let (mut preference, now) = (desk.read(load).await?, desk.app.now());
    let given = digest(&desk.session.person.login, posted.fields.text("code"));
    let address = pick(&mut preference, posted.fields.text("way"));
    let right = address
        .asked
        .as_ref()
        .is_some_and(|(kept, until)| *until > now && same(kept.as_bytes(), given.as_bytes()));
    let mut toast = done(t(desk.lang(), "已验证", "Proved"));
    if right {
        address.proved = true;
        address.asked = None;
    } else {
        toast.tone = Tone::Held;
        toast.text = t(
            desk.lang(),
            "验证码不对或已过期，请重新发送",
            "That code is wrong or too old; send another",
        )
        .to_owned();
        // A wrong guess uses the code up.
        address.asked = None;
    }
    keep(&desk, &preference).await?;
    Ok(go(OWN, Some(&toast)))
}

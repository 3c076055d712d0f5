//! The inspection archive: everything of a period in one file that proves itself, taken by an administrator.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::Day;
use maud::html;

use super::desk::{Content, Desk};
use super::outgoing::{Back, Card, administrator, card};
use super::people::{check, tabs};
use super::sent_files::{self, Stopped, ZIP, send, turn};
use super::words;
use crate::auth::Posted;
use crate::error::Error;
use crate::inspection::{Ask, Failed, Sources, fingerprint, write};
use crate::layout::Place;
use crate::parts::field::{Field, Kind};
use crate::parts::{head, tabs as tab_row};

const HERE: &str = "/admin/inspection";

/// What to take.
pub(crate) async fn show(desk: Desk) -> Result<Response, Error> {
    page(desk, Back::default()).await
}

async fn page(desk: Desk, back: Back) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    let app = desk.app.clone();
    let status = match back.is_wrong() {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let key = fingerprint(app.secret_key()?).map_err(|error| Error::fault("making a key", &error))?;
        let catalog = reader.catalog();
        let mut flows = vec![(String::new(), reader.t("全部流程", "All flows").to_owned())];
        for pack in catalog.packs() {
            flows.extend(pack.flows.iter().map(|flow| {
                (format!("{}.{}", pack.name, flow.name), words::label(reader.lang, &flow.label).to_owned())
            }));
        }
        let first = format!("{}-01-01", &reader.today.to_string()[..4]);
        let day = |name: &str, zh: &str, en: &str| Field { need: true, ..Field::new(name, reader.t(zh, en), Kind::Date) };
        let made = Card {
            title: reader.t("生成检查档案", "Make an inspection archive"),
            url: HERE.to_owned(),
            fields: vec![
                (day("from", "起始业务日期", "From business day"), back.entry("from", first)),
                (day("to", "截止业务日期", "To business day"), back.entry("to", reader.today.to_string())),
                (Field::new("flow", reader.t("流程", "Flow"), Kind::Choice(flows)), back.entry("flow", "")),
                (Field::new("prints", reader.t("含打印格式 (PDF)", "With printed forms (PDF)"), Kind::Flag), back.entry("prints", "1")),
            ],
            button: reader.t("生成并下载", "Make and download"),
            about: html! {
                p { (reader.t(
                    "一个压缩包，含这段时间的单据（明细、签字、经过、附件、打印格式）、各账、档案的全部版本、业务规则原文和审计日志，并附经签名的文件清单。检查人员不用本软件即可校验：包内有说明和校验脚本。",
                    "One file with the slips of a period (lines, signatures, history, attachments, printed forms), the ledgers, every version of the registers, the texts of the rules and the journal, and a signed list of all of it. An inspector checks it without this program: how is written in it.",
                )) }
                p class="mute small" { (reader.t("公钥指纹（另行告知检查人员）：", "Fingerprint of the key, to be told by another way: ")) code lang="zxx" { @for (at, one) in key.char_indices() { @if at > 0 && at % 8 == 0 { wbr; } (one) } } }
            },
        };
        let title = reader.t("检查档案", "Inspection archive");
        let body = html! {
            (head(&[], title, html! {}, html! {}))
            (tab_row(title, &tabs(reader, HERE)))
            (card(reader, &csrf, &made)?)
        };
        Ok(Content::new(title, body).with(status))
    })
    .await
}

/// Sends the archive while it is written; the journal first says who takes it.
pub(crate) async fn take(desk: Desk, posted: Posted) -> Result<Response, Error> {
    administrator(&desk, &posted).await?;
    let typed = |name: &str| posted.fields.text(name).trim().to_owned();
    let mut back = Back::of(posted.fields.clone());
    let mut day = |name: &'static str| -> Option<Day> {
        let read = typed(name).parse().ok();
        if read.is_none() {
            back.wrong(
                name,
                crate::parts::lang::t(
                    desk.lang(),
                    "不是存在的日期，应写作 2026-04-01",
                    "is not a day that exists; write it as 2026-04-01",
                ),
            );
        }
        read
    };
    let (from, to) = (day("from"), day("to"));
    let (Some(from), Some(to)) = (from, to) else {
        return page(desk, back).await;
    };
    if from > to {
        back.wrong(
            "to",
            crate::parts::lang::t(
                desk.lang(),
                "不得早于起始日期",
                "must not be before the first day",
            ),
        );
        return page(desk, back).await;
    }
    let flow = typed("flow");
    let known = flow.is_empty()
        || desk.app.catalog().packs().iter().any(|pack| {
            pack.flows
                .iter()
                .any(|one| format!("{}.{}", pack.name, one.name) == flow)
        });
    if !known {
        return Err(sent_files::unknown());
    }
    let settings = desk.app.settings();
    let ask = Ask {
        from,
        to,
        flows: Some(flow.clone())
            .filter(|flow| !flow.is_empty())
            .into_iter()
            .collect(),
        prints: typed("prints") == "1",
        company: settings.company.clone(),
        papers: settings.papers.clone(),
    };
    let turn = turn()?;
    let query = format!("from={from}&to={to}&flow={flow}&prints={}", typed("prints"));
    sent_files::journal(&desk, &posted.acting, "inspection", ZIP.ending, &query).await?;
    let (app, now) = (desk.app.clone(), desk.app.now());
    Ok(send(desk, turn, "inspection", ZIP, move |reader, pipe| {
        let sources = Sources {
            store: reader.store,
            org: reader.org,
            key: app.secret_key()?,
            printer: app.printer(),
            now,
            progress: &|_, _| {},
        };
        match write(&sources, &ask, pipe) {
            Ok(_) => Ok(()),
            Err(Failed::Io(error)) => Err(Stopped::from(error)),
            Err(Failed::Store(error)) => Err(Stopped::Fault(Error::from(error))),
        }
    }))
}

//! Backups: the schedule, what was made, and drills.

use axum::http::StatusCode;
use axum::response::Response;
use maud::html;
use notify::settings::{self, BACKUP, BackupPlan};
use store::BackupRun;

use super::super::desk::{Content, Desk, done, go};
use super::super::people::{check, tabs};
use super::{Back, Card, administrator, button, card, hooks, put, shown};
use crate::auth::Posted;
use crate::error::Error;
use crate::layout::Place;
use crate::parts::field::{Field, Kind};
use crate::parts::lang::t;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Tone, head, tabs as tab_row};
use crate::text::random;

const ALL: &str = "/admin/backups";

/// The page.
pub(crate) async fn show(desk: Desk) -> Result<Response, Error> {
    page(desk, Back::default()).await
}

fn size(bytes: i64) -> String {
    match bytes {
        0 => "—".to_owned(),
        small if small < 1 << 20 => format!("{} KB", (small + 1_023) / 1_024),
        large => format!("{} MB", (large + (1 << 20) - 1) >> 20),
    }
}

async fn page(desk: Desk, back: Back) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    let status = if back.is_wrong() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    desk.show(Place::Admin, move |reader| {
        check(reader)?;
        let kept = settings::one::<BackupPlan>(reader.store, reader.org, BACKUP)?;
        let plan = kept.as_ref().map_or_else(BackupPlan::default, |kept| kept.is.clone());
        let text = |name: &str, zh: &str, en: &str| Field { need: true, ..Field::new(name, reader.t(zh, en), Kind::Text) };
        let at = format!("{:02}:{:02}", plan.at / 60, plan.at % 60);
        let made = Card {
            title: reader.t("定时备份", "Schedule"),
            url: ALL.to_owned(),
            fields: vec![
                (text("at", "每天几点（时:分）", "Every day at (hh:mm)"), back.entry("at", at)),
                (text("keep", "保留份数", "Keep so many"), back.entry("keep", plan.keep.to_string())),
                (text("drill_days", "每隔几天演练恢复（0 为不演练）", "Days between restore drills (0: none)"), back.entry("drill_days", plan.drill_days.to_string())),
                (Field::new("active", reader.t("启用", "On"), Kind::Flag), back.entry("active", if plan.active { "1" } else { "" })),
            ],
            button: reader.t("保存", "Save"),
            about: html! { @if let Some(kept) = &kept { p class="mute small" { (hooks::version(reader, kept)) } } },
        };
        let runs = reader.store.backup_runs(reader.org, 100)?;
        let rows = runs.iter().map(|run| {
            let (tone, word) = match &*run.state {
                "done" => (Tone::Done, reader.t("成功", "Sound")),
                "failed" => (Tone::Dead, reader.t("失败", "Failed")),
                "asked" => (Tone::Wait, reader.t("待办", "Asked for")),
                _ => (Tone::Wait, reader.t("进行中", "Under way")),
            };
            let kind = match &*run.kind {
                "drill" => reader.t("恢复演练", "Restore drill"),
                _ => reader.t("备份", "Backup"),
            };
            Row::from(vec![
                Cell::new(run.at.minute()).under(kind),
                Cell::new(run.file.as_str()),
                Cell::new(size(run.size)),
                Cell::new(if run.seq == 0 { "—".to_owned() } else { run.seq.to_string() }),
                Cell::new(shown(run.finished)),
                Cell::state(tone, word),
                Cell::new(run.told.as_str()),
            ])
        });
        let list = Table {
            caption: reader.t("备份与演练", "Backups and drills").to_owned(),
            heads: vec![
                Head::new(reader.t("时间", "When"), Shape::Main),
                Head::new(reader.t("文件", "File"), Shape::Code),
                Head::new(reader.t("大小", "Size"), Shape::Number),
                Head::new(reader.t("日志末行", "Last journal row"), Shape::Number),
                Head::new(reader.t("完成", "Ended"), Shape::Code),
                Head::new(reader.t("结果", "Result"), Shape::Plain),
                Head::new(reader.t("说明", "Told"), Shape::Plain),
            ],
            rows: rows.collect(),
            foot: Vec::new(),
        };
        let title = reader.t("备份", "Backups");
        let body = html! {
            (head(&[], title, html! {}, html! {
                (button(&csrf, &format!("{ALL}/ask"), reader.t("立即备份", "Back up now"), false, &[("kind", "backup")])?)
                (button(&csrf, &format!("{ALL}/ask"), reader.t("立即演练", "Drill now"), false, &[("kind", "drill")])?)
            }))
            (tab_row(title, &tabs(reader, ALL)))
            (card(reader, &csrf, &made)?)
            section class="card" {
                header { h2 { (reader.t("备份与演练", "Backups and drills")) } }
                @if list.rows.is_empty() { div class="in mute" { (reader.t("还没有备份。", "None yet.")) } }
                @else { (table(&list)) }
            }
        };
        Ok(Content::new(title, body).with(status))
    })
    .await
}

/// Minutes of the day out of `02:30`.
pub(crate) fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text
        .trim()
        .replace('：', ":")
        .split_once(':')
        .map(|(a, b)| (a.parse::<u16>(), b.parse::<u16>()))?;
    let (hour, minute) = (hour.ok()?, minute.ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// Changes the schedule.
pub(crate) async fn post_plan(desk: Desk, posted: Posted) -> Result<Response, Error> {
    administrator(&desk, &posted).await?;
    let typed = &posted.fields;
    let mut back = Back::of(typed.clone());
    let lang = desk.lang();
    let number = |name: &str| typed.text(name).trim().parse::<u32>().ok();
    let at = minute(typed.text("at"));
    if at.is_none() {
        back.wrong("at", t(lang, "应写作 02:30", "write it as 02:30"));
    }
    let keep = number("keep").filter(|keep| (1..=1_000).contains(keep));
    if keep.is_none() {
        back.wrong("keep", t(lang, "须为 1 至 1000", "1 to 1000"));
    }
    let drill_days = number("drill_days").filter(|days| *days <= 366);
    if drill_days.is_none() {
        back.wrong("drill_days", t(lang, "须为 0 至 366", "0 to 366"));
    }
    let (Some(at), Some(keep), Some(drill_days)) = (at, keep, drill_days) else {
        return page(desk, back).await;
    };
    let plan = BackupPlan {
        at,
        keep,
        drill_days,
        active: typed.text("active") == "1",
    };
    put(&desk, &posted, BACKUP, &plan).await?;
    Ok(go(ALL, Some(&done(t(lang, "已保存", "Saved")))))
}

/// Asks for a backup or a drill; whoever runs the schedule takes it up within seconds.
pub(crate) async fn post_ask(desk: Desk, posted: Posted) -> Result<Response, Error> {
    administrator(&desk, &posted).await?;
    let kind = if posted.fields.text("kind") == "drill" {
        "drill"
    } else {
        "backup"
    };
    let run = BackupRun {
        id: format!("asked-{}", engine::hex(&random::<8>()?)),
        kind: kind.to_owned(),
        state: "asked".to_owned(),
        asked_by: desk.session.person.login.to_string(),
        at: desk.app.now(),
        ..BackupRun::default()
    };
    desk.app
        .read_store(move |store, org| store.add_backup_run(org, &run))
        .await?;
    Ok(go(ALL, Some(&done(t(desk.lang(), "已安排", "Asked for")))))
}

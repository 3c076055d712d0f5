//! What a handheld shows: one box that everything is scanned into, and below it one thing at a time.
//!
//! The form is the ordinary form of the step with the same inputs under the same names; `hand.js` finds the line of what was
//! scanned, counts it and says aloud what is wrong. Without the script it is typed like any other.

use maud::{Markup, html};

use super::field::field;
use super::form::{Form, Refused, summary};
use super::grid::grid;
use super::icon::{Icon, icon};
use super::lang::{Lang, t};
use super::slip::facts;
use super::table::table;
use super::{Tone, badge, hidden};

/// Something to do.
#[derive(Clone, Debug, Default)]
pub struct Task {
    /// What is done: 采购收货.
    pub title: String,
    /// On which slip.
    pub number: String,
    /// Whose goods, or what was typed so far.
    pub about: String,
    /// Since when, as shown.
    pub since: String,
    /// Whether it should have been done.
    pub late: bool,
    /// Where it is done.
    pub url: String,
}

/// What is said about something scanned that is not simply opened.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// What was scanned.
    pub title: String,
    /// What there is to say about it.
    pub text: String,
    /// What may be done with it.
    pub tasks: Vec<Task>,
    /// Its page, where it has one.
    pub url: String,
}

/// The first page.
#[derive(Clone, Debug, Default)]
pub struct Desk {
    /// About what was scanned.
    pub answer: Option<Answer>,
    /// What waits.
    pub tasks: Vec<Task>,
    /// What was begun.
    pub begun: Vec<Task>,
    /// What may be begun.
    pub begin: Vec<Task>,
    /// The key of the form that was just signed: what this device kept of it is dropped.
    pub signed: String,
}

/// The box that everything is scanned into. A scanner is a keyboard, so no keyboard is drawn on the glass before it is asked for.
fn wand(lang: Lang, hint: &str, name: Option<&str>) -> Markup {
    html! {
        div class="wand" {
            (icon(Icon::Search))
            input id="wand" type="text" name=[name] data-wand-box autocomplete="off" autocapitalize="off" spellcheck="false"
                inputmode="none" enterkeyhint="go" aria-label=(t(lang, "扫描", "Scan")) placeholder=(hint);
            button class="button" type="button" data-wand-keys aria-pressed="false"
                aria-label=(t(lang, "手工输入", "Type by hand")) { (icon(Icon::Keyboard)) }
        }
    }
}

fn tasks(tasks: &[Task]) -> Markup {
    html! {
        ul class="hand-tasks" {
            @for task in tasks {
                li {
                    a href=(task.url) {
                        b { (task.title) }
                        @if !task.number.is_empty() { span class="code" { (task.number) } }
                        @if !task.about.is_empty() { small { (task.about) } }
                        @if !task.since.is_empty() { small class=[task.late.then_some("red")] { (task.since) } }
                    }
                }
            }
        }
    }
}

/// The first page: scan a number, or touch what waits.
pub fn desk(lang: Lang, desk: &Desk) -> Markup {
    html! {
        form class="hand-desk" method="get" action="/handheld" data-hand-desk data-hand-say=(said(lang)) data-signed=(desk.signed) {
            h1 class="seen" { (t(lang, "扫描作业", "Scanning")) }
            div class="hand-scan" { (wand(lang, t(lang, "扫单据二维码或单号", "Scan a slip"), Some("q"))) }
        }
        @if let Some(answer) = &desk.answer {
            div class={ "hand-told " (if answer.tasks.is_empty() { "bad" } else { "good" }) } role="alert" {
                b { (answer.title) }
                p { (answer.text) }
                @if !answer.url.is_empty() { a href=(answer.url) { (t(lang, "看这张单据", "Look at the slip")) } }
            }
            (tasks(&answer.tasks))
        }
        @if !desk.begun.is_empty() {
            h2 { (t(lang, "扫到一半的", "Half done")) }
            (tasks(&desk.begun))
        }
        h2 { (t(lang, "等我办的", "Waiting for me")) " " span class="count pale" { (desk.tasks.len()) } }
        @if desk.tasks.is_empty() {
            p class="mute" { (t(lang, "没有要扫描办理的。", "Nothing to scan.")) }
        } @else { (tasks(&desk.tasks)) }
        @if !desk.begin.is_empty() {
            h2 { (t(lang, "新开", "Begin")) }
            (tasks(&desk.begin))
        }
    }
}

/// The texts that `hand.js` says, as the JSON object in `data-hand-say`.
fn said(lang: Lang) -> String {
    serde_json::json!({
        "wrong": t(lang, "扫错商品：{} 不在这张单上", "Wrong goods: {} is not on this slip"),
        "other": t(lang, "{}不对：扫到 {}，单上是 {}", "{} is wrong: scanned {}, the slip has {}"),
        "noRecord": t(lang, "没有登记这个批号：{}", "No such batch is on record: {}"),
        "expired": t(lang, "已过期：{}，没有计入", "Expired on {}: not counted"),
        "enough": t(lang, "已够 {}，多扫的没有计入", "{} are enough: this one was not counted"),
        "away": t(lang, "网络不通，没有打开；扫到的还在框里", "No network: nothing was opened; what you scanned is still in the box"),
        "set": t(lang, "{}：{}", "{}: {}"),
        "first": t(lang, "先扫商品，再扫{}", "Scan the goods first, then {}"),
        "twice": t(lang, "码 {} 已经扫过", "Code {} was scanned already"),
        "notHere": t(lang, "这一步不扫这个", "This is not scanned here"),
        "slip": t(lang, "这是单据 {}。要打开它，请再扫一次", "This is slip {}. Scan it again to open it"),
        "queued": t(lang, "网络不通，已记下 {} 个条码，恢复后自动处理", "No network: {} scans are kept and read when it is back"),
        "short": t(lang, "还没扫够：{}。确要这样提交，请再按一次", "Not all scanned: {}. Press again to submit it so"),
        "left": t(lang, "还有 {} 个条码没有读完，恢复网络后再提交", "{} scans are not read yet; submit when the network is back"),
        "all": t(lang, "全部 {}", "All {}"),
        "rest": t(lang, "条码中还有：{}", "Also in the barcode: {}"),
        "less": t(lang, "减一", "One less"),
        "more": t(lang, "加一", "One more"),
    })
    .to_string()
}

/// The form of a step on a handheld. `wand` is where the script asks what a scanned text means.
pub fn form(lang: Lang, form: &Form, wand_url: &str) -> Markup {
    html! {
        form class="hand-form" method="post" action=(form.url) autocomplete="off" data-fill data-hand
            data-hand-say=(said(lang)) data-wand=(wand_url) data-autosave=[form.autosave.as_deref()]
            data-computed=[form.computed.as_deref()] novalidate {
            (hidden(&form.hidden))
            div class="hand-head" {
                a class="button" href="/handheld" aria-label=(t(lang, "返回", "Back")) { (icon(Icon::ChevronLeft)) }
                div { h1 { (form.title) } @for link in &form.crumbs { small class="mute" { (link.label) } " " } }
                span class="saved" role="status" data-saved { (form.saved_at.as_deref().unwrap_or_default()) }
            }
            div class="hand-scan" {
                (wand(lang, t(lang, "扫商品、货位", "Scan goods or bin"), None))
                div class="hand-told" role="alert" data-hand-told { (refusals(lang, &form.refused)) }
            }
            @if !form.fields.is_empty() {
                details class="card hand-more" open[opened(form)] {
                    summary { (t(lang, "单据信息", "The slip")) @if needs(form) { " " (badge(Tone::Wait, t(lang, "须填", "to fill in"))) } }
                    div class="fields" {
                        @for (what, entry) in &form.fields { (field(lang, &format!("h.{}", what.name), what, entry)) }
                    }
                }
            }
            @if let Some(lines) = &form.grid { (grid(lang, lines)) }
            @if let Some((title, lines)) = &form.shown {
                section class="card" { header { h2 { (title) } } (table(lines)) }
            }
            @if !form.known.is_empty() { details class="card hand-more" { summary { (t(lang, "来源", "Source")) } (facts(&form.known)) } }
            div class="hand-foot" {
                button class="button primary" name="_do" value="sign" data-submit {
                    (icon(Icon::PenLine)) (form.submit.as_deref().unwrap_or(t(lang, "确认并签字", "Confirm and sign")))
                }
            }
        }
    }
}

fn refusals(lang: Lang, refused: &[Refused]) -> Markup {
    let title = t(
        lang,
        "没有提交，扫到的都在：",
        "Not submitted; all you scanned is here:",
    );
    html! { @if !refused.is_empty() { (summary(title, refused)) } }
}

/// Whether a field of the slip must still be filled in.
fn needs(form: &Form) -> bool {
    form.fields
        .iter()
        .any(|(what, entry)| what.need && !what.is_output() && entry.value.is_empty())
}

/// Whether the fields of the slip are shown at once: where there is nothing else to do, or something is wrong with them.
fn opened(form: &Form) -> bool {
    form.grid.is_none() || form.fields.iter().any(|(_, entry)| entry.refusal.is_some())
}

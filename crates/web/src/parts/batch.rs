//! Signing several slips at once: what would be signed, and what became of each.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use super::lang::{Lang, t};
use super::slip::{Fact, facts};
use super::table::{Table, table};
use super::{Hidden, Link, Tone, badge, head, hidden, note};

/// A slip before it is signed.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// Identity of the task with the digest of what is shown; sent as `task`.
    pub key: String,
    /// The step: 采购订单审核.
    pub step: String,
    /// Kind and number of the slip.
    pub number: String,
    /// The page of the slip.
    pub url: String,
    /// What it is about.
    pub about: String,
    /// Its money.
    pub amount: String,
    /// Who began it.
    pub from: String,
    /// For whom it is signed, where that is another.
    pub behalf: Option<String>,
    /// Whether it has changed since the inbox was shown.
    pub changed: bool,
    /// Fields of its head.
    pub facts: Vec<Fact>,
    /// Its lines.
    pub lines: Option<Table>,
    /// Why it cannot be signed now.
    pub refused: Option<String>,
}

/// What would be signed.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Steps with how many slips, and the sum of their money.
    pub summary: String,
    /// The slips.
    pub items: Vec<Item>,
    /// Where they are signed.
    pub url: String,
    /// Where one goes back.
    pub back: String,
    /// Inputs the person does not see.
    pub hidden: Hidden,
}

/// Slips whose content stands open.
const OPEN_MAX: usize = 3;

/// The question, without its shell.
pub fn batch(lang: Lang, batch: &Batch) -> Markup {
    let open = batch.items.len() <= OPEN_MAX;
    let crumbs = [Link::new(t(lang, "待办", "Inbox"), batch.back.as_str())];
    html! {
        (head(&crumbs, t(lang, "批量签字", "Sign several"), html! { span class="mute" { (batch.summary) } }, html! {}))
        (note(Tone::Wait, html! { (t(
            lang,
            "每张单据各自签字，签的是下面显示的内容；有一张被拒绝，不影响其他。",
            "Each slip is signed by itself, over what is shown here. One that is refused does not hold up the others.",
        )) }))
        form class="card" method="post" action=(batch.url) data-batch {
            (hidden(&batch.hidden))
            div class="scroll" {
                table class="rows stack" data-rows {
                    caption class="seen" { (t(lang, "将要签字的单据", "What will be signed")) }
                    thead {
                        tr {
                            th class="tick" { input type="checkbox" data-all aria-label=(t(lang, "全选", "Select all")); }
                            th scope="col" { (t(lang, "单据", "Slip")) }
                            th scope="col" { (t(lang, "内容", "About")) }
                            th scope="col" class="num" { (t(lang, "金额", "Amount")) }
                            th scope="col" { (t(lang, "经办", "Begun by")) }
                        }
                    }
                    @for item in &batch.items { (one(lang, item, open)) }
                }
            }
            footer class="batch" {
                button class="button primary" data-batch-go data-submit { (icon(Icon::PenLine)) (t(lang, "签字", "Sign")) }
                a class="button" href=(batch.back) { (t(lang, "取消", "Cancel")) }
                span data-chosen aria-live="polite" { (t(lang, "没有勾选", "None selected")) }
            }
        }
    }
}

fn one(lang: Lang, item: &Item, open: bool) -> Markup {
    html! {
        tbody {
            tr data-key=(item.key) {
                td class="tick" {
                    input type="checkbox" name="task" value=(item.key) checked[item.refused.is_none()]
                        aria-label={ (item.step) " " (item.number) };
                }
                td class="main" {
                    a href=(item.url) { (item.number) }
                    @if item.changed { " " (badge(Tone::Held, t(lang, "刚有变动", "Just changed"))) }
                    small class="under" {
                        (item.step)
                        @if let Some(name) = &item.behalf { " · " (t(lang, "代 ", "for ")) (name) }
                    }
                }
                td {
                    (item.about)
                    @if let Some(sentence) = &item.refused { div { (badge(Tone::Dead, t(lang, "不能签", "Not now"))) " " (sentence) } }
                }
                td class={ "num lead" @if item.amount.contains(['-', '−']) { " red" } } { (item.amount) }
                td class="code" data-label=(t(lang, "经办", "Begun by")) { (item.from) }
            }
            tr {
                td colspan="5" {
                    details open[open] {
                        summary { (t(lang, "全部内容", "All of it")) }
                        (facts(&item.facts))
                        @if let Some(lines) = &item.lines { (table(lines)) }
                    }
                }
            }
        }
    }
}

/// What became of a slip.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Kind and number.
    pub number: String,
    /// Its page.
    pub url: String,
    /// The step.
    pub step: String,
    /// Whether it was signed.
    pub done: bool,
    /// Where it stands now, or why it was refused.
    pub said: String,
    /// The code of the refusal.
    pub code: Option<String>,
}

/// What became of all of them.
#[derive(Clone, Debug, Default)]
pub struct Answered {
    /// How many were signed and how many not.
    pub summary: String,
    /// Whether all were.
    pub all: bool,
    /// Each slip.
    pub rows: Vec<Told>,
    /// The way on.
    pub back: Link,
}

/// The answer, without its shell.
pub fn answered(lang: Lang, title: &str, answered: &Answered) -> Markup {
    let tone = if answered.all { Tone::Done } else { Tone::Held };
    html! {
        (head(std::slice::from_ref(&answered.back), title, html! {}, html! {}))
        (note(tone, html! { b role="status" { (answered.summary) } }))
        div class="card" {
            div class="scroll" {
                table class="rows stack" data-rows {
                    caption class="seen" { (title) }
                    thead {
                        tr {
                            th scope="col" { (t(lang, "单据", "Slip")) }
                            th scope="col" { (t(lang, "结果", "Result")) }
                            th scope="col" { (t(lang, "说明", "What it says")) }
                        }
                    }
                    tbody { @for row in &answered.rows { (result(lang, row)) } }
                }
            }
            footer { a class="button primary" href=(answered.back.url) { (answered.back.label) } }
        }
    }
}

fn result(lang: Lang, row: &Told) -> Markup {
    let (tone, word) = match row.done {
        true => (Tone::Done, t(lang, "已签字", "Signed")),
        false => (Tone::Dead, t(lang, "未签", "Not signed")),
    };
    html! {
        tr data-code=[row.code.as_deref()] {
            td class="main" { a href=(row.url) { (row.number) } small class="under" { (row.step) } }
            td { (badge(tone, word)) }
            td { (row.said) }
        }
    }
}

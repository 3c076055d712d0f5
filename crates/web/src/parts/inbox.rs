//! The inbox: what waits for this person.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use super::keys;
use super::lang::{Lang, t};
use super::{Hidden, Tab, Tone, badge, empty, hidden, tabs};

/// How near the deadline is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Urgency {
    /// Time enough.
    #[default]
    Calm,
    /// Due today.
    Soon,
    /// Past its time.
    Late,
}

/// One thing that waits.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// Identity of the task with the hash of the slip it was shown for; sent as `task` when signed in a batch.
    pub key: String,
    /// The step: 采购订单审核.
    pub step: String,
    /// The number of the slip, or the word for a draft.
    pub number: String,
    /// The page of the slip.
    pub url: String,
    /// What the slip is about: the supplier and the first items.
    pub summary: String,
    /// Why it is in this inbox: by role, as a deputy for whom, as an added signer.
    pub why: String,
    /// Since when, as shown.
    pub since: String,
    /// The whole moment.
    pub since_full: String,
    /// Until when, as shown; empty without a deadline.
    pub due: String,
    /// How near that is.
    pub urgency: Urgency,
    /// Who sent it on.
    pub from: String,
    /// Amount or quantity, with its unit.
    pub amount: String,
    /// Words such as 已退回 or 催办, with their colours.
    pub marks: Vec<(Tone, String)>,
    /// Whether it can be signed without opening it.
    pub batch: bool,
}

/// The inbox.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    /// 待我办, 草稿, 我发起, 已办, 关注.
    pub tabs: Vec<Tab>,
    /// One per step that has something waiting and per narrower view, with the number of them.
    pub steps: Vec<Tab>,
    /// What waits, oldest first.
    pub items: Vec<Waiting>,
    /// Where a batch is signed; nothing where no item can be.
    pub batch_url: Option<String>,
    /// Inputs the person does not see.
    pub hidden: Hidden,
    /// What to do when nothing waits.
    pub when_empty: Vec<super::Link>,
}

/// The page without its shell.
pub fn inbox(lang: Lang, inbox: &Inbox) -> Markup {
    html! {
        (super::head(&[], t(lang, "待办", "Inbox"), html! {}, html! {}))
        (tabs(t(lang, "待办分类", "Views"), &inbox.tabs))
        div id="inbox" data-live="inbox" { (fragment(lang, inbox)) }
    }
}

/// Only what is inside `#inbox`; answered to requests with the header `X-Fragment: inbox`.
pub fn fragment(lang: Lang, inbox: &Inbox) -> Markup {
    if inbox.items.is_empty() && inbox.steps.is_empty() {
        return html! {
            div class="card" {
                (empty(
                    Icon::CircleCheck,
                    t(lang, "没有待办", "Nothing waits for you"),
                    t(lang, "新的事项会自动出现在这里，不必刷新。", "New tasks appear here by themselves."),
                    &inbox.when_empty,
                ))
            }
        };
    }
    html! {
        form class="card" method="post" action=[inbox.batch_url.as_deref()] data-batch {
            (hidden(&inbox.hidden))
            @if inbox.steps.len() > 1 { (step_filter(lang, &inbox.steps)) }
            div class="scroll" { (rows(lang, inbox)) }
            @if inbox.batch_url.is_some() {
                footer class="batch" {
                    button class="button primary" data-batch-go data-submit { (icon(Icon::PenLine)) (t(lang, "批量签字", "Sign selected")) }
                    span data-chosen aria-live="polite" { (t(lang, "勾选后可一次签字", "Select several to sign them at once")) }
                    (keys::hints(lang, &["row_select", "row_extend_down", "row_all", "sign"]))
                }
            }
        }
    }
}

fn step_filter(lang: Lang, steps: &[Tab]) -> Markup {
    html! {
        header {
            nav class="acts" aria-label=(t(lang, "按环节", "By step")) {
                @for step in steps {
                    a class={ "button tiny" @if !step.here { " quiet" } } href=(step.url) aria-current=[step.here.then_some("true")] {
                        (step.label) @if let Some(count) = step.count { span class="mute" { (count) } }
                    }
                }
            }
        }
    }
}

fn rows(lang: Lang, inbox: &Inbox) -> Markup {
    let batch = inbox.batch_url.is_some();
    html! {
        table class="rows stack" data-rows {
            caption class="seen" { (t(lang, "等我办理的事项", "What waits for me")) }
            thead {
                tr {
                    @if batch {
                        th class="tick" { input type="checkbox" data-all aria-label=(t(lang, "全选", "Select all")); }
                    }
                    th scope="col" { (t(lang, "事项", "Task")) }
                    th scope="col" { (t(lang, "内容", "About")) }
                    th scope="col" class="num" { (t(lang, "金额 / 数量", "Amount")) }
                    th scope="col" { (t(lang, "来自", "From")) }
                    th scope="col" { (t(lang, "何时到我", "Since")) }
                    th scope="col" { (t(lang, "办理时限", "Due")) }
                    th scope="col" { (t(lang, "因何归我办", "Why mine")) }
                }
            }
            tbody { @for item in &inbox.items { (row(lang, item, batch)) } }
        }
    }
}

fn row(lang: Lang, item: &Waiting, batch: bool) -> Markup {
    let due = match item.urgency {
        Urgency::Calm => "code",
        Urgency::Soon => "code warn",
        Urgency::Late => "code bad",
    };
    html! {
        tr data-key=(item.key) {
            @if batch {
                td class="tick" {
                    @if item.batch {
                        input type="checkbox" name="task" value=(item.key) aria-label={ (item.step) " " (item.number) };
                    }
                }
            }
            td class="main" {
                a href=(item.url) { (item.step) }
                @for (tone, text) in &item.marks { " " (badge(*tone, text)) }
                small class="under" { (item.number) }
            }
            td { (item.summary) }
            td class={ "num lead" @if item.amount.contains(['-', '−']) { " red" } } { (item.amount) }
            td class="code" data-label=(t(lang, "来自", "From")) { (item.from) }
            td class="code" data-label=(t(lang, "到达", "Since")) { time title=(item.since_full) { (item.since) } }
            td class=(due) data-label=[(!item.due.is_empty()).then_some(t(lang, "时限", "Due"))] {
                @if item.urgency != Urgency::Calm { (icon(Icon::Clock)) " " }
                (item.due)
            }
            td class="mute" { (item.why) }
        }
    }
}

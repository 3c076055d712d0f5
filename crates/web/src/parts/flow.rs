//! The page of a flow: its drawing, and the same in words.

use maud::{Markup, html};

use super::diagram::{Diagram, diagram};
use super::icon::{Icon, icon};
use super::lang::{Lang, t};
use super::table::{Table, table};
use super::{Link, Tone, badge, head};

/// A person who can or cannot do what waits.
#[derive(Clone, Debug, Default)]
pub struct Able {
    /// The name.
    pub name: String,
    /// For whom he would do it, where that is another.
    pub how: String,
    /// Why he cannot.
    pub not: String,
}

/// Something that waits on a slip of the run.
#[derive(Clone, Debug, Default)]
pub struct Now {
    /// The step.
    pub step: String,
    /// The slip it waits on.
    pub slip: Link,
    /// Since when, until when, how often it was reminded.
    pub since: String,
    /// Whether it is past its time.
    pub late: bool,
    /// Who can do it.
    pub can: Vec<Able>,
    /// Who cannot although he has the role, and why.
    pub cannot: Vec<Able>,
    /// What will be checked, with the law or rule that asks for it.
    pub rules: Vec<String>,
    /// What will be booked.
    pub books: String,
    /// What comes after.
    pub next: Vec<String>,
}

/// A flow as its page shows it.
#[derive(Clone, Debug, Default)]
pub struct Flow {
    /// The way back.
    pub crumbs: Vec<Link>,
    /// Its name: 采购入库.
    pub title: String,
    /// The version of the pack it is read from.
    pub version: String,
    /// The drawing, with the current step of a slip marked if the person came from one.
    pub diagram: Diagram,
    /// What waits on the slip the person came from and on what hangs on it; `None` without one.
    pub now: Option<Vec<Now>>,
    /// The same as a file for modelling tools.
    pub bpmn: String,
    /// Step, slip, role, what is checked, what is posted.
    pub steps: Table,
    /// Which steps no person may share, each set as one sentence.
    pub separate: Vec<String>,
    /// Where the work on it is.
    pub work: Option<Link>,
    /// Slips that can be begun with it.
    pub begin: Option<Link>,
}

/// The page without its shell.
pub fn flow(lang: Lang, flow: &Flow) -> Markup {
    let acts = html! {
        @if let Some(link) = &flow.work { a class="button" href=(link.url) { (link.label) } }
        a class="button" href=(flow.bpmn) download { (icon(Icon::Download)) "BPMN" }
        @if let Some(link) = &flow.begin { a class="button primary" href=(link.url) { (link.label) } }
    };
    html! {
        (head(&flow.crumbs, &flow.title, html! { span class="mute" { (flow.version) } }, acts))
        div data-live="flow" { (fragment(lang, flow)) }
        @if !flow.separate.is_empty() {
            section class="card" {
                header { h2 { (t(lang, "不相容岗位", "Separation of duties")) } }
                div class="in" { ul { @for sentence in &flow.separate { li { (sentence) } } } }
            }
        }
    }
}

/// What changes while the page is open: the drawing with its counts, and where the slip stands; answered to requests with
/// the header `X-Fragment: flow`.
pub fn fragment(lang: Lang, flow: &Flow) -> Markup {
    html! {
        figure class="card" { div class="in scroll" tabindex="0" { (diagram(lang, &flow.diagram)) } }
        @if let Some(now) = &flow.now {
            section class="card" {
                header { h2 { (t(lang, "现在在哪里", "Where it is")) } }
                @if now.is_empty() { p class="in mute" { (t(lang, "没有等待办理的环节。", "Nothing waits.")) } }
                @for one in now { (standing(lang, one)) }
            }
        }
        section class="card" { header { h2 { (t(lang, "环节", "Steps")) } } (table(&flow.steps)) }
    }
}

fn standing(lang: Lang, now: &Now) -> Markup {
    let colon = t(lang, "：", ": ");
    html! {
        dl class="facts" {
            div class="wide" {
                dt { (t(lang, "等待", "Waits for")) }
                dd {
                    b { (now.step) } " · " a href=(now.slip.url) { (now.slip.label) }
                    @if now.late { " " (badge(Tone::Dead, t(lang, "已超时", "Overdue"))) }
                    br; small class="mute" { (t(lang, "自 ", "since ")) (now.since) }
                }
            }
            div class="wide" {
                dt { (t(lang, "现在可办", "Who can do it now")) }
                dd {
                    @if now.can.is_empty() { (badge(Tone::Dead, t(lang, "尚无人可办", "nobody"))) }
                    @for able in &now.can {
                        (badge(Tone::Done, &able.name))
                        @if !able.how.is_empty() { " " small { (able.how) } }
                        " "
                    }
                }
            }
            @if !now.cannot.is_empty() {
                div class="wide" {
                    dt { (t(lang, "不能办", "Who cannot, and why")) }
                    dd {
                        ul {
                            @for able in &now.cannot {
                                li { (able.name) @if !able.how.is_empty() { " (" (able.how) ")" } (colon) span class="mute" { (able.not) } }
                            }
                        }
                    }
                }
            }
            @if !now.rules.is_empty() {
                div class="wide" {
                    dt { (t(lang, "签字时校验", "Checked when it is signed")) }
                    dd { ul { @for rule in &now.rules { li { (rule) } } } }
                }
            }
            @if !now.books.is_empty() { div class="wide" { dt { (t(lang, "签字即记账", "Booked by it")) } dd { (now.books) } } }
            @if !now.next.is_empty() {
                div class="wide" { dt { (t(lang, "之后", "After it")) } dd { @for (nth, next) in now.next.iter().enumerate() { @if nth > 0 { " / " } (next) } } }
            }
        }
    }
}

//! The page of one slip.

use maud::{Markup, html};

use super::actions::{Action, actions};
use super::chain::{Node, chain};
use super::icon::{Icon, icon};
use super::lang::{Lang, t};
use super::steps::{Step, steps};
use super::table::{Table, table};
use super::talk::{Attachment, Comment, Event, attachments, comments, history};
use super::{Hidden, Link, Tone, badge, hidden, note, way_back};

/// A label with its value.
#[derive(Clone, Debug, Default)]
pub struct Fact {
    /// The label.
    pub label: String,
    /// The value; an empty one is shown as a dash.
    pub value: String,
    /// Where the value leads.
    pub url: Option<String>,
    /// Twice as wide as the others.
    pub wide: bool,
}

/// A slip as its page shows it.
#[derive(Clone, Debug, Default)]
pub struct Slip {
    /// The way back.
    pub crumbs: Vec<Link>,
    /// Its kind: 采购订单.
    pub kind: String,
    /// Its number, or the word for a draft.
    pub number: String,
    /// Its state: colour and words.
    pub state: (Tone, String),
    /// What is different about it: returned and why, reversed by which, on hold until when.
    pub notes: Vec<(Tone, String)>,
    /// What this person may do with it now; the main act first.
    pub actions: Vec<Action>,
    /// Printed forms.
    pub prints: Vec<Link>,
    /// The acts on the whole chain.
    pub steps: Vec<Step>,
    /// Where the flow is drawn.
    pub flow: Option<Link>,
    /// The page that says what this kind of slip is for.
    pub help: Option<Link>,
    /// Fields of the head.
    pub facts: Vec<Fact>,
    /// The lines, with the words for them.
    pub lines: Option<(String, Table)>,
    /// What it moved in ledgers, once it has.
    pub entries: Option<Table>,
    /// The slips it came from and those made from it.
    pub chain: Vec<Node>,
    /// What people said.
    pub comments: Vec<Comment>,
    /// Where a comment is sent.
    pub comment_url: Option<String>,
    /// What is attached.
    pub attachments: Vec<Attachment>,
    /// Where a file is sent.
    pub attach_url: Option<String>,
    /// What happened, newest first.
    pub history: Vec<Event>,
    /// Where its fields' history and its versions are shown.
    pub versions_url: Option<String>,
    /// Where a new slip is begun as a copy of it.
    pub copy_url: Option<String>,
    /// What other flows make from it, for those who may.
    pub made: Vec<Link>,
    /// Where it is watched or watched no more, and whether it is now.
    pub watch: (String, bool),
    /// Hidden inputs of the forms for comments and files.
    pub hidden: Hidden,
}

/// The page without its shell.
pub fn slip(lang: Lang, slip: &Slip) -> Markup {
    html! {
        (head(lang, slip))
        @for (tone, text) in &slip.notes { (note(*tone, html! { (text) })) }
        @if !slip.steps.is_empty() {
            section class="card" aria-label=(t(lang, "环节", "Steps")) { (steps(lang, &slip.steps)) }
        }
        @if !slip.facts.is_empty() { section class="card" aria-label=(slip.kind) { (facts(&slip.facts)) } }
        @if let Some((title, lines)) = &slip.lines { (titled(title, table(lines))) }
        @if slip.chain.len() > 1 {
            section class="card" {
                header {
                    h2 { (t(lang, "单据链", "Chain of slips")) }
                    @if let Some(flow) = &slip.flow { div class="acts" { a class="small" href=(flow.url) { (flow.label) } } }
                }
                (chain(lang, &slip.chain))
            }
        }
        @if let Some(entries) = &slip.entries { (titled(t(lang, "分录", "Entries"), table(entries))) }
        div class="two" {
            div {
                (history(lang, &slip.history, slip.versions_url.as_deref()))
            }
            div {
                (comments(lang, &slip.comments, slip.comment_url.as_deref(), &slip.hidden))
                (attachments(lang, &slip.attachments, slip.attach_url.as_deref(), &slip.hidden))
            }
        }
    }
}

fn head(lang: Lang, slip: &Slip) -> Markup {
    html! {
        div class="head stick" {
            (way_back(&slip.crumbs))
            h1 { (slip.kind) " " span class="code" { (slip.number) } }
            (badge(slip.state.0, &slip.state.1))
            div class="acts" {
                (actions(lang, &slip.actions))
                form method="post" action=(slip.watch.0) {
                    (hidden(&slip.hidden))
                    button class="button" name="watch" value=(if slip.watch.1 { "0" } else { "1" }) aria-pressed=(slip.watch.1)
                        title=(t(lang, "关注：每有进展即通知我", "Tell me whenever something is done with it")) {
                        (icon(if slip.watch.1 { Icon::Check } else { Icon::BellRing }))
                        (t(lang, if slip.watch.1 { "已关注" } else { "关注" }, if slip.watch.1 { "Watching" } else { "Watch" }))
                    }
                }
                @if let Some(url) = &slip.copy_url {
                    a class="button" href=(url) title=(t(lang, "以本单的内容另开一张新单", "Begin a new slip with what this one says")) {
                        (icon(Icon::Copy)) (t(lang, "复制为新单", "Copy as new"))
                    }
                }
                @for made in &slip.made { a class="button" href=(made.url) { (icon(Icon::FilePlus)) (made.label) } }
                @for print in &slip.prints { a class="button" href=(print.url) { (icon(Icon::Printer)) (print.label) } }
                @if let Some(help) = &slip.help { a class="button quiet help" href=(help.url) aria-label=(help.label) title=(help.label) { (icon(Icon::CircleQuestionMark)) } }
            }
        }
    }
}

/// Labels with values, in as many columns as there is room for.
pub fn facts(facts: &[Fact]) -> Markup {
    html! {
        dl class="facts" {
            @for fact in facts {
                div class=[fact.wide.then_some("wide")] {
                    dt { (fact.label) }
                    dd {
                        @match &fact.url {
                            Some(url) => a href=(url) { (fact.value) },
                            None => (if fact.value.is_empty() { "—" } else { &fact.value }),
                        }
                    }
                }
            }
        }
    }
}

fn titled(title: &str, body: Markup) -> Markup {
    html! { section class="card" { header { h2 { (title) } } (body) } }
}

//! One record of a register: what holds now and every version before. Lists of records are `list::list`.

use maud::{Markup, html};

use super::actions::{Action, actions};
use super::lang::{Lang, t};
use super::slip::{Fact, facts};
use super::table::{Table, table};
use super::talk::{Change, changed};
use super::{Link, Tone, badge, head, note};

/// One version of a record.
#[derive(Clone, Debug, Default)]
pub struct Version {
    /// Counted from 1.
    pub number: u32,
    /// From which day it holds.
    pub from: String,
    /// Until which day; empty where it has no end.
    pub until: String,
    /// The slip that recorded it.
    pub slip: Link,
    /// Who signed that slip last, and when.
    pub signed: String,
    /// What differs from the version before.
    pub changes: Vec<Change>,
    /// Whether it is the one shown.
    pub here: bool,
    /// The page that shows the record as it was.
    pub url: String,
}

/// A record.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The way back to the register.
    pub crumbs: Vec<Link>,
    /// Code and name.
    pub title: String,
    /// Its state.
    pub state: (Tone, String),
    /// Warnings: a licence that ends soon.
    pub notes: Vec<(Tone, String)>,
    /// What can be begun: a slip that changes it.
    pub actions: Vec<Action>,
    /// The fields of the version shown.
    pub facts: Vec<Fact>,
    /// Tables that belong to it, such as licences, each with its heading.
    pub tables: Vec<(String, Table)>,
    /// Every version, newest first.
    pub versions: Vec<Version>,
    /// Where the versions stand side by side.
    pub beside: Option<Link>,
}

/// The page without its shell.
pub fn record(lang: Lang, record: &Record) -> Markup {
    html! {
        (head(&record.crumbs, &record.title, badge(record.state.0, &record.state.1), actions(lang, &record.actions)))
        @for (tone, text) in &record.notes { (note(*tone, html! { (text) })) }
        section class="card" { (facts(&record.facts)) }
        @for (title, rows) in &record.tables { section class="card" { header { h2 { (title) } } (table(rows)) } }
        section class="card" {
            header { h2 { (t(lang, "版本", "Versions")) } span class="mute" { (record.versions.len()) }
                @if let Some(link) = &record.beside { div class="acts" { a class="button tiny" href=(link.url) { (link.label) } } }
            }
            div class="in" { ol class="talk" { @for version in &record.versions { (one(lang, version)) } } }
        }
    }
}

fn one(lang: Lang, version: &Version) -> Markup {
    let until = if version.until.is_empty() {
        t(lang, "至今", "until now")
    } else {
        &version.until
    };
    html! {
        li {
            span class="face" { (version.number) }
            div {
                a class="who" href=(version.url) aria-current=[version.here.then_some("true")] { (version.from) " – " (until) }
                @if version.here { (badge(Tone::Wait, t(lang, "所示版本", "Shown"))) }
                @for change in &version.changes { (changed(change)) }
                p class="small mute" {
                    @if version.slip.url.is_empty() { (version.slip.label) } @else { a href=(version.slip.url) { (version.slip.label) } }
                    " · " (version.signed)
                }
            }
        }
    }
}

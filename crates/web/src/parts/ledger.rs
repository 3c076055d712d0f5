//! Ledger enquiry: balances by place and key, the statement behind a balance, and from there the slip.

use maud::{Markup, html};

use super::export::{Export, export};
use super::icon::Icon;
use super::lang::{Lang, t};
use super::list::{Filter, Pager, filters, pager};
use super::slip::{Fact, facts};
use super::table::{Table, folded, table};
use super::{Link, Tab, Tone, empty, head, note, tabs};

/// Balances or a statement: the same frame, another table.
#[derive(Clone, Debug, Default)]
pub struct Enquiry {
    /// The way back: from a statement to the balances.
    pub crumbs: Vec<Link>,
    /// The ledger, or the place and key of a statement.
    pub title: String,
    /// The other ledgers.
    pub ledgers: Vec<Tab>,
    /// As of when, which states are counted, which place and key.
    pub filters: Vec<Filter>,
    /// Query values that stay.
    pub keep: Vec<(String, String)>,
    /// Figures above the table: opening, in, out, closing.
    pub figures: Vec<Fact>,
    /// Balances as a tree (`Row::level`), or the rows of a statement with the running balance last.
    pub table: Table,
    /// Whether the table is a tree that begins folded.
    pub folded: bool,
    /// What was asked and when it was answered, below the table: balances are as of a moment.
    pub foot: String,
    /// Other views of the same ledger.
    pub views: Vec<Tab>,
    /// What the reader is told about what is shown: what was left out, what is as of when.
    pub notes: Vec<String>,
    /// Where the rows can be had as a file.
    pub export: Option<Export>,
    /// Pictures above the table.
    pub above: Vec<Markup>,
    /// Pictures below the table.
    pub below: Vec<Markup>,
    /// Whether there are only pictures, and no table.
    pub pictured: bool,
    /// Which part is shown.
    pub pager: Pager,
}

/// The page without its shell.
pub fn enquiry(lang: Lang, enquiry: &Enquiry) -> Markup {
    let acts = html! {
        @if let Some(files) = &enquiry.export { (export(lang, files)) }
    };
    html! {
        (head(&enquiry.crumbs, &enquiry.title, html! {}, acts))
        @if !enquiry.ledgers.is_empty() { (tabs(t(lang, "账", "Ledgers"), &enquiry.ledgers)) }
        @if !enquiry.views.is_empty() {
            nav class="views" aria-label=(t(lang, "看法", "Views")) {
                @for view in &enquiry.views { a class="button tiny" href=(view.url) aria-current=[view.here.then_some("page")] { (view.label) } }
            }
        }
        @for text in &enquiry.notes { (note(Tone::Held, html! { (text) })) }
        @for picture in &enquiry.above { (picture) }
        div class="card" {
            @if !enquiry.filters.is_empty() { (filters(lang, &enquiry.filters, &enquiry.keep)) }
            @if !enquiry.figures.is_empty() { (facts(&enquiry.figures)) }
            @if enquiry.table.rows.is_empty() && (!enquiry.pictured || enquiry.below.is_empty()) {
                (empty(
                    Icon::BookOpen,
                    t(lang, "没有发生额", "Nothing moved"),
                    t(lang, "换个日期或条件再看。", "Try another day or other conditions."),
                    &[],
                ))
            } @else if !enquiry.pictured {
                @if enquiry.folded { (folded(&enquiry.table)) } @else { (table(&enquiry.table)) }
                footer {
                    span { (enquiry.foot) }
                    @if enquiry.pager.before.is_some() || enquiry.pager.after.is_some() {
                        (pager(lang, &enquiry.pager))
                    }
                }
            }
        }
        @for picture in &enquiry.below { (picture) }
    }
}

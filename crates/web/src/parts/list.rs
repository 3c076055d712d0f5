//! A list with filters, sorting and pages: slips, records, anything with a search.

use maud::{Markup, html};

use super::export::{Export, export};
use super::icon::{Icon, icon};
use super::lang::{Lang, t};
use super::table::{Table, table};
use super::{Link, Tab, empty, head, tabs};

/// What a filter lets a person choose.
#[derive(Clone, Debug, Default)]
pub enum Choose {
    /// Words to search for.
    #[default]
    Words,
    /// One of these: value and text; the empty value is "all".
    One(Vec<(String, String)>),
    /// A day.
    Day,
    /// A time of a day, hours and minutes.
    Time,
    /// A month, `2026-04`.
    Month,
    /// Yes or no; the value is `1` or empty.
    Yes,
}

/// One filter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Its name in the query.
    pub name: String,
    /// Its label.
    pub label: String,
    /// What is chosen.
    pub choose: Choose,
    /// The value now.
    pub value: String,
}

/// Which part of the rows is shown.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    /// A sentence with the part and the whole: "1–50 / 12,408".
    pub text: String,
    /// The page before.
    pub before: Option<String>,
    /// The page after.
    pub after: Option<String>,
}

/// A list.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Its heading.
    pub title: String,
    /// The way back.
    pub crumbs: Vec<Link>,
    /// Other lists beside this one.
    pub tabs: Vec<Tab>,
    /// The filters.
    pub filters: Vec<Filter>,
    /// Query values that stay when the filters change, such as the order.
    pub keep: Vec<(String, String)>,
    /// The rows.
    pub table: Table,
    /// Which part is shown.
    pub pager: Pager,
    /// Where the rows can be had as a file.
    pub export: Option<Export>,
    /// What can be begun here.
    pub begin: Vec<Link>,
    /// What to say when nothing matches; a sentence for this list.
    pub when_empty: String,
}

/// The page without its shell.
pub fn list(lang: Lang, list: &List) -> Markup {
    let acts = html! {
        @if let Some(files) = &list.export { (export(lang, files)) }
        @for link in &list.begin { a class="button primary" href=(link.url) { (icon(Icon::Plus)) (link.label) } }
    };
    html! {
        (head(&list.crumbs, &list.title, html! {}, acts))
        @if !list.tabs.is_empty() { (tabs(&list.title, &list.tabs)) }
        div class="card" {
            @if !list.filters.is_empty() { (filters(lang, &list.filters, &list.keep)) }
            @if list.table.rows.is_empty() {
                @let none = match list.filters.is_empty() {
                    true => t(lang, "还没有记录", "Nothing here yet"),
                    false => t(lang, "没有符合条件的记录", "Nothing matches"),
                };
                (empty(Icon::Search, none, &list.when_empty, &[]))
            } @else {
                (table(&list.table))
                footer { span {} (pager(lang, &list.pager)) }
            }
        }
    }
}

/// The filters as one form that is sent with `GET`; a choice is sent as soon as it is made.
pub fn filters(lang: Lang, filters: &[Filter], keep: &[(String, String)]) -> Markup {
    html! {
        form class="filters" data-auto {
            (super::hidden(keep))
            (filter_controls(lang, filters))
            button class="button" { (icon(Icon::ListFilter)) (t(lang, "筛选", "Filter")) }
        }
    }
}

/// The inputs of the filters, each with its label.
pub(super) fn filter_controls(lang: Lang, filters: &[Filter]) -> Markup {
    html! {
        @for filter in filters {
            @if let Choose::Yes = filter.choose {
                label class="check" {
                    input type="checkbox" name=(filter.name) value="1" checked[filter.value == "1"]; (filter.label)
                }
            } @else {
                label { (filter.label) (control(lang, filter)) }
            }
        }
    }
}

fn control(lang: Lang, filter: &Filter) -> Markup {
    html! {
        @match &filter.choose {
            Choose::One(choices) => select name=(filter.name) {
                @for (value, text) in choices { option value=(value) selected[*value == filter.value] { (text) } }
            },
            Choose::Day => input size="10" name=(filter.name) value=(filter.value) data-date inputmode="numeric"
                placeholder=(t(lang, "年-月-日", "yyyy-mm-dd")) autocomplete="off";,
            Choose::Time => input size="5" maxlength="5" name=(filter.name) value=(filter.value) data-time inputmode="numeric"
                pattern="([01]?[0-9]|2[0-3])[:：]?[0-5][0-9]" placeholder=(t(lang, "时:分", "hh:mm")) title=(t(lang, "24 小时制，如 15:30", "24 hours, such as 15:30")) autocomplete="off";,
            Choose::Month => input size="8" name=(filter.name) value=(filter.value) inputmode="numeric" placeholder=(t(lang, "年-月", "yyyy-mm"))
                pattern="[0-9]{4}-[0-9]{2}" autocomplete="off";,
            _ => input type="search" name=(filter.name) value=(filter.value) autocomplete="off";,
        }
    }
}

/// The arrows to the page before and after.
pub fn pager_of(lang: Lang, part: &Pager) -> Markup {
    pager(lang, part)
}

pub(super) fn pager(lang: Lang, pager: &Pager) -> Markup {
    let turn = |url: &Option<String>, rel: &str, sign: Icon, word: &str| {
        html! {
            @match url {
                Some(url) => a class="button tiny" rel=(rel) href=(url) aria-label=(word) { (icon(sign)) },
                None => span class="button tiny" role="link" aria-disabled="true" aria-label=(word) { (icon(sign)) },
            }
        }
    };
    html! {
        nav class="pager" aria-label=(t(lang, "翻页", "Pages")) {
            span { (pager.text) }
            (turn(&pager.before, "prev", Icon::ChevronLeft, t(lang, "上一页", "Previous page")))
            (turn(&pager.after, "next", Icon::ChevronRight, t(lang, "下一页", "Next page")))
        }
    }
}

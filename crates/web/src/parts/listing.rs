//! A list whose filter, columns and order a person chooses, whose rows can be ticked, and which can be kept.

use maud::{Markup, html};

use super::export::{Export, export};
use super::icon::{Icon, icon};
use super::lang::{Lang, t};
use super::list::{Filter, Pager, filter_controls, pager};
use super::table::{Table, table};
use super::{Hidden, Link, Tab, empty, head, hidden, tabs};

/// A choice: value and text.
pub type Choice = (String, String);

/// One condition, as typed.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// Name of the field.
    pub field: String,
    /// Name of the test.
    pub test: String,
    /// What it is compared with.
    pub one: String,
    /// The end of a range.
    pub two: String,
}

/// A list that was kept.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Its id.
    pub id: String,
    /// What it is called, with the role it is shared with.
    pub tab: Tab,
    /// Whether the reader may remove it.
    pub removable: bool,
}

/// The list.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Its heading.
    pub title: String,
    /// The kept lists, the one without a filter first.
    pub views: Vec<View>,
    /// What the reader is told about the filter: what was left out, how much was looked at.
    pub notes: Vec<Markup>,
    /// The filters that every list has.
    pub filters: Vec<Filter>,
    /// Query values that stay when the filters change.
    pub keep: Hidden,
    /// The fields that conditions can name.
    pub fields: Vec<Choice>,
    /// The tests.
    pub tests: Vec<Choice>,
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// The columns: name, label, whether shown.
    pub columns: Vec<(String, String, bool)>,
    /// The rows; each may have a tick.
    pub table: Table,
    /// Which part is shown.
    pub pager: Pager,
    /// Where the ticked rows are printed.
    pub print_url: String,
    /// Inputs of that form and of the others, which the person does not see.
    pub hidden: Hidden,
    /// The query of this list, for a file, for sums and to keep it.
    pub query: String,
    /// Where its sums are.
    pub sums_url: String,
    /// The roles that a kept list can be shared with.
    pub roles: Vec<Choice>,
    /// What can be begun here.
    pub begin: Vec<Link>,
    /// What to say when nothing matches.
    pub when_empty: String,
    /// Where else to look then.
    pub elsewhere: Vec<Link>,
}

/// The page without its shell.
pub fn listing(lang: Lang, list: &Listing) -> Markup {
    let views: Vec<Tab> = list.views.iter().map(|view| view.tab.clone()).collect();
    html! {
        (head(&[], &list.title, html! {}, acts(lang, list)))
        @if views.len() > 1 { (tabs(t(lang, "已存的视图", "Kept lists"), &views)) }
        @for note in &list.notes { (note) }
        div class="card" {
            form class="filters" id="filter" data-auto {
                (hidden(&list.keep))
                (filter_controls(lang, &list.filters))
                button class="button" { (icon(Icon::ListFilter)) (t(lang, "筛选", "Filter")) }
            }
            (conditions(lang, list))
            (columns(lang, list))
            @if list.table.rows.is_empty() {
                (empty(Icon::Search, t(lang, "没有符合条件的记录", "Nothing matches"), &list.when_empty, &list.elsewhere))
                footer { span {} (pager(lang, &list.pager)) }
            } @else {
                (rows(lang, list))
            }
        }
        (keep_dialog(lang, list))
    }
}

/// The rows as one form: what is ticked is printed into one file.
fn rows(lang: Lang, list: &Listing) -> Markup {
    html! {
        form method="post" action=(list.print_url) target="_blank" data-batch data-many {
            (hidden(&list.hidden))
            (table(&list.table))
            footer class="batch" {
                label class="check" { input type="checkbox" data-all; (t(lang, "全选本页", "All on this page")) }
                button class="button" data-batch-go { (icon(Icon::Printer)) (t(lang, "打印所选", "Print selected")) }
                span data-chosen aria-live="polite" { (t(lang, "勾选后合印为一个 PDF", "Select slips to print them as one PDF")) }
                (pager(lang, &list.pager))
            }
        }
    }
}

fn acts(lang: Lang, list: &Listing) -> Markup {
    let mut files = Export {
        url: "/slips/export".to_owned(),
        hidden: list.hidden.clone(),
    };
    files.hidden.push(("q".to_owned(), list.query.clone()));
    html! {
        (export(lang, &files))
        a class="button" href=(list.sums_url) { (icon(Icon::BookOpen)) (t(lang, "汇总", "Sums")) }
        button class="button" type="button" data-dialog="keep" { (icon(Icon::Save)) (t(lang, "存为视图", "Keep this list")) }
        @for link in &list.begin { a class="button primary" href=(link.url) { (icon(Icon::Plus)) (link.label) } }
    }
}

fn select(name: &str, label: &str, choices: &[Choice], value: &str, first: &str) -> Markup {
    html! {
        select name=(name) form="filter" aria-label=(label) {
            option value="" { (first) }
            @for (code, text) in choices { option value=(code) selected[code == value] { (text) } }
        }
    }
}

/// The conditions on any field; one more than there are, to add another.
fn conditions(lang: Lang, list: &Listing) -> Markup {
    let blank = Condition::default();
    let all: Vec<&Condition> = list.conditions.iter().chain([&blank]).collect();
    let (one, two) = (t(lang, "值", "Value"), t(lang, "至", "To"));
    html! {
        details class="more" open[!list.conditions.is_empty()] {
            summary { (t(lang, "按任意字段筛选", "Filter by any field"))
                @if !list.conditions.is_empty() { " " span class="count pale" { (list.conditions.len()) } } }
            @for (at, condition) in all.iter().enumerate() {
                div class="filters" role="group" aria-label=(format!("{} {}", t(lang, "条件", "Condition"), at + 1)) {
                    (select(&format!("f{at}"), t(lang, "字段", "Field"), &list.fields, &condition.field, t(lang, "选择字段…", "Choose a field…")))
                    (select(&format!("o{at}"), t(lang, "比较", "Test"), &list.tests, &condition.test, t(lang, "比较…", "Test…")))
                    input type="search" form="filter" name=(format!("a{at}")) value=(condition.one) aria-label=(one) placeholder=(one) autocomplete="off";
                    input type="search" form="filter" name=(format!("b{at}")) value=(condition.two) aria-label=(two) placeholder=(two) autocomplete="off";
                    button class="button" form="filter" { (icon(Icon::Check)) (t(lang, "应用", "Apply")) }
                }
            }
            p class="hint" { (t(
                lang,
                "“介于”填两个值，空着的一端不限；“属于”的各值以逗号分开；明细的条件须由同一行满足。",
                "“between” takes two values, an empty one is no bound; “one of” takes values with commas between; conditions on lines hold for one line.",
            )) }
        }
    }
}

fn columns(lang: Lang, list: &Listing) -> Markup {
    html! {
        details class="more" {
            summary { (t(lang, "显示的列", "Columns")) }
            div class="filters" role="group" aria-label=(t(lang, "显示的列", "Columns")) {
                @for (name, label, shown) in &list.columns {
                    label class="check" { input type="checkbox" form="filter" name="c" value=(name) checked[*shown]; (label) }
                }
                button class="button" form="filter" { (icon(Icon::Check)) (t(lang, "应用并记住", "Apply and remember")) }
            }
        }
    }
}

/// Keeps the list under a name; and the way to remove the one that is shown.
fn keep_dialog(lang: Lang, list: &Listing) -> Markup {
    let here = list
        .views
        .iter()
        .find(|view| view.tab.here && view.removable);
    html! {
        dialog id="keep" aria-labelledby="keep-title" {
            form class="ask" method="post" action="/slips/views" {
                h2 id="keep-title" { (t(lang, "把这个列表存为视图", "Keep this list")) }
                (hidden(&list.hidden))
                input type="hidden" name="q" value=(list.query);
                div class="fields" {
                    div class="field" {
                        label for="keep-name" { (t(lang, "名称", "Name")) }
                        input id="keep-name" name="name" required maxlength="40" autocomplete="off";
                    }
                    div class="field" {
                        label for="keep-role" { (t(lang, "给谁看", "For whom")) }
                        select id="keep-role" name="role" {
                            option value="" { (t(lang, "只给自己", "For myself")) }
                            @for (code, name) in &list.roles { option value=(code) { (t(lang, "同岗位：", "Everyone with: ")) (name) } }
                        }
                    }
                }
                div class="acts" {
                    button class="button primary" { (icon(Icon::Save)) (t(lang, "保存", "Keep")) }
                    button class="button" type="button" data-shut { (t(lang, "取消", "Cancel")) }
                }
            }
            @if let Some(view) = here {
                form class="ask" method="post" action=(format!("/slips/views/{}/remove", view.id)) {
                    (hidden(&list.hidden))
                    div class="acts" { button class="button" { (icon(Icon::Trash)) (t(lang, "移除视图：", "Remove: ")) (view.tab.label) } }
                }
            }
        }
    }
}

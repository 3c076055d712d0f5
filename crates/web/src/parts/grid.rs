//! The line grid: a plain table of inputs that `grid.js` turns into a fast one.
//!
//! Without the script it still works: blank rows stand at the end, a button asks the server for more of them, and a
//! row left blank is not a line.

use maud::{Markup, html};

use super::field::{Entry, Field, Kind, cell};
use super::icon::{Icon, icon};
use super::keys;
use super::lang::{Lang, t};

/// One line as typed or as drawn from an earlier slip.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Identity of the line it draws from; sent back as `l.<n>.source`. Empty for a line of its own.
    pub source: String,
    /// Values of the source that expressions may name: `("from.qty", "100")`.
    pub with: Vec<(String, String)>,
    /// One entry per column.
    pub cells: Vec<Entry>,
    /// Why the line as a whole was refused.
    pub refusal: Option<String>,
}

/// The lines of a form.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// What the lines are called: 明细.
    pub title: String,
    /// The columns.
    pub columns: Vec<Field>,
    /// The lines.
    pub lines: Vec<Line>,
    /// Whether lines of one's own may be added; without it only those drawn may be kept, split or deleted.
    pub grows: bool,
    /// Whether the lines are what they are: none is added, split or deleted.
    pub fixed: bool,
    /// Whether a ledger proposes lines.
    pub proposes: bool,
    /// Where a file is read into lines; nothing where it cannot be.
    pub file: Option<String>,
    /// Where what a scanner types is read; nothing where no field is filled by scanning.
    pub scan: Option<String>,
    /// How many digits the codes have that a column lists; none where no column does.
    pub codes: Option<usize>,
}

/// Where a row stands in the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// Among the lines.
    Here,
    /// Among the lines, but hidden from the first moment where scripts run: the grid adds its own.
    Spare,
    /// In the template that new lines are copied from.
    Pattern,
}

/// How many blank rows a form has for people without scripts.
const BLANK_ROWS: usize = 3;

/// The grid as a panel of the form.
pub fn grid(lang: Lang, grid: &Grid) -> Markup {
    let blank = Line {
        cells: vec![Entry::default(); grid.columns.len()],
        ..Line::default()
    };
    let empty_rows = if grid.grows { BLANK_ROWS } else { 0 };
    html! {
        section class="card" aria-labelledby="grid-title" {
            header {
                h2 id="grid-title" { (grid.title) }
                @if let Some(digits) = grid.codes.filter(|_| grid.scan.is_some()) {
                    // Reading it needs the script, which shows the button.
                    button class="button tiny quiet" type="button" data-code-file=(digits) hidden
                        title=(t(lang, "供货方或平台的码文件：CSV、TXT 或 XML，文件中每个这样长的数字都是一个码", "A file of codes from the supplier or the platform: CSV, TXT or XML; every number of that length is a code")) {
                        (icon(Icon::FileText)) (t(lang, "读入码文件", "Read a file of codes"))
                    }
                }
                @if grid.grows {
                    div class="acts" {
                        @if grid.proposes {
                            button class="button tiny" name="_do" value="propose" formnovalidate {
                                (icon(Icon::FilePlus)) (t(lang, "从账上生成明细", "Lines from the ledger"))
                            }
                        }
                        @if grid.file.is_some() {
                            // Reading a file needs the script, which shows the button.
                            button class="button tiny quiet" type="button" data-grid-file hidden
                                title=(t(lang, "CSV、TXT、TSV 或 XLSX；也可把文件拖到表上", "CSV, TXT, TSV or XLSX; a file can be dropped on the table, too")) {
                                (icon(Icon::FileText)) (t(lang, "从文件读入", "From a file"))
                            }
                        }
                        button class="button tiny quiet" name="_do" value="more" data-grid-add formnovalidate {
                            (icon(Icon::Plus)) (t(lang, "加行", "Add lines"))
                        }
                    }
                }
            }
            line-grid data-grows[grid.grows] data-scan=[grid.scan.as_deref()] data-file=[grid.file.as_deref()] {
                div class="scroll" {
                    table class="grid" {
                        thead { (headings(lang, grid)) }
                        tbody {
                            @for (index, line) in grid.lines.iter().enumerate() { (row(lang, grid, index + 1, line, Stands::Here)) }
                            @for index in 0..empty_rows { (row(lang, grid, grid.lines.len() + index + 1, &blank, if index == 0 { Stands::Here } else { Stands::Spare })) }
                        }
                        @if grid.columns.iter().any(|column| column.total) { tfoot { (totals(lang, grid)) } }
                    }
                }
                @if grid.grows { template { (row(lang, grid, 0, &blank, Stands::Pattern)) } }
            }
            @if !grid.fixed { footer { (help(lang, grid)) } }
        }
    }
}

fn headings(lang: Lang, grid: &Grid) -> Markup {
    html! {
        tr {
            th scope="col" class="nth" { span class="seen" { (t(lang, "行", "Line")) } }
            @for column in grid.columns.iter().filter(|column| !column.under) {
                th scope="col" class={ (kind_class(column)) @if column.need && !column.is_output() { " need" } } {
                    (column.label)
                }
            }
            th scope="col" class="ops" { span class="seen" { (t(lang, "操作", "Actions")) } }
        }
    }
}

fn kind_class(field: &Field) -> &'static str {
    match field.kind {
        Kind::Number if field.fixed => "num out",
        Kind::Lookup(_) if field.fixed => "k-lookup",
        Kind::Date | Kind::Time if field.is_output() => "out code",
        _ if field.is_output() && field.kind != Kind::Number => "out",
        Kind::Number => "num",
        Kind::Lookup(_) => "k-lookup",
        Kind::Date => "k-date",
        _ => "k-text",
    }
}

fn row(lang: Lang, grid: &Grid, number: usize, line: &Line, stands: Stands) -> Markup {
    let with = serde_json::Value::Object(
        line.with
            .iter()
            .map(|(k, v)| (k.clone(), v.clone().into()))
            .collect(),
    );
    html! {
        tr class=[(stands == Stands::Spare).then_some("spare")] data-with=[(!line.with.is_empty()).then(|| with.to_string())] {
            th scope="row" {
                span data-n { (number) }
                input type="hidden" name={ "l." (number) ".source" } value=(line.source);
            }
            @for (at, (column, entry)) in grid.columns.iter().zip(&line.cells).enumerate() {
                @if !column.under {
                    td class={ (kind_class(column)) @if !column.is_output() { " typed" } } data-label=(column.label)
                        data-scanned=[Some(column.scan).filter(|scan| !scan.is_empty())] {
                        (cell(lang, &format!("l.{number}.{}", column.name), column, entry, stands != Stands::Pattern))
                        (under(grid, line, at))
                    }
                }
            }
            td class="ops" {
                @if let Some(why) = &line.refusal { p class="refusal" { (why) } }
                @if !grid.fixed && stands != Stands::Spare {
                    button name="_do" value={ "copy." (number) } data-copy tabindex="-1" formnovalidate
                        aria-label=(t(lang, "复制本行", "Duplicate line"))
                        title=(keys::tooltip(t(lang, "复制本行", "Duplicate line"), "line_copy")) { (icon(Icon::Copy)) }
                    button name="_do" value={ "remove." (number) } data-remove tabindex="-1" formnovalidate
                        aria-label=(t(lang, "删除本行", "Delete line"))
                        title=(keys::tooltip(t(lang, "删除本行", "Delete line"), "line_delete")) { (icon(Icon::Trash)) }
                }
            }
        }
    }
}

/// What stands small within the cell of column `at`: the columns after it that say so.
fn under(grid: &Grid, line: &Line, at: usize) -> Markup {
    let rest = || grid.columns.iter().zip(&line.cells).skip(at + 1);
    let count = rest().take_while(|(column, _)| column.under).count();
    html! {
        @if count > 0 {
            div class="about" {
                @for (column, entry) in rest().take(count) {
                    span title=(column.label) { (cell(Lang::Zh, "", column, entry, false)) }
                }
            }
        }
    }
}

fn totals(lang: Lang, grid: &Grid) -> Markup {
    html! {
        tr {
            td {}
            @for (index, column) in grid.columns.iter().filter(|column| !column.under).enumerate() {
                @let label = column.total.then_some(column.label.as_str());
                td class=(kind_class(column)) data-label=[label] {
                    @if index == 0 && !column.total { output { (t(lang, "合计", "Total")) } }
                    @if column.total { output data-total=(column.name) data-scale=(column.scale) {} }
                }
            }
            td {}
        }
    }
}

fn help(lang: Lang, grid: &Grid) -> Markup {
    let mut acts = vec![
        "cell_next",
        "line_down",
        "look_up",
        "calculate",
        "fill_down",
        "line_copy",
    ];
    if grid.grows {
        acts.push("line_insert");
    }
    acts.push("line_delete");
    if grid.grows {
        acts.push("paste");
    }
    acts.push("help");
    html! {
        (keys::hints(lang, &acts))
        @if grid.scan.is_some() {
            span class="mute" { (icon(Icon::Search)) " " (t(lang, "可用扫码枪扫 GS1 条码", "GS1 barcodes can be scanned")) }
        }
    }
}

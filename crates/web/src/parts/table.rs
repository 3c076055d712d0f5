//! Tables of text: the one shape behind lists, lines of a slip, balances and statements.

use maud::{Markup, html};

use super::icon::{Icon, icon};
use super::{Tone, badge};

/// How a column or a cell is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Text from the left.
    #[default]
    Plain,
    /// A figure, from the right; red where it is negative (红字).
    Number,
    /// A code, a date or a number of a slip: never broken over two lines.
    Code,
    /// The position of the row; not shown on a phone.
    Count,
    /// What the row is about; the first line of a row on a phone.
    Main,
    /// The one figure that matters, at the right of the first line on a phone.
    Lead,
}

/// The heading of a column.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// Its text.
    pub label: String,
    /// How it is set.
    pub shape: Shape,
    /// The address that sorts by this column.
    pub sort: Option<String>,
    /// Whether rows are sorted by it now: `Some(true)` for ascending.
    pub sorted: Option<bool>,
}

impl Head {
    /// A heading that does not sort.
    pub fn new(label: impl Into<String>, shape: Shape) -> Head {
        Head {
            label: label.into(),
            shape,
            ..Head::default()
        }
    }

    /// The same heading, sorting at `url`; `sorted` says whether it does so now, and ascending.
    pub fn sorts(self, url: impl Into<String>, sorted: Option<bool>) -> Head {
        Head {
            sort: Some(url.into()),
            sorted,
            ..self
        }
    }
}

/// One cell.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// Its text; an empty one is not shown on a phone.
    pub text: String,
    /// A second, smaller line.
    pub under: String,
    /// Where the text leads.
    pub url: Option<String>,
    /// Shown as a state with this colour.
    pub tone: Option<Tone>,
    /// Columns it spans, if more than one.
    pub span: Option<u8>,
}

impl Cell {
    /// A cell of text.
    pub fn new(text: impl Into<String>) -> Cell {
        Cell {
            text: text.into(),
            ..Cell::default()
        }
    }

    /// The same cell, leading to `url`.
    pub fn to(self, url: impl Into<String>) -> Cell {
        Cell {
            url: Some(url.into()),
            ..self
        }
    }

    /// The same cell with a smaller second line.
    pub fn under(self, under: impl Into<String>) -> Cell {
        Cell {
            under: under.into(),
            ..self
        }
    }

    /// A cell that shows a state.
    pub fn state(tone: Tone, text: impl Into<String>) -> Cell {
        Cell {
            text: text.into(),
            tone: Some(tone),
            ..Cell::default()
        }
    }

    /// The same cell over several columns.
    pub fn over(self, columns: u8) -> Cell {
        Cell {
            span: Some(columns),
            ..self
        }
    }
}

/// One row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Its cells, as many as there are headings unless one spans.
    pub cells: Vec<Cell>,
    /// Depth in a tree from 1; 0 in a plain table.
    pub level: u8,
    /// Whether rows of a deeper level follow it.
    pub opens: bool,
    /// The address of what is under it, where that is fetched when it is opened.
    pub more: Option<String>,
    /// What it is in a folded tree, so that a browser remembers that it was opened.
    pub id: String,
    /// A total or a carried balance among the rows.
    pub sum: bool,
    /// The row the person came from or is at.
    pub here: bool,
    /// Name and value of a box by which the row is chosen, for a table within a form.
    pub tick: Option<(String, String)>,
}

impl From<Vec<Cell>> for Row {
    fn from(cells: Vec<Cell>) -> Row {
        Row {
            cells,
            ..Row::default()
        }
    }
}

/// A table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// What it is, for people who cannot see it.
    pub caption: String,
    /// The headings.
    pub heads: Vec<Head>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The cells of the totals, if there are any.
    pub foot: Vec<Cell>,
}

/// The table; its rows can be walked with J and K, and each becomes a block on a phone.
pub fn table(table: &Table) -> Markup {
    made(table, false)
}

/// The same as a tree of which only the uppermost rows are open; where there is one alone, what is under it too. Without
/// scripts all rows are shown.
pub fn folded(table: &Table) -> Markup {
    made(table, true)
}

/// Only the rows, closed: the inside of a branch that was opened.
pub fn rows_alone(table: &Table) -> Markup {
    html! { @for row in &table.rows { (line(&table.heads, row, u8::MAX)) } }
}

fn made(table: &Table, folded: bool) -> Markup {
    let tops = table.rows.iter().filter(|row| row.level == 1).count();
    let open = match (folded, tops) {
        (false, _) => u8::MAX,
        (true, 1) => 1,
        (true, _) => 0,
    };
    let tree = table.rows.iter().any(|row| row.level > 0);
    let ticks = table.rows.iter().any(|row| row.tick.is_some());
    html! {
        div class="scroll" {
            table class={ "rows stack" @if tree { " tree" } } data-rows {
                caption class="seen" { (table.caption) }
                thead {
                    tr {
                        @if ticks { th class="tick" { span class="seen" { "✓" } } }
                        @for head in &table.heads { (heading(head)) }
                    }
                }
                tbody data-fold[folded] { @for row in &table.rows { (line(&table.heads, row, open)) } }
                @if !table.foot.is_empty() {
                    tfoot { tr { (cells(&table.heads, &table.foot, None)) } }
                }
            }
        }
    }
}

/// The classes of a cell of this shape.
pub(super) const fn shape_class(shape: Shape) -> Option<&'static str> {
    match shape {
        Shape::Plain => None,
        Shape::Number => Some("num"),
        Shape::Code => Some("code"),
        Shape::Count => Some("nth mute"),
        Shape::Main => Some("main"),
        Shape::Lead => Some("num lead"),
    }
}

/// One heading, with its arrow where rows are sorted by it.
pub(super) fn heading(head: &Head) -> Markup {
    let order = head
        .sorted
        .map(|up| if up { "ascending" } else { "descending" });
    let class = matches!(head.shape, Shape::Number | Shape::Lead).then_some("num");
    html! {
        th scope="col" class=[class] aria-sort=[order] {
            @match &head.sort {
                Some(url) => a href=(url) {
                    (head.label)
                    @if let Some(up) = head.sorted { (icon(if up { Icon::ArrowUp } else { Icon::ArrowDown })) }
                },
                None => (head.label),
            }
        }
    }
}

/// A row; `open` is the deepest level whose rows show what is under them.
fn line(heads: &[Head], row: &Row, open: u8) -> Markup {
    let class = match (row.level, row.sum) {
        (0, false) => None,
        (0, true) => Some("sum".to_string()),
        (level, false) => Some(format!("l{level}")),
        (level, true) => Some(format!("l{level} sum")),
    };
    html! {
        tr class=[class] data-level=[(row.level > 0).then_some(row.level)] data-id=[(!row.id.is_empty()).then_some(&row.id)] data-more=[&row.more]
            hidden[row.level > open.saturating_add(1)] aria-current=[row.here.then_some("true")] {
            @if let Some((name, value)) = &row.tick {
                td class="tick" {
                    input type="checkbox" name=(name) value=(value)
                        aria-label=[row.cells.first().map(|cell| &cell.text)];
                }
            }
            (cells(heads, &row.cells, row.opens.then_some(row.level <= open && row.more.is_none())))
        }
    }
}

fn cells(heads: &[Head], cells: &[Cell], opens: Option<bool>) -> Markup {
    // A cell over several columns moves every heading after it to the right.
    let mut column = 0;
    html! {
        @for (index, cell) in cells.iter().enumerate() {
            @let head = heads.get(column);
            @let () = column += usize::from(cell.span.unwrap_or(1));
            (one(head, cell, opens.filter(|_| index == 0)))
        }
    }
}

fn one(head: Option<&Head>, cell: &Cell, opens: Option<bool>) -> Markup {
    let shape = head.map_or(Shape::Plain, |head| head.shape);
    let label =
        head.filter(|_| !cell.text.is_empty() && cell.tone.is_none() && shape != Shape::Main);
    let figure = matches!(shape, Shape::Number | Shape::Lead);
    let red = figure && cell.text.starts_with(['-', '−']);
    let text = html! {
        @if let Some(tone) = cell.tone { (badge(tone, &cell.text)) } @else { (cell.text) }
    };
    html! {
        td class=[shape_class(shape)] colspan=[cell.span] data-label=[label.map(|head| &head.label)] {
            @if let Some(open) = opens { button type="button" class="twist" aria-expanded=(open) aria-label=(cell.text) tabindex="-1" { (icon(Icon::ChevronRight)) } }
            @match &cell.url {
                Some(url) => a href=(url) class=[red.then_some("red")] { (text) },
                None => @if red { span class="red" { (text) } } @else { (text) },
            }
            @if !cell.under.is_empty() { " " small { (cell.under) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folded_tree_shows_its_tops_and_one_alone_shows_what_is_under_it() {
        let row = |level| Row {
            level,
            opens: level < 3,
            ..Row::from(vec![Cell::new("x")])
        };
        let hidden = |levels: &[u8]| {
            let rows = levels.iter().map(|level| row(*level)).collect();
            let made = folded(&Table {
                rows,
                ..Table::default()
            });
            let made = made.into_string();
            let open = made.matches("aria-expanded=\"true\"").count();
            (made.matches(" hidden").count(), open)
        };
        assert_eq!(hidden(&[1, 2, 3, 3, 1, 2]), (4, 0));
        assert_eq!(hidden(&[1, 2, 3, 2]), (1, 1));
    }

    #[test]
    fn a_negative_figure_is_red_and_a_spanning_cell_shifts_the_labels() {
        let made = table(&Table {
            heads: vec![
                Head::new("a", Shape::Plain),
                Head::new("b", Shape::Plain),
                Head::new("c", Shape::Number),
            ],
            rows: vec![Row::from(vec![Cell::new("x").over(2), Cell::new("-5.00")])],
            ..Table::default()
        })
        .into_string();
        assert!(
            made.contains(r#"<td class="num" data-label="c"><span class="red">-5.00</span></td>"#),
            "{made}"
        );
    }
}

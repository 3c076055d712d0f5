//! Charts: drawn by the server, coloured by the style sheet, with the same figures as a table below.
//!
//! A picture fills the width it is given: places are written in percent, so that nothing is scaled and every letter has
//! its size on any screen.

use maud::{Markup, html};

use super::lang::{Lang, t};
use super::table::{Table, table};

/// Colours there are for series; one after the last begins again.
const COLOURS: usize = 6;
/// Height of a row of bars, and of a bar.
const ROW: usize = 40;
/// Height of a chart of columns, without the line of labels below it.
const TALL: i128 = 160;

/// A part of a bar or column.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// How much, never negative.
    pub size: i128,
    /// The same as people read it.
    pub text: String,
}

/// A bar or column of parts.
#[derive(Clone, Debug, Default)]
pub struct Bar {
    /// What it is of.
    pub label: String,
    /// What it says beside its name.
    pub text: String,
    /// Its parts, in the order of the series.
    pub parts: Vec<Part>,
    /// Where it leads.
    pub url: Option<String>,
    /// A colour of its own: `green`, `yellow` or `red`.
    pub colour: Option<String>,
}

/// A picture with its figures.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// Its name.
    pub title: String,
    /// What it shows, in a sentence, for those who cannot see it.
    pub about: String,
    /// Names of the series; a single one needs no name.
    pub series: Vec<String>,
    /// The bars.
    pub bars: Vec<Bar>,
    /// What the highest point stands for; columns only.
    pub most: String,
    /// The same figures.
    pub figures: Table,
    /// A remark below.
    pub remark: String,
}

/// A share of a whole as `12.3%`.
fn percent(part: i128, whole: i128) -> String {
    let permille = part
        .saturating_mul(1_000)
        .checked_div(whole)
        .unwrap_or(0)
        .clamp(0, 1_000);
    format!("{}.{}%", permille / 10, permille % 10)
}

fn sum(bar: &Bar) -> i128 {
    bar.parts.iter().map(|part| part.size).sum()
}

fn most(chart: &Chart) -> i128 {
    chart.bars.iter().map(sum).max().unwrap_or(0).max(1)
}

fn colour(bar: &Bar, at: usize) -> String {
    bar.colour
        .clone()
        .unwrap_or_else(|| format!("c{}", at % COLOURS + 1))
}

/// What a part says when it is pointed at.
fn says(chart: &Chart, bar: &Bar, at: usize) -> String {
    let text = bar.parts.get(at).map_or("", |part| &part.text);
    match chart.series.get(at) {
        Some(series) => format!("{} · {series}: {text}", bar.label),
        None => format!("{}: {text}", bar.label),
    }
}

fn legend(chart: &Chart) -> Markup {
    html! {
        @if chart.series.len() > 1 {
            ul class="legend" {
                @for (at, name) in chart.series.iter().enumerate() {
                    li { svg class="key" aria-hidden="true" width="10" height="10" { rect class=(format!("c{}", at % COLOURS + 1)) width="10" height="10" rx="2" {} } (name) }
                }
            }
        }
    }
}

fn framed(lang: Lang, chart: &Chart, picture: Markup) -> Markup {
    html! {
        section class="card" {
            header { h2 { (chart.title) } }
            figure class="in chart" {
                (picture)
                (legend(chart))
                @if !chart.remark.is_empty() { figcaption class="hint" { (chart.remark) } }
            }
            @if !chart.figures.rows.is_empty() {
                details class="more" {
                    summary { (t(lang, "同样的数字，列为表格", "The same figures as a table")) }
                    (table(&chart.figures))
                }
            }
        }
    }
}

/// A picture, or where its bars lead somewhere a group of links.
fn role(chart: &Chart) -> &'static str {
    match chart.bars.iter().any(|bar| bar.url.is_some()) {
        true => "group",
        false => "img",
    }
}

/// Bars that lie, one below the other, each with its name above it.
pub fn bars(lang: Lang, chart: &Chart) -> Markup {
    let whole = most(chart);
    let picture = html! {
        svg class="plot" width="100%" height=(chart.bars.len() * ROW) role=(role(chart)) aria-label=(format!("{}: {}", chart.title, chart.about)) {
            title { (chart.title) }
            desc { (chart.about) }
            @for (nth, bar) in chart.bars.iter().enumerate() {
                @let top = nth * ROW;
                @match &bar.url {
                    Some(url) => a href=(url) { text x="0" y=(top + 14) { (bar.label) } },
                    None => text x="0" y=(top + 14) { (bar.label) },
                }
                text class="figure" x="100%" y=(top + 14) text-anchor="end" { (bar.text) }
                rect class="rail" x="0" y=(top + 20) width="100%" height="12" rx="3" {}
                @for at in 0..bar.parts.len() {
                    @let before: i128 = bar.parts[..at].iter().map(|part| part.size).sum();
                    @if bar.parts[at].size > 0 {
                        rect class=(colour(bar, at)) x=(percent(before, whole)) y=(top + 20) width=(percent(bar.parts[at].size, whole)) height="12" {
                            title { (says(chart, bar, at)) }
                        }
                    }
                }
            }
        }
    };
    framed(lang, chart, picture)
}

/// Places for columns that there are at least.
const COLUMNS_FEW: usize = 8;

/// Columns that stand side by side in the order of time.
pub fn columns(lang: Lang, chart: &Chart) -> Markup {
    let whole = most(chart);
    // A few stand at the left with room to the right: two of them over the whole width would be walls.
    let few = chart.bars.len() < COLUMNS_FEW;
    let count = i128::try_from(chart.bars.len().max(COLUMNS_FEW)).unwrap_or(1);
    let height = |size: i128| size.saturating_mul(TALL) / whole;
    let last = chart.bars.len().saturating_sub(1);
    let picture = html! {
        svg class="plot" width="100%" height=(TALL + 36) role=(role(chart)) aria-label=(format!("{}: {}", chart.title, chart.about)) {
            title { (chart.title) }
            desc { (chart.about) }
            text class="figure" x="0" y="11" { (chart.most) }
            line class="base" x1="0" x2="100%" y1="16.5" y2="16.5" {}
            line class="base" x1="0" x2="100%" y1=(TALL + 16) y2=(TALL + 16) {}
            @for (nth, bar) in chart.bars.iter().enumerate() {
                @let nth = i128::try_from(nth).unwrap_or(0);
                @let left = percent(nth * 10 + 1, count * 10);
                @for at in 0..bar.parts.len() {
                    @let above: i128 = bar.parts[..=at].iter().map(|part| part.size).sum();
                    @let below = above - bar.parts[at].size;
                    @if bar.parts[at].size > 0 {
                        rect class=(colour(bar, at)) x=(left) y=(TALL + 16 - height(above)) width=(percent(8, count * 10))
                            height=((height(above) - height(below)).max(1)) {
                            title { (says(chart, bar, at)) }
                        }
                    }
                }
            }
            @if few {
                @for (nth, bar) in chart.bars.iter().enumerate() {
                    @let nth = i128::try_from(nth).unwrap_or(0);
                    text class="figure" x=(percent(nth * 10 + 5, count * 10)) y=(TALL + 32) text-anchor="middle" { (bar.label) }
                }
            }
            @for (nth, anchor, x) in [(0, "start", "0%"), (last / 2, "middle", "50%"), (last, "end", "100%")] {
                @if let Some(bar) = chart.bars.get(nth).filter(|_| !few) && (nth != 0 || anchor == "start") && !(anchor == "middle" && last < 4) {
                    text class="figure" x=(x) y=(TALL + 32) text-anchor=(anchor) { (bar.label) }
                }
            }
        }
    };
    framed(lang, chart, picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, sizes: &[i128]) -> Bar {
        Bar {
            label: label.to_owned(),
            parts: sizes
                .iter()
                .map(|size| Part {
                    size: *size,
                    text: size.to_string(),
                })
                .collect(),
            ..Bar::default()
        }
    }

    #[test]
    fn the_longest_bar_fills_the_width_and_parts_follow_one_another() {
        let chart = Chart {
            title: "T".into(),
            about: "A".into(),
            series: vec!["one".into(), "two".into()],
            bars: vec![bar("x", &[30, 10]), bar("y", &[0, 20])],
            ..Chart::default()
        };
        let made = bars(Lang::En, &chart).into_string();
        assert!(made.contains(r#"x="0.0%" y="20" width="75.0%""#), "{made}");
        assert!(made.contains(r#"x="75.0%" y="20" width="25.0%""#), "{made}");
        assert!(made.contains("<title>y · two: 20</title>"), "{made}");
        assert!(made.contains("<desc>A</desc>"));
        let made = columns(Lang::Zh, &chart).into_string();
        assert!(
            made.contains(r#"height="120""#) && made.contains(r#"height="40""#),
            "{made}"
        );
    }

    #[test]
    fn nothing_at_all_is_drawn_too() {
        let made = columns(Lang::En, &Chart::default()).into_string();
        assert!(made.contains("<svg") && !made.contains("<details"));
        assert_eq!(percent(5, 0), "0.0%");
    }
}

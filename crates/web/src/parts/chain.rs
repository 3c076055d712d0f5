//! The chain of slips up and down, drawn as a small graph with a link on every slip.

use maud::{Markup, html};

use super::Tone;
use super::lang::{Lang, t};

/// One slip of the chain.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Its kind: 收货单.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Its state in a word or two.
    pub state: String,
    /// The colour of the state.
    pub tone: Tone,
    /// Its page.
    pub url: String,
    /// The positions, in the same list, of the slips it was made from; each must stand before it.
    pub from: Vec<usize>,
    /// Whether it is the slip of this page.
    pub here: bool,
}

const WIDTH: i32 = 164;
const HEIGHT: i32 = 64;
/// Half-width characters that fit into a line of a node.
const FITS: usize = 23;
const GAP_X: i32 = 44;
const GAP_Y: i32 = 12;
const EDGE: i32 = 4;

/// Column and row of every node: a node stands right of all it was made from, in the first free row at or below theirs.
fn places(nodes: &[Node]) -> Vec<(i32, i32)> {
    let mut placed: Vec<(i32, i32)> = Vec::with_capacity(nodes.len());
    let mut filled: Vec<i32> = Vec::new();
    for node in nodes {
        let parents = || node.from.iter().filter_map(|&from| placed.get(from));
        let column = parents().map(|(column, _)| column + 1).max().unwrap_or(0);
        let wanted = parents().map(|(_, row)| *row).min().unwrap_or(0);
        let index = usize::try_from(column).unwrap_or(0);
        if filled.len() <= index {
            filled.resize(index + 1, 0);
        }
        let row = filled[index].max(wanted);
        filled[index] = row + 1;
        placed.push((column, row));
    }
    placed
}

fn corner(place: (i32, i32)) -> (i32, i32) {
    (
        EDGE + place.0 * (WIDTH + GAP_X),
        EDGE + place.1 * (HEIGHT + GAP_Y),
    )
}

/// The graph. It is as wide as the chain is long and scrolls within its panel.
pub fn chain(lang: Lang, nodes: &[Node]) -> Markup {
    let places = places(nodes);
    let columns = places.iter().map(|place| place.0).max().unwrap_or(0) + 1;
    let rows = places.iter().map(|place| place.1).max().unwrap_or(0) + 1;
    let width = 2 * EDGE + columns * WIDTH + (columns - 1) * GAP_X;
    let height = 2 * EDGE + rows * HEIGHT + (rows - 1) * GAP_Y;
    html! {
        div class="in scroll" {
            svg class="chain" width=(width) height=(height) viewBox=(format!("0 0 {width} {height}"))
                role="group" aria-label=(t(lang, "单据链", "Chain of slips")) {
                @for (node, place) in nodes.iter().zip(&places) {
                    @for from in &node.from {
                        @if let Some(parent) = places.get(*from) { path d=(curve(corner(*parent), corner(*place))) {} }
                    }
                }
                @for (node, place) in nodes.iter().zip(&places) { (draw(node, corner(*place))) }
            }
        }
    }
}

fn curve(from: (i32, i32), to: (i32, i32)) -> String {
    let (x0, y0, x1, y1) = (from.0 + WIDTH, from.1 + HEIGHT / 2, to.0, to.1 + HEIGHT / 2);
    let middle = (x0 + x1) / 2;
    format!("M{x0} {y0}C{middle} {y0} {middle} {y1} {x1} {y1}")
}

fn draw(node: &Node, (x, y): (i32, i32)) -> Markup {
    html! {
        a class=[node.here.then_some("here")] href=(node.url) aria-current=[node.here.then_some("page")] {
            title { (node.kind) " " (node.number) " · " (node.state) }
            rect x=(x) y=(y) width=(WIDTH) height=(HEIGHT) rx="7" {}
            text x=(x + 12) y=(y + 19) { (node.number) }
            text class="sub" x=(x + 12) y=(y + 37) { (cut(&node.kind)) }
            text class="sub" x=(x + 12) y=(y + 54) { (cut(&node.state)) }
            circle class=(node.tone.class()) cx=(x + WIDTH - 14) cy=(y + 15) r="4" {}
        }
    }
}

/// As much of a text as fits; Chinese characters are twice as wide as others.
fn cut(text: &str) -> String {
    let wide = |c: char| if c.is_ascii() { 1 } else { 2 };
    if text.chars().map(wide).sum::<usize>() <= FITS {
        return text.to_owned();
    }
    let mut used = 1;
    let mut out: String = text
        .chars()
        .take_while(|c| {
            used += wide(*c);
            used <= FITS
        })
        .collect();
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(from: &[usize]) -> Node {
        Node {
            from: from.to_vec(),
            ..Node::default()
        }
    }

    #[test]
    fn two_receipts_of_one_order_stand_below_each_other_and_each_goes_on_in_its_row() {
        let nodes = [node(&[]), node(&[0]), node(&[0]), node(&[1]), node(&[2])];
        assert_eq!(places(&nodes), [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1)]);
    }

    #[test]
    fn one_slip_of_many_stands_right_of_the_last_of_them() {
        let nodes = [node(&[]), node(&[]), node(&[1]), node(&[0, 2])];
        assert_eq!(places(&nodes), [(0, 0), (0, 1), (1, 1), (2, 0)]);
    }

    #[test]
    fn long_words_are_cut_to_the_box() {
        assert_eq!(cut("Executed"), "Executed");
        assert_eq!(
            cut("Awaits Approve the purchase order"),
            "Awaits Approve the pur…"
        );
        assert_eq!(cut("待采购订单审核采购订单审核"), "待采购订单审核采购订单…");
    }
}

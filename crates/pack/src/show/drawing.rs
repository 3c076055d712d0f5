//! A flow as a drawing: a card per slip, its steps on it, arrows from slip to slip.

use std::collections::HashMap;
use std::fmt::Write;

use model::{Flow, Pack};

use crate::show::{Language, signers};

/// Which steps of a run are done and which can be signed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Here<'a> {
    /// Names of steps that are done, `order.fill`.
    pub done: &'a [&'a str],
    /// Names of steps that wait for a signature.
    pub waiting: &'a [&'a str],
}

const CARD_WIDTH: i32 = 176;
const GAP: i32 = 44;
const PAD: i32 = 12;
const LINE: i32 = 17;
const MARGIN: i32 = 4;
/// Half-width characters in a line of a card.
const COLUMNS: usize = 20;

/// The flow of that name as SVG; `None` when the pack has none. It takes its font from where it stands and its colours from
/// the custom properties of the page (with a fall-back for each); classes: `flow`, `flow-slip`, `flow-step` with `done` or
/// `now`, `flow-arrow`, `flow-needs`. It holds no script and no style.
pub fn show_svg(
    pack: &Pack,
    flow: &str,
    language: Language,
    here: Option<Here<'_>>,
) -> Option<String> {
    let (_, flow) = pack.flow(flow)?;
    let cards = layout(pack, flow, language);
    let right = cards
        .iter()
        .map(|card| card.x + CARD_WIDTH)
        .max()
        .unwrap_or(0);
    let bottom = cards
        .iter()
        .map(|card| card.y + card.height)
        .max()
        .unwrap_or(0);
    let (width, height) = (right + MARGIN, bottom + MARGIN);
    let mut out = String::new();
    let title = escape(&language.of(&flow.label));
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flow\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\" font-family=\"inherit\" font-size=\"13\">\
         <title>{title}</title>"
    );
    for (slip, card) in flow.slips.iter().zip(&cards) {
        for source in slip.from.iter().filter(|at| !flow.is_foreign(**at)) {
            arrow(&mut out, &cards[*source], card);
        }
    }
    needs(&mut out, flow, &cards);
    for card in &cards {
        draw(&mut out, card, here);
    }
    out.push_str("</svg>");
    Some(out)
}

struct Card {
    x: i32,
    y: i32,
    height: i32,
    title: Vec<String>,
    steps: Vec<Chip>,
}

struct Chip {
    name: String,
    y: i32,
    height: i32,
    label: Vec<String>,
    role: Vec<String>,
}

/// Slips stand in columns, each to the right of those it comes from.
fn layout(pack: &Pack, flow: &Flow, language: Language) -> Vec<Card> {
    let columns = columns(flow);
    let mut cards: Vec<Card> = Vec::with_capacity(flow.slips.len());
    let mut filled: HashMap<usize, i32> = HashMap::new();
    for (at, slip) in flow.slips.iter().enumerate() {
        let y = filled.get(&columns[at]).copied().unwrap_or(MARGIN);
        let title = wrap(&language.of(&slip.label));
        let mut inner = y + PAD + title.len() as i32 * LINE + 8;
        let mut steps = Vec::new();
        for (_, step) in flow.steps_of(at) {
            let label = wrap(&language.of(&step.label));
            let role = wrap(&signers(pack, step, language));
            let height = 12 + (label.len() + role.len()) as i32 * LINE;
            steps.push(Chip {
                name: step.name.to_string(),
                y: inner,
                height,
                label,
                role,
            });
            inner += height + 8;
        }
        let height = inner + PAD - 8 - y;
        filled.insert(columns[at], y + height + 20);
        cards.push(Card {
            x: MARGIN + columns[at] as i32 * (CARD_WIDTH + GAP),
            y,
            height,
            title,
            steps,
        });
    }
    centre(&mut cards, &columns);
    cards
}

/// Moves each column down so that all columns have one middle.
fn centre(cards: &mut [Card], columns: &[usize]) {
    let bottom = |column: usize, cards: &[Card]| {
        let own = cards.iter().zip(columns).filter(|(_, at)| **at == column);
        own.map(|(card, _)| card.y + card.height).max().unwrap_or(0)
    };
    let most = cards
        .iter()
        .map(|card| card.y + card.height)
        .max()
        .unwrap_or(0);
    let last = columns.iter().max().copied().unwrap_or(0);
    for column in 0..=last {
        let down = (most - bottom(column, cards)) / 2;
        for (card, at) in cards.iter_mut().zip(columns) {
            if *at == column {
                card.y += down;
                card.steps.iter_mut().for_each(|chip| chip.y += down);
            }
        }
    }
}

/// How many slips lead to each slip.
pub(super) fn columns(flow: &Flow) -> Vec<usize> {
    let mut columns = vec![0; flow.slips.len()];
    // The chain has no cycle, so this settles after as many rounds as there are slips at most.
    for _ in 0..flow.slips.len() {
        let before = columns.clone();
        for (at, slip) in flow.slips.iter().enumerate() {
            let own = slip.from.iter().filter(|at| !flow.is_foreign(**at));
            let sources = own.map(|source| before[*source] + 1);
            columns[at] = sources.max().unwrap_or(0);
        }
        if columns == before {
            break;
        }
    }
    columns
}

fn draw(out: &mut String, card: &Card, here: Option<Here<'_>>) {
    let current = here.is_some_and(|here| {
        let mut steps = card.steps.iter();
        steps.any(|chip| here.waiting.contains(&chip.name.as_str()))
    });
    let (class, edge) = if current {
        ("flow-slip now", "var(--accent, #1f57a8)")
    } else {
        ("flow-slip", "var(--line, #d5dae1)")
    };
    let _ = write!(
        out,
        "<g class=\"{class}\"><rect x=\"{}\" y=\"{}\" width=\"{CARD_WIDTH}\" height=\"{}\" rx=\"8\" \
         fill=\"var(--paper, #fff)\" stroke=\"{edge}\"/>",
        card.x, card.y, card.height
    );
    let mut y = card.y + PAD;
    for line in &card.title {
        y += LINE;
        text(out, card.x + PAD, y - 4, "600", "var(--ink, #171c23)", line);
    }
    for chip in &card.steps {
        draw_step(out, card, chip, here);
    }
    out.push_str("</g>");
}

fn draw_step(out: &mut String, card: &Card, chip: &Chip, here: Option<Here<'_>>) {
    let name = chip.name.as_str();
    let (class, fill, mark) = match here {
        Some(here) if here.waiting.contains(&name) => (
            "flow-step now",
            "var(--soft, #e9f0fb)",
            "var(--accent, #1f57a8)",
        ),
        Some(here) if here.done.contains(&name) => (
            "flow-step done",
            "var(--goodsoft, #e6f4ec)",
            "var(--good, #1a6e41)",
        ),
        _ => ("flow-step", "var(--sunk, #f8f9fb)", "var(--line, #c5ccd6)"),
    };
    let x = card.x + 8;
    let _ = write!(
        out,
        "<g class=\"{class}\" data-step=\"{}\"><rect x=\"{x}\" y=\"{}\" width=\"{}\" height=\"{}\" \
         rx=\"6\" fill=\"{fill}\"/>",
        escape(name),
        chip.y,
        CARD_WIDTH - 16,
        chip.height
    );
    let middle = chip.y + 15;
    if class.ends_with("done") {
        let _ = write!(
            out,
            "<path d=\"M{} {middle}l3 3 6-6\" fill=\"none\" stroke=\"{mark}\" stroke-width=\"2\"/>",
            x + 7
        );
    } else {
        let inside = if class.ends_with("now") { mark } else { "none" };
        let _ = write!(
            out,
            "<circle cx=\"{}\" cy=\"{middle}\" r=\"4\" fill=\"{inside}\" stroke=\"{mark}\" \
             stroke-width=\"1.5\"/>",
            x + 11
        );
    }
    let mut y = chip.y + 3;
    for line in &chip.label {
        y += LINE;
        text(out, x + 23, y, "400", "var(--ink, #171c23)", line);
    }
    for line in &chip.role {
        y += LINE;
        text(out, x + 23, y, "400", "var(--ink3, #616a77)", line);
    }
    out.push_str("</g>");
}

fn text(out: &mut String, x: i32, y: i32, weight: &str, colour: &str, words: &str) {
    let words = escape(words);
    let _ = write!(
        out,
        "<text x=\"{x}\" y=\"{y}\" font-weight=\"{weight}\" fill=\"{colour}\">{words}</text>"
    );
}

fn arrow(out: &mut String, from: &Card, to: &Card) {
    let (x1, y1) = (from.x + CARD_WIDTH, from.y + from.height / 2);
    let (x2, y2) = (to.x - 2, to.y + to.height / 2);
    let bend = (x1 + x2) / 2;
    let _ = write!(
        out,
        "<path class=\"flow-arrow\" d=\"M{x1} {y1}C{bend} {y1} {bend} {y2} {} {y2}l-6 -4m6 4l-6 4\" \
         fill=\"none\" stroke=\"var(--edge, #8e97a5)\" stroke-width=\"1.5\"/>",
        x2
    );
}

/// Dashed lines from a step to the one that waits for it.
fn needs(out: &mut String, flow: &Flow, cards: &[Card]) {
    let chip = |step: usize| {
        let step = &flow.steps[step];
        let card = &cards[step.slip];
        let chip = card.steps.iter().find(|chip| *chip.name == *step.name)?;
        Some((card, chip.y + chip.height / 2))
    };
    for (at, step) in flow.steps.iter().enumerate() {
        for needed in &step.needs {
            let (Some((from, y1)), Some((to, y2))) = (chip(*needed), chip(at)) else {
                continue;
            };
            let (x1, x2) = if from.x < to.x {
                (from.x + CARD_WIDTH, to.x)
            } else {
                (from.x, to.x)
            };
            let bend = if from.x < to.x {
                (x1 + x2) / 2
            } else {
                x1.min(x2) - GAP / 2
            };
            let _ = write!(
                out,
                "<path class=\"flow-needs\" d=\"M{x1} {y1}C{bend} {y1} {bend} {y2} {x2} {y2}l-6 -4m6 4l-6 4\" \
                 fill=\"none\" stroke=\"var(--edge, #8e97a5)\" stroke-dasharray=\"4 3\"/>"
            );
        }
    }
}

/// Breaks a label into lines of a card: at blanks, and within what has none, as Chinese does not.
fn wrap(label: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let (mut line, mut columns) = (String::new(), 0);
    for word in pieces(label) {
        let wide: usize = word.chars().map(half_widths).sum();
        if columns > 0 && columns + wide > COLUMNS {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            columns = 0;
        }
        if columns == 0 && word == " " {
            continue;
        }
        line.push_str(word);
        columns += wide;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// Words and blanks; a Chinese character is a word, and a very long word is cut.
fn pieces(label: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    for (at, c) in label.char_indices() {
        let alone = c == ' ' || half_widths(c) == 2;
        if alone || at - begin >= COLUMNS {
            pieces.push(&label[begin..at]);
            begin = at;
        }
        if alone {
            pieces.push(&label[at..at + c.len_utf8()]);
            begin = at + c.len_utf8();
        }
    }
    pieces.push(&label[begin..]);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn half_widths(c: char) -> usize {
    if u32::from(c) >= 0x1100 { 2 } else { 1 }
}

pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

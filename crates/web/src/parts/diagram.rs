//! The drawing of a flow: one lane per slip, the steps in their order, what may not be signed by one person, and
//! "you are here".

use maud::{Markup, html};

use super::lang::{Lang, t};

/// One step.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// Its name in the declaration: `order.approve`.
    pub id: String,
    /// Its name: 采购订单审核.
    pub name: String,
    /// The role that does it.
    pub role: String,
    /// The slip it is an act on; consecutive stages of one slip share a lane.
    pub slip: String,
    /// Whether it is signed.
    pub done: bool,
    /// Whether it waits now.
    pub here: bool,
    /// How many slips wait for it; shown when there are any.
    pub waiting: usize,
    /// Where they are listed.
    pub url: String,
}

/// A flow.
#[derive(Clone, Debug, Default)]
pub struct Diagram {
    /// The steps in their order.
    pub stages: Vec<Stage>,
    /// Sets of positions of steps that no person may share.
    pub separate: Vec<Vec<usize>>,
}

/// Width of a step, unless its name needs more.
const WIDTH: i32 = 132;
/// The widest.
const WIDTH_MAX: i32 = 230;
/// Drawings narrower than this are made smaller to fit a wide window; wider ones are moved sideways.
const FITS: i32 = 1_500;
const HEIGHT: i32 = 54;
const GAP: i32 = 34;
const TOP: i32 = 40;
const TIE: i32 = 26;

/// How wide a text is, by how wide letters are on the whole.
fn wide(text: &str) -> i32 {
    let of = |c: char| if c.is_ascii() { 7 } else { 14 };
    text.chars().map(of).sum()
}

/// The width that a text is pressed into, where it would run out of its box.
fn pressed(text: &str, room: i32) -> Option<i32> {
    (wide(text) > room).then_some(room)
}

/// Width that all steps have: that of the longest name.
fn width_of(stages: &[Stage]) -> i32 {
    let longest = stages
        .iter()
        .map(|stage| wide(&stage.name).max(wide(&stage.role)));
    (longest.max().unwrap_or(0) + 20).clamp(WIDTH, WIDTH_MAX)
}

fn x_of(index: usize, wide: i32) -> i32 {
    16 + i32::try_from(index).unwrap_or(0) * (wide + GAP)
}

/// The lanes: name of the slip, first and last step.
fn lanes(stages: &[Stage]) -> Vec<(&str, usize, usize)> {
    let mut lanes: Vec<(&str, usize, usize)> = Vec::new();
    for (index, stage) in stages.iter().enumerate() {
        match lanes.last_mut() {
            Some(lane) if lane.0 == stage.slip => lane.2 = index,
            _ => lanes.push((&stage.slip, index, index)),
        }
    }
    lanes
}

/// The drawing; it needs the style sheet's class `chain`.
pub fn diagram(lang: Lang, diagram: &Diagram) -> Markup {
    let count = diagram.stages.len();
    let wide = width_of(&diagram.stages);
    let width = x_of(count, wide) - GAP + 16;
    let ties = i32::try_from(diagram.separate.len()).unwrap_or(0);
    let bottom = TOP + HEIGHT + 22;
    let height = bottom + ties * TIE + 8;
    html! {
        svg class={ "chain" @if width < FITS { " fits" } } width=(width) height=(height) viewBox=(format!("0 0 {width} {height}")) role="group"
            aria-label=(t(lang, "流程图", "Flow diagram")) {
            @for (name, first, last) in lanes(&diagram.stages) {
                rect class="lane" x=(x_of(first, wide) - 10) y="4" width=(x_of(last, wide) - x_of(first, wide) + wide + 20) height=(bottom - 12) rx="10" {}
                @let room = x_of(last, wide) - x_of(first, wide) + wide;
                text class="sub" x=(x_of(first, wide)) y="26" textLength=[pressed(name, room)] lengthAdjust="spacingAndGlyphs" { (name) }
            }
            @for index in 1..count {
                @let (x, y) = (x_of(index, wide), TOP + HEIGHT / 2);
                path d=(format!("M{} {y}H{}M{} {}L{} {y}L{} {}", x - GAP, x - 2, x - 8, y - 5, x - 2, x - 8, y + 5)) {}
            }
            @for (index, stage) in diagram.stages.iter().enumerate() { (draw(lang, x_of(index, wide), wide, stage)) }
            @for (index, set) in diagram.separate.iter().enumerate() {
                (tie(lang, wide, set, bottom + i32::try_from(index).unwrap_or(0) * TIE))
            }
        }
    }
}

fn draw(lang: Lang, x: i32, wide: i32, stage: &Stage) -> Markup {
    html! {
        g class=[stage.here.then_some("here")] data-step=(stage.id) {
            rect x=(x) y=(TOP) width=(wide) height=(HEIGHT) rx="7" {}
            text x=(x + wide / 2) y=(TOP + 23) text-anchor="middle" textLength=[pressed(&stage.name, wide - 12)] lengthAdjust="spacingAndGlyphs" { (stage.name) }
            text class="sub" x=(x + wide / 2) y=(TOP + 42) text-anchor="middle" textLength=[pressed(&stage.role, wide - 12)] lengthAdjust="spacingAndGlyphs" { (stage.role) }
            @if stage.done { circle class="done" cx=(x + wide - 11) cy=(TOP + 11) r="4" {} }
            @if stage.here { text class="sub" x=(x + wide) y=(TOP - 14) text-anchor="end" { (t(lang, "▼ 当前", "▼ here")) } }
            @if stage.waiting > 0 {
                a class="waits" href=(stage.url) {
                    title { (stage.waiting) " " (t(lang, "张在等待", "waiting")) }
                    rect x=(x + wide - 30) y=(TOP - 11) width="38" height="20" rx="10" {}
                    text x=(x + wide - 11) y=(TOP + 3) text-anchor="middle" { (stage.waiting) }
                }
            }
        }
    }
}

/// A bracket under the steps that no person may share.
fn tie(lang: Lang, wide: i32, set: &[usize], y: i32) -> Markup {
    let (Some(first), Some(last)) = (set.iter().min(), set.iter().max()) else {
        return html! {};
    };
    let middle = |index: &usize| x_of(*index, wide) + wide / 2;
    let mut d = format!("M{} {y}H{}", middle(first), middle(last));
    for index in set {
        d.push_str(&format!("M{} {}V{y}", middle(index), TOP + HEIGHT + 4));
    }
    html! {
        path class="tie" d=(d) {}
        text class="sub" x=((middle(first) + middle(last)) / 2) y=(y + 15) text-anchor="middle" { (t(lang, "不得为同一人", "not by one person")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leaves_its_box() {
        let long = "Examine and countersign the quarterly statement of all holdings";
        let stages = vec![Stage {
            name: long.into(),
            ..Stage::default()
        }];
        assert_eq!(width_of(&stages), WIDTH_MAX);
        let made = diagram(
            Lang::En,
            &Diagram {
                stages,
                separate: Vec::new(),
            },
        );
        assert!(made.into_string().contains("textLength=\"218\""));
        assert_eq!(pressed("short", WIDTH_MAX), None);
    }

    #[test]
    fn steps_of_one_slip_share_a_lane() {
        let stage = |slip: &str| Stage {
            slip: slip.into(),
            ..Stage::default()
        };
        let stages = [stage("order"), stage("order"), stage("receipt")];
        assert_eq!(lanes(&stages), [("order", 0, 1), ("receipt", 2, 2)]);
    }
}

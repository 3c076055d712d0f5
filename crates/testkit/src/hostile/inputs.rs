//! What the clerk types: mostly what fits, sometimes what nobody should.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Input, LineInput, Slip};
use kernel::{Day, Unit, Value};
use model::{Field, FieldKind, Step};

use super::Clerk;
use crate::company::key;

/// Texts that break what is not made well.
const NASTY: [&str; 14] = [
    "-1",
    "99999999999999999999",
    "92233720368547758.07",
    "9223372036854.775807",
    "1e9",
    "NaN",
    "0.0000001",
    "2026-02-30",
    "'; DROP TABLE slip; --",
    "<script>alert(1)</script>",
    "\u{0}\u{1}",
    "\u{202e}gnirts",
    "../../etc/passwd",
    "１２",
];

/// The input of a step that begins a slip from `sources`, or fills one in again.
pub fn begin(clerk: &mut Clerk, declared: &model::Slip, sources: &[Arc<Slip>]) -> Input {
    let today = clerk.now.day();
    let header = fields(
        clerk,
        &declared.header,
        sources
            .first()
            .map(|slip| amounts(&slip.header))
            .unwrap_or_default(),
        today,
    );
    let mut input = Input {
        header,
        lines: Vec::new(),
    };
    let Some(declared) = &declared.lines else {
        return input;
    };
    if sources.is_empty() {
        for _ in 0..[1, 1, 1, 2, 3][clerk.dice.below(5)] {
            let typed = fields(clerk, declared, Vec::new(), today);
            input.lines.push(LineInput {
                source: None,
                fields: typed,
            });
        }
    } else {
        for source in sources {
            for line in &source.lines {
                // A line may be left out, and may be split in two.
                for _ in 0..[0, 1, 1, 1, 1, 2][clerk.dice.below(6)] {
                    let typed = fields(clerk, declared, amounts(&line.values), today);
                    input.lines.push(LineInput {
                        source: Some((source.id, line.id)),
                        fields: typed,
                    });
                }
            }
        }
    }
    input
}

/// The input of a later step: what it declares as entered.
pub fn later(clerk: &mut Clerk, declared: &model::Slip, step: &Step, slip: &Slip) -> Input {
    let today = clerk.now.day();
    let entered: Vec<Field> = step
        .enters
        .iter()
        .filter_map(|at| declared.header.get(*at))
        .cloned()
        .collect();
    let mut input = Input {
        header: fields(clerk, &entered, amounts(&slip.header), today),
        lines: Vec::new(),
    };
    let entered: Vec<Field> = step
        .enters_line
        .iter()
        .filter_map(|at| declared.lines.as_deref()?.get(*at))
        .cloned()
        .collect();
    if !entered.is_empty() {
        for line in &slip.lines {
            let typed = fields(clerk, &entered, amounts(&line.values), today);
            input.lines.push(LineInput {
                source: None,
                fields: typed,
            });
        }
    }
    input
}

/// Spoils an input: a nasty value, a field that does not exist, a line twice, a line of something else, no lines at all.
pub fn spoil(clerk: &mut Clerk, input: &mut Input) {
    let nasty = clerk
        .dice
        .pick(&NASTY)
        .copied()
        .unwrap_or_default()
        .to_owned();
    let at = clerk.dice.below(input.lines.len());
    match clerk.dice.below(7) {
        0 => drop(input.header.insert("no_such_field".to_owned(), nasty)),
        1 => input.lines.clear(),
        2 if !input.lines.is_empty() => input.lines.push(input.lines[at].clone()),
        3 if !input.lines.is_empty() => {
            input.lines[at].source = Some((kernel::SlipId(1), kernel::LineId(99)))
        }
        4 => {
            let long = "长".repeat(600);
            if let Some(value) = input.header.values_mut().next() {
                *value = long;
            }
        }
        5 if !input.header.is_empty() => {
            let nth = clerk.dice.below(input.header.len());
            input
                .header
                .values_mut()
                .nth(nth)
                .into_iter()
                .for_each(|value| *value = nasty.clone());
        }
        _ if !input.lines.is_empty() => {
            let count = input.lines[at].fields.len();
            let nth = clerk.dice.below(count);
            input.lines[at]
                .fields
                .values_mut()
                .nth(nth)
                .into_iter()
                .for_each(|value| *value = nasty.clone());
        }
        _ => {}
    }
}

/// What a field of a record may come to say: days lie near, so that they come while the clerk is at work.
pub fn news(clerk: &mut Clerk, kind: &FieldKind) -> String {
    value(clerk, kind, &[], clerk.now.day())
}

/// Amounts at hand: those of the line that a line comes from.
fn amounts(values: &[Value]) -> Vec<kernel::Amount> {
    values.iter().filter_map(Value::as_amount).collect()
}

fn fields(
    clerk: &mut Clerk,
    declared: &[Field],
    near: Vec<kernel::Amount>,
    today: Day,
) -> BTreeMap<String, String> {
    let mut typed = BTreeMap::new();
    for field in declared {
        let given = field.carry || field.is.is_some();
        let left_out = (field.optional || field.default.is_some()) && clerk.dice.chance(60);
        if !given && !left_out {
            typed.insert(
                field.name.to_string(),
                value(clerk, &field.kind, &near, today),
            );
        }
    }
    typed
}

fn value(clerk: &mut Clerk, kind: &FieldKind, near: &[kernel::Amount], today: Day) -> String {
    let dice = &mut clerk.dice;
    match kind {
        FieldKind::Text => dice
            .pick(&clerk.company.words)
            .map_or_else(String::new, |word| word.to_string()),
        FieldKind::Amount(unit) => {
            let same: Vec<&kernel::Amount> =
                near.iter().filter(|amount| amount.unit == *unit).collect();
            if dice.chance(60)
                && let Some(amount) = dice.pick(&same)
            {
                return amount.to_string();
            }
            match unit {
                Unit::Count => dice.below(4).to_string(),
                Unit::Qty if dice.chance(20) => format!("{}.5", dice.below(5)),
                Unit::Rate => "0.13".to_owned(),
                _ => dice.below(9).to_string(),
            }
        }
        FieldKind::Day => {
            let days = [-400, -30, -1, 0, 1, 179, 180, 400, 700][dice.below(9)];
            today.plus_days(days).unwrap_or(today).to_string()
        }
        FieldKind::Moment => clerk.now.0.to_string(),
        FieldKind::Flag => ["yes", "no"][dice.below(2)].to_owned(),
        FieldKind::Choice(choices) => dice
            .pick(choices)
            .map(|choice| choice.code.to_string())
            .unwrap_or_default(),
        FieldKind::Register(register) => {
            // Now and then one that nobody has ever seen.
            if dice.chance(5) {
                return key(register, 99);
            }
            let oracle = &clerk.oracle;
            let of = |name: &&Arc<str>| name.rsplit('.').next() == Some(&**register);
            oracle
                .registers()
                .find(of)
                .and_then(|name| oracle.any_record(name, dice)?.first())
                .map_or_else(|| key(register, 99), |record| record.key.to_string())
        }
        FieldKind::Person => {
            let at = dice.below(clerk.company.people.len());
            clerk.company.people[at].login.to_string()
        }
    }
}

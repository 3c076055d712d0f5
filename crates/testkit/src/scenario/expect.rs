//! Compares what happened with what a scenario expects.

use std::collections::BTreeSet;

use engine::{Refusal, Slip, Waiting, WaitingKind};
use kernel::{Amount, EntryState, Value};
use ledger::Balance;

use super::names::{Names, last, short_step};
use super::run::{Outcome, Runner, told};
use super::script::{Expectation, Statement, Sum, Waits};
use crate::house::Fault;
use crate::suggest::unknown;

/// Names that an expectation uses and no pack declares.
pub fn check_names(names: &Names<'_>, what: &Expectation) -> Result<(), String> {
    match what {
        Expectation::Balance {
            ledger,
            place,
            amount,
            ..
        } => {
            let ledger = names.ledger(ledger)?;
            if ledger.chart.is_none() && ledger.place(place).is_none() {
                let known = ledger.places.iter().map(|place| &*place.name);
                return Err(unknown(
                    &format!("place of `{}`", ledger.name),
                    place,
                    known,
                ));
            }
            Amount::parse(amount, ledger.unit)
                .map(drop)
                .map_err(|error| {
                    format!("a balance in {}; `{amount}` is {error}", ledger.unit.name())
                })
        }
        Expectation::Waits(Some(waits)) => match names.step(&waits.step, None) {
            Err(message) if !message.contains("could be") => Err(message),
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// An expectation as it is written.
pub fn shown(what: &Expectation) -> String {
    match what {
        Expectation::Number(number) => format!("= {number}"),
        Expectation::Refusal { code, sentence } => {
            format!("! {code} {sentence}").trim_end().to_owned()
        }
        Expectation::Balance {
            ledger,
            place,
            key,
            sum,
            amount,
            ..
        } => {
            let word = Sum::ALL
                .iter()
                .find(|row| row.0 == *sum && *sum != Sum::Posted)
                .map_or("", |row| row.1);
            let key = if key.is_empty() { "-" } else { key };
            format!("{ledger} {place} {key} {word} {amount}").replace("  ", " ")
        }
        Expectation::Waits(None) => "~ -".to_owned(),
        Expectation::Waits(Some(waits)) => format!(
            "~ {} {} {}",
            waits.step,
            waits.whom,
            waits.kind.as_deref().unwrap_or_default()
        )
        .trim_end()
        .to_owned(),
        Expectation::Told { whom, kind } => format!("> {whom} {kind}"),
        Expectation::Field {
            number,
            path,
            value,
        } => match number {
            Some(number) => format!("? {number} {path} = {value}"),
            None => format!("? {path} = {value}"),
        },
    }
}

/// Compares every expectation of a statement.
pub(super) fn compare(
    runner: &mut Runner<'_>,
    statement: &Statement,
    result: &Outcome,
) -> Result<(), Fault> {
    let mut refusals = 0;
    for expected in &statement.expected {
        let got = match &expected.what {
            Expectation::Number(number) => match &result.answer {
                Ok(reply) if reply.number.as_deref() == Some(number) => None,
                Ok(reply) => Some(format!(
                    "= {}",
                    reply.number.as_deref().unwrap_or("no number")
                )),
                Err(refusal) => Some(told(refusal)),
            },
            Expectation::Refusal { code, sentence } => {
                refusals += 1;
                refusal(result, refusals, code, sentence)
            }
            Expectation::Balance {
                ledger,
                place,
                key,
                detail,
                sum,
                amount,
            } => balance(
                runner,
                (ledger, place, key, detail.as_deref()),
                *sum,
                amount,
            )?,
            Expectation::Waits(_) => continue,
            Expectation::Told { whom, kind } => told_to(runner, whom, kind, result)?,
            Expectation::Field {
                number,
                path,
                value,
            } => field(runner, number.as_deref(), path, value, result)?,
        };
        if let Some(got) = got {
            let got = if got.is_empty() {
                "nothing".to_owned()
            } else {
                got
            };
            runner.fail(expected.line, shown(&expected.what), got);
        }
    }
    waits(runner, statement, result)
}

/// Whether somebody was told by what this statement did: notes of its moment on its slip.
fn told_to(
    runner: &Runner<'_>,
    whom: &str,
    kind: &str,
    result: &Outcome,
) -> Result<Option<String>, Fault> {
    let Some(slip) = result.slip else {
        return Ok(Some("no slip".to_owned()));
    };
    let to = match runner.names.role(whom) {
        Ok(role) => format!("role:{role}"),
        Err(_) => whom.to_owned(),
    };
    let notes = runner.house.notes(slip)?;
    let mut now: Vec<String> = Vec::new();
    for note in notes.iter().filter(|note| note.at == runner.now()) {
        if *note.to == *to && note.kind.name() == kind {
            return Ok(None);
        }
        let whom = last(note.to.trim_start_matches("role:"));
        now.push(format!("> {whom} {}", note.kind.name()));
    }
    Ok(Some(now.join(" ")))
}

/// The first `!` is the answer itself; further ones are among the refusals that came with it.
fn refusal(result: &Outcome, nth: usize, code: &str, sentence: &str) -> Option<String> {
    let fits = |refusal: &Refusal| {
        let coded = refusal.code == code || refusal.short() == code;
        coded && (sentence.is_empty() || refusal.zh == sentence || refusal.en == sentence)
    };
    match &result.answer {
        Ok(reply) => Some(format!(
            "= {}",
            reply.number.as_deref().unwrap_or("success")
        )),
        Err(head) if nth == 1 => (!fits(head)).then(|| told(head)),
        Err(head) => (!head.more.iter().any(fits)).then(|| told(head)),
    }
}

fn balance(
    runner: &Runner<'_>,
    (ledger, place, key, detail): (&str, &str, &str, Option<&str>),
    sum: Sum,
    amount: &str,
) -> Result<Option<String>, Fault> {
    let ledger = runner.names.ledger(ledger)?;
    let mut total = 0i128;
    let mut elsewhere = BTreeSet::new();
    for (at, balance) in runner.house.balances()? {
        if at.ledger != ledger.qualified || &*at.place != place {
            continue;
        }
        if &*at.key == key && detail.is_none_or(|detail| detail == &*at.detail) {
            total += of(&balance, sum);
        } else {
            elsewhere.insert(at.key);
        }
    }
    let Ok(wanted) = Amount::parse(amount, ledger.unit) else {
        return Ok(Some(amount.to_owned()));
    };
    if total == i128::from(wanted.units) {
        return Ok(None);
    }
    let got = match i64::try_from(total) {
        Ok(units) => Amount::new(units, ledger.unit).to_string(),
        Err(_) => format!("{total} smallest parts"),
    };
    let others: Vec<&str> = elsewhere.iter().map(|key| &**key).collect();
    Ok(Some(if total == 0 && !others.is_empty() {
        format!("{got} (booked there: {})", others.join(" "))
    } else {
        got
    }))
}

fn of(balance: &Balance, sum: Sum) -> i128 {
    match sum {
        Sum::Posted => i128::from(balance.posted.net()),
        Sum::Available => balance.available(),
        Sum::Held if balance.held.out != 0 => i128::from(balance.held.out),
        Sum::Held => i128::from(balance.held.r#in),
        Sum::Draft => i128::from(balance.of(EntryState::Draft).net()),
        Sum::Checked => i128::from(balance.of(EntryState::Checked).net()),
        Sum::In => i128::from(balance.posted.r#in),
        Sum::Out => i128::from(balance.posted.out),
    }
}

/// Every `~` of a statement together say all that waits on the slip.
fn waits(runner: &mut Runner<'_>, statement: &Statement, result: &Outcome) -> Result<(), Fault> {
    let mut wanted = BTreeSet::new();
    let mut line = None;
    for expected in &statement.expected {
        if let Expectation::Waits(waits) = &expected.what {
            line.get_or_insert(expected.line);
            wanted.extend(waits.as_ref().map(|waits| written(&runner.names, waits)));
        }
    }
    let Some(line) = line else { return Ok(()) };
    let Some(id) = result.slip else {
        runner.fail(line, "something to wait on a slip", "no slip");
        return Ok(());
    };
    let Some(slip) = runner.house.slip(id)? else {
        return Ok(());
    };
    let got: BTreeSet<String> = slip.waiting.iter().map(waiting).collect();
    if got != wanted {
        let join = |set: &BTreeSet<String>| match set.is_empty() {
            true => "~ -".to_owned(),
            false => set
                .iter()
                .map(|one| format!("~ {one}"))
                .collect::<Vec<_>>()
                .join(" "),
        };
        runner.fail(line, join(&wanted), join(&got));
    }
    Ok(())
}

/// `order.approve purchase_manager returned`, roles in order, as expected.
fn written(names: &Names<'_>, waits: &Waits) -> String {
    let mut whom: Vec<&str> = waits
        .whom
        .split(',')
        .map(|name| {
            if names.role(name).is_ok() {
                last(name)
            } else {
                name
            }
        })
        .collect();
    whom.sort_unstable();
    let kind = waits
        .kind
        .as_deref()
        .map(|kind| format!(" {kind}"))
        .unwrap_or_default();
    format!("{} {}{kind}", short_step(&waits.step), whom.join(","))
}

/// The same of what waits.
fn waiting(waiting: &Waiting) -> String {
    let mut whom: Vec<&str> = match &waiting.person {
        Some(person) => vec![person],
        None => waiting.roles.iter().map(|role| last(role)).collect(),
    };
    whom.sort_unstable();
    let kind = match waiting.kind {
        _ if waiting.overdue => " overdue",
        WaitingKind::Step | WaitingKind::Begin => "",
        WaitingKind::Returned => " returned",
        WaitingKind::Cosign => " cosign",
        WaitingKind::Reversal => " reversal",
    };
    format!("{} {}{kind}", short_step(&waiting.step), whom.join(","))
}

fn field(
    runner: &Runner<'_>,
    number: Option<&str>,
    path: &str,
    wanted: &str,
    result: &Outcome,
) -> Result<Option<String>, Fault> {
    let parts: Vec<&str> = path.split('.').collect();
    if let [register, key @ .., name] = parts.as_slice()
        && !key.is_empty()
        && *register != "line"
    {
        return fact(runner, register, &key.join("."), name, wanted);
    }
    let slip = match number {
        Some(number) => match runner.numbered(number)? {
            Ok(slip) => slip,
            Err(message) => return Ok(Some(message)),
        },
        None => match result
            .slip
            .map(|id| runner.house.slip(id))
            .transpose()?
            .flatten()
        {
            Some(slip) => slip,
            None => return Ok(Some("no slip".to_owned())),
        },
    };
    Ok(match slip_value(runner.names.packs, &slip, &parts) {
        Err(message) => Some(message),
        Ok(value) => differs(&value, wanted),
    })
}

/// A field of a register's record that holds on the day of the last version.
fn fact(
    runner: &Runner<'_>,
    register: &str,
    key: &str,
    name: &str,
    wanted: &str,
) -> Result<Option<String>, Fault> {
    let (qualified, declared) = match runner.names.register(register) {
        Ok(found) => found,
        Err(message) => return Ok(Some(message)),
    };
    if declared.field(name).is_none() {
        return Ok(Some(unknown(
            "field",
            name,
            declared.fields.iter().map(|field| &*field.name),
        )));
    }
    let versions = runner.house.records(&qualified, key)?;
    let value = versions
        .last()
        .and_then(|record| record.field(name).map(str::to_owned))
        .unwrap_or_default();
    Ok((value != wanted).then_some(value))
}

fn slip_value(packs: &model::Catalog, slip: &Slip, path: &[&str]) -> Result<Value, String> {
    let Some((.., declared)) = packs.slip_of(&slip.version, &slip.kind) else {
        return Err(format!("no declaration of {}", slip.kind));
    };
    let line_at = |position: &str| {
        let at: Option<usize> = position.parse().ok().filter(|at| *at > 0);
        at.and_then(|at| slip.lines.get(at - 1))
            .ok_or(format!("{} lines", slip.lines.len()))
    };
    let line_field = |name: &str| {
        let fields = declared.lines.as_deref().unwrap_or_default();
        let known = fields.iter().map(|field| &*field.name);
        declared
            .line_field(name)
            .ok_or_else(|| unknown("line field", name, known))
    };
    match path {
        ["state"] => Ok(Value::text(slip.state.name())),
        ["lines"] => Ok(Value::text(&slip.lines.len().to_string())),
        ["line", position, "drawn", name] => {
            let (_, field) = line_field(name)?;
            let drawn = line_at(position)?.drawn.get(*name).copied().unwrap_or(0);
            match field.kind {
                model::FieldKind::Amount(unit) => Ok(Value::Amount(Amount::new(drawn, unit))),
                _ => Err(format!("`{name}` is no amount")),
            }
        }
        ["line", position, name] => {
            let (at, _) = line_field(name)?;
            Ok(line_at(position)?
                .values
                .get(at)
                .cloned()
                .unwrap_or_default())
        }
        [name] => {
            let known = declared.header.iter().map(|field| &*field.name);
            let (at, _) = declared
                .header_field(name)
                .ok_or_else(|| unknown("field", name, known.chain(["state", "lines"])))?;
            Ok(slip.header.get(at).cloned().unwrap_or_default())
        }
        _ => Err(
            "field, line.1.field, line.1.drawn.field, state, lines or register.KEY.field"
                .to_owned(),
        ),
    }
}

/// What is there, when it is not what is wanted. Amounts compare as amounts.
fn differs(value: &Value, wanted: &str) -> Option<String> {
    let same = match value {
        Value::Amount(amount) => Amount::parse(wanted, amount.unit) == Ok(*amount),
        other => other.to_string() == wanted,
    };
    (!same).then(|| value.to_string())
}

//! What a step books, and the last check: no ledger may break a law by it.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use kernel::{EntryState, SlipId, Value};
use ledger::{Balance, BalanceKey, Entry, Hold, Leg, check_balanced, join_key};
use model::{HOLD_MINUTES, LegRule, PlaceRef, Post, PostKind, Step};

use crate::scope::{View, too_large};
use crate::step::{Checked, Context};
use crate::worth::{self, Moved};
use crate::{Class, Line, Record, Refusal, Slip};

/// The entries that the postings of a step make.
pub(crate) fn entries(view: View<'_>, slip: SlipId, step: &Step) -> Checked<Vec<Entry>> {
    let mut out = Vec::new();
    let mut moved = Moved::default();
    let mut one = |post: &Post, line: Option<&Line>| -> Checked<()> {
        let Some(cost) = &post.cost else {
            return entry(view, step, post, line, &mut out);
        };
        if applies(view, post, line)? {
            let post = (post, cost);
            out.extend(worth::entries(view, slip, step, post, line, &mut moved)?);
        }
        Ok(())
    };
    for post in &step.posts {
        if post.per_line {
            for line in view.lines {
                one(post, Some(line))?;
            }
        } else {
            one(post, None)?;
        }
    }
    Ok(out)
}

fn applies(view: View<'_>, post: &Post, line: Option<&Line>) -> Checked<bool> {
    match &post.when {
        Some(when) => Ok(view.at(line).value(when)? == Value::Flag(true)),
        None => Ok(true),
    }
}

fn entry(
    view: View<'_>,
    step: &Step,
    post: &Post,
    line: Option<&Line>,
    out: &mut Vec<Entry>,
) -> Checked<()> {
    if !applies(view, post, line)? {
        return Ok(());
    }
    if let Some(each) = &post.each {
        return one_by_one(view, step, post, each, line, out);
    }
    let at = view.at(line);
    let mut legs = Vec::with_capacity(post.legs.len());
    for rule in &post.legs {
        let amount = at
            .value(&rule.amount)?
            .as_amount()
            .map_or(0, |amount| amount.units);
        // The one number whose opposite does not fit.
        if amount == i64::MIN {
            return Err(too_large().into());
        }
        if amount != 0 {
            legs.push(leg(view, post, rule, line, amount)?);
        }
    }
    book(view, step, (post, line), legs, out)
}

/// One entry that moves one of each code of a list.
fn one_by_one(
    view: View<'_>,
    step: &Step,
    post: &Post,
    each: &model::Each,
    line: Option<&Line>,
    out: &mut Vec<Entry>,
) -> Checked<()> {
    let at = view.at(line);
    let (of, except) = (at.value(&each.of)?, each.except.as_ref());
    let except = except.map(|expr| at.value(expr)).transpose()?;
    let left_out: HashSet<&str> = except.iter().flat_map(listed).collect();
    let wanted: Vec<&str> = listed(&of)
        .filter(|code| !left_out.contains(code))
        .collect();
    let mut legs = Vec::with_capacity(wanted.len() * post.legs.len());
    let mut patterns = Vec::with_capacity(post.legs.len());
    for rule in post.legs.iter().filter(|_| !wanted.is_empty()) {
        patterns.push(leg(view, post, rule, line, 1)?);
    }
    for code in wanted {
        let key: Arc<str> = join_key([code]).into();
        legs.extend(patterns.iter().map(|pattern| Leg {
            key: key.clone(),
            ..pattern.clone()
        }));
    }
    book(view, step, (post, line), legs, out)
}

/// The codes that a value lists.
fn listed(value: &Value) -> impl Iterator<Item = &str> {
    kernel::proof::codes(value.as_text().unwrap_or_default())
}

fn book(
    view: View<'_>,
    step: &Step,
    (post, line): (&Post, Option<&Line>),
    legs: Vec<Leg>,
    out: &mut Vec<Entry>,
) -> Checked<()> {
    if legs.is_empty() {
        return Ok(());
    }
    let (state, hold) = match &post.kind {
        PostKind::Entry(state) => (*state, None),
        PostKind::Hold { name, minutes, .. } => {
            let minutes = view.at(line).value(minutes)?;
            // A parameter without a value yet holds for the shortest time.
            let minutes = minutes.as_amount().map_or(0, |minutes| minutes.units);
            let minutes = minutes.clamp(*HOLD_MINUTES.start(), *HOLD_MINUTES.end());
            let until = view.context.command.at.plus_minutes(minutes);
            (
                EntryState::Held,
                Some(Hold {
                    name: name.clone(),
                    until,
                }),
            )
        }
    };
    out.push(Entry {
        by: step.qualified.clone(),
        state,
        day: view.context.today(),
        legs,
        hold,
        reversal: false,
    });
    Ok(())
}

fn leg(
    view: View<'_>,
    post: &Post,
    rule: &LegRule,
    line: Option<&Line>,
    amount: i64,
) -> Checked<Leg> {
    let context = view.context;
    let at = view.at(line);
    let dimension = |exprs: &[model::Expr]| -> Checked<Arc<str>> {
        if exprs.is_empty() {
            return Ok(Arc::from(""));
        }
        let values: Vec<String> = exprs
            .iter()
            .map(|expr| Ok(at.value(expr)?.to_string()))
            .collect::<Checked<_>>()?;
        Ok(join_key(values.iter().map(String::as_str)).into())
    };
    let Some(ledger) = context.pack.ledgers.get(post.ledger) else {
        return Err(too_large().into());
    };
    let place = match &rule.place {
        PlaceRef::Fixed(place) => ledger
            .places
            .get(*place)
            .map(|place| place.name.clone())
            .unwrap_or_default(),
        PlaceRef::Chosen(expr) => chosen_place(context, ledger, &at.value(expr)?)?,
    };
    let by_key_alone = ledger.place(&place).is_some_and(|(_, place)| place.once);
    Ok(Leg {
        ledger: ledger.qualified.clone(),
        place,
        key: dimension(&rule.key)?,
        detail: match by_key_alone {
            true => Arc::from(""),
            false => dimension(&rule.detail)?,
        },
        unit: rule.unit,
        side: rule.side,
        amount,
        line: line.map(|line| line.id.0),
    })
}

/// A place that a clerk chose: one that is declared, or a key of the ledger's chart.
fn chosen_place(context: Context<'_>, ledger: &model::Ledger, value: &Value) -> Checked<Arc<str>> {
    let code = value.to_string();
    if let Some((_, place)) = ledger.place(&code) {
        return Ok(place.name.clone());
    }
    if let Some(chart) = &ledger.chart {
        let versions = context
            .world
            .records(&format!("{}.{chart}", context.pack.name), &code)?;
        if Record::on(&versions, context.today()).is_some() {
            return Ok(code.into());
        }
    }
    Err(Refusal::new(
        Class::Balance,
        "place",
        format!("{} 没有科目 {code}", ledger.label.zh),
        format!("{} has no account {code}", ledger.label.en),
    )
    .into())
}

/// Takes back all that remains of what `slip` booked under steps that `undone` names.
pub(crate) fn take_back(
    context: Context<'_>,
    slip: &Slip,
    undone: impl Fn(&str) -> bool,
) -> Checked<Vec<Entry>> {
    let booked = context.world.entries_of(slip.id)?;
    Ok(ledger::take_back(&booked, context.today(), |entry| {
        undone(&entry.by)
    }))
}

/// Moves the slip's entries on to another state as the step declares.
pub(crate) fn moved_on(view: View<'_>, step: &Step, slip: Option<&Slip>) -> Checked<Vec<Entry>> {
    let context = view.context;
    let mut out = Vec::new();
    for advance in &step.advances {
        let Some(slip) = slip else { continue };
        let Some(ledger) = context.pack.ledgers.get(advance.ledger) else {
            continue;
        };
        let booked = context.world.entries_of(slip.id)?;
        out.extend(ledger::advance(
            &booked,
            advance.to,
            context.today(),
            Some(&step.qualified),
            |entry| {
                entry.hold.is_none() && entry.legs.iter().any(|leg| leg.ledger == ledger.qualified)
            },
        ));
    }
    Ok(out)
}

/// The balance check: entries sum to zero, periods are open, and no place that is not open goes below zero.
pub(crate) fn check(context: Context<'_>, entries: &[Entry]) -> Checked<()> {
    let mut balances: BTreeMap<BalanceKey, Balance> = BTreeMap::new();
    for entry in entries {
        check_balanced(entry).map_err(|unbalanced| {
            let sum = kernel::Amount::new(
                i64::try_from(unbalanced.difference).unwrap_or(i64::MAX),
                unbalanced.unit,
            );
            Refusal::new(
                Class::Balance,
                "unbalanced",
                format!(
                    "分录不平：{} 相差 {sum}",
                    ledger_label(context, &unbalanced.ledger).0
                ),
                format!(
                    "the entry on {} is out of balance by {sum}",
                    ledger_label(context, &unbalanced.ledger).1
                ),
            )
        })?;
        for leg in &entry.legs {
            check_period(context, entry, leg)?;
            let key = BalanceKey::of(leg);
            let before = match balances.get(&key) {
                Some(balance) => *balance,
                None => context.world.balance(&key)?,
            };
            let after = before.with(entry.state, leg).ok_or_else(|| Refusal {
                class: Class::Balance,
                ..too_large()
            })?;
            balances.insert(key, after);
        }
    }
    for (key, balance) in &balances {
        if let Some(floor) = floor(context, key)
            && balance.available() < i128::from(floor)
        {
            return Err(short(context, key, entries, balance, floor).into());
        }
    }
    worth::check(context, &balances)
}

fn check_period(context: Context<'_>, entry: &Entry, leg: &Leg) -> Checked<()> {
    let ledger = find_ledger(context, &leg.ledger);
    if ledger.is_some_and(|ledger| ledger.periods)
        && context
            .world
            .period_closed(&leg.ledger, entry.day.period())?
    {
        let (zh, en) = ledger_label(context, &leg.ledger);
        let period = entry.day.period();
        return Err(Refusal::new(
            Class::Balance,
            "period",
            format!("{zh} {period} 期已结账"),
            format!("period {period} of {en} is closed"),
        )
        .into());
    }
    Ok(())
}

fn find_ledger<'a>(context: Context<'a>, qualified: &str) -> Option<&'a model::Ledger> {
    context
        .pack
        .ledgers
        .iter()
        .find(|ledger| &*ledger.qualified == qualified)
}

fn ledger_label(context: Context<'_>, qualified: &str) -> (String, String) {
    let label = find_ledger(context, qualified)
        .map(|ledger| ledger.label.clone())
        .unwrap_or_default();
    (label.zh.to_string(), label.en.to_string())
}

/// How low a balance may go; `None`: as low as it likes.
fn floor(context: Context<'_>, key: &BalanceKey) -> Option<i64> {
    let Some(ledger) = find_ledger(context, &key.ledger) else {
        return Some(0);
    };
    match ledger.place(&key.place) {
        Some((_, place)) => place.floor(),
        // Accounts of a chart may stand on either side.
        None => ledger.chart.is_none().then_some(0),
    }
}

fn short(
    context: Context<'_>,
    key: &BalanceKey,
    entries: &[Entry],
    balance: &Balance,
    floor: i64,
) -> Refusal {
    let (ledger_zh, ledger_en) = ledger_label(context, &key.ledger);
    let place = find_ledger(context, &key.ledger)
        .and_then(|ledger| ledger.place(&key.place))
        .map(|(_, place)| place.label.clone());
    let (place_zh, place_en) = place
        .map_or((key.place.to_string(), key.place.to_string()), |label| {
            (label.zh.to_string(), label.en.to_string())
        });
    let leg = entries
        .iter()
        .flat_map(|entry| &entry.legs)
        .find(|leg| BalanceKey::of(leg) == *key);
    let unit = leg.map_or(kernel::Unit::Qty, |leg| leg.unit);
    let line = leg.and_then(|leg| leg.line);
    let missing = kernel::Amount::new(
        i64::try_from(-balance.available()).unwrap_or(i64::MAX),
        unit,
    );
    let what = if key.key.is_empty() {
        String::new()
    } else {
        format!(" {}", key.key)
    };
    let at = |refusal: Refusal| match line {
        Some(line) => refusal.at(usize::try_from(line - 1).ok(), ""),
        None => refusal,
    };
    if floor < 0 {
        return at(Refusal::new(
            Class::Balance,
            "balance",
            format!("{ledger_zh}{what} 已在账上，不能再次转入"),
            format!("{ledger_en}{what} is here already and cannot come in again"),
        ));
    }
    let refusal = Refusal::new(
        Class::Balance,
        "balance",
        format!("{ledger_zh} {place_zh}{what} 余额不足，差 {missing}"),
        format!("{ledger_en} {place_en}{what} falls short by {missing}"),
    );
    at(refusal)
}

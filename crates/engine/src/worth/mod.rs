//! What quantities are worth: layers brought, drawn, changed and valued, by the method in force. Decided inside the lane, so
//! that no two slips ever use the same layer.

mod back;
mod booked;
mod layer_code;
mod settle;

pub use layer_code::LayerCode;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kernel::{EntryState, Side, SlipId};
use ledger::{BalanceKey, Entry, Layer, draw, join_key, share, split_key};
use model::{Cost, Expr, Ledger, Lies, Method, PlaceRef, Post, PostKind, Step, Valuation};

use crate::scope::{View, too_large};
use crate::step::{Checked, Context};
use crate::{Class, Line, Record, Refusal};

/// The layer in which all lies together at one average.
const POOL: &str = "0";
/// What stands for a dimension that is not kept.
const NONE: &str = "-";

/// What the postings of one step have moved so far, so that each sees what those before it took.
#[derive(Default)]
pub(crate) struct Moved(BTreeMap<BalanceKey, i64>);

/// Where a layer lies: index of the place, further dimensions.
type At = (usize, Arc<str>);

/// A quantity, a value, or both, from one layer to another.
struct Move {
    from: At,
    to: At,
    qty: i64,
    value: i64,
}

/// One posting on a valued ledger at one line.
struct Valuing<'a> {
    context: Context<'a>,
    worth: &'a Ledger,
    counts: &'a Ledger,
    method: Method,
    key: Arc<str>,
    /// Values of the further dimensions after the first, which is the engine's own.
    identity: Vec<String>,
    /// The layer of this line.
    mark: String,
    line: Option<&'a Line>,
    moved: &'a mut Moved,
    moves: Vec<Move>,
}

/// The entries of a posting on a valued ledger: quantities, their value, and what the value is booked on.
pub(crate) fn entries(
    view: View<'_>,
    slip: SlipId,
    step: &Step,
    (post, cost): (&Post, &Cost),
    line: Option<&Line>,
    moved: &mut Moved,
) -> Checked<Vec<Entry>> {
    let context = view.context;
    let at = view.at(line);
    let found = context.pack.ledgers.get(post.ledger).and_then(|worth| {
        let rule = worth.valuation.as_ref()?;
        Some((worth, rule, context.pack.ledgers.get(rule.counts)?))
    });
    let leg = |side| post.legs.iter().find(|leg| leg.side == side);
    let (Some((worth, rule, counts)), Some(out), Some(into)) =
        (found, leg(Side::Out), leg(Side::In))
    else {
        return Err(too_large().into());
    };
    let (PlaceRef::Fixed(from), PlaceRef::Fixed(to)) = (&out.place, &into.place) else {
        return Err(too_large().into());
    };
    let units = |expr: &Expr| -> Checked<i64> {
        Ok(at.value(expr)?.as_amount().map_or(0, |amount| amount.units))
    };
    let texts = |exprs: &[Expr]| -> Checked<Vec<String>> {
        exprs
            .iter()
            .map(|expr| Ok(at.value(expr)?.to_string()))
            .collect()
    };
    let key: Arc<str> = join_key(texts(&out.key)?.iter().map(String::as_str)).into();
    let mut valuing = Valuing {
        context,
        worth,
        counts,
        method: method(context, worth, rule)?,
        key,
        identity: texts(&out.detail)?,
        mark: format!("{:010}.{:04}", slip.0, line.map_or(0, |line| line.id.0)),
        line,
        moved,
        moves: Vec::new(),
    };
    let mut day = context.today();
    let qty = match cost {
        Cost::Settled(_) => 0,
        _ => units(&out.amount)?,
    };
    if qty < 0 {
        return Err(valuing.refused(
            Class::Field,
            "negative",
            "的数量为负，不能按成本移动；要改正已记的，请冲销原单",
            "has a negative quantity, which is not moved at its cost; put right what is booked by a reversal",
        ));
    }
    match cost {
        Cost::Settled(until) => {
            if let Some(until) = at.value(until)?.as_day() {
                day = until.min(day);
                valuing.settle(*from, *to, day)?;
            }
        }
        _ if qty == 0 => {}
        Cost::Brought(value) => valuing.bring(*from, *to, qty, units(value)?)?,
        Cost::Drawn => valuing.take(*from, *to, qty)?,
        Cost::Changed(value, gone) => valuing.change((*from, *to, *gone), qty, units(value)?)?,
    }
    let state = match &post.kind {
        PostKind::Entry(state) => *state,
        PostKind::Hold { .. } => EntryState::Held,
    };
    Ok(valuing.booked(&step.qualified, day, state))
}

/// The method in force on the day of the command.
fn method(context: Context<'_>, worth: &Ledger, rule: &Valuation) -> Checked<Method> {
    let (register, field) = &rule.policy;
    let register = format!("{}.{register}", context.pack.name);
    let versions = context.world.records(&register, &worth.name)?;
    let said = Record::on(&versions, context.today()).and_then(|record| record.field(field));
    let of = |said: &str| rule.methods.iter().find(|(code, _)| **code == *said);
    let found = said.and_then(of).or_else(|| rule.methods.first());
    Ok(found.map_or(Method::Individual, |(_, method)| *method))
}

impl Valuing<'_> {
    fn lies(&self, place: usize) -> Lies {
        let place = self.worth.places.get(place);
        place.map(|place| place.lies).unwrap_or_default()
    }

    fn open(&self, place: usize) -> bool {
        let place = self.worth.places.get(place);
        place.is_some_and(|place| place.open)
    }

    fn awaits(&self) -> Option<usize> {
        let mut places = self.worth.places.iter();
        places.position(|place| place.lies == Lies::Awaits)
    }

    fn balance_key(&self, ledger: &Ledger, (place, detail): &At) -> BalanceKey {
        let place = ledger.places.get(*place).map(|place| place.name.clone());
        BalanceKey {
            ledger: ledger.qualified.clone(),
            place: place.unwrap_or_default(),
            key: self.key.clone(),
            detail: detail.clone(),
        }
    }

    fn lying(&self, ledger: &Ledger, at: &At) -> Checked<i64> {
        let key = self.balance_key(ledger, at);
        let before = self.context.world.balance(&key)?.posted.net();
        let moved = self.moved.0.get(&key).copied().unwrap_or(0);
        before.checked_add(moved).ok_or_else(|| too_large().into())
    }

    fn layer(&self, at: &At) -> Checked<Layer> {
        Ok(Layer {
            detail: at.1.clone(),
            qty: self.lying(self.counts, at)?,
            value: self.lying(self.worth, at)?,
        })
    }

    /// What lies in a place, oldest first.
    fn layers(&self, place: usize) -> Checked<Vec<Layer>> {
        let mut details: BTreeSet<Arc<str>> = BTreeSet::new();
        for ledger in [self.counts, self.worth] {
            let any = self.balance_key(ledger, &(place, Arc::from("")));
            let world = self.context.world;
            details.extend(world.details(&any.ledger, &any.place, &any.key)?);
            let own = self.moved.0.keys().filter(|key| {
                (&key.ledger, &key.place, &key.key) == (&any.ledger, &any.place, &any.key)
            });
            details.extend(own.map(|key| key.detail.clone()));
        }
        let mut found = Vec::new();
        for detail in details {
            let layer = self.layer(&(place, detail))?;
            if layer.qty != 0 || layer.value != 0 {
                found.push(layer);
            }
        }
        Ok(found)
    }

    /// The further dimensions of a layer that keeps no identity.
    fn unmarked(&self, layer: &str) -> Arc<str> {
        let rest = self.identity.iter().map(|_| NONE);
        join_key(std::iter::once(layer).chain(rest)).into()
    }

    /// Those of a layer that this line makes.
    fn marked(&self) -> Arc<str> {
        let rest = self.identity.iter().map(String::as_str);
        join_key(std::iter::once(&*self.mark).chain(rest)).into()
    }

    fn period(&self) -> String {
        period_layer(&self.context.today().period().to_string())
    }

    fn shift(&mut self, from: At, to: At, (qty, value): (i64, i64)) -> Checked<()> {
        if from == to || (qty == 0 && value == 0) {
            return Ok(());
        }
        for (ledger, amount) in [(self.counts, qty), (self.worth, value)] {
            for (at, amount) in [(&from, -amount), (&to, amount)] {
                let key = self.balance_key(ledger, at);
                let sum = self.moved.0.entry(key).or_default();
                *sum = sum.checked_add(amount).ok_or_else(too_large)?;
            }
        }
        self.moves.push(Move {
            from,
            to,
            qty,
            value,
        });
        Ok(())
    }

    /// Where something new comes to lie in a place. Under an average all that lies in it is put together first, also what
    /// another method left.
    fn arrival(&mut self, place: usize) -> Checked<Arc<str>> {
        if self.open(place) {
            return Ok(self.unmarked(NONE));
        }
        let together = match (self.lies(place), self.method) {
            (Lies::Layered, Method::Average) => self.unmarked(POOL),
            (Lies::Layered, Method::PeriodAverage) => self.unmarked(&self.period()),
            _ => return Ok(self.marked()),
        };
        self.nothing_waits()?;
        for layer in self.layers(place)? {
            let of_period = layer.detail.starts_with("0.");
            if self.method == Method::Average || !of_period {
                let (from, to) = ((place, layer.detail), (place, together.clone()));
                self.shift(from, to, (layer.qty, layer.value))?;
            }
        }
        Ok(together)
    }

    /// What left while values were found at the end of the month is valued before they are found otherwise.
    fn nothing_waits(&self) -> Checked<()> {
        let Some(awaits) = self
            .awaits()
            .filter(|_| self.method != Method::PeriodAverage)
        else {
            return Ok(());
        };
        if self.layers(awaits)?.is_empty() {
            return Ok(());
        }
        Err(self.refused(
            Class::Balance,
            "unvalued",
            "还有发出的数量未计价，须先做月末结转",
            "has quantities that have left and are not valued yet; close the month first",
        ))
    }

    fn refused(&self, class: Class, code: &str, zh: &str, en: &str) -> crate::step::Stop {
        let (label, key) = (&self.worth.label, &self.key);
        let refusal = Refusal::new(
            class,
            code,
            format!("{} {key} {zh}", label.zh),
            format!("{} {key} {en}", label.en),
        );
        let at = self
            .line
            .and_then(|line| usize::try_from(line.id.0 - 1).ok());
        match at {
            Some(at) => refusal.at(Some(at), "").into(),
            None => refusal.into(),
        }
    }

    fn short(&self) -> crate::step::Stop {
        self.refused(
            Class::Balance,
            "balance",
            "没有这么多有成本的数量",
            "does not hold that much with a cost",
        )
    }

    fn bring(&mut self, from: usize, to: usize, qty: i64, value: i64) -> Checked<()> {
        let detail = self.arrival(to)?;
        let outside = self.unmarked(NONE);
        self.shift((from, outside), (to, detail), (qty, value))
    }

    fn take(&mut self, from: usize, to: usize, qty: i64) -> Checked<()> {
        if self.lies(from) == Lies::Apart {
            return self.give_back(from, to, qty);
        }
        self.nothing_waits()?;
        let averaged = matches!(self.method, Method::Average | Method::PeriodAverage);
        if averaged {
            self.arrival(from)?;
        }
        let mut layers = self.layers(from)?;
        if self.method == Method::Individual {
            let own = &self.identity;
            // Sorting keeps the age of layers of one rank.
            layers.sort_by_key(|layer| match split_key(&layer.detail) {
                parts if parts[1..] == own[..] => 0,
                parts
                    if parts[0].starts_with(POOL) && parts[1..].iter().all(|part| part == NONE) =>
                {
                    1
                }
                _ => 2,
            });
        }
        let parts = draw(&layers, qty).ok_or_else(|| self.short())?;
        let awaits = self
            .awaits()
            .filter(|_| self.method == Method::PeriodAverage);
        for part in parts {
            let source = (from, part.detail.clone());
            match awaits {
                Some(awaits) => {
                    let target = &self.worth.places[to].name;
                    let month = self.context.today().period();
                    let layer = split_key(&part.detail).swap_remove(0);
                    let waiting = self.unmarked(&format!("{target}:{month}:{layer}"));
                    self.shift(source, (awaits, waiting), (part.qty, 0))?;
                }
                None => {
                    let detail = self.arrival(to)?;
                    self.shift(source, (to, detail), (part.qty, part.value))?;
                }
            }
        }
        Ok(())
    }

    /// A change of value: the part that is still there keeps it, the rest goes where what is gone is charged.
    fn change(
        &mut self,
        (from, to, gone): (usize, usize, usize),
        qty: i64,
        value: i64,
    ) -> Checked<()> {
        let mut layers = Vec::new();
        let mut waiting = 0;
        if matches!(self.method, Method::Average | Method::PeriodAverage) {
            self.arrival(to)?;
            layers = self.layers(to)?;
            if let Some(awaits) = self.awaits() {
                waiting = self.layers(awaits)?.iter().map(|layer| layer.qty).sum();
            }
            // The youngest of the pools takes it all.
            layers = layers.pop().into_iter().collect();
        } else {
            for at in self.origins(to)? {
                layers.push(self.layer(&at)?);
            }
        }
        let there: i64 = layers.iter().map(|layer| layer.qty).sum::<i64>() + waiting;
        let there = if layers.is_empty() { 0 } else { there };
        let kept = qty.min(there);
        let keeps = share(value, kept, qty).ok_or_else(too_large)?;
        let outside = self.unmarked(NONE);
        let (mut left, mut worth) = (kept, keeps);
        for (at, layer) in layers.iter().enumerate() {
            let last = at + 1 == layers.len();
            let part = if last { left } else { left.min(layer.qty) };
            let share = share(worth, part, left.max(1)).ok_or_else(too_large)?;
            self.shift(
                (from, outside.clone()),
                (to, layer.detail.clone()),
                (0, share),
            )?;
            left -= part;
            worth -= share;
        }
        let charged = value.checked_sub(keeps).ok_or_else(too_large)?;
        self.shift((from, outside.clone()), (gone, outside), (0, charged))
    }
}

/// `0.202604`: after the pool and before every layer of a line.
fn period_layer(month: &str) -> String {
    format!("{POOL}.{month}")
}

/// Where no quantity lies no value lies: a reversal may not leave one behind.
pub(crate) fn check(
    context: Context<'_>,
    balances: &BTreeMap<BalanceKey, ledger::Balance>,
) -> Checked<()> {
    for worth in &context.pack.ledgers {
        let Some(rule) = &worth.valuation else {
            continue;
        };
        let Some(counts) = context.pack.ledgers.get(rule.counts) else {
            continue;
        };
        for key in balances.keys() {
            let open = worth.place(&key.place).is_none_or(|(_, place)| place.open);
            if (key.ledger != worth.qualified && key.ledger != counts.qualified)
                || open
                || key.detail.starts_with("0.")
            {
                continue;
            }
            let net = |ledger: &Ledger| -> Checked<i64> {
                let other = BalanceKey {
                    ledger: ledger.qualified.clone(),
                    ..key.clone()
                };
                match balances.get(&other) {
                    Some(balance) => Ok(balance.posted.net()),
                    None => Ok(context.world.balance(&other)?.posted.net()),
                }
            };
            if net(counts)? == 0 && net(worth)? != 0 {
                return Err(Refusal::new(
                    Class::Balance,
                    "worth",
                    format!("{} {} 没有数量了，却还有金额：已发出的部分按平均成本计价，请用退货或调价单更正", worth.label.zh, key.key),
                    format!("{} {} would have a value left without a quantity: part of it left at the average; correct it by a return or a new price", worth.label.en, key.key),
                )
                .into());
            }
        }
    }
    Ok(())
}

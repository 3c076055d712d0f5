//! Postings on a ledger that says what quantities are worth: `post worth from=goods to=sold qty=line.qty`.

use kernel::{Amount, EntryState, Side, Unit, Value};
use model::{Cost, Expr, LegRule, Lies, PlaceRef, Post, PostKind};

use crate::Kind;
use crate::expression::{Checker, Ty};
use crate::reader::{LedgerDraft, Reader};
use crate::reading::Reading;

/// From an open place the value is said (`worth=`) and makes a layer; with `gone=` it changes what came in before. From any
/// other place the value is drawn. To the place that `awaits`, what waits is valued `until=` a day.
pub(super) fn post(
    reader: &Reader<'_>,
    checker: &Checker<'_>,
    mut reading: Reading<'_>,
    ledger: usize,
) -> Option<Post> {
    let draft = &reader.ledgers[ledger];
    let valuation = draft.ledger.valuation.as_ref()?;
    let span = reading.span();
    let when = reader.when(checker, &mut reading);
    let mut side = |name: &str| {
        let word =
            reading.need_property(name, "a posting takes `from=` one place `to=` another")?;
        match reader.place(checker, draft, word)? {
            PlaceRef::Fixed(at) => Some((at, &draft.ledger.places[at])),
            PlaceRef::Chosen(_) => {
                let message = "the places of quantities and their value are declared";
                reader.desk.error(Kind::UnknownPlace, word.span, message);
                None
            }
        }
    };
    let (from, to) = (side("from"), side("to"));
    let gone = match reading.property("gone") {
        Some(_) => side_of(reader, checker, draft, &mut reading, "gone"),
        None => None,
    };
    let until = reading.property("until");
    let until = until.map(|word| checker.value(word, &Ty::Day));
    let worth = reading.property("worth");
    let worth = worth.map(|word| checker.value(word, &Ty::Amount(Unit::Money)));
    let settles = to.is_some_and(|(_, place)| place.lies == Lies::Awaits);
    let unit = reader.ledgers[valuation.counts].ledger.unit;
    let amount = if settles {
        Some(Expr::Literal(Value::Amount(Amount::new(0, unit))))
    } else {
        let word = reading.need_property("qty", "how much: `qty=line.qty`");
        word.and_then(|word| checker.value(word, &Ty::Amount(unit)))
    };
    // The first of the further dimensions is the layer, which the engine gives; a month is closed for all the others.
    let mut asked = LedgerDraft {
        ledger: draft.ledger.clone(),
        unit: draft.unit,
    };
    asked.ledger.detail.remove(0);
    let others = asked.ledger.detail.len();
    if settles {
        asked.ledger.detail.clear();
    }
    let dimensions = reader.dimensions_of(checker, &mut reading, &asked, false);
    reading.finish();
    let ((from, source), (to, target), amount) = (from?, to?, amount?);
    let (key, mut detail) = dimensions?;
    if settles {
        detail = vec![Expr::Literal(Value::text("-")); others];
    }
    let wrong = |message: &str, hint: &str| {
        let hint = hint.to_owned();
        reader
            .desk
            .hinted(Kind::Legs, span, message.to_owned(), hint);
    };
    let layered = !source.open && source.lies == Lies::Layered;
    let cost = match (worth, gone, until) {
        (None, None, Some(until)) if settles && layered => Cost::Settled(until?),
        (Some(worth), None, None) if source.open && !target.open && !settles => {
            Cost::Brought(worth?)
        }
        (Some(worth), Some(gone), None)
            if source.open && !target.open && target.lies == Lies::Layered =>
        {
            Cost::Changed(worth?, gone)
        }
        (None, None, None)
            if !settles
                && !source.open
                && source.lies != Lies::Awaits
                && source.name != target.name =>
        {
            if source.lies == Lies::Layered && !target.open && target.lies == Lies::Layered {
                wrong(
                    "a posting between two places whose layers lie by the method",
                    "one ledger has one such place; others are `open` or `apart`",
                );
                return None;
            }
            Cost::Drawn
        }
        _ => {
            wrong(
                "it is not clear where the value of this posting comes from",
                "from an open place say it: `worth=\"line.qty * line.price\"`; from any other it is drawn; to the place that `awaits` say `until=`",
            );
            return None;
        }
    };
    let leg = |side, place, key, detail| LegRule {
        side,
        place: PlaceRef::Fixed(place),
        amount: amount.clone(),
        unit,
        key,
        detail,
    };
    let legs = vec![
        leg(Side::Out, from, key.clone(), detail.clone()),
        leg(Side::In, to, key, detail),
    ];
    let mut per_line = amount.reads_line() || when.as_ref().is_some_and(Expr::reads_line);
    per_line |= legs[0]
        .key
        .iter()
        .chain(&legs[0].detail)
        .any(Expr::reads_line);
    if let Cost::Brought(worth) | Cost::Changed(worth, _) = &cost {
        per_line |= worth.reads_line();
    }
    Some(Post {
        ledger,
        legs,
        per_line,
        when,
        each: None,
        kind: PostKind::Entry(EntryState::Posted),
        cost: Some(cost),
    })
}

/// An open place, which is charged with what is gone.
fn side_of(
    reader: &Reader<'_>,
    checker: &Checker<'_>,
    draft: &LedgerDraft,
    reading: &mut Reading<'_>,
    name: &str,
) -> Option<usize> {
    let word = reading.property(name)?;
    match reader.place(checker, draft, word)? {
        PlaceRef::Fixed(at) if draft.ledger.places[at].open => Some(at),
        _ => {
            let message = "what is gone is charged to an open place";
            reader.desk.error(Kind::UnknownPlace, word.span, message);
            None
        }
    }
}

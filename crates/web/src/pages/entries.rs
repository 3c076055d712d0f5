//! What a slip booked, and how places and keys of ledgers are called.

use engine::{LayerCode, Slip};
use kernel::Side;
use ledger::{Leg, split_key};
use model::{Ledger, Pack};

use super::desk::{Reader, address};
use super::{values, words};
use crate::error::Error;
use crate::names;
use crate::parts::lang::Lang;
use crate::parts::table::{Cell, Head, Row, Shape, Table};

/// The ledger of a qualified name in this pack.
pub(crate) fn ledger_of<'a>(pack: &'a Pack, qualified: &str) -> Option<&'a Ledger> {
    pack.ledgers
        .iter()
        .find(|ledger| *ledger.qualified == *qualified)
}

/// What a place is called: as declared, or as its record in the chart.
pub(crate) fn place_name(
    reader: &Reader<'_>,
    pack: &Pack,
    ledger: &Ledger,
    place: &str,
) -> Result<String, Error> {
    if let Some((_, declared)) = ledger.place(place) {
        return Ok(words::label(reader.lang, &declared.label).to_owned());
    }
    Ok(match &ledger.chart {
        Some(chart) => {
            let shown = values::record(reader, pack, chart, place)?;
            match shown.text == place {
                true => shown.text,
                false => format!("{place} {}", shown.text),
            }
        }
        None => place.to_owned(),
    })
}

/// A key with the names of the records it is made of, and the names of its dimensions that say more than the code.
pub(crate) fn key_names(
    reader: &Reader<'_>,
    pack: &Pack,
    ledger: &Ledger,
    key: &str,
) -> Result<(String, String), Error> {
    if ledger.by.is_empty() {
        return Ok((key.to_owned(), String::new()));
    }
    let (mut names, mut codes) = (Vec::new(), Vec::new());
    for (dimension, part) in ledger.by.iter().zip(split_key(key)) {
        if pack.register(dimension).is_none() {
            names.push(part);
            continue;
        }
        let shown = values::record(reader, pack, dimension, &part)?;
        if shown.text != part {
            codes.push(part);
        }
        names.push(shown.text);
    }
    Ok((names.join(" / "), codes.join(" / ")))
}

/// The further dimensions of an account in words: a layer of what is valued by what made it, a record by its name. What says nothing
/// is left out.
pub(crate) fn detail_names(
    reader: &Reader<'_>,
    pack: &Pack,
    ledger: &Ledger,
    detail: &str,
) -> Result<String, Error> {
    let mut names = Vec::new();
    for (at, part) in split_key(detail).into_iter().enumerate() {
        let name = detail_name(reader, pack, ledger, at, &part)?;
        names.extend(Some(name).filter(|name| !name.is_empty()));
    }
    Ok(names.join(" / "))
}

/// A name with what is said beside it.
pub(crate) fn joined(name: String, beside: &str) -> String {
    match (&*name, beside) {
        (_, "") => name,
        ("", beside) => beside.to_owned(),
        (name, beside) => format!("{name} · {beside}"),
    }
}

/// One of them.
pub(crate) fn detail_name(
    reader: &Reader<'_>,
    pack: &Pack,
    ledger: &Ledger,
    at: usize,
    part: &str,
) -> Result<String, Error> {
    if at == 0
        && is_valued(pack, ledger)
        && let Some(layer) = LayerCode::read(part)
    {
        return layer_name(reader, pack, ledger, layer);
    }
    let dimension = ledger.detail.get(at).map_or("", |dimension| dimension);
    match part {
        "-" => Ok(String::new()),
        part => Ok(values::record(reader, pack, dimension, part)?.text),
    }
}

/// Whether a ledger says what things cost, or counts what another one values.
fn is_valued(pack: &Pack, ledger: &Ledger) -> bool {
    let counted = |one: &Ledger| {
        let counts = one
            .valuation
            .as_ref()
            .and_then(|rule| pack.ledgers.get(rule.counts));
        counts.is_some_and(|counts| counts.qualified == ledger.qualified)
    };
    ledger.valuation.is_some() || pack.ledgers.iter().any(counted)
}

fn layer_name(
    reader: &Reader<'_>,
    pack: &Pack,
    ledger: &Ledger,
    layer: LayerCode<'_>,
) -> Result<String, Error> {
    Ok(match (layer, reader.lang) {
        (LayerCode::None, _) => String::new(),
        (LayerCode::Pool, Lang::Zh) => "移动平均".to_owned(),
        (LayerCode::Pool, Lang::En) => "moving average".to_owned(),
        (LayerCode::Month(month), Lang::Zh) => format!("{}平均", month_name(month)),
        (LayerCode::Month(month), Lang::En) => format!("average of {}", month_name(month)),
        (LayerCode::Line(slip, line), lang) => {
            let slip = reader.store.slip(reader.org, slip)?;
            let number = slip.map_or_else(String::new, |slip| slip.number.to_string());
            match lang {
                Lang::Zh => format!("{number} 第 {} 行", line.0),
                Lang::En => format!("{number} line {}", line.0),
            }
        }
        (LayerCode::Waiting { to, month }, lang) => {
            let (to, month) = (place_name(reader, pack, ledger, to)?, month_name(month));
            match lang {
                Lang::Zh => format!("{month}转入“{to}”，待计价"),
                Lang::En => format!("to {to} in {month}, not valued yet"),
            }
        }
    })
}

/// `202604` as `2026-04`.
fn month_name(month: &str) -> String {
    match month.split_at_checked(4) {
        Some((year, month)) if !month.contains('-') => format!("{year}-{month}"),
        _ => month.to_owned(),
    }
}

/// The labels of a ledger's dimensions: of the register of that name, else as declared.
pub(crate) fn dimensions(reader: &Reader<'_>, pack: &Pack, ledger: &Ledger) -> String {
    dimension_names(reader, pack, ledger).join(" / ")
}

/// The same, one by one.
pub(crate) fn dimension_names(reader: &Reader<'_>, pack: &Pack, ledger: &Ledger) -> Vec<String> {
    ledger
        .by
        .iter()
        .map(|dimension| dimension_name(reader, pack, dimension))
        .collect()
}

/// What a dimension is called: the register of its name, a layer of what is valued, else the first field of its name in the pack.
pub(crate) fn dimension_name(reader: &Reader<'_>, pack: &Pack, dimension: &str) -> String {
    if let Some(register) = pack.register(dimension) {
        return words::label(reader.lang, &register.label).to_owned();
    }
    let layered = |ledger: &Ledger| {
        is_valued(pack, ledger)
            && ledger
                .detail
                .first()
                .is_some_and(|first| **first == *dimension)
    };
    if pack.ledgers.iter().any(layered) {
        return reader.t("成本层", "Cost layer").to_owned();
    }
    let slips = pack.flows.iter().flat_map(|flow| &flow.slips);
    let mut fields = slips.flat_map(|slip| {
        slip.header
            .iter()
            .chain(slip.lines.as_deref().unwrap_or_default())
    });
    fields.find(|field| *field.name == *dimension).map_or_else(
        || dimension.to_owned(),
        |field| words::label(reader.lang, &field.label).to_owned(),
    )
}

/// The statement of a place and key.
pub(crate) fn statement_url(ledger: &str, place: &str, key: &str) -> String {
    address(
        &format!("/ledgers/{ledger}/statement"),
        &[("place", place), ("key", key)],
    )
}

/// The page of what a slip booked at a row of the journal.
pub(crate) fn entry_url(slip: kernel::SlipId, seq: i64) -> String {
    format!("/slips/{slip}/entries/{seq}")
}

/// Where the amount stands in the table of what a slip booked.
const AMOUNT: usize = 3;

/// Everything a slip booked; `None` when it booked nothing.
pub(crate) fn of_slip(
    reader: &Reader<'_>,
    pack: &Pack,
    slip: &Slip,
) -> Result<Option<Table>, Error> {
    let booked = reader.store.entries(reader.org, slip.id)?;
    if booked.is_empty() {
        return Ok(None);
    }
    let catalog = reader.catalog();
    let mut rows = Vec::new();
    for one in &booked {
        let entry = &one.entry;
        let step = words::step_name(&catalog, reader.lang, Some(&slip.version), &entry.by);
        let state = words::entry_state(reader.lang, entry.state);
        let mut about = format!("{step} · {}", values::when(reader, one.at));
        if entry.reversal {
            about = format!("{} · {about}", reader.t("红字", "Red letters"));
        }
        let by = Cell::new(about).to(entry_url(slip.id, one.seq));
        if let Some(legs) = one_by_one(pack, &entry.legs) {
            rows.push(many(reader, pack, (slip, legs), state, by)?);
            continue;
        }
        let concealed = names::concealed(&catalog, &slip.version, entry);
        for (from, to) in pairs(&entry.legs) {
            let mut row = row(reader, pack, from, to, state, by.clone())?;
            if let (true, Some(amount)) = (concealed, row.cells.get_mut(AMOUNT)) {
                amount.text = names::masked(&amount.text);
            }
            rows.push(row);
        }
    }
    Ok(Some(Table {
        caption: reader.t("分录", "Entries").to_owned(),
        heads: vec![
            Head::new(reader.t("账", "Ledger"), Shape::Plain),
            Head::new(reader.t("从 → 到", "From → to"), Shape::Main),
            Head::new(reader.t("何物", "What"), Shape::Plain),
            Head::new(reader.t("数量 / 金额", "Amount"), Shape::Lead),
            Head::new(reader.t("状态", "State"), Shape::Plain),
            Head::new(reader.t("由何环节", "By"), Shape::Plain),
        ],
        rows,
        foot: Vec::new(),
    }))
}

/// Legs that move several things which are kept one by one, each from the same place to the same place.
fn one_by_one<'l>(pack: &Pack, legs: &'l [Leg]) -> Option<&'l [Leg]> {
    let ledger = ledger_of(pack, &legs.first()?.ledger)?;
    let kept = ledger.places.iter().any(|place| place.once);
    (kept && legs.len() > 2).then_some(legs)
}

/// One row for all of them, leading to which they are.
fn many(
    reader: &Reader<'_>,
    pack: &Pack,
    (slip, legs): (&Slip, &[Leg]),
    state: &str,
    by: Cell,
) -> Result<Row, Error> {
    let of = |side: Side| legs.iter().find(|leg| leg.side == side);
    let mut row = row(reader, pack, of(Side::Out), of(Side::In), state, by)?;
    let taken = legs.iter().filter(|leg| leg.side == Side::In);
    let count: i64 = taken.map(|leg| leg.amount).sum();
    let what = reader.t("{} 个码", "{} codes");
    let what = what.replace("{}", &count.abs().to_string());
    if let ([_, way, thing, amount, ..], Some(leg)) = (row.cells.as_mut_slice(), legs.first()) {
        way.url = Some(statement_url(&leg.ledger, &leg.place, ""));
        *thing = Cell::new(what).to(super::slip_codes::url(slip.id));
        amount.text = values::parts(i128::from(count), kernel::Unit::Count);
    }
    Ok(row)
}

/// The legs of an entry two by two where one place gives what another takes; else one by one.
fn pairs(legs: &[Leg]) -> Vec<(Option<&Leg>, Option<&Leg>)> {
    if let [a, b] = legs
        && a.amount == b.amount
        && a.side != b.side
        && a.key == b.key
    {
        return vec![match a.side {
            Side::Out => (Some(a), Some(b)),
            Side::In => (Some(b), Some(a)),
        }];
    }
    legs.iter()
        .map(|leg| match leg.side {
            Side::Out => (Some(leg), None),
            Side::In => (None, Some(leg)),
        })
        .collect()
}

fn row(
    reader: &Reader<'_>,
    pack: &Pack,
    from: Option<&Leg>,
    to: Option<&Leg>,
    state: &str,
    by: Cell,
) -> Result<Row, Error> {
    let Some(leg) = to.or(from) else {
        return Ok(Row::default());
    };
    let declared = ledger_of(pack, &leg.ledger);
    let place = |leg: Option<&Leg>| -> Result<String, Error> {
        match (leg, declared) {
            (Some(leg), Some(ledger)) => place_name(reader, pack, ledger, &leg.place),
            (Some(leg), None) => Ok(leg.place.to_string()),
            (None, _) => Ok(String::new()),
        }
    };
    let (key, codes) = match declared {
        Some(ledger) => key_names(reader, pack, ledger, &leg.key)?,
        None => (leg.key.to_string(), String::new()),
    };
    let ledger = declared.map_or_else(
        || leg.ledger.to_string(),
        |ledger| words::label(reader.lang, &ledger.label).to_owned(),
    );
    let from_place = place(from)?;
    let to_place = place(to)?;
    Ok(Row::from(vec![
        Cell::new(ledger).to(format!("/ledgers/{}", leg.ledger)),
        Cell::new(format!("{from_place} → {to_place}")).to(statement_url(
            &leg.ledger,
            &leg.place,
            &leg.key,
        )),
        Cell::new(key).under(codes),
        Cell::new(values::parts(i128::from(leg.amount), leg.unit)),
        Cell::new(state),
        by,
    ]))
}

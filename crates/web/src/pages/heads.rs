//! Slips as lists show them: what they are about, where they stand.

use engine::{SlipState, Waiting, WaitingKind};
use model::{Catalog, FieldKind, Flow, Pack};
use store::SlipHead;

use super::desk::Reader;
use super::{values, words};
use crate::error::Error;
use crate::parts::Tone;
use crate::parts::table::{Cell, Head, Row, Shape};

/// The page of a slip.
pub(crate) fn url(id: kernel::SlipId) -> String {
    format!("/slips/{id}")
}

/// The register whose record a slip of this kind is about: the first one its header names, or its source's.
pub(crate) fn party_register<'a>(
    catalog: &'a Catalog,
    version: &str,
    kind: &str,
) -> Option<(&'a Pack, &'a str)> {
    let (pack, _, flow, mut slip, _) = catalog.slip_of(version, kind)?;
    // A chain of slips is never longer than its flow has kinds.
    for _ in 0..flow.slips.len() {
        if let Some(register) = own_party(flow, slip) {
            return Some((pack, register));
        }
        slip = *flow.slips.get(slip)?.from.first()?;
    }
    None
}

fn own_party(flow: &Flow, slip: usize) -> Option<&str> {
    flow.slips
        .get(slip)?
        .header
        .iter()
        .find_map(|field| match &field.kind {
            FieldKind::Register(register) => Some(&**register),
            _ => None,
        })
}

/// The name of what a slip is about; empty where there is none.
pub(crate) fn party(
    reader: &Reader<'_>,
    catalog: &Catalog,
    head: &SlipHead,
) -> Result<values::Shown, Error> {
    if head.party.is_empty() {
        return Ok(values::Shown::default());
    }
    match party_register(catalog, &head.version, &head.kind) {
        Some((pack, register)) => {
            let shown = values::record(reader, pack, register, &head.party)?;
            Ok(values::Shown {
                under: String::new(),
                ..shown
            })
        }
        None => Ok(values::Shown {
            text: head.party.to_string(),
            ..values::Shown::default()
        }),
    }
}

/// The money of a slip, where its kind has any that says something: of its header, or computed in its lines. A sum of
/// prices says nothing.
pub(crate) fn amount(catalog: &Catalog, head: &SlipHead) -> String {
    let money = |field: &model::Field| field.kind == FieldKind::Amount(kernel::Unit::Money);
    let says = catalog
        .slip_of(&head.version, &head.kind)
        .is_some_and(|(_, _, _, _, slip)| {
            let lines = slip.lines.as_deref().unwrap_or_default();
            slip.header.iter().any(money)
                || lines
                    .iter()
                    .rev()
                    .find(|field| money(field))
                    .is_some_and(model::Field::is_totalled)
        });
    let amount = head.amount.filter(|_| says);
    amount.map(kernel::Amount::grouped).unwrap_or_default()
}

/// Where a slip stands, in its colour: its state, or what it waits for.
pub(crate) fn standing(reader: &Reader<'_>, catalog: &Catalog, head: &SlipHead) -> (Tone, String) {
    let (tone, word) = words::state(reader.lang, head.state);
    let step = |waiting: &Waiting| {
        words::step_name(catalog, reader.lang, Some(&head.version), &waiting.step)
    };
    let of = |kind: WaitingKind| head.waiting.iter().find(|waiting| waiting.kind == kind);
    if of(WaitingKind::Reversal).is_some() {
        return (
            Tone::Held,
            reader.t("待确认冲销", "Reversal asked for").to_owned(),
        );
    }
    if let Some(waiting) = of(WaitingKind::Returned) {
        return (
            Tone::Dead,
            reader.t("已退回：", "Returned: ").to_owned() + &step(waiting),
        );
    }
    match (head.state, of(WaitingKind::Step), of(WaitingKind::Begin)) {
        (SlipState::Open, Some(waiting), _) => {
            (tone, reader.t("待 ", "Awaits ").to_owned() + &step(waiting))
        }
        (SlipState::Done, _, Some(next)) => (
            Tone::Wait,
            reader.t("待 ", "Awaits ").to_owned() + &step(next),
        ),
        _ => (tone, word.to_owned()),
    }
}

/// The headings of a table of slips; those that sort are added by the list.
pub(crate) fn headings(reader: &Reader<'_>) -> Vec<Head> {
    vec![
        Head::new(reader.t("单号", "Number"), Shape::Main),
        Head::new(reader.t("单据", "Kind"), Shape::Plain),
        Head::new(reader.t("对方", "Party"), Shape::Plain),
        Head::new(reader.t("金额", "Amount"), Shape::Lead),
        Head::new(reader.t("日期", "Day"), Shape::Code),
        Head::new(reader.t("经办", "Begun by"), Shape::Code),
        Head::new(reader.t("状态", "State"), Shape::Plain),
    ]
}

/// A slip as a row under these headings.
pub(crate) fn row(reader: &Reader<'_>, catalog: &Catalog, head: &SlipHead) -> Result<Row, Error> {
    let party = party(reader, catalog, head)?;
    let (tone, state) = standing(reader, catalog, head);
    Ok(Row::from(vec![
        Cell::new(&*head.number).to(url(head.id)),
        Cell::new(words::kind_name(
            catalog,
            reader.lang,
            &head.version,
            &head.kind,
        )),
        Cell::new(party.text),
        Cell::new(amount(catalog, head)),
        Cell::new(head.day.to_string()),
        Cell::new(reader.person(&head.begun_by)?),
        Cell::state(tone, state),
    ]))
}

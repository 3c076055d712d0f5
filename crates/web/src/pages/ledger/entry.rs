//! One entry: every leg that a signature booked, the slip, and the signature itself with what its signer saw.

use axum::extract::Path;
use axum::response::Response;
use kernel::{Side, SlipId};
use maud::html;

use super::behind;
use crate::error::Error;
use crate::layout::Place;
use crate::names;
use crate::pages::desk::{Content, Desk, Reader};
use crate::pages::entries::{key_names, ledger_of, place_name};
use crate::pages::{heads, slip, values, words};
use crate::parts::slip::{Fact, facts};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, head};

/// What a slip booked at a row of the journal.
pub(crate) async fn show(desk: Desk, Path((id, seq)): Path<(i64, i64)>) -> Result<Response, Error> {
    desk.show(Place::Ledgers, move |reader| {
        let found = slip::must(reader, id)?;
        let entries = reader.store.entries(reader.org, found.id)?;
        let booked: Vec<_> = entries.iter().filter(|entry| entry.seq == seq).collect();
        let Some(first) = booked.first() else {
            return Err(Error::NotFound);
        };
        let catalog = reader.catalog();
        let kind = words::kind_name(&catalog, reader.lang, &found.version, &found.kind);
        let title = format!("{} · {kind} {}", reader.t("分录", "Entry"), found.number);
        let mut rows = Vec::new();
        for one in &booked {
            for leg in &one.entry.legs {
                rows.push(leg_row(reader, &found, one, leg)?);
            }
        }
        let legs = Table {
            caption: reader.t("分录行", "Legs").to_owned(),
            heads: vec![
                Head::new(reader.t("科目 / 库区", "Place"), Shape::Main),
                Head::new(reader.t("账", "Ledger"), Shape::Plain),
                Head::new(reader.t("何物", "What"), Shape::Plain),
                Head::new(reader.t("转入", "In"), Shape::Number),
                Head::new(reader.t("转出", "Out"), Shape::Lead),
                Head::new(reader.t("日期", "Day"), Shape::Code),
                Head::new(reader.t("状态", "State"), Shape::Plain),
            ],
            rows,
            foot: Vec::new(),
        };
        let crumbs = [Link::new(
            format!("{kind} {}", found.number),
            heads::url(found.id),
        )];
        let page = html! {
            (head(&crumbs, &title, html! {}, html! {}))
            section class="card" { (table(&legs)) }
            section class="card" {
                header { h2 { (reader.t("由何签字记账", "The signature that booked it")) } }
                (facts(&signature(reader, &found, seq, &first.entry.by)?))
            }
        };
        Ok(Content::new(title, page))
    })
    .await
}

fn leg_row(
    reader: &Reader<'_>,
    found: &engine::Slip,
    one: &store::SlipEntry,
    leg: &::ledger::Leg,
) -> Result<Row, Error> {
    let catalog = reader.catalog();
    let pack = catalog
        .slip_of(&found.version, &found.kind)
        .map(|(pack, ..)| pack);
    let declared = pack.and_then(|pack| Some((pack, ledger_of(pack, &leg.ledger)?)));
    let (place, ledger, (what, codes), url) = match declared {
        Some((pack, ledger)) => (
            place_name(reader, pack, ledger, &leg.place)?,
            words::label(reader.lang, &ledger.label).to_owned(),
            key_names(reader, pack, ledger, &leg.key)?,
            Some(behind(ledger, &leg.place, (&leg.key, ""), &[])),
        ),
        None => (
            leg.place.to_string(),
            leg.ledger.to_string(),
            (leg.key.to_string(), String::new()),
            None,
        ),
    };
    let mut amount = values::parts(i128::from(leg.amount), leg.unit);
    if names::concealed(&catalog, &found.version, &one.entry) {
        amount = names::masked(&amount);
    }
    let (into, out) = match leg.side {
        Side::In => (amount, String::new()),
        Side::Out => (String::new(), amount),
    };
    let mut state = words::entry_state(reader.lang, one.entry.state).to_owned();
    if one.entry.reversal {
        state = format!("{state} · {}", reader.t("红字", "red letters"));
    }
    Ok(Row::from(vec![
        Cell {
            url,
            ..Cell::new(place)
        },
        Cell::new(ledger).to(format!("/ledgers/{}", leg.ledger)),
        Cell::new(what).under(codes),
        Cell::new(into),
        Cell::new(out),
        Cell::new(one.entry.day.to_string()),
        Cell::new(state),
    ]))
}

/// Who signed what when, over the digest of what he saw, and where that stands in the journal.
fn signature(
    reader: &Reader<'_>,
    found: &engine::Slip,
    seq: i64,
    by: &str,
) -> Result<Vec<Fact>, Error> {
    let catalog = reader.catalog();
    let fact = |label: (&str, &str), value: String| Fact {
        label: reader.t(label.0, label.1).to_owned(),
        wide: value.chars().count() > 30,
        value,
        url: None,
    };
    let step = words::step_name(&catalog, reader.lang, Some(&found.version), by);
    let mut out = vec![fact(("环节", "Step"), step)];
    let signed = reader.store.signatures(reader.org, found.id)?;
    if let Some(row) = signed.into_iter().find(|row| row.seq == seq) {
        let one = row.signature;
        let mut person = reader.person(&one.person)?;
        if let Some(principal) = &one.on_behalf_of {
            let lent = reader.person(principal)?;
            person =
                format!("{person}{}", reader.t("（代 ", " (for ")) + &lent + reader.t("）", ")");
        }
        let role = words::role_name(&catalog, reader.lang, &one.role);
        out.push(fact(("签字人", "Signed by"), person));
        if !one.role.is_empty() {
            out.push(fact(("岗位", "Role"), role));
        }
        out.push(fact(("时间", "At"), one.at.to_string()));
        out.push(fact(
            ("签字时所见内容的摘要", "Digest of what the signer saw"),
            one.content.to_string(),
        ));
    }
    if let Some(row) = reader.store.journal_row(reader.org, seq)? {
        let mut number = fact(("日志行", "Journal row"), seq.to_string());
        number.url = reader
            .me
            .administrator
            .then(|| format!("/admin/journal/{seq}"));
        out.push(number);
        out.push(fact(
            ("日志行的哈希", "Hash of that row"),
            row.hash.to_string(),
        ));
    }
    let mut slip = fact(("单据", "Slip"), found.number.to_string());
    slip.url = Some(heads::url(SlipId(found.id.0)));
    out.insert(0, slip);
    Ok(out)
}

//! A trace: where one key of a ledger came from, where it is and to whom it went, with every slip between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ::ledger::split_key;
use axum::extract::Path;
use axum::response::Response;
use kernel::{Side, SlipId, Unit};
use maud::{Markup, html};
use model::{Ledger, Pack};
use store::{SearchQuery, Searched, StatementLeg, Trace};

use super::{behind, is_open, place_order};
use crate::error::Error;
use crate::layout::Place;
use crate::pages::desk::{Asked, Content, Desk, Reader, address};
use crate::pages::entries::{entry_url, key_names, place_name};
use crate::pages::ledgers::find;
use crate::pages::{heads, values, words};
use crate::parts::icon::Icon;
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, Tab, Tone, empty, head, note};

/// Legs shown; all are counted.
const LEGS: usize = 2_000;
/// Slips that a search found, looked at for what they booked; and keys of theirs that are shown.
const BOOKED: usize = 20;
const KEYS: usize = 8;

/// The page of a key.
pub(crate) fn trace_url(ledger: &str, key: &str) -> String {
    address(&format!("/ledgers/{ledger}/trace"), &[("key", key)])
}

/// The two ways to look at one key: place by place with running balances, or the way it went.
pub(crate) fn ways(reader: &Reader<'_>, ledger: &str, key: &str, traced: bool) -> Vec<Tab> {
    let statement = address(&format!("/ledgers/{ledger}/statement"), &[("key", key)]);
    [
        (statement, "流水", "Statement", !traced),
        (trace_url(ledger, key), "追溯", "Trace", traced),
    ]
    .into_iter()
    .map(|(url, zh, en, here)| Tab {
        label: reader.t(zh, en).to_owned(),
        url,
        count: None,
        here,
    })
    .collect()
}

/// Where a key came from, where it is and to whom it went.
pub(crate) async fn show(
    desk: Desk,
    Path(qualified): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    desk.show(Place::Ledgers, move |reader| {
        let catalog = reader.catalog();
        let (pack, ledger) = find(&catalog, &qualified)?;
        let key = asked.text("key");
        let trace = reader.store.trace(reader.org, &qualified, key, LEGS)?;
        let view = View {
            reader,
            pack,
            ledger,
            key,
            unit: trace.unit.unwrap_or(ledger.unit),
            trace: &trace,
            parties: parties(reader, &trace)?,
        };
        let (name, codes) = key_names(reader, pack, ledger, key)?;
        let title = format!("{} · {name}", reader.t("追溯", "Trace"));
        let crumbs = [
            Link::new(reader.t("账", "Ledgers"), "/ledgers"),
            Link::new(
                words::label(reader.lang, &ledger.label),
                format!("/ledgers/{qualified}"),
            ),
        ];
        let views = ways(reader, &qualified, key, true);
        let about = about(reader, pack, ledger, &trace)?;
        let body = html! {
            (head(&crumbs, &title, html! { (codes) @for link in &about { " · " a href=(link.url) { (link.label) } } }, html! {}))
            nav class="views" aria-label=(reader.t("看法", "Views")) {
                @for view in &views { a class="button tiny" href=(view.url) aria-current=[view.here.then_some("page")] { (view.label) } }
            }
            (view.body()?)
        };
        Ok(Content::new(title, body))
    })
    .await
}

/// What a key that is kept one by one is of: the records and the batch that its last leg names, with the trace of the batch.
fn about(
    reader: &Reader<'_>,
    pack: &Pack,
    ledger: &Ledger,
    trace: &Trace,
) -> Result<Vec<Link>, Error> {
    let detail = trace.legs.iter().rev().map(|leg| &leg.detail);
    let Some(detail) = detail.into_iter().find(|detail| !detail.is_empty()) else {
        return Ok(Vec::new());
    };
    let values = split_key(detail);
    let mut links = Vec::new();
    let now = trace.places.iter().find(|place| place.holds() > 0);
    if let Some(now) = now.filter(|_| ledger.places.iter().any(|place| place.once)) {
        let place = place_name(reader, pack, ledger, &now.place)?;
        let label = format!("{} {place}", reader.t("现在", "Now at:"));
        links.push(Link::new(label, behind(ledger, &now.place, ("", ""), &[])));
    }
    if let (Some(name), Some(value)) = (ledger.detail.first(), values.first())
        && pack.register(name).is_some()
    {
        let shown = values::record(reader, pack, name, value)?;
        let label = format!("{} {}", value, shown.text);
        links.push(Link::new(label, shown.url.unwrap_or_default()));
    }
    let whole = pack.ledgers.iter().find(|other| {
        other.by.len() > 1 && other.detail.is_empty() && ledger.detail.starts_with(&other.by)
    });
    if let Some(other) = whole {
        let parts = &values[..other.by.len().min(values.len())];
        let key = ::ledger::join_key(parts.iter().map(String::as_str));
        let label = format!(
            "{} {}",
            reader.t("批号", "Batch"),
            parts.last().map_or("", String::as_str)
        );
        links.push(Link::new(label, trace_url(&other.qualified, &key)));
    }
    Ok(links)
}

/// Keys of ledgers with a part of exactly this name, such as batches, each leading to its trace. They are those that the
/// newest slips found have booked.
pub(crate) fn found(reader: &Reader<'_>, text: &str) -> Result<Option<Markup>, Error> {
    let query = SearchQuery {
        text: text.to_owned(),
        what: Searched::Slips,
        after: None,
        limit: BOOKED,
    };
    let page = reader.store.search(reader.org, &query)?;
    let catalog = reader.catalog();
    let mut keys: BTreeSet<(Arc<str>, Arc<str>)> = BTreeSet::new();
    for slip in page.rows.iter().filter_map(|found| found.slip) {
        for entry in reader.store.entries(reader.org, slip)? {
            let legs = entry.entry.legs.into_iter();
            keys.extend(legs.filter_map(|leg| {
                let parts = split_key(&leg.key);
                let named =
                    parts.len() > 1 && parts.iter().any(|part| part.eq_ignore_ascii_case(text));
                named.then_some((leg.ledger, leg.key))
            }));
        }
    }
    let mut links = Vec::new();
    for (ledger, key) in keys.into_iter().take(KEYS) {
        let Ok((pack, declared)) = find(&catalog, &ledger) else {
            continue;
        };
        let name = key_names(reader, pack, declared, &key)?.0;
        let label = format!("{} · {name}", words::label(reader.lang, &declared.label));
        links.push(Link::new(label, trace_url(&ledger, &key)));
    }
    let title = reader.t("追溯", "Trace");
    Ok((!links.is_empty()).then(|| {
        html! {
            section class="card" {
                header {
                    h2 { (title) }
                    div class="acts" { @for link in &links { a class="button tiny" href=(link.url) { (link.label) } } }
                }
            }
        }
    }))
}

/// The trace of one thing that has a number of its own, where a ledger keeps such things one by one and has this one.
pub(crate) fn of_one(reader: &Reader<'_>, text: &str) -> Result<Option<String>, Error> {
    if text.len() < 8 || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(None);
    }
    let catalog = reader.catalog();
    let ledgers = catalog.packs().iter().flat_map(|pack| &pack.ledgers);
    for ledger in ledgers.filter(|ledger| ledger.places.iter().any(|place| place.once)) {
        let trace = reader.store.trace(reader.org, &ledger.qualified, text, 1)?;
        if !trace.legs.is_empty() {
            return Ok(Some(trace_url(&ledger.qualified, text)));
        }
    }
    Ok(None)
}

/// Whether what lies in a place is out of the house: with whom, is then told party by party. Where a ledger colours its
/// places, those of the house have a colour.
fn outside(ledger: &Ledger, place: &str) -> bool {
    let coloured = ledger.places.iter().any(|place| place.colour.is_some());
    let plain = |place: &model::Place| coloured && place.colour.is_none();
    is_open(ledger, place) || ledger.place(place).is_some_and(|(_, place)| plain(place))
}

struct View<'a> {
    reader: &'a Reader<'a>,
    pack: &'a Pack,
    ledger: &'a Ledger,
    key: &'a str,
    unit: Unit,
    trace: &'a Trace,
    parties: BTreeMap<Arc<str>, values::Shown>,
}

/// The parties of the legs shown, each by a slip that names it.
fn parties(reader: &Reader<'_>, trace: &Trace) -> Result<BTreeMap<Arc<str>, values::Shown>, Error> {
    let named = trace.legs.iter().filter(|leg| !leg.party.is_empty());
    let slips: BTreeMap<&Arc<str>, SlipId> = named
        .filter_map(|leg| Some((&leg.party, leg.slip?)))
        .collect();
    let ids: Vec<SlipId> = slips.into_values().collect();
    let catalog = reader.catalog();
    let mut out = BTreeMap::new();
    for head in reader.store.heads(reader.org, &ids)? {
        let shown = heads::party(reader, &catalog, &head)?;
        out.insert(head.party, shown);
    }
    Ok(out)
}

impl View<'_> {
    fn body(&self) -> Result<Markup, Error> {
        let reader = self.reader;
        if self.trace.legs.is_empty() {
            return Ok(html! {
                div class="card" {
                    (empty(
                        Icon::Search,
                        reader.t("没有发生额", "Nothing moved"),
                        reader.t("账上没有这个编码。请从余额、流水或查找进入。", "The ledger has no such key. Come here from a balance, a statement or a search."),
                        &[],
                    ))
                }
            });
        }
        let mut cards = Vec::new();
        let mut places: Vec<&str> = self
            .trace
            .places
            .iter()
            .map(|place| &*place.place)
            .collect();
        places.sort_by_key(|place| place_order(self.ledger, place));
        for place in places.iter().filter(|place| outside(self.ledger, place)) {
            cards.push(self.card(
                &place_name(reader, self.pack, self.ledger, place)?,
                &self.parties(place)?,
            ));
        }
        let shown = self.trace.legs.len();
        let (zh, en) = (
            format!("以下只列出前 {shown} 笔；上面的合计包括全部。"),
            format!("Only the first {shown} legs are listed below; the sums above count all."),
        );
        Ok(html! {
            (self.card(reader.t("现在何处", "Where it is now"), &self.places(&places)?))
            @for card in &cards { (card) }
            @if self.trace.more { (note(Tone::Held, html! { (reader.t(&zh, &en)) })) }
            (self.card(reader.t("经过的单据", "Every slip on the way"), &self.moves()?))
        })
    }

    fn card(&self, title: &str, rows: &Table) -> Markup {
        html! { section class="card" { header { h2 { (title) } } (table(rows)) } }
    }

    fn amount(&self, amount: i128) -> String {
        values::parts(amount, self.unit)
    }

    /// What is in hand, place by place; what was and is gone stands there with nothing.
    fn places(&self, places: &[&str]) -> Result<Table, Error> {
        let reader = self.reader;
        let mut rows = Vec::new();
        let mut total = 0;
        for place in places.iter().filter(|place| !outside(self.ledger, place)) {
            let Some(sums) = self.trace.places.iter().find(|sums| *sums.place == **place) else {
                continue;
            };
            total += sums.holds();
            rows.push(Row::from(vec![
                Cell::new(place_name(reader, self.pack, self.ledger, place)?).to(behind(
                    self.ledger,
                    place,
                    (self.key, ""),
                    &[],
                )),
                Cell::new(self.amount(sums.taken)),
                Cell::new(self.amount(sums.given)),
                Cell::new(self.amount(sums.holds())),
            ]));
        }
        Ok(Table {
            caption: reader.t("现在何处", "Where it is now").to_owned(),
            heads: vec![
                Head::new(reader.t("科目 / 库区", "Place"), Shape::Main),
                Head::new(reader.t("共转入", "Came in"), Shape::Number),
                Head::new(reader.t("共转出", "Went out"), Shape::Number),
                Head::new(reader.t("现有", "Holds"), Shape::Lead),
            ],
            rows,
            foot: vec![
                Cell::new(reader.t("合计", "Total")).over(3),
                Cell::new(self.amount(total)),
            ],
        })
    }

    /// Who gave and who got, at a place of the outside world.
    fn parties(&self, place: &str) -> Result<Table, Error> {
        let reader = self.reader;
        let mut rows = Vec::new();
        let parties = self.trace.parties.iter();
        for party in parties.filter(|party| *party.place == *place) {
            let known = self.parties.get(&party.party).cloned().unwrap_or_default();
            let name = match (party.party.is_empty(), known.text.is_empty()) {
                (true, _) => reader
                    .t("（单据未写单位）", "(the slip names no party)")
                    .to_owned(),
                (false, true) => party.party.to_string(),
                (false, false) => known.text,
            };
            let days = match party.first == party.last {
                true => party.last.to_string(),
                false => format!("{} — {}", party.first, party.last),
            };
            rows.push(Row::from(vec![
                Cell {
                    url: known.url,
                    ..Cell::new(name).under(&*party.party)
                },
                Cell::new(self.amount(party.given)),
                Cell::new(self.amount(party.taken)),
                Cell::new(self.amount(party.taken - party.given)),
                Cell::new(days),
                Cell::new(party.slips.to_string()),
            ]));
        }
        Ok(Table {
            caption: place_name(reader, self.pack, self.ledger, place)?,
            heads: vec![
                Head::new(reader.t("单位", "Party"), Shape::Main),
                Head::new(reader.t("由其交来", "Came from it"), Shape::Number),
                Head::new(reader.t("交其", "Went to it"), Shape::Number),
                Head::new(reader.t("净在其处", "With it now"), Shape::Lead),
                Head::new(reader.t("日期", "Days"), Shape::Code),
                Head::new(reader.t("单据数", "Slips"), Shape::Number),
            ],
            rows,
            foot: Vec::new(),
        })
    }

    /// Each leg, the newest last.
    fn moves(&self) -> Result<Table, Error> {
        let reader = self.reader;
        let catalog = reader.catalog();
        let mut rows = Vec::new();
        for (from, to) in moves(&self.trace.legs) {
            let Some(leg) = to.or(from) else { continue };
            let name = |leg: Option<&StatementLeg>| match leg {
                Some(leg) => place_name(reader, self.pack, self.ledger, &leg.place),
                None => Ok(String::new()),
            };
            let kind = words::kind_name(&catalog, reader.lang, "", &leg.kind);
            let mut about = format!("{kind} · {}", reader.person(&leg.person)?);
            if leg.reversal {
                about = format!("{about} · {}", reader.t("红字", "red letters"));
            }
            let party = self.parties.get(&leg.party).cloned().unwrap_or_default();
            rows.push(Row::from(vec![
                Cell::new(leg.day.to_string()),
                Cell {
                    url: leg.slip.map(heads::url),
                    ..Cell::new(&*leg.number).under(about)
                },
                Cell::new(party.text),
                Cell::new(format!("{} → {}", name(from)?, name(to)?)),
                Cell {
                    url: leg.slip.map(|slip| entry_url(slip, leg.seq)),
                    ..Cell::new(self.amount(i128::from(leg.amount)))
                },
            ]));
        }
        Ok(Table {
            caption: reader.t("经过的单据", "Every slip on the way").to_owned(),
            heads: vec![
                Head::new(reader.t("日期", "Day"), Shape::Code),
                Head::new(reader.t("单据", "Slip"), Shape::Main),
                Head::new(reader.t("单位", "Party"), Shape::Plain),
                Head::new(reader.t("从 → 到", "From → to"), Shape::Plain),
                Head::new(reader.t("数量", "Amount"), Shape::Lead),
            ],
            rows,
            foot: Vec::new(),
        })
    }
}

type Move<'a> = (Option<&'a StatementLeg>, Option<&'a StatementLeg>);

/// Legs put together as from where to where: the two sides of one amount stand side by side in a command. What has no
/// such neighbour stands alone.
fn moves(legs: &[StatementLeg]) -> Vec<Move<'_>> {
    let mut out = Vec::new();
    let mut rest = legs;
    while let [first, after @ ..] = rest {
        let second = after.first().filter(|second| {
            second.seq == first.seq && second.side != first.side && second.amount == first.amount
        });
        rest = if second.is_some() { &after[1..] } else { after };
        out.push(match first.side {
            Side::Out => (Some(first), second),
            Side::In => (second, Some(first)),
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_are_told_party_by_party_though_their_place_may_not_go_below_zero() {
        let pack = pack::read(&gsp::texts(), gsp::RULES).expect("a pack");
        let of = |ledger: &str| -> Vec<String> {
            let ledger = pack.ledgers.iter().find(|one| &*one.name == ledger);
            let ledger = ledger.expect("a ledger of the pack");
            let places = ledger.places.iter().map(|place| place.name.to_string());
            places.filter(|place| outside(ledger, place)).collect()
        };
        assert_eq!(
            of("stock"),
            ["supplier", "customer", "written_off", "opening"]
        );
        assert_eq!(of("bins"), ["elsewhere"]);
        assert_eq!(of("on_order"), ["supplier"]);
    }
}

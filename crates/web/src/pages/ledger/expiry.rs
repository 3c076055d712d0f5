//! What lies where, by when it expires. A ledger has this view where it counts by a batch and the slips of its pack scan
//! batch and expiry from the goods (GS1 application identifiers 10 and 17): the slip that booked a batch knows its day.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ::ledger::split_key;
use axum::extract::Path;
use axum::response::Response;
use engine::Slip;
use kernel::{Day, EntryState, SlipId, Unit, Value};
use model::{Catalog, FieldKind, Ledger, Pack};
use store::{BalanceQuery, BalanceRow, KeyFilter, StatementQuery};

use super::{View, behind, crumbs, filter, is_open, narrowing, place_title, tabs, views};
use crate::error::Error;
use crate::layout::Place;
use crate::pages::desk::{Asked, Content, Desk, Reader};
use crate::pages::entries::key_names;
use crate::pages::ledgers::find;
use crate::pages::{values, words};
use crate::parts::Tone;
use crate::parts::chart::{Bar, Chart, Part, bars};
use crate::parts::ledger::{Enquiry, enquiry};
use crate::parts::list::Choose;
use crate::parts::table::{Cell, Head, Row, Shape, Table};

/// Accounts looked at for one page: the day of each is asked of the slip that booked it first.
const READ_MAX: usize = 2_000;
/// The first and the last day, counted from today, of each span; one without a day comes after them.
const SPANS: [(i64, i64); 5] = [
    (366, i64::MAX),
    (181, 365),
    (91, 180),
    (0, 90),
    (i64::MIN, -1),
];

/// The names of the fields of lines that hold a batch and its expiry.
struct Fields<'p> {
    batch: &'p str,
    expiry: &'p str,
}

/// The fields by which what a ledger counts expires; nothing where it counts by no batch.
fn fields<'p>(pack: &'p Pack, ledger: &Ledger) -> Option<Fields<'p>> {
    if ledger.unit != Unit::Qty {
        return None;
    }
    let slips = pack.flows.iter().flat_map(|flow| &flow.slips);
    let mut found = slips.filter_map(|slip| {
        let lines = slip.lines.as_deref().unwrap_or_default();
        let scanned = |code: &str| lines.iter().find(|field| field.element() == Some(code));
        let (batch, expiry) = (scanned("10")?, scanned("17")?);
        (expiry.kind == FieldKind::Day).then_some(Fields {
            batch: &batch.name,
            expiry: &expiry.name,
        })
    });
    found.find(|fields| ledger.by.iter().any(|name| **name == *fields.batch))
}

/// Whether a ledger has this view.
pub(super) fn has(pack: &Pack, ledger: &Ledger) -> bool {
    fields(pack, ledger).is_some()
}

/// Which span a day lies in.
fn span_of(expiry: Option<Day>, today: Day) -> usize {
    let Some(left) = expiry.map(|day| day.days_since(today)) else {
        return SPANS.len();
    };
    SPANS
        .iter()
        .position(|(first, last)| (*first..=*last).contains(&left))
        .unwrap_or(SPANS.len())
}

/// A balance with the day on which it expires.
struct Lot {
    row: BalanceRow,
    expiry: Option<Day>,
}

struct Lots<'a> {
    reader: &'a Reader<'a>,
    catalog: &'a Catalog,
    pack: &'a Pack,
    ledger: &'a Ledger,
    fields: Fields<'a>,
    slips: HashMap<SlipId, Option<Arc<Slip>>>,
}

impl Lots<'_> {
    /// The day on which an account expires, as the slip that booked it first says.
    fn expiry(&mut self, row: &BalanceRow) -> Result<Option<Day>, Error> {
        let query = StatementQuery {
            place: Some(row.place.to_string()),
            key: Some(KeyFilter::Exact(row.key.to_string())),
            limit: 1,
            ..StatementQuery::default()
        };
        let (store, org) = (self.reader.store, self.reader.org);
        let statement = store.statement(org, &self.ledger.qualified, &query)?;
        let Some(id) = statement.legs.first().and_then(|leg| leg.slip) else {
            return Ok(None);
        };
        let slip = match self.slips.get(&id) {
            Some(slip) => slip.clone(),
            None => {
                let slip = store.slip(org, id)?;
                self.slips.insert(id, slip.clone());
                slip
            }
        };
        Ok(slip.and_then(|slip| self.of_slip(&slip, &row.key)))
    }

    fn of_slip(&self, slip: &Slip, key: &str) -> Option<Day> {
        let (_, _, _, _, declared) = self.catalog.slip_of(&slip.version, &slip.kind)?;
        let (batch, _) = declared.line_field(self.fields.batch)?;
        let (expiry, _) = declared.line_field(self.fields.expiry)?;
        let parts = split_key(key);
        let at = self
            .ledger
            .by
            .iter()
            .position(|name| **name == *self.fields.batch)?;
        let wanted = parts.get(at)?;
        // The other parts of the key are in the line too, whatever they are called there.
        let fits = |line: &&engine::Line| {
            let has = |part: &String| line.values.iter().any(|value| value.to_string() == *part);
            line.values
                .get(batch)
                .is_some_and(|value| value.to_string() == *wanted)
                && parts.iter().all(has)
        };
        match slip.lines.iter().find(fits)?.values.get(expiry)? {
            Value::Day(day) => Some(*day),
            _ => None,
        }
    }

    fn title(&self, lot: &Lot) -> Result<(String, String), Error> {
        key_names(self.reader, self.pack, self.ledger, &lot.row.key)
    }

    fn text(&self, sum: i128) -> String {
        values::parts(sum, self.ledger.unit)
    }

    /// The spans in words, in the order of [`SPANS`], and those without a day.
    fn spans(&self) -> Vec<String> {
        [
            ("一年以上", "More than a year"),
            ("181–365 天", "181–365 days"),
            ("91–180 天", "91–180 days"),
            ("90 天以内", "Within 90 days"),
            ("已过期", "Expired"),
            ("未知", "Not known"),
        ]
        .iter()
        .map(|(zh, en)| self.reader.t(zh, en).to_owned())
        .collect()
    }

    fn chart(&self, lots: &[Lot]) -> Result<Chart, Error> {
        let reader = self.reader;
        let mut by_place: BTreeMap<_, [i128; SPANS.len() + 1]> = BTreeMap::new();
        for lot in lots {
            let place = super::place_order(self.ledger, &lot.row.place);
            let net = lot.row.balance.of(EntryState::Posted).net();
            let sums = by_place.entry(place).or_default();
            sums[span_of(lot.expiry, reader.today)] += i128::from(net);
        }
        let series = self.spans();
        let mut heads = vec![Head::new(reader.t("科目 / 库区", "Place"), Shape::Main)];
        heads.extend(series.iter().map(|name| Head::new(name, Shape::Number)));
        let (mut made, mut rows) = (Vec::new(), Vec::new());
        for ((_, _, place), sums) in by_place {
            let name = place_title(reader, self.pack, self.ledger, place)?;
            let mut cells = vec![Cell::new(name.clone())];
            cells.extend(sums.iter().map(|sum| Cell::new(self.text(*sum))));
            rows.push(Row::from(cells));
            made.push(Bar {
                label: name,
                text: self.text(sums.iter().sum()),
                parts: sums
                    .iter()
                    .map(|sum| Part {
                        size: (*sum).max(0),
                        text: self.text(*sum),
                    })
                    .collect(),
                ..Bar::default()
            });
        }
        Ok(Chart {
            title: reader
                .t("按剩余效期", "By what is left until expiry")
                .to_owned(),
            about: super::charts::told(&made),
            series,
            bars: made,
            figures: Table {
                caption: words::label(reader.lang, &self.ledger.label).to_owned(),
                heads,
                rows,
                foot: Vec::new(),
            },
            ..Chart::default()
        })
    }

    fn table(&self, lots: &[Lot]) -> Result<Table, Error> {
        let reader = self.reader;
        let mut rows = Vec::new();
        for lot in lots {
            let (name, codes) = self.title(lot)?;
            let left = lot.expiry.map(|day| day.days_since(reader.today));
            let tone = match left {
                Some(..0) => Tone::Dead,
                Some(0..=90) => Tone::Held,
                Some(_) => Tone::Done,
                None => Tone::Draft,
            };
            let said = match left {
                Some(left @ ..0) => reader
                    .t("已过期 {} 天", "expired {} days ago")
                    .replace("{}", &(-left).to_string()),
                Some(left) => reader
                    .t("还有 {} 天", "{} days left")
                    .replace("{}", &left.to_string()),
                None => reader.t("未知", "not known").to_owned(),
            };
            let url = behind(self.ledger, &lot.row.place, (&lot.row.key, ""), &[]);
            let net = i128::from(lot.row.balance.of(EntryState::Posted).net());
            rows.push(Row::from(vec![
                Cell::new(name).under(codes).to(url),
                Cell::new(lot.expiry.map(|day| day.to_string()).unwrap_or_default()),
                Cell::state(tone, said),
                Cell::new(place_title(reader, self.pack, self.ledger, &lot.row.place)?),
                Cell::new(self.text(net)),
            ]));
        }
        let what = crate::pages::entries::dimensions(reader, self.pack, self.ledger);
        Ok(Table {
            caption: words::label(reader.lang, &self.ledger.label).to_owned(),
            heads: vec![
                Head::new(what, Shape::Main),
                Head::new(reader.t("有效期至", "Valid until"), Shape::Code),
                Head::new(reader.t("剩余", "Left"), Shape::Plain),
                Head::new(reader.t("科目 / 库区", "Place"), Shape::Plain),
                Head::new(reader.t("余额", "Balance"), Shape::Lead),
            ],
            rows,
            foot: Vec::new(),
        })
    }
}

/// Stock by expiry, what expires first above.
pub(crate) async fn show(
    desk: Desk,
    Path(qualified): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    desk.show(Place::Ledgers, move |reader| {
        let catalog = reader.catalog();
        let (pack, ledger) = find(&catalog, &qualified)?;
        let fields = fields(pack, ledger).ok_or(Error::NotFound)?;
        let query = BalanceQuery {
            place: asked.some("place"),
            key: asked.some("key").map(KeyFilter::Prefix),
            skip_zero: true,
            limit: READ_MAX,
            ..BalanceQuery::default()
        };
        let page = reader.store.balances(reader.org, &qualified, &query)?;
        let mut made = Lots {
            reader,
            catalog: &catalog,
            pack,
            ledger,
            fields,
            slips: HashMap::new(),
        };
        let mut lots = Vec::new();
        for row in page.rows {
            let own = !is_open(ledger, &row.place) || query.place.is_some();
            if own && row.balance.of(EntryState::Posted).net() != 0 {
                let expiry = made.expiry(&row)?;
                lots.push(Lot { row, expiry });
            }
        }
        lots.sort_by_key(|lot| (lot.expiry.is_none(), lot.expiry));
        let chart = made.chart(&lots)?;
        let spans = made.spans();
        if let Ok(span) = asked.text("left").parse::<usize>() {
            lots.retain(|lot| span_of(lot.expiry, reader.today) == span);
        }
        let mut choices = vec![(String::new(), reader.t("全部", "All").to_owned())];
        choices.extend(
            spans
                .into_iter()
                .enumerate()
                .map(|(at, name)| (at.to_string(), name)),
        );
        let mut filters = narrowing(reader, ledger, &asked);
        let left = ("剩余效期", "Left until expiry");
        filters.push(filter(reader, &asked, "left", left, Choose::One(choices)));
        let mut notes = Vec::new();
        if page.next.is_some() {
            let (zh, en) = (
                format!("户数过多，只看了前 {READ_MAX} 户；请按库区或编码缩小范围。"),
                format!("Too many accounts: only the first {READ_MAX} are looked at. Narrow by place or code."),
            );
            notes.push(reader.t(&zh, &en).to_owned());
        }
        let title = words::label(reader.lang, &ledger.label).to_owned();
        let above = match chart.bars.is_empty() {
            true => Vec::new(),
            false => vec![bars(reader.lang, &chart)],
        };
        let enquired = Enquiry {
            crumbs: crumbs(reader),
            title: title.clone(),
            ledgers: tabs(reader, pack, ledger, View::Expiry),
            views: views(reader, pack, ledger, &asked, View::Expiry),
            notes,
            filters,
            table: made.table(&lots)?,
            foot: reader
                .t(
                    "有效期取自最早入账该批号的单据",
                    "The day is that of the slip that booked the batch first",
                )
                .to_owned(),
            above,
            ..Enquiry::default()
        };
        Ok(Content::new(title, enquiry(reader.lang, &enquired)))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_falls_into_one_span() {
        let day = |text: &str| text.parse::<Day>().expect("a day");
        let today = day("2026-04-01");
        let of = |text: &str| span_of(Some(day(text)), today);
        assert_eq!(of("2026-03-31"), 4);
        assert_eq!(of("2026-04-01"), 3);
        assert_eq!(of("2026-06-30"), 3);
        assert_eq!(of("2026-07-01"), 2);
        assert_eq!(of("2027-04-01"), 1);
        assert_eq!(of("2027-04-02"), 0);
        assert_eq!(span_of(None, today), 5);
    }
}

//! What the demo company does with the goods it has: it sells, delivers and takes back, looks after them, counts them and
//! stops a batch.

use kernel::{Amount, Moment, Unit};

use super::Clerk;
use super::acting::{Acting, from, line};
use super::changes::Changes;
use super::company::{CUSTOMERS, ITEMS, OTHERS, PEOPLE, class};
use super::plan::{spread, working_days};
use super::sale::Sale;
use crate::purchase::{Shown, TypedLine};
use crate::stop::Stop;

/// Sales, those of today among them.
const SALES: usize = 26;
/// Working days after which the company has something to sell.
const FIRST_DAY: usize = 8;

const QUALITY: &str = PEOPLE[3].0;
const KEEPER: &str = PEOPLE[5].0;
const AGENT: &str = OTHERS[2].0;
const FINANCE: &str = OTHERS[5].0;
const WAREHOUSE: &str = OTHERS[8].0;
const HEAD_OF_QUALITY: &str = OTHERS[9].0;
const MAINTAINER: &str = OTHERS[10].0;
const SECOND_KEEPER: &str = OTHERS[13].0;

/// What lies in a bin.
#[derive(Debug, Clone)]
pub struct Held {
    /// Index of the item.
    pub item: usize,
    /// Batch number.
    pub batch: String,
    /// Bin.
    pub bin: String,
    /// Quantity.
    pub qty: i64,
    /// Trace codes, one for each piece, where they are collected.
    pub codes: Vec<String>,
}

impl Held {
    fn lot(&self) -> String {
        format!("{}/{}", ITEMS[self.item].code, self.batch)
    }

    /// Takes the codes of so many pieces.
    fn take_codes(&mut self, qty: i64) -> Vec<String> {
        let count = usize::try_from(qty).unwrap_or(0).min(self.codes.len());
        self.codes.drain(..count).collect()
    }

    /// Whether it is kept cold.
    pub fn cold(&self) -> bool {
        ITEMS[self.item].storage == "冷藏"
    }
}

/// A turn of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    Bill,
    Approve,
    Issue,
    Check,
    Depart,
    Arrive,
    AskBack,
    AllowBack,
    TakeBack,
    InspectBack,
    PassBack,
    StoreBack,
    Look,
    Looked,
    Doubt,
    Stop,
    Freeze,
    Count,
    CountAgain,
    Review,
    Book,
    AskChange,
    ReturnChange,
    AllowChange,
}

/// The life of one sale: its turns by working day after its own and by hour.
const SALE: [(usize, i64, Turn); 6] = [
    (0, 10, Turn::Bill),
    (0, 11, Turn::Approve),
    (0, 13, Turn::Issue),
    (0, 15, Turn::Check),
    (0, 16, Turn::Depart),
    (1, 9, Turn::Arrive),
];
/// What comes after it when the customer sends something back.
const BACK: [(usize, i64, Turn); 6] = [
    (2, 10, Turn::AskBack),
    (2, 14, Turn::AllowBack),
    (3, 10, Turn::TakeBack),
    (3, 11, Turn::InspectBack),
    (3, 14, Turn::PassBack),
    (3, 16, Turn::StoreBack),
];
/// What the keepers and the quality department do beside it, by working day and by hour.
const HOUSE: [(usize, i64, Turn); 18] = [
    (12, 9, Turn::AskChange),
    (12, 15, Turn::AllowChange),
    (16, 10, Turn::AskChange),
    (17, 9, Turn::AllowChange),
    (18, 9, Turn::Look),
    (18, 16, Turn::Looked),
    (21, 10, Turn::Freeze),
    (21, 11, Turn::Count),
    (21, 14, Turn::CountAgain),
    (22, 10, Turn::Review),
    (22, 15, Turn::Book),
    (24, 10, Turn::Doubt),
    (24, 14, Turn::Stop),
    (25, 10, Turn::AskChange),
    (25, 15, Turn::ReturnChange),
    (27, 16, Turn::AskChange),
    (28, 10, Turn::Look),
    (28, 11, Turn::Doubt),
];

/// Everything the company does with its goods, in the order of time.
pub struct Trade {
    turns: Vec<(Moment, usize, Turn)>,
    next: usize,
    shelf: Vec<Held>,
    sales: Vec<Sale>,
    /// A plan of maintenance and how many lines it has.
    plan: Option<(Shown, usize)>,
    stopped: Option<Shown>,
    count: Option<Shown>,
    counted: Option<Held>,
    changes: Changes,
}

impl Trade {
    /// The turns of the weeks before `now`.
    pub fn new(now: Moment) -> Trade {
        let days = working_days(now);
        let mut turns = Vec::new();
        let mut on = |day: usize, hour: i64, nth: usize, turn: Turn| {
            if let Some(day) = days.get(day) {
                let minute = (spread(nth, 300 + turn as usize) % 47) as i64;
                turns.push((
                    Moment::noon_of(*day).plus_minutes((hour - 12) * 60 + minute),
                    nth,
                    turn,
                ));
            }
        };
        let earlier = SALES - 4;
        for sale in 0..earlier {
            let day = FIRST_DAY + sale * (days.len() - FIRST_DAY) / earlier;
            for (after, hour, turn) in SALE {
                on(day + after, hour, sale, turn);
            }
            if sale % 8 == 3 {
                for (after, hour, turn) in BACK {
                    on(day + after, hour, sale, turn);
                }
            }
        }
        for (day, hour, turn) in HOUSE {
            on(day, hour, 0, turn);
        }
        // Those of today have come less far, the later the less.
        for sale in earlier..SALES {
            let done = SALES - 1 - sale;
            for (at, (_, _, turn)) in SALE.iter().take(done + 1).enumerate() {
                let minutes = 8 + 21 * done as i64 - 9 * at as i64;
                turns.push((now.plus_minutes(-minutes), sale, *turn));
            }
        }
        turns.retain(|(at, ..)| *at <= now);
        turns.sort_unstable();
        Trade {
            turns,
            next: 0,
            shelf: Vec::new(),
            sales: (0..SALES).map(|_| Sale::default()).collect(),
            plan: None,
            stopped: None,
            count: None,
            counted: None,
            changes: Changes::default(),
        }
    }

    /// Goods have been put into stock.
    pub fn stocked(&mut self, goods: Vec<Held>) {
        self.shelf
            .extend(goods.into_iter().filter(|held| held.qty > 0));
    }

    /// The time of the next turn, if it is not after `by`.
    pub fn due(&self, by: Moment) -> Option<Moment> {
        let (at, ..) = self.turns.get(self.next)?;
        (*at <= by).then_some(*at)
    }

    /// Takes the next turn.
    pub fn take(&mut self, clerk: &mut Clerk<'_>) -> Result<(), Stop> {
        let (at, nth, turn) = self.turns[self.next];
        self.next += 1;
        let mut act = Acting { clerk, at };
        match turn {
            Turn::Look | Turn::Looked | Turn::Doubt | Turn::Stop => self.look_after(&mut act, turn),
            Turn::Freeze | Turn::Count | Turn::CountAgain | Turn::Review | Turn::Book => {
                self.count_bin(&mut act, turn)
            }
            Turn::Bill => self.bill(&mut act, nth),
            Turn::AskChange => self.changes.asks(&mut act),
            Turn::ReturnChange => self.changes.is_returned(&mut act),
            Turn::AllowChange => self.changes.is_allowed(&mut act),
            _ => self.sales[nth].goes_on(&mut act, nth, turn),
        }
    }

    /// Bills up to three batches that a customer may buy, what expires first going first.
    fn bill(&mut self, act: &mut Acting<'_, '_>, nth: usize) -> Result<(), Stop> {
        let customer = CUSTOMERS[[0, 0, 1, 0, 2, 1][spread(nth, 201) % 6]];
        let cold = spread(nth, 202).is_multiple_of(5) && customer.2.contains("生物制品");
        let sells = |held: &Held| {
            held.qty >= 8 && held.cold() == cold && customer.2.contains(class(&ITEMS[held.item]))
        };
        let mut fit: Vec<usize> = (0..self.shelf.len())
            .filter(|at| sells(&self.shelf[*at]))
            .collect();
        fit.sort_by(|a, b| self.shelf[*a].batch.cmp(&self.shelf[*b].batch));
        let count = (1 + spread(nth, 203) % 3).min(fit.len());
        let mut lines = Vec::new();
        for at in fit.into_iter().take(count) {
            let held = &mut self.shelf[at];
            let qty = (held.qty / 2).min(2 * (2 + (spread(nth, 204 + at) % 14) as i64));
            held.qty -= qty;
            let codes = held.take_codes(qty);
            lines.push(Held {
                qty,
                codes,
                ..held.clone()
            });
        }
        let typed: Vec<TypedLine> = lines
            .iter()
            .map(|held| {
                let fen = ITEMS[held.item].price_fen * 118 / 100;
                line(&[
                    ("lot", held.lot()),
                    ("qty", held.qty.to_string()),
                    ("price", Amount::new(fen, Unit::Money).to_string()),
                ])
            })
            .collect();
        let header = [
            ("customer", customer.0.to_owned()),
            (
                "purchaser",
                format!("{}/采购人员授权/{}", customer.0, customer.3),
            ),
        ];
        let sale = &mut self.sales[nth];
        if !typed.is_empty() {
            sale.bill = act.begins(AGENT, "sales_out.bill.fill", None, &header, &typed)?;
        }
        sale.lines = lines;
        Ok(())
    }

    /// Maintenance by plan, and a batch that is found doubtful.
    fn look_after(&mut self, act: &mut Acting<'_, '_>, turn: Turn) -> Result<(), Stop> {
        match turn {
            Turn::Look => {
                let due = self.shelf.iter().filter(|held| held.qty > 0).take(6);
                let typed: Vec<TypedLine> = due
                    .map(|held| line(&[("lot", held.lot()), ("bin", held.bin.clone())]))
                    .collect();
                let step = "maintenance.maintenance_plan.fill";
                let plan = act.begins(MAINTAINER, step, None, &[], &typed)?;
                self.plan = plan.map(|plan| (plan, typed.len()));
            }
            Turn::Looked => {
                let Some((plan, count)) = &self.plan else {
                    return Ok(());
                };
                let lines = vec![vec![("result", "正常".to_owned())]; *count];
                let step = "maintenance.maintenance_plan.execute";
                let done = act.signs(MAINTAINER, step, plan, &[], lines)?;
                let summary = [(
                    "summary",
                    "本次养护各批号外观、包装正常，温湿度符合要求".to_owned(),
                )];
                let step = "maintenance.maintenance_plan.archive";
                if let Some(done) = done {
                    act.signs(MAINTAINER, step, &done, &summary, Vec::new())?;
                }
            }
            Turn::Doubt => {
                let Some(at) = self
                    .shelf
                    .iter()
                    .position(|held| held.qty > 0 && !held.cold())
                else {
                    return Ok(());
                };
                let held = self.shelf.remove(at);
                let typed = [line(&[
                    ("lot", held.lot()),
                    ("reason", "客户反映外包装颜色异常，待检验".to_owned()),
                ])];
                self.stopped = act.begins(QUALITY, "stop_sale.stop.fill", None, &[], &typed)?;
            }
            _ => {
                if let Some(stopped) = &self.stopped {
                    act.signs(
                        HEAD_OF_QUALITY,
                        "stop_sale.stop.approve",
                        stopped,
                        &[],
                        Vec::new(),
                    )?;
                }
            }
        }
        Ok(())
    }

    /// One bin is counted; one box is missing, which a second keeper confirms.
    fn count_bin(&mut self, act: &mut Acting<'_, '_>, turn: Turn) -> Result<(), Stop> {
        let shelf = &mut self.shelf;
        match turn {
            Turn::Freeze => {
                let Some(at) = shelf.iter().rposition(|held| held.qty > 20) else {
                    return Ok(());
                };
                let held = shelf.remove(at);
                let header = [("scope_of_count", held.bin.clone())];
                let typed = [line(&[("lot", held.lot()), ("bin", held.bin.clone())])];
                self.count =
                    act.begins(KEEPER, "stocktake.stocktake.fill", None, &header, &typed)?;
                self.counted = Some(held);
            }
            Turn::Count => {
                let (Some(sheet), Some(held)) = (&self.count, &self.counted) else {
                    return Ok(());
                };
                let typed = [from(1, &[("counted", (held.qty - 1).to_string())])];
                self.count =
                    act.begins(KEEPER, "stocktake.count.fill", Some(sheet), &[], &typed)?;
            }
            Turn::CountAgain => {
                let (Some(count), Some(held)) = (&self.count, &self.counted) else {
                    return Ok(());
                };
                let again = vec![vec![("recounted", (held.qty - 1).to_string())]];
                self.count =
                    act.signs(SECOND_KEEPER, "stocktake.count.check", count, &[], again)?;
            }
            Turn::Review => {
                let (Some(count), Some(held)) = (&self.count, &mut self.counted) else {
                    return Ok(());
                };
                let typed = [from(
                    1,
                    &[
                        ("reason", "上次出库多发一盒，已与购货单位核对".to_owned()),
                        ("codes", held.take_codes(1).join(" ")),
                    ],
                )];
                self.count =
                    act.begins(WAREHOUSE, "stocktake.result.fill", Some(count), &[], &typed)?;
            }
            _ => {
                let (Some(result), Some(held)) = (&self.count, self.counted.take()) else {
                    return Ok(());
                };
                act.signs(FINANCE, "stocktake.result.execute", result, &[], Vec::new())?;
                shelf.push(Held {
                    qty: held.qty - 1,
                    ..held
                });
            }
        }
        Ok(())
    }
}

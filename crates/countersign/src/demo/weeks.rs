//! Lives the plan: every deed becomes the command of the person whose role it is.

use std::collections::BTreeMap;

use engine::Act;
use kernel::{Amount, Day, Moment, SlipId, Unit};
use store::Draft;

use super::Clerk;
use super::plan::{Deed, ORDERS, Wanted, What, deeds, in_halves, lines, spread, supplier};
use super::trade::{Held, Trade};
use crate::demo::company::{ITEMS, PARTNERS, PEOPLE};
use crate::house::ORG;
use crate::purchase::{
    INSPECTION_FILL, NOTICE_FILL, ORDER_APPROVE, ORDER_FILL, RECEIPT_FILL, STOCK_IN_FILL, Shown,
    TypedLine, begin, sign,
};
use crate::stop::{Fault, Stop};
use crate::timer::timer_command;

const BUYER: &str = PEOPLE[0].0;
const MANAGER: &str = PEOPLE[1].0;
const RECEIVER: &str = PEOPLE[2].0;
const QUALITY: &str = PEOPLE[3].0;
const INSPECTOR: &str = PEOPLE[4].0;
const KEEPER: &str = PEOPLE[5].0;

/// Deliveries that an order has at most.
const DELIVERIES: usize = 2;

/// What is known of an order so far.
#[derive(Default, Clone)]
struct Course {
    order: Option<Shown>,
    deliveries: [Delivery; DELIVERIES],
}

#[derive(Default, Clone)]
struct Delivery {
    lots: Vec<Lot>,
    receipt: Option<Shown>,
    notice: Option<Shown>,
    inspection: Option<Shown>,
}

/// A batch that came: the line of the order, how much, how much of it was refused, how much fails.
#[derive(Clone)]
struct Lot {
    line: i64,
    wanted: Wanted,
    batch: String,
    made: Day,
    qty: i64,
    refused: i64,
    failed: i64,
    /// Trace codes of what was not refused, where they are collected.
    codes: Vec<String>,
}

/// Lives through the weeks, then lets the timers run out that are due.
pub fn live(clerk: &mut Clerk<'_>, now: Moment, progress: &dyn Fn(u64, u64)) -> Result<(), Stop> {
    let mut courses: Vec<Course> = vec![Course::default(); ORDERS];
    let deeds = deeds(now);
    let mut trade = Trade::new(now);
    for (done, deed) in deeds.iter().enumerate() {
        progress(done as u64, deeds.len() as u64);
        trades(clerk, &mut trade, deed.at)?;
        timers(clerk, deed.at)?;
        let course = &mut courses[deed.order];
        trade.stocked(course.deed(clerk, deed)?);
    }
    trades(clerk, &mut trade, now)?;
    drafts(clerk, &courses, now)?;
    timers(clerk, now)
}

/// What is done with the goods by then.
fn trades(clerk: &mut Clerk<'_>, trade: &mut Trade, by: Moment) -> Result<(), Stop> {
    while let Some(at) = trade.due(by) {
        timers(clerk, at)?;
        trade.take(clerk)?;
    }
    Ok(())
}

/// Lets the timers run out that were due by then, each at its time.
fn timers(clerk: &Clerk<'_>, by: Moment) -> Result<(), Stop> {
    for timer in clerk.house.store.due_timers(ORG, by, 1_000)? {
        let at = timer.due;
        let command = timer_command(timer, at);
        let answer = clerk.house.store.submit_blocking(command)?;
        answer.outcome.map_err(Fault::Refused)?;
    }
    Ok(())
}

/// What people have begun to type, as the pages keep it: inputs by name.
fn drafts(clerk: &Clerk<'_>, courses: &[Course], now: Moment) -> Result<(), Stop> {
    let newest = shown(&courses[ORDERS - 3].order)?;
    let sold = |supplier: usize, at: usize| ITEMS[PARTNERS[supplier].sells[at]].code;
    let keep =
        |login: &str, id: &str, step: &str, source: Option<SlipId>, typed: &[(&str, &str)]| {
            let body: BTreeMap<&str, &str> = typed.iter().copied().collect();
            let draft = Draft {
                id: id.to_owned(),
                step: step.to_owned(),
                slip: None,
                sources: source.into_iter().collect(),
                body: serde_json::to_string(&body).unwrap_or_default(),
                updated: now.plus_minutes(-9),
            };
            clerk.house.store.put_draft(ORG, login, &draft)
        };
    keep(
        BUYER,
        "00000000000000d1",
        ORDER_FILL,
        None,
        &[
            ("h.supplier", PARTNERS[3].code),
            ("h.payment", "月结30天"),
            ("l.1.item", sold(3, 0)),
            ("l.1.qty", "200"),
            ("l.1.price", "26.80"),
            ("l.2.item", sold(3, 1)),
            ("l.2.qty", "120"),
        ],
    )?;
    keep(
        BUYER,
        "00000000000000d2",
        ORDER_FILL,
        None,
        &[("h.supplier", PARTNERS[2].code), ("l.1.item", sold(2, 0))],
    )?;
    let source = format!("{}:1", newest.slip);
    keep(
        RECEIVER,
        "00000000000000d3",
        RECEIPT_FILL,
        Some(newest.slip),
        &[
            ("h.delivery_note", "SHTX0001"),
            ("h.carrier", "示例物流有限公司"),
            ("l.1.source", &source),
            ("l.1.batch", "2609011"),
        ],
    )?;
    Ok(())
}

/// What was shown, which is there because the plan keeps the order of the flow.
fn shown(shown: &Option<Shown>) -> Result<&Shown, Stop> {
    shown
        .as_ref()
        .ok_or_else(|| Stop::other("the demo's plan is out of order"))
}

impl Course {
    /// Does a deed; what it put into stock.
    fn deed(&mut self, clerk: &mut Clerk<'_>, deed: &Deed) -> Result<Vec<Held>, Stop> {
        let (at, order) = (deed.at, deed.order);
        match deed.what {
            What::Fill => {
                let reply = clerk.act(at, BUYER, order_act(order, at.day()))?;
                self.order = Shown::of(&reply);
            }
            What::Comment | What::Remind | What::Copy => self.talk(clerk, deed)?,
            What::Void => {
                let reason = "重复开单，供货单位已有同品种在途订单".to_owned();
                clerk.act(
                    at,
                    BUYER,
                    Act::Void {
                        slip: shown(&self.order)?.slip,
                        reason,
                    },
                )?;
            }
            What::Return => {
                let order = shown(&self.order)?;
                let reason = "单价高于上月合同价，请与供货单位核对后重报".to_owned();
                clerk.act(
                    at,
                    MANAGER,
                    Act::Return {
                        slip: order.slip,
                        to: None,
                        reason,
                        seen: order.seen(),
                    },
                )?;
            }
            What::Approve => {
                clerk.act(at, MANAGER, sign(ORDER_APPROVE, shown(&self.order)?))?;
            }
            What::AskReversal => {
                let reason = "供货单位来函：本批无货，取消订货".to_owned();
                clerk.act(
                    at,
                    BUYER,
                    Act::AskReversal {
                        slip: shown(&self.order)?.slip,
                        reason,
                    },
                )?;
            }
            What::Reverse => {
                let order = shown(&self.order)?;
                clerk.act(
                    at,
                    MANAGER,
                    Act::Reverse {
                        slip: order.slip,
                        seen: order.seen(),
                    },
                )?;
            }
            What::Receive(number) => self.receive(clerk, at, order, number)?,
            What::Attach(number) => self.attach(clerk, at, number)?,
            What::Notify(number) => {
                let delivery = &mut self.deliveries[number];
                let act = begin(NOTICE_FILL, Some(shown(&delivery.receipt)?), &[], &[]);
                delivery.notice = Shown::of(&clerk.act(at, QUALITY, act)?);
            }
            What::Inspect(number) => self.inspect(clerk, at, order, number)?,
            What::Store(number) => return self.store(clerk, at, number),
        }
        Ok(Vec::new())
    }

    fn talk(&self, clerk: &mut Clerk<'_>, deed: &Deed) -> Result<(), Stop> {
        let slip = shown(&self.order)?.slip;
        let remarks = [
            "本品种库存仅够一周，请尽快审批。",
            "已与供货单位电话确认，三日内可发货。",
            "价格较上月下调，按新协议执行。",
        ];
        let (actor, act) = match deed.what {
            What::Remind => (
                BUYER,
                Act::Remind {
                    slip,
                    text: "客户催货，请李经理尽快审核".to_owned(),
                },
            ),
            What::Copy => (
                BUYER,
                Act::CopyTo {
                    slip,
                    to: vec![KEEPER.into()],
                },
            ),
            _ => {
                let text = remarks[spread(deed.order, 90) % remarks.len()].to_owned();
                (BUYER, Act::Comment { slip, text })
            }
        };
        clerk.act(deed.at, actor, act).map(drop)
    }

    fn receive(
        &mut self,
        clerk: &mut Clerk<'_>,
        at: Moment,
        order: usize,
        number: usize,
    ) -> Result<(), Stop> {
        let lots = lots(order, number, at.day());
        let cold = lots.iter().any(|lot| lot.wanted.item().storage == "冷藏");
        let mut header = vec![
            (
                "delivery_note",
                format!("SHTX{}{order:02}{number}", at.day().compact()),
            ),
            ("transport", if cold { "冷藏" } else { "常温" }.to_owned()),
            ("carrier", "示例物流有限公司".to_owned()),
            ("departed", at.plus_minutes(-310).0.to_string()),
            ("arrived", at.plus_minutes(-25).0.to_string()),
        ];
        if cold {
            header.push(("arrival_temperature", "4.6".to_owned()));
        }
        let typed: Vec<TypedLine> = lots.iter().map(received).collect();
        let act = begin(RECEIPT_FILL, Some(shown(&self.order)?), &header, &typed);
        let delivery = &mut self.deliveries[number];
        delivery.receipt = Shown::of(&clerk.act(at, RECEIVER, act)?);
        delivery.lots = lots;
        Ok(())
    }

    fn attach(&self, clerk: &mut Clerk<'_>, at: Moment, number: usize) -> Result<(), Stop> {
        let delivery = &self.deliveries[number];
        let slip = shown(&delivery.receipt)?.slip;
        let mut text = String::from("随货同行单（示例）\n\n批号\t数量\n");
        for lot in &delivery.lots {
            text.push_str(&format!("{}\t{}\n", lot.batch, lot.qty));
        }
        let content = clerk.house.store.put_content(ORG, text.as_bytes())?;
        let act = Act::Attach {
            slip,
            name: "随货同行单.txt".to_owned(),
            hash: content.hash,
            size: content.size,
            media: "text/plain".to_owned(),
        };
        clerk.act(at, RECEIVER, act).map(drop)
    }

    fn inspect(
        &mut self,
        clerk: &mut Clerk<'_>,
        at: Moment,
        order: usize,
        number: usize,
    ) -> Result<(), Stop> {
        let delivery = &mut self.deliveries[number];
        let mut typed = Vec::new();
        for (position, lot) in delivery.lots.iter_mut().enumerate() {
            let qty = lot.qty - lot.refused;
            let failed = if order % 7 == 4 && position == 0 {
                1 + (spread(order, 91) % 3) as i64
            } else {
                0
            };
            lot.failed = failed;
            let mut fields = vec![
                ("sampled", qty.min(3).to_string()),
                ("passed", (qty - failed).to_string()),
                ("failed", failed.to_string()),
            ];
            if failed > 0 {
                let good = lot
                    .codes
                    .len()
                    .saturating_sub(usize::try_from(failed).unwrap_or(0));
                let failed = lot.codes.split_off(good);
                fields.push(("failed_codes", failed.join(" ")));
                fields.push(("finding", "最小包装破损、标签污染".to_owned()));
                fields.push(("measure", "移入不合格品区，报质量管理部处理".to_owned()));
            }
            typed.push(TypedLine {
                source: Some(position as i64 + 1),
                fields,
            });
        }
        let act = begin(INSPECTION_FILL, Some(shown(&delivery.notice)?), &[], &typed);
        delivery.inspection = Shown::of(&clerk.act(at, INSPECTOR, act)?);
        Ok(())
    }

    fn store(
        &mut self,
        clerk: &mut Clerk<'_>,
        at: Moment,
        number: usize,
    ) -> Result<Vec<Held>, Stop> {
        let delivery = &self.deliveries[number];
        let goods: Vec<Held> = (1..)
            .zip(&delivery.lots)
            .map(|(position, lot)| lot.put_away(position))
            .collect();
        let typed: Vec<TypedLine> = (1..)
            .zip(&goods)
            .map(|(position, held)| TypedLine {
                source: Some(position),
                fields: vec![("bin", held.bin.clone())],
            })
            .collect();
        let act = begin(
            STOCK_IN_FILL,
            Some(shown(&delivery.inspection)?),
            &[],
            &typed,
        );
        clerk.act(at, KEEPER, act)?;
        Ok(goods)
    }
}

impl Lot {
    /// Where it is put, by how it is stored, and what of it was found good.
    fn put_away(&self, position: usize) -> Held {
        let zone = match self.wanted.item().storage {
            "冷藏" => "L",
            "阴凉" => "Y",
            _ => "C",
        };
        Held {
            item: self.wanted.item,
            batch: self.batch.clone(),
            bin: format!("{zone}-{:02}-{position:02}", self.wanted.item % 12 + 1),
            qty: self.qty - self.refused - self.failed,
            codes: self.codes.clone(),
        }
    }
}

fn order_act(order: usize, day: Day) -> Act {
    let header = [
        ("supplier", PARTNERS[supplier(order)].code.to_owned()),
        ("deliver_by", day.plus_days(5).unwrap_or(day).to_string()),
        ("deliver_to", "滨江市示例路100号 1号库".to_owned()),
        (
            "payment",
            if order.is_multiple_of(3) {
                "月结30天"
            } else {
                "货到付款"
            }
            .to_owned(),
        ),
    ];
    let typed: Vec<TypedLine> = lines(order)
        .iter()
        .map(|wanted| TypedLine {
            source: None,
            fields: vec![
                ("item", wanted.item().code.to_owned()),
                ("qty", wanted.qty.to_string()),
                (
                    "price",
                    Amount::new(wanted.price_fen, Unit::Money).to_string(),
                ),
            ],
        })
        .collect();
    begin(ORDER_FILL, None, &header, &typed)
}

/// The batches of a delivery. Some lines come in two batches, some goods are refused at the door.
fn lots(order: usize, number: usize, day: Day) -> Vec<Lot> {
    let mut lots = Vec::new();
    for (line, wanted) in (1..).zip(lines(order)) {
        let qty = if in_halves(order) {
            wanted.qty / 2
        } else {
            wanted.qty
        };
        let parts: &[i64] = if order % 9 == 2 && line == 1 {
            &[qty / 2, qty - qty / 2]
        } else {
            &[qty]
        };
        for (part, qty) in parts.iter().enumerate() {
            let age = 60 + (spread(order, 100 + line as usize + part * 3) % 120) as i64;
            let made = day.plus_days(-age).unwrap_or(day);
            let refused = if order % 11 == 6 && line == 1 && part == 0 {
                2
            } else {
                0
            };
            let batch = format!(
                "{}{:02}{}",
                &made.compact()[2..],
                wanted.item + 1,
                1 + part + number * 2
            );
            lots.push(Lot {
                line,
                wanted,
                batch,
                made,
                qty: *qty,
                refused,
                failed: 0,
                codes: super::company::trace_codes(
                    wanted.item,
                    ((order * DELIVERIES + number) * 10 + lots.len()) as i64 * 10_000 + 1,
                    *qty - refused,
                ),
            });
        }
    }
    lots
}

fn received(lot: &Lot) -> TypedLine {
    let mut fields = vec![
        ("batch", lot.batch.clone()),
        ("made", lot.made.to_string()),
        (
            "expiry",
            lot.made.plus_days(730).unwrap_or(lot.made).to_string(),
        ),
        ("qty", lot.qty.to_string()),
    ];
    if lot.wanted.item().storage == "冷藏" {
        fields.push(("waiting", super::company::COLD_WAITING.to_owned()));
    }
    if !lot.codes.is_empty() {
        fields.push(("codes", lot.codes.join(" ")));
    }
    if lot.refused > 0 {
        fields.push(("refused", lot.refused.to_string()));
        fields.push(("refused_reason", "运输途中外箱破损".to_owned()));
    }
    TypedLine {
        source: Some(lot.line),
        fields,
    }
}

//! What the demo company did in the last weeks: sixty orders, each with a fate, as a list of deeds in the order of time.

use kernel::{Day, Moment};

use super::company::{ITEMS, Item, PARTNERS};

/// Orders, the two of today among them.
pub const ORDERS: usize = 60;
/// Orders begun on one working day.
const PER_DAY: usize = 2;

/// One deed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Moment,
    /// Which order it belongs to.
    pub order: usize,
    /// What.
    pub what: What,
}

/// What is done. The number is that of the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The order is written.
    Fill,
    /// Somebody says something about it.
    Comment,
    /// It is voided.
    Void,
    /// It is returned to its writer.
    Return,
    /// The buyer reminds the manager.
    Remind,
    /// It is approved.
    Approve,
    /// It is copied to the keeper, who has to make room.
    Copy,
    /// Its reversal is asked for.
    AskReversal,
    /// Its reversal is confirmed.
    Reverse,
    /// A delivery arrives.
    Receive(usize),
    /// The paper that came with it is attached.
    Attach(usize),
    /// Its inspection is asked for.
    Notify(usize),
    /// It is inspected.
    Inspect(usize),
    /// It is put into stock.
    Store(usize),
}

/// What becomes of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Comes in one delivery.
    Whole,
    /// Comes in two.
    InTwo,
    /// Half of it came; the rest is awaited.
    Half,
    /// Is voided before it is approved.
    Void,
    /// Is returned by the manager.
    Returned,
    /// Is approved and later reversed.
    Reversed,
    /// Is approved; a reversal is asked for.
    ReversalAsked,
    /// Waits for its approval, with a reminder.
    Waits,
    /// Stops after its delivery was received, notified, inspected.
    StopsAfter(u8),
}

fn fate(order: usize) -> Fate {
    // Counted from the last order of yesterday, so that all of them are recent.
    match (ORDERS - 3).checked_sub(order) {
        Some(2) => Fate::Returned,
        Some(3) => Fate::Waits,
        Some(6) => Fate::ReversalAsked,
        Some(9) => Fate::Half,
        Some(10) => Fate::StopsAfter(1),
        Some(11) => Fate::StopsAfter(2),
        Some(12) => Fate::StopsAfter(3),
        Some(14) => Fate::StopsAfter(3),
        Some(15) => Fate::Void,
        Some(20) => Fate::Reversed,
        Some(5 | 26 | 33 | 41) => Fate::InTwo,
        _ => Fate::Whole,
    }
}

/// A line of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Index of the item.
    pub item: usize,
    /// Quantity.
    pub qty: i64,
    /// Price in fen.
    pub price_fen: i64,
}

impl Wanted {
    /// The item.
    pub fn item(&self) -> &'static Item {
        &ITEMS[self.item]
    }
}

/// Index of the supplier of an order. The one without a licence gets none.
pub fn supplier(order: usize) -> usize {
    spread(order, 1) % (PARTNERS.len() - 1)
}

/// The lines of an order: one to four different items that its supplier sells.
pub fn lines(order: usize) -> Vec<Wanted> {
    let sells = PARTNERS[supplier(order)].sells;
    let count = (1 + spread(order, 2) % 4).min(sells.len());
    let first = spread(order, 3);
    (0..count)
        .map(|at| {
            let item = sells[(first + at) % sells.len()];
            let qty = 20 * (1 + (spread(order, 5 + at) % 15) as i64);
            // Prices move a little from order to order.
            let percent = 97 + (spread(order, 11 + at) % 7) as i64;
            Wanted {
                item,
                qty,
                price_fen: ITEMS[item].price_fen * percent / 100,
            }
        })
        .collect()
}

/// A number that looks like chance and is the same every time.
pub fn spread(order: usize, salt: usize) -> usize {
    let mut x = (order as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ (salt as u64).wrapping_mul(0xD1B5_4A32_D192_ED03);
    x ^= x >> 29;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (x >> 33) as usize
}

/// The day on which the company began: its people and its lists are older than its orders.
pub fn first_day(now: Moment) -> Day {
    working_days(now)
        .first()
        .copied()
        .unwrap_or(now.day())
        .plus_days(-3)
        .unwrap_or(now.day())
}

/// The working days before today on which orders were written, the earliest first.
pub fn working_days(now: Moment) -> Vec<Day> {
    let count = (ORDERS - 2) / PER_DAY;
    let mut days = Vec::with_capacity(count);
    let mut day = now.day();
    while days.len() < count {
        let Some(before) = day.plus_days(-1) else {
            break;
        };
        day = before;
        if !weekend(day) {
            days.push(day);
        }
    }
    days.reverse();
    days
}

fn weekend(day: Day) -> bool {
    // 1970-01-01 was a Thursday.
    let epoch = Moment(0).day();
    matches!((day.days_since(epoch) + 4).rem_euclid(7), 0 | 6)
}

/// Everything that was done, in the order of time.
pub fn deeds(now: Moment) -> Vec<Deed> {
    let days = working_days(now);
    let mut deeds = Vec::new();
    for order in 0..ORDERS - 2 {
        let mut life = Life {
            days: &days,
            order,
            deeds: &mut deeds,
        };
        life.live(order / PER_DAY);
    }
    for (order, minutes) in [(ORDERS - 2, 52), (ORDERS - 1, 17)] {
        deeds.push(Deed {
            at: now.plus_minutes(-minutes),
            order,
            what: What::Fill,
        });
    }
    deeds.retain(|deed| deed.at <= now);
    deeds.sort_by_key(|deed| (deed.at, deed.order, deed.what));
    deeds
}

/// Writes the deeds of one order.
struct Life<'a> {
    days: &'a [Day],
    order: usize,
    deeds: &'a mut Vec<Deed>,
}

impl Life<'_> {
    /// A deed on a working day, unless that day is still to come.
    fn on(&mut self, day: usize, hour: i64, what: What) {
        let Some(day) = self.days.get(day) else {
            return;
        };
        // Noon is known; people do not act on the hour.
        let minute = (spread(self.order, what_salt(what)) % 47) as i64;
        let at = Moment::noon_of(*day).plus_minutes((hour - 12) * 60 + minute);
        self.deeds.push(Deed {
            at,
            order: self.order,
            what,
        });
    }

    fn live(&mut self, day: usize) {
        let fate = fate(self.order);
        self.on(day, 9, What::Fill);
        if self.order % 6 == 1 {
            self.on(day, 10, What::Comment);
        }
        match fate {
            Fate::Void => return self.on(day, 11, What::Void),
            Fate::Returned => return self.on(day, 14, What::Return),
            Fate::Waits => return self.on(day + 1, 9, What::Remind),
            _ => {}
        }
        self.on(day, 14, What::Approve);
        if self.order % 8 == 3 {
            self.on(day, 15, What::Copy);
        }
        match fate {
            Fate::Reversed => {
                self.on(day + 1, 10, What::AskReversal);
                self.on(day + 1, 15, What::Reverse);
            }
            Fate::ReversalAsked => self.on(day + 1, 10, What::AskReversal),
            Fate::StopsAfter(deeds) => self.delivery(day + 2, 0, deeds),
            Fate::Half => self.delivery(day + 2, 0, 4),
            Fate::InTwo => {
                self.delivery(day + 2, 0, 4);
                self.delivery(day + 4, 1, 4);
            }
            _ => self.delivery(day + 2 + self.order % 2, 0, 4),
        }
    }

    /// The first `count` deeds of a delivery.
    fn delivery(&mut self, day: usize, number: usize, count: u8) {
        let deeds = [
            (day, 9, What::Receive(number)),
            (day, 11, What::Notify(number)),
            (day, 14, What::Inspect(number)),
            (day + 1, 9, What::Store(number)),
        ];
        for (day, hour, what) in deeds.into_iter().take(usize::from(count)) {
            self.on(day, hour, what);
        }
        if self.order % 10 == 7 {
            self.on(day, 10, What::Attach(number));
        }
    }
}

fn what_salt(what: What) -> usize {
    match what {
        What::Fill => 31,
        What::Comment => 32,
        What::Void | What::Return | What::Remind | What::Approve => 33,
        What::Copy => 34,
        What::AskReversal => 35,
        What::Reverse => 36,
        What::Receive(number) => 40 + number,
        What::Attach(number) => 50 + number,
        What::Notify(number) => 60 + number,
        What::Inspect(number) => 70 + number,
        What::Store(number) => 80 + number,
    }
}

/// Whether a delivery is the last of its order; what comes before the last is half.
pub fn in_halves(order: usize) -> bool {
    matches!(fate(order), Fate::InTwo | Fate::Half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weeks_end_today_and_know_no_weekend() {
        let day: Day = "2026-11-22".parse().unwrap();
        assert!(weekend(day), "that was a Sunday");
        let now = Moment::noon_of(day);
        let deeds = deeds(now);
        assert!(deeds.windows(2).all(|pair| pair[0].at <= pair[1].at));
        assert!(deeds.last().unwrap().at <= now);
        assert_eq!(
            deeds.iter().filter(|deed| deed.what == What::Fill).count(),
            ORDERS
        );
        assert!(
            deeds[..deeds.len() - 2]
                .iter()
                .all(|deed| !weekend(deed.at.day()))
        );
        for order in 0..ORDERS {
            assert!(!lines(order).is_empty());
            let mut items: Vec<usize> = lines(order).iter().map(|line| line.item).collect();
            items.sort_unstable();
            items.dedup();
            assert_eq!(
                items.len(),
                lines(order).len(),
                "an item twice in order {order}"
            );
        }
    }
}

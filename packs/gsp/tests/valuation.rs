//! Stock valued at random by each method, against a model of a few lines: what is worth what after every movement, to the cent,
//! in the ledger of cost and in the general ledger alike.

use std::collections::VecDeque;
use std::fmt::Write;

use testkit::scenario;

const GIVEN: &str = include_str!("../flows/stock_valuation.scenario");
const METHODS: [&str; 4] = ["个别计价", "先进先出", "移动加权平均", "月末一次加权平均"];

/// What one line brought: by which purchase, of which batch, how much of it is left, and its value in cents.
#[derive(Clone, Copy, Default)]
struct Layer {
    purchase: usize,
    batch: usize,
    qty: i64,
    value: i64,
}

/// Where goods go; what waits for the end of the month is valued in this order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gone {
    Lost,
    Returned,
    Sold,
}

/// What a company with few words would keep: layers, newest last, and what has left, in cents.
#[derive(Default)]
struct Model {
    method: usize,
    layers: VecDeque<Layer>,
    gone: [i64; 3],
    waiting: [i64; 3],
    adjusted: i64,
    /// Deliveries that may come back: batch, quantity and value.
    delivered: Vec<(usize, i64, i64)>,
}

fn part(value: i64, of: i64, whole: i64) -> i64 {
    if of == whole {
        value
    } else {
        (2 * value * of + whole).div_euclid(2 * whole)
    }
}

/// A quantity at a price in hundredths of a cent, in cents.
fn amount(qty: i64, price: i64) -> i64 {
    (2 * qty * price + 100).div_euclid(200)
}

impl Model {
    fn averages(&self) -> bool {
        self.method >= 2
    }

    fn bring(&mut self, purchase: usize, batch: usize, qty: i64, value: i64) {
        self.layers.push_back(Layer {
            purchase,
            batch,
            qty,
            value,
        });
        if self.averages() {
            let mut pool = Layer::default();
            for layer in self.layers.drain(..) {
                pool.qty += layer.qty;
                pool.value += layer.value;
            }
            self.layers.push_back(pool);
        }
    }

    /// Draws a quantity by the method; its value, where that is known yet.
    fn draw(&mut self, batch: usize, qty: i64, to: Gone) -> i64 {
        let (mut left, mut cost) = (qty, 0);
        for layer in &mut self.layers {
            if self.method == 0 && layer.batch != batch {
                continue;
            }
            let take = left.min(layer.qty);
            if take > 0 {
                let value = if self.method == 3 {
                    0
                } else {
                    part(layer.value, take, layer.qty)
                };
                layer.qty -= take;
                layer.value -= value;
                left -= take;
                cost += value;
            }
        }
        assert_eq!(left, 0, "the test takes no more than there is");
        if self.method == 3 {
            self.waiting[to as usize] += qty;
        }
        self.gone[to as usize] += cost;
        cost
    }

    /// Part of a delivery comes back at the value it left with.
    fn give_back(&mut self, delivery: usize, qty: i64) {
        let (batch, whole, value) = self.delivered[delivery];
        let back = part(value, qty, whole);
        self.delivered[delivery] = (batch, whole - qty, value - back);
        self.gone[Gone::Sold as usize] -= back;
        if self.method == 3 {
            self.waiting[Gone::Sold as usize] -= qty;
        }
        self.bring(0, batch, qty, back);
    }

    /// A purchase gets dearer by so many cents: what is still there takes its part, the rest is charged.
    fn adjust(&mut self, purchase: usize, qty: i64, by: i64) {
        let averages = self.averages();
        let waiting: i64 = self.waiting.iter().sum();
        let layer = self
            .layers
            .iter_mut()
            .find(|layer| averages || layer.purchase == purchase);
        let mut keeps = 0;
        if let Some(layer) = layer {
            keeps = part(by, qty.min(layer.qty + waiting), qty);
            layer.value += keeps;
        }
        self.adjusted += by - keeps;
    }

    fn close(&mut self) {
        let pool = self.layers.pop_front().unwrap_or_default();
        let mut value = pool.value;
        let mut whole = pool.qty + self.waiting.iter().sum::<i64>();
        for to in 0..3 {
            let cost = part(value, self.waiting[to], whole.max(1));
            whole -= self.waiting[to];
            value -= cost;
            self.gone[to] += cost;
            self.waiting[to] = 0;
        }
        self.layers.push_front(Layer { value, ..pool });
    }

    fn goods(&self) -> i64 {
        self.layers.iter().map(|layer| layer.value).sum()
    }
}

fn yuan(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

/// What was bought: how much, its price in hundredths of a cent, what is in stock of its batch, and what the supplier took back.
struct Bought {
    qty: i64,
    price: i64,
    stock: i64,
    sent_back: i64,
}

/// Numbers taken on the day.
#[derive(Default)]
struct Numbers {
    losses: usize,
    returns: usize,
    adjustments: usize,
    customer_returns: usize,
}

struct Story {
    text: String,
    model: Model,
    bought: Vec<Bought>,
    numbers: Numbers,
}

impl Story {
    fn new(method: usize) -> Story {
        let mut text: String = GIVEN
            .lines()
            .filter(|line| line.starts_with("given"))
            .fold(String::new(), |all, line| all + line + "\n");
        let _ = write!(
            text,
            "\n2026-03-25 吕财务 method.fill method={} starts_on=2026-04-01 basis=决议\n2026-03-25 马财务 method.approve JF20260325-0001\n",
            METHODS[method]
        );
        Story {
            text,
            model: Model {
                method,
                ..Model::default()
            },
            bought: Vec::new(),
            numbers: Numbers::default(),
        }
    }

    fn tell(&mut self, lines: &str) {
        for line in lines.lines().map(str::trim) {
            let _ = writeln!(self.text, "2026-04-01 {line}");
        }
        self.says();
    }

    fn says(&mut self) {
        let model = &self.model;
        let goods = yuan(model.goods());
        let [lost, returned, sold] = model.gone.map(yuan);
        let cost = yuan(model.gone[Gone::Sold as usize] + model.adjusted);
        let qty: i64 = self.bought.iter().map(|one| one.stock).sum();
        let _ = write!(
            self.text,
            "  worth goods A001 {goods}\n  gl goods - {goods}\n  worth sold A001 {sold}\n  gl cost - {cost}\n  \
             worth losses A001 {lost}\n  gl losses - {lost}\n  worth returned A001 {returned}\n  layers goods A001 {qty}\n"
        );
    }

    fn buy(&mut self, qty: i64, price: i64) {
        let n = self.bought.len() + 1;
        self.bought.push(Bought {
            qty,
            price,
            stock: qty,
            sent_back: 0,
        });
        self.model.bring(n, n, qty, amount(qty, price));
        self.tell(&format!(
            "王内勤 order.fill supplier=S01 | item=A001 qty={qty} price={price}
             李经理 order.approve CG20260401-{n:04}
             赵收货 receipt.fill CG20260401-{n:04} delivery_note=DN transport=常温 | batch=B{n} made=2026-01-01 expiry=2028-01-01 qty={qty}
             钱质管 notice.fill SH20260401-{n:04}
             孙验收 inspection.fill TZ20260401-{n:04} | sampled=1 passed={qty}
             周保管 stock_in.fill YS20260401-{n:04} | bin=A-01",
            price = exact(price)
        ));
    }

    fn sell(&mut self, batch: usize, qty: i64) {
        let n = self.model.delivered.len() + 1;
        self.bought[batch - 1].stock -= qty;
        let cost = self.model.draw(batch, qty, Gone::Sold);
        self.model.delivered.push((batch, qty, cost));
        self.tell(&format!(
            "郑业务 bill.fill customer=K01 purchaser=K01/采购人员授权/李四 | lot=A001/B{batch} qty={qty} price=20
             吕财务 bill.approve XS20260401-{n:04}
             周保管 delivery.issue XS20260401-{n:04} | bin=A-01 qty={qty}
             施复核 delivery.check CK20260401-{n:04} transport=常温 | condition=合格"
        ));
    }

    fn come_back(&mut self, delivery: usize, qty: i64) {
        let (batch, ..) = self.model.delivered[delivery];
        self.bought[batch - 1].stock += qty;
        self.model.give_back(delivery, qty);
        self.numbers.customer_returns += 1;
        let (n, delivery) = (self.numbers.customer_returns, delivery + 1);
        self.tell(&format!(
            "郑业务 return_notice.fill CK20260401-{delivery:04} reason=滞销 | qty={qty}
             曹销售经理 return_notice.approve TH20260401-{n:04}
             赵收货 return_receipt.receive TH20260401-{n:04} | qty={qty}
             孙验收 return_inspection.inspect TS20260401-{n:04} | passed={qty} finding=完好
             钱质管 return_inspection.approve TY20260401-{n:04}
             华开票 return_stock_in.print TY20260401-{n:04} | bin=A-01"
        ));
    }

    fn send_back(&mut self, batch: usize, qty: i64) {
        let bought = &mut self.bought[batch - 1];
        // What was found may be more than was bought; a supplier takes back no more than he sold.
        let qty = qty.min(bought.qty - bought.sent_back);
        if qty == 0 {
            return;
        }
        bought.stock -= qty;
        bought.sent_back += qty;
        self.model.draw(batch, qty, Gone::Returned);
        self.numbers.returns += 1;
        let n = self.numbers.returns;
        self.tell(&format!(
            "王内勤 purchase_return.fill RK20260401-{batch:04} reason=破损 | qty={qty}
             李经理 purchase_return.approve GT20260401-{n:04}
             华开票 return_bill.fill GT20260401-{n:04}
             钱质管 return_bill.approve GK20260401-{n:04}
             周保管 return_bill.execute GK20260401-{n:04}"
        ));
    }

    /// Less than the books say, or more.
    fn correct(&mut self, batch: usize, kind: &str, qty: i64) {
        let bought = &mut self.bought[batch - 1];
        if kind == "报损" {
            bought.stock -= qty;
            self.model.draw(batch, qty, Gone::Lost);
        } else {
            bought.stock += qty;
            let value = amount(qty, bought.price);
            self.model.bring(0, batch, qty, value);
            self.model.gone[Gone::Lost as usize] -= value;
        }
        self.numbers.losses += 1;
        let n = self.numbers.losses;
        self.tell(&format!(
            "周保管 loss_overage.fill | lot=A001/B{batch} kind={kind} bin=A-01 qty={qty} reason=盘点
             郑业务 loss_overage.check SY20260401-{n:04}
             吕财务 loss_overage.approve SY20260401-{n:04}
             周保管 loss_overage.execute SY20260401-{n:04}"
        ));
    }

    fn adjust(&mut self, batch: usize, dearer: i64) {
        let bought = &mut self.bought[batch - 1];
        let qty = bought.qty;
        bought.price += dearer;
        let price = exact(bought.price);
        self.model.adjust(batch, qty, amount(qty, dearer));
        self.numbers.adjustments += 1;
        let n = self.numbers.adjustments;
        self.tell(&format!(
            "冯采购 purchase_adjustment.fill RK20260401-{batch:04} reason=补价 | qty={qty} new_price={price}
             李经理 purchase_adjustment.approve GB20260401-{n:04}
             马财务 purchase_adjustment.execute GB20260401-{n:04}"
        ));
    }

    /// One of the things that happen to goods.
    fn happens(&mut self, throw: &mut impl FnMut(i64) -> i64) {
        let there: Vec<usize> = (1..=self.bought.len())
            .filter(|batch| self.bought[batch - 1].stock > 0)
            .collect();
        if there.is_empty() {
            return self.buy(1 + throw(9), 1 + throw(200_000));
        }
        let batch = there[usize::try_from(throw(there.len() as i64)).unwrap_or_default()];
        let some = 1 + throw(self.bought[batch - 1].stock);
        match throw(10) {
            0..=2 => self.buy(1 + throw(9), 1 + throw(200_000)),
            3..=5 => self.sell(batch, some),
            6 => self.correct(batch, "报损", some),
            7 => self.correct(batch, "报溢", 1 + throw(3)),
            8 => {
                let out = |one: &(usize, i64, i64)| one.1 > 0;
                match self.model.delivered.iter().position(out) {
                    Some(delivery) => {
                        let back = 1 + throw(self.model.delivered[delivery].1);
                        self.come_back(delivery, back);
                    }
                    None => self.send_back(batch, some),
                }
            }
            _ => self.adjust_once(batch, 1 + throw(20_000)),
        }
    }

    /// A new price is for a whole purchase, once.
    fn adjust_once(&mut self, batch: usize, dearer: i64) {
        let done = format!("purchase_adjustment.fill RK20260401-{batch:04}");
        if !self.text.contains(&done) {
            self.adjust(batch, dearer);
        }
    }
}

/// Hundredths of a cent as a price.
fn exact(price: i64) -> String {
    format!("{}.{:04}", price / 10_000, price % 10_000)
}

#[test]
fn every_method_agrees_with_its_model_to_the_cent() {
    let pack =
        pack::read(&gsp::texts(), gsp::RULES).unwrap_or_else(|complaints| panic!("{complaints}"));
    let packs = model::Catalog::new([pack.into()]);
    for (method, seed) in (0..4).flat_map(|method| (1..=3_u64).map(move |seed| (method, seed))) {
        let mut dice = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut throw = |sides: i64| {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            i64::try_from(dice % sides.unsigned_abs().max(1)).unwrap_or_default()
        };
        let mut story = Story::new(method);
        for _ in 0..32 {
            story.happens(&mut throw);
        }
        // To the last box: no quantity, no cent.
        for batch in 1..=story.bought.len() {
            if story.bought[batch - 1].stock > 0 {
                story.sell(batch, story.bought[batch - 1].stock);
            }
        }
        if method == 3 {
            story.text += "2026-04-30 吕财务 closing.fill until=2026-04-30 | proposed\n2026-04-30 马财务 closing.execute YJ20260430-0001\n";
            story.model.close();
            story.says();
        }
        assert_eq!(story.model.goods(), 0, "the model itself leaves a cent");
        let report = scenario::run_text(&packs, &story.text, METHODS[method]);
        assert!(report.passed(), "seed {seed}\n{}\n{report}", story.text);
    }
}

//! Stock valued at random by each method, against a model of a few lines: what is worth what after every movement, to the cent,
//! in the ledger of cost and in the general ledger alike.

use std::collections::VecDeque;
use std::fmt::Write;

use testkit::scenario;

const GIVEN: &str = include_str!("../flows/stock_valuation.scenario");
const METHODS: [&str; 4] = ["个别计价", "先进先出", "移动加权平均", "月末一次加权平均"];

/// A quantity and its value in cents.
type Layer = (usize, i64, i64);

/// What a company with few words would keep: layers with their batch, newest last.
struct Model {
    method: usize,
    layers: VecDeque<Layer>,
    sold: Vec<(i64, i64)>,
    waiting: i64,
}

fn part(value: i64, of: i64, whole: i64) -> i64 {
    if of == whole {
        value
    } else {
        (2 * value * of + whole).div_euclid(2 * whole)
    }
}

impl Model {
    fn buy(&mut self, batch: usize, qty: i64, value: i64) {
        self.layers.push_back((batch, qty, value));
        if self.method >= 2 {
            let all = self
                .layers
                .drain(..)
                .fold((0, 0), |sum, one| (sum.0 + one.1, sum.1 + one.2));
            self.layers.push_back((0, all.0, all.1));
        }
    }

    fn sell(&mut self, batch: usize, qty: i64) {
        let (mut left, mut cost) = (qty, 0);
        for layer in &mut self.layers {
            if self.method == 0 && layer.0 != batch {
                continue;
            }
            let take = left.min(layer.1);
            if take > 0 {
                let value = if self.method == 3 {
                    0
                } else {
                    part(layer.2, take, layer.1)
                };
                *layer = (layer.0, layer.1 - take, layer.2 - value);
                left -= take;
                cost += value;
            }
        }
        assert_eq!(left, 0, "the test sells no more than there is");
        self.waiting += qty;
        self.sold.push((qty, cost));
    }

    fn close(&mut self) {
        let (_, qty, value) = self.layers.pop_front().unwrap_or_default();
        let cost = part(value, self.waiting, qty + self.waiting);
        self.layers.push_front((0, qty, value - cost));
        self.sold.push((0, cost));
    }

    fn goods(&self) -> i64 {
        self.layers.iter().map(|layer| layer.2).sum()
    }

    fn cost(&self) -> i64 {
        self.sold.iter().map(|sold| sold.1).sum()
    }
}

fn yuan(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

struct Story {
    text: String,
    model: Model,
    stock: Vec<i64>,
    bills: usize,
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
        let model = Model {
            method,
            layers: VecDeque::new(),
            sold: Vec::new(),
            waiting: 0,
        };
        Story {
            text,
            model,
            stock: Vec::new(),
            bills: 0,
        }
    }

    fn says(&mut self) {
        let (goods, cost) = (yuan(self.model.goods()), yuan(self.model.cost()));
        let qty: i64 = self.stock.iter().sum();
        let _ = write!(
            self.text,
            "  worth goods A001 {goods}\n  gl goods - {goods}\n  worth sold A001 {cost}\n  gl cost - {cost}\n  layers goods A001 {qty}\n"
        );
    }

    fn buy(&mut self, qty: i64, cents: i64) {
        self.stock.push(qty);
        let n = self.stock.len();
        let _ = write!(
            self.text,
            "2026-04-01 王内勤 order.fill supplier=S01 | item=A001 qty={qty} price={price}\n\
             2026-04-01 李经理 order.approve CG20260401-{n:04}\n\
             2026-04-01 赵收货 receipt.fill CG20260401-{n:04} delivery_note=DN transport=常温 | batch=B{n} made=2026-01-01 expiry=2028-01-01 qty={qty}\n\
             2026-04-01 钱质管 notice.fill SH20260401-{n:04}\n\
             2026-04-01 孙验收 inspection.fill TZ20260401-{n:04} | sampled=1 passed={qty}\n\
             2026-04-01 周保管 stock_in.fill YS20260401-{n:04} | bin=A-01\n",
            price = yuan(cents)
        );
        self.model.buy(n, qty, qty * cents);
        self.says();
    }

    fn sell(&mut self, batch: usize, qty: i64) {
        self.bills += 1;
        let n = self.bills;
        let _ = write!(
            self.text,
            "2026-04-01 郑业务 bill.fill customer=K01 purchaser=K01/采购人员授权/李四 | lot=A001/B{batch} qty={qty} price=20\n\
             2026-04-01 吕财务 bill.approve XS20260401-{n:04}\n\
             2026-04-01 周保管 delivery.issue XS20260401-{n:04} | bin=A-01 qty={qty}\n"
        );
        self.stock[batch - 1] -= qty;
        self.model.sell(batch, qty);
        self.says();
    }
}

#[test]
fn every_method_agrees_with_its_model_to_the_cent() {
    let pack =
        pack::read(&gsp::texts(), gsp::RULES).unwrap_or_else(|complaints| panic!("{complaints}"));
    let packs = model::Catalog::new([pack.into()]);
    for (method, seed) in (0..4).flat_map(|method| (1..=3_u64).map(move |seed| (method, seed))) {
        let mut dice = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut throw = |sides: u64| {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            i64::try_from(dice % sides).unwrap_or_default()
        };
        let mut story = Story::new(method);
        for _ in 0..24 {
            let there: Vec<usize> = (1..=story.stock.len())
                .filter(|batch| story.stock[batch - 1] > 0)
                .collect();
            if there.is_empty() || throw(3) == 0 {
                story.buy(1 + throw(9), 1 + throw(2000));
            } else {
                let batch = there[usize::try_from(throw(there.len() as u64)).unwrap_or_default()];
                let most = u64::try_from(story.stock[batch - 1]).unwrap_or(1);
                story.sell(batch, 1 + throw(most));
            }
        }
        // To the last box: no quantity, no cent.
        for batch in 1..=story.stock.len() {
            if story.stock[batch - 1] > 0 {
                story.sell(batch, story.stock[batch - 1]);
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

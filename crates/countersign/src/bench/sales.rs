//! Goods for sale and those who buy them: what `bench last-boxes` and `bench recall` are about.

use std::collections::BTreeMap;

use engine::{Act, Command, Input, LineInput, Reply};
use kernel::Day;
use store::Store;
use testkit::company;

use crate::clock::now;
use crate::house::{House, ORG};
use crate::purchase::{self, Shown, TypedLine, begin, sign};
use crate::stop::{Fault, Stop};

/// Batches of an item: as many as a purchase brings.
pub const BATCHES_OF_AN_ITEM: usize = 50;
/// Minutes.
const DAY: i64 = 24 * 60;
const SUPPLIER: &str = "MAKER";
const CLASS: &str = "化学药制剂";
const BIN: &str = "A-01";
const BILL: &str = "gsp.sales_out.bill";
const DELIVERY: &str = "gsp.sales_out.delivery";

/// The key of the nth customer, from 1.
fn customer(nth: usize) -> String {
    format!("BUYER{nth}")
}

/// The nth batch, from 1.
pub fn batch(nth: usize) -> String {
    format!("L{nth:06}")
}

/// The item of the nth batch, from 1.
pub fn item(nth: usize) -> String {
    format!("BOX{:04}", (nth - 1) / BATCHES_OF_AN_ITEM)
}

/// A batch with its item, as ledgers and the register of batches have it.
pub fn lot(nth: usize) -> String {
    format!("{}/{}", item(nth), batch(nth))
}

fn put(house: &House, register: &str, key: &str, fields: &[(&str, &str)]) -> Result<(), Stop> {
    let long_ago = Day::new(2000, 1, 1).map_err(Stop::other)?;
    let fields: BTreeMap<String, String> = fields
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    let act = Act::PutRecord {
        register: register.into(),
        key: key.into(),
        fields,
        from: Some(long_ago),
    };
    let done = house.submit(company::ADMINISTRATOR, act)?;
    done.map(drop)
        .map_err(|refusal| Fault::Refused(refusal).into())
}

/// Puts a supplier and so many customers on record, all qualified.
pub fn trade(house: &House, customers: usize) -> Result<(), Stop> {
    let qualified = [("licence_until", "2099-12-31"), ("scope", CLASS)];
    let supplier = [("name", SUPPLIER), ("kind", "供货单位")];
    put(
        house,
        "gsp.party",
        SUPPLIER,
        &[supplier, qualified].concat(),
    )?;
    for nth in 1..=customers {
        let name = customer(nth);
        let own = [("name", &*name), ("kind", "购货单位")];
        let credit = [("credit_limit", "100000000")];
        let fields = [&own[..], &qualified[..], &credit[..]].concat();
        put(house, "gsp.party", &name, &fields)?;
        let authorised = [("name", "P"), ("until", "2099-12-31")];
        put(house, "gsp.qualification", &purchaser(&name), &authorised)?;
    }
    Ok(())
}

fn purchaser(customer: &str) -> String {
    format!("{customer}/采购人员授权/P")
}

fn field(name: &'static str, text: impl Into<String>) -> (&'static str, String) {
    (name, text.into())
}

/// Buys the batches of one item, the first of these numbers and amounts, and puts them into stock: a purchase of its own,
/// six signatures.
pub fn stock(house: &House, first: usize, amounts: &[u64]) -> Result<(), Stop> {
    let item = item(first);
    let fields = [
        ("name", &*item),
        ("class", CLASS),
        ("storage", "常温"),
        ("unit", "盒"),
    ];
    put(house, "gsp.item", &item, &fields)?;
    let total: u64 = amounts.iter().sum();
    let does = |role: &str, act: Act| -> Result<Shown, Stop> {
        let reply = house
            .submit(&company::login(role, 1), act)?
            .map_err(Fault::Refused)?;
        Shown::of(&reply).ok_or_else(|| Stop::other("a step that shows no slip"))
    };
    let header = [field("supplier", SUPPLIER)];
    let ordered = TypedLine {
        source: None,
        fields: vec![
            field("item", &*item),
            field("qty", total.to_string()),
            field("price", "10"),
        ],
    };
    let order = begin(purchase::ORDER_FILL, None, &header, &[ordered]);
    let order = does("gsp.buyer", order)?;
    let order = does(
        "gsp.purchase_manager",
        sign(purchase::ORDER_APPROVE, &order),
    )?;
    let lines = |fields: &dyn Fn(usize) -> Vec<(&'static str, String)>, one: bool| {
        let line = |at| TypedLine {
            source: Some(if one { 1 } else { at as i64 + 1 }),
            fields: fields(at),
        };
        (0..amounts.len()).map(line).collect::<Vec<_>>()
    };
    let made = now().plus_minutes(-10 * DAY).day().to_string();
    let expiry = now().plus_minutes(700 * DAY).day().to_string();
    let received = |at: usize| {
        vec![
            field("batch", batch(first + at)),
            field("made", &*made),
            field("expiry", &*expiry),
            field("qty", amounts[at].to_string()),
        ]
    };
    let header = [field("delivery_note", "1"), field("transport", "常温")];
    let receipt = lines(&received, true);
    let receipt = begin(purchase::RECEIPT_FILL, Some(&order), &header, &receipt);
    let receipt = does("gsp.receiver", receipt)?;
    let notice = lines(&|_| Vec::new(), false);
    let notice = begin(purchase::NOTICE_FILL, Some(&receipt), &[], &notice);
    let notice = does("gsp.quality_clerk", notice)?;
    let passed = |at: usize| {
        vec![
            field("sampled", "1"),
            field("passed", amounts[at].to_string()),
        ]
    };
    let inspection = lines(&passed, false);
    let inspection = begin(purchase::INSPECTION_FILL, Some(&notice), &[], &inspection);
    let inspection = does("gsp.inspector", inspection)?;
    let stocked = lines(&|_| vec![field("bin", BIN)], false);
    let stocked = begin(purchase::STOCK_IN_FILL, Some(&inspection), &[], &stocked);
    does("gsp.keeper", stocked).map(drop)
}

/// One client who sells, under keys of his own.
pub struct Seller {
    store: Store,
    client: usize,
    done: u64,
}

impl Seller {
    /// The nth client.
    pub fn new(store: Store, client: usize) -> Seller {
        Seller {
            store,
            client,
            done: 0,
        }
    }

    /// `None` when the goods do not suffice.
    async fn submit(&mut self, role: &str, act: Act) -> Result<Option<Reply>, String> {
        self.done += 1;
        let command = Command {
            org: ORG,
            key: format!("sale-{}-{}", self.client, self.done).into(),
            at: now(),
            actor: company::login(role, 1 + self.client % super::bed::EACH).into(),
            on_behalf_of: None,
            act,
        };
        let answer = self.store.submit(command).await;
        match answer.map_err(|error| error.to_string())?.outcome {
            Ok(reply) => Ok(Some(reply)),
            Err(refusal) if &*refusal.code == "balance" => Ok(None),
            Err(refusal) => Err(format!("{}: {}", refusal.code, refusal.en)),
        }
    }

    async fn must(&mut self, role: &str, act: Act) -> Result<Shown, String> {
        let reply = self.submit(role, act).await?;
        let reply = reply.ok_or_else(|| format!("{role} was refused what a bill had set aside"))?;
        Shown::of(&reply).ok_or_else(|| "a step that shows no slip".to_owned())
    }

    /// Sells one box of each of these batches to a customer: bill, approval, delivery, review. `false` when the bill was
    /// refused because there were not enough.
    pub async fn sell(&mut self, to: usize, lots: &[usize]) -> Result<bool, String> {
        let to = customer(to);
        let header = [field("customer", &*to), field("purchaser", purchaser(&to))];
        let lines: Vec<TypedLine> = lots
            .iter()
            .map(|nth| TypedLine {
                source: None,
                fields: vec![
                    field("lot", lot(*nth)),
                    field("qty", "1"),
                    field("price", "12"),
                ],
            })
            .collect();
        let bill = begin(&format!("{BILL}.fill"), None, &header, &lines);
        let Some(bill) = self.submit("gsp.sales_agent", bill).await? else {
            return Ok(false);
        };
        let bill = Shown::of(&bill).ok_or("a bill that shows no slip")?;
        let approval = sign(&format!("{BILL}.approve"), &bill);
        let bill = self.must("gsp.finance", approval).await?;
        let taken: Vec<TypedLine> = (1..=lots.len())
            .map(|at| TypedLine {
                source: i64::try_from(at).ok(),
                fields: vec![field("bin", BIN), field("qty", "1")],
            })
            .collect();
        let delivery = begin(&format!("{DELIVERY}.issue"), Some(&bill), &[], &taken);
        let delivery = self.must("gsp.keeper", delivery).await?;
        let sound = LineInput {
            source: None,
            fields: BTreeMap::from([("condition".to_owned(), "合格".to_owned())]),
        };
        let review = Act::Step {
            step: format!("{DELIVERY}.check").into(),
            slip: Some(delivery.slip),
            sources: Vec::new(),
            seen: vec![delivery.seen()],
            input: Input {
                header: BTreeMap::new(),
                lines: vec![sound; lots.len()],
            },
        };
        self.must("gsp.checker", review).await?;
        Ok(true)
    }
}

/// What a place of the stock holds of a batch.
pub fn holds(store: &Store, nth: usize, place: &str) -> Result<i128, Stop> {
    let trace = store.trace(ORG, "gsp.stock", &lot(nth), 0)?;
    let places = trace.places.iter();
    Ok(places
        .filter(|one| &*one.place == place)
        .map(store::TracePlace::holds)
        .sum())
}

/// Parts of a box in a ledger of quantities.
pub fn boxes(parts: i128) -> i128 {
    parts / 10_i128.pow(kernel::Unit::Qty.scale())
}

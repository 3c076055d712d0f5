//! Generated views are Rust that compiles and reads what the slip says. `reference.rs` keeps the file fresh.

mod common;

#[path = "views/example.rs"]
#[allow(dead_code, reason = "made for every field, used for some")]
mod example;

use kernel::{Amount, Day, Unit, Value};
use model::{Facts, RuleContext, RuleSlip};

struct Records;

impl Facts for Records {
    fn fact(&self, register: &str, key: &str, field: &str) -> Value {
        assert_eq!((register, key, field), ("party", "S01", "licence_until"));
        Value::Day("2027-12-31".parse().expect("a day"))
    }

    fn parameter(&self, _: &str, _: &str) -> Value {
        Value::Empty
    }
}

#[test]
fn views_read_the_slip_by_the_names_of_its_declaration() {
    let pack = common::pack();
    let (_, declaration) = pack.flows[0].slip("order").expect("its slip");
    let mut header = vec![Value::Empty; declaration.header.len()];
    header[0] = Value::text("S01");
    let lines = declaration.lines.as_ref().expect("its lines");
    let mut line = vec![Value::Empty; lines.len()];
    let at = lines
        .iter()
        .position(|field| &*field.name == "qty")
        .expect("its field");
    line[at] = Value::Amount(Amount::new(5_000_000, Unit::Qty));
    let today: Day = "2026-04-01".parse().expect("a day");
    let slip = RuleSlip {
        declaration,
        header: &header,
        lines: &[&line],
    };
    let context = RuleContext {
        today,
        signer: "wang",
        slip,
        sources: &[],
        facts: &Records,
    };
    let order = example::OrderSlip::of(&context).expect("an order");
    let supplier = order.supplier().expect("a reference");
    assert_eq!(supplier.key(), "S01");
    assert!(supplier.licence_until().is_some_and(|until| until > today));
    let first = order.lines().next().expect("a line");
    assert_eq!(first.qty().map(|qty| qty.to_string()).as_deref(), Some("5"));
    assert_eq!(first.price(), None);
    assert_eq!(example::OrderSlip::SUPPLIER, "supplier");
    assert!(example::ReceiptSlip::of(&context).is_none());
    assert!(example::OrderSlip::above(&context).is_none());
}

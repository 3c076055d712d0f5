//! Expressions that are right: what they give.

use std::collections::HashMap;

use kernel::{Amount, Day, Unit, Value};
use model::{Expr, Figure, Name, Reading, Scope, SourceText, evaluate};

/// A slip with a field of every type, and one more that is computed.
fn computed(ty: &str, expression: &str) -> Result<Expr, String> {
    let text = format!(
        r#"pack p "包" {{
    role clerk "员"
    register item "商品" {{
        kind  "类" choice "A" "B" optional
        until "至" date optional
    }}
    parameter days "天数" count {{
        from "2026-01-01" 30 source="规"
    }}
    parameter vat "税率" rate {{
        from "2026-01-01" 0.13 key="a" source="规"
        from "2026-01-01" 0.09 source="规"
    }}
    ledger stock "账" unit=qty by="item kind" detail=word {{
        place out "外" open
        place in_house "内"
    }}
    ledger debt "欠" unit=money by="" {{
        place owed "欠" open
    }}
}}
flow f "流" {{
    step s.fill "填" by=clerk
    slip s "单" number="S{{0000}}" {{
        qty   "量" qty
        money "钱" money
        price "价" price
        rate  "率" rate
        count "数" count
        day   "日" date
        later "后" date
        at    "时" time
        yes   "是" flag
        word  "字" text
        kind  "类" choice "A" "B"
        item  "品" item
        who   "谁" person
        none  "无" text optional
        line {{
            n "数" qty
        }}
        x "果" {ty} is="{expression}"
    }}
}}
"#
    );
    let texts = [SourceText {
        path: "p.kdl".to_owned(),
        text,
    }];
    let pack = pack::read(&texts, &[]).map_err(|complaints| complaints.to_string())?;
    let (_, field) = pack.flows[0].slips[0].header_field("x").expect("the field");
    Ok(field.is.clone().expect("computed"))
}

struct Slip(Vec<Value>);

fn amount(text: &str, unit: Unit) -> Value {
    Value::Amount(Amount::parse(text, unit).expect("an amount"))
}

fn day(text: &str) -> Value {
    Value::Day(text.parse::<Day>().expect("a day"))
}

impl Slip {
    fn new() -> Slip {
        Slip(vec![
            amount("2.5", Unit::Qty),
            amount("10.01", Unit::Money),
            amount("3.3333", Unit::Price),
            amount("0.13", Unit::Rate),
            amount("7", Unit::Count),
            day("2026-03-01"),
            day("2026-03-31"),
            Value::Moment(kernel::Moment(5)),
            Value::Flag(true),
            Value::text("字"),
            Value::text("A"),
            Value::text("I1"),
            Value::text("wang"),
            Value::Empty,
        ])
    }
}

impl Scope for Slip {
    fn name(&self, name: &Name) -> Value {
        match name {
            Name::Today => day("2026-04-01"),
            Name::Header(at) => self.0[*at].clone(),
            Name::Total(0) => amount("9", Unit::Qty),
            other => panic!("{other:?}"),
        }
    }

    fn fact(&self, register: &str, key: &str, field: usize) -> Value {
        let facts: HashMap<usize, Value> = [(0, Value::text("B")), (1, day("2027-01-01"))].into();
        assert_eq!((register, key), ("item", "I1"));
        facts[&field].clone()
    }

    fn parameter(&self, parameter: usize, key: &str) -> Value {
        match (parameter, key) {
            (0, "") => amount("30", Unit::Count),
            (1, "A") => amount("0.13", Unit::Rate),
            other => panic!("{other:?}"),
        }
    }

    fn balance(&self, reading: &Reading, key: &[String], detail: &[String]) -> Value {
        match (reading.ledger, reading.place, reading.figure) {
            (0, 1, Figure::Posted) => assert_eq!(
                (key.join("/"), detail.join("/")),
                ("I1/A".into(), "字".into())
            ),
            (0, 0, Figure::Available) => assert_eq!(
                (key.join("/"), detail.join("/")),
                ("字/B".into(), "I1".into())
            ),
            (1, 0, Figure::Held) => assert!(key.is_empty() && detail.is_empty()),
            other => panic!("{other:?}"),
        }
        let unit = if reading.ledger == 0 {
            Unit::Qty
        } else {
            Unit::Money
        };
        amount("12", unit)
    }
}

#[test]
fn expressions_give_what_they_say() {
    for (ty, expression, wanted) in [
        // Products: units, rounding half up, what is written out.
        ("money", "qty * price", "8.33"),
        ("money", "qty * money", "25.03"),
        ("money", "money * qty", "25.03"),
        ("money", "money * rate", "1.30"),
        ("money", "rate * money * count", "9.10"),
        ("qty", "qty * 3", "7.5"),
        ("qty", "0.5 * qty", "1.25"),
        ("rate", "rate * rate", "0.0169"),
        ("rate", "rate * count", "0.91"),
        ("count", "count * 2", "14"),
        ("money", "-money * 2", "-20.02"),
        ("money", "money / 3", "3.34"),
        ("qty", "qty / 0.4", "6.25"),
        ("count", "count / 2", "4"),
        ("price", "price * 1.13", "3.7666"),
        // Sums: one unit; numbers take it.
        ("money", "money + 0.5 - 1", "9.51"),
        ("qty", "1 + qty", "3.5"),
        ("qty", "2 * 3 - 1 + qty", "7.5"),
        ("qty", "(qty + 1) * 2", "7"),
        ("qty", "total.n - qty", "6.5"),
        // Days.
        ("date", "today + 180", "2026-09-28"),
        ("date", "30 + day", "2026-03-31"),
        ("date", "today - count", "2026-03-25"),
        ("date", "today + parameter.days", "2026-05-01"),
        ("count", "later - day", "30"),
        ("date", "item.until", "2027-01-01"),
        ("rate", "parameter.vat[kind]", "0.13"),
        // What ledgers say: at the fields of the names of the dimensions, or at what is said.
        ("qty", "balance.stock.in_house - qty", "9.5"),
        (
            "qty",
            "balance.stock.out.available[word, item.kind, item]",
            "12",
        ),
        ("money", "balance.debt.owed.held + money", "22.01"),
        ("qty", "balance.stock.in_house[none, kind, word]", ""),
        // What is empty has another value.
        (
            "qty",
            "balance.stock.in_house[none, kind, word] else qty",
            "2.5",
        ),
        ("qty", "(qty else 1) + 1", "3.5"),
        ("qty", "qty else 1 + 1", "2.5"),
        ("text", "none else word", "字"),
        ("text", "none else '无'", "无"),
        ("flag", "none else word == '字'", "yes"),
        ("date", "today else '2026-01-01'", "2026-04-01"),
        // The smaller or the greater.
        ("qty", "qty at_most 2", "2"),
        ("qty", "balance.stock.in_house at_most qty", "2.5"),
        ("qty", "balance.stock.in_house at_least qty + 1", "12"),
        ("qty", "qty at_least qty", "2.5"),
        ("date", "today at_most later", "2026-03-31"),
        ("date", "today at_least later", "2026-04-01"),
        (
            "qty",
            "qty at_most balance.stock.in_house[none, kind, word]",
            "",
        ),
        // Packages and what is loose, exact and towards zero.
        ("count", "qty in_whole 1", "2"),
        ("qty", "qty rest_of 1", "0.5"),
        ("count", "qty in_whole 0.6", "4"),
        ("qty", "qty rest_of 0.6", "0.1"),
        ("count", "-qty in_whole 1", "-2"),
        ("qty", "-qty rest_of 1", "-0.5"),
        ("count", "qty in_whole (qty - qty)", ""),
        ("qty", "qty rest_of (qty - qty)", ""),
        ("qty", "qty rest_of 2 * 3", "1.5"),
        // Conditions.
        ("flag", "qty > 2 and qty <= 2.5", "yes"),
        ("flag", "qty < 2 or not yes", "no"),
        ("flag", "not qty < 2 and yes", "yes"),
        ("flag", "yes == true", "yes"),
        ("flag", "kind == 'A' and item.kind != 'A'", "yes"),
        ("flag", "kind == item.kind", "no"),
        ("flag", "day < '2026-03-02'", "yes"),
        ("flag", "later - day >= 30", "yes"),
        ("flag", "none == empty", "yes"),
        ("flag", "word != empty", "yes"),
        ("flag", "word == '字'", "yes"),
        ("flag", "who == 'wang' and item == 'I1'", "yes"),
        ("flag", "none == 'x' or 1 < 2", "yes"),
        ("flag", "at == at", "yes"),
        ("flag", "1.5 == 1.50", "yes"),
        // Texts.
        ("text", "word", "字"),
        ("text", "kind", "A"),
        ("text", "'固定'", "固定"),
        ("item", "item", "I1"),
        ("person", "who", "wang"),
        ("choice \"A\" \"B\" \"C\"", "kind", "A"),
        ("choice \"A\"", "'A'", "A"),
        ("time", "at", "5"),
    ] {
        let expr = computed(ty, expression).unwrap_or_else(|said| panic!("{expression}\n{said}"));
        let value = evaluate(&expr, &Slip::new()).expect("a value");
        assert_eq!(value.to_string(), wanted, "{expression}");
    }
}

#[test]
fn expressions_that_are_wrong_are_complaints() {
    for (ty, expression) in [
        ("qty", "qty * qty"),
        ("money", "qty"),
        ("money", "price"),
        ("price", "money / qty"),
        ("qty", "count"),
        ("count", "qty"),
        ("count", "1.5"),
        ("money", "0.001"),
        ("date", "today + qty"),
        ("date", "today + today"),
        ("date", "count - today"),
        ("date", "'2026-02-29'"),
        ("date", "at"),
        ("flag", "day < at"),
        ("flag", "word < word"),
        ("flag", "yes < yes"),
        ("flag", "kind == 'C'"),
        ("flag", "item == who"),
        ("flag", "1 == empty"),
        ("flag", "empty < 1"),
        ("flag", "word and yes"),
        ("flag", "qty"),
        ("choice \"A\"", "kind"),
        ("item", "word"),
        ("person", "'wang'"),
        ("text", "1"),
        ("text", "total.n"),
        ("qty", "line.n"),
        ("qty", "x"),
        ("money", "balance.stock.in_house"),
        ("qty", "balance.stock"),
        ("qty", "balance.stock.in_house.gone"),
        ("qty", "balance.stock.in_house.held.available"),
        ("qty", "balance.shelf.in_house"),
        ("qty", "balance.stock.shelf"),
        ("qty", "balance.stock.in_house[item]"),
        ("qty", "balance.stock.in_house[item, qty, word]"),
        ("qty", "balance"),
        ("qty", "qty else money"),
        ("qty", "1 else qty"),
        ("qty", "qty at_most money"),
        ("qty", "1 at_least qty"),
        ("text", "word at_most word"),
        ("qty", "qty in_whole 1"),
        ("count", "qty in_whole 0"),
        ("qty", "qty rest_of money"),
        ("count", "1 in_whole qty"),
        ("qty", "qty rest_of word"),
        ("qty", "qty else empty"),
        ("rate", "parameter.vat[kind, kind]"),
        ("qty", "qty[kind]"),
    ] {
        assert!(computed(ty, expression).is_err(), "{ty} {expression}");
    }
}

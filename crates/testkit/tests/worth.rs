//! Quantities that are moved at their cost, in a pack that sets no bounds of its own.

use std::sync::Arc;

use model::{Catalog, SourceText};
use testkit::scenario::run_text;

const SHOP: &str = r#"
pack shop "店" {
    role clerk "店员"
    register policy "会计政策" {
        method "计价方法" choice "先进先出" optional
    }
    register item "商品" {
        name "名称" text optional
    }
    ledger layers "存货数量" unit=qty by=item detail=layer {
        place supplier "供货单位" open
        place goods    "库存商品"
        place sold     "已销商品" open
    }
    ledger worth "存货成本" unit=money by=item detail=layer worth=layers method=policy.method {
        method oldest_first "先进先出"
        place supplier "供货单位" open
        place goods    "库存商品"
        place sold     "已销商品" open
    }
}
flow trade "买卖" {
    step buy.fill "进货" by=clerk {
        post worth from=supplier to=goods qty=line.qty worth="line.qty * line.price"
    }
    step sell.fill "销售" by=clerk {
        post worth from=goods to=sold qty=line.qty
    }
    slip buy "进货单" number="JH{date}-{0000}" {
        line {
            item  "商品" item
            qty   "数量" qty
            price "单价" money
        }
    }
    slip sell "销售单" number="XS{date}-{0000}" {
        line {
            item "商品" item
            qty  "数量" qty
        }
    }
}
"#;

#[test]
fn a_negative_quantity_is_refused_by_its_own_name() {
    let text = SourceText {
        path: "shop.kdl".to_owned(),
        text: SHOP.to_owned(),
    };
    let pack = pack::read(&[text], &[]).unwrap_or_else(|complaints| panic!("{complaints}"));
    let report = run_text(
        &Catalog::new([Arc::new(pack)]),
        "\
given item A1
given user 钱 clerk
2026-04-01 钱 buy.fill | item=A1 qty=3 price=2
  worth goods A1 6
2026-04-01 钱 buy.fill | item=A1 qty=-3 price=2
  ! negative
2026-04-01 钱 sell.fill | item=A1 qty=-1
  ! negative
2026-04-01 钱 sell.fill | item=A1 qty=1
  worth goods A1 4
",
        "shop.scenario",
    );
    assert_eq!(report.to_string(), "");
}

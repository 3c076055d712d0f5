//! The worked example of the notation, as printed: it is read without an error, and spoilt in the printed ways it gives the
//! printed complaints.

use model::{Rule, RuleContext, SourceText, Verdict};

fn holds(_: &RuleContext<'_>) -> Verdict {
    Verdict::Holds
}

const RULES: &[(&str, &[(&str, Rule)])] = &[(
    "purchase_inbound",
    &[("supplier_licensed", holds), ("cold_chain", holds)],
)];

fn texts() -> Vec<SourceText> {
    let text = |path: &str, text: &str| SourceText {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    vec![
        text("gsp.kdl", include_str!("printed/gsp.kdl")),
        text(
            "flows/purchase_inbound.kdl",
            include_str!("printed/flows/purchase_inbound.kdl"),
        ),
    ]
}

#[test]
fn the_printed_example_is_read() {
    let read = pack::check(&texts(), RULES);
    let errors: Vec<_> = read
        .complaints
        .iter()
        .filter(|one| one.level == pack::Level::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let pack = read.pack.expect("no error, so a pack");
    let (_, flow) = pack.flow("purchase_inbound").expect("its flow");
    assert_eq!(flow.steps.len(), 6);
    assert_eq!(flow.slips.len(), 5);
    let (_, order) = flow.slip("order").expect("its slip");
    assert!(order.line_field("amount").expect("a field").1.is.is_some());
    let (_, stock_in) = flow.slip("stock_in").expect("its slip");
    assert!(stock_in.line_field("price").expect("a field").1.carry);
    let (_, receipt) = flow.step("receipt.fill").expect("its step");
    assert_eq!(receipt.posts.len(), 2);
    assert!(receipt.posts.iter().all(|post| post.per_line));
}

#[test]
fn what_the_author_sees() {
    for (right, wrong, seen) in [
        (
            "line.qty - line.refused",
            "line.qty - line.refusd",
            "flows/purchase_inbound.kdl:15:65: unknown name `line.refusd`; did you mean `line.refused`?\n  \
             |         post stock    from=supplier to=pending  qty=\"line.qty - line.refusd\"\n  \
             |                                                                 ^",
        ),
        (
            "line.qty * line.price",
            "line.qty",
            "flows/purchase_inbound.kdl:24:50: expected money, this is qty\n  \
             |         post gl    from=accrued to=goods    qty=\"line.qty\"\n  \
             |                                                  ^",
        ),
        (
            "cold_chain  ",
            "cold_chian  ",
            "flows/purchase_inbound.kdl:12:9: guard `cold_chian` has no `must` and no Rust rule of that name; \
             did you mean `cold_chain`?\n  \
             |         guard cold_chian   \"冷藏药品须全程冷链到货\"                          // Rust\n  \
             |         ^",
        ),
        (
            "to=pending  ",
            "to=pendign  ",
            "flows/purchase_inbound.kdl:15:40: ledger `stock` has no place `pendign`; did you mean `pending`?\n  \
             |         post stock    from=supplier to=pendign  qty=\"line.qty - line.refused\"\n  \
             |                                        ^",
        ),
    ] {
        let mut texts = texts();
        assert!(texts[1].text.contains(right), "{right}");
        texts[1].text = texts[1].text.replacen(right, wrong, 1);
        let complaints = pack::read(&texts, RULES).expect_err(wrong).to_string();
        assert!(complaints.contains(seen), "{complaints}\nlacks\n{seen}");
    }
}

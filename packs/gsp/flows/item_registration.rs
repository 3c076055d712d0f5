//! Rules of 商品资料初装 that a `must=` cannot say. Each is named by a `guard` in `item_registration.kdl`.

use kernel::proof::Proof;
use model::{Rule, RuleContext, Verdict};

use crate::codes;
use crate::views::item_registration::ItemCardSlip;

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("new_item", new_item),
    ("approval_form", approval_form),
    ("check_digit", check_digit),
];

fn at(field: &'static str) -> Verdict {
    Verdict::FailsAt { line: None, field }
}

/// 该编码的商品已经建档: a first registration is of what is not on record.
fn new_item(context: &RuleContext<'_>) -> Verdict {
    let code = ItemCardSlip::of(context).and_then(ItemCardSlip::code);
    let known = |code: &str| !context.facts.fact("item", code, "name").is_empty();
    if code.is_some_and(known) {
        return at(ItemCardSlip::CODE);
    }
    Verdict::Holds
}

/// 批准文号: `国药准字H20200001`, of an imported drug `国药准字HJ20200001`.
fn approval_form(context: &RuleContext<'_>) -> Verdict {
    let number = ItemCardSlip::of(context).and_then(ItemCardSlip::approval_number);
    if number.is_some_and(codes::is_approval_number) {
        return Verdict::Holds;
    }
    at(ItemCardSlip::APPROVAL_NUMBER)
}

/// 商品条码: 8, 12, 13 or 14 digits, of which the last proves the others.
fn check_digit(context: &RuleContext<'_>) -> Verdict {
    let code = ItemCardSlip::of(context).and_then(ItemCardSlip::gtin);
    if code.is_none_or(|code| Proof::Gtin.holds(code)) {
        return Verdict::Holds;
    }
    at(ItemCardSlip::GTIN)
}

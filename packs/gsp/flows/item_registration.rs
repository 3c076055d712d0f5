//! Rules of 商品资料初装 that a `must=` cannot say. Each is named by a `guard` in `item_registration.kdl`.

use kernel::gs1::lint;
use model::{Rule, RuleContext, Verdict};

use crate::views::item_registration::ItemCardSlip;

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("new_item", new_item),
    ("approval_form", approval_form),
    ("check_digit", check_digit),
];

/// The letters of 国药准字: chemical, traditional, biological, imported and repacked, auxiliary, diagnostic drugs, health drugs.
const LETTERS: &str = "HZSJFTB";

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
    let right = number
        .and_then(|number| number.strip_prefix("国药准字"))
        .is_some_and(|rest| {
            let digits = rest.trim_start_matches(|one: char| one.is_ascii_uppercase());
            let letters = &rest[..rest.len() - digits.len()];
            let class = letters
                .chars()
                .next()
                .is_some_and(|one| LETTERS.contains(one));
            let origin = matches!(letters.get(1..), Some("" | "J" | "C"));
            class && origin && digits.len() == 8 && digits.bytes().all(|one| one.is_ascii_digit())
        });
    if right {
        Verdict::Holds
    } else {
        at(ItemCardSlip::APPROVAL_NUMBER)
    }
}

/// 商品条码: 8, 12, 13 or 14 digits, of which the last proves the others.
fn check_digit(context: &RuleContext<'_>) -> Verdict {
    let code = ItemCardSlip::of(context).and_then(ItemCardSlip::gtin);
    if code.is_none_or(|code| lint("csum", code).is_ok()) {
        return Verdict::Holds;
    }
    at(ItemCardSlip::GTIN)
}

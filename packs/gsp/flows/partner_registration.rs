//! Rules of 单位资料初装 that a `must=` cannot say. Each is named by a `guard` in `partner_registration.kdl`.

use kernel::proof::is_credit_code;
use model::{Rule, RuleContext, Verdict};

use crate::views::partner_registration::{DossierSlip, PartyCardSlip};

/// The rules by the names of their guards.
pub const RULES: &[(&str, Rule)] = &[
    ("new_party", new_party),
    ("credit_code", credit_code),
    ("supplier_file", supplier_file),
    ("customer_file", customer_file),
];

fn at(field: &'static str) -> Verdict {
    Verdict::FailsAt { line: None, field }
}

/// 该编码的单位已经建档: a first registration is of what is not on record.
fn new_party(context: &RuleContext<'_>) -> Verdict {
    let code = PartyCardSlip::of(context).and_then(PartyCardSlip::code);
    let known = |code: &str| !context.facts.fact("party", code, "name").is_empty();
    if code.is_some_and(known) {
        return at(PartyCardSlip::CODE);
    }
    Verdict::Holds
}

/// 统一社会信用代码的校验位.
fn credit_code(context: &RuleContext<'_>) -> Verdict {
    let code = PartyCardSlip::of(context).and_then(PartyCardSlip::business_licence);
    if code.is_some_and(is_credit_code) {
        return Verdict::Holds;
    }
    at(PartyCardSlip::BUSINESS_LICENCE)
}

/// Whether a unit of one of these kinds has all the papers asked for.
fn has(context: &RuleContext<'_>, kind: &str, papers: &[&str]) -> Verdict {
    let Some(dossier) = DossierSlip::of(context) else {
        return Verdict::Fails;
    };
    let asked = dossier.kind().is_some_and(|one| one.contains(kind));
    let there = |paper: &&str| dossier.lines().any(|line| line.proof() == Some(*paper));
    (!asked || papers.iter().all(there)).into()
}

/// 供货单位须有质量保证协议和销售人员授权.
fn supplier_file(context: &RuleContext<'_>) -> Verdict {
    has(context, "供货", &["质量保证协议", "销售人员授权"])
}

/// 购货单位须有采购人员授权.
fn customer_file(context: &RuleContext<'_>) -> Verdict {
    has(context, "购货", &["采购人员授权"])
}

//! The handheld: a number leads to what waits there, scans are told apart, and what is signed is the ordinary step.

use crate::common::Company;
use crate::desk::{Desk, Page, html::Form, purchase};

const FLOW: &str = "gsp.purchase_inbound";
const GTIN: &str = "6901234567892";

/// A company whose item has a barcode and whose bins have labels.
async fn labelled() -> Company {
    let company = Company::new().await;
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    company.changed("item", "A001", &[("gtin", GTIN)]).await;
    for bin in ["A-01-03", "A-01-04"] {
        let mut form = admin.get("/admin/registers/gsp.bin/new").await.fill();
        form.set("h._key_", bin)
            .set("h.name", "一号库")
            .set("h.storage", "常温");
        let done = admin.send(&form, "").await;
        assert_eq!(done.status, 200, "{}", done.text());
    }
    company
}

async fn approved(company: &Company, qty: &str) -> i64 {
    let mut wang = Desk::log_in(company, "wang", "zh").await;
    let mut form = wang.get(&format!("/new/{FLOW}.order.fill")).await.fill();
    form.set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", qty)
        .set("l.1.price", "12.50");
    let order = wang.send(&form, "sign").await.slip();
    let mut li = Desk::log_in(company, "li", "zh").await;
    let page = li.get(&format!("/slips/{order}")).await;
    li.send(&page.form("order.approve"), "").await;
    order
}

fn filled(page: &Page, typed: &[(&str, &str)]) -> Form {
    let mut form = page.fill();
    for (name, text) in typed {
        form.set(name, text);
    }
    form
}

#[tokio::test]
async fn a_number_opens_what_waits_and_the_ordinary_step_is_signed() {
    let company = labelled().await;
    let order = approved(&company, "60").await;
    let mut zhao = Desk::log_in(&company, "zhao", "zh").await;
    let list = zhao.get("/handheld").await;
    list.must_have("采购收货").must_have("CG20260401-0001");
    let page = zhao.get("/handheld?q=cg20260401-0001").await;
    assert!(page.url.contains("/handheld/new/"), "{}", page.url);
    // Packs are counted from nothing; on the large form what is open stands there already.
    assert_eq!(page.fill().get("l.1.qty"), "");
    let large = zhao
        .get(&format!("/new/{FLOW}.receipt.fill?from={order}"))
        .await;
    assert_eq!(large.fill().get("l.1.qty"), "60");
    let goods = [
        ("l.1.batch", "B1"),
        ("l.1.made", "2026-01-01"),
        ("l.1.expiry", "2028-01-01"),
        ("l.1.qty", "61"),
    ];
    let form = filled(&page, &goods);
    let refused = zhao.send(&form, "sign").await;
    assert_eq!(refused.status, 422);
    refused.must_have("扫到的都在").must_have("随货同行单号");
    assert_eq!(refused.fill().get("l.1.batch"), "B1");
    assert!(refused.url.starts_with("/handheld/"), "{}", refused.url);
    let form = filled(
        &refused,
        &[
            ("h.delivery_note", "DN1"),
            ("h.transport", "常温"),
            ("l.1.qty", "60"),
        ],
    );
    let done = zhao.send(&form, "sign").await;
    assert!(done.url.starts_with("/handheld?signed="), "{}", done.url);
    done.must_have("已签字：采购收货 SH20260401-0001");
    // Whoever has nothing to do with it is told who has.
    let mut zhou = Desk::log_in(&company, "zhou", "en").await;
    let told = zhou.get("/handheld?q=SH20260401-0001").await;
    told.must_have("Nothing here for you.")
        .must_have("Now with");
    let told = zhou.get("/handheld?q=A-01-03").await;
    told.must_have("No slip has this number.");
}

#[tokio::test]
async fn what_was_half_scanned_is_found_again_by_scanning_the_slip() {
    let company = labelled().await;
    approved(&company, "60").await;
    let mut zhao = Desk::log_in(&company, "zhao", "zh").await;
    let page = zhao.get("/handheld?q=CG20260401-0001").await;
    let mut form = page.fill();
    form.set("l.1.batch", "B77").set("l.1.qty", "7");
    let kept = zhao.send(&form, "save").await;
    assert!(kept.url.starts_with("/handheld/new/"), "{}", kept.url);
    let list = zhao.get("/handheld").await;
    list.must_have("扫到一半的");
    let again = zhao.get("/handheld?q=CG20260401-0001").await.fill();
    assert_eq!((again.get("l.1.batch"), again.get("l.1.qty")), ("B77", "7"));
    // The large form is another matter: it begins anew unless the draft is asked for.
    let mut other = Desk::log_in(&company, "zhao", "zh").await;
    let drafts = other.get("/inbox/drafts").await;
    let url = drafts.link("draft=");
    assert!(url.starts_with("/handheld/new/"), "{url}");
}

#[tokio::test]
async fn scans_are_told_apart() {
    let company = labelled().await;
    let slips = purchase(&company, "100").await;
    assert_eq!(slips.len(), 5);
    let mut zhou = Desk::log_in(&company, "zhou", "zh").await;
    let mut ask = async |step: &str, code: &str| {
        let code = code.replace('(', "%28").replace(')', "%29");
        let reply = zhou.fetch(&format!("/scan/gsp.{step}?code={code}")).await;
        if reply.status == 200 {
            reply.json()
        } else {
            reply.code().into()
        }
    };
    let told = ask("purchase_inbound.stock_in.fill", "a-01-03").await;
    assert_eq!(told["keys"][0][0], "l.bin");
    assert_eq!(told["keys"][0][1]["code"], "A-01-03");
    let told = ask("bin_transfer.bin_transfer.fill", "A-01-04").await;
    assert_eq!(told["keys"][0][0], "l.from_bin");
    assert_eq!(told["keys"][1][0], "l.to_bin");
    // A batch is named by item and batch together; the record of the batch knows its expiry.
    let pack = format!("(01)0{GTIN}(10)B240101(17)280101(30)5");
    let told = ask("bin_transfer.bin_transfer.fill", &pack).await;
    assert_eq!(told["records"][0][0], "lot");
    assert_eq!(told["records"][0][1]["code"], "A001/B240101");
    assert_eq!(told["count"], "5");
    let other = format!("(01)0{GTIN}(10)B240101(17)290101");
    let told = ask("bin_transfer.bin_transfer.fill", &other).await;
    assert_eq!(told, "barcode_day");
    let none = format!("(01)0{GTIN}(10)NOSUCH");
    let told = ask("bin_transfer.bin_transfer.fill", &none).await;
    assert!(
        told["records"]
            .as_array()
            .unwrap()
            .iter()
            .all(|pair| pair[0] != "lot"),
        "{told}"
    );
    let old = format!("(01)0{GTIN}(10)B1(17)200101");
    let told = ask("purchase_inbound.receipt.fill", &old).await;
    assert_eq!(told["expired"], "2020-01-01");
    let told = ask("purchase_inbound.receipt.fill", "a001").await;
    assert_eq!(told["records"][0][1]["code"], "A001");
    let told = ask("purchase_inbound.receipt.fill", "SH20260401-0001").await;
    assert_eq!(told["slip"][1], "/handheld?q=SH20260401-0001");
    for noise in ["", "x", "%1d%1d", "6901234567893", "A-99-99"] {
        let told = ask("purchase_inbound.receipt.fill", noise).await;
        assert_eq!(told, "barcode", "{noise:?}");
    }
}

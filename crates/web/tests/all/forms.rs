//! Forms where several windows, scanners and copies come together, and what people paste into them.

use crate::common::Company;
use crate::desk::Desk;
use serde_json::{Value, json};

const ORDER: &str = "gsp.purchase_inbound.order.fill";

/// What a script sends of an order.
fn typed(form: &crate::desk::html::Form, qty: &str) -> Value {
    let hidden = |name: &str| form.get(name).to_owned();
    json!({
        "_csrf": hidden("_csrf"), "_key": hidden("_key"), "_step": hidden("_step"), "_slip": "", "_from": "",
        "h.supplier": "S01", "l.1.item": "A001", "l.1.qty": qty, "l.1.price": "2",
    })
}

#[tokio::test]
async fn two_windows_on_one_draft_overwrite_nothing_and_sign_once() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let form = wang.get(&format!("/new/{ORDER}")).await.fill();
    let csrf = form.get("_csrf").to_owned();
    let mut first = typed(&form, "10");
    let saved = wang.send_json("/drafts", &csrf, &first).await.json();
    for name in ["_draft", "_version"] {
        first[name] = saved["hidden"][name].clone();
    }
    let url = saved["url"].as_str().unwrap().to_owned();
    // A second window opens the draft and saves; the first, which knows nothing of it, is told so.
    let mut second = wang.get(&url).await.fill();
    assert_eq!(second.get("l.1.qty"), "10");
    let mut other = typed(&second, "20");
    for name in ["_draft", "_version"] {
        other[name] = second.get(name).into();
    }
    let saved = wang.send_json("/drafts", &csrf, &other).await;
    assert_eq!(saved.status, 200);
    first["l.1.qty"] = "11".into();
    let refused = wang.send_json("/drafts", &csrf, &first).await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.code(), "draft_elsewhere");
    assert_eq!(wang.get(&url).await.fill().get("l.1.qty"), "20");
    // Without scripts the same: what was typed comes back and can be kept as a draft of its own.
    let again = wang.send(second.set("l.1.qty", "30"), "save").await;
    assert_eq!(again.status, 400);
    again.must_have("另一个窗口");
    assert_eq!(again.fill().get("l.1.qty"), "30");
    assert_eq!(wang.get(&url).await.fill().get("l.1.qty"), "20");

    // Both windows sign: there is one order.
    let (one, mut two) = (wang.get(&url).await.fill(), wang.get(&url).await.fill());
    let slip = wang.send(&one, "sign").await.slip();
    let refused = wang.send(two.set("l.1.qty", "21"), "sign").await;
    assert_eq!(refused.status, 409);
    refused.must_have("已在另一个窗口签字");
    assert_eq!(refused.fill().get("l.1.qty"), "21");
    assert_eq!(wang.send(&one, "sign").await.slip(), slip);
    let gone = wang.send_json("/drafts", &csrf, &other).await;
    assert_eq!(gone.code(), "draft_elsewhere");
}

#[tokio::test]
async fn a_copy_is_a_new_form_with_what_was_typed_and_nothing_drawn() {
    let company = Company::new().await;
    let slips = crate::desk::purchase(&company, "100").await;
    let mut wang = Desk::log_in(&company, "wang", "en").await;
    let page = wang.get(&format!("/slips/{}", slips[0])).await;
    page.must_have("Copy as new");
    let form = wang.get(&page.link("copy=")).await.fill();
    assert_eq!(form.get("h.supplier"), "S01");
    assert_eq!((form.get("l.1.item"), form.get("l.1.qty")), ("A001", "100"));
    assert_eq!((form.get("l.1.source"), form.get("_from")), ("", ""));
    let copy = wang.send(&form, "sign").await.slip();
    assert!(!slips.contains(&copy));
    // A receipt comes from an order: there is nothing to copy without one.
    let receipt = wang.get(&format!("/slips/{}", slips[1])).await;
    assert!(!receipt.has("Copy as new"));
    let refused = wang.get(&format!("/new/{ORDER}?copy={}", slips[1])).await;
    assert_eq!(refused.status, 404);
    // Someone who may not begin an order is offered none.
    let mut zhao = Desk::log_in(&company, "zhao", "zh").await;
    let page = zhao.get(&format!("/slips/{}", slips[0])).await;
    assert!(!page.has("复制为新单"));
}

#[tokio::test]
async fn a_barcode_fills_the_fields_that_say_so() {
    let company = Company::new().await;
    let fields = [("gtin", "6901234567892"), ("name", "布洛芬缓释胶囊")];
    company.changed("item", "A001", &fields).await;
    let mut zhao = Desk::log_in(&company, "zhao", "zh").await;
    let scan = "/scan/gsp.purchase_inbound.receipt.fill?code=";
    let told = zhao
        .fetch(&format!(
            "{scan}%5Dd20106901234567892112401011728123110B240101%1D21S1"
        ))
        .await
        .json();
    assert_eq!(told["records"][0][1]["code"], "A001");
    assert_eq!(
        told["cells"],
        json!([
            ["batch", "B240101"],
            ["made", "2024-01-01"],
            ["expiry", "2028-12-31"]
        ])
    );
    assert_eq!(told["rest"], json!(["(21)S1"]));
    for (code, refusal) in [
        ("6901234567893", "barcode"),
        ("0106901234567892171399", "barcode"),
        ("", "barcode"),
        ("0106901234567908", "barcode_unknown"),
    ] {
        let refused = zhao.fetch(&format!("{scan}{code}")).await;
        assert_eq!(refused.status, 400, "{code}");
        assert_eq!(refused.code(), refusal, "{code}");
    }
    // The same item by the first letters of its name, as they are spoken.
    let found = zhao.fetch("/lookup/gsp.item?q=blfhs").await.json();
    assert_eq!(found[0]["code"], "A001");
    assert_eq!(found[0]["about"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn what_cannot_be_computed_by_a_script_is_computed_by_the_server() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let form = wang.get(&format!("/new/{ORDER}")).await.fill();
    let csrf = form.get("_csrf").to_owned();
    let told = wang
        .send_json("/computed", &csrf, &typed(&form, "１，２００"))
        .await
        .json();
    assert_eq!(told["lines"][0]["amount"], "2,400.00");
    let nothing = wang
        .send_json("/computed", &csrf, &typed(&form, "1e400"))
        .await
        .json();
    assert_eq!(nothing["lines"][0]["amount"], "");
}

#[tokio::test]
async fn two_versions_stand_side_by_side_and_every_field_has_its_history() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let mut form = wang.get(&format!("/new/{ORDER}")).await.fill();
    form.set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", "10")
        .set("l.1.price", "2");
    let slip = wang.send(&form, "sign").await.slip();
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let page = li.get(&format!("/slips/{slip}/act/return")).await;
    let mut form = page.form("/act/return");
    li.send(form.set("reason", "单价偏高"), "").await;
    let page = wang.get(&format!("/slips/{slip}/sign/{ORDER}")).await;
    let mut form = page.fill();
    wang.send(form.set("l.1.price", "1.5"), "sign").await;
    let page = li.get(&format!("/slips/{slip}/versions")).await;
    page.must_have("1 处不同").must_have("第 1 行 单价");
    assert!(page.html.contains("<del>2") && page.html.contains("<ins>1.5"));
    let same = li.get(&format!("/slips/{slip}/versions?a=1&b=1")).await;
    same.must_have("0 处不同");
    assert_eq!(li.get("/slips/999999/versions").await.status, 404);
}

#[tokio::test]
async fn odd_texts_are_kept_or_refused_and_never_lost() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let mut form = wang.get(&format!("/new/{ORDER}")).await.fill();
    let long = "长".repeat(5_000);
    form.set("h.supplier", "S01")
        .set("h.deliver_to", &long)
        .set("l.1.item", "A001")
        .set("l.1.qty", "10")
        .set("l.1.price", "2");
    let refused = wang.send(&form, "sign").await;
    assert_eq!(refused.status, 422);
    let mut form = refused.fill();
    assert_eq!(form.get("h.deliver_to"), long);
    for figure in ["NaN", "1e400", "∞", "--1", "1.2.3", "١٢"] {
        let refused = wang.send(form.set("l.1.qty", figure), "sign").await;
        assert_eq!(refused.status, 422, "{figure}");
        form = refused.fill();
        assert_eq!(form.get("l.1.qty"), figure);
    }
    // What turns the reading direction of all that follows is not for paper that is signed; letters written so are.
    form.set("h.deliver_to", "مرحبا \u{202e}txet")
        .set("l.1.qty", "10");
    let refused = wang.send(&form, "sign").await;
    refused.must_have("含有控制字符或不可见字符");
    form = refused.fill();
    let odd = "مرحبا 😀 𠮷野家";
    form.set("h.deliver_to", odd)
        .set("l.1.qty", "１０")
        .set("h.deliver_by", "２０２６－０４－０９");
    let done = wang.send(&form, "sign").await;
    done.must_have(odd)
        .must_have("20.00")
        .must_have("2026-04-09");
}

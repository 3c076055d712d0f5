//! A purchase from order to shelf by six persons with browsers that run no scripts: plain forms, links, redirects.

use crate::common::Company;
use crate::desk::{Desk, purchase};

const FLOW: &str = "gsp.purchase_inbound";

#[tokio::test]
async fn six_persons_take_a_purchase_to_the_shelf() {
    let company = Company::new().await;
    let slips = purchase(&company, "100").await;
    let mut zhou = Desk::log_in(&company, "zhou", "zh").await;
    let order = zhou.get(&format!("/slips/{}", slips[0])).await;
    for number in [
        "CG20260401-0001",
        "SH20260401-0001",
        "TZ20260401-0001",
        "YS20260401-0001",
        "RK20260401-0001",
    ] {
        order.must_have(number);
    }
    for name in [
        "wang 先生",
        "li 先生",
        "zhao 先生",
        "qian 先生",
        "sun 先生",
        "zhou 先生",
    ] {
        order.must_have(name);
    }
    order.must_have("已执行").must_have("供货单位 → 在途");
    // Columns of what no line says are left out; the others stand.
    let receipt = zhou.get(&format!("/slips/{}", slips[1])).await;
    receipt.must_have("B240101");
    let heads = receipt.html.matches("<th scope=\"col\"").count();
    for (head, stands) in [("批号", true), ("有效期至", true), ("追溯码", false)] {
        assert_eq!(
            receipt.html.contains(&format!(">{head}</th>")),
            stands,
            "{head} of {heads}"
        );
    }
    zhou.get("/ledgers/gsp.stock")
        .await
        .must_have("合格品区")
        .must_have("B240101");
    let statement = zhou
        .get("/ledgers/gsp.stock/statement?place=good&key=A001%2FB240101")
        .await;
    statement.must_have("RK20260401-0001").must_have("100");
    let link = statement.link("/slips/");
    assert_eq!(zhou.get(&link).await.slip(), slips[4]);
    zhou.get("/ledgers/gsp.gl").await.must_have("1,250.00");
}

#[tokio::test]
async fn a_refused_form_keeps_all_that_was_typed_and_says_what_is_wrong_where() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let page = wang.get(&format!("/new/{FLOW}.order.fill")).await;
    let mut form = page.fill();
    form.set("h.supplier", "S01")
        .set("h.payment", "<b>月结 & \"30\" 天</b>")
        .set("l.1.item", "A001")
        .set("l.1.qty", "abc")
        .set("l.1.price", "12.50")
        .set("l.2.item", "NONE")
        .set("l.2.qty", "-3")
        .set("l.2.price", "1");
    let refused = wang.send(&form, "sign").await;
    assert_eq!(refused.status, 422);
    let again = refused.fill();
    for (name, text) in &form.fields {
        if name.starts_with("h.") || (name.starts_with("l.1.") || name.starts_with("l.2.")) {
            assert_eq!(again.get(name), text, "{name}");
        }
    }
    assert_eq!(
        again.get("_key"),
        form.get("_key"),
        "what was refused may be sent again under its key"
    );
    for (id, words) in [
        ("r-l.1.qty", "第 1 行"),
        ("r-l.2.qty", "须 数量 > 0"),
        ("r-l.2.item", "NONE"),
    ] {
        assert!(
            refused.html.contains(&format!("id=\"{id}\"")),
            "{id}: {}",
            refused.html
        );
        refused.must_have(words);
    }
    assert!(
        !refused.html.contains("<b>月结"),
        "what was typed never becomes markup"
    );
    // Nothing was taken: no number, no slip.
    assert!(wang.get("/slips").await.has("没有符合条件的记录"));
    let mut again = again;
    again
        .set("l.1.qty", "１００")
        .set("l.2.item", "B002")
        .set("l.2.qty", "1,000");
    let done = wang.send(&again, "sign").await;
    done.must_have("CG20260401-0001")
        .must_have("1,000")
        .must_have("<b>月结 & \"30\" 天</b>");
}

#[tokio::test]
async fn a_guard_and_a_draw_are_shown_at_their_fields_in_english_too() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "en").await;
    let mut form = wang.get(&format!("/new/{FLOW}.order.fill")).await.fill();
    form.set("h.supplier", "S02")
        .set("l.1.item", "A001")
        .set("l.1.qty", "100")
        .set("l.1.price", "12.5");
    let refused = wang.send(&form, "sign").await;
    assert_eq!(refused.status, 422);
    refused.must_have("gsp.purchase_inbound.order.supplier_licensed");
    let mut form = refused.fill();
    let order = wang
        .send(form.set("h.supplier", "S01"), "sign")
        .await
        .slip();
    let mut li = Desk::log_in(&company, "li", "en").await;
    let page = li.get(&format!("/slips/{order}")).await;
    li.send(&page.form("order.approve"), "").await;

    let mut zhao = Desk::log_in(&company, "zhao", "en").await;
    let page = zhao
        .get(&format!("/new/{FLOW}.receipt.fill?from={order}"))
        .await;
    let mut form = page.fill();
    assert_eq!(form.get("l.1.qty"), "100", "what remains is offered");
    assert_eq!(form.get("l.1.refused"), "0", "the default stands there");
    form.set("h.delivery_note", "DN1")
        .set("h.transport", "常温")
        .set("h.arrived", "2026-04-01 09:30")
        .set("l.1.batch", "B1")
        .set("l.1.made", "2026-01-01")
        .set("l.1.expiry", "2026-05-01")
        .set("l.1.qty", "60");
    // The line is split where no script runs: the server copies it.
    let split = zhao.send(&form, "copy.1").await;
    assert_eq!(split.status, 200);
    let mut form = split.fill();
    assert_eq!(form.get("l.2.source"), form.get("l.1.source"));
    form.set("l.2.batch", "B2")
        .set("l.2.qty", "50")
        .set("l.1.expiry", "2028-01-01")
        .set("l.2.expiry", "2028-01-01");
    let refused = zhao.send(&form, "sign").await;
    assert_eq!(refused.status, 422);
    refused.must_have("Line 2").must_have("draws");
    assert!(refused.html.contains("id=\"r-l.2.qty\""));
    let mut form = refused.fill();
    form.set("l.2.qty", "40").set("l.2.expiry", "2026-05-01");
    let refused = zhao.send(&form, "sign").await;
    refused.must_have("gsp.purchase_inbound.receipt.shelf_life");
    let mut form = refused.fill();
    let receipt = zhao
        .send(form.set("l.2.expiry", "2028-02-01"), "sign")
        .await;
    receipt
        .must_have("B1")
        .must_have("B2")
        .must_have("2026-04-01 09:30");
    let order = zhao.get(&format!("/slips/{order}")).await;
    assert!(!order.has("Awaits Receive the goods"), "{}", order.text());
}

#[tokio::test]
async fn lines_that_did_not_come_are_left_for_a_later_delivery() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let mut form = wang.get(&format!("/new/{FLOW}.order.fill")).await.fill();
    form.set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", "10")
        .set("l.1.price", "1")
        .set("l.2.item", "B002")
        .set("l.2.qty", "20")
        .set("l.2.price", "2");
    let order = wang.send(&form, "sign").await.slip();
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let page = li.get(&format!("/slips/{order}")).await;
    li.send(&page.form("order.approve"), "").await;
    let mut zhao = Desk::log_in(&company, "zhao", "zh").await;
    let mut form = zhao
        .get(&format!("/new/{FLOW}.receipt.fill?from={order}"))
        .await
        .fill();
    form.set("h.delivery_note", "DN1")
        .set("h.transport", "常温")
        .set("l.1.batch", "B1")
        .set("l.1.made", "2026-01-01")
        .set("l.1.expiry", "2028-01-01")
        .set("l.2.qty", "");
    let receipt = zhao.send(&form, "sign").await;
    assert_eq!(receipt.status, 200, "{}", receipt.text());
    receipt.must_have("阿司匹林");
    assert!(!receipt.has("胰岛素"), "{}", receipt.text());
    let form = zhao
        .get(&format!("/new/{FLOW}.receipt.fill?from={order}"))
        .await
        .fill();
    assert_eq!(form.get("l.1.qty"), "20");
    assert!(
        form.fields
            .iter()
            .all(|(name, _)| !name.starts_with("l.2."))
    );
    // A line typed half is not left out in silence.
    let mut form = form;
    form.set("h.delivery_note", "DN2")
        .set("h.transport", "冷藏")
        .set("l.1.batch", "B9")
        .set("l.1.qty", "");
    assert_eq!(zhao.send(&form, "sign").await.status, 422);
}

#[tokio::test]
async fn the_same_form_sent_twice_signs_once() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let mut form = wang.get(&format!("/new/{FLOW}.order.fill")).await.fill();
    form.set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", "1")
        .set("l.1.price", "1");
    let first = wang.send(&form, "sign").await.slip();
    let second = wang.send(&form, "sign").await.slip();
    assert_eq!(first, second);
    let other = wang.send(form.set("l.1.qty", "2"), "sign").await;
    assert_eq!(other.status, 409);
    other.must_have("key_reused");
    assert_eq!(other.fill().get("l.1.qty"), "2");
}

#[tokio::test]
async fn a_signature_over_a_page_that_is_out_of_date_is_refused() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let mut form = wang.get(&format!("/new/{FLOW}.order.fill")).await.fill();
    form.set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", "1")
        .set("l.1.price", "1");
    let order = wang.send(&form, "sign").await.slip();
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let seen = li.get(&format!("/slips/{order}")).await;
    // Meanwhile the buyer takes it back and changes the price.
    let page = wang.get(&format!("/slips/{order}")).await;
    wang.send(&page.form("act/withdraw"), "")
        .await
        .must_have("已撤回签字");
    let page = wang
        .get(&format!("/slips/{order}/sign/{FLOW}.order.fill"))
        .await;
    let mut form = page.fill();
    assert_eq!(
        (form.get("h.supplier"), form.get("l.1.price")),
        ("S01", "1.00"),
        "what was signed stands there"
    );
    wang.send(form.set("l.1.price", "999"), "sign")
        .await
        .must_have("999.00");
    let refused = li.send(&seen.form("order.approve"), "").await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    refused.must_have("stale");
    let history = li.get(&format!("/slips/{order}")).await;
    history
        .must_have("被拒")
        .must_have("第 1 行 单价")
        .must_have("999");
    li.send(&history.form("order.approve"), "")
        .await
        .must_have("已签字");
}

#[tokio::test]
async fn nobody_signs_what_is_not_his_through_a_page() {
    let company = Company::new().await;
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let mut form = li.get(&format!("/new/{FLOW}.order.fill")).await.fill();
    form.set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", "1")
        .set("l.1.price", "1");
    let page = li.send(&form, "sign").await;
    let order = page.slip();
    // 制单不审单: his own order offers him no signature, says why, and takes none.
    page.must_have("您不能办理").must_have("不得为同一人");
    assert!(!page.html.contains(&format!("sign/{FLOW}.order.approve")));
    assert!(li.get("/inbox").await.has("须他人办理"));
    let rows = company.rows();
    let csrf = page.form("act/comment").get("_csrf").to_owned();
    let slip = company
        .app
        .store()
        .slip(crate::common::ORG, kernel::SlipId(order))
        .unwrap()
        .unwrap();
    let seen = format!("{order}:{}", slip.content);
    let fields = [("_csrf", csrf.as_str()), ("_key", "k1"), ("_seen", &seen)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let refused = li
        .send_fields(
            &format!("/slips/{order}/sign/{FLOW}.order.approve"),
            &fields,
        )
        .await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert_eq!(
        company.rows(),
        rows + 1,
        "the attempt stands in the journal"
    );
    let mut zhou = Desk::log_in(&company, "zhou", "en").await;
    let refused = zhou.get(&format!("/new/{FLOW}.order.fill")).await;
    assert_eq!(refused.status, 403);
    refused.must_have("must be done by");
}

#[tokio::test]
async fn a_form_of_another_session_or_of_none_does_nothing() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let mut form = wang.get(&format!("/new/{FLOW}.order.fill")).await.fill();
    form.set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", "1")
        .set("l.1.price", "1");
    let mut li = Desk::log_in(&company, "li", "zh").await;
    for (who, desk) in [("wang", &mut wang), ("li", &mut li)] {
        let mut forged = form.clone();
        if who == "wang" {
            forged.set("_csrf", &"0".repeat(64));
        }
        let refused = desk.send(&forged, "sign").await;
        assert_eq!(refused.status, 403, "{who}");
        refused.must_have("csrf");
    }
    let mut nobody = Desk::empty(&company, "zh");
    let page = nobody.send(&form, "sign").await;
    assert!(page.url.starts_with("/login"), "{}", page.url);
    assert!(li.get("/slips").await.has("没有符合条件的记录"));
    let mut zhou = Desk::empty(&company, "en");
    assert_eq!(
        zhou.get("/ledgers/gsp.stock?place=good").await.url,
        "/login?next=%2Fledgers%2Fgsp.stock%3Fplace%3Dgood"
    );
}

#[tokio::test]
async fn what_is_typed_is_kept_as_a_draft_and_gone_when_it_is_signed() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let page = wang.get(&format!("/new/{FLOW}.order.fill")).await;
    let mut form = page.fill();
    form.set("h.supplier", "S01")
        .set("l.2.item", "A001")
        .set("l.2.qty", "7");
    let saved = wang.send(&form, "save").await;
    saved.must_have("草稿已保存");
    let drafts = wang.get("/inbox/drafts").await;
    drafts.must_have("采购订单填制").must_have("S01");
    let kept = wang.get(&drafts.link("draft=")).await.fill();
    assert_eq!((kept.get("h.supplier"), kept.get("l.1.qty")), ("S01", "7"));
    // As the script saves it: by its name, and the answer says where it is.
    let csrf = kept.get("_csrf").to_owned();
    let mut body = serde_json::Map::new();
    for (name, value) in &kept.fields {
        body.insert(name.clone(), value.clone().into());
    }
    body.insert("l.1.price".into(), "3".into());
    let reply = wang.send_json("/drafts", &csrf, &body.clone().into()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let told = reply.json();
    assert_eq!(
        told["hidden"]["_draft"],
        kept.get("_draft"),
        "it is the same draft"
    );
    assert_eq!(told["at"], "12:00");
    assert_eq!(
        wang.send_json("/drafts", "forged", &body.into())
            .await
            .status,
        403
    );
    let url = told["url"].as_str().unwrap().to_owned();
    let page = wang.get(&url).await;
    let mut form = page.fill();
    assert_eq!(form.get("l.1.price"), "3");
    let mut li = Desk::log_in(&company, "li", "zh").await;
    assert_eq!(
        li.get(&url).await.fill().get("h.supplier"),
        "",
        "a draft is its writer's alone"
    );
    wang.send(form.set("_key", "k2"), "sign")
        .await
        .must_have("CG20260401-0001");
    wang.get("/inbox/drafts").await.must_have("没有草稿");
    let page = wang.get(&format!("/new/{FLOW}.order.fill")).await;
    let mut form = page.fill();
    let page = wang.send(form.set("h.payment", "x"), "save").await;
    wang.send(&page.fill(), "discard")
        .await
        .must_have("没有草稿");
}

#[tokio::test]
async fn more_blank_lines_come_from_the_server_where_no_script_runs() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let mut form = wang.get(&format!("/new/{FLOW}.order.fill")).await.fill();
    form.set("h.supplier", "S01");
    for line in 1..=3 {
        form.set(&format!("l.{line}.item"), "A001")
            .set(&format!("l.{line}.qty"), "1")
            .set(&format!("l.{line}.price"), "1");
    }
    let more = wang.send(&form, "more").await;
    let mut form = more.fill();
    form.set("l.5.item", "B002")
        .set("l.5.qty", "2")
        .set("l.5.price", "2");
    let fewer = wang.send(&form, "remove.2").await;
    let page = wang.send(&fewer.fill(), "sign").await;
    page.must_have("胰岛素").must_have("CG20260401-0001");
    assert_eq!(
        page.text().matches("阿司匹林").count(),
        2,
        "{}",
        page.text()
    );
}

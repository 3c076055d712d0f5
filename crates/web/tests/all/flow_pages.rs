//! The page of a flow: counts that lead to lists, where a slip is and who can act, and the flow as a file.

use crate::common::Company;
use crate::desk::Desk;

const FLOW: &str = "gsp.purchase_inbound";

async fn order(desk: &mut Desk<'_>) -> i64 {
    let mut form = desk.get(&format!("/new/{FLOW}.order.fill")).await.fill();
    form.set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", "10")
        .set("l.1.price", "2");
    desk.send(&form, "sign").await.slip()
}

#[tokio::test]
async fn a_slip_says_who_can_act_and_who_cannot_and_why() {
    let company = Company::new().await;
    // li holds both roles; what he orders another must approve.
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let own = order(&mut li).await;
    let page = li.get(&format!("/flows/{FLOW}?slip={own}")).await;
    page.must_have("现在在哪里")
        .must_have("等待")
        .must_have("采购订单审核")
        .must_have("不能办")
        .must_have("li 先生：")
        .must_have("不得为同一人")
        .must_have("尚无人可办");
    // What comes after, and by which role.
    page.must_have("采购收货（收货员）");
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let order = order(&mut wang).await;
    let page = wang.get(&format!("/flows/{FLOW}?slip={order}")).await;
    page.must_have("li 先生");
    assert!(!page.has("尚无人可办"), "{}", page.text());
    // Lent to sun, sun can act too, and it says for whom.
    let mut form = li.get("/me").await.form("/me/deputise");
    form.set("to", "sun")
        .set("from", "2026-04-01")
        .set("until", "2026-04-30");
    li.send(&form, "").await.must_have("已委托");
    wang.get(&format!("/flows/{FLOW}?slip={order}"))
        .await
        .must_have("sun 先生")
        .must_have("代 li 先生");
    // The law that a guard follows stands with what will be checked.
    let page = li.get(&format!("/slips/{order}")).await;
    li.send(&page.form("order.approve"), "").await;
    wang.get(&format!("/flows/{FLOW}?slip={order}"))
        .await
        .must_have("签字时校验")
        .must_have("现场检查指导原则 *07401")
        .must_have("签字即记账");
}

#[tokio::test]
async fn the_drawing_counts_what_waits_and_leads_to_it() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let path = format!("/flows/{FLOW}");
    assert!(!wang.get(&path).await.html.contains("张在等待"));
    order(&mut wang).await;
    order(&mut wang).await;
    let page = wang.get(&path).await;
    assert!(page.html.contains("2 张在等待"), "{}", page.html);
    let list = wang
        .get(&page.link(&format!("/slips?step={FLOW}.order.approve")))
        .await;
    list.must_have("CG20260401-0001")
        .must_have("CG20260401-0002");
}

#[tokio::test]
async fn a_flow_is_given_out_as_a_file_for_other_tools() {
    let company = Company::new().await;
    for (lang, name) in [("zh", "采购订单审核"), ("en", "Approve purchase order")] {
        let mut wang = Desk::log_in(&company, "wang", lang).await;
        let page = wang.get(&format!("/flows/{FLOW}")).await;
        let file = wang.fetch(&page.link("/bpmn")).await;
        assert_eq!(file.status, 200);
        let kind = file.headers["content-type"].to_str().unwrap();
        assert!(kind.starts_with("application/xml"), "{kind}");
        let disposition = file.headers["content-disposition"].to_str().unwrap();
        assert!(disposition.contains("purchase_inbound.bpmn"));
        let text = file.text();
        assert!(text.contains("<bpmndi:BPMNPlane"), "{text}");
        assert!(text.contains(name) || lang == "en", "{text}");
    }
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    assert_eq!(wang.fetch("/flows/gsp.none/bpmn").await.status, 404);
}

//! Lines from a ledger: one button, without a script, puts them into the form; what is counted blind stays hidden.

use crate::common::Company;
use crate::desk::{Desk, purchase};

#[tokio::test]
async fn a_button_puts_lines_from_the_ledger_into_the_form_and_the_count_is_blind() {
    let company = Company::new().await;
    let mut zhou = Desk::log_in(&company, "zhou", "zh").await;
    let path = "/new/gsp.stocktake.stocktake.fill";
    let page = zhou.get(path).await;
    page.must_have("从账上生成明细");
    let mut form = page.fill();
    form.set("h.scope_of_count", "全部");
    zhou.send(&form, "propose")
        .await
        .must_have("账上没有符合条件的明细");

    purchase(&company, "73").await;
    let page = zhou.send(&form, "propose").await;
    assert!(page.html.contains("value=\"A-01-03\""), "{}", page.html);
    // Asked twice, it says nothing twice.
    let page = zhou.send(&page.fill(), "propose").await;
    let bins = page.html.matches("value=\"A-01-03\"").count();
    assert_eq!(bins, 1, "{}", page.html);
    let sheet = zhou.send(&page.fill(), "sign").await;
    // The sheet holds what the books say lies there, and does not tell how much.
    sheet.must_have("占用");
    assert!(sheet.has("****") && !sheet.has("73"), "{}", sheet.text());
    let sheet = sheet.slip();

    let count = zhou
        .get(&format!("/new/gsp.stocktake.count.fill?from={sheet}"))
        .await;
    // Neither what the books say nor what another counts later stands on the form of who counts first.
    count.must_have("实盘数量");
    for hidden in ["账面数量", "初盘差异", "复盘数量", "73"] {
        assert!(!count.has(hidden), "{}", count.text());
    }
    let mut form = count.fill();
    form.set("l.1.counted", "71");
    let counted = zhou.send(&form, "sign").await;
    counted.must_have("待 复盘");
    assert!(!counted.has("73"), "{}", counted.text());

    // Who counts again is told neither the books nor the difference, nor their sums.
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    let mut grant = admin.get("/admin/people/wu").await.fill();
    grant.set("l.1.role", "gsp.keeper");
    let asked = admin.send(&grant, "sign").await;
    let saved = admin.send(&asked.form("/admin/people/wu"), "sign").await;
    saved.must_have("已保存");
    let mut wu = Desk::log_in(&company, "wu", "zh").await;
    let check = format!("/slips/{}/sign/gsp.stocktake.count.check", counted.slip());
    let again = wu.get(&check).await;
    again.must_have("合计");
    for hidden in [">73<", "\"73\"", ">-2<", "\"-2\"", "data-total=\"book\""] {
        assert!(!again.html.contains(hidden), "{hidden} in {}", again.html);
    }
}

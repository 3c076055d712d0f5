//! Everything else that is done with a slip, and around it, by plain forms: taking back, passing on, talking, attaching,
//! deputising, recording, people.

use crate::common::Company;
use crate::desk::{Desk, Page, purchase};

const FLOW: &str = "gsp.purchase_inbound";

/// An order that waits for its approval.
async fn order(company: &Company) -> i64 {
    let mut wang = Desk::log_in(company, "wang", "zh").await;
    let mut form = wang.get(&format!("/new/{FLOW}.order.fill")).await.fill();
    form.set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", "10")
        .set("l.1.price", "2");
    wang.send(&form, "sign").await.slip()
}

/// Does an act through its page, with a reason.
async fn act(desk: &mut Desk<'_>, slip: i64, act: &str, typed: &[(&str, &str)]) -> Page {
    let page = desk.get(&format!("/slips/{slip}/act/{act}")).await;
    let mut form = page.form(&format!("/act/{}", act.split('?').next().unwrap_or("")));
    for (name, text) in typed {
        form.set(name, text);
    }
    desk.send(&form, "").await
}

#[tokio::test]
async fn a_slip_is_returned_with_a_reason_filled_in_again_and_voided() {
    let company = Company::new().await;
    let slip = order(&company).await;
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let refused = act(&mut li, slip, "return", &[("reason", " ")]).await;
    assert_eq!(refused.status, 422);
    refused.must_have("须写明原因");
    act(&mut li, slip, "return", &[("reason", "单价偏高")])
        .await
        .must_have("已退回")
        .must_have("单价偏高");
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let inbox = wang.get("/inbox").await;
    inbox.must_have("已退回").must_have("单价偏高");
    let page = wang.get(&inbox.link("/sign/")).await;
    let mut form = page.fill();
    wang.send(form.set("l.1.price", "1.5"), "sign")
        .await
        .must_have("15.00");
    li.get(&format!("/slips/{slip}"))
        .await
        .must_have("第 1 行 单价");
    act(&mut wang, slip, "void", &[("reason", "不要了")])
        .await
        .must_have("已作废")
        .must_have("不要了");
    let refused = act(&mut wang, slip, "void", &[("reason", "again")]).await;
    assert_eq!(refused.status, 409);
}

#[tokio::test]
async fn a_reversal_takes_two_persons_and_leaves_red_letters() {
    let company = Company::new().await;
    let slips = purchase(&company, "100").await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let early = act(&mut wang, slips[0], "ask-reversal", &[("reason", "x")]).await;
    assert_eq!(early.status, 409, "later slips stand on it");
    let slip = order(&company).await;
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let page = li.get(&format!("/slips/{slip}")).await;
    li.send(&page.form("order.approve"), "").await;
    act(&mut wang, slip, "ask-reversal", &[("reason", "缺货")])
        .await
        .must_have("待确认冲销")
        .must_have("等待确认：li 先生");
    li.get("/inbox")
        .await
        .must_have("确认冲销")
        .must_have("缺货");
    let page = act(&mut li, slip, "reverse", &[]).await;
    page.must_have("已冲销").must_have("红字").must_have("-10");
    let statement = li
        .get("/ledgers/gsp.on_order/statement?place=transit&key=A001")
        .await;
    assert!(
        statement.html.contains("class=\"red\""),
        "red letters are red"
    );
    assert_eq!(
        act(&mut wang, slip, "refuse-reversal", &[("reason", "x")])
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn work_is_passed_on_to_those_who_may_and_added_signers_come_first() {
    let company = Company::new().await;
    let slip = order(&company).await;
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let step = format!("{FLOW}.order.approve");
    let page = li
        .get(&format!("/slips/{slip}/act/hand-over?step={step}"))
        .await;
    page.must_have("没有其他合适的人员");
    let added = act(
        &mut li,
        slip,
        &format!("add-signer?step={step}"),
        &[("signer", "qian"), ("reason", "请看一下")],
    )
    .await;
    added.must_have("已加签").must_have("请 qian 先生 加签");
    let refused = {
        let page = li.get(&format!("/slips/{slip}")).await;
        assert!(
            !page
                .html
                .contains(&format!("action=\"/slips/{slip}/sign/{step}")),
            "not before the added signer"
        );
        page
    };
    refused.must_have("尚待加签人");
    let mut qian = Desk::log_in(&company, "qian", "zh").await;
    qian.get("/inbox")
        .await
        .must_have("加签")
        .must_have("请看一下");
    act(
        &mut qian,
        slip,
        &format!("cosign?step={step}"),
        &[("reason", "同意")],
    )
    .await
    .must_have("已签字");
    let page = li.get(&format!("/slips/{slip}")).await;
    page.must_have("加签人签字：同意");
    li.send(&page.form("order.approve"), "")
        .await
        .must_have("已签字");
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    act(&mut wang, slip, "copy-to", &[("to", "zhou")])
        .await
        .must_have("抄送 zhou 先生");
    let mut zhou = Desk::log_in(&company, "zhou", "zh").await;
    zhou.get("/inbox/watched")
        .await
        .must_have("CG20260401-0001")
        .must_have("wang 先生 抄送给您");
    let mut sun = Desk::log_in(&company, "sun", "zh").await;
    sun.get("/inbox/watched").await.must_have("没有关注的单据");
    // He takes it out of his sight, and watches it by himself again.
    for (watch, said) in [("1", "已关注"), ("0", "不再关注")] {
        let mut form = zhou.get(&format!("/slips/{slip}")).await.form("/watch");
        form.fields.push(("watch".to_owned(), watch.to_owned()));
        zhou.send(&form, "").await.must_have(said);
    }
    zhou.get("/inbox/watched").await.must_have("没有关注的单据");
    act(&mut wang, slip, "remind", &[("reason", "快一点")])
        .await
        .must_have("催办：快一点");
    Desk::log_in(&company, "zhao", "zh")
        .await
        .get("/inbox")
        .await
        .must_have("催办 ×1");
}

#[tokio::test]
async fn comments_and_files_are_kept_with_the_slip() {
    let company = Company::new().await;
    let slip = order(&company).await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let page = wang.get(&format!("/slips/{slip}")).await;
    let mut form = page.form("act/comment");
    let said = wang
        .send(form.set("text", "<script>alert(1)</script>\n第二行"), "")
        .await;
    said.must_have("<script>alert(1)</script>");
    assert!(!said.html.contains("<script>alert"));
    let form = said.form("/attach");
    let done = wang.upload(&form, "检验报告.pdf", b"%PDF-1.7 report").await;
    done.must_have("附件已上传").must_have("检验报告.pdf");
    let file = wang.fetch(&done.link("/files/")).await;
    assert_eq!(file.bytes, b"%PDF-1.7 report");
    assert_eq!(file.headers["content-type"], "application/pdf");
    assert!(
        file.headers["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    let form = wang.get(&format!("/slips/{slip}")).await.form("/attach");
    let refused = wang.upload(&form, "page.html", b"<script>").await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let other = order(&company).await;
    let hash = done.link("/files/").split('/').nth(4).unwrap().to_owned();
    assert_eq!(
        wang.fetch(&format!("/slips/{other}/files/{hash}/x.pdf"))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn a_deputy_signs_for_another_and_both_are_named() {
    let company = Company::new().await;
    let slip = order(&company).await;
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let mut form = li.get("/me").await.form("/me/deputise");
    form.set("to", "sun")
        .set("from", "2026-04-01")
        .set("until", "2027-12-31");
    let refused = li.send(&form, "").await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.form("/me/deputise").get("until"), "2027-12-31");
    li.send(form.set("until", "2026-04-30"), "")
        .await
        .must_have("已委托")
        .must_have("sun 先生");
    let mut sun = Desk::log_in(&company, "sun", "zh").await;
    let inbox = sun.get("/inbox").await;
    inbox.must_have("代 li 先生");
    let page = sun.get(&inbox.link(&format!("/slips/{slip}"))).await;
    page.must_have("（代li 先生）");
    let done = sun.send(&page.form("order.approve"), "").await;
    done.must_have("代 li 先生");
    // Or for a while, on every page.
    let page = sun.get("/me").await;
    let acting = sun.send(&page.form("/behalf"), "").await;
    acting.must_have("正在代");
    acting.must_have("采购订单");
    let mut form = sun.get(&format!("/new/{FLOW}.order.fill")).await.fill();
    form.set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", "1")
        .set("l.1.price", "1");
    sun.send(&form, "sign").await.must_have("代 li 先生");
    let page = sun.get("/inbox").await;
    assert!(!sun.send(&page.form("/behalf"), "").await.has("正在代"));
}

/// The boxes by which slips are chosen, all ticked.
fn tasks(page: &Page) -> Vec<(String, String)> {
    page.html
        .match_indices("name=\"task\" value=\"")
        .map(|(at, found)| {
            let rest = &page.html[at + found.len()..];
            (
                "task".to_owned(),
                rest[..rest.find('"').unwrap()].to_owned(),
            )
        })
        .collect()
}

#[tokio::test]
async fn several_are_signed_at_once_each_for_itself() {
    let company = Company::new().await;
    let (first, second) = (order(&company).await, order(&company).await);
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let page = li.get("/inbox").await;
    let mut form = page.form("/inbox/batch");
    let chosen = tasks(&page);
    assert_eq!(chosen.len(), 2);
    form.fields.extend(chosen);
    // One page shows all that would be signed, with every line.
    let shown = li.send(&form, "").await;
    shown
        .must_have("采购订单审核 ×2")
        .must_have("阿司匹林")
        .must_have("供货一");
    let mut sign = shown.form("/inbox/sign");
    sign.fields.retain(|(name, _)| name != "task");
    sign.fields.extend(tasks(&shown));
    // One of them changes before the button is pressed.
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let own = wang.get(&format!("/slips/{second}")).await;
    wang.send(&own.form("act/withdraw"), "").await;
    let mut again = wang
        .get(&format!("/slips/{second}/sign/{FLOW}.order.fill"))
        .await
        .fill();
    wang.send(again.set("l.1.qty", "99"), "sign").await;
    let done = li.send(&sign, "").await;
    done.must_have("已签字 1 张，未签 1 张")
        .must_have("待 采购收货");
    assert!(done.html.contains("stale\""), "{}", done.html);
    // What was signed is what stood on the page, to the digest.
    let signed = || {
        let mut rows = company.journal();
        rows.retain(|row| {
            row.slip == Some(kernel::SlipId(first))
                && &*row.actor == "li"
                && &*row.outcome == "done"
        });
        rows
    };
    let digest = tasks(&shown)[0].1.split(':').nth(1).unwrap().to_owned();
    assert_eq!(signed().len(), 1);
    assert!(signed()[0].request.contains(&digest));
    // Sent again, the page signs nothing again and says the same of it.
    li.send(&sign, "").await.must_have("已签字 1 张，未签 1 张");
    assert_eq!(signed().len(), 1);
    // Nothing selected is nothing done.
    let mut none = form.clone();
    none.fields.retain(|(name, _)| name != "task");
    li.send(&none, "").await.must_have("没有勾选单据");
    li.get(&format!("/slips/{first}"))
        .await
        .must_have("待 采购收货");
    li.get(&format!("/slips/{second}"))
        .await
        .must_have("待 采购订单审核");
}

#[tokio::test]
async fn an_administrator_records_facts_and_every_version_stays() {
    let company = Company::new().await;
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    let mut form = admin.get("/admin/registers/gsp.party/new").await.fill();
    form.set("h._key_", "S01")
        .set("h.name", "供货三")
        .set("h.licence_until", "2028-13-01");
    let taken = admin.send(&form, "").await;
    assert_eq!(taken.status, 403);
    taken.must_have("已有记录");
    assert_eq!(taken.fill().get("h.name"), "供货三");
    let refused = admin.send(form.set("h._key_", "S03"), "").await;
    assert_eq!(refused.status, 422);
    let mut form = refused.fill();
    form.set("h._from_", "2026-03-01")
        .set("h.licence_until", "2026-05-01")
        .set("h.bank_account", "6222020200012345678");
    let done = admin.send(&form, "").await;
    done.must_have("已登记")
        .must_have("S03")
        .must_have("还有 30 天到期");
    assert!(
        !done.html.contains("6222020200012345678"),
        "a bank account is masked"
    );
    // What is on record is changed by slips alone: no form, the way to the slip for those who may begin it, and a row of the
    // journal for who tries all the same.
    let path = "/admin/registers/gsp.party/change/S03";
    let page = admin.get(path).await;
    page.must_have("不能直接改动").must_have("资料更改申请");
    assert!(!page.has("登记"), "{}", page.text());
    company
        .changed("party", "S03", &[("name", "供货三厂")])
        .await;
    let now = admin.get("/registers/gsp.party/S03").await;
    now.must_have("版本")
        .must_have("供货三厂")
        .must_have("ZG20260401-0001")
        .must_have("5678");
    admin
        .get("/registers/gsp.party/S03?version=1")
        .await
        .must_have("2026-03-31");
    admin
        .get("/registers/gsp.party?on=2026-03-02&q=S03")
        .await
        .must_have("供货三");
    // What may be changed of a partner comes before what may be changed of anything else.
    let mut qian = Desk::log_in(&company, "qian", "zh").await;
    let path = "/new/gsp.data_change.change_request.fill?h.kind=party&h.code=S03";
    let page = qian.get(path).await;
    let at = |field: &str| {
        page.html
            .find(&format!("value=\"{field}\""))
            .expect("a choice")
    };
    assert!(at("licence_number") < at("generic_name"), "{}", page.html);
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let found = wang.fetch("/lookup/gsp.party?q=S0").await.json();
    assert_eq!(found[0]["code"], "S01");
    assert!(
        found
            .as_array()
            .unwrap()
            .iter()
            .all(|one| !one.to_string().contains("62220202"))
    );
    let found = wang.fetch("/lookup/person?q=zh").await.json();
    assert_eq!(found.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_administrator_makes_people_but_never_himself() {
    let company = Company::new().await;
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    let mut form = admin.get("/admin/new-person").await.fill();
    form.set("h.login", "new one")
        .set("h.name", "新人")
        .set("h.identity", "id-9")
        .set("l.1.role", "gsp.keeper")
        .set("l.1.until", "2026-02-30");
    let refused = admin.send(&form, "").await;
    assert_eq!(refused.status, 422);
    let mut form = refused.fill();
    assert_eq!(
        (form.get("l.1.role"), form.get("l.1.until")),
        ("gsp.keeper", "2026-02-30")
    );
    let refused = admin.send(form.set("l.1.until", ""), "").await;
    refused.must_have("账号须为");
    let mut form = refused.fill();
    let asked = admin.send(form.set("h.login", "newone"), "").await;
    asked
        .must_have("还没有保存")
        .must_have("将能签的环节")
        .must_have("入库");
    let done = admin.send(&asked.form("/admin/new-person"), "sign").await;
    done.must_have("已新增").must_have("保管员");
    let page = admin.get("/admin/people/newone/password").await;
    let shown = admin.send(&page.form("/password"), "").await;
    let password = shown
        .html
        .split("data-secret>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned();
    let mut newone = Desk::empty(&company, "zh");
    let mut form = newone.get("/login").await.form("/login");
    let page = newone
        .send(form.set("name", "newone").set("password", &password), "")
        .await;
    assert_eq!(
        page.url, "/password",
        "a password set by another must be replaced first"
    );
    let mut form = page.form("/password");
    form.set("old", &password)
        .set("password", "quite another one")
        .set("again", "quite another one");
    assert_eq!(newone.send(&form, "").await.status, 200);
    newone.get("/inbox").await.must_have("待办");
    let mut form = admin.get("/admin/people/newone").await.fill();
    let asked = admin.send(form.drop("h.active"), "").await;
    asked.must_have("将不能再签的环节");
    admin
        .send(&asked.form("/admin/people/newone"), "sign")
        .await
        .must_have("已保存");
    assert!(
        newone.get("/inbox").await.url.starts_with("/login"),
        "who is out of use is logged out"
    );
    let mut form = admin.get("/admin/people/admin").await.fill();
    let refused = admin
        .send(form.set("l.1.role", "gsp.purchase_manager"), "")
        .await;
    assert_eq!(refused.status, 403);
    refused.must_have("own_grant");
}

#[tokio::test]
async fn sessions_and_tokens_are_seen_and_ended() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let mut other = Desk::log_in(&company, "wang", "zh").await;
    let mut form = wang.get("/me").await.form("/me/tokens");
    form.set("name", "磅秤").set("days", "400");
    assert_eq!(wang.send(&form, "").await.status, 422);
    let page = wang.send(form.set("days", "30"), "").await;
    page.must_have("令牌只显示这一次")
        .must_have("磅秤")
        .must_have("程序令牌");
    let mut page = page;
    for _ in 0..2 {
        let form = page.form("/me/revoke");
        page = wang.send(&form, "").await;
        page.must_have("已结束");
    }
    assert!(other.get("/inbox").await.url.starts_with("/login"));
    assert_eq!(wang.get("/inbox").await.status, 200, "one's own goes on");
}

#[tokio::test]
async fn what_went_back_whole_is_not_offered_to_be_sent_back_again() {
    let company = Company::new().await;
    let slips = purchase(&company, "73").await;
    let stocked = *slips.last().expect("a slip");
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let path = "/new/gsp.purchase_return.purchase_return.fill";
    wang.get(path).await.must_have("RK20260401-0001");
    for (qty, offered) in [("70", true), ("3", false)] {
        let page = wang.get(&format!("{path}?from={stocked}")).await;
        let mut form = page.fill();
        form.set("h.reason", "滞销").set("l.1.qty", qty);
        wang.send(&form, "sign").await.slip();
        let page = wang.get(path).await;
        assert_eq!(page.has("RK20260401-0001"), offered, "{}", page.text());
    }
}

//! Codes of packs: scanned, read from a file, found by the search box, listed and taken out of the house as a file.

use serde_json::{Value, json};

use crate::common::Company;
use crate::desk::{Desk, html::Form};

const FLOW: &str = "gsp.purchase_inbound";

fn code(nth: u32) -> String {
    format!("8100001{nth:013}")
}

/// A company that collects the codes of its item; a case holds ten.
async fn collecting() -> Company {
    let company = Company::new().await;
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    let fields = [
        ("trace", "须采集"),
        ("code_small", "8100001，8100002"),
        ("code_large", "8100009"),
        ("per_case", "10"),
    ];
    company.changed("item", "A001", &fields).await;
    let mut form = admin.get("/admin/registers/gsp.code_pack/new").await.fill();
    let inside = format!("{} {}", code(91), code(92));
    form.set("h._key_", "81000090000000000001")
        .set("h.item", "A001")
        .set("h.children", &inside);
    let done = admin.send(&form, "").await;
    assert_eq!(done.status, 200, "{}", done.text());
    company
}

async fn receipt(company: &Company, zhao: &mut Desk<'_>, qty: &str) -> Form {
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
    let page = zhao
        .get(&format!("/new/{FLOW}.receipt.fill?from={order}"))
        .await;
    page.must_have("读入码文件");
    let mut form = page.fill();
    form.set("h.delivery_note", "DN1")
        .set("h.transport", "常温")
        .set("l.1.batch", "B1")
        .set("l.1.made", "2026-01-01")
        .set("l.1.expiry", "2028-01-01");
    form
}

async fn scanned(company: &Company, login: &str, step: &str, code: &str) -> Value {
    let mut desk = Desk::log_in(company, login, "zh").await;
    let reply = desk.fetch(&format!("/scan/gsp.{step}?code={code}")).await;
    match reply.status {
        status if status == 200 => reply.json(),
        _ => reply.code().into(),
    }
}

#[tokio::test]
async fn a_code_is_followed_from_the_scan_to_the_file() {
    let company = collecting().await;
    let fill = "purchase_inbound.receipt.fill";
    let told = scanned(&company, "zhao", fill, &code(1)).await;
    assert_eq!(told["records"][0][1]["code"], "A001");
    assert_eq!(told["count"], "1");
    assert_eq!(told["codes"], json!({"field": "codes", "codes": [code(1)]}));
    let case = scanned(&company, "zhao", fill, "81000090000000000002").await;
    assert_eq!(case["count"], "10");
    // Of a case whose content is on record the codes in it are taken.
    let opened = scanned(&company, "zhao", fill, "81000090000000000001").await;
    assert_eq!(opened["count"], "2");
    assert_eq!(opened["codes"]["codes"], json!([code(91), code(92)]));
    let foreign = scanned(&company, "zhao", fill, "82000010000000000001").await;
    assert_eq!(foreign, "code_unknown");

    let mut zhao = Desk::log_in(&company, "zhao", "zh").await;
    let mut form = receipt(&company, &mut zhao, "3").await;
    form.set("l.1.codes", &code(1));
    let refused = zhao.send(&form, "sign").await;
    refused.must_have("追溯码须与到货（不含拒收）数量相符");
    let mut form = refused.fill();
    form.set(
        "l.1.codes",
        &format!("{}\n{} {}", code(1), code(2), code(3)),
    );
    let done = zhao.send(&form, "sign").await;
    done.must_have("3 个码");
    let slip = done.slip();

    // It is here, and so it can neither come again nor leave before it is in stock.
    let again = scanned(&company, "zhao", fill, &code(1)).await;
    assert_eq!(again, "code_place");
    let early = scanned(&company, "zhou", "sales_out.delivery.issue", &code(1)).await;
    assert_eq!(early, "code_place");

    for (lang, here) in [("zh", "现在 待验区"), ("en", "Now at: Awaiting inspection")] {
        let mut li = Desk::log_in(&company, "li", lang).await;
        let trace = li.get(&format!("/find?q={}", code(1))).await;
        assert!(
            trace.url.contains("/ledgers/gsp.trace_codes/trace"),
            "{}",
            trace.url
        );
        trace
            .must_have(here)
            .must_have("A001")
            .must_have("S01")
            .must_have("SH20260401-0001");
        trace.link("/ledgers/gsp.stock/trace?key=A001%2FB1");
    }

    let list = zhao.get(&format!("/slips/{slip}/codes")).await;
    list.must_have(&code(1)).must_have(&code(3));
    let mut out = list.form("/codes/export");
    out.put("format", "csv");
    let file = zhao.fetch_form(&out).await;
    let text = file.text();
    assert_eq!(text.lines().count(), 4, "{text}");
    let row = text
        .lines()
        .find(|line| line.contains(&code(2)))
        .unwrap_or_default();
    for part in [
        "收货单",
        "SH20260401-0001",
        "S01",
        "A001",
        "B1",
        "2028-01-01",
    ] {
        assert!(row.contains(part), "{part}: {row}");
    }
    let journal = company.journal().into_iter();
    let row = journal.max_by_key(|row| row.seq).expect("a row");
    assert_eq!(
        (&*row.actor, &*row.act, &*row.outcome),
        ("zhao", "export", "done")
    );
}

#[tokio::test]
async fn rows_of_a_relation_file_become_one_line_for_each_large_pack() {
    let company = collecting().await;
    let mut zhou = Desk::log_in(&company, "zhou", "zh").await;
    let step = "gsp.code_relation.relation.fill";
    let mut sending = zhou.get(&format!("/new/{step}")).await.fill();
    sending.action = format!("/lines/{step}");
    sending.fields.retain(|(name, _)| name.starts_with('_'));
    let (a, b) = ("81000090000000000003", "81000090000000000004");
    let mut file = "curCode,parentCode,packLayer\n".to_owned();
    for (nth, parent) in (1..).zip([a, a, b, a, b]) {
        file.push_str(&format!("{},{parent},1\n", code(nth)));
    }
    let page = zhou.upload(&sending, "关系.csv", file.as_bytes()).await;
    let read: Value = serde_json::from_str(&page.html).unwrap_or_default();
    assert_eq!(read["columns"], json!(["parent", "children"]));
    let all = |codes: &[u32]| {
        codes
            .iter()
            .map(|nth| code(*nth))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        read["rows"],
        json!([[a, all(&[1, 2, 4])], [b, all(&[3, 5])]])
    );
    assert_eq!(read["bad"], json!([]));
}

//! Lines of a form from a file: what is read, what is told, and what comes of bytes that are no such file.

use std::fmt::Write as _;

use serde_json::Value;

use crate::common::Company;
use crate::desk::{Desk, html::Form};

const STEP: &str = "gsp.purchase_inbound.order.fill";

/// The form of an order as it is, and the one that sends a file beside it.
async fn forms(desk: &mut Desk<'_>) -> (Form, Form) {
    let form = desk.get(&format!("/new/{STEP}")).await.fill();
    let mut sending = form.clone();
    sending.action = format!("/lines/{STEP}");
    sending.fields.retain(|(name, _)| name.starts_with('_'));
    (form, sending)
}

async fn told(desk: &mut Desk<'_>, form: &Form, name: &str, bytes: &[u8]) -> (u16, Value) {
    let page = desk.upload(form, name, bytes).await;
    let body = serde_json::from_str(&page.html).unwrap_or(Value::Null);
    (page.status, body)
}

#[tokio::test]
async fn a_file_becomes_lines_and_is_attached_when_they_are_signed() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let (mut form, sending) = forms(&mut wang).await;
    // 商品;数量;含税单价;备注 in GB18030.
    let mut bytes = b"\xc9\xcc\xc6\xb7;\xca\xfd\xc1\xbf;price;\xb1\xb8\xd7\xa2\r\n".to_vec();
    bytes.extend(b"A001;\"1,200\";12.50;x\r\nA001;3;8;\r\n");
    let (status, read) = told(&mut wang, &sending, "订单.csv", &bytes).await;
    assert_eq!(status, 200, "{read}");
    assert_eq!(read["columns"], serde_json::json!(["item", "qty", "price"]));
    assert_eq!(
        read["rows"],
        serde_json::json!([["A001", "1200", "12.50"], ["A001", "3", "8"]])
    );
    assert_eq!(read["bad"], serde_json::json!([]));
    let said = read["said"].as_str().unwrap_or_default();
    assert!(said.contains("2 行") && said.contains("备注"), "{said}");
    let mark = read["file"].as_str().unwrap_or_default().to_owned();
    form.set("h.supplier", "S01").set("_files", &mark);
    for (nth, row) in [["A001", "1200", "12.50"], ["A001", "3", "8"]]
        .iter()
        .enumerate()
    {
        for (name, text) in ["item", "qty", "price"].iter().zip(row) {
            form.set(&format!("l.{}.{name}", nth + 1), text);
        }
    }
    // What is refused comes back with the file.
    form.set("h.supplier", "");
    let refused = wang.send(&form, "sign").await;
    assert_eq!(refused.status, 422);
    let mut form = refused.fill();
    assert_eq!(form.get("_files"), mark);
    form.set("h.supplier", "S01");
    let signed = wang.send(&form, "sign").await;
    signed.must_have("已签字").must_have("订单.csv");
    let link = signed.link("/files/");
    let kept = wang.fetch(&link).await;
    assert_eq!(kept.bytes, bytes);
}

#[tokio::test]
async fn mistakes_are_told_with_row_and_column() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "en").await;
    let (_, sending) = forms(&mut wang).await;
    let text = "item\tqty\tprice\nA001\tten\t1\nZZZ\t1\t1\nA001\t4,5\t1\nA001\t1\nA001\t\t1\n";
    let (status, read) = told(&mut wang, &sending, "a.tsv", text.as_bytes()).await;
    assert_eq!(status, 200, "{read}");
    let bad: Vec<&str> = read["bad"]
        .as_array()
        .map(|all| all.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let starts = [
        "Row 2, ", "Row 3, ", "Row 4, ", "Row 5", "Row 5, ", "Row 6, ",
    ];
    assert_eq!(bad.len(), starts.len(), "{bad:#?}");
    for start in starts {
        assert!(bad.iter().any(|one| one.starts_with(start)), "{bad:#?}");
    }
    assert!(bad[0].contains("“ten”"), "{bad:#?}");
    // What could not be read is there as it stood.
    assert_eq!(read["rows"][0][1], "ten");
    assert_eq!(read["rows"][2][1], "4,5");
    assert_eq!(read["rows"][3], serde_json::json!(["A001", "1", ""]));
}

#[tokio::test]
async fn files_without_headings_are_read_in_order() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let (_, sending) = forms(&mut wang).await;
    let (status, read) = told(
        &mut wang,
        &sending,
        "a.txt",
        b"\xef\xbb\xbfA001,5,2\nA001,6,2\n",
    )
    .await;
    assert_eq!(status, 200, "{read}");
    assert_eq!(read["rows"].as_array().map(Vec::len), Some(2), "{read}");
    assert_eq!(read["rows"][0][0], "A001");
}

#[tokio::test]
async fn what_is_no_such_file_is_refused_and_harms_nothing() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let (mut form, sending) = forms(&mut wang).await;
    let mut many = String::from("item,qty,price\n");
    for at in 0..50_000 {
        let _ = writeln!(many, "A001,{at},1");
    }
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    picture.extend((0..4_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8));
    let cases: [(&str, &[u8], &str); 9] = [
        ("empty.csv", b"", ""),
        ("picture.csv", &picture, ""),
        ("broken.xlsx", b"PK\x03\x04 and nothing after it", ""),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xlsx"),
        ("many.csv", many.as_bytes(), "50000"),
        ("other.csv", b"when,how much\nnow,a lot\n", "when"),
        ("short.csv", b"item,price\nA001,1\n", "数量"),
        ("encoding.csv", b"item,qty\n\xff\xfe\xff,1\n", "UTF-8"),
        ("heading.csv", b"item,qty,price\n", "没有数据"),
    ];
    for (name, bytes, words) in cases {
        let (status, read) = told(&mut wang, &sending, name, bytes).await;
        assert_eq!(status, 422, "{name}: {read}");
        assert_eq!(read["refusal"]["code"], "line_file", "{name}: {read}");
        let zh = read["refusal"]["zh"].as_str().unwrap_or_default();
        assert!(zh.contains(words), "{name}: {zh}");
    }
    // Nobody reads files for a step that is not his, and nobody signs another's file into his slip.
    let mut zhao = Desk::log_in(&company, "zhao", "zh").await;
    let csrf = zhao.get("/inbox").await;
    let token = html_csrf(&csrf.html);
    let mut theirs = sending.clone();
    for (name, value) in &mut theirs.fields {
        if name == "_csrf" {
            value.clone_from(&token);
        }
    }
    let good = b"item,qty,price\nA001,5,2\n";
    let (status, read) = told(&mut zhao, &theirs, "a.csv", good).await;
    assert_eq!(status, 403, "{read}");
    form.set("_files", "v1.made-up")
        .set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", "5")
        .set("l.1.price", "2");
    let signed = wang.send(&form, "sign").await;
    signed.must_have("没有附上");
}

/// The token that a page's scripts send.
fn html_csrf(html: &str) -> String {
    let after = html.split("data-csrf=\"").nth(1).unwrap_or_default();
    after.split('"').next().unwrap_or_default().to_owned()
}

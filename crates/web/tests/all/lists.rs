//! Lists as people use them: any field, columns, sums, kept lists, files and prints, and the box that finds everything.

use std::io::Cursor;

use crate::common::Company;
use crate::desk::{Desk, Page, purchase};
use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};

const ORDER: &str = "gsp.purchase_inbound.order";

/// Two purchases, and an order that is not approved.
async fn filled() -> (Company, Vec<i64>) {
    let company = Company::new().await;
    let mut slips = purchase(&company, "100").await;
    slips.extend(purchase(&company, "7").await);
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let mut form = wang
        .get("/new/gsp.purchase_inbound.order.fill")
        .await
        .fill();
    form.set("h.supplier", "S01")
        .set("h.deliver_to", "江北仓库三号门")
        .set("l.1.item", "A001")
        .set("l.1.qty", "30")
        .set("l.1.price", "1.00");
    slips.push(wang.send(&form, "sign").await.slip());
    let store = company.app.store().clone();
    let org = company.app.org();
    tokio::task::spawn_blocking(move || store.index_now(org))
        .await
        .expect("no panic")
        .expect("indexed");
    (company, slips)
}

/// A request that is no command, so it has no key.
async fn post(client: &crate::common::Client<'_>, path: &str, body: Value) -> crate::common::Reply {
    client.company.post(path, Some(&client.token), body).await
}

/// The numbers of the slips on a page, in their order.
fn numbers(page: &Page) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in page.text().split_whitespace() {
        if word.len() == 15 && word.as_bytes()[2..10].iter().all(u8::is_ascii_digit) {
            // The box of a row is named by its number too.
            if out.last().is_none_or(|last| last != word) {
                out.push(word.to_owned());
            }
        }
    }
    out
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn csrf(page: &Page) -> String {
    let form = page.form("/slips/export");
    form.fields
        .iter()
        .find(|(name, _)| name == "_csrf")
        .map(|(_, value)| value.clone())
        .expect("a token")
}

#[tokio::test]
async fn any_field_filters_sorts_and_is_a_column() {
    let (company, _) = filled().await;
    for lang in ["zh", "en"] {
        let mut li = Desk::log_in(&company, "li", lang).await;
        let orders = format!("/slips?kind={ORDER}");
        let cases = [
            ("f0=line.qty&o0=is&a0=7", vec![2]),
            ("f0=line.qty&o0=between&a0=8&b0=50", vec![3]),
            ("f0=line.qty&o0=between&a0=8&b0=", vec![3, 1]),
            ("f0=header.deliver_to&o0=has&a0=%E6%B1%9F%E5%8C%97", vec![3]),
            ("f0=header.deliver_to&o0=empty", vec![2, 1]),
            (
                "f0=header.supplier&o0=is&a0=%E4%BE%9B%E8%B4%A7%E4%B8%80",
                vec![3, 2, 1],
            ),
            ("f0=line.qty&o0=one_of&a0=7%EF%BC%8C30", vec![3, 2]),
            ("f0=line.item&o0=not&a0=A001", vec![]),
            ("f0=state&o0=is&a0=open&f1=line.qty&o1=is&a1=30", vec![3]),
            ("sort=line.qty", vec![2, 3, 1]),
            ("sort=-amount", vec![1, 2, 3]),
        ];
        for (query, wanted) in cases {
            let page = li.get(&format!("{orders}&{query}")).await;
            assert_eq!(page.status, 200);
            let wanted: Vec<String> = wanted
                .into_iter()
                .map(|nth: i32| format!("CG20260401-{nth:04}"))
                .collect();
            assert_eq!(numbers(&page), wanted, "{query}: {}", page.text());
        }
        // Columns of lines make one row per line; they are remembered for this kind.
        let page = li
            .get(&format!(
                "{orders}&c=number&c=line.item&c=line.qty&c=header.supplier"
            ))
            .await;
        page.must_have("阿司匹林").must_have("供货一");
        let page = li.get(&orders).await;
        page.must_have("阿司匹林");
        assert!(!li.get("/slips").await.has("阿司匹林"));
        // What cannot be compared, or is no field of this kind, is said and shows no fault.
        let page = li.get(&format!("{orders}&f0=line.qty&o0=is&a0=many")).await;
        assert_eq!(page.status, 200);
        page.must_have("line.qty");
        let page = li.get("/slips?f0=line.qty&o0=is&a0=7").await;
        page.must_have("line.qty");
    }
}

#[tokio::test]
async fn sums_are_by_any_field() {
    let (company, _) = filled().await;
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let page = li
        .get(&format!("/slips/sums?kind={ORDER}&by=line.item"))
        .await;
    page.must_have("阿司匹林")
        .must_have("137")
        .must_have("1,367.50");
    let page = li.get(&format!("/slips/sums?kind={ORDER}&by=state")).await;
    page.must_have("已执行")
        .must_have("办理中")
        .must_have("1,367.50");
    let page = li.get("/slips/sums?by=month").await;
    page.must_have("2026-04").must_have("11");
    assert_eq!(li.get("/slips/sums").await.status, 200);
}

#[tokio::test]
async fn lists_are_kept_shared_with_a_role_and_removed() {
    let (company, _) = filled().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let list = format!("kind={ORDER}&state=open");
    let page = wang.get(&format!("/slips?{list}")).await;
    let token = csrf(&page);
    let keep = |name: &str, role: &str| {
        pairs(&[
            ("_csrf", &token),
            ("name", name),
            ("role", role),
            ("q", &list),
        ])
    };
    let page = wang
        .send_fields("/slips/views", &keep("我的急单", ""))
        .await;
    page.must_have("已存为视图").must_have("我的急单");
    assert_eq!(numbers(&page), ["CG20260401-0003"]);
    let page = wang
        .send_fields("/slips/views", &keep("采购在办", "gsp.buyer"))
        .await;
    page.must_have("采购在办");
    // Not with a role that is another's.
    let page = wang
        .send_fields("/slips/views", &keep("越权", "gsp.keeper"))
        .await;
    assert_eq!(page.status, 403);
    let page = wang.send_fields("/slips/views", &keep("", "")).await;
    assert_eq!(page.status, 422);

    // Others see neither; the administrator sees what is shared, and removes it.
    let mut zhou = Desk::log_in(&company, "zhou", "zh").await;
    let page = zhou.get("/slips").await;
    assert!(!page.has("采购在办") && !page.has("我的急单"));
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    let page = admin.get("/slips").await;
    page.must_have("采购在办");
    assert!(!page.has("我的急单"));
    let shown = admin.get(&page.link("view=")).await;
    let remove = shown.form("/remove");
    let mine = wang.get("/slips").await.link("view=");
    let other = pairs(&[("_csrf", &csrf(&zhou.get("/slips").await))]);
    let page = zhou.send_fields(&remove.action, &other).await;
    assert_eq!(page.status, 403);
    let page = admin.send(&remove, "").await;
    page.must_have("已移除视图");
    assert!(!wang.get("/slips").await.has("采购在办"));
    let shown = wang.get(&mine).await;
    wang.send(&shown.form("/remove"), "")
        .await
        .must_have("已移除视图");
    assert!(!wang.get("/slips").await.has("我的急单"));
}

fn cells(bytes: &[u8]) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(bytes)).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("rows");
    sheet.rows().map(<[Data]>::to_vec).collect()
}

#[tokio::test]
async fn what_the_filter_shows_leaves_as_a_file_and_stands_in_the_journal() {
    let (company, _) = filled().await;
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let list = format!(
        "kind={ORDER}&c=number&c=day&c=header.supplier&c=line.qty&c=line.amount&sort=line.qty"
    );
    let token = csrf(&li.get(&format!("/slips?{list}")).await);
    let fields = pairs(&[("_csrf", &token), ("q", &list), ("format", "csv")]);
    let before = company.rows();
    let page = li.send_fields("/slips/export", &fields).await;
    let lines: Vec<&str> = page.html.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(
        lines,
        [
            "单号,日期,供货单位 编码,供货单位,明细·数量,明细·金额",
            "CG20260401-0002,2026-04-01,S01,供货一,7,87.50",
            "CG20260401-0003,2026-04-01,S01,供货一,30,30.00",
            "CG20260401-0001,2026-04-01,S01,供货一,100,1250.00",
        ]
    );
    assert_eq!(company.rows(), before + 1);
    let row = company
        .journal()
        .into_iter()
        .max_by_key(|row| row.seq)
        .expect("a row");
    assert_eq!(
        (&*row.act, &*row.outcome, &*row.actor),
        ("export", "done", "li")
    );
    assert!(row.request.contains("line.qty"), "{}", row.request);

    let client = company.log_in("li").await;
    let body = json!({"format": "xlsx", "text": list});
    let reply = post(&client, "/api/v1/slips/export", body).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let rows = cells(&reply.bytes);
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0][0], Data::String("单号".to_owned()));
    assert_eq!(rows[3][0], Data::String("CG20260401-0001".to_owned()));
    assert_eq!(rows[3][5], Data::Float(1250.0));
    assert!(
        matches!(&rows[1][1], Data::DateTime(day) if day.as_f64() == 46_113.0),
        "{:?}",
        rows[1]
    );
    // The whole list, and its groups.
    let reply = post(&client, "/api/v1/slips/export", json!({"format": "xlsx"})).await;
    assert_eq!(cells(&reply.bytes).len(), 12);
    let body = json!({"format": "csv", "sums": true, "text": format!("kind={ORDER}&by=line.item")});
    let reply = post(&client, "/api/v1/slips/export", body).await;
    assert!(
        reply.text().contains("A001,阿司匹林,3,137,137,1367.50"),
        "{}",
        reply.text()
    );
    // Nothing is taken without a row of the journal, and nothing is written for what cannot be had.
    let before = company.rows();
    for (body, status) in [
        (json!({"format": "doc"}), 400),
        (
            json!({"format": "csv", "text": "kind=x&f0=line.qty&o0=is&a0=1"}),
            400,
        ),
    ] {
        let reply = post(&client, "/api/v1/slips/export", body).await;
        assert_eq!(reply.status.as_u16(), status, "{}", reply.text());
    }
    assert_eq!(company.rows(), before);
}

#[tokio::test]
async fn many_slips_are_one_print() {
    let (company, slips) = filled().await;
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let page = li.get("/slips").await;
    let token = csrf(&page);
    let mut fields = pairs(&[("_csrf", &token)]);
    for slip in &slips {
        fields.push(("slip".to_owned(), slip.to_string()));
    }
    let client = company.log_in("li").await;
    let reply = post(&client, "/api/v1/slips/print", json!({"slips": slips})).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(reply.bytes.starts_with(b"%PDF-"));
    let one = post(&client, "/api/v1/slips/print", json!({"slips": [slips[0]]})).await;
    assert!(reply.bytes.len() > one.bytes.len());
    let page = li.send_fields("/slips/print", &fields).await;
    assert_eq!(page.status, 200);
    // Each slip is printed for the record, twice by now, and the first of them three times.
    let prints = |slip: i64| {
        let rows = company.journal().into_iter();
        rows.filter(|row| &*row.act == "print" && row.slip.is_some_and(|id| id.0 == slip))
            .count()
    };
    assert_eq!(prints(slips[0]), 3);
    for slip in &slips[1..] {
        assert_eq!(prints(*slip), 2);
    }
    let studio = li.get(&format!("/slips/{}/print", slips[0])).await;
    studio.must_have("补打 3");
    let none = pairs(&[("_csrf", &token)]);
    assert_eq!(li.send_fields("/slips/print", &none).await.status, 422);
    let reply = post(&client, "/api/v1/slips/print", json!({"slips": [999_999]})).await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn the_box_goes_to_a_number_and_finds_everything_else() {
    let (company, slips) = filled().await;
    for lang in ["zh", "en"] {
        let mut li = Desk::log_in(&company, "li", lang).await;
        for text in ["CG20260401-0003", "cg20260401-0003", "G20260401-0003"] {
            let page = li.get(&format!("/find?q={text}")).await;
            assert_eq!(page.slip(), slips[10], "{text}");
        }
        // Several numbers end so: they are listed.
        let page = li.get("/find?q=0002").await;
        assert!(page.url.starts_with("/search"), "{}", page.url);
        assert!(numbers(&page).contains(&"CG20260401-0002".to_owned()));
        let page = li.get("/find?q=%E4%B8%89%E5%8F%B7%E9%97%A8").await;
        assert_eq!(numbers(&page), ["CG20260401-0003"], "{}", page.text());
        let page = li.get("/find?q=%E5%8F%B8%E5%8C%B9").await;
        page.must_have("阿司匹林");
        let page = li.get("/search?q=wang").await;
        assert!(!page.html.contains("/admin/people/"));
        assert_eq!(li.get("/search").await.status, 200);
        assert_eq!(li.get("/search?q=%22%27*&in=files").await.status, 200);
        let mut admin = Desk::log_in(&company, "admin", lang).await;
        let page = admin.get("/search?q=wang").await;
        assert!(page.html.contains("/admin/people/wang"), "{}", page.text());
    }
}

#[tokio::test]
async fn the_api_lists_sums_and_searches() {
    let (company, slips) = filled().await;
    let client = company.log_in("li").await;
    let asked = json!({
        "kind": ORDER,
        "where": [{"field": "line.qty", "test": "between", "values": ["7", "30"]}],
        "sort": "line.qty", "descending": true, "limit": 1,
    });
    let reply = post(&client, "/api/v1/slips/query", asked.clone()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let first = reply.json();
    assert_eq!(first["total"], 2);
    assert_eq!(first["rows"][0]["lines"][0]["qty"], "30");
    assert_eq!(first["rows"][0]["header"]["deliver_to"], "江北仓库三号门");
    let mut more = asked;
    more["after"] = first["next"].clone();
    let second = post(&client, "/api/v1/slips/query", more).await.json();
    assert_eq!(second["rows"][0]["lines"][0]["qty"], "7");
    assert_eq!(second["next"], Value::Null);
    let sums = post(
        &client,
        "/api/v1/slips/sums",
        json!({"of": {"kind": ORDER}, "by": "line.item", "sums": ["line.qty", "line.amount"]}),
    )
    .await
    .json();
    assert_eq!(
        sums["groups"][0],
        json!({"key": "A001", "count": 3, "sums": ["137", "1367.50"]})
    );
    for (query, title) in [
        ("q=%E5%8C%97%E4%BB%93", "CG20260401-0003"),
        ("q=%E5%8F%B8&in=records", "阿司匹林"),
    ] {
        let found = client.get(&format!("/api/v1/search?{query}")).await.json();
        let first = found["rows"][0]["title"].as_str().unwrap_or_default();
        assert!(first.starts_with(title), "{query}: {first}");
    }
    let found = client.get("/api/v1/search/number/1-0003").await.json();
    assert!(
        found["rows"]
            .as_array()
            .expect("rows")
            .iter()
            .any(|row| row["id"] == slips[10])
    );
    let kept = post(
        &client,
        "/api/v1/views",
        json!({"name": "在办", "query": "state=open"}),
    )
    .await
    .json();
    let all = client.get("/api/v1/views").await.json();
    assert_eq!(all["rows"][0]["id"], kept["id"]);
    let id = kept["id"].as_str().expect("an id");
    let reply = post(&client, &format!("/api/v1/views/{id}/remove"), json!({})).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(client.get("/api/v1/views").await.json()["total"], 0);
    let wrong =
        json!({"kind": ORDER, "where": [{"field": "line.none", "test": "is", "values": ["1"]}]});
    assert_eq!(
        post(&client, "/api/v1/slips/query", wrong).await.status,
        400
    );
}

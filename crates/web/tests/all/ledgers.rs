//! Ledgers and registers as they are looked into: as of any moment, two moments compared, turned about, in pictures, down
//! to the signature; and the pace of work.

use std::io::Cursor;

use crate::common::Company;
use crate::desk::{Desk, Page, purchase};
use calamine::{Data, Reader, Xlsx};

const STOCK: &str = "/ledgers/gsp.stock";

/// A hundred at noon, seven more an hour and a half later.
async fn filled() -> Company {
    let company = Company::new().await;
    purchase(&company, "100").await;
    company.later(90);
    purchase(&company, "7").await;
    company.later(90);
    company
}

fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The texts of the row that holds these words.
fn row_of(page: &Page, words: &str) -> String {
    let rows = page.html.split("<tr").skip(1);
    let texts = rows.map(|row| {
        // What a phone says before each figure is in the attributes.
        let mut row = format!("<tr{}", row.split("</tr>").next().unwrap_or(""));
        while let Some((before, rest)) = row.split_once(" data-label=\"") {
            let after = rest.split_once('"').map_or("", |(_, after)| after);
            row = format!("{before}{after}");
        }
        crate::desk::html::texts(&row).join(" ")
    });
    let found: Vec<String> = texts.filter(|text| text.contains(words)).collect();
    let row = found
        .first()
        .unwrap_or_else(|| panic!("no row with {words:?} on {}: {}", page.url, page.text()));
    // The twist that folds a row has the row's name.
    row.replacen(&format!("{words} {words}"), words, 1)
}

#[tokio::test]
async fn balances_are_a_tree_as_of_any_moment() {
    let company = filled().await;
    for (lang, good, counts) in [
        ("zh", "合格品区", "商品 1 · 批号 1"),
        ("en", "Released", "Item 1 · Batch 1"),
    ] {
        let mut li = Desk::log_in(&company, "li", lang).await;
        let now = li.get(STOCK).await;
        assert_eq!(row_of(&now, good), format!("{good} {counts} 107 0 107"));
        assert!(row_of(&now, "B240101").contains("107"));
        // By the books an hour after noon; by business day it is all of the same day.
        let then = li.get(&format!("{STOCK}?as_of=2026-04-01&at=13:00")).await;
        assert_eq!(row_of(&then, good), format!("{good} {counts} 100 0 100"));
        then.must_have("13:00");
        let day = li.get(&format!("{STOCK}?as_of=2026-04-01")).await;
        assert_eq!(row_of(&day, good), format!("{good} {counts} 107 0 107"));
        let before = li.get(&format!("{STOCK}?as_of=2026-03-31")).await;
        assert!(!before.has("107"), "{}", before.text());
        // Folded to places, and to the first dimension: no script is needed.
        let places = li.get(&format!("{STOCK}?depth=1")).await;
        assert!(places.has("107") && !places.has("B240101"));
        let items = li.get(&format!("{STOCK}?depth=2")).await;
        items.must_have("阿司匹林");
        assert!(!items.has("B240101"), "{}", items.text());
    }
}

#[tokio::test]
async fn a_figure_leads_to_its_legs_the_entry_the_slip_and_the_signature() {
    let company = filled().await;
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let tree = li.get(&format!("{STOCK}?as_of=2026-04-01&at=13:00")).await;
    let statement = li.get(&tree.link("statement?place=good&key=A001")).await;
    statement
        .must_have("期初余额")
        .must_have("只列这段时间内记账的");
    assert!(
        statement.has("100") && !statement.has("107"),
        "{}",
        statement.text()
    );
    let entry = li.get(&statement.link("/entries/")).await;
    entry
        .must_have("合格品区")
        .must_have("待验区")
        .must_have("签字人")
        .must_have("签字时所见内容的摘要")
        .must_have("日志行的哈希");
    let slip = li.get(&entry.link("/slips/")).await;
    assert_eq!(slip.status, 200);
    let back = li.get(&entry.link("statement?place=good")).await;
    back.must_have("107");
    for missing in [
        "/slips/1/entries/999999",
        "/slips/999/entries/1",
        "/slips/1/entries/x",
    ] {
        let status = li.get(missing).await.status;
        assert!(matches!(status, 404 | 400), "{missing}: {status}");
    }
}

#[tokio::test]
async fn a_batch_is_traced_from_its_supplier_to_where_it_lies() {
    let company = filled().await;
    for (lang, good, from, way) in [
        ("zh", "合格品区", "供货单位", "待验区 → 合格品区"),
        (
            "en",
            "Released",
            "Supplier",
            "Awaiting inspection → Released",
        ),
    ] {
        let mut li = Desk::log_in(&company, "li", lang).await;
        let statement = li
            .get(&format!("{STOCK}/statement?place=good&key=A001%2FB240101"))
            .await;
        let page = li.get(&statement.link("/trace?key=A001")).await;
        assert_eq!(row_of(&page, good), format!("{good} 107 0 107"));
        page.must_have(from).must_have(way);
        // What the supplier gave, over both slips of that day.
        let given = row_of(&page, "S01");
        assert!(given.contains("107") && given.contains("-107"), "{given}");
        page.link("/registers/gsp.party/S01");
        page.link("/entries/");
        let nothing = li.get(&format!("{STOCK}/trace?key=A001%2FZ")).await;
        assert_eq!(nothing.status, 200);
        assert!(!nothing.has("107"));
    }
}

#[tokio::test]
async fn a_batch_is_found_by_its_number_alone() {
    let company = filled().await;
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let found = li.get("/search?q=b240101").await;
    let trace = li
        .get(&found.link("/ledgers/gsp.stock/trace?key=A001"))
        .await;
    trace.must_have("现在何处").must_have("107");
}

#[tokio::test]
async fn two_moments_are_compared_and_only_what_changed_is_listed() {
    let company = filled().await;
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let page = li
        .get(&format!("{STOCK}/compare?from=2026-04-01&from_at=13:00"))
        .await;
    assert_eq!(
        row_of(&page, "合格品区"),
        "合格品区 商品 / 批号 1 100 7 0 107 7"
    );
    let legs = li.get(&page.link("since=2026-04-01")).await;
    assert!(legs.has("只列这段时间内记账的"), "{}", legs.text());
    let same = li
        .get(&format!(
            "{STOCK}/compare?from=2026-04-01&from_at=14:00&to=2026-04-01&to_at=14:30"
        ))
        .await;
    same.must_have("没有发生额");
    let month = li.get(&format!("{STOCK}/compare")).await;
    assert_eq!(
        row_of(&month, "合格品区"),
        "合格品区 商品 / 批号 1 0 107 0 107 107"
    );
}

#[tokio::test]
async fn a_ledger_is_turned_about_with_totals() {
    let company = filled().await;
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let page = li.get(&format!("{STOCK}/pivot")).await;
    assert_eq!(row_of(&page, "阿司匹林"), "阿司匹林 A001 107 107");
    let page = li
        .get(&format!(
            "{STOCK}/pivot?rows=k1&cols=month&what=in&outside=1"
        ))
        .await;
    page.must_have("2026-04").must_have("B240101");
    let page = li
        .get(&format!(
            "{STOCK}/pivot?rows=place&cols=none&as_of=2026-04-01&at=13:00"
        ))
        .await;
    assert_eq!(row_of(&page, "合格品区"), "合格品区 100");
    let page = li
        .get(&format!("{STOCK}/pivot?rows=month&cols=place&from=2026-05"))
        .await;
    page.must_have("没有发生额");
    for odd in [
        "rows=k9",
        "cols=d3",
        "from=2026-13",
        "rows=place&cols=place",
        "what=x&at=99:99",
    ] {
        assert_eq!(
            li.get(&format!("{STOCK}/pivot?{odd}")).await.status,
            200,
            "{odd}"
        );
    }
}

#[tokio::test]
async fn pictures_have_a_name_and_the_same_figures_as_a_table() {
    let company = filled().await;
    for (lang, title, same) in [
        ("zh", "各科目 / 库区余额", "同样的数字，列为表格"),
        ("en", "Balance by place", "The same figures as a table"),
    ] {
        let mut li = Desk::log_in(&company, "li", lang).await;
        let page = li.get(&format!("{STOCK}/charts")).await;
        page.must_have(title).must_have(same);
        assert!(page.html.contains("role=\"img\"") && page.html.contains("<desc>"));
        assert!(
            page.html.contains("class=\"green\""),
            "a place has its colour"
        );
        let good = if lang == "zh" {
            "合格品区"
        } else {
            "Released"
        };
        assert_eq!(row_of(&page, good), format!("{good} 107"));
    }
}

#[tokio::test]
async fn figures_leave_as_files_and_the_journal_says_who_took_them() {
    let company = filled().await;
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let mut take = async |path: &str, format: &str| -> (Vec<u8>, String) {
        let page = li.get(path).await;
        let form = page.form("/export");
        let mut fields = form.fields.clone();
        fields.push(("format".to_owned(), format.to_owned()));
        let reply = li.fetch_posted(&form.action, &fields).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let last = company.journal().into_iter().max_by_key(|row| row.seq);
        let row = last.expect("a row");
        assert_eq!((&*row.act, &*row.actor), ("export", "li"));
        (reply.bytes.to_vec(), row.request.to_string())
    };
    let (bytes, request) = take(STOCK, "csv").await;
    let text = String::from_utf8(bytes).expect("text");
    assert!(
        text.contains("合格品区,A001,B240101,阿司匹林 / B240101,107,0,107"),
        "{text}"
    );
    assert!(request.contains("\"balances\"") && request.contains("ledger=gsp.stock"));
    let narrowed = format!("{STOCK}?place=good&as_of=2026-04-01&at=13:00");
    let (bytes, request) = take(&narrowed, "csv").await;
    let text = String::from_utf8(bytes).expect("text");
    assert!(
        text.contains(",100,0,100") && !text.contains("107"),
        "{text}"
    );
    assert!(request.contains("place=good"), "{request}");
    let compare = format!("{STOCK}/compare?from=2026-04-01&from_at=13:00&place=good");
    let (bytes, request) = take(&compare, "xlsx").await;
    let mut book: Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(bytes)).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("rows");
    let last: Vec<Data> = sheet.rows().next_back().expect("a row").to_vec();
    let figures = [100.0, 7.0, 0.0, 107.0, 7.0].map(Data::Float);
    assert_eq!(last[last.len() - 5..], figures);
    assert!(request.contains("\"changes\""));
    let (bytes, request) = take(&format!("{STOCK}/pivot?rows=k0&cols=place"), "csv").await;
    let text = String::from_utf8(bytes).expect("text");
    assert!(text.contains("A001,阿司匹林,107,107"), "{text}");
    assert!(request.contains("\"pivot\""));
    // Reading takes nothing out; of what was asked for, only a ledger that is not there stands in the journal.
    assert_eq!(li.fetch(&format!("{STOCK}/export.csv")).await.status, 404);
    let rows = company.rows();
    let form = li.get(STOCK).await.form("/export");
    let token = form.fields[0].clone();
    for (path, of, format) in [
        ("/ledgers/gsp.none/export", "balances", "csv"),
        ("/ledgers/gsp.stock/export", "balances", "doc"),
        ("/ledgers/gsp.stock/export", "everything", "csv"),
    ] {
        let mut fields = pairs(&[("of", of), ("format", format), ("q", "")]);
        fields.push(token.clone());
        let status = li.fetch_posted(path, &fields).await.status.as_u16();
        assert!(matches!(status, 400 | 404), "{path} {of}: {status}");
    }
    assert_eq!(company.rows(), rows + 1);
}

#[tokio::test]
async fn registers_say_what_holds_and_what_was_known() {
    let company = Company::new().await;
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    for (key, until) in [
        ("S71", "2026-03-31"),
        ("S72", "2026-04-20"),
        ("S73", "2030-01-01"),
    ] {
        let mut form = admin.get("/admin/registers/gsp.party/new").await.fill();
        form.set("h._key_", key)
            .set("h.name", key)
            .set("h.licence_until", until);
        let page = admin.send(&form, "").await;
        assert_eq!(page.status, 200, "{}", page.text());
    }
    let list = "/registers/gsp.party";
    for (state, seen) in [("ended", "S71"), ("ending", "S72"), ("holds", "S73")] {
        let page = admin.get(&format!("{list}?state={state}")).await;
        for key in ["S71", "S72", "S73"] {
            assert_eq!(page.has(key), key == seen, "{state} {key}: {}", page.text());
        }
    }
    // On a later day it has ended too.
    let page = admin
        .get(&format!("{list}?state=ended&on=2026-04-21"))
        .await;
    page.must_have("S71").must_have("S72");
    assert!(!page.has("S73"), "{}", page.text());
    company.later(60);
    let fields = [("licence_until", "2031-05-05")];
    company.changed("party", "S72", &fields).await;
    company.later(60);
    let page = admin.get(&format!("{list}?q=S72")).await;
    page.must_have("2031-05-05");
    let page = admin
        .get(&format!("{list}?q=S72&on=2026-04-01&at=12:30"))
        .await;
    page.must_have("2026-04-20");
    assert!(!page.has("2031-05-05"), "{}", page.text());
    let one = admin.get(&format!("{list}/S72")).await;
    let beside = admin.get(&one.link("/versions")).await;
    beside
        .must_have("2026-04-20")
        .must_have("2031-05-05")
        .must_have("许可证有效期至");
    assert!(!row_of(&beside, "许可证有效期至").is_empty());
    assert!(!beside.has("统一社会信用代码"), "only what differs");
    let all = admin.get(&format!("{list}/S72/versions?all=1")).await;
    all.must_have("统一社会信用代码");
}

#[tokio::test]
async fn the_work_on_a_flow_shows_what_waits_and_how_long_it_waited() {
    let company = Company::new().await;
    let flow = "gsp.purchase_inbound";
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let mut order = async || {
        let mut form = wang.get(&format!("/new/{flow}.order.fill")).await.fill();
        form.set("h.supplier", "S01")
            .set("l.1.item", "A001")
            .set("l.1.qty", "5")
            .set("l.1.price", "1");
        wang.send(&form, "sign").await.slip()
    };
    let first = order().await;
    company.later(45);
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let page = li.get(&format!("/slips/{first}")).await;
    li.send(&page.form("order.approve"), "").await;
    order().await;
    company.later(60 * 26);
    let work = format!("/flows/{flow}/work");
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let page = li.get(&work).await;
    page.must_have("等得最久的环节")
        .must_have("现在等待办理的")
        .must_have("每日签字数");
    let text = page.text();
    assert!(
        text.contains("45 分") && text.contains("1 天 2 小时"),
        "{text}"
    );
    // Who has not been asked for anything stands with nothing.
    let early = li
        .get(&format!("{work}?from=2025-01-01&to=2025-02-01"))
        .await;
    assert_eq!(early.status, 200);
    assert!(!early.has("每日签字数"));
    assert_eq!(
        li.get(&format!("{work}?from=2026-09-01&to=2026-01-01"))
            .await
            .status,
        200
    );
    assert_eq!(li.get("/flows/gsp.none/work").await.status, 404);
    let mut english = Desk::log_in(&company, "li", "en").await;
    english.get(&work).await.must_have("45 min");
}

#[tokio::test]
async fn the_api_compares_counts_months_and_turns_about() {
    let company = filled().await;
    let client = company.log_in("li").await;
    let token = Some(client.token.as_str());
    let ledger = "/api/v1/ledgers/gsp.stock";
    let reply = company
        .get(&format!("{ledger}/changes?place=good"), token)
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let told = reply.json();
    let row = &told["rows"][0];
    assert_eq!(row["difference"], "107", "{told}");
    assert_eq!(row["before"]["posted"]["in"], "0", "{told}");
    let reply = company
        .get(&format!("{ledger}/months?place=good"), token)
        .await;
    let told = reply.json();
    let months = told["rows"].as_array().expect("rows");
    assert!(months.iter().all(|row| row["place"] == "good"), "{told}");
    assert_eq!(told["more"], false);
    let reply = company
        .get(&format!("{ledger}/months?limit=1"), token)
        .await;
    assert_eq!(reply.json()["more"], true);
    let reply = company
        .get(&format!("{ledger}/pivot?rows=k0&cols=place"), token)
        .await;
    let told = reply.json();
    let good = told["columns"].as_array().expect("columns");
    let at = good
        .iter()
        .position(|column| column["value"] == "good")
        .expect("good");
    assert_eq!(told["rows"][0]["figures"][at], "107", "{told}");
    assert_eq!(told["unit"], "qty");
    for (path, status) in [
        (format!("{ledger}/pivot?rows=k0&colour=red"), 400),
        (
            format!("{ledger}/changes?from=2026-04-01&from_moment=1"),
            400,
        ),
        ("/api/v1/ledgers/gsp.nothing/pivot".to_owned(), 404),
        ("/api/v1/parameters/gsp.nothing".to_owned(), 403),
    ] {
        assert_eq!(
            company.get(&path, token).await.status.as_u16(),
            status,
            "{path}"
        );
    }
    // What only administrators' pages show is refused to others over the API too.
    for path in [
        "/api/v1/parameters",
        "/api/v1/parameters/gsp.receipt_shelf_days",
    ] {
        let reply = company.get(path, token).await;
        assert_eq!(
            (reply.status.as_u16(), &*reply.code()),
            (403, "administrator"),
            "{path}"
        );
    }
    let admin = company.log_in("admin").await;
    let token = Some(&*admin.token);
    let reply = company
        .get(
            "/api/v1/parameters/gsp.receipt_shelf_days?on=2026-04-01",
            token,
        )
        .await;
    let told = reply.json();
    assert!(
        told["source"]["zh"]
            .as_str()
            .is_some_and(|text| text.starts_with("企业自定"))
            && told["source"]["en"]
                .as_str()
                .is_some_and(|text| text.starts_with("Set by the company")),
        "{told}"
    );
    let all = company.get("/api/v1/parameters", token).await.json();
    assert_eq!(
        all["rows"][0]["parameter"], "gsp.receipt_shelf_days",
        "{all}"
    );
}

#[tokio::test]
async fn registers_leave_as_files_and_tell_what_their_versions_changed() {
    let company = filled().await;
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let page = li.get("/registers/gsp.item").await;
    let form = page.form("/registers/gsp.item");
    let mut fields = form.fields.clone();
    fields.push(("format".to_owned(), "csv".to_owned()));
    let reply = li.fetch_posted(&form.action, &fields).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let text = reply.text();
    assert!(
        text.contains("A001,1,") && text.contains("阿司匹林"),
        "{text}"
    );
    let last = company.journal().into_iter().max_by_key(|row| row.seq);
    let row = last.expect("a row");
    assert_eq!((&*row.act, &*row.actor), ("export", "li"));
    assert!(row.request.contains("register=gsp.item"), "{}", row.request);
    let client = company.log_in("li").await;
    let path = "/api/v1/records/gsp.item/A001/changes";
    let told = company.get(path, Some(&client.token)).await.json();
    let named = told["rows"].as_array().expect("rows").iter();
    let mut named = named.filter(|row| row["field"] == "name");
    assert_eq!(named.next().expect("a name")["after"], "阿司匹林");
}

#[tokio::test]
async fn layers_of_what_is_valued_are_shown_by_the_slips_that_made_them() {
    let company = Company::new().await;
    purchase(&company, "30").await;
    for (lang, words) in [
        ("zh", "RK20260401-0001 第 1 行"),
        ("en", "RK20260401-0001 line 1"),
    ] {
        let mut zhou = Desk::log_in(&company, "zhou", lang).await;
        let tree = zhou.get("/ledgers/gsp.layers?place=goods").await;
        tree.must_have(words);
        assert!(!tree.html.contains("0000000005.0001"), "{}", tree.text());
        let turned = zhou
            .get("/ledgers/gsp.worth/pivot?rows=d0&columns=place")
            .await;
        turned.must_have(words);
        turned.must_have(if lang == "zh" {
            "成本层"
        } else {
            "Cost layer"
        });
    }
}

//! Administration: who could sign both sides, staffing, series, parameters, packs, and the journal searched and taken out.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use engine::{Act, SYSTEM};
use model::{Catalog, SourceText};

use crate::common::Company;
use crate::desk::html::Form;
use crate::desk::{Desk, purchase};

#[tokio::test]
async fn a_grant_that_puts_one_person_on_both_sides_is_shown_before_it_is_made() {
    let company = Company::new().await;
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    let page = admin.get("/admin/separation").await;
    // zhao receives and inspects; li orders and approves.
    page.must_have("zhao 先生").must_have("采购收货");
    page.must_have("li 先生");
    let page = admin
        .get("/admin/separation?pair=gsp.receiver%2Binspector")
        .await;
    page.must_have("zhao 先生");
    assert!(!page.html.contains("/admin/people/li"), "{}", page.text());

    let before = company.last_row();
    let mut form = admin.get("/admin/people/zhou").await.fill();
    form.set("l.2.role", "gsp.receiver");
    let asked = admin.send(&form, "sign").await;
    asked
        .must_have("还没有保存")
        .must_have("将能签的环节")
        .must_have("将能两边都签")
        .must_have("采购收货");
    assert_eq!(company.last_row(), before, "nothing was done yet");
    assert!(
        !admin
            .get("/admin/people/zhou")
            .await
            .html
            .contains("selected>收货员")
    );
    // Going back loses nothing that was typed.
    let back = admin.send(&asked.form("/admin/people/zhou"), "edit").await;
    assert_eq!(back.fill().get("l.2.role"), "gsp.receiver");
    // What was confirmed is what is saved: anything else is asked about again.
    let mut other = asked.form("/admin/people/zhou");
    let again = admin
        .send(other.set("l.2.role", "gsp.inspector"), "sign")
        .await;
    again.must_have("还没有保存").must_have("质量验收");
    let saved = admin.send(&asked.form("/admin/people/zhou"), "sign").await;
    saved.must_have("已保存");
    admin
        .get("/admin/separation?q=zhou")
        .await
        .must_have("zhou 先生");
    // A change that lets nobody do anything else is not asked about.
    let mut form = admin.get("/admin/people/zhou").await.fill();
    form.set("h.name", "周先生");
    admin.send(&form, "sign").await.must_have("已保存");
}

#[tokio::test]
async fn taking_a_role_away_says_who_is_left_and_which_flow_stops() {
    let company = Company::new().await;
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    let staffing = admin.get("/admin/staffing").await;
    staffing
        .must_have("缺一人即停")
        .must_have("无人可办理")
        .must_have("qian 先生");
    admin
        .get("/admin/staffing?without=qian")
        .await
        .must_have("办不全")
        .must_have("验收通知");
    let mut form = admin.get("/admin/people/qian").await.fill();
    let asked = admin.send(form.set("l.1.role", ""), "sign").await;
    asked
        .must_have("将不能再签的环节")
        .must_have("再无他人")
        .must_have("人员配备将出现的问题");
    admin
        .send(&asked.form("/admin/people/qian"), "sign")
        .await
        .must_have("已保存");
    admin.get("/admin").await.must_have("处现在办不全");
    // Nobody else sees any of it, nor asks about a change.
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    assert_eq!(wang.get("/admin/separation").await.status, 403);
}

#[tokio::test]
async fn series_say_what_comes_next_and_what_was_taken() {
    let company = Company::new().await;
    purchase(&company, "100").await;
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    admin
        .get("/admin/series")
        .await
        .must_have("CG{date}-{0000}")
        .must_have("CG20260401-0002")
        .must_have("CG20260401-0001");
    admin
        .get("/admin/series/gsp.purchase_inbound.order")
        .await
        .must_have("CG20260401-…");
    assert_eq!(admin.get("/admin/series/gsp.none.order").await.status, 404);
    // Asking takes nothing.
    admin
        .get("/admin/series")
        .await
        .must_have("CG20260401-0002");
}

/// The pack with another limit from a later day on.
fn changed() -> Vec<SourceText> {
    let mut texts = gsp::texts();
    for text in &mut texts {
        if text.path.ends_with("limits.kdl") {
            text.text = text.text.replace(
                "    from \"2013-06-01\" 180",
                "    from \"2026-07-01\" 200 source=\"新制度\"\n    from \"2013-06-01\" 180",
            );
            assert!(text.text.contains("新制度"));
        }
    }
    texts
}

#[tokio::test]
async fn parameters_say_what_holds_and_what_is_coming_and_versions_what_changed() {
    let old = pack::read(&gsp::texts(), gsp::RULES).expect("sound");
    let new = pack::read(&changed(), gsp::RULES).expect("sound");
    let (was, is) = (old.version.clone(), new.version.clone());
    let mut catalog = Catalog::new([std::sync::Arc::new(old)]);
    catalog.install(std::sync::Arc::new(new));
    let company = Company::over(catalog, |_| {}).await;
    for version in [&was, &is] {
        let act = Act::InstallPack {
            pack: "gsp".into(),
            version: version.clone(),
        };
        company.must(SYSTEM, act).await;
    }
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    let page = admin.get("/admin/parameters").await;
    page.must_have("生效中").must_have("将生效");
    page.must_have("2026-06-30");
    assert!(page.html.contains("新制度"), "{}", page.html);
    admin
        .get("/admin/parameters/gsp.receipt_shelf_days?on=2026-07-01")
        .await
        .must_have("已失效");
    let page = admin.get("/admin/packs").await;
    page.must_have("使用中").must_have("旧版本");
    let page = admin
        .get(&format!("/admin/packs/gsp/{was}?file=tables%2Flimits.kdl"))
        .await;
    assert!(page.html.contains("id=\"L3\""), "{}", page.text());
    let page = admin
        .get(&format!(
            "/admin/packs/gsp/{is}?file=tables%2Flimits.kdl&against={was}"
        ))
        .await;
    assert!(page.html.contains("有改动"), "{}", page.html);
    assert!(page.html.contains("<ins>"), "{}", page.html);
    assert!(
        !page.html.contains("<del>"),
        "a line was added, none changed"
    );
    for wrong in ["/admin/packs/gsp/none", "/admin/packs/gsp/../x"] {
        assert_eq!(admin.get(wrong).await.status, 404, "{wrong}");
    }
    let wrong = format!("/admin/packs/gsp/{is}?file=..%2Fsecret");
    assert_eq!(admin.get(&wrong).await.status, 404);
}

/// The texts of a workbook's first sheet, row by row.
fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("rows");
    let text = |cell: &Data| match cell {
        Data::Float(number) => format!("{number}"),
        other => other.to_string(),
    };
    sheet
        .rows()
        .map(|row| row.iter().map(text).collect())
        .collect()
}

/// A form of which the button of a format was pressed.
fn pressed(form: &Form, format: &str) -> Form {
    let mut form = form.clone();
    form.fields.push(("format".to_owned(), format.to_owned()));
    form
}

#[tokio::test]
async fn what_was_due_is_told_in_words() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let mut form = wang
        .get("/new/gsp.purchase_inbound.order.fill")
        .await
        .fill();
    form.set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", "5")
        .set("l.1.price", "12.50");
    let slip = wang.send(&form, "sign").await.slip();
    company.later(3 * 24 * 60);
    let name = "step:gsp.purchase_inbound.order.approve".into();
    let slip_id = kernel::SlipId(slip);
    let due = Act::Timer {
        slip: slip_id,
        name,
    };
    company.must(SYSTEM, due).await;
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    let journal = admin.get("/admin/journal?act=timer").await;
    journal.must_have("采购订单审核 已逾期");
    assert!(!journal.html.contains("step:"), "{}", journal.text());
    let page = admin.get(&format!("/slips/{slip}")).await;
    page.must_have("到时处理：采购订单审核 已逾期");
}

#[tokio::test]
async fn the_journal_is_searched_and_leaves_with_its_hashes() {
    let company = Company::new().await;
    let slips = purchase(&company, "100").await;
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    let found = |page: &crate::desk::Page| page.html.matches("/admin/journal/").count();
    let all = admin.get("/admin/journal").await;
    // By field, by what it is called, by content, by person's name, by part of a refusal's code.
    let by_name = admin.get("/admin/journal?field=supplier&act=step").await;
    let by_label = admin
        .get("/admin/journal?field=%E4%BE%9B%E8%B4%A7%E5%8D%95%E4%BD%8D&act=step")
        .await;
    assert_eq!(found(&by_name), found(&by_label));
    assert!(
        (2..found(&all)).contains(&found(&by_name)),
        "{}",
        by_name.text()
    );
    // Registers stand there by their names.
    let records = admin.get("/admin/journal?act=put_record").await;
    records.must_have("往来单位 · ");
    assert!(!records.html.contains("gsp.party"), "{}", records.text());
    let none = admin.get("/admin/journal?field=supplier&text=S99").await;
    none.must_have("没有符合条件的记录");
    let person = admin
        .get("/admin/journal?actor=wang%20%E5%85%88%E7%94%9F&act=step")
        .await;
    person.must_have("wang 先生");
    assert!(!person.html.contains("zhou 先生</a>"));
    // Everything on one slip, as a workbook and as text.
    let query = format!("slip={}", slips[0]);
    let page = admin.get(&format!("/admin/journal?{query}")).await;
    let form = page.form("/admin/journal/export");
    assert_eq!(form.get("q"), query);
    let file = admin.fetch_form(&pressed(&form, "xlsx")).await;
    assert_eq!(file.status, 200);
    let rows = rows(&file.bytes);
    assert!(rows.len() > 2);
    let last = company.journal().pop().expect("a row");
    assert_eq!(
        (&*last.actor, &*last.act),
        ("admin", "export"),
        "the journal keeps who took it"
    );
    for row in &rows[1..] {
        let seq: i64 = row[0].parse().expect("a row number");
        let kept = company
            .app
            .store()
            .journal_row(crate::common::ORG, seq)
            .expect("read")
            .expect("a row");
        assert_eq!(
            (&row[14], &row[15]),
            (&kept.prev.to_string(), &kept.hash.to_string())
        );
        assert_eq!(row[8], slips[0].to_string());
    }
    let text = admin.fetch_form(&pressed(&form, "csv")).await.text();
    assert_eq!(text.lines().count(), rows.len());
    // The whole of it is a chain, and ends where it ended when it was asked for.
    let form = admin
        .get("/admin/journal")
        .await
        .form("/admin/journal/export");
    let file = admin.fetch_form(&pressed(&form, "xlsx")).await;
    let rows = self::rows(&file.bytes);
    for pair in rows[1..].windows(2) {
        assert_eq!(pair[1][14], pair[0][15], "row {}", pair[1][0]);
    }
    // Nobody else takes it, and the attempt stands in it.
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let mut form = wang.get("/me").await.form("/me/tokens");
    form.action = "/admin/journal/export".to_owned();
    let refused = wang.send(&form, "").await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert_eq!(company.last_row().0, "wang");
}

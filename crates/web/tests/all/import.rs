//! Lists from files, in the pages: columns are proposed and said, every row is judged, and all of it is written or nothing.

use crate::common::Company;
use crate::desk::{Desk, Page};

const HERE: &str = "/admin/import";

/// Brings a file and looks at what the check says.
async fn brought(desk: &mut Desk<'_>, to: &str, name: &str, bytes: &[u8]) -> Page {
    let mut form = desk.get(HERE).await.form(HERE);
    form.set("to", to);
    desk.upload(&form, name, bytes).await
}

#[tokio::test]
async fn a_list_is_checked_mended_and_imported_whole() {
    let company = Company::new().await;
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    let text = "货号,品名,储存,怪列,有效期\nN001,甲药,常温,x,2028-01-01\nN002,乙药,冰箱,,2028-13-01\nA001,阿司匹林片,常温,,\n";
    let page = brought(&mut admin, "gsp.item", "商品.csv", text.as_bytes()).await;
    page.must_have("处错误").must_have("相近");
    assert!(page.html.contains("甲药"), "a sample of each column");
    let rows = company.rows();
    let mut form = page.form(HERE);
    assert_eq!(form.get("c.0"), "key");
    assert_eq!(form.get("c.1"), "name");
    assert_eq!(form.get("c.3"), "", "what is like nothing is left out");
    form.set("c.2", "storage").set("c.4", "approval_until");
    let again = admin.send(&form, "check").await;
    assert_eq!(again.status, 422);
    again
        .must_have("冰箱")
        .must_have("2028-13-01")
        .must_have("更改须填单申请");
    let mut form = again.form(HERE);
    assert_eq!(form.get("c.4"), "approval_until", "what was chosen stays");
    // Whoever presses what is not there imports nothing either; the attempt at what slips alone change is journaled.
    let refused = admin.send(&form, "import").await;
    assert_eq!(refused.status, 422);
    assert!(company.rows() > rows);
    assert!(!admin.get("/registers/gsp.item").await.has("甲药"));
    form.put("_do", "mistakes");
    let file = admin.fetch_posted(&form.action, &form.fields).await.text();
    assert!(
        file.starts_with('\u{FEFF}') && file.contains("3,储存,"),
        "{file}"
    );

    let right = "货号,品名,储存,怪列,有效期\nN001,甲药,常温,x,2028-01-01\nN002,乙药,阴凉,,\n";
    let page = brought(&mut admin, "gsp.item", "商品.csv", right.as_bytes()).await;
    let mut form = page.form(HERE);
    form.set("c.2", "storage").set("c.4", "approval_until");
    let checked = admin.send(&form, "check").await;
    checked.must_have("2 行将写入");
    let done = admin.send(&checked.form(HERE), "import").await;
    done.must_have("已导入 2 行")
        .must_have("甲药")
        .must_have("乙药");
    let gone = admin.get(&checked.form(HERE).action).await;
    assert_eq!(gone.status, 400, "a file that is imported is let go");
    // What was said of the columns is known the next time, and what is there already is passed over.
    let page = brought(&mut admin, "gsp.item", "商品2.csv", right.as_bytes()).await;
    assert_eq!(page.form(HERE).get("c.2"), "storage");
    page.must_have("0 行将写入");
    assert!(!page.form(HERE).buttons.contains(&"import".to_owned()));
}

#[tokio::test]
async fn people_come_from_a_file_too_and_nobody_gives_himself_a_role() {
    let company = Company::new().await;
    let mut admin = Desk::log_in(&company, "admin", "en").await;
    let text = "login,name,identity,roles,active\nnew1,One,id-new1,buyer;keeper 2026-01-01..,yes\nadmin,admin 先生,id-admin,buyer,yes\n";
    let page = brought(&mut admin, "people", "people.csv", text.as_bytes()).await;
    page.must_have("cannot change his own account");
    let right: String = text
        .lines()
        .take(2)
        .map(|line| format!("{line}\n"))
        .collect();
    let page = brought(&mut admin, "people", "people.csv", right.as_bytes()).await;
    let done = admin.send(&page.form(HERE), "import").await;
    done.must_have("1 rows imported").must_have("new1");
    assert_eq!(done.url.split('?').next(), Some("/admin/people"));
}

#[tokio::test]
async fn others_do_not_import_and_do_not_see_what_was_brought() {
    let company = Company::new().await;
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    let page = brought(&mut admin, "gsp.item", "a.csv", b"key,name\nX1,x\n").await;
    let form = page.form(HERE);
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    assert_eq!(wang.get(HERE).await.status, 403);
    assert!(wang.get(&form.action).await.status >= 400);
    let rows = company.rows();
    let mut own = wang.get("/me").await.form("/me/tokens");
    own.action.clone_from(&form.action);
    let refused = wang.send(own.put("_do", "import"), "").await;
    assert_eq!(refused.status, 403);
    assert_eq!(
        company.rows(),
        rows + 1,
        "the attempt stands in the journal"
    );
    own.action = HERE.to_owned();
    own.put("to", "gsp.item");
    assert_eq!(
        wang.upload(&own, "a.csv", b"key,name\nX1,x\n").await.status,
        403
    );
}

#[tokio::test]
async fn what_is_no_table_is_told_and_nothing_is_kept_of_it() {
    let company = Company::new().await;
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    let wide = format!("key,name\nX1,{}\n", "长".repeat(10_001));
    let damaged: [(&str, &[u8], &str); 6] = [
        ("a.xls", &[0xD0, 0xCF, 0x11, 0xE0, 0, 0, 0, 0], "另存为"),
        ("a.xlsx", b"PK\x03\x04 no archive", "—"),
        ("a.csv", b"\x00\x01\x02", "—"),
        ("a.csv", b"key,name\n", "没有数据"),
        ("a.csv", wide.as_bytes(), "单元格超过"),
        ("<b>.csv", b"key,name,key\nX1,x,y\n", "同名"),
    ];
    let rows = company.rows();
    for (name, bytes, words) in damaged {
        let page = brought(&mut admin, "gsp.item", name, bytes).await;
        assert_eq!(page.status, 200, "{name}: {}", page.text());
        page.must_have(words);
        assert!(!page.html.contains("<b>.csv"));
    }
    let mut form = admin.get(HERE).await.form(HERE);
    assert_eq!(
        admin.multipart(&form).await.status,
        400,
        "no file was chosen"
    );
    form.put("to", "gsp.nothing");
    assert_eq!(admin.upload(&form, "a.csv", b"key\n1\n").await.status, 400);
    assert_eq!(company.rows(), rows);
}

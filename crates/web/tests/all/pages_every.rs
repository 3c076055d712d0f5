//! Every page answers on a filled store, in both languages, and is wholly in its own.

use crate::common::Company;
use crate::desk::{Desk, Page, purchase};

/// Words that are data here and stand on pages of either language.
const DATA: [&str; 17] = [
    "3件5",
    // A language is offered by its own name.
    "中文",
    "先生",
    "供货一",
    "供货二",
    "阿司匹林",
    "胰岛素",
    "常温",
    "仁和药业",
    // Laws are cited by their own names.
    "现场检查指导原则",
    "药品经营质量管理规范 采购、收货与验收",
    "写错价格",
    "缺货",
    "请看一下",
    // Keys of records.
    "/岗位",
    "/冷藏冷冻",
    "/特殊管理",
];

/// Words in Latin letters that are names or keys on a Chinese page too.
const NAMES: [&str; 80] = [
    "BPMN",
    "date",
    "scope",
    "PEM",
    "HTTP",
    "HTTPS",
    "TLS",
    "STARTTLS",
    "SMPP",
    "PNG",
    "webhook",
    "localhost",
    "Microsoft",
    "Authenticator",
    "FreeOTP",
    "text",
    "secret",
    "mobile",
    "content",
    "Content",
    "Type",
    "application",
    "json",
    "Esc",
    "Tab",
    "PageUp",
    "PageDown",
    "Home",
    "End",
    "Alt",
    "Insert",
    "MiB",
    "CSV",
    "TSV",
    "TXT",
    "XLSX",
    "PDF",
    "Excel",
    "Enter",
    "Ctrl",
    "Shift",
    "Delete",
    "JSON",
    "English",
    "Countersign",
    "gsp",
    "good",
    "party",
    "staff",
    "training",
    "item",
    "order",
    "receipt",
    "notice",
    "inspection",
    "stock",
    "fill",
    "approve",
    "check",
    "wang",
    "zhao",
    "qian",
    "zhou",
    "admin",
    "system",
    "purchase",
    "inbound",
    "field",
    "draws",
    "role",
    "done",
    "refused",
    "login",
    "curl",
    "Chrome",
    "sun",
    "bootstrap",
    "furnish",
    "password",
    "MB",
];

/// Addresses that everybody may open.
fn pages(slips: &[i64]) -> Vec<String> {
    let mut all: Vec<String> = [
        "/",
        "/inbox",
        "/inbox/mine",
        "/inbox/done",
        "/inbox/watched",
        "/inbox?only=late",
        "/inbox?only=deputy",
        "/inbox/drafts",
        "/handheld",
        "/handheld?q=CG20260401-0001",
        "/handheld?q=X999",
        "/slips",
        "/slips?state=done&sort=-amount",
        "/slips?text=CG2026",
        "/slips?text=供货",
        "/slips?kind=gsp.purchase_inbound.order&from=2026-01-01&to=2026-12-31&person=wang",
        "/slips?text=nothing-like-it",
        "/new",
        "/me",
        "/me/sign-in",
        "/me/notices",
        "/notices",
        "/search?q=A001",
        "/search?q=供货",
        "/check",
        "/help",
        "/help/gsp.purchase_inbound.order",
        "/help/gsp.purchase_inbound.receipt",
        "/help/gsp.purchase_inbound.inspection",
        "/ledgers",
        "/ledgers/gsp.on_order",
        "/ledgers/gsp.stock",
        "/ledgers/gsp.stock?as_of=2026-03-31",
        "/ledgers/gsp.stock?place=good&key=A&zero=1",
        "/ledgers/gsp.gl",
        "/ledgers/gsp.stock?as_of=2026-04-01&at=12:30&depth=2",
        "/ledgers/gsp.stock/expiry",
        "/ledgers/gsp.stock/expiry?left=0&place=good",
        "/ledgers/gsp.stock?depth=3",
        "/ledgers/gsp.stock/compare",
        "/ledgers/gsp.stock/compare?from=2026-03-31&to=2026-04-01&to_at=23:00",
        "/ledgers/gsp.gl/compare?place=goods",
        "/ledgers/gsp.stock/pivot",
        "/ledgers/gsp.stock/pivot?rows=k1&cols=month&what=in",
        "/ledgers/gsp.gl/pivot",
        "/ledgers/gsp.stock/charts",
        "/ledgers/gsp.gl/charts",
        "/ledgers/gsp.stock/statement?place=good&since=2026-03-31&since_at=12:00&as_of=2026-12-31&at=12:00",
        "/ledgers/gsp.stock/statement?under=A001%2F",
        "/ledgers/gsp.stock/trace?key=A001%2FB240101",
        "/ledgers/gsp.stock/trace?key=Z9",
        "/search?q=B240101",
        "/registers/gsp.party?state=ending",
        "/registers/gsp.party?on=2026-04-01&at=12:30",
        "/registers/gsp.item/A001/versions",
        "/registers/gsp.party/S01/versions?all=1",
        "/flows/gsp.purchase_inbound/work",
        "/flows/gsp.purchase_inbound/work?from=2026-01-01&to=2026-12-31",
        "/ledgers/gsp.stock/statement?place=good&key=A001%2FB240101",
        "/ledgers/gsp.gl/statement?place=goods",
        "/registers",
        "/registers/gsp.party",
        "/registers/gsp.item?q=A0",
        "/registers/gsp.party/S01",
        "/registers/gsp.party/S02",
        "/flows",
        "/flows/gsp.purchase_inbound",
        "/inbox?only=today",
    ]
    .map(str::to_owned)
    .to_vec();
    for slip in slips {
        all.push(format!("/slips/{slip}"));
        all.push(format!("/slips/{slip}/print"));
        all.push(format!("/slips/{slip}/versions"));
        all.push(format!("/slips/{slip}/codes"));
        all.push(format!("/flows/gsp.purchase_inbound?slip={slip}"));
        all.push(format!("/slips/{slip}/act/return"));
        all.push(format!("/slips/{slip}/act/void"));
        all.push(format!("/slips/{slip}/act/ask-reversal"));
        all.push(format!("/slips/{slip}/act/copy-to"));
        all.push(format!("/slips/{slip}/act/remind"));
    }
    all
}

/// Addresses of administrators.
const ADMIN: [&str; 29] = [
    "/admin",
    "/admin/separation",
    "/admin/separation?pair=gsp.receiver%2Binspector&q=zhao&on=2026-05-01",
    "/admin/staffing",
    "/admin/staffing?without=zhou&on=2026-05-01",
    "/admin/scopes",
    "/admin/packs",
    "/admin/parameters",
    "/admin/parameters/gsp.receipt_shelf_days",
    "/admin/import",
    "/admin/series",
    "/admin/series/gsp.purchase_inbound.order",
    "/admin/journal?field=supplier&text=S01&actor=wang",
    "/admin/print",
    "/admin/webhooks",
    "/admin/channels",
    "/admin/outbox",
    "/admin/backups",
    "/admin/inspection",
    "/admin/people/wang/sign-in",
    "/admin/people",
    "/admin/new-person",
    "/admin/people/wang",
    "/admin/people/wang/password",
    "/admin/journal",
    "/admin/journal?outcome=refused&act=step",
    "/admin/journal/3",
    "/admin/registers/gsp.party/new",
    "/admin/registers/gsp.item/change/A001",
];

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff5e}')
}

/// Texts of a page in its other language.
fn foreign(page: &Page, lang: &str) -> Vec<String> {
    let mut found = Vec::new();
    for text in crate::desk::html::texts(&page.html) {
        let mut rest = text.clone();
        for known in DATA {
            rest = rest.replace(known, "");
        }
        let wrong = if lang == "en" {
            rest.contains(is_chinese)
        } else {
            let words = rest.split(|c: char| !c.is_ascii_alphanumeric());
            let mut long = words.filter(|word| {
                word.len() >= 4 || (word.len() == 3 && word.starts_with(char::is_uppercase))
            });
            long.any(|word| !NAMES.contains(&word) && !word.contains(|c: char| c.is_ascii_digit()))
        };
        if wrong {
            found.push(text);
        }
    }
    found
}

async fn check(desk: &mut Desk<'_>, path: &str, wrong: &mut Vec<String>) {
    let page = desk.get(path).await;
    if page.status != 200 {
        wrong.push(format!("{path}: {} {}", page.status, page.text()));
    }
    for text in foreign(&page, desk.lang) {
        wrong.push(format!("{} {path}: {text:?}", desk.lang));
    }
}

/// Paths may hold Chinese; a request's address may not.
fn ascii(path: &str) -> String {
    let mut out = String::new();
    for c in path.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            let mut buffer = [0; 4];
            for byte in c.encode_utf8(&mut buffer).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    out
}

#[tokio::test]
async fn every_page_answers_in_both_languages_and_is_wholly_in_its_own() {
    let company = Company::new().await;
    let slips = purchase(&company, "100").await;
    // An order that was returned, a draft, a comment, a refusal: pages say more when more has happened.
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let mut form = wang
        .get("/new/gsp.purchase_inbound.order.fill")
        .await
        .fill();
    form.set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", "5")
        .set("l.1.price", "1");
    wang.send(&form.clone(), "save").await;
    let second = wang.send(form.set("_key", "another"), "sign").await.slip();
    let mut li = Desk::log_in(&company, "li", "zh").await;
    let page = li.get(&format!("/slips/{second}")).await;
    let mut back = page.form("act/return");
    li.send(back.set("reason", "写错价格"), "")
        .await
        .must_have("已退回");
    let page = li.get(&format!("/slips/{second}")).await;
    li.send(page.form("act/comment").set("text", "请看一下"), "")
        .await
        .must_have("请看一下");
    wang.get(&format!(
        "/slips/{second}/sign/gsp.purchase_inbound.order.fill"
    ))
    .await
    .must_have("采购订单填制");

    let mut wrong = Vec::new();
    let mut all = pages(&slips);
    all.push(format!("/slips/{second}"));
    for lang in ["zh", "en"] {
        for login in ["wang", "zhou", "admin"] {
            let mut desk = Desk::log_in(&company, login, lang).await;
            for path in &all {
                check(&mut desk, &ascii(path), &mut wrong).await;
            }
        }
        let mut admin = Desk::log_in(&company, "admin", lang).await;
        for path in ADMIN {
            check(&mut admin, path, &mut wrong).await;
        }
        let mut wang = Desk::log_in(&company, "wang", lang).await;
        for step in ["order.fill", "receipt.fill"] {
            let path = format!("/new/gsp.purchase_inbound.{step}");
            check(&mut wang, &path, &mut wrong).await;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_is_not_there_or_not_allowed_says_so_in_both_languages() {
    let company = Company::new().await;
    for (lang, missing, forbidden) in [
        ("zh", "没有这一页", "须由系统管理员办理"),
        (
            "en",
            "There is no such page",
            "must be done by an administrator",
        ),
    ] {
        let mut wang = Desk::log_in(&company, "wang", lang).await;
        for path in [
            "/nowhere",
            "/slips/999",
            "/slips/x",
            "/ledgers/gsp.none",
            "/registers/person",
            "/registers/gsp.party/none",
            "/flows/gsp.none",
            "/new/gsp.none.order.fill",
            "/slips/1/act/rewrite",
        ] {
            let page = wang.get(path).await;
            assert!(matches!(page.status, 404 | 400), "{path}: {}", page.status);
            assert!(
                page.has(missing) || page.status == 400,
                "{path}: {}",
                page.text()
            );
        }
        for path in ADMIN {
            let page = wang.get(path).await;
            assert_eq!(page.status, 403, "{path}");
            page.must_have(forbidden);
        }
    }
}

#[tokio::test]
async fn the_printed_form_and_the_files_come_as_what_they_are() {
    let company = Company::new().await;
    let slips = purchase(&company, "100").await;
    let mut zhou = Desk::log_in(&company, "zhou", "zh").await;
    for slip in slips {
        for query in ["", "?lang=en", "?copies=3"] {
            let reply = zhou.fetch(&format!("/slips/{slip}/print.pdf{query}")).await;
            assert_eq!(reply.status, 200, "{}", reply.text());
            assert_eq!(reply.headers["content-type"], "application/pdf");
            assert!(reply.bytes.starts_with(b"%PDF-"));
        }
    }
    let style = zhou.fetch("/assets/app.css").await;
    assert_eq!(style.headers["content-type"], "text/css; charset=utf-8");
    assert!(
        style.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
    assert_eq!(zhou.fetch("/assets/../Cargo.toml").await.status, 404);
    assert_eq!(zhou.fetch("/assets/%2e%2e%2fCargo.toml").await.status, 404);
}

#[test]
fn the_scan_sees_what_is_foreign() {
    let page = |html: &str| Page {
        status: 200,
        url: String::new(),
        html: html.to_owned(),
    };
    let mixed =
        page("<p title=\"签字\">Sign</p><button lang=\"zh-CN\">中文</button><b>wang 先生</b>");
    assert_eq!(foreign(&mixed, "en"), ["签字"]);
    assert_eq!(foreign(&mixed, "zh"), ["Sign"]);
}

#[tokio::test]
async fn light_or_dark_holds_from_the_first_byte_of_every_page() {
    let company = Company::new().await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let page = wang.get("/inbox").await;
    assert!(
        page.html
            .contains("<html lang=\"zh-CN\" data-theme=\"system\">")
    );
    for (chosen, held) in [("dark", "dark"), ("light", "light"), ("puce", "system")] {
        let mut fields = page.form("/appearance").fields;
        fields.push(("theme".to_owned(), chosen.to_owned()));
        wang.send_fields("/appearance", &fields).await;
        // One page of each sort: with its shell, without one, and for a mistake.
        for path in ["/slips", "/password", "/check", "/nowhere"] {
            let page = wang.get(path).await;
            let begin: String = page.html.chars().take(400).collect();
            assert!(
                begin.contains(&format!("data-theme=\"{held}\"")),
                "{path}: {begin}"
            );
        }
    }
}

#[tokio::test]
async fn every_kind_of_slip_is_explained_by_its_pack() {
    let company = Company::new().await;
    let mut zhao = Desk::log_in(&company, "zhao", "zh").await;
    let index = zhao.get("/help").await;
    index.must_have("收货单").must_have("我该从哪里开始");
    let page = zhao.get("/help/gsp.purchase_inbound.receipt").await;
    page.must_have("由采购订单生成")
        .must_have("距有效期不足180天不得收货")
        .must_have("现场检查指导原则")
        .must_have("不得为同一人")
        .must_have("不能超过采购订单的未执行数量")
        .must_have("可扫码");
    assert_eq!(
        zhao.get("/help/gsp.purchase_inbound.none").await.status,
        404
    );
    let mut wang = Desk::log_in(&company, "wang", "en").await;
    let form = wang.get("/new/gsp.purchase_inbound.order.fill").await;
    assert!(
        form.html
            .contains("href=\"/help/gsp.purchase_inbound.order\"")
    );
    let page = wang.get("/help/gsp.purchase_inbound.order").await;
    page.must_have("begun by itself")
        .must_have("may be left empty");
}

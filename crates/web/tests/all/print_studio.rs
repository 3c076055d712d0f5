//! The print studio: prints on record, the square code and its check, own forms, seals.

use crate::common::Company;
use crate::desk::{Desk, Page, purchase};
use engine::{Act, NoteKind};
use kernel::SlipId;
use web::paper::check::{Claim, Verdict, check, code_of};

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

fn slip(company: &Company, id: i64) -> std::sync::Arc<engine::Slip> {
    let found = company.app.store().slip(crate::common::ORG, SlipId(id));
    found.expect("read").expect("there")
}

/// The text of the square code of a slip.
fn code(company: &Company, id: i64) -> String {
    let slip = slip(company, id);
    let key = company.app.secret_key().expect("a key");
    code_of(key, &slip.number, &slip.content).expect("a code")
}

fn verdict(company: &Company, text: &str) -> Verdict {
    let Some(claim) = Claim::read(text) else {
        return Verdict::NotGenuine;
    };
    let key = company.app.secret_key().ok();
    let store = company.app.store();
    check(store, crate::common::ORG, &claim, key)
        .expect("read")
        .verdict
}

async fn print(desk: &mut Desk<'_>, id: i64, query: &str) -> Page {
    let page = desk.get(&format!("/slips/{id}/print{query}")).await;
    let form = page.form(&format!("/slips/{id}/print"));
    assert!(form.action.ends_with("/print"), "{}", form.action);
    desk.send(&form, "").await
}

#[tokio::test]
async fn every_print_is_on_record_and_the_second_says_so() {
    let company = Company::new().await;
    let id = order(&company).await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    let first = print(
        &mut wang,
        id,
        "?paper=a5-landscape&copies=file,accounts&dx=-1.5",
    )
    .await;
    first
        .must_have("已登记打印")
        .must_have("首次打印")
        .must_have("file、accounts");
    let pdf = wang.fetch(&first.link("/prints/")).await;
    assert_eq!(pdf.status, 200, "{}", pdf.text());
    assert!(pdf.bytes.starts_with(b"%PDF-"));
    let second = print(&mut wang, id, "").await;
    second.must_have("补打 1");
    wang.get(&format!("/slips/{id}"))
        .await
        .must_have("打印 (2)");
    let notes = company
        .app
        .store()
        .notes(crate::common::ORG, SlipId(id))
        .unwrap();
    let prints = notes.iter().filter(|row| row.note.kind == NoteKind::Print);
    assert_eq!(prints.map(|row| row.note.size).collect::<Vec<_>>(), [2, 1]);
    let mut li = Desk::log_in(&company, "li", "en").await;
    let others = li.fetch(&first.link("/prints/")).await;
    assert_eq!(others.status, 404, "a print is his who printed it");
    li.get(&format!("/slips/{id}/print"))
        .await
        .must_have("Reprint 2")
        .must_have("First print");
}

#[tokio::test]
async fn what_is_shown_is_pictures_and_a_sample() {
    let company = Company::new().await;
    let id = order(&company).await;
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    for query in [
        "",
        "?paper=continuous-241x93",
        "?paper=custom&width=200&height=120&over=1",
        "?lang=en",
    ] {
        let page = wang.get(&format!("/slips/{id}/print{query}")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(
            page.html.contains(&format!("/slips/{id}/print/page/1")),
            "{query}"
        );
        let path = format!("/slips/{id}/print/page/1{query}");
        let picture = wang.fetch(&path).await;
        assert_eq!(
            picture.headers["content-type"],
            "image/svg+xml",
            "{}",
            picture.text()
        );
        assert!(picture.text().starts_with("<svg"));
        assert_eq!(
            wang.fetch(&format!("/slips/{id}/print/page/9{query}"))
                .await
                .status,
            404
        );
    }
    let ruler = wang.fetch("/print/calibration.pdf?paper=a4&dx=1.5").await;
    assert!(ruler.bytes.starts_with(b"%PDF-"), "{}", ruler.text());
}

#[tokio::test]
async fn a_printed_slip_is_checked_by_anybody() {
    let company = Company::new().await;
    let id = order(&company).await;
    let text = code(&company, id);
    assert_eq!(verdict(&company, &text), Verdict::Genuine);
    // One figure of the digest, of the signature and of the number, each by itself.
    let parts: Vec<&str> = text.splitn(4, '.').collect();
    let other = |part: &str| {
        let last = part.chars().next_back().unwrap();
        let new = if last == '1' { '2' } else { '1' };
        format!("{}{new}", &part[..part.len() - 1])
    };
    for at in 1..4 {
        let mut altered: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        altered[at] = other(&altered[at]);
        assert_eq!(
            verdict(&company, &altered.join(".")),
            Verdict::NotGenuine,
            "{at}"
        );
    }
    let slip = slip(&company, id);
    let typed = format!("{} {}", slip.number, slip.content);
    assert_eq!(verdict(&company, &typed), Verdict::Genuine);
    assert_eq!(
        verdict(&company, &format!("{} {}", slip.number, "0".repeat(64))),
        Verdict::NotGenuine
    );

    let mut nobody = Desk::empty(&company, "en");
    let page = nobody.get(&format!("/check?c={text}")).await;
    page.must_have("Genuine").must_have(&slip.number);
    assert!(!page.has("供货一") && !page.has("wang"), "{}", page.text());
    nobody
        .get(&format!("/check?c={}", other(&text)))
        .await
        .must_have("Not genuine");
    let api = company.get(&format!("/api/v1/check?c={text}"), None).await;
    assert_eq!(api.json()["verdict"], "genuine");

    let reason = "作废试验".to_owned();
    company
        .must(
            "wang",
            Act::Void {
                slip: SlipId(id),
                reason,
            },
        )
        .await;
    assert_eq!(verdict(&company, &text), Verdict::Superseded);
    nobody
        .get(&format!("/check?c={text}"))
        .await
        .must_have("Superseded");
    let mut last = 200;
    for _ in 0..40 {
        last = nobody
            .fetch(&format!("/check?c={text}"))
            .await
            .status
            .as_u16();
    }
    assert_eq!(last, 429, "whoever asks again and again waits");
}

#[tokio::test]
async fn an_own_form_is_tried_and_kept_and_a_wrong_one_is_not() {
    let company = Company::new().await;
    let id = order(&company).await;
    for (lang, wrong) in [("zh", "单据没有字段"), ("en", "unknown field")] {
        let mut admin = Desk::log_in(&company, "admin", lang).await;
        let url = format!("/admin/print/form?kind={FLOW}.order");
        let mut form = admin.get(&url).await.form("/admin/print/form");
        form.set(
            "source",
            "#import \"/kit.typ\": form\n#form(fields: (\"suplier\",))\n",
        );
        form.fields.push(("_do".to_owned(), "keep".to_owned()));
        let page = admin.multipart(&form).await;
        assert_eq!(page.status, 422, "{}", page.text());
        page.must_have(wrong)
            .must_have("order.typ:2:")
            .must_have("supplier");
    }
    let mut admin = Desk::log_in(&company, "admin", "zh").await;
    let url = format!("/admin/print/form?kind={FLOW}.order");
    let mut form = admin.get(&url).await.form("/admin/print/form");
    form.set(
        "source",
        "#import \"/kit.typ\": form\n#form(paper: \"a5\", note: \"本单位样式\")\n",
    )
    .set("why", "改用 A5");
    form.fields.push(("_do".to_owned(), "keep".to_owned()));
    let page = admin.multipart(&form).await;
    page.must_have("样式已启用").must_have("改用 A5");
    admin.get("/admin/print").await.must_have("本单位 v1");
    let mut wang = Desk::log_in(&company, "wang", "zh").await;
    print(&mut wang, id, "").await.must_have("order.typ v1");
    let refused = wang.multipart(&form).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn the_forms_of_the_pack_lose_nothing_of_a_real_purchase() {
    use ::print::{Bilingual, Language, Printer};
    use web::slip_form::{Paper, printable};
    let company = Company::new().await;
    let slips = purchase(&company, "100").await;
    let printer = Printer::new();
    for id in slips {
        let slip = slip(&company, id);
        for language in [Language::Zh, Language::En] {
            let paper = Paper {
                language,
                company: Bilingual::new("仁和药业", "Renhe Pharma"),
                ..Paper::default()
            };
            let made = printable(company.app.store(), crate::common::ORG, &slip, &paper);
            let made = made.expect("read").expect("a known version");
            assert!(made.template.is_some(), "{} has no form", slip.kind);
            let inspection = printer
                .inspect(&made.form(), &made.data)
                .expect("it is set");
            assert_eq!(
                inspection.lost(),
                Vec::<&str>::new(),
                "{} {language:?}",
                slip.kind
            );
        }
    }
}

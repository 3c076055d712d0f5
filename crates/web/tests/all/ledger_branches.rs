//! A ledger with more accounts than a page shows: branches are read when they are opened, with scripts and without.

use crate::common::Company;
use crate::desk::{Desk, Page};

const STOCK: &str = "/ledgers/gsp.stock";
/// More batches than are shown whole: each stands in two places.
const BATCHES: usize = 230;

/// One delivery in many batches of one item, and what is on the shelf of it.
async fn many_batches(company: &Company) {
    let flow = "gsp.purchase_inbound";
    let mut wang = Desk::log_in(company, "wang", "zh").await;
    let mut form = wang.get(&format!("/new/{flow}.order.fill")).await.fill();
    form.set("h.supplier", "S01");
    for line in 1..=BATCHES {
        form.put(&format!("l.{line}.item"), "A001")
            .put(&format!("l.{line}.qty"), "2")
            .put(&format!("l.{line}.price"), "12.50");
    }
    let mut slip = wang.send(&form, "sign").await.slip();
    let mut li = Desk::log_in(company, "li", "zh").await;
    let page = li.get(&format!("/slips/{slip}")).await;
    li.send(&page.form("order.approve"), "").await;
    for (login, step) in [
        ("zhao", "receipt.fill"),
        ("qian", "notice.fill"),
        ("sun", "inspection.fill"),
        ("zhou", "stock_in.fill"),
    ] {
        let mut desk = Desk::log_in(company, login, "zh").await;
        let url = format!("/new/{flow}.{step}?from={slip}");
        let mut form = desk.get(&url).await.fill();
        if step == "receipt.fill" {
            form.set("h.delivery_note", "DN1")
                .set("h.transport", "常温");
        }
        for line in 1..=BATCHES {
            let of = |field: &str| format!("l.{line}.{field}");
            match step {
                "receipt.fill" => {
                    form.set(&of("batch"), &format!("B{line:04}"))
                        .set(&of("made"), "2026-01-01")
                        .set(&of("expiry"), "2028-01-01");
                }
                "inspection.fill" => {
                    form.set(&of("sampled"), "1").set(&of("passed"), "2");
                }
                "stock_in.fill" => {
                    form.set(&of("bin"), "A-01-03");
                }
                _ => {}
            }
        }
        slip = desk.send(&form, "sign").await.slip();
    }
}

/// What a browser fetches when it opens a branch.
async fn inside(desk: &mut Desk<'_>, url: &str) -> String {
    let answer = desk.part(url, "branch").await;
    assert_eq!(answer.status, 200, "{url}");
    answer.text()
}

fn more_of(html: &str, id: &str) -> String {
    let marked = format!("data-id=\"{id}\" data-more=\"");
    let from = html
        .find(&marked)
        .unwrap_or_else(|| panic!("{id} in {html}"));
    let rest = &html[from + marked.len()..];
    rest[..rest.find('"').expect("an end")].replace("&amp;", "&")
}

fn rows(page: &Page) -> usize {
    page.html.matches("data-level=").count()
}

#[tokio::test]
async fn a_large_tree_is_read_branch_by_branch() {
    let company = Company::new().await;
    many_batches(&company).await;
    let total = (BATCHES * 2).to_string();
    for at in ["", "&as_of=2026-04-01", "&as_of=2026-04-01&at=23:00"] {
        let mut li = Desk::log_in(&company, "li", "zh").await;
        let page = li.get(&format!("{STOCK}?depth={at}")).await;
        assert!(rows(&page) < 10, "{}", page.html);
        assert!(page.has(&total) && !page.has("B0001"), "{}", page.text());
        // A browser fetches the item, and below it the batches.
        let item = inside(&mut li, &more_of(&page.html, "good")).await;
        assert!(
            item.contains("阿司匹林") && item.contains(&format!("批号 {BATCHES}")),
            "{item}"
        );
        assert!(item.contains("data-level=\"2\"") && item.contains(&total));
        let batches = inside(&mut li, &more_of(&item, "good A001/")).await;
        assert_eq!(
            batches.matches("data-level=\"3\"").count(),
            201,
            "200 and the way to more"
        );
        assert!(batches.contains("B0001") && !batches.contains("B0230"));
        // Without scripts the same is a page for each branch, and a next page.
        let place = li.get(&page.link("place=good")).await;
        place.must_have("阿司匹林");
        let item = li.get(&place.link("key=A001%2F")).await;
        item.must_have("B0001").must_have("B0230");
        let after = batches.find("after=").expect("a way to more");
        let from = batches[..after].rfind('"').expect("an address") + 1;
        let url = batches[from..].split('"').next().expect("an end");
        let next = li.get(&url.replace("&amp;", "&")).await;
        next.must_have("B0230");
        assert!(!next.has("B0001"));
        // Everything at once is refused with a way out; places alone are still places alone.
        let all = li.get(&format!("{STOCK}?depth=3{at}")).await;
        all.must_have("户数过多");
        let places = li.get(&format!("{STOCK}?depth=1{at}")).await;
        assert!(!places.html.contains("data-more"));
        let items = li.get(&format!("{STOCK}?depth=2{at}")).await;
        items.must_have("阿司匹林");
        assert!(!items.has("B0001"));
    }
}

#[tokio::test]
async fn two_moments_of_a_large_ledger_are_compared_branch_by_branch() {
    let company = Company::new().await;
    many_batches(&company).await;
    let total = (BATCHES * 2).to_string();
    for (from, to) in [
        ("from=2026-03-31", ""),
        (
            "from=2026-03-31&from_at=12:00",
            "&to=2026-04-01&to_at=23:00",
        ),
    ] {
        let mut li = Desk::log_in(&company, "li", "en").await;
        let page = li.get(&format!("{STOCK}/compare?{from}{to}")).await;
        assert!(rows(&page) < 10 && page.has(&total), "{}", page.html);
        let item = inside(&mut li, &more_of(&page.html, "good")).await;
        assert!(item.contains("阿司匹林") && item.contains(&total), "{item}");
        let batches = inside(&mut li, &more_of(&item, "good A001/")).await;
        assert!(
            batches.contains("B0001") && batches.matches("data-level=\"3\"").count() == BATCHES
        );
        let place = li.get(&page.link("place=good")).await;
        place.must_have("B0230");
    }
}

//! Every page in a real browser under axe-core, the auditor of accessible names, roles and contrast that most others are
//! built on: no serious and no critical finding, in both languages, by light and by dark, on a screen and on a phone. On
//! the way: nothing runs off the side of a page, and nothing moves after it is painted.

use std::path::Path;

use serde_json::Value;
use testkit::browser::{Browser, Language, Window};

use crate::common::Server;
use crate::common::browser::{Any, PATIENCE, logins};

/// The auditor; MPL-2.0, its licence beside it. It is part of the tests and not of the program.
const AXE: &str = include_str!("../axe/axe.min.js");
/// Findings of these weights fail.
const GRAVE: [&str; 2] = ["serious", "critical"];
/// The most that what is seen may move, in the measure of browsers (cumulative layout shift); 0.1 is called good.
const SHIFT_MAX: f64 = 0.1;

/// Pages of everybody.
const PAGES: [&str; 66] = [
    "/",
    "/inbox",
    "/inbox/mine",
    "/inbox/done",
    "/inbox/watched",
    "/inbox/drafts",
    "/slips",
    "/slips?state=done&sort=-amount",
    "/slips?text=nothing-like-it",
    "/new",
    "/me",
    "/me/sign-in",
    "/me/notices",
    "/notices",
    "/search?q=YP0001",
    "/check",
    "/help",
    "/help/gsp.purchase_inbound.receipt",
    "/ledgers",
    "/ledgers/gsp.on_order",
    "/ledgers/gsp.stock",
    "/ledgers/gsp.gl",
    "/ledgers/gsp.gl/statement?place=goods",
    "/registers",
    "/registers/gsp.item?q=YP",
    "/registers/gsp.item/YP0001",
    "/flows",
    "/flows/gsp.purchase_inbound",
    "/flows/gsp.purchase_inbound?slip=1",
    "/new/gsp.purchase_inbound.order.fill",
    "/slips/1",
    "/slips/1/print",
    "/slips/1/versions",
    "/slips/1/act/void",
    "/slips/10/act/return",
    "/slips/3",
    "/slips?kind=gsp.purchase_inbound.order&state=done",
    "/slips/sums?group=supplier",
    "/notices?all=1",
    "/ledgers/gsp.stock?depth=3&place=pending",
    "/ledgers/gsp.stock?as_of=2026-01-01&at=15:30",
    "/ledgers/gsp.stock/compare",
    "/ledgers/gsp.stock/pivot",
    "/ledgers/gsp.stock/pivot?rows=month&cols=place",
    "/ledgers/gsp.stock/charts",
    "/ledgers/gsp.stock/expiry",
    "/ledgers/gsp.stock/trace?key=nothing-like-it",
    "/new/gsp.sales_out.bill.fill",
    "/new/gsp.partner_registration.party_card.fill",
    "/flows/gsp.nonconforming_destruction",
    "/registers/gsp.qualification",
    "/ledgers/gsp.gl/compare",
    "/ledgers/gsp.gl/pivot",
    "/ledgers/gsp.gl/charts",
    "/ledgers/gsp.stock/statement?place=good",
    "/registers/gsp.party?state=ending",
    "/registers/gsp.party/GY001",
    "/registers/gsp.item/YP0001/versions",
    "/flows/gsp.purchase_inbound/work",
    "/flows/gsp.purchase_inbound?slip=10",
    "/search?q=YP&in=files",
    "/slips/10/print?copies=%E5%AD%98%E6%A0%B9%E8%81%94&over=1",
    "/check?c=nonsense",
    "/nowhere",
    "/password",
    "/confirm",
];

/// Pages of administrators.
const ADMIN: [&str; 32] = [
    "/admin",
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
    "/admin/journal/3",
    "/admin/journal?text=YP0001&field=item",
    "/admin/journal?text=nothing-like-it",
    "/admin/separation",
    "/admin/separation?q=wang",
    "/admin/staffing",
    "/admin/staffing?without=li",
    "/admin/scopes",
    "/admin/import",
    "/admin/series",
    "/admin/series/gsp.purchase_inbound.order",
    "/admin/parameters",
    "/admin/parameters/gsp.receipt_shelf_days",
    "/admin/packs",
    "/admin/print/form?kind=gsp.purchase_inbound.order",
    "/admin/outbox?state=dead",
    "/admin/webhooks/new",
    "/admin/registers/gsp.party/change/GY001",
    "/admin/registers/gsp.party/new",
];

/// What is looked at in one way of looking.
struct Audit<'a> {
    browser: &'a Browser,
    address: String,
    /// How it is looked at, for what is found.
    way: String,
    found: Vec<String>,
}

impl Audit<'_> {
    /// Audits what the window shows now.
    async fn look(&mut self, what: &str) -> Any<()> {
        let there = self.browser.run("return 'axe' in window").await?;
        if there != Value::Bool(true) {
            self.browser.run(AXE).await?;
        }
        let run = "return axe.run(document, {resultTypes: ['violations']}).then(told => told.violations.map(one => \
                   [one.impact, one.id, one.nodes.map(node => node.target.join(' ')).join(', ')]))";
        let told = self.browser.run(run).await?;
        for one in told.as_array().into_iter().flatten() {
            let word = |index: usize| one[index].as_str().unwrap_or("");
            let line = format!(
                "{} {what}: {} {} at {}",
                self.way,
                word(0),
                word(1),
                word(2)
            );
            if GRAVE.contains(&word(0)) {
                self.found.push(line);
            } else {
                println!("{line}");
            }
        }
        Ok(())
    }

    /// Opens a page, audits it, and measures what moved and what is too wide.
    async fn open(&mut self, path: &str) -> Any<()> {
        self.browser
            .goto(&format!("{}{path}", self.address))
            .await?;
        self.browser.wait_for("main", PATIENCE).await?;
        let shift = "return new Promise(done => { let sum = 0; new PerformanceObserver(list => { for (const one of \
                     list.getEntries()) sum += one.value; }).observe({type: 'layout-shift', buffered: true}); \
                     setTimeout(() => done(sum), 50); })";
        let shift = self.browser.run(shift).await?.as_f64().unwrap_or(1.0);
        if shift > SHIFT_MAX {
            self.found
                .push(format!("{} {path} moves by {shift}", self.way));
        }
        let heads = "return document.querySelectorAll('h1').length";
        let heads = self.browser.run(heads).await?;
        if heads != 1 {
            self.found.push(format!(
                "{} {path} has {heads} headings of the first level",
                self.way
            ));
        }
        let over = "return document.documentElement.scrollWidth - innerWidth";
        let over = self.browser.run(over).await?.as_i64().unwrap_or(1);
        if over > 0 {
            self.found
                .push(format!("{} {path} is {over} pixels too wide", self.way));
        }
        self.look(path).await
    }

    async fn log_in(&mut self, login: &str, password: &str) -> Any<()> {
        self.open("/login").await?;
        self.browser.fill("#name", login).await?;
        self.browser.fill("#password", password).await?;
        self.browser.press("Enter").await?;
        self.browser.wait_for("header.top", PATIENCE).await?;
        Ok(())
    }

    /// Chooses light or dark in the menu, as a person does; the page that follows has it from its first byte.
    async fn choose(&mut self, theme: &str) -> Any<()> {
        self.browser
            .run("document.querySelector('.themes').closest('details').open = true")
            .await?;
        self.browser
            .click(&format!(".themes [value={theme}]"))
            .await?;
        self.browser
            .wait_for(&format!("html[data-theme={theme}]"), PATIENCE)
            .await?;
        let script = "return getComputedStyle(document.documentElement).backgroundColor";
        let ground = self.browser.run(script).await?;
        let dark = ground == Value::String("rgb(20, 23, 27)".to_owned());
        assert_eq!(dark, theme == "dark", "{ground}");
        Ok(())
    }

    /// What a page shows only after something was done: the sheet of keys, a look-up, a refusal.
    async fn states(&mut self) -> Any<()> {
        let form = format!("{}/new/gsp.purchase_inbound.order.fill", self.address);
        self.browser.goto(&form).await?;
        self.browser
            .wait_for("line-grid tbody tr", PATIENCE)
            .await?;
        self.browser.click("[name=\"h.supplier\"]").await?;
        self.browser.press("F7").await?;
        self.browser.wait_for("#popup li", PATIENCE).await?;
        self.look("a look-up").await?;
        self.browser.press("Escape").await?;
        self.browser.press("Control+Enter").await?;
        self.browser.wait_for("[data-refused]", PATIENCE).await?;
        self.look("a refused form").await?;
        self.browser
            .run("document.querySelector('#shortcuts').showModal()")
            .await?;
        self.look("the sheet of keys").await
    }
}

async fn audit(
    server: &Server,
    folder: &Path,
    (window, language, theme): (Window, Language, &str),
) -> Any<Vec<String>> {
    let logins = logins(folder)?;
    let mut found = Vec::new();
    for (login, pages) in [("wang", &PAGES[..]), ("admin", &ADMIN[..])] {
        let browser = Browser::start_with(window, language).await?;
        let mut audit = Audit {
            browser: &browser,
            address: format!("http://{}", server.address),
            way: format!("{window:?} {language:?} {theme} {login}"),
            found: Vec::new(),
        };
        audit.log_in(login, &logins[login]).await?;
        audit.choose(theme).await?;
        // The same page asked otherwise differs little: that is tried in one way of looking.
        let plain = window == Window::Phone && !everything();
        for path in pages.iter().filter(|path| !(plain && path.contains('?'))) {
            audit.open(path).await?;
        }
        if login == "wang" {
            audit.states().await?;
        }
        found.append(&mut audit.found);
        browser.close().await?;
    }
    Ok(found)
}

/// Whether every page is to be looked at in every way.
fn everything() -> bool {
    std::env::var("AUDIT").is_ok_and(|asked| asked == "all")
}

/// Each language and each theme on one of the two windows; with `AUDIT=all` also the other way about.
#[tokio::test]
async fn browser_every_page_passes_an_audit() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    let mut found = Vec::new();
    let mut ways = vec![
        (Window::Desktop, Language::Chinese, "light"),
        (Window::Phone, Language::English, "dark"),
    ];
    if everything() {
        ways.push((Window::Desktop, Language::English, "dark"));
        ways.push((Window::Phone, Language::Chinese, "light"));
    }
    for way in ways {
        let told = audit(&server, folder.path(), way).await;
        found.extend(told.unwrap_or_else(|error| panic!("{error}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

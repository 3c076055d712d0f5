//! A purchase from order to shelf by six people at six desks: each in a browser and a session of his own, by real keys,
//! on the program as it is started by a user.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::common::Server;
use crate::common::browser::{Any, PATIENCE, sit_down};
use testkit::browser::{Browser, Window};
use testkit::postgres::Cluster;

const FLOW: &str = "gsp.purchase_inbound";
/// What is ordered: an item of the demo company, stored at room temperature.
const ITEM: &str = "YP0003";

/// The company's server and everyone's password.
struct House {
    address: String,
    folder: PathBuf,
}

impl House {
    fn of(server: &Server, folder: &Path) -> Any<House> {
        Ok(House {
            address: format!("http://{}", server.address),
            folder: folder.to_owned(),
        })
    }

    /// A person sits down and logs in, by keyboard.
    async fn sit_down(&self, login: &str, window: Window) -> Any<Desk<'_>> {
        let browser = sit_down(&self.address, &self.folder, login, window).await?;
        Ok(Desk {
            browser,
            house: self,
        })
    }
}

/// A person's browser.
struct Desk<'a> {
    browser: Browser,
    house: &'a House,
}

impl Desk<'_> {
    async fn goto(&self, path: &str) -> Any<()> {
        Ok(self
            .browser
            .goto(&format!("{}{path}", self.house.address))
            .await?)
    }

    /// Puts the cursor into a field, empties it and types.
    async fn fill(&self, name: &str, text: &str) -> Any<()> {
        let css = format!("[name=\"{name}\"]");
        self.browser.fill(&css, text).await?;
        Ok(())
    }

    /// Signs by keyboard and waits for the slip's page; the slip's number and id.
    async fn sign(&self) -> Any<(String, i64)> {
        self.browser.press("Control+Enter").await?;
        self.browser.wait_for(".toast", PATIENCE).await?;
        let number = self.browser.text("h1 .code").await?;
        let address = self.browser.address().await?;
        let id = address.rsplit('/').next().unwrap_or("").parse()?;
        Ok((number, id))
    }

    /// The console has nothing to say but that what was refused was refused.
    async fn leave(self) -> Any<()> {
        let said = self.browser.console()?;
        let bad: Vec<&String> = said.iter().filter(|line| !line.contains("422")).collect();
        assert!(bad.is_empty(), "the console says {bad:?}");
        Ok(self.browser.close().await?)
    }
}

/// What stands in a place of the stock ledger of the two batches received here, one after the other.
async fn stock(desk: &Desk<'_>, place: &str) -> Any<String> {
    let path = format!("/ledgers/gsp.stock?place={place}&key={ITEM}%2FBRW");
    desk.goto(&path).await?;
    desk.browser.wait_for("h1", PATIENCE).await?;
    let script = "return [...document.querySelectorAll('tr.l3 .lead')].map(cell => cell.innerText).join(' ')";
    let shown = desk.browser.run(script).await?;
    Ok(shown.as_str().unwrap_or("").to_owned())
}

/// 王内勤 types an order without touching the mouse.
async fn order(house: &House) -> Any<(String, i64)> {
    let wang = house.sit_down("wang", Window::Desktop).await?;
    wang.goto(&format!("/new/{FLOW}.order.fill")).await?;
    let browser = &wang.browser;
    browser.click("[name=\"h.supplier\"]").await?;
    // By a part of the name: the list opens, Enter takes the first.
    browser.type_keys("华东").await?;
    browser.wait_for("#popup li", PATIENCE).await?;
    browser.press("Enter").await?;
    assert_eq!(browser.value("[name=\"h.supplier\"]").await?, "GY001");
    // Day, address, payment and seller are left out.
    for _ in 0..4 {
        browser.press("Enter").await?;
    }
    assert_eq!(
        browser.run("return document.activeElement.name").await?,
        "l.1.item"
    );
    browser.type_keys(ITEM).await?;
    browser.wait_for("#popup li", PATIENCE).await?;
    browser.press("Enter").await?;
    browser
        .wait_for_text("line-grid tbody tr", "胶囊剂", PATIENCE)
        .await?;
    browser.type_keys("100").await?;
    browser.press("Enter").await?;
    browser.type_keys("12.5").await?;
    browser.press("Enter").await?;
    browser
        .wait_for_text("line-grid tfoot", "1,250.00", PATIENCE)
        .await?;
    // What is typed is kept without asking.
    browser
        .wait_for_text("[data-saved]", "已保存", PATIENCE)
        .await?;
    let done = wang.sign().await?;
    browser
        .wait_for_text("[aria-current=step]", "采购订单审核", PATIENCE)
        .await?;
    // A draft that was signed is none any more; others stay.
    wang.goto("/inbox/drafts").await?;
    browser.wait_for_text("h1", "待办", PATIENCE).await?;
    let drafts = browser.text("main").await?;
    assert!(!drafts.contains(ITEM), "{drafts}");
    wang.leave().await?;
    Ok(done)
}

/// 李经理 has his inbox open: the order comes by itself, he opens and signs it.
async fn approve(li: Desk<'_>, number: &str) -> Any<()> {
    let browser = &li.browser;
    browser.wait_for_text("#inbox", number, PATIENCE).await?;
    let row = format!(
        "[...document.querySelectorAll('#inbox tbody tr')].find(row => row.innerText.includes('{number}'))"
    );
    browser
        .run(&format!("{row}.querySelector('a').focus()"))
        .await?;
    browser.press("Enter").await?;
    browser.wait_for_text("h1", number, PATIENCE).await?;
    li.sign().await?;
    browser
        .wait_for_text("h1 + .badge", "待 采购收货", PATIENCE)
        .await?;
    li.leave().await
}

/// 赵收货 receives sixty in two batches; more than was ordered is refused and nothing typed is lost.
async fn receive(house: &House, order: i64) -> Any<i64> {
    let zhao = house.sit_down("zhao", Window::Desktop).await?;
    let browser = &zhao.browser;
    zhao.goto("/inbox").await?;
    browser.click(&format!("a[href*=\"from={order}\"]")).await?;
    browser.wait_for("line-grid tbody tr", PATIENCE).await?;
    assert_eq!(browser.value("[name=\"l.1.qty\"]").await?, "100");
    for (name, text) in [
        ("h.delivery_note", "随货0042"),
        ("h.transport", "常温"),
        ("l.1.batch", "BRW-1"),
        ("l.1.made", "20261001"),
        ("l.1.expiry", "2029-10-01"),
        ("l.1.qty", "120"),
    ] {
        zhao.fill(name, text).await?;
    }
    browser.press("Control+Enter").await?;
    browser
        .wait_for_text("[data-refused]", "超过", PATIENCE)
        .await?;
    assert_eq!(
        browser.value("[name=\"h.delivery_note\"]").await?,
        "随货0042"
    );
    assert_eq!(browser.value("[name=\"l.1.made\"]").await?, "2026-10-01");
    assert_eq!(browser.value("[name=\"l.1.qty\"]").await?, "120");
    // The cursor stands in the cell that was refused; the line is split from there.
    assert_eq!(
        browser.run("return document.activeElement.name").await?,
        "l.1.qty"
    );
    zhao.fill("l.1.qty", "40").await?;
    browser.press("Control+Shift+d").await?;
    browser.wait_for("[name=\"l.2.qty\"]", PATIENCE).await?;
    zhao.fill("l.2.qty", "20").await?;
    zhao.fill("l.2.batch", "BRW-2").await?;
    zhao.fill("l.2.refused", "2").await?;
    let (_, receipt) = zhao.sign().await?;
    assert_eq!(stock(&zhao, "pending").await?, "40 18");
    zhao.leave().await?;
    Ok(receipt)
}

/// 钱质管, 孙验收 and 周保管 each begin their slip from the one before.
async fn begin(
    house: &House,
    login: &str,
    step: &str,
    from: i64,
    typed: &[(&str, &str)],
) -> Any<i64> {
    let desk = house.sit_down(login, Window::Desktop).await?;
    desk.browser
        .click(&format!("a[href*=\"from={from}\"]"))
        .await?;
    desk.browser.wait_for_address(step, PATIENCE).await?;
    desk.browser.wait_for("[data-submit]", PATIENCE).await?;
    for (name, text) in typed {
        desk.fill(name, text).await?;
    }
    let (_, id) = desk.sign().await?;
    desk.leave().await?;
    Ok(id)
}

/// Everything is there afterwards: the chain, the signatures, the stock, the money, the paper.
async fn look_back(house: &House, order: i64, number: &str) -> Any<()> {
    let zhou = house.sit_down("zhou", Window::Desktop).await?;
    let browser = &zhou.browser;
    zhou.goto(&format!("/slips/{order}")).await?;
    browser.wait_for_text("h1", number, PATIENCE).await?;
    assert_eq!(
        browser.count("svg.chain a").await?,
        5,
        "five slips in a chain"
    );
    let bar = browser.text(".steps").await?;
    for name in ["王内勤", "李经理", "赵收货", "钱质管", "孙验收", "周保管"] {
        assert!(bar.contains(name), "{name} has signed: {bar}");
    }
    assert_eq!(stock(&zhou, "pending").await?, "", "nothing waits any more");
    assert_eq!(stock(&zhou, "good").await?, "35 18");
    assert_eq!(stock(&zhou, "rejected").await?, "5");
    zhou.goto(&format!(
        "/ledgers/gsp.stock/statement?place=good&key={ITEM}%2FBRW-1"
    ))
    .await?;
    browser.click("tbody a").await?;
    browser.wait_for_text("h1", "入库单", PATIENCE).await?;
    zhou.goto(&format!("/slips/{order}/print")).await?;
    browser.click("a[download]").await?;
    let file = zhou.browser.downloads().join(format!("{number}.pdf"));
    let begun = Instant::now();
    while !file.exists() {
        assert!(begun.elapsed() < PATIENCE, "no {}", file.display());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(std::fs::read(&file)?.starts_with(b"%PDF-"));
    zhou.leave().await
}

/// The keeper's phone shows the same: nothing runs off the side of it.
async fn on_a_phone(house: &House, order: i64) -> Any<()> {
    let phone = house.sit_down("zhou", Window::Phone).await?;
    for path in [
        "/inbox".to_owned(),
        "/slips".to_owned(),
        format!("/slips/{order}"),
        "/ledgers/gsp.stock".to_owned(),
        "/ledgers/gsp.stock/compare".to_owned(),
        "/ledgers/gsp.stock/pivot".to_owned(),
        "/ledgers/gsp.stock/charts".to_owned(),
        format!("/flows/{FLOW}/work"),
        format!("/flows/{FLOW}"),
    ] {
        phone.goto(&path).await?;
        phone.browser.wait_for("h1", PATIENCE).await?;
        let over = phone
            .browser
            .run("return document.documentElement.scrollWidth - innerWidth")
            .await?;
        assert!(
            over.as_i64().unwrap_or(1) <= 0,
            "{path} is {over} pixels too wide"
        );
    }
    phone.leave().await
}

async fn six_people(words: &[&str]) -> Any<()> {
    let folder = tempfile::tempdir()?;
    let mut all = vec!["--demo"];
    all.extend(words);
    let server = Server::start(folder.path(), &all);
    let house = House::of(&server, folder.path())?;
    let li = house.sit_down("li", Window::Desktop).await?;
    let (number, id) = order(&house).await?;
    approve(li, &number).await?;
    let receipt = receive(&house, id).await?;
    let notice = begin(&house, "qian", "notice.fill", receipt, &[]).await?;
    let judged = [
        ("l.1.sampled", "3"),
        ("l.1.passed", "35"),
        ("l.1.failed", "5"),
        ("l.2.sampled", "2"),
        ("l.2.passed", "18"),
    ];
    let inspection = begin(&house, "sun", "inspection.fill", notice, &judged).await?;
    let bins = [("l.1.bin", "A-01-03"), ("l.2.bin", "A-01-04")];
    begin(&house, "zhou", "stock_in.fill", inspection, &bins).await?;
    look_back(&house, id, &number).await?;
    on_a_phone(&house, id).await?;
    assert_eq!(server.stop(), 0);
    Ok(())
}

#[tokio::test]
async fn browser_six_people_on_sqlite() {
    six_people(&[])
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test]
async fn browser_six_people_on_postgres() {
    let cluster = Cluster::shared();
    let url = cluster.url("postgres");
    six_people(&["--database-url", &url])
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

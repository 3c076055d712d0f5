//! The connection is lost in the middle of every action: before anything was sent, and after it was done but before the
//! answer came. Nothing typed is lost, and nothing is done twice.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use testkit::browser::{Browser, Language, Window};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::common::Server;
use crate::common::browser::{Any, PATIENCE, logins};

/// Everything passes.
const OPEN: u8 = 0;
/// Nothing passes, and what is there is cut.
const CUT: u8 = 1;
/// What is posted arrives; the answer to it does not.
const MUTE: u8 = 2;

/// A line between a browser and the server that can be cut.
struct Line {
    address: SocketAddr,
    state: Arc<AtomicU8>,
}

impl Line {
    async fn to(server: SocketAddr) -> Any<Line> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = Arc::new(AtomicU8::new(OPEN));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let state = shared.clone();
                tokio::spawn(async move {
                    // Whether it was cut or ended makes no difference here.
                    let _ = carry(near, server, &state).await;
                });
            }
        });
        Ok(Line { address, state })
    }

    fn is(&self, state: u8) {
        self.state.store(state, Ordering::SeqCst);
    }
}

async fn carry(mut near: TcpStream, server: SocketAddr, state: &AtomicU8) -> std::io::Result<()> {
    if state.load(Ordering::SeqCst) == CUT {
        return Ok(());
    }
    let mut far = TcpStream::connect(server).await?;
    let (mut asked, mut told) = (vec![0; 65_536], vec![0; 65_536]);
    let mut posted = false;
    loop {
        let tick = tokio::time::sleep(Duration::from_millis(20));
        tokio::select! {
            read = near.read(&mut asked) => {
                let read = read?;
                let now = state.load(Ordering::SeqCst);
                if read == 0 || now == CUT {
                    return Ok(());
                }
                posted = now == MUTE && (posted || asked.starts_with(b"POST"));
                far.write_all(&asked[..read]).await?;
            }
            read = far.read(&mut told) => {
                let read = read?;
                if read == 0 || posted || state.load(Ordering::SeqCst) == CUT {
                    return Ok(());
                }
                near.write_all(&told[..read]).await?;
            }
            () = tick => if state.load(Ordering::SeqCst) == CUT { return Ok(()) },
        }
    }
}

struct Clerk<'a> {
    browser: Browser,
    line: &'a Line,
}

impl Clerk<'_> {
    async fn sit_down<'a>(line: &'a Line, folder: &Path, login: &str) -> Any<Clerk<'a>> {
        let logins = logins(folder)?;
        let browser = Browser::start_with(Window::Desktop, Language::Chinese).await?;
        let clerk = Clerk { browser, line };
        clerk.goto("/login").await?;
        clerk.browser.fill("#name", login).await?;
        clerk.browser.fill("#password", &logins[login]).await?;
        clerk.browser.press("Enter").await?;
        clerk.browser.wait_for("header.top", PATIENCE).await?;
        Ok(clerk)
    }

    async fn goto(&self, path: &str) -> Any<()> {
        let url = format!("http://{}{path}", self.line.address);
        Ok(self.browser.goto(&url).await?)
    }

    /// Does something while the line is cut: it is said, and the page stays. Then again, with the line open.
    async fn cut_and_again(&self, button: &str) -> Any<()> {
        let here = self.browser.address().await?;
        self.line.is(CUT);
        self.browser.click(button).await?;
        self.browser
            .wait_for_text("[role=alert].toast", "连接中断", PATIENCE)
            .await?;
        assert_eq!(self.browser.address().await?, here, "the page stays");
        self.line.is(OPEN);
        self.browser.click(button).await?;
        Ok(())
    }

    /// Does something of which the answer is lost, and asks for the page again as people do.
    async fn muted(&self, button: &str) -> Any<()> {
        self.line.is(MUTE);
        self.browser.click(button).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.line.is(OPEN);
        Ok(())
    }
}

#[tokio::test]
async fn browser_a_lost_line_loses_nothing_and_doubles_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    let line = Line::to(server.address).await.expect("a line");
    lost(&line, folder.path())
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

async fn orders(clerk: &Clerk<'_>) -> Any<i64> {
    clerk
        .goto("/slips?kind=gsp.purchase_inbound.order&state=open")
        .await?;
    let count = clerk
        .browser
        .run("return new Set([...document.querySelectorAll('[data-rows] tbody a[href^=\"/slips/\"]')].map(a => a.href)).size")
        .await?;
    Ok(count.as_i64().unwrap_or(-1))
}

async fn lost(line: &Line, folder: &Path) -> Any<()> {
    let wang = Clerk::sit_down(line, folder, "wang").await?;
    let browser = &wang.browser;
    let before = orders(&wang).await?;

    // A slip is signed: typed while the line is cut, sent while it is cut, sent again.
    wang.goto("/new/gsp.purchase_inbound.order.fill").await?;
    browser.wait_for("line-grid tbody tr", PATIENCE).await?;
    browser.fill("[name='h.supplier']", "GY001").await?;
    browser.fill("[name='l.1.item']", "YP0003").await?;
    line.is(CUT);
    browser.fill("[name='l.1.qty']", "17").await?;
    browser.fill("[name='l.1.price']", "3.5").await?;
    browser
        .wait_for("[data-saved][data-state=failed]", PATIENCE)
        .await?;
    wang.cut_and_again("[data-submit]").await?;
    browser.wait_for("h1 .code", PATIENCE).await?;
    let first = browser.address().await?;
    assert!(browser.text("main").await?.contains("59.50"));

    // The same with the answer lost: the browser, or whoever presses again, asks under the same key.
    wang.goto("/new/gsp.purchase_inbound.order.fill").await?;
    browser.wait_for("line-grid tbody tr", PATIENCE).await?;
    browser.fill("[name='h.supplier']", "GY001").await?;
    browser.fill("[name='l.1.item']", "YP0003").await?;
    browser.fill("[name='l.1.qty']", "19").await?;
    browser.fill("[name='l.1.price']", "1").await?;
    browser
        .wait_for("[data-saved][data-state=saved]", PATIENCE)
        .await?;
    wang.muted("[data-submit]").await?;
    browser.client().refresh().await?;
    browser.wait_for("h1 .code", PATIENCE).await?;
    assert!(browser.text("main").await?.contains("19.00"));
    assert_eq!(orders(&wang).await?, before + 2, "two slips and not three");

    // A comment, before and after.
    browser.goto(&first).await?;
    browser.fill("form.talk textarea", "线断了也在").await?;
    wang.cut_and_again("form.talk button").await?;
    browser.wait_for(".talk .who", PATIENCE).await?;
    browser.fill("form.talk textarea", "只说一遍").await?;
    wang.muted("form.talk button").await?;
    browser.goto(&first).await?;
    browser.wait_for(".talk .who", PATIENCE).await?;
    assert_eq!(browser.run("return [...document.querySelectorAll('.talk p')].filter(p => /只说一遍|线断了也在/.test(p.innerText)).length").await?, 2);
    browser.client().clone().close().await?;

    // The next step, by another person.
    let li = Clerk::sit_down(line, folder, "li").await?;
    let path = first.rsplit('/').next().unwrap_or("").to_owned();
    li.goto(&format!("/slips/{path}")).await?;
    li.browser.wait_for("[data-submit]", PATIENCE).await?;
    li.cut_and_again("[data-submit]").await?;
    li.browser.wait_for(".toast", PATIENCE).await?;
    li.goto(&format!("/slips/{path}")).await?;
    let signed = "return [...document.querySelectorAll('main li')]\
        .filter(li => /李经理\\s*采购订单审核/.test(li.innerText)).length";
    assert_eq!(li.browser.run(signed).await?, 1, "signed once");
    li.browser.close().await?;
    Ok(())
}

/// An order of one line that waits for its approval; the address of its page.
async fn order(wang: &Clerk<'_>, qty: &str) -> Any<String> {
    let browser = &wang.browser;
    wang.goto("/new/gsp.purchase_inbound.order.fill").await?;
    browser.wait_for("line-grid tbody tr", PATIENCE).await?;
    for (name, text) in [
        ("h.supplier", "GY001"),
        ("l.1.item", "YP0003"),
        ("l.1.qty", qty),
        ("l.1.price", "1"),
    ] {
        browser.fill(&format!("[name='{name}']"), text).await?;
    }
    browser.press("Control+Enter").await?;
    browser.wait_for("h1 .code", PATIENCE).await?;
    let address = browser.address().await?;
    Ok(format!(
        "/slips/{}",
        address.rsplit('/').next().unwrap_or("")
    ))
}

/// How many rows of a slip's history have a word in them.
async fn told(clerk: &Clerk<'_>, slip: &str, word: &str) -> Any<i64> {
    clerk.goto(slip).await?;
    clerk.browser.wait_for("h1 .code", PATIENCE).await?;
    let script = format!(
        "return [...document.querySelectorAll('main li')].filter(li => li.innerText.includes('{word}')).length"
    );
    Ok(clerk.browser.run(&script).await?.as_i64().unwrap_or(-1))
}

#[tokio::test]
async fn browser_a_lost_line_returns_voids_attaches_and_signs_several_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    let line = Line::to(server.address).await.expect("a line");
    other_acts(&line, folder.path())
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

async fn other_acts(line: &Line, folder: &Path) -> Any<()> {
    let wang = Clerk::sit_down(line, folder, "wang").await?;
    let mut slips = Vec::new();
    for qty in ["11", "12", "13", "14", "15", "16"] {
        slips.push(order(&wang, qty).await?);
    }
    let li = Clerk::sit_down(line, folder, "li").await?;

    // Returned: sent into a cut line and again; and with the answer lost.
    li.goto(&format!("{}/act/return", slips[0])).await?;
    li.browser.fill("[name=reason]", "断线退回").await?;
    li.cut_and_again(".ask .primary").await?;
    li.browser.wait_for("h1 .code", PATIENCE).await?;
    assert_eq!(told(&li, &slips[0], "断线退回").await?, 1, "returned once");
    li.goto(&format!("{}/act/return", slips[1])).await?;
    li.browser.fill("[name=reason]", "没有回音").await?;
    li.muted(".ask .primary").await?;
    li.browser.client().refresh().await?;
    assert_eq!(told(&li, &slips[1], "没有回音").await?, 1, "returned once");

    // Made void, both ways.
    wang.goto(&format!("{}/act/void", slips[2])).await?;
    wang.browser.fill("[name=reason]", "断线作废").await?;
    wang.cut_and_again(".ask .primary").await?;
    wang.browser.wait_for("h1 .code", PATIENCE).await?;
    assert_eq!(told(&wang, &slips[2], "断线作废").await?, 1, "void once");
    wang.goto(&format!("{}/act/void", slips[3])).await?;
    wang.browser.fill("[name=reason]", "作废无音").await?;
    wang.muted(".ask .primary").await?;
    wang.browser.client().refresh().await?;
    assert_eq!(told(&wang, &slips[3], "作废无音").await?, 1, "void once");

    attached(&wang, folder, &slips[4]).await?;
    signed_together(&li, &slips[4..]).await?;
    wang.browser.close().await?;
    li.browser.close().await?;
    Ok(())
}

/// A file is sent into a cut line and, by its button, again; another is kept although nobody heard so.
async fn attached(wang: &Clerk<'_>, folder: &Path, slip: &str) -> Any<()> {
    let browser = &wang.browser;
    wang.goto(slip).await?;
    let input = "form[data-attach] input[name=file]";
    browser.wait_for(input, PATIENCE).await?;
    for (name, state) in [("cut.pdf", CUT), ("mute.pdf", MUTE)] {
        let path = folder.join(name);
        std::fs::write(&path, b"%PDF-1.4\n%%EOF\n")?;
        wang.line.is(state);
        browser
            .find(input)
            .await?
            .send_keys(&path.display().to_string())
            .await?;
        browser.wait_for(".sending.bad button", PATIENCE).await?;
        wang.line.is(OPEN);
        browser.click(".sending.bad button").await?;
        browser.wait_gone(".sending", PATIENCE).await?;
        let kept = format!(
            "return [...document.querySelectorAll('#attachments')].map(a => a.closest('section').innerText.split('{name}').length - 1)[0]"
        );
        assert_eq!(browser.run(&kept).await?, 1, "{name} is there once");
    }
    Ok(())
}

/// Two slips are signed at once: the question is sent into a cut line, the answer to the signatures is lost.
async fn signed_together(li: &Clerk<'_>, slips: &[String]) -> Any<()> {
    let browser = &li.browser;
    li.goto("/inbox").await?;
    browser.wait_for("[data-batch]", PATIENCE).await?;
    for slip in slips {
        let id = slip.rsplit('/').next().unwrap_or("");
        browser
            .click(&format!("[data-batch] tbody input[value^='{id}:']"))
            .await?;
    }
    li.cut_and_again("[data-batch-go]").await?;
    browser.wait_for_text("h1", "批量签字", PATIENCE).await?;
    li.muted("[data-batch-go]").await?;
    browser.client().refresh().await?;
    browser
        .wait_for_text("main", "已签字 2 张", PATIENCE)
        .await?;
    for slip in slips {
        li.goto(slip).await?;
        browser.wait_for("h1 .code", PATIENCE).await?;
        let stamps = "return document.querySelectorAll('.steps li:nth-child(2) .stamp').length";
        assert_eq!(browser.run(stamps).await?, 1, "{slip} is signed once");
    }
    Ok(())
}

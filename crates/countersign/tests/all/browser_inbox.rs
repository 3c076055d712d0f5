//! The inbox by real keys and a real mouse: several picked and signed at once, and the drawing of a flow that follows.

use std::path::Path;

use crate::common::Server;
use crate::common::browser::{self, Any, PATIENCE};
use testkit::browser::{Browser, Window};

const FLOW: &str = "gsp.purchase_inbound";
/// The rows of the inbox that can be among several.
const PLAIN: &str = "[...document.querySelectorAll('#inbox tbody tr')].filter(row => row.querySelector('[type=checkbox]'))";

async fn sit_down(server: &Server, folder: &Path, login: &str) -> Any<(Browser, String)> {
    sit_down_at(Window::Desktop, server, folder, login).await
}

async fn sit_down_at(
    window: Window,
    server: &Server,
    folder: &Path,
    login: &str,
) -> Any<(Browser, String)> {
    let address = format!("http://{}", server.address);
    let browser = browser::sit_down(&address, folder, login, window).await?;
    browser.goto(&format!("{address}/inbox")).await?;
    Ok((browser, address))
}

/// One more order that waits for its approval.
async fn order(wang: &Browser, address: &str) -> Any<()> {
    wang.goto(&format!("{address}/new/{FLOW}.order.fill"))
        .await?;
    wang.wait_for("line-grid tbody tr", PATIENCE).await?;
    for (name, text) in [
        ("h.supplier", "GY001"),
        ("l.1.item", "YP0003"),
        ("l.1.qty", "10"),
        ("l.1.price", "2"),
    ] {
        wang.fill(&format!("[name=\"{name}\"]"), text).await?;
    }
    wang.press("Control+Enter").await?;
    wang.wait_for(".toast", PATIENCE).await?;
    Ok(())
}

async fn number(browser: &Browser, script: &str) -> Any<u64> {
    let value = browser.run(&format!("return {script}")).await?;
    Ok(value.as_u64().unwrap_or(u64::MAX))
}

async fn work(server: &Server, folder: &Path) -> Any<()> {
    let (wang, address) = sit_down(server, folder, "wang").await?;
    for _ in 0..4 {
        order(&wang, &address).await?;
    }
    let (li, _) = sit_down(server, folder, "li").await?;
    let before = number(&li, &format!("{PLAIN}.length")).await?;
    assert!(before >= 4, "{before} rows to sign");
    let ticked = "document.querySelectorAll('#inbox tbody :checked').length";
    // Space picks the row one stands on, Shift and an arrow the next as well.
    li.run(&format!("{PLAIN}[0].querySelector('a').focus()"))
        .await?;
    li.press("Space").await?;
    assert_eq!(number(&li, ticked).await?, 1);
    li.press("Shift+Down").await?;
    assert_eq!(number(&li, ticked).await?, 2);
    li.press("Space").await?;
    assert_eq!(number(&li, ticked).await?, 1);
    // Ctrl and A picks all; and again by the box of the heading none.
    li.press("Control+a").await?;
    assert_eq!(number(&li, ticked).await?, before);
    li.click("[data-all]").await?;
    assert_eq!(number(&li, ticked).await?, 0);
    // The mouse with Ctrl picks one, with Shift all up to it; the page stays.
    let press = |nth: u64, key: &str| {
        format!(
            "{PLAIN}[{nth}].cells[2].dispatchEvent(new MouseEvent('click', {{ bubbles: true, {key}: true }}))"
        )
    };
    li.run(&press(1, "ctrlKey")).await?;
    li.run(&press(3, "shiftKey")).await?;
    assert_eq!(number(&li, ticked).await?, 3);
    li.run(&press(2, "ctrlKey")).await?;
    assert_eq!(number(&li, ticked).await?, 2);
    // What will be signed is shown before it is.
    li.run(&format!("{PLAIN}[1].querySelector('a').focus()"))
        .await?;
    li.press("Control+Enter").await?;
    li.wait_for_text("h1", "批量签字", PATIENCE).await?;
    assert_eq!(
        number(
            &li,
            "document.querySelectorAll('[name=task]:checked').length"
        )
        .await?,
        2
    );
    assert_eq!(
        number(&li, "document.querySelectorAll('details[open]').length").await?,
        2
    );
    li.press("Control+Enter").await?;
    li.wait_for_text("main", "已签字 2 张", PATIENCE).await?;
    // The drawing follows what others do, without being loaded again.
    let waits =
        "+(document.querySelector('[data-step$=\"approve\"] a.waits text')?.textContent || 0)";
    li.goto(&format!("{address}/flows/{FLOW}")).await?;
    li.wait_for("svg.chain", PATIENCE).await?;
    let there = number(&li, waits).await?;
    order(&wang, &address).await?;
    let more = there + 1;
    li.wait_for_text(
        "[data-step$='approve'] a.waits text",
        &more.to_string(),
        PATIENCE,
    )
    .await?;
    // On a phone they are picked by their boxes, and the bar with the button is there.
    let (phone, _) = sit_down_at(Window::Phone, server, folder, "li").await?;
    phone.click("#inbox tbody [type=checkbox]").await?;
    let bar = "return document.querySelector('[data-batch-go]').checkVisibility()";
    assert_eq!(phone.run(bar).await?, true);
    phone.click("[data-batch-go]").await?;
    phone.wait_for_text("h1", "批量签字", PATIENCE).await?;
    for browser in [wang, li, phone] {
        let said = browser.console()?;
        assert!(said.is_empty(), "the console says {said:?}");
        browser.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn browser_several_are_picked_by_keys_and_mouse_and_signed_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    work(&server, folder.path())
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

//! A receiver with a handheld in a real browser: an order is scanned, packs are counted, wrong ones are refused, the network
//! goes and comes back, and what is signed is the ordinary receipt.

use std::path::Path;

use crate::common::Server;
use crate::common::browser::{Any, PATIENCE, sit_down};
use testkit::browser::{Browser, Window};

/// The barcode that the demonstration gives an item, as an element string with batch, day made and expiry.
fn pack(item: &str, batch: &str, expiry: &str) -> String {
    let digits: String = item.chars().filter(char::is_ascii_digit).collect();
    let gtin = (0..10)
        .map(|check| format!("020{digits:0>10}{check}"))
        .find(|gtin| kernel::gs1::lint("csum", gtin).is_ok())
        .expect("a check digit");
    format!("01{gtin}1126100117{expiry}10{batch}")
}

async fn scan(browser: &Browser, code: &str) -> Any<()> {
    browser.type_keys(code).await?;
    Ok(browser.press("Enter").await?)
}

async fn says(browser: &Browser, words: &str) -> Any<()> {
    browser
        .wait_for_text("[data-hand-told]", words, PATIENCE)
        .await?;
    Ok(())
}

#[tokio::test]
async fn browser_an_order_is_received_by_scanning() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    received(&server, folder.path())
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

async fn received(server: &Server, folder: &Path) -> Any<()> {
    let address = format!("http://{}", server.address);
    let browser = sit_down(&address, folder, "zhao", Window::Phone).await?;
    browser.goto(&format!("{address}/handheld")).await?;
    browser.wait_for(".hand-tasks a", PATIENCE).await?;
    let number = browser.text(".hand-tasks .code").await?;
    scan(&browser, &number).await?;
    browser.wait_for_address("receipt.fill", PATIENCE).await?;
    browser.wait_for(".tally", PATIENCE).await?;
    let item = browser
        .text("line-grid tbody tr td.k-lookup output .mute")
        .await?;
    let ordered = browser.text("line-grid tbody tr .tally").await?;
    let ordered = ordered.rsplit(' ').next().unwrap_or_default().to_owned();

    // Two packs of a batch, one of another: two lines of one order line.
    scan(&browser, &pack(&item, "B1", "281001")).await?;
    says(&browser, &format!("1 / {ordered}")).await?;
    scan(&browser, &pack(&item, "B1", "281001")).await?;
    says(&browser, &format!("2 / {ordered}")).await?;
    let lines = browser.count("line-grid tbody tr").await?;
    scan(&browser, &pack(&item, "B2", "281002")).await?;
    says(&browser, &format!("3 / {ordered}")).await?;
    assert_eq!(browser.count("line-grid tbody tr").await?, lines + 1);

    // What is wrong is said, and changes nothing.
    scan(&browser, &pack(&item, "B3", "200101")).await?;
    says(&browser, "已过期：2020-01-01").await?;
    scan(&browser, &pack("YP0021", "B1", "281001")).await?;
    says(&browser, "不在这张单上").await?;
    scan(&browser, "0200000000013").await?;
    says(&browser, "认不出扫到的内容").await?;
    assert_eq!(browser.count("line-grid tbody tr").await?, lines + 1);

    // While the network is away a scan waits, and outlives the page.
    browser
        .run("window.was = fetch; window.fetch = () => Promise.reject(new Error('away')); return 1")
        .await?;
    scan(&browser, &pack(&item, "B1", "281001")).await?;
    says(&browser, "网络不通，已记下 1 个条码").await?;
    // What was typed is saved again before the page may go.
    browser
        .run("window.fetch = window.was; document.querySelector('[data-hand]').saver(0); return 1")
        .await?;
    browser
        .wait_for("[data-saved][data-state=saved]", PATIENCE)
        .await?;
    browser.goto(&format!("{address}/handheld")).await?;
    scan(&browser, &number).await?;
    browser
        .wait_for_text(".tally", &format!("4 / {ordered}"), PATIENCE)
        .await?;

    // It is not all; pressed again, it is signed as any receipt is.
    browser
        .run("document.querySelector('details.hand-more').open = true; return 1")
        .await?;
    browser.fill("[name='h.delivery_note']", "DN77").await?;
    browser.fill("[name='h.transport']", "冷藏车").await?;
    browser.click("[data-submit]").await?;
    says(&browser, "还没扫够").await?;
    browser.click("[data-submit]").await?;
    browser
        .wait_for_text(".toast", "已签字：采购收货", PATIENCE)
        .await?;
    let kept = browser
        .run("return Object.keys(localStorage).filter(name => name.startsWith('hand:')).length")
        .await?;
    assert_eq!(kept, 0, "the device forgets what is signed");
    let said: Vec<_> = browser
        .console()?
        .into_iter()
        .filter(|line| !line.contains("400"))
        .collect();
    assert!(said.is_empty(), "{said:?}");
    Ok(browser.close().await?)
}

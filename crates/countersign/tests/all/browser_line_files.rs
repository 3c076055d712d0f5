//! The log of a recorder becomes the lines of a slip in a real browser: dropped, looked at, refused where the pack finds a
//! reading out of range, signed, and attached.

use std::fmt::Write as _;
use std::path::Path;

use crate::common::Server;
use crate::common::browser::{Any, PATIENCE, sit_down};
use testkit::browser::Window;

const STEP: &str = "gsp.climate.climate_log.fill";

/// Two thousand readings, one every ten minutes, as a recorder writes them in Chinese; one of them as it is told.
fn log(odd: (usize, &str)) -> String {
    let mut text = String::from("\u{feff}序号;日期时间;温度(℃);湿度(%RH)\r\n");
    for at in 0..2_000 {
        let (day, minute) = (at / 144 + 1, at % 144 * 10);
        let temperature = if at == odd.0 { odd.1 } else { "21.5" };
        let _ = write!(
            text,
            "{};2026/11/{day} {}:{:02}:00;{temperature};55\r\n",
            at + 1,
            minute / 60,
            minute % 60
        );
    }
    text
}

/// Drops a file on the lines, as a person does.
fn dropping(name: &str, text: &str) -> String {
    format!(
        "const data = new DataTransfer(); data.items.add(new File([{text}], {name}));\
         document.querySelector('line-grid').dispatchEvent(new DragEvent('drop', {{dataTransfer: data, bubbles: true, cancelable: true}}));",
        text = serde_json::to_string(text).unwrap_or_default(),
        name = serde_json::to_string(name).unwrap_or_default(),
    )
}

#[tokio::test]
async fn browser_a_recorders_log_becomes_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    recorded(&server, folder.path())
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

async fn recorded(server: &Server, folder: &Path) -> Any<()> {
    let address = format!("http://{}", server.address);
    let browser = sit_down(&address, folder, "yan", Window::Desktop).await?;
    browser.goto(&format!("{address}/new/{STEP}")).await?;
    browser
        .wait_for("[data-grid-file]:not([hidden])", PATIENCE)
        .await?;
    // A reading that is no number: told with its row, and nothing is put in until the person says so.
    browser.run(&dropping("坏.csv", &log((6, "断线")))).await?;
    browser
        .wait_for_text("[data-told] li", "第 8 行 温度（℃）", PATIENCE)
        .await?;
    assert_eq!(browser.count("line-grid tbody tr").await?, 1);
    browser
        .click("[data-told] .acts button:first-child")
        .await?;
    browser.wait_gone("[data-told]", PATIENCE).await?;
    // One that is out of range is a line like any other; it is the pack that says no.
    browser
        .run(&dropping("记录仪.csv", &log((6, "35"))))
        .await?;
    browser
        .wait_for_text("[data-told]", "读入 2000 行", PATIENCE)
        .await?;
    assert_eq!(browser.count("line-grid tbody tr").await?, 2_001);
    assert_eq!(
        browser.value("[name=\"l.2000.at\"]").await?,
        "2026-11-14 21:10"
    );
    browser.click("[name=\"h.zone\"]").await?;
    browser.type_keys("C").await?;
    browser.press("Enter").await?;
    browser.press("Control+Enter").await?;
    browser
        .wait_for_text("[data-refused]", "measure_told", PATIENCE)
        .await?;
    let told = browser.text("[data-refused]").await?;
    assert!(told.contains('7'), "the line is named: {told}");
    assert_eq!(browser.count("line-grid tbody tr").await?, 2_001);
    browser
        .fill("[name=\"h.measure\"]", "开启空调，十分钟后复测正常")
        .await?;
    browser.press("Control+Enter").await?;
    browser.wait_for(".toast", PATIENCE).await?;
    browser
        .wait_for_text(
            "#attachments ~ *, section:has(#attachments)",
            "记录仪.csv",
            PATIENCE,
        )
        .await?;
    let said = browser.console()?;
    let said: Vec<_> = said.iter().filter(|line| !line.contains("422")).collect();
    assert!(said.is_empty(), "{said:?}");
    Ok(browser.close().await?)
}

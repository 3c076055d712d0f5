//! People of the demo company at a browser.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use testkit::browser::{Browser, Language, Window};

/// A page of a busy machine may take a while.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What a browser does, or what went wrong.
pub type Any<T> = Result<T, Box<dyn std::error::Error>>;

/// The passwords of the demo company, by login.
pub fn logins(folder: &Path) -> Any<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(folder.join("demo-logins.json"))?;
    let value: serde_json::Value = serde_json::from_str(&text)?;
    Ok(serde_json::from_value(value["logins"].clone())?)
}

/// A person sits down at a Chinese page of this address and logs in by keyboard.
pub async fn sit_down(address: &str, folder: &Path, login: &str, window: Window) -> Any<Browser> {
    let browser = Browser::start_with(window, Language::Chinese).await?;
    browser.goto(address).await?;
    browser.wait_for("#password", PATIENCE).await?;
    // The cursor stands in the first field already.
    browser.type_keys(login).await?;
    browser.press("Tab").await?;
    browser.type_keys(&logins(folder)?[login]).await?;
    browser.press("Enter").await?;
    browser.wait_for("header.top", PATIENCE).await?;
    Ok(browser)
}

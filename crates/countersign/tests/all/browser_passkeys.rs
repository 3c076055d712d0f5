//! Passkeys in a real browser with an authenticator made of software, on a server that is told its public address.

use std::net::TcpListener;
use std::path::Path;

use crate::common::Server;
use crate::common::browser::{Any, PATIENCE, logins};
use testkit::browser::{Browser, Language, Window};

#[tokio::test]
async fn browser_passkey_registers_logs_in_and_confirms() {
    let folder = tempfile::tempdir().expect("a folder");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("a port").port();
    drop(free);
    let origin = format!("http://localhost:{port}");
    let words = ["--demo", "--public-origin", &origin];
    let server = Server::start_at(folder.path(), &words, &format!("127.0.0.1:{port}"));
    passkeys(&origin, folder.path())
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(server.stop(), 0);
}

async fn passkeys(origin: &str, folder: &Path) -> Any<()> {
    let logins = logins(folder)?;
    let browser = Browser::start_with(Window::Desktop, Language::Chinese).await?;
    browser.add_authenticator().await?;
    browser.goto(&format!("{origin}/login")).await?;
    browser.wait_for("#password", PATIENCE).await?;
    browser.type_keys("wang").await?;
    browser.press("Tab").await?;
    browser.type_keys(&logins["wang"]).await?;
    browser.press("Enter").await?;
    browser.wait_for("header.top", PATIENCE).await?;

    // Registering: a name, a click, and the authenticator says yes.
    browser.goto(&format!("{origin}/me/sign-in")).await?;
    browser.fill("#name", "办公室电脑").await?;
    browser.click("[data-passkey=register]").await?;
    browser
        .wait_for_text("[aria-labelledby=passkeys]", "尚未使用", PATIENCE)
        .await?;
    let own = browser.text("[aria-labelledby=passkeys]").await?;
    assert!(own.contains("办公室电脑"), "{own}");

    // The same authenticator is not registered twice.
    browser.fill("#name", "又一个").await?;
    browser.click("[data-passkey=register]").await?;
    browser
        .wait_for("[aria-labelledby=passkeys] [data-passkey-said]", PATIENCE)
        .await?;

    // Showing again that it is the same person, without the password.
    browser
        .goto(&format!("{origin}/confirm?next=/me/sign-in"))
        .await?;
    browser.click("[data-passkey=confirm]").await?;
    browser
        .wait_for_text("[aria-labelledby=passkeys]", "最近使用", PATIENCE)
        .await?;

    // Logging in: neither name nor password is typed.
    browser
        .run("document.querySelector('form[action=\"/logout\"]').submit()")
        .await?;
    browser.wait_for("#password", PATIENCE).await?;
    browser.goto(&format!("{origin}/login?next=/slips")).await?;
    browser.click("[data-passkey=enter]").await?;
    browser.wait_for_address("/slips", PATIENCE).await?;
    browser.wait_for_text("h1", "单据", PATIENCE).await?;
    let who = browser.run("return document.querySelector('details.menu:last-of-type summary').getAttribute('aria-label')").await?;
    assert!(
        who.as_str().is_some_and(|name| name.contains('王')),
        "{who}"
    );
    let errors: Vec<String> = browser
        .console()?
        .into_iter()
        .filter(|line| line.contains("SEVERE"))
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    browser.close().await?;
    Ok(())
}

//! Forms by real keys in a real browser: how many strokes an order costs, how long a frame takes in a long grid, and what
//! stays when the server dies in the middle.

use std::path::Path;

use crate::common::Server;
use crate::common::browser::{Any, PATIENCE, sit_down};
use testkit::browser::{Browser, Window};

const ORDER: &str = "gsp.purchase_inbound.order.fill";
/// Key strokes that six lines may cost beyond the data itself.
const STROKES_MAX: usize = 40;
/// The longest that a frame may take while one types.
const FRAME_MAX: f64 = 50.0;

/// 王内勤 at her desk, counting what she presses.
struct Clerk {
    browser: Browser,
    address: String,
    data: usize,
    strokes: usize,
}

impl Clerk {
    async fn sit_down(server: &Server, folder: &Path) -> Any<Clerk> {
        let address = format!("http://{}", server.address);
        let browser = sit_down(&address, folder, "wang", Window::Desktop).await?;
        Ok(Clerk {
            browser,
            address,
            data: 0,
            strokes: 0,
        })
    }

    async fn order(&self) -> Any<()> {
        self.browser
            .goto(&format!("{}/new/{ORDER}", self.address))
            .await?;
        self.browser
            .wait_for("line-grid tbody tr", PATIENCE)
            .await?;
        Ok(())
    }

    /// Types data, one stroke for each character.
    async fn data(&mut self, text: &str) -> Any<()> {
        self.data += text.chars().count();
        Ok(self.browser.type_keys(text).await?)
    }

    /// Presses a key that is no data; a chord is one stroke.
    async fn stroke(&mut self, key: &str) -> Any<()> {
        self.strokes += 1;
        Ok(self.browser.press(key).await?)
    }

    async fn focus(&self) -> Any<String> {
        let name = self
            .browser
            .run("return document.activeElement.name")
            .await?;
        Ok(name.as_str().unwrap_or("").to_owned())
    }

    async fn saved(&self) -> Any<()> {
        self.browser
            .wait_for("[data-saved][data-state=saved]", PATIENCE)
            .await?;
        Ok(())
    }
}

#[tokio::test]
async fn browser_six_lines_cost_few_strokes() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    six_lines(&server, folder.path())
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

async fn six_lines(server: &Server, folder: &Path) -> Any<()> {
    let mut clerk = Clerk::sit_down(server, folder).await?;
    clerk.order().await?;
    // A form opens with the cursor in its first empty field.
    assert_eq!(clerk.focus().await?, "h.supplier");
    clerk.data("GY001").await?;
    clerk.stroke("Enter").await?;
    // Day, address, payment and seller are left out.
    for _ in 0..4 {
        clerk.stroke("Enter").await?;
    }
    let lines = [
        ("YP0001", "100", "8.6"),
        ("YP0002", "50", "14.8"),
        ("YP0003", "200", "12.5"),
        ("YP0007", "80", "11.2"),
        ("YP0008", "60", "16.8"),
        ("YP0009", "8*5", "9.8"),
    ];
    for (nth, (item, qty, price)) in lines.iter().enumerate() {
        assert_eq!(clerk.focus().await?, format!("l.{}.item", nth + 1));
        for text in [item, qty, price] {
            // F11 opens the calculator, F12 takes its result.
            let calculated = text.contains('*');
            if calculated {
                clerk.stroke("F11").await?;
            }
            clerk.data(text).await?;
            if calculated {
                clerk.stroke("F12").await?;
            }
            clerk.stroke("Enter").await?;
        }
    }
    // 860 + 740 + 2,500 + 896 + 1,008 + 392
    clerk
        .browser
        .wait_for_text("line-grid tfoot", "6,396.00", PATIENCE)
        .await?;
    // The names came although nobody waited for the list.
    clerk
        .browser
        .wait_for_text("line-grid tbody tr:nth-child(6)", "氯雷他定片", PATIENCE)
        .await?;
    clerk.stroke("Control+Enter").await?;
    clerk.browser.wait_for(".toast", PATIENCE).await?;
    let (strokes, data) = (clerk.strokes, clerk.data);
    println!("an order of six lines: {strokes} key strokes beyond {data} of data");
    assert!(strokes <= STROKES_MAX, "{strokes}");
    let said = clerk.browser.console()?;
    assert!(said.is_empty(), "{said:?}");
    Ok(clerk.browser.close().await?)
}

#[tokio::test]
async fn browser_typing_in_a_long_grid_is_smooth() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--demo"]);
    long_grid(&server, folder.path())
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

/// Pastes a block into the cell that has the focus, as a browser does.
fn pasting(text: &str) -> String {
    format!(
        "const data = new DataTransfer(); data.setData('text/plain', {text}); document.activeElement.dispatchEvent(\
         new ClipboardEvent('paste', {{clipboardData: data, bubbles: true, cancelable: true}}));",
        text = serde_json::to_string(text).unwrap_or_default()
    )
}

async fn long_grid(server: &Server, folder: &Path) -> Any<()> {
    let clerk = Clerk::sit_down(server, folder).await?;
    let browser = &clerk.browser;
    clerk.order().await?;
    browser.click("[name=\"l.1.item\"]").await?;
    let block: String = (0..500)
        .map(|n| format!("YP0003\t{}\t2.50\r\n", n % 9 + 1))
        .collect();
    browser.run(&pasting(&block)).await?;
    assert_eq!(browser.count("line-grid tbody tr").await?, 501);
    browser
        .wait_for_text("line-grid tbody tr:nth-child(500)", "布洛芬", PATIENCE)
        .await?;
    clerk.saved().await?;
    browser.click("[name=\"l.250.qty\"]").await?;
    browser
        .run(
            "window.slow = []; let last = performance.now(); const next = () => { const now = performance.now(); \
             slow.push(now - last); last = now; requestAnimationFrame(next); }; requestAnimationFrame(next);",
        )
        .await?;
    for _ in 0..10 {
        for figure in ["1", "2", "3"] {
            browser.press(figure).await?;
        }
        browser.press("Enter").await?;
    }
    browser.press("Down").await?;
    clerk.saved().await?;
    let longest = browser.run("return Math.max(...slow)").await?;
    let over = browser
        .run("return slow.filter(ms => ms > 50).length + ' of ' + slow.length")
        .await?;
    let longest = longest.as_f64().unwrap_or(f64::MAX);
    println!("typing in 500 lines: longest frame {longest:.1} ms; over 50 ms: {over}");
    // Figures count on a machine that does nothing else; a busy one is told apart by being asked for it.
    if std::env::var_os("COUNTERSIGN_MEASURE").is_some() {
        assert!(longest <= FRAME_MAX, "{longest}");
    }
    // More than the grid holds is said, and nothing breaks.
    browser.click("[name=\"l.501.item\"]").await?;
    let block = "YP0001\t1\n".repeat(2_000);
    browser.run(&pasting(&block)).await?;
    browser
        .wait_for_text("[data-told]", "末尾 500 行没有放入", PATIENCE)
        .await?;
    // The rest of the page is left as it is: what is typed here is not wanted.
    browser.run("window.onbeforeunload = null").await?;
    Ok(clerk.browser.close().await?)
}

#[tokio::test]
async fn browser_a_draft_outlives_the_server_and_the_line() {
    let folder = tempfile::tempdir().expect("a folder");
    outlives(folder.path())
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

async fn outlives(folder: &Path) -> Any<()> {
    let server = Server::start(folder, &["--demo"]);
    let address = server.address;
    let clerk = Clerk::sit_down(&server, folder).await?;
    let browser = &clerk.browser;
    clerk.order().await?;
    browser.click("[name=\"l.1.item\"]").await?;
    browser.type_keys("YP0003").await?;
    browser.press("Enter").await?;
    browser.type_keys("100").await?;
    clerk.saved().await?;
    // The server is killed, not stopped; one types on and is told that nothing is saved.
    let killed = std::process::Command::new("kill")
        .args(["-KILL", &server.id().to_string()])
        .status()?;
    assert!(killed.success());
    drop(server);
    browser.press("Enter").await?;
    browser.type_keys("12.5").await?;
    browser
        .wait_for("[data-saved][data-state=failed]", PATIENCE)
        .await?;
    let server = Server::start_at(folder, &[], &address.to_string());
    // It saves by itself once the server is back; another window sees all of it.
    clerk.saved().await?;
    let here = browser.address().await?;
    browser.goto(&here).await?;
    browser.wait_for("line-grid tbody tr", PATIENCE).await?;
    assert_eq!(browser.value("[name=\"l.1.qty\"]").await?, "100");
    assert_eq!(browser.value("[name=\"l.1.price\"]").await?, "12.5");

    // Two windows: the one that is behind says so and changes nothing.
    let behind =
        "const form = document.querySelector('[data-fill]'); form.elements._version.value = 'old';";
    browser.run(behind).await?;
    browser.fill("[name=\"l.1.qty\"]", "7").await?;
    browser.wait_for("[data-elsewhere]", PATIENCE).await?;
    browser.click("[data-elsewhere] button").await?;
    clerk.saved().await?;
    assert_ne!(browser.address().await?, here, "a draft of its own");
    browser.goto(&here).await?;
    browser.wait_for("line-grid tbody tr", PATIENCE).await?;
    assert_eq!(browser.value("[name=\"l.1.qty\"]").await?, "100");
    drop(server);
    Ok(clerk.browser.close().await?)
}

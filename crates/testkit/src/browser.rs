//! A real browser for a test: Debian's Chromium without a window, driven as a person would, by pointer and keys.
//!
//! Each [`Browser`] is one person at one desk: a driver process, a fresh profile and a window of their own. The browser
//! resolves no name but loopback, so a page that asks for anything from elsewhere fails its test.

mod authenticator;
mod driver;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::{CmdError, NewSessionError};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::guard::Guard;
use driver::{capabilities, key_named, log_of, missing, start_driver};

/// How long the driver may take to listen, and a page to show what an action waits for.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a page is asked again while waiting.
const PERIOD: Duration = Duration::from_millis(30);

/// The window a page is looked at through; width and height of the page itself, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// A clerk's screen, 1280 × 900.
    Desktop,
    /// A phone held upright, 390 × 844, with touch and two device pixels to each of the page's.
    Phone,
}

impl Window {
    /// What the driver is told, in its own words.
    fn emulation(self) -> Value {
        match self {
            Window::Desktop => {
                json!({"width": 1280, "height": 900, "pixelRatio": 1, "touch": false, "mobile": false})
            }
            Window::Phone => {
                json!({"width": 390, "height": 844, "pixelRatio": 2, "touch": true, "mobile": true})
            }
        }
    }
}

/// The language that the browser asks pages for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// 简体中文 (`zh-CN`).
    Chinese,
    /// English (`en`).
    English,
}

impl Language {
    fn tags(self) -> (&'static str, &'static str) {
        match self {
            Language::Chinese => ("zh-CN", "zh-CN,zh"),
            Language::English => ("en-US", "en-US,en"),
        }
    }
}

/// What can go wrong between a test and its browser.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// Chromium or its driver is not there.
    #[error("{0} is not installed: apt-get install chromium chromium-driver")]
    NotInstalled(&'static str),
    /// The driver could not be started, or a file not written.
    #[error("the browser's files or processes failed: {0}")]
    Io(#[from] io::Error),
    /// The driver started but opened no window.
    #[error("the driver opened no window: {0}")]
    Session(#[from] NewSessionError),
    /// The browser refused an action: no such element, covered by another, not to be typed into.
    #[error("{action}: {source}")]
    Action {
        /// What was tried, with its selector.
        action: String,
        /// What the driver answered.
        source: CmdError,
    },
    /// What was waited for did not come.
    #[error("waited {} ms for {wanted} at {address}; the page says: {text}", waited.as_millis())]
    Waited {
        /// What was waited for.
        wanted: String,
        /// For how long.
        waited: Duration,
        /// The page's address then.
        address: String,
        /// The beginning of the page's visible text then.
        text: String,
    },
    /// The name of a key that [`Browser::press`] does not know.
    #[error("no key is called `{0}`")]
    Key(String),
}

type Result<T> = std::result::Result<T, BrowserError>;

/// A browser with one window. Dropping it ends the driver and the browser, as does the death of this process.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    // Held for its `Drop`: the guard ends the driver, whose end closes the browser, before the folder goes.
    _guard: Guard,
    folder: TempDir,
    port: u16,
}

impl Browser {
    /// Whether Chromium and its driver are installed.
    pub fn available() -> bool {
        missing().is_none()
    }

    /// Opens a desktop window that asks for pages in Chinese.
    ///
    /// # Errors
    /// When Chromium is not installed or does not start.
    pub async fn start() -> Result<Browser> {
        Browser::start_with(Window::Desktop, Language::Chinese).await
    }

    /// Opens a window of the given size that asks for pages in the given language.
    ///
    /// # Errors
    /// When Chromium is not installed or does not start.
    pub async fn start_with(window: Window, language: Language) -> Result<Browser> {
        if let Some(program) = missing() {
            return Err(BrowserError::NotInstalled(program));
        }
        let folder = tempfile::Builder::new().prefix("browser-").tempdir()?;
        let (guard, port) = start_driver(folder.path(), language).await?;
        let capabilities = capabilities(folder.path(), window, language);
        let Value::Object(capabilities) = capabilities else {
            unreachable!("capabilities are a JSON object")
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        Ok(Browser {
            client,
            _guard: guard,
            folder,
            port,
        })
    }

    /// The driver's client, for what has no method here.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The folder that downloads are put in.
    pub fn downloads(&self) -> PathBuf {
        self.folder.path().join("downloads")
    }

    /// Goes to an address and waits until the page has loaded.
    ///
    /// # Errors
    /// When the address cannot be reached.
    pub async fn goto(&self, url: &str) -> Result<()> {
        self.client
            .goto(url)
            .await
            .map_err(|source| action(format!("go to {url}"), source))
    }

    /// The address of the page shown.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn address(&self) -> Result<String> {
        let url = self
            .client
            .current_url()
            .await
            .map_err(|source| action("read the address", source))?;
        Ok(url.to_string())
    }

    /// The title of the page shown.
    ///
    /// # Errors
    /// When the window is gone.
    pub async fn title(&self) -> Result<String> {
        self.client
            .title()
            .await
            .map_err(|source| action("read the title", source))
    }

    /// The first element that a CSS selector finds, without waiting.
    ///
    /// # Errors
    /// When there is none.
    pub async fn find(&self, css: &str) -> Result<Element> {
        self.client
            .find(Locator::Css(css))
            .await
            .map_err(|source| action(format!("find `{css}`"), source))
    }

    /// How many elements a CSS selector finds now.
    ///
    /// # Errors
    /// When the selector is not CSS.
    pub async fn count(&self, css: &str) -> Result<usize> {
        let found = self.client.find_all(Locator::Css(css)).await;
        Ok(found
            .map_err(|source| action(format!("count `{css}`"), source))?
            .len())
    }

    /// Clicks the first element found; waits until it is there and can be seen.
    ///
    /// # Errors
    /// When it does not come, or is covered by another element.
    pub async fn click(&self, css: &str) -> Result<()> {
        let element = self.wait_for(css, PATIENCE).await?;
        element
            .click()
            .await
            .map_err(|source| action(format!("click `{css}`"), source))
    }

    /// Types into a field after what it holds already, key by key; Chinese is committed as an input method would.
    ///
    /// # Errors
    /// When the field does not come or takes no keys.
    pub async fn type_into(&self, css: &str, text: &str) -> Result<()> {
        let element = self.wait_for(css, PATIENCE).await?;
        element
            .send_keys(text)
            .await
            .map_err(|source| action(format!("type into `{css}`"), source))
    }

    /// Empties a field and types into it.
    ///
    /// # Errors
    /// When the field does not come or takes no keys.
    pub async fn fill(&self, css: &str, text: &str) -> Result<()> {
        let element = self.wait_for(css, PATIENCE).await?;
        element
            .clear()
            .await
            .map_err(|source| action(format!("clear `{css}`"), source))?;
        element
            .send_keys(text)
            .await
            .map_err(|source| action(format!("fill `{css}`"), source))
    }

    /// Chooses the option of a `select` by its value.
    ///
    /// # Errors
    /// When the list does not come or has no such option.
    pub async fn choose(&self, css: &str, value: &str) -> Result<()> {
        let element = self.wait_for(css, PATIENCE).await?;
        let chosen = element.select_by_value(value).await;
        chosen.map_err(|source| action(format!("choose {value} of `{css}`"), source))
    }

    /// Types into whatever has the focus: how a clerk works who does not touch the mouse.
    ///
    /// # Errors
    /// When nothing has the focus that takes keys.
    pub async fn type_keys(&self, text: &str) -> Result<()> {
        let focused = self
            .client
            .active_element()
            .await
            .map_err(|source| action("find the focus", source))?;
        focused
            .send_keys(text)
            .await
            .map_err(|source| action(format!("type `{text}`"), source))
    }

    /// Presses a key or a chord where the focus is: `Enter`, `Tab`, `Shift+Tab`, `Control+Enter`, `F2`, `Alt+s`.
    ///
    /// # Errors
    /// When a key's name is unknown: it is one character or one of `Enter`, `Tab`, `Escape`, `Space`, `Backspace`, `Delete`,
    /// `Insert`, `Home`, `End`, `PageUp`, `PageDown`, `Up`, `Down`, `Left`, `Right`, `Shift`, `Control`, `Alt`, `F1` to `F12`.
    pub async fn press(&self, chord: &str) -> Result<()> {
        let keys = chord
            .split('+')
            .map(key_named)
            .collect::<Result<Vec<char>>>()?;
        let mut actions = KeyActions::new("keyboard".to_owned());
        for &value in &keys {
            actions = actions.then(KeyAction::Down { value });
        }
        for &value in keys.iter().rev() {
            actions = actions.then(KeyAction::Up { value });
        }
        self.client
            .perform_actions(actions)
            .await
            .map_err(|source| action(format!("press {chord}"), source))
    }

    /// The visible text of the first element found.
    ///
    /// # Errors
    /// When there is none.
    pub async fn text(&self, css: &str) -> Result<String> {
        let element = self.find(css).await?;
        element
            .text()
            .await
            .map_err(|source| action(format!("read `{css}`"), source))
    }

    /// What a field holds now.
    ///
    /// # Errors
    /// When there is no such field.
    pub async fn value(&self, css: &str) -> Result<String> {
        let element = self.find(css).await?;
        let value = element
            .prop("value")
            .await
            .map_err(|source| action(format!("read the value of `{css}`"), source))?;
        Ok(value.unwrap_or_default())
    }

    /// Runs a script in the page and returns what it returns.
    ///
    /// # Errors
    /// When the script throws.
    pub async fn run(&self, script: &str) -> Result<Value> {
        self.client
            .execute(script, Vec::new())
            .await
            .map_err(|source| action(format!("run `{script}`"), source))
    }

    /// Waits until an element is there and can be seen.
    ///
    /// # Errors
    /// When it does not come in time; the error says what the page shows instead.
    pub async fn wait_for(&self, css: &str, timeout: Duration) -> Result<Element> {
        let started = Instant::now();
        loop {
            let found = self.client.find_all(Locator::Css(css)).await;
            for element in found.map_err(|source| action(format!("find `{css}`"), source))? {
                // An element may be replaced between being found and being looked at: it is then looked for again.
                if element.is_displayed().await.unwrap_or(false) {
                    return Ok(element);
                }
            }
            self.still_waiting(started, timeout, || format!("`{css}`"))
                .await?;
        }
    }

    /// Waits until no element is found any more.
    ///
    /// # Errors
    /// When it is still there after the time given.
    pub async fn wait_gone(&self, css: &str, timeout: Duration) -> Result<()> {
        let started = Instant::now();
        while self.count(css).await? > 0 {
            self.still_waiting(started, timeout, || format!("`{css}` to go"))
                .await?;
        }
        Ok(())
    }

    /// Waits until the visible text of an element contains some words.
    ///
    /// # Errors
    /// When they do not come in time; the error says what the page shows instead.
    pub async fn wait_for_text(&self, css: &str, words: &str, timeout: Duration) -> Result<()> {
        let started = Instant::now();
        while !self.text(css).await.is_ok_and(|text| text.contains(words)) {
            self.still_waiting(started, timeout, || format!("“{words}” in `{css}`"))
                .await?;
        }
        Ok(())
    }

    /// Waits until the address contains some text.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn wait_for_address(&self, part: &str, timeout: Duration) -> Result<()> {
        let started = Instant::now();
        while !self.address().await?.contains(part) {
            self.still_waiting(started, timeout, || {
                format!("the address to contain {part}")
            })
            .await?;
        }
        Ok(())
    }

    /// Writes what the window shows as a PNG file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn screenshot(&self, path: &Path) -> Result<()> {
        let png = self
            .client
            .screenshot()
            .await
            .map_err(|source| action("take a screenshot", source))?;
        Ok(fs::write(path, png)?)
    }

    /// What pages have said on the browser's console since the start, oldest first: errors of scripts, resources that
    /// did not load, policies that were broken.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn console(&self) -> Result<Vec<String>> {
        let log = fs::read(log_of(self.folder.path()))?;
        let log = String::from_utf8_lossy(&log);
        let said = log
            .lines()
            .filter_map(|line| line.split_once(":CONSOLE"))
            .map(|(_, rest)| rest.to_owned());
        Ok(said.collect())
    }

    /// Closes the window in order, and ends the driver.
    ///
    /// # Errors
    /// When the browser had died before.
    pub async fn close(self) -> Result<()> {
        self.client
            .clone()
            .close()
            .await
            .map_err(|source| action("close the window", source))
    }

    /// Sleeps until the next look, or gives up with what the page shows.
    async fn still_waiting(
        &self,
        started: Instant,
        timeout: Duration,
        wanted: impl Fn() -> String,
    ) -> Result<()> {
        if started.elapsed() < timeout {
            tokio::time::sleep(PERIOD).await;
            return Ok(());
        }
        Err(BrowserError::Waited {
            wanted: wanted(),
            waited: timeout,
            address: self
                .address()
                .await
                .unwrap_or_else(|error| error.to_string()),
            text: self
                .text("body")
                .await
                .unwrap_or_else(|error| error.to_string())
                .chars()
                .take(600)
                .collect(),
        })
    }
}

fn action(what: impl Into<String>, source: CmdError) -> BrowserError {
    BrowserError::Action {
        action: what.into(),
        source,
    }
}

//! Starts the driver of the browser, and what it is told in its own protocol.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use fantoccini::key::Key;
use serde_json::{Value, json};

use super::{BrowserError, Language, PATIENCE, PERIOD, Result, Window};
use crate::guard::Guard;

const CHROMIUM: &str = "/usr/bin/chromium";
const DRIVER: &str = "/usr/bin/chromedriver";

/// The first program that is not installed.
pub(super) fn missing() -> Option<&'static str> {
    [CHROMIUM, DRIVER]
        .into_iter()
        .find(|program| !Path::new(program).exists())
}

pub(super) fn log_of(folder: &Path) -> PathBuf {
    folder.join("driver.log")
}

/// Starts the driver on a port that the system chooses, and reads from its log which one that is.
pub(super) async fn start_driver(folder: &Path, language: Language) -> Result<(Guard, u16)> {
    let log = log_of(folder);
    let output = fs::File::create(&log)?;
    let mut driver = Command::new(DRIVER);
    driver
        .args(["--port=0", "--enable-chrome-logs"])
        .env("LANGUAGE", language.tags().0.replace('-', "_"))
        .stdout(output.try_clone()?)
        .stderr(output);
    let mut guard = Guard::start(driver, "TERM", folder)?;
    let started = Instant::now();
    loop {
        let said = fs::read_to_string(&log)?;
        let port = said
            .lines()
            .find_map(|line| line.split_once("started successfully on port "));
        if let Some(port) =
            port.and_then(|(_, port)| port.trim_end_matches('.').trim().parse().ok())
        {
            return Ok((guard, port));
        }
        if guard.ended()? || started.elapsed() > PATIENCE {
            return Err(
                io::Error::other(format!("chromedriver does not listen: {}", said.trim())).into(),
            );
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// What the driver is asked for when it opens the window.
pub(super) fn capabilities(folder: &Path, window: Window, language: Language) -> Value {
    let (locale, accepted) = language.tags();
    let downloads = folder.join("downloads");
    json!({
        "browserName": "chrome",
        "goog:chromeOptions": {
            "binary": CHROMIUM,
            "args": [
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
                "--enable-logging=stderr",
                // The browser ends when the pipe to its driver closes, so it never outlives the driver.
                "--remote-debugging-pipe",
                format!("--lang={locale}"),
                format!("--user-data-dir={}", folder.join("profile").display()),
            ],
            "prefs": {
                "intl.accept_languages": accepted,
                "intl.selected_languages": accepted,
                "download.default_directory": downloads,
                "download.prompt_for_download": false,
                "plugins.always_open_pdf_externally": true,
            },
            "mobileEmulation": { "deviceMetrics": window.emulation() },
        },
    })
}

/// The character that stands for a key in the driver's protocol.
pub(super) fn key_named(name: &str) -> Result<char> {
    let mut characters = name.chars();
    if let (Some(only), None) = (characters.next(), characters.next()) {
        return Ok(only);
    }
    let key = match name {
        "Enter" => Key::Enter,
        "Tab" => Key::Tab,
        "Escape" => Key::Escape,
        "Space" => Key::Space,
        "Backspace" => Key::Backspace,
        "Delete" => Key::Delete,
        "Insert" => Key::Insert,
        "Home" => Key::Home,
        "End" => Key::End,
        "PageUp" => Key::PageUp,
        "PageDown" => Key::PageDown,
        "Up" => Key::Up,
        "Down" => Key::Down,
        "Left" => Key::Left,
        "Right" => Key::Right,
        "Shift" => Key::Shift,
        "Control" => Key::Control,
        "Alt" => Key::Alt,
        "F1" => Key::F1,
        "F2" => Key::F2,
        "F3" => Key::F3,
        "F4" => Key::F4,
        "F5" => Key::F5,
        "F6" => Key::F6,
        "F7" => Key::F7,
        "F8" => Key::F8,
        "F9" => Key::F9,
        "F10" => Key::F10,
        "F11" => Key::F11,
        "F12" => Key::F12,
        _ => return Err(BrowserError::Key(name.to_owned())),
    };
    Ok(key.chars().next().unwrap_or_default())
}

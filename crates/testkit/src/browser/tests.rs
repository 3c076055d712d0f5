use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use super::*;

const PAGE: &str = r#"<!doctype html><meta charset=utf-8><meta name=viewport content="width=device-width">
    <title>会签</title><input id=name><input id=city value=旧><p id=said></p><button id=go>提交</button>
    <script>
        console.error('到此为止');
        const name = document.getElementById('name');
        document.getElementById('go').onclick = () =>
            setTimeout(() => { document.getElementById('said').textContent = '你好，' + name.value }, 100);
        name.onkeydown = event => { if (event.key == 'Enter' && event.ctrlKey) go.click() };
    </script><a id=away href="http://example.com/">外</a>"#;

/// Serves one page on loopback; remembers in what language it was asked for.
fn serve() -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}/", listener.local_addr().expect("bound"));
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let sender = sender.clone();
            thread::spawn(move || answer(stream, &sender));
        }
    });
    (address, receiver)
}

fn answer(mut stream: std::net::TcpStream, sender: &std::sync::mpsc::Sender<String>) {
    let mut request = [0; 4096];
    let length = stream.read(&mut request).unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let length = PAGE.len();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length:";
    let _ = write!(stream, "{head} {length}\r\n\r\n{PAGE}");
    let language = request
        .lines()
        .find_map(|line| line.strip_prefix("Accept-Language: "));
    if let Some(language) = language.filter(|_| request.starts_with("GET / ")) {
        let _ = sender.send(language.to_owned());
    }
}

#[tokio::test]
async fn browser_types_clicks_and_waits_at_a_desk() {
    let (address, languages) = serve();
    let browser = Browser::start().await.expect("Chromium starts");
    browser.goto(&address).await.expect("the page loads");
    assert_eq!(browser.title().await.expect("a title"), "会签");
    assert!(languages.recv().expect("asked").starts_with("zh-CN"));
    let size = browser
        .run("return [innerWidth, innerHeight]")
        .await
        .expect("a size");
    assert_eq!(size, json!([1280, 900]));

    browser
        .type_into("#name", "王内勤")
        .await
        .expect("types Chinese");
    browser.click("#go").await.expect("clicks");
    browser
        .wait_for_text("#said", "你好，王内勤", PATIENCE)
        .await
        .expect("the answer comes");
    browser.press("Tab").await.expect("presses");
    browser.click("#name").await.expect("clicks");
    browser
        .type_keys("、李经理")
        .await
        .expect("types where the focus is");
    browser
        .press("Control+Enter")
        .await
        .expect("presses a chord");
    browser
        .wait_for_text("#said", "王内勤、李经理", PATIENCE)
        .await
        .expect("the answer comes");
    browser.press("Tab").await.expect("presses");
    browser.type_keys("济南").await.expect("types");
    assert!(
        browser
            .value("#city")
            .await
            .expect("a value")
            .contains("济南")
    );
    browser.fill("#city", "青岛").await.expect("replaces");
    assert_eq!(browser.value("#city").await.expect("a value"), "青岛");

    let late = browser
        .wait_for("#never", Duration::from_millis(200))
        .await
        .expect_err("it does not come");
    assert!(
        late.to_string().contains("#never") && late.to_string().contains("提交"),
        "{late}"
    );
    assert!(browser.press("Contrl+s").await.is_err());
    assert!(
        browser.goto("http://example.com/").await.is_err(),
        "nothing but loopback is resolved"
    );
    assert!(
        browser
            .console()
            .expect("a log")
            .iter()
            .any(|line| line.contains("到此为止"))
    );
    browser.close().await.expect("closes");
}

#[tokio::test]
async fn browser_is_a_phone_and_leaves_nothing() {
    let (address, languages) = serve();
    let browser = Browser::start_with(Window::Phone, Language::English)
        .await
        .expect("Chromium starts");
    browser.goto(&address).await.expect("the page loads");
    assert!(languages.recv().expect("asked").starts_with("en-US"));
    let seen = browser
        .run("return [innerWidth, innerHeight, 'ontouchstart' in window]")
        .await
        .expect("a size");
    assert_eq!(seen, json!([390, 844, true]));
    let picture = tempfile::Builder::new()
        .suffix(".png")
        .tempfile()
        .expect("a file");
    browser.screenshot(picture.path()).await.expect("a picture");
    assert!(
        fs::read(picture.path())
            .expect("a file")
            .starts_with(b"\x89PNG")
    );

    let folder = browser.folder.path().to_owned();
    assert!(
        !users_of(&folder).is_empty(),
        "the browser runs in its own folder"
    );
    drop(browser);
    assert!(!folder.exists(), "the folder is still there");
    // A process that was killed is there until the kernel has taken it down.
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while !users_of(&folder).is_empty() && std::time::Instant::now() < patience {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(
        users_of(&folder),
        Vec::<String>::new(),
        "something still runs"
    );
}

/// The command lines of processes that were started with this folder.
fn users_of(folder: &Path) -> Vec<String> {
    let folder = folder.to_string_lossy().into_owned();
    let lines = fs::read_dir("/proc")
        .expect("/proc")
        .flatten()
        .filter_map(|entry| {
            let line =
                String::from_utf8_lossy(&fs::read(entry.path().join("cmdline")).ok()?).into_owned();
            line.contains(&folder).then_some(line)
        });
    lines.collect()
}

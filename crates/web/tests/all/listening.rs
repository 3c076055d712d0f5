//! Over real connections: keep-alive, events, an orderly end.

use std::time::Duration;

use crate::common::{Company, order, over};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

struct Running {
    company: Company,
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

async fn run() -> Running {
    let company = Company::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let app = company.app.clone();
    let server = tokio::spawn(async move {
        web::serve(app, listener, async {
            let _ = stopped.await;
        })
        .await
    });
    Running {
        company,
        address,
        stop,
        server,
    }
}

/// A connection that speaks HTTP/1.1 by hand.
struct Line(BufReader<TcpStream>);

impl Line {
    async fn open(running: &Running) -> Line {
        Line(BufReader::new(
            TcpStream::connect(running.address).await.unwrap(),
        ))
    }

    async fn send(&mut self, head: &str, body: &[u8]) {
        let head = format!(
            "{head}\r\nhost: x\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.0.write_all(head.as_bytes()).await.unwrap();
        self.0.write_all(body).await.unwrap();
    }

    async fn text(&mut self) -> String {
        let mut line = String::new();
        timeout(PATIENCE, self.0.read_line(&mut line))
            .await
            .expect("in time")
            .unwrap();
        line.trim_end().to_owned()
    }

    /// Status and length of the next answer's body.
    async fn head(&mut self) -> (u16, usize) {
        let status = self.text().await;
        let status = status
            .split(' ')
            .nth(1)
            .unwrap_or_else(|| panic!("a status: {status:?}"))
            .parse()
            .unwrap();
        let mut length = 0;
        loop {
            let line = self.text().await.to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().unwrap();
            }
            if line.is_empty() {
                return (status, length);
            }
        }
    }

    async fn answer(&mut self) -> (u16, String) {
        let (status, length) = self.head().await;
        let mut body = vec![0; length];
        timeout(PATIENCE, self.0.read_exact(&mut body))
            .await
            .expect("in time")
            .unwrap();
        (status, String::from_utf8(body).unwrap())
    }

    /// The next event: its name and data.
    async fn event(&mut self) -> (String, String) {
        let mut name = String::new();
        loop {
            let line = self.text().await;
            if let Some(text) = line.strip_prefix("event: ") {
                name = text.to_owned();
            }
            if let Some(text) = line.strip_prefix("data: ") {
                return (name, text.to_owned());
            }
        }
    }
}

fn post(path: &str, token: &str, key: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\nidempotency-key: {key}"
    )
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let running = run().await;
    let token = running.company.token("wang").await;
    let mut line = Line::open(&running).await;
    for at in 1..=5 {
        let head = post(
            "/api/v1/steps/gsp.purchase_inbound.order.fill",
            &token,
            &format!("k{at}"),
        );
        line.send(&head, order().to_string().as_bytes()).await;
        let (status, body) = line.answer().await;
        assert_eq!(status, 200, "{body}");
        assert!(body.contains(&format!("CG20260401-000{at}")), "{body}");
    }
    let head = post(
        "/api/v1/steps/gsp.purchase_inbound.order.fill",
        &token,
        "huge",
    );
    line.send(&head, &vec![b' '; 10 << 20]).await;
    let (status, body) = line.answer().await;
    assert_eq!(status, 413, "one who sends too much hears why: {body}");
    let mut other = Line::open(&running).await;
    other
        .0
        .write_all(b"\x16\x03\x01 no HTTP\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(other.text().await, "", "the line is closed");
    let mut other = Line::open(&running).await;
    other.send("GET /api/openapi.json HTTP/1.1", b"").await;
    assert_eq!(other.answer().await.0, 200, "and the server goes on");
    let _ = running.stop.send(());
    running.server.await.unwrap().unwrap();
}

#[tokio::test]
async fn open_pages_hear_of_what_concerns_them() {
    let running = run().await;
    let company = &running.company;
    let (wang, li) = (company.log_in("wang").await, company.log_in("li").await);
    let (id, seen) = wang.must("order.fill", order()).await;

    let listen = |token: String, query: String| {
        let running = &running;
        async move {
            let mut line = Line::open(running).await;
            let head = format!("GET /events{query} HTTP/1.1\r\nauthorization: Bearer {token}");
            line.send(&head, b"").await;
            assert_eq!(line.head().await.0, 200);
            line
        }
    };
    let mut receiver = listen(company.token("zhao").await, String::new()).await;
    let mut watcher = listen(company.token("wu").await, format!("?slip={id}")).await;
    let mut bystander = listen(company.token("zhou").await, String::new()).await;
    li.must("order.approve", over(id, &seen)).await;
    assert_eq!(
        receiver.event().await,
        ("inbox".to_owned(), "{\"inbox\":1}".to_owned())
    );
    assert_eq!(
        watcher.event().await,
        ("slip".to_owned(), format!("{{\"slip\":{id}}}"))
    );
    let quiet = timeout(Duration::from_millis(300), bystander.event()).await;
    assert!(quiet.is_err(), "nothing waits for the keeper: {quiet:?}");

    let strange = company.get("/events", None).await;
    assert_eq!(strange.status, 401);
    let _ = running.stop.send(());
    timeout(PATIENCE, running.server)
        .await
        .expect("open events do not hold the end up")
        .unwrap()
        .unwrap();
}

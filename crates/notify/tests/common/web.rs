//! An HTTP server that keeps what it is sent and answers as it was told: by the script, then with its last line for ever.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a request.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// Answers with a status.
    Status(u16),
    /// Sends elsewhere.
    Redirect,
    /// Asks for patience.
    Patience,
    /// Takes the request and says nothing.
    Hang,
    /// Ends the line in the middle of the answer.
    Break,
    /// Answers with this text.
    Text(&'static str),
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map_or("", |(_, value)| value)
    }
}

pub struct Server {
    pub url: String,
    pub asked: Arc<Mutex<Vec<Asked>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub async fn start(script: Vec<Answer>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let kept = asked.clone();
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                tokio::spawn(serve(stream, kept.clone(), script.clone()));
            }
        });
        Server { url, asked, task }
    }

    pub fn count(&self) -> usize {
        self.asked.lock().expect("no panic").len()
    }

    pub fn all(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic").clone()
    }
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        let mut some = [0; 4096];
        let count = stream.read(&mut some).await.ok()?;
        if count == 0 {
            return None;
        }
        bytes.extend_from_slice(&some[..count]);
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
    };
    let text = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = text.lines();
    let line = lines.next()?.to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(0, |(_, value)| value.parse().expect("a length"));
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        let mut some = [0; 4096];
        let count = stream.read(&mut some).await.ok()?;
        if count == 0 {
            return None;
        }
        body.extend_from_slice(&some[..count]);
    }
    Some(Asked {
        line,
        headers,
        body: String::from_utf8(body).ok()?,
    })
}

async fn serve(mut stream: TcpStream, kept: Arc<Mutex<Vec<Asked>>>, script: Vec<Answer>) {
    let Some(asked) = read(&mut stream).await else {
        return;
    };
    let nth = {
        let mut kept = kept.lock().expect("no panic");
        kept.push(asked);
        kept.len() - 1
    };
    let answer = script[nth.min(script.len() - 1)];
    let text = match answer {
        Answer::Status(status) => format!("HTTP/1.1 {status} X\r\ncontent-length: 2\r\n\r\nok"),
        Answer::Redirect => {
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
                .to_owned()
        }
        Answer::Patience => {
            "HTTP/1.1 429 Slow\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n".to_owned()
        }
        Answer::Break => "HTTP/1.1 200 OK\r\ncontent-le".to_owned(),
        Answer::Text(body) => format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ),
        Answer::Hang => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            return;
        }
    };
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}

//! A client of the JSON API that costs as little as it can, since it shares the machine with the server it measures.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use engine::{Act, Reply};
use kernel::SlipId;
use serde_json::{Value, json};
use testkit::load::Request;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// A server, and the tokens of those who work on it.
pub struct Door {
    /// Where it listens.
    pub address: SocketAddr,
    /// Token by login.
    pub tokens: HashMap<Arc<str>, String>,
}

/// An answer.
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

/// A connection that is kept open.
pub struct Line {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Line {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Line, String> {
        let stream = TcpStream::connect(address)
            .await
            .map_err(|error| format!("{address}: {error}"))?;
        stream
            .set_nodelay(true)
            .map_err(|error| error.to_string())?;
        Ok(Line {
            stream: BufReader::new(stream),
            host: address.to_string(),
        })
    }

    /// Sends a request and reads its answer. `headers` are whole lines, each with its end.
    pub async fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &str,
        body: &[u8],
    ) -> Result<Answer, String> {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n{headers}\r\n",
            self.host,
            body.len()
        );
        let mut whole = head.into_bytes();
        whole.extend_from_slice(body);
        self.stream
            .get_mut()
            .write_all(&whole)
            .await
            .map_err(|error| error.to_string())?;
        self.answer()
            .await
            .map_err(|error| format!("{method} {path}: {error}"))
    }

    async fn answer(&mut self) -> std::io::Result<Answer> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .unwrap_or(0);
        let (mut length, mut chunked) = (0usize, false);
        loop {
            line.clear();
            self.stream.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap_or(0),
                "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
                _ => {}
            }
        }
        let body = if chunked {
            self.chunks().await?
        } else {
            self.exactly(length).await?
        };
        Ok(Answer { status, body })
    }

    async fn exactly(&mut self, length: usize) -> std::io::Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok(body)
    }

    async fn chunks(&mut self) -> std::io::Result<Vec<u8>> {
        let mut body = Vec::new();
        let mut line = String::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line).await?;
            let length = usize::from_str_radix(line.trim(), 16).unwrap_or(0);
            let chunk = self.exactly(length + 2).await?;
            if length == 0 {
                return Ok(body);
            }
            body.extend_from_slice(&chunk[..length]);
        }
    }

    /// Sends JSON and reads JSON; anything but success is an error that shows the answer.
    pub async fn call(
        &mut self,
        path: &str,
        token: Option<&str>,
        body: &Value,
    ) -> Result<Value, String> {
        let bearer = token
            .map(|token| format!("Authorization: Bearer {token}\r\n"))
            .unwrap_or_default();
        let headers =
            format!("Content-Type: application/json\r\nAccept: application/json\r\n{bearer}");
        let sent = serde_json::to_vec(body).map_err(|error| error.to_string())?;
        let answer = self.ask("POST", path, &headers, &sent).await?;
        if answer.status != 200 {
            let said = String::from_utf8_lossy(&answer.body);
            return Err(format!("POST {path}: {} {said}", answer.status));
        }
        serde_json::from_slice(&answer.body).map_err(|error| format!("POST {path}: {error}"))
    }
}

impl Door {
    /// Logs everyone in.
    pub async fn enter(
        address: SocketAddr,
        passwords: &[(Arc<str>, String)],
    ) -> Result<Door, String> {
        let mut line = Line::open(address).await?;
        let mut tokens = HashMap::new();
        for (login, password) in passwords {
            let body = json!({ "login": &**login, "password": password });
            let answer = line.call("/api/v1/login", None, &body).await?;
            let token = answer["token"].as_str().ok_or("the log-in gave no token")?;
            tokens.insert(login.clone(), token.to_owned());
        }
        Ok(Door { address, tokens })
    }

    /// Signs a step.
    pub async fn step(&self, line: &mut Line, request: &Request) -> Result<Reply, String> {
        let token = self.tokens.get(&request.person).map(String::as_str);
        let Act::Step {
            step,
            slip,
            sources,
            seen,
            input,
        } = &request.act
        else {
            return Err("only steps are sent".to_owned());
        };
        let seen: Vec<Value> = seen
            .iter()
            .map(|seen| json!({ "slip": seen.slip.0, "content": &*seen.content }))
            .collect();
        let sources: Vec<i64> = sources.iter().map(|source| source.0).collect();
        let lines: Vec<Value> = input
            .lines
            .iter()
            .map(|line| json!({ "fields": line.fields }))
            .collect();
        let body = json!({
            "key": &*request.key,
            "slip": slip.map(|slip| slip.0),
            "sources": sources,
            "seen": seen,
            "input": { "header": input.header, "lines": lines },
        });
        let answer = line
            .call(&format!("/api/v1/steps/{step}"), token, &body)
            .await?;
        Ok(Reply {
            slip: answer["slip"].as_i64().map(SlipId),
            number: answer["number"].as_str().map(Arc::from),
            content: answer["content"].as_str().map(Arc::from),
        })
    }
}

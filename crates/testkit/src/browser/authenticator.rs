//! An authenticator made of software, as WebAuthn's own extension of the driver offers one: passkeys without a finger.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::{Browser, BrowserError, PATIENCE, action};

impl Browser {
    /// Gives the window an authenticator that keeps passkeys, knows its person, and says yes to everything.
    ///
    /// # Errors
    /// When the driver has none to give.
    pub async fn add_authenticator(&self) -> Result<(), BrowserError> {
        let session = self.client.session_id().await;
        let session = session.map_err(|source| action("ask for the session".to_owned(), source))?;
        let path = format!(
            "/session/{}/webauthn/authenticator",
            session.unwrap_or_default()
        );
        let body = json!({
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": true,
            "hasUserVerification": true,
            "isUserConsenting": true,
            "isUserVerified": true,
        });
        let port = self.port;
        let answer = tokio::task::spawn_blocking(move || post(port, &path, &body));
        let answer = answer.await.map_err(std::io::Error::other)??;
        match answer["value"].as_str() {
            Some(_) => Ok(()),
            None => Err(std::io::Error::other(format!("no authenticator: {answer}")).into()),
        }
    }
}

/// Posts JSON to the driver, which may keep the connection open after its answer.
fn post(port: u16, path: &str, body: &Value) -> std::io::Result<Value> {
    let body = body.to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = BufReader::new(stream);
    let mut length = 0;
    let mut line = String::new();
    while answer.read_line(&mut line)? > 2 {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
        line.clear();
    }
    let mut json = vec![0; length];
    answer.read_exact(&mut json)?;
    serde_json::from_slice(&json).map_err(std::io::Error::other)
}

//! A mail server (RFC 5321) that takes mail over a real socket, with `AUTH PLAIN` (RFC 4954), and misbehaves on order.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The authority that signed the server's certificate, which is for `localhost`.
pub const AUTHORITY: &str = include_str!("ca.pem");

/// How the line is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Not at all.
    Bare,
    /// From the first byte.
    Wrapped,
    /// After `STARTTLS` (RFC 3207).
    Upgraded,
}

/// What the server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Takes every mail.
    Kind,
    /// Refuses the recipient for good.
    RefusesRecipient,
    /// Refuses a recipient it has not seen before, for now.
    Greylists,
    /// Ends the line in the middle of the mail.
    Closes,
    /// Says nothing after the first word.
    Hangs,
    /// Wants this name and password: `\0u\0p` in Base64.
    Asks(&'static str),
}

/// A mail as it came.
#[derive(Debug, Clone)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    pub text: String,
}

#[derive(Debug, Default)]
struct Kept {
    mails: Vec<Mail>,
    seen: HashMap<String, usize>,
    lines: usize,
    /// Verbs heard on a line that anybody could read.
    bare: Vec<String>,
}

pub struct Server {
    pub port: u16,
    kept: Arc<Mutex<Kept>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub async fn start(manner: Manner) -> Server {
        Server::start_by(manner, Line::Bare).await
    }

    /// The same with a line of that sort.
    pub async fn start_by(manner: Manner, line: Line) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let shared = kept.clone();
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    return;
                };
                let kept = shared.clone();
                tokio::spawn(async move {
                    // A client that goes away has nothing more to be told.
                    let _ = match line {
                        Line::Wrapped => match acceptor().accept(stream).await {
                            Ok(stream) => serve(stream, manner, kept, Talk::Secret).await.map(drop),
                            Err(error) => Err(error),
                        },
                        Line::Bare => serve(stream, manner, kept, Talk::Bare).await.map(drop),
                        Line::Upgraded => upgraded(stream, manner, kept).await,
                    };
                });
            }
        });
        Server { port, kept, task }
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.kept.lock().expect("no panic").mails.clone()
    }

    /// The verbs that were said where anybody could hear them.
    pub fn bare(&self) -> Vec<String> {
        self.kept.lock().expect("no panic").bare.clone()
    }

    /// How many lines were opened.
    pub fn lines(&self) -> usize {
        self.kept.lock().expect("no panic").lines
    }
}

fn address(line: &str) -> String {
    let inside = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or("", |(inside, _)| inside).to_owned()
}

/// Who can hear a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Talk {
    /// Anybody.
    Bare,
    /// Anybody, until `STARTTLS`.
    Offers,
    /// Nobody else.
    Secret,
    /// Nobody else, after `STARTTLS`: the greeting was said before.
    Again,
}

fn acceptor() -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("mail.pem")).expect("PEM");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("mail.key")).expect("PEM");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a certificate and its key");
    TlsAcceptor::from(Arc::new(config))
}

/// Speaks openly until the client asks for TLS, then only within it.
async fn upgraded(
    stream: tokio::net::TcpStream,
    manner: Manner,
    kept: Arc<Mutex<Kept>>,
) -> std::io::Result<()> {
    let Some(stream) = serve(stream, manner, kept.clone(), Talk::Offers).await? else {
        return Ok(());
    };
    let stream = acceptor().accept(stream).await?;
    serve(stream, manner, kept, Talk::Again).await.map(drop)
}

/// Gives the stream back where the client asked for TLS.
async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    manner: Manner,
    kept: Arc<Mutex<Kept>>,
    talk: Talk,
) -> std::io::Result<Option<S>> {
    let (read, mut write) = tokio::io::split(stream);
    let mut lines = BufReader::new(read).lines();
    if talk != Talk::Again {
        kept.lock().expect("no panic").lines += 1;
        write.write_all(b"220 mail.test ESMTP\r\n").await?;
    }
    if manner == Manner::Hangs {
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        return Ok(None);
    }
    let mut known = !matches!(manner, Manner::Asks(_));
    let (mut from, mut to) = (String::new(), Vec::new());
    while let Some(line) = lines.next_line().await? {
        let verb = line
            .split([' ', ':'])
            .next()
            .unwrap_or("")
            .to_ascii_uppercase();
        if matches!(talk, Talk::Bare | Talk::Offers) {
            kept.lock().expect("no panic").bare.push(verb.clone());
        }
        let answer = match &*verb {
            "EHLO" if talk == Talk::Offers => "250-mail.test\r\n250 STARTTLS".to_owned(),
            "STARTTLS" if talk == Talk::Offers => {
                write.write_all(b"220 2.0.0 go on\r\n").await?;
                return Ok(Some(lines.into_inner().into_inner().unsplit(write)));
            }
            "EHLO" => "250-mail.test\r\n250-8BITMIME\r\n250-AUTH PLAIN\r\n250 SMTPUTF8".to_owned(),
            "AUTH" => match manner {
                Manner::Asks(wanted) if line.ends_with(wanted) => {
                    known = true;
                    "235 2.7.0 welcome".to_owned()
                }
                _ => "535 5.7.8 wrong name or password".to_owned(),
            },
            "MAIL" if !known => "530 5.7.0 who are you".to_owned(),
            "MAIL" => {
                from = address(&line);
                to.clear();
                "250 2.1.0 ok".to_owned()
            }
            "RCPT" => {
                let recipient = address(&line);
                let seen = {
                    let mut kept = kept.lock().expect("no panic");
                    let count = kept.seen.entry(recipient.clone()).or_default();
                    *count += 1;
                    *count
                };
                match manner {
                    Manner::RefusesRecipient => "550 5.1.1 no such person here".to_owned(),
                    Manner::Greylists if seen == 1 => "451 4.7.1 greylisted, come again".to_owned(),
                    _ => {
                        to.push(recipient);
                        "250 2.1.5 ok".to_owned()
                    }
                }
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                if manner == Manner::Closes {
                    lines.next_line().await?;
                    return Ok(None);
                }
                let mut text = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    // A dot at the beginning was doubled.
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push('\n');
                }
                let mail = Mail {
                    from: from.clone(),
                    to: std::mem::take(&mut to),
                    text,
                };
                kept.lock().expect("no panic").mails.push(mail);
                "250 2.0.0 taken".to_owned()
            }
            "RSET" | "NOOP" => "250 ok".to_owned(),
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(None);
            }
            _ => "502 5.5.1 what".to_owned(),
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(None)
}

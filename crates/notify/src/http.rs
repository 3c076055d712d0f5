//! One HTTP request to a guarded address. Redirects are not followed: an answer must not choose where else to go.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hyper::body::Body;
use hyper::header::{HOST, HeaderName, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::guard::Allow;
use crate::{Outcome, told};

/// How much of an answer is read.
const ANSWER_MAX: usize = 16 << 10;

/// A request.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// `POST`.
    pub method: String,
    /// `https://host/path`; `http:` is for allowed hosts alone.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// Sent as it is.
    pub body: String,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// How long the other side wants to be left alone.
    pub retry_after: Option<Duration>,
    /// The first part of the body, as text.
    pub body: String,
}

/// An address that can be sent to, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    secure: bool,
    host: String,
    port: u16,
    path: String,
}

impl Target {
    /// Reads an address.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn read(url: &str) -> Result<Target, String> {
        let uri: Uri = url
            .parse()
            .map_err(|error| format!("{url} is no address: {error}"))?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(format!("{url} begins with neither https:// nor http://")),
        };
        let authority = uri
            .authority()
            .filter(|authority| !authority.host().is_empty())
            .ok_or_else(|| format!("{url} names no host"))?;
        if authority.as_str().contains('@') {
            return Err("an address with a name or password in it is not sent to".to_owned());
        }
        Ok(Target {
            secure,
            host: authority.host().to_owned(),
            port: authority
                .port_u16()
                .unwrap_or(if secure { 443 } else { 80 }),
            path: uri
                .path_and_query()
                .map_or_else(|| "/".to_owned(), ToString::to_string),
        })
    }

    /// Whether it may be sent to by its look alone: what goes over the open Internet goes over TLS.
    ///
    /// # Errors
    /// A sentence.
    pub fn check(&self, allow: &Allow) -> Result<(), String> {
        if self.secure || allow.host(&self.host, self.port) {
            return Ok(());
        }
        Err(format!(
            "http:// is for hosts that whoever runs the server allows (--allow-target {}:{}); use https://",
            self.host, self.port
        ))
    }
}

/// The certificate authorities of the system, read once.
///
/// # Errors
/// A sentence, where the system has none.
pub fn tls() -> Result<Arc<ClientConfig>, String> {
    static CONFIG: OnceLock<Result<Arc<ClientConfig>, String>> = OnceLock::new();
    let made = CONFIG.get_or_init(|| {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        let (added, _) = roots.add_parsable_certificates(found.certs);
        if added == 0 {
            return Err("the system has no certificate authorities; install ca-certificates or set SSL_CERT_FILE".to_owned());
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::new(config))
    });
    made.clone()
}

/// A line to one of some addresses, the first that answers.
pub(crate) async fn connect(host: &str, port: u16, allow: &Allow) -> Result<TcpStream, String> {
    let mut why = String::new();
    for address in allow.resolve(host, port).await? {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => why = format!("{address}: {error}"),
        }
    }
    Err(why)
}

/// The same line under TLS, with the certificate of that host.
pub(crate) async fn secured(
    stream: TcpStream,
    host: &str,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, String> {
    let bare = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .to_owned();
    let name = ServerName::try_from(bare).map_err(|error| error.to_string())?;
    TlsConnector::from(tls()?)
        .connect(name, stream)
        .await
        .map_err(|error| format!("TLS: {error}"))
}

/// Sends a request and reads the answer, within a time for all of it.
///
/// # Errors
/// A sentence: why there was no answer.
pub async fn send(request: &Outgoing, allow: &Allow, within: Duration) -> Result<Reply, String> {
    let target = Target::read(&request.url)?;
    target.check(allow)?;
    let exchange = async {
        let stream = connect(&target.host, target.port, allow).await?;
        if target.secure {
            let stream = secured(stream, &target.host).await?;
            exchange(stream, request, &target).await
        } else {
            exchange(stream, request, &target).await
        }
    };
    tokio::time::timeout(within, exchange)
        .await
        .unwrap_or_else(|_| Err(format!("no answer within {} s", within.in_words())))
}

/// Seconds with one decimal, without floating point.
trait Seconds {
    fn in_words(&self) -> String;
}

impl Seconds for Duration {
    fn in_words(&self) -> String {
        format!("{}.{}", self.as_secs(), self.subsec_millis() / 100)
    }
}

async fn exchange<S>(stream: S, request: &Outgoing, target: &Target) -> Result<Reply, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let method: Method = request
        .method
        .parse()
        .map_err(|_| format!("{} is no method", request.method))?;
    let usual = if target.secure { 443 } else { 80 };
    let host = if target.port == usual {
        target.host.clone()
    } else {
        format!("{}:{}", target.host, target.port)
    };
    let mut made = Request::builder()
        .method(method)
        .uri(&target.path)
        .header(HOST, host)
        .header(
            USER_AGENT,
            concat!("Countersign/", env!("CARGO_PKG_VERSION")),
        );
    for (name, value) in &request.headers {
        let name: HeaderName = name.parse().map_err(|_| format!("{name} is no header"))?;
        let value: HeaderValue = value
            .parse()
            .map_err(|_| format!("the header {name} has a value that cannot be sent"))?;
        made = made.header(name, value);
    }
    let made = made
        .body(request.body.clone())
        .map_err(|error| error.to_string())?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    let line = tokio::spawn(async move {
        // A fault of the line is told by whoever waits for the answer.
        let _ = connection.await;
    });
    let answered = answer(&mut sender, made).await;
    line.abort();
    answered
}

async fn answer(
    sender: &mut hyper::client::conn::http1::SendRequest<String>,
    request: Request<String>,
) -> Result<Reply, String> {
    let response = sender
        .send_request(request)
        .await
        .map_err(|error| format!("the line broke: {error}"))?;
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map(Duration::from_secs);
    let status = response.status().as_u16();
    let mut body = response.into_body();
    let mut bytes: Vec<u8> = Vec::new();
    while bytes.len() < ANSWER_MAX {
        let next =
            std::future::poll_fn(|context| std::pin::Pin::new(&mut body).poll_frame(context));
        match next.await {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    let room = ANSWER_MAX - bytes.len();
                    bytes.extend_from_slice(&data[..data.len().min(room)]);
                }
            }
            // The status is there; a body that breaks off changes nothing of it.
            Some(Err(_)) | None => break,
        }
    }
    Ok(Reply {
        status,
        retry_after,
        body: String::from_utf8_lossy(&bytes).into_owned(),
    })
}

/// What an answer means when its status is not the one that was hoped for.
pub(crate) fn refused(reply: &Reply) -> Outcome {
    let why = format!("{} {}", reply.status, told(&reply.body));
    match reply.status {
        300..=399 => Outcome::again(format!("{why} — redirects are not followed")),
        // Gone says itself that it will not come back.
        410 => Outcome::Never(why),
        429 | 503 => Outcome::Again {
            why,
            after: reply.retry_after,
            free: false,
        },
        _ => Outcome::again(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_or_refused() {
        let target = Target::read("https://Example.cn/hook?x=1").unwrap();
        assert_eq!((target.port, &*target.path), (443, "/hook?x=1"));
        assert_eq!(Target::read("http://[::1]:8080").unwrap().port, 8080);
        for bad in [
            "",
            "/x",
            "ftp://a/",
            "https://",
            "https://u:p@host/",
            "host:80",
            "https://a b/",
        ] {
            assert!(Target::read(bad).is_err(), "{bad}");
        }
        let plain = Target::read("http://example.cn/").unwrap();
        assert!(plain.check(&Allow::default()).is_err());
        let allow = Allow(vec!["example.cn".parse().unwrap()]);
        assert!(plain.check(&allow).is_ok());
    }

    #[test]
    fn answers_are_weighed() {
        let reply = |status| Reply {
            status,
            retry_after: Some(Duration::from_secs(9)),
            body: "x\ny".to_owned(),
        };
        assert_eq!(refused(&reply(410)), Outcome::Never("410 x y".to_owned()));
        assert!(matches!(
            refused(&reply(500)),
            Outcome::Again { after: None, .. }
        ));
        assert!(
            matches!(refused(&reply(302)), Outcome::Again { why, .. } if why.contains("not followed"))
        );
        assert!(matches!(
            refused(&reply(429)),
            Outcome::Again { after: Some(_), .. }
        ));
    }
}

//! The few requests to a provider: no redirects, bounded in time and size, over TLS unless the provider is this machine.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{Request, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How long a provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of an answer.
const ANSWER_MAX: usize = 512 << 10;

/// What went wrong, for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unreachable(pub String);

fn because(what: &str, error: impl std::fmt::Display) -> Unreachable {
    Unreachable(format!("{what}: {error}"))
}

/// Whether an address may be spoken to: by `https`, or by `http` on this machine.
pub(crate) fn is_safe(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else {
        return false;
    };
    let local = matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match uri.scheme_str() {
        Some("https") => uri.host().is_some_and(|host| !host.is_empty()),
        Some("http") => local,
        _ => false,
    }
}

/// Speaks to one provider.
pub(crate) struct Http {
    tls: TlsConnector,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Http")
    }
}

/// A request.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Call<'a> {
    /// Posted as a form; without it the request is a GET.
    pub form: Option<&'a str>,
    /// The header `Authorization`.
    pub authorization: Option<&'a str>,
}

impl Http {
    /// Trusts the certificates of a file, or those that the system trusts.
    pub fn new(authorities: Option<&[u8]>) -> Result<Http, Unreachable> {
        let mut roots = RootCertStore::empty();
        match authorities {
            Some(pem) => {
                for one in CertificateDer::pem_slice_iter(pem) {
                    let one = one.map_err(|error| because("the certificates", error))?;
                    roots
                        .add(one)
                        .map_err(|error| because("the certificates", error))?;
                }
            }
            None => {
                // A certificate that cannot be read is one less that is trusted.
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| because("TLS", error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Http {
            tls: TlsConnector::from(Arc::new(config)),
        })
    }

    /// Asks; gives status and body.
    pub async fn ask(&self, url: &str, call: Call<'_>) -> Result<(u16, Vec<u8>), Unreachable> {
        if !is_safe(url) {
            return Err(Unreachable(format!("{url} is not an address over TLS")));
        }
        match tokio::time::timeout(PATIENCE, self.ask_now(url, call)).await {
            Ok(answer) => answer,
            Err(late) => Err(because(url, late)),
        }
    }

    async fn ask_now(&self, url: &str, call: Call<'_>) -> Result<(u16, Vec<u8>), Unreachable> {
        let uri: Uri = url.parse().map_err(|error| because(url, error))?;
        let host = uri.host().unwrap_or("").to_owned();
        let bare = host.trim_matches(['[', ']']).to_owned();
        let secure = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let stream = TcpStream::connect((bare.as_str(), port))
            .await
            .map_err(|error| because(&format!("connecting to {host}"), error))?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let named = uri.authority().map_or("", |authority| authority.as_str());
        let mut request = Request::builder()
            .method(if call.form.is_some() { "POST" } else { "GET" })
            .uri(path)
            .header(HOST, named)
            .header(ACCEPT, "application/json");
        if let Some(authorization) = call.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        if call.form.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let body = call
            .form
            .map_or(Body::empty(), |form| Body::from(form.to_owned()));
        let request = request.body(body).map_err(|error| because(url, error))?;
        if secure {
            let name = ServerName::try_from(bare).map_err(|error| because(url, error))?;
            let stream = self.tls.connect(name, stream).await;
            let stream = stream.map_err(|error| because(&format!("TLS with {host}"), error))?;
            exchange(stream, request).await
        } else {
            exchange(stream, request).await
        }
    }
}

async fn exchange<S>(stream: S, request: Request<Body>) -> Result<(u16, Vec<u8>), Unreachable>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| because("HTTP", error))?;
    let driver = tokio::spawn(connection);
    let answer = async {
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| because("HTTP", error))?;
        let status = response.status().as_u16();
        let body = to_bytes(Body::new(response.into_body()), ANSWER_MAX)
            .await
            .map_err(|error| because("the answer", error))?;
        Ok((status, body.to_vec()))
    };
    let answer = answer.await;
    driver.abort();
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_tls_or_nowhere() {
        for safe in [
            "https://login.example/realm",
            "http://127.0.0.1:9000/x",
            "http://localhost/",
            "http://[::1]:80/",
        ] {
            assert!(is_safe(safe), "{safe}");
        }
        for unsafe_one in [
            "http://login.example/",
            "http://127.0.0.1.evil.example/",
            "ftp://127.0.0.1/",
            "https://",
            "/x",
            "",
        ] {
            assert!(!is_safe(unsafe_one), "{unsafe_one}");
        }
    }
}

//! The proof that a request was meant: a token that only the session's own pages know, and where it came from.

use axum::http::HeaderMap;

use crate::error::Error;
use crate::text::{random, same, unhex};

/// Bytes of a session's CSRF token.
const BYTES: usize = 16;

/// A session's CSRF token. It follows from the session's own token, so that nothing more is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Csrf([u8; BYTES]);

impl Csrf {
    /// The token of the session with this token.
    pub fn of(token: &str) -> Csrf {
        use sha2::{Digest, Sha256};
        let mut hasher = Sha256::new();
        hasher.update(b"countersign csrf\0");
        hasher.update(token.as_bytes());
        let mut bytes = [0; BYTES];
        bytes.copy_from_slice(&hasher.finalize()[..BYTES]);
        Csrf(bytes)
    }

    /// As a page shows it: under a mask that is another one every time, so that the length of a compressed page tells
    /// nothing about the token.
    pub fn masked(self) -> String {
        let Ok(mask) = random::<BYTES>() else {
            return engine::hex(&self.0).to_string();
        };
        let mut bytes = mask.to_vec();
        bytes.extend(mask.iter().zip(self.0).map(|(mask, byte)| mask ^ byte));
        engine::hex(&bytes).to_string()
    }

    /// Whether a text is this token, masked or not.
    pub fn is(self, given: &str) -> bool {
        let Some(bytes) = unhex(given) else {
            return false;
        };
        match bytes.len() {
            BYTES => same(&bytes, &self.0),
            length if length == 2 * BYTES => {
                let (mask, rest) = bytes.split_at(BYTES);
                let bare: Vec<u8> = mask
                    .iter()
                    .zip(rest)
                    .map(|(mask, byte)| mask ^ byte)
                    .collect();
                same(&bare, &self.0)
            }
            _ => false,
        }
    }
}

/// Whether the headers say that another site's page made this request. Browsers say so themselves; programs say
/// nothing, which is no proof of anything and is left to the token.
pub(crate) fn from_elsewhere(headers: &HeaderMap, public_origin: Option<&str>) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if text("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none") {
        return true;
    }
    let Some(origin) = text("origin") else {
        return false;
    };
    if let Some(public) = public_origin {
        return origin != public.trim_end_matches('/');
    }
    let host = text("host").unwrap_or("");
    let from = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    host.is_empty() || from != Some(host)
}

/// The refusal of a request without the proof.
pub(crate) fn refused() -> Error {
    Error::refused(
        axum::http::StatusCode::FORBIDDEN,
        engine::Class::Role,
        "csrf",
        "页面已过期或请求来自别处，请刷新页面后重试",
        "the page is out of date or the request came from elsewhere; reload the page and try again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_another_one_every_time() {
        let csrf = Csrf::of("token");
        let (one, two) = (csrf.masked(), csrf.masked());
        assert_ne!(one, two);
        assert!(csrf.is(&one) && csrf.is(&two) && csrf.is(&engine::hex(&csrf.0)));
        assert!(!Csrf::of("other").is(&one));
        for bad in ["", "zz", &one[..62], &format!("{one}00"), &"0".repeat(64)] {
            assert!(!csrf.is(bad), "{bad}");
        }
    }

    #[test]
    fn another_site_is_told_by_its_headers() {
        let ask = |pairs: &[(&'static str, &'static str)], public: Option<&str>| {
            let headers = pairs
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect::<HeaderMap>();
            from_elsewhere(&headers, public)
        };
        let host = ("host", "127.0.0.1:8080");
        assert!(!ask(&[host], None));
        assert!(!ask(&[host, ("origin", "http://127.0.0.1:8080")], None));
        assert!(ask(&[host, ("origin", "http://127.0.0.1:8081")], None));
        assert!(ask(&[host, ("origin", "null")], None));
        assert!(ask(&[("origin", "http://127.0.0.1:8080")], None));
        assert!(ask(&[host, ("sec-fetch-site", "cross-site")], None));
        assert!(ask(&[host, ("sec-fetch-site", "same-site")], None));
        assert!(!ask(&[host, ("sec-fetch-site", "same-origin")], None));
        let public = Some("https://slips.example");
        assert!(!ask(&[host, ("origin", "https://slips.example")], public));
        assert!(ask(&[host, ("origin", "http://127.0.0.1:8080")], public));
    }
}

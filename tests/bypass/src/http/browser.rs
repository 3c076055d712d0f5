//! A browser: it keeps cookies, says where a request comes from, and posts forms.

use axum::body::Body;
use axum::http::Request;

use crate::api::{Api, PASSWORD, Reply, percent};

const HOST: &str = "127.0.0.1:8080";
/// Where the server's own pages come from.
pub const HERE: &str = "http://127.0.0.1:8080";

/// A browser.
#[derive(Debug, Clone)]
pub struct Browser {
    /// Its cookies.
    pub cookies: String,
    /// What it says of where its requests come from.
    pub origin: &'static str,
}

/// A value as a form sends it.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A form as a browser sends it.
pub fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    pairs.join("&")
}

impl Browser {
    /// Logs a person in through the page.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn log_in(api: &Api, login: &str) -> Browser {
        Browser::log_in_with(api, login, PASSWORD)
    }

    /// [`Browser::log_in`] with another password.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn log_in_with(api: &Api, login: &str, password: &str) -> Browser {
        let mut browser = Browser {
            cookies: String::new(),
            origin: HERE,
        };
        let page = browser.get(api, "/login");
        browser.cookies = page.cookies();
        let fields = [
            ("_csrf", &*page.hidden("_csrf")),
            ("name", login),
            ("password", password),
        ];
        let reply = browser.post(api, "/login", &form(&fields));
        assert_eq!(reply.status.as_u16(), 303, "{login}: {}", reply.text());
        browser.cookies = reply.cookies();
        browser
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let request = Request::builder()
            .method(method)
            .uri(percent(path))
            .header("host", HOST)
            .header("cookie", &self.cookies);
        if method == "GET" {
            request
        } else {
            request.header("origin", self.origin)
        }
    }

    /// Opens a page.
    pub fn get(&self, api: &Api, path: &str) -> Reply {
        api.ask(
            self.request("GET", path)
                .body(Body::empty())
                .expect("a request"),
        )
    }

    /// Posts a form as it is.
    pub fn post(&self, api: &Api, path: &str, body: &str) -> Reply {
        let request = self
            .request("POST", path)
            .header("content-type", "application/x-www-form-urlencoded");
        api.ask(
            request
                .body(Body::from(body.to_owned()))
                .expect("a request"),
        )
    }

    /// Posts a form with the session's own token.
    pub fn submit(&self, api: &Api, path: &str, fields: &[(&str, &str)]) -> Reply {
        let csrf = self.csrf(api);
        let key = crate::stage::fresh_key();
        let mut all = vec![("_csrf", &*csrf), ("_key", &*key)];
        all.extend_from_slice(fields);
        self.post(api, path, &form(&all))
    }

    /// Sends JSON, with a CSRF token in the header where one is given.
    pub fn json(
        &self,
        api: &Api,
        path: &str,
        csrf: Option<&str>,
        body: &serde_json::Value,
    ) -> Reply {
        let mut request = self
            .request("POST", path)
            .header("content-type", "application/json");
        if let Some(csrf) = csrf {
            request = request.header("x-csrf-token", csrf);
        }
        api.ask(
            request
                .body(Body::from(body.to_string()))
                .expect("a request"),
        )
    }

    /// The session's CSRF token.
    pub fn csrf(&self, api: &Api) -> String {
        self.get(api, "/api/v1/me").json()["csrf"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

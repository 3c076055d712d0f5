//! A browser as far as log-in and forms need one.

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

use super::{Company, Reply};

const HOST: &str = "127.0.0.1:8080";

/// A browser: it keeps cookies and says where a request comes from.
pub struct Browser<'a> {
    pub company: &'a Company,
    pub cookies: String,
    pub origin: &'static str,
}

impl Browser<'_> {
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        kind: Option<&str>,
        csrf: Option<&str>,
        body: String,
    ) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", HOST)
            .header("cookie", &self.cookies);
        if method != "GET" {
            request = request.header("origin", self.origin);
        }
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        if let Some(csrf) = csrf {
            request = request.header("x-csrf-token", csrf);
        }
        self.company
            .ask(request.body(Body::from(body)).unwrap())
            .await
    }

    pub async fn form(&self, path: &str, body: String) -> Reply {
        self.send(
            "POST",
            path,
            Some("application/x-www-form-urlencoded"),
            None,
            body,
        )
        .await
    }

    pub async fn call(&self, path: &str, csrf: Option<&str>, body: Value) -> Reply {
        self.send(
            "POST",
            path,
            Some("application/json"),
            csrf,
            body.to_string(),
        )
        .await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, None, None, String::new()).await
    }
}

pub fn browser(company: &Company) -> Browser<'_> {
    Browser {
        company,
        cookies: String::new(),
        origin: "http://127.0.0.1:8080",
    }
}

pub fn hidden(page: &str, name: &str) -> String {
    let from = page
        .find(&format!("name=\"{name}\" value=\""))
        .expect("the input is there")
        + name.len()
        + 15;
    page[from..].split('"').next().unwrap().to_owned()
}

/// Logs in through the page.
pub async fn log_in<'a>(company: &'a Company, name: &str, password: &str) -> (Browser<'a>, Reply) {
    let mut browser = browser(company);
    let page = browser.get("/login?next=/slips").await;
    assert_eq!(page.status, 200);
    browser.cookies = page.cookies();
    let csrf = hidden(&page.text(), "_csrf");
    let password = password.replace(' ', "+");
    let body = format!("_csrf={csrf}&next=%2Fslips&name={name}&password={password}");
    let reply = browser.form("/login", body).await;
    if reply.status == 303 {
        browser.cookies = reply.cookies();
    }
    (browser, reply)
}

pub async fn csrf_of(browser: &Browser<'_>) -> String {
    browser.get("/api/v1/me").await.json()["csrf"]
        .as_str()
        .unwrap()
        .to_owned()
}

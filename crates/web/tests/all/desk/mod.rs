//! A browser without scripts: it keeps cookies, follows redirects, reads forms off the page and sends them as any
//! browser would. What it shows is what a person sees who has nothing but HTML.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod house;
pub mod html;

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Request;

use crate::common::{Company, PASSWORD, Reply};
use html::{Form, forms};

/// A person at a desk.
pub struct Desk<'a> {
    pub company: &'a Company,
    pub lang: &'static str,
    cookies: BTreeMap<String, String>,
}

/// A page as it came, after redirects.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    /// Path and query.
    pub url: String,
    pub html: String,
}

impl Page {
    /// The visible words.
    pub fn text(&self) -> String {
        html::texts(&self.html).join(" ")
    }

    /// The form whose action contains this.
    pub fn form(&self, action: &str) -> Form {
        self.one(action, |form| form.action.contains(action))
    }

    /// The form that is filled in on this page.
    pub fn fill(&self) -> Form {
        self.one("a form to fill in", |form| form.fills)
    }

    fn one(&self, what: &str, wanted: impl Fn(&Form) -> bool) -> Form {
        forms(&self.html)
            .into_iter()
            .find(wanted)
            .unwrap_or_else(|| panic!("no {what:?} on {}: {}", self.url, self.text()))
    }

    /// The first link whose address contains this.
    pub fn link(&self, part: &str) -> String {
        html::links(&self.html)
            .into_iter()
            .find(|link| link.contains(part))
            .unwrap_or_else(|| panic!("no link to {part:?} on {}: {}", self.url, self.text()))
    }

    pub fn has(&self, words: &str) -> bool {
        self.text().contains(words)
    }

    pub fn must_have(&self, words: &str) -> &Page {
        assert!(
            self.has(words),
            "{words:?} is not on {} ({}): {}",
            self.url,
            self.status,
            self.text()
        );
        self
    }

    /// Id of the slip whose page this is.
    pub fn slip(&self) -> i64 {
        let path = self.url.split('?').next().unwrap_or("");
        let id = path.strip_prefix("/slips/").and_then(|id| id.parse().ok());
        id.unwrap_or_else(|| {
            panic!(
                "not a slip's page: {} ({}) {}",
                self.url,
                self.status,
                self.text()
            )
        })
    }
}

fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(byte.into()),
            b' ' => out.push('+'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

impl<'a> Desk<'a> {
    /// Nobody yet.
    pub fn empty(company: &'a Company, lang: &'static str) -> Desk<'a> {
        let cookies = [("lang".to_owned(), lang.to_owned())].into();
        Desk {
            company,
            lang,
            cookies,
        }
    }

    /// Logs a person in through the log-in page.
    pub async fn log_in(company: &'a Company, login: &str, lang: &'static str) -> Desk<'a> {
        let mut desk = Desk::empty(company, lang);
        let page = desk.get("/login").await;
        let mut form = page.form("/login");
        form.set("name", login).set("password", PASSWORD);
        let page = desk.send(&form, "").await;
        assert_eq!(page.status, 200, "{login}: {}", page.text());
        desk
    }

    fn keep(&mut self, reply: &Reply) {
        for value in reply.headers.get_all("set-cookie") {
            let text = value.to_str().expect("a cookie is ASCII");
            let (pair, rest) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a value");
            if rest.contains("Max-Age=0;") || rest.ends_with("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:8080")
            .header("origin", "http://127.0.0.1:8080")
            .header("cookie", cookies.join("; "))
    }

    /// One request, without following where it leads.
    pub async fn ask(&mut self, request: Request<Body>) -> Reply {
        let reply = self.company.ask(request).await;
        self.keep(&reply);
        reply
    }

    async fn follow(&mut self, mut url: String, mut reply: Reply) -> Page {
        for _ in 0..5 {
            if reply.status != 303 {
                break;
            }
            let to = reply.headers["location"].to_str().expect("an address");
            url = to.to_owned();
            let next = self
                .request("GET", &url)
                .body(Body::empty())
                .expect("a request");
            reply = self.ask(next).await;
        }
        Page {
            status: reply.status.as_u16(),
            url,
            html: reply.text(),
        }
    }

    pub async fn get(&mut self, path: &str) -> Page {
        let request = self
            .request("GET", path)
            .body(Body::empty())
            .expect("a request");
        let reply = self.ask(request).await;
        self.follow(path.to_owned(), reply).await
    }

    /// What lies at an address, whatever it is.
    pub async fn fetch(&mut self, path: &str) -> Reply {
        let request = self
            .request("GET", path)
            .body(Body::empty())
            .expect("a request");
        self.ask(request).await
    }

    /// A part of a page, as a script of the page fetches it.
    pub async fn part(&mut self, path: &str, name: &str) -> Reply {
        let request = self
            .request("GET", path)
            .header("x-fragment", name)
            .body(Body::empty())
            .expect("a request");
        self.ask(request).await
    }

    /// Presses a button of a form: `_do` and its value, or nothing for a form with one button.
    pub async fn send(&mut self, form: &Form, button: &str) -> Page {
        let mut fields = form.fields.clone();
        if !button.is_empty() {
            fields.push(("_do".to_owned(), button.to_owned()));
        }
        self.send_fields(&form.action, &fields).await
    }

    /// What a form of fields is answered with, whatever it is.
    pub async fn fetch_posted(&mut self, action: &str, fields: &[(String, String)]) -> Reply {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let request = self
            .request("POST", action)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .expect("a request");
        self.ask(request).await
    }

    pub async fn send_fields(&mut self, action: &str, fields: &[(String, String)]) -> Page {
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let request = self
            .request("POST", action)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .expect("a request");
        let reply = self.ask(request).await;
        self.follow(action.to_owned(), reply).await
    }

    /// Sends a form whose answer is a file.
    pub async fn fetch_form(&mut self, form: &Form) -> Reply {
        let body: Vec<String> = form
            .fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let request = self
            .request("POST", &form.action)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.join("&")))
            .expect("a request");
        self.ask(request).await
    }

    /// Sends a form that could take a file, without one.
    pub async fn multipart(&mut self, form: &Form) -> Page {
        let edge = "edge-of-a-part";
        let mut body = String::new();
        for (field, value) in &form.fields {
            body.push_str(&format!(
                "--{edge}\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            ));
        }
        body.push_str(&format!("--{edge}--\r\n"));
        let request = self
            .request("POST", &form.action)
            .header(
                "content-type",
                format!("multipart/form-data; boundary={edge}"),
            )
            .body(Body::from(body))
            .expect("a request");
        let reply = self.ask(request).await;
        self.follow(form.action.clone(), reply).await
    }

    /// Sends a form with a file.
    pub async fn upload(&mut self, form: &Form, name: &str, bytes: &[u8]) -> Page {
        let edge = "edge-of-a-part";
        let mut body = Vec::new();
        for (field, value) in &form.fields {
            body.extend(format!("--{edge}\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").into_bytes());
        }
        body.extend(format!("--{edge}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n").into_bytes());
        body.extend(bytes);
        body.extend(format!("\r\n--{edge}--\r\n").into_bytes());
        let request = self
            .request("POST", &form.action)
            .header(
                "content-type",
                format!("multipart/form-data; boundary={edge}"),
            )
            .body(Body::from(body))
            .expect("a request");
        let reply = self.ask(request).await;
        self.follow(form.action.clone(), reply).await
    }

    /// Sends JSON as the page's script does.
    pub async fn send_json(&mut self, path: &str, csrf: &str, body: &serde_json::Value) -> Reply {
        let request = self
            .request("POST", path)
            .header("content-type", "application/json")
            .header("x-csrf", csrf)
            .body(Body::from(body.to_string()))
            .expect("a request");
        self.ask(request).await
    }
}

/// Takes an order from the buyer's desk to the shelf, each through his own pages; the slips in their order.
pub async fn purchase(company: &Company, qty: &str) -> Vec<i64> {
    let flow = "gsp.purchase_inbound";
    let mut slips = Vec::new();
    let mut wang = Desk::log_in(company, "wang", "zh").await;
    let mut form = wang.get(&format!("/new/{flow}.order.fill")).await.fill();
    form.set("h.supplier", "S01")
        .set("l.1.item", "A001")
        .set("l.1.qty", qty)
        .set("l.1.price", "12.50");
    let order = wang.send(&form, "sign").await.slip();
    slips.push(order);
    let mut li = Desk::log_in(company, "li", "zh").await;
    let page = li.get(&format!("/slips/{order}")).await;
    let signed = li.send(&page.form("order.approve"), "").await;
    assert_eq!(signed.slip(), order, "{}", signed.text());
    let steps: [(&str, &str, &[(&str, &str)]); 4] = [
        (
            "zhao",
            "receipt.fill",
            &[
                ("h.delivery_note", "DN1"),
                ("h.transport", "常温"),
                ("l.1.batch", "B240101"),
                ("l.1.made", "2026-01-01"),
                ("l.1.expiry", "2028-01-01"),
            ],
        ),
        ("qian", "notice.fill", &[]),
        (
            "sun",
            "inspection.fill",
            &[("l.1.sampled", "3"), ("l.1.passed", qty)],
        ),
        ("zhou", "stock_in.fill", &[("l.1.bin", "A-01-03")]),
    ];
    for (login, step, typed) in steps {
        let mut desk = Desk::log_in(company, login, "zh").await;
        let from = slips.last().expect("a slip");
        let mut form = desk
            .get(&format!("/new/{flow}.{step}?from={from}"))
            .await
            .fill();
        for (name, text) in typed {
            form.set(name, text);
        }
        let page = desk.send(&form, "sign").await;
        slips.push(page.slip());
    }
    slips
}

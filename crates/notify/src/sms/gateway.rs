//! Short messages by one HTTP request each, as a template says.

use std::time::Duration;

use super::Sms;
use crate::guard::Allow;
use crate::http::{self, Outgoing};
use crate::settings::SmsWay;
use crate::{Outcome, told};

/// How what is put into a template is written there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In an address or a form: percent-encoded.
    Form,
    /// In a string of JSON.
    Json,
    /// In XML.
    Xml,
    /// As it is.
    Plain,
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn escaped(place: Place, text: &str) -> String {
    match place {
        Place::Form => percent(text),
        Place::Json => {
            let quoted = serde_json::Value::from(text).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
        Place::Xml => text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;"),
        Place::Plain => text.chars().filter(|c| !c.is_control()).collect(),
    }
}

/// Puts values into a template, each written as its place asks for. What is put in is not looked at again.
fn filled(template: &str, place: Place, values: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = values.iter().find(|(name, _)| {
            rest[1..].starts_with(name) && rest[1 + name.len()..].starts_with('}')
        });
        if let Some((name, value)) = known {
            out.push_str(&escaped(place, value));
            rest = &rest[name.len() + 2..];
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

/// The place that a body is, by its content type.
fn place_of(headers: &[(String, String)]) -> Place {
    let kind = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map_or("", |(_, value)| value);
    if kind.contains("json") {
        Place::Json
    } else if kind.contains("xml") {
        Place::Xml
    } else if kind.contains("form") {
        Place::Form
    } else {
        Place::Plain
    }
}

/// Sends a message through a gateway whose secret has been opened.
pub async fn send(
    way: &SmsWay,
    secret: &str,
    sms: &Sms,
    allow: &Allow,
    within: Duration,
) -> Outcome {
    let SmsWay::Http {
        method,
        url,
        headers,
        body,
        status,
        answer,
    } = way
    else {
        return Outcome::Never("the channel is not one of HTTP".to_owned());
    };
    let values = [
        ("to", &*sms.to),
        ("text", &*sms.text),
        ("id", &*sms.id),
        ("secret", secret),
    ];
    let headers: Vec<(String, String)> = headers
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| {
            let value = filled(value.trim(), Place::Plain, &values);
            (name.trim().to_owned(), value)
        })
        .collect();
    let request = Outgoing {
        method: method.clone(),
        url: filled(url, Place::Form, &values),
        body: filled(body, place_of(&headers), &values),
        headers,
    };
    let reply = match http::send(&request, allow, within).await {
        Ok(reply) => reply,
        Err(why) => return Outcome::again(why),
    };
    let hoped = match status {
        0 => (200..300).contains(&reply.status),
        wanted => reply.status == *wanted,
    };
    if !hoped {
        return http::refused(&reply);
    }
    let said = format!("{} {}", reply.status, told(&reply.body));
    if answer.is_empty() || reply.body.contains(answer) {
        Outcome::Accepted(said)
    } else {
        Outcome::again(format!("{said} — the answer has no {answer:?} in it"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_a_template_stays_inside_its_place() {
        let values = [
            ("to", "+86 138"),
            ("text", "a\"},{\"to\":\"x & <b> {to}"),
            ("secret", "k"),
        ];
        let json = filled(
            "{\"to\":\"{to}\",\"text\":\"{text}\",\"n\":{n}}",
            Place::Json,
            &values,
        );
        assert_eq!(
            json,
            "{\"to\":\"+86 138\",\"text\":\"a\\\"},{\\\"to\\\":\\\"x & <b> {to}\",\"n\":{n}}"
        );
        assert_eq!(
            filled("?m={to}&k={secret}", Place::Form, &values),
            "?m=%2B86%20138&k=k"
        );
        assert_eq!(
            filled("<t>{text}</t>", Place::Xml, &[("text", "<&>")]),
            "<t>&lt;&amp;&gt;</t>"
        );
        assert_eq!(filled("{", Place::Plain, &values), "{");
        assert_eq!(
            filled("Bearer {secret}", Place::Plain, &[("secret", "a\r\nX: y")]),
            "Bearer aX: y"
        );
    }
}

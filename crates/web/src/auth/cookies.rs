//! Cookies: the session, the language, for whom one acts.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue};

use crate::Settings;
use crate::parts::lang::Lang;
use crate::parts::theme::Theme;
use crate::text::{percent, unpercent};

/// The name of the session's cookie. Browsers take a `__Host-` cookie only over TLS and only from this very host.
pub(crate) fn cookie_name(settings: &Settings) -> &'static str {
    if settings.secure_cookies {
        "__Host-session"
    } else {
        "session"
    }
}

/// A cookie of a request.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all("cookie");
    all.iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

fn set_cookie(
    settings: &Settings,
    name: &str,
    value: &str,
    seconds: i64,
    hidden: bool,
) -> HeaderValue {
    let secure = if settings.secure_cookies {
        "; Secure"
    } else {
        ""
    };
    let hidden = if hidden { "; HttpOnly" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax{hidden}{secure}");
    // The value is hexadecimal or percent-encoded, so this is always a header.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// The cookie that carries a session; an empty token removes it.
pub(crate) fn session_cookie(settings: &Settings, token: &str) -> HeaderValue {
    let seconds = if token.is_empty() {
        0
    } else {
        settings.session_minutes * 60
    };
    set_cookie(settings, cookie_name(settings), token, seconds, true)
}

/// The cookie that keeps the language.
pub fn language_cookie(settings: &Settings, lang: Lang) -> HeaderValue {
    set_cookie(settings, "lang", lang.code(), 366 * 86_400, true)
}

/// The cookie that keeps light or dark.
pub(crate) fn theme_cookie(settings: &Settings, theme: Theme) -> HeaderValue {
    set_cookie(settings, "theme", theme.code(), 366 * 86_400, true)
}

/// The cookie that keeps for whom a person acts as deputy; `None` ends it.
pub fn behalf_cookie(settings: &Settings, login: Option<&str>) -> HeaderValue {
    let seconds = if login.is_some() {
        settings.session_minutes * 60
    } else {
        0
    };
    set_cookie(
        settings,
        "for",
        &percent(login.unwrap_or("")),
        seconds,
        true,
    )
}

/// The language of a request: chosen before, else what the browser asks for.
pub(crate) fn lang_of(headers: &HeaderMap) -> Lang {
    let asked = || {
        headers
            .get("accept-language")
            .and_then(|value| value.to_str().ok())
    };
    Lang::from_code(cookie(headers, "lang").or_else(asked).unwrap_or(""))
}

/// Light or dark, as chosen before.
pub(crate) fn theme_of(headers: &HeaderMap) -> Theme {
    Theme::from_code(cookie(headers, "theme").unwrap_or(""))
}

/// For whom the request says that it acts.
pub(crate) fn behalf_of(headers: &HeaderMap) -> Option<Arc<str>> {
    let header = headers
        .get("x-on-behalf-of")
        .and_then(|value| value.to_str().ok());
    let login = unpercent(header.or_else(|| cookie(headers, "for"))?, false)?;
    (!login.is_empty()).then(|| login.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_read_by_name() {
        let headers: HeaderMap = [(
            "cookie".parse().unwrap(),
            "a=1; session=abc=; for=%E7%8E%8B".parse().unwrap(),
        )]
        .into_iter()
        .collect();
        assert_eq!(cookie(&headers, "session"), Some("abc="));
        assert_eq!(cookie(&headers, "sess"), None);
        assert_eq!(behalf_of(&headers).as_deref(), Some("王"));
    }
}

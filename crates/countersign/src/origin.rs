//! The address by which the world reaches the server: for links in mail, passkeys, the identity provider, codes on paper.

use std::str::FromStr;

use crate::stop::Stop;

/// Variable that says the same as the argument, which wins.
const VARIABLE: &str = "COUNTERSIGN_PUBLIC_ORIGIN";

/// `https://slips.example` or `http://localhost:8080`: scheme, host and perhaps a port, and nothing after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// As text, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether browsers come by TLS, so that cookies are sent over nothing else.
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Origin, String> {
        let wrong = || {
            format!(
                "{text:?} is no address of a site; write https://slips.example or http://localhost:8080 / 不是站点地址"
            )
        };
        // Browsers name an origin in lower case, and compare it letter for letter.
        let lower = text.trim().to_ascii_lowercase();
        let bare = lower.strip_suffix('/').unwrap_or(&lower);
        let host = bare
            .strip_prefix("https://")
            .or_else(|| bare.strip_prefix("http://"))
            .ok_or_else(wrong)?;
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, Some(port)),
            _ => (host, None),
        };
        let is_name = name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte));
        let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
        if name.is_empty() || !is_name || !is_port {
            return Err(wrong());
        }
        // A browser leaves out the usual port.
        let usual = match bare.starts_with("https://") {
            true => ":443",
            false => ":80",
        };
        Ok(Origin(bare.strip_suffix(usual).unwrap_or(bare).to_owned()))
    }
}

/// What the argument says, else the environment.
pub fn public(named: Option<&Origin>) -> Result<Option<Origin>, Stop> {
    if let Some(origin) = named {
        return Ok(Some(origin.clone()));
    }
    match std::env::var(VARIABLE) {
        Ok(text) if !text.is_empty() => text.parse().map(Some).map_err(|why: String| {
            Stop::usage(format!("{VARIABLE}：{why}"), format!("{VARIABLE}: {why}"))
        }),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_calls_it() {
        let read = |text: &str| text.parse::<Origin>().map(|origin| origin.0);
        for (text, wanted) in [
            ("https://Slips.Example/", "https://slips.example"),
            ("https://slips.example:443", "https://slips.example"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("https://[::1]:8443", "https://[::1]:8443"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(wanted), "{text}");
        }
        for bad in [
            "",
            "slips.example",
            "ftp://slips.example",
            "https://",
            "https://slips.example/path",
            "https://user@slips.example",
            "https://slips.example:0",
            "https://slips.example:x",
            "https://slips.example?x",
            "https://王.example",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}

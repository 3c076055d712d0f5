//! Small texts: hexadecimal, percent-encoding, comparing secrets, random keys.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::Error;

/// Hex SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Arc<str> {
    engine::hex(&Sha256::digest(bytes))
}

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::fault(
            "reading randomness",
            &std::io::Error::other(error.to_string()),
        )
    })?;
    Ok(bytes)
}

/// An idempotency key never used before.
pub(crate) fn random_key() -> Result<Arc<str>, Error> {
    Ok(engine::hex(&random::<16>()?))
}

/// The bytes of lower- or upper-case hexadecimal.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    bytes
        .chunks_exact(2)
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |seen, (a, b)| seen | (a ^ b)) == 0
}

/// Percent-encodes everything but letters, digits and `-_.~`, for one part of an address or a cookie.
pub fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&engine::hex(&[byte]).to_ascii_uppercase());
        }
    }
    out
}

/// Reads percent-encoded text; `plus` reads `+` as a space, as forms write it. `None` unless it is UTF-8.
pub(crate) fn unpercent(text: &str, plus: bool) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'%' => {
                out.extend(unhex(text.get(at + 1..at + 3)?)?);
                at += 2;
            }
            b'+' if plus => out.push(b' '),
            byte => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encoding_goes_there_and_back() {
        for text in ["", "王内勤", "a b&c=d/../%", "\u{7f}\n;,\"", "+"] {
            assert_eq!(unpercent(&percent(text), false).as_deref(), Some(text));
            assert!(percent(text).is_ascii());
        }
        assert_eq!(unpercent("a+b%20c", true).as_deref(), Some("a b c"));
        assert_eq!(unpercent("%", false), None);
        assert_eq!(unpercent("%zz", false), None);
        assert_eq!(unpercent("%中", false), None);
        assert_eq!(unpercent("%ff", false), None);
    }

    #[test]
    fn secrets_are_compared_whole() {
        assert!(same(b"abc", b"abc"));
        assert!(!same(b"abc", b"abd"));
        assert!(!same(b"abc", b"ab"));
        assert_eq!(unhex("00fF"), Some(vec![0, 255]));
        assert_eq!(unhex("0"), None);
    }
}

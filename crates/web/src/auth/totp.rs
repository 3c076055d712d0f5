//! One-time codes of authenticator apps: RFC 6238 over RFC 4226, with SHA-1, six digits and steps of thirty seconds, which
//! is what every app understands.

use kernel::Moment;
use ring::hmac;

use crate::text::same;

/// Bytes of a secret: as many as the hash has (RFC 4226, section 4, R6).
pub(crate) const SECRET: usize = 20;
/// Seconds of a step.
const STEP: i64 = 30;
/// Steps before and after the present one that are looked at, since clocks drift (RFC 6238, section 5.2).
const DRIFT: i64 = 1;
/// One more than the greatest code.
const CODES: u32 = 1_000_000;
/// Letters of base 32 (RFC 4648, section 6).
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The time step of a moment.
pub(crate) fn step_of(now: Moment) -> i64 {
    now.0.div_euclid(1_000_000).div_euclid(STEP)
}

/// The code of a step (RFC 4226, section 5.3).
pub(crate) fn code_of(secret: &[u8], step: i64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let hash = tag.as_ref();
    let at = usize::from(hash[hash.len() - 1] & 0x0f);
    let word = u32::from_be_bytes([hash[at], hash[at + 1], hash[at + 2], hash[at + 3]]);
    (word & 0x7fff_ffff) % CODES
}

/// The step whose code was typed, when it is near enough and later than the last one used. Of two steps with the same code
/// the earlier is meant, so that the later stays good.
pub(crate) fn matching(secret: &[u8], typed: &str, now: Moment, last: i64) -> Option<i64> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let present = step_of(now);
    let mut found = None;
    // All steps are looked at, whichever matches: the time taken tells nothing.
    for step in (present - DRIFT)..=(present + DRIFT) {
        let right = same(
            format!("{:06}", code_of(secret, step)).as_bytes(),
            digits.as_bytes(),
        );
        if right && step > last && found.is_none() {
            found = Some(step);
        }
    }
    found
}

/// A secret as it is typed into an app that has no camera, in groups of four.
pub(crate) fn spelled(secret: &[u8]) -> String {
    let plain = base32(secret);
    let groups: Vec<&str> = (0..plain.len())
        .step_by(4)
        .map(|at| &plain[at..(at + 4).min(plain.len())])
        .collect();
    groups.join(" ")
}

fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let mut word = [0u8; 8];
        word[3..3 + chunk.len()].copy_from_slice(chunk);
        let word = u64::from_be_bytes(word);
        for at in 0..(chunk.len() * 8).div_ceil(5) {
            let index = (word >> (35 - 5 * at)) & 31;
            out.push(char::from(LETTERS[index as usize]));
        }
    }
    out
}

/// What the picture says to an app: the Key URI format that apps share.
pub(crate) fn uri(secret: &[u8], issuer: &str, login: &str) -> String {
    let issuer = crate::text::percent(issuer);
    let login = crate::text::percent(login);
    format!(
        "otpauth://totp/{issuer}:{login}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
        base32(secret)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_rfc_4226_appendix_d() {
        let codes: Vec<u32> = (0..10).map(|step| code_of(SECRET, step)).collect();
        assert_eq!(
            codes,
            [
                755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871,
                520_489
            ]
        );
    }

    #[test]
    fn codes_are_those_of_rfc_6238_appendix_b() {
        // The appendix shows eight digits; six are their end.
        for (seconds, code) in [
            (59, 94_287_082u32),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            let step = step_of(Moment(seconds * 1_000_000));
            assert_eq!(code_of(SECRET, step), code % CODES, "{seconds}");
        }
    }

    #[test]
    fn a_code_holds_a_step_either_way_and_once() {
        let now = Moment(1_234_567_890 * 1_000_000);
        let step = step_of(now);
        let typed = |step: i64| format!("{:06}", code_of(SECRET, step));
        for drift in -1..=1 {
            assert_eq!(
                matching(SECRET, &typed(step + drift), now, 0),
                Some(step + drift)
            );
        }
        for drift in [-2, 2] {
            assert_eq!(matching(SECRET, &typed(step + drift), now, 0), None);
        }
        assert_eq!(matching(SECRET, &typed(step), now, step), None, "used");
        assert_eq!(
            matching(SECRET, &typed(step - 1), now, step),
            None,
            "older than one that was used"
        );
        assert_eq!(
            matching(SECRET, &typed(step + 1), now, step),
            Some(step + 1)
        );
        let spaced = format!(" {} {} ", &typed(step)[..3], &typed(step)[3..]);
        assert_eq!(matching(SECRET, &spaced, now, 0), Some(step));
        for bad in ["", "12345", "1234567", "12345x", "１２３４５６", "-12345"] {
            assert_eq!(matching(SECRET, bad, now, 0), None, "{bad}");
        }
    }

    #[test]
    fn secrets_are_spelled_in_base_32() {
        // RFC 4648, section 10, without padding.
        for (text, coded) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(text.as_bytes()), coded);
        }
        assert_eq!(spelled(b"foobar"), "MZXW 6YTB OI");
        assert_eq!(
            uri(b"foobar", "仁和", "wang"),
            "otpauth://totp/%E4%BB%81%E5%92%8C:wang?secret=MZXW6YTBOI&issuer=%E4%BB%81%E5%92%8C\
             &algorithm=SHA1&digits=6&period=30"
        );
    }
}

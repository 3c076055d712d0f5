//! The square code of a printed slip: what it says, and whether it is true.
//!
//! `CS1.NUMBER.CONTENT.SIGNATURE`: the slip's number (percent-encoded), the digest of its content, and the installation's
//! Ed25519 signature over both, in hexadecimal capitals, which a square code holds in little room. The key follows from that
//! of the data folder; every recorded print names its public half, so that paper outlives a key.

use std::io;

use engine::{NoteKind, Slip, SlipState};
use kernel::{Day, OrgId};
use model::Label;
use seal::SecretKey;
use store::{Store, StoreError};

use super::prints::How;
use crate::names;
use crate::text::{percent, unhex, unpercent};

/// What the code begins with.
const MARK: &str = "CS1.";
/// Hexadecimal digits of the digest of a slip's content.
const DIGEST: usize = 32;
/// The purpose of the signing key.
const PURPOSE: &str = "printed slip";

fn message(number: &str, content: &str) -> Vec<u8> {
    format!("countersign printed slip\n{number}\n{content}").into_bytes()
}

/// The text of the square code of a slip.
///
/// # Errors
/// When no key follows from `key`.
pub fn code_of(key: &SecretKey, number: &str, content: &str) -> io::Result<String> {
    let signature = key.sign(PURPOSE, &message(number, content))?;
    let signature = engine::hex(&signature).to_uppercase();
    let (number, content) = (percent(number), content.to_uppercase());
    Ok(format!("{MARK}{number}.{content}.{signature}"))
}

/// The public half of the key, 32 bytes in hexadecimal.
///
/// # Errors
/// When no key follows from `key`.
pub fn public_of(key: &SecretKey) -> io::Result<String> {
    Ok(engine::hex(&key.public(PURPOSE)?).to_string())
}

/// What a piece of paper claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Number of the slip.
    pub number: String,
    /// Digest of the content, in small letters.
    pub content: String,
    /// The signature; none when number and check code were typed off the paper.
    pub signature: Option<Vec<u8>>,
}

impl Claim {
    /// Reads a square code, an address that ends with one, or a number and a check code with space between.
    #[must_use]
    pub fn read(text: &str) -> Option<Claim> {
        let text = text.trim();
        let digest = |text: &str| {
            let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            let plain = plain.to_lowercase();
            (plain.len() == DIGEST && unhex(&plain).is_some()).then_some(plain)
        };
        if let Some(at) = text.find(MARK) {
            let mut parts = text[at + MARK.len()..].rsplitn(3, '.');
            let (signature, content, number) = (parts.next()?, parts.next()?, parts.next()?);
            return Some(Claim {
                number: unpercent(number, false)?,
                content: digest(content)?,
                signature: Some(unhex(signature)?),
            });
        }
        let (number, content) = text.split_once(char::is_whitespace)?;
        Some(Claim {
            number: number.to_owned(),
            content: digest(content)?,
            signature: None,
        })
    }
}

/// What is to be said of a piece of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The slip is as the paper says.
    Genuine,
    /// The paper was printed here, and the slip has changed or was voided or reversed since.
    Superseded,
    /// Nothing of the kind was printed here.
    NotGenuine,
}

impl Verdict {
    /// The name in data.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Genuine => "genuine",
            Verdict::Superseded => "superseded",
            Verdict::NotGenuine => "not_genuine",
        }
    }
}

/// The verdict, and of a slip that there is what a stranger may know.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The verdict.
    pub verdict: Verdict,
    /// Kind, day and state of the slip; none where the paper is not genuine.
    pub slip: Option<Known>,
}

/// What a stranger may know of a slip.
#[derive(Debug, Clone)]
pub struct Known {
    /// Number.
    pub number: String,
    /// Its name.
    pub kind: Label,
    /// Business day.
    pub day: Day,
    /// State now.
    pub state: SlipState,
}

/// Holds a claim against the records. `key` is this installation's, where it is at hand.
///
/// # Errors
/// When the store cannot be read.
pub fn check(
    store: &Store,
    org: OrgId,
    claim: &Claim,
    key: Option<&SecretKey>,
) -> Result<Checked, StoreError> {
    let wrong = Checked {
        verdict: Verdict::NotGenuine,
        slip: None,
    };
    let Some(slip) = store.slip_by_number(org, &claim.number)? else {
        return Ok(wrong);
    };
    let notes = store.notes(org, slip.id)?;
    let prints = || notes.iter().filter(|row| row.note.kind == NoteKind::Print);
    if let Some(signature) = &claim.signature {
        let own = key.and_then(|key| key.public(PURPOSE).ok());
        let named = prints().filter_map(|row| unhex(&How::read(&row.note.text).key));
        let message = message(&claim.number, &claim.content);
        let signed = own
            .into_iter()
            .chain(named)
            .any(|public| seal::is_signed(&public, &message, signature));
        if !signed {
            return Ok(wrong);
        }
    }
    let verdict = if *slip.content == *claim.content {
        match slip.state {
            SlipState::Open | SlipState::Done => Verdict::Genuine,
            SlipState::Void | SlipState::Reversed => Verdict::Superseded,
        }
    } else {
        let signed = store.signatures(org, slip.id)?;
        let was = signed
            .iter()
            .any(|row| *row.signature.content == *claim.content)
            || prints().any(|row| *row.note.hash == *claim.content);
        if !was {
            return Ok(wrong);
        }
        Verdict::Superseded
    };
    Ok(Checked {
        verdict,
        slip: Some(known(store, &slip)),
    })
}

fn known(store: &Store, slip: &Slip) -> Known {
    Known {
        number: slip.number.to_string(),
        kind: names::kind(&store.catalog(), &slip.version, &slip.kind),
        day: slip.day,
        state: slip.state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_written() {
        let key = SecretKey::passing().unwrap();
        let content = "ab".repeat(16);
        for number in ["CG20260401-0001", "采.购/1"] {
            let code = code_of(&key, number, &content).unwrap();
            assert!(code.is_ascii() && code.to_uppercase() == code, "{code}");
            for text in [code.clone(), format!("https://x.example/check?c={code}")] {
                let claim = Claim::read(&text).unwrap();
                assert_eq!((claim.number.as_str(), &claim.content), (number, &content));
                let public = unhex(&public_of(&key).unwrap()).unwrap();
                let message = message(&claim.number, &claim.content);
                assert!(seal::is_signed(
                    &public,
                    &message,
                    &claim.signature.unwrap()
                ));
            }
        }
        let typed = Claim::read(&format!(" RK1  {} ", "ABAB ".repeat(8))).unwrap();
        assert_eq!((typed.number.as_str(), typed.content), ("RK1", content));
        for wrong in ["", "RK1", "CS1.a.b", "CS1.a.b.c", "RK1 abc"] {
            assert_eq!(Claim::read(wrong), None, "{wrong}");
        }
    }
}

//! Passkeys: what a browser's authenticator answers, checked as [WebAuthn Level 3](https://www.w3.org/TR/webauthn-3/)
//! says. Sections 7.1 (registration) and 7.2 (authentication) number their steps; the comments here name them.
//!
//! No attestation is asked for and none is trusted: whoever registers has proved who he is already, and any authenticator
//! that verifies its user will do. So of an attestation statement only what the formats `none` and self-signed `packed`
//! promise is checked; other statements are not read.

mod cose;
#[cfg(test)]
mod vectors;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::text::same;
pub(crate) use cose::{ALGORITHMS, PublicKey};

/// Longest credential id (section 7.1, step 25).
const ID_MAX: usize = 1_023;
/// Flags of authenticator data (section 6.1): user present, user verified, backup eligible, backed up, key included,
/// extensions included.
const UP: u8 = 0x01;
const UV: u8 = 0x04;
const BE: u8 = 0x08;
const BS: u8 = 0x10;
const AT: u8 = 0x40;
const ED: u8 = 0x80;

/// Why an answer of a browser is not believed; for the log, not for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wrong(pub &'static str);

/// What an answer must be for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    /// The challenge that was given out.
    pub challenge: &'a [u8],
    /// The origin of our pages, `https://slips.example`.
    pub origin: &'a str,
    /// The host that credentials are for.
    pub rp_id: &'a str,
    /// Whether the authenticator must have verified its user by finger, face or code.
    pub user_verification: bool,
}

/// A credential as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Credential {
    pub id: Vec<u8>,
    pub key: PublicKey,
    /// Signatures counted by the authenticator; zero where it does not count.
    pub count: u32,
    /// Whether it may be copied to other devices of its person.
    pub backup_eligible: bool,
}

/// What `navigator.credentials.create` answered.
#[derive(Debug, Clone)]
pub(crate) struct Registration<'a> {
    pub client_data: &'a [u8],
    pub attestation: &'a [u8],
}

/// What `navigator.credentials.get` answered.
#[derive(Debug, Clone)]
pub(crate) struct Assertion<'a> {
    pub client_data: &'a [u8],
    pub authenticator_data: &'a [u8],
    pub signature: &'a [u8],
}

/// Section 5.8.1: what the browser says it was asked.
#[derive(Debug, Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin", default)]
    top_origin: Option<String>,
}

/// The challenge that client data name, so that it can be looked up.
pub(crate) fn challenge_of(client_data: &[u8]) -> Option<Vec<u8>> {
    let data: ClientData = serde_json::from_slice(client_data).ok()?;
    URL_SAFE_NO_PAD.decode(data.challenge).ok()
}

/// Sections 7.1, steps 5 to 11, and 7.2, steps 8 to 14.
fn check_client_data(bytes: &[u8], kind: &str, expected: &Expected<'_>) -> Result<(), Wrong> {
    let data: ClientData =
        serde_json::from_slice(bytes).map_err(|_| Wrong("client data is no JSON"))?;
    if data.kind != kind {
        return Err(Wrong("client data is for another ceremony"));
    }
    let challenge = URL_SAFE_NO_PAD
        .decode(&data.challenge)
        .map_err(|_| Wrong("the challenge is no base64url"))?;
    if !same(&challenge, expected.challenge) {
        return Err(Wrong("another challenge was answered"));
    }
    if data.origin != expected.origin {
        return Err(Wrong("the answer was given to another origin"));
    }
    // Our pages are in no frame, so nobody else's page is around them.
    if data.cross_origin || data.top_origin.is_some() {
        return Err(Wrong("the answer was given in a frame"));
    }
    Ok(())
}

/// Section 6.1.
struct AuthenticatorData<'a> {
    rp_id_hash: &'a [u8],
    flags: u8,
    count: u32,
    attested: Option<(&'a [u8], Value)>,
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], Wrong> {
    let (taken, rest) = bytes
        .split_at_checked(length)
        .ok_or(Wrong("authenticator data is too short"))?;
    *bytes = rest;
    Ok(taken)
}

fn cbor(bytes: &mut &[u8]) -> Result<Value, Wrong> {
    ciborium::de::from_reader_with_recursion_limit(bytes, 8).map_err(|_| Wrong("that is no CBOR"))
}

impl<'a> AuthenticatorData<'a> {
    fn read(mut bytes: &'a [u8]) -> Result<AuthenticatorData<'a>, Wrong> {
        let rest = &mut bytes;
        let rp_id_hash = take(rest, 32)?;
        let flags = take(rest, 1)?[0];
        let mut count = [0; 4];
        count.copy_from_slice(take(rest, 4)?);
        let attested = if flags & AT == 0 {
            None
        } else {
            // Section 6.5.1: AAGUID, length of the id, id, key.
            take(rest, 16)?;
            let length = take(rest, 2)?;
            let id = take(
                rest,
                usize::from(u16::from_be_bytes([length[0], length[1]])),
            )?;
            Some((id, cbor(rest)?))
        };
        if flags & ED != 0 && !cbor(rest)?.is_map() {
            return Err(Wrong("extensions are no map"));
        }
        if !rest.is_empty() {
            return Err(Wrong("authenticator data is too long"));
        }
        Ok(AuthenticatorData {
            rp_id_hash,
            flags,
            count: u32::from_be_bytes(count),
            attested,
        })
    }

    /// Sections 7.1, steps 14 to 18, and 7.2, steps 15 to 19.
    fn check(&self, expected: &Expected<'_>) -> Result<(), Wrong> {
        if !same(self.rp_id_hash, &Sha256::digest(expected.rp_id.as_bytes())) {
            return Err(Wrong("the credential is for another host"));
        }
        if self.flags & UP == 0 {
            return Err(Wrong("nobody was present"));
        }
        if expected.user_verification && self.flags & UV == 0 {
            return Err(Wrong("the user was not verified"));
        }
        if self.flags & BE == 0 && self.flags & BS != 0 {
            return Err(Wrong("backed up without being eligible"));
        }
        Ok(())
    }
}

/// Section 7.1: checks a registration and gives the credential to keep. Whether anybody else has its id is for the caller
/// to see (step 26).
pub(crate) fn register(
    answer: &Registration<'_>,
    expected: &Expected<'_>,
) -> Result<Credential, Wrong> {
    // Steps 5 to 11.
    check_client_data(answer.client_data, "webauthn.create", expected)?;
    // Step 13.
    let mut rest = answer.attestation;
    let object = cbor(&mut rest)?;
    let map = object
        .as_map()
        .filter(|_| rest.is_empty())
        .ok_or(Wrong("the attestation object is no map"))?;
    let field = |name: &str| {
        map.iter()
            .find(|(key, _)| key.as_text() == Some(name))
            .map(|(_, value)| value)
    };
    let bytes = field("authData")
        .and_then(Value::as_bytes)
        .ok_or(Wrong("there is no authenticator data"))?;
    let data = AuthenticatorData::read(bytes)?;
    // Steps 14 to 18.
    data.check(expected)?;
    let backup_eligible = data.flags & BE != 0;
    let count = data.count;
    let (id, key) = data.attested.ok_or(Wrong("there is no key"))?;
    // Step 20; that only kinds of key come that were asked for is checked in reading it.
    let key = PublicKey::read(&key)?;
    // Steps 21 to 24.
    let statement = field("attStmt")
        .and_then(Value::as_map)
        .ok_or(Wrong("there is no attestation statement"))?;
    match field("fmt").and_then(Value::as_text) {
        // Section 8.7.
        Some("none") if statement.is_empty() => {}
        Some("none") => return Err(Wrong("no attestation has a statement")),
        Some("packed") => {
            check_self_attestation(statement, &key, bytes, answer.client_data)?;
        }
        Some(_) => {}
        None => return Err(Wrong("the attestation has no format")),
    }
    // Step 25.
    if id.is_empty() || id.len() > ID_MAX {
        return Err(Wrong("the id is too long"));
    }
    Ok(Credential {
        id: id.to_vec(),
        key,
        count,
        backup_eligible,
    })
}

/// Section 8.2, for statements without certificates: signed by the new key itself.
fn check_self_attestation(
    statement: &[(Value, Value)],
    key: &PublicKey,
    data: &[u8],
    client_data: &[u8],
) -> Result<(), Wrong> {
    let field = |name: &str| {
        statement
            .iter()
            .find(|(key, _)| key.as_text() == Some(name))
            .map(|(_, value)| value)
    };
    if field("x5c").is_some() {
        return Ok(());
    }
    let algorithm = field("alg").and_then(Value::as_integer).map(i128::from);
    let signature = field("sig").and_then(Value::as_bytes);
    let signed = signature.is_some_and(|signature| {
        let bytes = [data, &Sha256::digest(client_data)].concat();
        key.signed(&bytes, signature)
    });
    if algorithm == Some(i128::from(key.algorithm())) && signed {
        Ok(())
    } else {
        Err(Wrong("the new key did not sign its own statement"))
    }
}

/// Section 7.2: checks an authentication by a known credential; gives the new count of signatures. Whose credential it is
/// (steps 5 to 7) is for the caller to see.
pub(crate) fn authenticate(
    answer: &Assertion<'_>,
    known: &Credential,
    expected: &Expected<'_>,
) -> Result<u32, Wrong> {
    // Steps 8 to 14.
    check_client_data(answer.client_data, "webauthn.get", expected)?;
    // Steps 15 to 19.
    let data = AuthenticatorData::read(answer.authenticator_data)?;
    data.check(expected)?;
    if (data.flags & BE != 0) != known.backup_eligible {
        return Err(Wrong("a credential does not change what it may be"));
    }
    // Steps 20 and 21.
    let hash = Sha256::digest(answer.client_data);
    let signed = [answer.authenticator_data, &hash].concat();
    if !known.key.signed(&signed, answer.signature) {
        return Err(Wrong("the signature is not the credential's"));
    }
    // Step 22: a count that does not grow speaks of a copy.
    if (data.count != 0 || known.count != 0) && data.count <= known.count {
        return Err(Wrong("the count went back: there may be a copy"));
    }
    Ok(data.count)
}

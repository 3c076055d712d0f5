//! The ID token: checked as OpenID Connect Core 1.0, section 3.1.3.7, says, with signatures of RFC 7515 by keys of RFC 7517.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use serde::Deserialize;

/// Seconds by which the provider's clock may differ from ours.
const LEEWAY: i64 = 60;
/// Longest subject (section 2).
const SUBJECT_MAX: usize = 255;

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    Malformed,
    /// Of an algorithm that is not RS256, ES256 or EdDSA; `none` above all.
    Algorithm,
    /// Signed with a key that the provider does not show; it may have a new one.
    UnknownKey,
    Signature,
    Issuer,
    Audience,
    /// Made for another client, though we are among those who may read it.
    Party,
    Expired,
    /// Not valid yet.
    Early,
    Nonce,
    Subject,
}

impl Refused {
    /// For the journal.
    pub const fn text(self) -> &'static str {
        match self {
            Refused::Malformed => "the token cannot be read",
            Refused::Algorithm => "wrong algorithm",
            Refused::UnknownKey => "unknown key",
            Refused::Signature => "wrong signature",
            Refused::Issuer => "wrong issuer",
            Refused::Audience => "wrong audience",
            Refused::Party => "wrong party",
            Refused::Expired => "expired",
            Refused::Early => "not valid yet",
            Refused::Nonce => "wrong nonce",
            Refused::Subject => "no subject",
        }
    }
}

/// What a token must be for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub issuer: &'a str,
    pub client: &'a str,
    pub nonce: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    /// Extensions that must be understood; none is.
    #[serde(default)]
    crit: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Debug, Deserialize)]
struct Payload {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    #[serde(default)]
    iat: Option<i64>,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    preferred_username: Option<String>,
    #[serde(default)]
    email: Option<String>,
}

/// Whom a token is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claims {
    /// Never changes and is never given to another.
    pub subject: String,
    /// What the provider calls him; only ever shown.
    pub name: String,
}

/// Keys as a provider shows them.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Keys {
    keys: Vec<Key>,
}

#[derive(Debug, Clone, Default, Deserialize)]
struct Key {
    kty: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, rename = "use")]
    purpose: Option<String>,
    #[serde(default)]
    alg: Option<String>,
    #[serde(default)]
    crv: Option<String>,
    #[serde(default)]
    n: Option<String>,
    #[serde(default)]
    e: Option<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    y: Option<String>,
}

fn decoded(text: Option<&String>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text?).ok()
}

impl Key {
    /// Whether it may sign by this algorithm.
    fn fits(&self, algorithm: &str) -> bool {
        let kind = match algorithm {
            "RS256" => self.kty == "RSA",
            "ES256" => self.kty == "EC" && self.crv.as_deref() == Some("P-256"),
            "EdDSA" => self.kty == "OKP" && self.crv.as_deref() == Some("Ed25519"),
            _ => false,
        };
        kind && self
            .purpose
            .as_deref()
            .is_none_or(|purpose| purpose == "sig")
            && self.alg.as_deref().is_none_or(|own| own == algorithm)
    }

    fn signed(&self, algorithm: &str, bytes: &[u8], signature: &[u8]) -> Option<bool> {
        let answer = match algorithm {
            "RS256" => {
                let (n, e) = (decoded(self.n.as_ref())?, decoded(self.e.as_ref())?);
                RsaPublicKeyComponents { n, e }.verify(
                    &RSA_PKCS1_2048_8192_SHA256,
                    bytes,
                    signature,
                )
            }
            "ES256" => {
                let (x, y) = (decoded(self.x.as_ref())?, decoded(self.y.as_ref())?);
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(bytes, signature)
            }
            "EdDSA" => {
                let key = decoded(self.x.as_ref())?;
                UnparsedPublicKey::new(&ED25519, key).verify(bytes, signature)
            }
            _ => return None,
        };
        Some(answer.is_ok())
    }
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Refused> {
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| Refused::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| Refused::Malformed)
}

/// Checks a token; the signature first, so that nothing else in it is looked at unless the provider wrote it.
pub(crate) fn check(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Claims, Refused> {
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refused::Malformed);
    };
    let signed = &token[..header.len() + 1 + payload.len()];
    let header: Header = part(header)?;
    if !["RS256", "ES256", "EdDSA"].contains(&&*header.alg) || header.crit.is_some() {
        return Err(Refused::Algorithm);
    }
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| Refused::Malformed)?;
    let mut fitting = keys
        .keys
        .iter()
        .filter(|key| header.kid.is_none() || key.kid == header.kid)
        .filter(|key| key.fits(&header.alg))
        .peekable();
    if fitting.peek().is_none() {
        return Err(Refused::UnknownKey);
    }
    let mut fitting =
        fitting.filter_map(|key| key.signed(&header.alg, signed.as_bytes(), &signature));
    if !fitting.any(|right| right) {
        return Err(Refused::Signature);
    }
    judge(part(payload)?, expected)
}

fn judge(payload: Payload, expected: &Expected<'_>) -> Result<Claims, Refused> {
    if payload.iss != expected.issuer {
        return Err(Refused::Issuer);
    }
    let (meant, others) = match &payload.aud {
        Audience::One(one) => (one == expected.client, false),
        Audience::Many(many) => (
            many.iter().any(|one| one == expected.client),
            many.len() > 1,
        ),
    };
    if !meant {
        return Err(Refused::Audience);
    }
    match &payload.azp {
        Some(party) if party != expected.client => return Err(Refused::Party),
        None if others => return Err(Refused::Party),
        _ => {}
    }
    if payload.exp <= expected.now - LEEWAY {
        return Err(Refused::Expired);
    }
    let later = [payload.iat, payload.nbf]
        .into_iter()
        .flatten()
        .any(|from| from > expected.now + LEEWAY);
    if later {
        return Err(Refused::Early);
    }
    let nonce = payload.nonce.unwrap_or_default();
    if !crate::text::same(nonce.as_bytes(), expected.nonce.as_bytes()) {
        return Err(Refused::Nonce);
    }
    if payload.sub.is_empty() || payload.sub.len() > SUBJECT_MAX {
        return Err(Refused::Subject);
    }
    Ok(Claims {
        name: payload
            .preferred_username
            .or(payload.email)
            .unwrap_or_default(),
        subject: payload.sub,
    })
}

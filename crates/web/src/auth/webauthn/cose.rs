//! Public keys of passkeys as COSE writes them (RFC 9052, section 7; RFC 9053; RFC 8230), and signatures by them.

use ciborium::Value;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

use super::Wrong;

/// COSE's numbers of the algorithms that are asked for, the one liked best first: ES256, EdDSA, RS256 (Windows Hello on
/// older machines).
pub(crate) const ALGORITHMS: [i64; 3] = [-7, -8, -257];

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// ECDSA on P-256 with SHA-256: both coordinates.
    Es256([u8; 32], [u8; 32]),
    /// Ed25519.
    EdDsa([u8; 32]),
    /// RSASSA-PKCS1-v1_5 with SHA-256: modulus and exponent.
    Rs256(Vec<u8>, Vec<u8>),
}

/// A value of a CBOR map by its number.
fn by_number(map: &[(Value, Value)], wanted: i64) -> Option<&Value> {
    map.iter()
        .find(|(key, _)| {
            key.as_integer()
                .is_some_and(|key| i128::from(key) == i128::from(wanted))
        })
        .map(|(_, value)| value)
}

fn number(map: &[(Value, Value)], wanted: i64) -> Option<i64> {
    let value = by_number(map, wanted)?.as_integer()?;
    i64::try_from(i128::from(value)).ok()
}

fn bytes(map: &[(Value, Value)], wanted: i64) -> Option<&[u8]> {
    by_number(map, wanted)?.as_bytes().map(Vec::as_slice)
}

impl PublicKey {
    /// Reads a COSE_Key: 1 is the key's type, 3 the algorithm, -1 and below what the type says.
    pub fn read(key: &Value) -> Result<PublicKey, Wrong> {
        let map = key.as_map().ok_or(Wrong("the key is no map"))?;
        let field = |at: i64| -> Option<[u8; 32]> { bytes(map, at)?.try_into().ok() };
        let read = || match (number(map, 1)?, number(map, 3)?) {
            (2, -7) if number(map, -1)? == 1 => Some(PublicKey::Es256(field(-2)?, field(-3)?)),
            (1, -8) if number(map, -1)? == 6 => Some(PublicKey::EdDsa(field(-2)?)),
            (3, -257) => {
                let (modulus, exponent) = (bytes(map, -1)?, bytes(map, -2)?);
                Some(PublicKey::Rs256(modulus.to_vec(), exponent.to_vec()))
            }
            _ => None,
        };
        read().ok_or(Wrong("the key is of no kind that was asked for"))
    }

    /// COSE's number of its algorithm.
    pub fn algorithm(&self) -> i64 {
        match self {
            PublicKey::Es256(..) => -7,
            PublicKey::EdDsa(..) => -8,
            PublicKey::Rs256(..) => -257,
        }
    }

    /// Whether the signature over these bytes is by this key.
    pub fn signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        match self {
            PublicKey::Es256(x, y) => {
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
                key.verify(bytes, signature).is_ok()
            }
            PublicKey::EdDsa(key) => UnparsedPublicKey::new(&ED25519, key)
                .verify(bytes, signature)
                .is_ok(),
            PublicKey::Rs256(n, e) => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, bytes, signature)
                .is_ok(),
        }
    }

    /// As it is stored: the algorithm and hexadecimal parts.
    pub fn stored(&self) -> String {
        let parts: Vec<String> = match self {
            PublicKey::Es256(x, y) => vec![engine::hex(x).to_string(), engine::hex(y).to_string()],
            PublicKey::EdDsa(key) => vec![engine::hex(key).to_string()],
            PublicKey::Rs256(n, e) => vec![engine::hex(n).to_string(), engine::hex(e).to_string()],
        };
        format!("{}:{}", self.algorithm(), parts.join(":"))
    }

    /// Reads back what [`PublicKey::stored`] wrote.
    pub fn restored(text: &str) -> Option<PublicKey> {
        let mut parts = text.split(':');
        let algorithm = parts.next()?;
        let mut next = || crate::text::unhex(parts.next()?);
        match algorithm {
            "-7" => Some(PublicKey::Es256(
                next()?.try_into().ok()?,
                next()?.try_into().ok()?,
            )),
            "-8" => Some(PublicKey::EdDsa(next()?.try_into().ok()?)),
            "-257" => Some(PublicKey::Rs256(next()?, next()?)),
            _ => None,
        }
    }
}

//! Secrets at rest: small secrets (the key of a webhook, the password of a mail server, the seed of a one-time code) are
//! kept in the database sealed with a key that is kept in the data folder and in no backup.
//!
//! Sealed is ChaCha20-Poly1305 (RFC 8439) under a random nonce of 96 bits. Each secret names its purpose, which is
//! authenticated with it: what was sealed for one purpose does not open for another.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

/// Name of the key's file in a data folder.
pub const KEY_FILE: &str = "secret.key";
/// Bytes of a key.
const KEY: usize = 32;
/// Bytes of a nonce.
const NONCE: usize = 12;
/// What a sealed secret begins with.
const MARK: &str = "s1.";

/// A sealed secret that does not open: it was altered, or sealed with another key or for another purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOurs;

impl fmt::Display for NotOurs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the secret was altered, or sealed with another key than that of this data folder",
        )
    }
}

impl std::error::Error for NotOurs {}

/// The key of an installation.
pub struct SecretKey {
    sealing: LessSafeKey,
    /// What signing keys are derived from.
    deriving: hmac::Key,
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey")
    }
}

fn no_randomness(_: ring::error::Unspecified) -> io::Error {
    io::Error::other("the system gives no randomness")
}

impl SecretKey {
    /// The key of a data folder, made at the first call for its owner's eyes alone. Servers that share a PostgreSQL
    /// database must have the same file.
    ///
    /// # Errors
    /// When the file cannot be read or written, or holds no key.
    pub fn of_folder(folder: &Path) -> io::Result<SecretKey> {
        let path = folder.join(KEY_FILE);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        match options.open(&path) {
            Ok(mut file) => {
                let mut bytes = [0; KEY];
                SystemRandom::new()
                    .fill(&mut bytes)
                    .map_err(no_randomness)?;
                file.write_all(&bytes)?;
                file.sync_all()?;
                SecretKey::of_bytes(bytes)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let mut bytes = Vec::new();
                std::fs::File::open(&path)?
                    .take(KEY as u64 + 1)
                    .read_to_end(&mut bytes)?;
                let bytes: [u8; KEY] = bytes.try_into().map_err(|_| {
                    io::Error::new(
                        io::ErrorKind::InvalidData,
                        format!("{} holds no key of {KEY} bytes", path.display()),
                    )
                })?;
                SecretKey::of_bytes(bytes)
            }
            Err(error) => Err(error),
        }
    }

    /// A key that is kept nowhere, for a store that is kept nowhere.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn passing() -> io::Result<SecretKey> {
        let mut bytes = [0; KEY];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(no_randomness)?;
        SecretKey::of_bytes(bytes)
    }

    fn of_bytes(bytes: [u8; KEY]) -> io::Result<SecretKey> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &bytes)
            .map_err(|_| io::Error::other("the key is no key"))?;
        Ok(SecretKey {
            sealing: LessSafeKey::new(key),
            deriving: hmac::Key::new(hmac::HMAC_SHA256, &bytes),
        })
    }

    /// Seals a secret for a purpose, such as `webhook/7f3a`. The text has letters, digits and `.-_` alone.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn seal(&self, purpose: &str, secret: &[u8]) -> io::Result<String> {
        let mut nonce = [0; NONCE];
        SystemRandom::new()
            .fill(&mut nonce)
            .map_err(no_randomness)?;
        let mut bytes = secret.to_vec();
        self.sealing
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(purpose.as_bytes()),
                &mut bytes,
            )
            .map_err(|_| io::Error::other("the secret is too long to be sealed"))?;
        let whole = [nonce.as_slice(), &bytes].concat();
        Ok(format!("{MARK}{}", URL_SAFE_NO_PAD.encode(whole)))
    }

    /// Opens what was sealed for a purpose.
    ///
    /// # Errors
    /// [`NotOurs`].
    pub fn open(&self, purpose: &str, sealed: &str) -> Result<Vec<u8>, NotOurs> {
        let text = sealed.strip_prefix(MARK).ok_or(NotOurs)?;
        let whole = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotOurs)?;
        let (nonce, bytes) = whole.split_first_chunk::<NONCE>().ok_or(NotOurs)?;
        let mut bytes = bytes.to_vec();
        let secret = self
            .sealing
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(purpose.as_bytes()),
                &mut bytes,
            )
            .map_err(|_| NotOurs)?;
        Ok(secret.to_vec())
    }

    /// The Ed25519 key of a purpose: it follows from this key and is kept nowhere.
    fn pair(&self, purpose: &str) -> io::Result<Ed25519KeyPair> {
        let seed = hmac::sign(&self.deriving, format!("ed25519/{purpose}").as_bytes());
        Ed25519KeyPair::from_seed_unchecked(seed.as_ref())
            .map_err(|_| io::Error::other("no signing key follows from this key"))
    }

    /// The public half of the signing key of a purpose, 32 bytes.
    ///
    /// # Errors
    /// When no signing key follows from this key.
    pub fn public(&self, purpose: &str) -> io::Result<Vec<u8>> {
        Ok(self.pair(purpose)?.public_key().as_ref().to_vec())
    }

    /// An Ed25519 signature over a message, 64 bytes.
    ///
    /// # Errors
    /// As [`SecretKey::public`].
    pub fn sign(&self, purpose: &str, message: &[u8]) -> io::Result<Vec<u8>> {
        Ok(self.pair(purpose)?.sign(message).as_ref().to_vec())
    }

    /// [`SecretKey::open`] for a secret that is text.
    ///
    /// # Errors
    /// [`NotOurs`].
    pub fn open_text(&self, purpose: &str, sealed: &str) -> Result<String, NotOurs> {
        String::from_utf8(self.open(purpose, sealed)?).map_err(|_| NotOurs)
    }
}

/// Whether the owner of a public key signed a message.
#[must_use]
pub fn is_signed(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public)
        .verify(message, signature)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_opens_with_its_key_and_for_its_purpose_alone() {
        let key = SecretKey::passing().unwrap();
        let sealed = key.seal("webhook/1", "密钥 x".as_bytes()).unwrap();
        assert_eq!(key.open_text("webhook/1", &sealed).unwrap(), "密钥 x");
        assert_ne!(sealed, key.seal("webhook/1", "密钥 x".as_bytes()).unwrap());
        assert_eq!(key.open("webhook/2", &sealed), Err(NotOurs));
        let other = SecretKey::passing().unwrap();
        assert_eq!(other.open("webhook/1", &sealed), Err(NotOurs));
        let first = if sealed.as_bytes()[10] == b'A' {
            'B'
        } else {
            'A'
        };
        let altered = format!("{}{first}{}", &sealed[..10], &sealed[11..]);
        for bad in ["", "s1.", "s1.AAAA", "s1.%%%", &altered, &sealed[3..]] {
            assert_eq!(key.open("webhook/1", bad), Err(NotOurs), "{bad}");
        }
    }

    #[test]
    fn a_signature_is_of_its_key_its_purpose_and_its_message() {
        let key = SecretKey::passing().unwrap();
        let (public, signature) = (key.public("slip").unwrap(), key.sign("slip", b"a").unwrap());
        assert!(is_signed(&public, b"a", &signature));
        assert!(!is_signed(&public, b"b", &signature));
        assert!(!is_signed(&key.public("other").unwrap(), b"a", &signature));
        let other = SecretKey::passing().unwrap();
        assert!(!is_signed(&other.public("slip").unwrap(), b"a", &signature));
        assert!(!is_signed(&public, b"a", &signature[1..]) && !is_signed(b"", b"a", &signature));
    }

    #[test]
    fn the_key_of_a_folder_is_made_once_and_is_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let sealed = SecretKey::of_folder(folder.path()).unwrap().seal("x", b"y");
        let again = SecretKey::of_folder(folder.path()).unwrap();
        assert_eq!(again.open("x", &sealed.unwrap()).unwrap(), b"y");
        let file = folder.path().join(KEY_FILE);
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        std::fs::write(&file, b"short").unwrap();
        assert!(SecretKey::of_folder(folder.path()).is_err());
    }
}

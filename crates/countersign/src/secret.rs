//! Passwords that the program makes, and keys of commands. How a password is hashed and compared is the server's.

use sha2::{Digest, Sha256};
pub use web::auth::is_password as matches;

use crate::stop::Stop;

/// Letters and digits that nobody mistakes for one another when reading them from a screen.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A password nobody can guess: three groups of four out of 32 characters, 60 bits.
pub fn generate() -> Result<String, Stop> {
    let mut bytes = [0u8; 12];
    getrandom::fill(&mut bytes).map_err(|error| Stop::other(format!("no randomness: {error}")))?;
    let mut out = String::with_capacity(14);
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            out.push('-');
        }
        out.push(char::from(ALPHABET[usize::from(byte % 32)]));
    }
    Ok(out)
}

/// What is stored of a password.
pub fn hash(password: &str) -> Result<String, Stop> {
    web::auth::hash_password(password)
        .map_err(|error| Stop::other(format!("the password could not be hashed: {error}")))
}

/// The digest of a stored credential, as it stands in the journal.
pub fn digest(stored: &str) -> std::sync::Arc<str> {
    engine::hex(&Sha256::digest(stored.as_bytes()))
}

/// A key for a command, never used before.
pub fn command_key() -> Result<std::sync::Arc<str>, Stop> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| Stop::other(format!("no randomness: {error}")))?;
    Ok(engine::hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_readable_and_kept_as_a_hash() {
        let password = generate().unwrap();
        assert_eq!(password.len(), 14);
        assert!(
            password.bytes().all(|b| b == b'-' || ALPHABET.contains(&b)),
            "{password}"
        );
        assert_ne!(password, generate().unwrap());
        let stored = hash(&password).unwrap();
        assert!(stored.starts_with("$argon2id$"), "{stored}");
        assert!(matches(&password, &stored));
        assert!(!matches("", &stored));
        assert!(!matches(&password, "not a hash"));
        assert_eq!(digest(&stored).len(), 64);
    }
}

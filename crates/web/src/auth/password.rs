//! Passwords: hashed with argon2id on threads of their own, a few at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use axum::http::StatusCode;
use engine::{Class, Person, Refusal};
use tokio::sync::Semaphore;

use crate::error::Error;
use crate::text::same;

/// Hashes computed at once: each takes a core and 19 MiB for some ten milliseconds.
const AT_ONCE: usize = 2;
/// Requests that wait for one; further ones are turned away.
const WAITING_MAX: usize = 64;
/// Fewest characters of a password.
const LENGTH_MIN: usize = 10;
/// Longest password, in bytes.
const LENGTH_MAX: usize = 256;

/// Where passwords are hashed and compared.
#[derive(Debug)]
pub(crate) struct Passwords {
    turns: Semaphore,
    waiting: AtomicUsize,
    /// The hash that is compared where there is none, so that an unknown login takes as long as a known one.
    nobody: Arc<OnceLock<String>>,
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords {
            turns: Semaphore::new(AT_ONCE),
            waiting: AtomicUsize::new(0),
            nobody: Arc::default(),
        }
    }
}

impl Passwords {
    /// Whether a password is the one that is stored; never, where none is.
    pub async fn matches(&self, password: String, stored: Option<String>) -> Result<bool, Error> {
        let nobody = self.nobody.clone();
        self.turn(move || {
            let nobody =
                nobody.get_or_init(|| hash("nobody has this password").unwrap_or_default());
            let known = stored.is_some();
            let same = is_of(&password, stored.as_deref().unwrap_or(nobody));
            Ok(same && known)
        })
        .await
    }

    /// What is stored of a password.
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        self.turn(move || hash(&password)).await
    }

    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, Error> {
        let waiting = Waiting::enter(&self.waiting)?;
        // The semaphore is never closed.
        let _turn = self.turns.acquire().await.ok();
        drop(waiting);
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(Error::fault("hashing a password", &error)),
            Err(panicked) => Err(Error::fault("hashing a password", &panicked)),
        }
    }
}

/// A place in the queue, given back however the request ends.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize) -> Result<Waiting<'a>, Error> {
        let before = count.fetch_add(1, Ordering::Relaxed);
        let place = Waiting(count);
        if before < WAITING_MAX {
            return Ok(place);
        }
        Err(Error::refused(
            StatusCode::SERVICE_UNAVAILABLE,
            Class::Request,
            "busy",
            "登录的人太多，请稍后再试",
            "too many people are logging in; try again in a moment",
        ))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Memory for one hash. It asks for more than it uses: what is larger than 32 MiB the allocator takes from the system
/// and gives back to it, instead of keeping twenty megabytes for every thread that ever hashed a password.
fn memory(blocks: usize) -> Vec<Block> {
    const ASKED: usize = (33 << 20) / Block::SIZE;
    let mut memory = Vec::with_capacity(blocks.max(ASKED));
    memory.resize(blocks, Block::default());
    memory
}

fn compute(
    argon: &Argon2<'_>,
    password: &str,
    salt: &[u8],
    out: &mut [u8],
) -> Result<(), argon2::Error> {
    let memory = memory(argon.params().block_count());
    argon.hash_password_into_with_memory(password.as_bytes(), salt, out, memory)
}

/// What is stored of a password: a PHC string of argon2id with a salt of its own.
///
/// # Errors
/// Without randomness.
pub fn hash(password: &str) -> Result<String, HashError> {
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT);
    let mut salt = [0u8; Salt::RECOMMENDED_LENGTH];
    getrandom::fill(&mut salt).map_err(|error| HashError(error.to_string()))?;
    let mut out = [0u8; Params::DEFAULT_OUTPUT_LEN];
    compute(&argon, password, &salt, &mut out).map_err(|error| HashError(error.to_string()))?;
    let wrong = |error: &dyn std::fmt::Display| HashError(error.to_string());
    let whole = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon.params()).map_err(|error| wrong(&error))?,
        salt: Some(Salt::new(&salt).map_err(|error| wrong(&error))?),
        hash: Some(Output::new(&out).map_err(|error| wrong(&error))?),
    };
    Ok(whole.to_string())
}

/// Whether a password is the one of a stored argon2id hash. Anything else that is stored is nobody's password.
pub fn is_of(password: &str, stored: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(stored) else {
        return false;
    };
    let (Some(salt), Some(hash)) = (&parsed.salt, &parsed.hash) else {
        return false;
    };
    let version = parsed
        .version
        .and_then(|version| Version::try_from(version).ok());
    let (Some(version), Ok(params)) = (version, Params::try_from(&parsed)) else {
        return false;
    };
    if parsed.algorithm != Algorithm::Argon2id.ident() {
        return false;
    }
    let mut out = vec![0u8; hash.len()];
    let argon = Argon2::new(Algorithm::Argon2id, version, params);
    compute(&argon, password, salt, &mut out).is_ok() && same(&out, hash.as_bytes())
}

/// A password could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HashError(String);

/// Passwords of at least ten characters that are tried first by everyone who guesses.
const COMMON: &[&str] = &[
    "0123456789",
    "1234567890",
    "0987654321",
    "9876543210",
    "12345678910",
    "123456789a",
    "a123456789",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "qwertyuiop",
    "qwerty123456",
    "asdfghjkl1",
    "zxcvbnm123",
    "password12",
    "password123",
    "password1234",
    "passw0rd123",
    "p@ssw0rd123",
    "administrator",
    "admin12345",
    "admin123456",
    "letmein123",
    "welcome123",
    "iloveyou123",
    "abc1234567",
    "abcd123456",
    "woaini1314",
    "woaini520",
    "5201314520",
    "1314520520",
    "aa12345678",
    "qq12345678",
    "changeme123",
    "countersign",
    "huiqian123",
];

/// What speaks against a password: too short, too long, the person's own name, or one of those tried first.
pub fn check_policy(password: &str, person: &Person) -> Result<(), Refusal> {
    let refuse = |zh: &str, en: &str| {
        Err(Refusal::new(Class::Field, "password", zh, en).at(None, "password"))
    };
    let length = password.chars().count();
    if length < LENGTH_MIN {
        return refuse(
            "密码至少 10 个字符",
            "a password has at least 10 characters",
        );
    }
    if password.len() > LENGTH_MAX {
        return refuse("密码过长", "the password is too long");
    }
    let lower = password.to_lowercase();
    let own = [&person.login, &person.name, &person.identity];
    if own.iter().any(|own| own.to_lowercase() == lower) {
        return refuse(
            "密码不能与账号、姓名相同",
            "a password is not the login or the name",
        );
    }
    let first = password.chars().next();
    if COMMON.contains(&&*lower) || password.chars().all(|c| Some(c) == first) || in_a_row(&lower) {
        return refuse(
            "此密码太容易猜到，请换一个",
            "this password is among the first to be guessed",
        );
    }
    Ok(())
}

/// Whether every character follows the one before, as in `abcdefghij`.
fn in_a_row(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let step = |by: i64| codes.windows(2).all(|pair| pair[1] - pair[0] == by);
    step(1) || step(-1)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use argon2::password_hash::{PasswordHasher, PasswordVerifier};

    use super::*;

    #[test]
    fn the_policy_names_what_is_wrong() {
        let person = Person {
            login: "wangneiqin".into(),
            name: "王内勤".into(),
            identity: "1100011990".into(),
            active: true,
            administrator: false,
            grants: Vec::new(),
            deputies: Vec::new(),
        };
        let long = "x1".repeat(200);
        for bad in [
            "",
            "short",
            "WANGNEIQIN",
            "1100011990",
            "Password123",
            "aaaaaaaaaaaa",
            "abcdefghijk",
            "zyxwvutsrqp",
            "1234567890",
            &long,
        ] {
            let refusal = check_policy(bad, &person).unwrap_err();
            assert_eq!(
                (refusal.class, &*refusal.code),
                (Class::Field, "password"),
                "{bad}"
            );
        }
        for good in ["correct horse", "一二三四五六七八九十", "w7-kq-22-pp"] {
            assert_eq!(check_policy(good, &person), Ok(()), "{good}");
        }
    }

    #[tokio::test]
    async fn a_password_matches_only_itself() {
        let passwords = Passwords::default();
        let stored = passwords.hash("correct horse".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$"), "{stored}");
        let matches = |password: &str, stored: Option<&str>| {
            passwords.matches(password.to_owned(), stored.map(str::to_owned))
        };
        assert!(matches("correct horse", Some(&stored)).await.unwrap());
        assert!(!matches("correct horsf", Some(&stored)).await.unwrap());
        assert!(!matches("correct horse", None).await.unwrap());
        assert!(!matches("nobody has this password", None).await.unwrap());
        for stored in [
            "",
            "not a hash",
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ",
            &stored.replace("argon2id", "argon2i"),
        ] {
            assert!(
                !matches("correct horse", Some(stored)).await.unwrap(),
                "{stored}"
            );
        }
        // What others write, this reads, and the other way round.
        let other: PasswordHash = Argon2::default().hash_password(b"correct horse").unwrap();
        assert!(
            matches("correct horse", Some(&other.to_string()))
                .await
                .unwrap()
        );
        let read = PasswordHash::new(&stored).unwrap();
        assert!(
            Argon2::default()
                .verify_password(b"correct horse", &read)
                .is_ok()
        );
    }

    #[tokio::test]
    async fn an_unknown_login_takes_as_long_as_a_known_one() {
        let passwords = Passwords::default();
        let stored = passwords.hash("correct horse".into()).await.unwrap();
        let mut best = [Duration::MAX; 2];
        // In turns, and the best of many: whatever else the machine does then meets both alike.
        for _ in 0..15 {
            for (best, stored) in best.iter_mut().zip([Some(stored.clone()), None]) {
                let begun = Instant::now();
                assert!(!passwords.matches("wrong".into(), stored).await.unwrap());
                *best = (*best).min(begun.elapsed());
            }
        }
        let [known, unknown] = best;
        assert!(
            known < unknown * 2 && unknown < known * 2,
            "known {known:?}, unknown {unknown:?}"
        );
    }
}

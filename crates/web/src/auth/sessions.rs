//! Sessions in memory, so that a request costs no read of the database.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use kernel::Moment;

use super::csrf::Csrf;

/// Sessions kept; beyond it the half not used for longest is forgotten and read again when it comes.
const KEPT_MAX: usize = 10_000;

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scopes {
    /// Ask.
    pub read: bool,
    /// Act.
    pub sign: bool,
}

/// Where a session comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Logged in with a password: by a browser, or by a program as a person would.
    LogIn,
    /// A token that the person issued to a program under a name, for some purposes.
    Token(Scopes, String),
}

impl Kind {
    /// As it is stored, in front of the browser's name for itself.
    pub(crate) fn stored(&self, agent: &str) -> String {
        let short = |text: &str| {
            text.chars()
                .filter(|c| !c.is_control())
                .take(120)
                .collect::<String>()
        };
        match self {
            Kind::LogIn => format!("login:{}", short(agent)),
            Kind::Token(scopes, name) => {
                let read = if scopes.read { "r" } else { "" };
                let sign = if scopes.sign { "s" } else { "" };
                format!("token:{read}{sign}:{}", short(name))
            }
        }
    }

    /// Reads it back; `None` for what no version of this program wrote.
    pub(crate) fn read(stored: &str) -> Option<Kind> {
        let (kind, rest) = stored.split_once(':')?;
        match kind {
            "login" => Some(Kind::LogIn),
            "token" => {
                let (scopes, name) = rest.split_once(':')?;
                let scopes = Scopes {
                    read: scopes.contains('r'),
                    sign: scopes.contains('s'),
                };
                Some(Kind::Token(scopes, name.to_owned()))
            }
            _ => None,
        }
    }

    /// What it may be used for.
    pub fn scopes(&self) -> Scopes {
        match self {
            Kind::LogIn => Scopes {
                read: true,
                sign: true,
            },
            Kind::Token(scopes, _) => *scopes,
        }
    }
}

/// SHA-256 of a token.
pub(crate) type Hash = [u8; 32];

/// A session as it is kept in memory.
#[derive(Debug)]
pub(crate) struct Known {
    pub hash: Hash,
    pub login: Arc<str>,
    pub kind: Kind,
    pub csrf: Csrf,
    pub expires: Moment,
    /// Whether the password is another's choice and must be replaced before anything else.
    pub must_change: bool,
    /// Microseconds: last used.
    pub seen: AtomicI64,
    /// Microseconds: last time that `seen` was stored.
    pub touched: AtomicI64,
    /// Microseconds: last time the password was given.
    pub confirmed: AtomicI64,
    /// Microseconds: last time that the store still knew it.
    pub checked: AtomicI64,
}

impl Known {
    /// The hash as it is stored.
    pub fn stored_hash(&self) -> Arc<str> {
        engine::hex(&self.hash)
    }

    /// Whether it has ended: after its time, or for want of use.
    pub fn ended(&self, now: Moment, idle_minutes: i64) -> bool {
        let idle = Moment(self.seen.load(Ordering::Relaxed)).plus_minutes(idle_minutes) < now;
        now >= self.expires || (idle && self.kind == Kind::LogIn)
    }
}

/// The sessions kept.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    kept: RwLock<HashMap<Hash, Arc<Known>>>,
}

impl Sessions {
    /// The session of that hash, if it is kept.
    pub fn get(&self, hash: &Hash) -> Option<Arc<Known>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.get(hash).cloned()
    }

    /// Keeps a session.
    pub fn put(&self, known: Arc<Known>) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            let mut seen: Vec<i64> = kept
                .values()
                .map(|known| known.seen.load(Ordering::Relaxed))
                .collect();
            let half = seen.len() / 2;
            let (_, median, _) = seen.select_nth_unstable(half);
            let median = *median;
            kept.retain(|_, known| known.seen.load(Ordering::Relaxed) > median);
        }
        kept.insert(known.hash, known);
    }

    /// Forgets one.
    pub fn drop_one(&self, hash: &Hash) {
        self.kept
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(hash);
    }

    /// Forgets all of a person.
    pub fn drop_login(&self, login: &str) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, known| &*known.login != login);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(at: u64) -> Arc<Known> {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&at.to_le_bytes());
        let moment = i64::try_from(at).unwrap();
        Arc::new(Known {
            hash,
            login: "wang".into(),
            kind: Kind::LogIn,
            csrf: Csrf::of("x"),
            expires: Moment(i64::MAX),
            must_change: false,
            seen: AtomicI64::new(moment),
            touched: AtomicI64::new(moment),
            confirmed: AtomicI64::new(moment),
            checked: AtomicI64::new(moment),
        })
    }

    #[test]
    fn the_cache_is_bounded_and_keeps_what_is_used() {
        let sessions = Sessions::default();
        for at in 0..=10_000u64 {
            sessions.put(known(at));
        }
        let kept = sessions.kept.read().unwrap().len();
        assert!((4_000..6_000).contains(&kept), "{kept}");
        assert!(sessions.get(&known(10_000).hash).is_some());
        assert!(sessions.get(&known(9_999).hash).is_some());
        assert!(sessions.get(&known(1).hash).is_none());
    }

    #[test]
    fn a_kind_is_stored_and_read_back() {
        let token = Kind::Token(
            Scopes {
                read: true,
                sign: false,
            },
            "scales: hall 2".into(),
        );
        assert_eq!(Kind::read(&token.stored("")), Some(token));
        // What a browser calls itself can never make a token of a log-in.
        assert_eq!(
            Kind::read(&Kind::LogIn.stored("token:rs:x")),
            Some(Kind::LogIn)
        );
        assert_eq!(Kind::read("Mozilla/5.0"), None);
    }

    #[test]
    fn sessions_end_by_time_and_for_want_of_use() {
        let session = known(0);
        assert!(!session.ended(Moment(0).plus_minutes(120), 120));
        assert!(session.ended(Moment(1).plus_minutes(120), 120));
        assert!(session.ended(Moment(i64::MAX), i64::MAX));
    }
}

//! Locks after failed log-ins, by login and by address.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::StatusCode;
use engine::Class;
use kernel::Moment;

use crate::App;
use crate::error::Error;

/// Failures of one login before it is locked for a minute, then two, four, at most sixteen.
const BY_LOGIN: i64 = 5;
/// Failures from one address, which a whole office may share.
const BY_ADDRESS: i64 = 50;
/// Longest lock is `1 << DOUBLINGS` minutes.
const DOUBLINGS: i64 = 4;
/// Failures are forgotten after so many minutes without a further one.
const FORGOTTEN_MINUTES: i64 = 60;

/// Whose failures are counted: the login that was typed, whether or not there is one, and the address.
#[derive(Debug, Clone)]
pub(crate) struct Counted {
    login: Option<Arc<str>>,
    address: Arc<str>,
}

impl Counted {
    pub fn new(login: &str, address: IpAddr) -> Counted {
        Counted {
            login: Some(login.into()),
            // A login has no slash, so no login can be taken for an address.
            address: format!("address/{address}").into(),
        }
    }

    /// Of codes, which are short: counted beside the password, so that a good password does not forget wrong codes.
    pub fn code(login: &str, address: IpAddr) -> Counted {
        Counted::new(&format!("code/{login}"), address)
    }

    /// Where it is not said who logs in.
    pub fn address(address: IpAddr) -> Counted {
        Counted {
            login: None,
            ..Counted::new("", address)
        }
    }

    /// Whose attempts are looked at.
    fn all(&self) -> Vec<Arc<str>> {
        let login = self.login.iter();
        login.chain([&self.address]).cloned().collect()
    }

    /// Refused while a lock lasts.
    pub async fn check(&self, app: &Arc<App>, now: Moment) -> Result<(), Error> {
        let both = self.all();
        let until = app
            .read_store(move |store, org| {
                let mut until = Moment(i64::MIN);
                for who in &both {
                    until = until.max(store.attempts(org, who)?.locked_until);
                }
                Ok(until)
            })
            .await?;
        if until <= now {
            Ok(())
        } else {
            Err(locked(until, now))
        }
    }

    /// Counts a failure; says whether a lock began.
    pub async fn failed(&self, app: &Arc<App>, now: Moment) -> Result<bool, Error> {
        let login = self.login.iter().map(|login| (login.clone(), BY_LOGIN));
        let both: Vec<(Arc<str>, i64)> =
            login.chain([(self.address.clone(), BY_ADDRESS)]).collect();
        app.read_store(move |store, org| {
            let mut locked = false;
            for (who, most) in &both {
                let before = store.attempts(org, who)?;
                if before.count > 0 && before.last.plus_minutes(FORGOTTEN_MINUTES) < now {
                    store.forget_attempts(org, who)?;
                }
                let after = store.failed_attempt(org, who, now, |count| {
                    now.plus_minutes(lock_minutes(count, *most))
                })?;
                locked |= after.locked_until > now;
            }
            Ok(locked)
        })
        .await
    }

    /// Forgets the failures of the login. Those of the address stay, or one good account would open all others.
    pub async fn succeeded(&self, app: &Arc<App>) -> Result<(), Error> {
        let Some(login) = self.login.clone() else {
            return Ok(());
        };
        app.read_store(move |store, org| {
            if store.attempts(org, &login)?.count > 0 {
                store.forget_attempts(org, &login)?;
            }
            Ok(())
        })
        .await
    }
}

fn lock_minutes(failures: i64, most: i64) -> i64 {
    if failures < most {
        0
    } else {
        1 << (failures - most).min(DOUBLINGS)
    }
}

fn locked(until: Moment, now: Moment) -> Error {
    let minutes = ((until.0 - now.0) / 60_000_000 + 1).max(1);
    Error::refused(
        StatusCode::TOO_MANY_REQUESTS,
        Class::Role,
        "locked",
        format!("登录失败次数过多，请 {minutes} 分钟后再试"),
        format!("too many failed log-ins; try again in {minutes} min"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locks_grow_and_stay_bounded() {
        let minutes: Vec<i64> = (1..=11).map(|failures| lock_minutes(failures, 5)).collect();
        assert_eq!(minutes, [0, 0, 0, 0, 1, 2, 4, 8, 16, 16, 16]);
    }
}

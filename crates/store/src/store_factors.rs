//! Further ways to sign in, and challenges, through an open store. All of these block the thread.
//!
//! A way to sign in counts from the moment that `Act::SignIn` with its digest was accepted until one without: put it here
//! first and submit the act then, and take it away the other way round, so that nothing that stops in between opens a door.

use kernel::{Moment, OrgId};

use crate::api::{Challenge, Factor, StoreError};
use crate::reads::factors;
use crate::store::Store;

type Result<T> = std::result::Result<T, StoreError>;

#[allow(clippy::missing_errors_doc)]
impl Store {
    /// Keeps a way to sign in, which counts once the journal has its digest. `false` when its id is another person's.
    pub fn put_factor(&self, org: OrgId, factor: &Factor) -> Result<bool> {
        self.inner
            .access
            .work(|sql| factors::put_factor(sql, org.0, factor))
    }

    /// The ways to sign in of a person, oldest first. One that the journal knows otherwise is an error.
    pub fn factors(&self, org: OrgId, login: &str) -> Result<Vec<Factor>> {
        self.inner
            .access
            .snapshot(|sql| factors::factors(sql, org.0, login))
    }

    /// The way to sign in of that id, whosever it is.
    pub fn factor_of_id(&self, org: OrgId, id: &str) -> Result<Option<Factor>> {
        self.inner
            .access
            .snapshot(|sql| factors::factor_of_id(sql, org.0, id))
    }

    /// Notes a use, with the counter it has from now on. `false` when it was used since it was read: the use is void then.
    pub fn advance_factor(
        &self,
        org: OrgId,
        factor: &Factor,
        counter: i64,
        now: Moment,
    ) -> Result<bool> {
        self.inner
            .access
            .work(|sql| factors::advance_factor(sql, org.0, factor, counter, now))
    }

    /// Throws one away that holds no longer.
    pub fn drop_factor(&self, org: OrgId, login: &str, id: &str) -> Result<()> {
        self.inner
            .access
            .work(|sql| factors::drop_factor(sql, org.0, login, id))
    }

    /// Keeps a challenge and forgets expired ones. `false` when too many are open of browsers where nobody is logged in.
    pub fn put_challenge(&self, org: OrgId, challenge: &Challenge, now: Moment) -> Result<bool> {
        self.inner
            .access
            .work(|sql| factors::put_challenge(sql, org.0, challenge, now))
    }

    /// A challenge, which stays.
    pub fn challenge(&self, org: OrgId, id: &str) -> Result<Option<Challenge>> {
        self.inner
            .access
            .read(|sql| factors::challenge(sql, org.0, id))
    }

    /// A challenge, which is used up by this.
    pub fn take_challenge(&self, org: OrgId, id: &str) -> Result<Option<Challenge>> {
        self.inner
            .access
            .work(|sql| factors::take_challenge(sql, org.0, id))
    }
}

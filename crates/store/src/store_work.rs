//! Work tables through an open store: what people have in hand, nothing that is journaled. All of these block the thread.
//! On SQLite a row written here survives a crash of the program at once, and one of the machine from the next command on.

use kernel::{Moment, OrgId};

use crate::api::{Attempts, ContentInfo, Draft, Session, StoreError};
use crate::reads::work;
use crate::store::Store;

type Result<T> = std::result::Result<T, StoreError>;

#[allow(clippy::missing_errors_doc)]
impl Store {
    /// Keeps a draft; it replaces the person's draft of the same id.
    pub fn put_draft(&self, org: OrgId, login: &str, draft: &Draft) -> Result<()> {
        self.inner
            .access
            .work(|sql| work::put_draft(sql, org.0, login, draft))
    }

    /// Keeps a draft if what stands there under its id is still what the caller knows, both in one transaction; whether it
    /// was kept.
    pub fn put_draft_if(
        &self,
        org: OrgId,
        login: &str,
        draft: &Draft,
        known: impl FnOnce(Option<&Draft>) -> bool,
    ) -> Result<bool> {
        self.inner.access.work(|sql| {
            let kept = work::draft(sql, org.0, login, &draft.id)?;
            if !known(kept.as_ref()) {
                return Ok(false);
            }
            work::put_draft(sql, org.0, login, draft)?;
            Ok(true)
        })
    }

    /// A person's draft.
    pub fn draft(&self, org: OrgId, login: &str, id: &str) -> Result<Option<Draft>> {
        self.inner
            .access
            .read(|sql| work::draft(sql, org.0, login, id))
    }

    /// A person's drafts, the latest first.
    pub fn drafts(&self, org: OrgId, login: &str) -> Result<Vec<Draft>> {
        self.inner
            .access
            .read(|sql| work::drafts(sql, org.0, login))
    }

    /// Throws a draft away.
    pub fn drop_draft(&self, org: OrgId, login: &str, id: &str) -> Result<()> {
        self.inner
            .access
            .work(|sql| work::drop_draft(sql, org.0, login, id))
    }

    /// Keeps a session.
    pub fn put_session(&self, org: OrgId, session: &Session) -> Result<()> {
        self.inner
            .access
            .work(|sql| work::put_session(sql, org.0, session))
    }

    /// The session of a token's hash. One whose row was altered is an error, not a session.
    pub fn session(&self, org: OrgId, token_hash: &str) -> Result<Option<Session>> {
        self.inner
            .access
            .read(|sql| work::session(sql, org.0, token_hash))
    }

    /// A person's sessions, the one used last first.
    pub fn sessions(&self, org: OrgId, login: &str) -> Result<Vec<Session>> {
        self.inner
            .access
            .read(|sql| work::sessions(sql, org.0, login))
    }

    /// Marks a session as used now, and as confirmed by the password now.
    pub fn touch_session(
        &self,
        org: OrgId,
        token_hash: &str,
        now: Moment,
        confirmed: bool,
    ) -> Result<()> {
        self.inner.access.work(|sql| {
            let Some(mut session) = work::session(sql, org.0, token_hash)? else {
                return Ok(());
            };
            session.seen = now;
            if confirmed {
                session.confirmed = now;
            }
            work::put_session(sql, org.0, &session)
        })
    }

    /// Ends a session.
    pub fn end_session(&self, org: OrgId, token_hash: &str) -> Result<()> {
        self.inner
            .access
            .work(|sql| work::end_session(sql, org.0, token_hash))
    }

    /// Ends all sessions of a person.
    pub fn end_sessions(&self, org: OrgId, login: &str) -> Result<()> {
        self.inner
            .access
            .work(|sql| work::end_sessions(sql, org.0, login))
    }

    /// Forgets sessions that have ended; how many.
    pub fn expire_sessions(&self, org: OrgId, now: Moment) -> Result<u64> {
        self.inner
            .access
            .work(|sql| work::expire_sessions(sql, org.0, now))
    }

    /// Failed attempts of a login or address.
    pub fn attempts(&self, org: OrgId, who: &str) -> Result<Attempts> {
        self.inner
            .access
            .read(|sql| work::attempts(sql, org.0, who))
    }

    /// Counts one more failed attempt; `locked_until` gives, from the count, until when no further one is looked at.
    pub fn failed_attempt(
        &self,
        org: OrgId,
        who: &str,
        now: Moment,
        locked_until: impl FnOnce(i64) -> Moment,
    ) -> Result<Attempts> {
        self.inner.access.work(|sql| {
            let mut attempts = work::attempts(sql, org.0, who)?;
            if attempts.count == 0 {
                attempts.first = now;
            }
            attempts.count += 1;
            attempts.last = now;
            attempts.locked_until = locked_until(attempts.count);
            work::put_attempts(sql, org.0, who, &attempts)?;
            Ok(attempts)
        })
    }

    /// Forgets the failed attempts, after a success.
    pub fn forget_attempts(&self, org: OrgId, who: &str) -> Result<()> {
        self.inner
            .access
            .work(|sql| work::forget_attempts(sql, org.0, who))
    }

    /// The stored (argon2id) credential of a person, if it is the one that the journal knows. Set it with
    /// [`Store::submit_credential`].
    pub fn credential(&self, org: OrgId, login: &str) -> Result<Option<String>> {
        self.inner
            .access
            .snapshot(|sql| work::credential(sql, org.0, login))
    }

    /// Keeps a content under its hash; the same content is kept once.
    pub fn put_content(&self, org: OrgId, bytes: &[u8]) -> Result<ContentInfo> {
        self.inner
            .access
            .work(|sql| work::put_content(sql, org.0, bytes))
    }

    /// The content of a hash, if it still has that hash.
    pub fn content(&self, org: OrgId, hash: &str) -> Result<Option<Vec<u8>>> {
        self.inner
            .access
            .read(|sql| work::content(sql, org.0, hash))
    }
}

//! What all requests share: the open store, the settings, the sessions and the open event connections.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::Router;
use kernel::{Day, Moment, OrgId};
use model::{Catalog, Label};
use print::Printer;
use store::{Store, StoreError};
use tokio::sync::{OnceCell, Semaphore};

use crate::auth::oidc::Oidc;
use crate::auth::{Passwords, People, Sessions};
use crate::error::Error;
use crate::events::Hub;
use crate::opaque::Opaque;
use crate::secret_key::SecretKey;
use crate::submit::Bucket;

/// Reads of the store that go on at once; each holds a thread.
const READS_MAX: usize = 16;

/// Where the present time comes from.
pub type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;

/// How a server is set up.
#[derive(Clone)]
pub struct Settings {
    /// The organisation's name as pages and forms show it.
    pub company: Label,
    /// Whether cookies are only sent over TLS. Set it whenever browsers reach the server by `https:`.
    pub secure_cookies: bool,
    /// The address that browsers see, `https://slips.example`, where a proxy hides it; else the `Host` header counts.
    pub public_origin: Option<String>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<std::net::IpAddr>,
    /// Minutes without a request after which a browser's session ends.
    pub idle_minutes: i64,
    /// Minutes after which a browser's session ends in any case.
    pub session_minutes: i64,
    /// The present time.
    pub clock: Clock,
    /// A command line that runs [`print::work`] over its standard input and output: the organisation's own forms are set in
    /// that process, which is stopped when one takes too long or too much. Without it they are set in this one.
    pub print_worker: Option<Vec<std::ffi::OsString>>,
    /// The key that secrets in the database are sealed with; without one a key is made that is kept nowhere.
    pub secret_key: Option<Arc<SecretKey>>,
    /// Further papers of an inspection archive, by name.
    pub papers: Vec<(String, String)>,
    /// The provider that people may log in by.
    pub oidc: Option<Arc<Oidc>>,
}

impl Settings {
    /// The usual settings: two hours idle, twelve in all, cookies for plain HTTP.
    pub fn new(company: Label, clock: Clock) -> Settings {
        Settings {
            company,
            secure_cookies: false,
            public_origin: None,
            proxies: Vec::new(),
            idle_minutes: 120,
            session_minutes: 720,
            clock,
            print_worker: None,
            secret_key: None,
            papers: Vec::new(),
            oidc: None,
        }
    }
}

/// One organisation's server.
pub struct App {
    store: Store,
    org: OrgId,
    settings: Settings,
    printer: OnceLock<Opaque<Printer>>,
    reads: Semaphore,
    own_key: OnceLock<Arc<SecretKey>>,
    pub(crate) sessions: Sessions,
    pub(crate) people: People,
    pub(crate) passwords: Passwords,
    pub(crate) hub: Arc<Hub>,
    pub(crate) press: crate::paper::press::Press,
    pub(crate) brought: crate::intake::brought::Brought,
    pub(crate) security: Bucket,
    pub(crate) refusals: Bucket,
    pub(crate) addresses: Bucket,
    /// Whether a pack's text was ever replaced in this database.
    pub(crate) replaced: OnceCell<bool>,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("org", &self.org)
            .finish_non_exhaustive()
    }
}

impl App {
    /// A server over an open store. Call it within a Tokio runtime: a task of its own follows the store's events.
    pub fn new(store: Store, org: OrgId, settings: Settings) -> Arc<App> {
        let app = Arc::new(App {
            org,
            printer: OnceLock::new(),
            reads: Semaphore::new(READS_MAX),
            own_key: OnceLock::new(),
            sessions: Sessions::default(),
            people: People::default(),
            passwords: Passwords::default(),
            hub: Arc::default(),
            press: crate::paper::press::Press::default(),
            brought: crate::intake::brought::Brought::default(),
            security: Bucket::of_attempts(),
            refusals: Bucket::of_persons(),
            addresses: Bucket::of_addresses(),
            replaced: OnceCell::new(),
            settings,
            store,
        });
        crate::events::follow(&app);
        crate::events::follow_notices(&app);
        app
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The packs.
    pub fn catalog(&self) -> Arc<Catalog> {
        self.store.catalog()
    }

    /// The organisation.
    pub fn org(&self) -> OrgId {
        self.org
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The key that secrets in the database are sealed with.
    ///
    /// # Errors
    /// Without randomness.
    pub fn secret_key(&self) -> Result<&SecretKey, Error> {
        if let Some(key) = &self.settings.secret_key {
            return Ok(key);
        }
        if self.own_key.get().is_none() {
            let key = SecretKey::passing().map_err(|error| Error::fault("making a key", &error))?;
            let _ = self.own_key.set(Arc::new(key));
        }
        self.own_key.get().map(|key| &**key).ok_or(Error::NotFound)
    }

    /// Prints official forms. Fonts are parsed on the first call, which takes a moment; call it off the async threads.
    pub fn printer(&self) -> &Printer {
        self.printer.get_or_init(|| Opaque::new(Printer::new()))
    }

    /// Now.
    pub fn now(&self) -> Moment {
        (self.settings.clock)()
    }

    /// The business day.
    pub fn today(&self) -> Day {
        self.now().day()
    }

    /// Reads the store on a thread that may block. A page reads all it needs in one call.
    ///
    /// # Errors
    /// What `read` answers.
    pub async fn read<T, E>(
        self: &Arc<Self>,
        read: impl FnOnce(&App) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Error>
    where
        T: Send + 'static,
        E: Into<Error> + Send + 'static,
    {
        // The semaphore is never closed.
        let _turn = self.reads.acquire().await.ok();
        let app = self.clone();
        blocking(move || read(&app)).await?.map_err(Into::into)
    }

    /// As [`App::read`], for a read that only needs the store.
    pub(crate) async fn read_store<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Store, OrgId) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Error> {
        self.read(move |app| read(&app.store, app.org)).await
    }
}

/// Does work on a thread that may block.
///
/// # Errors
/// A fault when the work panicked.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    // The task is the same for all: one compiled for each of some two hundred works would be half a megabyte of program.
    let done = Arc::new(Mutex::new(None));
    let place = done.clone();
    let work: Box<dyn FnOnce() + Send> = Box::new(move || {
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(work());
    });
    let ended = tokio::task::spawn_blocking(work).await;
    let answer = done.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (ended, answer) {
        (Err(panicked), _) => Err(Error::fault("a read of the store", &panicked)),
        (Ok(()), Some(answer)) => Ok(answer),
        (Ok(()), None) => unreachable!("work that ended has answered"),
    }
}

/// Everything the server answers.
pub fn router(app: Arc<App>) -> Router {
    let routes = Router::new()
        .merge(crate::pages::routes())
        .merge(crate::auth::routes())
        .merge(crate::api::routes())
        .merge(crate::events::routes());
    crate::guard::guarded(routes, app)
}

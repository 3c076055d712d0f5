//! Connections for reading, made when needed and kept for the next reader.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::api::StoreError;

/// Makes a connection.
type Make<C> = Box<dyn Fn() -> Result<C, StoreError> + Send + Sync>;

/// At most `max` connections; who finds none free waits.
pub(crate) struct Pool<C> {
    make: Make<C>,
    usable: fn(&C) -> bool,
    max: usize,
    state: Mutex<State<C>>,
    freed: Condvar,
}

struct State<C> {
    idle: Vec<C>,
    made: usize,
}

impl<C> Pool<C> {
    pub fn new(max: usize, usable: fn(&C) -> bool, make: Make<C>) -> Pool<C> {
        Pool {
            make,
            usable,
            max: max.max(1),
            state: Mutex::new(State {
                idle: Vec::new(),
                made: 0,
            }),
            freed: Condvar::new(),
        }
    }

    /// The most connections.
    pub fn most(&self) -> usize {
        self.max
    }

    /// Lends a connection to `work`. One that is no longer usable afterwards is not kept.
    pub fn with<T>(&self, work: impl FnOnce(&C) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut lent = Lent {
            pool: self,
            connection: Some(self.take()?),
        };
        let result = lent.connection.as_ref().map(work);
        if result.as_ref().is_none_or(Result::is_err)
            && lent
                .connection
                .as_ref()
                .is_some_and(|one| !(self.usable)(one))
        {
            lent.connection = None;
        }
        drop(lent);
        result.unwrap_or(Err(StoreError::Closed))
    }

    /// Lends a connection beside one that the caller has, unless all are lent: nobody waits with one in his hand.
    pub fn with_spare<T>(
        &self,
        work: impl FnOnce(Option<&C>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Some(connection) = self.take_or(false)? else {
            return work(None);
        };
        let lent = Lent {
            pool: self,
            connection: Some(connection),
        };
        work(lent.connection.as_ref())
    }

    fn take(&self) -> Result<C, StoreError> {
        self.take_or(true)?.ok_or(StoreError::Closed)
    }

    /// A connection; when all are lent, `wait` says whether to wait for one.
    fn take_or(&self, wait: bool) -> Result<Option<C>, StoreError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            while let Some(connection) = state.idle.pop() {
                if (self.usable)(&connection) {
                    return Ok(Some(connection));
                }
                state.made -= 1;
            }
            if state.made < self.max {
                state.made += 1;
                break;
            }
            if !wait {
                return Ok(None);
            }
            state = self
                .freed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        let made = (self.make)().inspect_err(|_| self.give(None));
        made.map(Some)
    }

    fn give(&self, connection: Option<C>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match connection {
            Some(connection) => state.idle.push(connection),
            None => state.made -= 1,
        }
        drop(state);
        self.freed.notify_one();
    }
}

/// Gives a connection back however the work ends.
struct Lent<'a, C> {
    pool: &'a Pool<C>,
    connection: Option<C>,
}

impl<C> Drop for Lent<'_, C> {
    fn drop(&mut self) {
        // After a panic the connection may be in the middle of something.
        let connection = self.connection.take().filter(|_| !std::thread::panicking());
        self.pool.give(connection);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn no_more_than_the_most_and_all_are_served() {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let pool = Pool::new(
            3,
            |_: &usize| true,
            Box::new(|| Ok(MADE.fetch_add(1, Ordering::SeqCst))),
        );
        let served = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    pool.with(|_| {
                        std::thread::sleep(std::time::Duration::from_millis(2));
                        served.fetch_add(1, Ordering::SeqCst);
                        Ok(())
                    })
                });
            }
        });
        assert_eq!(served.load(Ordering::SeqCst), 20);
        assert!(MADE.load(Ordering::SeqCst) <= 3);
    }

    #[test]
    fn a_spare_one_is_lent_without_waiting() {
        let pool = Pool::new(2, |_: &()| true, Box::new(|| Ok(())));
        for _ in 0..3 {
            let lent = pool.with(|()| {
                pool.with_spare(|two| {
                    let third = pool.with_spare(|three| Ok(three.is_some()))?;
                    Ok((two.is_some(), third))
                })
            });
            assert!(matches!(lent, Ok((true, false))));
        }
    }

    #[test]
    fn a_broken_connection_is_replaced() {
        let pool = Pool::new(1, |_: &()| false, Box::new(|| Ok(())));
        for _ in 0..3 {
            assert!(pool.with(|()| Err::<(), _>(StoreError::Busy)).is_err());
        }
        assert!(pool.with(|()| Ok(())).is_ok());
    }
}

//! A value into which the compiler does not look.

use std::ops::Deref;

/// A value behind a trait object. Whoever holds the application over an `await` must be sent between threads, and the compiler
/// proves that anew for each handler, down to the last field of all that the application holds. The library that sets papers
/// has thousands of them: behind this wall the crate is built in half the time.
pub(crate) struct Opaque<T>(Box<dyn Deref<Target = T> + Send + Sync>);

impl<T: Send + Sync + 'static> Opaque<T> {
    /// Puts a value behind the wall.
    pub fn new(value: T) -> Opaque<T> {
        Opaque(Box::new(Box::new(value)))
    }
}

impl<T> Deref for Opaque<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

//! The one place of the program that reads the clock.

use std::time::{SystemTime, UNIX_EPOCH};

use kernel::Moment;

/// Now.
pub fn now() -> Moment {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Moment(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

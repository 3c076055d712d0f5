//! `print-worker`: sets the organisation's own forms for a server, which stops this process when one takes too long.

use std::ffi::OsString;
use std::io::{stdin, stdout};

use crate::stop::Stop;

/// Works until its input ends.
pub fn run() -> Result<(), Stop> {
    ::print::work(stdin().lock(), stdout().lock()).map_err(Stop::other)
}

/// The command line of a worker: this very program.
pub fn command_line() -> Option<Vec<OsString>> {
    let program = std::env::current_exe().ok()?;
    Some(vec![program.into(), "print-worker".into()])
}

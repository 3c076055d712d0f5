//! `crash-child`: a process that works until it is killed, for tests of what a crash may cost.

use testkit::crash;

use crate::packs;
use crate::place::Where;
use crate::stop::Stop;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    #[arg(long, default_value_t = 4)]
    clients: usize,
}

/// Works for ever; ends only by an error.
pub fn run(args: &Args) -> Result<(), Stop> {
    let place = args.at.place()?;
    let _lock = place.lock()?;
    let Err(fault) = crash::child(&place.url, &packs::embedded()?, args.clients);
    Err(Stop::other(fault))
}

//! The store: one organisation's slips, ledgers, registers and journal on SQLite, PostgreSQL or in memory.
//!
//! Everything that changes anything is an [`engine::Command`] given to [`Store::submit`]. Commands of one organisation
//! queue in one *lane*; up to [`Options::batch_max`] of them are applied in order, written in one transaction and then
//! answered together. A command is all or nothing; a refused one leaves its row in the journal and nothing else.
//!
//! - [`api`]: the types of the questions and answers.
//! - [`Store`]: opening, submitting, reading, work tables, `verify`, `backup`; see the methods.
//! - [`verify_url`], [`restore`]: for a database that no [`Store`] has open.
//!
//! Reads are synchronous and block the thread; in async code call them through `tokio::task::spawn_blocking`.
//! The journal is a chain of SHA-256 hashes over every command that reached a lane, accepted or refused. Each journal row
//! also lists the digest of every row its command wrote, so that [`Store::verify`] can name the row that was altered.

mod access;
pub mod api;
mod backend;
mod backup;
mod batch;
mod cache;
mod cell;
mod codec;
mod copy;
mod counters;
mod fold;
mod lane;
mod migrate;
mod packs;
mod pool;
mod postgres;
mod read_world;
mod reads;
mod recent;
mod restore;
mod schema;
#[cfg(test)]
mod schema_tests;
mod source;
mod sql;
mod sqlite;
mod store;
mod store_reads;
mod store_work;
#[cfg(test)]
mod testing;
mod verify;
mod views;
mod whole;

pub use api::*;
pub use read_world::ReadWorld;
pub use restore::restore;
pub use store::Store;
pub use whole::verify_url;

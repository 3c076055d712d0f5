//! The store: organisations with their slips, ledgers, registers and journals, on SQLite, PostgreSQL or in memory.
//!
//! Everything that changes anything is an [`engine::Command`] given to [`Store::submit`]. Reads are synchronous methods of
//! [`Store`]; in async code call them through `tokio::task::spawn_blocking`. The types of questions and answers are in
//! [`api`]. [`Store::verify`] and [`verify_url`] prove that nothing was altered; [`Store::backup`] and [`restore`] work
//! between both kinds of database.
//!
//! # Lanes
//! Each organisation has one lane, a thread. Commands queue there; up to [`Options::batch_max`] of them are applied in
//! order by [`engine::apply`], written in one transaction and answered after its commit. The engine only reads, so a refused
//! command leaves a row in the journal and nothing else, and a faulty one leaves nothing. What a lane needs again soon
//! it keeps in memory; what it does not have it reads. Several processes may work on one PostgreSQL database: the
//! organisation's row of `head` is locked for the length of a batch, and a lane that finds it changed forgets what it
//! remembered. When a commit fails every command of its batch is answered with a fault and may be sent again under its
//! key: an accepted key is answered as the first time.
//!
//! # Tables
//! `migrations/` is their one source for both databases. The organisation comes first in every key. Columns hold whole
//! numbers, text or bytes; days are numbers such as 20260401, moments are microseconds since 1970, amounts are smallest
//! parts of their unit. Rows that are never changed: `journal`, `signature`, `account`, `leg`, `record`, `note`,
//! `pack_text`. Rows that follow from others: `balance` and `turnover` from legs, `todo` and `timer` from slips, `series`
//! and `head` from the journal. A slip is two rows: `slip` for what lists, inboxes and the engine look at, `slip_body` for
//! what was filled in. Views with a column per field, one per kind of slip, are there for reporting tools.
//!
//! # The journal
//! A journal row's `hash` is the SHA-256 of the table's name and all its other cells, each with its kind and length before
//! it; one of them is the hash of the row before. `wrote` lists the first half of the SHA-256 of every row that the command wrote, each behind
//! a letter (and the row's number, where it has one): `S` signature, `A` account, `L` leg, `R` record, `N` note, `P` pack
//! text, `H` slip, `B` body, `C` credential. So an altered row is found and named, and the latest mention of a slip says
//! what its row must be now. Whoever can rewrite the whole database can also rewrite the chain: keep the head that
//! [`Report::heads`] gives elsewhere.

mod access;
mod ahead;
pub mod api;
mod backend;
mod backup;
mod batch;
mod cache;
mod cell;
mod checkpointer;
mod codec;
mod copy;
mod counters;
mod fold;
mod foresee;
mod image;
mod judge;
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
mod search;
mod source;
mod sql;
mod sqlite;
mod store;
mod store_factors;
mod store_installed;
mod store_outbox;
mod store_propose;
mod store_reads;
mod store_search;
mod store_table;
mod store_views;
mod store_watch;
mod store_work;
#[cfg(test)]
mod testing;
mod verify;
mod views;
mod whole;

pub use api::*;
pub use judge::CODES;
pub use read_world::ReadWorld;
pub use restore::{check_backup, restore};
pub use store::Store;
pub use whole::{Kept, verify_url, verify_url_against};

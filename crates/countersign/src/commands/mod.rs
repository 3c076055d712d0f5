//! The subcommands, one module each: its arguments and what it does.

pub mod backup;
pub mod bench;
pub mod check;
pub mod crash_child;
pub mod export;
pub mod import;
pub mod inspection;
pub mod print;
pub mod print_worker;
mod refusals;
pub mod restore;
pub mod serve;
pub mod show;
pub mod test;
pub mod user;
pub mod verify;

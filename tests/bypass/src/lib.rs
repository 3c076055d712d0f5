//! The bypass suite: every way around the rules that was thought of, tried on the product itself.
//!
//! "Nobody approves his own step", "no step is skipped", "what was executed stays": such sentences are only worth what
//! happens when somebody tries. Each [`Attempt`] here is such a try, by a clerk, an administrator, a stranger or a
//! program, through the commands of the store, the JSON API, the pages, an import, a restored backup or the command line.
//! None may succeed. Each must be answered with a refusal that has a name, leave a row in the journal that says who tried
//! and what he was told, and change nothing else: the suite compares all other rows of the database before and after.
//!
//! Where the attack is on the database itself nothing can refuse it. There `verify` must name the table and the row: see
//! [`tampering`].
//!
//! `README.md` beside this crate is the list of all of them, made from what the tests run; a test holds the two together.

pub mod api;
pub mod attempt;
pub mod attempts;
pub mod cast;
pub mod command_line;
pub mod front;
pub mod http;
pub mod pages;
pub mod raw;
pub mod stage;
pub mod table;
pub mod tampering;

pub use attempt::{Attempt, Say, Through};
pub use stage::Stage;

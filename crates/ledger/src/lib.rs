//! Places, entries and balances, the same for stock, money, seats and grain.
//!
//! An entry moves value between places. Each leg has a side and a *signed* amount: a correction is a negative amount on
//! the same side (红字), kept in the turnover and never turned over to the other side. Per ledger, conserved key and unit
//! the legs of an entry sum to zero. Entries are never changed; a change of state is an entry of its own (see [`advance`]).
//! Pure: no clock, no store.

mod balance;
mod entry;
mod layers;

pub use balance::{Balance, BalanceKey, Sums};
pub use entry::{
    Entry, Hold, Leg, Unbalanced, advance, check_balanced, release, remains, take_back,
};
pub use kernel::{EntryState, Side};
pub use layers::{Layer, draw, share};

/// Joins the values of a ledger's dimensions into one key, `A001/B240101`. `/` and `%` inside a value are escaped so that
/// two different lists of values never give the same key.
pub fn join_key<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            out.push('/');
        }
        for c in part.chars() {
            match c {
                '/' => out.push_str("%2F"),
                '%' => out.push_str("%25"),
                other => out.push(other),
            }
        }
    }
    out
}

/// The values that [`join_key`] joined.
pub fn split_key(key: &str) -> Vec<String> {
    key.split('/')
        .map(|part| part.replace("%2F", "/").replace("%25", "%"))
        .collect()
}

//! Reading, by subject. Every function takes a connection and an organisation.

pub(crate) mod balances;
pub(crate) mod branches;
mod conditions;
pub(crate) mod factors;
pub(crate) mod figures;
pub(crate) mod inbox;
pub(crate) mod journal;
pub(crate) mod lists;
pub(crate) mod notices;
pub(crate) mod outbox;
pub(crate) mod pace;
pub(crate) mod registers;
pub(crate) mod remembered;
pub(crate) mod slips;
pub(crate) mod statement;
#[cfg(test)]
mod statement_tests;
pub(crate) mod sums;
pub(crate) mod table;
pub(crate) mod trace;
pub(crate) mod work;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::api::{Cursor, StoreError};

/// How many rows a page has: the usual number when none is asked for, never more than the most.
pub(crate) fn page_size(asked: usize, usual: usize, most: usize) -> usize {
    if asked == 0 { usual } else { asked.min(most) }
}

/// A cursor out of the values that the next page begins after.
pub(crate) fn cursor<T: Serialize>(values: &T) -> Cursor {
    let json = serde_json::to_string(values).unwrap_or_default();
    Cursor(engine::hex(json.as_bytes()).to_string())
}

/// What [`cursor`] took.
pub(crate) fn read_cursor<T: DeserializeOwned>(cursor: &Cursor) -> Result<T, StoreError> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let bytes: Option<Vec<u8>> = cursor
        .0
        .as_bytes()
        .chunks(2)
        .map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?))
        .collect();
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| StoreError::Invalid("no page gave this cursor".to_owned()))
}

/// The first number in `low..high` for which `past` holds, or `high`; `past` must not become false again.
pub(crate) fn bisect(
    mut low: i64,
    mut high: i64,
    mut past: impl FnMut(i64) -> Result<bool, StoreError>,
) -> Result<i64, StoreError> {
    while low < high {
        let middle = low + (high - low) / 2;
        if past(middle)? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_read_back_and_others_are_refused() {
        let given = cursor(&(17, "采购\"x"));
        assert_eq!(
            read_cursor::<(i64, String)>(&given).ok(),
            Some((17, "采购\"x".to_owned()))
        );
        for bad in ["", "zz", "5", "31", "7b7d"] {
            assert!(
                read_cursor::<(i64, String)>(&Cursor(bad.to_owned())).is_err(),
                "{bad}"
            );
        }
    }

    #[test]
    fn bisect_finds_the_first() {
        for first in 0..=20 {
            assert_eq!(bisect(0, 20, |at| Ok(at >= first)).ok(), Some(first));
        }
    }
}

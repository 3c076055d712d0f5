//! Cells and rows as they go to and come from either database, and their digests.

use std::cell::RefCell;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::api::StoreError;

/// One value of a column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(Arc<str>),
    /// Text that is part of the program.
    Word(&'static str),
    Blob(Arc<[u8]>),
}

/// A cell that is borrowed from a driver's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellRef<'a> {
    Null,
    Int(i64),
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

impl Cell {
    pub fn text(text: impl Into<Arc<str>>) -> Cell {
        Cell::Text(text.into())
    }

    pub fn blob(bytes: &[u8]) -> Cell {
        Cell::Blob(bytes.into())
    }

    /// An optional integer.
    pub fn maybe(value: Option<i64>) -> Cell {
        value.map_or(Cell::Null, Cell::Int)
    }

    pub fn borrow(&self) -> CellRef<'_> {
        match self {
            Cell::Null => CellRef::Null,
            Cell::Int(value) => CellRef::Int(*value),
            Cell::Text(text) => CellRef::Text(text.as_bytes()),
            Cell::Word(text) => CellRef::Text(text.as_bytes()),
            Cell::Blob(bytes) => CellRef::Blob(bytes),
        }
    }
}

impl From<i64> for Cell {
    fn from(value: i64) -> Cell {
        Cell::Int(value)
    }
}

impl From<&Arc<str>> for Cell {
    fn from(text: &Arc<str>) -> Cell {
        Cell::Text(text.clone())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text.into())
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.into())
    }
}

/// Adds a cell to what is hashed: its kind, its length and its bytes, so that two different rows never give the same
/// input. Text and bytes are one kind: which of them a column holds is the schema's to say.
pub(crate) fn feed(out: &mut Vec<u8>, cell: CellRef<'_>) {
    match cell {
        CellRef::Null => out.push(0),
        CellRef::Int(value) => {
            out.push(1);
            out.extend_from_slice(&value.to_le_bytes());
        }
        CellRef::Text(bytes) | CellRef::Blob(bytes) => {
            out.push(2);
            out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
            out.extend_from_slice(bytes);
        }
    }
}

/// The SHA-256 of a row's cells, behind `name`.
pub(crate) fn row_hash<'a>(name: &str, cells: impl IntoIterator<Item = CellRef<'a>>) -> [u8; 32] {
    thread_local! {
        static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    BUFFER.with_borrow_mut(|buffer| {
        buffer.clear();
        buffer.extend_from_slice(name.as_bytes());
        buffer.push(0);
        for cell in cells {
            feed(buffer, cell);
        }
        let hash = Sha256::digest(&buffer).into();
        // One enormous row should not be remembered for ever.
        buffer.shrink_to(1 << 16);
        hash
    })
}

/// The first half of a SHA-256: what the journal keeps of each row that a command wrote.
pub(crate) type RowDigest = [u8; 16];

/// The digest of a row of a table.
pub(crate) fn row_digest<'a>(
    table: &str,
    cells: impl IntoIterator<Item = CellRef<'a>>,
) -> RowDigest {
    let hash = row_hash(table, cells);
    let mut out = [0; 16];
    out.copy_from_slice(&hash[..16]);
    out
}

/// The digest of a row held as cells.
pub(crate) fn digest_of(table: &str, cells: &[Cell]) -> RowDigest {
    row_digest(table, cells.iter().map(Cell::borrow))
}

/// Lower-case hexadecimal of a SHA-256 of bytes.
pub(crate) fn sha256_hex(bytes: &[u8]) -> Arc<str> {
    engine::hex(&Sha256::digest(bytes))
}

/// A row that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row(pub Vec<Cell>);

impl Row {
    pub fn int(&self, at: usize) -> Result<i64, StoreError> {
        match self.0.get(at) {
            Some(Cell::Int(value)) => Ok(*value),
            other => Err(unexpected(at, "a number", other)),
        }
    }

    pub fn maybe_int(&self, at: usize) -> Result<Option<i64>, StoreError> {
        match self.0.get(at) {
            Some(Cell::Int(value)) => Ok(Some(*value)),
            Some(Cell::Null) => Ok(None),
            other => Err(unexpected(at, "a number or nothing", other)),
        }
    }

    pub fn text(&self, at: usize) -> Result<Arc<str>, StoreError> {
        match self.0.get(at) {
            Some(Cell::Text(text)) => Ok(text.clone()),
            other => Err(unexpected(at, "text", other)),
        }
    }

    pub fn str(&self, at: usize) -> Result<&str, StoreError> {
        match self.0.get(at) {
            Some(Cell::Text(text)) => Ok(text),
            other => Err(unexpected(at, "text", other)),
        }
    }

    pub fn blob(&self, at: usize) -> Result<Arc<[u8]>, StoreError> {
        match self.0.get(at) {
            Some(Cell::Blob(bytes)) => Ok(bytes.clone()),
            other => Err(unexpected(at, "bytes", other)),
        }
    }
}

fn unexpected(at: usize, wanted: &str, found: Option<&Cell>) -> StoreError {
    let found = match found {
        None => "no column",
        Some(Cell::Null) => "nothing",
        Some(Cell::Int(_)) => "a number",
        Some(Cell::Text(_) | Cell::Word(_)) => "text",
        Some(Cell::Blob(_)) => "bytes",
    };
    StoreError::Corrupt(format!("column {at} holds {found}, not {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_differ_have_different_digests() {
        let rows = [
            vec![Cell::text("ab"), Cell::text("c")],
            vec![Cell::text("a"), Cell::text("bc")],
            vec![Cell::text("abc"), Cell::text("")],
            vec![Cell::text("ab"), Cell::Null],
            vec![Cell::text("ab"), Cell::text("")],
            vec![Cell::text("ab")],
            vec![Cell::Int(1), Cell::Int(0)],
            vec![Cell::Int(0), Cell::Int(1)],
        ];
        for (at, row) in rows.iter().enumerate() {
            for other in &rows[at + 1..] {
                assert_ne!(digest_of("t", row), digest_of("t", other));
            }
            assert_ne!(digest_of("t", row), digest_of("u", row));
        }
        assert_eq!(
            digest_of("t", &[Cell::Word("x")]),
            digest_of("t", &[Cell::text("x")])
        );
    }
}

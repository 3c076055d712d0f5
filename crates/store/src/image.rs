//! Rows in the form in which they are hashed, so that whoever proves them reads each once: the digest is that of the bytes
//! as they stand, and the cells are looked up in them.

use std::cell::RefCell;

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};

use crate::api::StoreError;
use crate::cell::{CellRef, RowDigest, feed};

/// More columns than any table has.
const COLUMNS_MAX: usize = 32;
/// So many bytes of rows are gathered before they are looked at, which is while they are near the processor.
const ENOUGH: usize = 32_768;

/// A row as it is hashed.
pub(crate) struct Image<'a> {
    bytes: &'a [u8],
    /// Where the last cell begins.
    last: usize,
    /// Where the cells begin, behind the table's name.
    first: usize,
    /// Text comes as bytes.
    pub cells: &'a [CellRef<'a>],
}

impl Image<'_> {
    /// A number.
    pub fn int(&self, at: usize) -> Option<i64> {
        match self.cells.get(at) {
            Some(CellRef::Int(value)) => Some(*value),
            _ => None,
        }
    }

    /// [`crate::cell::row_digest`] of the row.
    pub fn digest(&self) -> RowDigest {
        let hash: [u8; 32] = Sha256::digest(self.bytes).into();
        let mut out = [0; 16];
        out.copy_from_slice(&hash[..16]);
        out
    }

    /// [`crate::cell::row_hash`] of the cells before the last one.
    pub fn hash_but_last(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes[..self.last]).into()
    }

    /// The cells of the row, to be kept and read again by [`cells_of`].
    pub fn body(&self) -> &[u8] {
        &self.bytes[self.first..]
    }
}

/// Takes a cell off the front.
fn take<'a>(bytes: &mut &'a [u8]) -> Option<CellRef<'a>> {
    let (kind, rest) = bytes.split_first()?;
    *bytes = rest;
    if *kind == 0 {
        return Some(CellRef::Null);
    }
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    *bytes = rest;
    if *kind == 1 {
        return Some(CellRef::Int(i64::from_le_bytes(*number)));
    }
    let length = usize::try_from(u64::from_le_bytes(*number)).ok()?;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(CellRef::Blob(text))
}

/// The cells of an [`Image::body`].
pub(crate) fn cells_of(mut body: &[u8]) -> Vec<CellRef<'_>> {
    std::iter::from_fn(|| take(&mut body)).collect()
}

/// What an image is handed to.
pub(crate) type EachImage<'a> = &'a mut dyn FnMut(&Image<'_>) -> Result<(), StoreError>;

/// Hands over one row that was written down.
fn hand_over(bytes: &[u8], first: usize, each: EachImage<'_>) -> Result<(), StoreError> {
    let mut cells = [CellRef::Null; COLUMNS_MAX];
    let (mut rest, mut width, mut last) = (&bytes[first..], 0, first);
    while !rest.is_empty() {
        last = bytes.len() - rest.len();
        let place = cells.get_mut(width);
        match (place, take(&mut rest)) {
            (Some(place), Some(cell)) => *place = cell,
            _ => return Err(StoreError::Corrupt("a row cannot be read".to_owned())),
        }
        width += 1;
    }
    each(&Image {
        bytes,
        last,
        first,
        cells: &cells[..width],
    })
}

/// Rows written down one after the other.
#[derive(Default)]
pub(crate) struct Images {
    /// The name of the table and a zero byte.
    head: Vec<u8>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    floating: bool,
}

impl Images {
    /// For rows of a table.
    pub fn of(table: &str) -> Images {
        let mut head = table.as_bytes().to_vec();
        head.push(0);
        Images {
            head,
            ..Images::default()
        }
    }

    fn begin(&mut self) {
        self.bytes.extend_from_slice(&self.head);
    }

    fn end(&mut self) {
        self.ends.push(self.bytes.len());
    }

    /// Writes a row down.
    pub fn add<'c>(&mut self, cells: impl IntoIterator<Item = CellRef<'c>>) {
        self.begin();
        for cell in cells {
            feed(&mut self.bytes, cell);
        }
        self.end();
    }

    /// Hands over what was written down, and forgets it.
    pub fn drain(&mut self, each: EachImage<'_>) -> Result<(), StoreError> {
        if self.floating {
            return Err(StoreError::Corrupt(
                "a column holds a floating-point number".to_owned(),
            ));
        }
        let mut from = 0;
        for end in &self.ends {
            hand_over(&self.bytes[from..*end], self.head.len(), each)?;
            from = *end;
        }
        self.ends.clear();
        self.bytes.clear();
        // One enormous row should not be remembered for ever.
        self.bytes.shrink_to(4 * ENOUGH);
        Ok(())
    }
}

thread_local! {
    /// What the function `row_image` writes rows into: a statement is run by the thread that asked for it.
    static GATHERED: RefCell<Images> = RefCell::default();
}

/// The images that `row_image` wrote on this thread, which writes on into `instead`.
pub(crate) fn gathered(instead: Images) -> Images {
    GATHERED.replace(instead)
}

/// Teaches a connection `row_image(a, b, ...)`: it writes a row down, and is true when there are enough to be looked at.
/// Asked for in a condition, SQLite hands rows over without stepping through each of them, column by column.
pub(crate) fn teach(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function("row_image", -1, flags, |row: &Context<'_>| {
        Ok(GATHERED.with_borrow_mut(|images| {
            images.begin();
            for at in 0..row.len() {
                let cell = match row.get_raw(at) {
                    ValueRef::Null => CellRef::Null,
                    ValueRef::Integer(value) => CellRef::Int(value),
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => CellRef::Blob(bytes),
                    ValueRef::Real(_) => {
                        images.floating = true;
                        CellRef::Null
                    }
                };
                feed(&mut images.bytes, cell);
            }
            images.end();
            images.floating || images.bytes.len() >= ENOUGH
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::{Cell, row_digest, row_hash};

    fn as_bytes<'c>(cell: &CellRef<'c>) -> CellRef<'c> {
        match *cell {
            CellRef::Text(bytes) => CellRef::Blob(bytes),
            other => other,
        }
    }

    #[test]
    fn an_image_has_the_digest_and_the_cells_of_its_row() {
        let rows = [
            vec![
                Cell::Int(-7),
                Cell::text("词"),
                Cell::Null,
                Cell::blob(&[0, 1, 2]),
            ],
            vec![Cell::Null],
            vec![Cell::text(""), Cell::Int(i64::MIN)],
        ];
        let mut images = Images::of("t");
        for row in &rows {
            images.add(row.iter().map(Cell::borrow));
        }
        let mut at = 0;
        let mut check = |image: &Image<'_>| {
            let cells: Vec<CellRef<'_>> = rows[at].iter().map(Cell::borrow).collect();
            assert_eq!(image.digest(), row_digest("t", cells.iter().copied()));
            let before = cells[..cells.len() - 1].iter().copied();
            assert_eq!(image.hash_but_last(), row_hash("t", before));
            let expected: Vec<CellRef<'_>> = cells.iter().map(as_bytes).collect();
            assert_eq!(image.cells, expected);
            assert_eq!(cells_of(image.body()), expected);
            at += 1;
            Ok(())
        };
        images.drain(&mut check).expect("drained");
        images
            .drain(&mut |_| panic!("nothing is left"))
            .expect("empty");
        assert_eq!(at, 3);
    }
}

//! The database as a lane writes it.

use std::sync::{Arc, Mutex};

use kernel::SlipId;

use crate::api::StoreError;
use crate::batch::{How, Write};
use crate::cell::{Cell, Row};
use crate::schema;
use crate::source::Head;
use crate::sql::Sql;

/// What the next batch is going to ask for, so that a distant database can be asked once.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub keys: Vec<Arc<str>>,
    pub slips: Vec<SlipId>,
}

/// What a backend answers when a batch begins.
#[derive(Debug, Default)]
pub(crate) struct Begun {
    /// Where the journal ends; `None` for an organisation that has none.
    pub head: Option<Head>,
    /// Keys of [`Wanted`] that no accepted command has; empty when the backend did not look.
    pub unused: Vec<Arc<str>>,
    /// Rows of [`crate::codec::SLIP_COLUMNS`].
    pub slips: Vec<Row>,
}

/// The database as a lane writes it.
pub(crate) trait Backend: Send {
    fn gate(&self) -> Arc<Mutex<()>>;
    fn sql(&self) -> &dyn Sql;
    /// Whether each question costs a journey over a network.
    fn distant(&self) -> bool {
        false
    }
    /// Begins a transaction that no other writer of this organisation can come between.
    fn begin(&mut self, org: i64, wanted: &Wanted) -> Result<Begun, StoreError>;
    fn write(&mut self, writes: Vec<Write>) -> Result<(), StoreError>;
    fn commit(&mut self) -> Result<(), StoreError>;
    fn rollback(&mut self);
}

/// The row of `head`.
pub(crate) fn head_write(org: i64, head: &Head) -> Write {
    let mut write = Write::new(&schema::HEAD, How::Upsert);
    write.cells = vec![
        org.into(),
        head.seq.into(),
        head.at.into(),
        Cell::blob(&head.hash),
        head.next_slip.into(),
        head.next_account.into(),
    ];
    write
}

/// The head of an organisation; `lock` is added to the query.
pub(crate) fn read_head(sql: &dyn Sql, org: i64, lock: &str) -> Result<Option<Head>, StoreError> {
    let row = sql.first(
        &format!("select seq, at, hash, next_slip, next_account from head where org = ?1{lock}"),
        &[org.into()],
    )?;
    row.map(|row| head_from(&row)).transpose()
}

/// A head out of its row.
pub(crate) fn head_from(row: &Row) -> Result<Head, StoreError> {
    let hash = row.blob(2)?;
    Ok(Head {
        seq: row.int(0)?,
        at: row.int(1)?,
        hash: hash
            .as_ref()
            .try_into()
            .map_err(|_| StoreError::Corrupt("head.hash is not a hash".to_owned()))?,
        next_slip: row.int(3)?,
        next_account: row.int(4)?,
    })
}

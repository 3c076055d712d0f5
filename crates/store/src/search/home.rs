//! Where the index is kept, and how it is asked. It follows from the business rows, so it is in no backup and `verify`
//! does not look at it: on SQLite it has a file of its own beside the database, so that writing it never holds up a lane;
//! on PostgreSQL it has tables of its own.

use std::path::{Path, PathBuf};

use crate::access::in_transaction;
use crate::api::StoreError;
use crate::cell::{Cell, Row};
use crate::pool::Pool;
use crate::search::terms::{self, Asked, Term, owned};
use crate::sql::{Dialect, Sql};
use crate::sqlite::{Sqlite, Use};

type Result<T> = std::result::Result<T, StoreError>;

/// The form of the index. Another number makes it anew.
pub(crate) const FORM: i64 = 2;

/// The file of a SQLite database's index.
pub(crate) fn file_beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".search");
    PathBuf::from(name)
}

const SQLITE: &str = "\
create table if not exists search_state (org INTEGER not null primary key, form INTEGER not null, seq INTEGER not null, \
 hash BLOB not null) strict;
create table if not exists search_text (org INTEGER not null, what INTEGER not null, id INTEGER not null, \
 slip INTEGER not null, register TEXT not null, key TEXT not null, text TEXT not null, \
 primary key (org, what, id)) strict, without rowid;
create index if not exists search_record on search_text (org, register, key) where what = 1;
create virtual table if not exists search_term using fts5 (terms, content = '', contentless_delete = 1, detail = none, \
 tokenize = 'ascii');
";

const POSTGRES: &str = "\
create table if not exists search_state (org BIGINT not null primary key, form BIGINT not null, seq BIGINT not null, \
 hash BYTEA not null);
create table if not exists search_text (org BIGINT not null, what BIGINT not null, id BIGINT not null, \
 slip BIGINT not null, register TEXT COLLATE \"C\" not null, key TEXT COLLATE \"C\" not null, \
 text TEXT COLLATE \"C\" not null, terms TSVECTOR not null, primary key (org, what, id));
create index if not exists search_record on search_text (org, register, key) where what = 1;
create index if not exists search_term on search_text using gin (terms) with (fastupdate = off);
";

/// Makes the tables where there are none.
pub(crate) fn prepare(sql: &dyn Sql) -> Result<()> {
    sql.run(match sql.dialect() {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
    })
}

/// The index of a SQLite database: one connection that writes, and some that read.
pub(crate) struct File {
    writer: Sqlite,
    readers: Option<Pool<Sqlite>>,
}

impl File {
    /// Opens the file, or makes it. One that cannot be read as an index is made anew: nothing is lost with it.
    pub fn open(path: &Path, readers: usize) -> Result<File> {
        let writer = match File::writer(path) {
            Ok(writer) => writer,
            Err(error) => {
                tracing::warn!(%error, "the search index is made anew");
                for suffix in ["", "-wal", "-shm"] {
                    let mut name = path.as_os_str().to_owned();
                    name.push(suffix);
                    // It need not be there.
                    let _ = std::fs::remove_file(name);
                }
                File::writer(path)?
            }
        };
        let from = path.to_owned();
        let make = Box::new(move || Sqlite::open(&from, Use::Read));
        Ok(File {
            writer,
            readers: Some(Pool::new(readers, |_| true, make)),
        })
    }

    fn writer(path: &Path) -> Result<Sqlite> {
        let writer = Sqlite::open(path, Use::Index)?;
        in_transaction(&writer, "begin immediate", || prepare(&writer))?;
        Ok(writer)
    }

    /// An index in memory.
    pub fn memory() -> Result<File> {
        let writer = Sqlite::memory()?;
        prepare(&writer)?;
        Ok(File {
            writer,
            readers: None,
        })
    }

    pub fn read<T>(&self, work: impl FnOnce(&dyn Sql) -> Result<T>) -> Result<T> {
        match &self.readers {
            Some(readers) => readers.with(|connection| work(connection)),
            None => work(&self.writer),
        }
    }

    pub fn write<T>(&self, work: impl FnOnce(&dyn Sql) -> Result<T>) -> Result<T> {
        in_transaction(&self.writer, "begin immediate", || work(&self.writer))
    }
}

/// What an indexed text is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Slip = 0,
    Record = 1,
    Attachment = 2,
}

/// A text of the index. `id` is the slip's number, or made of the journal row and the position of a record or note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub of: Of,
    pub id: i64,
    pub slip: i64,
    pub register: std::sync::Arc<str>,
    pub key: std::sync::Arc<str>,
    pub text: String,
}

/// Rows that one command may write of a sort, as a power of two.
const WITHIN: u32 = 12;

/// The id of a row by its place in the journal.
pub(crate) fn placed(seq: i64, n: i64) -> i64 {
    (seq << WITHIN) + n.min((1 << WITHIN) - 1)
}

/// Organisations and sorts stand side by side in SQLite's index, newest last within each.
fn row_id(org: i64, of: i64, id: i64) -> i64 {
    ((org << 2 | of) << 46) + id
}

/// Where the index stands: its form, and the journal row that it goes up to with that row's hash.
pub(crate) fn state(sql: &dyn Sql, org: i64, lock: bool) -> Result<Option<(i64, i64, Cell)>> {
    let lock = match sql.dialect() {
        Dialect::Postgres if lock => " for update",
        _ => "",
    };
    let text = format!("select form, seq, hash from search_state where org = ?1{lock}");
    let row = sql.first(&text, &[org.into()])?;
    row.map(|row| Ok((row.int(0)?, row.int(1)?, Cell::Blob(row.blob(2)?))))
        .transpose()
}

/// Says where the index stands.
pub(crate) fn put_state(sql: &dyn Sql, org: i64, seq: i64, hash: Cell) -> Result<()> {
    sql.execute(
        "insert into search_state (org, form, seq, hash) values (?1, ?2, ?3, ?4) \
         on conflict (org) do update set form = excluded.form, seq = excluded.seq, hash = excluded.hash",
        &[org.into(), FORM.into(), seq.into(), hash],
    )
    .map(drop)
}

/// Forgets all of an organisation.
pub(crate) fn forget(sql: &dyn Sql, org: i64) -> Result<()> {
    if sql.dialect() == Dialect::Sqlite {
        sql.execute(
            "delete from search_term where rowid >= ?1 and rowid < ?2",
            &[row_id(org, 0, 0).into(), row_id(org + 1, 0, 0).into()],
        )?;
    }
    sql.execute("delete from search_text where org = ?1", &[org.into()])?;
    sql.execute("delete from search_state where org = ?1", &[org.into()])
        .map(drop)
}

/// Puts a text in, with its terms; it replaces the one of the same id, and of a record every earlier version.
pub(crate) fn put(
    sql: &dyn Sql,
    org: i64,
    text: &Text,
    terms: &std::collections::BTreeSet<String>,
) -> Result<()> {
    if text.of == Of::Record {
        let earlier = sql.query(
            "select id from search_text where org = ?1 and register = ?2 and key = ?3 and what = 1",
            &[org.into(), (&text.register).into(), (&text.key).into()],
        )?;
        for row in &earlier {
            take(sql, org, Of::Record, row.int(0)?)?;
        }
    } else {
        take(sql, org, text.of, text.id)?;
    }
    let mut words = String::with_capacity(terms.len() * 12);
    for term in terms {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(&owned(org, term));
    }
    let mut cells: Vec<Cell> = vec![
        org.into(),
        (text.of as i64).into(),
        text.id.into(),
        text.slip.into(),
        (&text.register).into(),
        (&text.key).into(),
        text.text.as_str().into(),
    ];
    let columns = "org, what, id, slip, register, key, text";
    match sql.dialect() {
        Dialect::Sqlite => {
            sql.execute(
                &format!("insert into search_text ({columns}) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
                &cells,
            )?;
            sql.execute(
                "insert into search_term (rowid, terms) values (?1, ?2)",
                &[row_id(org, text.of as i64, text.id).into(), words.into()],
            )
        }
        Dialect::Postgres => {
            cells.push(words.into());
            sql.execute(
                &format!(
                    "insert into search_text ({columns}, terms) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, \
                     array_to_tsvector(string_to_array(?8::text, ' ')))"
                ),
                &cells,
            )
        }
    }
    .map(drop)
}

/// Takes a text out, if it is there.
fn take(sql: &dyn Sql, org: i64, of: Of, id: i64) -> Result<()> {
    let taken = sql.execute(
        "delete from search_text where org = ?1 and what = ?2 and id = ?3",
        &[org.into(), (of as i64).into(), id.into()],
    )?;
    if taken > 0 && sql.dialect() == Dialect::Sqlite {
        let row = row_id(org, of as i64, id);
        sql.execute("delete from search_term where rowid = ?1", &[row.into()])?;
    }
    Ok(())
}

/// What is asked of the index, in each database's own words. Terms are letters and digits behind at most one mark, so
/// nothing in them can be read as a sign.
fn question(dialect: Dialect, org: i64, asked: &Asked) -> String {
    let quoted = |term: &str| match dialect {
        Dialect::Sqlite => format!("\"{}\"", owned(org, term)),
        Dialect::Postgres => format!("'{}'", owned(org, term)),
    };
    let one = |term: &Term| match (dialect, term) {
        (_, Term::Is(term)) => quoted(term),
        (Dialect::Sqlite, Term::Begins(term)) => format!("{} *", quoted(term)),
        (Dialect::Postgres, Term::Begins(term)) => format!("{}:*", quoted(term)),
        (Dialect::Sqlite, Term::Either(one, other)) => {
            format!("({} OR {})", quoted(one), quoted(other))
        }
        (Dialect::Postgres, Term::Either(one, other)) => {
            format!("({} | {})", quoted(one), quoted(other))
        }
    };
    let all: Vec<String> = asked.terms.iter().map(one).collect();
    all.join(match dialect {
        Dialect::Sqlite => " AND ",
        Dialect::Postgres => " & ",
    })
}

/// So many of the newest texts that have a term tell how rare it is; one that fewer have is rare.
const FEW: i64 = 64;

/// The terms to ask for, when what is found is looked at for the others: SQLite goes through the texts of every term one by
/// one, so the frequent ones are better left out. PostgreSQL brings them together as bitmaps, and is asked for all.
pub(crate) fn enough(sql: &dyn Sql, org: i64, of: Of, asked: &Asked) -> Result<Option<Asked>> {
    if sql.dialect() == Dialect::Postgres || asked.terms.len() < 2 {
        return Ok(None);
    }
    let end = row_id(org, of as i64, 1 << 46);
    let few = terms::enough(asked, |term| {
        let one = Asked {
            terms: vec![term.clone()],
            pieces: Vec::new(),
        };
        let row = sql.first(
            "select rowid from search_term where search_term match ?1 and rowid >= ?2 and rowid < ?3 \
             order by rowid desc limit 1 offset ?4",
            &[
                question(sql.dialect(), org, &one).into(),
                row_id(org, of as i64, 0).into(),
                end.into(),
                (FEW - 1).into(),
            ],
        )?;
        row.map(|row| Ok(end - row.int(0)?)).transpose()
    })?;
    Ok(Some(few))
}

/// Whether a text in SQLite's index has every term; only asked of one that was too long to be kept whole.
pub(crate) fn has(sql: &dyn Sql, org: i64, of: Of, asked: &Asked, id: i64) -> Result<bool> {
    let found = sql.first(
        "select rowid from search_term where search_term match ?1 and rowid = ?2",
        &[
            question(sql.dialect(), org, asked).into(),
            row_id(org, of as i64, id).into(),
        ],
    )?;
    Ok(found.is_some())
}

/// Texts of a sort that have every term, the newest first, with an id below `before`.
pub(crate) fn ask(
    sql: &dyn Sql,
    org: i64,
    of: Of,
    asked: &Asked,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Text>> {
    let question = question(sql.dialect(), org, asked);
    let before = before.unwrap_or(1 << 46);
    let rows = match sql.dialect() {
        Dialect::Sqlite => {
            let found = sql.query(
                "select rowid from search_term where search_term match ?1 and rowid >= ?2 and rowid < ?3 \
                 order by rowid desc limit ?4",
                &[
                    question.into(),
                    row_id(org, of as i64, 0).into(),
                    row_id(org, of as i64, before).into(),
                    (limit as i64).into(),
                ],
            )?;
            let mut rows = Vec::with_capacity(found.len());
            for row in &found {
                let id = row.int(0)? - row_id(org, of as i64, 0);
                rows.extend(sql.first(
                    "select id, slip, register, key, text from search_text where org = ?1 and what = ?2 and id = ?3",
                    &[org.into(), (of as i64).into(), id.into()],
                )?);
            }
            rows
        }
        Dialect::Postgres => sql.query(
            "select id, slip, register, key, text from search_text where org = ?1 and what = ?2 and id < ?3 \
             and terms @@ (?4::text)::tsquery order by id desc limit ?5",
            &[
                org.into(),
                (of as i64).into(),
                before.into(),
                question.into(),
                (limit as i64).into(),
            ],
        )?,
    };
    rows.iter().map(|row| text_from(of, row)).collect()
}

fn text_from(of: Of, row: &Row) -> Result<Text> {
    Ok(Text {
        of,
        id: row.int(0)?,
        slip: row.int(1)?,
        register: row.text(2)?,
        key: row.text(3)?,
        text: row.str(4)?.to_owned(),
    })
}

/// How many texts there are of an organisation.
pub(crate) fn count(sql: &dyn Sql, org: i64) -> Result<i64> {
    let row = sql.first(
        "select cast(count(*) as bigint) from search_text where org = ?1",
        &[org.into()],
    )?;
    row.map_or(Ok(0), |row| row.int(0))
}

//! The tables as the program knows them. A test holds them against what the migrations make on both databases.

use crate::sql::Dialect;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Int,
    Text,
    Blob,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// Whether it may hold nothing.
    pub null: bool,
}

/// What a table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Rows that the journal vouches for.
    Business,
    /// What people have in hand.
    Work,
    /// Who is signed in: not part of a backup.
    Passing,
}

/// A table. Its first `key` columns are its primary key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub name: &'static str,
    pub key: usize,
    pub role: Role,
    pub columns: &'static [Column],
}

const fn int(name: &'static str) -> Column {
    Column {
        name,
        kind: Kind::Int,
        null: false,
    }
}

const fn maybe_int(name: &'static str) -> Column {
    Column {
        name,
        kind: Kind::Int,
        null: true,
    }
}

const fn text(name: &'static str) -> Column {
    Column {
        name,
        kind: Kind::Text,
        null: false,
    }
}

const fn blob(name: &'static str) -> Column {
    Column {
        name,
        kind: Kind::Blob,
        null: false,
    }
}

macro_rules! tables {
    ($($id:ident = $name:literal, $key:literal, $role:ident, [$($column:expr),* $(,)?];)*) => {
        $(pub(crate) static $id: Table =
            Table { name: $name, key: $key, role: Role::$role, columns: &[$($column),*] };)*
        /// All tables, in the order in which they are copied.
        pub(crate) static TABLES: &[&Table] = &[$(&$id),*];
    };
}

tables! {
    HEAD = "head", 1, Business, [
        int("org"), int("seq"), int("at"), blob("hash"), int("next_slip"), int("next_account"),
    ];
    JOURNAL = "journal", 2, Business, [
        int("org"), int("seq"), int("at"), text("actor"), text("act"), maybe_int("slip"), text("outcome"), text("code"),
        text("key"), text("series"), int("serial"), text("request"), text("reply"), blob("wrote"), blob("prev"), blob("hash"),
    ];
    SIGNATURE = "signature", 2, Business, [
        int("org"), int("seq"), int("slip"), text("act"), text("step"), text("person"), text("identity"), text("role"),
        text("on_behalf_of"), int("at"), text("content"), text("text"), int("since"),
    ];
    ACCOUNT = "account", 2, Business, [
        int("org"), int("id"), text("ledger"), text("place"), text("key"), text("detail"), text("unit"), int("seq"),
    ];
    LEG = "leg", 3, Business, [
        int("org"), int("seq"), int("n"), int("entry"), int("account"), int("side"), int("amount"), int("day"),
        int("state"), int("reversal"), text("by_step"), text("hold"), int("hold_until"), maybe_int("line"),
    ];
    BALANCE = "balance", 3, Business, [
        int("org"), int("account"), int("period"), int("draft_in"), int("draft_out"), int("checked_in"),
        int("checked_out"), int("posted_in"), int("posted_out"), int("held_in"), int("held_out"), int("last_seq"),
    ];
    TURNOVER = "turnover", 4, Business, [
        int("org"), text("ledger"), text("place"), int("period"), text("unit"), text("draft_in"), text("draft_out"),
        text("checked_in"), text("checked_out"), text("posted_in"), text("posted_out"), text("held_in"), text("held_out"),
    ];
    RECORD = "record", 4, Business, [
        int("org"), text("register"), text("key"), int("version"), int("from_day"), text("body"), int("seq"), int("n"),
    ];
    NOTE = "note", 3, Business, [
        int("org"), int("seq"), int("n"), int("slip"), text("kind"), text("person"), text("reader"), int("at"),
        text("text"), text("hash"), int("size"), text("media"),
    ];
    PACK_TEXT = "pack_text", 2, Business, [
        int("org"), text("version"), text("name"), text("texts"), int("seq"),
    ];
    SLIP = "slip", 2, Business, [
        int("org"), int("id"), text("kind"), text("version"), text("number"), text("state"), int("day"), int("begun_at"),
        text("begun_by"), text("party"), maybe_int("amount"), int("first_seq"), int("last_seq"), text("content"),
        text("signed"), text("waiting"), text("sources"), text("children"), text("taken"), text("drawn"),
        text("reversal"), text("timers"),
    ];
    SLIP_BODY = "slip_body", 2, Business, [int("org"), int("id"), text("header"), text("lines")];
    TODO = "todo", 6, Business, [
        int("org"), text("holder"), int("due"), int("since"), int("slip"), int("item"), text("step"), text("scope"),
    ];
    TIMER = "timer", 3, Business, [int("org"), int("slip"), text("name"), int("due")];
    SERIES = "series", 2, Business, [int("org"), text("name"), int("last")];
    CREDENTIAL = "credential", 2, Business, [int("org"), text("login"), text("stored"), int("seq")];
    CONTENT = "content", 2, Business, [int("org"), text("hash"), int("size"), blob("bytes"), blob("sum")];
    SAVED_VIEW = "saved_view", 2, Work, [
        int("org"), text("id"), text("owner"), text("role"), text("place"), text("name"), text("body"), int("updated"),
        blob("sum"),
    ];
    WATCH = "watch", 3, Work, [
        int("org"), text("login"), int("slip"), int("watching"), int("since"), blob("sum"),
    ];
    DRAFT = "draft", 3, Work, [
        int("org"), text("login"), text("id"), text("step"), maybe_int("slip"), text("sources"), text("body"),
        int("updated"), blob("sum"),
    ];
    SESSION = "session", 2, Passing, [
        int("org"), text("token"), text("login"), int("created"), int("seen"), int("expires"), int("confirmed"),
        text("agent"), text("address"), blob("sum"),
    ];
    FACTOR = "factor", 3, Work, [
        int("org"), text("login"), text("id"), text("kind"), text("name"), text("body"), int("created"), int("used"),
        int("counter"), blob("sum"),
    ];
    CHALLENGE = "challenge", 2, Passing, [
        int("org"), text("id"), text("kind"), text("owner"), text("login"), text("body"), int("expires"), blob("sum"),
    ];
    ATTEMPT = "attempt", 2, Passing, [
        int("org"), text("who"), int("count"), int("first"), int("last"), int("locked_until"), blob("sum"),
    ];
    FOLLOWER = "follower", 2, Work, [int("org"), text("name"), int("seq"), blob("sum")];
    DELIVERY = "delivery", 2, Work, [
        int("org"), text("id"), text("channel"), text("target"), text("kind"), text("person"), text("address"),
        int("seq"), maybe_int("slip"), text("title"), text("body"), text("state"), int("tries"), int("due"),
        int("leased_until"), text("leased_by"), int("created"), int("finished"), text("result"), blob("sum"),
    ];
    DELIVERY_TRY = "delivery_try", 3, Work, [
        int("org"), text("id"), int("n"), int("at"), int("millis"), int("ok"), text("answer"), blob("sum"),
    ];
    NOTICE = "notice", 4, Work, [
        int("org"), text("login"), int("seq"), int("n"), int("at"), text("kind"), int("slip"), text("number"),
        text("slip_kind"), text("step"), text("person"), text("text"), int("shown"), int("read_at"), text("digest"),
        blob("sum"),
    ];
    PREFERENCE = "preference", 2, Work, [int("org"), text("login"), text("body"), int("updated"), blob("sum")];
    BACKUP_RUN = "backup_run", 2, Work, [
        int("org"), text("id"), text("kind"), text("state"), text("asked_by"), int("at"), int("finished"),
        text("file"), int("size"), int("seq"), text("told"), blob("sum"),
    ];
}

impl Table {
    /// `a, b, c`.
    pub fn column_list(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|column| column.name).collect();
        names.join(", ")
    }

    /// [`Table::column_list`] for rows that are only looked at. SQLite copies each text to end it with a zero byte unless
    /// it is asked for as bytes.
    pub fn scan_list(&self, dialect: Dialect) -> String {
        let names: Vec<String> = self
            .columns
            .iter()
            .map(|column| match (dialect, column.kind) {
                (Dialect::Sqlite, Kind::Text) => format!("cast({} as blob)", column.name),
                _ => column.name.to_owned(),
            })
            .collect();
        names.join(", ")
    }

    /// The names of the primary key's columns.
    pub fn key_columns(&self) -> impl Iterator<Item = &'static str> {
        self.columns[..self.key].iter().map(|column| column.name)
    }

    /// `insert into t (...) values (?1, ...)`.
    pub fn insert(&self) -> String {
        let values: Vec<String> = (1..=self.columns.len())
            .map(|at| format!("?{at}"))
            .collect();
        format!(
            "insert into {} ({}) values ({})",
            self.name,
            self.column_list(),
            values.join(", ")
        )
    }

    /// ` on conflict (key) do update set ...`, for a row that may exist.
    pub fn on_conflict(&self) -> String {
        let key: Vec<&str> = self.key_columns().collect();
        let sets: Vec<String> = self.columns[self.key..]
            .iter()
            .map(|column| format!("{0} = excluded.{0}", column.name))
            .collect();
        format!(
            " on conflict ({}) do update set {}",
            key.join(", "),
            sets.join(", ")
        )
    }

    /// `delete from t where a = ?1 and ...`, by primary key.
    pub fn delete(&self) -> String {
        let conditions: Vec<String> = self
            .key_columns()
            .enumerate()
            .map(|(at, name)| format!("{name} = ?{}", at + 1))
            .collect();
        format!(
            "delete from {} where {}",
            self.name,
            conditions.join(" and ")
        )
    }
}

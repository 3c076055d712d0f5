//! What the migrations make is what the program knows, on both databases.

use std::collections::BTreeSet;

use crate::migrate;
use crate::schema::{Kind, TABLES};
use crate::sql::{Dialect, Sql};
use crate::sqlite::Sqlite;
use crate::testing::options;
use crate::{access, views};

/// Table, column, kind, may be null, position in the primary key (0: not part of it).
type Found = BTreeSet<(String, String, String, bool, i64)>;

fn declared() -> Found {
    let mut out = Found::new();
    for table in TABLES {
        for (at, column) in table.columns.iter().enumerate() {
            let kind = match column.kind {
                Kind::Int => "int",
                Kind::Text => "text",
                Kind::Blob => "blob",
            };
            let key = if at < table.key { at as i64 + 1 } else { 0 };
            out.insert((
                table.name.to_owned(),
                column.name.to_owned(),
                kind.to_owned(),
                column.null,
                key,
            ));
        }
    }
    out
}

/// Columns in the order of the table, which is the order in which rows are hashed.
fn order(sql: &dyn Sql, text: &str) -> Vec<(String, String)> {
    let rows = sql.query(text, &[]).expect("read");
    rows.iter()
        .map(|row| {
            (
                row.str(0).expect("table").to_owned(),
                row.str(1).expect("column").to_owned(),
            )
        })
        .collect()
}

fn found(sql: &dyn Sql, text: &str) -> Found {
    let own: BTreeSet<&str> = TABLES.iter().map(|table| table.name).collect();
    let mut out = Found::new();
    for row in sql.query(text, &[]).expect("read") {
        let table = row.str(0).expect("table").to_owned();
        // The migrations' own table and the set of views are housekeeping.
        if table == "schema_migration" || table == "view_set" {
            continue;
        }
        assert!(
            own.contains(&*table),
            "the migrations make {table}, which the program does not know"
        );
        let kind = match row.str(2).expect("type").to_lowercase().as_str() {
            "integer" | "bigint" => "int",
            "text" => "text",
            "blob" | "bytea" => "blob",
            other => panic!("{table} has a column of type {other}"),
        };
        let null = row.int(3).expect("null") == 1;
        let key = row.int(4).expect("key");
        out.insert((
            table,
            row.str(1).expect("column").to_owned(),
            kind.to_owned(),
            null,
            key,
        ));
    }
    out
}

const SQLITE: &str = "select t.name, c.name, c.type, 1 - c.\"notnull\", c.pk from sqlite_master t \
     join pragma_table_info(t.name) c where t.type = 'table' and t.name not like 'sqlite_%' order by t.name, c.cid";

const POSTGRES: &str = "select c.table_name::text, c.column_name::text, c.data_type::text, \
     case c.is_nullable when 'YES' then 1::bigint else 0 end, \
     coalesce((select k.ordinal_position::bigint from information_schema.key_column_usage k \
     join information_schema.table_constraints t on t.constraint_name = k.constraint_name \
     and t.constraint_schema = k.constraint_schema where t.constraint_type = 'PRIMARY KEY' \
     and k.table_name = c.table_name and k.column_name = c.column_name), 0) \
     from information_schema.columns c join information_schema.tables t on t.table_name = c.table_name \
     and t.table_schema = c.table_schema where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' \
     order by c.table_name, c.ordinal_position";

fn check(sql: &dyn Sql) {
    let text = match sql.dialect() {
        Dialect::Sqlite => SQLITE,
        Dialect::Postgres => POSTGRES,
    };
    access::prepare(sql, &options()).expect("migrated");
    assert_eq!(found(sql, text), declared());
    let order = order(sql, text);
    for table in TABLES {
        let made: Vec<&str> = order
            .iter()
            .filter(|(name, _)| name == table.name)
            .map(|(_, column)| &**column)
            .collect();
        let known: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        assert_eq!(made, known);
        assert_eq!(
            table.columns[0].name, "org",
            "the organisation comes first in every key"
        );
    }
    // Once more changes nothing.
    access::prepare(sql, &options()).expect("migrated");
    assert_eq!(
        migrate::applied(sql).expect("read").len(),
        migrate::MIGRATIONS.len()
    );
    every_index_begins_with_the_organisation(sql);
}

fn every_index_begins_with_the_organisation(sql: &dyn Sql) {
    let text = match sql.dialect() {
        Dialect::Sqlite => {
            "select i.name, c.name from sqlite_master t join pragma_index_list(t.name) i \
             join pragma_index_info(i.name) c where t.type = 'table' and c.seqno = 0"
        }
        Dialect::Postgres => {
            "select i.relname::text, a.attname::text from pg_index x join pg_class i on i.oid = x.indexrelid \
             join pg_class t on t.oid = x.indrelid join pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0] \
             join pg_namespace n on n.oid = t.relnamespace where n.nspname = current_schema()"
        }
    };
    let indexes = order(sql, text);
    assert!(indexes.len() > 20, "{indexes:?}");
    for (index, first) in indexes {
        assert!(
            first == "org"
                || index.starts_with("schema_migration")
                || index.contains("view_set")
                || index.contains("schema_migration"),
            "{index} begins with {first}"
        );
    }
}

#[test]
fn sqlite_has_what_is_declared() {
    check(&Sqlite::memory().expect("opens"));
}

#[test]
fn postgres_has_what_is_declared() {
    if !testkit::postgres::Cluster::available() {
        eprintln!("PostgreSQL is not installed: this test was left out");
        return;
    }
    let url = testkit::postgres::Cluster::shared()
        .create_database("schema")
        .expect("made");
    let driver = crate::postgres::Driver::start().expect("starts");
    check(&driver.connect(&url).expect("connects"));
}

#[test]
fn views_follow_the_packs() {
    let sql = Sqlite::memory().expect("opens");
    access::prepare(&sql, &options()).expect("migrated");
    let count = |sql: &Sqlite| {
        let rows = sql
            .query(
                "select name from sqlite_master where type = 'view' order by name",
                &[],
            )
            .expect("read");
        rows.iter()
            .map(|row| row.str(0).expect("name").to_owned())
            .collect::<Vec<_>>()
    };
    let names = count(&sql);
    for name in [
        "ledger_leg",
        "depot_intake_note",
        "depot_intake_note_line",
        "depot_lending_cancellation",
    ] {
        assert!(names.contains(&name.to_owned()), "{names:?}");
    }
    assert!(
        !names.contains(&"depot_lending_cancellation_line".to_owned()),
        "a slip without lines has no view of them"
    );
    views::renew(&sql, &model::Catalog::default()).expect("renewed");
    assert_eq!(count(&sql), ["ledger_leg"]);
    views::renew(&sql, &options().catalog).expect("renewed");
    assert_eq!(count(&sql), names);
}

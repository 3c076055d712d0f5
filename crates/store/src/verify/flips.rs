//! Every column of every row of every table is altered, one at a time: `verify` names that table and that row each time.

use crate::api::{Report, StoreUrl};
use crate::cell::{Cell, CellRef};
use crate::schema::{Kind, Role, TABLES, Table};
use crate::sql::Sql;
use crate::sqlite::{Sqlite, Use};
use crate::store::Store;
use crate::testing::{open, work, work_rows};
use crate::verify::key_text;

/// Other values for a cell, the likeliest first; the database may refuse some.
fn altered(cell: &Cell, kind: Kind) -> Vec<Cell> {
    match (cell.borrow(), kind) {
        (CellRef::Int(value), _) => [0, 33, 62]
            .map(|bit| Cell::Int(value ^ (1 << bit)))
            .to_vec(),
        (CellRef::Text(bytes), _) => {
            let text = String::from_utf8_lossy(bytes);
            let mut letters: Vec<char> = text.chars().collect();
            let last = letters.len().saturating_sub(1);
            let mut out = Vec::new();
            for at in [last / 2, last, 0] {
                if let Some(letter) = letters.get_mut(at) {
                    let before = *letter;
                    *letter = if before == 'x' { 'y' } else { 'x' };
                    out.push(Cell::from(letters.iter().collect::<String>()));
                    letters[at] = before;
                }
            }
            out.push(Cell::from(format!("{text}x")));
            out
        }
        (CellRef::Blob(bytes), _) => {
            let mut bytes = bytes.to_vec();
            match bytes.first_mut() {
                Some(byte) => *byte ^= 1,
                None => bytes.push(1),
            }
            vec![Cell::blob(&bytes)]
        }
        (CellRef::Null, _) => vec![Cell::Int(7)],
    }
}

/// Writes one cell of the row with this key; whether the database took it.
fn set(sql: &dyn Sql, table: &Table, key: &[Cell], column: usize, value: &Cell) -> bool {
    let mut params = vec![value.clone()];
    params.extend_from_slice(key);
    let conditions: Vec<String> = (2..)
        .zip(table.key_columns())
        .map(|(at, name)| format!("{name} = ?{at}"))
        .collect();
    let text = format!(
        "update {} set {} = ?1 where {}",
        table.name,
        table.columns[column].name,
        conditions.join(" and ")
    );
    sql.execute(&text, &params)
        .is_ok_and(|changed| changed == 1)
}

fn key_of(table: &Table, row: &[Cell]) -> String {
    let cells: Vec<CellRef<'_>> = row.iter().map(Cell::borrow).collect();
    key_text(table, &cells)
}

/// Whether the report names the row, by what its key was or has become.
fn names(report: &Report, table: &Table, keys: [&str; 2]) -> bool {
    report.bad.iter().any(|bad| {
        // A row of one entry may be named by its journal row alone, one of another organisation by that.
        bad.table == table.name
            && keys
                .iter()
                .any(|key| key.starts_with(&*bad.key) || bad.key == **key)
    })
}

/// Alters cell after cell of these tables; how many alterations were tried and found.
fn flip_all(store: &Store, sql: &dyn Sql, tables: &[&'static Table], every: usize) -> usize {
    let mut flipped = 0;
    let mut unseen = Vec::new();
    for table in tables {
        let text = format!("select {} from {}", table.column_list(), table.name);
        let rows = sql.query(&text, &[]).expect("rows");
        assert!(
            !rows.is_empty(),
            "{} is empty, so nothing is tried on it",
            table.name
        );
        let last = rows.len() - 1;
        for (at, row) in rows.iter().enumerate() {
            if at % every != 0 && at != last {
                continue;
            }
            for (column, declared) in table.columns.iter().enumerate() {
                let key = &row.0[..table.key];
                let Some(value) = altered(&row.0[column], declared.kind)
                    .into_iter()
                    .find(|value| set(sql, table, key, column, value))
                else {
                    panic!("{} {} took no other value", table.name, declared.name);
                };
                let mut now = row.0.clone();
                now[column] = value;
                let keys = [key_of(table, &row.0), key_of(table, &now)];
                let report = store.verify(&|_, _, _| {}).expect("verified");
                let first = report.first_bad.as_ref().map(|bad| bad.table.clone());
                if !names(&report, table, [&keys[0], &keys[1]]) || first.is_none() {
                    unseen.push(format!(
                        "{} {}.{}: {:?}",
                        keys[0], table.name, declared.name, report.bad
                    ));
                }
                assert!(
                    set(sql, table, &now[..table.key], column, &row.0[column]),
                    "put back"
                );
                flipped += 1;
            }
        }
    }
    assert!(
        unseen.is_empty(),
        "{} of {flipped} were not named:\n{}",
        unseen.len(),
        unseen.join("\n")
    );
    flipped
}

fn sound(store: &Store) {
    let report = store.verify(&|_, _, _| {}).expect("verified");
    assert!(report.sound(), "{:?}", report.bad);
    assert!(
        report.journal_rows > 50 && report.legs > 10 && report.slips > 5,
        "{report:?}"
    );
}

/// Deletes row after row of these tables; how many were tried and found.
fn delete_all(store: &Store, sql: &dyn Sql) -> usize {
    let mut deleted = 0;
    for table in TABLES.iter().filter(|table| table.role == Role::Business) {
        let text = format!("select {} from {}", table.column_list(), table.name);
        for row in sql.query(&text, &[]).expect("rows") {
            let key = key_of(table, &row.0);
            if table.name == "content" {
                // Nobody attached it, so nobody misses it.
                continue;
            }
            sql.execute(&table.delete(), &row.0[..table.key])
                .expect("deleted");
            let report = store.verify(&|_, _, _| {}).expect("verified");
            assert!(
                report.bad.iter().any(|bad| bad.table == table.name),
                "{} {key} was deleted: {:?}",
                table.name,
                report.bad
            );
            sql.execute(&table.insert(), &row.0).expect("put back");
            deleted += 1;
        }
    }
    deleted
}

#[test]
fn no_row_can_be_deleted_unseen() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data.db");
    let store = worked_in(&StoreUrl::Sqlite(path.clone()));
    let sql = Sqlite::open(&path, Use::Lane).expect("opens");
    assert!(delete_all(&store, &sql) > 200);
    sound(&store);
}

/// A store in which every table has rows.
fn worked_in(url: &StoreUrl) -> Store {
    let store = open(url);
    let at = work(&store, 5, 50);
    work_rows(&store, at);
    sound(&store);
    store
}

#[test]
fn sqlite_no_alteration_goes_unseen() {
    let flipped: usize = std::thread::scope(|scope| {
        let halves = [0, 1].map(|half| {
            scope.spawn(move || {
                let folder = tempfile::tempdir().expect("a folder");
                let path = folder.path().join("data.db");
                let store = worked_in(&StoreUrl::Sqlite(path.clone()));
                let sql = Sqlite::open(&path, Use::Lane).expect("opens");
                // The journal has as many cells as half of all the rest.
                let (journal, rest): (Vec<_>, Vec<_>) = TABLES
                    .iter()
                    .copied()
                    .partition(|table| ["journal", "signature", "balance"].contains(&table.name));
                let flipped = flip_all(&store, &sql, [&journal, &rest][half], 1);
                sound(&store);
                flipped
            })
        });
        halves
            .into_iter()
            .map(|half| half.join().expect("no panic"))
            .sum()
    });
    println!("{flipped} cells were altered and found");
    assert!(flipped > 2_000, "{flipped}");
}

#[test]
fn postgres_no_alteration_goes_unseen() {
    if !testkit::postgres::Cluster::available() {
        eprintln!("PostgreSQL is not installed: this test was left out");
        return;
    }
    let url = testkit::postgres::Cluster::shared()
        .create_database("flips")
        .expect("made");
    let store = worked_in(&StoreUrl::Postgres(url.clone()));
    let driver = crate::postgres::Driver::start().expect("starts");
    let sql = driver.connect(&url).expect("connects");
    // The digests are those of SQLite: here it is enough to try some rows of each table, and every column.
    let flipped = flip_all(&store, &sql, TABLES, 40);
    println!("{flipped} cells were altered and found");
    sound(&store);
}

//! Views for people's own reporting tools: typed columns, the same answers on both databases.

use crate::common::Depot;
use store::StoreUrl;

/// Runs a query beside the store: rows of columns as text.
fn ask(url: &StoreUrl, sql: &str) -> Vec<String> {
    match url {
        StoreUrl::Sqlite(path) => {
            let connection = rusqlite::Connection::open(path).expect("opens");
            let mut statement = connection.prepare(sql).expect("prepared");
            let width = statement.column_count();
            let rows = statement.query_map([], |row| {
                let cells = (0..width).map(|at| {
                    Ok(match row.get_ref(at)? {
                        rusqlite::types::ValueRef::Null => String::new(),
                        rusqlite::types::ValueRef::Integer(value) => value.to_string(),
                        rusqlite::types::ValueRef::Text(text) => {
                            String::from_utf8_lossy(text).into_owned()
                        }
                        other => panic!("{other:?}"),
                    })
                });
                cells.collect::<rusqlite::Result<Vec<_>>>()
            });
            rows.expect("read")
                .map(|row| row.expect("a row").join("|"))
                .collect()
        }
        StoreUrl::Postgres(url) => {
            let name = url.rsplit('/').next().expect("a name");
            let out = testkit::postgres::Cluster::shared()
                .query(name, sql)
                .expect("read");
            out.lines().map(str::to_owned).collect()
        }
        StoreUrl::Memory => Vec::new(),
    }
}

#[test]
fn slips_and_legs_can_be_read_with_plain_sql() {
    let (_folder, sqlite) = crate::common::sqlite();
    for url in [Some(sqlite), crate::common::postgres()]
        .into_iter()
        .flatten()
    {
        let depot = Depot::open(&url);
        depot.posted("A1", "12.5", "2.04");
        assert_eq!(
            ask(
                &url,
                "select slip_number, slip_state, slip_day, begun_by, slip_amount_fen, site, value, remark from depot_intake_note"
            ),
            ["RK2026-001|done|20260401|clerk|2550|S1|25.50|"]
        );
        assert_eq!(
            ask(
                &url,
                "select slip_number, line_id, item, bin, qty, price, amount from depot_intake_note_line"
            ),
            ["RK2026-001|1|A1|A|12.5|2.04|25.50"]
        );
        assert_eq!(
            ask(
                &url,
                "select place, key, detail, side, amount, day, state, number, person from ledger_leg \
                 where ledger = 'depot.stock' order by seq, n"
            ),
            [
                "outside|A1|A|out|12500000|20260401|posted|RK2026-001|keeper",
                "good|A1|A|in|12500000|20260401|posted|RK2026-001|keeper"
            ]
        );
    }
}

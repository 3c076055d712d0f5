//! SQL views for people's own reporting tools: one per slip kind with a column per field, one for its lines, and one for
//! the legs of ledgers in words. Amounts are exact decimal text, as everywhere outside the ledgers.

use std::fmt::Write;

use model::{Catalog, Field, FieldKind};

use crate::api::StoreError;
use crate::cell::{Cell, sha256_hex};
use crate::sql::{Dialect, Sql};

/// Longest name that both databases take as it is.
const NAME_MAX: usize = 60;

/// Makes the views anew when they are not those of the current packs.
pub(crate) fn renew(sql: &dyn Sql, catalog: &Catalog) -> Result<(), StoreError> {
    let views = all(sql.dialect(), catalog);
    let text: String = views
        .iter()
        .map(|(name, body)| format!("create view {name} as {body};\n"))
        .collect();
    let sum = sha256_hex(text.as_bytes());
    let types = match sql.dialect() {
        Dialect::Sqlite => {
            "create table if not exists view_set (name TEXT not null primary key, sum TEXT not null) strict"
        }
        Dialect::Postgres => {
            "create table if not exists view_set (name TEXT not null primary key, sum TEXT not null)"
        }
    };
    sql.run(types)?;
    let known = sql.query("select name, sum from view_set", &[])?;
    let same = known.len() == views.len()
        && known
            .iter()
            .all(|row| row.str(1).is_ok_and(|kept| *kept == *sum));
    if same {
        return Ok(());
    }
    drop_all(sql)?;
    for (name, body) in &views {
        sql.run(&format!(
            "drop view if exists {name}; create view {name} as {body}"
        ))?;
        sql.execute(
            "insert into view_set (name, sum) values (?1, ?2)",
            &[name.as_str().into(), Cell::Text(sum.clone())],
        )?;
    }
    Ok(())
}

/// Drops the views that were made before.
pub(crate) fn drop_all(sql: &dyn Sql) -> Result<(), StoreError> {
    if sql.has_table("view_set")? {
        for row in sql.query("select name from view_set", &[])? {
            sql.run(&format!("drop view if exists {}", row.str(0)?))?;
        }
        sql.run("delete from view_set")?;
    }
    Ok(())
}

/// The views of all kinds, by name.
fn all(dialect: Dialect, catalog: &Catalog) -> Vec<(String, String)> {
    let mut out = vec![(quoted("ledger_leg"), LEG_VIEW.to_owned())];
    for pack in catalog.packs() {
        for slip in pack.flows.iter().flat_map(|flow| &flow.slips) {
            let name = view_name(&slip.qualified, "");
            out.push((name, header_view(dialect, slip)));
            if let Some(fields) = &slip.lines {
                out.push((
                    view_name(&slip.qualified, "_line"),
                    line_view(dialect, slip, fields),
                ));
            }
        }
    }
    out
}

const LEG_VIEW: &str = "select l.org, l.seq, l.n, l.entry, j.at, j.actor as person, j.slip, s.number, s.kind, a.ledger, \
     a.place, a.key, a.detail, a.unit, case l.side when 0 then 'in' else 'out' end as side, l.amount, l.day, \
     case l.state when 0 then 'draft' when 1 then 'checked' when 2 then 'posted' else 'held' end as state, \
     l.reversal, l.line from leg l join account a on a.org = l.org and a.id = l.account \
     join journal j on j.org = l.org and j.seq = l.seq left join slip s on s.org = j.org and s.id = j.slip";

fn view_name(kind: &str, suffix: &str) -> String {
    let mut name = kind.replace('.', "_");
    if name.len() + suffix.len() > NAME_MAX {
        let sum: String = sha256_hex(kind.as_bytes()).chars().take(8).collect();
        name.truncate(NAME_MAX - 9 - suffix.len());
        let _ = write!(name, "_{sum}");
    }
    quoted(&format!("{name}{suffix}"))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A field out of a JSON object of canonical texts; days as numbers such as 20260401, flags as 1 and 0.
fn column(dialect: Dialect, object: &str, field: &Field) -> String {
    let text = match dialect {
        Dialect::Sqlite => format!("{object} ->> {}", literal(&format!("$.\"{}\"", field.name))),
        Dialect::Postgres => format!("{object} ->> {}", literal(&field.name)),
    };
    match field.kind {
        FieldKind::Day => format!("cast(replace({text}, '-', '') as bigint)"),
        FieldKind::Moment => format!("cast({text} as bigint)"),
        FieldKind::Flag => format!("case {text} when 'yes' then 1 when 'no' then 0 end"),
        FieldKind::Text
        | FieldKind::Amount(_)
        | FieldKind::Choice(_)
        | FieldKind::Register(_)
        | FieldKind::Person => text,
    }
}

const HEAD: &str = "s.org, s.id, s.number as slip_number, s.state as slip_state, s.day as slip_day, s.begun_at, \
     s.begun_by, s.party as slip_party, s.amount as slip_amount_fen";

fn header_view(dialect: Dialect, slip: &model::Slip) -> String {
    let object = match dialect {
        Dialect::Sqlite => "b.header",
        Dialect::Postgres => "b.header::json",
    };
    let mut columns = HEAD.to_owned();
    for field in &slip.header {
        let _ = write!(
            columns,
            ", {} as {}",
            column(dialect, object, field),
            own_name(&field.name)
        );
    }
    format!(
        "select {columns} from slip s join slip_body b on b.org = s.org and b.id = s.id where s.kind = {}",
        literal(&slip.qualified)
    )
}

fn line_view(dialect: Dialect, slip: &model::Slip, fields: &[Field]) -> String {
    let (object, id, from) = match dialect {
        Dialect::Sqlite => (
            "(e.value -> '$.values')",
            "e.value ->> '$.id'",
            ", json_each(b.lines) e",
        ),
        Dialect::Postgres => (
            "(e.value -> 'values')",
            "cast(e.value ->> 'id' as bigint)",
            ", json_array_elements(b.lines::json) e",
        ),
    };
    let mut columns = format!(
        "s.org, s.id, s.number as slip_number, s.state as slip_state, s.day as slip_day, {id} as line_id"
    );
    for field in fields {
        let _ = write!(
            columns,
            ", {} as {}",
            column(dialect, object, field),
            own_name(&field.name)
        );
    }
    format!(
        "select {columns} from slip s join slip_body b on b.org = s.org and b.id = s.id{from} where s.kind = {}",
        literal(&slip.qualified)
    )
}

/// A field's name as a column; those that a slip has by itself get an underscore.
fn own_name(name: &str) -> String {
    let taken = [
        "org",
        "id",
        "slip_number",
        "slip_state",
        "slip_day",
        "begun_at",
        "begun_by",
        "slip_party",
        "slip_amount_fen",
        "line_id",
    ];
    if taken.contains(&name) {
        quoted(&format!("{name}_"))
    } else {
        quoted(name)
    }
}

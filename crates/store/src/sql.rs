//! One SQL text for both databases: parameters are written `?1`, results come back as cells.

use crate::api::StoreError;
use crate::cell::{Cell, CellRef, Row};
use crate::image::{EachImage, Images};
use crate::schema::Table;

/// The differences between the databases that a text may depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// A hint which index to use, where the planner has no statistics to choose by.
    pub fn indexed_by(self, index: &str) -> String {
        match self {
            Dialect::Sqlite => format!(" indexed by {index}"),
            Dialect::Postgres => String::new(),
        }
    }
}

/// A connection that can be asked.
pub(crate) trait Sql {
    fn dialect(&self) -> Dialect;

    /// All rows of a query.
    fn query(&self, sql: &str, params: &[Cell]) -> Result<Vec<Row>, StoreError>;

    /// Hands each row of a query to `each` without copying it; an error of `each` ends the reading.
    fn scan(
        &self,
        sql: &str,
        params: &[Cell],
        each: &mut dyn FnMut(&[CellRef<'_>]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Hands over rows of a table in the form in which they are hashed. `condition` picks them and `order` sorts them, by an
    /// index that has them in this order.
    fn images(
        &self,
        table: &Table,
        condition: &str,
        order: &str,
        params: &[Cell],
        each: EachImage<'_>,
    ) -> Result<(), StoreError> {
        let text = format!(
            "select {} from {} where {condition} order by {order}",
            table.column_list(),
            table.name
        );
        let mut images = Images::of(table.name);
        self.scan(&text, params, &mut |cells| {
            images.add(cells.iter().copied());
            images.drain(each)
        })
    }

    /// Runs a statement; how many rows it changed.
    fn execute(&self, sql: &str, params: &[Cell]) -> Result<u64, StoreError>;

    /// Runs statements without parameters.
    fn run(&self, sql: &str) -> Result<(), StoreError>;

    /// The first row of a query.
    fn first(&self, sql: &str, params: &[Cell]) -> Result<Option<Row>, StoreError> {
        Ok(self.query(sql, params)?.into_iter().next())
    }

    /// Whether the database has a table of that name.
    fn has_table(&self, table: &str) -> Result<bool, StoreError> {
        let sql = match self.dialect() {
            Dialect::Sqlite => "select 1 from sqlite_master where type = 'table' and name = ?1",
            Dialect::Postgres => {
                "select 1::bigint from pg_tables where schemaname = current_schema() and tablename = ?1"
            }
        };
        Ok(self.first(sql, &[Cell::text(table)])?.is_some())
    }
}

/// `?4, ?5, ?6` for `count` parameters after the first `before`; with the parameters, padded to a power of two by
/// repeating the last, so that few different texts are prepared.
pub(crate) fn list_of(
    before: usize,
    values: impl IntoIterator<Item = Cell>,
) -> (String, Vec<Cell>) {
    let mut values: Vec<Cell> = values.into_iter().collect();
    let padded = values.len().next_power_of_two();
    if let Some(last) = values.last().cloned() {
        values.resize(padded, last);
    }
    let names: Vec<String> = (1..=values.len())
        .map(|at| format!("?{}", before + at))
        .collect();
    (names.join(", "), values)
}

/// A condition with its parameters, put together piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub text: String,
    pub params: Vec<Cell>,
}

impl Filter {
    /// Begins with `condition`, whose `?` is the first parameter.
    pub fn new(condition: &str, param: impl Into<Cell>) -> Filter {
        let mut filter = Filter::default();
        filter.text.push_str(&condition.replace('?', "?1"));
        filter.params.push(param.into());
        filter
    }

    /// Adds ` and condition`, where each `?` is the new parameter.
    pub fn and(&mut self, condition: &str, param: impl Into<Cell>) {
        self.params.push(param.into());
        let name = format!("?{}", self.params.len());
        self.text.push_str(" and ");
        self.text.push_str(&condition.replace('?', &name));
    }

    /// Adds ` and condition` without a parameter.
    pub fn also(&mut self, condition: &str) {
        self.text.push_str(" and ");
        self.text.push_str(condition);
    }

    /// Adds ` and (column, ...) > (?, ...)`, the row comparison that keyset paging needs.
    pub fn past(&mut self, columns: &[&str], descending: bool, values: Vec<Cell>) {
        let first = self.params.len();
        let names: Vec<String> = (1..=values.len())
            .map(|at| format!("?{}", first + at))
            .collect();
        self.params.extend(values);
        let sign = if descending { '<' } else { '>' };
        self.text.push_str(&format!(
            " and ({}) {sign} ({})",
            columns.join(", "),
            names.join(", ")
        ));
    }

    /// Adds a parameter and gives its name.
    pub fn param(&mut self, value: impl Into<Cell>) -> String {
        self.params.push(value.into());
        format!("?{}", self.params.len())
    }

    /// Adds ` and column in (...)`.
    pub fn within(&mut self, column: &str, values: impl IntoIterator<Item = Cell>) {
        let (names, values) = list_of(self.params.len(), values);
        self.params.extend(values);
        self.text.push_str(&format!(" and {column} in ({names})"));
    }
}

/// The least text above every text that begins with `prefix`, for a range that an index can answer.
pub(crate) fn past_prefix(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}

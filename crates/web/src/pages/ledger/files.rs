//! The figures of a ledger as a file: balances, what changed between two moments, a pivot.

use axum::extract::Path;
use axum::response::Response;
use kernel::{Amount, Unit};
use model::{Ledger, Pack};
use store::{BalanceRow, ChangeRow};

use super::{When, compare, pivot, tree};
use crate::auth::{Acting, Posted};
use crate::error::Error;
use crate::pages::desk::{Asked, Desk, Reader, address};
use crate::pages::entries::{dimension_names, key_names, place_name};
use crate::pages::ledgers::find;
use crate::pages::sent_files::{self, Format, Pipe, Stopped, Table, unknown};
use crate::parts::export::Export;
use crate::xlsx::Cell;

/// Rows read at once for a file.
const AT_ONCE: usize = 5_000;

/// The menu of a view of a ledger.
pub(super) fn menu(csrf: &str, ledger: &Ledger, what: &str, asked: &Asked) -> Export {
    let pairs = asked.pairs().iter();
    let pairs: Vec<(&str, &str)> = pairs.map(|(name, value)| (&**name, &**value)).collect();
    let query = address("", &pairs);
    Export {
        url: format!("/ledgers/{}/export", ledger.qualified),
        hidden: vec![
            ("_csrf".to_owned(), csrf.to_owned()),
            ("of".to_owned(), what.to_owned()),
            ("q".to_owned(), query.trim_start_matches('?').to_owned()),
        ],
    }
}

/// The file that a page of a ledger asks for.
pub(crate) async fn export(
    desk: Desk,
    Path(qualified): Path<String>,
    posted: Posted,
) -> Result<Response, Error> {
    let format = Format::named(posted.fields.text("format")).ok_or_else(unknown)?;
    let of = posted.fields.text("of").to_owned();
    let query = posted.fields.text("q").to_owned();
    file(desk, &posted.acting, (qualified, &of), format, &query).await
}

/// Begins a file: the journal first says who takes what. The query is that of the view's address.
pub(crate) async fn file(
    desk: Desk,
    acting: &Acting,
    (qualified, of): (String, &str),
    format: Format,
    query: &str,
) -> Result<Response, Error> {
    let what = match of {
        "balances" => "balances",
        "changes" => "changes",
        "pivot" => "pivot",
        _ => return Err(unknown()),
    };
    let asked = Asked::parse(query);
    // What is not there is refused before the journal says that it was taken.
    let ledger = qualified.clone();
    desk.read(move |reader| find(&reader.catalog(), &ledger).map(drop))
        .await?;
    let turn = sent_files::turn()?;
    let told = match query {
        "" => format!("ledger={qualified}"),
        query => format!("ledger={qualified}&{query}"),
    };
    sent_files::journal(&desk, acting, what, format.name(), &told).await?;
    let name = qualified.replace('.', "-");
    let name = format!("{name}-{what}");
    Ok(sent_files::send(
        desk,
        turn,
        &name,
        format.kind(),
        move |reader, pipe| {
            let catalog = reader.catalog();
            let (pack, ledger) = find(&catalog, &qualified)?;
            let file = File {
                reader,
                pack,
                ledger,
                format,
            };
            match what {
                "changes" => file.changes(&asked, pipe),
                "pivot" => file.pivot(&asked, pipe),
                _ => file.balances(&asked, pipe),
            }
        },
    ))
}

struct File<'a> {
    reader: &'a Reader<'a>,
    pack: &'a Pack,
    ledger: &'a Ledger,
    format: Format,
}

/// An amount as a number of a file.
pub(super) fn number(sum: i128, unit: Unit) -> Cell {
    let text = i64::try_from(sum).map_or_else(
        |_| sum.to_string(),
        |units| Amount::new(units, unit).to_string(),
    );
    Cell::Number(text, unit == Unit::Money)
}

impl File<'_> {
    /// Headings of what an account is: place, code of each dimension, names, further dimensions.
    fn account_heads(&self) -> Vec<String> {
        let reader = self.reader;
        let mut heads = vec![reader.t("科目 / 库区", "Place").to_owned()];
        if self.ledger.by.len() > 1 {
            heads.extend(dimension_names(reader, self.pack, self.ledger));
        } else {
            heads.push(reader.t("编码", "Code").to_owned());
        }
        heads.push(reader.t("名称", "Name").to_owned());
        if !self.ledger.detail.is_empty() {
            heads.push(reader.t("明细", "Detail").to_owned());
        }
        heads
    }

    fn account(&self, place: &str, key: &str, detail: &str) -> Result<Vec<Cell>, Error> {
        let (reader, pack, ledger) = (self.reader, self.pack, self.ledger);
        let mut cells = vec![Cell::Text(place_name(reader, pack, ledger, place)?)];
        if ledger.by.len() > 1 {
            let mut parts = ::ledger::split_key(key);
            parts.resize(ledger.by.len(), String::new());
            cells.extend(parts.into_iter().map(Cell::Text));
        } else {
            cells.push(Cell::Text(key.to_owned()));
        }
        cells.push(Cell::Text(key_names(reader, pack, ledger, key)?.0));
        if !ledger.detail.is_empty() {
            cells.push(Cell::Text(detail.to_owned()));
        }
        Ok(cells)
    }

    fn balances(&self, asked: &Asked, pipe: Pipe) -> Result<(), Stopped> {
        let reader = self.reader;
        let mut heads = self.account_heads();
        for (zh, en) in [("转入累计", "In"), ("转出累计", "Out"), ("余额", "Balance")] {
            heads.push(reader.t(zh, en).to_owned());
        }
        let mut table = Table::begin(self.format, pipe, heads)?;
        let when = When::asked(reader, asked, "as_of", "at");
        let mut query = tree::query(asked, &when);
        query.limit = AT_ONCE;
        loop {
            let page = reader
                .store
                .balances(reader.org, &self.ledger.qualified, &query)
                .map_err(Error::from)?;
            for row in &page.rows {
                let BalanceRow {
                    place, key, detail, ..
                } = row;
                let mut cells = self.account(place, key, detail)?;
                let posted = row.balance.posted;
                for sum in [posted.r#in, posted.out, posted.net()] {
                    cells.push(number(i128::from(sum), row.unit));
                }
                table.row(&cells)?;
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(table.end()?),
            }
        }
    }

    fn changes(&self, asked: &Asked, pipe: Pipe) -> Result<(), Stopped> {
        let reader = self.reader;
        let mut heads = self.account_heads();
        heads.extend(compare::figures(reader).map(str::to_owned));
        let mut table = Table::begin(self.format, pipe, heads)?;
        let (from, to) = compare::moments(reader, asked);
        let mut query = compare::query(asked, &from, &to);
        query.limit = AT_ONCE;
        loop {
            let page = reader
                .store
                .changes(reader.org, &self.ledger.qualified, &query)
                .map_err(Error::from)?;
            for row in &page.rows {
                let ChangeRow {
                    place, key, detail, ..
                } = row;
                let mut cells = self.account(place, key, detail)?;
                let sums = compare::Sums::of(row).figures();
                cells.extend(sums.map(|sum| number(sum, row.unit)));
                table.row(&cells)?;
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(table.end()?),
            }
        }
    }

    fn pivot(&self, asked: &Asked, pipe: Pipe) -> Result<(), Stopped> {
        let made = pivot::Pivot::read(self.reader, self.pack, self.ledger, asked, true)?;
        let mut table = Table::begin(self.format, pipe, made.file_heads())?;
        for row in made.file_rows() {
            table.row(&row)?;
        }
        Ok(table.end()?)
    }
}

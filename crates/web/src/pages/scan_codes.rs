//! A code that stands on one pack, such as a trace code, scanned into a form: whose it is, which codes it stands for, how many
//! pieces that are, of which batch the books have it, and whether it may move as this step moves codes. A double is told at once.

use kernel::Side;
use kernel::proof::{Proof, codes};
use ledger::split_key;
use model::{Expr, Field, FieldKind, Flow, Name, Pack, PlaceRef, Scan, Step};
use store::{BalanceQuery, BalanceRow, KeyFilter, RecordQuery};

use super::desk::Reader;
use super::entries::place_name;
use super::lookup::found_of;
use super::scan::{Listed, Told};
use crate::error::Error;

/// Records looked through for one whose codes begin so.
const ALIKE: usize = 50;

/// What a code says in a form; nothing where it is none, or the step takes none.
pub(super) fn told(
    reader: &Reader<'_>,
    pack: &Pack,
    (flow, step): (&Flow, &Step),
    code: &str,
) -> Result<Option<Told>, Error> {
    let Some(slip) = flow.slips.get(step.slip) else {
        return Ok(None);
    };
    let lines = slip.lines.as_deref().unwrap_or_default();
    let entered = |at: usize, field: &Field| match step.begins {
        true => {
            !field.carry && field.is.is_none() && !flow.left_to_later(step.slip, (at, field), true)
        }
        false => step.enters_line.contains(&at),
    };
    let taken = lines
        .iter()
        .enumerate()
        .find_map(|(at, field)| match field.proof {
            Some(Proof::Codes(digits)) if field.scan == Some(Scan::Codes) && entered(at, field) => {
                Some((at, field, digits))
            }
            _ => None,
        });
    let Some((at, field, digits)) = taken else {
        return Ok(None);
    };
    if code.len() != digits || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let sight = Sight {
        reader,
        pack,
        lines,
    };
    let inside = sight.inside(code)?;
    let mut told = Told::default();
    let mut count = 0;
    for one in &inside {
        count += sight.whose(one, &mut told)?;
    }
    for one in &inside {
        sight.moves((flow, step.slip, at), one, &mut told)?;
    }
    told.count = Some(count.to_string());
    told.codes = Some(Listed {
        field: field.name.to_string(),
        codes: inside,
    });
    Ok(Some(told))
}

struct Sight<'a> {
    reader: &'a Reader<'a>,
    pack: &'a Pack,
    lines: &'a [Field],
}

impl Sight<'_> {
    /// The codes that a code stands for: those in a large pack whose content is on record, else itself.
    fn inside(&self, code: &str) -> Result<Vec<String>, Error> {
        let reader = self.reader;
        for register in &self.pack.registers {
            let Some(field) = register
                .fields
                .iter()
                .find(|one| one.scan == Some(Scan::Holds))
            else {
                continue;
            };
            let qualified = format!("{}.{}", self.pack.name, register.name);
            let row = reader
                .store
                .record_on(reader.org, &qualified, code, reader.today)?;
            let text = row.and_then(|row| row.fields().get(&*field.name).cloned());
            if let Some(text) = text.filter(|text| !text.is_empty()) {
                return Ok(codes(&text).map(str::to_owned).collect());
            }
        }
        Ok(vec![code.to_owned()])
    }

    /// Notes whose code it is; answers how many base units its pack holds.
    fn whose(&self, code: &str, told: &mut Told) -> Result<i64, Error> {
        let reader = self.reader;
        for field in self.lines {
            let FieldKind::Register(name) = &field.kind else {
                continue;
            };
            let Some(register) = self.pack.register(name) else {
                continue;
            };
            let begins =
                register
                    .fields
                    .iter()
                    .filter_map(|field| match (&field.scan, &field.proof) {
                        (Some(Scan::Begins(per)), Some(Proof::Codes(digits))) => {
                            Some((field, per, *digits))
                        }
                        _ => None,
                    });
            for (listing, per, digits) in begins {
                let Some(prefix) = code.get(..digits) else {
                    continue;
                };
                let query = RecordQuery {
                    on: Some(reader.today),
                    search: Some(prefix.to_owned()),
                    limit: ALIKE,
                    ..RecordQuery::default()
                };
                let qualified = format!("{}.{name}", self.pack.name);
                let page = reader.store.records(reader.org, &qualified, &query)?;
                let found = page.rows.into_iter().find(|row| {
                    let fields = row.fields();
                    let text = fields.get(&*listing.name).map_or("", String::as_str);
                    codes(text).any(|known| known == prefix)
                });
                let Some(row) = found else { continue };
                let units = match per {
                    None => Some(1),
                    Some(per) => row.fields().get(&**per).and_then(|text| text.parse().ok()),
                };
                let record = (field.name.to_string(), found_of(reader, register, &row));
                if !told.records.iter().any(|(known, _)| *known == record.0) {
                    told.records.push(record);
                }
                return Ok(units.unwrap_or(1));
            }
        }
        Err(Error::bad(
            "code_unknown",
            format!("没有商品的码以 {code} 的前几位开头，请先在商品资料登记"),
            format!(
                "no item has codes that begin as {code} does; enter how its codes begin in its record"
            ),
        ))
    }

    /// Whether the books let the code move as the slip moves it; notes the batch that they have it under.
    fn moves(
        &self,
        (flow, slip, at): (&Flow, usize, usize),
        code: &str,
        told: &mut Told,
    ) -> Result<(), Error> {
        let reader = self.reader;
        let posts = flow.steps.iter().filter(|step| step.slip == slip);
        let posts = posts.flat_map(|step| &step.posts).filter(|post| {
            let of = post.each.as_ref().map(|each| &each.of);
            matches!(of, Some(Expr::Name(Name::Line(line))) if *line == at)
        });
        let mut from: Vec<usize> = Vec::new();
        let mut ledger = None;
        for post in posts {
            ledger = Some(post.ledger);
            let out = post.legs.iter().filter(|leg| leg.side == Side::Out);
            from.extend(out.filter_map(|leg| match leg.place {
                PlaceRef::Fixed(place) => Some(place),
                PlaceRef::Chosen(_) => None,
            }));
        }
        let Some(ledger) = ledger.and_then(|at| self.pack.ledgers.get(at)) else {
            return Ok(());
        };
        let query = BalanceQuery {
            key: Some(KeyFilter::Exact(code.to_owned())),
            skip_zero: true,
            ..BalanceQuery::default()
        };
        let page = reader
            .store
            .balances(reader.org, &ledger.qualified, &query)?;
        let here = |row: &&BalanceRow| row.balance.posted.net() > 0;
        let row = page.rows.iter().find(here);
        let held = row
            .and_then(|row| ledger.place(&row.place))
            .map(|(at, _)| at);
        let may = match held {
            Some(place) => from.contains(&place),
            None => from.iter().any(|at| ledger.places[*at].once),
        };
        if !may {
            let (zh, en) = match row {
                Some(row) => {
                    let place = place_name(reader, self.pack, ledger, &row.place)?;
                    (
                        format!("码 {code} 现在{place}，不能在此扫入"),
                        format!("code {code} is at “{place}” and cannot be taken here"),
                    )
                }
                None => (
                    format!("码 {code} 不在账上"),
                    format!("code {code} is not on the books"),
                ),
            };
            return Err(Error::bad("code_place", zh, en));
        }
        let values = row.map(|row| split_key(&row.detail)).unwrap_or_default();
        for (name, value) in ledger.detail.iter().zip(values) {
            let known = self
                .lines
                .iter()
                .any(|field| *field.name == **name && field.kind == FieldKind::Text);
            let said = told.cells.iter().any(|(cell, _)| **cell == **name);
            if known && !said {
                told.cells.push((name.to_string(), value));
            }
        }
        Ok(())
    }
}

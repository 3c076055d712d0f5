//! Trees of ledgers with many accounts: only the branches that are open are read. A closed one is a link to itself, and a
//! row whose inside the browser fetches when it is opened.

use kernel::EntryState;
use maud::Markup;
use store::{BalanceQuery, BranchBy, BranchQuery, BranchRow, Cursor, KeyFilter};

use super::tree::{Sums, Tree};
use super::{place_order, place_title};
use crate::error::Error;
use crate::pages::desk::address;
use crate::pages::entries::dimension_names;
use crate::parts::table::{Cell, Row, Table, rows_alone};

/// Rows of one branch shown at once.
const ROWS: usize = 200;

/// The name of the part of a page that the inside of a branch is.
pub(super) const FRAGMENT: &str = "branch";

/// The inside of a branch, and the cursor after it where there is more.
type Inside = (Vec<Row>, Option<Cursor>);

impl Sums {
    fn of_branch(row: &BranchRow) -> Sums {
        let posted = 2 * EntryState::ALL
            .iter()
            .position(|state| *state == EntryState::Posted)
            .unwrap_or_default();
        let mut others = [0; 4];
        for (at, other) in others.iter_mut().enumerate() {
            *other = row.sums[at * 2] - row.sums[at * 2 + 1];
        }
        Sums {
            r#in: row.sums[posted],
            out: row.sums[posted + 1],
            others,
        }
    }
}

impl Tree<'_> {
    fn branches(
        &self,
        by: BranchBy,
        place: Option<&str>,
        limit: usize,
    ) -> Result<store::Page<BranchRow>, Error> {
        let after = self.asked.some("after").map(Cursor);
        let query = BranchQuery {
            by,
            place: place.map(str::to_owned),
            key: self.asked.some("key").map(KeyFilter::Prefix),
            as_of: self.when.as_of,
            skip_zero: self.asked.text("zero") != "1",
            after: after.filter(|_| by == BranchBy::First),
            limit,
        };
        let ledger = &self.ledger.qualified;
        Ok(self
            .reader
            .store
            .branches(self.reader.org, ledger, &query)?)
    }

    /// The tree with its branches closed; one that is alone is open. The cursor is that of the branch that is open.
    pub(super) fn closed(&mut self) -> Result<(Table, Option<Cursor>), Error> {
        let place = self.asked.some("place");
        let mut tops = self.branches(BranchBy::Place, place.as_deref(), 0)?.rows;
        tops.retain(|top| top.sums.iter().any(|sum| *sum != 0));
        tops.sort_by(|one, other| {
            place_order(self.ledger, &one.name).cmp(&place_order(self.ledger, &other.name))
        });
        let sums: Vec<Sums> = tops.iter().map(Sums::of_branch).collect();
        self.others = (0..4)
            .filter(|at| EntryState::ALL[*at] != EntryState::Posted)
            .filter(|at| sums.iter().any(|sums| sums.others[*at] != 0))
            .collect();
        let (mut rows, mut next) = (Vec::new(), None);
        let mut above: Vec<&str> = Vec::new();
        for (top, own) in tops.iter().zip(&sums) {
            let charted = self.ledger.place(&top.name).is_none();
            while above
                .last()
                .is_some_and(|over| !charted || !top.name.starts_with(over))
            {
                above.pop();
            }
            let level = u8::try_from(above.len() + 1).unwrap_or(4).min(4);
            let under = |other: &BranchRow| {
                charted
                    && other.name.len() > top.name.len()
                    && other.name.starts_with(&*top.name)
                    && self.ledger.place(&other.name).is_none()
            };
            let mut whole = *own;
            let mut parent = false;
            for (_, more) in tops.iter().zip(&sums).filter(|(other, _)| under(other)) {
                whole.join(more);
                parent = true;
            }
            if charted {
                above.push(&top.name);
            }
            let title = place_title(self.reader, self.pack, self.ledger, &top.name)?;
            let key = self.asked.text("key");
            let cell = Cell::new(title).to(self.narrowed(&top.name, key));
            let mut row = self.row(cell, &whole, &top.name, ("", key));
            let keyed = !self.ledger.by.is_empty() || !self.ledger.detail.is_empty();
            row.id = top.name.to_string();
            row.level = level;
            row.opens = parent || keyed && self.depth != 1;
            let open = keyed && self.depth != 1 && (tops.len() == 1 || self.depth == 2);
            if row.opens && keyed && !open {
                row.more = self.inside_url(&top.name, key, level + 1);
            }
            rows.push(row);
            if open {
                let (inside, after) = self.inside(&top.name, level + 1)?;
                rows.extend(inside);
                match tops.len() {
                    1 => next = after,
                    _ => {
                        rows.extend(after.map(|after| self.further(&top.name, key, &after, level)))
                    }
                }
            }
        }
        Ok((self.headed(rows), next))
    }

    /// What is under a place: its keys by their first part, or where that is one part or all there is, account by account.
    fn inside(&self, place: &str, level: u8) -> Result<Inside, Error> {
        let key = self.asked.text("key");
        if self.ledger.by.len() < 2 || key.contains('/') {
            return self.accounts(place, key, level);
        }
        let page = self.branches(BranchBy::First, Some(place), ROWS)?;
        let names = dimension_names(self.reader, self.pack, self.ledger);
        let rest = names.get(1..).unwrap_or_default().join(" / ");
        let all = self.asked.text("zero") == "1";
        let mut rows = Vec::with_capacity(page.rows.len());
        for branch in &page.rows {
            let under = format!("{}/", branch.name);
            let (name, code) = self.first_name(&branch.name)?;
            let count = if all {
                branch.accounts
            } else {
                branch.standing
            };
            let count = count.map_or(String::new(), |count| format!("{rest} {count}"));
            let told: Vec<&str> = [&*code, &*count]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect();
            let cell = Cell::new(name)
                .under(told.join(" · "))
                .to(self.narrowed(place, &under));
            let mut row = self.row(cell, &Sums::of_branch(branch), place, ("", &under));
            row.id = format!("{place} {under}");
            row.level = level;
            row.opens = self.depth != 2;
            row.more = self
                .inside_url(place, &under, level + 1)
                .filter(|_| row.opens);
            rows.push(row);
        }
        Ok((rows, page.next))
    }

    fn accounts(&self, place: &str, key: &str, level: u8) -> Result<Inside, Error> {
        let query = BalanceQuery {
            place: Some(place.to_owned()),
            key: Some(key.to_owned())
                .filter(|key| !key.is_empty())
                .map(KeyFilter::Prefix),
            as_of: self.when.as_of,
            skip_zero: self.asked.text("zero") != "1",
            after: self.asked.some("after").map(Cursor),
            limit: ROWS,
            ..BalanceQuery::default()
        };
        let ledger = &self.ledger.qualified;
        let page = self
            .reader
            .store
            .balances(self.reader.org, ledger, &query)?;
        let rows = page.rows.iter().map(|row| self.leaf(row, level));
        Ok((rows.collect::<Result<_, Error>>()?, page.next))
    }

    /// The inside of a branch alone, for a browser that opens it.
    pub(super) fn part(&mut self) -> Result<Markup, Error> {
        let (place, key) = (self.asked.text("place"), self.asked.text("key"));
        let level = self.asked.text("level").parse().unwrap_or(2).clamp(2, 4);
        self.others = self
            .asked
            .text("states")
            .bytes()
            .map(|digit| usize::from(digit.wrapping_sub(b'0')))
            .filter(|at| *at < EntryState::ALL.len())
            .collect();
        let (mut rows, next) = self.inside(place, level)?;
        rows.extend(next.map(|after| self.further(place, key, &after, level - 1)));
        let table = self.headed(rows);
        Ok(rows_alone(&table))
    }

    /// The address of what is under a branch.
    fn inside_url(&self, place: &str, under: &str, level: u8) -> Option<String> {
        let states: String = self.others.iter().map(|at| at.to_string()).collect();
        let level = level.min(4).to_string();
        let query = [("level", &*level), ("states", &*states)];
        Some(address(&self.narrowed(place, under), &query))
    }

    /// A row that leads to the rest of a branch.
    fn further(&self, place: &str, under: &str, after: &Cursor, level: u8) -> Row {
        let url = address(&self.narrowed(place, under), &[("after", &after.0)]);
        let words = self.reader.t("其余……", "More …");
        let mut cells = vec![Cell::new(words).to(url)];
        cells.resize(4 + self.others.len(), Cell::default());
        Row {
            level: (level + 1).min(4),
            ..Row::from(cells)
        }
    }
}

//! Conditions on the fields of slips: read once by the declaration of the kind, then asked of every slip. They are judged
//! here and not by the database, so that both databases give the same answers.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Amount, Day, Moment, Unit};
use model::{Catalog, Choice, FieldKind};

use crate::api::{At, Condition, RecordQuery, StoreError, Test};
use crate::cell::Row;
use crate::codec::day_of;
use crate::reads::registers;
use crate::search::terms::fold;
use crate::sql::Sql;

type Result<T> = std::result::Result<T, StoreError>;

/// Records that one condition may name by a part of their name.
const NAMED_MAX: usize = 5_000;
/// Values of one condition, and conditions of one question.
const VALUES_MAX: usize = 500;
const CONDITIONS_MAX: usize = 50;

/// What a value is compared as.
#[derive(Debug, Clone, PartialEq, Eq)]
enum As {
    Text,
    Amount(Unit),
    Day,
    Moment,
    Choice(Vec<Choice>),
    /// Of this qualified register.
    Record(String),
}

/// A condition that can be asked of slips.
#[derive(Debug)]
pub(super) struct Check {
    at: At,
    kind: As,
    test: Test,
    /// As compared: folded texts, or canonical ones.
    values: Vec<String>,
    numbers: Vec<Option<i64>>,
    /// Keys of records, or codes of choices, that are meant too.
    keys: BTreeSet<String>,
}

/// What the fields of a slip are looked up in.
pub(super) struct Fields<'a> {
    pub row: &'a Row,
    pub header: &'a BTreeMap<String, String>,
}

/// The columns that every row begins with: number, state, day, begun_by, party, amount.
pub(super) const OWN_COLUMNS: &str = "s.number, s.state, s.day, s.begun_by, s.party, s.amount";

impl Fields<'_> {
    /// The canonical text of a place outside the lines; empty where there is none.
    pub fn text(&self, at: &At) -> Result<String> {
        Ok(match at {
            At::Number => self.row.str(0)?.to_owned(),
            At::State => self.row.str(1)?.to_owned(),
            At::Day => day_of(self.row.int(2)?)?.to_string(),
            At::Month => day_of(self.row.int(2)?)?.to_string()[..7].to_owned(),
            At::BegunBy => self.row.str(3)?.to_owned(),
            At::Party => self.row.str(4)?.to_owned(),
            At::Amount => match self.row.maybe_int(5)? {
                Some(units) => Amount::new(units, Unit::Money).to_string(),
                None => String::new(),
            },
            At::Header(field) => self.header.get(&**field).cloned().unwrap_or_default(),
            At::Line(_) => String::new(),
        })
    }
}

/// How a place of a slip of this kind is compared; an error where the kind has no such field, or a sensitive one.
fn kind_of(catalog: &Catalog, kind: Option<&str>, at: &At) -> Result<As> {
    let field = match at {
        At::Number | At::State | At::BegunBy | At::Party | At::Month => return Ok(As::Text),
        At::Day => return Ok(As::Day),
        At::Amount => return Ok(As::Amount(Unit::Money)),
        At::Header(_) | At::Line(_) => {
            let declared = kind.and_then(|kind| declared(catalog, kind));
            let (pack, slip) = declared.ok_or_else(|| {
                StoreError::Invalid("a field can only be named with the kind of slip".to_owned())
            })?;
            let fields = match at {
                At::Line(_) => slip.lines.as_deref().unwrap_or_default(),
                _ => &slip.header,
            };
            let (At::Header(name) | At::Line(name)) = at else {
                return Ok(As::Text);
            };
            let field = fields
                .iter()
                .find(|field| field.name == *name && !field.sensitive)
                .ok_or_else(|| StoreError::Invalid(format!("there is no field {at}")))?;
            (pack, field)
        }
    };
    Ok(match &field.1.kind {
        FieldKind::Text | FieldKind::Person => As::Text,
        FieldKind::Amount(unit) => As::Amount(*unit),
        FieldKind::Day => As::Day,
        FieldKind::Moment => As::Moment,
        FieldKind::Flag => As::Text,
        FieldKind::Choice(choices) => As::Choice(choices.clone()),
        FieldKind::Register(register) => As::Record(format!("{}.{register}", field.0)),
    })
}

/// The declaration of a kind as it is now, with the name of its pack.
pub(super) fn declared<'a>(catalog: &'a Catalog, kind: &str) -> Option<(&'a str, &'a model::Slip)> {
    catalog.packs().iter().find_map(|pack| {
        let mut slips = pack.flows.iter().flat_map(|flow| &flow.slips);
        slips
            .find(|slip| *slip.qualified == *kind)
            .map(|slip| (&*pack.name, slip))
    })
}

/// Reads the conditions.
pub(super) fn checks(
    sql: &dyn Sql,
    org: i64,
    catalog: &Catalog,
    kind: Option<&str>,
    conditions: &[Condition],
) -> Result<Vec<Check>> {
    if conditions.len() > CONDITIONS_MAX {
        return Err(StoreError::Invalid("too many conditions".to_owned()));
    }
    conditions
        .iter()
        .map(|condition| check(sql, org, catalog, kind, condition))
        .collect()
}

fn check(
    sql: &dyn Sql,
    org: i64,
    catalog: &Catalog,
    kind: Option<&str>,
    condition: &Condition,
) -> Result<Check> {
    let compared = kind_of(catalog, kind, &condition.at)?;
    let wanted = match condition.test {
        Test::Is | Test::Not | Test::Has => 1..=1,
        Test::Between => 2..=2,
        Test::Empty | Test::Filled => 0..=0,
        Test::OneOf => 1..=VALUES_MAX,
    };
    if !wanted.contains(&condition.values.len()) {
        let (at, test) = (&condition.at, condition.test.name());
        return Err(StoreError::Invalid(format!(
            "{at} {test} takes another number of values"
        )));
    }
    let mut check = Check {
        at: condition.at.clone(),
        test: condition.test,
        values: Vec::new(),
        numbers: Vec::new(),
        keys: BTreeSet::new(),
        kind: compared,
    };
    for value in &condition.values {
        check.value(sql, org, value.trim())?;
    }
    Ok(check)
}

impl Check {
    fn value(&mut self, sql: &dyn Sql, org: i64, value: &str) -> Result<()> {
        let bad = || {
            let at = &self.at;
            StoreError::Invalid(format!("{at}: {value:?} cannot be compared"))
        };
        let open = value.is_empty() && self.test == Test::Between;
        let (text, number) = match &self.kind {
            _ if open => (String::new(), None),
            _ if self.test == Test::Has => (fold(value), None),
            As::Amount(unit) => {
                let plain: String = fold(value).chars().filter(|c| *c != ',').collect();
                let amount = Amount::parse(&plain, *unit).map_err(|_| bad())?;
                (amount.to_string(), Some(amount.units))
            }
            As::Day | As::Moment => {
                let day: Day = value.parse().map_err(|_| bad())?;
                (day.to_string(), None)
            }
            As::Text | As::Choice(_) | As::Record(_) => (fold(value), None),
        };
        self.meant(sql, org, &text)?;
        self.values.push(text);
        self.numbers.push(number);
        Ok(())
    }

    /// Codes whose name is meant by a value.
    fn meant(&mut self, sql: &dyn Sql, org: i64, value: &str) -> Result<()> {
        let whole = self.test != Test::Has;
        let means = |name: &str| {
            let name = fold(name);
            if whole {
                name == value
            } else {
                name.contains(value)
            }
        };
        match &self.kind {
            _ if value.is_empty() || self.test == Test::Between => {}
            As::Choice(choices) => {
                let named = choices
                    .iter()
                    .filter(|choice| means(&choice.label.zh) || means(&choice.label.en));
                self.keys
                    .extend(named.map(|choice| choice.code.to_string()));
            }
            As::Record(register) => {
                let search = RecordQuery {
                    search: Some(value.to_owned()),
                    limit: NAMED_MAX,
                    ..RecordQuery::default()
                };
                for row in registers::list(sql, org, register, &search)?.rows {
                    let fields = row.fields();
                    let named = fields.iter().any(|(field, text)| {
                        (field == "name" || field.ends_with("_name")) && means(text)
                    });
                    if named {
                        self.keys.insert(row.record.key.to_string());
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub fn in_lines(&self) -> bool {
        self.at.in_lines()
    }

    /// Whether it needs what was filled in.
    pub fn needs_body(&self) -> bool {
        matches!(self.at, At::Header(_) | At::Line(_))
    }

    /// Whether it holds for a slip, by a place outside the lines.
    pub fn holds(&self, fields: &Fields<'_>) -> Result<bool> {
        Ok(self.holds_for(&fields.text(&self.at)?))
    }

    /// Whether it holds for a line.
    pub fn holds_in(&self, line: &BTreeMap<String, String>) -> bool {
        let At::Line(field) = &self.at else {
            return true;
        };
        self.holds_for(line.get(&**field).map_or("", String::as_str))
    }

    fn holds_for(&self, text: &str) -> bool {
        match self.test {
            Test::Empty => text.is_empty(),
            Test::Filled => !text.is_empty(),
            Test::Is | Test::OneOf => !text.is_empty() && self.is(text),
            Test::Not => text.is_empty() || !self.is(text),
            Test::Has => {
                let value = self.values.first().map_or("", String::as_str);
                !text.is_empty() && (self.keys.contains(text) || fold(text).contains(value))
            }
            Test::Between => !text.is_empty() && self.between(text),
        }
    }

    fn is(&self, text: &str) -> bool {
        let compared = self.compared(text);
        self.values.contains(&compared) || self.keys.contains(text)
    }

    fn between(&self, text: &str) -> bool {
        let [from, to] = self.values.as_slice() else {
            return false;
        };
        if let As::Amount(unit) = self.kind {
            let Ok(amount) = Amount::parse(text, unit) else {
                return false;
            };
            let bound = |at: usize| self.numbers.get(at).copied().flatten();
            return bound(0).is_none_or(|from| from <= amount.units)
                && bound(1).is_none_or(|to| amount.units <= to);
        }
        let compared = self.compared(text);
        (from.is_empty() || *from <= compared) && (to.is_empty() || compared <= *to)
    }

    /// A slip's text as the values of the condition are.
    fn compared(&self, text: &str) -> String {
        match self.kind {
            As::Moment => text.parse().map_or_else(
                |_| text.to_owned(),
                |micros| Moment(micros).day().to_string(),
            ),
            As::Amount(_) | As::Day => text.to_owned(),
            As::Text | As::Choice(_) | As::Record(_) => fold(text),
        }
    }
}

/// By what rows are sorted: what is missing comes first, then numbers, then texts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(super) enum Key {
    Missing,
    Number(i64),
    Text(String),
}

/// Gives the keys of rows.
pub(super) struct Sorter {
    at: At,
    kind: As,
}

impl Sorter {
    pub fn new(catalog: &Catalog, kind: Option<&str>, at: &At) -> Result<Sorter> {
        Ok(Sorter {
            at: at.clone(),
            kind: kind_of(catalog, kind, at)?,
        })
    }

    pub fn needs_body(&self) -> bool {
        matches!(self.at, At::Header(_) | At::Line(_))
    }

    /// The key of a slip; of a line's field that of the first line.
    pub fn key(&self, fields: &Fields<'_>, lines: &[BTreeMap<String, String>]) -> Result<Key> {
        let text = match &self.at {
            At::Line(field) => lines
                .first()
                .and_then(|line| line.get(&**field).cloned())
                .unwrap_or_default(),
            at => fields.text(at)?,
        };
        Ok(match &self.kind {
            _ if text.is_empty() => Key::Missing,
            As::Amount(unit) => {
                Amount::parse(&text, *unit).map_or(Key::Missing, |amount| Key::Number(amount.units))
            }
            As::Moment => text.parse().map_or(Key::Missing, Key::Number),
            _ => Key::Text(text),
        })
    }
}

/// The unit of an amount that is to be added up.
pub(super) fn unit_of(catalog: &Catalog, kind: Option<&str>, at: &At) -> Result<Unit> {
    match kind_of(catalog, kind, at)? {
        As::Amount(unit) => Ok(unit),
        _ => Err(StoreError::Invalid(format!("{at} is no amount"))),
    }
}

/// Whether a place can be named for slips of this kind.
pub(super) fn known(catalog: &Catalog, kind: Option<&str>, at: &At) -> Result<()> {
    kind_of(catalog, kind, at).map(drop)
}

//! What of a register holds on a day: fields of days whose name ends in `_until` say until when.

use kernel::Day;
use model::{Field, FieldKind, Register};
use store::{AsOf, Page, RecordQuery, RecordRow};

use super::desk::{Asked, Reader};
use super::ledger::When;
use crate::error::Error;
use crate::parts::Tone;

/// Days before an end at which a record is marked.
const SOON: i64 = 60;
/// Records looked at for one page of those that are in some state.
const LOOKED_MAX: usize = 20_000;
/// Records read at once for that.
const AT_ONCE: usize = 1_000;

/// Whether something still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing in it has ended.
    Holds,
    /// Something in it ends soon.
    Ending,
    /// Something in it has ended.
    Ended,
}

/// Which records a list shows.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    register: &'a Register,
    state: Option<State>,
    /// The day on which they should hold.
    pub day: Day,
}

impl<'a> Wanted<'a> {
    /// Reads an address.
    fn asked(
        reader: &Reader<'_>,
        register: &'a Register,
        asked: &Asked,
        when: &When,
    ) -> Wanted<'a> {
        Wanted {
            register,
            state: match asked.text("state") {
                "holds" => Some(State::Holds),
                "ending" => Some(State::Ending),
                "ended" => Some(State::Ended),
                _ => None,
            },
            day: match when.as_of {
                AsOf::Day(day) => day,
                AsOf::Moment(at) => at.day(),
                _ => reader.today,
            },
        }
    }
}

/// What an address asks of a register, from its first record; the limit is left to the asker.
pub(super) fn query<'a>(
    reader: &Reader<'_>,
    register: &'a Register,
    asked: &Asked,
) -> (RecordQuery, Wanted<'a>) {
    let when = When::asked(reader, asked, "on", "at");
    let wanted = Wanted::asked(reader, register, asked, &when);
    let query = RecordQuery {
        on: Some(wanted.day).filter(|_| when != When::default()),
        known_at: when.moment(),
        search: asked.some("q"),
        ..RecordQuery::default()
    };
    (query, wanted)
}

/// Whether a register says until when anything holds.
pub(super) fn has_ends(register: &Register) -> bool {
    register.fields.iter().any(says_until)
}

fn says_until(field: &Field) -> bool {
    field.kind == FieldKind::Day && field.name.ends_with("_until")
}

/// The states, to choose from.
pub(super) fn choices(reader: &Reader<'_>) -> Vec<(String, String)> {
    [
        ("", "全部", "All"),
        ("holds", "有效", "Valid"),
        ("ending", "将到期", "Ending soon"),
        ("ended", "已过期", "Expired"),
    ]
    .into_iter()
    .map(|(value, zh, en)| (value.to_owned(), reader.t(zh, en).to_owned()))
    .collect()
}

/// Whether a day until which something holds is past or near, and how many days are left.
pub(super) fn ends(field: &Field, text: &str, on: Day) -> Option<(Tone, i64)> {
    if !says_until(field) {
        return None;
    }
    let left = text.parse::<Day>().ok()?.days_since(on);
    match left {
        ..0 => Some((Tone::Dead, left)),
        0..SOON => Some((Tone::Held, left)),
        _ => None,
    }
}

fn state_of(register: &Register, row: &RecordRow, on: Day) -> State {
    let fields = row.fields();
    let mut state = State::Holds;
    for field in &register.fields {
        let text = fields.get(&*field.name).map_or("", String::as_str);
        match ends(field, text, on) {
            Some((Tone::Dead, _)) => return State::Ended,
            Some(_) => state = State::Ending,
            None => {}
        }
    }
    state
}

/// A page of records; of those in some state as many as there are among the next so many thousand.
pub(super) fn page(
    reader: &Reader<'_>,
    qualified: &str,
    mut query: RecordQuery,
    wanted: &Wanted<'_>,
) -> Result<Page<RecordRow>, Error> {
    let Some(state) = wanted.state else {
        return Ok(reader.store.records(reader.org, qualified, &query)?);
    };
    let (rows, first) = (query.limit, query.after.is_none());
    let mut out = Page {
        rows: Vec::new(),
        next: None,
        total: None,
    };
    let mut looked_at = 0;
    query.limit = AT_ONCE;
    loop {
        let page = reader.store.records(reader.org, qualified, &query)?;
        looked_at += page.rows.len();
        for row in page.rows {
            if state_of(wanted.register, &row, wanted.day) != state {
                continue;
            }
            if out.rows.len() == rows {
                // A page begins after a key, so the last one shown says where the next page begins.
                out.next = out.rows.last().map(after);
                return Ok(out);
            }
            out.rows.push(row);
        }
        match page.next {
            None => {
                out.total = first.then(|| i64::try_from(out.rows.len()).unwrap_or(i64::MAX));
                return Ok(out);
            }
            Some(next) if looked_at >= LOOKED_MAX => {
                out.next = Some(next);
                return Ok(out);
            }
            next => query.after = next,
        }
    }
}

fn after(row: &RecordRow) -> store::Cursor {
    store::Cursor::after_record(&row.record.key)
}

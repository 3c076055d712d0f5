//! A list as its address says: which slips, under which conditions, with which columns. The list itself, its sums, its
//! files and its kept views all read the same address.

use engine::SlipState;
use kernel::Day;
use model::Catalog;
use store::{At, Condition, Cursor, ListQuery, SavedView, Sort, TableQuery, Test};

use super::columns::{self, Column};
use super::desk::{Asked, Reader, address};
use crate::error::Error;

/// Rows of a page.
pub(crate) const ROWS: usize = 50;
/// Conditions of a list.
pub(crate) const CONDITIONS_MAX: usize = 12;

/// The names of the filters that every list has, in their order.
pub(crate) const FILTERS: [&str; 7] = ["kind", "state", "step", "from", "to", "person", "text"];

/// A condition as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Typed {
    pub field: String,
    pub test: String,
    pub one: String,
    pub two: String,
}

/// A list.
pub(crate) struct Listing {
    pub query: TableQuery,
    /// All columns there are.
    pub columns: Vec<Column>,
    /// The positions of those shown.
    pub shown: Vec<usize>,
    /// The conditions as typed, those left out too.
    pub typed: Vec<Typed>,
    /// Conditions that this kind of slip cannot have, by the name of the field.
    pub left_out: Vec<String>,
}

impl Listing {
    /// The columns shown.
    pub fn shown(&self) -> impl Iterator<Item = &Column> {
        self.shown.iter().filter_map(|at| self.columns.get(*at))
    }

    /// Whether each row is of a line.
    pub fn by_lines(&self) -> bool {
        self.shown().any(Column::in_lines)
    }

    /// Whether what was filled in is needed.
    pub fn needs_fields(&self) -> bool {
        self.shown()
            .any(|column| matches!(column.what, columns::What::Field { .. }))
    }
}

/// Reads a list. `kept` are the columns that the reader chose last for this kind.
pub(crate) fn read(
    reader: &Reader<'_>,
    catalog: &Catalog,
    asked: &Asked,
    kept: Option<&SavedView>,
) -> Listing {
    let kind = asked.text("kind");
    let columns = columns::all(reader, catalog, kind);
    let mut names: Vec<String> = asked
        .pairs()
        .iter()
        .filter(|(name, _)| name == "c")
        .map(|(_, value)| value.clone())
        .collect();
    if let (true, Some(view)) = (names.is_empty(), kept) {
        names = view.body.split(',').map(str::to_owned).collect();
    }
    let mut shown: Vec<usize> = names
        .iter()
        .filter_map(|name| columns.iter().position(|column| column.name == *name))
        .collect();
    if shown.is_empty() {
        shown = (0..columns::USUAL.len()).collect();
    }
    shown.sort_unstable();
    shown.dedup();
    let typed = typed(asked);
    let mut left_out = Vec::new();
    let mut conditions = Vec::new();
    for one in &typed {
        let at = columns
            .iter()
            .find(|column| column.name == one.field)
            .and_then(Column::at);
        match (at, Test::named(&one.test)) {
            (Some(at), Some(test)) => conditions.extend(condition(reader, at, test, one)),
            _ => left_out.push(one.field.clone()),
        }
    }
    let (sort, own, descending) = order(asked, &columns);
    let day = |name: &str| asked.text(name).parse::<Day>().ok();
    Listing {
        query: TableQuery {
            list: ListQuery {
                kind: asked.some("kind"),
                state: SlipState::named(asked.text("state")),
                day_from: day("from"),
                day_to: day("to"),
                begun_by: asked.some("person").map(|typed| login_of(reader, typed)),
                under_way: false,
                party: asked.some("party"),
                text: asked.some("text"),
                waiting_step: asked.some("step"),
                sort,
                descending,
                after: asked.some("after").map(Cursor),
                limit: ROWS,
            },
            conditions,
            sort: own,
        },
        columns,
        shown,
        typed,
        left_out,
    }
}

/// The conditions of an address: `f0`, `o0`, `a0`, `b0` and so on.
fn typed(asked: &Asked) -> Vec<Typed> {
    (0..CONDITIONS_MAX)
        .map(|at| {
            let text = |name: &str| asked.text(&format!("{name}{at}")).to_owned();
            Typed {
                field: text("f"),
                test: text("o"),
                one: text("a"),
                two: text("b"),
            }
        })
        .filter(|typed| !typed.field.is_empty())
        .collect()
}

/// A condition; nothing while it is still being typed.
fn condition(reader: &Reader<'_>, at: At, test: Test, typed: &Typed) -> Option<Condition> {
    let one = if at == At::BegunBy && test != Test::Has {
        login_of(reader, typed.one.clone())
    } else {
        typed.one.clone()
    };
    let values = match test {
        Test::Empty | Test::Filled => Vec::new(),
        Test::Between if typed.one.is_empty() && typed.two.is_empty() => return None,
        Test::Between => vec![one, typed.two.clone()],
        Test::OneOf => {
            let all: Vec<String> = typed
                .one
                .split([',', '，', '、', ';', '；', '\n'])
                .map(str::trim)
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
                .collect();
            if all.is_empty() {
                return None;
            }
            all
        }
        Test::Is | Test::Not | Test::Has if one.is_empty() => return None,
        Test::Is | Test::Not | Test::Has => vec![one],
    };
    Some(Condition { at, test, values })
}

/// The login of a name; what was typed where nobody has that name.
pub(crate) fn login_of(reader: &Reader<'_>, typed: String) -> String {
    let people = reader.memory.people(reader).unwrap_or_default();
    if people.contains_key(typed.as_str()) {
        return typed;
    }
    people
        .values()
        .find(|person| *person.name == *typed)
        .map_or(typed, |person| person.login.to_string())
}

/// The order that an address asks for: by what an index has, or by a column of its own.
pub(crate) fn order(asked: &Asked, columns: &[Column]) -> (Sort, Option<At>, bool) {
    let text = asked.text("sort");
    let (name, descending) = match text.strip_prefix('-') {
        Some(name) => (name, true),
        None => (text, text.is_empty()),
    };
    let own = || {
        columns
            .iter()
            .find(|column| column.name == name)
            .and_then(Column::at)
    };
    match name {
        "" | "begun" | "day" => (Sort::Begun, None, descending),
        "number" => (Sort::Number, None, descending),
        "party" => (Sort::Party, None, descending),
        _ => (Sort::Begun, own(), descending),
    }
}

/// What of an address makes up the list, page and message left out.
pub(crate) fn pairs(asked: &Asked) -> Vec<(&str, &str)> {
    let own = |name: &str| {
        FILTERS.contains(&name)
            || matches!(name, "party" | "sort" | "c" | "by" | "s")
            || (name.len() <= 3
                && name.starts_with(['f', 'o', 'a', 'b'])
                && name[1..].bytes().all(|byte| byte.is_ascii_digit())
                && name.len() > 1)
    };
    asked
        .pairs()
        .iter()
        .filter(|(name, value)| own(name) && !value.is_empty())
        .map(|(name, value)| (&**name, value.trim()))
        .collect()
}

/// The address of a list with some of it changed; an empty value leaves the name out.
pub(crate) fn with(asked: &Asked, path: &str, change: &[(&str, &str)]) -> String {
    let kept: Vec<(&str, &str)> = pairs(asked)
        .into_iter()
        .filter(|(name, _)| !change.iter().any(|(changed, _)| changed == name))
        .chain(change.iter().copied())
        .collect();
    address(path, &kept)
}

/// The query of a list, without the path.
pub(crate) fn query_text(asked: &Asked) -> String {
    address("", &pairs(asked))
        .trim_start_matches('?')
        .to_owned()
}

/// The id under which the columns are kept that somebody chose last for a kind.
pub(crate) fn columns_id(reader: &Reader<'_>, kind: &str) -> String {
    format!("columns/{}/{kind}", reader.me.login)
}

/// The columns that the reader chose last for a kind.
pub(crate) fn kept_columns(reader: &Reader<'_>, kind: &str) -> Result<Option<SavedView>, Error> {
    Ok(reader
        .store
        .view(reader.org, &columns_id(reader, kind))
        // A kept choice that was altered is as good as none.
        .unwrap_or(None))
}

/// Keeps the columns of an address, if it names any that were not kept before.
pub(crate) fn keep_columns(
    reader: &Reader<'_>,
    asked: &Asked,
    kept: Option<&SavedView>,
) -> Result<(), Error> {
    let names: Vec<&str> = asked
        .pairs()
        .iter()
        .filter(|(name, _)| name == "c")
        .map(|(_, value)| &**value)
        .collect();
    let body: String = names.join(",").chars().take(2_000).collect();
    let kind = asked.text("kind");
    if body.is_empty() || kind.chars().count() > 200 || kept.is_some_and(|kept| kept.body == body) {
        return Ok(());
    }
    let view = SavedView {
        id: columns_id(reader, kind),
        owner: reader.me.login.clone(),
        role: "".into(),
        place: "columns".to_owned(),
        name: String::new(),
        body,
        updated: reader.now,
    };
    Ok(reader.store.put_view(reader.org, &view)?)
}

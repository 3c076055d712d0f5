//! Lists with any field, their sums and files, kept lists, and search.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use engine::SlipState;
use kernel::{Day, Unit};
use model::{Catalog, Field};
use serde::{Deserialize, Serialize};
use store::{
    At, Condition, Cursor, ListQuery, SavedView, SearchQuery, Searched, Sort, StoreError, SumQuery,
    SumRow, TableQuery, TableRow, Test,
};
use utoipa::{IntoParams, ToSchema};

use super::call::{Asked, Meant, Plain};
use super::doc::{Routes, op};
use super::out::{Head, Listed, head};
use crate::App;
use crate::auth::Session;
use crate::error::Error;
use crate::names;
use crate::pages::for_api::{self, Desk, Format};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .post(
            "/api/v1/slips/query",
            op(
                "query_slips",
                "slips",
                "按任意字段查单。 Slips by conditions on any field, with what was filled in.",
            )
            .about("Changes nothing; it is a POST for the length of its conditions.")
            .body::<TableAsked>()
            .answers_rows::<RowShown>("slips with their fields; sensitive ones masked"),
            query,
        )
        .post(
            "/api/v1/slips/sums",
            op("sum_slips", "slips", "分组汇总。 Counts and sums by any field.")
                .body::<SumsAsked>()
                .answers::<SumsShown>("the groups"),
            sums,
        )
        .post(
            "/api/v1/slips/export",
            op(
                "export_slips",
                "slips",
                "导出。 Every row of a list as a file, sent while it is read; the journal keeps who took it.",
            )
            .body::<ExportAsked>()
            .answers_bytes(
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "the file",
            ),
            export,
        )
        .post(
            "/api/v1/slips/print",
            op("print_slips", "slips", "合并打印。 Up to 200 slips as one PDF, each printed for the record with its code.")
                .body::<PrintAsked>()
                .answers_bytes("application/pdf", "the forms"),
            print,
        )
        .get(
            "/api/v1/search",
            op(
                "search",
                "slips",
                "全文查找。 Slips, records or attachments that have every word.",
            )
            .query::<SearchAsked>()
            .answers_rows::<FoundShown>("what was found, the newest first"),
            search,
        )
        .get(
            "/api/v1/search/number/{number}",
            op(
                "find_number",
                "slips",
                "按单号或其末几位查单。 Slips of this number, or whose number ends so.",
            )
            .answers_rows::<Head>("slips, the newest first"),
            number,
        )
        .get(
            "/api/v1/views",
            op("list_views", "slips", "已存的视图。 Kept lists: one's own, and those of roles that one holds.")
                .answers_rows::<ViewShown>("kept lists"),
            views,
        )
        .post(
            "/api/v1/views",
            op("keep_view", "slips", "存视图。 Keeps a list, for oneself or for a role that one holds.")
                .body::<ViewAsked>()
                .answers::<ViewShown>("as it is kept"),
            keep,
        )
        .post(
            "/api/v1/views/{id}/remove",
            op("remove_view", "slips", "移除视图。 Removes a kept list.")
                .body::<Nothing>()
                .answers::<super::out::Ok>("removed"),
            remove,
        )
}

/// A condition.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConditionAsked {
    /// `number`, `state`, `day`, `begun_by`, `party`, `amount`, `header.FIELD`, `line.FIELD`.
    field: String,
    /// `is`, `not`, `has`, `between`, `one_of`, `empty`, `filled`.
    test: String,
    /// None, one, two or any number, as the test asks.
    #[serde(default)]
    values: Vec<String>,
}

/// Which slips, in what order.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TableAsked {
    /// Qualified kind; needed to name fields.
    kind: Option<String>,
    /// `open`, `done`, `void`, `reversed`.
    #[schema(value_type = Option<String>)]
    state: Option<SlipState>,
    /// From this business day.
    #[schema(value_type = Option<String>)]
    from: Option<Day>,
    /// To this business day.
    #[schema(value_type = Option<String>)]
    to: Option<Day>,
    /// Login of who began it.
    begun_by: Option<String>,
    /// Key of the partner.
    party: Option<String>,
    /// The beginning of a number.
    text: Option<String>,
    /// Qualified step that waits on it.
    waiting: Option<String>,
    /// All must hold; those on lines for one and the same line.
    #[serde(rename = "where")]
    conditions: Vec<ConditionAsked>,
    /// `day`, `number`, `party`, or any field.
    sort: Option<String>,
    /// Largest first.
    descending: bool,
    /// The `next` of the part before.
    after: Option<String>,
    /// Most rows, at most 1,000.
    limit: Option<usize>,
}

fn at(name: &str) -> Result<At, Error> {
    At::named(name).ok_or_else(|| StoreError::Invalid(format!("there is no field {name}")).into())
}

impl TableAsked {
    fn query(self) -> Result<TableQuery, Error> {
        let conditions = self
            .conditions
            .into_iter()
            .map(|asked| {
                let test = Test::named(&asked.test).ok_or_else(|| {
                    StoreError::Invalid(format!("there is no test {}", asked.test))
                })?;
                Ok(Condition {
                    at: at(&asked.field)?,
                    test,
                    values: asked.values,
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let (by_index, sort) = match self.sort.as_deref() {
            None | Some("day" | "begun") => (Sort::Begun, None),
            Some("number") => (Sort::Number, None),
            Some("party") => (Sort::Party, None),
            Some(name) => (Sort::Begun, Some(at(name)?)),
        };
        Ok(TableQuery {
            list: ListQuery {
                kind: self.kind,
                state: self.state,
                day_from: self.from,
                day_to: self.to,
                begun_by: self.begun_by,
                under_way: false,
                party: self.party,
                text: self.text.filter(|text| !text.is_empty()),
                waiting_step: self.waiting,
                sort: by_index,
                descending: self.descending,
                after: self.after.map(Cursor),
                limit: self.limit.unwrap_or(0),
            },
            conditions,
            sort,
        })
    }
}

/// A slip with its fields.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowShown {
    /// The slip.
    slip: Head,
    /// Header values by field name.
    header: BTreeMap<String, String>,
    /// The lines for which the conditions hold, all where there is none on lines.
    lines: Vec<BTreeMap<String, String>>,
}

/// What was filled in, with what is sensitive masked.
fn masked(fields: &[Field], mut values: BTreeMap<String, String>) -> BTreeMap<String, String> {
    for field in fields.iter().filter(|field| field.sensitive) {
        if let Some(value) = values.get_mut(&*field.name) {
            *value = names::masked(value);
        }
    }
    values
}

fn shown(catalog: &Catalog, row: TableRow) -> RowShown {
    let declared = catalog.slip_of(&row.head.version, &row.head.kind);
    let (header, lines) = match declared {
        Some((_, _, _, _, slip)) => (
            masked(&slip.header, row.header),
            row.lines
                .into_iter()
                .map(|line| masked(slip.lines.as_deref().unwrap_or_default(), line))
                .collect(),
        ),
        // Without its declaration nobody knows what is sensitive.
        None => (BTreeMap::new(), Vec::new()),
    };
    RowShown {
        slip: head(catalog, row.head),
        header,
        lines,
    }
}

async fn query(
    State(app): State<Arc<App>>,
    _: Session,
    Plain(asked): Plain<TableAsked>,
) -> Result<Json<Listed<RowShown>>, Error> {
    let query = asked.query()?;
    let rows = app
        .read(move |app| {
            let (store, org) = (app.store(), app.org());
            let page = store.table(org, &query, true)?;
            // The version of every slip must be in the catalog before its fields are shown.
            if let Some(row) = page.rows.iter().find(|row| {
                let catalog = app.catalog();
                catalog.slip_of(&row.head.version, &row.head.kind).is_none()
            }) {
                store.slip(org, row.head.id)?;
            }
            let catalog = app.catalog();
            Ok::<_, StoreError>(Listed {
                next: page.next.map(|cursor| cursor.0),
                total: page.total,
                rows: page
                    .rows
                    .into_iter()
                    .map(|row| shown(&catalog, row))
                    .collect(),
            })
        })
        .await?;
    Ok(Json(rows))
}

/// Which groups.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SumsAsked {
    /// Of these slips.
    of: TableAsked,
    /// One group per value of this field; `month` too.
    by: Option<String>,
    /// The amounts to add up.
    sums: Vec<String>,
}

/// A group.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupShown {
    /// The value.
    key: String,
    /// Slips, or lines where groups are of a line's field.
    count: i64,
    /// Sums, in the order asked for, as exact decimals.
    sums: Vec<String>,
}

/// Groups.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SumsShown {
    /// The groups, by value.
    groups: Vec<GroupShown>,
    /// All of them together.
    total: GroupShown,
    /// Whether there are more groups than are told apart.
    more: bool,
}

fn unit_of(catalog: &Catalog, kind: Option<&str>, place: &At) -> Unit {
    let declared = kind.and_then(|kind| for_api::declared(catalog, kind));
    let field = match (place, declared) {
        (At::Header(name), Some(slip)) => slip.header.iter().find(|field| field.name == *name),
        (At::Line(name), Some(slip)) => {
            let lines = slip.lines.as_deref().unwrap_or_default();
            lines.iter().find(|field| field.name == *name)
        }
        _ => None,
    };
    match field.map(|field| &field.kind) {
        Some(model::FieldKind::Amount(unit)) => *unit,
        _ => Unit::Money,
    }
}

async fn sums(
    State(app): State<Arc<App>>,
    _: Session,
    Plain(asked): Plain<SumsAsked>,
) -> Result<Json<SumsShown>, Error> {
    let kind = asked.of.kind.clone();
    let query = SumQuery {
        table: asked.of.query()?,
        by: asked.by.as_deref().map(at).transpose()?,
        of: asked
            .sums
            .iter()
            .map(|name| at(name))
            .collect::<Result<_, _>>()?,
    };
    let catalog = app.catalog();
    let units: Vec<Unit> = query
        .of
        .iter()
        .map(|place| unit_of(&catalog, kind.as_deref(), place))
        .collect();
    let sums = app
        .read_store(move |store, org| store.sums(org, &query))
        .await?;
    let group = |row: SumRow| GroupShown {
        key: row.key,
        count: row.count,
        sums: row
            .sums
            .iter()
            .zip(&units)
            .map(|(sum, unit)| super::out::decimal(*sum, *unit))
            .collect(),
    };
    Ok(Json(SumsShown {
        groups: sums.rows.into_iter().map(group).collect(),
        total: group(sums.total),
        more: sums.more,
    }))
}

/// A file of a list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportAsked {
    /// `xlsx` or `csv`.
    format: String,
    /// The query of the list's page: `kind=…&state=…&c=number&f0=line.qty&o0=between&a0=1&b0=9`.
    #[serde(default)]
    text: String,
    /// Its groups and sums instead of its rows.
    #[serde(default)]
    sums: bool,
}

async fn export(desk: Desk, Meant { acting, body }: Meant<ExportAsked>) -> Result<Response, Error> {
    let format = Format::named(&body.format).ok_or_else(for_api::unknown_format)?;
    for_api::file(desk, &acting, body.sums, format, &body.text).await
}

/// Slips to print.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrintAsked {
    /// Their ids, at most 200.
    slips: Vec<i64>,
}

async fn print(desk: Desk, Meant { acting, body }: Meant<PrintAsked>) -> Result<Response, Error> {
    for_api::printed(desk, &acting, body.slips).await
}

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchAsked {
    /// Words, all of which must be there: of Chinese any part, of other words the beginning, of numbers the end too.
    q: String,
    /// `slips`, `records` or `attachments`; slips when absent.
    #[serde(rename = "in")]
    #[param(rename = "in", value_type = Option<String>)]
    what: Option<Searched>,
    /// The `next` of the part before.
    after: Option<String>,
    /// Most rows, at most 200.
    limit: Option<usize>,
}

/// Something found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundShown {
    /// The slip, or the slip that a file is attached to.
    #[serde(skip_serializing_if = "Option::is_none")]
    slip: Option<i64>,
    /// Qualified register of a record.
    #[serde(skip_serializing_if = "String::is_empty")]
    register: String,
    /// Key of a record, hash of a file.
    #[serde(skip_serializing_if = "String::is_empty")]
    key: String,
    /// Number, name of a record, name of a file.
    title: String,
    /// Where it was found.
    excerpt: String,
}

async fn search(
    State(app): State<Arc<App>>,
    _: Session,
    Asked(asked): Asked<SearchAsked>,
) -> Result<Json<Listed<FoundShown>>, Error> {
    let query = SearchQuery {
        text: asked.q,
        what: asked.what.unwrap_or_default(),
        after: asked.after.map(Cursor),
        limit: asked.limit.unwrap_or(0),
    };
    let page = app
        .read_store(move |store, org| store.search(org, &query))
        .await?;
    Ok(Json(Listed::of(page, |found| FoundShown {
        slip: found.slip.map(|slip| slip.0),
        register: found.register.to_string(),
        key: found.key.to_string(),
        title: found.title,
        excerpt: found.excerpt,
    })))
}

async fn number(
    State(app): State<Arc<App>>,
    _: Session,
    Path(text): Path<String>,
) -> Result<Json<Listed<Head>>, Error> {
    let heads = app
        .read_store(move |store, org| {
            let whole = store.slip_by_number(org, &text.to_uppercase())?;
            let ids = match whole {
                Some(slip) => vec![slip.id],
                None => store.ending(org, &text, 50)?,
            };
            store.heads(org, &ids)
        })
        .await?;
    let catalog = app.catalog();
    let rows = heads.into_iter().map(|row| head(&catalog, row));
    Ok(Json(Listed::whole(rows.collect())))
}

/// A kept list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ViewShown {
    /// Its id.
    id: String,
    /// What it is called.
    name: String,
    /// Login of who keeps it.
    owner: String,
    /// Qualified role it is shared with.
    #[serde(skip_serializing_if = "String::is_empty")]
    role: String,
    /// The query of the list's page.
    query: String,
    /// Whether the asker may remove it.
    removable: bool,
}

fn view_shown(view: SavedView, removable: bool) -> ViewShown {
    ViewShown {
        id: view.id,
        name: view.name,
        owner: view.owner.to_string(),
        role: view.role.to_string(),
        query: view.body,
        removable,
    }
}

async fn views(desk: Desk) -> Result<Json<Listed<ViewShown>>, Error> {
    let rows = for_api::views(desk).await?;
    let rows = rows
        .into_iter()
        .map(|(view, removable)| view_shown(view, removable));
    Ok(Json(Listed::whole(rows.collect())))
}

/// A list to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewAsked {
    /// What it is called, at most 40 characters; the same name again replaces it.
    name: String,
    /// Qualified role that one holds, to share it.
    #[serde(default)]
    role: String,
    /// The query of the list's page.
    query: String,
}

async fn keep(desk: Desk, Meant { body, .. }: Meant<ViewAsked>) -> Result<Json<ViewShown>, Error> {
    let view = for_api::keep(desk, body.name, body.role, body.query).await?;
    Ok(Json(view_shown(view, true)))
}

/// Nothing to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

async fn remove(
    desk: Desk,
    Path(id): Path<String>,
    Meant { .. }: Meant<Nothing>,
) -> Result<Json<super::out::Ok>, Error> {
    for_api::remove(desk, id).await?;
    Ok(Json(super::out::Ok::default()))
}

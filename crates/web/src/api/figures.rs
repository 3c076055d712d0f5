//! Ledgers over the API as figures: what changed between two moments, months, a pivot, and all of it as files.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{Day, Moment, Period};
use serde::{Deserialize, Serialize};
use store::{AsOf, ChangeQuery, MonthQuery};
use utoipa::{IntoParams, ToSchema};

use super::call::{Asked, Meant};
use super::doc::{Routes, op};
use super::ledgers::{key_filter, known};
use super::out::{BalanceShown, Listed, balance, decimal};
use crate::App;
use crate::auth::Session;
use crate::error::Error;
use crate::pages::for_api::{self, Desk, Format};
use crate::text::percent;

/// Months given when no limit is sent, and at most.
const MONTHS: usize = 1_000;
const MONTHS_MAX: usize = 100_000;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/ledgers/{ledger}/changes",
            op(
                "get_changes",
                "ledgers",
                "两时点对比。 What changed on each account between two moments.",
            )
            .query::<ChangesAsked>()
            .answers_rows::<ChangeShown>("accounts that changed"),
            changes,
        )
        .get(
            "/api/v1/ledgers/{ledger}/months",
            op(
                "get_months",
                "ledgers",
                "各月发生额。 What moved on each account, month by month.",
            )
            .query::<MonthsAsked>()
            .answers::<MonthsShown>("accounts and months"),
            months,
        )
        .get(
            "/api/v1/ledgers/{ledger}/pivot",
            op(
                "get_pivot",
                "ledgers",
                "透视。 Sums by one or two of place, any dimension and month.",
            )
            .query::<PivotAsked>()
            .answers::<PivotShown>("the figures"),
            pivot,
        )
        .post(
            "/api/v1/ledgers/{ledger}/export",
            op("export_ledger", "ledgers", "导出账。 A view of a ledger as a file, sent while it is read; the journal keeps who took it.")
                .body::<LedgerFileAsked>()
                .answers_bytes(
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                    "the file",
                ),
            export,
        )
}

/// Which two moments, of which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ChangesAsked {
    /// At the end of this business day; the beginning of the books when neither this nor `from_moment` is sent.
    #[param(value_type = Option<String>)]
    from: Option<Day>,
    /// As the books stood then, microseconds since 1970.
    from_moment: Option<i64>,
    /// To the end of this business day; now when neither this nor `to_moment` is sent.
    #[param(value_type = Option<String>)]
    to: Option<Day>,
    /// As the books stood then.
    to_moment: Option<i64>,
    /// Place.
    place: Option<String>,
    /// This key.
    key: Option<String>,
    /// Keys that begin so.
    prefix: Option<String>,
    /// The `next` of the part before.
    after: Option<String>,
    /// Most rows.
    limit: Option<usize>,
}

/// An account at two moments.
#[derive(Debug, Serialize, ToSchema)]
struct ChangeShown {
    /// Place.
    place: String,
    /// Key.
    key: String,
    /// Further dimensions.
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    /// Unit.
    unit: String,
    /// At the one.
    before: BalanceShown,
    /// At the other.
    after: BalanceShown,
    /// How much more is posted at the other.
    difference: String,
}

fn as_of(day: Option<Day>, moment: Option<i64>, otherwise: AsOf) -> Result<AsOf, Error> {
    match (day, moment) {
        (None, None) => Ok(otherwise),
        (Some(day), None) => Ok(AsOf::Day(day)),
        (None, Some(at)) => Ok(AsOf::Moment(Moment(at))),
        _ => Err(Error::bad(
            "query",
            "日期与时刻只能给一个",
            "give a day or a moment, not both",
        )),
    }
}

async fn changes(
    State(app): State<Arc<App>>,
    _: Session,
    Path(ledger): Path<String>,
    Asked(asked): Asked<ChangesAsked>,
) -> Result<Json<Listed<ChangeShown>>, Error> {
    known(&app, &ledger)?;
    let query = ChangeQuery {
        place: asked.place,
        key: key_filter(asked.key, asked.prefix),
        from: as_of(asked.from, asked.from_moment, AsOf::Seq(0))?,
        to: as_of(asked.to, asked.to_moment, AsOf::Now)?,
        after: asked.after.map(store::Cursor),
        limit: asked.limit.unwrap_or(0),
    };
    let page = app
        .read_store(move |store, org| store.changes(org, &ledger, &query))
        .await?;
    Ok(Json(Listed::of(page, |row| {
        let (before, after) = (row.before.posted.net(), row.after.posted.net());
        ChangeShown {
            place: row.place.to_string(),
            key: row.key.to_string(),
            detail: row.detail.to_string(),
            unit: row.unit.name().to_owned(),
            difference: decimal(i128::from(after) - i128::from(before), row.unit),
            before: balance(&row.before, row.unit),
            after: balance(&row.after, row.unit),
        }
    })))
}

/// Which months of which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MonthsAsked {
    /// From this month, `202604`.
    #[param(value_type = Option<i32>)]
    from: Option<Period>,
    /// To this month.
    #[param(value_type = Option<i32>)]
    to: Option<Period>,
    /// Place.
    place: Option<String>,
    /// This key.
    key: Option<String>,
    /// Keys that begin so.
    prefix: Option<String>,
    /// Most rows; 1,000 when absent, at most 100,000.
    limit: Option<usize>,
}

/// Months of accounts.
#[derive(Debug, Serialize, ToSchema)]
struct MonthsShown {
    /// By key, place and month.
    rows: Vec<MonthShown>,
    /// Whether there are more than the limit: narrow by place, key or months.
    more: bool,
}

/// What moved on an account in a month.
#[derive(Debug, Serialize, ToSchema)]
struct MonthShown {
    /// Place.
    place: String,
    /// Key.
    key: String,
    /// Further dimensions.
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    /// Unit.
    unit: String,
    /// The month, `202604`.
    month: i32,
    /// Sums of that month alone.
    sums: BalanceShown,
}

async fn months(
    State(app): State<Arc<App>>,
    _: Session,
    Path(ledger): Path<String>,
    Asked(asked): Asked<MonthsAsked>,
) -> Result<Json<MonthsShown>, Error> {
    known(&app, &ledger)?;
    let query = MonthQuery {
        place: asked.place,
        key: key_filter(asked.key, asked.prefix),
        from: asked.from,
        to: asked.to,
        limit: asked.limit.unwrap_or(MONTHS).clamp(1, MONTHS_MAX),
    };
    let months = app
        .read_store(move |store, org| store.months(org, &ledger, &query))
        .await?;
    let rows = months.rows.into_iter().map(|row| MonthShown {
        place: row.place.to_string(),
        key: row.key.to_string(),
        detail: row.detail.to_string(),
        unit: row.unit.name().to_owned(),
        month: row.period.0,
        sums: balance(&row.balance, row.unit),
    });
    Ok(Json(MonthsShown {
        rows: rows.collect(),
        more: months.more,
    }))
}

/// What a pivot is asked, in the words of its page's address.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PivotAsked {
    /// `place`, `month`, `k0`, `k1`… for the parts of the key, `d0`, `d1`… for further dimensions.
    rows: Option<String>,
    /// The same, or `none`.
    cols: Option<String>,
    /// `in`, `out`, or the balance when absent.
    what: Option<String>,
    /// As of the end of this business day; not where months are told apart.
    as_of: Option<String>,
    /// With it, as the books stood at this time of that day: `15:30`.
    at: Option<String>,
    /// From this month, `2026-04`, where months are told apart.
    from: Option<String>,
    /// To this month.
    to: Option<String>,
    /// Place.
    place: Option<String>,
    /// Keys that begin so.
    key: Option<String>,
    /// `1`: places of the outside world count too.
    outside: Option<String>,
}

/// A pivot.
#[derive(Debug, Serialize, ToSchema)]
struct PivotShown {
    /// The columns; none where none were asked for.
    columns: Vec<NamedShown>,
    /// The rows.
    rows: Vec<PivotRowShown>,
    /// The sum of everything.
    total: String,
    /// Unit.
    unit: String,
    /// Whether accounts were left out because there are too many: narrow by place or key.
    cut: bool,
}

/// A value and what people call it.
#[derive(Debug, Serialize, ToSchema)]
struct NamedShown {
    /// The value.
    value: String,
    /// Its name.
    name: String,
}

/// A row of a pivot.
#[derive(Debug, Serialize, ToSchema)]
struct PivotRowShown {
    /// The value.
    value: String,
    /// Its name.
    name: String,
    /// Its figures, in the order of the columns.
    figures: Vec<String>,
    /// Their sum.
    total: String,
}

async fn pivot(
    State(app): State<Arc<App>>,
    desk: Desk,
    Path(ledger): Path<String>,
    Asked(asked): Asked<PivotAsked>,
) -> Result<Json<PivotShown>, Error> {
    known(&app, &ledger)?;
    let pairs = [
        ("rows", asked.rows),
        ("cols", asked.cols),
        ("what", asked.what),
        ("as_of", asked.as_of),
        ("at", asked.at),
        ("from", asked.from),
        ("to", asked.to),
        ("place", asked.place),
        ("key", asked.key),
        ("outside", asked.outside),
    ];
    let query: Vec<String> = pairs
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", percent(&value?))))
        .collect();
    let made = for_api::pivot(desk, ledger, query.join("&")).await?;
    let unit = made.unit;
    let columns = made.columns.into_iter();
    let rows = made.rows.into_iter();
    Ok(Json(PivotShown {
        columns: columns
            .map(|(value, name)| NamedShown { value, name })
            .collect(),
        rows: rows
            .map(|((value, name), figures, total)| PivotRowShown {
                value,
                name,
                figures: figures.into_iter().map(|sum| decimal(sum, unit)).collect(),
                total: decimal(total, unit),
            })
            .collect(),
        total: decimal(made.total, unit),
        unit: unit.name().to_owned(),
        cut: made.cut,
    }))
}

/// Which view to take out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LedgerFileAsked {
    /// `balances`, `changes` or `pivot`.
    of: String,
    /// `xlsx` or `csv`.
    format: String,
    /// The query of the view's page: `as_of=2026-04-01&place=good`.
    #[serde(default)]
    text: String,
}

async fn export(
    desk: Desk,
    Path(ledger): Path<String>,
    Meant { acting, body }: Meant<LedgerFileAsked>,
) -> Result<Response, Error> {
    let format = Format::named(&body.format).ok_or_else(for_api::unknown_format)?;
    for_api::ledger_file(desk, &acting, (ledger, &body.of), format, &body.text).await
}

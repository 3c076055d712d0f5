//! The work on a flow: what waits at which step and for how long, how long each step and person let it wait, how much is
//! done a day, and where it is stuck.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use kernel::{Day, Moment};
use maud::{Markup, html};
use model::Flow;
use store::{Pace, PaceQuery, Waits};

use super::desk::{Asked, Content, Desk, Reader, address};
use super::{flows, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::lang::Lang;
use crate::parts::list::{Choose, Filter, filters};
use crate::parts::slip::{Fact, facts};
use crate::parts::table::{Cell, Head, Row, Shape, Table, table};
use crate::parts::{Link, Tone, head, note};

/// Days looked at where none are named.
const DAYS: i64 = 30;
/// Most days looked at.
const DAYS_MAX: i64 = 366;
/// Where what waits is cut into ages, in minutes.
const AGES: [i64; 4] = [24 * 60, 3 * 24 * 60, 7 * 24 * 60, 30 * 24 * 60];
/// Persons shown.
const PERSONS: usize = 50;

/// The work on one flow.
pub(crate) async fn show(
    desk: Desk,
    Path(qualified): Path<String>,
    asked: Asked,
) -> Result<Response, Error> {
    desk.show(Place::Flows, move |reader| {
        let catalog = reader.catalog();
        let (_, flow) = flows::find(&catalog, &qualified, None)?;
        let (from, to) = days(reader, &asked);
        let next = to.plus_days(1).unwrap_or(to);
        let query = PaceQuery {
            steps: flow
                .steps
                .iter()
                .map(|step| step.qualified.to_string())
                .collect(),
            from: Moment::midnight_of(from),
            to: Moment::midnight_of(next),
            ages: AGES
                .map(|minutes| reader.now.plus_minutes(-minutes))
                .to_vec(),
            now: reader.now,
            limit: 0,
        };
        let pace = reader.store.pace(reader.org, &query)?;
        let work = Work {
            reader,
            flow,
            pace: &pace,
            from,
            to,
        };
        let label = words::label(reader.lang, &flow.label);
        let title = format!("{label} · {}", reader.t("办理情况", "Work"));
        let crumbs = [
            Link::new(reader.t("流程", "Flows"), "/flows"),
            Link::new(label, format!("/flows/{qualified}")),
        ];
        let body = html! {
            (head(&crumbs, &title, html! {}, html! {}))
            @if let Some(at) = pace.cut_at { (note(Tone::Held, html! { (cut_words(reader, at)) })) }
            div class="card" {
                (filters(reader.lang, &work.filters(), &[]))
                (facts(&work.stuck()?))
            }
            (work.waiting())
            (work.waited())
            (work.throughput())
            (work.persons()?)
        };
        Ok(Content::new(title, body))
    })
    .await
}

fn cut_words(reader: &Reader<'_>, at: Moment) -> String {
    let at = at.minute();
    let (zh, en) = (
        format!("这段时间的日志过长，签字只统计 {at} 以后的；请把时间段取短些。"),
        format!(
            "The journal of this time is too long: signatures are counted from {at} on. Ask for fewer days."
        ),
    );
    reader.t(&zh, &en).to_owned()
}

/// First and last day of an address.
fn days(reader: &Reader<'_>, asked: &Asked) -> (Day, Day) {
    let to: Day = asked.text("to").parse().unwrap_or(reader.today);
    let usual = to.plus_days(1 - DAYS).unwrap_or(to);
    let from: Day = asked.text("from").parse().unwrap_or(usual);
    let from = from.min(to);
    let earliest = to.plus_days(1 - DAYS_MAX).unwrap_or(from);
    (from.max(earliest), to)
}

/// A length of time in the two largest units that say something.
pub(super) fn lasting(lang: Lang, seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (lang, days, hours) {
        (Lang::Zh, 0, 0) => format!("{minutes} 分"),
        (Lang::En, 0, 0) => format!("{minutes} min"),
        (Lang::Zh, 0, _) => format!("{hours} 小时 {minutes} 分"),
        (Lang::En, 0, _) => format!("{hours} h {minutes} min"),
        (Lang::Zh, ..) => format!("{days} 天 {hours} 小时"),
        (Lang::En, ..) => format!("{days} d {hours} h"),
    }
}

/// The mean of waiting times.
pub(super) fn mean(waits: Waits) -> i64 {
    waits.total.checked_div(waits.signed).unwrap_or(0)
}

/// What the page is made of.
pub(super) struct Work<'a> {
    pub reader: &'a Reader<'a>,
    pub flow: &'a Flow,
    pub pace: &'a Pace,
    pub from: Day,
    pub to: Day,
}

impl Work<'_> {
    fn filters(&self) -> Vec<Filter> {
        [
            ("from", "从", "From", self.from),
            ("to", "到", "To", self.to),
        ]
        .into_iter()
        .map(|(name, zh, en, day)| Filter {
            name: name.to_owned(),
            label: self.reader.t(zh, en).to_owned(),
            choose: Choose::Day,
            value: day.to_string(),
        })
        .collect()
    }

    pub(super) fn step(&self, qualified: &str) -> String {
        let found = self
            .flow
            .steps
            .iter()
            .find(|step| *step.qualified == *qualified);
        found.map_or_else(
            || qualified.to_owned(),
            |step| words::label(self.reader.lang, &step.label).to_owned(),
        )
    }

    pub(super) fn lasting(&self, seconds: i64) -> String {
        lasting(self.reader.lang, seconds)
    }

    pub(super) fn since(&self, at: Moment) -> String {
        self.lasting((self.reader.now.0 - at.0).max(0) / 1_000_000)
    }

    /// Rows in the order of the flow.
    pub(super) fn in_order<T>(&self, rows: &[T], step: impl Fn(&T) -> &Arc<str>) -> Vec<usize> {
        let place = |row: &T| {
            let mut steps = self.flow.steps.iter();
            steps.position(|one| one.qualified == *step(row))
        };
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by_key(|at| rows.get(*at).map(place));
        order
    }

    /// Where it is stuck: the step that is waited for longest, and the person; what waits longest now.
    fn stuck(&self) -> Result<Vec<Fact>, Error> {
        let reader = self.reader;
        let fact = |label: (&str, &str), value: String, url: Option<String>| Fact {
            label: reader.t(label.0, label.1).to_owned(),
            wide: true,
            value,
            url,
        };
        let mut out = Vec::new();
        let slowest = self.pace.steps.iter().max_by_key(|step| mean(step.waits));
        if let Some(step) = slowest.filter(|step| step.waits.longest > 0) {
            let value = format!(
                "{} · {} {}",
                self.step(&step.step),
                reader.t("平均等待", "waited for on average"),
                self.lasting(mean(step.waits))
            );
            out.push(fact(("等得最久的环节", "Slowest step"), value, None));
        }
        let slowest = self.pace.persons.iter().max_by_key(|one| mean(one.waits));
        if let Some(one) = slowest.filter(|one| one.waits.longest > 0) {
            let value = format!(
                "{} · {} · {} {}",
                reader.person(&one.person)?,
                self.step(&one.step),
                reader.t("平均等待", "waited for on average"),
                self.lasting(mean(one.waits))
            );
            out.push(fact(("等得最久的人", "Slowest person"), value, None));
        }
        if let Some(step) = self.pace.waiting.iter().min_by_key(|step| step.oldest) {
            let value = format!("{} · {}", self.step(&step.step), self.since(step.oldest));
            let url = Some(address("/slips", &[("step", &step.step)]));
            out.push(fact(("现在等得最久的", "Longest waiting now"), value, url));
        }
        let waiting: i64 = self.pace.waiting.iter().map(|step| step.count).sum();
        let overdue: i64 = self.pace.waiting.iter().map(|step| step.overdue).sum();
        let counted = match overdue {
            0 => waiting.to_string(),
            overdue => format!("{waiting} · {} {overdue}", reader.t("逾期", "overdue")),
        };
        out.push(fact(("现在等待办理", "Waiting now"), counted, None));
        Ok(out)
    }

    pub(super) fn waits_heads(&self, first: &[(&str, &str)]) -> Vec<Head> {
        let reader = self.reader;
        let mut heads: Vec<Head> = Vec::new();
        for (nth, (zh, en)) in first.iter().enumerate() {
            let shape = if nth == 0 { Shape::Main } else { Shape::Plain };
            heads.push(Head::new(reader.t(zh, en), shape));
        }
        for (zh, en) in [
            ("签字数", "Signatures"),
            ("一半不超过", "Half within"),
            ("九成不超过", "Nine of ten within"),
            ("最长", "Longest"),
        ] {
            heads.push(Head::new(reader.t(zh, en), Shape::Number));
        }
        heads.push(Head::new(reader.t("平均等待", "Mean wait"), Shape::Lead));
        heads
    }

    pub(super) fn waits_cells(&self, waits: Waits) -> Vec<Cell> {
        vec![
            Cell::new(waits.signed.to_string()),
            Cell::new(self.lasting(waits.median)),
            Cell::new(self.lasting(waits.most)),
            Cell::new(self.lasting(waits.longest)),
            Cell::new(self.lasting(mean(waits))),
        ]
    }

    /// Who let what wait, the slowest first; and what waits for somebody by name.
    fn persons(&self) -> Result<Markup, Error> {
        let reader = self.reader;
        let mut persons: Vec<_> = self.pace.persons.iter().collect();
        persons.sort_by_key(|one| std::cmp::Reverse(mean(one.waits)));
        let mut rows = Vec::new();
        for one in persons.into_iter().take(PERSONS) {
            let mut cells = vec![
                Cell::new(reader.person(&one.person)?),
                Cell::new(self.step(&one.step)),
            ];
            cells.extend(self.waits_cells(one.waits));
            rows.push(Row::from(cells));
        }
        let signed = Table {
            caption: reader.t("各人办理", "By person").to_owned(),
            heads: self.waits_heads(&[("人员", "Person"), ("环节", "Step")]),
            rows,
            foot: Vec::new(),
        };
        let mut rows = Vec::new();
        for one in &self.pace.named {
            rows.push(Row::from(vec![
                Cell::new(reader.person(&one.person)?),
                Cell::new(self.step(&one.step)),
                Cell::new(self.since(one.oldest)),
                Cell::new(one.count.to_string()),
            ]));
        }
        let named = Table {
            caption: reader.t("点名等待", "Waiting by name").to_owned(),
            heads: vec![
                Head::new(reader.t("人员", "Person"), Shape::Main),
                Head::new(reader.t("环节", "Step"), Shape::Plain),
                Head::new(reader.t("最久已等", "Oldest waits"), Shape::Plain),
                Head::new(reader.t("件数", "Count"), Shape::Lead),
            ],
            rows,
            foot: Vec::new(),
        };
        Ok(html! {
            @if !signed.rows.is_empty() {
                section class="card" { header { h2 { (signed.caption) } } (table(&signed)) }
            }
            @if !named.rows.is_empty() {
                section class="card" { header { h2 { (named.caption) } } (table(&named)) }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_said_in_two_units() {
        assert_eq!(lasting(Lang::Zh, 59), "0 分");
        assert_eq!(lasting(Lang::En, 3_600 * 5 + 120), "5 h 2 min");
        assert_eq!(
            lasting(Lang::Zh, 86_400 * 3 + 3_600 * 4 + 59),
            "3 天 4 小时"
        );
    }
}

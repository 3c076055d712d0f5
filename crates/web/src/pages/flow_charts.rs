//! The pictures of the work on a flow: what waits, how long steps were waited for, signatures a day.

use std::collections::BTreeMap;
use std::sync::Arc;

use maud::{Markup, html};
use store::StepWaiting;

use super::desk::address;
use super::flow_work::{Work, mean};
use super::ledger::charts::told;
use crate::parts::chart::{Bar, Chart, Part, bars, columns};
use crate::parts::empty;
use crate::parts::icon::Icon;
use crate::parts::table::{Cell, Head, Row, Shape, Table};

impl Work<'_> {
    fn age_names(&self) -> Vec<String> {
        [
            ("1 天内", "up to a day"),
            ("1–3 天", "1–3 days"),
            ("3–7 天", "3–7 days"),
            ("7–30 天", "7–30 days"),
            ("30 天以上", "over 30 days"),
        ]
        .iter()
        .map(|(zh, en)| self.reader.t(zh, en).to_owned())
        .collect()
    }

    /// What waits now, by step and age.
    pub(super) fn waiting(&self) -> Markup {
        let reader = self.reader;
        let mut heads = vec![Head::new(reader.t("环节", "Step"), Shape::Main)];
        let series = self.age_names();
        heads.extend(series.iter().map(|age| Head::new(age, Shape::Number)));
        heads.push(Head::new(reader.t("逾期", "Overdue"), Shape::Number));
        heads.push(Head::new(
            reader.t("最久已等", "Oldest waits"),
            Shape::Plain,
        ));
        heads.push(Head::new(reader.t("合计", "Total"), Shape::Lead));
        let (mut all, mut rows) = (Vec::new(), Vec::new());
        for at in self.in_order(&self.pace.waiting, |one| &one.step) {
            let Some(one) = self.pace.waiting.get(at) else {
                continue;
            };
            let url = address("/slips", &[("step", &one.step)]);
            all.push(self.waiting_bar(one, &url));
            let mut cells = vec![Cell::new(self.step(&one.step)).to(url)];
            cells.extend(one.ages.iter().map(|count| Cell::new(count.to_string())));
            cells.push(Cell::new(one.overdue.to_string()));
            cells.push(Cell::new(self.since(one.oldest)));
            cells.push(Cell::new(one.count.to_string()));
            rows.push(Row::from(cells));
        }
        let title = reader.t("现在等待办理的，按已等多久", "Waiting now, by how long");
        if all.is_empty() {
            return html! {
                section class="card" {
                    header { h2 { (title) } }
                    (empty(Icon::CircleCheck, reader.t("没有等待的", "Nothing waits"), "", &[]))
                }
            };
        }
        let chart = Chart {
            title: title.to_owned(),
            about: told(&all),
            series,
            bars: all,
            figures: Table {
                caption: title.to_owned(),
                heads,
                rows,
                foot: Vec::new(),
            },
            ..Chart::default()
        };
        bars(reader.lang, &chart)
    }

    fn waiting_bar(&self, one: &StepWaiting, url: &str) -> Bar {
        let parts = one.ages.iter().map(|count| Part {
            size: i128::from(*count),
            text: count.to_string(),
        });
        Bar {
            label: self.step(&one.step),
            text: one.count.to_string(),
            parts: parts.collect(),
            url: Some(url.to_owned()),
            colour: None,
        }
    }

    /// How long each step let what it signed wait.
    pub(super) fn waited(&self) -> Markup {
        let reader = self.reader;
        let (mut all, mut rows) = (Vec::new(), Vec::new());
        for at in self.in_order(&self.pace.steps, |one| &one.step) {
            let Some(one) = self.pace.steps.get(at) else {
                continue;
            };
            let text = self.lasting(mean(one.waits));
            all.push(Bar {
                label: self.step(&one.step),
                text: text.clone(),
                parts: vec![Part {
                    size: i128::from(mean(one.waits)),
                    text,
                }],
                ..Bar::default()
            });
            let mut cells = vec![Cell::new(self.step(&one.step))];
            cells.extend(self.waits_cells(one.waits));
            rows.push(Row::from(cells));
        }
        if all.is_empty() {
            return html! {};
        }
        let title = reader.t("各环节平均等待", "Mean wait of each step");
        let chart = Chart {
            title: title.to_owned(),
            about: told(&all),
            bars: all,
            figures: Table {
                caption: title.to_owned(),
                heads: self.waits_heads(&[("环节", "Step")]),
                rows,
                foot: Vec::new(),
            },
            remark: reader
                .t(
                    "从轮到该环节起，到签字止；凭空新开的单据没有等待。",
                    "From when a step could be done until it was signed; what is begun from nothing was not waited for.",
                )
                .to_owned(),
            ..Chart::default()
        };
        bars(reader.lang, &chart)
    }

    /// Signatures by day, or by week where there are many days.
    pub(super) fn throughput(&self) -> Markup {
        let reader = self.reader;
        let days = self.to.days_since(self.from) + 1;
        let length = if days > 62 { 7 } else { 1 };
        let count = usize::try_from((days + length - 1) / length).unwrap_or(1);
        let steps: Vec<&Arc<str>> = self
            .in_order(&self.pace.steps, |one| &one.step)
            .into_iter()
            .filter_map(|at| self.pace.steps.get(at))
            .map(|one| &one.step)
            .collect();
        let mut counts = vec![vec![0_i64; steps.len()]; count];
        for (day, step, signed) in &self.pace.days {
            let at = usize::try_from(day.days_since(self.from) / length).ok();
            let of = steps.iter().position(|one| *one == step);
            let cell = at.and_then(|at| counts.get_mut(at)).zip(of);
            if let Some(one) = cell.and_then(|(row, of)| row.get_mut(of)) {
                *one += signed;
            }
        }
        if steps.is_empty() {
            return html! {};
        }
        let series: Vec<String> = steps.iter().map(|step| self.step(step)).collect();
        let (mut all, mut rows) = (Vec::new(), Vec::new());
        for (nth, counts) in counts.iter().enumerate() {
            let day = i64::try_from(nth)
                .ok()
                .and_then(|nth| self.from.plus_days(nth * length))
                .map(|day| day.to_string())
                .unwrap_or_default();
            let total: i64 = counts.iter().sum();
            if total > 0 {
                let mut cells = vec![Cell::new(day.clone())];
                cells.extend(counts.iter().map(|count| Cell::new(count.to_string())));
                cells.push(Cell::new(total.to_string()));
                rows.push(Row::from(cells));
            }
            all.push(Bar {
                label: day,
                text: total.to_string(),
                parts: counts
                    .iter()
                    .map(|count| Part {
                        size: i128::from(*count),
                        text: count.to_string(),
                    })
                    .collect(),
                ..Bar::default()
            });
        }
        let mut heads = vec![Head::new(reader.t("日期", "Day"), Shape::Main)];
        heads.extend(series.iter().map(|step| Head::new(step, Shape::Number)));
        heads.push(Head::new(reader.t("合计", "Total"), Shape::Lead));
        let title = match length {
            1 => reader.t("每日签字数", "Signatures a day"),
            _ => reader.t("每周签字数", "Signatures a week"),
        };
        let most = all
            .iter()
            .map(|bar| bar.parts.iter().map(|part| part.size).sum::<i128>());
        let chart = Chart {
            title: title.to_owned(),
            about: self.by_step(),
            series,
            most: most.max().unwrap_or(0).to_string(),
            bars: all,
            figures: Table {
                caption: title.to_owned(),
                heads,
                rows,
                foot: Vec::new(),
            },
            remark: String::new(),
        };
        columns(reader.lang, &chart)
    }

    fn by_step(&self) -> String {
        let mut all: BTreeMap<String, i64> = BTreeMap::new();
        for one in &self.pace.steps {
            *all.entry(self.step(&one.step)).or_default() += one.waits.signed;
        }
        let all: Vec<String> = all
            .iter()
            .map(|(step, signed)| format!("{step} {signed}"))
            .collect();
        all.join("; ")
    }
}

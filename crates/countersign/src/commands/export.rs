//! `export`: registers, people, slips and the journal into a table, page by page.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use engine::{Slip, SlipState};
use kernel::{Day, Value};
use model::{Catalog, Field, FieldKind, Register};
use store::{JournalQuery, ListQuery, RecordQuery};
use web::intake::{PEOPLE_COLUMNS, find_register, roles};

use crate::house::{House, ORG};
use crate::lang::{Lang, say};
use crate::place::Where;
use crate::stop::Stop;
use crate::tables::{Cell, TableWriter};
use crate::terminal::{Progress, line};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What: items, partners, people, slips, journal, or the name of a register
    #[arg(value_name = "WHAT")]
    what: String,
    /// The table to write, .csv or .xlsx
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Slips: this kind only, with all its fields, one row per line (gsp.purchase_inbound.order)
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Slips: from this day
    #[arg(long, value_name = "DAY")]
    from: Option<Day>,
    /// Slips: to this day
    #[arg(long, value_name = "DAY")]
    to: Option<Day>,
    #[command(flatten)]
    at: Where,
}

/// Writes a table.
pub fn run(args: &Args, lang: Lang) -> Result<(), Stop> {
    let house = House::reading(&args.at)?;
    let job = Job {
        house: &house,
        catalog: house.catalog(),
        args,
        lang,
        progress: Progress::new(lang),
    };
    let rows = match &*args.what {
        "people" => job.people()?,
        "journal" => job.journal()?,
        "slips" => job.slips()?,
        other => {
            let (qualified, register) =
                find_register(&job.catalog, other).map_err(|said| Stop::Usage(said.into()))?;
            job.register(&qualified, register)?
        }
    };
    job.progress.done();
    let file = args.file.display();
    line(say!(
        lang,
        "✔ 已导出 {rows} 行到 {file}",
        "✔ {rows} rows exported to {file}"
    ));
    Ok(())
}

struct Job<'a> {
    house: &'a House,
    catalog: Arc<Catalog>,
    args: &'a Args,
    lang: Lang,
    progress: Progress,
}

/// Rows asked for at a time.
const PAGE: usize = 1_000;

impl Job<'_> {
    fn create(&self, header: &[String]) -> Result<TableWriter, Stop> {
        TableWriter::create(&self.args.file, header)
    }

    fn word(&self, zh: &str, en: &str) -> String {
        self.lang.pick(zh, en).to_owned()
    }

    /// Labels of fields; where two are the same, their names, so that an import tells them apart.
    fn headings(&self, fields: &[&Field]) -> Vec<String> {
        let labels: Vec<&str> = fields
            .iter()
            .map(|field| self.lang.label(&field.label))
            .collect();
        let distinct: HashSet<&&str> = labels.iter().collect();
        if distinct.len() == labels.len() {
            labels.into_iter().map(str::to_owned).collect()
        } else {
            fields.iter().map(|field| field.name.to_string()).collect()
        }
    }

    fn register(&self, qualified: &str, register: &Register) -> Result<u64, Stop> {
        let fields: Vec<&Field> = register
            .fields
            .iter()
            .filter(|field| !field.sensitive)
            .collect();
        if fields.len() < register.fields.len() {
            eprintln!(
                "{}",
                self.lang
                    .pick("敏感字段不导出", "sensitive fields are left out")
            );
        }
        let mut header = vec![self.word("编码", "code")];
        header.extend(self.headings(&fields));
        let with_from = register.field("from").is_none();
        if with_from {
            header.push(self.word("生效日期", "Valid from"));
        }
        let mut writer = self.create(&header)?;
        let mut query = RecordQuery {
            limit: PAGE,
            ..RecordQuery::default()
        };
        let mut rows = 0;
        loop {
            let page = self.house.store.records(ORG, qualified, &query)?;
            for row in &page.rows {
                let values = row.fields();
                let from = row.record.from.to_string();
                let mut cells = vec![Cell::Text(&row.record.key)];
                for field in &fields {
                    let text = values.get(&*field.name).map_or("", String::as_str);
                    cells.push(cell(field, text));
                }
                if with_from {
                    cells.push(Cell::Text(&from));
                }
                writer.row(&cells)?;
                rows += 1;
            }
            self.progress.report("export", rows, 0);
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        writer.finish()?;
        Ok(rows)
    }

    fn people(&self) -> Result<u64, Stop> {
        let header: Vec<String> = PEOPLE_COLUMNS
            .iter()
            .map(|(_, zh, en)| self.word(zh, en))
            .collect();
        let mut writer = self.create(&header)?;
        let yes = |yes: bool| {
            if yes {
                self.lang.pick("是", "yes")
            } else {
                self.lang.pick("否", "no")
            }
        };
        let people = self.house.people()?;
        for person in &people {
            let grants: Vec<String> = person.grants.iter().map(roles::shown).collect();
            let grants = grants.join("; ");
            writer.row(&[
                Cell::Text(&person.login),
                Cell::Text(&person.name),
                Cell::Text(&person.identity),
                Cell::Text(&grants),
                Cell::Text(yes(person.administrator)),
                Cell::Text(yes(person.active)),
            ])?;
        }
        writer.finish()?;
        Ok(people.len() as u64)
    }

    fn journal(&self) -> Result<u64, Stop> {
        let header = [
            "seq", "at", "actor", "act", "slip", "outcome", "code", "key", "request", "reply",
            "prev", "hash",
        ];
        let mut writer = self.create(&header.map(str::to_owned))?;
        let (last, _) = self.house.store.head(ORG)?;
        let mut query = JournalQuery {
            ascending: true,
            limit: PAGE,
            ..JournalQuery::default()
        };
        let mut rows = 0;
        loop {
            let page = self.house.store.journal(ORG, &query)?;
            for row in &page.rows {
                let (seq, at) = (row.seq.to_string(), row.at.to_string());
                let slip = row.slip.map(|slip| slip.to_string()).unwrap_or_default();
                writer.row(&[
                    Cell::Number(&seq),
                    Cell::Text(&at),
                    Cell::Text(&row.actor),
                    Cell::Text(&row.act),
                    Cell::Number(&slip),
                    Cell::Text(&row.outcome),
                    Cell::Text(&row.code),
                    Cell::Text(&row.key),
                    Cell::Text(&row.request),
                    Cell::Text(&row.reply),
                    Cell::Text(&row.prev),
                    Cell::Text(&row.hash),
                ])?;
                rows += 1;
            }
            self.progress
                .report("export", rows, u64::try_from(last).unwrap_or(0));
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        writer.finish()?;
        Ok(rows)
    }

    fn slips(&self) -> Result<u64, Stop> {
        let (header, lines) = self.slip_fields()?;
        let mut headings = vec![
            self.word("编号", "Number"),
            self.word("单据", "Kind"),
            self.word("状态", "State"),
            self.word("日期", "Day"),
            self.word("制单人", "Begun by"),
        ];
        if self.args.kind.is_none() {
            headings.extend([self.word("往来", "Party"), self.word("金额", "Amount")]);
        } else {
            headings.extend(self.headings(&header));
            headings.push(self.word("行号", "Line"));
            headings.extend(self.headings(&lines));
        }
        let mut writer = self.create(&headings)?;
        let mut query = ListQuery {
            kind: self.args.kind.clone(),
            day_from: self.args.from,
            day_to: self.args.to,
            limit: PAGE,
            ..ListQuery::default()
        };
        let mut rows = 0;
        loop {
            let page = self.house.store.list(ORG, &query)?;
            for head in &page.rows {
                let day = head.day.to_string();
                let start = [
                    Cell::Text(&head.number),
                    Cell::Text(self.kind_label(&head.version, &head.kind)),
                    Cell::Text(self.state(head.state)),
                    Cell::Text(&day),
                    Cell::Text(&head.begun_by),
                ];
                if self.args.kind.is_none() {
                    let amount = head
                        .amount
                        .map(|amount| amount.to_string())
                        .unwrap_or_default();
                    let end = [Cell::Text(&head.party), Cell::Number(&amount)];
                    writer.row(&[&start[..], &end[..]].concat())?;
                    rows += 1;
                } else if let Some(slip) = self.house.store.slip(ORG, head.id)? {
                    rows += self.slip_rows(&mut writer, &start, &slip, &header, &lines)?;
                }
            }
            self.progress.report("export", rows, 0);
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        writer.finish()?;
        Ok(rows)
    }

    /// Fields of the kind asked for, of its header and of its lines.
    fn slip_fields(&self) -> Result<(Vec<&Field>, Vec<&Field>), Stop> {
        let Some(kind) = &self.args.kind else {
            return Ok((Vec::new(), Vec::new()));
        };
        let Some((pack, flow, slip)) = self.catalog.kind(kind) else {
            let kinds: Vec<&str> = self
                .catalog
                .packs()
                .iter()
                .flat_map(|pack| &pack.flows)
                .flat_map(|flow| &flow.slips)
                .map(|slip| &*slip.qualified)
                .collect();
            let kinds = kinds.join(", ");
            return Err(Stop::usage(
                format!("没有单据种类 {kind:?}；可用：{kinds}"),
                format!("there is no kind of slip {kind:?}; there are: {kinds}"),
            ));
        };
        let declared = &pack.flows[flow].slips[slip];
        let open = |field: &&Field| !field.sensitive;
        let lines = declared.lines.as_deref().unwrap_or_default();
        Ok((
            declared.header.iter().filter(open).collect(),
            lines.iter().filter(open).collect(),
        ))
    }

    /// One row per line; a slip without lines has one row all the same.
    fn slip_rows(
        &self,
        writer: &mut TableWriter,
        start: &[Cell<'_>],
        slip: &Slip,
        header: &[&Field],
        lines: &[&Field],
    ) -> Result<u64, Stop> {
        // Slips of earlier versions have their own order of fields, so values are found by name.
        let Some((_, _, _, _, declared)) = self.catalog.slip_of(&slip.version, &slip.kind) else {
            return Ok(0);
        };
        let text = |values: &[Value], at: Option<usize>| {
            at.and_then(|at| values.get(at))
                .map(Value::to_string)
                .unwrap_or_default()
        };
        let heads: Vec<String> = header
            .iter()
            .map(|field| {
                text(
                    &slip.header,
                    declared.header_field(&field.name).map(|(at, _)| at),
                )
            })
            .collect();
        let count = slip.lines.len().max(1);
        for at in 0..count {
            let line = slip.lines.get(at);
            let id = line.map(|line| line.id.to_string()).unwrap_or_default();
            let cells: Vec<String> = lines
                .iter()
                .map(|field| {
                    let values = line.map_or(&[][..], |line| &line.values);
                    text(values, declared.line_field(&field.name).map(|(at, _)| at))
                })
                .collect();
            let mut row = start.to_vec();
            row.extend(
                header
                    .iter()
                    .zip(&heads)
                    .map(|(field, text)| cell(field, text)),
            );
            row.push(Cell::Number(&id));
            row.extend(
                lines
                    .iter()
                    .zip(&cells)
                    .map(|(field, text)| cell(field, text)),
            );
            writer.row(&row)?;
        }
        Ok(count as u64)
    }

    fn kind_label<'k>(&'k self, version: &str, kind: &'k str) -> &'k str {
        match self.catalog.slip_of(version, kind) {
            Some((_, _, _, _, declared)) => self.lang.label(&declared.label),
            None => kind,
        }
    }

    fn state(&self, state: SlipState) -> &'static str {
        match (self.lang, state) {
            (Lang::Zh, SlipState::Open) => "办理中",
            (Lang::Zh, SlipState::Done) => "已完成",
            (Lang::Zh, SlipState::Void) => "已作废",
            (Lang::Zh, SlipState::Reversed) => "已冲销",
            (Lang::En, state) => state.name(),
        }
    }
}

fn cell<'t>(field: &Field, text: &'t str) -> Cell<'t> {
    match field.kind {
        FieldKind::Amount(_) => Cell::Number(text),
        _ => Cell::Text(text),
    }
}

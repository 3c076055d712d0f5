//! Lines of a form from a file: the log of a device, a list from another program. The file is read here and answered as lines
//! with every mistake named; the page puts them into the grid, where they are looked at and signed like any others. What
//! was read is kept and attached to the slip when it is signed, so that the two can be compared later.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use engine::{Act, Class};
use kernel::SlipId;
use model::{Field, FieldKind, Flow, Slip};
use serde::{Deserialize, Serialize};

use super::desk::{Desk, Reader};
use super::form::{Target, ground};
use super::line_cells::{Column, by_heading, in_order, text_in, typed};
use super::typed::is_typed;
use super::{drafts, slip_codes, words};
use crate::App;
use crate::attach::media_of;
use crate::auth::{Acting, Upload, Uploaded};
use crate::error::Error;
use crate::parts::lang::{Lang, t};
use crate::tables::{self, Bad, Reading, Table};

/// Most lines of one file: as many as a form is shown again with.
const LINES_MAX: usize = 2_000;
/// Most rows of a file in which each has one code of a list that becomes one line.
const CODES_MAX: usize = 20_000;
/// Most mistakes told one by one.
const TOLD_MAX: usize = 50;
/// Most files that one form carries until it is signed.
const FILES_MAX: usize = 5;

/// What a file says.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Told {
    /// Names of the fields, in the order of the cells.
    columns: Vec<String>,
    /// The lines.
    rows: Vec<Vec<String>>,
    /// What is wrong, with row and column, in the reader's language.
    bad: Vec<String>,
    /// How many further mistakes there are.
    more: usize,
    /// What was read, in one sentence.
    said: String,
    /// The mark by which the file is attached when the form is signed; empty where it cannot be.
    file: String,
}

/// A file that was read for a form and is kept until that is signed.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    name: String,
    hash: String,
    size: i64,
    media: String,
}

fn purpose(login: &str) -> String {
    format!("line-file/{login}")
}

pub(crate) async fn read(
    desk: Desk,
    Path(step): Path<String>,
    uploaded: Uploaded,
) -> Result<Json<Told>, Error> {
    let Some(file) = uploaded.file else {
        return Err(refused("请选择文件", "choose a file"));
    };
    let fields = &uploaded.fields;
    let target = Target {
        step,
        slip: fields.text("_slip").parse().ok().map(SlipId),
        sources: drafts::ids(fields.text("_from")),
        on_behalf_of: Some(fields.text("_for"))
            .filter(|login| !login.is_empty())
            .map(Into::into),
        hand: false,
    };
    let login = uploaded.acting.person.login.clone();
    let app = desk.app.clone();
    desk.read(move |reader| {
        let mut told = told(reader, &target, &file)?;
        told.file = keep(&app, reader, &login, &file)?;
        Ok::<_, Error>(told)
    })
    .await
    .map(Json)
}

fn refused(zh: impl Into<String>, en: impl Into<String>) -> Error {
    Error::refused(
        StatusCode::UNPROCESSABLE_ENTITY,
        Class::Field,
        "line_file",
        zh,
        en,
    )
}

fn refused_whole(bad: &Bad) -> Error {
    match bad.line {
        0 => refused(&*bad.zh, &*bad.en),
        line => refused(
            format!("第 {line} 行：{}", bad.zh),
            format!("row {line}: {}", bad.en),
        ),
    }
}

/// Keeps the file's bytes and answers the mark of this person for them.
fn keep(app: &App, reader: &Reader<'_>, login: &str, file: &Upload) -> Result<String, Error> {
    let odd = |c: char| c.is_control() || matches!(c, '/' | '\\');
    let Some(media) = media_of(&file.name, &file.bytes).filter(|_| !file.name.contains(odd)) else {
        return Ok(String::new());
    };
    app.store().put_content(reader.org, &file.bytes)?;
    let kept = Kept {
        name: file.name.clone(),
        hash: crate::text::sha256(&file.bytes).to_string(),
        size: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
        media: media.to_owned(),
    };
    let text = serde_json::to_vec(&kept).map_err(|error| Error::fault("marking a file", &error))?;
    app.secret_key()?
        .seal(&purpose(login), &text)
        .map_err(|error| Error::fault("marking a file", &error))
}

/// Attaches to a slip that was just signed what its lines were read from. Answers the names of those that could not be.
pub(super) async fn attach(
    desk: &Desk,
    acting: &Acting,
    marks: &str,
    key: &str,
    slip: SlipId,
) -> Result<Vec<String>, Error> {
    let mut failed = Vec::new();
    let marks = marks.split(' ').filter(|mark| !mark.is_empty());
    for (nth, mark) in marks.enumerate() {
        if nth == FILES_MAX {
            failed.push(t(desk.lang(), "其余文件", "further files").to_owned());
            break;
        }
        let opened = desk
            .app
            .secret_key()?
            .open(&purpose(&acting.person.login), mark);
        // The mark of another person, or one of before the key was changed, stands for no file.
        let Some(kept) = opened
            .ok()
            .and_then(|text| serde_json::from_slice::<Kept>(&text).ok())
        else {
            failed.push(t(desk.lang(), "读入的文件", "the file that was read").to_owned());
            continue;
        };
        let name = kept.name.clone();
        let act = Act::Attach {
            slip,
            name: kept.name,
            hash: kept.hash.into(),
            size: kept.size,
            media: kept.media,
        };
        // The same form sent twice attaches its file once.
        let key: String = key.chars().take(56).collect();
        let key = format!("{key}-r{nth}");
        match desk.app.act(acting, key.as_str().into(), act).await {
            Ok(_) => {}
            Err(Error::Refused { .. }) => failed.push(name),
            Err(error) => return Err(error),
        }
    }
    Ok(failed)
}

fn told(reader: &Reader<'_>, target: &Target, file: &Upload) -> Result<Told, Error> {
    let ground = ground(reader, target)?.map_err(Error::from)?;
    let Some((pack, flow, step, declared)) = ground.declared(&target.step) else {
        return Err(Error::NotFound);
    };
    let fields = taken(flow, step.slip, declared);
    if fields.is_empty() || ground.drawn(declared) {
        return Err(refused(
            "此单的明细不能从文件读入",
            "the lines of this form are not read from files",
        ));
    }
    let table = tables::read(&file.bytes, Reading::Loose).map_err(|bad| refused_whole(&bad))?;
    let sheet = Sheet::of(&fields, table)?;
    let mut known = Known {
        reader,
        pack: &pack.name,
        asked: HashMap::new(),
    };
    sheet.told(&fields, &mut known, &file.name)
}

/// The fields of a line that are typed when the slip begins.
fn taken<'f>(flow: &Flow, slip: usize, declared: &'f Slip) -> Vec<&'f Field> {
    let lines = declared.lines.iter().flatten().enumerate();
    lines
        .filter(|(at, field)| is_typed(field) && !flow.left_to_later(slip, (*at, field), true))
        .map(|(_, field)| field)
        .collect()
}

/// Whether any text at all can stand in a field of this kind.
fn anything(kind: &FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::Text | FieldKind::Register(_) | FieldKind::Person
    )
}

/// Which keys there are, each asked for once.
struct Known<'a> {
    reader: &'a Reader<'a>,
    pack: &'a str,
    asked: HashMap<(String, String), bool>,
}

impl Known<'_> {
    fn has(&mut self, register: &str, key: &str) -> Result<bool, Error> {
        let at = (format!("{}.{register}", self.pack), key.to_owned());
        if let Some(known) = self.asked.get(&at) {
            return Ok(*known);
        }
        let reader = self.reader;
        let row = reader
            .store
            .record_on(reader.org, &at.0, key, reader.today)?;
        self.asked.insert(at, row.is_some());
        Ok(row.is_some())
    }
}

/// The rows of a file and what their columns are.
struct Sheet {
    columns: Vec<Column>,
    rows: Vec<tables::Row>,
    bad: Vec<Bad>,
    left_out: Vec<String>,
}

impl Sheet {
    fn of(fields: &[&Field], table: Table) -> Result<Sheet, Error> {
        let Table {
            header,
            header_line,
            mut rows,
            bad,
        } = table;
        let mut columns = by_heading(fields, &header);
        let mut left_out = Vec::new();
        if columns.is_empty() {
            columns = in_order(fields, header.len());
            let reads = |column: &Column| {
                let field = fields[column.field];
                !anything(&field.kind)
                    && typed(field, text_in(column, &header).as_str())
                        .is_ok_and(|text| !text.is_empty())
            };
            // A first row in which nothing can be read is a heading in words that nobody told us.
            if header.is_empty() || header.len() > fields.len() || !columns.iter().any(reads) {
                return Err(unknown_columns(fields, &header));
            }
            rows.insert(
                0,
                tables::Row {
                    line: header_line,
                    cells: header.clone(),
                },
            );
        } else {
            let used = |at: usize| {
                columns
                    .iter()
                    .any(|column| column.at == at || column.day == Some(at))
            };
            left_out.extend(
                header
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| !used(*at))
                    .map(|(_, name)| name.clone()),
            );
            left_out.retain(|name| !name.is_empty());
        }
        let missing: Vec<&&Field> = fields
            .iter()
            .enumerate()
            .filter(|(at, field)| {
                let need =
                    !field.optional && field.default.is_none() && field.kind != FieldKind::Flag;
                need && !columns.iter().any(|column| column.field == *at)
            })
            .map(|(_, field)| field)
            .collect();
        if !missing.is_empty() {
            return Err(missing_columns(&missing));
        }
        if rows.is_empty() {
            return Err(refused("文件中没有数据行", "the file has no rows of data"));
        }
        let most = match columns
            .iter()
            .any(|column| slip_codes::lists(fields[column.field]))
        {
            true => CODES_MAX,
            false => LINES_MAX,
        };
        if rows.len() > most {
            let count = rows.len();
            return Err(refused(
                format!(
                    "文件有 {count} 行，一张单据一次最多读入 {most} 行；请按时间段分成几个文件"
                ),
                format!(
                    "the file has {count} rows; at most {most} are read into one slip: split it by time"
                ),
            ));
        }
        Ok(Sheet {
            columns,
            rows,
            bad,
            left_out,
        })
    }

    fn told(self, fields: &[&Field], known: &mut Known<'_>, name: &str) -> Result<Told, Error> {
        let lang = known.reader.lang;
        let mut bad = Mistakes {
            lang,
            told: Vec::new(),
        };
        for one in &self.bad {
            bad.add(
                one.line,
                one.column.as_deref(),
                "",
                (one.zh.clone(), one.en.clone()),
            );
        }
        let mut rows = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let mut cells = Vec::with_capacity(self.columns.len());
            for column in &self.columns {
                let field = fields[column.field];
                let text = text_in(column, &row.cells);
                let label = words::label(lang, &field.label);
                match typed(field, &text) {
                    Ok(read) => {
                        if let FieldKind::Register(register) = &field.kind
                            && !read.is_empty()
                            && !known.has(register, &read)?
                        {
                            let wrong = (
                                "没有这个编码".to_owned(),
                                "there is no such code".to_owned(),
                            );
                            bad.add(row.line, Some(label), &text, wrong);
                        }
                        cells.push(read);
                    }
                    Err(wrong) => {
                        bad.add(row.line, Some(label), &text, wrong);
                        cells.push(text);
                    }
                }
            }
            rows.push(cells);
        }
        let listing = |column: &Column| slip_codes::lists(fields[column.field]);
        if let Some(at) = self.columns.iter().position(listing) {
            rows = gathered(rows, at);
        }
        let (count, mut bad) = (rows.len(), bad.sorted());
        let more = bad.len().saturating_sub(TOLD_MAX);
        bad.truncate(TOLD_MAX);
        let mut said = match lang {
            Lang::Zh => format!("从 {name} 读入 {count} 行"),
            Lang::En => format!("{count} lines read from {name}"),
        };
        if !self.left_out.is_empty() {
            let names = self.left_out.join(t(lang, "、", ", "));
            said.push_str(&match lang {
                Lang::Zh => format!("；没有用到的列：{names}"),
                Lang::En => format!("; columns not used: {names}"),
            });
        }
        Ok(Told {
            columns: self
                .columns
                .iter()
                .map(|column| fields[column.field].name.to_string())
                .collect(),
            rows,
            bad,
            more,
            said,
            file: String::new(),
        })
    }
}

/// Rows that differ in nothing but the code at a column as one, with all their codes.
fn gathered(rows: Vec<Vec<String>>, at: usize) -> Vec<Vec<String>> {
    let mut out: Vec<Vec<String>> = Vec::new();
    let mut known: HashMap<Vec<String>, usize> = HashMap::new();
    for mut row in rows {
        let code = std::mem::take(&mut row[at]);
        match known.get(&row) {
            Some(same) => {
                let list = &mut out[*same][at];
                list.push(' ');
                list.push_str(&code);
            }
            None => {
                known.insert(row.clone(), out.len());
                row[at] = code;
                out.push(row);
            }
        }
    }
    out
}

/// What is wrong, with its row.
struct Mistakes {
    lang: Lang,
    told: Vec<(u64, String)>,
}

impl Mistakes {
    fn add(&mut self, line: u64, column: Option<&str>, text: &str, (zh, en): (String, String)) {
        let shown: String = text.chars().take(40).collect();
        let shown = match shown.is_empty() {
            true => String::new(),
            false => t(self.lang, &format!("“{shown}”"), &format!("“{shown}” ")).to_owned(),
        };
        let column = column.unwrap_or_default();
        let sentence = match (self.lang, column.is_empty()) {
            (Lang::Zh, true) => format!("第 {line} 行：{shown}{zh}"),
            (Lang::Zh, false) => format!("第 {line} 行 {column}：{shown}{zh}"),
            (Lang::En, true) => format!("Row {line}: {shown}{en}"),
            (Lang::En, false) => format!("Row {line}, {column}: {shown}{en}"),
        };
        self.told.push((line, sentence));
    }

    fn sorted(mut self) -> Vec<String> {
        self.told.sort_by_key(|(line, _)| *line);
        self.told.into_iter().map(|(_, text)| text).collect()
    }
}

fn labels(fields: &[&&Field]) -> (String, String) {
    let zh: Vec<&str> = fields.iter().map(|field| &*field.label.zh).collect();
    let en: Vec<&str> = fields.iter().map(|field| &*field.label.en).collect();
    (zh.join("、"), en.join(", "))
}

fn missing_columns(missing: &[&&Field]) -> Error {
    let (zh, en) = labels(missing);
    refused(
        format!("文件中找不到这些列：{zh}"),
        format!("the file has no column for: {en}"),
    )
}

fn unknown_columns(fields: &[&Field], header: &[String]) -> Error {
    let (zh, en) = labels(&fields.iter().collect::<Vec<_>>());
    let first: String = header.join(" | ").chars().take(80).collect();
    refused(
        format!("认不出文件的列（首行：{first}）；列名须为 {zh}，没有列名时须按此顺序"),
        format!(
            "the columns of the file are not known (first row: {first}); they must be headed {en}, or come in this order without headings"
        ),
    )
}

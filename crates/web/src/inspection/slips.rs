//! The slips of a period: tables of their fields and lines, pages to read, printed forms, signatures, history, attachments.

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::{BufWriter, Write};

use engine::{NoteKind, Slip};
use kernel::Value;
use maud::{Markup, html};
use model::{Catalog, Field};
use print::{Bilingual, Language};
use store::{HistoryRow, ListQuery, NoteRow, SignatureRow};

use super::archive::Archive;
use super::papers::{self, document};
use super::prints::Unprinted;
use super::{Ask, Failed, Sources, Told, heads, row};
use crate::names::masked;
use crate::pages::words;
use crate::parts::lang::Lang;
use crate::slip_form::{Paper, Printable, printable};

/// Slips of one page to read and of one print.
const TOGETHER: usize = 100;

/// What was written, for the index.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub kinds: Vec<Kind>,
    /// Versions of packs that slips began under.
    pub versions: BTreeSet<String>,
}

/// A kind of slip.
#[derive(Debug, Default)]
pub(super) struct Kind {
    pub qualified: String,
    pub zh: String,
    pub en: String,
    pub slips: u64,
    /// Pages: file, first and last number, the print where there is one.
    pub pages: Vec<(String, String, String, Option<String>)>,
}

/// A table that is gathered on the disk, because the archive holds one open file at a time.
pub(super) struct Spool(BufWriter<File>);

impl Spool {
    pub fn new(names: &[&str]) -> Result<Spool, Failed> {
        let mut out = BufWriter::new(tempfile::tempfile()?);
        heads(&mut out, names)?;
        Ok(Spool(out))
    }

    pub fn row(&mut self, cells: &[&str]) -> Result<(), Failed> {
        Ok(row(&mut self.0, cells)?)
    }

    pub fn file(self) -> Result<File, Failed> {
        Ok(self.0.into_inner().map_err(|error| error.into_error())?)
    }
}

/// Everything known of one slip.
pub(super) struct Whole {
    pub slip: std::sync::Arc<Slip>,
    pub zh: Option<Printable>,
    en: Option<Printable>,
    signatures: Vec<SignatureRow>,
    history: Vec<HistoryRow>,
    notes: Vec<NoteRow>,
}

pub(super) fn write<W: Write>(
    from: &Sources<'_>,
    ask: &Ask,
    archive: &mut Archive<W>,
    told: &mut Told,
) -> Result<Listed, Failed> {
    let catalog = from.store.catalog();
    let mut listed = Listed::default();
    let mut rest = Rest::new()?;
    for pack in catalog.packs() {
        for flow in &pack.flows {
            let name = format!("{}.{}", pack.name, flow.name);
            if !ask.flows.is_empty() && !ask.flows.contains(&name) {
                continue;
            }
            for declared in &flow.slips {
                let kind = of_kind(from, ask, &catalog, declared, (archive, &mut rest), told)?;
                listed.kinds.extend(kind);
            }
        }
    }
    listed.versions = std::mem::take(&mut rest.versions);
    rest.end(archive)?;
    Ok(listed)
}

/// Tables over all kinds.
struct Rest {
    signatures: Spool,
    history: Spool,
    notes: Spool,
    unprinted: Unprinted,
    contents: HashSet<String>,
    versions: BTreeSet<String>,
}

impl Rest {
    fn new() -> Result<Rest, Failed> {
        Ok(Rest {
            signatures: Spool::new(&[
                "单据 slip",
                "操作 act",
                "环节 step",
                "用户名 login",
                "自然人 identity",
                "岗位 role",
                "代 on behalf of",
                "时间 time",
                "所签内容的摘要 digest of what was signed",
                "意见 text",
                "日志行 journal row",
            ])?,
            history: Spool::new(&[
                "单据 slip",
                "日志行 journal row",
                "时间 time",
                "用户名 login",
                "代 on behalf of",
                "操作 act",
                "行 line",
                "字段 field",
                "改前 before",
                "改后 after",
            ])?,
            notes: Spool::new(&[
                "单据 slip",
                "种类 kind",
                "时间 time",
                "用户名 login",
                "给 to",
                "内容或名称 text or name",
                "内容的 SHA-256 of the content",
                "字节 bytes",
                "类型 media type",
                "文件 file",
                "日志行 journal row",
            ])?,
            unprinted: Unprinted::new()?,
            contents: HashSet::new(),
            versions: BTreeSet::new(),
        })
    }

    fn add<W: Write>(
        &mut self,
        from: &Sources<'_>,
        whole: &Whole,
        archive: &mut Archive<W>,
    ) -> Result<(), Failed> {
        let number = &*whole.slip.number;
        self.versions.insert(whole.slip.version.to_string());
        for SignatureRow { seq, signature } in &whole.signatures {
            self.signatures.row(&[
                number,
                signature.act.name(),
                &signature.step,
                &signature.person,
                &signature.identity,
                &signature.role,
                signature.on_behalf_of.as_deref().unwrap_or(""),
                &signature.at.to_string(),
                &signature.content,
                &signature.text,
                &seq.to_string(),
            ])?;
        }
        for done in &whole.history {
            let seq = done.row.seq.to_string();
            let at = done.row.at.to_string();
            let principal = done.on_behalf_of.as_deref().unwrap_or("");
            let start = [
                number,
                &seq,
                &at,
                &*done.row.actor,
                principal,
                &*done.row.act,
            ];
            if done.changes.is_empty() {
                self.history
                    .row(&[&start[..], &["", "", "", ""]].concat())?;
            }
            for change in &done.changes {
                let line = change
                    .line
                    .map_or(String::new(), |line| (line + 1).to_string());
                let before = change.before.as_deref().unwrap_or("");
                let after = change.after.as_deref().unwrap_or("");
                let end = [&*line, &*change.field, before, after];
                self.history.row(&[&start[..], &end[..]].concat())?;
            }
        }
        for NoteRow { seq, note } in &whole.notes {
            let mut file = String::new();
            if note.kind == NoteKind::Attachment {
                let safe = papers::file_name(&note.text);
                file = format!("attachments/{}-{safe}", note.hash);
                if self.contents.insert(file.clone())
                    && let Some(bytes) = from.store.content(from.org, &note.hash)?
                {
                    file = archive.file(&file, &bytes)?;
                }
            }
            self.notes.row(&[
                number,
                note.kind.name(),
                &note.at.to_string(),
                &note.person,
                &note.to,
                &note.text,
                &note.hash,
                &note.size.to_string(),
                &note.media,
                &file,
                &seq.to_string(),
            ])?;
        }
        Ok(())
    }

    fn end<W: Write>(self, archive: &mut Archive<W>) -> Result<(), Failed> {
        archive.copy("signatures.csv", self.signatures.file()?)?;
        archive.copy("history.csv", self.history.file()?)?;
        archive.copy("notes.csv", self.notes.file()?)?;
        archive.copy("not-printed.csv", self.unprinted.file()?)?;
        Ok(())
    }
}

/// Fields that are not sensitive, with headings in both languages.
fn open_fields(fields: &[Field]) -> (Vec<&Field>, Vec<String>) {
    let open: Vec<&Field> = fields.iter().filter(|field| !field.sensitive).collect();
    let names = open
        .iter()
        .map(|field| format!("{} {}", field.label.zh, field.label.en));
    let names = names.collect();
    (open, names)
}

fn of_kind<W: Write>(
    from: &Sources<'_>,
    ask: &Ask,
    catalog: &Catalog,
    declared: &model::Slip,
    (archive, rest): (&mut Archive<W>, &mut Rest),
    told: &mut Told,
) -> Result<Option<Kind>, Failed> {
    let (header, header_names) = open_fields(&declared.header);
    let (columns, column_names) = open_fields(declared.lines.as_deref().unwrap_or_default());
    let start = [
        "编号 number",
        "状态 state",
        "日期 day",
        "制单人 begun by",
        "制单时间 begun at",
        "内容摘要 digest",
    ];
    let names = |more: &[String], start: &[&str]| -> Vec<String> {
        let start = start.iter().map(|name| (*name).to_owned());
        start.chain(more.iter().cloned()).collect()
    };
    let refs = |names: &[String]| names.iter().map(String::clone).collect::<Vec<_>>();
    let slip_heads = refs(&names(&header_names, &start));
    let line_heads = refs(&names(
        &column_names,
        &["编号 number", "行 line", "来源行 from line"],
    ));
    let as_str = |names: &[String]| {
        names
            .iter()
            .map(|name| &**name)
            .collect::<Vec<&str>>()
            .join("\u{0}")
    };
    let (slip_heads, line_heads) = (as_str(&slip_heads), as_str(&line_heads));
    let mut slips = Spool::new(&slip_heads.split('\u{0}').collect::<Vec<_>>())?;
    let mut lines = Spool::new(&line_heads.split('\u{0}').collect::<Vec<_>>())?;
    let mut kind = Kind {
        qualified: declared.qualified.to_string(),
        zh: declared.label.zh.to_string(),
        en: declared.label.en.to_string(),
        ..Kind::default()
    };
    let folder = format!("slips/{}", declared.qualified);
    let mut query = ListQuery {
        kind: Some(declared.qualified.to_string()),
        day_from: Some(ask.from),
        day_to: Some(ask.to),
        limit: TOGETHER,
        ..ListQuery::default()
    };
    loop {
        let page = from.store.list(from.org, &query)?;
        let mut all = Vec::with_capacity(page.rows.len());
        for head in &page.rows {
            let Some(slip) = from.store.slip(from.org, head.id)? else {
                continue;
            };
            let whole = read(from, ask, slip)?;
            table_rows(
                catalog,
                &whole.slip,
                (&header, &columns),
                (&mut slips, &mut lines),
            )?;
            rest.add(from, &whole, archive)?;
            all.push(whole);
        }
        if let (Some(first), Some(last)) = (all.first(), all.last()) {
            let nth = kind.pages.len() + 1;
            let print = match rest.unprinted.print(from, ask, &all)? {
                Some(pdf) => Some(archive.file(&format!("{folder}/prints-{nth:04}.pdf"), &pdf)?),
                None => None,
            };
            let page = document(&format!("{} {}", kind.zh, kind.en), &pages(&all));
            let name = archive.file(&format!("{folder}/page-{nth:04}.html"), page.as_bytes())?;
            let ends = [first, last].map(|whole| whole.slip.number.to_string());
            let [first, last] = ends;
            kind.pages.push((name, first, last, print));
        }
        kind.slips += all.len() as u64;
        told.slips += all.len() as u64;
        (from.progress)("slips", told.slips);
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    if kind.slips == 0 {
        return Ok(None);
    }
    archive.copy(&format!("{folder}/slips.csv"), slips.file()?)?;
    archive.copy(&format!("{folder}/lines.csv"), lines.file()?)?;
    Ok(Some(kind))
}

fn read(from: &Sources<'_>, ask: &Ask, slip: std::sync::Arc<Slip>) -> Result<Whole, Failed> {
    let paper = |language| Paper {
        language,
        company: Bilingual::new(&*ask.company.zh, &*ask.company.en),
        ..Paper::default()
    };
    Ok(Whole {
        zh: printable(from.store, from.org, &slip, &paper(Language::Zh))?,
        en: printable(from.store, from.org, &slip, &paper(Language::En))?,
        signatures: from.store.signatures(from.org, slip.id)?,
        history: history(from, &slip)?,
        notes: from.store.notes(from.org, slip.id)?,
        slip,
    })
}

/// What was changed when, with what is sensitive masked as pages mask it. Of a field that is not declared nobody knows.
fn history(from: &Sources<'_>, slip: &Slip) -> Result<Vec<HistoryRow>, Failed> {
    let mut rows = from.store.history(from.org, slip.id)?;
    let catalog = from.store.catalog();
    let declared = catalog.slip_of(&slip.version, &slip.kind);
    for change in rows.iter_mut().flat_map(|row| &mut row.changes) {
        let field = declared.and_then(|(.., declared)| match change.line {
            Some(_) => declared.line_field(&change.field),
            None => declared.header_field(&change.field),
        });
        if field.is_none_or(|(_, field)| field.sensitive) {
            for text in [&mut change.before, &mut change.after]
                .into_iter()
                .flatten()
            {
                *text = masked(text);
            }
        }
    }
    Ok(rows)
}

/// Values by the names of today's declaration; an earlier one may have another order.
fn table_rows(
    catalog: &Catalog,
    slip: &Slip,
    (header, columns): (&[&Field], &[&Field]),
    (slips, lines): (&mut Spool, &mut Spool),
) -> Result<(), Failed> {
    let Some((_, _, _, _, declared)) = catalog.slip_of(&slip.version, &slip.kind) else {
        return Ok(());
    };
    let text = |values: &[Value], at: Option<usize>| {
        at.and_then(|at| values.get(at))
            .map(Value::to_string)
            .unwrap_or_default()
    };
    let (day, begun) = (slip.day.to_string(), slip.begun_at.to_string());
    let values: Vec<String> = header
        .iter()
        .map(|field| {
            text(
                &slip.header,
                declared.header_field(&field.name).map(|(at, _)| at),
            )
        })
        .collect();
    let mut cells = vec![
        &*slip.number,
        slip.state.name(),
        &*day,
        &*slip.begun_by,
        &*begun,
        &*slip.content,
    ];
    cells.extend(values.iter().map(|value| &**value));
    slips.row(&cells)?;
    for line in &slip.lines {
        let source = line
            .source
            .map_or(String::new(), |(slip, line)| format!("{slip}:{line}"));
        let id = line.id.to_string();
        let values: Vec<String> = columns
            .iter()
            .map(|field| {
                text(
                    &line.values,
                    declared.line_field(&field.name).map(|(at, _)| at),
                )
            })
            .collect();
        let mut cells = vec![&*slip.number, &*id, &*source];
        cells.extend(values.iter().map(|value| &**value));
        lines.row(&cells)?;
    }
    Ok(())
}

/// Slips as people read them, in both languages.
fn pages(all: &[Whole]) -> Markup {
    html! {
        nav { @for whole in all { a href=(format!("#{}", whole.slip.number)) { (whole.slip.number) } " " } }
        @for whole in all { (one(whole)) }
    }
}

fn one(whole: &Whole) -> Markup {
    let (Some(zh), Some(en)) = (&whole.zh, &whole.en) else {
        return html! { section id=(whole.slip.number) { h2 { (whole.slip.number) } } };
    };
    let (zh, en) = (&zh.data, &en.data);
    let both = |zh: &str, en: &str| html! { (zh) " " small { (en) } };
    html! {
        section id=(whole.slip.number) {
            h2 { (zh.title.zh) " " small { (zh.title.en) } " " (whole.slip.number) }
            p { (words::state(Lang::Zh, whole.slip.state).1) " " small { (words::state(Lang::En, whole.slip.state).1) } " · " (whole.slip.day) " · " small { "SHA-256/128 " (whole.slip.content) } }
            table {
                @for (field, other) in zh.fields.iter().zip(&en.fields) {
                    tr { th { (both(&field.label, &other.label)) } td { (field.value) } }
                }
                @if let Some(capitals) = &zh.amount_in_capitals { tr { th { (both("金额大写", "Amount in capitals")) } td { (capitals) } } }
            }
            @if !zh.columns.is_empty() {
                table {
                    tr { @for (column, other) in zh.columns.iter().zip(&en.columns) { th { (both(&column.label, &other.label)) } } }
                    @for line in &zh.lines { tr { @for cell in line { td { (cell) } } } }
                }
            }
            h3 { (both("签字", "Signatures")) }
            table {
                tr { th { (both("操作", "Act")) } th { (both("环节", "Step")) } th { (both("人", "Person")) } th { (both("时间", "Time")) } th { (both("所签内容的摘要", "Digest of what was signed")) } th { (both("意见", "Text")) } th { (both("日志行", "Journal row")) } }
                @for SignatureRow { seq, signature } in &whole.signatures {
                    tr {
                        td { (signature.act.name()) } td { (signature.step) }
                        td { (signature.person) " (" (signature.identity) ")" @if let Some(other) = &signature.on_behalf_of { " → " (other) } }
                        td { (signature.at) } td { small { (signature.content) } } td { (signature.text) } td { (seq) }
                    }
                }
            }
            h3 { (both("经过", "History")) }
            table {
                tr { th { (both("时间", "Time")) } th { (both("人", "Person")) } th { (both("操作", "Act")) } th { (both("改动", "Changes")) } th { (both("日志行", "Journal row")) } }
                @for done in &whole.history {
                    tr {
                        td { (done.row.at) } td { (done.row.actor) } td { (words::act(Lang::Zh, &done.row.act)) " " small { (words::act(Lang::En, &done.row.act)) } }
                        td {
                            @for change in &done.changes {
                                div { @if let Some(line) = change.line { (line + 1) ". " } (change.field) "：" (change.before.as_deref().unwrap_or("")) " → " (change.after.as_deref().unwrap_or("")) }
                            }
                        }
                        td { (done.row.seq) }
                    }
                }
            }
        }
    }
}

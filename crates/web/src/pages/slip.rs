//! The page of one slip.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use engine::{NoteKind, Slip, SlipState, WaitingKind};
use kernel::{Amount, SlipId, Value};
use model::{Field, FieldKind, Flow, Pack};

use super::desk::{Content, Desk, Reader};
use super::judged::{Doing, Judged, judge};
use super::{asks, entries, heads, history, slip_codes, steps, values, words};
use crate::error::Error;
use crate::layout::Place;
use crate::parts::lang::Lang;
use crate::parts::slip::{Fact, Slip as Page, slip as slip_page};
use crate::parts::table::{Cell, Head, Row, Shape, Table};
use crate::parts::talk::{Attachment, Comment};
use crate::parts::{Link, Tone};
use crate::text::{percent, random_key};

pub(crate) async fn show(desk: Desk, Path(id): Path<i64>) -> Result<Response, Error> {
    let csrf = desk.session.csrf();
    desk.show(Place::Slips, move |reader| {
        let judged = judge(reader, SlipId(id))?.ok_or(Error::NotFound)?;
        // What brought him here is read with it.
        reader
            .store
            .read_notices(reader.org, &reader.me.login, Some(SlipId(id)), reader.now)?;
        let page = page(reader, &judged, &csrf)?;
        let title = format!("{} {}", page.kind, page.number);
        Ok(Content::new(title, slip_page(reader.lang, &page)))
    })
    .await
}

fn page(reader: &Reader<'_>, judged: &Judged, csrf: &str) -> Result<Page, Error> {
    let slip = &judged.slip;
    let (pack, _, flow, at, declared) = judged
        .catalog
        .slip_of(&slip.version, &slip.kind)
        .ok_or(Error::NotFound)?;
    let chain = reader.store.chain(reader.org, slip.id)?;
    let line = steps::line_of(&chain, slip.id);
    let head = chain.iter().find(|head| head.id == slip.id);
    let (tone, state) = head.map_or_else(
        || {
            let (tone, word) = words::state(reader.lang, slip.state);
            (tone, word.to_owned())
        },
        |head| heads::standing(reader, &judged.catalog, head),
    );
    let notes = reader.store.notes(reader.org, slip.id)?;
    let may_write = judged.allowed.iter().any(|one| one.doing == Doing::Comment);
    let id = slip.id;
    Ok(Page {
        crumbs: vec![
            Link::new(
                words::label(reader.lang, &flow.label),
                format!("/flows/{}.{}?slip={id}", pack.name, flow.name),
            ),
            Link::new(
                words::label(reader.lang, &declared.label),
                super::desk::address("/slips", &[("kind", &slip.kind)]),
            ),
        ],
        kind: words::label(reader.lang, &declared.label).to_owned(),
        number: slip.number.to_string(),
        state: (tone, state),
        notes: remarks(reader, judged)?,
        actions: asks::buttons(reader, slip, &judged.allowed, csrf)?,
        prints: vec![Link::new(
            match crate::paper::prints::prints_of(&notes).len() {
                0 => reader.t("打印", "Print").to_owned(),
                count => format!("{} ({count})", reader.t("打印", "Print")),
            },
            format!("/slips/{id}/print"),
        )],
        steps: steps::bar(reader, pack, flow, slip, &line, &judged.able)?,
        flow: Some(Link::new(
            reader.t("流程图", "Flow diagram"),
            format!("/flows/{}.{}?slip={id}", pack.name, flow.name),
        )),
        help: Some(Link::new(
            reader.t("说明", "About this slip"),
            format!("/help/{}", slip.kind),
        )),
        facts: facts(reader, pack, slip, &declared.header)?,
        lines: declared
            .lines
            .as_ref()
            .map(|fields| lines(reader, pack, flow, at, slip, fields))
            .transpose()?
            .map(|table| (reader.t("明细", "Lines").to_owned(), table)),
        entries: entries::of_slip(reader, pack, slip)?,
        chain: steps::nodes(reader, &judged.catalog, &chain, id),
        comments: comments(reader, &notes)?,
        comment_url: may_write.then(|| format!("/slips/{id}/act/comment")),
        attachments: attachments(reader, id, &notes)?,
        attach_url: may_write.then(|| format!("/slips/{id}/attach")),
        history: history::of_slip(reader, slip, declared)?,
        versions_url: Some(format!("/slips/{id}/versions")),
        copy_url: copy_url(reader, flow, at, slip)?,
        made: made_elsewhere(reader, slip)?,
        watch: (
            format!("/slips/{id}/watch"),
            reader.store.watches(reader.org, &reader.me.login, id)?,
        ),
        hidden: vec![
            ("_csrf".to_owned(), csrf.to_owned()),
            ("_key".to_owned(), random_key()?.to_string()),
        ],
    })
}

/// Where a copy of this slip is begun, for those who may begin one that comes from no other.
fn copy_url(
    reader: &Reader<'_>,
    flow: &Flow,
    at: usize,
    slip: &Slip,
) -> Result<Option<String>, Error> {
    if flow.slips.get(at).is_none_or(|kind| !kind.from.is_empty()) {
        return Ok(None);
    }
    let catalog = reader.catalog();
    let Some((_, begin)) = flow.steps_of(at).find(|(_, step)| step.begins) else {
        return Ok(None);
    };
    let Some((pack, _, _, step)) = words::step(&catalog, None, &begin.qualified) else {
        return Ok(None);
    };
    let holder = reader.holder()?;
    let may = words::may(pack, step, &holder, reader.today);
    Ok(may.then(|| format!("/new/{}?copy={}", step.qualified, slip.id)))
}

/// The slips of other flows that this person may make from this one, once it is done.
fn made_elsewhere(reader: &Reader<'_>, slip: &Slip) -> Result<Vec<Link>, Error> {
    let catalog = reader.catalog();
    let mut links = Vec::new();
    let Some(pack) = catalog
        .version(&slip.version)
        .filter(|_| slip.state == SlipState::Done)
    else {
        return Ok(links);
    };
    let holder = reader.holder()?;
    for flow in &pack.flows {
        let foreign = flow
            .kinds()
            .find(|(at, kind)| flow.is_foreign(*at) && kind.qualified == slip.kind);
        let Some((source, _)) = foreign else { continue };
        let begins = flow
            .made_from(source)
            .filter_map(|(made, kind)| Some((kind, flow.begins(made)?.1)));
        for (kind, step) in begins.filter(|(_, step)| words::may(pack, step, &holder, reader.today))
        {
            let label = words::label(reader.lang, &kind.label);
            links.push(Link::new(
                match reader.lang {
                    Lang::Zh => format!("开{label}"),
                    Lang::En => format!("Make: {label}"),
                },
                format!("/new/{}?from={}", step.qualified, slip.id),
            ));
        }
    }
    Ok(links)
}

/// What is different about this slip: returned and why, reversed, handed over, not for this person to sign.
fn remarks(reader: &Reader<'_>, judged: &Judged) -> Result<Vec<(Tone, String)>, Error> {
    let slip = &judged.slip;
    let mut out = Vec::new();
    let quoted = |zh: &str, en: &str, who: &str, text: &str| match (reader.lang, text.is_empty()) {
        (Lang::Zh, true) => format!("{who} {zh}"),
        (Lang::Zh, false) => format!("{who} {zh}：{text}"),
        (Lang::En, true) => format!("{who} {en}"),
        (Lang::En, false) => format!("{who} {en}: {text}"),
    };
    for (at, waiting) in slip.waiting.iter().enumerate() {
        let Some((login, text)) = &waiting.from else {
            continue;
        };
        let who = reader.person(login)?;
        out.push(match waiting.kind {
            WaitingKind::Returned => (Tone::Dead, quoted("退回", "returned it", &who, text)),
            WaitingKind::Reversal => {
                let able = judged.able.get(at).map_or(&[][..], Vec::as_slice);
                let mut names = Vec::new();
                for login in able {
                    names.push(reader.person(login)?);
                }
                let names = words::joined(reader.lang, &names);
                let said = quoted("申请冲销", "asks for its reversal", &who, text);
                let waits = reader.t("等待确认：", "to be confirmed by: ");
                (Tone::Held, format!("{said} · {waits}{names}"))
            }
            WaitingKind::Cosign => {
                let signer = reader.person(waiting.person.as_deref().unwrap_or(""))?;
                let (zh, en) = (
                    format!("请 {signer} 加签"),
                    format!("asks {signer} to sign too"),
                );
                (Tone::Wait, quoted(&zh, &en, &who, text))
            }
            _ => {
                let taker = reader.person(waiting.person.as_deref().unwrap_or(""))?;
                let (zh, en) = (
                    format!("转给 {taker} 办理"),
                    format!("handed it over to {taker}"),
                );
                (Tone::Wait, quoted(&zh, &en, &who, text))
            }
        });
    }
    if !slip.state.live() {
        out.extend(ended(reader, slip)?);
    }
    for refusal in &judged.why_not {
        let sentence = reader.sentence(refusal);
        out.push((
            Tone::Held,
            format!(
                "{}{sentence}",
                reader.t("您不能办理：", "Not for you to sign: ")
            ),
        ));
    }
    Ok(out)
}

/// Who ended a slip, and why.
fn ended(reader: &Reader<'_>, slip: &Slip) -> Result<Option<(Tone, String)>, Error> {
    let acts = reader.store.signatures(reader.org, slip.id)?;
    let last = acts
        .iter()
        .rev()
        .map(|row| &row.signature)
        .find(|signature| {
            matches!(
                signature.act,
                engine::SignedAct::Void | engine::SignedAct::Reverse
            )
        });
    let Some(last) = last else { return Ok(None) };
    let (_, word) = words::state(reader.lang, slip.state);
    let who = reader.person(&last.person)?;
    let at = last.at.minute();
    let colon = reader.t("：", ": ");
    let text = match last.text.is_empty() {
        true => format!("{word} · {who} · {at}"),
        false => format!("{word} · {who} · {at}{colon}{}", last.text),
    };
    Ok(Some((Tone::Dead, text)))
}

/// The head of a slip: its day, and the declared fields.
pub(crate) fn facts(
    reader: &Reader<'_>,
    pack: &Pack,
    slip: &Slip,
    header: &[Field],
) -> Result<Vec<Fact>, Error> {
    let mut out = vec![Fact {
        label: reader.t("日期", "Day").to_owned(),
        value: slip.day.to_string(),
        ..Fact::default()
    }];
    for (field, value) in header.iter().zip(&slip.header) {
        out.push(fact(reader, pack, field, value)?);
    }
    Ok(out)
}

/// A field with its value.
pub(crate) fn fact(
    reader: &Reader<'_>,
    pack: &Pack,
    field: &Field,
    value: &Value,
) -> Result<Fact, Error> {
    let shown = values::shown(reader, pack, field, value)?;
    Ok(Fact {
        label: words::label(reader.lang, &field.label).to_owned(),
        wide: shown.text.chars().count() > 40,
        value: match shown.under.is_empty() {
            true => shown.text,
            false => format!("{} ({})", shown.text, shown.under),
        },
        url: shown.url,
    })
}

/// How a column of lines is set.
fn shape(field: &Field, main: bool, lead: bool) -> Shape {
    match &field.kind {
        _ if main => Shape::Main,
        _ if lead => Shape::Lead,
        FieldKind::Amount(_) => Shape::Number,
        FieldKind::Day | FieldKind::Moment => Shape::Code,
        _ => Shape::Plain,
    }
}

/// Whether later slips draw on a line field.
fn drawn_upon(flow: &Flow, kind: usize, field: usize) -> bool {
    flow.slips
        .iter()
        .flat_map(|slip| slip.lines.as_deref().unwrap_or_default())
        .filter_map(|field| field.draws)
        .any(|draw| draw.slip == kind && draw.field == field)
}

/// The lines of a slip; fields that later slips draw on show what remains beside them.
pub(crate) fn lines(
    reader: &Reader<'_>,
    pack: &Pack,
    flow: &Flow,
    kind: usize,
    slip: &Slip,
    fields: &[Field],
) -> Result<Table, Error> {
    let main = fields
        .iter()
        .position(|field| matches!(field.kind, FieldKind::Register(_)))
        .unwrap_or(0);
    let lead = fields.iter().rposition(model::Field::is_totalled);
    let about = said_of(fields, main);
    let open = |at: usize| slip.state.live() && drawn_upon(flow, kind, at);
    // What no line says takes no room from what they say.
    let said: Vec<bool> = (0..fields.len())
        .map(|at| {
            let mut values = slip.lines.iter().map(|line| line.values.get(at));
            values.any(|value| value.is_some_and(|value| !value.is_empty()))
        })
        .collect();
    let shown = || {
        let own = fields.iter().enumerate();
        own.filter(|(at, _)| !about.contains(at) && (said[*at] || *at == main))
    };
    let mut heads = vec![Head::new("#", Shape::Count)];
    for (at, field) in shown() {
        let label = words::label(reader.lang, &field.label);
        heads.push(Head::new(label, shape(field, at == main, lead == Some(at))));
        if open(at) {
            heads.push(Head::new(reader.t("未执行", "Still open"), Shape::Number));
        }
    }
    let mut rows = Vec::new();
    for (position, line) in slip.lines.iter().enumerate() {
        let mut cells = vec![Cell::new((position + 1).to_string())];
        for (at, field) in shown() {
            let value = line.values.get(at).unwrap_or(&Value::Empty);
            let own = values::shown(reader, pack, field, value)?;
            let mut under = vec![own.under];
            if at == main {
                under.extend(about.clone().map(|at| {
                    line.values
                        .get(at)
                        .map(ToString::to_string)
                        .unwrap_or_default()
                }));
            }
            under.retain(|text| !text.is_empty());
            let url = match slip_codes::lists(field) && !value.is_empty() {
                true => Some(slip_codes::url(slip.id)),
                false => own.url,
            };
            cells.push(Cell {
                url,
                ..Cell::new(own.text).under(under.join(" · "))
            });
            if open(at) {
                cells.push(Cell::new(left(line, field, value)));
            }
        }
        rows.push(Row::from(cells));
    }
    let foot = match slip.lines.len() {
        0 | 1 => Vec::new(),
        _ => totals(reader, slip, shown(), &open),
    };
    Ok(Table {
        caption: reader.t("明细", "Lines").to_owned(),
        heads,
        rows,
        foot,
    })
}

/// The fields right after the one that names a record that say what the record says: they stand small below its name.
fn said_of(fields: &[Field], main: usize) -> std::ops::Range<usize> {
    let says = |field: &&Field| {
        (field.carry || field.is.is_some()) && field.kind == FieldKind::Text && !field.sensitive
    };
    let first = main + 1;
    match fields.get(main).map(|field| &field.kind) {
        Some(FieldKind::Register(_)) => {
            first..first + fields[first..].iter().take_while(says).count()
        }
        _ => first..first,
    }
}

/// What remains of a value that later slips draw on.
fn left(line: &engine::Line, field: &Field, value: &Value) -> String {
    let drawn = line.drawn.get(&*field.name).copied().unwrap_or(0);
    value
        .as_amount()
        .map(|whole| Amount::new(whole.units.saturating_sub(drawn), whole.unit).grouped())
        .unwrap_or_default()
}

fn totals<'f>(
    reader: &Reader<'_>,
    slip: &Slip,
    fields: impl Iterator<Item = (usize, &'f Field)>,
    open: &dyn Fn(usize) -> bool,
) -> Vec<Cell> {
    let mut cells = vec![Cell::new("")];
    for (nth, (at, field)) in fields.enumerate() {
        let sum = field.is_totalled().then(|| sum(slip, at)).flatten();
        let text = match sum {
            Some(sum) => sum.grouped(),
            None if nth == 0 => reader.t("合计", "Total").to_owned(),
            None => String::new(),
        };
        cells.push(Cell::new(text));
        if open(at) {
            cells.push(Cell::new(""));
        }
    }
    cells
}

fn sum(slip: &Slip, at: usize) -> Option<Amount> {
    let mut amounts = slip
        .lines
        .iter()
        .filter_map(|line| line.values.get(at)?.as_amount());
    let first = amounts.next()?;
    amounts.try_fold(first, Amount::checked_add)
}

fn comments(reader: &Reader<'_>, notes: &[store::NoteRow]) -> Result<Vec<Comment>, Error> {
    let mut out = Vec::new();
    for row in notes {
        let note = &row.note;
        let text = match note.kind {
            NoteKind::Comment => note.text.clone(),
            NoteKind::Copy => {
                format!(
                    "{}{}",
                    reader.t("抄送 ", "Copied to "),
                    reader.person(&note.to)?
                )
            }
            NoteKind::Reminder => {
                let word = reader.t("催办", "Reminder");
                match note.text.is_empty() {
                    true => word.to_owned(),
                    false => format!("{word}{}{}", reader.t("：", ": "), note.text),
                }
            }
            NoteKind::Escalation => reader
                .t(
                    "已超过办理时限，已上报",
                    "Past its time; those responsible were told",
                )
                .to_owned(),
            NoteKind::Attachment | NoteKind::Print => continue,
        };
        out.push(Comment {
            person: reader.person(&note.person)?,
            at: values::when(reader, note.at),
            text,
        });
    }
    Ok(out)
}

fn attachments(
    reader: &Reader<'_>,
    id: SlipId,
    notes: &[store::NoteRow],
) -> Result<Vec<Attachment>, Error> {
    let files = notes
        .iter()
        .map(|row| &row.note)
        .filter(|note| note.kind == NoteKind::Attachment);
    files
        .map(|note| {
            Ok(Attachment {
                file: Link::new(
                    note.text.clone(),
                    format!("/slips/{id}/files/{}/{}", note.hash, percent(&note.text)),
                ),
                about: format!(
                    "{} · {} · {}",
                    size(note.size),
                    reader.person(&note.person)?,
                    values::when(reader, note.at)
                ),
            })
        })
        .collect()
}

/// A size as people read it.
fn size(bytes: i64) -> String {
    match bytes {
        ..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} kB", (bytes + 512) / 1_024),
        _ => format!(
            "{}.{} MB",
            bytes / 1_048_576,
            bytes % 1_048_576 * 10 / 1_048_576
        ),
    }
}

/// A slip that must exist, for other pages.
pub(crate) fn must(reader: &Reader<'_>, id: i64) -> Result<Arc<Slip>, Error> {
    reader
        .store
        .slip(reader.org, SlipId(id))?
        .ok_or(Error::NotFound)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_read_by_people() {
        assert_eq!(size(12), "12 B");
        assert_eq!(size(2_048), "2 kB");
        assert_eq!(size(1_600_000), "1.5 MB");
    }
}

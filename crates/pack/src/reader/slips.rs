//! Slips: where they come from, their fields, what is carried and drawn.

use std::sync::Arc;

use model::{Draw, FieldKind, Slip};

use crate::Kind;
use crate::expression::{Checker, SlipTypes, Stands, Ty, Typed};
use crate::reader::fields::{FieldDraft, FieldStands};
use crate::reader::{Reader, changes, proposals};
use crate::reading::{Once, Part, Reading, check_name, unknown_node};
use crate::source::{Span, quoted};
use crate::suggest;
use crate::tree::Node;

/// Most lines unless declared, and most that can be declared.
const LINES: (i64, i64) = (1_000, 10_000);

/// A slip whose expressions are not yet read.
#[derive(Clone)]
pub(crate) struct SlipDraft<'a> {
    pub node: &'a Node,
    pub name: Arc<str>,
    pub span: Span,
    pub from: Vec<usize>,
    pub header: Vec<FieldDraft<'a>>,
    pub lines: Option<Vec<FieldDraft<'a>>>,
    pub range: (u32, u32),
    /// The slip as its own flow declares it, when it is of another flow; its name here is `flow.slip`.
    pub foreign: Option<Slip>,
}

/// A slip of a flow that was read, for flows that make slips from it.
pub(crate) struct Elsewhere<'a> {
    /// `sales_out.delivery`.
    pub name: Arc<str>,
    pub draft: SlipDraft<'a>,
    pub slip: Slip,
}

/// The names of the slips of a flow, in the order of the text, and what each comes from.
pub(crate) fn named<'a>(reader: &Reader<'a>, nodes: &[&'a Node]) -> Vec<SlipDraft<'a>> {
    let mut once = Once::default();
    let mut slips: Vec<SlipDraft<'a>> = Vec::new();
    for node in nodes {
        let Some(name) = Reading::new(reader.desk, node).need_name() else {
            continue;
        };
        if once.add(reader.desk, name.span, "slip", &name.text) {
            slips.push(SlipDraft {
                node,
                name: Arc::from(name.text.as_str()),
                span: node.name.span,
                from: Vec::new(),
                header: Vec::new(),
                lines: None,
                range: (0, 0),
                foreign: None,
            });
        }
    }
    for at in 0..slips.len() {
        let mut reading = Reading::new(reader.desk, slips[at].node);
        for part in reading.words("from").unwrap_or_default() {
            let found = if part.text.contains('.') {
                slip_elsewhere(reader, &mut slips, &part)
            } else {
                slip_named(reader, &slips, &part)
            };
            match found {
                Some(source) if slips[at].from.contains(&source) => {
                    let message = format!("{} is named twice", quoted(part.text));
                    reader.desk.error(Kind::Duplicate, part.span, message);
                }
                Some(source) => slips[at].from.push(source),
                None => {}
            }
        }
    }
    slips
}

/// The index of a slip; complains when there is none.
pub(crate) fn slip_named(
    reader: &Reader<'_>,
    slips: &[SlipDraft<'_>],
    part: &Part<'_>,
) -> Option<usize> {
    let found = slips.iter().position(|slip| *slip.name == *part.text);
    if found.is_none() {
        let message = format!("this flow has no slip {}", quoted(part.text));
        let hint = suggest::one_of(part.text, slips.iter().map(|slip| &*slip.name));
        reader
            .desk
            .hinted(Kind::UnknownSlip, part.span, message, hint);
    }
    found
}

/// The index of a slip of another flow, `sales_out.delivery`, which stands after the flow's own; complains when there is none.
fn slip_elsewhere<'a>(
    reader: &Reader<'a>,
    slips: &mut Vec<SlipDraft<'a>>,
    part: &Part<'_>,
) -> Option<usize> {
    if let Some(known) = slips.iter().position(|slip| *slip.name == *part.text) {
        return Some(known);
    }
    let Some(found) = reader.elsewhere.iter().find(|one| *one.name == *part.text) else {
        let message = format!("there is no slip {}", quoted(part.text));
        let names = reader.elsewhere.iter().map(|one| &*one.name);
        let hint = suggest::one_of(part.text, names);
        reader
            .desk
            .hinted(Kind::UnknownSlip, part.span, message, hint);
        return None;
    };
    slips.push(SlipDraft {
        name: found.name.clone(),
        from: Vec::new(),
        foreign: Some(found.slip.clone()),
        ..found.draft.clone()
    });
    Some(slips.len() - 1)
}

/// What other flows need to know of the slips of a flow that was read.
pub(crate) fn for_others<'a>(
    flow: &str,
    slips: &[Slip],
    drafts: &[SlipDraft<'a>],
) -> Vec<Elsewhere<'a>> {
    let own = drafts.iter().zip(slips);
    own.map(|(draft, slip)| {
        let mut slip = slip.clone();
        slip.from.clear();
        slip.proposal = None;
        slip.changes = None;
        for field in slip
            .header
            .iter_mut()
            .chain(slip.lines.iter_mut().flatten())
        {
            (field.is, field.default, field.must, field.draws) = (None, None, None, None);
            field.packed = None;
        }
        Elsewhere {
            name: Arc::from(format!("{flow}.{}", slip.name)),
            draft: draft.clone(),
            slip,
        }
    })
    .collect()
}

/// Indexes of the slips so that each comes after those it comes from. A slip that comes from itself is said and cut loose.
pub(crate) fn in_order(reader: &Reader<'_>, slips: &mut [SlipDraft<'_>]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(slips.len());
    let mut placed = vec![false; slips.len()];
    while order.len() < slips.len() {
        let ready = |at: &usize| slips[*at].from.iter().all(|source| placed[*source]);
        let waiting = || (0..slips.len()).filter(|at| !placed[*at]);
        let next = waiting().find(ready);
        let Some(at) = next.or_else(|| waiting().next()) else {
            break;
        };
        if next.is_none() {
            let message = format!("slip {} comes from itself", quoted(&slips[at].name));
            reader.desk.error(Kind::FromCycle, slips[at].span, message);
            slips[at].from.clear();
        }
        placed[at] = true;
        order.push(at);
    }
    order
}

/// Reads the fields of a slip whose sources were read.
pub(crate) fn read_fields<'a>(
    reader: &Reader<'a>,
    slips: &mut [SlipDraft<'a>],
    at: usize,
    path: &str,
) {
    let path = format!("{path}/slip/{}", slips[at].name);
    let node = slips[at].node;
    let (mut header, mut lines, mut range) = (Vec::new(), None, None);
    let mut once = Once::default();
    let mut whole = Reading::new(reader.desk, node);
    for child in whole.children() {
        match child.name.text.as_str() {
            "line" => {
                if !once.add(reader.desk, child.name.span, "node", "line") {
                    continue;
                }
                let mut reading = Reading::new(reader.desk, child);
                let mut fields = Vec::new();
                let mut names = Once::default();
                for field in reading.children() {
                    let stands = FieldStands::Line;
                    one_field(
                        reader,
                        slips,
                        at,
                        field,
                        &path,
                        stands,
                        &mut fields,
                        &mut names,
                    );
                }
                if fields.is_empty() {
                    reader
                        .desk
                        .error(Kind::Missing, child.name.span, "`line` has no field");
                }
                reading.finish();
                lines = Some(fields);
            }
            node @ ("proposal" | "changes") => {
                once.add(reader.desk, child.name.span, "node", node);
            }
            "lines" => {
                let mut reading = Reading::new(reader.desk, child);
                let least = reading.number("min", 0..=LINES.1).unwrap_or(1);
                let most = reading
                    .number("max", 1..=LINES.1)
                    .unwrap_or(LINES.0.max(least));
                if least > most {
                    let message = "`min` is more than `max`";
                    reader
                        .desk
                        .error(Kind::OutOfRange, child.name.span, message);
                }
                reading.finish();
                once.add(reader.desk, child.name.span, "node", "lines");
                range = Some((child.name.span, least, most));
            }
            _ => {
                let stands = FieldStands::Header;
                one_field(
                    reader,
                    slips,
                    at,
                    child,
                    &path,
                    stands,
                    &mut header,
                    &mut once,
                );
            }
        }
    }
    if let (Some((span, _, _)), None) = (range, &lines) {
        let message = format!("slip {} has no lines", quoted(&slips[at].name));
        reader.desk.error(Kind::NoLines, span, message);
    }
    let (_, least, most) = range.unwrap_or((slips[at].span, 1, LINES.0));
    let slip = &mut slips[at];
    (slip.header, slip.lines) = (header, lines);
    slip.range = (
        u32::try_from(least).unwrap_or(0),
        u32::try_from(most).unwrap_or(0),
    );
    changes::choices(reader, slip);
}

#[expect(clippy::too_many_arguments, reason = "header and lines are read alike")]
fn one_field<'a>(
    reader: &Reader<'a>,
    slips: &[SlipDraft<'a>],
    slip: usize,
    node: &'a Node,
    path: &str,
    stands: FieldStands,
    fields: &mut Vec<FieldDraft<'a>>,
    once: &mut Once,
) {
    if node.name.text == "carry" {
        carry(reader, slips, slip, node, stands, fields, once);
        return;
    }
    let kind = if stands == FieldStands::Line {
        "line"
    } else {
        "field"
    };
    let path = format!("{path}/{kind}/{}", node.name.text);
    if let Some(draft) = reader.field(node, &path, stands)
        && once.add(reader.desk, draft.span, "field", &draft.field.name)
    {
        fields.push(draft);
    }
}

/// `carry item price`: the fields of the source, copied with kind and label.
fn carry<'a>(
    reader: &Reader<'a>,
    slips: &[SlipDraft<'a>],
    slip: usize,
    node: &'a Node,
    stands: FieldStands,
    fields: &mut Vec<FieldDraft<'a>>,
    once: &mut Once,
) {
    let mut reading = Reading::new(reader.desk, node);
    let names = reading.rest();
    reading.finish();
    let from = &slips[slip].from;
    if from.is_empty() {
        let message = "`carry` in a slip that begins a chain";
        let hint = "the slip needs `from=`".to_owned();
        reader
            .desk
            .hinted(Kind::Carry, node.name.span, message, hint);
        return;
    }
    if names.is_empty() {
        let message = "`carry` names no field";
        reader.desk.error(Kind::Missing, node.name.span, message);
    }
    for name in names {
        if !check_name(reader.desk, name) {
            continue;
        }
        let mut found: Option<FieldDraft<'a>> = None;
        for source in from {
            let source = &slips[*source];
            let all = match stands {
                FieldStands::Line => source.lines.as_deref().unwrap_or_default(),
                _ => &source.header,
            };
            let Some(draft) = all.iter().find(|one| *one.field.name == *name.text) else {
                let place = if stands == FieldStands::Line {
                    "a line"
                } else {
                    "the header"
                };
                let message = format!(
                    "{place} of {} has no {} to carry",
                    quoted(&source.name),
                    quoted(&name.text)
                );
                let hint = suggest::one_of(&name.text, all.iter().map(|one| &*one.field.name));
                reader.desk.hinted(Kind::Carry, name.span, message, hint);
                found = None;
                break;
            };
            if found.as_ref().is_some_and(|other| other.ty != draft.ty) {
                let message = format!("{} differs between the sources", quoted(&name.text));
                reader.desk.error(Kind::Carry, name.span, message);
            }
            found = found.or_else(|| Some(draft.clone()));
        }
        if let Some(mut draft) = found
            && once.add(reader.desk, name.span, "field", &name.text)
        {
            draft.field.carry = true;
            draft.span = name.span;
            (draft.is, draft.default, draft.must, draft.draws) = (None, None, None, None);
            draft.packed = None;
            fields.push(draft);
        }
    }
}

/// The types of a slip, for expressions.
pub(crate) fn types(slip: &SlipDraft<'_>) -> SlipTypes {
    let typed = |fields: &[FieldDraft<'_>]| {
        fields
            .iter()
            .map(|draft| Typed {
                name: draft.field.name.clone(),
                ty: draft.ty.clone(),
            })
            .collect::<Vec<Typed>>()
    };
    SlipTypes {
        from: slip.from.clone(),
        header: typed(&slip.header),
        lines: slip.lines.as_deref().map(typed),
    }
}

/// Reads the expressions of a slip's fields and its own properties.
pub(crate) fn finish(
    reader: &mut Reader<'_>,
    slips: &[SlipDraft<'_>],
    types: &[SlipTypes],
    up: &[usize],
    at: usize,
    flow: &str,
) -> Slip {
    let draft = &slips[at];
    let mut reading = Reading::new(reader.desk, draft.node);
    reading.children();
    reading.next();
    let zh = reading.need_label();
    let path = format!("flow/{flow}/slip/{}", draft.name);
    let label = reader.labels.label(reader.desk, &path, &zh, draft.span);
    reading.words("from");
    let join = reading.switch("join");
    if join && draft.from.is_empty() {
        let message = "`join` in a slip that begins a chain";
        reader.desk.error(Kind::Conflict, draft.span, message);
    }
    let hint = "write it like `number=\"CG{date}-{0000}\"`";
    let number = reading.need_property("number", hint);
    let print = reading.text("print").and_then(|word| form(reader, word));
    reading.finish();
    let checker = |stands| Checker {
        desk: reader.desk,
        tables: &reader.tables,
        slips: types,
        slip: at,
        stands,
    };
    let fields = |drafts: &[FieldDraft<'_>], stands| {
        let checker = checker(stands);
        let fields = drafts
            .iter()
            .map(|one| finish_field(&checker, slips, up, one));
        fields.collect::<Vec<_>>()
    };
    let mut header = fields(&draft.header, Stands::Header);
    let mut lines = draft
        .lines
        .as_deref()
        .map(|lines| fields(lines, Stands::Line));
    let name: Arc<str> = Arc::from(format!("{}.{flow}.{}", reader.pack, draft.name));
    if let Some(number) = number {
        reader.number_pattern(number, &name);
    }
    let changes = changes::read(reader, draft, &mut header, lines.as_mut());
    Slip {
        name: draft.name.clone(),
        qualified: name,
        label,
        from: draft.from.clone(),
        join,
        number: Arc::from(number.map_or("", |word| word.text.as_str())),
        print,
        header,
        lines,
        lines_min: draft.range.0,
        lines_max: draft.range.1,
        proposal: proposals::read(reader, draft, types, at),
        changes,
    }
}

/// `order.form`: the form `forms/order.typ`.
fn form(reader: &Reader<'_>, word: &crate::tree::Word) -> Option<Arc<str>> {
    let Some(name) = word.text.strip_suffix(".form") else {
        let message = format!("{} is not the name of a form", quoted(&word.text));
        let hint = "write `print=order.form` for `forms/order.typ`".to_owned();
        reader
            .desk
            .hinted(Kind::WrongValue, word.span, message, hint);
        return None;
    };
    if !reader.forms.contains_key(name) {
        let message = format!("there is no form `forms/{name}.typ`");
        let hint = suggest::did_you_mean(name, reader.forms.keys().map(String::as_str));
        reader
            .desk
            .warning(Kind::FormMissing, word.span, message, hint);
    }
    Some(Arc::from(name))
}

fn finish_field(
    checker: &Checker<'_>,
    slips: &[SlipDraft<'_>],
    up: &[usize],
    draft: &FieldDraft<'_>,
) -> model::Field {
    let mut field = draft.field.clone();
    field.is = draft.is.and_then(|word| checker.value(word, &draft.ty));
    field.default = draft
        .default
        .and_then(|word| checker.value(word, &draft.ty));
    field.must = draft.must.and_then(|word| checker.condition(word));
    field.draws = draft
        .draws
        .and_then(|word| draw(checker, slips, up, draft, word));
    field.packed = draft
        .packed
        .as_ref()
        .and_then(|(per, marks)| packed(checker, &draft.ty, per, marks));
    field
}

/// How much goes into a package: a count, or an amount of the field's unit.
fn packed(
    checker: &Checker<'_>,
    own: &Ty,
    per: &crate::tree::Word,
    marks: &[Arc<str>],
) -> Option<model::Packed> {
    let checked = checker.any(per)?;
    if checked.ty != *own && checked.ty != Ty::Amount(kernel::Unit::Count) {
        let message = format!("a package holds a count or {own}, this is {}", checked.ty);
        checker
            .desk
            .error(Kind::TypeMismatch, checked.span, message);
        return None;
    }
    Some(model::Packed {
        per: checked.expr,
        marks: marks.to_vec(),
    })
}

/// `draws=order.qty`: a line field of a slip up the chain, of the same unit.
fn draw(
    checker: &Checker<'_>,
    slips: &[SlipDraft<'_>],
    up: &[usize],
    draft: &FieldDraft<'_>,
    word: &crate::tree::Word,
) -> Option<Draw> {
    let wrong = |message: String, hint: Option<String>| {
        checker.desk.hinted(Kind::Draws, word.span, message, hint);
        None
    };
    let Some((name, field)) = word.text.rsplit_once('.') else {
        return wrong(
            "`draws` names a slip and its field".to_owned(),
            Some("write `draws=order.qty`".to_owned()),
        );
    };
    let names = || up.iter().map(|at| &*slips[*at].name);
    let Some(source) = up.iter().find(|at| *slips[**at].name == *name) else {
        let message = format!("{} is not a slip up the chain", quoted(name));
        let hint = suggest::one_of(name, names());
        return wrong(message, hint);
    };
    let lines = slips[*source].lines.as_deref().unwrap_or_default();
    let Some(at) = lines.iter().position(|one| *one.field.name == *field) else {
        let message = format!("a line of {} has no {}", quoted(name), quoted(field));
        let hint = suggest::one_of(field, lines.iter().map(|one| &*one.field.name));
        return wrong(message, hint);
    };
    let (own, drawn) = (&draft.ty, &lines[at].ty);
    if *own == Ty::Unknown || *drawn == Ty::Unknown {
        return None;
    }
    if own != drawn || !matches!(draft.field.kind, FieldKind::Amount(_)) {
        let message = format!("`draws` joins amounts of one unit, not {own} and {drawn}");
        return wrong(message, None);
    }
    Some(Draw {
        slip: *source,
        field: at,
    })
}

/// For every slip, those that it comes from at any distance, nearest first.
pub(crate) fn up_the_chain(slips: &[SlipDraft<'_>]) -> Vec<Vec<usize>> {
    let above = |slip: usize| {
        let mut seen = vec![false; slips.len()];
        let mut up: Vec<usize> = Vec::new();
        let mut next = 0;
        let mut sources = slips[slip].from.as_slice();
        loop {
            for source in sources {
                if !std::mem::replace(&mut seen[*source], true) {
                    up.push(*source);
                }
            }
            match up.get(next) {
                Some(at) => sources = &slips[*at].from,
                None => return up,
            }
            next += 1;
        }
    };
    (0..slips.len()).map(above).collect()
}

/// Complains about nodes of a flow that are none of its own.
pub(crate) fn unknown(reader: &Reader<'_>, node: &Node) {
    unknown_node(
        reader.desk,
        node,
        "`flow`",
        &["step", "slip", "separate", "cites"],
    );
}

//! Lines that a ledger proposes: `proposal from=bins.shelf where="…" order=expiry { lot "item + '/' + batch"; bin bin }`.

use model::{Expr, FieldKind, Proposal};

use crate::Kind;
use crate::expression::{Checker, SlipTypes, Stands, Ty, Typed};
use crate::reader::Reader;
use crate::reader::slips::SlipDraft;
use crate::reading::{Once, Reading};
use crate::source::quoted;
use crate::suggest;
use crate::tree::{Node, Word};

/// Reads the proposal of a slip, where it has one.
pub(crate) fn read(
    reader: &Reader<'_>,
    draft: &SlipDraft<'_>,
    types: &[SlipTypes],
    at: usize,
) -> Option<Proposal> {
    let mut nodes = draft.node.children.iter().flatten();
    let node = nodes.find(|node| node.name.text == "proposal")?;
    let desk = reader.desk;
    let mut reading = Reading::new(desk, node);
    let from = reading.need_property("from", "the ledger and its place: `from=stock.good`");
    let place = from.and_then(|word| place(reader, word));
    let Some(lines) = &draft.lines else {
        let message = "lines are proposed to a slip without lines";
        desk.error(Kind::NoLines, node.name.span, message);
        return None;
    };
    if !draft.from.is_empty() {
        let message = "a slip that comes from others has their lines, and none are proposed";
        desk.error(Kind::Conflict, node.name.span, message);
    }
    let keep = reading.property("where").and_then(|word| {
        let checker = Checker {
            desk,
            tables: &reader.tables,
            slips: types,
            slip: at,
            stands: Stands::Line,
        };
        checker.condition(word)
    });
    let named = |word: &Word| {
        let found = lines.iter().position(|one| *one.field.name == *word.text);
        if found.is_none() {
            let message = format!("a line has no field {}", quoted(&word.text));
            let hint = suggest::one_of(&word.text, lines.iter().map(|one| &*one.field.name));
            desk.hinted(Kind::UnknownField, word.span, message, hint);
        }
        found
    };
    let order = reading.text("order").and_then(named);
    let mut fields = Vec::new();
    let mut once = Once::default();
    for child in reading.children() {
        let Some(field) = named(&child.name) else {
            continue;
        };
        if lines[field].field.carry || lines[field].is.is_some() {
            let name = quoted(&child.name.text);
            let message = format!("{name} is carried or computed and never entered");
            desk.error(Kind::Enters, child.name.span, message);
            continue;
        }
        let value = place.and_then(|(ledger, _)| value(reader, ledger, child, &lines[field].ty));
        if once.add(desk, child.name.span, "field", &child.name.text) {
            fields.extend(value.map(|value| (field, value)));
        }
    }
    if reading.children().is_empty() {
        let message = "`proposal` says nothing of the lines".to_owned();
        let hint = "put fields and values in braces: `{ item item; batch batch }`".to_owned();
        desk.hinted(Kind::Missing, node.name.span, message, hint);
    }
    reading.finish();
    let (ledger, place) = place?;
    Some(Proposal {
        ledger,
        place,
        fields,
        keep,
        order,
    })
}

/// `stock.good`.
fn place(reader: &Reader<'_>, word: &Word) -> Option<(usize, usize)> {
    let (ledger, place) = word.text.split_once('.').unwrap_or((&word.text, ""));
    let names = || reader.ledgers.iter().map(|draft| &*draft.ledger.name);
    let Some(at) = names().position(|name| name == ledger) else {
        let message = format!("unknown ledger {}", quoted(ledger));
        let hint = suggest::one_of(ledger, names());
        reader
            .desk
            .hinted(Kind::UnknownLedger, word.span, message, hint);
        return None;
    };
    let declared = &reader.ledgers[at].ledger;
    let Some((place, _)) = declared.place(place) else {
        let message = format!("ledger {} has no place {}", quoted(ledger), quoted(place));
        let hint = suggest::one_of(place, declared.places.iter().map(|one| &*one.name));
        reader
            .desk
            .hinted(Kind::UnknownPlace, word.span, message, hint);
        return None;
    };
    Some((at, place))
}

/// What a field gets: an expression of the dimensions of the ledger, which are texts.
fn value(reader: &Reader<'_>, ledger: usize, node: &Node, wanted: &Ty) -> Option<Expr> {
    let mut reading = Reading::new(reader.desk, node);
    let word = reading.need("value");
    reading.finish();
    let declared = &reader.ledgers[ledger].ledger;
    let dimensions = declared.by.iter().chain(&declared.detail);
    let own = SlipTypes {
        header: dimensions
            .map(|name| Typed {
                name: name.clone(),
                ty: Ty::of(&FieldKind::Text),
            })
            .collect(),
        ..SlipTypes::default()
    };
    let checker = Checker {
        desk: reader.desk,
        tables: &reader.tables,
        slips: std::slice::from_ref(&own),
        slip: 0,
        stands: Stands::Header,
    };
    match wanted {
        // A key that is put together is a reference where the form is filled in.
        Ty::Register(_) => checker.value(word?, &Ty::Text),
        wanted => checker.value(word?, wanted),
    }
}

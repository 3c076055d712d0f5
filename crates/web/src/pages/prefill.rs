//! What is put into a form before it is signed: what an earlier slip said, and what the engine computes from what is typed.

use std::collections::BTreeMap;

use axum::Json;
use engine::{Class, LineInput, Refusal, World};
use kernel::SlipId;

use super::desk::{Desk, Reader};
use super::form::{Target, filled, ground, no_act};
use super::typed::{Typed, TypedLine};
use super::{drafts, values, words};
use crate::auth::Acting;
use crate::error::Error;

/// What a new slip takes over from an earlier one of the same kind. What its lines drew from others stays with it, and so
/// does what is not for everybody's eyes.
pub(super) fn copy(reader: &Reader<'_>, target: &Target, id: SlipId) -> Result<Typed, Error> {
    let slip = reader.store.ask(reader.org, |world| world.slip(id))?;
    let slip = slip.ok_or(Error::NotFound)?;
    let catalog = reader.catalog();
    let (_, flow, _, step) = words::step(&catalog, None, &target.step).ok_or(Error::NotFound)?;
    let declared = flow.slips.get(step.slip).ok_or(Error::NotFound)?;
    let (_, _, _, _, then) = catalog
        .slip_of(&slip.version, &slip.kind)
        .ok_or(Error::NotFound)?;
    if declared.qualified != slip.kind || !declared.from.is_empty() {
        return Err(Error::NotFound);
    }
    let mut typed = Typed::copy_of(&slip, then);
    let open = |fields: &[model::Field], name: &str| {
        fields
            .iter()
            .any(|field| *field.name == *name && !field.sensitive)
    };
    typed.header.retain(|name, _| open(&declared.header, name));
    for line in &mut typed.lines {
        let fields = declared.lines.as_deref().unwrap_or_default();
        line.cells.retain(|name, _| open(fields, name));
    }
    Ok(typed)
}

/// Puts the lines that a ledger proposes behind those that were typed; why it cannot, or that there are none.
pub(super) fn propose(
    reader: &Reader<'_>,
    target: &Target,
    typed: &mut Typed,
) -> Result<Option<Refusal>, Error> {
    let ground = match ground(reader, target)? {
        Ok(ground) => ground,
        Err(refusal) => return Ok(Some(refusal)),
    };
    let (_, _, _, declared) = ground.declared(&target.step).ok_or(Error::NotFound)?;
    let input = typed.input(declared);
    let command = reader.command(target.on_behalf_of.clone(), no_act());
    let found = reader
        .store
        .propose(reader.org, &command, &target.step, &input)?;
    let lines = match found {
        Ok(lines) => lines,
        Err(refusal) => return Ok(Some(refusal)),
    };
    let none = lines.is_empty();
    let known = |typed: &Typed, line: &LineInput| {
        let same = |one: &TypedLine| {
            line.fields
                .iter()
                .all(|(name, text)| one.cells.get(name) == Some(text))
        };
        typed.lines.iter().any(same)
    };
    for line in lines {
        // Asked twice, a ledger does not say everything twice.
        if !known(typed, &line) {
            typed.lines.push(TypedLine {
                source: String::new(),
                cells: line.fields,
            });
        }
    }
    Ok(none.then(|| {
        Refusal::new(
            Class::Field,
            "nothing_proposed",
            "账上没有符合条件的明细",
            "the ledger has nothing that meets the conditions",
        )
    }))
}

/// What the engine computes from what is typed so far, for fields that no script can compute: as people read it, by field.
pub(crate) async fn computed(
    desk: Desk,
    _: Acting,
    Json(body): Json<BTreeMap<String, serde_json::Value>>,
) -> Result<Json<serde_json::Value>, Error> {
    let drafts::Sent { of, inputs } = drafts::Sent::read(body);
    let target = Target {
        step: of.step,
        slip: of.slip,
        sources: of.sources,
        on_behalf_of: desk.session.on_behalf_of.clone(),
        ..Target::default()
    };
    desk.read(move |reader| {
        let ground = match ground(reader, &target)? {
            Ok(ground) => ground,
            Err(refusal) => return Err(refusal.into()),
        };
        let (pack, _, _, declared) = ground.declared(&target.step).ok_or(Error::NotFound)?;
        let pairs = inputs
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()));
        let input = Typed::read(pairs).input(declared);
        let filled = match filled(reader, &target, &ground, &input)? {
            Ok(filled) => filled,
            Err(refusal) => return Err(refusal.into()),
        };
        let shown = |fields: &[model::Field], values: &[kernel::Value]| {
            let mut out = BTreeMap::new();
            for (field, value) in fields.iter().zip(values) {
                if field.is.is_some() || field.packed.is_some() {
                    let text = values::shown(reader, pack, field, value)?.text;
                    out.insert(field.name.to_string(), text);
                }
            }
            Ok::<_, Error>(out)
        };
        let own = declared.lines.as_deref().unwrap_or_default();
        let mut lines = Vec::new();
        for line in &filled.lines {
            lines.push(shown(own, &line.values)?);
        }
        let header = shown(&declared.header, &filled.header)?;
        Ok(Json(serde_json::json!({"header": header, "lines": lines})))
    })
    .await
}

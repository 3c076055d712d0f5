//! What is put into a form before it is signed: what an earlier slip said, and what the engine computes from what is typed.

use std::collections::BTreeMap;

use axum::Json;
use engine::World;
use kernel::SlipId;

use super::desk::{Desk, Reader};
use super::form::{Target, filled, ground};
use super::typed::Typed;
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
                if field.is.is_some() {
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

//! What things are called: labels of kinds, steps, roles, ledgers and registers by their qualified names.

use std::sync::Arc;

use ledger::Entry;
use model::{Catalog, Flow, Label, Ledger, Pack, PostKind, Register, Step};

fn plain(name: &str) -> Label {
    Label {
        zh: name.into(),
        en: name.into(),
    }
}

/// The pack and flow of a qualified name `pack.flow.rest`, under a version; the current one when that is not known.
pub fn flow<'a>(
    catalog: &'a Catalog,
    version: &str,
    name: &str,
) -> Option<(&'a Arc<Pack>, &'a Flow)> {
    let mut parts = name.splitn(3, '.');
    let (pack, flow) = (parts.next()?, parts.next()?);
    let pack = catalog.version(version).or_else(|| catalog.pack(pack))?;
    Some((pack, pack.flow(flow)?.1))
}

/// What a kind of slip is called.
pub fn kind(catalog: &Catalog, version: &str, kind: &str) -> Label {
    let declared = flow(catalog, version, kind)
        .and_then(|(_, flow)| flow.slips.iter().find(|slip| &*slip.qualified == kind));
    declared.map_or_else(|| plain(kind), |slip| slip.label.clone())
}

/// The declaration of a step.
pub fn step_of<'a>(catalog: &'a Catalog, version: &str, step: &str) -> Option<&'a Step> {
    let (_, flow) = flow(catalog, version, step)?;
    flow.steps
        .iter()
        .find(|declared| &*declared.qualified == step)
}

/// What a step is called.
pub fn step(catalog: &Catalog, version: &str, step: &str) -> Label {
    step_of(catalog, version, step).map_or_else(|| plain(step), |step| step.label.clone())
}

/// Whether the amounts of an entry are kept from those who look at its slip: of a hold that is declared `sensitive`.
pub fn concealed(catalog: &Catalog, version: &str, entry: &Entry) -> bool {
    let (Some(hold), Some(step)) = (&entry.hold, step_of(catalog, version, &entry.by)) else {
        return false;
    };
    step.posts.iter().any(|post| {
        matches!(&post.kind, PostKind::Hold { name, sensitive: true, .. } if *name == hold.name)
    })
}

/// What a qualified role `pack.role` is called.
pub fn role(catalog: &Catalog, role: &str) -> Label {
    let declared = role
        .split_once('.')
        .and_then(|(pack, name)| Some(catalog.pack(pack)?.role(name)?.1.label.clone()));
    declared.unwrap_or_else(|| plain(role))
}

/// The declaration of a qualified ledger `pack.ledger`.
pub fn ledger<'a>(catalog: &'a Catalog, ledger: &str) -> Option<&'a Ledger> {
    let (pack, name) = ledger.split_once('.')?;
    Some(catalog.pack(pack)?.ledger(name)?.1)
}

/// What a place of a ledger is called; a place of an open chart is its own name.
pub fn place(ledger: &Ledger, place: &str) -> Label {
    ledger
        .place(place)
        .map_or_else(|| plain(place), |(_, place)| place.label.clone())
}

/// The declaration of a qualified register `pack.register`.
pub fn register<'a>(catalog: &'a Catalog, register: &str) -> Option<&'a Register> {
    let (pack, name) = register.split_once('.')?;
    catalog.pack(pack)?.register(name)
}

/// A sensitive text with all but its last characters hidden; of a short one all, and how long it is too: the digits of a
/// quantity would tell nearly as much as the quantity.
pub fn masked(text: &str) -> String {
    let length = text.chars().count();
    match length {
        0 => String::new(),
        1..=8 => "****".to_owned(),
        _ => {
            let tail: String = text.chars().skip(length - 4).collect();
            format!("{}{tail}", "*".repeat((length - 4).min(8)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sensitive_is_hidden() {
        assert_eq!(masked(""), "");
        assert_eq!(masked("1234"), "****");
        assert_eq!(masked("7"), "****");
        assert_eq!(masked("12345678"), "****");
        assert_eq!(masked("6222020200012345678"), "********5678");
        assert_eq!(masked("中国农业银行北京分行"), "******北京分行");
    }
}

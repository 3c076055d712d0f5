//! Registers that a pack without any `register` uses all the same.

use std::collections::BTreeSet;

use crate::Kind;
use crate::reader::fields::TYPES;
use crate::source::{Desk, quoted};
use crate::tree::{Form, Node};

/// The names that fields of these flows have as their type and that are neither a type nor near to one. A small pack may
/// leave its master data to others; its references then have a name and no fields.
pub(crate) fn registers(desk: &Desk<'_>, flows: &[(usize, &Node)]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let nodes = flows
        .iter()
        .flat_map(|(_, flow)| flow.children.iter().flatten());
    let slips = nodes.filter(|node| node.name.text == "slip");
    for field in slips.flat_map(|slip| slip.children.iter().flatten()) {
        match field.name.text.as_str() {
            "line" => {
                for inner in field.children.iter().flatten() {
                    one(desk, inner, &mut found);
                }
            }
            _ => one(desk, field, &mut found),
        }
    }
    found
}

fn one(desk: &Desk<'_>, field: &Node, found: &mut BTreeSet<String>) {
    let [label, word, ..] = field.values.as_slice() else {
        return;
    };
    let name = word.text.as_str();
    let is_name = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && !name.is_empty();
    if field.name.text == "carry"
        || label.form != Form::Quoted
        || word.form != Form::Bare
        || !is_name
        || TYPES.contains(&name)
        || kernel::nearest(name, TYPES).is_some()
    {
        return;
    }
    if found.insert(name.to_owned()) {
        let message = format!(
            "there is no register {}; its records have no fields",
            quoted(name)
        );
        let hint = format!("declare it: `register {name} \"…\" {{ … }}`");
        desk.warning(Kind::UnknownType, word.span, message, hint);
    }
}

//! The `pack` node and what stands beside flows: roles, registers, ledgers, dated parameters.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Flow, Label, Pack, Register, Role, SourceText};

use crate::Kind;
use crate::expression::{Tables, Typed};
use crate::labels::Labels;
use crate::read::Manner;
use crate::reader::fields::{FieldDraft, FieldStands, also};
use crate::reader::{Reader, Rules, flow, implicit, separate};
use crate::reading::{Once, Reading, check_name, unknown_node};
use crate::source::{Desk, Span, quoted};
use crate::tree::{Node, Word};

/// What a pack's text may declare at its top.
const TOP: [&str; 6] = ["pack", "role", "register", "ledger", "parameter", "flow"];

/// Nodes gathered from all texts.
#[derive(Default)]
struct Gathered<'a> {
    pack: Option<&'a Node>,
    roles: Vec<&'a Node>,
    registers: Vec<&'a Node>,
    ledgers: Vec<&'a Node>,
    parameters: Vec<&'a Node>,
    flows: Vec<(usize, &'a Node)>,
    labels: Vec<&'a Node>,
}

/// Reads a pack; the result counts only when the desk has no error.
pub(crate) fn read_pack<'a>(
    desk: &'a Desk<'a>,
    texts: &[SourceText],
    trees: &'a [Vec<Node>],
    rules: Rules<'a>,
    manner: Manner,
) -> Option<Pack> {
    let mut gathered = Gathered::default();
    for (file, nodes) in trees.iter().enumerate() {
        for node in nodes {
            gather(desk, &mut gathered, file, node, true);
        }
    }
    let forms = forms(desk, texts);
    let Some(pack) = gathered.pack else {
        desk.hinted(
            Kind::NoPack,
            Span::file(0),
            "no text declares a pack",
            "one text has `pack name \"名称\" { … }`".to_owned(),
        );
        return None;
    };
    let mut labels = Labels::default();
    for node in &gathered.labels {
        labels.read(desk, node);
    }
    let (name, label) = pack_head(desk, &labels, pack)?;
    let mut reader = Reader {
        desk,
        labels,
        pack: name.clone(),
        roles: Vec::new(),
        tables: Tables::default(),
        registers: Vec::new(),
        ledgers: Vec::new(),
        parameters: Vec::new(),
        forms,
        rules,
        numbers: Vec::new(),
        elsewhere: Vec::new(),
    };
    reader.read_roles(&gathered.roles);
    reader.read_parameters(&gathered.parameters);
    reader.read_registers(&gathered.registers);
    if gathered.registers.is_empty() {
        for name in implicit::registers(desk, &gathered.flows) {
            reader.add_register(&name);
        }
    }
    reader.read_ledgers(&gathered.ledgers);
    let flows = reader.read_flows(&gathered.flows, texts);
    let rules = separate::rules(
        &reader,
        &flows,
        manner.lenient || manner.holes,
        &gathered.flows,
        pack.name.span,
    );
    if !manner.holes {
        reader.labels.finish(desk);
    }
    Some(Pack {
        name,
        label,
        version: Arc::from(""),
        roles: reader.roles,
        registers: reader.registers,
        ledgers: reader
            .ledgers
            .into_iter()
            .map(|draft| draft.ledger)
            .collect(),
        parameters: reader.parameters,
        flows,
        forms: reader.forms,
        texts: texts.to_vec(),
        rules,
    })
}

fn pack_head(desk: &Desk<'_>, labels: &Labels, node: &Node) -> Option<(Arc<str>, Label)> {
    let mut reading = Reading::new(desk, node);
    reading.children();
    let name = reading.need_name()?;
    let zh = reading.need_label();
    let label = labels.label(desk, "pack", &zh, reading.span());
    reading.finish();
    Some((Arc::from(name.text.as_str()), label))
}

fn gather<'a>(
    desk: &Desk<'_>,
    gathered: &mut Gathered<'a>,
    file: usize,
    node: &'a Node,
    top: bool,
) {
    match node.name.text.as_str() {
        "pack" if top => {
            if gathered.pack.replace(node).is_some() {
                let message = "a second `pack`; the texts of a folder are one pack";
                desk.error(Kind::Duplicate, node.name.span, message);
            }
            for child in node.children.iter().flatten() {
                gather(desk, gathered, file, child, false);
            }
        }
        "role" => gathered.roles.push(node),
        "register" => gathered.registers.push(node),
        "ledger" => gathered.ledgers.push(node),
        "parameter" => gathered.parameters.push(node),
        "flow" if top => gathered.flows.push((file, node)),
        "labels" if top => gathered.labels.push(node),
        _ if top => unknown_node(desk, node, "a text of a pack", &TOP),
        _ => unknown_node(desk, node, "`pack`", &TOP[1..5]),
    }
}

fn forms(desk: &Desk<'_>, texts: &[SourceText]) -> BTreeMap<String, String> {
    let mut forms = BTreeMap::new();
    for (file, text) in texts.iter().enumerate() {
        if text.path.ends_with(".kdl") {
            continue;
        }
        let name = text.path.strip_prefix("forms/");
        match name.and_then(|name| name.strip_suffix(".typ")) {
            Some(name) if !name.contains('/') => {
                forms.insert(name.to_owned(), text.text.clone());
            }
            _ => desk.hinted(
                Kind::NotAText,
                Span::file(file),
                "this is no text of a pack",
                "there are `*.kdl` and `forms/*.typ`".to_owned(),
            ),
        }
    }
    forms
}

impl<'a> Reader<'a> {
    fn read_roles(&mut self, nodes: &[&'a Node]) {
        let mut once = Once::default();
        for node in nodes {
            let mut reading = Reading::new(self.desk, node);
            let Some(name) = reading.need_name() else {
                continue;
            };
            let zh = reading.need_label();
            let path = format!("role/{}", name.text);
            let label = self.labels.label(self.desk, &path, &zh, reading.span());
            reading.finish();
            if once.add(self.desk, name.span, "role", &name.text) {
                let name = Arc::from(name.text.as_str());
                self.roles.push(Role { name, label });
            }
        }
    }

    fn read_registers(&mut self, nodes: &[&'a Node]) {
        let mut once = Once::default();
        // All names first: a field may refer to a register declared further down.
        let mut named: Vec<(&Word, &'a Node)> = Vec::new();
        for node in nodes {
            let reading = &mut Reading::new(self.desk, node);
            let Some(name) = reading.need_name() else {
                continue;
            };
            if super::fields::TYPES.contains(&name.text.as_str()) {
                let message = format!("{} is the name of a type", quoted(&name.text));
                self.desk.error(Kind::ReservedName, name.span, message);
            } else if once.add(self.desk, name.span, "register", &name.text) {
                let empty = (Arc::from(name.text.as_str()), Vec::new());
                self.tables.registers.push(empty);
                named.push((name, node));
            }
        }
        for (at, (name, node)) in named.into_iter().enumerate() {
            let mut reading = Reading::new(self.desk, node);
            reading.next();
            let zh = reading.need_label();
            let path = format!("register/{}", name.text);
            let label = self.labels.label(self.desk, &path, &zh, reading.span());
            let also = also(&mut reading);
            let by_slips = reading.property("changes").is_some_and(|word| {
                if word.text != "slips" {
                    reading.wrong(
                        word,
                        "changes",
                        "`slips`: records that are there are changed by slips alone",
                    );
                }
                true
            });
            let mut fields: Vec<FieldDraft<'_>> = Vec::new();
            let mut once = Once::default();
            for child in reading.children() {
                let path = format!("{path}/field/{}", child.name.text);
                if let Some(field) = self.field(child, &path, FieldStands::Register)
                    && once.add(self.desk, field.span, "field", &field.field.name)
                {
                    fields.push(field);
                }
            }
            reading.finish();
            self.tables.registers[at].1 = fields
                .iter()
                .map(|draft| Typed {
                    name: draft.field.name.clone(),
                    ty: draft.ty.clone(),
                })
                .collect();
            self.registers.push(Register {
                name: Arc::from(name.text.as_str()),
                qualified: format!("{}.{}", self.pack, name.text).into(),
                label,
                fields: fields.into_iter().map(|draft| draft.field).collect(),
                also,
                by_slips,
            });
        }
    }

    /// A register of which no more than the name is known.
    fn add_register(&mut self, name: &str) {
        let name: Arc<str> = Arc::from(name);
        self.tables.registers.push((name.clone(), Vec::new()));
        self.registers.push(Register {
            label: Label {
                zh: name.clone(),
                en: name.clone(),
            },
            qualified: format!("{}.{name}", self.pack).into(),
            name,
            fields: Vec::new(),
            also: Vec::new(),
            by_slips: false,
        });
    }

    fn read_flows(&mut self, nodes: &[(usize, &'a Node)], texts: &[SourceText]) -> Vec<Flow> {
        let mut once = Once::default();
        let mut flows = Vec::new();
        for (file, node) in &sources_first(nodes) {
            let Some(name) = node.values.first() else {
                Reading::new(self.desk, node).need("name");
                continue;
            };
            if !check_name(self.desk, name) {
                continue;
            }
            let stem = texts[*file]
                .path
                .strip_prefix("flows/")
                .and_then(|path| path.strip_suffix(".kdl"));
            if stem.is_some_and(|stem| stem != name.text) {
                let message = format!(
                    "flow {} stands in a file of another name",
                    quoted(&name.text)
                );
                let hint = format!("a flow has one stem: `flows/{}.kdl`", name.text);
                self.desk.warning(Kind::FileName, name.span, message, hint);
            }
            if once.add(self.desk, name.span, "flow", &name.text) {
                flows.extend(flow::read(self, node));
            }
        }
        flows
    }
}

/// The flows so that each comes after those of whose slips it makes its own, else as they are written.
fn sources_first<'a>(nodes: &[(usize, &'a Node)]) -> Vec<(usize, &'a Node)> {
    let name = |node: &Node| node.values.first().map(|name| name.text.clone());
    let mut waiting: Vec<(usize, &'a Node)> = nodes.to_vec();
    let mut ordered = Vec::with_capacity(nodes.len());
    while !waiting.is_empty() {
        let free = |(_, node): &(usize, &'a Node)| {
            let mut slips = node.children.iter().flatten();
            !slips.any(|slip| {
                let mut said = slip.properties.iter().filter(|(key, _)| key.text == "from");
                said.any(|(_, from)| {
                    let mut sources = from.text.split_whitespace();
                    sources.any(|source| {
                        let flow = source.split_once('.').map(|(flow, _)| flow.to_owned());
                        flow.is_some() && waiting.iter().any(|(_, other)| name(other) == flow)
                    })
                })
            })
        };
        // Flows that wait for each other are read as they stand; what one cannot know yet is complained about there.
        let at = waiting.iter().position(free).unwrap_or(0);
        ordered.push(waiting.remove(at));
    }
    ordered
}

//! The `pack` node and what stands beside flows: roles, registers, ledgers, dated parameters.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Day, Unit, Value};
use model::{
    Flow, Label, Ledger, Pack, Parameter, ParameterRow, Place, Register, Role, SourceText,
};

use crate::Kind;
use crate::expression::{ParameterType, Tables, Typed};
use crate::labels::Labels;
use crate::read::Manner;
use crate::reader::fields::{FieldDraft, FieldStands};
use crate::reader::{LedgerDraft, Reader, Rules, flow, implicit, separate};
use crate::reading::{Once, Reading, check_name, unknown_node};
use crate::source::{Desk, Span, quoted};
use crate::suggest;
use crate::tree::{Form, Node, Word};

/// What a pack's text may declare at its top.
const TOP: [&str; 6] = ["pack", "role", "register", "ledger", "parameter", "flow"];

/// Names that a posting uses for something else than a dimension.
pub(crate) const POSTING_WORDS: [&str; 9] = [
    "from", "to", "qty", "key", "when", "state", "name", "minutes", "in",
];

/// Colours that a place may have.
const COLOURS: [&str; 5] = ["green", "yellow", "red", "blue", "grey"];

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
                label,
                fields: fields.into_iter().map(|draft| draft.field).collect(),
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
            name,
            fields: Vec::new(),
        });
    }

    fn read_ledgers(&mut self, nodes: &[&'a Node]) {
        let mut once = Once::default();
        for node in nodes {
            let mut reading = Reading::new(self.desk, node);
            let Some(name) = reading.need_name() else {
                continue;
            };
            let zh = reading.need_label();
            let path = format!("ledger/{}", name.text);
            let label = self.labels.label(self.desk, &path, &zh, reading.span());
            let hint = "what is counted: `count`, `qty` or `money`";
            let unit = reading.need_property("unit", hint).and_then(|word| {
                let units = [Unit::Count, Unit::Qty, Unit::Money];
                let unit = units.into_iter().find(|unit| unit.name() == word.text);
                if unit.is_none() {
                    let hint = suggest::one_of(&word.text, units.map(Unit::name));
                    let message = format!("a ledger does not count {}", quoted(&word.text));
                    self.desk.hinted(Kind::WrongValue, word.span, message, hint);
                }
                unit
            });
            let mut dimensions = Once::default();
            let by = self.dimensions(&mut reading, "by", &mut dimensions);
            let detail = self.dimensions(&mut reading, "detail", &mut dimensions);
            let chart = self.chart(&mut reading);
            let (places, periods) = self.places(&mut reading, &path);
            if places.is_empty() && chart.is_none() {
                let message = format!("ledger {} has no place", quoted(&name.text));
                let hint = "a place is where value sits: `place good \"合格品区\"`".to_owned();
                self.desk
                    .hinted(Kind::Missing, reading.span(), message, hint);
            }
            reading.finish();
            if once.add(self.desk, name.span, "ledger", &name.text) {
                let ledger = Ledger {
                    name: Arc::from(name.text.as_str()),
                    qualified: Arc::from(format!("{}.{}", self.pack, name.text)),
                    label,
                    unit: unit.unwrap_or(Unit::Count),
                    by,
                    detail,
                    places,
                    chart,
                    periods,
                };
                self.ledgers.push(LedgerDraft { ledger, unit });
            }
        }
    }

    fn dimensions(&self, reading: &mut Reading<'_>, name: &str, once: &mut Once) -> Vec<Arc<str>> {
        let mut found = Vec::new();
        for part in reading.words_if_any(name).unwrap_or_default() {
            if POSTING_WORDS.contains(&part.text) {
                let message = format!("{} means something else in a posting", quoted(part.text));
                self.desk.error(Kind::ReservedName, part.span, message);
            } else if once.add(self.desk, part.span, "dimension", part.text) {
                found.push(Arc::from(part.text));
            }
        }
        found
    }

    fn chart(&self, reading: &mut Reading<'_>) -> Option<Arc<str>> {
        let word = reading.text("chart")?;
        if self.tables.register(&word.text).is_some() {
            return Some(Arc::from(word.text.as_str()));
        }
        let message = format!("unknown register {}", quoted(&word.text));
        let names = self.tables.registers.iter().map(|(name, _)| &**name);
        let hint = suggest::one_of(&word.text, names);
        self.desk
            .hinted(Kind::UnknownRegister, word.span, message, hint);
        None
    }

    fn places(&self, reading: &mut Reading<'_>, path: &str) -> (Vec<Place>, bool) {
        let (mut places, mut periods) = (Vec::new(), false);
        let mut once = Once::default();
        for child in reading.children() {
            let mut inner = Reading::new(self.desk, child);
            match child.name.text.as_str() {
                "period" => {
                    periods = true;
                    once.add(self.desk, child.name.span, "node", "period");
                }
                "place" => {
                    let Some(name) = inner.need_name() else {
                        continue;
                    };
                    let zh = inner.need_label();
                    let path = format!("{path}/place/{}", name.text);
                    let place = Place {
                        name: Arc::from(name.text.as_str()),
                        label: self.labels.label(self.desk, &path, &zh, inner.span()),
                        open: inner.flag("open"),
                        colour: self.colour(&mut inner),
                    };
                    if once.add(self.desk, name.span, "place", &name.text) {
                        places.push(place);
                    }
                }
                _ => {
                    unknown_node(self.desk, child, "`ledger`", &["place", "period"]);
                    continue;
                }
            }
            inner.finish();
        }
        (places, periods)
    }

    fn colour(&self, reading: &mut Reading<'_>) -> Option<Arc<str>> {
        let word = reading.text("colour")?;
        if COLOURS.contains(&word.text.as_str()) {
            return Some(Arc::from(word.text.as_str()));
        }
        let message = format!("there is no colour {}", quoted(&word.text));
        let hint = suggest::one_of(&word.text, COLOURS);
        self.desk.hinted(Kind::WrongValue, word.span, message, hint);
        None
    }

    fn read_parameters(&mut self, nodes: &[&'a Node]) {
        let mut once = Once::default();
        for node in nodes {
            let mut reading = Reading::new(self.desk, node);
            let Some(name) = reading.need_name() else {
                continue;
            };
            let zh = reading.need_label();
            let path = format!("parameter/{}", name.text);
            let label = self.labels.label(self.desk, &path, &zh, reading.span());
            let unit = reading.need("unit").and_then(|word| self.unit(word));
            let rows = self.rows(&mut reading, unit);
            if reading.node.children.as_ref().is_none_or(Vec::is_empty) {
                let message = format!("parameter {} has no value", quoted(&name.text));
                let hint = "each has its day and source: `from \"2026-01-01\" 180 source=\"…\"`";
                self.desk
                    .hinted(Kind::Missing, reading.span(), message, hint.to_owned());
            }
            reading.finish();
            if !once.add(self.desk, name.span, "parameter", &name.text) {
                continue;
            }
            let name: Arc<str> = Arc::from(name.text.as_str());
            let unit = unit.unwrap_or(Unit::Count);
            self.tables.parameters.push(ParameterType {
                name: name.clone(),
                unit,
                keyed: rows.iter().any(|row| !row.key.is_empty()),
                for_all: rows.is_empty() || rows.iter().any(|row| row.key.is_empty()),
            });
            self.parameters.push(Parameter {
                name,
                label,
                unit,
                rows,
            });
        }
    }

    fn unit(&self, word: &Word) -> Option<Unit> {
        let units = [Unit::Count, Unit::Qty, Unit::Money, Unit::Price, Unit::Rate];
        let unit = units.into_iter().find(|unit| unit.name() == word.text);
        if unit.is_none() {
            let message = format!("unknown unit {}", quoted(&word.text));
            let hint = suggest::one_of(&word.text, units.map(Unit::name));
            self.desk
                .hinted(Kind::UnknownType, word.span, message, hint);
        }
        unit
    }

    fn rows(&self, reading: &mut Reading<'_>, unit: Option<Unit>) -> Vec<ParameterRow> {
        let mut rows: Vec<ParameterRow> = Vec::new();
        for child in reading.children() {
            if child.name.text != "from" {
                unknown_node(self.desk, child, "`parameter`", &["from"]);
                continue;
            }
            let mut inner = Reading::new(self.desk, child);
            let day = inner.need("day").and_then(|word| self.day(word));
            let value = inner
                .need("value")
                .and_then(|word| self.amount(word, unit?));
            let key = inner.text("key").map_or("", |word| &word.text);
            let source = inner
                .need_property("source", "name the law, notice or decision it comes from")
                .map_or("", |word| &word.text);
            inner.finish();
            let (Some(from), Some(value)) = (day, value) else {
                continue;
            };
            if rows.iter().any(|row| row.from == from && *row.key == *key) {
                let message = "two values from one day";
                self.desk.error(Kind::Duplicate, child.name.span, message);
            }
            rows.push(ParameterRow {
                from,
                key: Arc::from(key),
                value,
                source: Arc::from(source),
            });
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.from));
        rows
    }

    fn day(&self, word: &Word) -> Option<Day> {
        match word.text.parse() {
            Ok(day) => Some(day),
            Err(error) => {
                let message = format!("{} is {error}", quoted(&word.text));
                self.desk.error(Kind::Literal, word.span, message);
                None
            }
        }
    }

    fn amount(&self, word: &Word, unit: Unit) -> Option<Value> {
        if word.form != Form::Number {
            let message = format!("expected {}, this is text", unit.name());
            self.desk.error(Kind::TypeMismatch, word.span, message);
            return None;
        }
        match kernel::Amount::parse(&word.text, unit) {
            Ok(amount) => Some(Value::Amount(amount)),
            Err(error) => {
                let message = format!("{} as {}: {error}", quoted(&word.text), unit.name());
                self.desk.error(Kind::Literal, word.span, message);
                None
            }
        }
    }

    fn read_flows(&mut self, nodes: &[(usize, &'a Node)], texts: &[SourceText]) -> Vec<Flow> {
        let mut once = Once::default();
        let mut flows = Vec::new();
        for (file, node) in nodes {
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

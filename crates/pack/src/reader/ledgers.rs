//! Ledgers and their places.

use std::sync::Arc;

use kernel::Unit;
use model::{Ledger, Place};

use crate::Kind;
use crate::reader::{LedgerDraft, Reader};
use crate::reading::{Once, Reading, unknown_node};
use crate::source::quoted;
use crate::suggest;
use crate::tree::Node;

/// Names that a posting uses for something else than a dimension.
const POSTING_WORDS: [&str; 11] = [
    "from", "to", "qty", "key", "when", "state", "name", "minutes", "in", "each", "except",
];

/// Colours that a place may have.
const COLOURS: [&str; 5] = ["green", "yellow", "red", "blue", "grey"];

impl<'a> Reader<'a> {
    /// Reads the `ledger` nodes.
    pub fn read_ledgers(&mut self, nodes: &[&'a Node]) {
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
            let (places, periods) = self.places(&mut reading, &path, unit);
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
                self.tables.ledgers.push((ledger.clone(), unit));
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

    fn places(
        &self,
        reading: &mut Reading<'_>,
        path: &str,
        unit: Option<Unit>,
    ) -> (Vec<Place>, bool) {
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
                        once: inner.flag("once"),
                        colour: self.colour(&mut inner),
                    };
                    if place.once && !(place.open && unit == Some(Unit::Count)) {
                        let message = "only an `open` place of a ledger that counts is left once";
                        let hint = "`ledger … unit=count` and `place outside \"外部\" open once`";
                        self.desk.hinted(
                            Kind::Conflict,
                            name.span,
                            message.to_owned(),
                            hint.to_owned(),
                        );
                    }
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
}

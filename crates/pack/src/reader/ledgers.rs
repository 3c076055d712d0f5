//! Ledgers and their places.

use std::sync::Arc;

use kernel::Unit;
use model::{Ledger, Lies, Method, Place, Valuation};

use crate::Kind;
use crate::reader::{LedgerDraft, Reader};
use crate::reading::{Once, Reading, unknown_node};
use crate::source::quoted;
use crate::suggest;
use crate::tree::Node;

/// Names that a posting uses for something else than a dimension.
const POSTING_WORDS: [&str; 14] = [
    "from", "to", "qty", "key", "when", "state", "name", "minutes", "in", "each", "except",
    "worth", "gone", "until",
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
            let valuation = self.valuation(&mut reading, unit, &by, &detail, &places);
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
                    valuation,
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
                        lies: match (inner.flag("apart"), inner.flag("awaits")) {
                            (true, _) => Lies::Apart,
                            (_, true) => Lies::Awaits,
                            _ => Lies::Layered,
                        },
                        books: self.books(&mut inner),
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
                "method" => continue,
                _ => {
                    unknown_node(self.desk, child, "`ledger`", &["place", "period", "method"]);
                    continue;
                }
            }
            inner.finish();
        }
        (places, periods)
    }

    /// `worth=layers method=policy.method { method individual "个别计价" … }`.
    fn valuation(
        &self,
        reading: &mut Reading<'_>,
        unit: Option<Unit>,
        by: &[Arc<str>],
        detail: &[Arc<str>],
        places: &[Place],
    ) -> Option<Valuation> {
        let methods = self.methods(reading);
        let counts = reading.text("worth");
        let policy = reading.text("method");
        let span = reading.span();
        let wrong = |kind, span, message: &str, hint: &str| {
            self.desk.hinted(kind, span, message, hint.to_owned());
        };
        let Some(counts) = counts else {
            let valued = policy.is_some() || !methods.is_empty();
            let marked = places
                .iter()
                .any(|place| place.lies != Lies::Layered || place.books.is_some());
            if valued || marked {
                let message = "only a ledger that says what another one is worth has methods and places `apart`, `awaits`, `books=`";
                wrong(
                    Kind::Missing,
                    span,
                    message,
                    "name the ledger that counts: `worth=layers`",
                );
            }
            return None;
        };
        let at = self.ledger(counts)?;
        let counted = &self.ledgers[at].ledger;
        let names = |places: &[Place]| -> Vec<(Arc<str>, bool)> {
            places
                .iter()
                .map(|place| (place.name.clone(), place.open))
                .collect()
        };
        let same =
            counted.by == by && counted.detail == detail && names(&counted.places) == names(places);
        if !same || detail.is_empty() || counted.valuation.is_some() || counted.chart.is_some() {
            let message =
                "a ledger and the one that it values have the same places, `by=` and `detail=`";
            wrong(
                Kind::Dimension,
                counts.span,
                message,
                "the first of `detail=` is the layer, which the engine gives: `detail=\"layer batch\"`",
            );
            return None;
        }
        if unit.is_some_and(|unit| unit != Unit::Money) {
            wrong(
                Kind::WrongValue,
                counts.span,
                "what quantities are worth is money",
                "write `unit=money`",
            );
        }
        let awaits = places
            .iter()
            .filter(|place| place.lies == Lies::Awaits)
            .count();
        let later = methods
            .iter()
            .any(|(_, method)| *method == Method::PeriodAverage);
        if awaits != usize::from(later) {
            let message = "the method `period_average` and one place `awaits` belong together";
            wrong(
                Kind::Missing,
                span,
                message,
                "what has left and is not valued yet lies there: `place awaiting \"待计价\" awaits`",
            );
        }
        let booked = places.iter().filter(|place| place.books.is_some()).count();
        if booked != 0 && booked + awaits != places.len() {
            let message = "some places are booked elsewhere as well and some are not";
            wrong(
                Kind::Missing,
                span,
                message,
                "every place has `books=`, save the one that `awaits`",
            );
        }
        if methods.is_empty() {
            let message = "the methods by which values are found are missing";
            wrong(
                Kind::Missing,
                span,
                message,
                "say each with what the register calls it: `method individual \"个别计价\"`",
            );
        }
        let Some(policy) = policy else {
            wrong(
                Kind::Missing,
                span,
                "where the method in force is recorded is missing",
                "name a register and its field: `method=policy.method`",
            );
            return None;
        };
        let (register, field) = policy.text.split_once('.').unwrap_or((&policy.text, ""));
        let declared = self.registers.iter().find(|one| *one.name == *register);
        let Some(found) = declared.and_then(|register| register.field(field)) else {
            wrong(
                Kind::UnknownField,
                policy.span,
                &format!("there is no {} of a register", quoted(&policy.text)),
                "name a register and its field: `method=policy.method`",
            );
            return None;
        };
        if let model::FieldKind::Choice(choices) = &found.1.kind {
            for choice in choices {
                if !methods.iter().any(|(code, _)| *code == choice.code) {
                    wrong(
                        Kind::Missing,
                        span,
                        &format!(
                            "{} is recorded as a method and means none here",
                            quoted(&choice.code)
                        ),
                        "each choice of the field has its `method`",
                    );
                }
            }
        }
        Some(Valuation {
            counts: at,
            policy: (Arc::from(register), Arc::from(field)),
            methods,
        })
    }

    fn methods(&self, reading: &mut Reading<'_>) -> Vec<(Arc<str>, Method)> {
        let mut found: Vec<(Arc<str>, Method)> = Vec::new();
        for child in reading.children() {
            if child.name.text != "method" {
                continue;
            }
            let mut inner = Reading::new(self.desk, child);
            let name = inner.need("method");
            let code = inner.need("choice");
            inner.finish();
            let (Some(name), Some(code)) = (name, code) else {
                continue;
            };
            let known = Method::ALL
                .into_iter()
                .find(|(_, known)| *known == name.text);
            let Some((method, _)) = known else {
                let message = format!("there is no method {}", quoted(&name.text));
                let hint = match name.text.as_str() {
                    "newest_first" | "lifo" | "last_in_first_out" => {
                        let hint = "last in, first out is not allowed by accounting standard No. 1, article 14";
                        Some(hint.to_owned())
                    }
                    _ => suggest::one_of(&name.text, Method::ALL.map(|(_, known)| known)),
                };
                self.desk.hinted(Kind::WrongValue, name.span, message, hint);
                continue;
            };
            if found
                .iter()
                .any(|(known, other)| *other == method || **known == *code.text)
            {
                self.desk
                    .error(Kind::Duplicate, name.span, "the same method twice");
            }
            found.push((Arc::from(code.text.as_str()), method));
        }
        found
    }

    /// `books=gl.goods`: a place of an earlier ledger of money that is kept by nothing.
    fn books(&self, reading: &mut Reading<'_>) -> Option<(usize, usize)> {
        let word = reading.text("books")?;
        let (ledger, place) = word.text.split_once('.').unwrap_or((&word.text, ""));
        let at = self
            .ledgers
            .iter()
            .position(|draft| *draft.ledger.name == *ledger);
        let found = at.and_then(|at| Some((at, self.ledgers[at].ledger.place(place)?.0)));
        let plain = at.is_some_and(|at| {
            let ledger = &self.ledgers[at].ledger;
            ledger.by.is_empty() && ledger.detail.is_empty() && ledger.unit == Unit::Money
        });
        if found.is_none() || !plain {
            let message = format!(
                "no ledger of money kept as a whole has a place {}",
                quoted(&word.text)
            );
            let hint = "name one that is declared above: `books=gl.goods`".to_owned();
            self.desk
                .hinted(Kind::UnknownPlace, word.span, message, hint);
            return None;
        }
        found
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

//! What a step books and records: postings, entries of several legs, holds, facts.

use std::sync::Arc;

use kernel::{Amount, EntryState, Side, Unit, Value};
use model::{Each, Expr, HOLD_MINUTES, LegRule, Name, PlaceRef, Post, PostKind, RecordRule};

use crate::Kind;
use crate::expression::{Checker, Ty};
use crate::reader::{LedgerDraft, Reader};
use crate::reading::{Once, Reading, unknown_node};
use crate::source::{Span, quoted};
use crate::suggest;
use crate::tree::{Node, Word};

/// States that a posting may be in.
const STATES: [&str; 3] = ["draft", "checked", "posted"];

impl Reader<'_> {
    /// `draft`, `checked` or `posted`.
    pub fn state(&self, word: &Word) -> Option<EntryState> {
        let state = EntryState::named(&word.text).filter(|state| STATES.contains(&state.name()));
        if state.is_none() {
            let message = format!("there is no state {}", quoted(&word.text));
            let hint = suggest::one_of(&word.text, STATES);
            self.desk.hinted(Kind::WrongValue, word.span, message, hint);
        }
        state
    }

    /// `post stock from=pending to=good qty=line.qty`.
    pub fn post(&self, checker: &Checker<'_>, node: &Node) -> Option<Post> {
        let mut reading = Reading::new(self.desk, node);
        let ledger = reading.need("ledger").and_then(|name| self.ledger(name));
        if let Some(at) = ledger
            && self.ledgers[at].ledger.valuation.is_some()
        {
            return super::worth::post(self, checker, reading, at);
        }
        if ledger.is_some_and(|at| self.is_counted(at)) {
            return self.moves_with_worth(node.name.span);
        }
        let state = self.entry_state(&mut reading);
        let when = self.when(checker, &mut reading);
        let each = self.each(checker, &mut reading, ledger);
        let one = each.is_some();
        let legs = ledger.and_then(|ledger| self.two_legs(checker, &mut reading, (ledger, one)));
        // Without the ledger its dimensions are not known; what is said about them would be noise.
        if ledger.is_some() {
            reading.finish();
        }
        let kind = PostKind::Entry(state);
        self.assemble((ledger?, legs?), when, each.flatten(), kind, node.name.span)
            .filter(|post| !one || post.each.is_some())
    }

    /// `hold stock name=reserve minutes=30 from=good to=reserved qty=line.qty`.
    pub fn hold(&self, checker: &Checker<'_>, node: &Node) -> Option<Post> {
        let mut reading = Reading::new(self.desk, node);
        let ledger = reading.need("ledger").and_then(|name| self.ledger(name));
        let name = reading.need_property("name", "`settle` and `release` use it");
        let minutes = self.minutes(checker, &mut reading);
        if reading.property("minutes").is_none() {
            let message = "a hold without `minutes=`".to_owned();
            let hint = "a hold ends by itself: `minutes=30`".to_owned();
            self.desk
                .hinted(Kind::Missing, reading.span(), message, hint);
        }
        let sensitive = reading.flag("sensitive");
        let when = self.when(checker, &mut reading);
        let legs = ledger.and_then(|ledger| self.two_legs(checker, &mut reading, (ledger, false)));
        if ledger.is_some() {
            reading.finish();
        }
        let kind = PostKind::Hold {
            name: Arc::from(name?.text.as_str()),
            minutes: minutes?,
            sensitive,
        };
        self.assemble((ledger?, legs?), when, None, kind, node.name.span)
    }

    /// `minutes=30` or `minutes="parameter.hold_days * 1440"`.
    fn minutes(&self, checker: &Checker<'_>, reading: &mut Reading<'_>) -> Option<Expr> {
        let word = reading.property("minutes")?;
        if word.text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            return checker.value(word, &Ty::Amount(Unit::Count));
        }
        let number = reading.number("minutes", HOLD_MINUTES)?;
        Some(Expr::Literal(Value::Amount(Amount::new(
            number,
            Unit::Count,
        ))))
    }

    /// `entry gl { in goods qty=…; out accrued qty=… }`.
    pub fn entry(&self, checker: &Checker<'_>, node: &Node) -> Option<Post> {
        let mut reading = Reading::new(self.desk, node);
        let ledger = reading.need("ledger").and_then(|name| self.ledger(name));
        let state = self.entry_state(&mut reading);
        let when = self.when(checker, &mut reading);
        let each = self.each(checker, &mut reading, ledger);
        let one = each.is_some();
        let mut legs = Vec::new();
        let mut whole = !one || each.iter().flatten().next().is_some();
        for child in reading.children() {
            let side = match child.name.text.as_str() {
                "in" => Side::In,
                "out" => Side::Out,
                _ => {
                    unknown_node(self.desk, child, "`entry`", &["in", "out"]);
                    continue;
                }
            };
            let leg = ledger.and_then(|ledger| self.leg(checker, child, (ledger, one), side));
            whole &= leg.is_some();
            legs.extend(leg);
        }
        let nodes = reading.children();
        reading.finish();
        let has = |side: &str| nodes.iter().any(|node| node.name.text == side);
        if !has("in") || !has("out") {
            let message = "an entry has a leg `in` and a leg `out`".to_owned();
            let hint = "write `entry gl { in goods qty=…; out accrued qty=… }`".to_owned();
            self.desk.hinted(Kind::Legs, node.name.span, message, hint);
            return None;
        }
        let kind = PostKind::Entry(state);
        let post = self.assemble((ledger?, legs), when, each.flatten(), kind, node.name.span);
        post.filter(|_| whole)
    }

    fn leg(
        &self,
        checker: &Checker<'_>,
        node: &Node,
        (ledger, one): (usize, bool),
        side: Side,
    ) -> Option<LegRule> {
        let mut reading = Reading::new(self.desk, node);
        let draft = &self.ledgers[ledger];
        let place = reading
            .need("place")
            .and_then(|word| self.place(checker, draft, word));
        let amount = self.quantity(checker, &mut reading, draft, one);
        let dimensions = self.dimensions_of(checker, &mut reading, draft, one);
        reading.finish();
        let (key, detail) = dimensions?;
        Some(LegRule {
            side,
            place: place?,
            amount: amount?,
            unit: draft.ledger.unit,
            key,
            detail,
        })
    }

    /// Whether another ledger says what the quantities of this one are worth.
    fn is_counted(&self, ledger: usize) -> bool {
        let counts = |draft: &LedgerDraft| Some(draft.ledger.valuation.as_ref()?.counts);
        self.ledgers
            .iter()
            .filter_map(counts)
            .any(|at| at == ledger)
    }

    fn moves_with_worth(&self, span: Span) -> Option<Post> {
        let message =
            "quantities and what they are worth move together, by `post` on the ledger of money";
        let hint = "write `post worth from=goods to=sold qty=line.qty`".to_owned();
        self.desk.hinted(Kind::Legs, span, message.to_owned(), hint);
        None
    }

    fn entry_state(&self, reading: &mut Reading<'_>) -> EntryState {
        let state = reading.text("state").and_then(|word| self.state(word));
        state.unwrap_or(EntryState::Posted)
    }

    pub(super) fn when(&self, checker: &Checker<'_>, reading: &mut Reading<'_>) -> Option<Expr> {
        let word = reading.property("when")?;
        checker.condition(word)
    }

    fn two_legs(
        &self,
        checker: &Checker<'_>,
        reading: &mut Reading<'_>,
        (ledger, one): (usize, bool),
    ) -> Option<Vec<LegRule>> {
        let draft = &self.ledgers[ledger];
        let mut side = |name: &str| {
            let word =
                reading.need_property(name, "a posting takes `from=` one place `to=` another");
            word.map(|word| (word.span, self.place(checker, draft, word)))
        };
        let (from, to) = (side("from"), side("to"));
        let amount = self.quantity(checker, reading, draft, one);
        let dimensions = self.dimensions_of(checker, reading, draft, one);
        let ((_, from), (span, to)) = (from?, to?);
        if let (Some(PlaceRef::Fixed(from)), Some(PlaceRef::Fixed(to))) = (&from, &to)
            && from == to
        {
            let message = "a posting from a place to itself";
            self.desk.error(Kind::Legs, span, message);
        }
        let (key, detail) = dimensions?;
        let leg = |side, place, amount, key, detail| LegRule {
            side,
            place,
            amount,
            unit: draft.ledger.unit,
            key,
            detail,
        };
        let amount = amount?;
        Some(vec![
            leg(
                Side::Out,
                from?,
                amount.clone(),
                key.clone(),
                detail.clone(),
            ),
            leg(Side::In, to?, amount, key, detail),
        ])
    }

    fn quantity(
        &self,
        checker: &Checker<'_>,
        reading: &mut Reading<'_>,
        draft: &LedgerDraft,
        one: bool,
    ) -> Option<Expr> {
        if one {
            return Some(Expr::Literal(Value::Amount(Amount::new(1, Unit::Count))));
        }
        let hint = match draft.unit {
            Some(Unit::Money) => "how much: `qty=\"line.qty * line.price\"`",
            _ => "how much: `qty=line.qty`",
        };
        let word = reading.need_property("qty", hint)?;
        let wanted = draft.unit.map_or(Ty::Unknown, Ty::Amount);
        checker.value(word, &wanted)
    }

    /// A declared place, or an expression that chooses one: a key of the ledger's chart or a choice of places.
    pub(super) fn place(
        &self,
        checker: &Checker<'_>,
        draft: &LedgerDraft,
        word: &Word,
    ) -> Option<PlaceRef> {
        let ledger = &draft.ledger;
        if let Some((at, _)) = ledger.place(&word.text) {
            return Some(PlaceRef::Fixed(at));
        }
        let chooses = word.text.contains('.') || ledger.chart.is_some();
        if !chooses {
            let message = format!(
                "ledger {} has no place {}",
                quoted(&ledger.name),
                quoted(&word.text)
            );
            let hint = suggest::one_of(&word.text, ledger.places.iter().map(|one| &*one.name));
            self.desk
                .hinted(Kind::UnknownPlace, word.span, message, hint);
            return None;
        }
        let chosen = checker.any(word)?;
        let wrong = |message: String| {
            self.desk.error(Kind::UnknownPlace, word.span, message);
            None
        };
        match &chosen.ty {
            Ty::Register(register) if ledger.chart.as_ref() == Some(register) => {
                Some(PlaceRef::Chosen(chosen.expr))
            }
            Ty::Choice(codes) => match codes.iter().find(|code| ledger.place(code).is_none()) {
                None => Some(PlaceRef::Chosen(chosen.expr)),
                Some(code) => wrong(format!(
                    "{} may be {}, which is no place of ledger {}",
                    quoted(&word.text),
                    quoted(code),
                    quoted(&ledger.name)
                )),
            },
            ty => wrong(match &ledger.chart {
                Some(chart) => format!("a place is a reference to `{chart}`, this is {ty}"),
                None => format!("a place is chosen by a choice of places, this is {ty}"),
            }),
        }
    }

    /// The values of the dimensions of a ledger: said by name, by `key=` where there is one only, or the fields of that name.
    pub(super) fn dimensions_of(
        &self,
        checker: &Checker<'_>,
        reading: &mut Reading<'_>,
        draft: &LedgerDraft,
        one: bool,
    ) -> Option<(Vec<Expr>, Vec<Expr>)> {
        let ledger = &draft.ledger;
        let single = (ledger.by.len() == 1 && !one)
            .then(|| reading.property("key"))
            .flatten();
        let mut whole = true;
        let mut values = |names: &[Arc<str>], key: Option<&Word>| {
            let mut found = Vec::new();
            for name in names {
                let said = reading.property(name);
                if let (Some(_), Some(word)) = (key, said) {
                    let message = format!("`key=` and `{name}=` say the same");
                    self.desk.error(Kind::Conflict, word.span, message);
                }
                let value = match said.or(key) {
                    Some(word) => self.dimension(checker, word),
                    None => self.same_name(checker, reading.span(), ledger, name),
                };
                whole &= value.is_some();
                found.extend(value);
            }
            found
        };
        let by: &[Arc<str>] = if one { &[] } else { &ledger.by };
        let key = values(by, single);
        let detail = values(&ledger.detail, None);
        whole.then_some((key, detail))
    }

    fn dimension(&self, checker: &Checker<'_>, word: &Word) -> Option<Expr> {
        let checked = checker.any(word)?;
        match &checked.ty {
            ty if ty.textual() => Some(checked.textual()),
            Ty::Day | Ty::Amount(Unit::Count) => Some(checked.expr),
            ty => {
                let message =
                    format!("a dimension is text, a reference, a date or a count, not {ty}");
                self.desk.error(Kind::TypeMismatch, checked.span, message);
                None
            }
        }
    }

    fn same_name(
        &self,
        checker: &Checker<'_>,
        span: Span,
        ledger: &model::Ledger,
        name: &str,
    ) -> Option<Expr> {
        let slip = &checker.slips[checker.slip];
        let line = slip
            .lines
            .iter()
            .flatten()
            .position(|one| *one.name == *name);
        let header = slip.header.iter().position(|one| *one.name == *name);
        let (found, ty) = match (line, header) {
            (Some(at), _) => (Name::Line(at), &slip.lines.as_ref()?[at].ty),
            (None, Some(at)) => (Name::Header(at), &slip.header[at].ty),
            (None, None) => {
                let message = format!(
                    "ledger {} is kept by {}, and the slip has no field of that name",
                    quoted(&ledger.name),
                    quoted(name)
                );
                let names = slip.lines.iter().flatten().chain(&slip.header);
                let hint = match kernel::nearest(name, names.map(|field| &*field.name)) {
                    Some(near) => format!("does the ledger mean `{near}`?"),
                    None => format!("say it: `{name}=line.…`"),
                };
                self.desk.hinted(Kind::Dimension, span, message, hint);
                return None;
            }
        };
        match ty {
            Ty::Unknown => None,
            ty if ty.textual() || matches!(ty, Ty::Day | Ty::Amount(Unit::Count)) => {
                Some(Expr::Name(found))
            }
            ty => {
                let message = format!(
                    "ledger {} is kept by {}, which is {ty} here",
                    quoted(&ledger.name),
                    quoted(name)
                );
                self.desk.error(Kind::TypeMismatch, span, message);
                None
            }
        }
    }

    /// `each=line.codes except=line.failed_codes`: one of each code that a list has and another has not. `Some(None)`: it is
    /// there, and what is wrong with it was said.
    fn each(
        &self,
        checker: &Checker<'_>,
        reading: &mut Reading<'_>,
        ledger: Option<usize>,
    ) -> Option<Option<Each>> {
        let (of, except) = (reading.property("each"), reading.property("except"));
        let Some(of) = of else {
            if let Some(word) = except {
                let message = "`except=` leaves codes out of `each=`, which is not there";
                self.desk.error(Kind::Conflict, word.span, message);
            }
            return None;
        };
        let counted = ledger.map(|ledger| &self.ledgers[ledger]);
        if let Some(draft) = counted
            && (draft.unit.is_some_and(|unit| unit != Unit::Count) || draft.ledger.by.len() != 1)
        {
            let message = format!(
                "ledger {} is not kept code by code",
                quoted(&draft.ledger.name)
            );
            let hint = "a ledger of codes counts and has one dimension: `unit=count by=code`";
            self.desk
                .hinted(Kind::Conflict, of.span, message, hint.to_owned());
            return Some(None);
        }
        let list = |word: &Word| {
            let checked = checker.any(word)?;
            if checked.ty == Ty::Text {
                return Some(checked.expr);
            }
            let message = format!("codes are listed in a text, this is {}", checked.ty);
            self.desk.error(Kind::TypeMismatch, checked.span, message);
            None
        };
        let except = match except {
            Some(word) => match list(word) {
                Some(expr) => Some(expr),
                None => return Some(None),
            },
            None => None,
        };
        Some(list(of).map(|of| Each { of, except }))
    }

    fn assemble(
        &self,
        (ledger, legs): (usize, Vec<LegRule>),
        when: Option<Expr>,
        each: Option<Each>,
        kind: PostKind,
        span: Span,
    ) -> Option<Post> {
        let of_leg = |leg: &LegRule| {
            let place = match &leg.place {
                PlaceRef::Fixed(_) => false,
                PlaceRef::Chosen(expr) => expr.reads_line(),
            };
            let mut keys = leg.key.iter().chain(&leg.detail);
            place || leg.amount.reads_line() || keys.any(Expr::reads_line)
        };
        let list_of_line = each
            .iter()
            .flat_map(|each| each.except.iter().chain([&each.of]))
            .any(Expr::reads_line);
        let per_line =
            list_of_line || legs.iter().any(of_leg) || when.as_ref().is_some_and(Expr::reads_line);
        let mut total = false;
        for leg in &legs {
            leg.amount
                .names(&mut |name| total |= matches!(name, Name::Total(_)));
        }
        if per_line && total {
            let message = "a total in an entry that is made for every line".to_owned();
            let hint = "the total would be booked once per line".to_owned();
            self.desk.hinted(Kind::Legs, span, message, hint);
            return None;
        }
        if self.is_counted(ledger) || self.ledgers[ledger].ledger.valuation.is_some() {
            return self.moves_with_worth(span);
        }
        Some(Post {
            ledger,
            legs,
            per_line,
            when,
            each,
            kind,
            cost: None,
        })
    }

    /// `record item key=code from=today when="…" { name name; storage line.storage }`.
    pub fn record(&self, checker: &Checker<'_>, node: &Node) -> Option<RecordRule> {
        let mut reading = Reading::new(self.desk, node);
        let name = reading.need("register")?;
        let Some(register) = self.registers.iter().find(|one| *one.name == *name.text) else {
            let message = format!("unknown register {}", quoted(&name.text));
            let names = self.registers.iter().map(|one| &*one.name);
            let hint = suggest::one_of(&name.text, names);
            self.desk
                .hinted(Kind::UnknownRegister, name.span, message, hint);
            return None;
        };
        let key = reading
            .need_property("key", "the record's key: `key=line.item`")
            .and_then(|word| self.record_key(checker, word, &register.name));
        let from = reading
            .property("from")
            .and_then(|word| checker.value(word, &Ty::Day));
        let when = self.when(checker, &mut reading);
        let mut fields: Vec<(usize, Expr)> = Vec::new();
        let mut once = Once::default();
        for child in reading.children() {
            let mut inner = Reading::new(self.desk, child);
            let word = inner.need("value");
            inner.finish();
            let Some((at, field)) = register.field(&child.name.text) else {
                let message = format!(
                    "register {} has no field {}",
                    quoted(&register.name),
                    quoted(&child.name.text)
                );
                let names = register.fields.iter().map(|one| &*one.name);
                let hint = suggest::one_of(&child.name.text, names);
                self.desk
                    .hinted(Kind::UnknownField, child.name.span, message, hint);
                continue;
            };
            let value = word.and_then(|word| checker.value(word, &Ty::of(&field.kind)));
            if once.add(self.desk, child.name.span, "field", &field.name) {
                fields.extend(value.map(|value| (at, value)));
            }
        }
        if reading.children().is_empty() {
            let message = "`record` records nothing".to_owned();
            let hint = "put fields and values in braces: `{ name name }`".to_owned();
            self.desk
                .hinted(Kind::Missing, node.name.span, message, hint);
        }
        reading.finish();
        let key = key?;
        let values = fields.iter().map(|(_, expr)| expr);
        let mut exprs = values.chain(&from).chain(&when);
        let per_line = key.reads_line();
        if !per_line && exprs.any(Expr::reads_line) {
            let message = "a record per line needs a key per line";
            self.desk.error(Kind::Dimension, node.name.span, message);
        }
        Some(RecordRule {
            register: register.name.clone(),
            per_line,
            key,
            fields,
            from,
            when,
        })
    }

    fn record_key(&self, checker: &Checker<'_>, word: &Word, register: &str) -> Option<Expr> {
        let checked = checker.any(word)?;
        match &checked.ty {
            Ty::Register(other) if **other != *register => {}
            ty if ty.textual() => return Some(checked.textual()),
            _ => {}
        }
        let message = format!(
            "the key of a record is text or a reference to `{register}`, this is {}",
            checked.ty
        );
        self.desk.error(Kind::TypeMismatch, checked.span, message);
        None
    }
}

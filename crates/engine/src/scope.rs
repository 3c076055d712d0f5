//! Where the names of an expression get their values while a slip is being judged.

use std::cell::{Cell, RefCell};

use kernel::{Amount, Unit, Value};
use ledger::{BalanceKey, join_key};
use model::{Expr, Facts, Figure, Flow, Name, Pack, Reading, Scope, evaluate};

use crate::step::{Checked, Context, Stop};
use crate::values::record_value;
use crate::{Class, Record, Refusal, Slip, WorldError};

/// A slip under judgement: declared shape and values so far.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub context: Context<'a>,
    pub declaration: &'a model::Slip,
    pub header: &'a [Value],
    pub lines: &'a [crate::Line],
    /// The source slips, nearest only.
    pub sources: &'a [std::sync::Arc<Slip>],
}

/// A view at one line, or at the header.
pub(crate) struct At<'a> {
    pub view: View<'a>,
    pub line: Option<&'a crate::Line>,
    fault: RefCell<Option<WorldError>>,
    overflow: Cell<bool>,
}

impl<'a> View<'a> {
    pub fn at(self, line: Option<&'a crate::Line>) -> At<'a> {
        At {
            view: self,
            line,
            fault: RefCell::new(None),
            overflow: Cell::new(false),
        }
    }

    /// The source slip of a line; the first source for the header.
    fn source(&self, line: Option<&crate::Line>) -> Option<&'a Slip> {
        match line.and_then(|line| line.source) {
            Some((id, _)) => self
                .sources
                .iter()
                .find(|slip| slip.id == id)
                .map(|slip| &**slip),
            None => self.sources.first().map(|slip| &**slip),
        }
    }

    /// Names are resolved against the first declared source; another source kind is read by the field's name.
    fn source_declaration(&self) -> Option<&'a model::Slip> {
        self.declaration
            .from
            .first()
            .and_then(|kind| self.context.flow.kind(*kind))
    }
}

/// The declaration of a slip within its flow.
pub(crate) fn declaration<'a>(flow: &'a Flow, slip: &Slip) -> Option<(usize, &'a model::Slip)> {
    flow.kinds()
        .find(|(_, declared)| declared.qualified == slip.kind)
}

impl At<'_> {
    /// The value of an expression here; too large a result is a refusal.
    pub fn value(&self, expr: &Expr) -> Checked<Value> {
        let value = evaluate(expr, self);
        if let Some(fault) = self.fault.borrow_mut().take() {
            return Err(Stop::Fault(fault));
        }
        if self.overflow.get() {
            return Err(Stop::Refused(too_large()));
        }
        value.map_err(|_| Stop::Refused(too_large()))
    }

    /// A value that is read from the world; a fault is kept until the whole expression has been looked at.
    fn or_fault(&self, read: Result<Value, WorldError>) -> Value {
        read.unwrap_or_else(|fault| {
            *self.fault.borrow_mut() = Some(fault);
            Value::Empty
        })
    }

    fn source_header(&self, index: usize) -> Value {
        let Some(slip) = self.view.source(self.line) else {
            return Value::Empty;
        };
        let name = self
            .view
            .source_declaration()
            .and_then(|declared| declared.header.get(index))
            .map(|field| &field.name);
        let at = name.and_then(|name| {
            declaration(self.view.context.flow, slip)
                .and_then(|(_, declared)| declared.header_field(name))
                .map(|(at, _)| at)
        });
        at.and_then(|at| slip.header.get(at))
            .cloned()
            .unwrap_or_default()
    }

    fn source_line(&self, index: usize) -> Value {
        let Some((_, id)) = self.line.and_then(|line| line.source) else {
            return Value::Empty;
        };
        let Some(slip) = self.view.source(self.line) else {
            return Value::Empty;
        };
        let declared = self.view.source_declaration();
        let name = declared
            .and_then(|declared| declared.lines.as_deref()?.get(index))
            .map(|field| &field.name);
        let at = name.and_then(|name| {
            declaration(self.view.context.flow, slip)
                .and_then(|(_, declared)| declared.line_field(name))
                .map(|(at, _)| at)
        });
        at.and_then(|at| slip.line(id)?.values.get(at).cloned())
            .unwrap_or_default()
    }

    fn total(&self, index: usize) -> Value {
        let fields = self.view.declaration.lines.as_deref().unwrap_or_default();
        let Some(unit) = fields.get(index).and_then(|field| match field.kind {
            model::FieldKind::Amount(unit) => Some(unit),
            _ => None,
        }) else {
            return Value::Empty;
        };
        let amounts = self
            .view
            .lines
            .iter()
            .filter_map(|line| line.values.get(index)?.as_amount());
        let sum: i128 = amounts.map(|amount| i128::from(amount.units)).sum();
        // A sum that does not fit is refused. Without a value it would meet every `must` and leave out every step whose
        // `when` asks whether it is large.
        match i64::try_from(sum) {
            Ok(units) => Value::Amount(Amount::new(units, unit)),
            Err(_) => {
                self.overflow.set(true);
                Value::Empty
            }
        }
    }
}

/// The refusal of a result that does not fit.
pub(crate) fn too_large() -> Refusal {
    Refusal::new(
        Class::Field,
        "too_large",
        "计算结果超出可记账的范围",
        "a computed amount is too large to be booked",
    )
}

impl Scope for At<'_> {
    fn name(&self, name: &Name) -> Value {
        match name {
            Name::Today => Value::Day(self.view.context.today()),
            Name::Header(at) => self.view.header.get(*at).cloned().unwrap_or_default(),
            Name::Line(at) => self
                .line
                .and_then(|line| line.values.get(*at))
                .cloned()
                .unwrap_or_default(),
            Name::SourceHeader(at) => self.source_header(*at),
            Name::SourceLine(at) => self.source_line(*at),
            Name::Total(at) => self.total(*at),
            Name::Current(what) => {
                self.or_fault(crate::changes::current(self.view, self.line, *what))
            }
            Name::Fact(..) | Name::Parameter(..) | Name::Balance(_) => Value::Empty,
        }
    }

    fn fact(&self, register: &str, key: &str, field: usize) -> Value {
        let context = &self.view.context;
        self.or_fault(fact(
            context.world,
            context.pack,
            register,
            key,
            field,
            context.today(),
        ))
    }

    fn parameter(&self, parameter: usize, key: &str) -> Value {
        let parameter = self.view.context.pack.parameters.get(parameter);
        parameter
            .and_then(|parameter| parameter.on(self.view.context.today(), key))
            .map(|row| row.value.clone())
            .unwrap_or_default()
    }

    fn balance(&self, reading: &Reading, key: &[String], detail: &[String]) -> Value {
        let context = &self.view.context;
        let Some(ledger) = context.pack.ledgers.get(reading.ledger) else {
            return Value::Empty;
        };
        let Some(place) = ledger.places.get(reading.place) else {
            return Value::Empty;
        };
        let joined = |parts: &[String]| join_key(parts.iter().map(String::as_str)).into();
        let wanted = BalanceKey {
            ledger: ledger.qualified.clone(),
            place: place.name.clone(),
            key: joined(key),
            detail: joined(detail),
        };
        let balance = match context.world.balance(&wanted) {
            Ok(balance) => balance,
            Err(fault) => {
                *self.fault.borrow_mut() = Some(fault);
                return Value::Empty;
            }
        };
        let units = match reading.figure {
            Figure::Posted => i128::from(balance.posted.net()),
            Figure::Available => balance.available(),
            Figure::Held if balance.held.out != 0 => i128::from(balance.held.out),
            Figure::Held => i128::from(balance.held.r#in),
        };
        match i64::try_from(units) {
            Ok(units) => Value::Amount(Amount::new(units, ledger.unit)),
            Err(_) => {
                self.overflow.set(true);
                Value::Empty
            }
        }
    }
}

fn fact(
    world: &dyn crate::World,
    pack: &Pack,
    register: &str,
    key: &str,
    field: usize,
    today: kernel::Day,
) -> Result<Value, WorldError> {
    let Some(declared) = pack.register(register) else {
        return Ok(Value::Empty);
    };
    let versions = world.records(&declared.qualified, key)?;
    Ok(Record::on(&versions, today)
        .map(|record| record_value(declared, field, record))
        .unwrap_or_default())
}

/// Registers and parameters as a Rust rule sees them.
pub(crate) struct RuleFacts<'a> {
    pub context: Context<'a>,
    pub fault: RefCell<Option<WorldError>>,
}

impl Facts for RuleFacts<'_> {
    fn fact(&self, register: &str, key: &str, field: &str) -> Value {
        let declared = self
            .context
            .pack
            .register(register)
            .and_then(|register| register.field(field));
        let Some((at, _)) = declared else {
            return Value::Empty;
        };
        match fact(
            self.context.world,
            self.context.pack,
            register,
            key,
            at,
            self.context.today(),
        ) {
            Ok(value) => value,
            Err(fault) => {
                *self.fault.borrow_mut() = Some(fault);
                Value::Empty
            }
        }
    }

    fn parameter(&self, name: &str, key: &str) -> Value {
        let parameter = self
            .context
            .pack
            .parameters
            .iter()
            .find(|parameter| &*parameter.name == name);
        parameter
            .and_then(|parameter| parameter.on(self.context.today(), key))
            .map(|row| row.value.clone())
            .unwrap_or_default()
    }
}

/// Whether an expression reads a field of the current line.
pub(crate) fn reads_line(expr: &Expr) -> bool {
    let mut found = false;
    walk(expr, &mut |name| {
        found |= matches!(name, Name::Line(_) | Name::SourceLine(_))
    });
    found
}

/// The first field that an expression reads: whether of the line, and its index.
pub(crate) fn first_field(expr: &Expr) -> Option<(bool, usize)> {
    let mut found = None;
    walk(expr, &mut |name| {
        if found.is_none() {
            found = match name {
                Name::Line(at) => Some((true, *at)),
                Name::Header(at) => Some((false, *at)),
                _ => None,
            };
        }
    });
    found
}

pub(crate) fn walk(expr: &Expr, visit: &mut dyn FnMut(&Name)) {
    expr.names(&mut |name| visit(name));
}

/// The unit of an amount field.
pub(crate) fn unit_of(field: &model::Field) -> Option<Unit> {
    if let model::FieldKind::Amount(unit) = field.kind {
        Some(unit)
    } else {
        None
    }
}

//! What the names of an expression mean where it stands.

use std::sync::Arc;

use kernel::{Unit, Value};
use model::{Expr, Name};

use crate::Kind;
use crate::expression::ast::{Ast, Segment};
use crate::expression::check::{Checked, Checker};
use crate::expression::types::Ty;
use crate::source::quoted;
use crate::suggest;

/// A field by name and type.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    pub name: Arc<str>,
    pub ty: Ty,
}

/// The fields of a slip.
#[derive(Debug, Clone, Default)]
pub(crate) struct SlipTypes {
    /// Slips it may come from.
    pub from: Vec<usize>,
    pub header: Vec<Typed>,
    pub lines: Option<Vec<Typed>>,
}

/// A dated parameter by name and type.
#[derive(Debug, Clone)]
pub(crate) struct ParameterType {
    pub name: Arc<str>,
    pub unit: Unit,
    /// Whether some row has a key.
    pub keyed: bool,
    /// Whether some row holds for every key.
    pub for_all: bool,
}

/// What the pack declares beside flows.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub registers: Vec<(Arc<str>, Vec<Typed>)>,
    pub parameters: Vec<ParameterType>,
    /// Ledgers in the order of the pack, with their unit unless it was declared wrongly.
    pub ledgers: Vec<(model::Ledger, Option<Unit>)>,
}

impl Tables {
    /// The fields of a register.
    pub fn register(&self, name: &str) -> Option<&[Typed]> {
        self.registers
            .iter()
            .find(|(register, _)| &**register == name)
            .map(|(_, fields)| fields.as_slice())
    }
}

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    /// At a header field.
    Header,
    /// At a line field.
    Line,
    /// In a step: guards, posts, records.
    Step,
}

/// Words that begin a path.
pub(crate) const ROOTS: [&str; 6] = ["today", "line", "from", "total", "parameter", "balance"];

impl Checker<'_> {
    /// The meaning of a path; `None` after a complaint.
    pub(super) fn path(&self, segments: &[Segment], keys: Option<&[Ast]>) -> Option<Checked> {
        let (first, rest) = segments.split_first()?;
        if first.name == "balance" {
            return self.balance(segments, keys);
        }
        let key = keys.and_then(<[Ast]>::first);
        if let (Some(key), true) = (key, first.name != "parameter") {
            let message = "only parameters and balances have a key in `[ ]`";
            self.desk.error(Kind::Expression, key.span(), message);
            return None;
        }
        if let Some([_, second, ..]) = keys {
            let message = "a parameter has one key";
            self.desk.error(Kind::ParameterKey, second.span(), message);
            return None;
        }
        match first.name.as_str() {
            "today" if rest.is_empty() => Some(Checked {
                expr: Expr::Name(Name::Today),
                ty: Ty::Day,
                span: first.span,
            }),
            "parameter" => self.parameter(first, rest, key),
            "total" => self.total(segments),
            "line" if self.stands == Stands::Step => {
                self.lines(segments)?;
                self.among(segments, 1, &[self.own_lines()])
            }
            "from" => self.from(segments),
            "line" => {
                self.unknown(segments);
                None
            }
            _ => match self.stands {
                Stands::Line => self.among(segments, 0, &[self.own_lines(), self.own_header()]),
                _ => self.among(segments, 0, &[self.own_header()]),
            },
        }
    }

    pub(super) fn own_header(&self) -> Fields<'_> {
        (&self.slips[self.slip].header, Name::Header)
    }

    pub(super) fn own_lines(&self) -> Fields<'_> {
        let lines = self.slips[self.slip].lines.as_deref();
        (lines.unwrap_or_default(), Name::Line)
    }

    /// Complains when the slip has no lines.
    fn lines(&self, segments: &[Segment]) -> Option<()> {
        if self.slips[self.slip].lines.is_none() {
            let message = format!("{} is said of a slip without lines", dotted(segments));
            self.desk.error(Kind::NoLines, segments[0].span, message);
            return None;
        }
        Some(())
    }

    /// `from.x`: at a line field the line it comes from, else (or if that has no such field) the header of the source.
    fn from(&self, segments: &[Segment]) -> Option<Checked> {
        let Some(source) = self.slips[self.slip].from.first() else {
            let message = format!("{} is said of a slip that begins a chain", dotted(segments));
            self.desk.error(Kind::NoSource, segments[0].span, message);
            return None;
        };
        let source = &self.slips[*source];
        let header: Fields<'_> = (&source.header, Name::SourceHeader);
        let lines: Fields<'_> = (
            source.lines.as_deref().unwrap_or_default(),
            Name::SourceLine,
        );
        let checked = match self.stands {
            Stands::Line => self.among(segments, 1, &[lines, header]),
            _ => self.among(segments, 1, &[header]),
        }?;
        self.same_in_all_sources(segments)?;
        Some(checked)
    }

    /// Where a slip may come from several kinds, a field read from the source must be the same in all of them.
    fn same_in_all_sources(&self, segments: &[Segment]) -> Option<()> {
        let name = &segments.get(1)?.name;
        let own = &self.slips[self.slip];
        let find = |slip: usize| {
            let source = &self.slips[slip];
            let in_lines = source.lines.iter().flatten();
            let lines = in_lines.map(|field| (true, field));
            let header = source.header.iter().map(|field| (false, field));
            let mut all: Vec<(bool, &Typed)> = Vec::new();
            if self.stands == Stands::Line {
                all.extend(lines);
            }
            all.extend(header);
            all.into_iter()
                .find(|(_, field)| *field.name == **name)
                .map(|(line, field)| (line, field.ty.clone()))
        };
        let first = find(*own.from.first()?);
        if own.from.iter().all(|source| find(*source) == first) {
            return Some(());
        }
        self.desk.hinted(
            Kind::NoSource,
            segments[0].span,
            format!("not every source has the same {}", dotted(segments)),
            "a slip with several kinds of source reads what they have in common".to_owned(),
        );
        None
    }

    fn total(&self, segments: &[Segment]) -> Option<Checked> {
        self.lines(segments)?;
        let field = self.among(
            segments.get(..2).unwrap_or(segments),
            1,
            &[self.own_lines()],
        )?;
        let span = segments[0].span;
        if segments.len() > 2 || !matches!(field.ty, Ty::Amount(_)) {
            let message = format!(
                "only amounts are added up; {} is {}",
                dotted(segments),
                field.ty
            );
            self.desk.error(Kind::TypeMismatch, span, message);
            return None;
        }
        match field.expr {
            Expr::Name(Name::Line(at)) => Some(Checked {
                expr: Expr::Name(Name::Total(at)),
                ty: field.ty,
                span,
            }),
            _ => None,
        }
    }

    fn parameter(&self, first: &Segment, rest: &[Segment], key: Option<&Ast>) -> Option<Checked> {
        let key = key.map(|key| self.check(key));
        let names = || self.tables.parameters.iter().map(|one| &*one.name);
        let [name] = rest else {
            let hint = suggest::one_of("", names());
            let message = "a parameter is named as `parameter.name`";
            self.desk
                .hinted(Kind::UnknownName, first.span, message, hint);
            return None;
        };
        let Some(at) = names().position(|one| *one == *name.name) else {
            let message = format!("unknown name `parameter.{}`", name.name);
            let hint = kernel::nearest(&name.name, names())
                .map(|near| format!("did you mean `parameter.{near}`?"));
            self.desk
                .hinted(Kind::UnknownName, first.span, message, hint);
            return None;
        };
        let parameter = &self.tables.parameters[at];
        let shown = quoted(&format!("parameter.{}", parameter.name));
        let key = match key {
            Some(key) => {
                let key = key?;
                if !parameter.keyed {
                    let message = format!("{shown} has one value for all and no key");
                    self.desk.error(Kind::ParameterKey, key.span, message);
                    return None;
                }
                if !key.ty.textual() {
                    let message = format!("the key of {shown} is text, this is {}", key.ty);
                    self.desk.error(Kind::TypeMismatch, key.span, message);
                    return None;
                }
                Some(Box::new(key.textual()))
            }
            None if !parameter.for_all => {
                let message = format!("{shown} has a value per key");
                let hint = format!("write `parameter.{}[line.class]`", parameter.name);
                self.desk
                    .hinted(Kind::ParameterKey, first.span, message, hint);
                return None;
            }
            None => None,
        };
        Some(Checked {
            expr: Expr::Name(Name::Parameter(at, key)),
            ty: Ty::Amount(parameter.unit),
            span: first.span,
        })
    }

    /// The field named by the segment at `at`, then the facts named by those after it.
    fn among(&self, segments: &[Segment], at: usize, fields: &[Fields<'_>]) -> Option<Checked> {
        let found = segments.get(at).and_then(|segment| {
            fields.iter().find_map(|(fields, name)| {
                let index = fields.iter().position(|one| *one.name == *segment.name)?;
                Some((name(index), fields[index].ty.clone()))
            })
        });
        let Some((name, ty)) = found else {
            self.unknown(segments.get(..=at).unwrap_or(segments));
            return None;
        };
        if ty == Ty::Unknown {
            return None;
        }
        let mut checked = Checked {
            expr: Expr::Name(name),
            ty,
            span: segments[0].span,
        };
        for depth in at + 1..segments.len() {
            checked = self.fact(segments, depth, checked)?;
        }
        Some(checked)
    }

    /// The field of a record that `reference` names.
    fn fact(&self, segments: &[Segment], at: usize, reference: Checked) -> Option<Checked> {
        let segment = &segments[at];
        let Ty::Register(register) = &reference.ty else {
            let message = format!(
                "{} is {} and has no {}",
                dotted(&segments[..at]),
                reference.ty,
                quoted(&segment.name)
            );
            self.desk.error(Kind::UnknownName, reference.span, message);
            return None;
        };
        let fields = self.tables.register(register)?;
        let Some(index) = fields.iter().position(|one| *one.name == *segment.name) else {
            let prefix = path(&segments[..at]);
            let names: Vec<String> = fields
                .iter()
                .map(|field| format!("{prefix}.{}", field.name))
                .collect();
            let written = path(&segments[..=at]);
            self.desk.hinted(
                Kind::UnknownName,
                reference.span,
                format!("unknown name {}", quoted(&written)),
                suggest::one_of(&written, names.iter().map(String::as_str)),
            );
            return None;
        };
        if fields[index].ty == Ty::Unknown {
            return None;
        }
        Some(Checked {
            expr: Expr::Name(Name::Fact(
                register.clone(),
                Box::new(reference.expr),
                index,
            )),
            ty: fields[index].ty.clone(),
            span: reference.span,
        })
    }

    pub(super) fn unknown(&self, segments: &[Segment]) {
        let written = path(segments);
        let last = &segments[segments.len() - 1].name;
        let names = self.visible();
        // A right name in the wrong place is likelier than a misspelt one.
        let moved = names
            .iter()
            .find(|name| **name != written && name.rsplit('.').next() == Some(last));
        let hint = match moved {
            Some(name) => Some(format!("did you mean `{name}`?")),
            None => {
                suggest::did_you_mean(&written, names.iter().map(String::as_str)).or_else(|| {
                    (segments.len() == 1)
                        .then(|| format!("text stands in single quotes: '{written}'"))
                })
            }
        };
        self.desk.hinted(
            Kind::UnknownName,
            segments[0].span,
            format!("unknown name {}", quoted(&written)),
            hint,
        );
    }

    /// All names that mean something here.
    fn visible(&self) -> Vec<String> {
        let own = &self.slips[self.slip];
        let mut names: Vec<String> = Vec::new();
        let lines = || own.lines.iter().flatten();
        if self.stands == Stands::Line {
            names.extend(lines().map(|field| field.name.to_string()));
        }
        names.extend(own.header.iter().map(|field| field.name.to_string()));
        if self.stands == Stands::Step {
            names.extend(lines().map(|field| format!("line.{}", field.name)));
        }
        let amounts = lines().filter(|field| matches!(field.ty, Ty::Amount(_)));
        names.extend(amounts.map(|field| format!("total.{}", field.name)));
        if let Some(source) = own.from.first().map(|source| &self.slips[*source]) {
            if self.stands == Stands::Line {
                let lines = source.lines.iter().flatten();
                names.extend(lines.map(|field| format!("from.{}", field.name)));
            }
            names.extend(
                source
                    .header
                    .iter()
                    .map(|field| format!("from.{}", field.name)),
            );
        }
        let parameters = self.tables.parameters.iter();
        names.extend(parameters.map(|one| format!("parameter.{}", one.name)));
        for (ledger, _) in &self.tables.ledgers {
            let places = ledger.places.iter();
            names.extend(places.map(|place| format!("balance.{}.{}", ledger.name, place.name)));
        }
        names.push("today".to_owned());
        names
    }
}

/// Fields and what a name for one of them is.
pub(super) type Fields<'a> = (&'a [Typed], fn(usize) -> Name);

impl Checked {
    /// The expression of a textual operand: a literal becomes a value.
    pub fn textual(self) -> Expr {
        match self.ty {
            Ty::Quote(text) => Expr::Literal(Value::text(&text)),
            _ => self.expr,
        }
    }
}

fn path(segments: &[Segment]) -> String {
    let names: Vec<&str> = segments.iter().map(|one| one.name.as_str()).collect();
    names.join(".")
}

pub(super) fn dotted(segments: &[Segment]) -> String {
    quoted(&path(segments))
}

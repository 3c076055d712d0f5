//! A checked expression in words: the labels of the fields it reads.

use model::{Binary, Expr, Figure, Flow, Name, Pack, Reading};

use crate::show::Language;

/// Writes expressions of one slip.
pub(super) struct Words<'a> {
    pub pack: &'a Pack,
    pub flow: &'a Flow,
    pub slip: usize,
    pub language: Language,
}

impl Words<'_> {
    /// The expression, with the labels of what it reads.
    pub fn of(&self, expr: &Expr) -> String {
        self.bound(expr, 0)
    }

    /// In parentheses when it binds less tightly than `least`.
    fn bound(&self, expr: &Expr, least: u8) -> String {
        let (text, strength) = match expr {
            Expr::Literal(value) if value.is_empty() => {
                (self.language.pick("空", "empty").to_owned(), 9)
            }
            Expr::Literal(value) => (value.to_string(), 9),
            Expr::Name(name) => (self.name(name), 9),
            Expr::Negate(inner) => (format!("-{}", self.bound(inner, 8)), 8),
            Expr::Not(inner) => {
                let not = self.language.pick("非 ", "not ");
                (format!("{not}{}", self.bound(inner, 4)), 3)
            }
            Expr::Rescale(inner, _) => return self.bound(inner, least),
            Expr::Multiply(left, right, _) => (self.pair(left, "×", right, 7), 7),
            Expr::Divide(left, by, _) => (format!("{} ÷ {by}", self.bound(left, 7)), 7),
            Expr::AddDays(day, count) => match &**count {
                Expr::Negate(count) => (self.pair(day, "-", count, 6), 6),
                count => (self.pair(day, "+", count, 6), 6),
            },
            Expr::DaysBetween(later, earlier) => (self.pair(later, "-", earlier, 6), 6),
            Expr::Binary(op, left, right) => {
                let (sign, strength) = self.sign(*op);
                (self.pair(left, sign, right, strength), strength)
            }
        };
        if strength < least {
            format!("({text})")
        } else {
            text
        }
    }

    fn pair(&self, left: &Expr, sign: &str, right: &Expr, strength: u8) -> String {
        format!(
            "{} {sign} {}",
            self.bound(left, strength),
            self.bound(right, strength + 1)
        )
    }

    fn sign(&self, op: Binary) -> (&'static str, u8) {
        match op {
            Binary::Or => (self.language.pick("或", "or"), 1),
            Binary::And => (self.language.pick("且", "and"), 2),
            Binary::Equal => ("=", 4),
            Binary::NotEqual => ("≠", 4),
            Binary::Less => ("<", 4),
            Binary::LessOrEqual => ("≤", 4),
            Binary::Greater => (">", 4),
            Binary::GreaterOrEqual => ("≥", 4),
            Binary::Else => (self.language.pick("否则", "else"), 5),
            Binary::AtMost => (self.language.pick("至多", "at most"), 5),
            Binary::AtLeast => (self.language.pick("至少", "at least"), 5),
            Binary::InWhole => (self.language.pick("整除", "in whole"), 7),
            Binary::RestOf => (self.language.pick("除余", "rest of"), 7),
            Binary::Add => ("+", 6),
            Binary::Subtract => ("-", 6),
        }
    }

    /// `库存账 合格品区 可用量`.
    fn balance(&self, reading: &Reading) -> Option<String> {
        let ledger = self.pack.ledgers.get(reading.ledger)?;
        let place = ledger.places.get(reading.place)?;
        let figure = match reading.figure {
            Figure::Posted => self.language.pick("余额", "balance"),
            Figure::Available => self.language.pick("可用量", "available"),
            Figure::Held => self.language.pick("占用量", "held"),
        };
        let (ledger, place) = (
            self.language.of(&ledger.label),
            self.language.of(&place.label),
        );
        Some(format!("{ledger} {place} {figure}"))
    }

    fn name(&self, name: &Name) -> String {
        let slip = &self.flow.slips[self.slip];
        let source = slip.from.first().and_then(|at| self.flow.kind(*at));
        let header = |slip: &model::Slip, at: usize| {
            let field = slip.header.get(at);
            field.map(|field| self.language.of(&field.label).to_string())
        };
        let line = |slip: &model::Slip, at: usize| {
            let field = slip.lines.as_ref().and_then(|lines| lines.get(at));
            field.map(|field| self.language.of(&field.label).to_string())
        };
        let of_source = |slip: &model::Slip, field: Option<String>| {
            let slip = self.language.of(&slip.label);
            let joint = self.language.pick("的", ": ");
            field.map(|field| format!("{slip}{joint}{field}"))
        };
        let found = match name {
            Name::Today => Some(self.language.pick("当日", "today").to_owned()),
            Name::Header(at) => header(slip, *at),
            Name::Line(at) => line(slip, *at),
            Name::SourceHeader(at) => source.and_then(|slip| of_source(slip, header(slip, *at))),
            Name::SourceLine(at) => source.and_then(|slip| of_source(slip, line(slip, *at))),
            Name::Total(at) => line(slip, *at)
                .map(|field| format!("{}{field}", self.language.pick("合计", "total of "))),
            Name::Fact(register, reference, at) => self
                .pack
                .register(register)
                .and_then(|register| register.fields.get(*at))
                .map(|field| {
                    let joint = self.language.pick("的", ": ");
                    let label = self.language.of(&field.label);
                    format!("{}{joint}{label}", self.bound(reference, 9))
                }),
            Name::Balance(reading) => self.balance(reading),
            Name::Current(_) => {
                let now = self.language.pick("现登记值", "what is recorded now");
                Some(now.to_owned())
            }
            Name::Parameter(at, key) => self.pack.parameters.get(*at).map(|parameter| {
                let label = self.language.of(&parameter.label);
                match key {
                    None => label.to_string(),
                    Some(key) => format!("{label}[{}]", self.of(key)),
                }
            }),
        };
        found.unwrap_or_default()
    }
}

//! What a ledger says at the moment of the step: `balance.stock.good`, `balance.stock.good.available[line.item, line.batch]`.

use kernel::Unit;
use model::{Expr, Figure, Name, Reading};

use crate::Kind;
use crate::expression::ast::{Ast, Segment};
use crate::expression::check::{Checked, Checker};
use crate::expression::names::{Stands, dotted};
use crate::expression::types::Ty;
use crate::source::quoted;
use crate::suggest;

impl Checker<'_> {
    /// A balance: ledger, place and figure by name, the key from the fields of the names of the dimensions or from `[ ]`.
    pub(super) fn balance(&self, segments: &[Segment], keys: Option<&[Ast]>) -> Option<Checked> {
        let first = &segments[0];
        let [_, ledger, place, rest @ ..] = segments else {
            let message = "a balance is named as `balance.ledger.place`";
            let names = self.tables.ledgers.iter().map(|(one, _)| &*one.name);
            let hint = suggest::one_of("", names);
            self.desk
                .hinted(Kind::UnknownName, first.span, message, hint);
            return None;
        };
        let names = || self.tables.ledgers.iter().map(|(one, _)| &*one.name);
        let Some(at) = names().position(|one| *one == *ledger.name) else {
            let message = format!("unknown ledger {}", quoted(&ledger.name));
            let hint = suggest::one_of(&ledger.name, names());
            self.desk
                .hinted(Kind::UnknownLedger, ledger.span, message, hint);
            return None;
        };
        let (declared, unit) = &self.tables.ledgers[at];
        let Some((place, _)) = declared.place(&place.name) else {
            let message = format!(
                "ledger {} has no place {}",
                quoted(&declared.name),
                quoted(&place.name)
            );
            let hint = suggest::one_of(&place.name, declared.places.iter().map(|one| &*one.name));
            self.desk
                .hinted(Kind::UnknownPlace, place.span, message, hint);
            return None;
        };
        let figure = self.figure(segments, rest)?;
        let (key, detail) = self.at(declared, first, keys)?;
        let reading = Reading {
            ledger: at,
            place,
            figure,
            key,
            detail,
        };
        Some(Checked {
            expr: Expr::Name(Name::Balance(Box::new(reading))),
            ty: Ty::Amount((*unit)?),
            span: first.span,
        })
    }

    fn figure(&self, segments: &[Segment], rest: &[Segment]) -> Option<Figure> {
        let word = match rest {
            [] => "",
            [word] => &*word.name,
            _ => "-",
        };
        let found = Figure::ALL.iter().find(|(_, name)| *name == word);
        if found.is_none() {
            let message = format!("unknown name {}", dotted(segments));
            let hint = "after the place there may stand `available` or `held`".to_owned();
            self.desk
                .hinted(Kind::UnknownName, rest[0].span, message, hint);
        }
        found.map(|(figure, _)| *figure)
    }

    /// The values of the dimensions, in order.
    fn at(
        &self,
        ledger: &model::Ledger,
        first: &Segment,
        keys: Option<&[Ast]>,
    ) -> Option<(Vec<Expr>, Vec<Expr>)> {
        let dimensions = || ledger.by.iter().chain(&ledger.detail);
        let values: Option<Vec<Expr>> = match keys {
            None => dimensions()
                .map(|name| self.of_same_name(ledger, first, name))
                .collect(),
            Some(keys) if keys.len() != dimensions().count() => {
                let names: Vec<&str> = dimensions().map(|name| &**name).collect();
                let message = format!(
                    "ledger {} is kept by {}, and here stand {} values",
                    quoted(&ledger.name),
                    suggest::list(&names),
                    keys.len()
                );
                let hint = "say each of them, in this order".to_owned();
                self.desk
                    .hinted(Kind::BalanceKey, first.span, message, hint);
                None
            }
            Some(keys) => keys.iter().map(|key| self.dimension(key)).collect(),
        };
        let mut values = values?;
        let detail = values.split_off(ledger.by.len());
        Some((values, detail))
    }

    fn dimension(&self, key: &Ast) -> Option<Expr> {
        let checked = self.check(key)?;
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

    /// The field named like a dimension: of the line where one is at hand, else of the header.
    fn of_same_name(&self, ledger: &model::Ledger, first: &Segment, name: &str) -> Option<Expr> {
        let sources = match self.stands {
            Stands::Header => vec![self.own_header()],
            Stands::Line | Stands::Step => vec![self.own_lines(), self.own_header()],
        };
        let found = sources.iter().find_map(|(fields, of)| {
            let at = fields.iter().position(|one| *one.name == *name)?;
            Some((of(at), &fields[at].ty))
        });
        match found {
            Some((_, Ty::Unknown)) => None,
            Some((name, ty)) if ty.textual() || matches!(ty, Ty::Day | Ty::Amount(Unit::Count)) => {
                Some(Expr::Name(name))
            }
            Some((_, ty)) => {
                let message = format!(
                    "ledger {} is kept by {}, which is {ty} here",
                    quoted(&ledger.name),
                    quoted(name)
                );
                self.desk.error(Kind::TypeMismatch, first.span, message);
                None
            }
            None => {
                let message = format!(
                    "ledger {} is kept by {}, and there is no field of that name here",
                    quoted(&ledger.name),
                    quoted(name)
                );
                let hint =
                    "say all dimensions in order: `balance.stock.good[line.lot.item, line.batch]`";
                self.desk
                    .hinted(Kind::BalanceKey, first.span, message, hint.to_owned());
                None
            }
        }
    }
}

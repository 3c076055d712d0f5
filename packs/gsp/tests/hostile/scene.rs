//! What a command did, read by the names of fields.

use std::sync::Arc;

use kernel::{Day, SlipId, Value};
use testkit::hostile::{Line, Record, Slip};
use testkit::{House, Oracle};

/// A slip right after a signature on it.
pub struct Scene<'a> {
    pub oracle: &'a Oracle,
    pub slip: Arc<Slip>,
    /// The day of the signature.
    pub day: Day,
}

/// A value as canonical text; `None` when nothing stands there.
type Said = Option<String>;

fn said(value: Option<&Value>) -> Said {
    value
        .filter(|value| !value.is_empty())
        .map(Value::to_string)
}

impl<'a> Scene<'a> {
    pub fn of(oracle: &'a Oracle, id: SlipId, day: Day) -> Option<Scene<'a>> {
        let slip = oracle.slip(id).ok()??;
        Some(Scene { oracle, slip, day })
    }

    fn declared(&self) -> &'a model::Slip {
        let packs = self.oracle.packs();
        let found = packs.slip_of(&self.slip.version, &self.slip.kind);
        found.expect("every slip is declared").4
    }

    pub fn header(&self, name: &str) -> Said {
        let at = self
            .declared()
            .header
            .iter()
            .position(|field| &*field.name == name)?;
        said(self.slip.header.get(at))
    }

    pub fn line(&self, line: &Line, name: &str) -> Said {
        let lines = self.declared().lines.as_deref()?;
        let at = lines.iter().position(|field| &*field.name == name)?;
        said(line.values.get(at))
    }

    /// A quantity of a line in smallest parts.
    pub fn quantity(&self, line: &Line, name: &str) -> i64 {
        let lines = self.declared().lines.as_deref().unwrap_or_default();
        let at = lines.iter().position(|field| &*field.name == name);
        let value = at.and_then(|at| line.values.get(at));
        value
            .and_then(Value::as_amount)
            .map_or(0, |amount| amount.units)
    }

    /// What a register says of something on the day.
    pub fn fact(&self, register: &str, key: &str, field: &str) -> Said {
        let versions = self.oracle.records(&format!("gsp.{register}"), key).ok()?;
        let said = Record::on(&versions, self.day)?.field(field)?;
        (!said.is_empty()).then(|| said.to_owned())
    }

    /// Whether a day that a register gives has not passed; a day that is not given has.
    pub fn in_force(&self, register: &str, key: &str, field: &str) -> bool {
        let until = self.fact(register, key, field);
        until.is_some_and(|until| until >= self.day.to_string())
    }

    /// The slip and all that it comes from.
    pub fn chain(&self) -> Vec<Arc<Slip>> {
        let mut chain = vec![self.slip.clone()];
        let mut at = 0;
        while let Some(slip) = chain.get(at).cloned() {
            for id in &slip.sources {
                if let Ok(Some(source)) = self.oracle.slip(*id) {
                    chain.push(source);
                }
            }
            at += 1;
        }
        chain
    }
}

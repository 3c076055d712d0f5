//! Somebody of the demo company acts at a time.

use std::collections::BTreeMap;

use engine::{Act, Input, LineInput};
use kernel::Moment;

use super::Clerk;
use crate::purchase::{Shown, TypedLine, begin, sign};
use crate::stop::Stop;

/// Somebody acts at a time.
pub struct Acting<'c, 'h> {
    /// Who sends it.
    pub clerk: &'c mut Clerk<'h>,
    /// When.
    pub at: Moment,
}

impl Acting<'_, '_> {
    /// Begins a slip, from a source unless it begins a chain.
    pub fn begins(
        &mut self,
        actor: &str,
        step: &str,
        source: Option<&Shown>,
        header: &[(&str, String)],
        lines: &[TypedLine],
    ) -> Result<Option<Shown>, Stop> {
        let act = begin(&format!("gsp.{step}"), source, header, lines);
        Ok(Shown::of(&self.clerk.act(self.at, actor, act)?))
    }

    /// Signs a step of a slip, with what the step enters.
    pub fn signs(
        &mut self,
        actor: &str,
        step: &str,
        slip: &Shown,
        header: &[(&str, String)],
        lines: Vec<Vec<(&str, String)>>,
    ) -> Result<Option<Shown>, Stop> {
        let named = |fields: &[(&str, String)]| -> BTreeMap<String, String> {
            fields
                .iter()
                .map(|(name, text)| ((*name).to_owned(), text.clone()))
                .collect()
        };
        let typed = Input {
            header: named(header),
            lines: lines
                .iter()
                .map(|fields| LineInput {
                    source: None,
                    fields: named(fields),
                })
                .collect(),
        };
        let mut act = sign(&format!("gsp.{step}"), slip);
        if let Act::Step { input, .. } = &mut act {
            *input = typed;
        }
        Ok(Shown::of(&self.clerk.act(self.at, actor, act)?))
    }
}

/// A line typed freely.
pub fn line(fields: &[(&'static str, String)]) -> TypedLine {
    TypedLine {
        source: None,
        fields: fields.to_vec(),
    }
}

/// A line from the nth of the source, from 1.
pub fn from(source: i64, fields: &[(&'static str, String)]) -> TypedLine {
    TypedLine {
        source: Some(source),
        fields: fields.to_vec(),
    }
}

//! Every refusal that a pack can give is given in some scenario, and every step is signed in one.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::{Act, Class, Command, Refusal};
use model::{Field, Flow, Pack, Step};

use crate::Oracle;
use crate::house::{Answer, Fault};
use crate::watch::Watcher;

/// What the scenarios provoked.
#[derive(Debug, Default)]
pub struct Provoked {
    /// Steps that were signed.
    signed: BTreeSet<Arc<str>>,
    /// Step and refusal.
    refused: Vec<(Arc<str>, Refusal)>,
}

impl Watcher for Provoked {
    fn before(&mut self, _: &Oracle, _: &mut Command) -> Result<(), Fault> {
        Ok(())
    }

    fn after(&mut self, command: &Command, answer: &Answer) {
        let Act::Step { step, .. } = &command.act else {
            return;
        };
        match answer {
            Ok(_) => drop(self.signed.insert(step.clone())),
            Err(refusal) => {
                self.refused
                    .extend(refusal.more.iter().map(|more| (step.clone(), more.clone())));
                self.refused.push((step.clone(), refusal.clone()));
            }
        }
    }
}

impl Provoked {
    /// Adds what no scenario provokes.
    pub fn check(&self, pack: &Pack, mistakes: &mut Vec<String>) {
        for flow in &pack.flows {
            for step in &flow.steps {
                self.step(flow, step, mistakes);
            }
            self.separations(flow, mistakes);
            for (at, slip) in flow.slips.iter().enumerate() {
                let Some((_, begins)) = flow.begins(at) else {
                    continue;
                };
                for field in &slip.header {
                    self.field(begins, field, false, mistakes);
                }
                for field in slip.lines.as_deref().unwrap_or_default() {
                    self.field(begins, field, true, mistakes);
                }
            }
        }
    }

    fn any(&self, step: &Step, fits: impl Fn(&Refusal) -> bool) -> bool {
        self.refused
            .iter()
            .any(|(at, refusal)| *at == step.qualified && fits(refusal))
    }

    fn step(&self, flow: &Flow, step: &Step, mistakes: &mut Vec<String>) {
        let mut wanted = |there: bool, what: &str| {
            if !there {
                mistakes.push(format!("no scenario {what} {}", step.qualified));
            }
        };
        wanted(self.signed.contains(&step.qualified), "signs");
        wanted(
            self.any(step, |refusal| refusal.code == "role"),
            "is refused the role of",
        );
        let after_another = !step.begins || !flow.slips[step.slip].from.is_empty();
        wanted(
            !after_another || self.any(step, |refusal| refusal.class == Class::Order),
            "comes out of order at",
        );
        for guard in &step.guards {
            wanted(
                self.any(step, |refusal| refusal.short() == &*guard.name),
                &format!("provokes {} at", guard.name),
            );
        }
    }

    fn separations(&self, flow: &Flow, mistakes: &mut Vec<String>) {
        for separation in &flow.separations {
            for (nth, one) in separation.steps.iter().enumerate() {
                for other in &separation.steps[nth + 1..] {
                    let (one, other) = (&flow.steps[*one], &flow.steps[*other]);
                    let names_both = |refusal: &Refusal| {
                        refusal.class == Class::Separation
                            && refusal.zh.contains(&*one.label.zh)
                            && refusal.zh.contains(&*other.label.zh)
                    };
                    if !self.any(one, names_both) && !self.any(other, names_both) {
                        mistakes.push(format!(
                            "no scenario lets one person try both {} and {}",
                            one.qualified, other.qualified
                        ));
                    }
                }
            }
        }
    }

    fn field(&self, begins: &Step, field: &Field, line: bool, mistakes: &mut Vec<String>) {
        let at_field = |refusal: &Refusal| {
            refusal
                .place
                .as_ref()
                .is_some_and(|place| place.field == *field.name && place.line.is_some() == line)
        };
        let broken = |refusal: &Refusal| {
            refusal.code == "field" && refusal.zh.ends_with("不合要求") && at_field(refusal)
        };
        // A later step may enter the field, too; what it enters is refused there.
        let anywhere = |fits: &dyn Fn(&Refusal) -> bool| {
            let of_slip = |step: &str| {
                step.rsplit_once('.').map(|(slip, _)| slip)
                    == begins.qualified.rsplit_once('.').map(|(slip, _)| slip)
            };
            self.refused
                .iter()
                .any(|(step, refusal)| of_slip(step) && fits(refusal))
        };
        if field.must.is_some() && !anywhere(&broken) {
            mistakes.push(format!(
                "no scenario breaks the condition of {} {}",
                begins.qualified, field.name
            ));
        }
        if field.draws.is_some()
            && !anywhere(&|refusal| refusal.code == "draws" && at_field(refusal))
        {
            mistakes.push(format!(
                "no scenario draws too much by {} {}",
                begins.qualified, field.name
            ));
        }
    }
}

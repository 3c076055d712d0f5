//! The separation check: steps that one natural person may not both sign, along the whole run of slips.

use std::sync::Arc;

use model::Step;

use crate::step::{Checked, Context};
use crate::{Class, Refusal, SignedStep, Slip};

/// Refuses when a person behind this act has signed a step that excludes this one, on this slip or on any of the run, or
/// has signed this very step already where several must.
pub(crate) fn check(
    context: Context<'_>,
    at: usize,
    step: &Step,
    slip: Option<&Slip>,
    related: &[Arc<Slip>],
) -> Checked<()> {
    let by_actor = |signed: &SignedStep| {
        context.actor.is(&signed.identity)
            || signed
                .for_identity
                .as_ref()
                .is_some_and(|identity| context.actor.is(identity))
    };
    if let Some(slip) = slip
        && slip.signatures(&step.qualified).any(by_actor)
    {
        return Err(refuse(
            format!("{} 须由不同的人分别签字", step.label.zh),
            format!("{} must be signed by different persons", step.label.en),
        )
        .into());
    }
    for separation in context
        .flow
        .separations
        .iter()
        .filter(|separation| separation.steps.contains(&at))
    {
        for other in separation.steps.iter().filter(|other| **other != at) {
            let Some(other) = context.flow.steps.get(*other) else {
                continue;
            };
            let slips = slip.into_iter().chain(related.iter().map(|slip| &**slip));
            if slips
                .filter(|slip| slip.state.live())
                .flat_map(|slip| slip.signatures(&other.qualified))
                .any(by_actor)
            {
                return Err(refuse(
                    format!("{} 与 {} 不得为同一人", step.label.zh, other.label.zh),
                    format!(
                        "{} and {} must not be done by the same person",
                        step.label.en, other.label.en
                    ),
                )
                .into());
            }
        }
    }
    Ok(())
}

/// Who asked for a reversal does not confirm it himself.
pub fn own_reversal() -> Refusal {
    refuse(
        "冲销确认 与 冲销申请 不得为同一人".to_owned(),
        "a reversal must not be confirmed by the person who asked for it".to_owned(),
    )
}

pub(crate) fn refuse(zh: String, en: String) -> Refusal {
    Refusal::new(Class::Separation, "separate", zh, en)
}

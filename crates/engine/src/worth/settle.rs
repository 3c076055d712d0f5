//! The end of a month: what has left by quantity is valued at the average of its month.

use std::collections::BTreeSet;

use ledger::{share, split_key};

use super::{NONE, Valuing, period_layer};
use crate::scope::too_large;
use crate::step::Checked;

impl Valuing<'_> {
    /// Values what has left up to the month of `day` at the average of its month, oldest month first, and carries what remains of
    /// a month that is over into the next.
    pub(super) fn settle(&mut self, place: usize, awaits: usize, day: kernel::Day) -> Checked<()> {
        let until = period_layer(&day.period().to_string());
        let current = self.period();
        let mut layer = String::new();
        loop {
            let mut names: BTreeSet<String> = BTreeSet::new();
            for lying in self.layers(place)? {
                names.insert(split_key(&lying.detail).swap_remove(0));
            }
            let waiting = self.layers(awaits)?;
            names.extend(waiting.iter().map(|one| source_of(&one.detail)));
            let Some(name) = names.iter().find(|name| **name > layer).cloned() else {
                return Ok(());
            };
            layer = name;
            if !layer.starts_with("0.") || layer > until {
                return Ok(());
            }
            let later = names.iter().find(|name| **name > layer);
            let later = later.unwrap_or(&current).clone();
            self.settle_layer((place, awaits), &layer, (layer < current).then_some(later))?;
        }
    }

    fn settle_layer(
        &mut self,
        (place, awaits): (usize, usize),
        layer: &str,
        carry: Option<String>,
    ) -> Checked<()> {
        let at = (place, self.unmarked(layer));
        let mut waiting = self.layers(awaits)?;
        waiting.retain(|one| source_of(&one.detail) == layer);
        let lying = self.layer(&at)?;
        let mut whole: i64 = waiting.iter().map(|one| one.qty).sum::<i64>() + lying.qty;
        let mut value = lying.value;
        for one in waiting {
            let text = split_key(&one.detail).swap_remove(0);
            let mut parts = text.split(':');
            let (target, month) = (
                parts.next().unwrap_or_default(),
                parts.next().unwrap_or_default(),
            );
            let from = (awaits, one.detail.clone());
            let name = period_layer(month);
            if *name <= *layer {
                let Some((to, _)) = self.worth.place(target) else {
                    continue;
                };
                let detail = if self.open(to) { NONE } else { &name };
                let to = (to, self.unmarked(detail));
                let worth = share(value, one.qty, whole).ok_or_else(too_large)?;
                self.shift(from, to.clone(), (one.qty, 0))?;
                self.shift(at.clone(), to, (0, worth))?;
                value -= worth;
                whole -= one.qty;
            } else if let Some(carry) = &carry {
                let on = self.unmarked(&format!("{target}:{month}:{carry}"));
                self.shift(from, (awaits, on), (one.qty, 0))?;
            }
        }
        match carry {
            Some(carry) => {
                let on = (place, self.unmarked(&carry));
                self.shift(at, on, (lying.qty, value))
            }
            None => Ok(()),
        }
    }
}

/// The layer that something which waits was taken from.
fn source_of(detail: &str) -> String {
    let waiting = split_key(detail).swap_remove(0);
    waiting.rsplit(':').next().unwrap_or_default().to_owned()
}

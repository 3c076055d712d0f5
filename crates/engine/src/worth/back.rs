//! What comes back comes at the value it left with.

use ledger::{share, split_key};
use model::Lies;

use super::{At, Valuing, period_layer};
use crate::scope::too_large;
use crate::step::Checked;

impl Valuing<'_> {
    /// Takes back what a line further up the chain put into a place where lines lie apart, at the value it came with.
    pub(super) fn give_back(&mut self, from: usize, to: usize, qty: i64) -> Checked<()> {
        let mut found = Vec::new();
        for (place, detail) in self.origins(from)? {
            let mut candidates = vec![(place, detail.clone())];
            if self.lies(place) == Lies::Awaits {
                // By now it may have been valued, or what it was taken from may have been carried on.
                let waiting = split_key(&detail).swap_remove(0);
                let (of, _) = waiting.rsplit_once(':').unwrap_or((&waiting, ""));
                let month = of.rsplit(':').next().unwrap_or_default();
                let valued = (from, self.unmarked(&period_layer(month)));
                let others = self.layers(place)?.into_iter().map(|layer| layer.detail);
                let of = format!("{of}:");
                let others = others.filter(|other| other.starts_with(&of));
                candidates = std::iter::once(valued)
                    .chain(others.map(|other| (place, other)))
                    .collect();
            }
            for at in candidates {
                let layer = self.layer(&at)?;
                if !found.iter().any(|(known, _)| *known == at) {
                    found.push((at, layer));
                }
            }
        }
        let mut left = qty;
        for (at, layer) in found {
            let part = left.min(layer.qty);
            if part <= 0 {
                continue;
            }
            let value = share(layer.value, part, layer.qty).ok_or_else(too_large)?;
            let back = if self.lies(at.0) == Lies::Awaits {
                let waiting = split_key(&at.1).swap_remove(0);
                let source = waiting.rsplit(':').next().unwrap_or_default();
                self.unmarked(source)
            } else {
                self.arrival(to)?
            };
            self.shift(at, (to, back), (part, value))?;
            left -= part;
        }
        if left > 0 { Err(self.short()) } else { Ok(()) }
    }

    /// The layers that the nearest line up the chain with any put into a place, or left waiting for it.
    pub(super) fn origins(&self, place: usize) -> Checked<Vec<At>> {
        let world = self.context.world;
        let mut next = self.line.and_then(|line| line.source);
        while let Some((slip, line)) = next {
            let mut found: Vec<At> = Vec::new();
            for entry in world.entries_of(slip)? {
                for leg in &entry.legs {
                    let Some((at, _)) = self.counts.place(&leg.place) else {
                        continue;
                    };
                    let here = leg.ledger == self.counts.qualified
                        && leg.line == Some(line.0)
                        && leg.net() > 0
                        && leg.key == self.key
                        && (at == place || Some(at) == self.awaits());
                    if here && !found.contains(&(at, leg.detail.clone())) {
                        found.push((at, leg.detail.clone()));
                    }
                }
            }
            if !found.is_empty() {
                return Ok(found);
            }
            let above = world.slip(slip)?;
            next = above.and_then(|slip| slip.line(line)?.source);
        }
        Ok(Vec::new())
    }
}

//! The six steps of the purchase flow of pack `gsp`, from the order to the shelf.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::{Act, Input, LineInput, Reply, Seen};

use super::{Request, now};
use crate::company;

/// Steps of a flow.
pub const STEPS: usize = 6;

/// Step, and the role that signs it.
const FLOW: [(&str, &str); STEPS] = [
    ("order.fill", "buyer"),
    ("order.approve", "purchase_manager"),
    ("receipt.fill", "receiver"),
    ("notice.fill", "quality_clerk"),
    ("inspection.fill", "inspector"),
    ("stock_in.fill", "keeper"),
];

/// Makes the requests of purchase flows.
#[derive(Debug)]
pub struct Purchase {
    /// Logins per step: those who sign it in turn.
    staff: [Vec<Arc<str>>; STEPS],
    suppliers: Vec<String>,
    items: Vec<String>,
    lines: usize,
    sent: AtomicU64,
}

impl Purchase {
    /// Flows of so many lines in a company made by [`company::people`] with `each` people per role and
    /// [`company::records`] with `goods` records per register.
    pub fn new(each: usize, goods: usize, lines: usize) -> Purchase {
        let staff = FLOW.map(|(_, role)| {
            (1..=each.max(1))
                .map(|nth| company::login(&format!("gsp.{role}"), nth).into())
                .collect()
        });
        let keys = |register: &str| {
            (1..=goods.max(1))
                .map(|nth| company::key(register, nth))
                .collect()
        };
        Purchase::with(staff, keys("party"), keys("item"), lines)
    }

    /// Flows of so many lines by these people, in the order of the steps, with these suppliers and items.
    pub fn with(
        staff: [Vec<Arc<str>>; STEPS],
        suppliers: Vec<String>,
        items: Vec<String>,
        lines: usize,
    ) -> Purchase {
        Purchase {
            staff,
            suppliers,
            items,
            lines,
            sent: AtomicU64::new(0),
        }
    }

    /// The request of a step (from 0) of a flow of a client, after the reply to the step before.
    pub fn request(&self, client: usize, step: usize, before: Option<&Reply>) -> Request {
        let nth = self.sent.fetch_add(1, Ordering::Relaxed);
        let people = &self.staff[step];
        let (name, _) = FLOW[step];
        let slip = before.and_then(|reply| reply.slip);
        let seen = before.and_then(|reply| {
            Some(Seen {
                slip: reply.slip?,
                content: reply.content.clone()?,
            })
        });
        // The approval signs the order itself; every other step makes a new slip from the one before.
        let same = step == 1;
        let act = Act::Step {
            step: format!("gsp.purchase_inbound.{name}").into(),
            slip: slip.filter(|_| same),
            sources: slip.filter(|_| !same).into_iter().collect(),
            seen: seen.into_iter().collect(),
            input: self.input(step, nth),
        };
        Request {
            person: people[client % people.len()].clone(),
            key: format!("{:016x}-{client:x}-{nth:x}", now().0).into(),
            act,
        }
    }

    fn input(&self, step: usize, nth: u64) -> Input {
        // Requests are counted, not flows; the next flow goes on where this one ends.
        let from = nth as usize / STEPS * self.lines;
        let at = |list: &[String], offset: usize| list[(from + offset) % list.len()].clone();
        let line = |offset: usize| match step {
            0 => fields([
                ("item", &*at(&self.items, offset)),
                ("qty", "100"),
                ("price", "12.50"),
            ]),
            2 => {
                let batch = format!("B{:04}", nth % 1_000);
                fields([
                    ("batch", &*batch),
                    ("made", "2026-01-01"),
                    ("expiry", "2035-12-31"),
                    ("qty", "100"),
                    ("refused", "2"),
                ])
            }
            4 => fields([("sampled", "3"), ("passed", "97"), ("failed", "1")]),
            5 => fields([("bin", "A-01-03")]),
            _ => BTreeMap::new(),
        };
        let header = match step {
            0 => fields([("supplier", &*at(&self.suppliers, 0))]),
            2 => fields([("delivery_note", "DN1"), ("transport", "冷藏")]),
            _ => BTreeMap::new(),
        };
        let typed = !matches!(step, 1 | 3);
        let lines = (0..self.lines).filter(|_| typed).map(|offset| LineInput {
            source: None,
            fields: line(offset),
        });
        Input {
            header,
            lines: lines.collect(),
        }
    }
}

fn fields<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

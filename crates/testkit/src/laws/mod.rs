//! The laws that can be seen on the state of an organisation, whoever made it. Recomputed here from what is stored, by
//! other code than the engine's, so that a mistake there shows here.

mod ledgers;
mod signatures;
mod slips;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use engine::Slip;
use kernel::SlipId;
use ledger::{Balance, BalanceKey, Entry};
use model::Catalog;

use crate::House;
use crate::house::Fault;

/// Everything that the laws look at.
pub(crate) struct State<'a> {
    packs: &'a Catalog,
    slips: Vec<Arc<Slip>>,
    by_id: HashMap<SlipId, Arc<Slip>>,
    balances: BTreeMap<BalanceKey, Balance>,
    entries: Vec<(SlipId, Vec<Entry>)>,
}

impl State<'_> {
    fn slip(&self, id: SlipId) -> Option<&Slip> {
        self.by_id.get(&id).map(|slip| &**slip)
    }
}

/// Every law that does not hold, as a sentence; empty when all is well. Ends with what the store says about itself.
///
/// # Errors
/// When the store cannot be read.
pub fn check(packs: &Catalog, house: &dyn House) -> Result<Vec<String>, Fault> {
    let slips = house.slips()?;
    let mut entries = Vec::new();
    for slip in &slips {
        entries.push((slip.id, house.entries_of(slip.id)?));
    }
    let state = State {
        packs,
        by_id: slips.iter().map(|slip| (slip.id, slip.clone())).collect(),
        slips,
        balances: house.balances()?,
        entries,
    };
    let mut broken = Vec::new();
    ledgers::check(&state, &mut broken);
    slips::check(&state, &mut broken);
    signatures::check(&state, &mut broken);
    if let Err(fault) = house.verify() {
        broken.push(format!("the store: {fault}"));
    }
    Ok(broken)
}

/// What must be the same before and after a refusal.
#[derive(Debug, PartialEq)]
pub struct Picture {
    slips: Vec<Arc<Slip>>,
    balances: BTreeMap<BalanceKey, Balance>,
}

impl Picture {
    /// The first thing in which another picture differs.
    pub fn difference(&self, other: &Picture) -> Option<String> {
        if self.slips.len() != other.slips.len() {
            return Some(format!(
                "{} slips, not {}",
                other.slips.len(),
                self.slips.len()
            ));
        }
        let slip = self
            .slips
            .iter()
            .zip(&other.slips)
            .find(|(one, two)| one != two);
        if let Some((one, two)) = slip {
            return Some(format!("slip {two:?}, not {one:?}"));
        }
        let of = |balances: &BTreeMap<BalanceKey, Balance>, at: &BalanceKey| {
            balances.get(at).copied().unwrap_or_default()
        };
        let keys = self.balances.keys().chain(other.balances.keys());
        keys.map(|at| (at, of(&self.balances, at), of(&other.balances, at)))
            .find(|(_, one, two)| one != two)
            .map(|(at, one, two)| format!("balance {at:?} is {two:?}, not {one:?}"))
    }
}

/// Takes a picture of an organisation.
///
/// # Errors
/// When the store cannot be read.
pub fn picture(house: &dyn House) -> Result<Picture, Fault> {
    Ok(Picture {
        slips: house.slips()?,
        balances: house.balances()?,
    })
}

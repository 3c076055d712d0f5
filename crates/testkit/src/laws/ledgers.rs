//! Ledgers sum to zero per unit and key, closed places do not go below zero, balances are the sums of entries.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kernel::EntryState;
use ledger::{Balance, BalanceKey, check_balanced};

use super::State;

pub fn check(state: &State<'_>, broken: &mut Vec<String>) {
    sums(state, broken);
    closed_places(state, broken);
    from_entries(state, broken);
}

fn sums(state: &State<'_>, broken: &mut Vec<String>) {
    let mut sums: BTreeMap<(&Arc<str>, &Arc<str>, &str), i128> = BTreeMap::new();
    for (at, balance) in &state.balances {
        for entry_state in EntryState::ALL {
            let sum = sums
                .entry((&at.ledger, &at.key, entry_state.name()))
                .or_default();
            *sum += i128::from(balance.of(entry_state).net());
        }
    }
    for ((ledger, key, entry_state), sum) in sums {
        if sum != 0 {
            broken.push(format!(
                "{ledger} {key} ({entry_state}) sums to {sum} smallest parts, not to zero"
            ));
        }
    }
}

fn closed_places(state: &State<'_>, broken: &mut Vec<String>) {
    let ledgers: HashMap<&str, &model::Ledger> = state
        .packs
        .packs()
        .iter()
        .flat_map(|pack| &pack.ledgers)
        .map(|ledger| (&*ledger.qualified, ledger))
        .collect();
    for (at, balance) in &state.balances {
        let Some(ledger) = ledgers.get(&*at.ledger) else {
            broken.push(format!("nothing declares the ledger {}", at.ledger));
            continue;
        };
        let floor = match ledger.place(&at.place) {
            Some((_, place)) => place.floor(),
            None => ledger.chart.is_none().then_some(0),
        };
        if floor.is_some_and(|floor| balance.available() < i128::from(floor)) {
            broken.push(format!(
                "{} {} {} is lower than it may be: {}",
                at.ledger,
                at.place,
                at.key,
                balance.available()
            ));
        }
    }
}

fn from_entries(state: &State<'_>, broken: &mut Vec<String>) {
    let mut sums: BTreeMap<BalanceKey, Balance> = BTreeMap::new();
    for (slip, entries) in &state.entries {
        for entry in entries {
            if let Err(unbalanced) = check_balanced(entry) {
                broken.push(format!("slip {slip}: {unbalanced}"));
            }
            for leg in &entry.legs {
                let sum = sums.entry(BalanceKey::of(leg)).or_default();
                match sum.with(entry.state, leg) {
                    Some(next) => *sum = next,
                    None => {
                        broken.push(format!("slip {slip}: a sum on {} does not fit", leg.place))
                    }
                }
            }
        }
    }
    let none = Balance::default();
    for at in sums
        .keys()
        .chain(state.balances.keys().filter(|at| !sums.contains_key(at)))
    {
        let (summed, kept) = (
            sums.get(at).unwrap_or(&none),
            state.balances.get(at).unwrap_or(&none),
        );
        if summed != kept {
            let name = format!("{} {} {} {}", at.ledger, at.place, at.key, at.detail);
            broken.push(format!(
                "the balance of {name} is {kept:?}, its entries sum to {summed:?}"
            ));
        }
    }
}

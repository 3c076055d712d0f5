//! Legs, added up entry by entry.

use super::accounts::Accounts;
use super::found::FoundAt;
use super::passed::Passed;
use crate::cell::CellRef;

/// Adds legs up, and holds each entry to the law that it sums to zero.
pub(crate) struct Entries<'a> {
    accounts: &'a Accounts,
    found: FoundAt<'a>,
    current: Option<(i64, i64)>,
    groups: Vec<(u64, i128)>,
}

impl<'a> Entries<'a> {
    pub fn new(accounts: &'a Accounts, found: FoundAt<'a>) -> Entries<'a> {
        Entries {
            accounts,
            found,
            current: None,
            groups: Vec::new(),
        }
    }

    pub fn leg(&mut self, cells: &[CellRef<'_>], passed: &mut Passed) {
        let int = |at: usize| match cells[at] {
            CellRef::Int(value) => value,
            _ => 0,
        };
        let (seq, n, entry, account) = (int(1), int(2), int(3), int(4));
        let (side, amount, day, state) = (int(5), int(6), int(7), int(8));
        if self.current != Some((seq, entry)) {
            self.close();
            self.current = Some((seq, entry));
        }
        let Some(info) = self.accounts.get(account) else {
            self.found.at_key(
                seq,
                "leg",
                &format!("seq={seq} n={n}"),
                "is of an account that is not there",
            );
            return;
        };
        if !(0..=1).contains(&side) || !(0..=3).contains(&state) {
            self.found.at_key(
                seq,
                "leg",
                &format!("seq={seq} n={n}"),
                "has no such side or state",
            );
            return;
        }
        let net = if side == 0 {
            i128::from(amount)
        } else {
            -i128::from(amount)
        };
        match self
            .groups
            .iter_mut()
            .find(|(group, _)| *group == info.group)
        {
            Some((_, sum)) => *sum += net,
            None => self.groups.push((info.group, net)),
        }
        let key = (account, day / 100);
        let (side, state) = (usize::from(side == 1), usize::try_from(state).unwrap_or(2));
        let legs = passed.sums.of(key.0, key.1);
        legs.last_seq = legs.last_seq.max(seq);
        if state == 2 {
            legs.posted[side] = legs.posted[side].wrapping_add(amount);
        } else {
            let at = match state {
                0 => side,
                1 => 2 + side,
                _ => 4 + side,
            };
            let sums = passed.others.entry(key).or_default();
            sums[at] = sums[at].wrapping_add(amount);
        }
        let turnover = passed.turnovers.of(info.place, day / 100);
        turnover[state * 2 + side] += i128::from(amount);
    }

    pub fn close(&mut self) {
        if let Some((seq, entry)) = self.current.take()
            && self.groups.iter().any(|(_, sum)| *sum != 0)
        {
            self.found.at_key(
                seq,
                "leg",
                &format!("seq={seq}"),
                format!("entry {entry} does not sum to zero"),
            );
        }
        self.groups.clear();
    }
}

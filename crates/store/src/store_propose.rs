//! Lines that a ledger proposes to whoever fills in a slip.

use engine::{Command, Input, LineInput, ProposedKey, Refusal};
use kernel::OrgId;

use crate::api::{BalanceQuery, StoreError};
use crate::store::Store;

/// Balances read at a time.
const PAGE: usize = 10_000;

impl Store {
    /// The lines that a ledger proposes for a step that begins a slip, see [`engine::propose`]; none where the step has no
    /// proposal. Keys come from the balances as they are; whether a line is right is judged when the slip is signed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn propose(
        &self,
        org: OrgId,
        command: &Command,
        step: &str,
        input: &Input,
    ) -> Result<Result<Vec<LineInput>, Refusal>, StoreError> {
        let Some((ledger, place)) = engine::proposes(&self.catalog(), step) else {
            return Ok(Ok(Vec::new()));
        };
        let mut query = BalanceQuery {
            place: Some(place.to_string()),
            skip_zero: true,
            limit: PAGE,
            ..BalanceQuery::default()
        };
        let mut keys: Vec<ProposedKey> = Vec::new();
        loop {
            let page = self.balances(org, &ledger, &query)?;
            let there = page.rows.into_iter();
            let there = there.filter(|row| row.balance.posted.net() != 0);
            keys.extend(there.map(|row| (row.key, row.detail)));
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        self.ask(org, |world| {
            engine::propose(&world.catalog(), world, command, step, &keys, input)
        })
    }
}

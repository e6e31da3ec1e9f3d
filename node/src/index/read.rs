//! One block: what is to be found of it later.

use std::collections::BTreeSet;

use sillok_abi::{Account, Authoriser, ContractId, Receipt, Time};
use sillok_runtime::{BlockEnv, Fault};

use super::describe::{Descriptions, accounts, fields};
use super::fold::Fold;
use super::holdings::Changed;
use super::keys::{self, Position};
use super::trades;
use crate::chain::{Chain, CommittedBlock, StateAt};
use crate::storage::Table;

/// A block: its height and time.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) height: u64,
    pub(super) time: Time,
}

/// What one call concerns.
#[derive(Default)]
struct Concerned {
    accounts: BTreeSet<(Account, Option<u32>)>,
    contracts: BTreeSet<(ContractId, Option<u32>)>,
}

/// Takes in a block.
///
/// # Errors
/// If the chain or the index can't be read.
pub(super) fn take(
    fold: &mut Fold<'_>,
    descriptions: &mut Descriptions,
    chain: &Chain,
    block: &CommittedBlock,
) -> Result<(), Fault> {
    let header = block.header();
    let moment = Moment { height: header.height, time: header.time };
    // What is no longer kept was then most likely as it is now.
    let state = chain.at(moment.height)?.unwrap_or_else(|| chain.latest());
    let state = StateAt { env: BlockEnv { height: moment.height, time: moment.time }, ..state };
    let receipts = &block.receipts.receipts;
    descriptions.after(receipts.iter().flat_map(|receipt| &receipt.events).map(|event| event.contract));
    let mut changed = Changed::default();
    let scheduled = block.receipts.of_scheduled().len();
    for (number, receipt) in (0..).zip(receipts) {
        let mut concerned = Concerned::default();
        if let Some(body) = (number as usize)
            .checked_sub(scheduled)
            .and_then(|index| block.stored.block.transactions.get(index))
            .map(|transaction| &transaction.body)
        {
            concerned.accounts.insert((body.submitter, None));
            for authorisation in &body.authorisations {
                if let Authoriser::Signer { account, .. } = authorisation.by {
                    concerned.accounts.insert((account, None));
                }
            }
            concerned.contracts.insert((body.call.contract, None));
        }
        events(fold, descriptions, chain, (moment, &state), receipt, (&mut concerned, &mut changed))?;
        concerned.put(fold, moment.height, number);
    }
    changed.look_up(fold, chain, (moment, &state))
}

/// Takes in a call's events.
fn events(
    fold: &mut Fold<'_>,
    descriptions: &mut Descriptions,
    chain: &Chain,
    (moment, state): (Moment, &StateAt),
    receipt: &Receipt,
    (concerned, changed): (&mut Concerned, &mut Changed),
) -> Result<(), Fault> {
    for (number, event) in (0..).zip(&receipt.events) {
        concerned.contracts.insert((event.contract, Some(number)));
        let Some(metadata) = descriptions.of(chain, state, event.contract)? else { continue };
        let Some(fields) = fields(&metadata, event) else { continue };
        let mut named = Vec::new();
        accounts(&fields, &mut named);
        concerned.accounts.extend(named.into_iter().map(|account| (account, Some(number))));
        trades::take(fold, moment, (&event.contract, &metadata.name), (&event.name, &fields))?;
        changed.take(event.contract, &metadata, &fields);
    }
    Ok(())
}

impl Concerned {
    fn put(self, fold: &mut Fold<'_>, height: u64, receipt: u32) {
        let mut put = |table, mut key: Vec<u8>, event| {
            key.extend_from_slice(&Position { height, receipt, event }.bytes());
            fold.put(table, key, &());
        };
        for (account, event) in self.accounts {
            put(Table::Accounts, keys::account(&account), event);
        }
        for (contract, event) in self.contracts {
            put(Table::Contracts, keys::contract(&contract), event);
        }
    }
}

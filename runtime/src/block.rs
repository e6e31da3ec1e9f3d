//! What a block must be: the order of its transactions, its limits, its members' shares of gas.

use std::collections::BTreeMap;

use sillok_abi::{Account, Hash, Transaction, digest};

use crate::Parameters;

/// Puts transactions in the order that the protocol prescribes: submitters in turn, each submitter's by
/// nonce; within a turn by a digest of the parent and the submitter, so that a proposer can't put itself in
/// front.
pub fn in_protocol_order(parent: &Hash, transactions: Vec<Transaction>) -> Vec<Transaction> {
    let transactions = transactions.into_iter().map(|transaction| (transaction, ())).collect();
    in_order_with(parent, transactions).into_iter().map(|(transaction, ())| transaction).collect()
}

/// The same, of transactions with what is known of each.
pub(crate) fn in_order_with<T>(parent: &Hash, transactions: Vec<(Transaction, T)>) -> Vec<(Transaction, T)> {
    let mut by_submitter: BTreeMap<Account, Vec<(Transaction, T)>> = BTreeMap::new();
    for transaction in transactions {
        by_submitter.entry(transaction.0.body.submitter).or_default().push(transaction);
    }
    let mut placed = Vec::new();
    for (submitter, mut queue) in by_submitter {
        let lot = digest("sillok/order", &(parent, submitter));
        queue.sort_by_key(|(transaction, _)| transaction.body.nonce);
        placed.extend(queue.into_iter().enumerate().map(|(turn, transaction)| ((turn, lot), transaction)));
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, transaction)| transaction).collect()
}

/// A share, in thousandths, of a block's gas.
pub(crate) fn share_of(total: u64, thousandths: u32) -> u64 {
    let share = u128::from(total) * u128::from(thousandths) / 1_000;
    u64::try_from(share).unwrap_or(u64::MAX)
}

/// What is left of a block's gas, in all and for each member.
pub(crate) struct MemberGas {
    total: u64,
    left: u64,
    /// What is left of the share of each member that has used some.
    members: BTreeMap<u32, u64>,
    /// The members' shares, in thousandths.
    shares: BTreeMap<u32, u32>,
}

impl MemberGas {
    pub(crate) fn new(total: u64, shares: &BTreeMap<u32, u32>) -> Self {
        MemberGas { total, left: total, members: BTreeMap::new(), shares: shares.clone() }
    }

    /// Whether the member's whole share would be enough.
    pub(crate) fn covers(&self, member: u32, gas: u64) -> bool {
        gas <= self.share(member)
    }

    /// Takes gas from the block and from the member's share; answers whether there was enough of both.
    pub(crate) fn take(&mut self, member: u32, gas: u64) -> bool {
        let share = self.share(member);
        let left = self.members.entry(member).or_insert(share);
        if *left < gas || self.left < gas {
            return false;
        }
        *left -= gas;
        self.left -= gas;
        true
    }

    fn share(&self, member: u32) -> u64 {
        share_of(self.total, self.shares.get(&member).copied().unwrap_or(0))
    }
}

/// What is left of a block: bytes and gas.
pub(crate) struct Room {
    bytes: usize,
    gas: MemberGas,
}

impl Room {
    pub(crate) fn new(parameters: &Parameters, shares: &BTreeMap<u32, u32>) -> Self {
        let gas = MemberGas::new(parameters.block_gas, shares);
        Room { bytes: parameters.max_block_bytes as usize, gas }
    }

    /// Takes a transaction's bytes and gas limit; answers whether it fits.
    pub(crate) fn take(&mut self, member: u32, bytes: usize, gas: u64) -> bool {
        if bytes > self.bytes || !self.gas.take(member, gas) {
            return false;
        }
        self.bytes -= bytes;
        true
    }
}

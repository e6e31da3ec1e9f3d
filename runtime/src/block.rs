//! What a block must be: the order of its transactions, its limits, its members' shares of gas.

use std::collections::BTreeMap;

use sillok_abi::{Account, Block, Hash, Transaction, digest, merkle_root};

use crate::Parameters;

/// A block whose transactions are those of its header, with their ids: they are computed once for all who ask.
#[derive(Clone, Debug)]
pub struct Identified<'a> {
    block: &'a Block,
    ids: Vec<Hash>,
}

impl<'a> Identified<'a> {
    /// The ids of a block's transactions; none if its header commits to others.
    pub fn of(block: &'a Block) -> Option<Self> {
        let ids: Vec<Hash> = block.transactions.iter().map(|transaction| transaction.body.id()).collect();
        let leaves: Vec<Hash> =
            block.transactions.iter().zip(&ids).map(|(transaction, id)| transaction.leaf(id)).collect();
        (merkle_root(&leaves) == block.header.transactions_root).then_some(Identified { block, ids })
    }

    /// The block.
    pub fn block(&self) -> &'a Block {
        self.block
    }

    /// Its transactions with their ids.
    pub fn transactions(&self) -> impl Iterator<Item = (&'a Transaction, &Hash)> {
        self.block.transactions.iter().zip(&self.ids)
    }
}

/// Puts transactions in the order that the protocol prescribes: submitters in turn, each submitter's by
/// nonce; within a turn by a digest of the parent and the submitter, so that a proposer can't put itself in
/// front.
pub fn in_protocol_order(parent: &Hash, transactions: Vec<Transaction>) -> Vec<Transaction> {
    ordered(parent, transactions, |transaction| transaction)
}

/// Whether transactions are in that order.
pub(crate) fn are_in_order(parent: &Hash, transactions: &[Transaction]) -> bool {
    let ordered = ordered(parent, transactions.iter().collect(), |transaction: &&Transaction| *transaction);
    ordered.into_iter().zip(transactions).all(|(one, other)| std::ptr::eq(one, other))
}

/// The same order, of whatever has a transaction.
pub(crate) fn ordered<T>(parent: &Hash, items: Vec<T>, transaction: impl Fn(&T) -> &Transaction) -> Vec<T> {
    let mut by_submitter: BTreeMap<Account, Vec<T>> = BTreeMap::new();
    for item in items {
        by_submitter.entry(transaction(&item).body.submitter).or_default().push(item);
    }
    let mut placed = Vec::new();
    for (submitter, mut queue) in by_submitter {
        let lot = digest("sillok/order", &(parent, submitter));
        queue.sort_by_key(|item| transaction(item).body.nonce);
        placed.extend(queue.into_iter().enumerate().map(|(turn, item)| ((turn, lot), item)));
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, item)| item).collect()
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

    /// Gives back what was taken for the member and not used.
    pub(crate) fn give_back(&mut self, member: u32, gas: u64) {
        self.left = self.left.saturating_add(gas).min(self.total);
        let share = self.share(member);
        let left = self.members.entry(member).or_insert(share);
        *left = left.saturating_add(gas).min(share);
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

//! The mempool: transactions that wait for a block.
//!
//! Each submitter has a queue in the order of nonces, and candidates for a block are taken from the
//! queues in turn, so that no submitter can keep another one waiting. A transaction stays here until
//! its block is on disk. Of those that never make it the reason is remembered for a while.
//!
//! Invariant: counts and bytes, in total, for each member and for each submitter, stay within
//! [`crate::limits`].

mod refusal;
mod room;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use codec::Encode;
use foldhash::quality::RandomState;
use sillok_abi::{Account, Hash, Time, Transaction, TransactionBody};
use sillok_runtime::{Checked, Refusal};

use crate::limits;
pub(crate) use refusal::{Dropped, PoolRefusal};
pub(crate) use room::{BlockRoom, PoolSize};
use room::{MOST, MOST_OF_SUBMITTER};

/// Nonces of submitters that a block has used.
pub(crate) type UsedNonces = HashSet<(Account, u64), RandomState>;

struct Waiting {
    bytes: usize,
    member: u32,
    transaction: Arc<Transaction>,
}

#[derive(Default)]
struct Queue {
    waiting: BTreeMap<u64, Waiting>,
    size: PoolSize,
}

/// Transactions that wait for a block.
#[derive(Default)]
pub(crate) struct Mempool {
    queues: BTreeMap<Account, Queue>,
    places: HashMap<Hash, (Account, u64), RandomState>,
    /// What expires, by the second in which it does.
    expiries: BTreeMap<u64, HashSet<Hash, RandomState>>,
    size: PoolSize,
    members: BTreeMap<u32, PoolSize>,
    last_served: Option<Account>,
    dropped: BTreeMap<Hash, Dropped>,
    dropped_order: VecDeque<Hash>,
}

impl Mempool {
    /// Takes a transaction that was checked. A member has as much room as its share of a block's gas is.
    ///
    /// # Errors
    /// If it is there already, or there is no room for it.
    pub(crate) fn insert(&mut self, checked: Checked, transaction: Transaction) -> Result<(), PoolRefusal> {
        let Checked { id, member, share } = checked;
        let bytes = transaction.encoded_size();
        let (submitter, nonce) = (transaction.body.submitter, transaction.body.nonce);
        if self.places.contains_key(&id) {
            return Err(PoolRefusal::Pending);
        }
        if !self.size.has_room(bytes, MOST) {
            return Err(PoolRefusal::Full);
        }
        let of_member = self.members.get(&member).copied().unwrap_or_default();
        if !of_member.has_room(bytes, MOST.share(share)) {
            return Err(PoolRefusal::MemberFull);
        }
        if let Some(queue) = self.queues.get(&submitter) {
            if queue.waiting.contains_key(&nonce) {
                return Err(PoolRefusal::NoncePending);
            }
            if !queue.size.has_room(bytes, MOST_OF_SUBMITTER) {
                return Err(PoolRefusal::SubmitterFull);
            }
        }
        let queue = self.queues.entry(submitter).or_default();
        self.expiries.entry(second(transaction.body.expiry)).or_default().insert(id);
        queue.waiting.insert(nonce, Waiting { bytes, member, transaction: Arc::new(transaction) });
        queue.size.add(bytes);
        self.size.add(bytes);
        self.members.entry(member).or_default().add(bytes);
        self.places.insert(id, (submitter, nonce));
        Ok(())
    }

    /// Whether any transaction would have room: to be asked before one is checked, so that a node that has
    /// too much to do spends nothing on what it would refuse.
    pub(crate) fn has_room(&self) -> bool {
        self.size.has_room(0, MOST)
    }

    /// Candidates for a block: one of each submitter in turn, each submitter's in the order of nonces,
    /// as many as there is room for, and at least one, but for those whose nonces are used. They stay here. The next
    /// block's turn starts after the submitter that was served last.
    pub(crate) fn candidates(&mut self, mut room: BlockRoom, used: &UsedNonces) -> Vec<Arc<Transaction>> {
        let queues = self.queues.iter();
        let mut turns: VecDeque<_> =
            queues.map(|(submitter, queue)| (*submitter, queue.waiting.values())).collect();
        let served = turns.iter().take_while(|(submitter, _)| Some(*submitter) <= self.last_served);
        turns.rotate_left(served.count());
        let (mut candidates, mut last) = (Vec::new(), self.last_served);
        while let Some((submitter, mut queue)) = turns.pop_front() {
            let is_free = |waiting: &&Waiting| {
                let body = &waiting.transaction.body;
                used.is_empty() || !used.contains(&(body.submitter, body.nonce))
            };
            let Some(waiting) = queue.find(is_free) else { continue };
            if !room.take(waiting.bytes, waiting.transaction.body.gas_limit) && !candidates.is_empty() {
                break;
            }
            last = Some(submitter);
            candidates.push(waiting.transaction.clone());
            turns.push_back((submitter, queue));
        }
        self.last_served = last;
        candidates
    }

    /// Takes out a transaction that is in a block now. If another one of its submitter with its nonce waits instead,
    /// that one can be in none any more: it is given up, and this is its id.
    pub(crate) fn settle(&mut self, id: &Hash, body: &TransactionBody) -> Option<Hash> {
        if self.places.contains_key(id) {
            self.remove(id);
            return None;
        }
        let other = self.queues.get(&body.submitter)?.waiting.get(&body.nonce)?.transaction.body.id();
        self.give_up(other, Dropped::by(&Refusal::Replayed));
        Some(other)
    }

    fn remove(&mut self, id: &Hash) {
        let Some((submitter, nonce)) = self.places.remove(id) else { return };
        let Some(queue) = self.queues.get_mut(&submitter) else { return };
        let Some(Waiting { bytes, member, transaction }) = queue.waiting.remove(&nonce) else { return };
        queue.size.subtract(bytes);
        if queue.waiting.is_empty() {
            self.queues.remove(&submitter);
        }
        self.size.subtract(bytes);
        if let Some(of_member) = self.members.get_mut(&member) {
            of_member.subtract(bytes);
        }
        self.forget_expiry(transaction.body.expiry, id);
    }

    fn forget_expiry(&mut self, expiry: Time, id: &Hash) {
        let second = second(expiry);
        if let Some(expiring) = self.expiries.get_mut(&second) {
            expiring.remove(id);
            if expiring.is_empty() {
                self.expiries.remove(&second);
            }
        }
    }

    /// Takes out a transaction that can't be in any block, and remembers why.
    pub(crate) fn give_up(&mut self, id: Hash, dropped: Dropped) {
        self.remove(&id);
        if self.dropped.insert(id, dropped).is_none() {
            self.dropped_order.push_back(id);
        }
        if self.dropped_order.len() > limits::REMEMBERED_DROPS
            && let Some(oldest) = self.dropped_order.pop_front()
        {
            self.dropped.remove(&oldest);
        }
    }

    /// The waiting transactions that a block at `now` can no longer include.
    pub(crate) fn expired(&self, now: Time) -> Vec<Hash> {
        let expiring = self.expiries.range(..=second(now)).flat_map(|(_, expiring)| expiring);
        let is_expired = |id: &&Hash| self.get(id).is_some_and(|waiting| waiting.body.expiry <= now);
        let mut expired: Vec<Hash> = expiring.filter(is_expired).copied().collect();
        expired.sort_unstable();
        expired
    }

    /// The waiting transaction with this id.
    pub(crate) fn get(&self, id: &Hash) -> Option<&Transaction> {
        let (submitter, nonce) = self.places.get(id)?;
        self.queues.get(submitter)?.waiting.get(nonce).map(|waiting| &*waiting.transaction)
    }

    /// All that waits, in the order of submitters and nonces.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Transaction> {
        self.queues.values().flat_map(|queue| queue.waiting.values()).map(|waiting| &*waiting.transaction)
    }

    /// Why the transaction with this id was dropped.
    pub(crate) fn dropped(&self, id: &Hash) -> Option<&Dropped> {
        self.dropped.get(id)
    }

    /// How much waits.
    pub(crate) fn size(&self) -> PoolSize {
        self.size
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.size.transactions == 0
    }
}

/// The second in which a time lies.
fn second(time: Time) -> u64 {
    time.0 / 1_000
}

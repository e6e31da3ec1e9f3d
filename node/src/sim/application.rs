//! What a chain is for, as the simulator sees it: something that makes, judges and executes blocks.

use sillok_abi::{
    Block, Equivocation, Hash, Header, PublicKey, Time, Transaction, Validator, digest, validators_digest,
};

use crate::consensus::{CertifiedBlock, Stage, Verdict};
pub(crate) use crate::limits::BLOCK_AHEAD_MS as AHEAD_MS;

/// Where a block is to be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The height.
    pub(crate) height: u64,
    /// The round.
    pub(crate) round: u32,
    /// Who proposes it.
    pub(crate) proposer: PublicKey,
}

/// Makes, judges and executes blocks.
pub(crate) trait Application {
    /// A transaction has come.
    fn submit(&mut self, _transaction: &Transaction, _now: Time) {}

    /// Makes a block on top of the last one.
    fn build(&mut self, place: Place, now: Time) -> Block;

    /// Judges a block on top of the last one. Its time is held against the clock if it is proposed for the
    /// first time.
    fn validate(&mut self, block: &Block, stage: Stage, now: Time) -> Verdict;

    /// Executes a decided block.
    fn commit(&mut self, decided: &CertifiedBlock);

    /// The validators of the next block, in the order of their turns.
    fn validators(&self) -> Vec<Validator>;

    /// What all honest nodes have to agree on after a block.
    fn root(&self) -> Hash;

    /// A member was seen to equivocate.
    fn report(&mut self, _evidence: &Equivocation, _now: Time) {}

    /// How many equivocations its blocks have recorded.
    fn offences(&self) -> usize {
        0
    }

    /// How many transactions are in its blocks.
    fn transactions(&self) -> usize {
        0
    }
}

/// The simplest application whose state depends on everything that was ever decided.
#[derive(Clone, Debug)]
pub(crate) struct Chronicle {
    chain: Hash,
    parent: Hash,
    time: Time,
    root: Hash,
    height: u64,
    validators: Vec<Validator>,
    /// Members without a vote, who get one and lose it again.
    reserve: Vec<Validator>,
}

impl Chronicle {
    /// The application before the first block. Members without power are not validators yet.
    pub(crate) fn new(chain: Hash, members: &[Validator]) -> Self {
        let (validators, reserve) = members.iter().cloned().partition(|member| member.power > 0);
        Chronicle { chain, parent: chain, time: Time(0), root: [0; 32], height: 0, validators, reserve }
    }

    /// Changes the set: the order of turns with every third block, and who has a vote with every fifth.
    fn change_validators(&mut self) {
        if self.height.is_multiple_of(3) {
            self.validators.rotate_left(1);
        }
        if self.height.is_multiple_of(5) {
            for member in &self.reserve {
                let place = self.validators.iter().position(|validator| validator.key == member.key);
                match place {
                    Some(place) => drop(self.validators.remove(place)),
                    None => self.validators.push(Validator { key: member.key, power: 1 }),
                }
            }
        }
    }

    /// What a block breaks whoever brings it, but for its time.
    fn is_sound(&self, header: &Header) -> bool {
        header.chain == self.chain
            && header.height == self.height + 1
            && header.parent == self.parent
            && header.state_root == self.root
            && header.time > self.time
            && header.validators == validators_digest(&self.validators)
    }
}

impl Application for Chronicle {
    fn build(&mut self, place: Place, now: Time) -> Block {
        let header = Header {
            chain: self.chain,
            height: place.height,
            round: place.round,
            time: now.max(self.time.plus(1)),
            proposer: place.proposer,
            parent: self.parent,
            transactions_root: Block::transactions_root(&[]),
            state_root: self.root,
            receipts_root: [0; 32],
            validators: validators_digest(&self.validators),
            // Its sets change at once: the driver leaves that to the application.
            next_validators: [0; 32],
        };
        Block { header, transactions: Vec::new() }
    }

    fn validate(&mut self, block: &Block, stage: Stage, now: Time) -> Verdict {
        let header = &block.header;
        if Block::transactions_root(&block.transactions) != header.transactions_root {
            return Verdict::Forged;
        }
        let timely = stage != Stage::Fresh || header.time <= now.plus(AHEAD_MS);
        if self.is_sound(header) && timely { Verdict::Valid } else { Verdict::Invalid }
    }

    fn commit(&mut self, decided: &CertifiedBlock) {
        let (block, id) = (&decided.block, decided.certificate.block);
        self.root = digest("sim/state", &(self.root, id));
        (self.parent, self.time, self.height) = (id, block.header.time, block.header.height);
        self.change_validators();
    }

    fn validators(&self) -> Vec<Validator> {
        self.validators.clone()
    }

    fn root(&self) -> Hash {
        self.root
    }
}

//! What must never happen, and what has to: the checkers. They see everything, and have a memory that no
//! crash touches.

use std::collections::{BTreeMap, BTreeSet};

use sillok_abi::{Hash, PublicKey, SignedProposal, SignedVote, Time, VoteKind};

use super::application::{AHEAD_MS, Application};
use super::signatures::Keys;
use crate::consensus::{CertifiedBlock, Stage, Verdict};

/// What a checker found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Violation {
    /// Two honest nodes decided different blocks.
    Disagreement {
        /// The height.
        height: u64,
    },
    /// A block was decided that breaks a rule.
    InvalidBlock {
        /// The height.
        height: u64,
    },
    /// A block was decided whose time was far ahead.
    UntimelyBlock {
        /// The height.
        height: u64,
    },
    /// A certificate does not hold.
    FalseCertificate {
        /// The height.
        height: u64,
    },
    /// Two honest nodes came to different states.
    OtherState {
        /// The height.
        height: u64,
    },
    /// An honest node signed two things that exclude each other.
    Equivocation {
        /// The node.
        node: usize,
        /// The height.
        height: u64,
        /// The round.
        round: u32,
    },
    /// An honest node voted for a block that it has not stored.
    VoteWithoutBody {
        /// The node.
        node: usize,
    },
    /// An honest node sent something that it has not logged.
    NotLogged {
        /// The node.
        node: usize,
    },
    /// A node came back without a block that it had committed.
    LostBlock {
        /// The node.
        node: usize,
        /// The height.
        height: u64,
    },
    /// An honest node halted without reason.
    Halted {
        /// The node.
        node: usize,
        /// Why.
        why: String,
    },
    /// An honest node with a damaged log did not halt.
    SignedOnDamage {
        /// The node.
        node: usize,
    },
    /// Evidence that does not hold, or names an honest node.
    FalseEvidence,
    /// An honest node blamed an honest one.
    FalseBlame {
        /// Who was blamed.
        node: usize,
    },
    /// The consensus core failed at an input.
    Anomaly(String),
    /// The honest nodes did not decide in time after everything had healed.
    Stalled {
        /// The height that they had to reach.
        target: u64,
        /// Where they are.
        heights: Vec<u64>,
    },
}

/// A place at which one thing is signed: who, what, height and round.
type SigningPlace = (usize, Option<VoteKind>, u64, u32);

/// The checkers.
pub(crate) struct Checks {
    chain: Hash,
    keys: Keys,
    /// Whether certificates are checked.
    pub(crate) certificates: bool,
    oracle: Box<dyn Application>,
    decided: BTreeMap<u64, Hash>,
    roots: BTreeMap<u64, Hash>,
    signed: BTreeMap<SigningPlace, (Option<Hash>, Option<u32>)>,
    /// Who was proven to equivocate.
    pub(crate) proven: BTreeSet<PublicKey>,
    /// The first thing that was found.
    pub(crate) found: Option<Violation>,
}

impl Checks {
    /// Checkers that judge blocks by this application, which nothing is planted in.
    pub(crate) fn new(chain: Hash, keys: Keys, oracle: Box<dyn Application>) -> Self {
        Checks {
            chain,
            keys,
            certificates: true,
            oracle,
            decided: BTreeMap::new(),
            roots: BTreeMap::new(),
            signed: BTreeMap::new(),
            proven: BTreeSet::new(),
            found: None,
        }
    }

    /// Notes a violation; the first counts.
    pub(crate) fn violated(&mut self, violation: Violation) {
        self.found.get_or_insert(violation);
    }

    /// An honest node commits a block. `latest` is the latest time that any honest clock shows.
    pub(crate) fn committed(&mut self, decided: &CertifiedBlock, latest: Time) {
        let (height, id) = (decided.block.header.height, decided.block.header.id());
        match self.decided.get(&height) {
            Some(other) if *other != id => self.violated(Violation::Disagreement { height }),
            Some(_) => {}
            None => self.first_committed(decided, id, latest),
        }
    }

    fn first_committed(&mut self, decided: &CertifiedBlock, id: Hash, latest: Time) {
        let CertifiedBlock { block, certificate } = decided;
        let height = block.header.height;
        let is_vote =
            |key: &PublicKey, message: &Hash, given: &[u8; 64]| self.keys.verify(key, message, given);
        let validators = self.oracle.validators();
        if self.certificates && certificate.check(&self.chain, &validators, height, &id, is_vote).is_err() {
            self.violated(Violation::FalseCertificate { height });
        }
        if self.oracle.validate(block, Stage::Old, latest) != Verdict::Valid {
            self.violated(Violation::InvalidBlock { height });
        }
        if block.header.time > latest.plus(AHEAD_MS) {
            self.violated(Violation::UntimelyBlock { height });
        }
        if self.found.is_none() {
            self.oracle.commit(decided);
        }
        self.decided.insert(height, id);
    }

    /// How many transactions were decided.
    pub(crate) fn transactions(&self) -> usize {
        self.oracle.transactions()
    }

    /// How many equivocations decided blocks have recorded.
    pub(crate) fn offences(&self) -> usize {
        self.oracle.offences()
    }

    /// An honest node has executed a block.
    pub(crate) fn executed(&mut self, height: u64, root: Hash) {
        if *self.roots.entry(height).or_insert(root) != root {
            self.violated(Violation::OtherState { height });
        }
    }

    /// An honest node sends a vote of its own.
    pub(crate) fn voted(&mut self, node: usize, signed: &SignedVote) {
        let vote = &signed.vote;
        self.signed_once((node, Some(vote.kind), vote.height, vote.round), (vote.block, None));
    }

    /// An honest node sends a proposal of its own.
    pub(crate) fn proposed(&mut self, node: usize, signed: &SignedProposal) {
        let proposal = &signed.proposal;
        let place = (node, None, proposal.height, proposal.round);
        self.signed_once(place, (Some(proposal.block), proposal.pol_round));
    }

    fn signed_once(&mut self, place: SigningPlace, content: (Option<Hash>, Option<u32>)) {
        if *self.signed.entry(place).or_insert(content) != content {
            let (node, _, height, round) = place;
            self.violated(Violation::Equivocation { node, height, round });
        }
    }
}

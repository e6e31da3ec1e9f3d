//! Members that break the rules.
//!
//! Each runs a driver like everybody else; what it says is changed on its way out, by its habits. It signs
//! with its own key only, as nobody can forge another's.

use std::sync::Arc;

use codec::Encode;
use sillok_abi::{
    Account, Block, Call, ContractId, Hash, SignedProposal, SignedVote, Time, Transaction, TransactionBody,
};

use super::network::Packet;
use super::options::Habits;
use super::world::World;
use crate::consensus::{CertifiedBlock, Message, Peer, To};

impl World {
    fn habits(&self, node: usize) -> Habits {
        self.options.members[node].unwrap_or_default()
    }

    /// Sends a message, or something else in its place.
    pub(super) fn misbehave(&mut self, node: usize, to: To, message: Message) {
        let habits = self.habits(node);
        if habits.silent {
            return;
        }
        let own = self.keys.public(node);
        match message {
            Message::Vote(signed) if habits.double_votes && signed.vote.validator == own => {
                self.double_vote(node, signed);
            }
            Message::Proposal(signed)
                if signed.proposal.proposer == own && signed.proposal.pol_round.is_none() =>
            {
                self.bad_proposal(node, to, signed);
            }
            Message::Status(mut status) if habits.lying_status => {
                status.height += self.random.below(1_000);
                self.route(node, to, &Packet::Message(Message::Status(status).encode()));
            }
            other => self.route(node, to, &Packet::Message(other.encode())),
        }
    }

    /// Votes for one block or another, or none, as each peer's turn comes.
    fn double_vote(&mut self, node: usize, signed: SignedVote) {
        let mut choices: Vec<Option<Hash>> = vec![signed.vote.block, None];
        choices
            .extend(self.known_blocks(node, signed.vote.height).iter().map(|block| Some(block.header.id())));
        for to in (0..self.nodes.len()).filter(|to| *to != node) {
            let mut vote = signed.vote.clone();
            vote.block = choices[self.random.index(choices.len())];
            let signature = self.keys.of(node).sign(&vote.digest(&self.chain));
            let message = Message::Vote(SignedVote { vote, signature });
            self.send(node, to, Packet::Message(message.encode()));
        }
    }

    /// The blocks of a height that a node has or has made.
    fn known_blocks(&self, node: usize, height: u64) -> Vec<Arc<Block>> {
        let state = &self.nodes[node];
        let all = state.disk.bodies.values().chain(state.mischief.blocks.values());
        all.filter(|block| block.header.height == height).cloned().collect()
    }

    /// Proposes something that no honest node would, or different things to different peers.
    fn bad_proposal(&mut self, node: usize, to: To, signed: SignedProposal) {
        let habits = self.habits(node);
        let honest = self.nodes[node].disk.block(&signed.proposal.block);
        let Some(honest) = honest else { return };
        let mut variants = vec![honest.clone()];
        if habits.double_proposals {
            variants.push(self.variant(node, &honest, |block, random| block.header.time.0 += 1 + random));
        }
        if habits.invalid_blocks {
            variants.push(self.variant(node, &honest, |block, _| block.header.state_root[0] ^= 1));
            variants.push(self.variant(node, &honest, |block, _| block.header.parent[0] ^= 1));
        }
        if habits.untimely_blocks {
            let far =
                |block: &mut Block, random| block.header.time = Time(block.header.time.0 + 1_500 + random);
            variants.push(self.variant(node, &honest, far));
            let older = self.known_blocks(node, honest.header.height);
            variants.extend(older.into_iter().filter(|block| block.header.round < honest.header.round));
        }
        let one_for_all = self.random.chance(500);
        let chosen = self.random.index(variants.len());
        for peer in (0..self.nodes.len()).filter(|peer| *peer != node) {
            if matches!(to, To::One(one) if one.0 as usize != peer) {
                continue;
            }
            let at = if one_for_all { chosen } else { self.random.index(variants.len()) };
            self.propose_to(node, peer, &signed, variants[at].clone());
        }
    }

    fn propose_to(&mut self, node: usize, peer: usize, signed: &SignedProposal, block: Arc<Block>) {
        let mut proposal = signed.proposal.clone();
        proposal.block = block.header.id();
        let signature = self.keys.of(node).sign(&proposal.digest(&self.chain));
        let message = Message::Proposal(SignedProposal { proposal, signature });
        self.send(node, peer, Packet::Message(message.encode()));
        self.hand_out(node, To::One(Peer(peer as u64)), block);
    }

    fn variant(&mut self, node: usize, block: &Block, change: impl Fn(&mut Block, u64)) -> Arc<Block> {
        let mut variant = block.clone();
        let random = self.random.below(1_000);
        change(&mut variant, random);
        let variant = Arc::new(variant);
        let kept = &mut self.nodes[node].mischief.blocks;
        kept.retain(|_, kept| kept.header.height + 2 > variant.header.height);
        kept.insert(variant.header.id(), variant.clone());
        variant
    }

    /// Hands out a block, or not, or something else that has its id.
    pub(super) fn hand_out(&mut self, node: usize, to: To, block: Arc<Block>) {
        let habits = self.habits(node);
        if habits.silent || (habits.withholds && self.random.chance(700)) {
            return;
        }
        let block = if habits.forged_blocks && self.random.chance(500) { forge(&block) } else { block };
        self.route(node, to, &Packet::Block(block));
    }

    /// Answers who asks for decided blocks.
    pub(super) fn falsify(
        &mut self,
        node: usize,
        height: u64,
        blocks: Vec<CertifiedBlock>,
    ) -> Vec<CertifiedBlock> {
        let habits = self.habits(node);
        if habits.silent {
            return Vec::new();
        }
        if habits.forged_blocks && self.random.chance(500) {
            let forged =
                |block: &CertifiedBlock| CertifiedBlock { block: forge(&block.block), ..block.clone() };
            return blocks.iter().map(forged).collect();
        }
        if !habits.false_certificates {
            return blocks;
        }
        let Some(stale) = self.nodes[node].disk.chain.last().cloned() else { return blocks };
        self.false_certificates(node, height, stale, blocks)
    }

    fn false_certificates(
        &mut self,
        node: usize,
        height: u64,
        mut stale: CertifiedBlock,
        mut blocks: Vec<CertifiedBlock>,
    ) -> Vec<CertifiedBlock> {
        match self.random.below(4) {
            // The last decided block, as if it were the one that was asked for.
            0 => {
                stale.certificate.height = height;
                vec![stale]
            }
            // Another block under a certificate that holds.
            1 => {
                for decided in &mut blocks {
                    let other =
                        self.variant(node, &decided.block, |block, random| block.header.time.0 += random + 1);
                    decided.block = other;
                }
                blocks
            }
            // Another block, and what were votes for the right one.
            2 => {
                for decided in &mut blocks {
                    let other =
                        self.variant(node, &decided.block, |block, random| block.header.time.0 += random + 1);
                    decided.certificate.block = other.header.id();
                    decided.block = other;
                }
                blocks
            }
            // One signature for all, and the signer's own.
            _ => {
                for decided in &mut blocks {
                    decided.certificate.signatures.truncate(1);
                }
                blocks
            }
        }
    }
}

/// A block with the same id and other transactions.
pub(super) fn forge(block: &Block) -> Arc<Block> {
    let mut forged = block.clone();
    let body = TransactionBody {
        chain: block.header.chain,
        submitter: Account::Key([3; 32]),
        nonce: 1,
        expiry: Time(u64::MAX),
        gas_limit: 1,
        call: Call { contract: ContractId([4; 32]), method: "mint".into(), args: Vec::new() },
        authorisations: Vec::new(),
    };
    forged.transactions.push(Transaction { body, credential: sillok_abi::Credential::Sr25519([5; 64]) });
    Arc::new(forged)
}

//! The driver: the consensus core, fed with inputs, its effects collected.
//!
//! One thread owns it. It has no clock, draws no randomness but for signatures, does no I/O and waits for
//! nothing: the same inputs lead to the same effects. Invariant: a height ends only with
//! [`Input::Committed`], and what a step signed is in its effects behind the entry that logs it.

mod blocks;
mod replay;
mod sync;
#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;
use std::time::Duration;

use malachite::{Error as CoreError, Input as CoreInput, Params, State};
use malachite_types::{Round, ThresholdParam, ThresholdParams, Timeout, ValuePayload, VoteExtensionPolicy};
use sillok_abi::{Hash, PublicKey, SignedProposal, Validator, validators_digest};

use super::context::{Address, Height, Sillok};
use super::convert::{polka_to_core, round_to_core, signed_proposal_to_core, signed_vote_to_core};
use super::effect::{Effect, Halt, Input, Peer, To};
use super::guard::Guard;
use super::host::Host;
use super::inputs::timeout_of;
use super::log::Step;
use super::members::Members;
use super::message::{Message, Status};
use super::peers::Peers;
use super::timeouts::{Purpose, Timeouts, TimerId};
use super::validator::Signatures;
use super::verify::Verifier;
use crate::limits;
pub(crate) use replay::Start;
pub(crate) use view::{Ballot, Seat, View};

/// What a driver needs to know.
#[derive(Clone)]
pub(crate) struct Config {
    /// The chain: its genesis hash.
    pub(crate) chain: Hash,
    /// This node's key, and how others' signatures are checked.
    pub(crate) signatures: Arc<dyn Signatures>,
    /// How long steps may take.
    pub(crate) timeouts: Timeouts,
    /// The first height at which this node votes if it is a validator; 0 but for one whose log is lost. What
    /// that has signed at the height after its last block nobody knows, so it must not sign there again.
    pub(crate) votes_from: u64,
    /// More than this fraction of the power decides: [`Config::QUORUM`]. Only tests have a reason for another:
    /// to see it fail.
    pub(crate) quorum: (u64, u64),
}

impl Config {
    /// Two thirds, above which two quorums have an honest validator in common.
    pub(crate) const QUORUM: (u64, u64) = (2, 3);
}

/// What the driver does at its height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// There is nothing to decide.
    Idle,
    /// Rounds go on.
    Deciding,
    /// It is decided; the block is being committed.
    Committing,
}

/// Consensus of one node.
pub(crate) struct Driver {
    core: State<Sillok>,
    host: Host,
    peers: Peers,
    chain: Hash,
    key: PublicKey,
    votes_from: u64,
    height: u64,
    validators: Hash,
    phase: Phase,
}

impl Driver {
    /// A driver that is to decide `height` by these validators. Nothing runs yet.
    fn new(config: &Config, height: u64, validators: &[Validator], guard: Guard) -> Result<Self, Halt> {
        let members = Members::new(validators).map_err(|error| Halt::Validators { height, error })?;
        let key = config.signatures.key();
        let params = Params {
            address: Address(key),
            threshold_params: thresholds(config.quorum),
            // With parts: "proposal only" would take every block for valid unasked.
            value_payload: ValuePayload::ProposalAndParts,
            enabled: true,
        };
        // The core is a height behind while there is nothing to decide.
        let (ahead, messages) = (limits::FUTURE_HEIGHTS as usize + 1, limits::FUTURE_MESSAGES);
        let core = State::new(Sillok, Height(height), members.clone(), params, ahead, messages);
        let verifier = Verifier::new(config.chain, config.signatures.clone());
        let host = Host::new(verifier, guard, (height, members), config.timeouts, key);
        let (peers, validators) = (Peers::default(), validators_digest(validators));
        let (chain, votes_from) = (config.chain, config.votes_from);
        Ok(Driver { core, host, peers, chain, key, votes_from, height, validators, phase: Phase::Idle })
    }

    /// The height that is being decided, or will be next.
    pub(crate) fn height(&self) -> u64 {
        self.height
    }

    /// Whether there is nothing to decide yet.
    pub(crate) fn is_idle(&self) -> bool {
        self.phase == Phase::Idle
    }

    /// The round; 0 if none has begun.
    pub(crate) fn round(&self) -> u32 {
        self.host.round
    }

    /// How many blocks a peer claims to have that this node has not.
    pub(crate) fn behind(&self) -> u64 {
        self.peers.highest().saturating_sub(self.height)
    }

    /// Whose turn it is, at this height, in this round.
    pub(crate) fn proposer(&self, round: u32) -> PublicKey {
        self.host.members.proposer(self.height, round).0
    }

    /// Takes an input, and says what is to be done, in order.
    ///
    /// # Errors
    /// If the node has to halt. Nothing of this step may get out then.
    pub(crate) fn step(&mut self, input: Input) -> Result<Vec<Effect>, Halt> {
        match input {
            Input::Begin => self.begin(),
            Input::Message { from, message } => self.on_message(from, message),
            Input::Block { from, block } => self.on_block(from, block),
            Input::Blocks { from, blocks } => self.on_blocks(from, blocks),
            Input::Built { block } => self.on_built(block)?,
            Input::Validated { block, verdict } => self.on_validated(&block, verdict),
            Input::Committed { height, validators } => self.on_committed(height, &validators)?,
            Input::Timer(timer) => self.on_timer(timer),
            Input::Connected { peer, validator } => {
                self.host.present.comes(peer, validator);
                self.report_to(To::One(peer));
            }
            Input::Disconnected(peer) => {
                self.host.goes(peer);
                self.peers.forget(peer);
                self.host.bodies.forget_peer(peer);
            }
        }
        self.finish()
    }

    fn finish(&mut self) -> Result<Vec<Effect>, Halt> {
        match self.host.halt.take() {
            Some(halt) => Err(halt),
            None => Ok(self.host.out.take(self.height)),
        }
    }

    /// Feeds the core, and then has judged what it turned out to want and came early.
    fn feed(&mut self, input: CoreInput<Sillok>) {
        let (core, host) = (&mut self.core, &mut self.host);
        let result: Result<(), CoreError<Sillok>> = malachite::process!(
            input: input,
            state: core,
            metrics: &(),
            with: effect => Ok::<_, CoreError<Sillok>>(host.answer(effect))
        );
        if let Err(error) = result {
            self.host.note(&error);
        }
        if self.host.decided && self.phase == Phase::Deciding {
            self.phase = Phase::Committing;
        }
        while let Some((id, from, block)) = self.host.found.pop() {
            self.judge(id, block, from);
        }
    }

    /// Begins the height, unless it has begun.
    fn begin(&mut self) {
        if self.phase != Phase::Idle {
            return;
        }
        self.phase = Phase::Deciding;
        self.core.params.enabled = self.height >= self.votes_from;
        let members = self.host.members.clone();
        let (target_time, extensions) = (None, VoteExtensionPolicy::Disabled);
        self.feed(CoreInput::StartHeight(Height(self.height), members, false, target_time, extensions));
    }

    fn on_message(&mut self, from: Peer, message: Message) {
        if let Message::Status(status) = message {
            return self.on_status(from, status);
        }
        // What is far ahead can be checked by nothing, and is not kept.
        if message.height() > self.farthest() {
            return;
        }
        if self.phase == Phase::Idle && message.height() == self.height && self.is_member_signed(&message) {
            self.begin();
        }
        match message {
            Message::Vote(signed) => self.feed(CoreInput::Vote(signed_vote_to_core(&signed))),
            Message::Proposal(signed) => {
                if self.takes_proposal(&signed) {
                    self.feed(CoreInput::Proposal(signed_proposal_to_core(&signed)));
                }
            }
            // The core can't take certificates before its first round. Who sent them sends them again.
            Message::Polka(_) | Message::Round(_) if self.phase == Phase::Idle => {}
            Message::Polka(polka) => self.feed(CoreInput::PolkaCertificate(polka_to_core(&polka))),
            Message::Round(round) => self.feed(CoreInput::RoundCertificate(round_to_core(&round))),
            Message::Status(_) => {}
        }
    }

    /// The last height of which anything is kept for later.
    fn farthest(&self) -> u64 {
        self.height.saturating_add(limits::FUTURE_HEIGHTS)
    }

    /// Whether a vote or proposal is signed by a member: only then a height begins for it.
    fn is_member_signed(&mut self, message: &Message) -> bool {
        let host = &mut self.host;
        match message {
            Message::Vote(signed) => {
                host.members.power_of(&signed.vote.validator).is_some()
                    && host.verifier.is_vote_signed(&signed.vote, &signed.signature)
            }
            Message::Proposal(signed) => {
                host.members.power_of(&signed.proposal.proposer).is_some()
                    && host.verifier.is_proposal_signed(&signed.proposal, &signed.signature)
            }
            Message::Polka(_) | Message::Round(_) | Message::Status(_) => false,
        }
    }

    /// A proposal that claims to be the first of its block must name a block of its own round. One that
    /// names an older block, whose time was not held against the clock, is not taken.
    fn takes_proposal(&mut self, signed: &SignedProposal) -> bool {
        let proposal = &signed.proposal;
        let near = proposal.round <= self.host.round.saturating_add(limits::FUTURE_ROUNDS);
        let first = proposal.height == self.height && proposal.pol_round.is_none() && near;
        let proposer = self.host.members.proposer(proposal.height, proposal.round);
        if !first || proposer != Address(proposal.proposer) {
            return true;
        }
        if !self.host.verifier.is_proposal_signed(proposal, &signed.signature) {
            return false;
        }
        self.host.bodies.claim_fresh(proposal.block, proposal.round)
    }

    fn on_committed(&mut self, height: u64, validators: &[Validator]) -> Result<(), Halt> {
        if height != self.height || self.phase != Phase::Committing {
            return Err(Halt::Unexpected("a block was committed that was not decided"));
        }
        let next = height + 1;
        self.host.members =
            Members::new(validators).map_err(|error| Halt::Validators { height: next, error })?;
        self.validators = validators_digest(validators);
        (self.height, self.phase) = (next, Phase::Idle);
        self.host.leave_height(height);
        self.sync();
        Ok(())
    }

    fn on_timer(&mut self, timer: TimerId) {
        match self.host.timers.fire(timer) {
            None => {}
            Some(Purpose::Step(step, round)) => {
                if step == Step::Propose {
                    self.fetch_wanted();
                }
                self.feed(CoreInput::TimeoutElapsed(timeout_of(step, round)));
            }
            Some(Purpose::Repeat(round)) => {
                self.feed(CoreInput::TimeoutElapsed(Timeout::rebroadcast(Round::new(round))));
            }
            Some(Purpose::Status) => {
                self.host.present.settle();
                self.report_to(To::All);
                self.fetch_wanted();
                self.begin_reports();
                self.sync();
            }
            Some(Purpose::Request) => {
                // Whoever did not answer is asked again once it says where it is.
                if let Some(peer) = self.peers.end_request() {
                    self.peers.forget(peer);
                }
                self.sync();
            }
        }
    }

    /// Begins to report where this node is.
    fn begin_reports(&mut self) {
        let timer = self.host.timers.start(Purpose::Status);
        let after = Duration::from_millis(self.host.timeouts.status_ms);
        self.host.out.push(Effect::SetTimer { timer, after });
    }

    fn report_to(&mut self, to: To) {
        let status = Status { height: self.height, round: self.round() };
        self.host.out.push(Effect::Send { to, message: Message::Status(status) });
    }
}

/// What decides, and what holds an honest validator: more than a third.
fn thresholds((numerator, denominator): (u64, u64)) -> ThresholdParams {
    let quorum = ThresholdParam::new(numerator, denominator);
    ThresholdParams { quorum, ..ThresholdParams::default() }
}

//! Answers the core's effects: signs, verifies, logs, and turns the rest into effects of ours.
//!
//! Invariant: nothing here waits. What takes time becomes an effect, and its answer an input.

mod signing;

use std::sync::Arc;

use malachite::{
    Effect as CoreEffect, Error as CoreError, LivenessMsg, MisbehaviorEvidence, PeerId, Resumable, Resume,
    SignedConsensusMsg, VoteExtensionError,
};
use malachite_types::{CommitCertificate, ExtendedCommitCertificate, Round, ValueResponse};
use sillok_abi::{Block, Equivocation, Hash, PublicKey};

use super::bodies::Bodies;
use super::context::{Height, Sillok};
use super::convert::{
    CoreSignedProposal, certificate_from_core, polka_from_core, round_from_core, round_number,
    signed_proposal_from_core, signed_vote_from_core,
};
use super::effect::{Effect, Halt, Offence, Peer, Stage, To};
use super::guard::Guard;
use super::log::{Entry, Step};
use super::members::Members;
use super::message::Message;
use super::outbox::Outbox;
use super::present::Present;
use super::timeouts::{Timeouts, Timers};
use super::verify::Verifier;

type Answer = Resume<Sillok>;

/// A block that came with its certificate.
#[derive(Clone, Debug)]
pub(super) struct Certified {
    pub(super) block: Arc<Block>,
    pub(super) id: Hash,
    /// The round in which it was decided.
    pub(super) round: u32,
    pub(super) from: Peer,
    /// Whether it was found valid: until then another body of the same id may be the right one.
    pub(super) valid: bool,
}

/// What the core's effects need, and what they come to.
pub(super) struct Host {
    pub(super) verifier: Verifier,
    pub(super) guard: Guard,
    pub(super) members: Members,
    pub(super) timeouts: Timeouts,
    pub(super) timers: Timers,
    pub(super) bodies: Bodies,
    pub(super) out: Outbox,
    pub(super) halt: Option<Halt>,
    /// The block that is being taken from a peer with its certificate.
    pub(super) certified: Option<Certified>,
    /// Whether inputs come from the log: what they say is in it already.
    pub(super) replaying: bool,
    /// What was signed while replaying: the log ended before it.
    signed_in_replay: Vec<Entry>,
    /// A block that the core asked for when it was not known yet whether it is wanted: while replaying, as the log may
    /// have one, or when a block came with a certificate, which decides the height if it holds.
    pub(super) build_later: Option<(u64, u32)>,
    /// Whether the height is decided.
    pub(super) decided: bool,
    /// The height that is to be decided.
    pub(super) height: u64,
    /// The round that the core is in; 0 before the first.
    pub(super) round: u32,
    /// Which validators are connected.
    pub(super) present: Present,
    /// Blocks that came early and turned out to be wanted, with who brought them.
    pub(super) found: Vec<(Hash, Peer, Arc<Block>)>,
}

impl Host {
    pub(super) fn new(
        verifier: Verifier,
        guard: Guard,
        (height, members): (u64, Members),
        timeouts: Timeouts,
        key: PublicKey,
    ) -> Self {
        Host {
            verifier,
            guard,
            members,
            timeouts,
            timers: Timers::default(),
            bodies: Bodies::default(),
            out: Outbox::default(),
            halt: None,
            certified: None,
            replaying: false,
            signed_in_replay: Vec::new(),
            build_later: None,
            decided: false,
            height,
            round: 0,
            present: Present::new(key),
            found: Vec::new(),
        }
    }

    /// What was signed while replaying is logged by now.
    pub(super) fn end_replay(&mut self) {
        self.replaying = false;
        self.signed_in_replay.clear();
    }

    /// Forgets what is of a height that is over.
    pub(super) fn leave_height(&mut self, height: u64) {
        self.verifier.forget();
        self.guard = Guard::default();
        self.timers.cancel_rounds();
        self.bodies.forget(height);
        self.out.forget_entries();
        self.certified = None;
        self.build_later = None;
        (self.decided, self.round, self.height) = (false, 0, height + 1);
    }

    /// Answers an effect of the core. There is no error: the core can't go on without an answer, so what
    /// must not happen is noted in `halt`, and nothing of the step gets out.
    pub(super) fn answer(&mut self, effect: CoreEffect<Sillok>) -> Answer {
        match effect {
            CoreEffect::SignVote(vote, resume) => resume.resume_with(self.sign_vote(vote)),
            CoreEffect::SignProposal(proposal, resume) => resume.resume_with(self.sign_proposal(proposal)),
            CoreEffect::VerifySignature(signed, _, resume) => {
                resume.resume_with(self.is_signed(&signed.message, &signed.signature))
            }
            CoreEffect::VerifyCommitCertificate(certificate, members, thresholds, resume) => {
                resume.resume_with(self.verifier.check_commit(&certificate, &members, thresholds))
            }
            CoreEffect::VerifyExtendedCommitCertificate(certificate, members, thresholds, _, resume) => {
                let certificate = certificate.trim_vote_extensions();
                resume.resume_with(self.verifier.check_commit(&certificate, &members, thresholds))
            }
            CoreEffect::VerifyPolkaCertificate(certificate, members, thresholds, resume) => {
                resume.resume_with(self.verifier.check_polka(&certificate, &members, thresholds))
            }
            CoreEffect::VerifyRoundCertificate(certificate, members, thresholds, resume) => {
                resume.resume_with(self.verifier.check_round(&certificate, &members, thresholds))
            }
            // Votes have no extensions: the policy of every height says so.
            CoreEffect::ExtendVote(.., resume) => resume.resume_with(None),
            CoreEffect::VerifyVoteExtension(.., resume) => {
                resume.resume_with(Err(VoteExtensionError::InvalidVoteExtension))
            }
            order => {
                self.obey(order);
                Resume::Continue
            }
        }
    }

    /// Effects that want no answer.
    fn obey(&mut self, effect: CoreEffect<Sillok>) {
        match effect {
            CoreEffect::CancelAllTimeouts(_) => self.timers.cancel_rounds(),
            CoreEffect::CancelTimeout(timeout, _) => self.cancel(timeout),
            CoreEffect::ScheduleTimeout(timeout, _) => self.schedule(timeout),
            CoreEffect::StartRound(height, round, proposer, _, _) => {
                let (height, round, proposer) = (height.0, round_number(round), proposer.0);
                self.round = round;
                self.out.push(Effect::Round { height, round, proposer });
            }
            CoreEffect::GetValue(height, round, _, _) => self.build(height, round),
            CoreEffect::Decide(certificate, ..) => self.decide(&certificate),
            CoreEffect::Finalize(_, _, evidence, _) => self.report(evidence),
            CoreEffect::WalAppend(_, input, _) => self.log(&input),
            CoreEffect::CertVerifiedSyncValue(..) => self.judge_certified(),
            CoreEffect::CertRejectedSyncValue(..) => self.reject_certified(),
            CoreEffect::RestreamProposal(.., block, _) => {
                self.out.push(Effect::SendBlock { to: To::All, block: block.0 });
            }
            message => self.send(message),
        }
    }

    /// Effects that say something to others.
    fn send(&mut self, effect: CoreEffect<Sillok>) {
        let message = match effect {
            CoreEffect::PublishConsensusMsg(SignedConsensusMsg::Proposal(proposal), _) => {
                return self.propose(&proposal);
            }
            CoreEffect::PublishConsensusMsg(SignedConsensusMsg::Vote(vote), _)
            | CoreEffect::PublishLivenessMsg(LivenessMsg::Vote(vote), _)
            | CoreEffect::RepublishVote(vote, _) => Message::Vote(signed_vote_from_core(&vote)),
            // Of a height that others have decided nobody needs to know how it came to its rounds: who is there still
            // is sent the block.
            CoreEffect::PublishLivenessMsg(LivenessMsg::SkipRoundCertificate(_), _)
            | CoreEffect::RepublishRoundCertificate(..)
                if self.certified.is_some() =>
            {
                return;
            }
            CoreEffect::PublishLivenessMsg(LivenessMsg::PolkaCertificate(polka), _) => {
                Message::Polka(polka_from_core(&polka))
            }
            CoreEffect::PublishLivenessMsg(LivenessMsg::SkipRoundCertificate(round), _)
            | CoreEffect::RepublishRoundCertificate(round, _) => Message::Round(round_from_core(&round)),
            _ => return,
        };
        self.out.send(To::All, message);
    }

    fn propose(&mut self, proposal: &CoreSignedProposal) {
        let signed = signed_proposal_from_core(proposal);
        let (block, pol_round) = (signed.proposal.block, signed.proposal.pol_round);
        self.out.send(To::All, Message::Proposal(signed));
        // A block that had a polka before was sent again before its proposal.
        if pol_round.is_none() {
            self.out.push(Effect::SendBlock { to: To::All, block });
        }
    }

    fn build(&mut self, height: Height, round: Round) {
        let round = round_number(round);
        if self.replaying || self.certified.is_some() {
            self.build_later = Some((height.0, round));
            return;
        }
        let within = self.timeouts.of_step(Step::Propose, round);
        self.out.push(Effect::Build { height: height.0, round, within });
    }

    /// Has the block judged that came with its certificate, unless another body of its id is being judged.
    pub(super) fn judge_certified(&mut self) {
        let Some(certified) = &self.certified else { return };
        let (id, block, from) = (certified.id, certified.block.clone(), certified.from);
        if self.bodies.judge(id, block.clone(), from) {
            self.out.push(Effect::Validate { block, stage: Stage::Decided });
        }
    }

    fn reject_certified(&mut self) {
        if let Some(certified) = self.certified.take() {
            let offence = Offence::FalseCertificate;
            self.out.push(Effect::Blame { peer: certified.from, offence });
        }
    }

    fn decide(&mut self, certificate: &CommitCertificate<Sillok>) {
        let certificate = certificate_from_core(certificate);
        // If the core has decided before this body was judged, it knew the block, and the body is stored.
        let certified = self.certified.take();
        let certified = certified.filter(|certified| certified.valid && certified.id == certificate.block);
        let body = certified.map(|certified| certified.block);
        self.decided = true;
        self.out.push(Effect::Commit { certificate, body });
    }

    fn report(&mut self, evidence: MisbehaviorEvidence<Sillok>) {
        for (_, pairs) in evidence.votes {
            for (one, other) in pairs {
                let [one, other] = [one, other].map(|vote| signed_vote_from_core(&vote));
                self.out.push(Effect::Evidence(Equivocation::Votes(one, other)));
            }
        }
        for (_, pairs) in evidence.proposals.iter() {
            for (one, other) in pairs {
                let [one, other] = [one, other].map(signed_proposal_from_core);
                self.out.push(Effect::Evidence(Equivocation::Proposals(one, other)));
            }
        }
    }

    /// An error of the core. What would make it sign something wrong stops the node; the rest, such as a
    /// certificate that it has forgotten, costs a round at most.
    pub(super) fn note(&mut self, error: &CoreError<Sillok>) {
        match error {
            CoreError::ReplayDivergence(..)
            | CoreError::UnexpectedResume(..)
            | CoreError::WalCorrupted(_) => {
                self.halt.get_or_insert_with(|| Halt::Replay(error.to_string()));
            }
            _ => self.out.push(Effect::Anomaly(error.to_string())),
        }
    }
}

/// What the core is told of a certified block; it passes the bytes and the peer back, which we have.
pub(super) fn value_response(
    certificate: ExtendedCommitCertificate<Sillok>,
) -> Option<ValueResponse<Sillok>> {
    // The shortest peer id there is: identity, of no bytes.
    let peer = PeerId::from_bytes(&[0, 0]).ok()?;
    Some(ValueResponse::new(peer, Default::default(), certificate))
}

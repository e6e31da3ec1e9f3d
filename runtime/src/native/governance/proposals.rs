//! Proposals: made, voted on, withdrawn, decided.
//!
//! Invariant: a proposal passes when those who are for it have more than two thirds of the power that there
//! is at that moment. Nobody's vote counts who is no validator then.

use codec::Encode;
use sillok_abi::TrapCode;
use sillok_abi::governance::{Action, ActionFailure, Ballot, NewProposal, Proposal, Status, Tally};
use sillok_abi::native::GOVERNANCE;

use super::apply::{Purpose, apply_all, changes_set};
use super::error::{Code, Done, Undone, require};
use super::records::{
    OpenProposal, OpenProposals, due_key, open_key, proposal_key, read, read_certain, set_key, write,
};
use super::set::ValidatorSet;
use super::{chain, emit, nodes};
use crate::execution::{CallEnd, Context, Stop};
use crate::limits;
use crate::native::returned;

/// Makes a proposal, for which its proposer votes. Answers its number.
pub(super) fn propose(context: &mut Context, proposer: u32, new: NewProposal) -> Done<CallEnd> {
    let set = authorised(context, proposer)?;
    check_shape(context, &new)?;
    let mut open = close_expired(context)?;
    let own = open.open.iter().filter(|other| other.proposer == proposer).count();
    require(own < limits::MAX_OPEN_PROPOSALS, Code::TooManyOpen)?;
    if let Err(ActionFailure { code, .. }) = apply_all(context, &new.actions, Purpose::Judge)? {
        return Ok(CallEnd::Refused(code));
    }
    let NewProposal { title, text, actions, height, expires } = new;
    let number = open.next;
    open.next += 1;
    open.open.push(OpenProposal { number, proposer, expires });
    write(context, &open_key(), Some(open.encode()))?;
    emit(context, "Proposed", (number, proposer, &title, expires))?;
    let (proposed, status) = (context.env.time, Status::Open {});
    let (ballots, tally) = (Vec::new(), Tally { yes: 0, no: 0, total: 0 });
    let proposal = Proposal {
        number,
        proposer,
        proposed,
        title,
        text,
        actions,
        height,
        expires,
        status,
        ballots,
        tally,
    };
    cast(context, proposal, &set, Ballot { node: proposer, yes: true })?;
    Ok(returned(number)?)
}

/// Casts or changes a vote, and decides the proposal if it passes. Answers what became of it.
pub(super) fn vote(context: &mut Context, voter: u32, number: u64, yes: bool) -> Done<CallEnd> {
    let set = authorised(context, voter)?;
    close_expired(context)?;
    let proposal = open_proposal(context, number)?;
    let status = cast(context, proposal, &set, Ballot { node: voter, yes })?;
    Ok(returned(status)?)
}

/// Takes a proposal back. Nothing of it stays.
pub(super) fn withdraw(context: &mut Context, number: u64) -> Done<CallEnd> {
    let proposal = open_proposal(context, number)?;
    let operator = nodes::node(context, proposal.proposer)?.operator;
    context.require_auth(&operator)?;
    close(context, number)?;
    write(context, &proposal_key(number), None)?;
    emit(context, "Withdrawn", (number,))?;
    Ok(returned(())?)
}

/// The validator set, if the operator of this validator in it has authorised the call.
fn authorised(context: &mut Context, number: u32) -> Done<ValidatorSet> {
    let set: ValidatorSet = read_certain(context, &set_key())?;
    require(set.seat(number).is_some(), Code::NotValidator)?;
    let operator = nodes::node(context, number)?.operator;
    context.require_auth(&operator)?;
    Ok(set)
}

fn open_proposal(context: &mut Context, number: u64) -> Done<Proposal> {
    let proposal: Proposal = read(context, &proposal_key(number))?.ok_or(Code::NoProposal)?;
    let open = proposal.status == Status::Open {} && proposal.expires > context.env.time;
    require(open, Code::NotOpen)?;
    Ok(proposal)
}

fn check_shape(context: &Context, new: &NewProposal) -> Done {
    let now = context.env.time;
    let expiry = now.plus(limits::MIN_PROPOSAL_LIFETIME_MS)..=now.plus(limits::MAX_PROPOSAL_LIFETIME_MS);
    let texts = (1..=limits::MAX_TITLE_BYTES).contains(&new.title.len())
        && new.text.len() <= limits::MAX_REASON_BYTES;
    let ahead = new.height.is_none_or(|height| chain::is_ahead(context.env.height, height));
    require(texts, Code::TextLength)?;
    require((1..=limits::MAX_ACTIONS).contains(&new.actions.len()), Code::ActionCount)?;
    require(new.actions.encoded_size() <= limits::MAX_ACTIONS_BYTES, Code::ActionBytes)?;
    require(ahead, Code::HeightRange)?;
    require(expiry.contains(&new.expires), Code::ExpiryRange)
}

/// Records a vote, and decides.
fn cast(context: &mut Context, mut proposal: Proposal, set: &ValidatorSet, ballot: Ballot) -> Done<Status> {
    let Ballot { node, yes } = ballot;
    proposal.ballots.retain(|other| other.node != node && set.seat(other.node).is_some());
    proposal.ballots.push(ballot);
    proposal.tally = tally(&proposal.ballots, set);
    emit(context, "Voted", (proposal.number, node, yes, &proposal.tally))?;
    let Tally { yes, total, .. } = proposal.tally;
    if 3 * u128::from(yes) > 2 * u128::from(total) {
        close(context, proposal.number)?;
        pass(context, &mut proposal, set)?;
    }
    let status = proposal.status.clone();
    write(context, &proposal_key(proposal.number), Some(proposal.encode()))?;
    Ok(status)
}

/// The power behind votes, of those who have a seat in this set.
pub(super) fn tally(ballots: &[Ballot], set: &ValidatorSet) -> Tally {
    let power = |wanted: bool| {
        let voters = ballots.iter().filter(|ballot| ballot.yes == wanted);
        voters.filter_map(|ballot| set.seat(ballot.node)).map(|seat| seat.power).sum()
    };
    Tally { yes: power(true), no: power(false), total: set.seats.iter().map(|seat| seat.power).sum() }
}

/// Carries a proposal out that has passed, or says when that will be.
fn pass(context: &mut Context, proposal: &mut Proposal, set: &ValidatorSet) -> Done {
    let now = context.env.height;
    let due = match proposal.height {
        Some(height) if height > now => Some(height),
        _ if must_wait(context, proposal, set) => Some(now + 1),
        _ => None,
    };
    emit(context, "Passed", (proposal.number, due.unwrap_or(now)))?;
    match due {
        Some(height) => {
            write(context, &due_key(height, proposal.number), Some(Vec::new()))?;
            proposal.status = Status::Passed { height };
            Ok(())
        }
        None => Ok(execute(context, proposal)?),
    }
}

/// Whether it has to wait for the next block: the set changes once in a block at most, and no call of the
/// consortium is made from within a call of somebody else's, whose open frames could make it fail.
fn must_wait(context: &Context, proposal: &Proposal, set: &ValidatorSet) -> bool {
    let calls = proposal.actions.iter().any(|action| matches!(action, Action::Call { .. }));
    waits_for_set(context, proposal, set) || calls && context.depth() > 1
}

/// Whether it may change a validator set that has changed in this block.
pub(super) fn waits_for_set(context: &Context, proposal: &Proposal, set: &ValidatorSet) -> bool {
    set.changed == context.env.height && changes_set(&proposal.actions)
}

fn execute(context: &mut Context, proposal: &mut Proposal) -> Result<(), Stop> {
    let height = context.env.height;
    let number = proposal.number;
    match apply_all(context, &proposal.actions, Purpose::Execute)? {
        Ok(()) => {
            proposal.status = Status::Executed { height };
            emit(context, "Executed", (number,))
        }
        Err(failure) => {
            emit(context, "Failed", (number, &failure))?;
            proposal.status = Status::Failed { height, failure };
            Ok(())
        }
    }
}

/// Carries out a proposal whose block has come. Only the module calls this, at the beginning of a block.
pub(super) fn execute_due(context: &mut Context, number: u64) -> Done<CallEnd> {
    if context.frame().caller != Some(GOVERNANCE) {
        return Err(Stop::from(TrapCode::NoMethod).into());
    }
    let proposal: Option<Proposal> = read(context, &proposal_key(number))?;
    let mut proposal = proposal.ok_or_else(|| Undone::from(Code::NoProposal))?;
    execute(context, &mut proposal)?;
    write(context, &proposal_key(number), Some(proposal.encode()))?;
    Ok(returned(proposal.status)?)
}

/// Takes a proposal off the list of those that can be voted on.
fn close(context: &mut Context, number: u64) -> Result<(), Stop> {
    let mut open: OpenProposals = read_certain(context, &open_key())?;
    open.open.retain(|other| other.number != number);
    write(context, &open_key(), Some(open.encode()))
}

/// Takes proposals whose time has run out off the list; answers what is left.
fn close_expired(context: &mut Context) -> Result<OpenProposals, Stop> {
    let mut open: OpenProposals = read_certain(context, &open_key())?;
    let now = context.env.time;
    let (expired, left): (Vec<_>, Vec<_>) = open.open.into_iter().partition(|other| other.expires <= now);
    open.open = left;
    for OpenProposal { number, .. } in &expired {
        let Some(mut proposal) = read::<Proposal>(context, &proposal_key(*number))? else { continue };
        proposal.status = Status::Expired {};
        write(context, &proposal_key(*number), Some(proposal.encode()))?;
        emit(context, "Expired", (number,))?;
    }
    if !expired.is_empty() {
        write(context, &open_key(), Some(open.encode()))?;
    }
    Ok(open)
}

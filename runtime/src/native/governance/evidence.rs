//! Evidence that a validator equivocated: checked, recorded once, and answered as the parameters say.

use codec::Encode;
use sillok_abi::governance::{Offence, Reaction};
use sillok_abi::{Equivocation, EvidenceError, Hash, PublicKey};

use super::apply::{Changing, Purpose};
use super::error::{Code, Done, Undone, require};
use super::records::{Window, evidence_key, offence_key, read, windows_key, write};
use super::{emit, nodes};
use crate::crypto;
use crate::execution::{CallEnd, Context};
use crate::native::returned;

/// Takes evidence from anybody. Answers the offence's number.
pub(super) fn report(context: &mut Context, evidence: &Equivocation) -> Done<CallEnd> {
    let (key, round) = place(evidence);
    let height = evidence.height();
    let max_age = context.shared.parameters.evidence.max_age;
    require(height <= context.env.height, Code::EvidenceAhead)?;
    require(height.saturating_add(max_age) >= context.env.height, Code::EvidenceTooOld)?;
    require(read::<u64>(context, &evidence_key(&key, height))?.is_none(), Code::Reported)?;
    let node = validator_at(context, &key, height)?;
    check(context, evidence)?;

    let mut changing = Changing::begin(context, Purpose::Execute)?;
    let suspended = suspend(context, &mut changing, node)?;
    let number = changing.chain.offences;
    changing.chain.offences += 1;
    let reported = context.env.height;
    let offence = Offence { number, node, key, height, round, reported, suspended };
    write(context, &offence_key(number), Some(offence.encode()))?;
    write(context, &evidence_key(&key, height), Some(number.encode()))?;
    emit(context, "Equivocated", (offence,))?;
    changing.finish(context)?;
    Ok(returned(number)?)
}

/// Whose equivocation it would be, and in which round.
fn place(evidence: &Equivocation) -> (PublicKey, u32) {
    match evidence {
        Equivocation::Votes(one, _) => (one.vote.validator, one.vote.round),
        Equivocation::Proposals(one, _) => (one.proposal.proposer, one.proposal.round),
    }
}

/// The node whose key it was in the set that decided this height.
fn validator_at(context: &mut Context, key: &PublicKey, height: u64) -> Done<u32> {
    let windows: Vec<Window> = read(context, &windows_key(key))?.unwrap_or_default();
    let holds = |window: &&Window| window.from <= height && window.until.is_none_or(|until| height <= until);
    let window = windows.iter().find(holds).ok_or(Code::NotInSet)?;
    Ok(window.node)
}

fn check(context: &mut Context, evidence: &Equivocation) -> Done {
    let price = context.shared.parameters.gas.signatures.sr25519.of(size_of::<Hash>());
    context.charge(price.saturating_mul(2))?;
    let verdict = evidence
        .check(&context.chain(), |key, digest, signature| crypto::verify_vote(key, digest, signature));
    match verdict {
        Ok(_) => Ok(()),
        Err(EvidenceError::NoConflict) => Err(Code::NoConflict.into()),
        Err(EvidenceError::BadSignature) => Err(Code::BadEvidence.into()),
    }
}

/// Takes the validator's vote away if that is what follows and it can be. Answers whether it was.
fn suspend(context: &mut Context, changing: &mut Changing, node: u32) -> Done<bool> {
    let reaction = &context.shared.parameters.evidence.reaction;
    if *reaction == (Reaction::Record {}) || !changing.set.may_suspend(node) {
        return Ok(false);
    }
    if changing.set.changed == context.env.height {
        return Err(Undone::from(Code::ChangedInBlock));
    }
    changing.set.suspend(node);
    changing.mark(context.env.height, ("suspended", node));
    let info = nodes::info(context, &changing.set, node)?;
    emit(context, "NodeChanged", (info,))?;
    Ok(true)
}

//! Evidence that a validator equivocated: checked, recorded once, and answered as the parameters say.
//!
//! Evidence proves itself, so it needs nobody who submits it: a transaction that the module itself submits and that
//! does nothing but report evidence is admitted if the evidence is good, and by that alone. So a node can report what
//! it has seen without an account, and the key that signs votes signs nothing else.

use codec::{DecodeAll, Encode};
use sillok_abi::governance::{Offence, Reaction};
use sillok_abi::native::GOVERNANCE;
use sillok_abi::{Account, Equivocation, EvidenceError, Hash, PublicKey, TransactionBody};

use super::apply::{Changing, Purpose};
use super::error::{Code, Done, Undone, require};
use super::records::{Window, evidence_key, offence_key, read, windows_key, write};
use super::{emit, nodes};
use crate::crypto;
use crate::execution::{CallEnd, Context, Stop};
use crate::native::returned;

/// The method that takes evidence.
pub(super) const REPORT: &str = "report";

/// Whether a transaction is a report that nobody but its evidence stands for.
pub(crate) fn is_report(body: &TransactionBody) -> bool {
    body.submitter == Account::Contract(GOVERNANCE)
        && body.call.contract == GOVERNANCE
        && body.call.method == REPORT
        && body.authorisations.is_empty()
}

/// Whether the evidence of such a transaction would be taken. Gas bounds what it takes to judge that.
pub(crate) fn is_reportable(context: &mut Context, body: &TransactionBody) -> Result<bool, Stop> {
    let Ok(evidence) = Equivocation::decode_all(&mut body.call.args.as_slice()) else { return Ok(false) };
    match judge(context, &evidence) {
        Ok(_) => Ok(body.nonce == evidence.nonce()),
        Err(Undone::Stop(stop)) => Err(stop),
        Err(_) => Ok(false),
    }
}

/// Takes evidence from anybody. Answers the offence's number.
pub(super) fn report(context: &mut Context, evidence: &Equivocation) -> Done<CallEnd> {
    let node = judge(context, evidence)?;
    let ((key, round), height) = (place(evidence), evidence.height());
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

/// The node that evidence speaks against, if it is good and new.
fn judge(context: &mut Context, evidence: &Equivocation) -> Done<u32> {
    let ((key, _), height) = (place(evidence), evidence.height());
    let max_age = context.shared.parameters.evidence.max_age;
    require(height <= context.env.height, Code::EvidenceAhead)?;
    require(height.saturating_add(max_age) >= context.env.height, Code::EvidenceTooOld)?;
    require(read::<u64>(context, &evidence_key(&key, height))?.is_none(), Code::Reported)?;
    let node = validator_at(context, &key, height)?;
    check(context, evidence)?;
    Ok(node)
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

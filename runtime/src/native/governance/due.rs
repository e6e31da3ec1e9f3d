//! Proposals that have passed and are carried out at the beginning of a block.

use codec::Encode;
use sillok_abi::governance::{Action, ActionFailure, Proposal, Status};
use sillok_abi::native::GOVERNANCE;
use sillok_abi::{Call, Receipt, digest};

use super::error::Code;
use super::proposals::waits_for_set;
use super::records::{due_key, proposal_key, set_key};
use super::set::ValidatorSet;
use crate::execution::{CallEnd, Context, finish};
use crate::fault::Fault;
use crate::limits;

/// Carries out what is due at this height, in order of height and number, as far as one block may. The rest
/// is carried over.
pub(crate) fn run_due_proposals(context: &mut Context) -> Result<Vec<Receipt>, Fault> {
    let height = context.env.height;
    let end = due_key(height.saturating_add(1), 0);
    let due = context.overlay.range(&due_key(0, 0), &end, limits::MAX_DECIDED_READ)?;
    let mut receipts = Vec::new();
    for (key, _) in due {
        if receipts.len() == limits::MAX_DECIDED_PER_BLOCK {
            break;
        }
        let number = key.last_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes));
        let proposal = number.map(|number| load(context, number)).transpose()?.flatten();
        let proposal = proposal.ok_or_else(|| Fault::new("a passed proposal has no record"))?;
        let set: Option<ValidatorSet> = context.load(&set_key())?;
        if set.is_some_and(|set| waits_for_set(context, &proposal, &set)) {
            continue;
        }
        context.overlay.put(&key, None)?;
        receipts.push(carry_out(context, proposal)?);
        context.overlay.seal();
    }
    Ok(receipts)
}

fn load(context: &mut Context, number: u64) -> Result<Option<Proposal>, Fault> {
    context.load(&proposal_key(number))
}

/// Carries one out as a call that the module makes of itself. Whatever it comes to, it is done with.
fn carry_out(context: &mut Context, mut proposal: Proposal) -> Result<Receipt, Fault> {
    let number = proposal.number;
    let gas = limits::EXECUTION_GAS + called_gas(&proposal.actions);
    context.begin(gas);
    let call = Call { contract: GOVERNANCE, method: "execute".into(), args: (number,).encode() };
    let (call, ended) = context.enter_root(call, Some(GOVERNANCE));
    if !matches!(ended, Ok(CallEnd::Returned(_))) {
        let code = Code::Stopped as u32;
        let action = proposal.actions.len() as u32;
        let failure = ActionFailure { action, code, detail: String::new() };
        proposal.status = Status::Failed { height: context.env.height, failure };
        context.overlay.put(&proposal_key(number), Some(proposal.encode()))?;
    }
    finish(context, digest("sillok/decided", &number), &call, gas, ended)
}

/// What the actions' calls may use together.
fn called_gas(actions: &[Action]) -> u64 {
    let gas = actions.iter().map(|action| match action {
        Action::Call { gas, .. } => *gas,
        _ => 0,
    });
    gas.sum()
}

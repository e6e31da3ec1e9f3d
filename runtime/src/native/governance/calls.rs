//! Calls that the consortium makes, with the authority of the governance module's own account.
//!
//! A contract whose admin, bank or registrar is that account is one that validators decide on together.

use sillok_abi::native::GOVERNANCE;
use sillok_abi::{Call, ContractId, Failure, TrapCode};

use super::apply::Purpose;
use super::emit;
use super::error::{Code, Done, Undone, require};
use crate::execution::{Authority, CallEnd, Context, Stop, Target};
use crate::limits;

/// Calls a contract, with so much gas and no more: whether it succeeds must not depend on how much whoever
/// casts the last vote has left.
pub(super) fn call(
    context: &mut Context,
    purpose: Purpose,
    (contract, method, args): (&ContractId, &String, &Vec<u8>),
    gas: u64,
) -> Done {
    require((1..=limits::MAX_SCHEDULED_GAS).contains(&gas), Code::CallGas)?;
    require(*contract != GOVERNANCE, Code::CallTarget)?;
    let fits = method.len() <= limits::MAX_NAME_BYTES && args.len() <= limits::MAX_SCHEDULED_BYTES;
    require(fits, Code::CallSize)?;
    if purpose == Purpose::Judge {
        return Ok(());
    }
    let call = Call { contract: *contract, method: method.clone(), args: args.clone() };
    match within(context, call, gas)? {
        Ok(CallEnd::Returned(_)) => Ok(emit(context, "Called", (contract, method))?),
        Ok(CallEnd::Refused(code)) => Err(failed(&Failure::Error { code })),
        Err(Stop::Fault(fault)) => Err(fault.into()),
        Err(Stop::Failure(failure)) => Err(failed(&failure)),
        Err(Stop::Located(located)) => Err(failed(&located.failure)),
    }
}

/// Makes the call on an account of gas of its own, taken from what is left, and without the authority that
/// the transaction carries: what a proposal does must not depend on who casts the last vote with what.
fn within(context: &mut Context, call: Call, gas: u64) -> Result<Result<CallEnd, Stop>, Stop> {
    let rest = context.gas().checked_sub(gas).ok_or(TrapCode::OutOfGas)?;
    context.set_gas(gas);
    let authority = std::mem::replace(&mut context.authority, Authority::none());
    let ended = context.call_from_frame(Target { call, catch: true });
    context.authority = authority;
    let consumed = ended.as_ref().is_err_and(Stop::consumes_all_gas);
    let left = if consumed { 0 } else { context.gas() };
    context.set_gas(rest + left);
    Ok(ended)
}

fn failed(failure: &Failure) -> Undone {
    let mut detail = match failure {
        Failure::Error { code } => format!("refused with error {code}"),
        Failure::Panic { message, place } => format!("panicked at {place}: {message}"),
        Failure::Trap(trap) => format!("trapped: {trap:?}"),
        Failure::Unauthorised { .. } => "asked for an authority that the consortium does not have".into(),
        Failure::BadAuthorisation { reason, .. } => format!("was given a bad authorisation: {reason}"),
    };
    let end = (0..=limits::MAX_DETAIL_BYTES).rev().find(|end| detail.is_char_boundary(*end));
    detail.truncate(end.unwrap_or(0));
    Undone::CallFailed(detail)
}

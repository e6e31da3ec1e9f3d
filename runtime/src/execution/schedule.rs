//! Calls that contracts have made for them when block time passes, so that nobody has to poke them.

use codec::{Decode, Encode};
use sillok_abi::native::SCHEDULE;
use sillok_abi::{Call, CallFailure, Failure, Outcome, Receipt, Time, TrapCode, digest};

use super::context::{Context, Inner};
use super::frame::{CallEnd, Stop};
use crate::block::MemberGas;
use crate::fault::Fault;
use crate::state::{StateReader, state_key};
use crate::{limits, native};

/// Entries by time: field, big-endian time, big-endian sequence number.
const DUE: &[u8] = b"due!";
/// The next sequence number.
const NEXT: &[u8] = b"next";

/// A call to be made. It runs with its contract's own authority: as a call of the contract by itself.
#[derive(Encode, Decode)]
struct Scheduled {
    call: Call,
    gas: u64,
}

impl Context {
    /// Has `call`, of the running contract, made at the first block at or after `time`, but not at once.
    pub(crate) fn schedule(&mut self, time: Time, gas: u64, call: Call) -> Result<(), Stop> {
        self.writable()?;
        let now = self.env.time;
        if time <= now || time > now.plus(limits::MAX_SCHEDULE_AHEAD_MS) || gas > limits::MAX_SCHEDULED_GAS {
            return Err(TrapCode::Schedule.into());
        }
        let next_key = state_key(&SCHEDULE, NEXT);
        let sequence: u64 = self.load(&next_key)?.unwrap_or(0);
        let time = time.max(now.plus(limits::MIN_SCHEDULE_AHEAD_MS));
        self.overlay.put(&next_key, Some((sequence + 1).encode()))?;
        self.overlay.put(&due_key(time, sequence), Some(Scheduled { call, gas }.encode()))?;
        Ok(())
    }
}

fn due_key(time: Time, sequence: u64) -> Vec<u8> {
    let key = [DUE, &time.0.to_be_bytes(), &sequence.to_be_bytes()].concat();
    state_key(&SCHEDULE, &key)
}

/// The time of the earliest scheduled call.
pub(crate) fn next_due(state: &dyn StateReader) -> Result<Option<Time>, Fault> {
    let first = state.range(&due_key(Time(0), 0), &due_key(Time(u64::MAX), u64::MAX), 1)?;
    let time = first.first().and_then(|(key, _)| key.get(32 + DUE.len()..)?.first_chunk::<8>());
    Ok(time.map(|time| Time(u64::from_be_bytes(*time))))
}

/// Makes the calls that are due, in order of time, as far as the block's gas for them and the share of
/// the member that answers for each contract's deployer allow. The rest stays for the next block. A call is made if
/// there is room for all the gas that it was scheduled with, and what it then leaves is room for others: so that
/// many calls that might be dear and are not can be made at once, as when a thousand books open in the same minute.
pub(crate) fn run_due(context: &mut Context, gas: &mut MemberGas) -> Result<Vec<Receipt>, Fault> {
    let end = due_key(context.env.time.plus(1), 0);
    let due = context.overlay.range(&due_key(Time(0), 0), &end, limits::MAX_DUE_READ)?;
    let mut receipts = Vec::new();
    for (key, value) in due {
        let scheduled = Scheduled::decode(&mut value.as_slice())
            .map_err(|_| Fault::new("a scheduled call does not decode"))?;
        if receipts.len() == limits::MAX_DUE_PER_BLOCK {
            break;
        }
        let reserved = scheduled.gas;
        let payer = payer(context, &scheduled.call)?.filter(|member| gas.covers(*member, reserved));
        if payer.is_some_and(|member| !gas.take(member, reserved)) {
            continue;
        }
        context.overlay.put(&key, None)?;
        let receipt = match payer {
            Some(member) => {
                let receipt = run(context, &key, scheduled)?;
                gas.give_back(member, reserved.saturating_sub(receipt.gas_used));
                receipt
            }
            None => unpayable(context, &key, scheduled)?,
        };
        receipts.push(receipt);
        context.overlay.seal();
    }
    Ok(receipts)
}

/// The member that admitted the deployer of the contract.
fn payer(context: &mut Context, call: &Call) -> Result<Option<u32>, Fault> {
    let info = context.contract_info(&call.contract)?;
    match info.map(|info| info.deployer) {
        Some(deployer) => native::member_of(context, &deployer),
        None => Ok(None),
    }
}

/// The receipt of a call that no block can make: nobody answers for its contract's deployer any more, or
/// its gas is above the whole share of the member that does.
fn unpayable(context: &mut Context, key: &[u8], scheduled: Scheduled) -> Result<Receipt, Fault> {
    context.begin(0);
    finish(context, scheduled_id(key), &scheduled.call, 0, Err(TrapCode::Schedule.into()))
}

fn scheduled_id(key: &[u8]) -> [u8; 32] {
    digest("sillok/scheduled", &key)
}

fn run(context: &mut Context, key: &[u8], scheduled: Scheduled) -> Result<Receipt, Fault> {
    let Scheduled { call, gas } = scheduled;
    let id = scheduled_id(key);
    let contract = call.contract;
    context.begin(gas);
    let (call, ended) = context.enter_root(call, Some(contract));
    finish(context, id, &call, gas, ended)
}

/// The receipt of a root call that has ended.
pub(crate) fn finish(
    context: &mut Inner,
    id: [u8; 32],
    call: &Call,
    gas_limit: u64,
    ended: Result<CallEnd, Stop>,
) -> Result<Receipt, Fault> {
    let events = std::mem::take(&mut context.events);
    let failed = |failure| {
        let (contract, method) = (call.contract, call.method.clone());
        Outcome::Failed(CallFailure { contract, method, failure })
    };
    let consumed = ended.as_ref().is_err_and(Stop::consumes_all_gas);
    let gas_used = if consumed { gas_limit } else { gas_limit - context.gas() };
    let outcome = match ended {
        Ok(CallEnd::Returned(value)) => Outcome::Success(value),
        Ok(CallEnd::Refused(code)) => failed(Failure::Error { code }),
        Err(Stop::Failure(failure)) => failed(failure),
        Err(Stop::Located(failure)) => Outcome::Failed(*failure),
        Err(Stop::Fault(fault)) => return Err(fault),
    };
    let events = if matches!(outcome, Outcome::Success(_)) { events } else { Vec::new() };
    Ok(Receipt { id, outcome, gas_used, events })
}

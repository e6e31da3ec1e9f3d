//! The governance module: what the consortium's validators decide by vote.
//!
//! | file | |
//! |---|---|
//! | `interface`, `error` | methods, events and errors as metadata |
//! | `proposals`, `due` | proposals from being made to being carried out |
//! | `apply` | all actions of a proposal or none; the files below do one kind each |
//! | `nodes`, `members`, `parameters`, `chain`, `calls` | the actions |
//! | `set` | the validator set, and which changes of it are safe |
//! | `evidence` | equivocations |
//! | `queries`, `committed` | what it answers to calls, and to the node |
//! | `records`, `genesis` | what it keeps, and begins with |
//!
//! A validator speaks by its operator, an account of its own: the key that signs its votes on blocks signs
//! nothing else.

mod apply;
mod calls;
mod chain;
mod committed;
mod due;
mod error;
mod evidence;
mod genesis;
mod interface;
mod members;
mod nodes;
mod parameters;
mod proposals;
mod queries;
mod records;
mod set;

use codec::Encode;
use sillok_abi::native::GOVERNANCE;
use sillok_abi::{Account, Event, TrapCode};

use super::args;
use crate::execution::{CallEnd, Context, Stop};
use crate::fault::Fault;

pub use chain::replay_window_ms;
pub(crate) use chain::{check_version, halts, is_halted, may_deploy, version_at};
pub(crate) use committed::{Consortium, consortium, mark};
pub(crate) use due::run_due_proposals;
pub(super) use error::errors;
use error::{Done, Undone};
pub(crate) use evidence::{is_report, is_reportable};
pub(crate) use genesis::{BadNodes, put_governance};
pub(super) use interface::METHODS;
pub(crate) use parameters::{choose as choose_parameter, list as list_parameters};
pub(crate) use records::parameters_key;

pub(super) fn run(context: &mut Context, method: &str, bytes: &[u8]) -> Result<CallEnd, Stop> {
    if let Some(end) = queries::answer(context, method, bytes)? {
        return Ok(end);
    }
    match change(context, method, bytes) {
        Ok(end) => Ok(end),
        Err(Undone::Refused(code)) => Ok(CallEnd::Refused(code as u32)),
        Err(Undone::CallFailed(_)) => Ok(CallEnd::Refused(error::Code::CallFailed as u32)),
        Err(Undone::Stop(stop)) => Err(stop),
    }
}

fn change(context: &mut Context, method: &str, bytes: &[u8]) -> Done<CallEnd> {
    match method {
        "propose" => {
            let (validator, proposal) = args(bytes)?;
            proposals::propose(context, validator, proposal)
        }
        "vote" => {
            let (validator, proposal, yes) = args(bytes)?;
            proposals::vote(context, validator, proposal, yes)
        }
        "withdraw" => {
            let (proposal,) = args(bytes)?;
            proposals::withdraw(context, proposal)
        }
        "report" => {
            let (evidence,) = args(bytes)?;
            evidence::report(context, &evidence)
        }
        "execute" => {
            let (proposal,) = args(bytes)?;
            proposals::execute_due(context, proposal)
        }
        _ => Err(Stop::from(TrapCode::NoMethod).into()),
    }
}

/// Whether an account operates a validator with a vote.
pub(crate) fn is_operator(context: &mut Context, account: &Account) -> Result<bool, Fault> {
    let nodes: Vec<u32> = context.load(&records::operator_key(account))?.unwrap_or_default();
    if nodes.is_empty() {
        return Ok(false);
    }
    let set: Option<set::ValidatorSet> = context.load(&records::set_key())?;
    Ok(set.is_some_and(|set| nodes.iter().any(|node| set.seat(*node).is_some())))
}

fn emit(context: &mut Context, name: &str, fields: impl Encode) -> Result<(), Stop> {
    // Genesis has no frame, and nobody who listens.
    if context.env.height == 0 {
        return Ok(());
    }
    context.emit(Event { contract: GOVERNANCE, name: name.into(), data: fields.encode() })
}

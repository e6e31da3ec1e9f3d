//! Upgrades, hand-over and freeze of contracts.
//!
//! Invariant: a contract's code never reads storage of another layout than its own. Code and storage
//! change together, or not at all: the module's frame holds both.

use codec::Encode;
use sillok_abi::native::ContractInfo;
use sillok_abi::{Account, Call, ContractId, ErrorSpec, Hash, Metadata, TrapCode};

use super::{NO_CODE, contract_key, emit, set_up};
use crate::execution::{CallEnd, Context, Entry, Stop};
use crate::native::{error, returned};

const NO_CONTRACT: u32 = 105;
const FROZEN: u32 = 106;
const SAME_CODE: u32 = 107;
const LAYOUT_CHANGED: u32 = 108;
const OTHER_LAYOUT: u32 = 109;
const NO_MIGRATION: u32 = 110;

pub(super) fn errors() -> Vec<ErrorSpec> {
    [
        (NO_CONTRACT, "NoContract", "No contract has this id."),
        (FROZEN, "Frozen", "The contract has no admin: its code can never change."),
        (SAME_CODE, "SameCode", "The contract runs this very code already."),
        (
            LAYOUT_CHANGED,
            "LayoutChanged",
            "The new code keeps other storage and has no migration: give it a `#[migration]`, or leave the fields and what they hold as they are.",
        ),
        (
            OTHER_LAYOUT,
            "OtherLayout",
            "The new code has no migration from this contract's layout: upgrade to the version in between first.",
        ),
        (NO_MIGRATION, "NoMigration", "The layout stays and no migration runs: pass no arguments."),
    ]
    .into_iter()
    .map(|(code, name, docs)| error(code, name, docs))
    .collect()
}

/// Swaps a contract's code and migrates its storage.
pub(super) fn upgrade(
    context: &mut Context,
    contract: ContractId,
    to: Hash,
    args: Vec<u8>,
) -> Result<CallEnd, Stop> {
    let info = match administered(context, &contract)? {
        Ok(info) => info,
        Err(refusal) => return Ok(CallEnd::Refused(refusal)),
    };
    // Its frame further up would go on in code that is no longer the contract's.
    if context.is_running(&contract) {
        return Err(TrapCode::Reentrancy.into());
    }
    if info.code == to {
        return Ok(CallEnd::Refused(SAME_CODE));
    }
    let Some(code) = context.code(&to)? else {
        return Ok(CallEnd::Refused(NO_CODE));
    };
    let migration = match migration(&code.metadata, &info.layout, &args) {
        Ok(migration) => migration,
        Err(refusal) => return Ok(CallEnd::Refused(refusal)),
    };
    let (from, upgrades) = (info.code, info.upgrades.saturating_add(1));
    let info = ContractInfo { code: to, layout: code.metadata.layout, upgrades, ..info };
    context.overlay.put(&contract_key(&contract), Some(info.encode()))?;
    if let Some(method) = migration {
        set_up(context, Call { contract, method, args }, Entry::Migration)?;
    }
    emit(context, "Upgraded", (contract, from, to))?;
    returned(())
}

/// The migration that takes storage of this layout over, none if it can stay as it is; otherwise why not.
fn migration(code: &Metadata, layout: &Hash, args: &[u8]) -> Result<Option<String>, u32> {
    if let Some(migration) = code.migration(layout) {
        return Ok(Some(migration.name.clone()));
    }
    let migrates = code.methods.iter().any(|method| method.migrates_from().is_some());
    match code.layout == *layout {
        true if args.is_empty() => Ok(None),
        true => Err(NO_MIGRATION),
        false if migrates => Err(OTHER_LAYOUT),
        false => Err(LAYOUT_CHANGED),
    }
}

/// Sets who may change a contract's code. Who is to have it authorises too, so that no contract goes to
/// an account that nobody can sign for.
pub(super) fn set_admin(
    context: &mut Context,
    contract: ContractId,
    admin: Option<Account>,
) -> Result<CallEnd, Stop> {
    let info = match administered(context, &contract)? {
        Ok(info) => info,
        Err(refusal) => return Ok(CallEnd::Refused(refusal)),
    };
    if let Some(admin) = &admin {
        context.require_auth(admin)?;
    }
    let info = ContractInfo { admin, ..info };
    context.overlay.put(&contract_key(&contract), Some(info.encode()))?;
    emit(context, "AdminChanged", (contract, admin))?;
    returned(())
}

/// The record of a contract whose admin has authorised the call.
fn administered(context: &mut Context, contract: &ContractId) -> Result<Result<ContractInfo, u32>, Stop> {
    let Some(info) = context.contract_info(contract)? else { return Ok(Err(NO_CONTRACT)) };
    let Some(admin) = &info.admin else { return Ok(Err(FROZEN)) };
    context.require_auth(admin)?;
    Ok(Ok(info))
}

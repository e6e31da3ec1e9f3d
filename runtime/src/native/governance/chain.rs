//! Actions on the chain as a whole: who may deploy, versions of the protocol, halts.

use sillok_abi::Account;
use sillok_abi::governance::{Action, Halt, PlannedVersion};

use super::apply::Changing;
use super::emit;
use super::error::{Code, Done, require};
use super::genesis::FIRST_VERSION;
use super::records::{Chain, chain_key, deployer_key, read, stored, write};
use crate::execution::{Context, Stop};
use crate::fault::Fault;
use crate::limits;
use crate::state::StateReader;

pub(super) fn apply(context: &mut Context, changing: &mut Changing, action: &Action) -> Done {
    match action {
        Action::RestrictDeployment { restricted } => restrict(context, &mut changing.chain, *restricted),
        Action::AppointDeployer { account } => appoint(context, &mut changing.chain, account),
        Action::DismissDeployer { account } => dismiss(context, &mut changing.chain, account),
        Action::PlanVersion { version, height } => plan(context, &mut changing.chain, *version, *height),
        Action::CancelVersion {} => cancel(context, &mut changing.chain),
        Action::Halt { reason } => halt(context, &mut changing.chain, reason),
        Action::Resume {} => resume(context, &mut changing.chain),
        _ => Ok(()),
    }
}

fn restrict(context: &mut Context, chain: &mut Chain, restricted: bool) -> Done {
    require(chain.restricted != restricted, Code::NothingChanges)?;
    chain.restricted = restricted;
    Ok(emit(context, "DeploymentRestricted", (restricted,))?)
}

fn appoint(context: &mut Context, chain: &mut Chain, account: &Account) -> Done {
    let key = deployer_key(account);
    require(read::<()>(context, &key)?.is_none(), Code::DeployerAlready)?;
    require(chain.deployers < limits::MAX_DEPLOYERS, Code::TooManyDeployers)?;
    chain.deployers += 1;
    write(context, &key, Some(Vec::new()))?;
    Ok(emit(context, "DeployerAppointed", (account,))?)
}

fn dismiss(context: &mut Context, chain: &mut Chain, account: &Account) -> Done {
    let key = deployer_key(account);
    require(read::<()>(context, &key)?.is_some(), Code::NoDeployer)?;
    chain.deployers = chain.deployers.saturating_sub(1);
    write(context, &key, None)?;
    Ok(emit(context, "DeployerDismissed", (account,))?)
}

fn plan(context: &mut Context, chain: &mut Chain, version: u32, height: u64) -> Done {
    let now = context.env.height;
    let current = chain.version_at(now);
    require(version > current, Code::VersionOrder)?;
    require(is_ahead(now, height), Code::HeightRange)?;
    chain.version = current;
    chain.planned = Some(PlannedVersion { version, height });
    Ok(emit(context, "VersionPlanned", (version, height))?)
}

fn cancel(context: &mut Context, chain: &mut Chain) -> Done {
    let now = context.env.height;
    let planned = chain.planned.take_if(|planned| planned.height > now).ok_or(Code::NoVersion)?;
    Ok(emit(context, "VersionCancelled", (planned.version,))?)
}

fn halt(context: &mut Context, chain: &mut Chain, reason: &str) -> Done {
    require(reason.len() <= limits::MAX_REASON_BYTES, Code::ReasonLength)?;
    require(chain.halted.is_none(), Code::HaltedAlready)?;
    chain.halted = Some(Halt { height: context.env.height, reason: reason.into() });
    Ok(emit(context, "Halted", (reason,))?)
}

fn resume(context: &mut Context, chain: &mut Chain) -> Done {
    require(chain.halted.take().is_some(), Code::NotHalted)?;
    Ok(emit(context, "Resumed", ())?)
}

/// Whether a height is one that something can be planned for.
pub(super) fn is_ahead(now: u64, height: u64) -> bool {
    height > now && height - now <= limits::MAX_HEIGHTS_AHEAD
}

/// Whether an account may make contracts, as far as governance has a say.
pub(crate) fn may_deploy(context: &mut Context, account: &Account) -> Result<bool, Stop> {
    let chain: Option<Chain> = read(context, &chain_key())?;
    let restricted = chain.is_some_and(|chain| chain.restricted);
    Ok(!restricted || read::<()>(context, &deployer_key(account))?.is_some())
}

/// Whether only governance goes on.
pub(crate) fn is_halted(context: &mut Context) -> Result<bool, Fault> {
    let chain: Option<Chain> = context.load(&chain_key())?;
    Ok(chain.is_some_and(|chain| chain.halted.is_some()))
}

/// The same, of committed state.
pub(crate) fn halts(state: &dyn StateReader) -> Result<bool, Fault> {
    let chain: Option<Chain> = stored(state, &chain_key())?;
    Ok(chain.is_some_and(|chain| chain.halted.is_some()))
}

/// The version of the protocol that the block of this height follows, as far as this state says.
pub(crate) fn version_at(state: &dyn StateReader, height: u64) -> Result<u32, Fault> {
    let chain: Option<Chain> = stored(state, &chain_key())?;
    Ok(chain.map_or(FIRST_VERSION, |chain| chain.version_at(height)))
}

/// Fails if this program does not know the version that the block of this height follows.
pub(crate) fn check_version(state: &dyn StateReader, height: u64) -> Result<(), Fault> {
    let (version, known) = (version_at(state, height)?, limits::PROTOCOL_VERSION);
    if version <= known {
        return Ok(());
    }
    Err(Fault::new(format!(
        "from block {height} on the chain follows version {version} of the protocol, and this program knows \
         none above {known}: install a newer one and start the node again"
    )))
}

/// For how many milliseconds of block time a transaction could be replayed: the longest lifetime that the chain
/// has ever allowed. An executor has to be opened with the blocks of that time.
///
/// # Errors
/// If state can't be read, or is not that of a chain.
pub fn replay_window_ms(state: &dyn StateReader) -> Result<u64, Fault> {
    let chain: Option<Chain> = stored(state, &chain_key())?;
    chain.map(|chain| chain.replay_window_ms).ok_or_else(|| Fault::new("state holds no record of the chain"))
}

//! The chain's parameters by name, and the bounds within which validators may set them.
//!
//! Invariant: whatever is voted within the bounds, validators can still afford to vote it back
//! (`limits::GOVERNANCE_SHARE` of the least block holds a vote at the dearest prices).

use codec::Encode;
use sillok_abi::HOST_FUNCTIONS;
use sillok_abi::governance::{ParameterInfo, Reaction};

use super::apply::Changing;
use super::emit;
use super::error::{Code, Done, require};
use super::records::{parameters_key, read_certain, write};
use crate::execution::{Context, Stop};
use crate::gas::{GasTable, HostPrice};
use crate::parameters::BadParameter;
use crate::{Parameters, limits};

const MIB: u64 = 1024 * 1024;
const MINUTE: u64 = 60_000;

/// A figure among the parameters.
pub(super) enum Figure<'a> {
    Small(&'a mut u32),
    Large(&'a mut u64),
    Reaction(&'a mut Reaction),
}

/// A figure with its name and bounds.
pub(super) struct Parameter<'a> {
    name: String,
    figure: Figure<'a>,
    least: u64,
    most: u64,
}

impl Figure<'_> {
    fn get(&self) -> u64 {
        match self {
            Figure::Small(figure) => u64::from(**figure),
            Figure::Large(figure) => **figure,
            Figure::Reaction(Reaction::Record {}) => 0,
            Figure::Reaction(Reaction::Suspend {}) => 1,
        }
    }

    /// Sets it to a value within its bounds.
    fn set(&mut self, value: u64) {
        match self {
            Figure::Small(figure) => **figure = u32::try_from(value).unwrap_or(u32::MAX),
            Figure::Large(figure) => **figure = value,
            Figure::Reaction(reaction) if value == 0 => **reaction = Reaction::Record {},
            Figure::Reaction(reaction) => **reaction = Reaction::Suspend {},
        }
    }
}

impl Parameter<'_> {
    /// What the query answers.
    pub(super) fn info(self) -> ParameterInfo {
        let Parameter { name, figure, least, most } = self;
        ParameterInfo { name, value: figure.get(), least, most }
    }
}

/// All parameters, in the order in which they are listed.
pub(super) fn all(parameters: &mut Parameters) -> Vec<Parameter<'_>> {
    let Parameters { gas, code, evidence, .. } = parameters;
    let mut list = vec![
        large("block_gas", &mut parameters.block_gas, 2_000_000_000, 100_000_000_000),
        large(
            "block_scheduled_gas",
            &mut parameters.block_scheduled_gas,
            limits::MAX_SCHEDULED_GAS,
            100_000_000_000,
        ),
        large("max_transaction_gas", &mut parameters.max_transaction_gas, 2_000_000_000, 100_000_000_000),
        // No less than what a board of many directors takes, or it could not vote this back.
        large("admission_gas", &mut parameters.admission_gas, 20_000_000, limits::AUTHENTICATION_GAS),
        large("query_gas", &mut parameters.query_gas, 100_000_000, 100_000_000_000),
        small("max_block_bytes", &mut parameters.max_block_bytes, MIB, 8 * MIB),
        small("max_transaction_bytes", &mut parameters.max_transaction_bytes, 64 * 1024, MIB),
        large(
            "max_transaction_lifetime_ms",
            &mut parameters.max_transaction_lifetime_ms,
            MINUTE,
            60 * MINUTE,
        ),
        large(
            "max_authorisation_lifetime_ms",
            &mut parameters.max_authorisation_lifetime_ms,
            60 * MINUTE,
            366 * 24 * 60 * MINUTE,
        ),
    ];
    list.extend(prices(gas));
    let most = crate::CodeLimits::default().figures();
    list.extend(code.figures_mut().into_iter().zip(most).map(|((name, figure), most)| {
        let least = match name {
            // Contracts that are there begin with as much memory as they were allowed to.
            "memory_pages" => u64::from(limits::MAX_MEMORY_INITIAL_PAGES),
            _ => u64::from(most / 16).max(1),
        };
        small(&format!("code.{name}"), figure, least, most.into())
    }));
    list.push(large("evidence.max_age", &mut evidence.max_age, 1, limits::MAX_HEIGHTS_AHEAD));
    let reaction = Figure::Reaction(&mut evidence.reaction);
    list.push(Parameter { name: "evidence.reaction".into(), figure: reaction, least: 0, most: 1 });
    list
}

/// Prices, each from a tenth to twenty times what it is unless a chain says otherwise.
fn prices(gas: &mut GasTable) -> Vec<Parameter<'_>> {
    let mut defaults = GasTable::default();
    let defaults: Vec<u64> = figures(&mut defaults).into_iter().map(|(_, figure)| figure.get()).collect();
    let bounded = figures(gas).into_iter().zip(defaults).map(|((name, figure), usual)| Parameter {
        name: format!("gas.{name}"),
        figure,
        least: if usual == 0 { 0 } else { (usual / 10).max(1) },
        most: (usual * 20).max(20),
    });
    bounded.collect()
}

fn figures(gas: &mut GasTable) -> Vec<(String, Figure<'_>)> {
    let GasTable { operators, host_functions, signatures, hashes, .. } = gas;
    let single = [
        ("transaction", &mut gas.transaction),
        ("transaction_byte", &mut gas.transaction_byte),
        ("fill", &mut gas.fill),
        ("level", &mut gas.level),
        ("first_touch", &mut gas.first_touch),
        ("range_entry", &mut gas.range_entry),
        ("range_byte", &mut gas.range_byte),
        ("instance", &mut gas.instance),
        ("restored_line", &mut gas.restored_line),
        ("native_call", &mut gas.native_call),
        ("code_byte", &mut gas.code_byte),
        ("code_work", &mut gas.code_work),
    ];
    let double = [
        ("signatures.sr25519", &mut signatures.sr25519),
        ("signatures.ed25519", &mut signatures.ed25519),
        ("signatures.p256", &mut signatures.p256),
        ("signatures.secp256k1", &mut signatures.secp256k1),
        ("hashes.blake3", &mut hashes.blake3),
        ("hashes.sha256", &mut hashes.sha256),
        ("hashes.keccak256", &mut hashes.keccak256),
    ];
    let host = HOST_FUNCTIONS.iter().zip(host_functions);
    let host = host.map(|(function, price)| (format!("host_functions.{}", function.name), price));
    let double = double.into_iter().map(|(name, price)| (name.to_string(), price));
    let operators = operators.figures_mut().into_iter();
    single
        .into_iter()
        .map(|(name, figure)| (name.to_string(), Figure::Large(figure)))
        .chain(double.chain(host).flat_map(|(name, price)| both(&name, price)))
        .chain(operators.map(|(name, figure)| (format!("operators.{name}"), Figure::Small(figure))))
        .collect()
}

fn both<'a>(name: &str, price: &'a mut HostPrice) -> [(String, Figure<'a>); 2] {
    let HostPrice { base, per_byte } = price;
    [(format!("{name}.base"), Figure::Large(base)), (format!("{name}.per_byte"), Figure::Large(per_byte))]
}

fn large<'a>(name: &str, figure: &'a mut u64, least: u64, most: u64) -> Parameter<'a> {
    Parameter { name: name.into(), figure: Figure::Large(figure), least, most }
}

fn small<'a>(name: &str, figure: &'a mut u32, least: u64, most: u64) -> Parameter<'a> {
    Parameter { name: name.into(), figure: Figure::Small(figure), least, most }
}

/// All parameters with what they are and their bounds for votes.
pub(crate) fn list(parameters: &Parameters) -> Vec<ParameterInfo> {
    all(&mut parameters.clone()).into_iter().map(Parameter::info).collect()
}

/// Sets a parameter of a chain that is to be, within its bounds for votes.
pub(crate) fn choose(parameters: &mut Parameters, name: &str, value: u64) -> Result<(), BadParameter> {
    let unknown = || BadParameter::Unknown(name.into());
    let mut list = all(parameters);
    let chosen = list.iter_mut().find(|parameter| parameter.name == name).ok_or_else(unknown)?;
    let (least, most) = (chosen.least, chosen.most);
    if !(least..=most).contains(&value) {
        return Err(BadParameter::Range { name: name.into(), value, least, most });
    }
    chosen.figure.set(value);
    Ok(())
}

/// The parameters that hold from the next block on.
pub(super) fn load(context: &mut Context) -> Result<Parameters, Stop> {
    read_certain(context, &parameters_key())
}

/// Sets a parameter.
pub(super) fn set(context: &mut Context, changing: &mut Changing, name: &str, value: u64) -> Done {
    // All are written down to look for the one.
    context.charge_touch(true)?;
    let mut parameters = load(context)?;
    let mut list = all(&mut parameters);
    let parameter = list.iter_mut().find(|parameter| parameter.name == name).ok_or(Code::NoParameter)?;
    let before = parameter.figure.get();
    require((parameter.least..=parameter.most).contains(&value), Code::ParameterRange)?;
    require(before != value, Code::NothingChanges)?;
    parameter.figure.set(value);
    drop(list);
    let window = &mut changing.chain.replay_window_ms;
    *window = (*window).max(parameters.max_transaction_lifetime_ms);
    write(context, &parameters_key(), Some(parameters.encode()))?;
    Ok(emit(context, "ParameterSet", (name, before, value))?)
}

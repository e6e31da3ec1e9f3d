//! `chain_*`: where the chain is, what it began with, its blocks.

use codec::Decode;
use serde_json::{Map, Value, json};
use sillok_abi::native::{GenesisContract, code_hash};
use sillok_abi::{Account, Date};

use super::{Answer, Arguments, Method, RpcFailure, json};
use crate::chain::Chain;

pub(super) const METHODS: &[Method] = &[
    Method { name: "chain_status", parameters: &[], answer: status },
    Method { name: "chain_genesis", parameters: &[], answer: genesis },
    Method { name: "chain_validatorChanges", parameters: &["from"], answer: validator_changes },
    Method { name: "chain_block", parameters: &["block"], answer: block },
];

fn status(chain: &Chain, _: &Arguments) -> Answer {
    let ((tip, state_root), genesis, pool) = (chain.tip_and_root()?, chain.genesis(), chain.pool_size());
    let validators: Vec<Value> = chain
        .validators()?
        .iter()
        .map(|validator| json!({ "address": json::address(&validator.key), "power": validator.power }))
        .collect();
    Ok(json!({
        "chain_id": json::hex(chain.id()),
        "name": genesis.name,
        "dev": genesis.dev,
        "height": tip.height,
        "time": tip.time.to_string(),
        "time_ms": tip.time.0,
        "block": json::hex(tip.block),
        "state_root": json::hex(state_root),
        "validators": validators,
        "peers": chain.metrics().peers.get(),
        "mempool": { "transactions": pool.transactions, "bytes": pool.bytes },
        "version": env!("CARGO_PKG_VERSION"),
    }))
}

fn genesis(chain: &Chain, _: &Arguments) -> Answer {
    let genesis = chain.genesis();
    let contracts: Map<String, Value> = genesis
        .contracts
        .iter()
        .map(|contract| (contract.name.clone(), Value::from(contract_id(contract))))
        .collect();
    let members: Vec<Value> = (0u32..)
        .zip(&genesis.members)
        .map(|(id, member)| json!({ "id": id, "name": member.name, "admin": member.admin.to_string() }))
        .collect();
    let samples: Vec<Value> = genesis.contracts.iter().filter_map(sample).collect();
    Ok(json!({
        "chain_id": json::hex(chain.id()),
        "name": genesis.name,
        "dev": genesis.dev,
        "time": genesis.time.to_string(),
        "contracts": contracts,
        "members": members,
        "samples": samples,
    }))
}

fn validator_changes(chain: &Chain, arguments: &Arguments) -> Answer {
    let (changes, next) = chain.validator_changes(arguments.optional_number("from")?.unwrap_or(0))?;
    Ok(json!({ "changes": json::scale(&changes), "next": next }))
}

fn contract_id(contract: &GenesisContract) -> String {
    sillok_abi::native::contract_id(&contract.deployer, &contract.salt).to_string()
}

/// The constructor's arguments of a register: the registrar, then the issuer's fields.
#[derive(Decode)]
struct RegisterArguments {
    _registrar: Account,
    company: String,
    _identifier: String,
    sample: bool,
    _formed: Option<Date>,
}

/// The company whose register this is, if it is a sample.
fn sample(contract: &GenesisContract) -> Option<Value> {
    if contract.code != code_hash(sillok_contracts::REGISTER) {
        return None;
    }
    let issuer = RegisterArguments::decode(&mut contract.args.as_slice()).ok()?;
    let register = contract_id(contract);
    issuer.sample.then(|| json!({ "company": issuer.company, "register": register }))
}

/// The block of a height, of an id, or the last one.
fn block(chain: &Chain, arguments: &Arguments) -> Answer {
    let tip = chain.tip().height;
    let height = match arguments.get("block") {
        None => tip,
        Some(Value::Number(_)) => arguments.optional_number("block")?.unwrap_or(tip),
        Some(_) => {
            let id = arguments.hash("block")?;
            chain.height_of(&id)?.ok_or_else(|| RpcFailure::no_block(json::hex(id), tip))?
        }
    };
    let lowest = chain.lowest_block();
    if (1..lowest).contains(&height) {
        return Err(RpcFailure::block_not_kept(height, lowest));
    }
    let block = chain.committed(height)?.ok_or_else(|| RpcFailure::no_block(height, tip))?;
    Ok(json::block_with_bytes(&block))
}

//! `contract_*`: which contracts there are, and what each says about itself.

use serde_json::{Value, json};
use sillok_abi::ContractId;
use sillok_abi::native::{GOVERNANCE, MEMBERSHIP, SYSTEM};
use sillok_runtime::native_metadata;

use super::{Answer, Arguments, Method, RpcFailure, json};
use crate::chain::Chain;

pub(super) const METHODS: &[Method] = &[
    Method { name: "contract_info", parameters: &["id"], answer: info },
    Method { name: "contract_list", parameters: &["after"], answer: list },
];

/// The native modules that can be called, by name.
const MODULES: [(&str, ContractId); 3] =
    [("system", SYSTEM), ("membership", MEMBERSHIP), ("governance", GOVERNANCE)];

/// The contract of an id or of a name that genesis gives.
pub(super) fn resolve(chain: &Chain, text: &str) -> Result<ContractId, RpcFailure> {
    if text.starts_with("0x") {
        return text.parse().map_err(|_| RpcFailure::malformed("contract", "0x and 64 hexadecimal digits"));
    }
    let module = MODULES.iter().find(|(name, _)| *name == text).map(|(_, id)| *id);
    module.or_else(|| chain.genesis().contract(text)).ok_or_else(|| RpcFailure::no_contract(text))
}

fn named(chain: &Chain) -> impl Iterator<Item = (ContractId, String)> + '_ {
    let genesis = chain.genesis();
    let contracts = genesis.contracts.iter().filter_map(|contract| {
        let id = genesis.contract(&contract.name)?;
        Some((id, contract.name.clone()))
    });
    MODULES.iter().map(|(name, id)| (*id, (*name).to_owned())).chain(contracts)
}

fn info(chain: &Chain, arguments: &Arguments) -> Answer {
    let text = arguments.text("id")?;
    let id = resolve(chain, text)?;
    let name = named(chain).find(|(named, _)| *named == id).map(|(_, name)| name);
    if let Some(metadata) = native_metadata(&id) {
        return Ok(json!({
            "id": id.to_string(), "name": name, "code": null, "admin": null, "deployer": null, "upgrades": 0,
            "metadata": json::hex(metadata),
        }));
    }
    let info = chain.contract_info(chain.latest(), id)?.ok_or_else(|| RpcFailure::no_contract(text))?;
    Ok(json!({
        "id": id.to_string(),
        "name": name,
        "code": json::hex(info.code),
        "admin": info.admin.map(|admin| admin.to_string()),
        "deployer": info.deployer.to_string(),
        "upgrades": info.upgrades,
        "metadata": json::hex(chain.metadata(&info.code)?),
    }))
}

/// Modules and contracts of genesis by name, then the others by id, a page of them after `after`.
fn list(chain: &Chain, arguments: &Arguments) -> Answer {
    let after = arguments.optional_text("after")?.map(|after| resolve(chain, after)).transpose()?;
    let named: Vec<(ContractId, String)> = named(chain).collect();
    let entry = |id: &ContractId, name: Option<&str>| json!({ "id": id.to_string(), "name": name });
    let mut entries = Vec::new();
    if after.is_none() {
        entries.extend(named.iter().map(|(id, name)| entry(id, Some(name))));
    }
    let deployed = chain.contracts(after)?;
    let unnamed = deployed.iter().filter(|id| !named.iter().any(|(named, _)| named == *id));
    entries.extend(unnamed.map(|id| entry(id, None)));
    Ok(Value::Array(entries))
}

//! The contracts and calls of a draft, encoded by the contracts' own metadata.

use std::borrow::Cow;
use std::fs;

use serde_json::{Map, Value};
use sillok_abi::native::{GenesisContract, code_hash};
use sillok_abi::{Call, FieldSpec, Metadata, digest};
use sillok_client::module;
use sillok_client::value::{Names, encode_fields};
use sillok_runtime::Genesis;

use super::CeremonyError;
use super::draft::{Draft, DraftCall, DraftContract};
use super::plan::DraftNames;

/// The salt of a contract's id.
pub(super) fn salt(name: &str) -> [u8; 32] {
    digest("sillok/genesis-contract", &name)
}

/// The genesis with the contracts and calls of the draft.
pub(super) fn install(
    draft: &Draft,
    names: &DraftNames,
    mut genesis: Genesis,
) -> Result<Genesis, CeremonyError> {
    let mut described = Vec::new();
    for contract in &draft.contracts {
        let code = code_of(draft, contract)?;
        let metadata = module::metadata(&code).map_err(|error| refused(contract, error))?;
        genesis.contracts.push(instance(contract, &code, &metadata, names)?);
        if !genesis.codes.iter().any(|known| known[..] == code[..]) {
            genesis.codes.push(code.into_owned());
        }
        described.push((contract.name.as_str(), metadata));
    }
    for call in &draft.calls {
        genesis.calls.push(call_of(call, &described, names)?);
    }
    Ok(genesis)
}

fn instance(
    contract: &DraftContract,
    code: &[u8],
    metadata: &Metadata,
    names: &DraftNames,
) -> Result<GenesisContract, CeremonyError> {
    let params: &[FieldSpec] = metadata.constructor().map_or(&[], |constructor| &constructor.params);
    let admin = contract.admin.as_deref().map(|admin| names.account(admin)).transpose();
    Ok(GenesisContract {
        name: contract.name.clone(),
        code: code_hash(code),
        deployer: names.deployer(&contract.deployer).map_err(|error| refused(contract, error))?,
        salt: salt(&contract.name),
        admin: admin.map_err(|error| refused(contract, error))?,
        args: encode(params, &contract.arguments, names).map_err(|error| refused(contract, error))?,
    })
}

fn call_of(
    call: &DraftCall,
    described: &[(&str, Metadata)],
    names: &DraftNames,
) -> Result<Call, CeremonyError> {
    let refused =
        |why: String| CeremonyError::Draft(format!("the call of {}.{}: {why}", call.contract, call.method));
    let found = described.iter().find(|(name, _)| *name == call.contract);
    let (_, metadata) = found.ok_or_else(|| refused("there is no such contract in the draft".into()))?;
    let method = metadata.method(&call.method).ok_or_else(|| refused("there is no such method".into()))?;
    Ok(Call {
        contract: names.contract(&call.contract).map_err(refused)?,
        method: call.method.clone(),
        args: encode(&method.params, &call.arguments, names).map_err(refused)?,
    })
}

fn encode(
    params: &[FieldSpec],
    arguments: &Map<String, Value>,
    names: &DraftNames,
) -> Result<Vec<u8>, String> {
    encode_fields(params, arguments, names).map_err(|error| error.to_string())
}

/// The code of a contract, which is the one that the draft was written for.
fn code_of<'a>(draft: &Draft, contract: &DraftContract) -> Result<Cow<'a, [u8]>, CeremonyError> {
    let code: Cow<'a, [u8]> = if contract.code.ends_with(".wasm") {
        let path = draft.folder.join(&contract.code);
        fs::read(&path).map_err(|source| CeremonyError::File { path, source })?.into()
    } else {
        let built_in = sillok_contracts::ALL.iter().find(|(name, _)| *name == contract.code);
        let unknown = || {
            let known: Vec<_> = sillok_contracts::ALL.iter().map(|(name, _)| *name).collect();
            refused(
                contract,
                format!(
                    "there is no code `{}`; there is {}, and .wasm files",
                    contract.code,
                    known.join(", ")
                ),
            )
        };
        built_in.ok_or_else(unknown)?.1.into()
    };
    let found = format!("0x{}", hex::encode(code_hash(&code)));
    match &contract.hash {
        Some(expected) if *expected != found => Err(CeremonyError::OtherCode {
            name: contract.name.clone(),
            code: contract.code.clone(),
            found,
            expected: expected.clone(),
        }),
        _ => Ok(code),
    }
}

fn refused(contract: &DraftContract, why: impl std::fmt::Display) -> CeremonyError {
    CeremonyError::Draft(format!("the contract `{}`: {why}", contract.name))
}

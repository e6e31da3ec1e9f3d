//! The system module: uploads code and instantiates contracts.

use codec::Encode;
use sillok_abi::native::{ContractInfo, SYSTEM, code_hash, contract_id};
use sillok_abi::{Call, ContractId, ErrorSpec, Failure, Hash, ItemSpec, MethodKind, Param, TrapCode, Type};

use super::{args, error, member_of, returned};
use crate::execution::{Authority, CallEnd, Context, Stop};
use crate::wasm::{CODE_ERRORS, check_code};

const INFO: Type = Type::Option(&Type::Struct(
    "ContractInfo",
    &[
        Param { name: "code", ty: &Type::FixedBytes(32) },
        Param { name: "deployer", ty: &Type::Account },
        Param { name: "admin", ty: &Type::Option(&Type::Account) },
    ],
));

pub(super) const METHODS: &[ItemSpec] = &[
    ItemSpec::Contract { name: "system", version: env!("CARGO_PKG_VERSION"), layout: [0; 32] },
    ItemSpec::Method {
        name: "upload",
        docs: "Uploads a contract's code; returns its hash. Code that is there already is left as it is.",
        kind: MethodKind::Change,
        params: &[Param { name: "code", ty: &Type::Bytes }],
        returns: &Type::FixedBytes(32),
    },
    ItemSpec::Method {
        name: "instantiate",
        docs: "Makes a contract of uploaded code and runs its constructor; the deployer authorises. Returns its id.",
        kind: MethodKind::Change,
        params: &[
            Param { name: "deployer", ty: &Type::Account },
            Param { name: "code", ty: &Type::FixedBytes(32) },
            Param { name: "salt", ty: &Type::FixedBytes(32) },
            Param { name: "admin", ty: &Type::Option(&Type::Account) },
            Param { name: "args", ty: &Type::Bytes },
        ],
        returns: &Type::Contract,
    },
    ItemSpec::Method {
        name: "contract",
        docs: "What is known of a contract.",
        kind: MethodKind::Query,
        params: &[Param { name: "contract", ty: &Type::Contract }],
        returns: &INFO,
    },
];

/// A contract of this deployer and salt exists already.
const CONTRACT_EXISTS: u32 = 101;
/// No code of this hash was uploaded.
const NO_CODE: u32 = 102;
/// The deployer is not an account that a member admitted.
const NOT_ADMITTED: u32 = 103;
/// The code has no constructor, yet there are arguments for one.
const NO_CONSTRUCTOR: u32 = 104;

pub(super) fn errors() -> Vec<ErrorSpec> {
    let mut errors: Vec<ErrorSpec> =
        CODE_ERRORS.iter().map(|(refusal, name, docs)| error(refusal.code(), name, docs)).collect();
    errors.push(error(
        CONTRACT_EXISTS,
        "ContractExists",
        "This deployer has made a contract with this salt already: choose another salt.",
    ));
    errors.push(error(NO_CODE, "NoCode", "No code of this hash was uploaded: upload it first."));
    errors.push(error(NOT_ADMITTED, "NotAdmitted", "The deployer is not an account that a member admitted."));
    errors.push(error(NO_CONSTRUCTOR, "NoConstructor", "The code has no constructor: pass no arguments."));
    errors
}

pub(super) fn run(context: &mut Context, method: &str, bytes: &[u8]) -> Result<CallEnd, Stop> {
    match method {
        "upload" => {
            let (code,): (Vec<u8>,) = args(bytes)?;
            upload(context, code)
        }
        "instantiate" => {
            let (deployer, code, salt, admin, args) = args::<(_, _, _, _, Vec<u8>)>(bytes)?;
            context.require_auth(&deployer)?;
            if member_of(context, &deployer)?.is_none() {
                return Ok(CallEnd::Refused(NOT_ADMITTED));
            }
            instantiate(context, ContractInfo { code, deployer, admin }, salt, args)
        }
        "contract" => {
            let (contract,): (ContractId,) = args(bytes)?;
            let info = context.contract_info(&contract)?;
            returned(info)
        }
        _ => Err(TrapCode::NoMethod.into()),
    }
}

fn upload(context: &mut Context, code: Vec<u8>) -> Result<CallEnd, Stop> {
    let price = context.shared.parameters.gas.code_byte;
    context.charge(price.saturating_mul(code.len() as u64))?;
    match check_code(&code, &context.shared.parameters.code) {
        Ok(accepted) => {
            let price = context.shared.parameters.gas.code_complexity;
            context.charge(price.saturating_mul(accepted.used.module_complexity.into()))?;
            let hash = store_code(context, code)?;
            // Now, while its uploader pays, and not with somebody's first call. Nobody pays for a simulation.
            if !matches!(context.authority, Authority::Recorded(_)) {
                context.code(&hash)?;
            }
            returned(hash)
        }
        Err(error) => Ok(CallEnd::Refused(error.code())),
    }
}

/// Keeps code that was checked; answers its hash.
pub(crate) fn store_code(context: &mut Context, code: Vec<u8>) -> Result<Hash, Stop> {
    let hash = code_hash(&code);
    let key = code_key(&hash);
    if context.overlay.get(&key)?.is_none() {
        context.overlay.put(&key, Some(code))?;
    }
    Ok(hash)
}

/// Makes a contract and runs its constructor.
pub(crate) fn instantiate(
    context: &mut Context,
    info: ContractInfo,
    salt: [u8; 32],
    args: Vec<u8>,
) -> Result<CallEnd, Stop> {
    let contract = contract_id(&info.deployer, &salt);
    let key = contract_key(&contract);
    if context.overlay.get(&key)?.is_some() {
        return Ok(CallEnd::Refused(CONTRACT_EXISTS));
    }
    let Some(code) = context.code(&info.code)? else {
        return Ok(CallEnd::Refused(NO_CODE));
    };
    context.overlay.put(&key, Some(info.encode()))?;
    match code.metadata.constructor().map(|constructor| constructor.name.clone()) {
        Some(method) => construct(context, Call { contract, method, args })?,
        None if args.is_empty() => {}
        None => return Ok(CallEnd::Refused(NO_CONSTRUCTOR)),
    }
    returned(contract)
}

fn construct(context: &mut Context, call: Call) -> Result<(), Stop> {
    match context.construct(call, SYSTEM)? {
        (_, CallEnd::Returned(_)) => Ok(()),
        (call, CallEnd::Refused(code)) => Err(Stop::from(Failure::Error { code }).located(&call)),
    }
}

/// Where code is kept.
pub(crate) fn code_key(hash: &Hash) -> [u8; 68] {
    system_key(b"code", hash)
}

/// Where a contract's record is kept.
pub(crate) fn contract_key(contract: &ContractId) -> [u8; 68] {
    system_key(b"cont", &contract.0)
}

/// On the stack, as every call has one.
fn system_key(field: &[u8; 4], key: &[u8; 32]) -> [u8; 68] {
    let mut state_key = [0; 68];
    state_key[..32].copy_from_slice(&SYSTEM.0);
    state_key[32..36].copy_from_slice(field);
    state_key[36..].copy_from_slice(key);
    state_key
}

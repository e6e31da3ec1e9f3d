//! The system module: uploads code, instantiates contracts, upgrades them and hands them over.
//!
//! Code is kept once by its hash, however many contracts run it; what is a contract's own is its record
//! and its storage.

mod upgrade;

use codec::Encode;
use sillok_abi::native::{ContractInfo, SYSTEM, code_hash, contract_id};
use sillok_abi::{
    Account, Call, ContractId, ErrorSpec, Event, Failure, Hash, ItemSpec, MethodKind, Param, TrapCode, Type,
};

use super::{args, error, may_deploy, member_of, returned};
use crate::execution::{Authority, CallEnd, Context, Entry, Stop};
use crate::wasm::{CODE_ERRORS, check_code};

const INFO: Type = Type::Option(&Type::Struct(
    "ContractInfo",
    &[
        CODE,
        Param { name: "deployer", ty: &Type::Account },
        ADMIN,
        Param { name: "layout", ty: &Type::FixedBytes(32) },
        Param { name: "upgrades", ty: &Type::U32 },
    ],
));

const CONTRACT: Param = Param { name: "contract", ty: &Type::Contract };
const CODE: Param = Param { name: "code", ty: &Type::FixedBytes(32) };
const ADMIN: Param = Param { name: "admin", ty: &Type::Option(&Type::Account) };

pub(super) const METHODS: &[ItemSpec] = &[
    ItemSpec::Contract { name: "system", version: env!("CARGO_PKG_VERSION"), layout: [0; 32] },
    ItemSpec::Method {
        name: "upload",
        docs: "Uploads a contract's code; returns its hash. Code that is there already is left as it is.",
        kind: MethodKind::Change,
        reentrant: false,
        params: &[Param { name: "code", ty: &Type::Bytes }],
        returns: &Type::FixedBytes(32),
    },
    ItemSpec::Method {
        name: "instantiate",
        docs: "Makes a contract of uploaded code and runs its constructor; the deployer authorises. Returns its id.",
        kind: MethodKind::Change,
        reentrant: false,
        params: &[
            Param { name: "deployer", ty: &Type::Account },
            CODE,
            Param { name: "salt", ty: &Type::FixedBytes(32) },
            ADMIN,
            Param { name: "args", ty: &Type::Bytes },
        ],
        returns: &Type::Contract,
    },
    ItemSpec::Method {
        name: "upgrade",
        docs: "Gives a contract uploaded code and runs that code's migration from the contract's layout, if it \
               has one; the admin authorises.",
        kind: MethodKind::Change,
        reentrant: false,
        params: &[CONTRACT, CODE, Param { name: "args", ty: &Type::Bytes }],
        returns: &Type::Unit,
    },
    ItemSpec::Method {
        name: "set_admin",
        docs: "Hands a contract over to another admin, who authorises too, or with none to nobody: then its \
               code can never change again. The admin authorises.",
        kind: MethodKind::Change,
        reentrant: false,
        params: &[CONTRACT, ADMIN],
        returns: &Type::Unit,
    },
    ItemSpec::Method {
        name: "contract",
        docs: "What is known of a contract.",
        kind: MethodKind::Query,
        reentrant: false,
        params: &[CONTRACT],
        returns: &INFO,
    },
    ItemSpec::Method {
        name: "uploaded",
        docs: "Whether there is code of this hash.",
        kind: MethodKind::Query,
        reentrant: false,
        params: &[CODE],
        returns: &Type::Bool,
    },
    ItemSpec::Event {
        name: "Instantiated",
        docs: "There is a new contract.",
        fields: &[CONTRACT, CODE, Param { name: "deployer", ty: &Type::Account }, ADMIN],
    },
    ItemSpec::Event {
        name: "Upgraded",
        docs: "A contract runs other code, and its storage has been migrated.",
        fields: &[
            CONTRACT,
            Param { name: "from", ty: &Type::FixedBytes(32) },
            Param { name: "to", ty: &Type::FixedBytes(32) },
        ],
    },
    ItemSpec::Event {
        name: "AdminChanged",
        docs: "Another account may change a contract's code, or nobody any more.",
        fields: &[CONTRACT, ADMIN],
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
/// Only appointed deployers may make contracts, and this is none.
const NOT_APPOINTED: u32 = 111;

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
    errors.push(error(
        NOT_APPOINTED,
        "NotAppointed",
        "Only deployers that the validators have appointed may make contracts, and this account is none.",
    ));
    errors.extend(upgrade::errors());
    errors
}

pub(super) fn run(context: &mut Context, method: &str, bytes: &[u8]) -> Result<CallEnd, Stop> {
    match method {
        "upload" => {
            let (code,): (Vec<u8>,) = args(bytes)?;
            upload(context, code)
        }
        "instantiate" => {
            let (deployer, code, salt, admin, args) = args(bytes)?;
            instantiate_for(context, NewContract { code, deployer, admin, salt, args })
        }
        "upgrade" => {
            let (contract, code, args) = args(bytes)?;
            upgrade::upgrade(context, contract, code, args)
        }
        "set_admin" => {
            let (contract, admin) = args(bytes)?;
            upgrade::set_admin(context, contract, admin)
        }
        "contract" => {
            let (contract,): (ContractId,) = args(bytes)?;
            let info = context.contract_info(&contract)?;
            returned(info)
        }
        "uploaded" => {
            let (code,): (Hash,) = args(bytes)?;
            let uploaded = context.overlay.get(&code_key(&code))?.is_some();
            returned(uploaded)
        }
        _ => Err(TrapCode::NoMethod.into()),
    }
}

fn upload(context: &mut Context, code: Vec<u8>) -> Result<CallEnd, Stop> {
    let price = context.shared.parameters.gas.code_byte;
    context.charge(price.saturating_mul(code.len() as u64))?;
    match check_code(&code, &context.shared.parameters.code) {
        Ok(accepted) => {
            let price = context.shared.parameters.gas.code_work;
            context.charge(price.saturating_mul(accepted.work))?;
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

/// A contract to be made.
pub(crate) struct NewContract {
    /// The hash of its code.
    pub(crate) code: Hash,
    pub(crate) deployer: Account,
    pub(crate) admin: Option<Account>,
    pub(crate) salt: [u8; 32],
    /// The constructor's arguments.
    pub(crate) args: Vec<u8>,
}

fn instantiate_for(context: &mut Context, new: NewContract) -> Result<CallEnd, Stop> {
    context.require_auth(&new.deployer)?;
    if member_of(context, &new.deployer)?.is_none() {
        return Ok(CallEnd::Refused(NOT_ADMITTED));
    }
    if !may_deploy(context, &new.deployer)? {
        return Ok(CallEnd::Refused(NOT_APPOINTED));
    }
    let facts = (contract_id(&new.deployer, &new.salt), new.code, new.deployer, new.admin);
    let end = instantiate(context, new)?;
    if let CallEnd::Returned(_) = &end {
        emit(context, "Instantiated", facts)?;
    }
    Ok(end)
}

/// Makes a contract and runs its constructor.
pub(crate) fn instantiate(context: &mut Context, new: NewContract) -> Result<CallEnd, Stop> {
    let NewContract { code: hash, deployer, admin, salt, args } = new;
    let contract = contract_id(&deployer, &salt);
    let key = contract_key(&contract);
    if context.overlay.get(&key)?.is_some() {
        return Ok(CallEnd::Refused(CONTRACT_EXISTS));
    }
    let Some(code) = context.code(&hash)? else {
        return Ok(CallEnd::Refused(NO_CODE));
    };
    let info = ContractInfo { code: hash, deployer, admin, layout: code.metadata.layout, upgrades: 0 };
    context.overlay.put(&key, Some(info.encode()))?;
    match code.metadata.constructor().map(|constructor| constructor.name.clone()) {
        Some(method) => set_up(context, Call { contract, method, args }, Entry::Constructor)?,
        None if args.is_empty() => {}
        None => return Ok(CallEnd::Refused(NO_CONSTRUCTOR)),
    }
    returned(contract)
}

/// Runs a constructor or a migration. What it refuses is its own failure, not the module's, whose codes
/// mean something else.
fn set_up(context: &mut Context, call: Call, entry: Entry) -> Result<(), Stop> {
    match context.set_up(call, SYSTEM, entry)? {
        (_, CallEnd::Returned(_)) => Ok(()),
        (call, CallEnd::Refused(code)) => Err(Stop::from(Failure::Error { code }).located(&call)),
    }
}

fn emit(context: &mut Context, name: &str, fields: impl Encode) -> Result<(), Stop> {
    context.emit(Event { contract: SYSTEM, name: name.into(), data: fields.encode() })
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

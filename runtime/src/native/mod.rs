//! Native modules: host code that is called like a contract, with the same frames, receipts and gas.

mod governance;
mod membership;
mod system;

use std::sync::OnceLock;

use codec::{Decode, DecodeAll, Encode};
use sillok_abi::native::{GOVERNANCE, MEMBERSHIP, SYSTEM};
use sillok_abi::{ContractId, ErrorSpec, ItemSpec, Metadata, MethodSpec, SectionBytes, TrapCode};

use crate::execution::{CallEnd, Context, Stop};

pub use governance::replay_window_ms;
pub(crate) use governance::{
    BadNodes, Consortium, check_version, choose_parameter, consortium, halts, is_halted, is_operator,
    is_report, is_reportable, list_parameters, mark, may_deploy, parameters_key, put_governance,
    run_due_proposals, version_at,
};
pub(crate) use membership::{grow_state, member, member_of, put_members};
pub(crate) use system::{NewContract, code_key, contract_key, instantiate, store_code};

/// A native module: its description and its dispatch.
pub(crate) struct Module {
    id: ContractId,
    methods: &'static [ItemSpec],
    errors: fn() -> Vec<ErrorSpec>,
    run: fn(&mut Context, &str, &[u8]) -> Result<CallEnd, Stop>,
    section: OnceLock<Vec<u8>>,
    metadata: OnceLock<Metadata>,
}

static MODULES: [Module; 3] = [
    Module::new(SYSTEM, system::METHODS, system::errors, system::run),
    Module::new(MEMBERSHIP, membership::METHODS, membership::errors, membership::run),
    Module::new(GOVERNANCE, governance::METHODS, governance::errors, governance::run),
];

/// The native module of this id.
pub(crate) fn module(id: &ContractId) -> Option<&'static Module> {
    MODULES.iter().find(|module| module.id == *id)
}

/// The metadata section of a native module, as a contract's code would hold it.
pub fn native_metadata(id: &ContractId) -> Option<&'static [u8]> {
    module(id).map(Module::section)
}

impl Module {
    const fn new(
        id: ContractId,
        methods: &'static [ItemSpec],
        errors: fn() -> Vec<ErrorSpec>,
        run: fn(&mut Context, &str, &[u8]) -> Result<CallEnd, Stop>,
    ) -> Self {
        Module { id, methods, errors, run, section: OnceLock::new(), metadata: OnceLock::new() }
    }

    pub(crate) fn method(&self, name: &str) -> Option<&MethodSpec> {
        self.metadata().method(name)
    }

    fn metadata(&self) -> &Metadata {
        self.metadata.get_or_init(|| {
            Metadata::from_section(self.section()).expect("a native module describes itself correctly")
        })
    }

    fn section(&self) -> &[u8] {
        self.section.get_or_init(|| {
            let mut section = Vec::new();
            for item in self.methods {
                let bytes = SectionBytes::of(item);
                section.extend_from_slice(bytes.as_slice());
            }
            for error in (self.errors)() {
                sillok_abi::Item::Error(error).encode_to(&mut section);
            }
            section
        })
    }
}

/// Runs a method of a native module in the running frame.
pub(crate) fn call(context: &mut Context, module: &Module, method: &str) -> Result<CallEnd, Stop> {
    let price = context.shared.parameters.gas.native_call;
    context.charge(price)?;
    let args = std::mem::take(&mut context.frame_mut().call.args);
    (module.run)(context, method, &args)
}

/// A method's arguments.
fn args<T: Decode>(bytes: &[u8]) -> Result<T, Stop> {
    T::decode_all(&mut &*bytes).map_err(|_| TrapCode::BadArguments.into())
}

/// A method's value.
fn returned(value: impl Encode) -> Result<CallEnd, Stop> {
    Ok(CallEnd::Returned(value.encode()))
}

/// A module's error as metadata.
fn error(code: u32, name: &str, docs: &str) -> ErrorSpec {
    ErrorSpec { name: name.into(), code, docs: docs.trim().into() }
}

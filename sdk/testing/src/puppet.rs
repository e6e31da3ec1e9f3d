//! Contracts that do what scripts say, so that a test can have any hostile contract that it can think of.
//!
//! `run` follows the script in its arguments; `order`, whatever its arguments are, the one that `plot`
//! has kept: so what a signer has seen simulated need not be what runs. `authenticate` follows the
//! script in the credential.

use codec::Encode;
use sillok_abi::native::{GenesisContract, code_hash};
use sillok_abi::{
    ABI_VERSION, Account, ContractId, Item, METADATA_SECTION, MethodKind, MethodSpec, Time, TypeSpec,
};
use sillok_runtime::Genesis;

use crate::{Raw, account};

/// The names of the puppets of [`add`].
pub const PUPPETS: [&str; 6] = ["puppet-a", "puppet-b", "puppet-c", "puppet-d", "puppet-e", "puppet-f"];
/// A puppet whose `authenticate` claims to be a method that changes something.
pub const CHANGER: &str = "changer";

/// What a puppet does, step after step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script(Vec<u8>);

impl Script {
    /// Does nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for an account's authority.
    pub fn auth(self, account: Account) -> Self {
        self.step(1).value(&account.encode())
    }

    /// Calls; a refusal ends this too.
    pub fn call(self, contract: ContractId, method: &str, args: impl Encode) -> Self {
        self.step(2).raw(&[0]).raw(&contract.0).value(method.as_bytes()).value(&args.encode())
    }

    /// Calls, and goes on after a refusal.
    pub fn try_call(self, contract: ContractId, method: &str, args: impl Encode) -> Self {
        self.step(2).raw(&[1]).raw(&contract.0).value(method.as_bytes()).value(&args.encode())
    }

    /// Calls another puppet's `run`.
    pub fn run(self, puppet: ContractId, script: &Script) -> Self {
        self.call(puppet, "run", script.args())
    }

    /// The same, and goes on after a refusal.
    pub fn try_run(self, puppet: ContractId, script: &Script) -> Self {
        self.try_call(puppet, "run", script.args())
    }

    /// Refuses with an error.
    pub fn refuse(self, code: u32) -> Self {
        self.step(3).raw(&code.to_le_bytes())
    }

    /// Emits an event.
    pub fn emit(self) -> Self {
        self.step(4)
    }

    /// Has a method of its own called later.
    pub fn schedule(self, time: Time, method: &str, args: impl Encode) -> Self {
        let gas: u64 = 5_000_000;
        let times = self.step(5).raw(&time.0.to_le_bytes()).raw(&gas.to_le_bytes());
        times.value(method.as_bytes()).value(&args.encode())
    }

    /// Changes its storage.
    pub fn store(self) -> Self {
        self.step(6).value(b"stored")
    }

    /// Answers these bytes.
    pub fn answer(self, bytes: &[u8]) -> Self {
        self.step(7).value(bytes)
    }

    /// Goes on for ever.
    pub fn spin(self) -> Self {
        self.step(8)
    }

    /// Panics.
    pub fn panic(self) -> Self {
        self.step(9)
    }

    /// Does nothing: scripts with other tags are other arguments.
    pub fn tag(self, tag: u8) -> Self {
        self.step(10).raw(&[tag])
    }

    /// As the arguments of `run` and `plot`.
    pub fn args(&self) -> Raw {
        Raw(self.0.clone())
    }

    /// As a credential.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.clone()
    }

    fn step(self, step: u8) -> Self {
        self.raw(&[step])
    }

    fn value(self, bytes: &[u8]) -> Self {
        self.raw(&(bytes.len() as u32).to_le_bytes()).raw(bytes)
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }
}

/// Adds the puppets to a genesis.
pub fn add(genesis: &mut Genesis) {
    let honest = code(MethodKind::Query);
    let changing = code(MethodKind::Change);
    let puppets = PUPPETS.iter().map(|name| (*name, &honest)).chain([(CHANGER, &changing)]);
    for (index, (name, code)) in puppets.enumerate() {
        genesis.contracts.push(GenesisContract {
            name: name.into(),
            code: code_hash(code),
            deployer: account("Eve"),
            salt: [100 + index as u8; 32],
            admin: None,
            args: Vec::new(),
        });
    }
    genesis.codes.extend([honest, changing]);
}

/// The puppet's Wasm; `authenticate` is a method of this kind.
fn code(authenticate: MethodKind) -> Vec<u8> {
    let mut wasm = wat::parse_str(format!("(module {})", include_str!("puppet.wat"))).unwrap();
    let method = |name: &str, kind| {
        Item::Method(MethodSpec {
            name: name.into(),
            docs: String::new(),
            kind,
            params: Vec::new(),
            returns: TypeSpec::Unit,
        })
    };
    let contract =
        Item::Contract { abi: ABI_VERSION, name: "puppet".into(), version: "0".into(), layout: [0; 32] };
    let items = [
        contract,
        method("run", MethodKind::Change),
        method("plot", MethodKind::Change),
        method("order", MethodKind::Change),
        method("authenticate", authenticate),
        method("verifies", MethodKind::Query),
    ];
    let metadata: Vec<u8> = items.iter().flat_map(Encode::encode).collect();
    let name = METADATA_SECTION.as_bytes();
    let section = [leb(name.len()), name.to_vec(), metadata].concat();
    wasm.push(0);
    wasm.extend_from_slice(&leb(section.len()));
    wasm.extend_from_slice(&section);
    wasm
}

/// Unsigned LEB128, as sections' sizes are written.
fn leb(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 128 {
        bytes.push((value % 128) as u8 | 128);
        value /= 128;
    }
    bytes.push(value as u8);
    bytes
}

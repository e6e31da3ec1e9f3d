//! Contracts that do what scripts say, so that a test can have any hostile contract that it can think of.
//!
//! `run` follows the script in its arguments, and so does `peek`, a query; `order`, whatever its arguments are, the one that `plot`
//! has kept: so what a signer has seen simulated need not be what runs. `authenticate` follows the
//! script in the credential.

use codec::Encode;
use sillok_abi::native::{GenesisContract, code_hash};
use sillok_abi::{
    ABI_VERSION, Account, BookParams, ContractId, Item, MethodKind, MethodSpec, NewOrder, Time,
};
use sillok_runtime::Genesis;

use crate::{Raw, account, contract_item, method_spec, module};

/// The names of the puppets of [`add`].
pub const PUPPETS: [&str; 6] = ["puppet-a", "puppet-b", "puppet-c", "puppet-d", "puppet-e", "puppet-f"];
/// A puppet whose `authenticate` claims to be a method that changes something.
pub const CHANGER: &str = "changer";

/// A puppet of which `run` and `peek` may be entered while a call of it is open, and nothing else.
pub const REENTRANT: &str = "reentrant";

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
        self.put(b"stored")
    }

    /// Stores these bytes, where `plot` keeps its script.
    pub fn put(self, bytes: &[u8]) -> Self {
        self.step(6).value(bytes)
    }

    /// Answers what is stored.
    pub fn answer_stored(self) -> Self {
        self.step(11)
    }

    /// Answers how its last call has ended: the status in four bytes, then the value or the error's code.
    pub fn answer_ended(self) -> Self {
        self.step(12)
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

    /// Makes an order book.
    pub fn create_book(self, params: &BookParams) -> Self {
        self.step(13).value(&params.encode())
    }

    /// Places an order; whether the book takes it is of no matter.
    pub fn place(self, book: u64, order: &NewOrder) -> Self {
        self.step(14).raw(&book.to_le_bytes()).value(&order.encode())
    }

    /// Cancels an order, if it is there.
    pub fn cancel(self, book: u64, order: u64) -> Self {
        self.step(15).raw(&book.to_le_bytes()).raw(&order.to_le_bytes())
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
    let honest = code(MethodKind::Query, &[]);
    let changing = code(MethodKind::Change, &[]);
    let reentrant = code(MethodKind::Query, &["run", "peek"]);
    let others = [(CHANGER, &changing), (REENTRANT, &reentrant)];
    let puppets = PUPPETS.iter().map(|name| (*name, &honest)).chain(others);
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
    genesis.codes.extend([honest, changing, reentrant]);
}

/// The puppet's Wasm; `authenticate` is a method of this kind, and these methods are re-entrant.
fn code(authenticate: MethodKind, reentrant: &[&str]) -> Vec<u8> {
    let method = |name: &str, kind| {
        Item::Method(MethodSpec { reentrant: reentrant.contains(&name), ..method_spec(name, kind) })
    };
    let items = [
        contract_item(ABI_VERSION),
        method("run", MethodKind::Change),
        method("peek", MethodKind::Query),
        method("plot", MethodKind::Change),
        method("order", MethodKind::Change),
        method("authenticate", authenticate),
        method("verifies", MethodKind::Query),
    ];
    module(include_str!("puppet.wat"), &items)
}

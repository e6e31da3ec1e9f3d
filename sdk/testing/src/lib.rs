//! A chain in memory: real runtime, real contracts, real signatures, one executor.
//!
//! For tests and benches. Whatever goes wrong panics: that is how a test fails.
#![allow(clippy::unwrap_used, reason = "a test harness: a panic is how it reports")]

mod artefacts;
pub mod code;
pub mod governance;
pub mod puppet;
mod settled;

use std::sync::Arc;

use codec::{Decode, Encode};
use sillok_abi::native::{GenesisContract, Member, code_hash, contract_id};
use sillok_abi::{
    Account, Authorisation, Authoriser, Call, CallFailure, CallTree, ContractId, Failure, Hash, Outcome,
    Receipt, Time, Transaction, TransactionBody,
};
use sillok_client::keys::Keypair;
use sillok_client::transaction::{Nonces, Signer, authorise, sign};
use sillok_runtime::{
    BlockEnv, Execution, Executor, Genesis, MemoryState, Outside, Parameters, Proposal, Refusal, Runtime,
    Simulation, StateTree,
};

pub use artefacts::outside;
pub use code::{
    contract_item, deploy, method_item, method_spec, module, wat_contract, with_metadata, with_methods,
};
pub use governance::{observer, operator, validator};
pub use settled::unless_settled;

/// When the chain starts.
pub const START: u64 = 1_790_000_000_000;
/// The gas limit of the tests' transactions.
pub const GAS: u64 = 100_000_000;

/// A sample issuer, as the register's constructor takes it.
pub fn issuer() -> (String, String, bool, Option<i32>) {
    ("Sample Company (SAMPLE)".into(), "000-00-00000".into(), true, None)
}

/// The development key of a name.
pub fn key(name: &str) -> Keypair {
    format!("//{name}").parse().unwrap()
}

/// Its account.
pub fn account(name: &str) -> Account {
    key(name).account()
}

/// A chain in memory.
pub struct World {
    /// Its runtime.
    pub runtime: Arc<Runtime>,
    /// Its executor.
    pub executor: Executor,
    /// Committed state.
    pub state: Arc<MemoryState>,
    /// What it started from.
    pub genesis: Genesis,
    /// The height of the last block.
    pub height: u64,
    /// The time of the last block, in milliseconds.
    pub time: u64,
    /// The tree of that state.
    pub tree: StateTree,
    /// Its root, which stands for the last block's id too.
    pub root: Hash,
    /// Where nonces come from.
    pub nonces: Nonces,
    /// Everybody who can sign.
    pub signers: Vec<Signer>,
}

/// The directors of the board, numbered from 1.
pub const DIRECTORS: [&str; 3] = ["Alice", "Bob", "Charlie"];

const NAMES: [&str; 6] = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];

/// Which of the genesis contracts the escrow is.
const ESCROW: usize = 3;

/// Contracts by name: `register` of Alice, `cash` of Ferdie's bank, `did`, `escrow`, `market`, which Alice
/// operates, `counter` of Alice, `board` of which Alice, Bob and Charlie are directors and any two agree.
pub fn genesis() -> Genesis {
    let alice = account("Alice");
    let codes = [
        ("register", sillok_contracts::REGISTER, (alice, issuer()).encode()),
        ("cash", sillok_contracts::CASH, (account("Ferdie"), "KRW", 0u8).encode()),
        ("did", sillok_contracts::DID, Vec::new()),
        ("escrow", sillok_contracts::ESCROW, Vec::new()),
        ("market", sillok_contracts::MARKET, market_roles().encode()),
        ("counter", sillok_contracts::COUNTER, (alice,).encode()),
        ("board", sillok_contracts::BOARD, ("Sample Board (SAMPLE)", directors(), 2u32).encode()),
    ];
    let contract = |(index, (name, wasm, args)): (usize, &(&str, &[u8], Vec<u8>))| GenesisContract {
        name: (*name).into(),
        code: code_hash(wasm),
        deployer: alice,
        salt: [index as u8; 32],
        admin: None,
        args: args.clone(),
    };
    Genesis {
        name: "test".into(),
        dev: true,
        time: Time(START),
        nodes: vec![validator("Validator", 1)],
        members: vec![member("Sample Member (SAMPLE)", alice)],
        admitted: NAMES.iter().map(|name| (account(name), 0)).collect(),
        parameters: Parameters::default(),
        contracts: codes.iter().enumerate().map(contract).collect(),
        codes: codes.iter().map(|(_, wasm, _)| wasm.to_vec()).collect(),
        calls: Vec::new(),
    }
}

/// Who is who in the market, as its constructor takes it: Alice operates it, Ferdie sets the tax, `Fees` and
/// `Tax` get what they are called after, and negotiated trades go through `escrow`.
pub fn market_roles() -> (Account, Account, Account, Account, ContractId) {
    let escrow = contract_id(&account("Alice"), &[ESCROW as u8; 32]);
    (account("Alice"), account("Ferdie"), account("Fees"), account("Tax"), escrow)
}

/// The keys of the board's directors, by scheme and public key.
fn directors() -> Vec<(u8, Vec<u8>)> {
    let sr25519 = |name: &&str| (0, key(name).public().to_vec());
    DIRECTORS.iter().map(sr25519).collect()
}

/// A member with the whole of a block and a gibibyte of state.
pub fn member(name: &str, admin: Account) -> Member {
    Member { name: name.into(), admin, gas_share: 1_000, state_quota: 1 << 30, state_used: 0 }
}

impl Default for World {
    /// The chain of [`genesis`].
    fn default() -> Self {
        Self::of(genesis())
    }
}

impl World {
    /// The chain of a genesis.
    pub fn of(genesis: Genesis) -> Self {
        Self::with(genesis, outside())
    }

    /// The chain of a genesis, with what its runtime needs from outside.
    pub fn with(genesis: Genesis, outside: Outside) -> Self {
        let runtime = Arc::new(Runtime::new(genesis.hash(), genesis.parameters.clone(), outside).unwrap());
        let built = runtime.build_genesis(&genesis).unwrap();
        let mut state = MemoryState::default();
        state.apply(&built.changes);
        let state = Arc::new(state);
        let executor =
            Executor::open(runtime.clone(), state.clone(), Time(START), std::iter::empty()).unwrap();
        let mut tree = StateTree::default();
        tree.update(&built.changes).unwrap();
        let operators = genesis.nodes.iter().map(|node| key(&operator(&node.name)));
        let signers = NAMES.iter().map(|name| key(name)).chain(operators).map(Signer::Key).collect();
        World {
            runtime,
            executor,
            state,
            genesis,
            signers,
            height: 0,
            time: START,
            root: tree.root(),
            tree,
            nonces: Nonces::new(),
        }
    }

    /// A chain that goes its own way from here, with the same compiled code.
    pub fn fork(&self) -> Self {
        let (runtime, state) = (self.runtime.clone(), self.state.clone());
        let executor =
            Executor::open(runtime.clone(), state.clone(), Time(self.time), std::iter::empty()).unwrap();
        let (genesis, signers, tree) = (self.genesis.clone(), self.signers.clone(), self.tree.clone());
        World { runtime, executor, state, tree, genesis, nonces: Nonces::new(), signers, ..*self }
    }

    /// The chain's id.
    pub fn chain(&self) -> Hash {
        self.genesis.hash()
    }

    /// A contract by the name that genesis gives it.
    pub fn id(&self, name: &str) -> ContractId {
        self.genesis.contract(name).unwrap()
    }

    /// The next block's height and time.
    pub fn env(&self) -> BlockEnv {
        BlockEnv { height: self.height + 1, time: Time(self.time + 1) }
    }

    /// A transaction without authorisations.
    pub fn body(&self, from: &str, contract: ContractId, method: &str, args: impl Encode) -> TransactionBody {
        TransactionBody {
            chain: self.chain(),
            submitter: account(from),
            nonce: self.nonces.next(),
            expiry: Time(self.time + 60_000),
            gas_limit: GAS,
            call: Call { contract, method: method.into(), args: args.encode() },
            authorisations: Vec::new(),
        }
    }

    /// What the transaction would do next.
    pub fn simulate(&self, body: &TransactionBody) -> Simulation {
        self.runtime.simulate(self.state.clone(), self.env(), body).unwrap()
    }

    /// Signs what a simulation asks for, with everybody's keys.
    pub fn signed(&self, mut body: TransactionBody) -> Transaction {
        let trees = self.simulate(&body).trees;
        authorise(&mut body, trees, &self.signers, &self.nonces).unwrap();
        self.seal(body)
    }

    /// The submitter's signature alone.
    pub fn seal(&self, body: TransactionBody) -> Transaction {
        let signer = self.signers.iter().find(|signer| signer.account() == body.submitter).unwrap();
        sign(body, signer)
    }

    /// Calls with everybody's authority; the receipt.
    pub fn call(&mut self, from: &str, contract: &str, method: &str, args: impl Encode) -> Receipt {
        let id = self.id(contract);
        let body = self.body(from, id, method, args);
        let transaction = self.signed(body);
        self.send(transaction).unwrap()
    }

    /// As `call`, and it must succeed.
    pub fn ok<T: Decode>(&mut self, from: &str, contract: &str, method: &str, args: impl Encode) -> T {
        let receipt = self.call(from, contract, method, args);
        match &receipt.outcome {
            Outcome::Success(value) => T::decode(&mut value.as_slice()).unwrap(),
            Outcome::Failed(failure) => panic!("{method} failed: {failure:?}"),
        }
    }

    /// As `call`, and it must fail.
    pub fn fails(&mut self, from: &str, contract: &str, method: &str, args: impl Encode) -> Failure {
        failure(&self.call(from, contract, method, args))
    }

    /// As `call`, with the submitter's authority alone.
    pub fn alone(&mut self, from: &str, contract: &str, method: &str, args: impl Encode) -> Receipt {
        let mut body = self.body(from, self.id(contract), method, args);
        let trees = self.simulate(&body).trees.into_iter();
        let own = trees.filter(|(account, _)| *account == body.submitter).map(|(_, tree)| tree);
        let own = own.map(|tree| Authorisation { by: Authoriser::Submitter, tree });
        body.authorisations.extend(own);
        let transaction = self.seal(body);
        self.send(transaction).unwrap()
    }

    /// As `call`, and this very contract must refuse it, with nothing changed: the code of its error.
    pub fn code(&mut self, from: &str, contract: &str, method: &str, args: impl Encode) -> u32 {
        let (at, code) = self.refused(from, contract, method, args);
        assert_eq!(at, self.id(contract), "{method} was refused by another contract, with error {code}");
        code
    }

    /// As `call`, and a contract must refuse it, with nothing changed: which one, and the code of its error.
    pub fn refused(
        &mut self,
        from: &str,
        contract: &str,
        method: &str,
        args: impl Encode,
    ) -> (ContractId, u32) {
        let before = self.root;
        let receipt = self.call(from, contract, method, args);
        assert_eq!(self.root, before, "a refusal changes nothing");
        match receipt.outcome {
            Outcome::Failed(CallFailure { contract, failure: Failure::Error { code }, .. }) => {
                (contract, code)
            }
            other => panic!("{method} was not refused: {other:?}"),
        }
    }

    /// A block of one transaction.
    pub fn send(&mut self, transaction: Transaction) -> Result<Receipt, Refusal> {
        let check = self.runtime.check(self.state.clone(), self.env(), &transaction).unwrap();
        check?;
        let proposal = self.block(vec![transaction]);
        match proposal.refused.first() {
            Some((_, refusal)) => Err(*refusal),
            None => Ok(proposal.execution.receipts.last().unwrap().clone()),
        }
    }

    /// A block, committed.
    pub fn block(&mut self, candidates: Vec<Transaction>) -> Proposal {
        self.time += 1;
        self.height += 1;
        let env = BlockEnv { height: self.height, time: Time(self.time) };
        let proposal = self.executor.propose(self.state.clone(), env, self.root, candidates).unwrap();
        self.commit(&proposal.execution);
        proposal
    }

    /// Makes a block's changes permanent.
    pub fn commit(&mut self, execution: &Execution) {
        Arc::make_mut(&mut self.state).apply(&execution.changes);
        self.executor.commit();
        self.tree.update(&execution.changes).unwrap();
        self.root = self.tree.root();
    }

    /// A query's value; it must succeed.
    pub fn query<T: Decode>(&self, contract: &str, method: &str, args: impl Encode) -> T {
        let call = Call { contract: self.id(contract), method: method.into(), args: args.encode() };
        let receipt = self.runtime.query(self.state.clone(), self.env(), call).unwrap();
        match receipt.outcome {
            Outcome::Success(value) => T::decode(&mut value.as_slice()).unwrap(),
            Outcome::Failed(failure) => panic!("query {method} failed: {failure:?}"),
        }
    }

    /// Cash of an account: available and held.
    pub fn cash(&self, of: Account) -> (u64, u64) {
        self.query("cash", "balance", (of,))
    }

    /// Shares of an account in class 1 of the register: owned and locked.
    pub fn shares(&self, of: Account) -> (u64, u64) {
        let (shares, locked, _): (u64, u64, u64) = self.query("register", "holding", (1u32, of));
        (shares, locked)
    }

    /// A class of a million shares, of which `holder` gets `quantity` in an accepted lot.
    pub fn issue(&mut self, holder: &str, quantity: u64) -> u64 {
        let lot = self.issue_to(account(holder), quantity);
        let () = self.ok(holder, "register", "accept", (lot, Time(START).date()));
        lot
    }

    /// The same, of a lot that its holder has not accepted yet: it need not be a key's.
    pub fn issue_to(&mut self, holder: Account, quantity: u64) -> u64 {
        let class: Option<u32> = self.query("register", "class_by_reference", ("common",));
        if class.is_none() {
            let args = ("common", "Common", 0u8, 1_000_000u64, 1u32, 1u32, 500u64);
            let _: u32 = self.ok("Alice", "register", "add_class", args);
        }
        let args = (1u32, holder, quantity, "", Time(START).date(), "");
        self.ok("Alice", "register", "issue", args)
    }

    /// Mints cash.
    pub fn mint(&mut self, to: &str, amount: u64) {
        let () = self.ok("Ferdie", "cash", "mint", (account(to), amount));
    }
}

/// Why a receipt's call failed.
pub fn failure(receipt: &Receipt) -> Failure {
    match &receipt.outcome {
        Outcome::Failed(failed) => failed.failure.clone(),
        Outcome::Success(_) => panic!("it succeeded"),
    }
}

/// Arguments that are encoded already.
pub struct Raw(pub Vec<u8>);

impl Encode for Raw {
    fn size_hint(&self) -> usize {
        self.0.len()
    }

    fn encode_to<Output: codec::Output + ?Sized>(&self, output: &mut Output) {
        output.write(&self.0);
    }
}

/// A tree without children.
pub fn leaf(contract: ContractId, method: &str, args: impl Encode) -> CallTree {
    CallTree::leaf(Call { contract, method: method.into(), args: args.encode() })
}

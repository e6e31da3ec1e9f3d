//! The contracts that a bench calls, and the genesis in which every account is admitted and has something.

use codec::Encode;
use sillok_abi::{Account, Call, ContractId, Date};
use sillok_client::keys::Keypair;
use sillok_runtime::Genesis;

use super::kind::Kind;
use super::market::Venue;
use super::options::{BenchOptions, Workload};
use super::{BenchError, did};
use crate::dev;

/// What each account begins with: more than a bench spends.
const EACH: u64 = 1_000_000_000;
/// The shares that each account begins with.
const SHARES_EACH: u64 = 10_000_000;

/// The contracts that a bench calls.
pub(super) struct Scene {
    /// The cash contract.
    pub(super) cash: ContractId,
    /// The registers in which accounts have lots: in turn, by their numbers.
    pub(super) registers: Vec<ContractId>,
    /// The market, if there are orders.
    pub(super) market: Option<Venue>,
    /// The contract that manages DIDs.
    pub(super) did: ContractId,
    /// The escrow contract.
    pub(super) escrow: ContractId,
}

impl Scene {
    /// The register and number of the one lot that the account of this number begins with, whatever becomes of it.
    /// There are registers.
    pub(super) fn lot(&self, account: u32) -> (ContractId, u64) {
        let (place, registers) = (account as usize, self.registers.len());
        (self.registers[place % registers], (place / registers) as u64 + 1)
    }

    /// The dev genesis with an account of each key, or its DID's, as the workload asks.
    pub(super) fn genesis(options: &BenchOptions, keys: &[Keypair]) -> Result<(Genesis, Self), BenchError> {
        let (workload, companies) = (options.workload, companies(options.companies));
        let mut genesis = plain(workload, &companies, EACH * keys.len() as u64)?;
        genesis.name = "sillok-bench".into();
        let scene = Scene::of(workload, &companies, &genesis)?;
        for (number, key) in (0..).zip(keys) {
            if workload.has(|kind| kind != Kind::Did) {
                genesis.admitted.push((key.account(), 0));
            }
            if workload.has(Kind::moves_cash) {
                genesis.calls.push(scene.mint(&key.account()));
            }
            if workload.has(Kind::moves_shares) {
                genesis.calls.push(scene.issue(number, &key.account()));
            }
            if workload.has(|kind| kind == Kind::Did) {
                let account = did::account(scene.did, key);
                genesis.admitted.push((account, 0));
                genesis.calls.extend([did::create(scene.did, key), scene.mint(&account)]);
            }
        }
        Ok((genesis, scene))
    }

    fn of(workload: Workload, companies: &[String], genesis: &Genesis) -> Result<Self, BenchError> {
        let find = |name: &str| {
            genesis.contract(name).ok_or_else(|| BenchError::Workload(format!("no contract {name}")))
        };
        let registers: Vec<ContractId> = match workload.has(Kind::moves_shares) {
            true => companies.iter().map(|name| find(name)).collect::<Result<_, _>>()?,
            false => Vec::new(),
        };
        let market = workload.has(Kind::trades).then(|| Venue::of(genesis, registers.clone())).transpose()?;
        Ok(Scene { cash: find("cash")?, registers, market, did: find("did")?, escrow: find("escrow")? })
    }

    fn mint(&self, account: &Account) -> Call {
        Call { contract: self.cash, method: "mint".into(), args: (account, EACH).encode() }
    }

    fn issue(&self, number: u32, account: &Account) -> Call {
        let (price, reference) = (String::new(), String::new());
        let args = (1u32, account, SHARES_EACH, price, Date(20_000), reference).encode();
        Call { contract: self.lot(number).0, method: "issue".into(), args }
    }
}

/// The names of so many companies' registers.
fn companies(count: u16) -> Vec<String> {
    (1..=count).map(|number| format!("bench-{number:04}")).collect()
}

/// The genesis without the bench's accounts.
fn plain(workload: Workload, companies: &[String], authorised: u64) -> Result<Genesis, BenchError> {
    Ok(match (workload.has(Kind::trades), workload.has(Kind::moves_shares)) {
        (true, _) => dev::genesis_with_market(companies, authorised)?,
        (false, true) => dev::genesis_with_registers(companies, authorised)?,
        (false, false) => dev::genesis()?,
    })
}

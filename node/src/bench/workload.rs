//! What a bench's transactions do.

use codec::Encode;
use sillok_abi::{
    Account, Authorisation, Authoriser, Call, CallTree, ContractId, Credential, Date, Outcome, Time,
    Transaction, TransactionBody,
};
use sillok_client::keys::Keypair;
use sillok_client::rpc::Client;

use super::BenchError;
use super::accounts::Numbers;
use super::market::MOST_FILLS;
use super::options::Workload;
use super::stage::{Scene, Stage};

/// How much a transfer moves.
const TRADED: u64 = 1;
/// What each other order costs at most that one meets: a seller whose lot, lock and holding the transaction touches
/// first.
const FILL_GAS: u64 = 1_500_000;

/// The calls of the transaction of this number that are authorised, and who makes them: random accounts, the same
/// each time.
pub(super) fn calls(stage: &Stage, number: u64) -> (u32, CallTree) {
    match (&stage.scene, stage.workload) {
        (Scene::Market(venue), Workload::MarketBatch) => venue.batch(number, &stage.addresses),
        (Scene::Market(venue), _) => venue.order(number, &stage.addresses),
        (Scene::One(contract), _) => {
            let (from, call) = transfer(stage, *contract, number);
            (from, CallTree::leaf(call))
        }
    }
}

/// A transfer of cash or of a part of a lot.
fn transfer(stage: &Stage, contract: ContractId, number: u64) -> (u32, Call) {
    let mut numbers = Numbers::of(number);
    let from = numbers.below(stage.accounts);
    // Any other one.
    let to = (from + 1 + numbers.below(stage.accounts - 1)) % stage.accounts;
    let (payer, payee) = (&stage.addresses[from as usize], &stage.addresses[to as usize]);
    let (method, args) = match stage.workload {
        Workload::Lots => {
            // Account n holds lot n + 1, whatever has become of it.
            let lot = u64::from(from) + 1;
            ("transfer", (lot, TRADED, payee, Date(20_000), String::new(), String::new()).encode())
        }
        _ => ("transfer", (payer, payee, TRADED).encode()),
    };
    (from, Call { contract, method: method.into(), args })
}

/// The body of a transaction that `submitter` authorises.
pub(super) fn body(
    stage: &Stage,
    submitter: Account,
    nonce: u64,
    expiry: Time,
    gas_limit: u64,
    tree: CallTree,
) -> TransactionBody {
    let call = tree.call.clone();
    let authorisations = vec![Authorisation { by: Authoriser::Submitter, tree }];
    TransactionBody { chain: stage.chain, submitter, nonce, expiry, gas_limit, call, authorisations }
}

/// The transaction, signed.
pub(super) fn signed(key: &Keypair, body: TransactionBody) -> Transaction {
    let credential = Credential::Sr25519(key.sign(&body.id()));
    Transaction { body, credential }
}

/// What a transaction uses, and more: the first one for an account uses more than later ones, and orders meet more
/// than one other.
pub(super) async fn gas_limit(client: &Client, stage: &Stage) -> Result<u64, BenchError> {
    const AMPLE: u64 = 100_000_000;
    let (from, tree) = calls(stage, 0);
    let expiry = sillok_client::transaction::now().plus(60_000);
    let body = body(stage, stage.addresses[from as usize], 0, expiry, AMPLE, tree);
    let receipt = client.tx_simulate(&body).await?.receipt;
    match receipt.outcome {
        // A simulation verifies no signature.
        Outcome::Success(_) => Ok(with_margin(stage.workload, receipt.gas_used) + stage.signature_gas),
        Outcome::Failed(failure) => Err(BenchError::Workload(format!("{failure:?}"))),
    }
}

/// The limit for transactions of which one used so much on an untouched chain.
fn with_margin(workload: Workload, used: u64) -> u64 {
    match workload {
        Workload::Cash | Workload::Lots => used + used / 4,
        // The first transaction's orders meet nothing.
        Workload::Market | Workload::MarketBatch => used + workload.orders() * MOST_FILLS * FILL_GAS,
    }
}

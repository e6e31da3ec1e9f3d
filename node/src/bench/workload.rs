//! What a bench's transactions do.

use codec::Encode;
use sillok_abi::{
    Account, Authorisation, Authoriser, Call, CallTree, Credential, Date, Outcome, Time, Transaction,
    TransactionBody,
};
use sillok_client::keys::Keypair;
use sillok_client::rpc::Client;

use super::BenchError;
use super::accounts::Numbers;
use super::options::Workload;
use super::stage::Stage;

/// The share class of lot transfers.
const TRADED: u64 = 1;

/// The call of the transaction of this number, and who makes it: random accounts, the same each time.
pub(super) fn call(stage: &Stage, number: u64) -> (u32, Call) {
    let mut numbers = Numbers::of(number);
    let from = numbers.below(stage.accounts);
    // Any other one.
    let to = (from + 1 + numbers.below(stage.accounts - 1)) % stage.accounts;
    let (payer, payee) = (&stage.addresses[from as usize], &stage.addresses[to as usize]);
    let (method, args) = match stage.workload {
        Workload::Cash => ("transfer", (payer, payee, TRADED).encode()),
        Workload::Lots => {
            // Account n holds lot n + 1, whatever has become of it.
            let lot = u64::from(from) + 1;
            ("transfer", (lot, TRADED, payee, Date(20_000), String::new(), String::new()).encode())
        }
    };
    (from, Call { contract: stage.contract, method: method.into(), args })
}

/// The body of a transaction that `submitter` authorises.
pub(super) fn body(
    stage: &Stage,
    submitter: Account,
    nonce: u64,
    expiry: Time,
    gas_limit: u64,
    call: Call,
) -> TransactionBody {
    let tree = CallTree::leaf(call.clone());
    let authorisations = vec![Authorisation { by: Authoriser::Submitter, tree }];
    TransactionBody { chain: stage.chain, submitter, nonce, expiry, gas_limit, call, authorisations }
}

/// The transaction, signed.
pub(super) fn signed(key: &Keypair, body: TransactionBody) -> Transaction {
    let credential = Credential::Sr25519(key.sign(&body.id()));
    Transaction { body, credential }
}

/// What a transaction uses, and a quarter more, as the first one for an account uses more than later ones.
pub(super) async fn gas_limit(client: &Client, stage: &Stage) -> Result<u64, BenchError> {
    const AMPLE: u64 = 100_000_000;
    let (from, call) = call(stage, 0);
    let expiry = sillok_client::transaction::now().plus(60_000);
    let body = body(stage, stage.addresses[from as usize], 0, expiry, AMPLE, call);
    let receipt = client.tx_simulate(&body).await?.receipt;
    match receipt.outcome {
        // A simulation verifies no signature.
        Outcome::Success(_) => Ok(receipt.gas_used + receipt.gas_used / 4 + stage.signature_gas),
        Outcome::Failed(failure) => Err(BenchError::Workload(format!("{failure:?}"))),
    }
}

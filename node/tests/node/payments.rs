//! Signed payments between dev accounts, made without asking the node.

use codec::{DecodeAll, Encode};
use sillok_abi::{
    Account, Authorisation, Authoriser, Call, CallTree, ContractId, Credential, Hash, Outcome, Transaction,
    TransactionBody,
};
use sillok_client::keys::{DEV_NAMES, Keypair};
use sillok_client::rpc::{At, Client, TxStatus};
use sillok_client::transaction::now;

/// More gas than a payment needs, and little enough for thousands in a block.
const GAS: u64 = 1_500_000;
/// How long payments can be included.
const LIFETIME_MS: u64 = 500_000;

/// The dev accounts' keys, and the cash that they pay with.
pub(crate) struct Payers {
    pub(crate) chain: Hash,
    pub(crate) cash: ContractId,
    pub(crate) keys: Vec<Keypair>,
}

impl Payers {
    pub(crate) async fn of(client: &Client) -> Self {
        let genesis = client.chain_genesis().await.unwrap();
        let chain: ContractId = genesis.chain_id.parse().unwrap();
        let keys = DEV_NAMES.iter().map(|name| format!("//{name}").parse().unwrap());
        Payers { chain: chain.0, cash: genesis.contracts["cash"].parse().unwrap(), keys: keys.collect() }
    }

    pub(crate) fn account(&self, payer: usize) -> Account {
        self.keys[payer % self.keys.len()].account()
    }

    /// A payment of `amount` to the next account.
    pub(crate) fn payment(&self, payer: usize, nonce: u64, amount: u64) -> Transaction {
        let args = (self.account(payer), self.account(payer + 1), amount).encode();
        let call = Call { contract: self.cash, method: "transfer".into(), args };
        let body = TransactionBody {
            chain: self.chain,
            submitter: self.account(payer),
            nonce,
            expiry: now().plus(LIFETIME_MS),
            gas_limit: GAS,
            authorisations: vec![Authorisation {
                by: Authoriser::Submitter,
                tree: CallTree::leaf(call.clone()),
            }],
            call,
        };
        let credential = Credential::Sr25519(self.keys[payer % self.keys.len()].sign(&body.id()));
        Transaction { body, credential }
    }

    /// What an account has, now or at a height.
    pub(crate) async fn balance(&self, client: &Client, payer: usize, at: Option<u64>) -> u64 {
        let args = self.account(payer).encode();
        let call = Call { contract: self.cash, method: "balance".into(), args };
        match client.state_query(&call, at.map(At::Height)).await.unwrap().receipt.outcome {
            Outcome::Success(value) => <(u64, u64)>::decode_all(&mut value.as_slice()).unwrap().0,
            failed => panic!("{failed:?}"),
        }
    }
}

/// Waits until a transaction is final; its height.
pub(crate) async fn finality(client: &Client, id: &Hash) -> u64 {
    match client.tx_wait(id, 30_000).await.unwrap() {
        TxStatus::Final { height, receipt, .. } => {
            assert!(matches!(receipt.outcome, Outcome::Success(_)), "{receipt:?}");
            height
        }
        other => panic!("not final: {other:?}"),
    }
}

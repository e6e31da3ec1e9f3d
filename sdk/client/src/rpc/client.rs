//! The node's methods, one function each, over HTTP.

use std::time::Duration;

use jsonrpsee::core::client::ClientT;
use jsonrpsee::core::params::ArrayParams;
use jsonrpsee::http_client::{HttpClient, HttpClientBuilder};
use jsonrpsee::types::ErrorObjectOwned;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sillok_abi::{Call, ContractId, Hash, Transaction, TransactionBody};

use super::hex::{scale_hex, to_hex};
use crate::trust::SetChange;

use super::transactions::{SimulationWire, TxStatusWire};
use super::{
    At, BlockInfo, BlockRef, ChangesAnswer, ClientOptions, ContractDescription, ContractEntry, GenesisInfo,
    PackedAnswer, ProofAnswer, QueryAnswer, RpcError, Simulation, Status, StorageAnswer, TxStatus, Wanted,
};

/// How long one request may take; more than [`Client::tx_wait`] is asked to wait at once.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// How long the connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Largest request and answer, in bytes.
const MAX_MESSAGE_BYTES: u32 = 32 * 1024 * 1024;

/// A node, reached over HTTP. Cheap to clone; needs a tokio runtime.
#[derive(Clone, Debug)]
pub struct Client {
    http: HttpClient,
    url: String,
}

/// The answer of `tx_submit`.
#[derive(Deserialize)]
struct Submitted {
    #[serde(deserialize_with = "super::hex::bytes")]
    id: Hash,
}

/// An answer for one of the transactions of `tx_submitBatch`: one of the two.
#[derive(Deserialize)]
struct SubmittedOrNot {
    #[serde(default, deserialize_with = "super::hex::optional_bytes")]
    id: Option<Vec<u8>>,
    error: Option<ErrorObjectOwned>,
}

impl Client {
    /// A client of the node at `url` (`http://host:port`, `https://host:port`). Nothing is sent yet.
    pub fn new(url: &str) -> Result<Self, RpcError> {
        Self::with(url, &ClientOptions::default())
    }

    /// The same with other authorities than the system's, or a token.
    pub fn with(url: &str, options: &ClientOptions) -> Result<Self, RpcError> {
        let mut builder = HttpClientBuilder::default()
            .request_timeout(REQUEST_TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .max_request_size(MAX_MESSAGE_BYTES)
            .max_response_size(MAX_MESSAGE_BYTES)
            .set_headers(options.headers()?);
        if let Some(tls) = options.tls()? {
            builder = builder.with_custom_cert_store(tls);
        }
        let http = builder.build(url).map_err(|error| RpcError::from_client(error, "connect", url))?;
        Ok(Client { http, url: url.to_owned() })
    }

    /// Where the node is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the chain is.
    pub async fn chain_status(&self) -> Result<Status, RpcError> {
        self.ask("chain_status", vec![]).await
    }

    /// What the chain began with.
    pub async fn chain_genesis(&self) -> Result<GenesisInfo, RpcError> {
        self.ask("chain_genesis", vec![]).await
    }

    /// A block.
    pub async fn chain_block(&self, block: BlockRef) -> Result<BlockInfo, RpcError> {
        let which = match block {
            BlockRef::Latest => Value::Null,
            BlockRef::Height(height) => json!(height),
            BlockRef::Id(id) => json!(to_hex(id)),
        };
        self.ask("chain_block", vec![which]).await
    }

    /// What surveillance has found; `wanted` is an object of `market`, `kind`, `account` and `after`, each of which
    /// may be absent.
    pub async fn market_findings(&self, wanted: Value) -> Result<Value, RpcError> {
        self.ask("market_findings", vec![wanted]).await
    }

    /// Who bought and sold how much in a listing's day so far.
    pub async fn market_day(&self, market: u64) -> Result<Value, RpcError> {
        self.ask("market_day", vec![json!(market)]).await
    }

    /// The past `of` an `account`, a `contract`, a listing's `trades` or `candles`, a `holding` or a `class`, newest
    /// first, a page; `wanted` is an object of the method's parameters.
    pub async fn history(&self, of: &str, wanted: Value) -> Result<Value, RpcError> {
        self.ask(&format!("history_{of}"), vec![wanted]).await
    }

    /// Hands a transaction to the node; its id.
    pub async fn tx_submit(&self, transaction: &Transaction) -> Result<Hash, RpcError> {
        self.tx_submit_raw(&codec::Encode::encode(transaction)).await
    }

    /// Hands over SCALE of a transaction, as somebody else signed it; its id.
    pub async fn tx_submit_raw(&self, transaction: &[u8]) -> Result<Hash, RpcError> {
        let answer: Submitted = self.ask("tx_submit", vec![json!(to_hex(transaction))]).await?;
        Ok(answer.id)
    }

    /// Hands over many at once; for each its id or why it was refused.
    pub async fn tx_submit_batch(
        &self,
        transactions: &[Transaction],
    ) -> Result<Vec<Result<Hash, RpcError>>, RpcError> {
        let transactions: Vec<_> = transactions.iter().map(scale_hex).collect();
        let answers: Vec<SubmittedOrNot> = self.ask("tx_submitBatch", vec![json!(transactions)]).await?;
        let each = |answer: SubmittedOrNot| match (answer.id.map(Hash::try_from), answer.error) {
            (Some(Ok(id)), None) => Ok(id),
            (_, Some(error)) => Err(RpcError::from_object(&error)),
            _ => Err(RpcError::unexpected("tx_submitBatch", "neither an id nor an error")),
        };
        Ok(answers.into_iter().map(each).collect())
    }

    /// Hands over SCALE of a list of transactions; which of them are refused, and why.
    pub async fn tx_submit_packed(&self, transactions: &[u8]) -> Result<PackedAnswer, RpcError> {
        self.ask("tx_submitPacked", vec![json!(to_hex(transactions))]).await
    }

    /// What became of a transaction so far.
    pub async fn tx_get(&self, id: &Hash) -> Result<TxStatus, RpcError> {
        self.tx_status("tx_get", vec![json!(to_hex(id))]).await
    }

    /// The same once it is final or given up, or after `timeout_ms` (at most half a minute is sensible).
    pub async fn tx_wait(&self, id: &Hash, timeout_ms: u64) -> Result<TxStatus, RpcError> {
        self.tx_status("tx_wait", vec![json!(to_hex(id)), json!(timeout_ms)]).await
    }

    /// What a transaction would do, and who would have to sign which trees.
    pub async fn tx_simulate(&self, body: &TransactionBody) -> Result<Simulation, RpcError> {
        let method = "tx_simulate";
        let wire: SimulationWire = self.ask(method, vec![json!(scale_hex(body))]).await?;
        wire.try_into().map_err(|reason: String| RpcError::unexpected(method, reason))
    }

    /// Calls a query method, as of a past height or time if one is given.
    pub async fn state_query(&self, call: &Call, at: Option<At>) -> Result<QueryAnswer, RpcError> {
        let mut request = json!({
            "contract": call.contract.to_string(),
            "method": call.method,
            "args": to_hex(&call.args),
        });
        if let Some(at) = at {
            request["at"] = json!(at);
        }
        self.ask("state_query", vec![request]).await
    }

    /// Reads one stored value of a contract, as of a past height or time if one is given.
    pub async fn state_storage(
        &self,
        contract: &ContractId,
        key: &[u8],
        at: Option<At>,
    ) -> Result<StorageAnswer, RpcError> {
        let mut request = json!({ "contract": contract.to_string(), "key": to_hex(key) });
        if let Some(at) = at {
            request["at"] = json!(at);
        }
        self.ask("state_storage", vec![request]).await
    }

    /// What state holds, with what proves it, as of a past height or time if one is given. Waits for the block
    /// that commits to it. Nothing is checked here.
    pub async fn state_proof(&self, wanted: &[Wanted], at: Option<At>) -> Result<ProofAnswer, RpcError> {
        let claim = |wanted: &Wanted| match wanted {
            Wanted::Key(contract, key) => json!({ "contract": contract.to_string(), "key": to_hex(key) }),
            Wanted::Field(contract, field) => {
                json!({ "contract": contract.to_string(), "field": to_hex(field) })
            }
        };
        let claims: Vec<Value> = wanted.iter().map(claim).collect();
        self.ask("state_proof", vec![json!(claims), json!(at)]).await
    }

    /// All changes of validators from this height on, each with what proves it to who trusts the set before.
    /// Nothing is checked here.
    pub async fn validator_changes(&self, from: u64) -> Result<Vec<SetChange>, RpcError> {
        let (mut changes, mut next) = (Vec::new(), Some(from));
        while let Some(from) = next {
            let answer: ChangesAnswer = self.ask("chain_validatorChanges", vec![json!(from)]).await?;
            changes.extend(answer.changes);
            next = answer.next.filter(|next| *next > from);
        }
        Ok(changes)
    }

    /// What the node knows of a contract or native module.
    pub async fn contract_info(&self, contract: &ContractId) -> Result<ContractDescription, RpcError> {
        self.ask("contract_info", vec![json!(contract.to_string())]).await
    }

    /// All contracts and native modules.
    pub async fn contract_list(&self) -> Result<Vec<ContractEntry>, RpcError> {
        self.ask("contract_list", vec![]).await
    }

    /// What a block did on the node, as JSON: of the last one unless a height is given.
    pub async fn node_effects(&self, height: Option<u64>) -> Result<Value, RpcError> {
        self.ask("node_effects", vec![json!(height)]).await
    }

    /// The nodes that are connected to the node, as JSON.
    pub async fn node_peers(&self) -> Result<Value, RpcError> {
        self.ask("node_peers", vec![]).await
    }

    /// The round of consensus that is going on, and who has voted, as JSON.
    pub async fn node_consensus(&self) -> Result<Value, RpcError> {
        self.ask("node_consensus", vec![]).await
    }

    /// Has the node log as much as a filter asks for, such as `sillok=debug,warn`; it and the one before, as JSON.
    pub async fn node_set_log_level(&self, filter: &str) -> Result<Value, RpcError> {
        self.ask("node_setLogLevel", vec![json!(filter)]).await
    }

    async fn tx_status(&self, method: &str, params: Vec<Value>) -> Result<TxStatus, RpcError> {
        let wire: TxStatusWire = self.ask(method, params).await?;
        wire.try_into().map_err(|reason: String| RpcError::unexpected(method, reason))
    }

    async fn ask<T: DeserializeOwned>(&self, method: &str, values: Vec<Value>) -> Result<T, RpcError> {
        let mut params = ArrayParams::new();
        for value in values {
            params.insert(value).map_err(|error| RpcError::unexpected(method, error))?;
        }
        let answer: Result<Value, _> = self.http.request(method, params).await;
        let value = answer.map_err(|error| RpcError::from_client(error, method, &self.url))?;
        serde_json::from_value(value).map_err(|error| RpcError::unexpected(method, error))
    }
}

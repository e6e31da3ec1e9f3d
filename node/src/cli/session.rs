//! A command's conversation with the node: names, contracts, queries.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value};
use sillok_abi::{Account, Call, ContractId, Hash, Metadata, MethodSpec, Receipt, TypeSpec};
use sillok_client::explain::{Catalog, Explanation, explain};
use sillok_client::rpc::{At, Client, ContractEntry, RpcError, Status};
use sillok_client::transaction::{Nonces, Signer};
use sillok_client::value::{self, signature};

use super::gas::GasPrices;
use super::names::{self, Directory};
use super::{CliError, GlobalOptions, Result, output, reach, signing};

/// A contract that a command talks to.
#[derive(Clone, Debug)]
pub(crate) struct ContractHandle {
    /// Its id.
    pub(crate) id: ContractId,
    /// The name that the node knows it by, else the name in its metadata.
    pub(crate) name: String,
    /// Its interface.
    pub(crate) metadata: Arc<Metadata>,
}

impl ContractHandle {
    /// The method of this name, or an error that lists those there are.
    pub(crate) fn method(&self, name: &str) -> Result<&MethodSpec> {
        self.metadata.method(name).ok_or_else(|| {
            let methods: Vec<_> = self.metadata.methods.iter().map(|method| method.name.as_str()).collect();
            CliError::usage(format!("`{}` has no method `{name}`", self.name))
                .hint(format!("its methods: {}", methods.join(", ")))
        })
    }
}

/// A node, the chain it follows, and the flags of the command.
pub(crate) struct Session {
    options: GlobalOptions,
    client: Client,
    status: Status,
    chain: Hash,
    names: Directory,
    contracts: Mutex<BTreeMap<ContractId, ContractHandle>>,
    nonces: Nonces,
    signers: tokio::sync::OnceCell<Vec<Signer>>,
    gas_prices: tokio::sync::OnceCell<GasPrices>,
}

impl Session {
    /// Connects: reads the chain's status and the names of its contracts.
    pub(crate) async fn open(options: GlobalOptions) -> Result<Self> {
        let client = reach::client(&options)?;
        let status = client.chain_status().await.map_err(from_rpc)?;
        let contracts = client.contract_list().await.map_err(from_rpc)?;
        let not_understood = || CliError::network("unexpected-answer", "the node's chain id is not a hash");
        let chain = sillok_client::rpc::from_hex(&status.chain_id).map_err(|_| not_understood())?;
        Ok(Session {
            names: Directory::of_chain(status.dev, named_contracts(contracts)),
            chain: chain.try_into().map_err(|_| not_understood())?,
            contracts: Mutex::default(),
            nonces: Nonces::new(),
            signers: tokio::sync::OnceCell::new(),
            gas_prices: tokio::sync::OnceCell::new(),
            options,
            client,
            status,
        })
    }

    /// The global flags.
    pub(crate) fn options(&self) -> &GlobalOptions {
        &self.options
    }

    /// The node's methods, for what is neither a call nor a query.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// The chain's status when the session began.
    pub(crate) fn status(&self) -> &Status {
        &self.status
    }

    /// The chain's id: the genesis hash.
    pub(crate) fn chain(&self) -> Hash {
        self.chain
    }

    /// Whether it is a development chain, on which development accounts have names.
    pub(crate) fn is_dev(&self) -> bool {
        self.status.dev
    }

    pub(super) fn names(&self) -> &Directory {
        &self.names
    }

    pub(super) fn nonces(&self) -> &Nonces {
        &self.nonces
    }

    /// Every key at hand, the submitter's first; read once.
    pub(super) async fn signers(&self) -> Result<&[Signer]> {
        let signers = self.signers.get_or_try_init(|| signing::signers(self)).await?;
        Ok(signers)
    }

    /// What gas the chain asks for; read once.
    pub(super) async fn gas_prices(&self) -> Result<GasPrices> {
        self.gas_prices.get_or_try_init(|| GasPrices::of(self)).await.copied()
    }

    /// Prints the command's result.
    pub(crate) fn result(&self, human: impl Display, value: Value) {
        output::result(self.options.json, human, value);
    }

    /// Tells people what is going on.
    pub(crate) fn note(&self, text: impl Display) {
        output::note(self.options.quiet, text);
    }

    /// The account that `text` names: `//Alice`, `alice` on a development chain, a key's name, an
    /// address, `0x…`, `0x…:0x…`, `did:sillok:…`, a contract's name.
    pub(crate) fn account(&self, text: &str) -> Result<Account> {
        self.note_name(text);
        self.names.find_account(text)
    }

    /// Tells people if they probably meant a development account.
    pub(super) fn note_name(&self, text: &str) {
        if let Some(name) = names::probably_meant(text) {
            self.note(format_args!("note: {text} is a key of its own, and not //{name}"));
        }
    }

    /// As whom the command acts: the DID of `--did`, else the submitter.
    pub(crate) fn signer_account(&self) -> Result<Account> {
        signing::actor(&self.options, &self.names)
    }

    /// The contract of this name or `0x` id, with its interface.
    pub(crate) async fn contract(&self, name_or_id: &str) -> Result<ContractHandle> {
        let id = self.names.find_contract(name_or_id)?;
        self.contract_by_id(id).await
    }

    /// The contract of this id, with its interface.
    pub(crate) async fn contract_by_id(&self, id: ContractId) -> Result<ContractHandle> {
        if let Some(handle) = self.known(&id) {
            return Ok(handle);
        }
        let info = self.client.contract_info(&id).await.map_err(from_rpc)?;
        let metadata = Metadata::from_section(&info.metadata).map_err(|error| {
            CliError::failed("metadata", format!("the metadata of {id} is not usable: {error:?}"))
                .hint("is the node of another version than this command?")
        })?;
        let named = info.name.or_else(|| self.names.contract_name(&id).map(str::to_owned));
        let name = named.unwrap_or_else(|| metadata.name.clone());
        let handle = ContractHandle { id, name, metadata: Arc::new(metadata) };
        self.lock_contracts().insert(id, handle.clone());
        Ok(handle)
    }

    /// Takes a contract for what it is about to become, so that what comes of it is read in its words.
    pub(crate) fn expect(&self, contract: ContractHandle) {
        self.lock_contracts().insert(contract.id, contract);
    }

    fn known(&self, id: &ContractId) -> Option<ContractHandle> {
        self.lock_contracts().get(id).cloned()
    }

    fn lock_contracts(&self) -> std::sync::MutexGuard<'_, BTreeMap<ContractId, ContractHandle>> {
        // A cache is as good after a panic elsewhere as before.
        self.contracts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Calls a query method; `args` is an object by parameter name, `at` a past height or time.
    pub(crate) async fn query(
        &self,
        contract: &ContractHandle,
        method: &str,
        args: Value,
        at: Option<At>,
    ) -> Result<Value> {
        let spec = contract.method(method)?;
        let call = self.encode_call(contract, spec, &args)?;
        let answer = self.client.state_query(&call, at).await.map_err(from_rpc)?;
        let explained = self.explain(&answer.receipt, Some(&spec.returns)).await;
        explained.outcome.map_err(from_failure)
    }

    /// The call of a method with arguments by parameter name.
    pub(crate) fn encode_call(
        &self,
        contract: &ContractHandle,
        method: &MethodSpec,
        args: &Value,
    ) -> Result<Call> {
        let empty = Map::new();
        let args = match args {
            Value::Null => &empty,
            Value::Object(args) => args,
            _ => return Err(CliError::usage("arguments are an object by parameter name")),
        };
        let bytes = value::encode_fields(&method.params, args, &self.names).map_err(|error| {
            CliError::usage(format!("{}.{}: {error}", contract.name, method.name)).hint(signature(method))
        })?;
        Ok(Call { contract: contract.id, method: method.name.clone(), args: bytes })
    }

    /// Decodes a receipt with the metadata of the contracts it speaks of.
    pub(crate) async fn explain(&self, receipt: &Receipt, returns: Option<&TypeSpec>) -> Explanation {
        let mut catalog = Catalog::new();
        for id in Catalog::needed(receipt) {
            // Without its metadata a contract's data stays hexadecimal; that is no reason to fail.
            if let Ok(handle) = self.contract_by_id(id).await {
                catalog.insert(id, handle.name, handle.metadata);
            }
        }
        explain(receipt, returns, &catalog)
    }
}

fn named_contracts(entries: Vec<ContractEntry>) -> BTreeMap<String, ContractId> {
    entries.into_iter().filter_map(|entry| Some((entry.name?, entry.id.parse().ok()?))).collect()
}

/// A failed request as the command's error.
pub(crate) fn from_rpc(error: RpcError) -> CliError {
    match &error {
        RpcError::Unreachable { url, reason } => {
            CliError::network("unreachable", &error).hint(reach::hint(url, reason))
        }
        RpcError::Authorities { .. } => CliError::failed("ca", &error)
            .hint("--ca names a file with the certificates of authorities, in PEM form"),
        RpcError::Token => CliError::usage(&error).hint("give --token as `sillok token new` printed it"),
        RpcError::Unexpected { .. } => {
            CliError::network("unexpected-answer", &error).hint("is it a Sillok node, and of this version?")
        }
        RpcError::Refused { code, message, hint } => {
            let name = error.name().map_or_else(|| format!("rpc.{code}"), str::to_owned);
            CliError { hint: hint.clone(), ..CliError::refused(&name, message) }
        }
    }
}

/// A failed call as the command's error.
pub(crate) fn from_failure(failure: sillok_client::explain::FailureText) -> CliError {
    CliError { hint: failure.hint, ..CliError::refused(&failure.code, failure.message) }
}

#[cfg(test)]
mod tests {
    use sillok_client::rpc::refusal_name;
    use sillok_runtime::Refusal;

    #[test]
    fn the_client_knows_the_runtimes_refusals_by_name() {
        let refusals = [
            Refusal::Malformed,
            Refusal::WrongChain,
            Refusal::Expired,
            Refusal::ExpiryTooFar,
            Refusal::Replayed,
            Refusal::BadSignature,
            Refusal::NotAdmitted,
            Refusal::GasLimit,
            Refusal::TooLarge,
            Refusal::TooManyAuthorisations,
            Refusal::AuthenticationFailed,
            Refusal::Halted,
            Refusal::AuthenticationGas,
            Refusal::BadEvidence,
        ];
        for refusal in refusals {
            let name = refusal_name(refusal.code().try_into().unwrap());
            assert_eq!(name, Some(format!("{refusal:?}").as_str()));
        }
    }
}

//! A call that changes something: simulate, sign, submit, wait until it is final.

use serde_json::{Value, json};
use sillok_abi::{
    Account, Authorisation, Authoriser, Call, CallTree, Hash, MethodKind, Time, Transaction, TransactionBody,
    TypeSpec,
};
use sillok_client::rpc::{Simulation, TxStatus, to_hex};
use sillok_client::transaction::{Signer, authorise, now, sign};

use super::names::DID_CONTRACT;
use super::session::{from_failure, from_rpc};
use super::{CliError, ContractHandle, Result, Session, signing};

/// How long a transaction may wait for its block, in milliseconds.
const LIFETIME_MS: u64 = 60_000;
/// How long a command waits until its transaction is final, in milliseconds.
const WAIT_MS: u64 = 30_000;
/// A signed transaction that a simulation has succeeded for.
pub(crate) struct Prepared {
    transaction: Transaction,
    id: Hash,
    returns: TypeSpec,
}

/// What a call led to, once final.
#[derive(Clone, Debug)]
pub(crate) struct CallResult {
    /// The transaction's id.
    pub(crate) id: Hash,
    /// The block that holds it.
    pub(crate) height: u64,
    /// What the method returned.
    pub(crate) value: Value,
    /// The events, each `{contract, contract_id, name, data}`.
    pub(crate) events: Vec<Value>,
    /// Gas used.
    pub(crate) gas_used: u64,
}

impl CallResult {
    /// `{id, height, value, events, gas_used}`.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": to_hex(self.id), "height": self.height, "value": self.value,
            "events": self.events, "gas_used": self.gas_used,
        })
    }
}

impl std::fmt::Display for CallResult {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.value.is_null() {
            writeln!(formatter, "returned  {}", self.value)?;
        }
        for event in &self.events {
            let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
            writeln!(formatter, "event     {}.{} {}", text("contract"), text("name"), event["data"])?;
        }
        write!(formatter, "final     in block {}, {} gas, {}", self.height, self.gas_used, to_hex(self.id))
    }
}

impl Session {
    /// Calls a method and waits until its transaction is final. `args` is an object by parameter name.
    /// A call that would fail is not sent.
    pub(crate) async fn call(
        &self,
        contract: &ContractHandle,
        method: &str,
        args: Value,
    ) -> Result<CallResult> {
        let prepared = self.prepare(contract, method, args).await?;
        self.submit(&prepared).await?;
        self.wait(&prepared).await
    }

    /// Simulates, and signs what the simulation says has to be signed: the first of the three steps of
    /// [`Self::call`], for callers that have to tell a refusal before sending from one after it.
    pub(crate) async fn prepare(
        &self,
        contract: &ContractHandle,
        method: &str,
        args: Value,
    ) -> Result<Prepared> {
        let spec = contract.method(method)?;
        refuse_special(method, spec.kind)?;
        let call = self.encode_call(contract, spec, &args)?;
        self.prepare_call(call, spec.returns.clone(), Vec::new()).await
    }

    /// Simulates a call, puts in what others have `agreed` to, and signs the rest.
    pub(super) async fn prepare_call(
        &self,
        call: Call,
        returns: TypeSpec,
        agreed: Vec<Authorisation>,
    ) -> Result<Prepared> {
        let signers = self.signers().await?;
        let submitter = self.submitter().await?;
        let mut body = self.body(submitter.account(), call);
        let Simulation { receipt, mut trees } = self.client().tx_simulate(&body).await.map_err(from_rpc)?;
        let explained = self.explain(&receipt, Some(&returns)).await;
        explained.outcome.map_err(from_failure)?;
        for authorisation in agreed {
            take_asked(&mut trees, &authorisation)?;
            body.authorisations.push(authorisation);
        }
        authorise(&mut body, trees, signers, self.nonces())
            .map_err(|missing| signing::missing_signer(&missing, self.account(DID_CONTRACT).ok()))?;
        body.gas_limit = match self.options().gas {
            Some(gas) => gas,
            None => self.gas_prices().await?.limit(receipt.gas_used, &body),
        };
        let transaction = sign(body, submitter);
        Ok(Prepared { id: transaction.body.id(), transaction, returns })
    }

    /// Who is asked to agree to a call, and to which tree, if the submitter sent it now.
    pub(super) async fn asked(&self, call: &Call) -> Result<Vec<(Account, CallTree)>> {
        let body = self.body(self.submitter().await?.account(), call.clone());
        let Simulation { receipt, trees } = self.client().tx_simulate(&body).await.map_err(from_rpc)?;
        self.explain(&receipt, None).await.outcome.map_err(from_failure)?;
        Ok(trees)
    }

    async fn submitter(&self) -> Result<&Signer> {
        self.signers().await?.first().ok_or_else(|| CliError::usage("no key to sign with"))
    }

    fn body(&self, submitter: Account, call: Call) -> TransactionBody {
        // The chain's clock may be ahead of this machine's.
        let clock = now().max(Time(self.status().time_ms));
        TransactionBody {
            chain: self.chain(),
            submitter,
            nonce: self.nonces().next(),
            expiry: clock.plus(LIFETIME_MS),
            gas_limit: u64::MAX,
            call,
            authorisations: Vec::new(),
        }
    }

    /// Hands the transaction to the node: the second step.
    pub(crate) async fn submit(&self, prepared: &Prepared) -> Result<()> {
        self.client().tx_submit(&prepared.transaction).await.map_err(from_rpc)?;
        Ok(())
    }

    /// Waits until it is final: the third step.
    pub(crate) async fn wait(&self, prepared: &Prepared) -> Result<CallResult> {
        self.wait_for(&prepared.id, Some(&prepared.returns)).await
    }

    /// Waits until a transaction is final; `returns` is the type of its call's value.
    pub(crate) async fn wait_for(&self, id: &Hash, returns: Option<&TypeSpec>) -> Result<CallResult> {
        let status = self.client().tx_wait(id, WAIT_MS).await.map_err(from_rpc)?;
        let TxStatus::Final { height, receipt, .. } = status else {
            return Err(not_final(id, &status));
        };
        let explained = self.explain(&receipt, returns).await;
        let show = format!("it is recorded in block {height}: `sillok tx show {}`", to_hex(id));
        let value = explained.outcome.map_err(|failure| {
            let error = from_failure(failure);
            if error.hint.is_some() { error } else { error.hint(show) }
        })?;
        Ok(CallResult { id: *id, height, value, events: explained.events, gas_used: explained.gas_used })
    }
}

/// Takes what was agreed to out of what is asked; it has to be the same.
fn take_asked(trees: &mut Vec<(Account, CallTree)>, agreed: &Authorisation) -> Result<()> {
    let Authoriser::Signer { account, .. } = &agreed.by else { return Ok(()) };
    let place = trees.iter().position(|(asked, _)| asked == account);
    match place.map(|place| trees.swap_remove(place).1) {
        Some(tree) if tree == agreed.tree => Ok(()),
        _ => Err(CliError::refused(
            "agreed-otherwise",
            format!("{account} has agreed to other calls than this leads to now"),
        )
        .hint("the contracts' state has changed since: have a new agreement prepared")),
    }
}

/// Refuses methods that only the node calls.
fn refuse_special(method: &str, kind: MethodKind) -> Result<()> {
    match kind {
        MethodKind::Constructor => {
            Err(CliError::usage(format!("`{method}` is the constructor: it runs once, at deployment"))
                .hint("deploy another instance with `sillok contract deploy`"))
        }
        MethodKind::Migration { .. } => {
            Err(CliError::usage(format!("`{method}` is a migration: it runs when a contract is upgraded"))
                .hint("upgrade a contract with `sillok contract upgrade`"))
        }
        MethodKind::Query | MethodKind::Change => Ok(()),
    }
}

fn not_final(id: &Hash, status: &TxStatus) -> CliError {
    let id = to_hex(id);
    match status {
        TxStatus::Dropped { reason, code } => {
            let name = sillok_client::rpc::refusal_name(*code).unwrap_or("Dropped");
            CliError::refused(name, format!("the node gave the transaction up: {reason}"))
        }
        _ => CliError::network("not-final", format!("{id} is not final after {} s", WAIT_MS / 1_000))
            .hint(format!("it may still become so: `sillok tx show {id}`")),
    }
}

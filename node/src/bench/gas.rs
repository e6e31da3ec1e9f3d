//! How much gas each kind of transaction may use: what a trial used, and more.

use sillok_abi::{Account, CallTree, Credential, Outcome, TransactionBody};
use sillok_client::rpc::{Client, TxStatus};
use sillok_client::transaction::now;

use super::BenchError;
use super::deal;
use super::did;
use super::kind::{DEAL, Kind, Leg};
use super::market::MOST_FILLS;
use super::stage::Stage;
use super::workload::{self, Work};

/// What a trial may use.
const AMPLE: u64 = 100_000_000;
/// How long a trial has, in milliseconds.
const PATIENCE_MS: u64 = 60_000;
/// Transactions from this number on are trials. A bench's count from 0.
pub(super) const TRIALS: u64 = 1 << 63;
/// How many deals in escrow trials settle.
pub(super) const TRIAL_DEALS: u64 = 1;
/// What each other order costs at most that one meets: a seller whose lot, lock and holding the transaction touches
/// first.
const FILL_GAS: u64 = 1_500_000;

/// What each kind may use.
pub(super) struct GasLimits(Vec<(Kind, u64)>);

impl GasLimits {
    /// Tries each kind of the workload on the untouched chain. A deal's later steps need the earlier ones, so one
    /// is made from beginning to end.
    pub(super) async fn measure(client: &Client, stage: &Stage) -> Result<Self, BenchError> {
        let mut limits: Vec<(Kind, u64)> = Vec::new();
        for (kind, number) in stage.workload.cycle().iter().zip(0..) {
            if matches!(kind, Kind::Deal(_)) || limits.iter().any(|(known, _)| known == kind) {
                continue;
            }
            let work = workload::work(stage, number);
            let body = workload::body(stage, &work, number, now().plus(PATIENCE_MS), AMPLE);
            limits.push((*kind, limit(client, stage, *kind, &work, &body).await?));
        }
        if stage.workload.has(|kind| matches!(kind, Kind::Deal(_))) {
            limits.extend(trial_deal(client, stage).await?);
        }
        Ok(GasLimits(limits))
    }

    /// What a transaction of this kind may use.
    pub(super) fn of(&self, kind: Kind) -> u64 {
        self.0.iter().find(|(known, _)| *known == kind).map_or(AMPLE, |(_, limit)| *limit)
    }

    /// The most that one of them may use.
    pub(super) fn most(&self) -> u64 {
        self.0.iter().map(|(_, limit)| *limit).max().unwrap_or(0)
    }
}

/// What a transaction may use: what it would use now, and more, and what judging signatures costs.
async fn limit(
    client: &Client,
    stage: &Stage,
    kind: Kind,
    work: &Work,
    body: &TransactionBody,
) -> Result<u64, BenchError> {
    // A simulation verifies no signature.
    let signatures = match work.did {
        true => judging(client, stage, work, body).await?,
        false => stage.signature_gas * (1 + u64::from(work.agrees.is_some())),
    };
    Ok(with_margin(kind, simulate(client, body).await?) + signatures)
}

/// What it takes to judge a DID's signature, and more.
async fn judging(
    client: &Client,
    stage: &Stage,
    work: &Work,
    body: &TransactionBody,
) -> Result<u64, BenchError> {
    let signed = workload::signed(stage, work, body.clone());
    let (Account::Managed { contract, id }, Credential::Contract(credential)) =
        (body.submitter, signed.credential)
    else {
        return Err(BenchError::Workload("its submitter is no DID".into()));
    };
    let call = did::authenticate(contract, id, body.id(), credential);
    let judge = Work { tree: CallTree::leaf(call), agrees: None, ..*work };
    let body = workload::body(stage, &judge, body.nonce, body.expiry, AMPLE);
    let used = simulate(client, &body).await?;
    Ok(used + used / 4)
}

async fn simulate(client: &Client, body: &TransactionBody) -> Result<u64, BenchError> {
    let receipt = client.tx_simulate(body).await?.receipt;
    match receipt.outcome {
        Outcome::Success(_) => Ok(receipt.gas_used),
        Outcome::Failed(failure) => Err(BenchError::Workload(format!("{failure:?}"))),
    }
}

/// Makes a deal from beginning to end, and answers what each step may use.
async fn trial_deal(client: &Client, stage: &Stage) -> Result<Vec<(Kind, u64)>, BenchError> {
    let mut limits = Vec::new();
    for (kind, leg) in DEAL.into_iter().zip([Leg::Open, Leg::Shares, Leg::Cash]) {
        let work = deal::step(stage, TRIALS, leg);
        let number = TRIALS + limits.len() as u64;
        let mut body = workload::body(stage, &work, number, now().plus(PATIENCE_MS), AMPLE);
        let limit = limit(client, stage, kind, &work, &body).await?;
        body.gas_limit = limit;
        let id = client.tx_submit(&workload::signed(stage, &work, body)).await?;
        match client.tx_wait(&id, PATIENCE_MS).await? {
            TxStatus::Final { receipt, .. } if matches!(receipt.outcome, Outcome::Success(_)) => {}
            other => return Err(BenchError::Workload(format!("{leg:?}: {other:?}"))),
        }
        limits.push((kind, limit));
    }
    Ok(limits)
}

/// The limit for transactions of which one used so much on an untouched chain.
fn with_margin(kind: Kind, used: u64) -> u64 {
    match kind {
        // The first transaction's orders meet nothing.
        Kind::Order | Kind::OrderBatch => used + kind.orders() * MOST_FILLS * FILL_GAS,
        Kind::Cash | Kind::Did | Kind::Lots | Kind::Deal(_) => used + used / 4,
    }
}

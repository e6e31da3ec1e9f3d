//! `tx_*`: submitting transactions, and what became of them.

use serde_json::{Value, json};
use sillok_abi::{Hash, Transaction, TransactionBody};
use sillok_runtime::{Fault, decode_transaction};

use super::arguments::decode_hex;
use super::{Answer, Arguments, Method, RpcFailure, json};
use crate::chain::{Chain, CommittedBlock, SubmitError, TransactionStatus};
use crate::ledger::Place;
use crate::limits;

pub(super) const METHODS: &[Method] = &[
    Method { name: "tx_submit", parameters: &["transaction"], answer: submit },
    Method { name: "tx_submitBatch", parameters: &["transactions"], answer: submit_batch },
    Method { name: "tx_submitPacked", parameters: &["transactions"], answer: submit_packed },
    Method { name: "tx_simulate", parameters: &["body"], answer: simulate },
    Method { name: "tx_get", parameters: &["id"], answer: get },
];

fn submit(chain: &Chain, arguments: &Arguments) -> Answer {
    submit_one(chain, arguments.text("transaction")?)
}

fn submit_one(chain: &Chain, transaction: &str) -> Answer {
    let bytes = decode_hex("transaction", transaction)?;
    let id = chain.submit(decode_transaction(&bytes).map_err(SubmitError::Refused)?)?;
    Ok(json!({ "id": json::hex(id) }))
}

/// One answer for each transaction; a refused one does not hold up the others.
fn submit_batch(chain: &Chain, arguments: &Arguments) -> Answer {
    let transactions = arguments.list("transactions")?;
    if transactions.len() > limits::SUBMIT_BATCH {
        let message = format!("a batch has at most {} transactions", limits::SUBMIT_BATCH);
        return Err(RpcFailure::parameters(message, "send several batches"));
    }
    let answers = transactions.iter().map(|transaction| {
        let text = transaction.as_str();
        let answer = text.ok_or_else(|| RpcFailure::malformed("transactions", "a list of texts"));
        answer.and_then(|text| submit_one(chain, text))
    });
    Ok(answers.map(|answer| answer.unwrap_or_else(|failure| json!({ "error": failure.to_json() }))).collect())
}

/// As many transactions as a request holds, in one SCALE list: what a client that sends thousands a second
/// uses. The answer tells of the refused ones alone.
fn submit_packed(chain: &Chain, arguments: &Arguments) -> Answer {
    let transactions: Vec<Transaction> = arguments.scale("transactions", "a list of transactions")?;
    if transactions.len() > limits::SUBMIT_BATCH {
        let message = format!("a batch has at most {} transactions", limits::SUBMIT_BATCH);
        return Err(RpcFailure::parameters(message, "send several batches"));
    }
    let answers = chain.submit_many(transactions)?;
    let accepted = answers.iter().filter(|answer| answer.is_ok()).count();
    let refused = answers.into_iter().enumerate().filter_map(|(index, answer)| {
        let mut refused = RpcFailure::from(answer.err()?).to_json();
        refused["index"] = json!(index);
        Some(refused)
    });
    Ok(json!({ "accepted": accepted, "refused": refused.collect::<Vec<_>>() }))
}

fn simulate(chain: &Chain, arguments: &Arguments) -> Answer {
    let body: TransactionBody = arguments.scale("body", "a transaction's body")?;
    let simulation = chain.simulate(&body)?;
    let trees: Vec<Value> = simulation
        .trees
        .iter()
        .map(|(account, tree)| json!({ "account": account.to_string(), "tree": json::scale(tree) }))
        .collect();
    Ok(json!({ "receipt": json::scale(&simulation.receipt), "trees": trees }))
}

fn get(chain: &Chain, arguments: &Arguments) -> Answer {
    status(chain, &arguments.hash("id")?)
}

/// What is known of a transaction.
pub(super) fn status(chain: &Chain, id: &Hash) -> Answer {
    let status = chain.status_of(id)?;
    let id = json::hex(id);
    Ok(match status {
        TransactionStatus::Final { place, block } => final_status(id, place, &block)?,
        TransactionStatus::Pending(transaction) => {
            json!({ "id": id, "status": "pending", "transaction": json::scale(&transaction) })
        }
        TransactionStatus::Dropped(dropped) => {
            json!({ "id": id, "status": "dropped", "reason": dropped.reason, "code": dropped.code })
        }
        TransactionStatus::Unknown => json!({ "id": id, "status": "unknown" }),
    })
}

fn final_status(id: String, place: Place, block: &CommittedBlock) -> Answer {
    let index = place.index as usize;
    let transaction = block.stored.block.transactions.get(index);
    let (Some(transaction), Some(receipt)) = (transaction, block.receipts.of_transactions().get(index))
    else {
        return Err(Fault::new(format!("transaction {id} is not where it should be")).into());
    };
    Ok(json!({
        "id": id,
        "status": "final",
        "height": place.height,
        "index": place.index,
        "receipt": json::scale(receipt),
        "transaction": json::scale(transaction),
    }))
}

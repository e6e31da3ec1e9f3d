//! The JSON forms of blocks, transactions and events.

use codec::Encode;
use serde_json::{Value, json};
use sillok_abi::{Account, Event, Outcome, PublicKey, Receipt, Transaction};

use crate::chain::CommittedBlock;

/// `0x` and the hexadecimal digits of `bytes`.
pub(super) fn hex(bytes: impl AsRef<[u8]>) -> String {
    format!("0x{}", hex::encode(bytes))
}

/// SCALE of `value`, in hexadecimal.
pub(super) fn scale(value: &impl Encode) -> String {
    hex(value.encode())
}

/// A validator's address.
pub(super) fn address(key: &PublicKey) -> String {
    Account::Key(*key).to_string()
}

/// A block with its certificate and what became of its calls.
pub(super) fn block(block: &CommittedBlock) -> Value {
    let header = block.header();
    let receipts = block.receipts.of_transactions();
    let transactions: Vec<Value> =
        block.stored.block.transactions.iter().zip(receipts).map(transaction_line).collect();
    let scheduled: Vec<Value> = block
        .receipts
        .of_scheduled()
        .iter()
        .map(|receipt| json!({ "id": hex(receipt.id), "ok": succeeded(receipt) }))
        .collect();
    json!({
        "hash": hex(block.id),
        "height": header.height,
        "round": header.round,
        "time": header.time.to_string(),
        "time_ms": header.time.0,
        "proposer": address(&header.proposer),
        "parent": hex(header.parent),
        "state_root": hex(header.state_root),
        "receipts_root": hex(header.receipts_root),
        "transactions_root": hex(header.transactions_root),
        "validators": hex(header.validators),
        "next_validators": hex(header.next_validators),
        "transactions": transactions,
        "scheduled": scheduled,
        "certificate": certificate(block),
    })
}

/// A block with the bytes that its transactions root is made of.
pub(super) fn block_with_bytes(committed: &CommittedBlock) -> Value {
    let mut value = block(committed);
    value["raw"] = Value::from(scale(&committed.stored.block));
    value
}

fn certificate(block: &CommittedBlock) -> Value {
    let certificate = &block.stored.certificate;
    let signatures: Vec<Value> = certificate
        .signatures
        .iter()
        .map(|vote| json!({ "validator": address(&vote.validator), "signature": hex(vote.signature) }))
        .collect();
    json!({ "round": certificate.round, "signatures": signatures })
}

fn transaction_line((transaction, receipt): (&Transaction, &Receipt)) -> Value {
    let body = &transaction.body;
    json!({
        "id": hex(receipt.id),
        "submitter": body.submitter.to_string(),
        "contract": body.call.contract.to_string(),
        "method": body.call.method,
        "ok": succeeded(receipt),
    })
}

pub(super) fn succeeded(receipt: &Receipt) -> bool {
    matches!(receipt.outcome, Outcome::Success(_))
}

/// An event: `index` counts the events of its block.
pub(super) fn event(height: u64, index: usize, receipt: &Receipt, event: &Event) -> Value {
    json!({
        "height": height,
        "index": index,
        "tx": hex(receipt.id),
        "contract": event.contract.to_string(),
        "name": event.name,
        "data": hex(&event.data),
    })
}

//! The planner on folders and on records that the tests make up.

mod acme;
mod planning;
mod random;
mod reading;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::reader::Issuer;
use super::{Package, Plan, Record, plan};

/// A path below the package's folder.
fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// Records of one file, with one class `c` and the people `ann`, `ben` and `cho` in front.
fn package(transactions: &[Value]) -> Package {
    let mut items = vec![
        json!({"id": "c", "object_type": "STOCK_CLASS", "name": "Common", "class_type": "COMMON",
               "initial_shares_authorized": "1000000", "votes_per_share": "1", "seniority": "1"}),
        json!({"id": "ann", "object_type": "STAKEHOLDER", "name": {"legal_name": "Ann"}}),
        json!({"id": "ben", "object_type": "STAKEHOLDER", "name": {"legal_name": "Ben"}}),
        json!({"id": "cho", "object_type": "STAKEHOLDER", "name": {"legal_name": "Cho"}}),
    ];
    items.extend_from_slice(transactions);
    let records = items
        .into_iter()
        .map(|item| {
            let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or_default().to_string();
            let (id, kind) = (text("id"), text("object_type"));
            Record { file: "T".into(), id, kind, body: item.as_object().cloned().unwrap_or_default() }
        })
        .collect();
    let issuer = Issuer { id: "x".into(), name: "SAMPLE X".into(), formed: None };
    Package { issuer, records, unlisted: Vec::new() }
}

/// An issuance record of class `c`.
fn issuance(id: &str, date: &str, security: &str, holder: &str, quantity: u64) -> Value {
    json!({"id": id, "object_type": "TX_STOCK_ISSUANCE", "date": date, "security_id": security,
           "stakeholder_id": holder, "stock_class_id": "c", "quantity": quantity.to_string()})
}

/// A transfer record.
fn transfer(id: &str, date: &str, security: &str, quantity: u64, results: &[&str], balance: &str) -> Value {
    json!({"id": id, "object_type": "TX_STOCK_TRANSFER", "date": date, "security_id": security,
           "quantity": quantity.to_string(), "resulting_security_ids": results, "balance_security_id": balance})
}

/// A cancellation record.
fn cancellation(id: &str, date: &str, security: &str, quantity: u64, balance: &str) -> Value {
    json!({"id": id, "object_type": "TX_STOCK_CANCELLATION", "date": date, "security_id": security,
           "quantity": quantity.to_string(), "balance_security_id": balance, "reason_text": "r"})
}

/// Every record must be in one step, among the people, or refused: never twice, never nowhere.
fn assert_complete(package: &Package, plan: &Plan) {
    let mut ends = vec![0; package.records.len()];
    let applied = plan.steps.iter().flat_map(|step| step.records.iter());
    for index in applied.chain(plan.people.iter().map(|(index, _)| index)).chain(plan.refused.keys()) {
        ends[*index] += 1;
    }
    for (record, count) in package.records.iter().zip(ends) {
        assert_eq!(count, 1, "{} {} has {count} ends", record.kind, record.id);
    }
}

/// The plan, its refusals as `id: reason`, and its steps' first records' ids in order.
fn outcome(package: &Package) -> (Plan, Vec<String>, Vec<String>) {
    let plan = plan(package);
    assert_complete(package, &plan);
    let refused =
        plan.refused.iter().map(|(index, why)| format!("{}: {why}", package.records[*index].id)).collect();
    let steps = plan.steps.iter().map(|step| package.records[step.records[0]].id.clone()).collect();
    (plan, refused, steps)
}

//! Records that agree and records that do not.

use serde_json::json;

use super::{cancellation, issuance, outcome, package, transfer};

/// Plans these transactions and compares the refusals, as `id: reason`.
fn check_refusals(transactions: &[serde_json::Value], expected: &[&str]) {
    let (_, refused, _) = outcome(&package(transactions));
    assert_eq!(refused, expected);
}

#[test]
fn a_days_events_wait_for_what_they_need() {
    let day = "2024-01-01";
    let (_, refused, steps) = outcome(&package(&[
        cancellation("end", day, "s3", 40, ""),
        transfer("move", day, "s1", 60, &["s2"], "s3"),
        json!({"id": "accept", "object_type": "TX_STOCK_ACCEPTANCE", "date": day, "security_id": "s1"}),
        issuance("rest", day, "s3", "ann", 40),
        issuance("moved", day, "s2", "ben", 60),
        issuance("first", day, "s1", "ann", 100),
    ]));
    assert_eq!(refused, Vec::<String>::new());
    assert_eq!(steps, ["c", "first", "accept", "move", "end"]);
}

#[test]
fn a_transfer_to_several_holders_is_one_step() {
    let (plan, refused, _) = outcome(&package(&[
        issuance("first", "2024-01-01", "s1", "ann", 100),
        transfer("move", "2024-01-02", "s1", 100, &["s2", "s3"], ""),
        issuance("a", "2024-01-02", "s2", "ben", 70),
        issuance("b", "2024-01-02", "s3", "cho", 30),
    ]));
    assert!(refused.is_empty());
    assert_eq!(plan.steps.last().unwrap().records.len(), 3);
    assert_eq!(plan.holdings[&("ben".to_string(), "c".to_string())], 70);
}

#[test]
fn results_must_agree_with_their_event() {
    let first = issuance("first", "2024-01-01", "s1", "ann", 100);
    let wrong_sum = [
        first.clone(),
        transfer("move", "2024-01-02", "s1", 60, &["s2"], "s3"),
        issuance("a", "2024-01-02", "s2", "ben", 50),
        issuance("b", "2024-01-02", "s3", "ann", 40),
    ];
    check_refusals(
        &wrong_sum,
        &[
            "move: it transfers 60 shares, but s2 have 50",
            "a: it results from TX_STOCK_TRANSFER move, which is refused: it transfers 60 shares, but s2 have 50",
            "b: it results from TX_STOCK_TRANSFER move, which is refused: it transfers 60 shares, but s2 have 50",
        ],
    );
    let wrong_balance = [
        first.clone(),
        cancellation("end", "2024-01-02", "s1", 60, "s3"),
        issuance("b", "2024-01-02", "s3", "ann", 41),
    ];
    check_refusals(
        &wrong_balance,
        &[
            "end: it leaves 40 shares, but its balance s3 has 41",
            "b: it results from TX_STOCK_CANCELLATION end, which is refused: it leaves 40 shares, but its balance s3 has 41",
        ],
    );
    let wrong_holder = [
        first.clone(),
        cancellation("end", "2024-01-02", "s1", 60, "s3"),
        issuance("b", "2024-01-02", "s3", "ben", 40),
    ];
    check_refusals(
        &wrong_holder,
        &[
            "end: its balance s3 has another holder than s1",
            "b: it results from TX_STOCK_CANCELLATION end, which is refused: its balance s3 has another holder than s1",
        ],
    );
    let no_balance = [first.clone(), cancellation("end", "2024-01-02", "s1", 60, "")];
    check_refusals(
        &no_balance,
        &["end: 40 of the 100 shares of s1 are left, but it names no balance_security_id"],
    );
    let too_many = [first.clone(), cancellation("end", "2024-01-02", "s1", 101, "")];
    check_refusals(&too_many, &["end: it takes 101 of the 100 shares of s1"]);
    let to_self = [
        first.clone(),
        transfer("move", "2024-01-02", "s1", 100, &["s2"], ""),
        issuance("a", "2024-01-02", "s2", "ann", 100),
    ];
    check_refusals(
        &to_self,
        &[
            "move: its result s2 goes to ann, who has the shares already",
            "a: it results from TX_STOCK_TRANSFER move, which is refused: its result s2 goes to ann, who has the shares already",
        ],
    );
    let no_result = [first, transfer("move", "2024-01-02", "s1", 100, &["s2"], "")];
    check_refusals(
        &no_result,
        &["move: its resulting security s2 is issued by no record that can be applied"],
    );
}

#[test]
fn a_refusal_takes_with_it_what_builds_on_it() {
    check_refusals(
        &[
            issuance("first", "2024-01-01", "s1", "ann", 0),
            transfer("move", "2024-01-02", "s1", 100, &["s2"], ""),
            issuance("a", "2024-01-02", "s2", "ben", 100),
            cancellation("end", "2024-01-03", "s2", 100, ""),
        ],
        &[
            "first: quantity is zero",
            "move: its security s1 does not stand, as first was refused",
            "a: it results from TX_STOCK_TRANSFER move, which is refused: its security s1 does not stand, as first was refused",
            "end: its security s2 does not stand, as a was refused",
        ],
    );
}

#[test]
fn nothing_happens_to_a_security_before_or_after_its_life() {
    check_refusals(
        &[
            cancellation("early", "2023-12-31", "s1", 100, ""),
            issuance("first", "2024-01-01", "s1", "ann", 100),
            cancellation("end", "2024-01-02", "s1", 100, ""),
            cancellation("again", "2024-01-03", "s1", 100, ""),
            cancellation("other", "2024-01-03", "s9", 100, ""),
        ],
        &[
            "early: security s1 does not exist at that date",
            "again: security s1 ended with end",
            "other: security s9 does not exist at that date",
        ],
    );
}

#[test]
fn only_an_untouched_issue_is_retracted() {
    let retraction = |security: &str| json!({"id": "back", "object_type": "TX_STOCK_RETRACTION", "date": "2024-01-03", "security_id": security});
    let why =
        "back: only an issue that nobody has accepted, and of which nothing was taken, can be retracted";
    let first = issuance("first", "2024-01-01", "s1", "ann", 100);
    let acceptance =
        json!({"id": "yes", "object_type": "TX_STOCK_ACCEPTANCE", "date": "2024-01-02", "security_id": "s1"});
    check_refusals(&[first.clone(), acceptance, retraction("s1")], &[why]);
    let rest = issuance("rest", "2024-01-02", "s2", "ann", 40);
    check_refusals(
        &[first.clone(), cancellation("end", "2024-01-02", "s1", 60, "s2"), rest, retraction("s2")],
        &[why],
    );
    check_refusals(&[first, retraction("s1")], &[]);
}

#[test]
fn circles_and_double_claims_are_refused() {
    let day = "2024-01-01";
    let circle = [
        cancellation("x", day, "s1", 50, "s2"),
        issuance("x_rest", day, "s2", "ann", 50),
        cancellation("y", day, "s2", 50, "s1"),
        issuance("y_rest", day, "s1", "ann", 100),
    ];
    let (plan, refused, _) = outcome(&package(&circle));
    assert_eq!((plan.steps.len(), refused.len()), (1, 4));
    let claims = [
        issuance("first", day, "s1", "ann", 100),
        issuance("second", day, "s2", "ann", 100),
        cancellation("x", day, "s1", 50, "s3"),
        cancellation("y", day, "s2", 50, "s3"),
        issuance("rest", day, "s3", "ann", 50),
    ];
    let (plan, refused, _) = outcome(&package(&claims));
    assert_eq!(plan.holdings[&("ann".to_string(), "c".to_string())], 200);
    assert!(refused[0].contains("named as a result more than once: by x and y"), "{refused:?}");
    let twice = [issuance("first", day, "s1", "ann", 100), issuance("copy", day, "s1", "ann", 100)];
    check_refusals(&twice, &["copy: its security s1 is issued by first already"]);
    let copied = [issuance("first", day, "s1", "ann", 100), issuance("first", day, "s1", "ann", 100)];
    check_refusals(&copied, &["first: another record of its kind has the same id"]);
}

#[test]
fn unknown_classes_and_people_are_refused() {
    let mut stranger = issuance("a", "2024-01-01", "s1", "zoe", 100);
    check_refusals(&[stranger.clone()], &["a: its stakeholder zoe is not in the files, or was refused"]);
    stranger["stakeholder_id"] = json!("ann");
    stranger["stock_class_id"] = json!("d");
    check_refusals(&[stranger], &["a: its stock class d is not in the files, or was refused"]);
}

#[test]
fn malformed_numbers_and_dates_are_refused() {
    let record = |key: &str, value: serde_json::Value| {
        let mut record = issuance("a", "2024-01-01", "s1", "ann", 100);
        record[key] = value;
        record
    };
    let check = |key, value, why: &str| check_refusals(&[record(key, value)], &[&format!("a: {why}")]);
    check("quantity", json!("1e3"), "quantity is `1e3`, not a whole number of shares");
    check("quantity", json!("-5"), "quantity is `-5`, not a whole number of shares");
    check("quantity", json!("0.5"), "quantity is `0.5`, not a whole number of shares");
    check(
        "quantity",
        json!("18446744073709551616"),
        "quantity is `18446744073709551616`, more than a register can count",
    );
    check("quantity", json!(100), "quantity is `100`, not a text");
    check("quantity", json!(null), "quantity is missing");
    check("date", json!("2024-02-30"), "date: `2024-02-30` is not a date of the form 2026-11-23");
    check("share_price", json!({"amount": "x", "currency": "KRW"}), "share_price is `x`, not a number");
    check("share_price", json!({"amount": "1"}), "share_price: currency is missing");
}

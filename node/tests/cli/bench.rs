//! `sillok bench`, with figures so small that they say nothing of the machine: what it finds is right, whatever
//! the time it takes.

use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::dev::BINARY;

/// Runs a bench of 60 accounts; unless told otherwise, of 90 transactions a second for two seconds.
fn bench(arguments: &[&str]) -> Output {
    let mut bench = Command::new(BINARY);
    bench.args(["bench", "--json", "--quiet", "--accounts", "60"]).args(arguments).env("RUST_LOG", "warn");
    for (flag, value) in [("--rate", "90"), ("--seconds", "2")] {
        if !arguments.contains(&flag) {
            bench.args([flag, value]);
        }
    }
    bench.output().unwrap()
}

fn report(arguments: &[&str]) -> Value {
    let output = bench(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// All is there once, and nothing failed.
fn assert_sound(report: &Value, transactions: u64) {
    for (field, count) in [("committed", transactions), ("lost", 0), ("duplicated", 0), ("failed", 0)] {
        assert_eq!(report[field], json!(count), "{field}: {report}");
    }
    assert_eq!(report["errors"], json!([]));
}

#[test]
fn dids_pay_each_other_and_are_judged_by_their_contract() {
    let report = report(&["--workload", "did"]);
    assert_sound(&report, 180);
    assert_eq!(report["workload"], json!("did"));
}

#[test]
fn deals_in_escrow_settle_all() {
    let report = report(&["--workload", "escrow"]);
    assert_sound(&report, 180);
    assert_eq!(report["deals"], json!(60));
    assert_ne!(report["total_shares"], json!("0"));
}

#[test]
fn what_an_unsettled_deal_locks_is_accounted_for() {
    // Of the last deal the third step is never sent: its shares stay locked, and the sums have to know why.
    let report = report(&["--workload", "escrow", "--rate", "91"]);
    assert_sound(&report, 182);
    assert_eq!(report["deals"], json!(60));
}

#[test]
fn a_mix_has_its_parts_and_its_page_shows_them() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let report = report(&["--workload", "mixed", "--html", page.to_str().unwrap()]);
    assert_sound(&report, 180);
    // Of nine rounds of twenty each has four orders and one deal.
    assert_eq!((&report["orders"], &report["deals"]), (&json!(36), &json!(9)));
    let committed: u64 = report["timeline"].as_array().unwrap().iter().map(slot_committed).sum();
    assert!(committed > 0);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("9 settled") && page.contains("<svg"), "{page}");
}

#[test]
fn a_ramp_goes_on_until_a_rate_is_not_carried() {
    // So few at first, and so much more each time, that it ends after some steps on any machine.
    let ramp = ["--ramp", "--ramp-by", "400", "--rate", "400", "--seconds", "1"];
    let report = report(&[["--workload", "market"].as_slice(), &ramp].concat());
    let steps = report["ramp"]["steps"].as_array().unwrap();
    let (last, before) = steps.split_last().unwrap();
    assert_eq!(last["carried"], json!(false), "{report}");
    assert!(before.iter().all(|step| step["carried"] == json!(true)), "{report}");
    let highest = before.last().map_or(Value::Null, |step| step["rate"].clone());
    assert_eq!(report["ramp"]["highest_rate_carried"], highest);
    let submitted: u64 = steps.iter().map(|step| step["submitted"].as_u64().unwrap()).sum();
    assert_sound(&report, submitted);
}

#[test]
fn a_validator_that_equivocates_is_recorded_and_the_others_lose_nothing() {
    // Long enough for the twenty blocks after which it begins.
    let report = report(&["--validators", "4", "--equivocate", "--rate", "60", "--seconds", "10"]);
    assert_sound(&report, 600);
    // For some heights at most, as it has no vote any more once the first is recorded.
    let offences = report["offences"].as_u64().unwrap();
    assert!((1..20).contains(&offences), "{report}");
}

#[test]
fn a_validator_that_is_killed_comes_back_and_is_level() {
    let fault =
        ["--validators", "4", "--rate", "60", "--seconds", "8", "--kill-after", "2", "--return-after", "2"];
    let report = report(&fault);
    assert_sound(&report, 480);
    let [started, level] = ["started_ms", "level_ms"].map(|what| report["returned"][what].as_u64().unwrap());
    assert!(0 < started && started <= level, "{report}");
    assert!(report["longest_gap_ms"].as_u64().unwrap() > 0);
}

#[test]
fn nodes_that_somebody_else_starts_are_measured_from_outside() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let prepare =
        ["--prepare", "--data", data, "--validators", "2", "--companies", "3", "--workload", "market"];
    let made = report(&prepare);
    let homes = made["homes"].as_array().unwrap();
    assert_eq!(homes.len(), 2, "{made}");
    let nodes: Vec<Started> = homes.iter().map(|home| Started::at(home.as_str().unwrap())).collect();
    let urls: Vec<&str> = nodes.iter().flat_map(|node| ["--url", &node.url]).collect();
    let with = |more: &[&'static str]| [&["--data", data], urls.as_slice(), more].concat();
    let load = with(&["--companies", "3", "--workload", "market"]);
    let report = report(&load);
    assert_sound(&report, 180);
    assert_eq!(report["orders"], json!(180));
    // What was prepared for others is not theirs, and neither is another chain.
    let refused = |arguments: &[&str]| {
        let output = bench(arguments);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    assert!(refused(&with(&["--companies", "4", "--workload", "market"])).contains("as with --prepare"));
    let other = tempfile::tempdir().unwrap();
    let (elsewhere, first) = (other.path().to_str().unwrap(), nodes[0].url.as_str());
    bench(&["--prepare", "--data", elsewhere, "--validators", "2"]);
    assert!(refused(&["--data", elsewhere, "--url", first]).contains("has the chain"));
}

#[test]
fn what_can_not_be_is_refused_before_anything_starts() {
    for (arguments, why) in [
        (vec!["--ramp", "--kill-after", "3"], "--kill-after"),
        (vec!["--ramp-by", "20"], "--ramp"),
        (vec!["--equivocate"], "--validators"),
        (vec!["--validators", "4", "--kill-after", "1", "--return-after", "1"], "more --seconds"),
        (vec!["--prepare"], "--data"),
        (vec!["--url", "http://127.0.0.1:1"], "--data"),
        (vec!["--companies", "61"], "fewer --companies"),
        (vec!["--companies", "1"], "2..=1000"),
        (vec!["--equivocate", "--validators", "3"], "--validators 4"),
        (vec!["--ramp", "--ramp-by", "0"], "1..=400"),
        (vec!["--workload", "shares"], "possible values"),
        (vec!["--html", "/nowhere/at/all.html"], "/nowhere/at"),
        (vec!["--html", "/tmp"], "folder"),
    ] {
        let output = bench(&arguments);
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(why), "{arguments:?}: {said}");
    }
}

/// A node that runs until it is dropped.
struct Started {
    process: Child,
    url: String,
}

impl Started {
    fn at(home: &str) -> Self {
        let mut start = Command::new(BINARY);
        start.args(["start", "--json", home]).env("RUST_LOG", "warn").stdout(Stdio::piped());
        let mut process = start.spawn().unwrap();
        let output = process.stdout.as_mut().unwrap();
        let banner: Value =
            serde_json::Deserializer::from_reader(output).into_iter().next().unwrap().unwrap();
        Started { process, url: banner["rpc"].as_str().unwrap().to_owned() }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn slot_committed(slot: &Value) -> u64 {
    slot["committed_per_second"].as_u64().unwrap()
}

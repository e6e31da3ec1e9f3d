//! Certified extracts: verified where there is no node, and refused, with the reason, once anything was
//! changed in them.

use std::fs;

use serde_json::{Value, json};
use sillok_abi::{CertificateError, ContractId, ProofError};
use sillok_client::extract::{Extract, ExtractError};
use sillok_client::proof::{Claim, StateProofError};
use sillok_client::trust::Trust;

use crate::dev::{Dev, Outcome, run_at, text};

/// A company with three holders, a pledge, and a lot that was parted; extracts of all of it and of Bob.
struct Files {
    folder: tempfile::TempDir,
    trust: Trust,
    register: Extract,
    holding: Extract,
}

fn company(dev: &Dev) {
    let register = |args: &[&str]| dev.json(&[&["register"], args].concat());
    register(&["create", "--name", "SAMPLE Works", "--identifier", "works", "--formed", "2020-01-31"]);
    register(&["add-class", "works", "--name", "Common", "--authorised", "10000"]);
    register(&["add-class", "works", "--name", "Preferred", "--authorised", "500"]);
    let issue = |class, to, quantity, reference| {
        let args = ["issue", "works", "--class", class, "--to", to, "--quantity", quantity];
        register(&[args.as_slice(), &["--reference", reference]].concat());
    };
    issue("Common", "//Bob", "1500", "L1");
    issue("Common", "//Alice", "500", "L2");
    issue("Preferred", "//Bob", "40", "P1");
    register(&["transfer", "works", "L1", "--to", "//Charlie", "--quantity", "400", "--from", "//Bob"]);
    register(&["lock", "works", "1", "--from", "//Bob", "--for", "//Dave", "--quantity", "300"]);
}

impl Files {
    /// Made by a real chain, which is gone when this returns.
    fn make() -> Self {
        let dev = Dev::start();
        company(&dev);
        dev.json(&["trust", "--out", "trust.json"]);
        dev.json(&["register", "extract", "works", "--out", "register.json"]);
        let holder = ["register", "extract", "works", "--holder", "//Bob", "--out", "holding.json"];
        dev.json(&holder);
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str| {
            fs::copy(dev.folder().join(name), folder.path().join(name)).unwrap();
            fs::read_to_string(folder.path().join(name)).unwrap()
        };
        let trust = Trust::parse(&read("trust.json")).unwrap();
        let register = Extract::parse(&read("register.json")).unwrap();
        let holding = Extract::parse(&read("holding.json")).unwrap();
        Files { folder, trust, register, holding }
    }

    /// Runs the command line where no node answers.
    fn run(&self, args: &[&str]) -> Outcome {
        run_at("http://127.0.0.1:9", self.folder.path(), args)
    }

    /// Why the register's extract is refused once `change` was made to it.
    fn refused(&self, change: impl FnOnce(&mut Extract)) -> ExtractError {
        refused(&self.register, &self.trust, change)
    }
}

fn refused(extract: &Extract, trust: &Trust, change: impl FnOnce(&mut Extract)) -> ExtractError {
    let mut changed = extract.clone();
    change(&mut changed);
    assert_ne!(&changed, extract, "nothing was changed");
    // Through its text, as a file would come.
    let changed = Extract::parse(&changed.to_text()).unwrap();
    changed.check(trust).unwrap_err()
}

/// The path in the statement of which it is said that it differs.
fn path(error: ExtractError) -> String {
    match error {
        ExtractError::Differs(difference) => difference.path,
        other => panic!("{other}"),
    }
}

fn entries<'a>(extract: &'a mut Extract, name: &str) -> &'a mut Vec<(Vec<u8>, Vec<u8>)> {
    let wanted = sillok_client::extract::field_key(name);
    let claims = extract.evidence.proof.claims.iter_mut();
    let found = claims.filter_map(|claim| match claim {
        Claim::Field { field, entries, .. } if *field == wanted => Some(entries),
        _ => None,
    });
    found.last().unwrap()
}

#[test]
fn an_extract_is_verified_where_there_is_no_node() {
    let files = Files::make();
    let verified = files.run(&["verify", "register.json", "--trust", "trust.json", "--json"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    let verified = verified.json();
    let statement = &verified["statement"];
    assert_eq!(verified["verified"], true);
    assert_eq!(statement["company"]["name"], "SAMPLE Works");
    let row = |class: u64, shares: u64, locked: u64| (class, shares, locked);
    let rows = |statement: &Value| -> Vec<_> {
        let rows = statement["holders"].as_array().unwrap();
        let number = |row: &Value, name: &str| row[name].as_u64().unwrap();
        let mut rows: Vec<_> = rows
            .iter()
            .map(|it| row(number(it, "class"), number(it, "shares"), number(it, "locked")))
            .collect();
        rows.sort_unstable();
        rows
    };
    assert_eq!(rows(statement), [row(1, 400, 0), row(1, 500, 0), row(1, 1_100, 300), row(2, 40, 0)]);
    assert_eq!(statement["locks"][0]["locks"][0]["quantity"], 300);

    let holding = files.run(&["verify", "holding.json", "--trust", "trust.json", "--json"]);
    let holding = holding.json()["statement"].clone();
    assert_eq!(rows(&holding), [row(1, 1_100, 300), row(2, 40, 0)]);
    let text = fs::read_to_string(files.folder.path().join("holding.json")).unwrap();
    let alice = files.register.statement["registrar"].as_str().unwrap();
    let charlie = statement["holders"].as_array().unwrap().iter().find(|row| row["shares"] == 400).unwrap();
    assert!(!text.contains(charlie["holder"].as_str().unwrap()), "it tells of another holder");
    assert!(text.contains(alice), "the registrar is in it");

    let human = files.run(&["verify", "register.json", "--trust", "trust.json"]);
    assert!(human.stdout.starts_with("verified: more than two thirds"), "{human:?}");
    assert!(human.stdout.contains("SAMPLE Works, no. works"), "{human:?}");
}

#[test]
fn a_statement_that_was_changed_is_refused() {
    let files = Files::make();
    let refused = |change: &dyn Fn(&mut Value)| path(files.refused(|extract| change(&mut extract.statement)));
    assert_eq!(refused(&|s| s["holders"][0]["shares"] = json!(401)), "statement.holders[0].shares");
    assert_eq!(refused(&|s| s["holders"][0]["locked"] = json!(1)), "statement.holders[0].locked");
    assert_eq!(refused(&|s| s["lots"][0]["quantity"] = json!(9)), "statement.lots[0].quantity");
    assert_eq!(refused(&|s| s["lots"][0]["acquired"] = json!("2019-01-01")), "statement.lots[0].acquired");
    let other = |s: &mut Value| s["holders"][0]["holder"] = s["holders"][1]["holder"].clone();
    assert_eq!(refused(&other), "statement.holders[0].holder");
    let fewer = |s: &mut Value| drop(s["holders"].as_array_mut().unwrap().pop());
    assert_eq!(refused(&fewer), "statement.holders[3]");
    let more = |s: &mut Value| s["lots"].as_array_mut().unwrap().push(json!({ "id": 9 }));
    assert_eq!(refused(&more), "statement.lots[4]");
    assert_eq!(refused(&|s| s["company"]["name"] = json!("SAMPLE Works II")), "statement.company.name");
    assert_eq!(refused(&|s| s["classes"][0]["authorised"] = json!(1)), "statement.classes[0].authorised");
    assert_eq!(refused(&|s| s["height"] = json!(1)), "statement.height");
    assert_eq!(refused(&|s| s["time"] = json!("2020-01-01T00:00:00.000Z")), "statement.time");
    assert_eq!(refused(&|s| s["registrar"] = s["holders"][0]["holder"].clone()), "statement.registrar");
    assert_eq!(refused(&|s| s["locks"] = json!([])), "statement.locks[0]");
    assert_eq!(refused(&|s| s["chain"] = json!("0x00")), "statement.chain");
    assert_eq!(refused(&|s| s["note"] = json!("all paid up")), "statement.note");
}

#[test]
fn evidence_that_was_changed_is_refused() {
    let files = Files::make();
    let root = ExtractError::Proof(StateProofError::NotInState(ProofError::Root));
    let refused = |change: &dyn Fn(&mut Extract)| files.refused(change);
    let flip = |bytes: &mut Vec<u8>| *bytes.last_mut().unwrap() ^= 1;
    assert_eq!(refused(&|e| flip(&mut entries(e, "lots")[0].1)), root, "a value");
    assert_eq!(refused(&|e| drop(entries(e, "lots").pop())), root, "a lot is left out");
    let presence = ExtractError::Proof(StateProofError::NotInState(ProofError::Presence));
    assert_eq!(refused(&|e| entries(e, "locks").clear()), presence, "the pledge is left out");
    let order = ExtractError::Proof(StateProofError::NotInState(ProofError::Order));
    assert_eq!(refused(&|e| entries(e, "lots").swap(0, 1)), order);
    let twice = |e: &mut Extract| {
        let lots = entries(e, "lots");
        lots.insert(0, lots[0].clone());
    };
    assert_eq!(refused(&twice), order, "a lot twice");

    let not_final = |error| ExtractError::Proof(StateProofError::NotFinal(error));
    let other_block = not_final(CertificateError::OtherBlock);
    assert_eq!(refused(&|e| e.evidence.proof.header.state_root[0] ^= 1), other_block);
    assert_eq!(refused(&|e| e.evidence.proof.header.height += 1), other_block);
    assert_eq!(refused(&|e| e.evidence.proof.certificate.block[0] ^= 1), other_block);
    let bad = not_final(CertificateError::BadSignature);
    assert_eq!(refused(&|e| e.evidence.proof.certificate.signatures[0].signature[9] ^= 1), bad);
    assert_eq!(refused(&|e| e.evidence.proof.certificate.round += 1), bad, "votes are for a round");
    let again = |e: &mut Extract| {
        let signatures = &mut e.evidence.proof.certificate.signatures;
        signatures.push(signatures[0].clone());
    };
    assert_eq!(refused(&again), not_final(CertificateError::Disordered), "one vote counted twice");
    let none = |e: &mut Extract| e.evidence.proof.certificate.signatures.clear();
    assert_eq!(refused(&none), not_final(CertificateError::NoQuorum));

    assert_eq!(refused(&|e| e.evidence.before.as_mut().unwrap().time.0 += 1), ExtractError::OtherBlock);
    assert_eq!(refused(&|e| e.evidence.before = None), ExtractError::OtherBlock);
    assert_eq!(refused(&|e| e.evidence.layout[0].name.push('s')), ExtractError::Layout);
    let unproven = |name: &str| ExtractError::Unproven(name.into());
    assert_eq!(refused(&|e| drop(e.evidence.proof.claims.remove(0))), unproven("contract"));
    assert_eq!(refused(&|e| drop(e.evidence.proof.claims.pop())), unproven("locks"));
    let elsewhere = |e: &mut Extract| {
        let register: ContractId = text(&e.statement, "register").parse().unwrap();
        e.statement["register"] = json!(ContractId([7; 32]).to_string());
        assert_ne!(register, ContractId([7; 32]));
    };
    assert_eq!(refused(&elsewhere), unproven("contract"));
}

#[test]
fn what_is_left_out_of_a_holding_is_missed() {
    let files = Files::make();
    let refused = |change: &dyn Fn(&mut Extract)| refused(&files.holding, &files.trust, change);
    let claims = |e: &mut Extract, name: &str, change: &dyn Fn(&mut Option<Vec<u8>>)| {
        let wanted = sillok_client::extract::field_key(name);
        for claim in &mut e.evidence.proof.claims {
            if let Claim::Key { key, value, .. } = claim
                && key.starts_with(&wanted)
            {
                change(value);
            }
        }
    };
    let presence = ExtractError::Proof(StateProofError::NotInState(ProofError::Presence));
    assert_eq!(refused(&|e| claims(e, "lots", &|value| *value = None)), presence, "absence of what is there");
    let lots = sillok_client::extract::field_key("lots");
    let without_lots = |e: &mut Extract| {
        e.evidence
            .proof
            .claims
            .retain(|claim| !matches!(claim, Claim::Key { key, .. } if key.starts_with(&lots)));
    };
    assert_eq!(refused(&without_lots), ExtractError::Sum { class: 1, lots: 0, total: 1_100 });
    let other_holder = |e: &mut Extract| e.statement["holder"] = e.statement["registrar"].clone();
    assert_eq!(refused(&other_holder), ExtractError::Unproven("holdings".into()));
    let whole = |e: &mut Extract| e.statement["kind"] = json!("register");
    assert_eq!(refused(&whole), ExtractError::Unproven("lots".into()), "a part is not the whole");
}

#[test]
fn another_chain_and_damaged_files_are_told_apart() {
    let files = Files::make();
    let mut trust = files.trust.clone();
    trust.chain[0] ^= 1;
    assert_eq!(files.register.check(&trust).unwrap_err(), StateProofError::OtherChain.into());
    let mut trust = files.trust.clone();
    trust.validators[0].power += 1;
    assert_eq!(files.register.check(&trust).unwrap_err(), StateProofError::OtherValidators.into());

    let whole = files.register.to_text();
    let broken = |text: String| {
        fs::write(files.folder.path().join("broken.json"), text).unwrap();
        let outcome = files.run(&["verify", "broken.json", "--trust", "trust.json", "--json"]);
        assert_eq!(outcome.code, 1, "{outcome:?}");
        let error = outcome.json()["error"].clone();
        assert_eq!(error["code"], "not-verified");
        text_of(&error)
    };
    let text_of_whole = |from: &str, to: &str| broken(whole.replacen(from, to, 1));
    assert!(broken(whole[..whole.len() / 2].to_owned()).starts_with("this is not a register extract: EOF"));
    assert!(broken("{}".into()).contains("missing field"));
    assert!(text_of_whole("register-extract", "cap-table").ends_with("it is a `cap-table`"));
    assert!(
        text_of_whole("\"proof\": \"0x", "\"proof\": \"0x00")
            .ends_with("evidence.proof is cut off or damaged")
    );
    assert!(text_of_whole("\"shares\": 400", "\"shares\": 401").contains("says 401; the chain says 400"));
    let missing = files.run(&["verify", "nowhere.json", "--trust", "trust.json"]);
    assert!(missing.code == 1 && missing.stderr.contains("can't read nowhere.json"), "{missing:?}");
    let trust = files.run(&["verify", "register.json", "--trust", "register.json"]);
    assert!(trust.code == 2 && trust.stderr.contains("is not a trust file"), "{trust:?}");
}

fn text_of(error: &Value) -> String {
    text(error, "message").to_owned()
}

#[test]
fn the_past_is_proven_by_height_and_time() {
    let dev = Dev::start();
    company(&dev);
    let before = dev.json(&["register", "extract", "works", "--out", "before.json"]);
    let statement = &before["statement"];
    let (height, time) = (statement["height"].to_string(), text(statement, "time").to_owned());
    dev.json(&["register", "transfer", "works", "2", "--to", "//Eve", "--quantity", "500"]);
    let at = |when: &str| dev.json(&["register", "extract", "works", "--at", when, "--out", "at.json"]);
    assert_eq!(&at(&height)["statement"], statement);
    assert_eq!(&at(&time)["statement"], statement);
    assert_ne!(&dev.json(&["register", "extract", "works", "--out", "now.json"])["statement"], statement);
    dev.json(&["trust", "--out", "trust.json"]);
    dev.json(&["verify", "at.json", "--trust", "trust.json"]);
    let holders =
        |when: &[&str]| dev.json(&[&["register", "holders", "works"], when].concat())["cap_table"].clone();
    assert_eq!(holders(&["--at", &height]), holders(&["--at", &time]));
    assert_ne!(holders(&["--at", &height]), holders(&[]));
    let early = dev.error(3, &["register", "holders", "works", "--at", "2001-01-01"]);
    assert!(text(&early, "message").contains("no block as early"), "{early}");

    // A single value, there and not there.
    let key = |rest: &str| format!("0x{}{rest}", hex(&sillok_client::extract::field_key("lots")));
    let register = text(statement, "register");
    for (rest, there) in [("0100000000000000", true), ("ff00000000000000", false)] {
        let proof = ["query", "storage", register, &key(rest), "--proof", "value.json"];
        assert_eq!(dev.json(&proof)["value"].is_string(), there);
        let verified = dev.json(&["verify", "value.json", "--trust", "trust.json"]);
        assert_eq!(verified["keys"][0]["value"].is_string(), there);
    }
    let file = fs::read_to_string(dev.folder().join("value.json")).unwrap();
    fs::write(dev.folder().join("value.json"), file.replacen("\"value\": null", "\"value\": \"0x00\"", 1))
        .unwrap();
    let error = dev.error(1, &["verify", "value.json", "--trust", "trust.json"]);
    assert!(text(&error, "message").starts_with("it says something else of key"), "{error}");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! Folders that are right, and folders that are not.

use std::fs;

use tempfile::TempDir;

use super::super::read;
use super::{outcome, path};

const MANIFEST: &str = r#"{
  "ocf_version": "1.1.0",
  "file_type": "OCF_MANIFEST_FILE",
  "issuer": { "id": "x", "legal_name": "SAMPLE X" },
  "transactions_files": [{ "filepath": "./T.ocf.json" }]
}"#;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// Reads a folder of these files, which must fail with a message that holds `expected`.
fn check_refused(files: &[(&str, &str)], expected: &str) {
    let folder = folder(files);
    let error = read(folder.path()).unwrap_err().to_string();
    assert!(error.contains(expected), "`{error}` lacks `{expected}`");
}

#[test]
fn the_sample_folder_is_planned() {
    let package = read(&path("tests/fixtures/ocf-sample")).unwrap();
    assert_eq!(package.issuer.name, "SAMPLE Kimchi Works");
    assert_eq!(package.issuer.formed.unwrap().to_string(), "2020-02-29");
    let (plan, refused, steps) = outcome(&package);
    assert_eq!(
        steps,
        [
            "common",
            "preferred",
            "t_first",
            "t_accept",
            "t_transfer",
            "t_buy_back",
            "t_cancel_all",
            "t_preferred",
            "t_mistake",
            "t_retract"
        ]
    );
    assert_eq!(
        refused,
        [
            "t_conversion: this register doesn't know TX_STOCK_CONVERSION yet",
            "t_converted: it results from TX_STOCK_CONVERSION t_conversion, which is refused; issued on its \
             own, its shares would be counted twice",
            "t_exercise: this register doesn't know TX_EQUITY_COMPENSATION_EXERCISE yet; its resulting \
             security s6 is issued by no record",
            "t_fraction: quantity is `12.5`, not a whole number of shares",
            "valuation_1: this register doesn't know VALUATION yet",
        ]
    );
    let shares: Vec<_> =
        plan.holdings.iter().map(|((who, class), shares)| (who.as_str(), class.as_str(), *shares)).collect();
    assert_eq!(shares, [("bora", "common", 350), ("dami", "preferred", 120)]);
}

#[test]
fn wrong_folders_are_refused_with_file_and_line() {
    assert!(
        read(std::path::Path::new("/no/such/folder")).unwrap_err().to_string().contains("/no/such/folder")
    );
    check_refused(&[], "has no Manifest.ocf.json");
    check_refused(&[("Manifest.ocf.json", "{\n  \"a\": }")], "Manifest.ocf.json:2: not JSON");
    check_refused(&[("Manifest.ocf.json", "[]")], "Manifest.ocf.json:1: expected a JSON object");
    check_refused(&[("Manifest.ocf.json", MANIFEST)], "can't read T.ocf.json");
    let other_type = MANIFEST.replace("OCF_MANIFEST_FILE", "OCF_X");
    check_refused(
        &[("Manifest.ocf.json", &other_type)],
        "Manifest.ocf.json:3: expected file_type OCF_MANIFEST_FILE, found OCF_X",
    );
    let other_version = MANIFEST.replace("1.1.0", "2.0.0");
    check_refused(
        &[("Manifest.ocf.json", &other_version)],
        "Manifest.ocf.json:2: Open Cap Format 2.0.0 isn't known",
    );
    let outside = MANIFEST.replace("./T", "../T");
    check_refused(&[("Manifest.ocf.json", &outside)], "../T.ocf.json leads out of the folder");
    let nameless = MANIFEST.replace("SAMPLE X", "");
    check_refused(&[("Manifest.ocf.json", &nameless)], "Manifest.ocf.json:4: the issuer has no legal_name");
    let wrong = "{\"file_type\":\n\"OCF_STAKEHOLDERS_FILE\", \"items\": []}";
    check_refused(
        &[("Manifest.ocf.json", MANIFEST), ("T.ocf.json", wrong)],
        "T.ocf.json:1: expected file_type OCF_TRANSACTIONS_FILE, found OCF_STAKEHOLDERS_FILE",
    );
    let empty = "{\"file_type\": \"OCF_TRANSACTIONS_FILE\"}";
    check_refused(
        &[("Manifest.ocf.json", MANIFEST), ("T.ocf.json", empty)],
        "T.ocf.json:1: the file has no list of items",
    );
}

#[test]
fn items_without_id_or_kind_are_records_too() {
    let items = r#"{"file_type": "OCF_TRANSACTIONS_FILE", "items": [7, {}, {"id": "a"}, {"object_type": "TX_STOCK_ACCEPTANCE"}]}"#;
    let folder = folder(&[("Manifest.ocf.json", MANIFEST), ("T.ocf.json", items), ("Extra.ocf.json", items)]);
    let package = read(folder.path()).unwrap();
    assert_eq!(package.unlisted, ["Extra.ocf.json"]);
    assert_eq!(package.records.len(), 8);
    let (_, refused, steps) = outcome(&package);
    assert!(steps.is_empty());
    assert_eq!(refused[0], "item 1: it isn't a JSON object with an object_type");
    assert_eq!(refused[2], "a: it has no object_type");
    assert_eq!(refused[3], "item 4: date is missing");
    assert_eq!(refused[6], "a: another record of its kind has the same id");
}

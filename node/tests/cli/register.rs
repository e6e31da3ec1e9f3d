//! A company's register by hand: opened, shares issued, moved, locked, bought back, cancelled.

use serde_json::json;

use crate::dev::{Dev, text};

/// A chain with a company of two lots of class 1: Bob's 1,500 (L1) and Alice's 500.
fn company() -> Dev {
    let dev = Dev::start();
    dev.json(&[
        "register",
        "create",
        "--name",
        "SAMPLE Works",
        "--identifier",
        "works",
        "--formed",
        "2020-01-31",
    ]);
    dev.json(&["register", "add-class", "works", "--name", "Common", "--authorised", "10000"]);
    let bob = ["register", "issue", "works", "--class", "Common", "--to", "//Bob", "--quantity", "1500"];
    dev.json(&[bob.as_slice(), &["--reference", "L1", "--price", "100 KRW"]].concat());
    dev.json(&["register", "issue", "works", "--class", "1", "--to", "//Alice", "--quantity", "500"]);
    dev
}

fn shares(dev: &Dev) -> Vec<(String, u64, u64)> {
    let holders = dev.json(&["register", "holders", "works"]);
    let row = |row: &serde_json::Value| {
        (text(row, "holder").to_string(), row["shares"].as_u64().unwrap(), row["locked"].as_u64().unwrap())
    };
    holders["cap_table"].as_array().unwrap().iter().map(row).collect()
}

fn row(holder: &str, shares: u64, locked: u64) -> (String, u64, u64) {
    (holder.to_string(), shares, locked)
}

#[test]
fn shares_move_and_the_register_adds_up() {
    let dev = company();
    dev.json(&["register", "accept", "works", "L1", "--from", "//Bob"]);
    let transfer = ["register", "transfer", "works", "L1", "--to", "//Charlie", "--quantity", "400"];
    assert_eq!(dev.error(3, &transfer)["code"], "unauthorised");
    dev.json(&[transfer.as_slice(), &["--from", "//Bob"]].concat());
    let repurchase = ["register", "repurchase", "works", "L1", "--quantity", "100", "--price", "120 KRW"];
    dev.json(&[repurchase.as_slice(), &["--also", "//Bob"]].concat());
    dev.json(&["register", "cancel", "works", "2", "--quantity", "50", "--reason", "agreed"]);
    assert_eq!(shares(&dev), [row("//Bob", 1_000, 0), row("//Alice", 450, 0), row("//Charlie", 400, 0)]);
    let class = &dev.json(&["register", "show", "works"])["classes"][0];
    assert_eq!((class["outstanding"].as_u64(), class["issued"].as_u64()), (Some(1_850), Some(1_950)));
    assert_eq!(dev.error(3, &["register", "retract", "works", "2"])["code"], "register.NotRetractable");
}

#[test]
fn locked_shares_stay() {
    let dev = company();
    let lock =
        ["register", "lock", "works", "L1", "--from", "//Bob", "--for", "//Dave", "--quantity", "1000"];
    dev.json(&lock);
    let transfer = ["register", "transfer", "works", "L1", "--from", "//Bob", "--to", "//Charlie"];
    assert_eq!(
        dev.error(3, &[transfer.as_slice(), &["--quantity", "600"]].concat())["code"],
        "register.SharesLocked"
    );
    // Without a quantity all free shares go.
    assert_eq!(dev.json(&transfer)["quantity"], json!(500));
    dev.json(&["register", "unlock", "works", "L1", "--from", "//Dave", "--quantity", "400"]);
    assert_eq!(shares(&dev)[0], row("//Bob", 1_000, 600));
}

#[test]
fn people_are_told_what_happened() {
    let dev = company();
    let issued =
        dev.run(&["register", "issue", "works", "--class", "1", "--to", "//Eve", "--quantity", "2000"]);
    assert_eq!(issued.stdout, "Issued 2,000 shares Common of SAMPLE Works to //Eve.\nlot  3\n");
    let table = dev.run(&["register", "holders", "works"]).stdout;
    let rows: Vec<_> = table.lines().collect();
    assert_eq!(rows[1], "//Bob    Common   1,500       0  37.50");
    assert_eq!(rows[3], "//Eve    Common   2,000       0  50.00");
    let error = dev.run(&["register", "holders", "nobody"]);
    assert_eq!(error.code, 2);
    assert!(error.stderr.contains("hint: `sillok register list`"), "{error:?}");
    assert_eq!(dev.error(1, &["register", "accept", "works", "L9"])["code"], "not-found");
    let again = ["register", "create", "--name", "SAMPLE Works", "--identifier", "works"];
    assert!(text(&dev.error(2, &again), "message").contains("already"));
}

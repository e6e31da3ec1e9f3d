//! The past as the index has it: the same as the chain's own blocks say, the same when it is made anew, and
//! refused where there is none.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::dev::{BINARY, Dev, text};

/// All entries of an answer under this name, once the index has read as far as the chain is.
fn entries(dev: &Dev, name: &str, args: &[&str]) -> Vec<Value> {
    let height = dev.json(&["status"])["height"].as_u64().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = dev.json(&[["history"].as_slice(), args, &["--limit", "100000"]].concat());
        if answer["height"].as_u64().unwrap() >= height {
            return answer[name].as_array().unwrap().clone();
        }
        assert!(Instant::now() < deadline, "the index does not follow: {answer}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn trade(dev: &Dev, seller: &str, buyer: &str, price: &str, shares: &str) {
    dev.json(&["order", "place", "hanbit", "sell", shares, "--price", price, "--from", seller]);
    dev.json(&["order", "place", "hanbit", "buy", shares, "--price", price, "--from", buyer]);
}

fn figures(rows: &[Value], fields: &[&str]) -> Vec<Vec<u64>> {
    rows.iter().map(|row| fields.iter().map(|field| row[*field].as_u64().unwrap()).collect()).collect()
}

#[test]
fn trades_prices_and_holdings_are_what_happened_and_the_same_when_made_anew() {
    let mut dev = Dev::start();
    let before = dev.json(&["register", "holders", "hanbit"]);
    for (price, shares) in [("12000", "10"), ("12050", "5"), ("11950", "20"), ("12010", "7")] {
        trade(&dev, "//Alice", "//Eve", price, shares);
    }
    trade(&dev, "//Eve", "//Alice", "12000", "20");

    let trades = entries(&dev, "trades", &["trades", "hanbit"]);
    let made = [[5, 12_000, 20], [4, 12_010, 7], [3, 11_950, 20], [2, 12_050, 5], [1, 12_000, 10]];
    assert_eq!(figures(&trades, &["number", "price", "quantity"]), made.map(|trade| trade.to_vec()));
    // A day may end meanwhile, and a minute too.
    let days = entries(&dev, "candles", &["candles", "hanbit"]);
    let sum = |rows: &[Value], field: &str| rows.iter().map(|row| row[field].as_u64().unwrap()).sum::<u64>();
    for candles in [&days, &entries(&dev, "candles", &["candles", "hanbit", "--interval", "1m"])] {
        assert_eq!((sum(candles, "shares"), sum(candles, "trades")), (62, 5));
        assert_eq!(sum(candles, "value"), sum(&trades, "value"));
        assert_eq!(candles.last().unwrap()["open"], 12_000);
        assert_eq!(candles[0]["close"], 12_000);
        assert_eq!(candles.iter().map(|row| row["high"].as_u64().unwrap()).max(), Some(12_050));
        assert_eq!(candles.iter().map(|row| row["low"].as_u64().unwrap()).min(), Some(11_950));
    }

    let class = ["--class", "1"];
    let held =
        entries(&dev, "changes", &[["holding", "hanbit", "--holder", "//Eve"].as_slice(), &class].concat());
    let shares = figures(&held, &["shares"]).concat();
    assert_eq!(shares, [22, 42, 35, 15, 10], "{held:?}");
    let standings = entries(&dev, "changes", &[["class", "hanbit"].as_slice(), &class].concat());
    assert_eq!(standings.len(), 5);
    let now = dev.json(&["register", "holders", "hanbit"]);
    let holders = |table: &Value| {
        table["cap_table"].as_array().unwrap().iter().filter(|row| row["class_id"] == 1).count()
    };
    assert_eq!(standings[0]["holders"].as_u64(), Some(holders(&now) as u64));
    // Eve had none before.
    assert_eq!(holders(&before) + 1, holders(&now));

    let every = |dev: &Dev| {
        [
            entries(dev, "entries", &["account", "//Eve"]),
            entries(dev, "entries", &["account", "//Alice"]),
            entries(dev, "entries", &["contract", "hanbit"]),
            entries(dev, "entries", &["contract", "market"]),
            entries(dev, "trades", &["trades", "hanbit"]),
            entries(dev, "candles", &["candles", "hanbit", "--interval", "1h"]),
            entries(dev, "changes", &["holding", "hanbit", "--holder", "//Alice", "--class", "1"]),
        ]
    };
    let followed = every(&dev);
    let data = dev.folder().join("chain");
    let data = data.to_str().unwrap();
    assert_eq!(text(&dev.error(1, &["history", "rebuild", "--data", data]), "code"), "storage");
    dev.stop();
    dev.json(&["history", "rebuild", "--data", data]);
    dev.start_again();
    assert_eq!(every(&dev), followed);
}

#[test]
fn an_accounts_and_a_contracts_past_are_what_blocks_say() {
    let dev = Dev::start();
    let eve = text(&dev.json(&["keys", "show", "//Eve"]), "address").to_owned();
    for round in 0..60 {
        let (from, to) = if round % 3 == 0 { ("//Eve", "//Bob") } else { ("//Bob", "//Charlie") };
        dev.json(&["cash", "transfer", to, "10", "--from", from]);
    }
    trade(&dev, "//Alice", "//Eve", "12000", "3");
    dev.json(&["cash", "transfer", "//Eve", "10", "--from", "//Dave"]);

    // From the blocks: the transactions that she signed, and those one of whose events names her.
    let height = dev.json(&["status"])["height"].as_u64().unwrap();
    let mut expected = BTreeSet::new();
    let mut of_cash = 0;
    for at in 1..=height {
        let block = dev.json(&["query", "block", &at.to_string()]);
        for line in block["transactions"].as_array().unwrap() {
            let id = text(line, "id");
            let shown = dev.json(&["tx", "show", id]);
            if line["submitter"] == json!(eve) || shown["receipt"]["events"].to_string().contains(&eve) {
                expected.insert(id.to_owned());
            }
            let events = shown["receipt"]["events"].as_array().unwrap();
            of_cash += events.iter().filter(|event| event["contract"] == "cash").count();
            of_cash += usize::from(shown["transaction"]["contract"] == "cash");
        }
    }
    let past = entries(&dev, "entries", &["account", "//Eve"]);
    let found: BTreeSet<String> = past.iter().map(|entry| text(entry, "tx").to_owned()).collect();
    assert_eq!(found, expected);
    assert!(expected.len() >= 22);
    assert!(past.windows(2).all(|pair| pair[0]["height"].as_u64() >= pair[1]["height"].as_u64()));
    // More than a page.
    let of_contract = entries(&dev, "entries", &["contract", "cash"]);
    assert_eq!(of_contract.len(), of_cash);
    assert!(of_cash > 100);
    let transferred = past.iter().find(|entry| text(entry, "name") == "Transferred").unwrap();
    assert_eq!(transferred["fields"]["to"], json!(eve));
    let table = dev.run(&["history", "account", "//Eve", "--limit", "3"]).stdout;
    assert!(table.contains("Transferred") && table.contains("//Dave"), "{table}");
}

#[test]
fn where_there_is_no_index_and_what_is_not_asked_for_rightly_is_told() {
    let dev = Dev::start_with(&["--no-index"]);
    let refused = dev.error(3, &["history", "trades", "hanbit"]);
    assert_eq!(text(&refused, "message"), "this node keeps no index of the past");
    assert!(text(&refused, "hint").contains("[index]"), "{refused}");
    assert_eq!(text(&dev.error(2, &["history", "candles", "hanbit", "--interval", "5m"]), "code"), "usage");
    let none = dev.folder().join("none");
    let refused = dev.error(1, &["history", "rebuild", "--data", none.to_str().unwrap()]);
    assert!(text(&refused, "message").contains("there is no chain"), "{refused}");
}

#[test]
fn an_index_of_more_blocks_than_the_chain_has_is_refused_until_it_is_made_anew() {
    let mut dev = Dev::start();
    dev.json(&["cash", "transfer", "//Bob", "10", "--from", "//Eve"]);
    assert!(!entries(&dev, "entries", &["account", "//Eve"]).is_empty());
    dev.stop();
    let data = dev.folder().join("chain");
    std::fs::remove_dir_all(data.join("db")).unwrap();
    std::fs::remove_file(data.join("consensus.log")).unwrap();
    let start = ["dev", "--json", "--rpc", "127.0.0.1:0", "--data", data.to_str().unwrap()];
    let output = Command::new(BINARY).args(start).output().unwrap();
    let refused: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{refused}");
    let refused = &refused["error"];
    assert!(text(refused, "message").contains("or of later blocks than the chain has"), "{refused}");
    assert!(text(refused, "hint").contains("history rebuild"), "{refused}");
    dev.json(&["history", "rebuild", "--data", data.to_str().unwrap()]);
    dev.start_again();
    assert!(entries(&dev, "entries", &["account", "//Eve"]).is_empty());
}

//! What surveillance finds on a real chain, asked for over RPC and on the command line.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::dev::{Dev, text};

/// Findings, once surveillance has read as far as the chain is.
fn findings(dev: &Dev, args: &[&str]) -> Vec<Value> {
    let height = dev.json(&["status"])["height"].as_u64().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = dev.json(&[["market", "surveillance"].as_slice(), args].concat());
        if answer["height"].as_u64().unwrap() >= height {
            return answer["findings"].as_array().unwrap().clone();
        }
        assert!(Instant::now() < deadline, "surveillance does not follow: {answer}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn trades_back_and_forth_and_a_jump_are_found_and_ordinary_ones_are_not() {
    let mut dev = Dev::start();
    let trade = |seller: &str, buyer: &str, price: &str| {
        dev.json(&["order", "place", "hanbit", "sell", "10", "--price", price, "--from", seller]);
        dev.json(&["order", "place", "hanbit", "buy", "10", "--price", price, "--from", buyer]);
    };
    trade("//Alice", "//Eve", "12000");
    trade("//Bob", "//Dave", "12000");
    assert_eq!(findings(&dev, &[]), Vec::<Value>::new());
    for _ in 0..3 {
        trade("//Alice", "//Bob", "12000");
        trade("//Bob", "//Alice", "12010");
    }
    let found = findings(&dev, &["--kind", "back-and-forth"]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["trades"], serde_json::json!([3, 4, 5, 6, 7, 8]));
    assert_eq!(
        (found[0]["figures"]["shares_there"].as_u64(), found[0]["orders"].as_array().unwrap().len()),
        (Some(30), 12)
    );
    trade("//Charlie", "//Eve", "15000");
    let jumps = findings(&dev, &["hanbit", "--kind", "price-jump", "--account", "//Eve"]);
    assert_eq!((jumps.len(), text(&jumps[0], "kind")), (1, "price-jump"));
    assert_eq!(jumps[0]["figures"]["price"], 15_000);
    assert_eq!(findings(&dev, &["seorak"]), Vec::<Value>::new());
    assert_eq!(findings(&dev, &["--account", "//Ferdie"]), Vec::<Value>::new());

    let day = dev.json(&["market", "concentration", "hanbit"]);
    assert_eq!((day["trades"].as_u64(), day["shares"].as_u64()), (Some(9), Some(90)));
    let table = dev.run(&["market", "concentration", "hanbit"]).stdout;
    assert!(table.contains("//Alice") && table.contains("large"), "{table}");
    let table = dev.run(&["market", "surveillance"]).stdout;
    assert!(table.contains("back-and-forth") && table.contains("shares there 30"), "{table}");
    assert_eq!(dev.error(2, &["market", "surveillance", "--kind", "nonsense"])["code"], "usage");

    // What it knows is kept; and read again from blocks if that is damaged.
    let (all, kept) = (findings(&dev, &[]), dev.folder().join("chain/surveillance"));
    for damage in [false, true] {
        dev.stop();
        assert!(kept.is_file(), "a clean stop writes it down");
        if damage {
            fs::write(&kept, "nothing").unwrap();
        }
        dev.start_again();
        assert_eq!(findings(&dev, &[]), all, "damaged: {damage}");
    }
}

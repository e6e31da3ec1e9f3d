//! Shares against cash: on the market, and in an escrow.

use std::time::{Duration, Instant};

use crate::dev::{Dev, text};

fn available(dev: &Dev, owner: &str) -> u64 {
    dev.json(&["cash", "balance", owner])["available"].as_u64().unwrap()
}

fn shares(dev: &Dev, company: &str, holder: &str) -> u64 {
    let holders = dev.json(&["register", "holders", company]);
    let rows = holders["cap_table"].as_array().unwrap();
    rows.iter().filter(|row| row["holder"] == holder).filter_map(|row| row["shares"].as_u64()).sum()
}

/// A listed company of which Alice has 1,000 shares.
fn listed() -> Dev {
    let dev = Dev::start();
    dev.json(&["register", "create", "--name", "SAMPLE Works", "--identifier", "works"]);
    dev.json(&["register", "add-class", "works", "--name", "Common", "--authorised", "10000"]);
    dev.json(&["register", "issue", "works", "--class", "Common", "--to", "//Alice", "--quantity", "1000"]);
    let limits = ["--low", "100", "--high", "10000", "--tick", "10"];
    dev.json(&[["order", "list-market", "works", "--class", "Common"].as_slice(), &limits].concat());
    dev
}

#[test]
fn alice_sells_and_bob_buys() {
    let dev = listed();
    let (alice, bob) = (available(&dev, "//Alice"), available(&dev, "//Bob"));
    let sale = dev.json(&["order", "place", "works", "sell", "300", "--price", "500"]);
    assert_eq!(sale["placed"]["resting"], 300);
    let book = dev.json(&["order", "book", "works"]);
    assert_eq!(book["depth"]["asks"][0]["quantity"], 300);
    let bought = dev.json(&["order", "place", "works", "buy", "100", "--price", "600", "--from", "//Bob"]);
    assert_eq!(bought["placed"]["filled"], 100);
    // At the resting order's price, not at Bob's limit.
    assert_eq!((available(&dev, "//Alice"), available(&dev, "//Bob")), (alice + 50_000, bob - 50_000));
    assert_eq!((shares(&dev, "works", "//Alice"), shares(&dev, "works", "//Bob")), (900, 100));

    let order = sale["placed"]["order"].to_string();
    let open = dev.json(&["order", "show", "works", &order]);
    assert_eq!((open["quantity"].as_u64(), open["remaining"].as_u64()), (Some(300), Some(200)));
    assert_eq!(dev.json(&["order", "mine"])["orders"].as_array().unwrap().len(), 1);
    assert_eq!(
        dev.error(3, &["order", "cancel", "works", &order, "--from", "//Bob"])["code"],
        "unauthorised"
    );
    assert_eq!(dev.json(&["order", "cancel", "works", &order])["cancelled"], 200);
    assert_eq!(dev.error(1, &["order", "show", "works", &order])["code"], "not-found");
    assert_eq!(dev.json(&["order", "trades", "works"])["trades"][0]["quantity"], 100);
    let trades = dev.run(&["order", "trades", "works"]).stdout;
    assert!(trades.contains("//Bob  //Alice"), "{trades}");
}

#[test]
fn orders_that_cannot_be_are_refused() {
    let dev = listed();
    fn place<'a>(args: &[&'a str]) -> Vec<&'a str> {
        [["order", "place", "works"].as_slice(), args].concat()
    }
    assert_eq!(dev.error(3, &place(&["sell", "10", "--price", "505"]))["code"], "market.OffTick");
    assert_eq!(dev.error(2, &place(&["sell", "5000", "--price", "500"]))["code"], "usage");
    assert_eq!(dev.error(2, &place(&["buy", "10", "--price", "5.5"]))["code"], "usage");
    assert_eq!(dev.error(2, &place(&["buy", "10", "--price", "500", "--lot", "1"]))["code"], "usage");
    let unmatched = dev.json(&place(&["buy", "10", "--price", "500", "--ioc"]));
    assert_eq!(unmatched["placed"]["cancelled"], 10);
    assert_eq!(dev.error(1, &["order", "book", "77"])["code"], "not-found");
}

#[test]
fn an_escrow_settles_and_another_expires() {
    let dev = listed();
    let (alice, bob) = (available(&dev, "//Alice"), available(&dev, "//Bob"));
    let open = |expiry: &str| {
        let terms = ["--buyer", "//Bob", "--quantity", "50", "--price", "25,000", "--expiry", expiry];
        let opened = dev.json(&[["escrow", "open", "works", "1"].as_slice(), &terms].concat());
        text(&opened, "escrow").to_string()
    };
    let settling = open("10m");
    assert_eq!(dev.json(&["escrow", "deposit-shares", &settling])["status"], "SharesIn");
    assert_eq!(
        dev.error(3, &["escrow", "deposit-cash", &settling, "--from", "//Eve"])["code"],
        "unauthorised"
    );
    assert_eq!(dev.json(&["escrow", "deposit-cash", &settling, "--from", "//Bob"])["status"], "Settled");
    assert_eq!((available(&dev, "//Alice"), available(&dev, "//Bob")), (alice + 25_000, bob - 25_000));
    assert_eq!(shares(&dev, "works", "//Bob"), 50);

    let expiring = open("3s");
    dev.json(&["escrow", "deposit-cash", &expiring, "--from", "//Bob"]);
    assert_eq!(available(&dev, "//Bob"), bob - 50_000);
    let deadline = Instant::now() + Duration::from_secs(20);
    while dev.json(&["escrow", "show", &expiring])["status"] != "Expired" {
        assert!(Instant::now() < deadline, "the escrow did not expire");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(available(&dev, "//Bob"), bob - 25_000);

    let cancelled = open("10m");
    dev.json(&["escrow", "cancel", &cancelled, "--from", "//Bob"]);
    let escrows = dev.json(&["escrow", "list", "//Bob"]);
    let statuses: Vec<_> =
        escrows["escrows"].as_array().unwrap().iter().map(|deal| text(deal, "status")).collect();
    assert_eq!(statuses, ["Settled", "Expired", "Cancelled"]);
}

#[test]
fn cash_is_minted_held_paid_and_burned() {
    let dev = Dev::start();
    let bank = ["--from", "//Ferdie"];
    let before = available(&dev, "//Eve");
    dev.json(&[["cash", "mint", "//Eve", "1,000"].as_slice(), &bank].concat());
    assert_eq!(dev.error(3, &["cash", "mint", "//Eve", "1000"])["code"], "unauthorised");
    dev.json(&["cash", "hold", "300", "--for", "//Dave", "--from", "//Eve"]);
    dev.json(&["cash", "release", "100", "--owner", "//Eve", "--from", "//Dave"]);
    let paid = dev.json(&["cash", "pay", "//Bob", "150", "--owner", "//Eve", "--from", "//Dave"]);
    assert_eq!(paid["balance"]["held"], 50);
    dev.json(&[["cash", "burn", "200", "--owner", "//Eve", "--also", "//Eve"].as_slice(), &bank].concat());
    assert_eq!(available(&dev, "//Eve"), before + 1_000 - 200 - 200);
    assert_eq!(
        dev.error(3, &["cash", "transfer", "//Bob", "99999999999999"])["code"],
        "cash.InsufficientFunds"
    );
}

//! Orders of every kind, quotes, negotiations, and what the market's operator does, on the command line.

use serde_json::Value;

use crate::dev::{Dev, text};

/// Places an order of Alice's sample company and answers what it led to.
fn place(dev: &Dev, args: &[&str]) -> Value {
    dev.json(&[["order", "place", "hanbit"].as_slice(), args].concat())["placed"].clone()
}

fn refused(dev: &Dev, args: &[&str]) -> String {
    let error = dev.error(3, &[["order", "place", "hanbit"].as_slice(), args].concat());
    text(&error, "code").to_owned()
}

fn mine(dev: &Dev, who: &str) -> Vec<Value> {
    dev.json(&["order", "mine", "--from", who])["orders"].as_array().unwrap().clone()
}

fn available(dev: &Dev, owner: &str) -> (u64, u64) {
    let balance = dev.json(&["cash", "balance", owner]);
    (balance["available"].as_u64().unwrap(), balance["held"].as_u64().unwrap())
}

#[test]
fn orders_of_every_kind_find_their_place() {
    let dev = Dev::start();
    let bob = ["--from", "//Bob"];
    fn with<'a>(args: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
        [args, more].concat()
    }
    // A book with both sides, and a last price.
    place(&dev, &["sell", "10", "--price", "12000"]);
    place(&dev, &with(&["buy", "10", "--price", "12000"], &bob));
    place(&dev, &["sell", "100", "--price", "12100"]);
    place(&dev, &with(&["buy", "100", "--price", "11900"], &bob));
    let (before, _) = available(&dev, "//Bob");
    let market = place(&dev, &with(&["buy", "5", "--kind", "market", "--ioc"], &bob));
    assert_eq!((market["filled"].as_u64(), market["traded"].as_u64()), (Some(5), Some(60_500)));
    assert_eq!(available(&dev, "//Bob").0, before - 60_500, "what it did not need is back");
    let best = place(&dev, &with(&["buy", "5", "--kind", "best-limit"], &bob));
    assert_eq!(best["filled"], 5);
    let top = place(&dev, &with(&["buy", "5", "--kind", "top-limit"], &bob));
    assert_eq!(top["resting"], 5);
    for kind in [
        ["--kind", "limit-then-market", "--price", "11800"].as_slice(),
        &["--kind", "midpoint"],
        &["--kind", "stop", "--trigger", "13000"],
        &["--kind", "stop-limit", "--trigger", "13000", "--price", "13100"],
        &["--kind", "iceberg", "--price", "11700", "--peak", "2"],
        &["--price", "11600", "--day"],
        &["--price", "11600", "--until", "10m"],
        &["--price", "11600", "--until-height", "100000"],
        &["--price", "11600", "--post-only", "--self-trade", "both"],
    ] {
        let placed = place(&dev, &[["buy", "6"].as_slice(), kind, &bob].concat());
        assert_eq!(placed["resting"], 6, "{kind:?}");
    }
    let fok = place(&dev, &with(&["buy", "1000", "--price", "12100", "--fok"], &bob));
    assert_eq!((fok["filled"].as_u64(), fok["cancelled"].as_u64()), (Some(0), Some(1_000)));
    let least = place(&dev, &with(&["buy", "200", "--price", "12100", "--min", "150"], &bob));
    assert_eq!(least["cancelled"], 200);
    assert_eq!(
        refused(&dev, &with(&["buy", "5", "--price", "12100", "--post-only"], &bob)),
        "market.WouldTrade"
    );
    assert_eq!(mine(&dev, "//Bob").len(), 11);

    let gone = dev.json(&["order", "mass-cancel", "hanbit", "--side", "buy", "--from", "//Bob"]);
    assert_eq!((gone["cancelled_orders"].as_u64(), mine(&dev, "//Bob").len()), (Some(11), 0));
    assert_eq!(available(&dev, "//Bob").1, 0, "nothing is held for what is gone");
    let none = dev.json(&["order", "mass-cancel", "hanbit", "--from", "//Bob"]);
    assert_eq!(none["cancelled_orders"], 0);
}

#[test]
fn what_contradicts_itself_is_refused_with_what_to_write_instead() {
    let dev = Dev::start();
    let place = |args: &[&str]| {
        let error = dev.error(2, &[["order", "place", "hanbit"].as_slice(), args].concat());
        (text(&error, "message").to_owned(), error["hint"].as_str().unwrap_or_default().to_owned())
    };
    for (args, message) in [
        (["buy", "10"].as_slice(), "a limit order needs --price"),
        (&["buy", "10", "--kind", "market", "--price", "5"], "a market order takes no --price"),
        (&["buy", "10", "--kind", "stop-limit", "--price", "5"], "a stop-limit order needs --trigger"),
        (&["buy", "10", "--kind", "iceberg", "--price", "5"], "an iceberg order needs --peak"),
        (&["buy", "0", "--price", "5"], "an order is for at least one share"),
        (&["buy", "5", "--price", "50", "--min", "6"], "--min asks for 6 shares at once"),
        (&["sell", "5", "--price", "50", "--cash", "6"], "--cash is for purchases"),
    ] {
        let (said, hint) = place(args);
        assert!(said.starts_with(message), "{args:?}: {said}");
        assert!(!hint.is_empty() || !message.contains("needs"), "{args:?}");
    }
    assert_eq!(dev.error(2, &["order", "amend", "hanbit", "1"])["code"], "usage");
    assert_eq!(dev.error(1, &["order", "amend", "hanbit", "1", "--quantity", "5"])["code"], "not-found");
    assert_eq!(dev.error(2, &["order", "quote", "hanbit", "--bid", "5"])["code"], "usage");
    assert_eq!(dev.error(1, &["order", "talk", "show", "9"])["code"], "not-found");
}

#[test]
fn who_asks_for_no_price_of_the_market_is_told_which_there_are() {
    let dev = Dev::start();
    let order = place(&dev, &["buy", "10", "--price", "11000", "--from", "//Bob"])["order"].to_string();
    for args in [
        ["place", "hanbit", "buy", "10", "--price", "11001"].as_slice(),
        &["amend", "hanbit", &order, "--price", "11001"],
        &["quote", "hanbit", "--bid", "11001:10"],
    ] {
        let error = dev.error(3, &[["order"].as_slice(), args, &["--from", "//Bob"]].concat());
        assert_eq!(error["code"], "market.OffTick");
        assert_eq!(error["hint"], "prices are multiples of 10 KRW");
    }
}

#[test]
fn an_order_is_amended_and_quotes_replace_each_other() {
    let dev = Dev::start();
    let order = place(&dev, &["buy", "10", "--price", "11000", "--from", "//Bob"])["order"].to_string();
    assert_eq!(available(&dev, "//Bob").1, 110_000);
    fn amend<'a>(order: &'a str, args: &[&'a str]) -> Vec<&'a str> {
        [["order", "amend", "hanbit", order].as_slice(), args, &["--from", "//Bob"]].concat()
    }
    dev.json(&amend(&order, &["--price", "11100", "--quantity", "20"]));
    assert_eq!(available(&dev, "//Bob").1, 222_000);
    dev.json(&amend(&order, &["--quantity", "5"]));
    assert_eq!(available(&dev, "//Bob").1, 55_500);

    let quote = |bid: &str, ask: &str| {
        dev.json(&[
            "order", "quote", "hanbit", "--bid", bid, "--ask", ask, "--ask", "12500:7", "--from", "//Bob",
        ])
    };
    assert_eq!(quote("11500:10", "12000:10")["placed"].as_array().unwrap().len(), 3);
    assert_eq!((mine(&dev, "//Bob").len(), available(&dev, "//Bob").1), (3, 115_000));
    quote("11400:10", "12100:10");
    assert_eq!((mine(&dev, "//Bob").len(), available(&dev, "//Bob").1), (3, 114_000));
    let crossed = ["order", "quote", "hanbit", "--bid", "12100:1", "--keep", "--from", "//Charlie"];
    assert_eq!(dev.error(3, &crossed)["code"], "market.WouldTrade");
    let taken = dev.json(&[crossed.as_slice(), &["--may-trade"]].concat());
    assert_eq!(taken["placed"][0]["filled"], 1);
}

#[test]
fn a_negotiated_trade_goes_from_proposal_to_tape() {
    let dev = Dev::start();
    let terms = |price: &'static str| ["--quantity", "50", "--price", price, "--expiry", "10m"];
    let lot = dev.json(&["register", "lots", "hanbit", "--holder", "//Alice"])["lots"][0]["id"].to_string();
    let propose = ["order", "talk", "propose", "hanbit", "--lot", &lot, "--from", "//Bob"];
    let talk = dev.json(&[propose.as_slice(), &terms("11000")].concat())["talk"].to_string();
    let early = dev.error(3, &["order", "talk", "accept", &talk, "--from", "//Bob"]);
    assert_eq!(early["code"], "market.NotYourTurn");
    dev.json(&[["order", "talk", "counter", &talk].as_slice(), &terms("12000")].concat());
    assert_eq!(dev.json(&["order", "talk", "show", &talk])["round"], 2);
    let escrow = dev.json(&["order", "talk", "accept", &talk, "--from", "//Bob"]);
    let escrow = text(&escrow, "escrow").to_owned();
    assert_eq!(dev.error(3, &["order", "talk", "report", &talk])["code"], "market.TalkNotSo");
    dev.json(&["escrow", "deposit-shares", &escrow]);
    assert_eq!(dev.json(&["order", "talk", "report", &talk])["trade"], 1);
    let trades = dev.json(&["order", "trades", "hanbit"]);
    assert_eq!(
        (trades["trades"][0]["price"].as_u64(), trades["trades"][0]["quantity"].as_u64()),
        (Some(12_000), Some(50))
    );
    let other = dev.json(&[propose.as_slice(), &terms("11000")].concat())["talk"].to_string();
    dev.json(&["order", "talk", "decline", &other]);
    let list = dev.json(&["order", "talk", "list", "//Bob"]);
    assert_eq!(list["talks"].as_array().unwrap().len(), 2);
}

#[test]
fn the_operator_halts_and_suspends_and_the_company_discloses() {
    let dev = Dev::start();
    place(&dev, &["sell", "10", "--price", "12000"]);
    let notice = dev.folder().join("notice.txt");
    std::fs::write(&notice, "trading is halted (SAMPLE)").unwrap();
    let notice = notice.to_str().unwrap();
    let status = |status: &str| dev.json(&["market", "status", "hanbit", status, "--document", notice]);
    assert_eq!(
        dev.error(3, &["market", "status", "hanbit", "halted", "--from", "//Bob"])["code"],
        "unauthorised"
    );
    status("halted");
    assert_eq!(dev.json(&["market", "show", "hanbit"])["today"]["phase"], "Halted");
    assert_eq!(refused(&dev, &["buy", "1", "--price", "12000", "--from", "//Bob"]), "market.NotTrading");
    assert_eq!(mine(&dev, "//Alice").len(), 1, "orders stay through a halt");
    status("suspended");
    assert_eq!(mine(&dev, "//Alice").len(), 0);
    status("trading");

    let disclose =
        ["market", "disclose", "hanbit", "--title", "Annual report (SAMPLE)", "--document", notice];
    assert_eq!(dev.json(&disclose)["number"], 1);
    let disclosed = dev.json(&["market", "disclosures", "hanbit"]);
    assert_eq!(disclosed["disclosures"][0]["title"], "Annual report (SAMPLE)");
    let missing =
        dev.error(1, &["market", "disclose", "hanbit", "--title", "x", "--document", "nowhere.pdf"]);
    assert_eq!(missing["code"], "document");
    dev.json(&["market", "holiday", "2027-01-01"]);
    let tax = ["market", "tax", "7", "--since", "2027-01-01", "--rate", "1800"];
    assert_eq!(dev.error(3, &tax)["code"], "unauthorised");
    assert_eq!(dev.json(&[tax.as_slice(), &["--from", "//Ferdie"]].concat())["rate"], 1_800);
    assert_eq!(dev.json(&["market", "advance", "hanbit"])["done"], true);
}

#[test]
fn a_listing_has_the_rules_of_a_file() {
    let dev = Dev::start();
    let rules = dev.folder().join("rules.json");
    let list = |rules: &str| -> Vec<String> {
        let args = "order list-market hanbit --class 2 --low 1000 --high 50000 --rules";
        args.split(' ').map(str::to_owned).chain([rules.to_owned()]).collect()
    };
    let list = list(rules.to_str().unwrap());
    let list: Vec<&str> = list.iter().map(String::as_str).collect();
    assert_eq!(dev.error(1, &list)["code"], "rules", "there is no such file");
    std::fs::write(&rules, r#"{ "fee": 5 }"#).unwrap();
    let error = dev.error(2, &list);
    assert!(text(&error, "hint").contains("fees"), "{error}");
    std::fs::write(
        &rules,
        r#"{ "mode": "Negotiated", "limits": { "open_orders": 2, "cash": 0, "holding": 0 } }"#,
    )
    .unwrap();
    let market = dev.json(&list)["market"].to_string();
    // On such a market orders meet nobody: one is taken by its number.
    let sale = dev.json(&["order", "place", &market, "sell", "10", "--price", "2000", "--from", "//Dave"]);
    let order = sale["placed"]["order"].to_string();
    let taken = dev.json(&["order", "take", &market, &order, "4", "--from", "//Bob"]);
    assert_eq!(
        (taken["placed"]["filled"].as_u64(), taken["placed"]["traded"].as_u64()),
        (Some(4), Some(8_000))
    );
}

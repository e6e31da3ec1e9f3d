//! Text forms of accounts, dates and times.

use sillok_abi::{Account, ContractId, Date, Time};

const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const ALICE_KEY: &str = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

fn key(digits: &str) -> Account {
    Account::Key(hex::decode(digits).expect("hexadecimal").try_into().expect("32 bytes"))
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = text.parse::<Account>().expect_err("refused").to_string();
    assert!(error.contains(expected), "{error}");
}

#[test]
fn keys_are_ss58_addresses() {
    assert_eq!(key(ALICE_KEY).to_string(), ALICE);
    assert_eq!(ALICE.parse(), Ok(key(ALICE_KEY)));
    let bob = key("8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48");
    assert_eq!(bob.to_string(), "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty");
}

#[test]
fn contracts_and_managed_accounts_are_hexadecimal() {
    let contract = ContractId([0xab; 32]);
    let text = format!("0x{}", "ab".repeat(32));
    assert_eq!(contract.to_string(), text);
    assert_eq!(text.parse(), Ok(contract));
    assert_eq!(text.parse(), Ok(Account::Contract(contract)));
    let managed = Account::Managed { contract, id: [1; 32] };
    let text = format!("{text}:0x{}", "01".repeat(32));
    assert_eq!(managed.to_string(), text);
    assert_eq!(text.parse(), Ok(managed));
}

#[test]
fn mistyped_accounts_say_what_is_wrong() {
    refused(&ALICE.replace("Grwva", "Grwvb"), "checksum");
    // Alice on Polkadot: prefix 0, which makes an address of the same key and length.
    refused("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5", "another network");
    refused("5Grwva", "35 bytes");
    refused("hello", "SS58");
    refused("0x12", "64 hexadecimal digits");
    refused(&format!("0x{}", "zz".repeat(32)), "64 hexadecimal digits");
    refused(&format!("0x{}:", "ab".repeat(32)), "64 hexadecimal digits");
    refused("", "35 bytes");
}

#[test]
fn dates_read_and_write_iso_8601() {
    let cases = [
        (0, "1970-01-01"),
        (-1, "1969-12-31"),
        (20_780, "2026-11-23"),
        (11_016, "2000-02-29"),
        (-25_567, "1900-01-01"),
    ];
    for (days, text) in cases {
        assert_eq!(Date(days).to_string(), text);
        assert_eq!(text.parse(), Ok(Date(days)));
    }
}

#[test]
fn no_day_is_made_up() {
    for text in [
        "2025-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-04-31",
        "2026-1-1",
        "26-01-01",
        "x",
        "",
    ] {
        assert!(text.parse::<Date>().is_err(), "{text}");
    }
}

#[test]
fn every_day_of_eight_centuries_comes_back() {
    let first = Date::from_civil(1583, 1, 1).expect("a day").0;
    let last = Date::from_civil(2399, 12, 31).expect("a day").0;
    let mut previous = Date(first - 1).civil();
    for days in first..=last {
        let (year, month, day) = Date(days).civil();
        assert_eq!(Date::from_civil(year, month, day), Some(Date(days)));
        assert!((year, month, day) > previous, "{year}-{month}-{day}");
        previous = (year, month, day);
    }
}

#[test]
fn times_are_utc_with_milliseconds() {
    let time = Time(1_795_452_330_007);
    assert_eq!(time.to_string(), "2026-11-23T16:45:30.007Z");
    assert_eq!(time.date().to_string(), "2026-11-23");
    assert_eq!(Time(u64::MAX).plus(1), Time(u64::MAX));
}

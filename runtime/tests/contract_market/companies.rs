//! A thousand companies, each with a register of its own, trade on one market.

use codec::Encode;
use sillok_abi::native::GenesisContract;
use sillok_abi::{
    Account, Authorisation, Authoriser, Call, ContractId, Date, Outcome, Side, Transaction,
    native::code_hash, native::contract_id,
};
use sillok_interfaces::ShareClass;
use sillok_market::{NewListing, PlacedOrder};
use sillok_testing::{START, World, account, genesis};

use super::setting::*;

pub(crate) const COMPANIES: u64 = 1_000;
/// How many shares each company has.
const ISSUED: u64 = 1_000;

fn salt(company: u64) -> [u8; 32] {
    let mut salt = [0xc0; 32];
    salt[..8].copy_from_slice(&company.to_le_bytes());
    salt
}

pub(crate) fn register(company: u64) -> ContractId {
    contract_id(&account("Alice"), &salt(company))
}

/// Who holds a company's shares, and who buys them.
pub(crate) fn holder(company: u64) -> &'static str {
    NAMES[(company % 3) as usize]
}

pub(crate) fn buyer(company: u64) -> &'static str {
    NAMES[((company + 1) % 3) as usize]
}

/// A chain that begins with all these companies, and cash for the traders.
pub(crate) fn world() -> World {
    let mut genesis = genesis();
    let alice = account("Alice");
    let code = code_hash(sillok_contracts::REGISTER);
    for company in 0..COMPANIES {
        let issuer = (format!("Company {company} (SAMPLE)"), format!("SAMPLE-{company}"), true, None::<Date>);
        genesis.contracts.push(GenesisContract {
            name: format!("company-{company}"),
            code,
            deployer: alice,
            salt: salt(company),
            admin: None,
            args: (alice, issuer).encode(),
        });
        let mut call = |method: &str, args: Vec<u8>| {
            genesis.calls.push(Call { contract: register(company), method: method.into(), args });
        };
        call("add_class", ("common", "Common", 0u8, 10 * ISSUED, 1u32, 1u32, 500u64).encode());
        let day = sillok_abi::Time(START).date();
        call("issue", (1u32, account(holder(company)), ISSUED, "", day, "").encode());
    }
    let mut world = World::of(genesis);
    for name in NAMES {
        world.mint(name, 1_000 * CASH);
    }
    world
}

/// A transaction whose calls need one signer, who submits it, and ask again in one place at most.
pub(crate) fn transaction(
    world: &World,
    by: &str,
    method: &str,
    args: Vec<u8>,
    inner: Option<Call>,
) -> Transaction {
    let mut body = world.body(by, world.id(MARKET), method, sillok_testing::Raw(args));
    body.gas_limit = 6_000_000;
    let mut tree = sillok_abi::CallTree::leaf(body.call.clone());
    tree.children = inner.into_iter().map(sillok_abi::CallTree::leaf).collect();
    body.authorisations.push(Authorisation { by: Authoriser::Submitter, tree });
    world.seal(body)
}

/// Commits all of them, in as many blocks as they take; each must succeed.
pub(crate) fn commit(world: &mut World, mut waiting: Vec<Transaction>) {
    while !waiting.is_empty() {
        let batch: Vec<Transaction> = waiting.drain(..waiting.len().min(1_500)).collect();
        let sent = batch.len();
        let proposal = world.block(batch);
        assert!(proposal.refused.is_empty(), "{:?}", proposal.refused.first());
        let receipts = &proposal.execution.receipts[proposal.execution.scheduled..];
        for receipt in receipts {
            assert!(matches!(receipt.outcome, Outcome::Success(_)), "{:?}", receipt.outcome);
        }
        assert_eq!(receipts.len(), sent);
    }
}

/// Under which id a company is listed: a block has an order of its own.
pub(crate) fn listing_of(world: &World, company: u64) -> u64 {
    let terms = (register(company), 1u32, world.id("cash"));
    world.query::<Option<u64>>(MARKET, "find", terms).unwrap()
}

pub(crate) fn order_of(
    world: &World,
    company: u64,
    by: &str,
    order: sillok_market::Order,
    cash: u64,
) -> Transaction {
    let market = Account::Contract(world.id(MARKET));
    let inner = match order.side {
        Side::Buy => Call {
            contract: world.id("cash"),
            method: "hold".into(),
            args: (account(by), cash, market).encode(),
        },
        Side::Sell => Call {
            contract: register(company),
            method: "lock".into(),
            args: (order.lot, order.quantity, market, true).encode()[1..].to_vec(),
        },
    };
    transaction(world, by, "place", raw((listing_of(world, company), account(by), order, cash)), Some(inner))
}

#[test]
fn a_thousand_companies_trade_and_nothing_is_lost() {
    let mut world = world();
    let listing = |world: &World, company: u64| -> NewListing {
        NewListing { register: register(company), fees: FEES, ..plain(world) }
    };
    let lists = (0..COMPANIES)
        .map(|company| transaction(&world, "Alice", "list", raw((listing(&world, company),)), None));
    let lists = lists.collect();
    commit(&mut world, lists);
    // Each holder sells at two prices; each buyer takes the better one and a part of the other.
    for price in [490, 500] {
        let sales = (0..COMPANIES).map(|company| {
            order_of(&world, company, holder(company), order(Side::Sell, price, 100, Some(1)), 0)
        });
        let sales = sales.collect();
        commit(&mut world, sales);
    }
    let purchases = (0..COMPANIES).map(|company| {
        let quantity = 120 + company % 50 / 5 * 5;
        let cash = 505 * quantity;
        order_of(&world, company, buyer(company), buy(500, quantity), cash)
    });
    let purchases = purchases.collect();
    commit(&mut world, purchases);
    check(&world);
    let listing = listing_of(&world, 2);
    let _: PlacedOrder = world.ok("Bob", MARKET, "place", (listing, account("Bob"), buy(500, 5), 2_600u64));
}

/// Every company has its shares, every won is somewhere, and what is locked and held is what rests.
fn check(world: &World) {
    let market = Account::Contract(world.id(MARKET));
    let (mut sold, mut left) = (0, 0);
    for company in 0..COMPANIES {
        let quantity = 120 + company % 50 / 5 * 5;
        let query = |method: &str, args: Vec<u8>| {
            let call = Call { contract: register(company), method: method.into(), args };
            let receipt = world.runtime.query(world.state.clone(), world.env(), call).unwrap();
            let Outcome::Success(value) = receipt.outcome else { panic!("{:?}", receipt.outcome) };
            value
        };
        let holding = |name: &str| -> (u64, u64, u64) {
            let value = query("holding", (1u32, account(name)).encode());
            codec::Decode::decode(&mut value.as_slice()).unwrap()
        };
        let (kept, locked, _) = holding(holder(company));
        assert_eq!((kept, locked), (ISSUED - quantity, 200 - quantity), "company {company}");
        assert_eq!(holding(buyer(company)).0, quantity);
        let class: Option<ShareClass> =
            codec::Decode::decode(&mut query("class", 1u32.encode()).as_slice()).unwrap();
        assert_eq!(class.map(|class| class.outstanding), Some(ISSUED));
        sold += quantity;
        left += 200 - quantity;
    }
    let everybody = NAMES.iter().chain(&OTHERS).map(|name| world.cash(account(name)));
    let (available, held) = everybody.fold((0, 0), |(available, held), (a, h)| (available + a, held + h));
    assert_eq!((available, held), (3 * 1_000 * CASH, 0));
    for name in NAMES {
        assert_eq!(world.query::<u64>("cash", "hold_of", (account(name), market)), 0);
    }
    assert!(sold > 100 * COMPANIES && left > 0);
    assert!(world.cash(account("Fees")).0 > 0);
}

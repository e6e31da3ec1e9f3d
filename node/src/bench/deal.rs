//! Deals in escrow: shares of the seller's lot against the buyer's cash, in the three transactions that one takes.
//!
//! The seller submits all three, and the buyer's agreement to put cash in is signed apart. So they have one
//! submitter and rising nonces: a node runs them in their order, however they are sent, and no step has to wait
//! until the one before is known to be final.

use codec::Encode;
use sillok_abi::{Account, Call, CallTree, Hash, Time, digest};

use super::accounts::Numbers;
use super::kind::Leg;
use super::stage::Stage;
use super::workload::Work;

/// How many shares a deal is about, and for how much cash.
const SHARES: u64 = 1;
const PRICE: u64 = 10;
/// Deals are drawn apart from what else the same number stands for.
const SEED: u64 = 0x5EED_DEA1_0000_0000;
/// How many milliseconds the deals' expiries are spread over.
const SPREAD_MS: u64 = 86_400_000;

/// The terms of a deal as the contract takes them (`EscrowTerms` of its interface).
#[derive(Encode)]
struct Terms {
    seller: Account,
    buyer: Account,
    register: sillok_abi::ContractId,
    lot: u64,
    quantity: u64,
    cash: sillok_abi::ContractId,
    price: u64,
    charges: Vec<(Account, u64)>,
    expiry: Time,
    document: Option<Hash>,
    salt: Hash,
}

/// A step of the deal of this number. Its expiry is later than any bench ends.
pub(super) fn step(stage: &Stage, deal: u64, leg: Leg) -> Work {
    let mut numbers = Numbers::of(deal ^ SEED);
    let (seller, buyer) = numbers.two_below(stage.accounts);
    let (register, lot) = stage.scene.lot(seller);
    let terms = Terms {
        seller: stage.addresses[seller as usize],
        buyer: stage.addresses[buyer as usize],
        register,
        lot,
        quantity: SHARES,
        cash: stage.scene.cash,
        price: PRICE,
        charges: Vec::new(),
        expiry: stage.deals_expire.plus(deal % SPREAD_MS),
        document: None,
        salt: digest("sillok/bench-deal", &deal),
    };
    // As the contract makes it.
    let id = digest("sillok/escrow", &terms);
    let escrow = Account::Contract(stage.scene.escrow);
    let call = |method: &str, args| Call { contract: stage.scene.escrow, method: method.into(), args };
    let (call, child) = match leg {
        Leg::Open => (call("open", (&terms, terms.seller).encode()), None),
        Leg::Shares => {
            let args = (lot, SHARES, escrow, true).encode();
            let lock = Call { contract: register, method: "lock".into(), args };
            (call("deposit_shares", id.encode()), Some(lock))
        }
        Leg::Cash => {
            let args = (terms.buyer, PRICE, escrow).encode();
            let hold = Call { contract: terms.cash, method: "hold".into(), args };
            (call("deposit_cash", id.encode()), Some(hold))
        }
    };
    let children = child.into_iter().map(CallTree::leaf).collect();
    let agrees = (leg == Leg::Cash).then_some(buyer);
    Work { by: seller, did: false, agrees, tree: CallTree { call, children } }
}

//! What the contract tells the world.

use sillok_interfaces::EscrowTerms as Terms;
use sillok_sdk::prelude::*;

/// An escrow was opened.
#[event]
pub struct Opened {
    /// The escrow.
    pub id: [u8; 32],
    /// Who gives the shares.
    pub seller: Account,
    /// Who gives the cash.
    pub buyer: Account,
    /// The company's register.
    pub register: ContractId,
    /// The seller's lot.
    pub lot: u64,
    /// How many shares.
    pub quantity: u64,
    /// The cash contract.
    pub cash: ContractId,
    /// The price of all the shares together.
    pub price: u64,
    /// When it can no longer settle.
    pub expiry: Time,
    /// The hash of the parties' agreement, if there is one.
    pub document: Option<[u8; 32]>,
}

impl Opened {
    pub(crate) fn of(id: [u8; 32], terms: &Terms) -> Self {
        let Terms { seller, buyer, register, lot, quantity, cash, price, expiry, document, .. } = *terms;
        Opened { id, seller, buyer, register, lot, quantity, cash, price, expiry, document }
    }
}

/// The seller's shares are locked for an escrow.
#[event]
pub struct SharesDeposited {
    /// The escrow.
    pub id: [u8; 32],
    /// The seller.
    pub by: Account,
}

/// The buyer's cash is held for an escrow.
#[event]
pub struct CashDeposited {
    /// The escrow.
    pub id: [u8; 32],
    /// The buyer.
    pub by: Account,
}

/// Shares and cash changed hands.
#[event]
pub struct Settled {
    /// The escrow.
    pub id: [u8; 32],
    /// Who has the cash now.
    pub seller: Account,
    /// Who has the shares now.
    pub buyer: Account,
    /// The buyer's new lot.
    pub lot: u64,
    /// How many shares.
    pub quantity: u64,
    /// The price of all the shares together.
    pub price: u64,
}

impl Settled {
    pub(crate) fn of(id: [u8; 32], terms: &Terms, lot: u64) -> Self {
        let Terms { seller, buyer, quantity, price, .. } = *terms;
        Settled { id, seller, buyer, lot, quantity, price }
    }
}

/// A party cancelled; what was deposited went back.
#[event]
pub struct Cancelled {
    /// The escrow.
    pub id: [u8; 32],
    /// Who cancelled.
    pub by: Account,
}

/// An escrow expired; what was deposited went back.
#[event]
pub struct Expired {
    /// The escrow.
    pub id: [u8; 32],
}

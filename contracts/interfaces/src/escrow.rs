//! Shares against cash between two parties, delivered together or not at all.

use sillok_sdk::prelude::*;

/// What other contracts ask of an escrow contract.
#[interface]
pub trait Escrow {
    /// Opens an escrow of these terms and returns its id, a hash of them. `by`, one of the parties,
    /// authorises.
    fn open(&mut self, terms: EscrowTerms, by: Account) -> [u8; 32];
    /// Locks the seller's shares, and settles if the cash is in. The seller authorises.
    fn deposit_shares(&mut self, id: [u8; 32]) -> EscrowStatus;
    /// Holds the buyer's cash, and settles if the shares are in. The buyer authorises.
    fn deposit_cash(&mut self, id: [u8; 32]) -> EscrowStatus;
    /// How far an escrow has come.
    fn status(&self, id: [u8; 32]) -> Option<EscrowStatus>;
}

/// A part of the price that goes to somebody else than the seller, such as a fee or a withheld tax.
#[data]
#[derive(Copy)]
pub struct Charge {
    /// Who gets it.
    pub to: Account,
    /// How much.
    pub amount: u64,
}

/// What both parties agree to.
#[data]
pub struct EscrowTerms {
    /// Who gives the shares and gets the cash.
    pub seller: Account,
    /// Who gives the cash and gets the shares.
    pub buyer: Account,
    /// The register of the company whose shares they are.
    pub register: ContractId,
    /// The seller's lot. If part of it moves elsewhere, this stands for what is left of it.
    pub lot: u64,
    /// How many shares.
    pub quantity: u64,
    /// The cash contract.
    pub cash: ContractId,
    /// What the buyer pays for all the shares together, in the smallest unit of the currency.
    pub price: u64,
    /// What of that does not go to the seller; at most four, and less than the price together.
    pub charges: Vec<Charge>,
    /// The first block time at which this can no longer settle.
    pub expiry: Time,
    /// The hash of the parties' agreement, if there is one.
    pub document: Option<[u8; 32]>,
    /// Any bytes, to tell apart two escrows with the same terms.
    pub salt: [u8; 32],
}

/// How far an escrow has come.
#[data]
#[derive(Copy)]
pub enum EscrowStatus {
    /// Nothing is deposited yet.
    Open,
    /// The shares are deposited; the cash is awaited.
    SharesIn,
    /// The cash is deposited; the shares are awaited.
    CashIn,
    /// Shares and cash changed hands.
    Settled,
    /// A party cancelled; what was deposited went back.
    Cancelled,
    /// The expiry passed; what was deposited went back.
    Expired,
}

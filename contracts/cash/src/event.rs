//! What the cash contract says happened.

use sillok_sdk::prelude::*;

/// The bank put money into circulation.
#[event]
pub struct Minted {
    /// Who received it.
    pub to: Account,
    /// How much.
    pub amount: u64,
}

/// The bank took money out of circulation.
#[event]
pub struct Burned {
    /// Whose it was.
    pub from: Account,
    /// How much.
    pub amount: u64,
}

/// Money was paid.
#[event]
pub struct Transferred {
    /// The payer.
    pub from: Account,
    /// The receiver.
    pub to: Account,
    /// How much.
    pub amount: u64,
}

/// Money was put on hold.
#[event]
pub struct Held {
    /// Whose it is.
    pub owner: Account,
    /// Who can pay or release it.
    pub agent: Account,
    /// How much.
    pub amount: u64,
}

/// Money on hold went back to its owner's hands.
#[event]
pub struct Released {
    /// Whose it is.
    pub owner: Account,
    /// Who released it.
    pub agent: Account,
    /// How much.
    pub amount: u64,
}

/// Money on hold was paid.
#[event]
pub struct Paid {
    /// Whose it was.
    pub owner: Account,
    /// Who paid it.
    pub agent: Account,
    /// The receiver.
    pub to: Account,
    /// How much.
    pub amount: u64,
}

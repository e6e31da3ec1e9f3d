//! What the cash contract refuses, in sentences for its users.

use sillok_sdk::prelude::*;

/// What the cash contract refuses.
#[error]
pub enum Error {
    /// The account has less money available than that; what is on hold is not available.
    InsufficientFunds = 1,
    /// The agent has less of the owner's money on hold than that.
    InsufficientHold = 2,
    /// The amount must be above zero.
    ZeroAmount = 3,
    /// Payer and receiver are the same account.
    SameAccount = 4,
    /// There would be more money than an amount can express.
    SupplyOverflow = 5,
    /// A currency code has 1 to 16 bytes, and an amount at most 18 decimals.
    BadCurrency = 6,
}

//! Who runs the market, who sets its taxes, and where fees and taxes go.

use sillok_sdk::prelude::*;

/// Who is who.
#[data]
pub struct Roles {
    /// Admits listings, and halts, suspends and delists them.
    pub operator: Account,
    /// Keeps the table of the securities transaction tax.
    pub authority: Account,
    /// Where fees go.
    pub fees_to: Account,
    /// Where withheld taxes go.
    pub tax_to: Account,
    /// The escrow contract through which negotiated trades are delivered.
    pub escrow: ContractId,
}

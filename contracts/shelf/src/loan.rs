//! Loans, and what they are found by.

use sillok_sdk::prelude::*;

/// A book on loan.
#[data]
pub struct Loan {
    /// Who has it.
    pub borrower: String,
    /// Until when.
    pub until: Date,
    /// The card on which it was lent, if any.
    pub card: Option<u32>,
}

/// What loans are found by.
#[indexes]
pub trait LoanIndexes {
    /// Loans by borrower, then by day.
    fn by_borrower(loan: &Loan) -> (String, Date) {
        (loan.borrower.clone(), loan.until)
    }

    /// The loan of a card, which carries one.
    #[unique]
    fn by_card(loan: &Loan) -> Option<u32> {
        loan.card
    }
}

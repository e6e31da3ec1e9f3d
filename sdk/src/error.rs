//! Errors: what a contract refuses, by code.

/// An error that a method returns; `#[error]` implements it.
pub trait ContractError {
    /// The code that callers and receipts see.
    fn code(&self) -> u32;
}

/// Returns `Err(error)` from the method unless the condition holds.
///
/// ```
/// # use sillok_sdk::prelude::*;
/// # #[error] pub enum Error { #[doc = "There is less."] TooLittle = 1 }
/// fn spend(have: u64, amount: u64) -> Result<u64, Error> {
///     ensure!(have >= amount, Error::TooLittle);
///     Ok(have - amount)
/// }
/// assert_eq!(spend(1, 2), Err(Error::TooLittle));
/// ```
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $error:expr $(,)?) => {
        if !$condition {
            return Err($error.into());
        }
    };
}

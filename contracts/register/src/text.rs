//! Checks of texts that users give.

use sillok_sdk::prelude::*;

use crate::error::Error;
use crate::limits::{MAX_NAME, MAX_NOTE, MAX_REFERENCE};

/// Refuses a name that is empty or too long.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    ensure!(!name.is_empty(), Error::NameMissing);
    ensure!(name.len() <= MAX_NAME, Error::TextTooLong);
    Ok(())
}

/// Refuses a reference or identifier that is too long.
pub(crate) fn check_reference(reference: &str) -> Result<(), Error> {
    ensure!(reference.len() <= MAX_REFERENCE, Error::TextTooLong);
    Ok(())
}

/// Refuses a price or reason that is too long.
pub(crate) fn check_note(note: &str) -> Result<(), Error> {
    ensure!(note.len() <= MAX_NOTE, Error::TextTooLong);
    Ok(())
}
